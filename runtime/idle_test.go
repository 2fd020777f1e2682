package runtime_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// reconcilerFunc finds out what became of a call.
type reconcilerFunc func(context.Context, tools.Call) (tools.Result, error)

func (f reconcilerFunc) Reconcile(ctx context.Context, c tools.Call) (tools.Result, error) {
	return f(ctx, c)
}

// TestLooksLeaveNoTrace: driving on what can't go on, again and again, makes no journal longer:
// neither that of a run that waits, nor that of one whose sub-agent does. What has changed is seen.
func TestLooksLeaveNoTrace(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	known := false
	records := func(j journal.Journal, runs ...string) (n int) {
		for _, run := range runs {
			list, err := j.Read(ctx, run, journal.Record{})
			if err != nil {
				t.Fatal(err)
			}
			n += len(list)
		}
		return n
	}
	open := func(j journal.Journal, ask planner.Verdict, expires time.Duration) *runtime.Runtime {
		known = false
		rt, err := runtime.New(runtime.Options{Journal: j, Model: boss("pay"), Clock: func() time.Time { return now },
			Agents: map[string]runtime.SubAgent{"clerk": clerk},
			Gate: runtime.GateFunc(func(_ context.Context, _ planner.State, c planner.CallState) (planner.Decided, error) {
				d := planner.Decided{Verdict: planner.Allow, Rule: "test"}
				if c.Tool == "pay" && c.Approved == "" {
					d.Verdict = ask
				}
				if d.Verdict == planner.RequireApproval && expires > 0 {
					d.Expires = now.Add(expires)
				}
				return d, nil
			}),
			Caller: callerFunc(func(ctx context.Context, c tools.Call) (tools.Result, error) {
				if c.Tool == "pay" && ask == planner.Allow {
					return tools.Result{CallID: c.ID, Attempt: c.Attempt, Status: tools.StatusUnknown, Reason: "no answer"}, nil
				}
				return ok(ctx, c)
			}),
			Reconciler: reconcilerFunc(func(ctx context.Context, c tools.Call) (tools.Result, error) {
				if known {
					return ok(ctx, c)
				}
				return tools.Result{Status: tools.StatusUnknown, Reason: "who knows"}, nil
			})})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rt.Start(ctx, bossRun(planner.Budget{})); err != nil {
			t.Fatal(err)
		}
		return rt
	}
	for name, test := range map[string]struct {
		ask    planner.Verdict
		status planner.Status // of the child
		goesOn func(rt *runtime.Runtime, child string)
		says   string
	}{
		"approval": {planner.RequireApproval, planner.Waiting, func(rt *runtime.Runtime, child string) {
			c, err := rt.Load(ctx, child)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range c.Calls {
				if k.Phase == planner.Awaiting {
					if err := rt.Answer(ctx, child, planner.Answered{Call: k.ID, Hash: k.Hash(), Approve: true, By: "bert"}); err != nil {
						t.Fatal(err)
					}
				}
			}
		}, "done"},
		"expired":   {planner.RequireApproval, planner.Waiting, func(*runtime.Runtime, string) { now = now.Add(2 * time.Hour) }, "clerk says"},
		"cancelled": {planner.RequireApproval, planner.Waiting, func(rt *runtime.Runtime, child string) { _ = rt.Cancel(ctx, child, planner.Cancelled{By: "bert"}) }, "did not finish: cancelled"},
		"unknown":   {planner.Allow, planner.OutcomeUnknown, func(*runtime.Runtime, string) { known = true }, "done"},
	} {
		t.Run(name, func(t *testing.T) {
			j := &journal.Memory{}
			rt := open(j, test.ask, time.Hour)
			var held *runtime.ChildError
			if _, err := rt.Drive(ctx, "boss", nil); !errors.As(err, &held) || held.Status != test.status {
				t.Fatal(err)
			}
			child := childOf(t, rt)
			first, was := records(j, "boss", child), held.Error()
			for range 5 {
				s, err := rt.Drive(ctx, "boss", nil)
				if !errors.As(err, &held) || held.Status != test.status || held.Run != child || s.Status.Done() || err.Error() != was {
					t.Fatal(s.Status, err, was)
				}
				if s, err := rt.Drive(ctx, child, nil); err != nil || s.Status != test.status {
					t.Fatal(s.Status, err)
				}
			}
			if n := records(j, "boss", child); n != first {
				t.Errorf("%d records after ten looks, %d before", n, first)
			}
			test.goesOn(rt, child)
			s, err := rt.Drive(ctx, "boss", nil)
			if err != nil || s.Status != planner.Finished || !strings.Contains(s.Answer(), test.says) {
				t.Error(s.Status, s.Answer(), err)
			}
		})
	}
}
