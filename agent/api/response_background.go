package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
)

// liveResponses are those that are answered in the background, and the last that were, with
// their events.
type liveResponses struct {
	s    *Server
	left sync.WaitGroup

	mu     sync.Mutex
	byID   map[string]*backgroundResponse
	ended  []string // the oldest first
	closed bool
}

// maxEnded bounds the responses whose events stay readable after their end.
const maxEnded = 64

func newLiveResponses(s *Server) *liveResponses {
	return &liveResponses{s: s, byID: map[string]*backgroundResponse{}}
}

// find looks a response up that who asks may see.
func (l *liveResponses) find(who Principal, id string) *backgroundResponse {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.byID[id]; b != nil && who.Sees(b.tenant) {
		return b
	}
	return nil
}

// begin answers a response, unless the server ends.
func (l *liveResponses) begin(b *backgroundResponse, answer func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.byID[b.id] = b
	l.left.Go(answer)
	return true
}

// end notes that a response has ended. Its events stay for a while.
func (l *liveResponses) end(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended = append(l.ended, id); len(l.ended) > maxEnded {
		delete(l.byID, l.ended[0])
		l.ended = l.ended[1:]
	}
}

func (l *liveResponses) forget(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.byID, id)
}

// close waits for what is being answered until ctx is done, and then leaves it.
func (l *liveResponses) close(ctx context.Context) {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	done := make(chan struct{})
	go func() {
		l.left.Wait()
		close(done)
	}()
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	l.mu.Lock()
	for _, b := range l.byID {
		b.stop()
	}
	l.mu.Unlock()
	<-done
}

// backgroundResponse is a response that nobody waits for.
type backgroundResponse struct {
	s      *Server
	id     string
	tenant string
	input  []item
	stop   context.CancelFunc
	over   chan struct{} // closed once it has ended and is kept

	mu        sync.Mutex
	out       *responseAnswer
	events    []loggedEvent // by sequence number
	more      chan struct{} // closed when there are more events, or no more will come
	cancelled bool
}

type loggedEvent struct {
	name string
	data json.RawMessage
}

// background answers a request whose client comes back for the answer.
func (s *Server) background(w http.ResponseWriter, r *http.Request, in *responsesRequest, a *ask, release func()) error {
	ctx, stop := context.WithCancel(context.WithoutCancel(r.Context()))
	own := r.WithContext(ctx)
	by, err := s.answer(w, own, in.Model, a)
	if err != nil {
		stop()
		release()
		return err
	}
	b := &backgroundResponse{s: s, tenant: From(ctx).Tenant, input: in.items, stop: stop, over: make(chan struct{}), out: newResponseAnswer(in, by), more: make(chan struct{})}
	b.id = b.out.object.ID
	b.add(b.out.queue)
	first := b.shot()
	err = s.kept.put(b.tenant, b.stored(), true)
	if err == nil && !s.live.begin(b, func() {
		defer release()
		defer by.done()
		b.run(ctx, by)
	}) {
		err = errEnding()
	}
	if err != nil {
		stop()
		by.done()
		release()
		return err
	}
	if in.Stream {
		return s.follow(w, r, b, 0)
	}
	writeJSON(w, http.StatusOK, first)
	return nil
}

func (b *backgroundResponse) stored() *storedResponse {
	return &storedResponse{Response: b.out.object, Input: b.input}
}

// add adds the events that change gives.
func (b *backgroundResponse) add(change func() []responseEvent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range change() {
		data, err := json.Marshal(e)
		if err != nil {
			b.s.o.Log.Error().Err(err).Str("response", b.id).Msg("an event cannot be told")
			continue
		}
		b.events = append(b.events, loggedEvent{e.Type, data})
	}
	b.wake()
}

// wake tells those who follow that there is more. mu is held.
func (b *backgroundResponse) wake() {
	close(b.more)
	b.more = make(chan struct{})
}

// run answers, to the end.
func (b *backgroundResponse) run(ctx context.Context, by *answering) {
	defer b.stop()
	ended := false
	var failed error
	for ev, err := range by.events {
		if err != nil {
			failed = err
			break
		}
		_, ended = ev.Event.(llm.Stop)
		b.add(func() []responseEvent { return b.out.events(ev.Event) })
	}
	if failed == nil && !ended {
		failed = errors.New("the stream ended without a stop")
	}
	if failed != nil {
		b.add(func() []responseEvent { return b.leave(ctx, failed) })
	}
	b.mu.Lock()
	err := b.s.kept.put(b.tenant, b.stored(), false)
	b.mu.Unlock()
	if err != nil {
		b.s.o.Log.Error().Err(err).Str("response", b.id).Msg("a response is not kept")
	}
	b.s.live.end(b.id)
	close(b.over)
	b.mu.Lock()
	b.wake()
	b.mu.Unlock()
}

// leave ends the response without an answer. mu is held.
func (b *backgroundResponse) leave(ctx context.Context, err error) []responseEvent {
	if b.cancelled {
		b.out.cancel()
		return nil
	}
	f := asFailure(err)
	if ctx.Err() != nil {
		f = &failure{code: "shutting_down", message: "the server ended while this was answered"}
	}
	b.s.o.Log.Warn().Str("response", b.id).Str("refused", f.message).AnErr("error", f.err).Msg("a response failed in the background")
	return b.out.fail(f)
}

// shot is the response as it stands.
func (b *backgroundResponse) shot() json.RawMessage {
	b.mu.Lock()
	defer b.mu.Unlock()
	text, err := json.Marshal(b.out.object)
	if err != nil {
		b.s.o.Log.Error().Err(err).Str("response", b.id).Msg("a response cannot be told")
	}
	return text
}

// cancel ends the work on it, that of an agent's run too, and waits until it is left. What
// has ended stays as it is.
func (b *backgroundResponse) cancel(r *http.Request) error {
	select {
	case <-b.over:
		return nil
	default:
	}
	b.mu.Lock()
	b.cancelled = true
	model, run := b.out.object.Model, b.out.run["run_id"]
	b.mu.Unlock()
	if a := b.s.agentNamed(model); a != nil && run != "" {
		err := a.Agent.Runtime().Cancel(r.Context(), run, planner.Cancelled{By: From(r.Context()).Name, Reason: "the response was cancelled"})
		if err != nil && !errors.Is(err, planner.ErrEvent) { // the run is over
			return err
		}
		b.s.drivers.begin(run, a).poke()
	}
	b.stop()
	select {
	case <-b.over:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

// follow streams the events of a response from a sequence number on.
func (s *Server) follow(w http.ResponseWriter, r *http.Request, b *backgroundResponse, from int) error {
	st := s.stream(w)
	defer st.close()
	for {
		b.mu.Lock()
		list, more := b.events[min(max(from, 0), len(b.events)):], b.more
		b.mu.Unlock()
		over := false
		select {
		case <-b.over:
			over = true
		default:
		}
		for _, e := range list {
			if err := st.send(e.name, e.data); err != nil {
				return errGone
			}
			from++
		}
		if len(list) > 0 {
			continue
		}
		if over {
			return st.text("[DONE]")
		}
		select {
		case <-more:
		case <-b.over:
		case <-r.Context().Done():
			return errGone
		case <-time.After(s.limits.Turn):
			return errGone
		}
	}
}
