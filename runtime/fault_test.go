package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// away is a model that pays first and whose second turn fails n times with that error.
func away(n int, err error) *llm.Scripted {
	failed := 0
	return &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		if req.Messages[len(req.Messages)-1].Role != llm.RoleTool {
			return llm.Turn{Calls: []llm.ToolCall{call("pay", `{"eur":7}`)}}
		}
		if failed < n {
			failed++
			return llm.Turn{Text: "Pai", Err: err}
		}
		return llm.Turn{Text: "Paid."}
	}}
}

// TestModelFaults drives runs whose model fails after a payment: what passes is ridden
// out or suspends the run, what does not ends it, and it goes on either way. Nobody pays twice.
func TestModelFaults(t *testing.T) {
	type c struct {
		err      error
		times    int
		patience time.Duration
		want     planner.Status // after the first drive
		after    time.Duration  // the run is suspended for, at least
	}
	passes := func(after time.Duration) error {
		return fmt.Errorf("model: %w", &llm.PassingError{Err: errors.New("too many requests"), After: after})
	}
	for name, c := range map[string]c{
		"busy once":                     {err: passes(0), times: 1, want: planner.Finished},
		"away for a while":              {err: passes(0), times: 6, want: planner.Finished},
		"away for long":                 {err: passes(0), times: 40, want: planner.Suspended, after: 5 * time.Second},
		"retry after 31 s":              {err: passes(31 * time.Second), times: 1, want: planner.Finished},
		"retry after an hour":           {err: passes(time.Hour), times: 1, want: planner.Suspended, after: time.Hour},
		"no patience":                   {err: passes(0), times: 1, patience: -1, want: planner.Suspended, after: 5 * time.Second},
		"cut stream":                    {err: io.ErrUnexpectedEOF, times: 2, want: planner.Finished},
		"connection refused":            {err: fmt.Errorf("dial: %w", syscall.ECONNREFUSED), times: 2, want: planner.Finished},
		"reset":                         {err: fmt.Errorf("read: %w", syscall.ECONNRESET), times: 1, patience: -1, want: planner.Suspended},
		"its own time-out":              {err: context.DeadlineExceeded, times: 1, want: planner.Finished},
		"a wrong key":                   {err: errors.New("the key was refused"), times: 1, want: planner.Failed},
		"a schema it cannot enforce":    {err: errors.New("grammar: uniqueItems"), times: 1, want: planner.Failed},
		"a passing one with full words": {err: &llm.PassingError{Err: llm.ErrContextFull}, times: 1, want: planner.Finished},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				paid, retries := 0, 0
				j := &journal.Memory{}
				rt, err := runtime.New(runtime.Options{Journal: j, Model: away(c.times, c.err), Gate: verdict(planner.Allow), Patience: c.patience, Clock: time.Now,
					Caller: callerFunc(func(context.Context, tools.Call) (tools.Result, error) {
						paid++
						return ok(ctx, tools.Call{})
					})})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := rt.Start(ctx, started("r", planner.Budget{})); err != nil {
					t.Fatal(err)
				}
				s, err := rt.Drive(ctx, "r", func(u runtime.Update) {
					if u.Retry != nil {
						retries++
					}
				})
				if err != nil || s.Status != c.want {
					t.Fatalf("%s (%s), %v, want %s", s.Status, s.Reason, err, c.want)
				}
				if c.want == planner.Finished && retries != c.times {
					t.Errorf("the watcher saw %d retries, want %d", retries, c.times)
				}
				if wait := time.Until(faultUntil(s)); wait < c.after-time.Second {
					t.Errorf("it is tried again in %v, want %v", wait, c.after)
				}
				for i := 0; !s.Status.Done() || s.Status == planner.Failed; i++ {
					if s.Status == planner.Failed {
						if !s.Reopenable() {
							t.Fatal("a run that its model failed cannot go on")
						}
						if err := rt.Reopen(ctx, "r", "ana"); err != nil {
							t.Fatal(err)
						}
					} else if s, err = rt.Wait(ctx, "r"); err != nil || s.Status != planner.Suspended {
						t.Fatal(s.Status, err)
					}
					if s, err = rt.Drive(ctx, "r", nil); err != nil || i > 50 {
						t.Fatal(i, err)
					}
				}
				if s.Status != planner.Finished || s.Answer() != "Paid." || paid != 1 {
					t.Errorf("%s: %q, paid %d times", s.Status, s.Answer(), paid)
				}
				if again, err := rt.Load(ctx, "r"); err != nil || again.Hash() != s.Hash() {
					t.Errorf("replay gives another state: %v", err)
				}
				if err := rt.Reopen(ctx, "r", "ana"); !errors.Is(err, planner.ErrEvent) {
					t.Errorf("a finished run is opened again: %v", err)
				}
			})
		})
	}
}

func faultUntil(s planner.State) time.Time {
	if s.Fault == nil {
		return time.Now().Add(time.Hour * 24)
	}
	return s.Fault.Until
}

// TestFaultAndBudget suspends rather than wait longer than the run's time, and does not
// count the time for which a run is suspended.
func TestFaultAndBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, _ := runtime.New(runtime.Options{Journal: &journal.Memory{}, Model: away(1, &llm.PassingError{Err: errors.New("busy"), After: 20 * time.Second}),
			Gate: verdict(planner.Allow), Caller: callerFunc(ok), Clock: time.Now})
		_, _ = rt.Start(ctx, started("r", planner.Budget{Wall: 10 * time.Second}))
		s, err := rt.Drive(ctx, "r", nil)
		if err != nil || s.Status != planner.Suspended {
			t.Fatal(s.Status, s.Reason, err)
		}
		time.Sleep(time.Hour)
		if s, err = rt.Drive(ctx, "r", nil); err != nil || s.Status != planner.Finished {
			t.Fatal(s.Status, s.Reason, err)
		}
	})
}

// TestFaultCancelled cancels a run while it waits for its model, and a suspended one.
func TestFaultCancelled(t *testing.T) {
	for _, patience := range []time.Duration{0, -1} {
		synctest.Test(t, func(t *testing.T) {
			rt, _ := runtime.New(runtime.Options{Journal: &journal.Memory{}, Model: away(1000, &llm.PassingError{Err: errors.New("busy")}),
				Gate: verdict(planner.Allow), Caller: callerFunc(ok), Patience: patience, Clock: time.Now})
			_, _ = rt.Start(ctx, started("r", planner.Budget{}))
			if patience == 0 {
				time.AfterFunc(3*time.Second, func() { _ = rt.Cancel(ctx, "r", planner.Cancelled{By: "ana"}) })
			}
			s, err := rt.Drive(ctx, "r", nil)
			if patience < 0 {
				if err := rt.Cancel(ctx, "r", planner.Cancelled{By: "ana"}); err != nil {
					t.Fatal(err)
				}
				s, err = rt.Drive(ctx, "r", nil)
			}
			if err != nil || s.Status != planner.CancelledRun {
				t.Fatal(s.Status, err)
			}
		})
	}
}

// TestOldFailureReopens opens a run again whose journal is of the time before faults
// were events of their own.
func TestOldFailureReopens(t *testing.T) {
	var s planner.State
	fold := func(ev planner.Event) {
		t.Helper()
		ev.At = time.Now()
		if err := planner.Check(s, ev); err != nil {
			t.Fatal(err)
		}
		s = planner.Fold(s, ev)
	}
	start := started("r", planner.Budget{})
	fold(planner.Event{Started: &start})
	fold(planner.Event{Leased: &planner.Leased{Epoch: 1}})
	prompt := planner.HashRequest(planner.Commands(s)[0].Request)
	fold(planner.Event{Generated: &planner.Generated{Prompt: prompt, Error: "the endpoint does not answer (status 503)"}})
	fold(planner.Event{Ended: &planner.Ended{Status: planner.Failed, Reason: s.OutcomeReason, State: s.Hash()}})
	fold(planner.Event{Reopened: &planner.Reopened{By: "ana"}})
	cmds := planner.Commands(s)
	if len(cmds) != 1 || cmds[0].Kind != planner.Generate || planner.HashRequest(cmds[0].Request) != prompt || !strings.HasPrefix(string(s.Status), "running") {
		t.Fatalf("%s: %+v", s.Status, cmds)
	}
	for name, ev := range map[string]planner.Event{
		"a fault of another prompt": {Faulted: &planner.Faulted{Prompt: "other"}},
		"opened while it runs":      {Reopened: &planner.Reopened{}},
	} {
		if err := planner.Check(s, ev); !errors.Is(err, planner.ErrEvent) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
