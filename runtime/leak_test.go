package runtime_test

import (
	"context"
	"encoding/json"
	"iter"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// stoppable is a model that calls at every piece of its turns.
type stoppable struct {
	*llm.Scripted
	at func()
}

func (m stoppable) Generate(ctx context.Context, req *llm.Request) iter.Seq2[llm.Event, error] {
	return func(yield func(llm.Event, error) bool) {
		for ev, err := range m.Scripted.Generate(ctx, req) {
			m.at()
			if ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			if !yield(ev, err) {
				return
			}
		}
	}
}

// TestCancelLeavesNothing stops a run, as Ctrl-C does, at every piece of text, every
// piece of a call, every dispatch and every reply: Drive returns, its goroutines are
// gone, the lease is free, and the run goes on to its end without paying twice.
func TestCancelLeavesNothing(t *testing.T) {
	base := goruntime.NumGoroutine()
	points := 0
	for at := 1; ; at++ {
		j := &journal.Memory{}
		stop, cancel := context.WithCancel(ctx)
		seen, paid := 0, 0
		point := func() {
			if seen++; seen == at {
				cancel()
			}
		}
		model := stoppable{at: point, Scripted: &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
			if len(req.Messages) > 2 {
				return llm.Turn{Text: "Paid."}
			}
			return llm.Turn{Text: "Let me see.", Calls: []llm.ToolCall{call("look", `{"n":1}`), call("pay", `{"eur":5}`)}}
		}}}
		gate := runtime.GateFunc(func(context.Context, planner.State, planner.CallState) (planner.Decided, error) {
			point()
			return planner.Decided{Verdict: planner.Allow}, nil
		})
		caller := callerFunc(func(ctx context.Context, c tools.Call) (tools.Result, error) {
			point() // the dispatch
			if ctx.Err() != nil {
				return tools.Result{}, tools.ErrUnavailable
			}
			if c.Tool == "pay" {
				paid++
			}
			point() // the reply
			return ok(ctx, c)
		})
		rt, err := runtime.New(runtime.Options{Journal: j, Model: model, Gate: gate, Caller: caller})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rt.Start(ctx, started("r", planner.Budget{})); err != nil {
			t.Fatal(err)
		}
		s, err := rt.Drive(stop, "r", nil)
		cancel()
		if seen < at {
			if err != nil || s.Status != planner.Finished {
				t.Fatal(s.Status, err)
			}
			points = at - 1
			break
		}
		for until := time.Now().Add(20 * time.Second); goruntime.NumGoroutine() > base; time.Sleep(time.Millisecond) {
			if time.Now().After(until) {
				buf := make([]byte, 1<<16)
				t.Fatalf("stopped at point %d: %d goroutines, %d before\n%s", at, goruntime.NumGoroutine(), base, buf[:goruntime.Stack(buf, true)])
			}
		}
		for range 3 {
			s, err = rt.Drive(ctx, "r", nil)
			if err != nil {
				t.Fatalf("stopped at point %d: %v", at, err)
			}
			for _, c := range s.Calls { // a person has seen the account
				if c.Phase == planner.Unknown {
					if err := rt.Settle(ctx, "r", "ana", tools.Result{CallID: c.ID, Attempt: c.Attempt, Status: tools.StatusOK, Value: json.RawMessage(`"seen"`)}); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if s.Status != planner.Finished || paid > 1 {
			t.Fatalf("stopped at point %d: %s, paid %d times", at, s.Status, paid)
		}
	}
	if points < 12 {
		t.Errorf("only %d points at which to stop", points)
	}
	t.Logf("stopped at each of %d points", points)
}
