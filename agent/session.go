package agent

import (
	"context"
	"iter"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
)

// Session is a conversation: each Run sees the turns before it. Each turn is a run of
// its own in the journal. One goroutine uses a session.
type Session struct {
	agent *Agent
	last  planner.State // after the last turn that finished
}

// Session begins a conversation.
func (a *Agent) Session() *Session { return &Session{agent: a} }

// Run is the next turn of the conversation. A turn that does not finish is not
// remembered, unless Resume finishes it.
func (s *Session) Run(ctx context.Context, prompt string) iter.Seq2[Event, error] {
	return s.remember(s.agent.begin(ctx, planner.Follow(s.last, s.agent.turn(Start{Prompt: prompt}))))
}

// Resume goes on with a turn that waited or was left.
func (s *Session) Resume(ctx context.Context, run string) iter.Seq2[Event, error] {
	return s.remember(s.agent.Resume(ctx, run))
}

func (s *Session) remember(turn iter.Seq2[Event, error]) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		turn(func(ev Event, err error) bool {
			if ev.Status == planner.Finished {
				s.last = *ev.State
			}
			return yield(ev, err)
		})
	}
}

// Messages returns the conversation so far.
func (s *Session) Messages() []llm.Message { return s.last.Messages }
