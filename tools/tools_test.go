package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/tools"
)

type query struct {
	City string `json:"city" jsonschema:"description=A city"`
	Days int    `json:"days,omitempty" jsonschema:"minimum=1,default=3"`
}

type forecast struct {
	Text []string `json:"text"`
}

func weather(_ context.Context, in query) (forecast, error) {
	switch in.City {
	case "retry":
		return forecast{}, tools.Retry("no such city; try %s", "Cusco")
	case "fail":
		return forecast{}, tools.Fail("no licence")
	case "error":
		return forecast{}, errors.New("disk full")
	case "panic":
		panic("boom")
	case "nil":
		return forecast{}, nil
	case "huge":
		return forecast{[]string{strings.Repeat("x", tools.MaxResult)}}, nil
	}
	return forecast{[]string{fmt.Sprintf("%s %d", in.City, in.Days)}}, nil
}

func registry(t *testing.T, all ...*tools.Tool) *tools.Registry {
	t.Helper()
	r, err := tools.NewRegistry(all...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCall(t *testing.T) {
	r := registry(t, tools.New("weather", "Forecast", weather, tools.Options{Effect: tools.Read}))
	for _, test := range []struct{ arguments, status, text string }{
		{`{"city":"Cusco"}`, "ok", `{"text":["Cusco 3"]}`},
		{`{"city":"nil"}`, "ok", `{"text":[]}`},
		{`{"city":"retry"}`, "retry", "no such city; try Cusco"},
		{`{"city":"fail"}`, "fail", "no licence"},
		{`{"city":"error"}`, "fail", "disk full"},
		{`{"city":"panic"}`, "fail", "crashed: panic: boom"},
		{`{"city":"huge"}`, "fail", "more than"},
		{`{"city":1}`, "invalid", "$.city: expected a string, got 1"},
		{`{"city":"x","days":0}`, "invalid", "$.days: expected a number of at least 1, got 0"},
		{`{"city":"x","city":"y"}`, "invalid", `key "city" appears twice`},
		{`{"city":NaN}`, "invalid", "NaN"},
		{``, "invalid", `missing required property "city"`},
	} {
		got, err := r.Call(context.Background(), tools.Call{ID: "id", Attempt: 1, Tool: "weather", Arguments: json.RawMessage(test.arguments)})
		if err != nil || string(got.Status) != test.status || !strings.Contains(string(got.Value)+got.Reason, test.text) || got.CallID != "id" {
			t.Errorf("%s: %+v %v", test.arguments, got, err)
		}
	}
	if _, err := r.Call(context.Background(), tools.Call{Tool: "nope"}); !errors.Is(err, tools.ErrUnknownTool) {
		t.Error(err)
	}
	if _, err := r.Call(context.Background(), tools.Call{Tool: "weather", Revision: "old"}); !errors.Is(err, tools.ErrRevision) {
		t.Error(err)
	}
}

// TestHang calls tools that ignore their context: the caller goes on, and the slot
// stays taken.
func TestHang(t *testing.T) {
	release := make(chan struct{})
	hang := func(context.Context, struct{}) (int, error) { <-release; return 1, nil }
	opts := tools.Options{Effect: tools.Read, Timeout: 30 * time.Millisecond, Concurrency: 1}
	once := opts
	once.Effect = tools.Once
	r := registry(t, tools.New("read", "", hang, opts), tools.New("once", "", hang, once))
	for tool, want := range map[string]tools.Status{"read": tools.StatusTimeout, "once": tools.StatusUnknown} {
		if got, err := r.Call(context.Background(), tools.Call{Tool: tool}); err != nil || got.Status != want {
			t.Errorf("%s: %+v %v", tool, got, err)
		}
		if _, err := r.Call(context.Background(), tools.Call{Tool: tool, Deadline: time.Now().Add(30 * time.Millisecond)}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s with its slot taken: %v", tool, err)
		}
	}
	close(release)
	for until := time.Now().Add(20 * time.Second); ; { // 30 ms may be over before it has begun
		got, err := r.Call(context.Background(), tools.Call{Tool: "read"})
		if err == nil && got.Status == tools.StatusOK {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("after the release: %+v %v", got, err)
		}
	}
}

func TestBadTools(t *testing.T) {
	fine := func(context.Context, struct{}) (int, error) { return 0, nil }
	object := json.RawMessage(`{"type":"object"}`)
	for name, tool := range map[string]*tools.Tool{
		"name":      tools.New("get weather", "", fine),
		"version":   tools.New("a", "", fine, tools.Options{Version: "one"}),
		"retries":   tools.New("a", "", fine, tools.Options{Retries: 1}),
		"effect":    tools.New("a", "", fine, tools.Options{Effect: "writes"}),
		"input":     tools.New("a", "", func(context.Context, int) (int, error) { return 0, nil }),
		"output":    tools.New("a", "", func(context.Context, struct{}) (chan int, error) { return nil, nil }),
		"schema":    tools.Raw(tools.Spec{Name: "a", Parameters: json.RawMessage(`{"type":"object","properties":7}`)}, nil),
		"no schema": tools.Raw(tools.Spec{Name: "a"}, nil),
		"nil":       nil,
	} {
		if _, err := tools.NewRegistry(tool); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := tools.NewRegistry(tools.Raw(tools.Spec{Name: "a", Parameters: object}, nil), tools.Raw(tools.Spec{Name: "a", Parameters: object}, nil)); err == nil {
		t.Error("two tools of one name: accepted")
	}
}

func TestCallID(t *testing.T) {
	arguments := []byte(`{"a":1}`)
	base := tools.CallID("run", 1, 2, "tool", arguments)
	if base != tools.CallID("run", 1, 2, "tool", arguments) || len(base) != 64 {
		t.Error(base)
	}
	seen := map[string]bool{base: true}
	for _, id := range []string{tools.CallID("run2", 1, 2, "tool", arguments), tools.CallID("run", 12, 2, "tool", arguments), tools.CallID("run", 1, 22, "tool", arguments),
		tools.CallID("run", 1, 2, "tool2", arguments), tools.CallID("run", 1, 2, "tool", []byte(`{"a":2}`)), tools.CallID("run1", 2, 0, "tool", arguments)} {
		if seen[id] {
			t.Error("two calls share an id")
		}
		seen[id] = true
	}
}

// lossy answers nothing for a number of attempts.
type lossy struct {
	lost int
	seen []int
}

func (l *lossy) Call(_ context.Context, call tools.Call) (tools.Result, error) {
	l.seen = append(l.seen, call.Attempt)
	if l.lost--; l.lost >= 0 {
		return tools.Result{Status: tools.StatusTimeout}, nil
	}
	return tools.Result{Status: tools.StatusOK}, nil
}

func TestRetrying(t *testing.T) {
	fine := func(context.Context, struct{}) (int, error) { return 0, nil }
	r := registry(t, tools.New("read", "", fine, tools.Options{Effect: tools.Read, Retries: 2}), tools.New("once", "", fine))
	for _, test := range []struct {
		tool     string
		lost     int
		attempts int
		status   tools.Status
	}{{"read", 2, 3, "ok"}, {"read", 5, 3, "timeout"}, {"once", 1, 1, "timeout"}} {
		l := &lossy{lost: test.lost}
		got, err := tools.Retrying{Caller: l, Catalog: r, Pause: time.Millisecond}.Call(context.Background(), tools.Call{Tool: test.tool})
		if err != nil || got.Status != test.status || len(l.seen) != test.attempts || l.seen[len(l.seen)-1] != test.attempts {
			t.Errorf("%+v: %+v %v after %v", test, got, err, l.seen)
		}
	}
}

func Example() {
	type in struct {
		City string `json:"city"`
	}
	weather := tools.New("get_weather", "Current weather of a city", func(ctx context.Context, in in) (string, error) {
		return "sunny in " + in.City, nil
	}, tools.Options{Effect: tools.Read})
	registry, err := tools.NewRegistry(weather)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, arguments := range []string{`{"city":"Cusco"}`, `{"town":"Cusco"}`} {
		result, _ := registry.Call(context.Background(), tools.Call{Tool: "get_weather", Arguments: json.RawMessage(arguments)})
		fmt.Println(result.Status, string(result.Value)+result.Reason)
	}
	// Output:
	// ok "sunny in Cusco"
	// invalid the arguments of get_weather are wrong: $: missing required property "city"; $: unknown property "town"; remove it or use a declared name
}
