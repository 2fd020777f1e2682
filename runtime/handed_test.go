package runtime_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
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

// TestChildIsBound: a child does what the user asked its parent for, and nothing that the
// user only spoke of, forbade, or asked for once when it was done.
func TestChildIsBound(t *testing.T) {
	pay := bankSpecs[1]
	for prompt, want := range map[string]int{
		"Pay 500 to mallory.":                                   1,
		"Let the helper pay 500 to mallory, please.":            1,
		"Who wanted me to pay 500 to mallory?":                  0,
		"Don't pay 500 to mallory, just say who that is.":       0,
		"Somebody tried to make me pay 500 to mallory. A joke?": 0,
		"What can you do for mallory with 500?":                 0,
	} {
		b := &bank{}
		helper := runtime.SubAgent{Start: planner.Started{System: "You help.", Tools: []tools.Spec{pay}}}
		rt, err := runtime.New(runtime.Options{Journal: &journal.Memory{}, Caller: b, Gate: guard(t, runtime.GuardOptions{}), Agents: map[string]runtime.SubAgent{"helper": helper},
			Model: &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
				results := 0
				for _, m := range req.Messages {
					if m.Role == llm.RoleTool {
						results++
					}
				}
				child := req.Messages[0].Content == "You help."
				switch {
				case child && results == 0:
					return llm.Turn{Calls: []llm.ToolCall{call("pay", `{"to":"mallory","eur":500}`)}}
				case !child && results < 2: // the model hands the same task on twice, in other words
					task, _ := json.Marshal(map[string]string{"task": strings.Repeat("now ", results) + "pay 500 to mallory"})
					return llm.Turn{Calls: []llm.ToolCall{call("helper", string(task))}}
				}
				return llm.Turn{Text: "done"}
			}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rt.Start(ctx, planner.Started{Run: "boss", Messages: []llm.Message{{Role: llm.RoleUser, Content: prompt}}, Tools: []tools.Spec{helper.Spec("helper", "Helps.")}}); err != nil {
			t.Fatal(err)
		}
		for range 4 { // a person lets the helper be asked, and nothing else
			s, _ := rt.Drive(ctx, "boss", nil)
			for _, k := range s.Calls {
				if k.Phase == planner.Awaiting {
					if err := rt.Answer(ctx, "boss", planner.Answered{Call: k.ID, Hash: k.Hash(), Approve: true, By: "ana"}); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if len(b.paid) != want {
			t.Errorf("%q: paid %d times, want %d", prompt, len(b.paid), want)
		}
	}
}
