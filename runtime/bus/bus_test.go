package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/micro"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("CHASKI_TEST_WORKER"); dir != "" {
		workerProcess(dir)
		return
	}
	os.Exit(m.Run())
}

type pair struct {
	A int `json:"a"`
	B int `json:"b" jsonschema:"default=1"`
}

type sum struct {
	Sum int `json:"sum"`
}

func add(_ context.Context, in pair) (sum, error) { return sum{in.A + in.B}, nil }

func start(t *testing.T, o bus.ServerOptions) *bus.Server {
	t.Helper()
	if o.StoreDir == "" {
		o.StoreDir = t.TempDir()
	}
	s, err := bus.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func connect(t *testing.T, s *bus.Server) *bus.Conn {
	t.Helper()
	c, err := bus.Connect(context.Background(), bus.Options{Server: s, Wait: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func serve(t *testing.T, c *bus.Conn, all ...*tools.Tool) *bus.Worker {
	t.Helper()
	r, err := tools.NewRegistry(all...)
	if err != nil {
		t.Fatal(err)
	}
	w, err := bus.Serve(context.Background(), c, r, bus.WorkerOptions{Logger: zerolog.Nop(), Drain: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func client(t *testing.T, c *bus.Conn) *bus.Client {
	t.Helper()
	cl, err := bus.NewClient(c, bus.ClientOptions{Grace: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return cl
}

func call(tool, arguments string) tools.Call {
	return tools.Call{ID: tools.CallID("run", 1, 0, tool, []byte(arguments)), Attempt: 1, Run: "run", Tenant: "acme", Tool: tool, Arguments: json.RawMessage(arguments)}
}

// mustCall calls a tool, once: the first answer is the one that is judged.
func mustCall(t *testing.T, c tools.Caller, call tools.Call) tools.Result {
	t.Helper()
	r, err := c.Call(context.Background(), call)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func raw(name string, effect tools.Effect, timeout time.Duration, h tools.Handler) *tools.Tool {
	return tools.Raw(tools.Spec{Name: name, Effect: effect, Timeout: timeout, Parameters: json.RawMessage(`{"type":"object"}`)}, h)
}

// TestCall calls a tool of each class through the embedded server.
func TestCall(t *testing.T) {
	s := start(t, bus.ServerOptions{})
	c := connect(t, s)
	runs := map[tools.Effect]*atomic.Int64{}
	var all []*tools.Tool
	for _, e := range []tools.Effect{tools.Read, tools.Idempotent, tools.Once} {
		n := new(atomic.Int64)
		runs[e] = n
		all = append(all, tools.New("add_"+string(e), "Adds", func(ctx context.Context, in pair) (sum, error) {
			n.Add(1)
			if from, ok := tools.CallFrom(ctx); !ok || from.Tenant != "acme" || from.Run != "run" || from.Trace != "00-aa-bb-01" {
				return sum{}, fmt.Errorf("call context: %+v", from)
			}
			return add(ctx, in)
		}, tools.Options{Effect: e, Version: "1.2.0", Labels: map[string]string{"integrity": "tool"}}))
	}
	w := serve(t, c, all...)
	cl := client(t, connect(t, s))
	specs, err := cl.Tools(context.Background())
	if err != nil || len(specs) != 3 || specs[2].Name != "add_read" || specs[2].Version != "1.2.0" || specs[2].Labels["integrity"] != "tool" || specs[2].Revision != all[0].Spec().Revision {
		t.Fatalf("%+v %v", specs, err)
	}
	for e, n := range runs {
		k := call("add_"+string(e), `{ "a":2 }`)
		k.Trace = "00-aa-bb-01"
		r := mustCall(t, cl, k)
		if r.Status != tools.StatusOK || string(r.Value) != `{"sum":3}` || r.CallID != k.ID || r.Worker == "" {
			t.Fatalf("%s: %+v", e, r)
		}
		k.Attempt = 2
		r = mustCall(t, cl, k)
		want := int64(1)
		if e == tools.Read {
			want = 2
		}
		if string(r.Value) != `{"sum":3}` || r.Replayed != e.HasEffect() || n.Load() != want {
			t.Errorf("%s again: %+v after %d runs", e, r, n.Load())
		}
		if e.HasEffect() { // the id of one call cannot be used for another
			k.Arguments = json.RawMessage(`{"a":7}`)
			if _, err := cl.Call(context.Background(), k); !errors.Is(err, bus.ErrIdentity) {
				t.Errorf("%s: other arguments under one id: %v", e, err)
			}
		}
	}
	if st := w.Stats()["add_once"]; st.Requests != 3 || st.Replayed != 1 || st.Errors != 1 || st.ProcessingNs == 0 {
		t.Errorf("stats %+v", st)
	}
	if r := mustCall(t, cl, call("add_read", `{"a":"x"}`)); r.Status != tools.StatusInvalid || !strings.Contains(r.Reason, `$.a: expected an integer, got "x" (a string)`) {
		t.Errorf("%+v", r)
	}
}

// TestInfo reads what the nats command line shows.
func TestInfo(t *testing.T) {
	c := connect(t, start(t, bus.ServerOptions{}))
	serve(t, c, tools.New("add", "Adds", add, tools.Options{Effect: tools.Read, Version: "1.0.3"}))
	cl := client(t, c)
	mustCall(t, cl, call("add", `{"a":1}`))
	msg, err := c.NATS().Request("$SRV.INFO.add", nil, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var info micro.Info
	if err := json.Unmarshal(msg.Data, &info); err != nil || info.Version != "1.0.3" || info.Endpoints[0].QueueGroup != "chaski" || info.Endpoints[0].Metadata["effect"] != "read" || !strings.Contains(info.Endpoints[0].Metadata["spec"], `"parameters"`) {
		t.Errorf("%s %v", msg.Data, err)
	}
	var stats micro.Stats
	var data bus.Stats
	for until := time.Now().Add(20 * time.Second); data.ProcessingNs <= 0 && time.Now().Before(until); time.Sleep(time.Millisecond) { // counted after the reply
		if msg, err = c.NATS().Request("$SRV.STATS.add", nil, 10*time.Second); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(msg.Data, &stats); err != nil || json.Unmarshal(stats.Endpoints[0].Data, &data) != nil {
			t.Fatalf("%s %v", msg.Data, err)
		}
	}
	if data.Requests != 1 || data.ProcessingNs <= 0 {
		t.Errorf("%s", msg.Data)
	}
	if _, err := micro.AddService(c.NATS(), micro.Config{Name: "clock", Version: "1.0.0", Endpoint: &micro.EndpointConfig{Subject: "clock", Handler: micro.HandlerFunc(func(micro.Request) {})}}); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(tools.Spec{Name: "ping", Parameters: json.RawMessage(`{"type":"object"}`), Effect: tools.Read})
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := micro.AddService(c.NATS(), micro.Config{Name: "ping", Version: "1.0.0", Endpoint: &micro.EndpointConfig{Subject: "chaski.call.ping.x", QueueGroup: "chaski",
		Metadata: map[string]string{"chaski": "1", "spec": string(text)}, Handler: micro.HandlerFunc(func(r micro.Request) { _ = r.Error("500", "no", nil) })}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.NATS().Request("chaski.call.ping.x", nil, 10*time.Second); err != nil {
		t.Fatal(err)
	}
	all, err := cl.Figures(context.Background())
	for until := time.Now().Add(20 * time.Second); err == nil && len(all) == 2 && all[1].Requests < 1 && time.Now().Before(until); { // counted after the reply
		all, err = cl.Figures(context.Background())
	}
	if err != nil || len(all) != 2 || all[0].Tool != "add" || all[0].Requests != 1 || all[0].Errors != 0 || all[0].Worker != info.ID || all[0].Started.IsZero() {
		t.Fatalf("%+v %v", all, err)
	}
	if all[1].Tool != "ping" || all[1].Worker != foreign.Info().ID || all[1].Requests != 1 || all[1].Errors != 1 || all[1].LastError == "" {
		t.Errorf("%+v", all[1])
	}
}

// TestBadTools calls tools that misbehave: each is an answer of that call only.
func TestBadTools(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	c := connect(t, s)
	release := make(chan struct{})
	defer close(release)
	out := func(text string) tools.Handler {
		return func(context.Context, tools.Call) (json.RawMessage, error) { return json.RawMessage(text), nil }
	}
	huge := []byte(`"` + strings.Repeat("x", tools.MaxResult) + `"`)
	all := []*tools.Tool{
		raw("hang", tools.Read, 100*time.Millisecond, func(context.Context, tools.Call) (json.RawMessage, error) { <-release; return nil, nil }),
		raw("hang_once", tools.Once, 3*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) { <-release; return nil, nil }),
		raw("panic", tools.Once, 0, func(context.Context, tools.Call) (json.RawMessage, error) { panic("boom") }),
		raw("nan", tools.Read, 0, out(`{"x":NaN}`)),
		raw("twice", tools.Read, 0, out(`{"x":1,"x":2}`)),
		raw("utf8", tools.Read, 0, out("\"\xff\"")),
		raw("huge", tools.Read, 0, out(string(huge))),
		raw("gigabyte", tools.Read, 0, func(context.Context, tools.Call) (json.RawMessage, error) { return make(json.RawMessage, 1<<30), nil }),
		tools.New("typed_nan", "", func(context.Context, struct{}) (float64, error) { return math.NaN(), nil }, tools.Options{Effect: tools.Read}),
		raw("empty", tools.Read, 0, out("")),
		tools.Raw(tools.Spec{Name: "types", Effect: tools.Read, Parameters: json.RawMessage(`{"type":"object"}`), Output: json.RawMessage(`{"type":"integer"}`)}, out(`"one"`)),
		raw("retry", tools.Read, 0, func(context.Context, tools.Call) (json.RawMessage, error) {
			return nil, tools.Retry("use a\nlater date")
		}),
	}
	serve(t, c, all...)
	cl := client(t, c)
	for _, test := range []struct {
		tool   string
		status tools.Status
		reason string
	}{
		{"hang", tools.StatusTimeout, "no answer"},
		{"hang_once", tools.StatusUnknown, "may or may not"},
		{"panic", tools.StatusUnknown, "boom"},
		{"nan", tools.StatusFail, "NaN"},
		{"twice", tools.StatusFail, `key "x" appears twice`},
		{"utf8", tools.StatusFail, "invalid UTF-8"},
		{"huge", tools.StatusFail, "more than"},
		{"gigabyte", tools.StatusFail, "returned 1073741824 bytes"},
		{"typed_nan", tools.StatusFail, "no JSON form"},
		{"empty", tools.StatusFail, "the text ends"},
		{"types", tools.StatusFail, `expected an integer, got "one"`},
		{"retry", tools.StatusRetry, "use a later date"},
	} {
		r := mustCall(t, cl, call(test.tool, `{}`))
		if r.Status != test.status || !strings.Contains(r.Reason, test.reason) {
			t.Errorf("%s: %+v", test.tool, r)
		}
	}
}

// TestLarge sends a result through the object store, and replays it from there.
func TestLarge(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	c := connect(t, s)
	text := `"` + strings.Repeat("<é>", 300<<10) + `"`
	h := func(context.Context, tools.Call) (json.RawMessage, error) { return json.RawMessage(text), nil }
	serve(t, c, raw("read", tools.Read, 0, h), raw("once", tools.Once, 0, h))
	cl := client(t, c)
	for _, k := range []tools.Call{call("read", `{}`), call("once", `{}`), call("once", `{}`)} {
		if r := mustCall(t, cl, k); r.Status != tools.StatusOK || string(r.Value) != text {
			t.Errorf("%s: %s %s, %d bytes", k.Tool, r.Status, r.Reason, len(r.Value))
		}
	}
	big := call("read", `{"x":"`+strings.Repeat("x", 2<<20)+`"}`)
	if r := mustCall(t, cl, big); r.Status != tools.StatusInvalid {
		t.Errorf("%+v", r)
	}
}

// TestCancel cancels a caller and sees the handler's context end.
func TestCancel(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	ended := make(chan error, 1)
	begun := make(chan struct{}, 1)
	serve(t, connect(t, s), raw("slow", tools.Once, 0, func(ctx context.Context, _ tools.Call) (json.RawMessage, error) {
		begun <- struct{}{}
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}))
	cl := client(t, connect(t, s))
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-begun; cancel() }()
	_, err := cl.Call(ctx, call("slow", `{}`))
	if !errors.Is(err, bus.ErrOutcomeUnknown) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("the handler was not told")
	}
}

// TestDeadline sends the call's own deadline to the handler.
func TestDeadline(t *testing.T) {
	c := connect(t, start(t, bus.ServerOptions{}))
	serve(t, c, raw("ask", tools.Read, time.Minute, func(ctx context.Context, _ tools.Call) (json.RawMessage, error) {
		end, _ := ctx.Deadline()
		return json.Marshal(time.Until(end).Milliseconds())
	}))
	k := call("ask", `{}`)
	k.Deadline = time.Now().Add(30 * time.Second)
	var ms int
	if r := mustCall(t, client(t, c), k); json.Unmarshal(r.Value, &ms) != nil || ms > 30_000 || ms < 5000 {
		t.Errorf("%s ms left", r.Value)
	}
}

// TestNotSent: a call whose time is over before it leaves, because finding its worker or asking
// the store of results took too long, says so, and does not run.
func TestNotSent(t *testing.T) {
	s := start(t, bus.ServerOptions{})
	c := connect(t, s)
	var runs atomic.Int64
	serve(t, c, raw("pay", tools.Once, time.Minute, func(context.Context, tools.Call) (json.RawMessage, error) {
		runs.Add(1)
		return json.RawMessage("1"), nil
	}))
	known := client(t, c)
	mustCall(t, known, call("pay", `{}`))
	store, err := known.Witness(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, cl := range map[string]*bus.Client{"known": known, "not known": client(t, connect(t, s))} {
		over, end := context.WithDeadline(t.Context(), time.Now())
		given, cancel := context.WithCancel(t.Context())
		cancel()
		late, ready := call("pay", `{"n":1}`), call("pay", `{"n":4}`)
		ready.Store = store
		late.Deadline = time.Now().Add(-time.Second)
		for what, err := range map[string]error{
			"its time was over":        second(cl.Call(over, call("pay", `{"n":2}`))),
			"it had been given up":     second(cl.Call(given, call("pay", `{"n":3}`))),
			"given up, with a witness": second(cl.Call(given, ready)),
			"its deadline was over":    second(cl.Call(t.Context(), late)),
		} {
			if !errors.Is(err, tools.ErrNotSent) && !errors.Is(err, tools.ErrUnavailable) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		end()
	}
	time.Sleep(100 * time.Millisecond)
	if n := runs.Load(); n != 1 {
		t.Errorf("ran %d times", n)
	}
}

func second(_ tools.Result, err error) error { return err }

// TestLimit never runs more calls at once than the spec says, and several at once.
func TestLimit(t *testing.T) {
	c := connect(t, start(t, bus.ServerOptions{}))
	var now, most atomic.Int64
	together, three := make(chan struct{}), sync.Once{}
	tool := tools.Raw(tools.Spec{Name: "busy", Effect: tools.Read, Concurrency: 3, Parameters: json.RawMessage(`{"type":"object"}`)},
		func(context.Context, tools.Call) (json.RawMessage, error) {
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			if n == 3 {
				three.Do(func() { close(together) })
			}
			select { // the first ones wait for one another
			case <-together:
			case <-time.After(20 * time.Second):
			}
			time.Sleep(20 * time.Millisecond)
			now.Add(-1)
			return json.RawMessage("1"), nil
		})
	serve(t, c, tool)
	cl := client(t, c)
	errs := make(chan error, 20)
	for i := range cap(errs) {
		go func() {
			_, err := cl.Call(context.Background(), call("busy", fmt.Sprintf(`{"i":%d}`, i)))
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if most.Load() != 3 {
		t.Errorf("%d at once, want 3", most.Load())
	}
}

// TestNobody has no worker, then no NATS: typed errors, within the wait.
func TestNobody(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0"})
	conn, err := bus.Connect(context.Background(), bus.Options{URL: s.URL(), Wait: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	cl := client(t, conn)
	if _, err := cl.Call(context.Background(), call("add", `{}`)); !errors.Is(err, bus.ErrNoWorker) {
		t.Error(err)
	}
	w := serve(t, connect(t, s), tools.New("add", "", add, tools.Options{Effect: tools.Read}))
	mustCall(t, cl, call("add", `{"a":1}`))
	w.Close()
	if _, err := cl.Call(context.Background(), call("add", `{"a":1}`)); !errors.Is(err, bus.ErrNoWorker) {
		t.Error("after the worker left:", err)
	}
	url := s.URL()
	s.Close()
	for conn.NATS().IsConnected() { // what it writes before it has seen that fails at once
		time.Sleep(time.Millisecond)
	}
	began := time.Now()
	if _, err := cl.Call(context.Background(), call("add", `{"a":1}`)); !errors.Is(err, bus.ErrUnavailable) {
		t.Error(err)
	}
	if d := time.Since(began); d < 200*time.Millisecond || d > 3*time.Second {
		t.Errorf("gave up after %v", d)
	}
	if _, err := bus.Connect(context.Background(), bus.Options{URL: url, Wait: 100 * time.Millisecond}); !errors.Is(err, bus.ErrUnavailable) {
		t.Error(err)
	}
}

// TestReconnect loses the server and finds it again on the same port, results kept.
func TestReconnect(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := bus.Start(bus.ServerOptions{Listen: "127.0.0.1:0", StoreDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	dial := func() *bus.Conn {
		c, err := bus.Connect(context.Background(), bus.Options{URL: s.URL(), Wait: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	var runs atomic.Int64
	serve(t, dial(), raw("pay", tools.Once, 0, func(context.Context, tools.Call) (json.RawMessage, error) {
		runs.Add(1)
		return json.RawMessage(`"paid"`), nil
	}))
	cl := client(t, dial())
	mustCall(t, cl, call("pay", `{}`))
	url := s.URL()
	s.Close()
	back := make(chan *bus.Server, 1)
	go func() {
		time.Sleep(200 * time.Millisecond)
		again, err := bus.Start(bus.ServerOptions{Listen: strings.TrimPrefix(url, "nats://"), StoreDir: dir})
		if err != nil {
			t.Error(err)
		}
		back <- again
	}()
	var r tools.Result
	for range 50 { // the worker may come back a little after the client
		if r, err = cl.Call(context.Background(), call("pay", `{}`)); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil || !r.Replayed || string(r.Value) != `"paid"` || runs.Load() != 1 {
		t.Errorf("%+v %v after %d runs", r, err, runs.Load())
	}
	if again := <-back; again != nil {
		again.Close()
	}
}

// TestSchemas has two workers with one name: different schemas in one version are a
// conflict; a higher version wins; a caller that pinned what has gone is told.
func TestSchemas(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	cl := client(t, connect(t, s))
	one := tools.New("add", "one", add, tools.Options{Effect: tools.Read, Version: "1.0.0"})
	other := tools.New("add", "other", func(context.Context, struct{ X string }) (string, error) { return "other", nil }, tools.Options{Effect: tools.Read, Version: "1.0.0"})
	two := tools.New("add", "two", func(context.Context, struct{ Y bool }) (string, error) { return "two", nil }, tools.Options{Effect: tools.Read, Version: "1.10.0"})
	w1 := serve(t, connect(t, s), one)
	mustCall(t, cl, call("add", `{"a":1}`))
	wo := serve(t, connect(t, s), other)
	if specs, err := cl.Tools(context.Background()); err != nil || len(specs) != 0 {
		t.Errorf("%v %v", specs, err)
	}
	if _, err := cl.Call(context.Background(), call("add", `{"a":1}`)); !errors.Is(err, bus.ErrConflict) {
		t.Error(err)
	}
	if all, err := cl.Declarations(context.Background()); err != nil || len(all) != 2 || !all[0].Conflict || !all[1].Conflict {
		t.Errorf("%+v %v", all, err)
	}
	wo.Close()
	serve(t, connect(t, s), two)
	if r := mustCall(t, cl, call("add", `{"Y":true}`)); string(r.Value) != `"two"` {
		t.Errorf("%+v", r)
	}
	pinned := call("add", `{"a":1}`)
	pinned.Revision = one.Spec().Revision
	if r := mustCall(t, cl, pinned); string(r.Value) != `{"sum":2}` {
		t.Errorf("%+v", r)
	}
	w1.Close()
	if _, err := cl.Call(context.Background(), pinned); !errors.Is(err, bus.ErrRevision) {
		t.Error(err)
	}
}

// TestSchemaChanges replaces a tool's schema under a caller that goes on calling: what
// it sends is checked against the new one before it reaches any worker.
func TestSchemaChanges(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	cl := client(t, connect(t, s))
	w := serve(t, connect(t, s), tools.New("add", "", add, tools.Options{Effect: tools.Read}))
	k := call("add", `{"a":1}`)
	if r := mustCall(t, cl, k); r.Status != tools.StatusOK {
		t.Errorf("%+v", r)
	}
	serve(t, connect(t, s), tools.New("add", "", func(context.Context, struct{ X string }) (string, error) { return "new", nil }, tools.Options{Effect: tools.Read, Version: "0.1.0"}))
	if r := mustCall(t, cl, k); string(r.Value) != `{"sum":2}` {
		t.Errorf("while the old one is served as well: %+v", r)
	}
	w.Close()
	if r := mustCall(t, cl, k); r.Status != tools.StatusInvalid || !strings.Contains(r.Reason, `missing required property "X"`) {
		t.Errorf("%+v", r)
	}
	if r := mustCall(t, cl, call("add", `{"X":"x"}`)); string(r.Value) != `"new"` {
		t.Errorf("%+v", r)
	}
}

// TestValues: what a program gave to a run reaches the tool beside its arguments, whatever
// is in it; a header that is none is refused.
func TestValues(t *testing.T) {
	note := tools.NewValue[string]("note")
	const text = "Zoë\n\"quoted\" \r\nChaski-Tenant: x"
	values, err := tools.ValuesOf(note.With(context.Background(), text))
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, bus.ServerOptions{})
	c := connect(t, s)
	serve(t, c, tools.New("note", "", func(ctx context.Context, _ struct{}) (string, error) {
		call, _ := tools.CallFrom(ctx)
		got, _ := note.Get(ctx)
		return got + call.Tenant, nil
	}, tools.Options{Effect: tools.Read}))
	in := call("note", `{}`)
	in.Values = values
	want, _ := json.Marshal(text + in.Tenant)
	if r := mustCall(t, client(t, c), in); string(r.Value) != string(want) {
		t.Errorf("%+v", r)
	}
}

// TestOwnTools opens a bus with tools of its own: they are called without a question to
// the bus, where another's declaration counts all the same.
func TestOwnTools(t *testing.T) {
	add := func(description string) *tools.Tool {
		return tools.Raw(tools.Spec{Name: "add", Description: description, Effect: tools.Read, Parameters: json.RawMessage(`{"type":"object"}`)},
			func(context.Context, tools.Call) (json.RawMessage, error) { return json.RawMessage("1"), nil })
	}
	r, err := tools.NewRegistry(add("mine"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.Open(context.Background(), bus.OpenOptions{Tools: r, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	asked, err := b.Conn().NATS().SubscribeSync("$SRV.INFO.>")
	if err != nil {
		t.Fatal(err)
	}
	if r := mustCall(t, b, call("add", `{}`)); r.Status != tools.StatusOK {
		t.Error(r)
	}
	if msg, err := asked.NextMsg(50 * time.Millisecond); err == nil {
		t.Errorf("it asked the bus: %s", msg.Subject)
	}
	if s := b.Served(); len(s) != 1 || s[0].Name != "add" {
		t.Error(s)
	}
	other, err := bus.Connect(context.Background(), bus.Options{URL: b.URL()})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	serve(t, other, add("theirs"))
	if found, err := b.Tools(t.Context()); err != nil || len(found) != 0 || !errors.Is(b.Conflicts()["add"], bus.ErrConflict) {
		t.Errorf("%v %v %v", found, err, b.Conflicts())
	}
}
