package runtime

import (
	"context"
	"errors"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// idle says whether nothing would come of driving a run on now, and why: it waits for a person, or
// all that it could do is to ask children that do. Such a run is looked at again and again, and
// a look leaves no trace in its journal.
func (r *Runtime) idle(ctx context.Context, s planner.State) (why error, idle bool) {
	taken := planner.Event{At: later(r.now(), s.At), Leased: &planner.Leased{Owner: r.opt.Owner, Epoch: s.Epoch + 1}}
	for _, cmd := range planner.Commands(planner.Fold(s, taken)) {
		switch cmd.Kind {
		case planner.Reconcile:
			if !r.unknownStill(ctx, s, *cmd.Call) {
				return nil, false
			}
		case planner.Intend:
			held, is := r.heldUp(ctx, *cmd.Call)
			if !is {
				return nil, false
			}
			if why == nil {
				why = held
			}
		default:
			return nil, false
		}
	}
	return why, true
}

// unknownStill asks once more about a call of unknown outcome.
func (r *Runtime) unknownStill(ctx context.Context, s planner.State, call tools.Call) bool {
	if c, _ := s.Call(call.ID); c.Phase != planner.Unknown {
		return false // nobody has asked
	}
	if r.opt.Reconciler == nil {
		return true
	}
	res, err := r.opt.Reconciler.Reconcile(ctx, call)
	return ctx.Err() == nil && (err != nil || res.Status == tools.StatusUnknown)
}

// heldUp is a call of an agent whose run is there, and waits.
func (r *Runtime) heldUp(ctx context.Context, call tools.Call) (why error, is bool) {
	a, isAgent := r.opt.Agents[call.Tool]
	if !isAgent || call.Attempt <= 1 {
		return nil, false
	}
	rt, run := r.childRuntime(a), planner.ChildRun(call.ID)
	s, err := rt.Load(ctx, run)
	held := &ChildError{Run: run, Tool: call.Tool, Err: err}
	switch {
	case errors.Is(err, journal.ErrNoRun), ctx.Err() != nil:
		return nil, false
	case err != nil:
		return held, true
	case s.Status.Done():
		return nil, false
	}
	below, idle := rt.idle(ctx, s)
	if held.Status, held.Err = s.Status, below; below == nil {
		held.Err = errors.New(s.Reason)
	}
	return held, idle
}
