package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/runtime/trace"
	"github.com/chaski-dev/chaski/tools"
)

// SubAgent is an agent that a tool stands for. A call of the tool is a run of its own,
// the child, whose name follows from the call: a parent that is killed and resumed
// finds it again. The child's answer is the result of the call, with the labels of all
// that the child has read; what it spends is spent by the parent, and it may spend no
// more than the parent has left. Its calls are decided on in the child, and the task
// that it was given is no user's words there. When the parent ends or is cancelled,
// so is the child.
type SubAgent struct {
	Runtime *Runtime        // drives the child; nil is the parent's own
	Start   planner.Started // its system prompt, tools, budget, strategy; the rest is filled in

	// Instructions, if not nil, gives those of each child run.
	Instructions func(ctx context.Context) (string, error)
}

// Spec declares the tool. It takes a task as text. It counts as a read if the agent can
// only read, so that several may work at once.
func (a SubAgent) Spec(name, description string) tools.Spec {
	effect := tools.Read
	if slices.ContainsFunc(a.Start.Tools, func(t tools.Spec) bool { return t.EffectOrOnce().HasEffect() }) {
		effect = tools.Idempotent
	}
	return tools.Spec{Name: name, Description: description, Effect: effect, Labels: map[string]string{label.KeyEgress: "false", label.KeyAgent: "true"}, // its own calls are judged for themselves
		Parameters: json.RawMessage(`{"type":"object","properties":{"task":{"type":"string","description":"What to do, with all that is needed to do it."}},"required":["task"],"additionalProperties":false}`)}
}

// ErrChild is matched by the error of a run that is left because a child of it cannot go
// on by itself: it waits for a person, or its journal cannot be written. When that is
// mended, resuming the parent resumes the child.
var ErrChild = errors.New("runtime: a child run cannot go on")

// ChildError says which child holds its parent up.
type ChildError struct {
	Run    string // the child
	Tool   string
	Status planner.Status
	Err    error
}

func (e *ChildError) Error() string {
	return fmt.Sprintf("the agent %s cannot go on with run %s (%s): %v", e.Tool, e.Run, e.Status, e.Err)
}

// Unwrap returns the cause.
func (e *ChildError) Unwrap() error { return e.Err }

// Is reports that the error is an [ErrChild].
func (e *ChildError) Is(target error) bool { return target == ErrChild }

// child runs a call of an agent tool; s is the parent's state at the dispatch.
func (r *Runtime) child(ctx context.Context, s planner.State, call tools.Call, a SubAgent) reply {
	rep := reply{call: call, res: tools.Result{Status: tools.StatusFail}}
	rt, run := r.childRuntime(a), planner.ChildRun(call.ID)
	held := func(status planner.Status, err error) reply {
		rep.err = &ChildError{Run: run, Tool: call.Tool, Status: status, Err: err}
		return rep
	}
	cs, err := rt.Load(ctx, run)
	if errors.Is(err, journal.ErrNoRun) {
		var task struct {
			Task string `json:"task"`
		}
		left, ok := s.ForChild()
		switch err := json.Unmarshal(call.Arguments, &task); {
		case err != nil || task.Task == "":
			rep.res = tools.Result{Status: tools.StatusInvalid, Reason: "a task is needed, as text"}
			return rep
		case !ok:
			rep.res.Reason = "nothing is left of the budget"
			return rep
		}
		given, labelErr := r.argumentLabel(ctx, s.Run, call.ID)
		if labelErr != nil {
			return held("", labelErr)
		}
		start := a.Start
		start.Run, start.Parent, start.Tenant, start.By = run, s.Run, s.Start.Tenant, s.Start.By
		start.Messages = append(slices.Clone(start.Messages), llm.Message{Role: llm.RoleUser, Content: task.Task})
		start.Labels, start.Budget = planner.LabelMap(given), a.Start.Budget.Within(left)
		start.Values = s.Start.Values
		if call.Trace != "" {
			if start.Meta = maps.Clone(start.Meta); start.Meta == nil {
				start.Meta = map[string]string{}
			}
			start.Meta[trace.MetaParent] = call.Trace
		}
		if start.Said, start.Done, err = r.handedOn(ctx, s); err != nil {
			return held("", err)
		}
		if a.Instructions != nil {
			if start.Instructions, err = a.Instructions(ctx); err != nil {
				return held("", fmt.Errorf("instructions: %w", err))
			}
		}
		if _, err = rt.Start(ctx, start); errors.Is(err, journal.ErrConflict) {
			err = nil // another owner of the parent was first
		}
	}
	for wait := 20 * time.Millisecond; err == nil; wait = min(2*wait, 2*time.Second) {
		cs, err = rt.Drive(ctx, run, nil)
		switch {
		case errors.Is(err, journal.ErrOwned), errors.Is(err, journal.ErrFenced): // an earlier owner of the parent is still at it
			err = nil
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				err = ctx.Err()
			}
		case err != nil:
		case cs.Status.Done():
			return rt.childResult(ctx, rep, cs)
		default:
			return held(cs.Status, errors.New(cs.Reason))
		}
	}
	if ctx.Err() != nil {
		rep.err = ctx.Err()
		return rep
	}
	return held(cs.Status, err)
}

func (r *Runtime) childRuntime(a SubAgent) *Runtime {
	if a.Runtime != nil {
		return a.Runtime
	}
	return r
}

// childResult is what the parent reads of a child that has ended.
func (r *Runtime) childResult(ctx context.Context, rep reply, s planner.State) reply {
	events, _, err := r.Events(ctx, s.Run)
	if err != nil {
		rep.err = &ChildError{Run: s.Run, Tool: rep.call.Tool, Status: s.Status, Err: err}
		return rep
	}
	l, err := readLabel(events)
	if err != nil {
		rep.err = &ChildError{Run: s.Run, Tool: rep.call.Tool, Status: s.Status, Err: err}
		return rep
	}
	rep.usage, rep.res.Labels, rep.res.Worker = s.Used.Usage, planner.LabelMap(l), "run "+s.Run
	rep.done = effects(events)
	if s.Status != planner.Finished {
		rep.res.Reason = tools.CleanReason(fmt.Sprintf("the agent did not finish: %s: %s", s.Status, s.Reason))
		return rep
	}
	answer := s.Answer()
	rep.res.Status = tools.StatusOK
	if rep.res.Value = json.RawMessage(answer); s.Start.Format == nil || !json.Valid(rep.res.Value) {
		rep.res.Value, _ = json.Marshal(answer) // a string always encodes
	}
	return rep
}

// argumentLabel is the label of what a call was made of, as the policy found; of a run
// that no policy guards nothing is known, and that is untrusted.
func (r *Runtime) argumentLabel(ctx context.Context, run, call string) (label.Label, error) {
	events, _, err := r.Events(ctx, run)
	l := label.Label{Integrity: label.Untrusted}
	for _, ev := range events {
		if d := ev.Decided; d != nil && d.Call == call && d.Decision != nil {
			l = label.Label{}
			for _, o := range d.Decision.Labels {
				l = l.Join(o.Label)
			}
		}
	}
	return l, err
}

// readLabel joins the labels of all that a run has read.
func readLabel(events []planner.Event) (label.Label, error) {
	var s planner.State
	var run *policies.Run
	l := label.Label{}
	for _, ev := range events {
		before := s
		s, _ = planner.Step(s, ev)
		if ev.Started != nil {
			l = label.Parse(ev.Started.Labels)
		}
		if ev.Pinned != nil {
			b, err := (&Guard{bundles: map[string]*policies.Bundle{}}).bundle(ev.Pinned.Layers, s.Start.Tools)
			if err != nil {
				return l, err
			}
			run = policies.NewRun(b, policies.Info{Run: s.Start.Run, Tenant: s.Start.Tenant, Started: s.At})
		}
		if run != nil {
			for _, f := range planner.Facts(before, ev, s) {
				if err := run.Observe(f); err != nil {
					return l, err
				}
			}
		}
		if res := ev.Result; res != nil {
			var spec map[string]string
			if c, ok := before.Call(res.CallID); ok {
				for _, t := range s.Start.Tools {
					if t.Name == c.Tool {
						spec = t.Labels
					}
				}
			}
			if run == nil {
				l = l.Join(label.Result(spec, res.Labels))
			}
		}
	}
	if run != nil {
		l = l.Join(run.Label())
	}
	return l, nil
}

// abandon ends the children whose calls a run leaves open when it ends.
func (l *loop) abandon(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	for _, c := range l.state.Calls {
		a, ok := l.rt.opt.Agents[c.Tool]
		if !ok || c.Attempt == 0 || c.Phase == planner.Settled {
			continue
		}
		rt, run := l.rt.childRuntime(a), planner.ChildRun(c.ID)
		err := rt.Cancel(ctx, run, planner.Cancelled{By: "run " + l.driver.run, Reason: "the run that asked has ended: " + string(l.state.Outcome)})
		if err == nil {
			_, err = rt.Drive(ctx, run, nil) // writes the end, and those of its own children
		}
		if err != nil && !errors.Is(err, journal.ErrNoRun) && !errors.Is(err, planner.ErrEvent) && !errors.Is(err, journal.ErrOwned) {
			l.rt.opt.Log.Warn().Err(err).Str("run", l.driver.run).Str("child", run).Msg("a child run was not ended")
		}
	}
}
