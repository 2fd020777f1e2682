package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// fakeClock stands still until it is set.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) set(seconds int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = time.Unix(seconds, 0)
}

// waits starts a run that looks at two people at once. Each look needs an approval: that
// at ana until 1000, that at bob until 2000, by the clock, which stands at 100.
func waits(t *testing.T, j journal.Journal) (rt *runtime.Runtime, clock *fakeClock) {
	t.Helper()
	clock = &fakeClock{now: time.Unix(100, 0)}
	rt, err := runtime.New(runtime.Options{
		Journal: j, Caller: callerFunc(ok), Clock: clock.Now, Poll: 5 * time.Millisecond,
		Model: &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
			if len(req.Messages) < 3 {
				return llm.Turn{Calls: []llm.ToolCall{call("look", `{"at":"ana"}`), call("look", `{"at":"bob"}`)}}
			}
			var text strings.Builder
			for _, m := range req.Messages {
				if m.Role == llm.RoleTool {
					text.WriteString(string(m.Value) + m.Content + "; ")
				}
			}
			return llm.Turn{Text: text.String()}
		}},
		Gate: runtime.GateFunc(func(_ context.Context, _ planner.State, c planner.CallState) (planner.Decided, error) {
			expires := time.Unix(1000, 0).UTC()
			if strings.Contains(string(c.Arguments), "bob") {
				expires = time.Unix(2000, 0).UTC()
			}
			return planner.Decided{Verdict: planner.RequireApproval, Rule: "money", Expires: expires}, nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Start(ctx, started("r", planner.Budget{})); err != nil {
		t.Fatal(err)
	}
	if s, err := rt.Drive(ctx, "r", nil); err != nil || s.Status != planner.Waiting {
		t.Fatal(s.Status, err)
	}
	return rt, clock
}

// hinted is a journal that tells of changes when the test says so.
type hinted struct {
	journal.Journal
	changed chan struct{}
}

func (h hinted) Watch(string) (<-chan struct{}, func()) { return h.changed, func() {} }

// TestWaitHint: a change is told of before it can be read, as where a stream's servers must
// agree first. It is found soon all the same.
func TestWaitHint(t *testing.T) {
	t.Parallel()
	h := hinted{&journal.Memory{}, make(chan struct{}, 1)}
	rt, _ := waits(t, h)
	out := wait(ctx, rt)
	still(t, out)
	h.changed <- struct{}{}
	still(t, out)
	answer(t, rt, 0, true)
	if s := woken(t, out); s.Calls[0].Phase == planner.Awaiting {
		t.Errorf("%+v", s.Calls[0])
	}
}

type waited struct {
	s   planner.State
	err error
}

func wait(ctx context.Context, rt *runtime.Runtime) <-chan waited {
	out := make(chan waited, 1)
	go func() {
		s, err := rt.Wait(ctx, "r")
		out <- waited{s, err}
	}()
	return out
}

func still(t *testing.T, out <-chan waited) {
	t.Helper()
	select {
	case w := <-out:
		t.Fatalf("it waits no more: %s %v", w.s.Status, w.err)
	case <-time.After(50 * time.Millisecond):
	}
}

func woken(t *testing.T, out <-chan waited) planner.State {
	t.Helper()
	select {
	case w := <-out:
		if w.err != nil {
			t.Fatal(w.err)
		}
		return w.s
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for ever")
	}
	return planner.State{}
}

func answer(t *testing.T, rt *runtime.Runtime, n int, approve bool) {
	t.Helper()
	s, err := rt.Load(ctx, "r")
	if err != nil {
		t.Fatal(err)
	}
	c := s.Calls[n]
	if err := rt.Answer(ctx, "r", planner.Answered{Call: c.ID, Hash: c.Hash(), Approve: approve, By: "eva"}); err != nil {
		t.Fatal(err)
	}
}

func finish(t *testing.T, rt *runtime.Runtime, want string) {
	t.Helper()
	s, err := rt.Drive(ctx, "r", nil)
	if err != nil || s.Status != planner.Finished || s.Answer() != want {
		t.Fatalf("%s %q %v, want %q", s.Status, s.Answer(), err, want)
	}
	again, err := rt.Load(ctx, "r")
	if err != nil || again.Hash() != s.Hash() {
		t.Fatal("replay:", err)
	}
}

// ticks counts the events by which time passed.
func ticks(t *testing.T, rt *runtime.Runtime) (n int) {
	t.Helper()
	events, _, err := rt.Events(ctx, "r")
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range events {
		if ev.Ticked != nil {
			n++
		}
	}
	return n
}

const (
	lateForAna = "denied: nobody approved it before 1970-01-01T00:16:40Z; "
	lateForBob = "denied: nobody approved it before 1970-01-01T00:33:20Z; "
)

// TestWaitExpires: each request expires at its own time, by the runtime's clock, and the
// model reads that nobody approved.
func TestWaitExpires(t *testing.T) {
	rt, clock := waits(t, &journal.Memory{})
	out := wait(ctx, rt)
	still(t, out)
	clock.set(999)
	still(t, out)
	clock.set(1000)
	still(t, out) // for bob
	if n := ticks(t, rt); n != 1 {
		t.Errorf("%d ticks", n)
	}
	clock.set(2000)
	if s := woken(t, out); s.Status != planner.Running {
		t.Error(s.Status)
	}
	if n := ticks(t, rt); n != 2 {
		t.Errorf("%d ticks", n)
	}
	finish(t, rt, lateForAna+lateForBob)
	if s := woken(t, wait(ctx, rt)); s.Status != planner.Finished { // nothing to wait for
		t.Error(s.Status)
	}
}

// TestWaitJumps: a clock that is set back expires nothing before its time; one that is
// set far ahead expires everything at once, with one event.
func TestWaitJumps(t *testing.T) {
	rt, clock := waits(t, &journal.Memory{})
	clock.set(-5000)
	out := wait(ctx, rt)
	still(t, out)
	clock.set(500)
	still(t, out)
	clock.set(-5000)
	still(t, out)
	clock.set(1 << 33)
	woken(t, out)
	clock.set(0)
	if n := ticks(t, rt); n != 1 {
		t.Errorf("%d ticks", n)
	}
	finish(t, rt, lateForAna+lateForBob)
}

// TestWaitAnswered: the answers come from another process while several wait.
func TestWaitAnswered(t *testing.T) {
	dir := t.TempDir()
	j, err := journal.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	rt, clock := waits(t, j)
	other, err := journal.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	person, err := runtime.New(runtime.Options{Journal: other, Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	outs := []<-chan waited{wait(ctx, rt), wait(ctx, rt), wait(ctx, rt)}
	still(t, outs[0])
	answer(t, person, 0, false)
	still(t, outs[0]) // the other is open
	answer(t, person, 1, true)
	for _, out := range outs {
		if s := woken(t, out); s.Status != planner.Running || len(s.Calls) != 2 || s.Calls[1].Phase != planner.Proposed {
			t.Errorf("%s %+v", s.Status, s.Calls)
		}
	}
	if n := ticks(t, rt); n != 0 {
		t.Errorf("%d ticks", n)
	}
	finish(t, rt, `denied: refused by eva; "done"; `)
}

// TestWaitTogether: of several that see an expiry one journals it.
func TestWaitTogether(t *testing.T) {
	rt, clock := waits(t, &journal.Memory{})
	answer(t, rt, 1, false)
	var outs []<-chan waited
	for range 8 {
		outs = append(outs, wait(ctx, rt))
	}
	clock.set(1500)
	for _, out := range outs {
		woken(t, out)
	}
	if n := ticks(t, rt); n != 1 {
		t.Errorf("%d ticks", n)
	}
	finish(t, rt, lateForAna+"denied: refused by eva; ")
}

func TestWaitCancelled(t *testing.T) {
	rt, clock := waits(t, &journal.Memory{})
	out := wait(ctx, rt)
	if err := rt.Cancel(ctx, "r", planner.Cancelled{By: "eva"}); err != nil {
		t.Fatal(err)
	}
	if s := woken(t, out); s.Outcome != planner.CancelledRun {
		t.Error(s.Status, s.Outcome)
	}
	clock.set(5000)
	if s, err := rt.Drive(ctx, "r", nil); err != nil || s.Status != planner.CancelledRun {
		t.Error(s.Status, err)
	}
}

// TestWaitSettled: a call whose outcome nobody knows is waited for as well.
func TestWaitSettled(t *testing.T) {
	rt, err := runtime.New(runtime.Options{Journal: &journal.Memory{}, Gate: verdict(planner.Allow), Poll: 5 * time.Millisecond,
		Model: llm.Script(calls(call("pay", `{}`)), llm.Turn{Text: "paid"}),
		Caller: callerFunc(func(context.Context, tools.Call) (tools.Result, error) {
			return tools.Result{}, errors.New("connection lost")
		})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Start(ctx, started("r", planner.Budget{})); err != nil {
		t.Fatal(err)
	}
	s, err := rt.Drive(ctx, "r", nil)
	if err != nil || s.Status != planner.OutcomeUnknown {
		t.Fatal(s.Status, err)
	}
	out := wait(ctx, rt)
	still(t, out)
	if err := rt.Settle(ctx, "r", "eva", tools.Result{CallID: s.Calls[0].ID, Attempt: 1, Status: tools.StatusOK}); err != nil {
		t.Fatal(err)
	}
	woken(t, out)
	finish(t, rt, "paid")
}

// TestWaitStops: Wait ends with its context and leaves neither goroutine nor event behind.
func TestWaitStops(t *testing.T) {
	rt, _ := waits(t, &journal.Memory{})
	before := goruntime.NumGoroutine()
	stopped, cancel := context.WithCancel(ctx)
	out := wait(stopped, rt)
	still(t, out)
	cancel()
	if w := <-out; !errors.Is(w.err, context.Canceled) {
		t.Error(w.err)
	}
	for until := time.Now().Add(20 * time.Second); goruntime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d goroutines, %d before", goruntime.NumGoroutine(), before)
		}
	}
	if n := ticks(t, rt); n != 0 {
		t.Errorf("%d ticks", n)
	}
	if _, err := rt.Wait(ctx, "none"); !errors.Is(err, journal.ErrNoRun) {
		t.Error(err)
	}
}

// keeper is a model that notes what it is told about sessions.
type keeper struct {
	llm.Model
	told []string
	err  error
}

func (k *keeper) Suspend(_ context.Context, tenant, session string) error {
	k.told = append(k.told, "suspend "+tenant+"/"+session)
	return k.err
}

func (k *keeper) EndSession(tenant, session string) {
	k.told = append(k.told, "end "+tenant+"/"+session)
}

// TestKeeperIsTold: the context of a run that waits for a person leaves memory, that of
// one which has ended is given up. A model that can't do it holds nothing up.
func TestKeeperIsTold(t *testing.T) {
	model := &keeper{err: errors.New("there is no page file"), Model: llm.Script(
		llm.Turn{Calls: []llm.ToolCall{call("look", `{"at":"ana"}`)}}, llm.Turn{Text: "done"},
	)}
	rt, err := runtime.New(runtime.Options{
		Journal: &journal.Memory{}, Caller: callerFunc(ok), Model: model,
		Gate: runtime.GateFunc(func(_ context.Context, _ planner.State, c planner.CallState) (planner.Decided, error) {
			return planner.Decided{Verdict: planner.RequireApproval, Rule: "ask"}, nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	start := started("r", planner.Budget{})
	start.Tenant = "acme"
	if _, err := rt.Start(ctx, start); err != nil {
		t.Fatal(err)
	}
	s, err := rt.Drive(ctx, "r", nil)
	if err != nil || s.Status != planner.Waiting {
		t.Fatalf("%v, %v", s.Status, err)
	}
	answer(t, rt, 0, true)
	if s, err = rt.Drive(ctx, "r", nil); err != nil || s.Status != planner.Finished {
		t.Fatalf("%v, %v", s.Status, err)
	}
	if want := []string{"suspend acme/r", "end acme/r"}; !slices.Equal(model.told, want) {
		t.Errorf("told %q, want %q", model.told, want)
	}
}
