package runtime

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
)

// ask asks the guard model about a text; nil if the policy was pinned without one.
func (g *guarded) ask(ctx context.Context, s planner.State, t planner.Text) (*policies.GuardSignal, error) {
	if !s.Policy.Signal {
		return nil, nil
	}
	if g.signal == nil {
		return nil, errors.New("the run began with a guard model and this process has none")
	}
	said, err := g.signal.Ask(ctx, judged(s, t))
	if err == nil && !(said.Score >= 0 && said.Score <= 1) {
		err = fmt.Errorf("a score of %v, not from 0 to 1", said.Score)
	}
	if err != nil {
		return nil, fmt.Errorf("the guard model: %w", err)
	}
	return &said, nil
}

// judged is the conversation whose last message a guard model is asked about: the text
// alone, or the answer after what the user said last.
func judged(s planner.State, t planner.Text) []llm.Message {
	switch t.Hook {
	case policies.OnInput:
		return []llm.Message{{Role: llm.RoleUser, Content: t.Text}}
	case policies.OnResult:
		return []llm.Message{{Role: llm.RoleTool, Name: t.Call.Tool, Content: t.Text}}
	}
	var out []llm.Message
	for _, m := range s.Messages {
		if m.Role == llm.RoleUser {
			out = []llm.Message{{Role: llm.RoleUser, Content: m.Content}}
		}
	}
	return append(out, llm.Message{Role: llm.RoleAssistant, Content: t.Text})
}

// judge asks the policy about a text. A guard model has what is left of the run's
// time, and is given up when another process cancels the run; moved is true then.
func (l *loop) judge(ctx context.Context, now time.Time, t planner.Text) (sc planner.Screened, moved bool, err error) {
	if !l.state.Policy.Signal {
		sc, err = l.session.Screen(ctx, now, l.state, t)
		return sc, false, err
	}
	asked, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	wall, _ := l.state.Left(now)
	timer := time.AfterFunc(wall, func() { cancel(errTime) })
	defer timer.Stop()
	go l.rt.lookForCancel(asked, l.driver.run, l.last, cancel)
	sc, err = l.session.Screen(asked, now, l.state, t)
	if err != nil && ctx.Err() == nil {
		switch cause := context.Cause(asked); {
		case errors.Is(cause, errCancelled):
			return sc, true, l.catchUp(ctx)
		case errors.Is(cause, errTime):
			err = errTime // a deny: an answer that is held does not wait for another turn
		}
	}
	return sc, false, err
}
