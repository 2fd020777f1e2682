package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

// ErrAudit is matched by the error of a run that is left because its audit log
// cannot be written: nothing more is done until it can.
var ErrAudit = errors.New("runtime: the audit log cannot be written")

// Gate opens, for each run that is driven, the [Session] that decides on it.
type Gate interface {
	// Pin names the policy of a run that has none yet; nil pins nothing. It is
	// asked again before each run that starts, so that a policy which does not fit
	// the tools is an error there.
	Pin(s *planner.Started) (*planner.Pinned, error)

	// Open returns the decisions for a run whose events so far are given, after those
	// of the runs that it follows, each of which begins with its Started.
	Open(events []planner.Event) (Session, error)
}

// Session decides on the steps of one run. One goroutine uses it.
type Session interface {
	// Observe folds an event once it is in the journal; before and after are the
	// states around it.
	Observe(before planner.State, ev planner.Event, after planner.State) error

	// Decide returns a verdict on a call; Call and Hash are filled in by the
	// runtime. An error is a deny, but for one that matches ErrAudit.
	Decide(ctx context.Context, now time.Time, s planner.State, c planner.CallState) (planner.Decided, error)

	// Screen returns a verdict on a text, at the hooks that the policy was pinned
	// with; Hook, Message, Call, Passage and Hash are filled in by the runtime. An
	// error is a deny.
	Screen(ctx context.Context, now time.Time, s planner.State, t planner.Text) (planner.Screened, error)

	// Spent returns the reason, if any, why the policy's budgets allow no further turn.
	Spent(now time.Time) error

	// Resolve returns the arguments to dispatch for an allowed call. They may hold
	// values that the model and the journal never see.
	Resolve(call tools.Call) (json.RawMessage, error)
}

// GateFunc is a function as a [Gate] that pins nothing and keeps no state: it
// decides on calls by the run and the call alone.
type GateFunc func(ctx context.Context, s planner.State, c planner.CallState) (planner.Decided, error)

// Pin implements [Gate].
func (f GateFunc) Pin(*planner.Started) (*planner.Pinned, error) { return nil, nil }

// Open implements [Gate].
func (f GateFunc) Open([]planner.Event) (Session, error) { return funcSession{f}, nil }

type funcSession struct{ decide GateFunc }

func (f funcSession) Observe(planner.State, planner.Event, planner.State) error { return nil }

func (f funcSession) Decide(ctx context.Context, _ time.Time, s planner.State, c planner.CallState) (planner.Decided, error) {
	return f.decide(ctx, s, c)
}

func (f funcSession) Screen(context.Context, time.Time, planner.State, planner.Text) (planner.Screened, error) {
	return planner.Screened{}, errors.New("runtime: this gate decides on calls only")
}

func (f funcSession) Spent(time.Time) error { return nil }

func (f funcSession) Resolve(call tools.Call) (json.RawMessage, error) { return call.Arguments, nil }

// ReadsOnly is the gate of a runtime that is given none: what has no rule may read
// and change nothing.
var ReadsOnly = GateFunc(func(_ context.Context, _ planner.State, c planner.CallState) (planner.Decided, error) {
	if c.Effect == tools.Read {
		return planner.Decided{Verdict: planner.Allow, Rule: "default: reads are allowed"}, nil
	}
	return planner.Decided{Verdict: planner.Deny, Rule: "default: no rule allows a tool with effects", Reason: policies.NoRule(c.Tool), Hint: policies.RuleFor(c.Tool)}, nil
})
