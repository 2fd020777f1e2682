package host_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies/audit"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

var ctx = context.Background()

// caller plays a model that calls the tool of that name once, and then says what came.
func caller(t *testing.T, tool string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Messages []struct{ Role, Content string }
			Tools    []struct{ Function struct{ Name string } }
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		last := body.Messages[len(body.Messages)-1]
		delta, finish := map[string]any{"content": last.Content}, "stop"
		if last.Role != "tool" {
			delta = map[string]any{"tool_calls": []any{map[string]any{"index": 0, "id": "c", "function": map[string]any{"name": tool, "arguments": "{}"}}}}
			finish = "tool_calls"
		}
		w.Header().Set("Content-Type", "text/event-stream")
		data, _ := json.Marshal(map[string]any{"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": finish}}})
		_, _ = w.Write([]byte("data: " + string(data) + "\n\ndata: [DONE]\n\n"))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func ping(name string) *tools.Tool {
	return tools.New(name, "Answers.", func(context.Context, struct{}) (string, error) { return "pong of " + name, nil }, tools.Options{Effect: tools.Read})
}

func open(t *testing.T, c *host.Config, o host.Options) *host.Host {
	t.Helper()
	if o.Data == "" {
		o.Data = t.TempDir()
	}
	h, err := host.Open(ctx, c, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// example is an agent whose tool is in Go and whose policy is among its files.
func example(url string) host.Example {
	return host.Example{Name: "ping", Prompt: "Ping!", Tools: func(string) []*tools.Tool { return []*tools.Tool{ping("ping")} }, Files: fstest.MapFS{
		"agent.yaml": {Data: []byte("model: {openai: {base_url: '" + url + "', model: m}}\npolicies: [own.yaml, pii]\n")},
		"own.yaml":   {Data: []byte("name: own\nextends: [base.yaml, budget]\nrules: [{id: go, on: call, tools: [ping], when: 'true', then: allow}]\n")},
		"base.yaml":  {Data: []byte("name: base\n")},
	}}
}

func TestExample(t *testing.T) {
	e := example(caller(t, "ping"))
	c, err := e.Config()
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "ping" {
		t.Error(c.Name)
	}
	data := t.TempDir()
	h := open(t, c, host.Options{Tools: e.Tools(data), Data: data, Agent: "example:ping"})
	var rules []string
	var last planner.State
	for ev, err := range h.Run(ctx, e.Prompt) {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Decision != nil {
			rules = append(rules, ev.Decision.Rule)
		}
		if ev.Status != "" {
			last = *ev.State
		}
	}
	if last.Status != planner.Finished || last.Answer() != `"pong of ping"` || !slices.Equal(rules, []string{"own/go"}) {
		t.Errorf("%s %q %v", last.Status, last.Answer(), rules)
	}
	if last.Start.Meta[host.MetaAgent] != "example:ping" || last.Policy == nil || !slices.Contains(last.Policy.Names, "budget") || !slices.Contains(last.Policy.Names, "pii") {
		t.Errorf("%v %v", last.Start.Meta, last.Policy)
	}
	log, err := os.ReadFile(filepath.Join(data, "audit", last.Run+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := audit.Verify(bytes.NewReader(log), nil); err != nil || r.Entries < 2 {
		t.Error(r, err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.Forget(&last); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Join(data, "bus")); len(left) != 0 {
		t.Error(left)
	}
	broken := host.Example{Name: "b", Files: fstest.MapFS{"agent.yaml": {Data: []byte("policies: [none.yaml]\nmodel: {openai: {model: m}}\n")}}}
	if c, err = broken.Config(); err != nil {
		t.Fatal(err)
	}
	if _, err := host.Open(ctx, c, host.Options{Data: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Error(err)
	}
}

// TestDiscover calls a tool that another process serves on a cluster, and keeps journals
// there.
func TestDiscover(t *testing.T) {
	server, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	reg, err := tools.NewRegistry(ping("far_ping"), ping("far_other"), ping("near"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := bus.Connect(ctx, bus.Options{URL: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	w, err := bus.Serve(ctx, conn, reg, bus.WorkerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	c, err := host.Parse([]byte("model: {openai: {base_url: '" + caller(t, "far_ping") + "', model: m}}\ndiscover: ['far_*']\nruns: nats\n"))
	if err != nil {
		t.Fatal(err)
	}
	h := open(t, c, host.Options{NATS: server.URL()})
	for range 2 {
		if text, err := h.Ask(ctx, "Ping!"); err != nil || text != `"pong of far_ping"` {
			t.Fatal(text, err)
		}
	}
	if h.Runs() != server.URL() {
		t.Error(h.Runs())
	}
	again := open(t, c, host.Options{NATS: server.URL()}) // another process sees the runs
	s := runsOf(t, again)
	if len(s) != 2 || s[0].Status != planner.Finished || len(s[0].Start.Tools) != 2 || s[0].Start.Meta[host.MetaNATS] != server.URL() {
		t.Errorf("%+v", s)
	}
	for runs, want := range map[string]string{"nats": "name it with --nats", "": `no tool matches "far_*"`} {
		c.Runs = runs
		if _, err := host.Open(ctx, c, host.Options{Data: t.TempDir()}); err == nil || !strings.Contains(err.Error(), want) {
			t.Error(err)
		}
	}
}

func runsOf(t *testing.T, h *host.Host) []planner.State {
	t.Helper()
	names, err := h.Journal().Runs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var out []planner.State
	for _, n := range names {
		s, err := h.Runtime().Load(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// TestServe runs many starts in two processes at once: each is answered once started.
func TestServe(t *testing.T) {
	server, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	c, err := host.Parse([]byte("name: pinger\nmodel: {openai: {base_url: '" + caller(t, "ping") + "', model: m}}\nruns: nats\ntriggers: [{subject: ping.ask}, {schedule: '@every 1s', prompt: Ping!}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	serving, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for range 2 {
		h := open(t, c, host.Options{NATS: server.URL(), Tools: []*tools.Tool{ping("ping")}})
		ready := make(chan struct{})
		wg.Go(func() {
			if err := h.Serve(serving, host.ServeOptions{Ready: func() { close(ready) }}); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		<-ready
	}
	conn, err := bus.Connect(ctx, bus.Options{URL: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	limit, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var runs []string
	for range 6 {
		run, err := bus.Ask(limit, conn, "ping.ask", "Ping!")
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, run)
	}
	for _, run := range runs {
		if a, err := bus.WaitAnswer(limit, conn, run, nil); err != nil || a.Answer != `"pong of ping"` {
			t.Error(a, err)
		}
	}
	h := open(t, c, host.Options{NATS: server.URL()})
	for i := 0; ; i++ {
		scheduled := 0
		for _, s := range runsOf(t, h) {
			if s.Start.By == "@every 1s" && s.Status == planner.Finished {
				scheduled++
			}
		}
		if scheduled > 0 {
			break
		}
		if i == 600 {
			t.Fatal("no schedule fired")
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	wg.Wait()
	c.Triggers = nil
	if err := h.Serve(ctx, host.ServeOptions{}); err == nil || !strings.Contains(err.Error(), "no triggers") {
		t.Error(err)
	}
}

func TestLog(t *testing.T) {
	var out bytes.Buffer
	log, err := host.NewLog(&out, host.LogOptions{Level: "info"})
	if err != nil {
		t.Fatal(err)
	}
	id := strings.Repeat("0123456789abcdef", 4)
	log.Info().Str("run", "20261124-154047-ZAW3RV2H6J").Str("call", id).
		Str("arguments", `{"to":"ana@example.com","key":"sk-abcdefghijklmnopqrstuvwx"}`).Err(errors.New("bad key sk-abcdefghijklmnopqrstuvwx\n")).Msg("a \"b\" ana@example.com")
	log.Debug().Msg("unseen")
	text := out.String()
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(text, err)
	}
	if strings.Contains(text, "ana@") || strings.Contains(text, "sk-abc") || strings.Contains(text, "unseen") || line["call"] != id ||
		line["run"] != "20261124-154047-ZAW3RV2H6J" || line["arguments"] != `{"to":"[EMAIL_1]","key":"[SECRET_1]"}` || line["error"] != "bad key [SECRET_1]\n" {
		t.Error(text)
	}
	out.Reset() // who reads the access log looks for a run: a secret in an address is none
	log.Info().Str("path", "/v1/runs/20261128-155514-4NCYA43GC2").Msg("")
	log.Info().Str("path", "/v1/models/sk-abcdefghijklmnopqrstuvwx").Msg("")
	if text := out.String(); !strings.Contains(text, `"/v1/runs/20261128-155514-4NCYA43GC2"`) || !strings.Contains(text, `"/v1/models/[SECRET_1]"`) {
		t.Error(text)
	}
	out.Reset()
	log, _ = host.NewLog(&out, host.LogOptions{Level: "error", People: true})
	log.Error().Str("run", "r").Msg("mail ana@example.com")
	if !strings.Contains(out.String(), "ERR mail [EMAIL_1] run=r") {
		t.Error(out.String())
	}
	if _, err := host.NewLog(&out, host.LogOptions{Level: "loud"}); err == nil {
		t.Error("a wrong level is taken")
	}
}

func TestBadConfig(t *testing.T) {
	for text, problem := range map[string]string{
		"colour: red":                                 "line 1: field colour is not known in an agent",
		"model: [a]":                                  "line 1: want a text or a mapping",
		"model: {path: a, openai: {model: m}}":        "not both",
		"model: {openai: {model: m, base_url: x}}":    "base URL",
		"model: {openai: {}}":                         "no model is named",
		"model: {threads: -1}":                        "negative",
		"tools: [{name: a}]":                          `tool 1 ("a"): it needs exactly one of`,
		"tools: [{name: a, shell: x, effect: maybe}]": "maybe",
		"discover: ['[']":                             "no pattern",
		"guard: {}":                                   "guard: model: name the guard's GGUF file",
		"guard: {model: mini}":                        "name the guard's GGUF file",
		"guard: {model: a, threshold: 1}":             "field threshold is not known in guard",
		"guard: {model: {path: a, colour: red}}":      "field colour is not known in model",
		"guard: {model: {openai: {model: m}}}":        "from its own template",
		"budget: {steps: -1}":                         "negative",
		"budget: {wall: soon}":                        "soon",
		"budget: {step: 1}":                           "field step is not known in budget",
		"sampling: {heat: 1}":                         "field heat is not known in sampling",
		"sampling: {temperature: -1}":                 "sampling: a temperature of -1",
		"sampling: {beams: 2, temperature: 1}":        "sampling: 2 beams need greedy decoding",
		"compact: never":                              "want drop or summarise",
		"name: a b":                                   `name "a b"`,
		"triggers: [{}]":                              "trigger 1: it needs a subject or a schedule",
		"triggers: [{schedule: '@daily'}]":            "needs a prompt",
		"triggers: [{schedule: soon, prompt: a}]":     "trigger 1: schedule \"soon\": ",
		"triggers: [{schedule: '@daily', zone: Mars/Phobos, prompt: a}]": "want a name such as Europe/Lisbon",
		"triggers: [{subject: a.*}]":                                     `subject "a.*"`,
		"triggers: [{subject: a, prompt: b}]":                            "the message is the prompt",
		"a: 1\n---\nb: 2":                                                "field a",
		"name: a\n---\nname: b":                                          "more than one YAML document",
		"{":                                                              "line 1",
		"system: a\nsystem: b":                                           "line 2",
		strings.Repeat("[", 100_000):                                     "",
		"model: &a {openai: *a}":                                         "",
		"system: " + strings.Repeat("x", 5<<20):                          "more than",
	} {
		_, err := host.Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), problem) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60s: %v, want %s", text, err, problem)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("name: a\nmodel: {openai: {model: m}}\ntools: [{name: a, shell: x}]\ntriggers: [{schedule: '@every 1s', prompt: p}]"))
	f.Add([]byte("model: mini\nbudget: {wall: 1s}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := host.Parse(text)
		if err == nil && c == nil {
			t.Fatal("neither a configuration nor an error")
		}
	})
}
