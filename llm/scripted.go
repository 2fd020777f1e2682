package llm

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// Turn is one prepared answer of a [Scripted] model.
type Turn struct {
	Text  string
	Calls []ToolCall
	Usage Usage
	Err   error // returned after Text and Calls, instead of a Stop
}

// Scripted is a [Model] for tests: it answers from a script, without weights.
// It is safe for concurrent use.
type Scripted struct {
	// Next returns the turn for a request; n counts the requests from 0.
	Next func(n int, req *Request) Turn

	// Context is the context length that Info reports; 0 means 131,072.
	Context int

	mu sync.Mutex
	n  int
}

// Script returns a model that plays the turns in order and fails after the last.
func Script(turns ...Turn) *Scripted {
	return &Scripted{Next: func(n int, _ *Request) Turn {
		if n >= len(turns) {
			return Turn{Err: fmt.Errorf("llm: the script has %d turns, request %d was made", len(turns), n+1)}
		}
		return turns[n]
	}}
}

// Info implements [Model].
func (s *Scripted) Info() Info {
	n := s.Context
	if n == 0 {
		n = 131072
	}
	return Info{Name: "scripted", ContextTokens: n, ExactTokens: true, Constrained: true}
}

// Requests returns how many requests were made.
func (s *Scripted) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// CountTokens implements [Model]: one token for each four bytes, rounded up by message.
func (s *Scripted) CountTokens(req *Request) (int, error) {
	n := 0
	for _, t := range req.Tools {
		n += (len(t.Name)+len(t.Description)+len(t.Parameters))/4 + 1
	}
	for _, m := range req.Messages {
		n += (len(m.Content)+len(m.Value))/4 + 4
		for _, c := range m.Calls {
			n += (len(c.Name)+len(c.Arguments))/4 + 4
		}
	}
	return n, nil
}

// Generate implements [Model].
func (s *Scripted) Generate(ctx context.Context, req *Request) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return
		}
		need, _ := s.CountTokens(req)
		if have := s.Info().ContextTokens; need > have {
			yield(nil, &ContextFullError{Need: need, Have: have})
			return
		}
		s.mu.Lock()
		n := s.n
		s.n++
		s.mu.Unlock()
		turn := s.Next(n, req)
		if turn.Text != "" && !yield(TextDelta{Text: turn.Text}, nil) {
			return
		}
		for i, call := range turn.Calls {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(CallStart{Index: i, Name: call.Name}, nil) ||
				!yield(CallDelta{Index: i, Text: string(call.Arguments)}, nil) ||
				!yield(CallEnd{Index: i, Call: call}, nil) {
				return
			}
		}
		if turn.Err != nil {
			yield(nil, turn.Err)
			return
		}
		stop := Stop{Reason: StopEndOfTurn, Usage: turn.Usage}
		if len(turn.Calls) > 0 {
			stop.Reason = StopToolCalls
		}
		if stop.Usage.PromptTokens == 0 {
			stop.Usage.PromptTokens = need
		}
		if stop.Usage.GeneratedTokens == 0 {
			stop.Usage.GeneratedTokens = len(turn.Text)/4 + 1
		}
		yield(stop, nil)
	}
}
