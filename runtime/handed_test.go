package runtime_test

import (
	"slices"
	"testing"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// TestHandedOn: a child knows what the person said for whom its parent works, and not its
// task as such words; the parent learns of the effects that the child had.
func TestHandedOn(t *testing.T) {
	rt := bossRuntime(t, &journal.Memory{}, "pay the bill", verdict(planner.Allow), callerFunc(ok))
	if _, err := rt.Start(ctx, bossRun(planner.Budget{})); err != nil {
		t.Fatal(err)
	}
	if s, err := rt.Drive(ctx, "boss", nil); err != nil || s.Status != planner.Finished {
		t.Fatal(s.Status, err)
	}
	child, err := rt.Load(ctx, childOf(t, rt))
	if err != nil || !slices.Equal(child.Start.Said, []string{"go"}) {
		t.Errorf("the child was told %q, %v", child.Start.Said, err)
	}
	events, _, err := rt.Events(ctx, "boss")
	var done []string
	var facts []policies.Fact
	var s planner.State
	for _, ev := range events {
		before := s
		s, _ = planner.Step(s, ev)
		if ev.Result != nil {
			for _, c := range ev.Result.Done {
				done = append(done, c.Tool)
			}
		}
		facts = append(facts, planner.Facts(before, ev, s)...)
	}
	if err != nil || !slices.Equal(done, []string{"pay"}) {
		t.Errorf("the parent was told of %q, %v", done, err)
	}
	if !slices.ContainsFunc(facts, func(f policies.Fact) bool { return f.Kind == policies.FactDone && f.Done[0].Tool == "pay" }) {
		t.Error("the policy is not told")
	}
}
