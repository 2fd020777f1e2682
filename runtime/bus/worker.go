package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/tools"
)

// WorkerOptions configure a worker. The zero value works.
type WorkerOptions struct {
	Logger zerolog.Logger
	// Drain is how long Close waits for running calls; 0 is 10 s.
	Drain time.Duration
}

// Worker serves tools: one micro service for each.
type Worker struct {
	conn   *Conn
	store  store
	log    zerolog.Logger
	drain  time.Duration
	ctx    context.Context // ends when the worker gives up waiting for its calls
	cancel context.CancelFunc

	served  []*served
	cancels *nats.Subscription
	stop    chan struct{} // closed when no new call is taken
	once    sync.Once
	calls   sync.WaitGroup

	mu      sync.Mutex
	running map[string]map[*context.CancelFunc]struct{} // by call id
}

// served is one tool of a worker.
type served struct {
	worker  *Worker
	tool    *tools.Tool
	spec    tools.Spec
	service micro.Service
	id      string
	slots   chan struct{}

	requests, errors, running, replayed, nanos atomic.Int64
}

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
	w := &Worker{conn: conn, store: store{conn: conn}, log: o.Logger, drain: o.Drain, stop: make(chan struct{}),
		running: map[string]map[*context.CancelFunc]struct{}{}}
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
	s := &served{worker: w, tool: tool, spec: spec, slots: make(chan struct{}, spec.ConcurrencyOrDefault())}
	s.service, err = micro.AddService(w.conn.nc, micro.Config{Name: spec.Name, Version: version, Description: spec.Description, QueueGroup: queueGroup,
		Metadata:     map[string]string{metaProtocol: protocol, "effect": string(spec.Effect)},
		StatsHandler: func(*micro.Endpoint) any { return s.stats() }})
	if err != nil {
		return fmt.Errorf("bus: tool %q: %w", spec.Name, err)
	}
	s.id = s.service.Info().ID
	w.served = append(w.served, s)
	err = s.service.AddEndpoint("call", micro.HandlerFunc(s.receive), micro.WithEndpointSubject(callSubject(spec.Name, revision)),
		micro.WithEndpointQueueGroup(queueGroup), micro.WithEndpointMetadata(map[string]string{metaProtocol: protocol, metaSpec: string(text), "effect": string(spec.Effect)}))
	if err != nil {
		return fmt.Errorf("bus: tool %q: %w", spec.Name, err)
	}
	return nil
}

// Stats are a tool's figures in one worker, in the data field of $SRV.STATS. The
// micro framework's own times cover only the hand-over to a goroutine.
type Stats struct {
	Requests     int64 `json:"requests"`
	Errors       int64 `json:"errors"` // results other than ok
	Running      int64 `json:"running"`
	Replayed     int64 `json:"replayed"`
	ProcessingNs int64 `json:"processing_ns"`
	AverageNs    int64 `json:"average_ns"`
}

func (s *served) stats() Stats {
	out := Stats{Requests: s.requests.Load(), Errors: s.errors.Load(), Running: s.running.Load(), Replayed: s.replayed.Load(), ProcessingNs: s.nanos.Load()}
	if done := out.Requests - out.Running; done > 0 {
		out.AverageNs = out.ProcessingNs / done
	}
	return out
}

// Stats returns the figures of each tool by name.
func (w *Worker) Stats() map[string]Stats {
	out := make(map[string]Stats, len(w.served))
	for _, s := range w.served {
		out[s.spec.Name] = s.stats()
	}
	return out
}

// Close takes no new calls, waits for the running ones, then cancels them.
func (w *Worker) Close() {
	w.once.Do(func() {
		close(w.stop)
		for _, s := range w.served {
			if err := s.service.Stop(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
				w.log.Warn().Err(err).Str("tool", s.spec.Name).Msg("stopping the service")
			}
		}
		done := make(chan struct{})
		go func() { w.calls.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(w.drain):
			w.log.Warn().Msg("calls still running were cancelled")
		}
		w.cancel()
		if w.cancels != nil {
			_ = w.cancels.Unsubscribe() // fails only on a connection that is gone
		}
		_ = w.conn.nc.FlushTimeout(time.Second)
	})
}

// receive runs on the service's one dispatcher: it waits for a free slot and hands over.
func (s *served) receive(req micro.Request) {
	w := s.worker
	select {
	case s.slots <- struct{}{}:
	case <-w.stop:
		return
	}
	w.calls.Add(1)
	s.requests.Add(1)
	s.running.Add(1)
	go func() {
		defer w.calls.Done()
		began := time.Now()
		ended := s.answer(req)
		s.nanos.Add(int64(time.Since(began)))
		s.running.Add(-1)
		if ended != nil {
			select {
			case <-ended:
			default: // a handler that ignores its context keeps its slot, apart from Close
				go func() { <-ended; <-s.slots }()
				return
			}
		}
		<-s.slots
	}()
}

// answer deals with one message. It returns a channel that closes once the handler has
// returned, or nil if none was started.
func (s *served) answer(req micro.Request) (ended <-chan struct{}) {
	w := s.worker
	call, err := parseCall(s.spec.Name, req.Headers(), req.Data())
	if err != nil {
		s.errors.Add(1)
		s.refuse(req, call, "400", err.Error())
		return nil
	}
	if !call.Deadline.IsZero() && !time.Now().Before(call.Deadline) {
		return nil // too late: its caller has gone, and nothing has been started
	}
	if limit := time.Now().Add(s.spec.TimeoutOrDefault()); call.Deadline.IsZero() || call.Deadline.After(limit) {
		call.Deadline = limit
	}
	ctx, cancel := context.WithDeadline(w.ctx, call.Deadline)
	defer cancel()
	defer w.track(call.ID, cancel)()
	arguments, result, ok := s.tool.Check(call)
	if ok {
		call.Arguments = arguments
		if !s.spec.Effect.HasEffect() {
			result, ended = s.run(ctx, call)
		} else if result, ended, err = s.runOnce(ctx, call); err != nil {
			s.errors.Add(1)
			code := codeNotRun
			if errors.Is(err, ErrIdentity) {
				code = "403"
			}
			s.refuse(req, call, code, err.Error())
			return ended
		}
	}
	if result.Status == "" { // fenced: a later attempt answers
		return ended
	}
	if result.Status != tools.StatusOK {
		s.errors.Add(1)
	}
	if result.Replayed {
		s.replayed.Add(1)
	}
	s.reply(req, result)
	return ended
}

func (s *served) run(ctx context.Context, call tools.Call) (tools.Result, <-chan struct{}) {
	result, ended, cause := s.tool.Run(ctx, call)
	result.Worker = s.id
	if cause != nil {
		e := s.worker.log.Warn().Err(cause).Str("tool", call.Tool).Str("call", call.ID).Int("attempt", call.Attempt).Str("trace", call.Trace)
		var p *tools.PanicError
		if errors.As(cause, &p) {
			e = e.Bytes("stack", p.Stack)
		}
		e.Msg("call failed")
	}
	return result, ended
}

// runOnce runs a tool with effects under a claim. An error says that it did not run; an
// empty status, that another attempt has the claim.
func (s *served) runOnce(ctx context.Context, call tools.Call) (tools.Result, <-chan struct{}, error) {
	w := s.worker
	claim := newEntry(stateClaimed, call)
	claim.Worker, claim.Expires = s.id, call.Deadline.UnixMilli()
	revision, other, at, err := w.store.create(ctx, call.ID, claim)
	for err == nil && revision == 0 {
		if !other.same(claim) {
			return tools.Result{}, nil, ErrIdentity
		}
		switch next := s.next(ctx, call, other); next {
		case replay:
			return w.load(ctx, call, other)
		case unknown:
			return tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusUnknown, Worker: s.id,
				Reason: s.spec.Name + " was started by a worker that left no result; it may or may not have taken effect"}, nil, nil
		case drop:
			return tools.Result{}, nil, nil
		case takeOver:
			var ok bool
			if revision, ok, err = w.store.replace(ctx, call.ID, claim, at); err == nil && !ok {
				revision = 0
			}
		case wait:
			err = sleep(ctx, 20*time.Millisecond)
			if err != nil {
				return tools.Result{}, nil, nil // the caller's time is over; it settles the call itself
			}
		}
		if err == nil && revision == 0 {
			var found bool
			if other, at, found, err = w.store.get(ctx, call.ID); err == nil && !found {
				revision, other, at, err = w.store.create(ctx, call.ID, claim)
			}
		}
	}
	if err != nil {
		return tools.Result{}, nil, err
	}
	if err := ctx.Err(); err != nil && s.spec.Effect == tools.Once {
		s.record(call, claim, tools.Result{Status: tools.StatusFail, Reason: "the time was over before it started; it did not run"}, revision)
		return tools.Result{}, nil, nil
	}
	result, ended := s.run(ctx, call)
	if result.Status == tools.StatusTimeout {
		return result, ended, nil // idempotent: a later attempt may run it again
	}
	if kept, ok := s.record(call, claim, result, revision); ok {
		return kept, ended, nil
	}
	return tools.Result{}, ended, nil
}

// What to do about an entry that is there already.
type decision int

const (
	replay decision = iota
	unknown
	drop
	takeOver
	wait
)

// next decides by the entry, the effect class and the attempt. Once tools have one way
// to run: by the claim that was created. An idempotent tool may run again under a new
// claim when the holder is dead or out of time, unless a later attempt is under way.
func (s *served) next(ctx context.Context, call tools.Call, e entry) decision {
	switch e.State {
	case stateDone:
		return replay
	case stateVoid:
		return drop
	case stateClaimed:
		if call.Attempt < e.Attempt {
			return drop
		}
		over := time.Now().UnixMilli() > e.Expires || !s.worker.conn.alive(ctx, e)
		switch {
		case !over:
			return wait
		case s.spec.Effect == tools.Once:
			return unknown
		}
		return takeOver
	}
	return drop // a state of a later protocol: not ours to judge
}

// record keeps a result. ok is false when a later attempt holds the claim: its result
// counts, and this one is dropped. A store that cannot be reached does not hide the
// result from its caller; the claim then stays as it is.
func (s *served) record(call tools.Call, claim entry, result tools.Result, revision uint64) (kept tools.Result, ok bool) {
	w := s.worker
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), 10*time.Second)
	defer cancel()
	done := claim
	done.State, done.Expires = stateDone, 0
	done.Status, done.Reason, done.Labels, done.Duration = result.Status, result.Reason, result.Labels, result.Duration
	if w.fits(result.Value) {
		done.Value = result.Value
	} else {
		name, err := w.store.put(ctx, call.ID, result.Value)
		if err != nil {
			w.log.Error().Err(err).Str("call", call.ID).Msg("a large result could not be kept")
			done.Status, done.Reason = tools.StatusFail, "it took effect, but its result was too large to keep: "+err.Error()
		}
		done.Object = name
	}
	_, ok, err := w.store.replace(ctx, call.ID, done, revision)
	if err != nil {
		w.log.Error().Err(err).Str("tool", call.Tool).Str("call", call.ID).Msg("a result could not be recorded")
		return result, true
	}
	if !ok {
		w.log.Info().Str("call", call.ID).Int("attempt", call.Attempt).Msg("fenced: a later attempt holds the claim")
	}
	result.Status, result.Reason = done.Status, done.Reason
	return result, ok
}

// load returns a recorded result.
func (w *Worker) load(ctx context.Context, call tools.Call, e entry) (tools.Result, <-chan struct{}, error) {
	result := e.finished(call)
	if e.Object != "" {
		var err error
		if result.Value, err = w.store.fetch(ctx, e.Object); err != nil {
			return tools.Result{}, nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
	return result, nil, nil
}

// fits says whether a value may travel in a message.
func (w *Worker) fits(value json.RawMessage) bool {
	return int64(len(value)) <= w.conn.nc.MaxPayload()-headerRoom
}

// reply sends a result, through the object store if it is large.
func (s *served) reply(req micro.Request, r tools.Result) {
	w := s.worker
	value, object := []byte(r.Value), ""
	if !w.fits(r.Value) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), 30*time.Second)
		defer cancel()
		name, err := w.store.put(ctx, r.CallID, r.Value)
		value, object = nil, name
		if err != nil {
			r.Status, r.Reason = tools.StatusFail, "the result is too large for a message and could not be stored: "+err.Error()
		}
	}
	h := replyHeader(r)
	if object != "" {
		h[headerObject] = []string{object}
	}
	s.send(req, value, h)
}

// refuse answers that the call was not run.
func (s *served) refuse(req micro.Request, call tools.Call, code, reason string) {
	r := tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusFail, Reason: reason, Worker: s.id}
	h := replyHeader(r)
	h[headerCode] = []string{code}
	s.send(req, nil, h)
}

func (s *served) send(req micro.Request, value []byte, h nats.Header) {
	if req.Reply() == "" {
		return
	}
	if err := req.Respond(value, micro.WithHeaders(micro.Headers(h))); err != nil {
		s.worker.log.Warn().Err(err).Str("tool", s.spec.Name).Msg("a reply could not be sent")
	}
}

// track makes a call cancellable until the returned function is called.
func (w *Worker) track(id string, cancel context.CancelFunc) func() {
	key := &cancel
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running[id] == nil {
		w.running[id] = make(map[*context.CancelFunc]struct{}, 1)
	}
	w.running[id][key] = struct{}{}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if delete(w.running[id], key); len(w.running[id]) == 0 {
			delete(w.running, id)
		}
	}
}

func (w *Worker) cancelled(msg *nats.Msg) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for cancel := range w.running[strings.TrimPrefix(msg.Subject, subjectCancel)] {
		(*cancel)()
	}
}
