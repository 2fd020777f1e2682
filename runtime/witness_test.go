package runtime_test

import (
	"context"
	"errors"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// witness is a store of results that says what it is, and is asked about calls later.
type witness struct{ asked []tools.Call }

func (w *witness) Witness(context.Context) (string, error) { return "as it was", nil }

func (w *witness) Reconcile(_ context.Context, c tools.Call) (tools.Result, error) {
	w.asked = append(w.asked, c)
	return tools.Result{Status: tools.StatusUnknown, Reason: "who knows"}, nil
}

// TestWitness: what the store of results was when a once call was meant goes with the call,
// and, after a restart, with the question what became of it.
func TestWitness(t *testing.T) {
	j, w := &journal.Memory{}, &witness{}
	leave, stop := context.WithCancel(ctx)
	var sent []tools.Call
	opt := runtime.Options{Journal: j, Gate: verdict(planner.Allow), Reconciler: w,
		Model: &llm.Scripted{Next: func(int, *llm.Request) llm.Turn { return llm.Turn{Calls: []llm.ToolCall{call("pay", `{}`)}} }},
		Caller: callerFunc(func(_ context.Context, c tools.Call) (tools.Result, error) {
			sent = append(sent, c)
			stop()
			return tools.Result{}, context.Canceled
		})}
	rt, err := runtime.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	run, err := rt.Start(ctx, started("r", planner.Budget{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Drive(leave, run, nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if s, err := rt.Drive(ctx, run, nil); err != nil || s.Status != planner.OutcomeUnknown {
		t.Fatal(s.Status, err)
	}
	if len(sent) != 1 || len(w.asked) != 1 || sent[0].Store != "as it was" || w.asked[0].Store != "as it was" || w.asked[0].ID != sent[0].ID {
		t.Errorf("sent %+v, asked about %+v", sent, w.asked)
	}
}
