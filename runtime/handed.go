package runtime

import (
	"context"
	"fmt"
	"slices"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
)

// handedOn returns what a child of a run must know of those above it: what people said, and
// the effects that their words were used for.
func (r *Runtime) handedOn(ctx context.Context, s planner.State) (said []string, done []tools.Call, err error) {
	said, done = slices.Clone(s.Start.Said), slices.Clone(s.Start.Done)
	for i, m := range s.Start.Messages {
		if m.Role == llm.RoleUser && (s.Start.Parent == "" || i < len(s.Start.Messages)-1) { // the task is no person's
			said = append(said, m.Content)
		}
	}
	for run, n := s.Run, 0; run != ""; n++ {
		if n > maxTurns {
			return nil, nil, fmt.Errorf("runtime: run %s follows others for ever", s.Run)
		}
		events, from, err := r.Events(ctx, run)
		if err != nil {
			return nil, nil, err
		}
		done = append(done, effects(events)...)
		run = from.Start.Follows
	}
	return said, done, nil
}

// effects are the calls with an effect that a run and its children let through, but for
// those that surely failed.
func effects(events []planner.Event) []tools.Call {
	var out []tools.Call
	var s planner.State
	for _, ev := range events {
		if d := ev.Decided; d != nil && d.Verdict == planner.Allow {
			c, ok := s.Call(d.Call)
			i := slices.IndexFunc(s.Start.Tools, func(t tools.Spec) bool { return t.Name == c.Tool })
			if ok && i >= 0 && s.Start.Tools[i].EffectOrOnce().HasEffect() {
				call := tools.Call{ID: c.ID, Tool: c.Tool, Arguments: c.Arguments}
				if len(d.Arguments) > 0 {
					call.Arguments = d.Arguments
				}
				out = append(out, call)
			}
		}
		if res := ev.Result; res != nil {
			if res.Status == tools.StatusFail || res.Status == tools.StatusInvalid {
				out = slices.DeleteFunc(out, func(c tools.Call) bool { return c.ID == res.CallID })
			}
			out = append(out, res.Done...)
		}
		s, _ = planner.Step(s, ev)
	}
	return out
}
