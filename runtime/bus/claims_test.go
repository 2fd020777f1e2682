package bus_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// results opens the result store as a worker in another language would.
func results(t *testing.T, c *bus.Conn) jetstream.KeyValue {
	t.Helper()
	kv, err := c.JetStream().KeyValue(context.Background(), "chaski_results")
	if err != nil {
		t.Fatal(err)
	}
	return kv
}

func send(t *testing.T, c *bus.Conn, subject string, k tools.Call, more ...string) *nats.Subscription {
	t.Helper()
	reply := c.NATS().NewInbox()
	sub, err := c.NATS().SubscribeSync(reply)
	if err != nil {
		t.Fatal(err)
	}
	m := &nats.Msg{Subject: subject, Reply: reply, Data: k.Arguments, Header: nats.Header{"Chaski-Call-Id": {k.ID}, "Chaski-Attempt": {strconv.Itoa(k.Attempt)}, "Chaski-Tenant": {k.Tenant}}}
	for i := 0; i < len(more); i += 2 {
		m.Header.Set(more[i], more[i+1])
	}
	if err := c.NATS().PublishMsg(m); err != nil {
		t.Fatal(err)
	}
	return sub
}

// TestDuplicates delivers the same once call a hundred times to two workers at once, and
// attempts 1 to 3 among them: it runs once, and every answer is that run's.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	var runs atomic.Int64
	tool := func() *tools.Tool {
		return raw("pay", tools.Once, 5*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) {
			time.Sleep(50 * time.Millisecond)
			return json.Marshal(runs.Add(1))
		})
	}
	serve(t, connect(t, s), tool())
	serve(t, connect(t, s), tool())
	c := connect(t, s)
	subject := "chaski.call.pay." + tool().Spec().Revision
	var subs []*nats.Subscription
	for i := range 100 {
		k := call("pay", `{}`)
		k.Attempt = 1 + i%3
		subs = append(subs, send(t, c, subject, k))
	}
	answers := 0
	for _, sub := range subs {
		m, err := sub.NextMsg(500 * time.Millisecond)
		if err != nil {
			continue // an older attempt is not answered while a later one has the claim
		}
		if answers++; string(m.Data) != "1" {
			t.Errorf("answer %s %v", m.Data, m.Header)
		}
	}
	if runs.Load() != 1 || answers < 30 {
		t.Errorf("%d runs, %d answers", runs.Load(), answers)
	}
}

// TestClockSkew has claims and calls of workers whose clocks are wrong by hours. A
// claim's age is told by the server, so a living holder is neither robbed nor waited for
// after its time; a call that seems too late is handed back with the reason.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	c := connect(t, s)
	var runs atomic.Int64
	h := func(context.Context, tools.Call) (json.RawMessage, error) { return json.Marshal(runs.Add(1)) }
	tool := raw("put", tools.Idempotent, 20*time.Second, h)
	w := serve(t, c, tool, raw("pay", tools.Once, 20*time.Second, h))
	cl := client(t, c)
	alive := mustCall(t, cl, call("put", `{"first":1}`)).Worker
	alivePay := mustCall(t, cl, call("pay", `{"first":1}`)).Worker
	if runs.Load() != 2 || w == nil {
		t.Fatal(runs.Load())
	}
	claim := func(k tools.Call, worker string, expires time.Time, lease time.Duration) {
		sum := sha256.Sum256(k.Arguments)
		text, err := json.Marshal(map[string]any{"state": "claimed", "attempt": 1, "tool": k.Tool, "tenant": k.Tenant, "arguments": hex.EncodeToString(sum[:]),
			"worker": worker, "token": "t", "expires": expires.UnixMilli(), "lease_ms": lease.Milliseconds()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := results(t, c).Create(context.Background(), k.ID, text); err != nil {
			t.Fatal(err)
		}
	}
	hour := time.Hour
	// The holder lives and its claim is new; by this clock it expired an hour ago.
	k := call("put", `{"n":1}`)
	k.Deadline = time.Now().Add(700 * time.Millisecond)
	claim(k, alive, time.Now().Add(-hour), hour)
	if r := mustCall(t, cl, k); r.Status != tools.StatusTimeout || runs.Load() != 2 {
		t.Errorf("a living holder was robbed: %+v, %d runs", r, runs.Load())
	}
	// The holder lives and hangs; by its clock it has an hour left, by the server's none.
	k = call("put", `{"n":2}`)
	claim(k, alive, time.Now().Add(hour), time.Millisecond)
	if r := mustCall(t, cl, k); r.Status != tools.StatusOK || runs.Load() != 3 {
		t.Errorf("a claim whose time is over was kept: %+v, %d runs", r, runs.Load())
	}
	k = call("pay", `{"n":2}`)
	claim(k, alivePay, time.Now().Add(hour), time.Millisecond)
	if r := mustCall(t, cl, k); r.Status != tools.StatusUnknown || runs.Load() != 3 {
		t.Errorf("once: %+v, %d runs", r, runs.Load())
	}
	k = call("put", `{"n":3}`)
	sub := send(t, c, "chaski.call.put."+tool.Spec().Revision, k, "Chaski-Deadline", strconv.FormatInt(time.Now().Add(-hour).UnixMilli(), 10))
	if m, err := sub.NextMsg(10 * time.Second); err != nil || m.Header.Get("Nats-Service-Error-Code") != "503" || !strings.Contains(m.Header.Get("Nats-Service-Error"), "on this worker's clock; it did not run") {
		t.Errorf("%+v %v", m, err)
	}
}

// TestFenced lets a worker that lost its claim come back: what it has to say is dropped,
// and the object of its large result does not stay behind.
func TestFenced(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	c := connect(t, s)
	large := `"` + strings.Repeat("x", 2<<20) + `"`
	begun, release := make(chan tools.Call, 1), make(chan struct{})
	serve(t, c, raw("put", tools.Idempotent, 20*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) {
		call := tools.Call{}
		begun <- call
		<-release
		return json.RawMessage(large), nil
	}))
	k := call("put", `{}`)
	answered := make(chan tools.Result, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	cl := client(t, c)
	go func() {
		r, _ := cl.Call(ctx, k)
		answered <- r
	}()
	<-begun
	kv := results(t, c)
	e, err := kv.Get(context.Background(), k.ID)
	if err != nil {
		t.Fatal(err)
	}
	var entry map[string]any
	if err := json.Unmarshal(e.Value(), &entry); err != nil {
		t.Fatal(err)
	}
	entry["attempt"], entry["token"], entry["state"], entry["status"], entry["value"] = 2, "other", "done", "ok", "theirs"
	text, _ := json.Marshal(entry)
	if _, err := kv.Update(context.Background(), k.ID, text, e.Revision()); err != nil {
		t.Fatal(err)
	}
	close(release)
	if r := <-answered; string(r.Value) != `"theirs"` {
		t.Errorf("%s %.50s %s", r.Status, r.Value, r.Reason)
	}
	if left := objects(t, c, "chaski_objects"); len(left) != 0 {
		t.Errorf("%d objects left: %v", len(left), left[0].Name)
	}
}

func objects(t *testing.T, c *bus.Conn, bucket string) []*jetstream.ObjectInfo {
	t.Helper()
	store, err := c.JetStream().ObjectStore(context.Background(), bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	all, err := store.List(context.Background())
	if err != nil && !errors.Is(err, jetstream.ErrNoObjectsFound) {
		t.Fatal(err)
	}
	return all
}

// TestObjects counts what large results leave behind: one object for each recorded one,
// however often it is replayed, and nothing for a read.
func TestObjects(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	c := connect(t, s)
	text := `"` + strings.Repeat("é", 1<<20) + `"`
	h := func(context.Context, tools.Call) (json.RawMessage, error) { return json.RawMessage(text), nil }
	serve(t, c, raw("read", tools.Read, 0, h), raw("once", tools.Once, 0, h))
	cl := client(t, c)
	for range 3 {
		for _, tool := range []string{"read", "once"} {
			if r := mustCall(t, cl, call(tool, `{}`)); string(r.Value) != text {
				t.Errorf("%s: %s %s", tool, r.Status, r.Reason)
			}
		}
	}
	if recorded, replies := objects(t, c, "chaski_objects"), objects(t, c, "chaski_replies"); len(recorded) != 1 || len(replies) != 0 {
		t.Errorf("%d objects of records, want 1; %d of replies, want 0", len(recorded), len(replies))
	}
}

// TestStoreAway takes the server away between an effect and its record. The worker goes
// on trying; when the server is back, the result is there, and the caller gets it.
func TestStoreAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0", StoreDir: dir})
	url := s.URL()
	dial := func() *bus.Conn {
		c, err := bus.Connect(context.Background(), bus.Options{URL: url, Wait: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	var runs atomic.Int64
	begun, release := make(chan struct{}), make(chan struct{})
	serve(t, dial(), raw("pay", tools.Once, 20*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) {
		runs.Add(1)
		close(begun)
		<-release
		return json.RawMessage(`"paid"`), nil
	}))
	cl := client(t, dial())
	answered := make(chan tools.Result, 1)
	go func() {
		r, err := cl.Call(context.Background(), call("pay", `{}`))
		if err != nil {
			t.Error(err)
		}
		answered <- r
	}()
	<-begun
	s.Close()
	close(release) // the effect is there, and nobody to tell
	time.Sleep(500 * time.Millisecond)
	start(t, bus.ServerOptions{Listen: strings.TrimPrefix(url, "nats://"), StoreDir: dir})
	if r := <-answered; r.Status != tools.StatusOK || string(r.Value) != `"paid"` || runs.Load() != 1 {
		t.Errorf("%+v after %d runs", r, runs.Load())
	}
}

// TestKeeping takes the result store away while a payment is under way, for longer than the call
// has: its caller hears that the handler has returned, waits, and is given what came of it.
func TestKeeping(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t, bus.ServerOptions{}))
	begun, gone := make(chan struct{}), make(chan struct{})
	serve(t, c, raw("pay", tools.Once, 4*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) {
		close(begun)
		<-gone
		return json.RawMessage(`"paid"`), nil
	}))
	cl := client(t, c)
	answered := make(chan tools.Result, 1)
	began := time.Now()
	go func() { answered <- mustCall(t, cl, call("pay", `{}`)) }()
	<-begun
	if err := c.JetStream().DeleteKeyValue(context.Background(), "chaski_results"); err != nil {
		t.Fatal(err)
	}
	close(gone)
	if r := <-answered; r.Status != tools.StatusOK || string(r.Value) != `"paid"` || r.Replayed {
		t.Errorf("%+v after %v", r, time.Since(began))
	}
	if took := time.Since(began); took < 4*time.Second {
		t.Errorf("answered after %v: the store was not missed", took)
	}
}

// TestStoreGone takes the result store away before the claim: nothing with an effect
// runs without one, and calls go on when it is there again.
func TestStoreGone(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t, bus.ServerOptions{}))
	var runs atomic.Int64
	serve(t, c, raw("pay", tools.Once, 20*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) {
		return json.Marshal(runs.Add(1))
	}))
	cl := client(t, c)
	if err := c.JetStream().DeleteKeyValue(context.Background(), "chaski_results"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	soon := call("pay", `{"n":1}`)
	soon.Deadline = began.Add(time.Second)
	if r, err := cl.Call(context.Background(), soon); err == nil && r.Status != tools.StatusUnknown && r.Status != tools.StatusFail {
		t.Errorf("%+v", r)
	}
	if runs.Load() != 0 || time.Since(began) > 4*time.Second {
		t.Errorf("%d runs after %v", runs.Load(), time.Since(began))
	}
	if err := bus.Prepare(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	if r := mustCall(t, cl, call("pay", `{"n":2}`)); r.Status != tools.StatusOK || runs.Load() != 1 {
		t.Errorf("%+v, %d runs", r, runs.Load())
	}
}

// TestLate has handlers that return after their time: the answer that came too late
// replaces "unknown" in the record.
func TestLate(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	c := connect(t, s)
	release := make(chan struct{})
	var runs atomic.Int64
	slow := func(context.Context, tools.Call) (json.RawMessage, error) {
		runs.Add(1)
		<-release
		return json.RawMessage(`"done"`), nil
	}
	serve(t, c, raw("pay", tools.Once, 2*time.Second, slow), raw("put", tools.Idempotent, 2*time.Second, slow))
	cl := client(t, c)
	pay, put := call("pay", `{}`), call("put", `{}`)
	if r := mustCall(t, cl, pay); r.Status != tools.StatusUnknown {
		t.Errorf("%+v", r)
	}
	if r := mustCall(t, cl, put); r.Status != tools.StatusTimeout {
		t.Errorf("%+v", r)
	}
	close(release)
	for _, k := range []tools.Call{pay, put} {
		for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) { // until the worker has written it down
			r, err := cl.Reconcile(context.Background(), k)
			if err == nil && string(r.Value) == `"done"` {
				break
			}
			if time.Since(begin) > 20*time.Second {
				t.Fatalf("%s: %+v %v", k.Tool, r, err)
			}
		}
	}
	put.Attempt = 2
	if r := mustCall(t, cl, put); string(r.Value) != `"done"` || !r.Replayed {
		t.Errorf("%+v", r)
	}
	if runs.Load() != 2 {
		t.Errorf("%d runs", runs.Load())
	}
}

// TestHanging fills a worker with handlers that never return: it hands calls back, and
// another worker gets them.
func TestHanging(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	release := make(chan struct{})
	defer close(release)
	spec := tools.Spec{Name: "hang", Effect: tools.Read, Timeout: 300 * time.Millisecond, Concurrency: 2, Parameters: json.RawMessage(`{"type":"object"}`)}
	w := serve(t, connect(t, s), tools.Raw(spec, func(context.Context, tools.Call) (json.RawMessage, error) { <-release; return nil, nil }))
	cl := client(t, connect(t, s))
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			if r := mustCall(t, cl, call("hang", `{}`)); r.Status != tools.StatusTimeout {
				t.Errorf("%+v", r)
			}
		})
	}
	group.Wait()
	for begin := time.Now(); w.Stats()["hang"].Overdue != 2; time.Sleep(5 * time.Millisecond) { // callers may give up before the worker does
		switch waited := time.Since(begin); {
		case waited > 20*time.Second:
			t.Fatalf("%+v", w.Stats()["hang"])
		case waited > time.Second: // a busy machine may have brought a call after its time, which runs nothing
			mustCall(t, cl, call("hang", `{}`))
		}
	}
	// A busy machine may keep a call on its way until its time is over, which tells nothing.
	for begin := time.Now(); ; {
		_, err := cl.Call(context.Background(), call("hang", `{}`))
		if errors.Is(err, bus.ErrUnavailable) && strings.Contains(err.Error(), "all handlers of this worker hang") {
			break
		}
		if err != nil && !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 20*time.Second {
			t.Fatal(err)
		}
	}
	serve(t, connect(t, s), tools.Raw(spec, func(context.Context, tools.Call) (json.RawMessage, error) { return json.RawMessage("1"), nil }))
	served := 0
	for begin := time.Now(); served < 5; { // each call has four tries; on average 9.4 of 10 meet the sound worker
		if r, err := cl.Call(context.Background(), call("hang", `{}`)); err == nil && r.Status == tools.StatusOK {
			served++
		}
		if time.Since(begin) > 30*time.Second {
			t.Fatalf("%d calls reached the sound worker", served)
		}
	}
}

// TestExit has a handler that ends its goroutine: nobody knows what that call did, and the worker
// goes on with as many calls at once as before.
func TestExit(t *testing.T) {
	c := connect(t, start(t, bus.ServerOptions{}))
	exit := tools.Spec{Name: "exit", Effect: tools.Once, Concurrency: 1, Parameters: json.RawMessage(`{"type":"object"}`)}
	serve(t, c, tools.Raw(exit, func(context.Context, tools.Call) (json.RawMessage, error) { runtime.Goexit(); return nil, nil }))
	cl := client(t, c)
	for _, arguments := range []string{`{"n":1}`, `{"n":2}`, `{"n":3}`} {
		if r := mustCall(t, cl, call("exit", arguments)); r.Status != tools.StatusUnknown || !strings.Contains(r.Reason, "without an answer") {
			t.Errorf("%+v", r)
		}
	}
}

// TestClose closes a worker with calls running and waiting: the running one is waited
// for, with its holder alive all the while, the waiting ones go to another worker.
func TestClose(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	begun, release := make(chan struct{}), make(chan struct{})
	spec := tools.Spec{Name: "pay", Effect: tools.Once, Timeout: 20 * time.Second, Concurrency: 1, Parameters: json.RawMessage(`{"type":"object"}`)}
	r, err := tools.NewRegistry(tools.Raw(spec, func(context.Context, tools.Call) (json.RawMessage, error) {
		close(begun)
		<-release
		return json.RawMessage(`"first"`), nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	w, err := bus.Serve(context.Background(), connect(t, s), r, bus.WorkerOptions{Logger: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	cl := client(t, connect(t, s))
	answers := make(chan tools.Result, 3)
	dispatch := func(k tools.Call) {
		go func() {
			r, err := cl.Call(context.Background(), k)
			if err != nil {
				t.Error(err)
			}
			answers <- r
		}()
	}
	dispatch(call("pay", `{"n":1}`))
	<-begun
	dispatch(call("pay", `{"n":2}`))
	dispatch(call("pay", `{"n":3}`))
	time.Sleep(50 * time.Millisecond) // they wait in the first worker now
	serve(t, connect(t, s), tools.Raw(spec, func(context.Context, tools.Call) (json.RawMessage, error) { return json.RawMessage(`"second"`), nil }))
	closed := make(chan struct{})
	go func() { w.Close(); close(closed) }()
	for range 2 {
		if r := <-answers; string(r.Value) != `"second"` {
			t.Errorf("%+v", r)
		}
	}
	again := call("pay", `{"n":1}`)
	again.Attempt = 2
	dispatch(again) // finds the claim of a worker that leaves, and waits for it
	time.Sleep(100 * time.Millisecond)
	close(release)
	<-closed
	for range 2 {
		if r := <-answers; string(r.Value) != `"first"` {
			t.Errorf("%+v", r)
		}
	}
}
