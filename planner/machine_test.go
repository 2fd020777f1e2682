package planner_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
	"pgregory.net/rapid"
)

// TestMachine drives runs with a model, a policy, tools, owners, people and a clock
// that do anything at all, in any order. The world checks what holds in each state;
// when all behave again, the run ends soon, and its journal replays.
func TestMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{t: t, now: time.Unix(1_700_000_000, 0).UTC(), allowed: map[string]bool{}, intended: map[string]int{}}
		wild := true
		pick := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(t, what) }
		w.model = func(*llm.Request) planner.Generated { return wildTurn(t, wild, w.s.Plan.Phase) }
		w.decide = func(c planner.CallState) planner.Decided {
			v := planner.Allow
			if wild {
				v = []planner.Verdict{planner.Allow, planner.Allow, planner.Allow, planner.RequireApproval, planner.Deny, planner.Halt, "nonsense"}[pick("verdict", 7)]
			}
			return planner.Decided{Verdict: v, Expires: w.now.Add(time.Minute)}
		}
		w.tool = func(c tools.Call) tools.Result {
			status := tools.StatusOK
			if wild {
				status = []tools.Status{tools.StatusOK, tools.StatusOK, tools.StatusOK, tools.StatusFail, tools.StatusRetry, tools.StatusTimeout, tools.StatusUnknown}[pick("status", 7)]
			}
			return tools.Result{Status: status, Value: json.RawMessage(`{"id":[1,"x"]}`)}
		}
		strategy := []planner.Strategy{planner.React, planner.Plan}[pick("strategy", 2)]
		w.start(planner.Started{Strategy: strategy, Budget: planner.Budget{Steps: 6, Calls: 12, Wall: time.Hour}})
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			w.now = w.now.Add(time.Duration(rapid.IntRange(-100, 200).Draw(t, "jump")) * time.Second)
			cmds := planner.Commands(w.s)
			switch n := pick("what", 12); {
			case n == 0:
				_ = w.add(planner.Event{Leased: &planner.Leased{Owner: "b", Epoch: w.s.Epoch + 1}})
			case n == 1 && pick("cancel", 8) == 0:
				_ = w.add(planner.Event{Cancelled: &planner.Cancelled{By: "ana"}})
			case n == 2:
				_ = w.add(planner.Event{Ticked: &planner.Ticked{}})
			case n <= 4 && len(w.s.Calls) > 0: // a person, about any call
				c := w.s.Calls[pick("call", len(w.s.Calls))]
				if n == 3 {
					yes := pick("approve", 2) == 0
					err := w.add(planner.Event{Answered: &planner.Answered{Call: c.ID, Hash: c.Hash(), Approve: yes, By: "ana"}})
					if err == nil && c.Phase != planner.Awaiting {
						t.Fatalf("an answer about a call that is %s was taken", c.Phase)
					}
				} else {
					_ = w.add(planner.Event{Result: &planner.Result{By: "ana", Result: tools.Result{CallID: c.ID, Attempt: c.Attempt, Status: tools.StatusOK}}})
				}
			case len(cmds) > 0:
				if err := w.do(cmds[pick("command", len(cmds))]); err != nil {
					t.Fatalf("an open command was refused: %v", err)
				}
			}
		}
		w.replay()
		wild = false
		w.settle()
		if s := w.drive(); !s.Status.Done() {
			t.Fatalf("it ends as %s (%s)", s.Status, s.Reason)
		}
		used := w.s.Used
		if used.Steps > 6 || len(w.log) > 12*3 || w.s.Status == planner.Finished && (used.Calls > 12 || used.Wall > time.Hour) {
			t.Fatalf("more than the budget: %+v, %d dispatches", used, len(w.log))
		}
		if err := w.add(planner.Event{Ticked: &planner.Ticked{}}); err == nil {
			t.Fatalf("an event after the end was taken")
		}
	})
}

// settle lets a person answer whatever waits, until nothing does.
func (w *world) settle() {
	for range 100 {
		for len(planner.Commands(w.s)) > 0 && !w.s.Status.Done() {
			if err := w.do(planner.Commands(w.s)[0]); err != nil {
				w.t.Fatalf("%v", err)
			}
		}
		if w.s.Status.Done() {
			return
		}
		for _, c := range w.s.Calls {
			switch c.Phase {
			case planner.Awaiting:
				_ = w.add(planner.Event{At: w.s.At.Add(time.Hour), Ticked: &planner.Ticked{}})
			case planner.Unknown:
				_ = w.add(planner.Event{Result: &planner.Result{By: "ana", Result: tools.Result{CallID: c.ID, Attempt: c.Attempt, Status: tools.StatusFail}}})
			}
		}
	}
	w.t.Fatalf("it waits for ever: %s %s", w.s.Status, w.s.Reason)
}

func wildTurn(t *rapid.T, wild bool, phase planner.PlanPhase) planner.Generated {
	if !wild {
		if phase == planner.Planning {
			return said(`{"steps":[],"then":"answer"}`)
		}
		return said("done")
	}
	if rapid.IntRange(0, 30).Draw(t, "model fails") == 0 {
		return planner.Generated{Error: "out of memory"}
	}
	if phase == planner.Planning {
		return said(wildPlan(t))
	}
	var calls []llm.ToolCall
	for range rapid.IntRange(0, 5).Draw(t, "calls") {
		calls = append(calls, call(rapid.SampledFrom([]string{"look", "put", "pay", "fly"}).Draw(t, "tool"), rapid.SampledFrom([]string{`{}`, `{"n":1}`, `[]`, `"x"`}).Draw(t, "arguments")))
	}
	return said("text", calls...)
}

func wildPlan(t *rapid.T) string {
	out := ""
	for i := range rapid.IntRange(0, 4).Draw(t, "steps of the plan") {
		ref := rapid.SampledFrom([]string{"1", `"{{s0.id.0}}"`, `"x {{s1}} {{s0.no}}"`, `"{{s2.id}}"`}).Draw(t, "reference")
		tool := rapid.SampledFrom([]string{"look", "put", "pay", "pay", "fly"}).Draw(t, "tool")
		out += fmt.Sprintf(`{"id":"s%d","tool":"%s","arguments":{"v":%s}},`, i, tool, ref)
	}
	if out != "" {
		out = out[:len(out)-1]
	}
	return `{"steps":[` + out + `],"then":"` + rapid.SampledFrom([]string{"answer", "plan"}).Draw(t, "then") + `"}`
}
