package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
)

// Question is a call that waits for a person's approval, with what the person should see.
type Question struct {
	Run    string
	Tenant string // of the run
	Call   planner.CallState

	// Decision is why the call waits: the rule, its reason, where each argument came from.
	// It is nil if the gate asked without a policy bundle.
	Decision *planner.Decided
}

// String is the text to show: the amount and the target first, each argument with its
// origin, and what a yes allows. Hidden and look-alike characters are written as escapes.
func (q Question) String() string {
	if d := q.Decision; d != nil && d.Decision != nil && d.Decision.Approval != nil {
		return d.Decision.Approval.String()
	}
	return fmt.Sprintf("%s %s\n", q.Call.Tool, q.Call.Arguments)
}

// Decision is the answer to a [Question]. The zero value refuses.
type Decision struct {
	Approve bool
	By      string // who decided; "" is Options.By, or "the program"
	Reason  string // of a refusal, for the model and the journal
}

// ErrLater, from [Options.Approve], leaves the call waiting: the run's stream ends with
// status waiting, and somebody else may answer.
var ErrLater = errors.New("agent: to be decided later")

// Questions returns the calls of a run that wait for approval, in the order made.
func (a *Agent) Questions(ctx context.Context, run string) ([]Question, error) {
	events, s, err := a.rt.Events(ctx, run)
	if err != nil {
		return nil, err
	}
	decided := map[string]*planner.Decided{}
	for _, ev := range events {
		if ev.Decided != nil {
			decided[ev.Decided.Call] = ev.Decided
		}
	}
	var out []Question
	for _, c := range s.Calls {
		if c.Phase == planner.Awaiting {
			out = append(out, Question{Run: run, Tenant: s.Start.Tenant, Call: c, Decision: decided[c.ID]})
		}
	}
	return out, nil
}

// approver asks Options.Approve during one stream, about each call once.
type approver struct {
	ask   func(context.Context, Question) (Decision, error)
	asked map[string]bool // by id
}

// held says whether a run that stopped with this state and error may be driven on, since
// its questions, or those of the agents that it uses as tools, were answered.
func (p *approver) held(ctx context.Context, a *Agent, s *planner.State, err error) (bool, error) {
	var child *runtime.ChildError
	switch {
	case p.ask == nil && a.opt.Subs == nil:
		return false, err
	case errors.As(err, &child):
		sub := a.opt.Subs[child.Tool].Agent
		if sub == nil {
			return false, err
		}
		inner := &approver{ask: sub.opt.Approve, asked: p.asked}
		if inner.ask == nil {
			inner.ask = p.ask
		}
		again, innerErr := inner.held(ctx, sub, &planner.State{Run: child.Run, Status: child.Status}, child.Err)
		if innerErr == child.Err { // nothing was asked
			innerErr = err
		}
		return again, innerErr
	case s.Status != planner.Waiting || p.ask == nil:
		return false, err
	}
	again, askErr := p.answer(ctx, a, s.Run)
	if again || askErr != nil {
		return again, askErr
	}
	return false, err
}

// answer asks about the calls of a run, and says whether any was answered.
func (p *approver) answer(ctx context.Context, a *Agent, run string) (some bool, err error) {
	questions, err := a.Questions(ctx, run)
	if err != nil {
		return false, err
	}
	for _, q := range questions {
		if p.asked[q.Call.ID] {
			continue
		}
		p.asked[q.Call.ID] = true
		d, err := p.ask(ctx, q)
		switch {
		case errors.Is(err, ErrLater):
			continue
		case err != nil:
			return false, err
		}
		if d.By == "" {
			if d.By = a.opt.By; d.By == "" {
				d.By = "the program"
			}
		}
		err = a.rt.Answer(ctx, run, planner.Answered{Call: q.Call.ID, Hash: q.Call.Hash(), Approve: d.Approve, By: d.By, Tenant: q.Tenant, Reason: d.Reason})
		if err != nil && !errors.Is(err, planner.ErrEvent) { // somebody else was first, or it is too late: the run knows
			return false, err
		}
		some = true
	}
	return some, nil
}
