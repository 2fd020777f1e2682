package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// TestAttempts: a call that gave no answer is tried again after a pause that grows, and one
// of a once tool never, whatever it says of itself.
func TestAttempts(t *testing.T) {
	timeout := tools.Result{Status: tools.StatusTimeout, Reason: "502 Bad Gateway"}
	for name, c := range map[string]struct {
		tool  string
		res   tools.Result
		err   error
		first error // of the first attempt only; then res and err
		times int
		want  planner.Status
	}{
		"a gateway without an answer": {tool: "put", res: timeout, times: 3, want: planner.Finished},
		"a lost connection":           {tool: "put", err: errors.New("connection lost"), times: 3, want: planner.Finished},
		"no worker at all":            {tool: "put", err: tools.ErrNoWorker, times: 1, want: planner.Finished},
		"lost, then no worker":        {tool: "put", first: errors.New("connection lost"), err: tools.ErrNoWorker, times: 3, want: planner.Finished},
		"it wants a retry":            {tool: "put", res: tools.Result{Status: tools.StatusRetry}, times: 1, want: planner.Finished},
		"no retries declared":         {tool: "look", res: timeout, times: 1, want: planner.Finished},
		"once, no answer":             {tool: "pay", err: errors.New("connection lost"), times: 1, want: planner.OutcomeUnknown},
		"once, no worker":             {tool: "pay", err: tools.ErrNoWorker, times: 1, want: planner.Finished},
		"once, not sent in time":      {tool: "pay", err: fmt.Errorf("%w: %w", tools.ErrNotSent, context.DeadlineExceeded), times: 1, want: planner.Finished},
		"not sent in time":            {tool: "put", err: fmt.Errorf("%w: %w", tools.ErrNotSent, context.DeadlineExceeded), times: 3, want: planner.Finished},
		"once, given up when sent":    {tool: "pay", err: context.DeadlineExceeded, times: 1, want: planner.OutcomeUnknown},
		"once, a bad call":            {tool: "pay", err: tools.ErrBadCall, times: 1, want: planner.Finished},
		"once, an odd status":         {tool: "pay", res: tools.Result{Status: "fine"}, times: 1, want: planner.OutcomeUnknown},
		"once, no JSON":               {tool: "pay", res: tools.Result{Status: tools.StatusOK, Value: []byte("{")}, times: 1, want: planner.OutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var at []time.Duration
				began := time.Now()
				model := llm.Script(llm.Turn{Calls: []llm.ToolCall{call(c.tool, `{}`)}}, llm.Turn{Text: "so"})
				s := drive(t, runtime.Options{Model: model, Gate: verdict(planner.Allow), Caller: callerFunc(func(_ context.Context, call tools.Call) (tools.Result, error) {
					if at = append(at, time.Since(began)); len(at) != call.Attempt {
						t.Errorf("attempt %d is called %d", len(at), call.Attempt)
					}
					if c.first != nil && call.Attempt == 1 {
						return tools.Result{}, c.first
					}
					return c.res, c.err
				})}, planner.Budget{})
				if s.Status != c.want || len(at) != c.times {
					t.Fatalf("%s (%s) after attempts at %v, want %s and %d", s.Status, s.Reason, at, c.want, c.times)
				}
				pause := 200 * time.Millisecond
				for i := 1; i < len(at); i++ {
					if at[i]-at[i-1] < pause {
						t.Errorf("attempts at %v, want a pause of %v", at, pause)
					}
					pause *= 2
				}
			})
		})
	}
}

// TestCancelledBetweenAttempts: a run that is cancelled in such a pause, or whose process is
// told to stop, calls no more.
func TestCancelledBetweenAttempts(t *testing.T) {
	for _, cancel := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			driving, stop := context.WithCancel(ctx)
			var rt *runtime.Runtime
			var err error
			rt, err = runtime.New(runtime.Options{Journal: &journal.Memory{}, Model: llm.Script(llm.Turn{Calls: []llm.ToolCall{call("put", `{}`)}}, llm.Turn{Text: "so"}),
				Gate: verdict(planner.Allow), Clock: time.Now, Poll: 10 * time.Millisecond,
				Caller: callerFunc(func(context.Context, tools.Call) (tools.Result, error) {
					calls++
					time.AfterFunc(100*time.Millisecond, func() {
						if cancel {
							if err := rt.Cancel(ctx, "r", planner.Cancelled{By: "ana"}); err != nil {
								t.Error(err)
							}
						} else {
							stop()
						}
					})
					return tools.Result{Status: tools.StatusTimeout}, nil
				})})
			if err != nil {
				t.Fatal(err)
			}
			_, _ = rt.Start(ctx, started("r", planner.Budget{}))
			s, err := rt.Drive(driving, "r", nil)
			if cancel && (err != nil || s.Status != planner.CancelledRun) || !cancel && !errors.Is(err, context.Canceled) || calls != 1 {
				t.Fatalf("%s, %v, %d calls", s.Status, err, calls)
			}
			if !cancel { // it goes on later: the attempt that was left counts
				if s, err = rt.Drive(ctx, "r", nil); err != nil || s.Status != planner.Finished || calls != 2 {
					t.Fatalf("%s, %v, %d calls", s.Status, err, calls)
				}
			}
			stop()
		})
	}
}
