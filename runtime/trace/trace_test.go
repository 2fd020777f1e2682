package trace_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/runtime/trace"
	"github.com/chaski-dev/chaski/tools"
)

// process is one that writes spans of its own.
type process struct {
	spans  *trace.Spans
	out    *tracetest.InMemoryExporter
	reader *sdkmetric.ManualReader
}

func newProcess(t *testing.T, content bool) *process {
	t.Helper()
	p := &process{out: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader()}
	var err error
	p.spans, err = trace.New(trace.Options{Service: "test", Processor: sdktrace.NewSimpleSpanProcessor(p.out), Reader: p.reader, Content: content})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.spans.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

type orderIn struct {
	Number int `json:"number"`
}

// office has two tools on a worker of another connection, whose spans are its own, and
// asks a person about one of them.
type office struct {
	worker  *process
	bus     *bus.Bus
	journal *journal.Memory
}

func newOffice(t *testing.T, content bool) *office {
	t.Helper()
	o := &office{worker: newProcess(t, content), journal: &journal.Memory{}}
	look := tools.New("look", "Look up an order", func(_ context.Context, in orderIn) (map[string]int, error) {
		return map[string]int{"amount": in.Number}, nil
	}, tools.Options{Effect: tools.Read})
	pay := tools.New("pay", "Pay an order", func(context.Context, orderIn) (string, error) { return "paid", nil }, tools.Options{Effect: tools.Once})
	reg, err := tools.NewRegistry(look, pay)
	if err != nil {
		t.Fatal(err)
	}
	server, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	conn, err := bus.Connect(t.Context(), bus.Options{URL: server.URL(), Name: "worker"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	w, err := bus.Serve(t.Context(), conn, reg, bus.WorkerOptions{Spans: o.worker.spans})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	if o.bus, err = bus.Open(t.Context(), bus.OpenOptions{URL: server.URL()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.bus.Close() })
	return o
}

func (o *office) runtime(t *testing.T, p *process) *runtime.Runtime {
	t.Helper()
	next := func(_ int, req *llm.Request) llm.Turn {
		n := 0
		for _, m := range req.Messages {
			if m.Role == llm.RoleTool {
				n++
			}
		}
		switch n {
		case 0:
			return llm.Turn{Calls: []llm.ToolCall{{Name: "look", Arguments: json.RawMessage(`{"number":7}`)}}, Usage: llm.Usage{PromptTokens: 50, CachedTokens: 20, GeneratedTokens: 5}}
		case 1:
			return llm.Turn{Calls: []llm.ToolCall{{Name: "pay", Arguments: json.RawMessage(`{"number":7}`)}}}
		}
		return llm.Turn{Text: "Done."}
	}
	gate := runtime.GateFunc(func(_ context.Context, _ planner.State, c planner.CallState) (planner.Decided, error) {
		if c.Effect == tools.Read || c.Approved != "" {
			return planner.Decided{Verdict: planner.Allow, Rule: "office/read"}, nil
		}
		return planner.Decided{Verdict: planner.RequireApproval, Rule: "office/money"}, nil
	})
	rt, err := runtime.New(runtime.Options{Journal: o.journal, Model: &llm.Scripted{Next: next}, Caller: o.bus, Gate: gate, Spans: p.spans})
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

// value reads an attribute as text.
func value(s tracetest.SpanStub, key string) string {
	for _, a := range s.Attributes {
		if string(a.Key) == key {
			return a.Value.String()
		}
	}
	return ""
}

// TestOneTree: a run whose two tools are in another process and whose person answers while
// nobody drives it, taken over by a third process, is one tree.
func TestOneTree(t *testing.T) {
	o, first, second := newOffice(t, false), newProcess(t, false), newProcess(t, false)
	ctx, rt := t.Context(), (*runtime.Runtime)(nil)
	rt = o.runtime(t, first)
	specs, err := o.bus.Tools(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const asked = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	run, err := rt.Start(ctx, planner.Started{Model: "m", Tools: specs, Messages: []llm.Message{{Role: llm.RoleUser, Content: "secret question"}}, Meta: map[string]string{trace.MetaParent: asked, trace.MetaName: "clerk"}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := rt.Drive(ctx, run, nil)
	if err != nil || s.Status != planner.Waiting {
		t.Fatal(s.Status, err)
	}
	call := s.Calls[len(s.Calls)-1]
	if err := rt.Answer(ctx, run, planner.Answered{Call: call.ID, Hash: call.Hash(), Approve: true, By: "ana"}); err != nil {
		t.Fatal(err)
	}
	if s, err = o.runtime(t, second).Drive(ctx, run, nil); err != nil || s.Status != planner.Finished {
		t.Fatal(s.Status, s.Reason, err)
	}
	var all tracetest.SpanStubs
	for _, p := range []*process{first, second, o.worker} {
		all = append(all, p.out.GetSpans()...)
	}
	byID, names := map[string]tracetest.SpanStub{}, []string{}
	for _, s := range all {
		byID[s.SpanContext.SpanID().String()] = s
		names = append(names, s.Name)
	}
	slices.Sort(names)
	want := []string{"chaski.approval pay", "chaski.decide look", "chaski.decide pay", "chaski.decide pay", "chaski.serve look", "chaski.serve pay", "chat m", "chat m", "chat m", "execute_tool look", "execute_tool pay", "invoke_agent clerk"}
	if !slices.Equal(names, want) {
		t.Errorf("spans\n%v, want\n%v", names, want)
	}
	for _, s := range all {
		parent := "invoke_agent clerk"
		switch {
		case s.Name == parent:
			parent = ""
			if s.Parent.SpanID().String() != "b7ad6b7169203331" || value(s, "chaski.run.status") != "finished" || value(s, "gen_ai.operation.name") != "invoke_agent" {
				t.Errorf("%s: %v below %s", s.Name, s.Attributes, s.Parent.SpanID())
			}
		case strings.HasPrefix(s.Name, "chaski.serve"):
			parent = "execute_tool" + strings.TrimPrefix(s.Name, "chaski.serve")
		}
		if got := byID[s.Parent.SpanID().String()].Name; got != parent || s.SpanContext.TraceID().String() != asked[3:35] {
			t.Errorf("%s is below %q in trace %s, want %q", s.Name, got, s.SpanContext.TraceID(), parent)
		}
		if s.EndTime.Before(s.StartTime) {
			t.Errorf("%s ends before it begins", s.Name)
		}
		for _, a := range s.Attributes {
			if strings.Contains(a.Value.String(), "secret") || a.Key == "gen_ai.tool.call.arguments" {
				t.Errorf("%s tells %s: %s", s.Name, a.Key, a.Value.String())
			}
		}
	}
	for _, s := range all {
		if s.Name == "chat m" && value(s, "gen_ai.usage.input_tokens") == "50" && value(s, "gen_ai.usage.cache_read.input_tokens") == "20" && value(s, "gen_ai.usage.output_tokens") == "5" {
			return
		}
	}
	t.Error("no turn has its tokens")
}

// TestContent: texts are written on request.
func TestContent(t *testing.T) {
	o, p := newOffice(t, true), newProcess(t, true)
	specs, err := o.bus.Tools(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rt := o.runtime(t, p)
	run, err := rt.Start(t.Context(), planner.Started{Model: "m", Tools: specs, Messages: []llm.Message{{Role: llm.RoleUser, Content: "pay"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Drive(t.Context(), run, nil); err != nil {
		t.Fatal(err)
	}
	for _, s := range p.out.GetSpans() {
		if s.Name == "execute_tool look" {
			if value(s, "gen_ai.tool.call.arguments") != `{"number":7}` || value(s, "gen_ai.tool.call.result") != `{"amount":7}` {
				t.Error(s.Attributes)
			}
		}
		if s.Name == "invoke_agent" {
			t.Error("a run that waits is told to be over")
		}
	}
	var rm metricdata.ResourceMetrics
	if err := p.reader.Collect(t.Context(), &rm); err != nil {
		t.Fatal(err)
	}
	counts := map[string]uint64{}
	for _, m := range rm.ScopeMetrics[0].Metrics {
		if h, ok := m.Data.(metricdata.Histogram[float64]); ok {
			for _, d := range h.DataPoints {
				counts[m.Name] += d.Count
			}
		}
	}
	if counts["gen_ai.client.token.usage"] != 6 || counts["gen_ai.client.operation.duration"] != 2 || counts["chaski.tool.call.duration"] != 1 {
		t.Error(counts)
	}
}

// TestFromEnvironment: nothing is written unless asked for; what is asked for goes to the
// collector; a wrong variable is named.
func TestFromEnvironment(t *testing.T) {
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		t.Setenv(name, "")
	}
	if s, err := trace.FromEnvironment(t.Context(), "x", "1"); s != nil || err != nil {
		t.Fatal(s, err)
	}
	var spans, metrics atomic.Int32
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v1/traces":
			spans.Add(1)
		case "/v1/metrics":
			metrics.Add(1)
		}
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	s, err := trace.FromEnvironment(t.Context(), "x", "1")
	if err != nil || s == nil {
		t.Fatal(s, err)
	}
	_, done := s.Serve(t.Context(), &tools.Call{ID: "c", Tool: "look"})
	done(&tools.Result{Status: tools.StatusOK})
	r := s.Run([]planner.Event{{At: time.Now(), Started: &planner.Started{Run: "r", Messages: []llm.Message{{Role: llm.RoleUser, Content: "hello"}}}}})
	r.Generated(time.Now(), time.Now(), &planner.Generated{})
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if spans.Load() != 1 || metrics.Load() != 1 {
		t.Errorf("%d batches of spans, %d of metrics", spans.Load(), metrics.Load())
	}
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	if _, err := trace.FromEnvironment(t.Context(), "x", "1"); err == nil || !strings.Contains(err.Error(), `OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"`) {
		t.Error(err)
	}
	t.Setenv("OTEL_SDK_DISABLED", "true")
	if s, err := trace.FromEnvironment(t.Context(), "x", "1"); s != nil || err != nil {
		t.Fatal(s, err)
	}
}

// TestOff: without spans nothing is made.
func TestOff(t *testing.T) {
	var s *trace.Spans
	events := []planner.Event{{Started: &planner.Started{Run: "r"}}}
	call, res, d, g := &tools.Call{ID: "c"}, &tools.Result{}, &planner.Decided{}, &planner.Generated{}
	if n := testing.AllocsPerRun(100, func() {
		r := s.Run(events)
		r.Saw(events[0])
		r.Generated(time.Time{}, time.Time{}, g)
		r.Decided(time.Time{}, time.Time{}, "", d)
		r.Call(call, time.Time{})
		r.Result(call, time.Time{}, res)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for _, bad := range []string{"", "x", "00-0-0-00", strings.Repeat("a", 500)} {
		if got := trace.Traceparent(bad); got != "" {
			t.Errorf("%q is read as %q", bad, got)
		}
	}
}
