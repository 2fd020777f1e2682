package runtime_test

import (
	"context"
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

// endless is a model that never stops by itself.
type endless struct{ *llm.Scripted }

func (endless) Generate(ctx context.Context, req *llm.Request) iter.Seq2[llm.Event, error] {
	return func(yield func(llm.Event, error) bool) {
		for n := 0; req.MaxTokens == 0 || n < req.MaxTokens; n++ {
			select {
			case <-ctx.Done():
				yield(nil, ctx.Err())
				return
			case <-time.After(time.Millisecond):
			}
			if !yield(llm.TextDelta{Text: "and "}, nil) {
				return
			}
		}
		yield(llm.Stop{Reason: llm.StopMaxTokens, Usage: llm.Usage{GeneratedTokens: req.MaxTokens}}, nil)
	}
}

// TestNeverStops: a model or a tool that goes on for ever is stopped by the run's
// time, by its tokens, by the context and by another process; nothing is left behind.
func TestNeverStops(t *testing.T) {
	before := goruntime.NumGoroutine()
	hanging := callerFunc(func(ctx context.Context, _ tools.Call) (tools.Result, error) {
		<-ctx.Done()
		return tools.Result{}, ctx.Err()
	})
	model := endless{llm.Script()}
	for name, c := range map[string]struct {
		model  llm.Model
		budget planner.Budget
		cancel string
		want   planner.Status
	}{
		"time":                {model: model, budget: planner.Budget{Wall: 30 * time.Millisecond}, want: planner.BudgetExceeded},
		"tokens":              {model: model, budget: planner.Budget{Tokens: 20}, want: planner.BudgetExceeded},
		"a person":            {model: model, cancel: "outside", want: planner.CancelledRun},
		"a person, in a call": {model: llm.Script(calls(call("look", `{}`))), cancel: "outside", want: planner.CancelledRun},
		"the context":         {model: model, cancel: "context", want: planner.Running},
	} {
		t.Run(name, func(t *testing.T) {
			j := &journal.Memory{}
			rt, err := runtime.New(runtime.Options{Journal: j, Model: c.model, Caller: hanging, Poll: 5 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := rt.Start(ctx, started("r", c.budget)); err != nil {
				t.Fatal(err)
			}
			driven, cancel := context.WithCancel(ctx)
			defer cancel()
			time.AfterFunc(30*time.Millisecond, func() {
				switch c.cancel {
				case "outside":
					other, _ := runtime.New(runtime.Options{Journal: j})
					if err := other.Cancel(ctx, "r", planner.Cancelled{By: "ana"}); err != nil {
						t.Error(err)
					}
				case "context":
					cancel()
				}
			})
			began := time.Now()
			s, err := rt.Drive(driven, "r", nil)
			if s.Status != c.want || (err != nil) != (c.cancel == "context") || time.Since(began) > 10*time.Second {
				t.Fatal(s.Status, s.Reason, err, time.Since(began))
			}
			if again, err := rt.Load(ctx, "r"); err != nil || again.Hash() != s.Hash() {
				t.Fatal("replay:", err)
			}
		})
	}
	for wait := 0; goruntime.NumGoroutine() > before; wait++ {
		if wait > 2000 {
			t.Fatalf("%d goroutines, %d before", goruntime.NumGoroutine(), before)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
