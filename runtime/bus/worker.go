package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/runtime/trace"
	"github.com/chaski-dev/chaski/tools"
)

// WorkerOptions configure a worker. The zero value works.
type WorkerOptions struct {
	Logger zerolog.Logger
	Spans  *trace.Spans // spans of calls that run here; nil writes none
	// Drain is how long Close waits for running calls; 0 is 10 s.
	Drain time.Duration
}

// Worker serves tools: one micro service for each.
type Worker struct {
	conn   *Conn
	store  store
	log    zerolog.Logger
	spans  *trace.Spans
	drain  time.Duration
	ctx    context.Context // ends when the worker gives up waiting for its calls
	cancel context.CancelFunc

	served  []*served
	cancels *nats.Subscription
	stop    chan struct{} // closed when no new call is taken
	once    sync.Once

	mu      sync.Mutex
	closed  bool
	calls   sync.WaitGroup // attempts not answered yet; added to under mu, while not closed
	running map[*attempt]context.CancelFunc
}

// served is one tool of a worker.
type served struct {
	worker   *Worker
	tool     *tools.Tool
	spec     tools.Spec
	service  *service
	id       string
	messages chan *nats.Msg
	calls    *nats.Subscription

	idle, started atomic.Int64 // goroutines that read messages: those that wait, all
	overdue       atomic.Int64 // those whose handler has not returned though its time is over
	counts
}

// queued is how many calls of one tool may wait in a worker; NATS drops what is beyond.
const queued = 16 << 10

// Serve publishes every tool of the registry and answers calls until Close.
func Serve(ctx context.Context, conn *Conn, registry *tools.Registry, o WorkerOptions) (*Worker, error) {
	if err := conn.ready(ctx); err != nil {
		return nil, err
	}
	specs, err := registry.Tools(ctx)
	if err != nil {
		return nil, err
	}
	if len(specs) == 0 {
		return nil, errors.New("bus: no tools to serve")
	}
	if o.Drain <= 0 {
		o.Drain = 10 * time.Second
	}
	w := &Worker{conn: conn, store: store{conn: conn}, log: o.Logger, spans: o.Spans, drain: o.Drain, stop: make(chan struct{}), running: map[*attempt]context.CancelFunc{}}
	w.ctx, w.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, spec := range specs {
		if spec.Effect.HasEffect() { // find a store that cannot be had now, not at the first call
			if _, err := w.store.results(ctx); err != nil {
				return nil, fmt.Errorf("bus: tool %q changes things and needs JetStream: %w", spec.Name, err)
			}
			break
		}
	}
	if w.cancels, err = conn.nc.Subscribe(subjectCancel+"*", w.cancelled); err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	for _, spec := range specs {
		if err := w.add(registry.Tool(spec.Name)); err != nil {
			w.Close()
			return nil, err
		}
	}
	if err := conn.nc.FlushTimeout(conn.wait); err != nil {
		w.Close()
		return nil, fmt.Errorf("bus: %w: %w", ErrUnavailable, err)
	}
	return w, nil
}

func (w *Worker) add(tool *tools.Tool) error {
	spec := tool.Spec()
	text, revision, err := spec.Fingerprint()
	if err != nil {
		return err
	}
	if int64(len(text))*2 > w.conn.nc.MaxPayload()-headerRoom {
		return fmt.Errorf("bus: tool %q: its declaration of %d bytes does not fit a message", spec.Name, len(text))
	}
	version := spec.Version
	if version == "" {
		version = "0.0.0"
	}
	s := &served{worker: w, tool: tool, spec: spec, messages: make(chan *nats.Msg, queued)}
	subject := callSubject(spec.Name, revision)
	effect := string(spec.Effect)
	s.service, err = announce(w.conn.nc, spec.Name, version, spec.Description, map[string]string{metaProtocol: protocol, "effect": effect},
		micro.EndpointInfo{Name: "call", Subject: subject, QueueGroup: queueGroup, Metadata: map[string]string{metaProtocol: protocol, metaSpec: string(text), "effect": effect}},
		func() micro.EndpointStats { return s.endpointStats(subject) })
	if err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	s.id = s.service.info.ID
	w.served = append(w.served, s)
	if s.calls, err = w.conn.nc.ChanQueueSubscribe(subject, queueGroup, s.messages); err != nil {
		return fmt.Errorf("bus: tool %q: %w", spec.Name, err)
	}
	s.grow()
	return nil
}

// Close takes no new calls, waits for the running ones, then cancels them. Calls that
// have arrived and not begun are handed back to their callers.
func (w *Worker) Close() {
	w.once.Do(func() {
		for _, s := range w.served {
			s.service.leave()
			if s.calls != nil {
				_ = s.calls.Drain() // fails only on a connection that is gone
			}
		}
		_ = w.conn.nc.FlushTimeout(time.Second) // what the server had sent by now has arrived
		close(w.stop)
		w.mu.Lock()
		w.closed = true
		w.mu.Unlock()
		for _, s := range w.served {
			s.handBack("the worker is closing")
		}
		done := make(chan struct{})
		go func() { w.calls.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(w.drain):
			w.log.Warn().Msg("calls still running were cancelled")
		}
		w.cancel()
		select {
		case <-done:
		case <-time.After(2 * time.Second): // for the records of what was cancelled
		}
		if w.cancels != nil {
			_ = w.cancels.Unsubscribe()
		}
		for _, s := range w.served {
			s.service.stop()
		}
		_ = w.conn.nc.FlushTimeout(time.Second)
	})
}

// grow starts one more goroutine that reads messages, up to the tool's limit. One of
// them always waits for the next message, so that no call waits for a goroutine.
func (s *served) grow() {
	if s.started.Add(1) > int64(s.spec.ConcurrencyOrDefault()) {
		s.started.Add(-1)
		return
	}
	go s.read()
}

func (s *served) read() {
	whole := false
	defer func() {
		if !whole { // a handler ended this goroutine with runtime.Goexit
			s.started.Add(-1)
			s.grow()
		}
	}()
	for {
		s.idle.Add(1)
		var msg *nats.Msg
		select {
		case msg = <-s.messages:
		case <-s.worker.stop:
			s.handBack("the worker is closing")
			whole = true
			return
		}
		if s.idle.Add(-1) == 0 {
			s.grow()
		}
		s.receive(msg)
	}
}

// handBack answers the messages that wait: they have not been run.
func (s *served) handBack(why string) {
	for {
		select {
		case msg := <-s.messages:
			if call, err := parseCall(s.spec.Name, msg.Header, msg.Data); err == nil {
				s.refuse(msg, call, codeNotRun, why+"; it did not run")
			}
		default:
			return
		}
	}
}

// stuck hands calls back while every goroutine is held by a handler that does not
// return, so that other workers get them.
func (s *served) stuck() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for s.overdue.Load() >= int64(s.spec.ConcurrencyOrDefault()) {
		s.handBack("all handlers of this worker hang")
		select {
		case <-tick.C:
		case <-s.worker.stop:
			return
		}
	}
}

// begin counts an attempt that Close must wait for, and makes it cancellable.
func (w *Worker) begin(a *attempt, cancel context.CancelFunc) (ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.calls.Add(1)
	w.running[a] = cancel
	return true
}

func (w *Worker) end(a *attempt) {
	w.mu.Lock()
	delete(w.running, a)
	w.mu.Unlock()
	w.calls.Done()
}

func (w *Worker) cancelled(msg *nats.Msg) {
	id := strings.TrimPrefix(msg.Subject, subjectCancel)
	w.mu.Lock()
	defer w.mu.Unlock()
	for a, cancel := range w.running {
		if a.call.ID == id {
			cancel()
		}
	}
}

// fits says whether a value may travel in a message.
func (w *Worker) fits(value []byte) bool {
	return int64(len(value)) <= w.conn.nc.MaxPayload()-headerRoom
}
