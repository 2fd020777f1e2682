package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// TestOpen opens a bus on a folder, refuses a second one on it, and finds the records of
// the first when it is opened again. A client elsewhere calls the tools of this process.
func TestOpen(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir := t.TempDir()
	var runs atomic.Int64
	pay := raw("pay", tools.Once, 20*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) {
		runs.Add(1)
		return json.RawMessage(`"paid"`), nil
	})
	r, err := tools.NewRegistry(pay)
	if err != nil {
		t.Fatal(err)
	}
	for again := range 2 {
		b, err := bus.Open(ctx, bus.OpenOptions{Dir: dir, Listen: "127.0.0.1:0", Tools: r})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bus.Open(ctx, bus.OpenOptions{Dir: dir}); !errors.Is(err, bus.ErrLocked) || !strings.Contains(err.Error(), dir) {
			t.Errorf("a second server on one folder: %v", err)
		}
		other, err := bus.Open(ctx, bus.OpenOptions{URL: b.URL()})
		if err != nil {
			t.Fatal(err)
		}
		if got := mustCall(t, other, call("pay", `{}`)); string(got.Value) != `"paid"` || got.Replayed != (again > 0) {
			t.Errorf("opened %d times: %+v", again+1, got)
		}
		other.Close()
		b.Close()
	}
	if runs.Load() != 1 {
		t.Errorf("%d runs", runs.Load())
	}
	// What cannot be reached is said with the reason, which the client forgets between its tries.
	for url, reason := range map[string]string{"nats://127.0.0.1:1": "refused", "nats://nosuch.invalid:4222": "lookup nosuch.invalid"} {
		if _, err := bus.Open(ctx, bus.OpenOptions{URL: url, Wait: 300 * time.Millisecond}); !errors.Is(err, bus.ErrUnavailable) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, want %s", url, err, reason)
		}
	}
}

// TestReconcile asks about calls whose caller has gone: recorded, never sent, and
// started by a worker that died.
func TestReconcile(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0"})
	cl := client(t, connect(t, s))
	var runs atomic.Int64
	w := serve(t, connect(t, s), raw("pay", tools.Once, 20*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) {
		runs.Add(1)
		return json.RawMessage(`"paid"`), nil
	}))
	ask := func(k tools.Call, want tools.Status, text string) {
		t.Helper()
		if r, err := cl.Reconcile(context.Background(), k); err != nil || r.Status != want || !strings.Contains(string(r.Value)+r.Reason, text) || r.CallID != k.ID {
			t.Errorf("%+v %v, want %s %s", r, err, want, text)
		}
	}
	done, never := call("pay", `{"n":1}`), call("pay", `{"n":2}`)
	mustCall(t, cl, done)
	ask(done, tools.StatusOK, "paid")
	ask(never, tools.StatusFail, "did not run")
	if r := mustCall(t, cl, never); r.Status != tools.StatusFail || runs.Load() != 1 {
		t.Errorf("a closed call: %+v, %d runs", r, runs.Load())
	}
	w.Close() // the store answers with no worker there
	ask(done, tools.StatusOK, "paid")
	ask(never, tools.StatusFail, "did not run")

	dir := t.TempDir()
	p := spawn(t, dir, s.URL(), "CHASKI_TEST_HALT=after")
	k := call("job_once", `{"n":1}`)
	ctx, cancel := context.WithCancel(context.Background())
	gone := make(chan error, 1)
	go func() { _, err := cl.Call(ctx, k); gone <- err }()
	p.expect(t, "halted")
	p.kill()
	cancel()
	if err := <-gone; !errors.Is(err, bus.ErrOutcomeUnknown) {
		t.Error(err)
	}
	ask(k, tools.StatusUnknown, "has ended")
	k.Tenant = "other"
	if _, err := cl.Reconcile(context.Background(), k); !errors.Is(err, bus.ErrIdentity) {
		t.Errorf("another tenant's call: %v", err)
	}
}
