package api

import (
	"fmt"
	"iter"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/planner"
)

// metrics count what the server did since it started, for /metrics.
type metrics struct {
	mu       sync.Mutex
	answered map[answeredAs]int64
	refused  map[string]int64 // requests that were refused, by the error's code
	took     map[string]*histogram
	first    map[string]*histogram // time to the first piece of a bare model's answer
	tokens   map[tokensOf]int64
}

// answeredAs and tokensOf are labels.
type (
	answeredAs struct {
		route  string
		status int
	}
	tokensOf struct{ model, kind string }
)

func newMetrics() *metrics {
	return &metrics{answered: map[answeredAs]int64{}, refused: map[string]int64{}, took: map[string]*histogram{}, first: map[string]*histogram{}, tokens: map[tokensOf]int64{}}
}

// bounds are the upper ends of a histogram's buckets in seconds.
var bounds = [...]float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300}

type histogram struct {
	buckets [len(bounds)]int64 // each counts what is at most its bound, and not the one before
	count   int64
	sum     float64
}

func observe(of map[string]*histogram, label string, d time.Duration) {
	h := of[label]
	if h == nil {
		h = &histogram{}
		of[label] = h
	}
	h.count++
	h.sum += d.Seconds()
	if i, _ := slices.BinarySearch(bounds[:], d.Seconds()); i < len(bounds) {
		h.buckets[i]++
	}
}

// answer counts a request that is over.
func (m *metrics) answer(route string, status int, f *failure, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answered[answeredAs{route, status}]++
	observe(m.took, route, took)
	if f != nil {
		code := f.code
		if code == "" {
			code = f.kind
		}
		m.refused[code]++
	}
}

// spend counts what a model or an agent used.
func (m *metrics) spend(model string, u llm.Usage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tokens[tokensOf{model, "prompt"}] += int64(u.PromptTokens)
	m.tokens[tokensOf{model, "cached"}] += int64(u.CachedTokens)
	m.tokens[tokensOf{model, "generated"}] += int64(u.GeneratedTokens)
}

// hear counts what a bare model answers.
func (m *metrics) hear(model string, events iter.Seq2[choiceEvent, error]) iter.Seq2[choiceEvent, error] {
	return func(yield func(choiceEvent, error) bool) {
		began, heard := time.Now(), false
		for ev, err := range events {
			if !heard && err == nil {
				heard = true
				m.mu.Lock()
				observe(m.first, model, time.Since(began))
				m.mu.Unlock()
			}
			if stop, ok := ev.Event.(llm.Stop); ok {
				m.spend(model, stop.Usage)
			}
			if !yield(ev, err) {
				return
			}
		}
	}
}

// exposition writes metrics in the text format of Prometheus, 0.0.4.
type exposition struct{ strings.Builder }

// family begins a metric of a kind.
func (x *exposition) family(name, kind, help string) {
	fmt.Fprintf(x, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// sample writes a value; labels are names and values by turns.
func (x *exposition) sample(name string, value float64, labels ...string) {
	x.WriteString(name)
	for i := 0; i+1 < len(labels); i += 2 {
		sep := ","
		if i == 0 {
			sep = "{"
		}
		fmt.Fprintf(x, `%s%s="%s"`, sep, labels[i], escaper.Replace(labels[i+1]))
	}
	if len(labels) > 0 {
		x.WriteByte('}')
	}
	x.WriteString(" " + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
}

var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// gauge is a family of one value.
func (x *exposition) gauge(name, help string, value float64) {
	x.family(name, "gauge", help)
	x.sample(name, value)
}

func (x *exposition) histograms(name, help, label string, of map[string]*histogram) {
	x.family(name, "histogram", help)
	for _, key := range slices.Sorted(maps.Keys(of)) {
		h, sum := of[key], int64(0)
		for i, b := range bounds {
			sum += h.buckets[i]
			x.sample(name+"_bucket", float64(sum), label, key, "le", strconv.FormatFloat(b, 'g', -1, 64))
		}
		x.sample(name+"_bucket", float64(h.count), label, key, "le", "+Inf")
		x.sample(name+"_sum", h.sum, label, key)
		x.sample(name+"_count", float64(h.count), label, key)
	}
}

// counts writes what was counted.
func (m *metrics) counts(x *exposition) {
	m.mu.Lock()
	defer m.mu.Unlock()
	x.family("chaski_http_requests_total", "counter", "Requests that were answered.")
	for _, k := range slices.SortedFunc(maps.Keys(m.answered), func(a, b answeredAs) int {
		return cmpLabels(a.route, b.route, a.status-b.status)
	}) {
		x.sample("chaski_http_requests_total", float64(m.answered[k]), "route", k.route, "status", strconv.Itoa(k.status))
	}
	x.family("chaski_http_refused_total", "counter", "Requests that were refused or failed, by the code of the error.")
	for _, code := range slices.Sorted(maps.Keys(m.refused)) {
		x.sample("chaski_http_refused_total", float64(m.refused[code]), "code", code)
	}
	x.histograms("chaski_http_request_seconds", "From a request to the end of its answer.", "route", m.took)
	x.histograms("chaski_first_token_seconds", "From a request to the first piece of a bare model's answer.", "model", m.first)
	x.family("chaski_tokens_total", "counter", "Tokens of prompts, of which some were cached, and of answers.")
	for _, k := range slices.SortedFunc(maps.Keys(m.tokens), func(a, b tokensOf) int { return cmpLabels(a.model, b.model, strings.Compare(a.kind, b.kind)) }) {
		x.sample("chaski_tokens_total", float64(m.tokens[k]), "model", k.model, "kind", k.kind)
	}
}

func cmpLabels(a, b string, then int) int {
	if c := strings.Compare(a, b); c != 0 {
		return c
	}
	return then
}

// measured is a model that says how it stands.
type measured interface{ Stats() engine.Stats }

// metricsPage is what a Prometheus server reads.
func (s *Server) metricsPage(w http.ResponseWriter, _ *http.Request) error {
	x := &exposition{}
	s.metrics.counts(x)
	x.gauge("chaski_http_in_flight", "Requests that are being answered.", float64(s.asked.Load()))
	x.gauge("chaski_http_body_bytes", "Memory held for requests.", float64(s.memory.used.Load()))
	x.gauge("chaski_turns", "Turns of bare models that run or wait.", float64(s.turns.used.Load()))
	x.gauge("chaski_turns_limit", "As many as there may be.", float64(s.turns.most))
	runs, waiting := s.drivers.counts()
	x.family("chaski_runs", "gauge", "Runs that this server drives.")
	for _, status := range []planner.Status{planner.Running, planner.Waiting, planner.OutcomeUnknown, planner.Suspended} {
		x.sample("chaski_runs", float64(runs[status]), "status", string(status))
	}
	x.gauge("chaski_runs_queued", "Runs that wait for a place to work.", float64(s.drivers.slots.queued()))
	x.gauge("chaski_approvals_waiting", "Calls that wait for a person.", float64(waiting))
	s.engines(x)
	x.gauge("chaski_start_time_seconds", "When the server started, in Unix time.", float64(s.started.UnixMilli())/1000)
	x.gauge("go_goroutines", "Goroutines of the process.", float64(runtime.NumGoroutine()))
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	x.gauge("go_memstats_heap_inuse_bytes", "Memory of the heap that is in use; weights and pages of context are beside it.", float64(mem.HeapInuse))
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write([]byte(x.String())) // a reader that is gone
	return nil
}

// engines tells how those models stand that say it.
func (s *Server) engines(x *exposition) {
	stats := map[string]engine.Stats{}
	for _, m := range s.o.Models {
		if e, ok := m.LLM.(measured); ok && m.adapter == "" {
			stats[m.Name] = e.Stats()
		}
	}
	if len(stats) == 0 {
		return
	}
	names := slices.Sorted(maps.Keys(stats))
	x.family("chaski_engine_sequences", "gauge", "Sequences of the decoder.")
	for _, name := range names {
		x.sample("chaski_engine_sequences", float64(stats[name].Live), "model", name, "state", "live")
		x.sample("chaski_engine_sequences", float64(stats[name].Waiting), "model", name, "state", "waiting")
	}
	x.family("chaski_engine_pages", "gauge", "Pages of context: all, those that are free, and those that only the prefix cache holds.")
	for _, name := range names {
		st := stats[name]
		x.sample("chaski_engine_pages", float64(st.Pages), "model", name, "state", "all")
		x.sample("chaski_engine_pages", float64(st.Free), "model", name, "state", "free")
		x.sample("chaski_engine_pages", float64(st.Cached), "model", name, "state", "cached")
	}
	x.family("chaski_engine_passes_total", "counter", "Forward passes.")
	for _, name := range names {
		x.sample("chaski_engine_passes_total", float64(stats[name].Passes), "model", name)
	}
}
