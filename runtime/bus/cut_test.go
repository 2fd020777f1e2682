package bus_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// behind is a connection to a server by a wire that can be cut.
func behind(t *testing.T, s *bus.Server, cut *atomic.Bool) *bus.Conn {
	t.Helper()
	at := wire(t, strings.TrimPrefix(s.URL(), "nats://"), cut)
	c, err := bus.Connect(context.Background(), bus.Options{URL: at.String()})
	must(t, err)
	t.Cleanup(func() { cut.Store(false); c.Close() })
	return c
}

// TestCutOffCaller has a payment wait on a cut wire while somebody else asks what became of it, and
// arrive afterwards, well within its time: "it did not run" was said, so it never does.
func TestCutOffCaller(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0"})
	var paid atomic.Int32
	serve(t, connect(t, s), raw("pay", tools.Once, time.Minute, func(context.Context, tools.Call) (json.RawMessage, error) {
		paid.Add(1)
		return json.RawMessage(`"paid"`), nil
	}))
	var cut atomic.Bool
	far, near := client(t, behind(t, s, &cut)), client(t, connect(t, s))
	pay := call("pay", `{"n":1}`)
	var err error
	pay.Store, err = far.Witness(ctx)
	must(t, err)
	mustCall(t, far, call("pay", `{"n":0}`)) // it knows the tool
	cut.Store(true)
	answered := make(chan tools.Result, 1)
	go func() {
		r, err := far.Call(ctx, pay)
		if err != nil {
			t.Error(err)
		}
		answered <- r
	}()
	if r, err := near.Reconcile(ctx, pay); err != nil || r.Status != tools.StatusFail || !strings.Contains(r.Reason, "did not run") {
		t.Fatalf("%+v %v", r, err)
	}
	cut.Store(false)
	if r := <-answered; r.Status != tools.StatusFail || !strings.Contains(r.Reason, "did not run") {
		t.Errorf("its caller: %+v", r)
	}
	if n := paid.Load(); n != 1 {
		t.Errorf("%d payments, want that of before the cut alone", n)
	}
}

// TestCutOffWorker cuts the wire of a worker that has begun a payment. Its caller hears nothing in
// time, which is no failure; whoever is sent the same call then, finds a claim whose time is over,
// and does not pay a second time.
func TestCutOffWorker(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0"})
	var cut atomic.Bool
	var paid atomic.Int32
	begun, release := make(chan struct{}, 8), make(chan struct{})
	pay := func() *tools.Tool {
		return raw("pay", tools.Once, 2*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) {
			paid.Add(1)
			begun <- struct{}{}
			<-release
			return json.RawMessage(`"paid"`), nil
		})
	}
	serve(t, behind(t, s, &cut), pay())
	t.Cleanup(func() { cut.Store(false); close(release) }) // before the worker is closed
	near := connect(t, s)
	cl := client(t, near)
	k := call("pay", `{"n":1}`)
	answered := make(chan tools.Result, 1)
	go func() { answered <- mustCall(t, cl, k) }()
	<-begun
	cut.Store(true)
	if r := <-answered; r.Status != tools.StatusUnknown {
		t.Errorf("its caller: %+v", r)
	}
	serve(t, near, pay())
	subject := "chaski.call.pay." + pay().Spec().Revision
	replies := make(chan *nats.Msg, 24)
	for range cap(replies) { // some are sent to the one that is cut off
		sub := send(t, near, subject, k)
		go func() {
			if m, err := sub.NextMsg(30 * time.Second); err == nil {
				replies <- m
			}
		}()
	}
	m := <-replies // it waits a second for the other's sign of life
	if got := m.Header.Get("Nats-Service-Error"); !strings.Contains(got, "may or may not") {
		t.Errorf("sent again: %s %v", m.Data, m.Header)
	}
	if r, err := cl.Reconcile(ctx, k); err != nil || r.Status != tools.StatusUnknown {
		t.Errorf("asked about: %+v %v", r, err)
	}
	if n := paid.Load(); n != 1 {
		t.Errorf("paid %d times", n)
	}
}
