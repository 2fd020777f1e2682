package api

import (
	"context"
	"iter"
	"net/http"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/llm"
)

// choiceEvent is an event of one of the answers that a request wants.
type choiceEvent struct {
	choice int
	llm.Event
}

// bare asks a bare model. done gives back what the turn held; the turn ends when the client
// goes away.
func (s *Server) bare(r *http.Request, m *Model, a *ask) (events iter.Seq2[choiceEvent, error], done func(), err error) {
	select {
	case <-s.draining:
		return nil, nil, errEnding()
	default:
	}
	if err := s.strict.check(m, From(r.Context()).Tenant, a); err != nil {
		return nil, nil, err
	}
	v, err := s.enter(r, a.n)
	if err != nil {
		return nil, nil, err
	}
	if !s.turns.take(int64(a.n)) {
		v.leave()
		return nil, nil, busy(s.backlog(), "the model has more to do than this server lets wait")
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.Turn)
	tokens := a.maxTokens
	if tokens == 0 {
		tokens = s.answerTokens(m)
	}
	reqs := a.requests(From(r.Context()).Tenant, v.bound(tokens))
	for _, req := range reqs {
		req.Adapter = m.adapter
	}
	done = func() {
		cancel()
		s.turns.give(int64(a.n))
		v.leave()
	}
	return v.count(m.LLM, reqs, s.metrics.hear(m.Name, generate(ctx, m.LLM, reqs))), done, nil
}

// count charges what the answers use to the key. Who goes away before an answer has ended
// has used its prompt, and what came of it: each piece is a token or more.
func (v *visit) count(m llm.Model, reqs []*llm.Request, events iter.Seq2[choiceEvent, error]) iter.Seq2[choiceEvent, error] {
	if v == nil {
		return events
	}
	return func(yield func(choiceEvent, error) bool) {
		pieces := map[int]int{} // of answers that have not ended
		defer func() {
			for choice, n := range pieces {
				if tokens, err := m.CountTokens(reqs[choice]); err == nil {
					v.charge(llm.Usage{PromptTokens: tokens, GeneratedTokens: n})
				}
			}
		}()
		for ev, err := range events {
			if stop, ended := ev.Event.(llm.Stop); ended {
				v.charge(stop.Usage)
				delete(pieces, ev.choice)
			} else if err == nil {
				pieces[ev.choice]++
			}
			if !yield(ev, err) {
				return
			}
		}
	}
}

// backlog is how long it takes until some of the turns that wait are done: turns are short,
// so a client that comes back after a moment meets others that came too.
func (s *Server) backlog() time.Duration {
	return time.Duration(1+s.turns.used.Load()/64) * time.Second
}

// answerTokens bounds an answer whose request sets no bound. Room for all of an answer is
// kept free while it is given, so more would let fewer be given at once.
func (s *Server) answerTokens(m *Model) int {
	if s.limits.Tokens > 0 {
		return s.limits.Tokens
	}
	return min(max(m.LLM.Info().ContextTokens/8, 1024), 4096)
}

// generate streams the answers to several requests as they come.
func generate(ctx context.Context, m llm.Model, reqs []*llm.Request) iter.Seq2[choiceEvent, error] {
	if len(reqs) == 1 {
		return func(yield func(choiceEvent, error) bool) {
			for ev, err := range told(ctx, m, reqs[0]) {
				if !yield(choiceEvent{0, ev}, err) {
					return
				}
			}
		}
	}
	type piece struct {
		ev  choiceEvent
		err error
	}
	return func(yield func(choiceEvent, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		pieces := make(chan piece)
		var wg sync.WaitGroup
		for i, req := range reqs {
			wg.Go(func() {
				for ev, err := range told(ctx, m, req) {
					select {
					case pieces <- piece{choiceEvent{i, ev}, err}:
					case <-ctx.Done():
						return
					}
				}
			})
		}
		go func() {
			wg.Wait()
			close(pieces)
		}()
		defer func() {
			cancel()
			for range pieces { // until all have ended
			}
		}()
		for p := range pieces {
			if !yield(p.ev, p.err) || p.err != nil {
				return
			}
		}
	}
}

// told is the answer to a request, its calls in pieces that streams can tell.
func told(ctx context.Context, m llm.Model, req *llm.Request) iter.Seq2[llm.Event, error] {
	return func(yield func(llm.Event, error) bool) {
		p := newPieces(m)
		for ev, err := range m.Generate(ctx, req) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, piece := range p.of(ev) {
				if !yield(piece, nil) {
					return
				}
			}
		}
	}
}

// inStream runs what writes a stream. An error before its first event is answered as of any
// request; after it, tell writes it in the stream.
func (s *Server) inStream(r *http.Request, st *stream, run func() error, tell func(*failure) error) error {
	err := run()
	if err == nil || !st.started() {
		return err
	}
	if r.Context().Err() != nil {
		return errGone
	}
	f := asFailure(err)
	requestOf(r).failed(f)
	_ = tell(f) // the client may be gone
	return errGone
}
