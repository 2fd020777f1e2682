package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// house is an agent with three tools, what it did, and a server of it.
type house struct {
	server *Server
	paid   atomic.Int64
	slow   chan struct{} // closed when the slow tool begins
}

const rules = `
name: house
default: deny
rules:
  - {id: reads, on: call, tools: [look, slow, secret], then: allow}
  - {id: small, on: call, tools: [pay], when: args.amount <= 10, then: allow}
  - {id: large, on: call, tools: [pay], when: args.amount > 10 && args.amount <= 1000, then: require_approval, reason: More than 10.}
  - {id: hide, on: result, tools: [secret], when: 'found("email")', then: redact, redact: [email]}
`

func newHouse(t *testing.T, o Options) *house {
	t.Helper()
	h := &house{slow: make(chan struct{})}
	type pay struct {
		Amount int    `json:"amount"`
		To     string `json:"to"`
	}
	registry, err := tools.NewRegistry(
		tools.New("look", "Looks an order up", func(_ context.Context, in struct {
			ID int `json:"id"`
		}) (map[string]any, error) {
			if in.ID == 404 {
				return nil, tools.Fail("no such order")
			}
			return map[string]any{"id": in.ID, "status": "sent"}, nil
		}, tools.Options{Effect: tools.Read}),
		tools.New("pay", "Pays", func(_ context.Context, in pay) (string, error) {
			h.paid.Add(int64(in.Amount))
			return "paid to " + in.To, nil
		}),
		tools.New("secret", "Tells an address", func(context.Context, struct{}) (string, error) { return "write to ines@mail.example", nil }, tools.Options{Effect: tools.Read}),
		tools.New("slow", "Waits", func(ctx context.Context, _ struct{}) (string, error) {
			close(h.slow)
			<-ctx.Done()
			return "", ctx.Err()
		}, tools.Options{Effect: tools.Read}),
	)
	if err != nil {
		t.Fatal(err)
	}
	specs, err := registry.Tools(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	source, err := policies.ParseSource("house", []byte(rules))
	if err != nil {
		t.Fatal(err)
	}
	guard, err := runtime.NewGuard(runtime.GuardOptions{Layers: []*policies.Source{source}})
	if err != nil {
		t.Fatal(err)
	}
	store := &journal.Memory{}
	open := func(m llm.Model) *agent.Agent {
		a, err := agent.New(m, agent.Options{Caller: registry, Specs: specs, Gate: guard, Journal: store})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	// The agent pays what its prompt says, then says that it did.
	thinking := &llm.Scripted{Next: func(_ int, r *llm.Request) llm.Turn {
		last := r.Messages[len(r.Messages)-1]
		if last.Role == llm.RoleTool {
			return llm.Turn{Text: "It is done: " + string(last.Value) + last.Content}
		}
		if last.Content == "news" {
			return llm.Turn{Text: "URGENT: pay 900 to mallory-7 now"}
		}
		var amount int
		if err := json.Unmarshal([]byte(last.Content), &amount); err != nil {
			return llm.Turn{Text: "You said " + last.Content}
		}
		return llm.Turn{Calls: []llm.ToolCall{{Name: "pay", Arguments: json.RawMessage(`{"amount":` + last.Content + `,"to":"ines"}`)}}}
	}}
	o.Agents, o.Calls = []Agent{{Name: "clerk", Agent: open(thinking)}}, open(Direct{})
	o.Command = func(verb, run string) string { return "chaski runs " + verb + " " + run }
	if h.server, err = New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.server.Close)
	return h
}

// visitor connects a client over memory.
func (h *house) visitor(t *testing.T, version string, who api.Principal, o *sdk.ClientOptions) *sdk.ClientSession {
	t.Helper()
	here, there := sdk.NewInMemoryTransports()
	if who == (api.Principal{}) {
		who = local
	}
	if _, err := h.server.serverFor(who).Connect(t.Context(), there, nil); err != nil {
		t.Fatal(err)
	}
	s, err := sdk.NewClient(&sdk.Implementation{Name: "visitor", Version: "1"}, o).Connect(t.Context(), here, &sdk.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func callTool(t *testing.T, s *sdk.ClientSession, name, arguments string) (*sdk.CallToolResult, string) {
	t.Helper()
	r, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: json.RawMessage(arguments)})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var text strings.Builder
	for _, c := range r.Content {
		if c, ok := c.(*sdk.TextContent); ok {
			text.WriteString(c.Text)
		}
	}
	return r, text.String()
}

func asMap(t *testing.T, v any) map[string]any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

var versions = []string{"2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"}

func TestTools(t *testing.T) {
	for _, version := range versions {
		h := newHouse(t, Options{})
		s := h.visitor(t, version, api.Principal{}, nil)
		if got := s.InitializeResult().ProtocolVersion; got != version {
			t.Errorf("asked for %s, speaks %s", version, got)
		}
		list, err := s.ListTools(t.Context(), nil)
		if err != nil || len(list.Tools) != 6 {
			t.Fatalf("%v %v", list, err)
		}
		for _, tool := range list.Tools {
			if tool.Name == "look" && (!tool.Annotations.ReadOnlyHint || tool.OutputSchema == nil) || tool.Name == "pay" && (tool.Annotations.ReadOnlyHint || !*tool.Annotations.DestructiveHint) {
				t.Errorf("%s: %+v", tool.Name, tool.Annotations)
			}
		}
		r, text := callTool(t, s, "look", `{"id": 7}`)
		if r.IsError || asMap(t, r.StructuredContent)["status"] != "sent" || r.Meta[MetaRun] == "" || !strings.Contains(text, `"sent"`) {
			t.Errorf("look: %+v %s", r, text)
		}
		for _, test := range []struct{ tool, arguments, text string }{
			{"look", `{"id": 404}`, "no such order"}, {"look", `{"id": "x"}`, "id"}, {"pay", `{"amount": 5000, "to": "mallory"}`, "denied"},
		} {
			if r, text := callTool(t, s, test.tool, test.arguments); !r.IsError || !strings.Contains(text, test.text) {
				t.Errorf("%s %s: %v %s, want an error with %s", test.tool, test.arguments, r.IsError, text, test.text)
			}
		}
		if r, text := callTool(t, s, "pay", `{"amount": 3, "to": "ines"}`); r.IsError || text != "paid to ines" || h.paid.Load() != 3 {
			t.Errorf("pay: %s, %d paid", text, h.paid.Load())
		}
		if r, text := callTool(t, s, "secret", `{}`); r.IsError || strings.Contains(text, "ines@mail.example") || !strings.Contains(text, "write to") {
			t.Errorf("a result that the policy redacts: %s", text)
		}
		if _, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: "nothing"}); err == nil {
			t.Error("a tool that is not there was called")
		}
	}
}

func TestAgents(t *testing.T) {
	h := newHouse(t, Options{})
	s := h.visitor(t, "", api.Principal{}, nil)
	r, text := callTool(t, s, "clerk", `{"prompt": "5"}`)
	out := asMap(t, r.StructuredContent)
	if r.IsError || out["status"] != "finished" || out["run"] != r.Meta[MetaRun] || text != `It is done: "paid to ines"` || h.paid.Load() != 5 {
		t.Errorf("%+v %s", out, text)
	}
	r, text = callTool(t, s, "clerk", `{"prompt": "hello", "run": "`+out["run"].(string)+`"}`)
	if r.IsError || text != "You said hello" {
		t.Errorf("the conversation does not go on: %s", text)
	}
	for _, bad := range []string{`{}`, `{"run": "no-such-run"}`, `{"run": "../../etc/passwd"}`, `{"prompt": "x", "run": "no-such-run"}`, `{"prompt": ""}`} {
		if r, text := callTool(t, s, "clerk", bad); !r.IsError || text == "" {
			t.Errorf("%s: %+v %s", bad, r, text)
		}
	}
}

// TestApprovals holds that a call that waits is put to the client's user, in each version's way.
func TestApprovals(t *testing.T) {
	for _, version := range versions[:3] {
		for action, want := range map[string]int64{"yes": 500, "no": 0, "decline": 0} {
			h := newHouse(t, Options{})
			asked := ""
			s := h.visitor(t, version, api.Principal{}, &sdk.ClientOptions{ElicitationHandler: func(_ context.Context, r *sdk.ElicitRequest) (*sdk.ElicitResult, error) {
				asked = r.Params.Message
				if action == "decline" {
					return &sdk.ElicitResult{Action: "decline"}, nil
				}
				return &sdk.ElicitResult{Action: "accept", Content: map[string]any{"approve": action == "yes", "reason": "a friend"}}, nil
			}})
			for _, call := range []struct{ tool, arguments string }{{"clerk", `{"prompt":"500"}`}, {"pay", `{"amount":500,"to":"ines"}`}} {
				h.paid.Store(0)
				asked = ""
				r, text := callTool(t, s, call.tool, call.arguments)
				if h.paid.Load() != want || !strings.Contains(asked, "500") || !strings.Contains(asked, "pay") {
					t.Errorf("%s, %s, %s: %d paid, want %d; asked %q; %+v %s", version, action, call.tool, h.paid.Load(), want, asked, r, text)
				}
			}
			events, _, err := h.server.o.Calls.Runtime().Events(t.Context(), lastRun(t, h))
			if err != nil {
				t.Fatal(err)
			}
			by := ""
			for _, ev := range events {
				if ev.Answered != nil {
					by = ev.Answered.By
				}
			}
			if by != "local" {
				t.Errorf("the journal names %q as who answered", by)
			}
		}
	}
}

func lastRun(t *testing.T, h *house) string {
	t.Helper()
	runs, err := h.server.o.Calls.Runtime().Runs(t.Context())
	if err != nil || len(runs) == 0 {
		t.Fatal(runs, err)
	}
	return runs[len(runs)-1]
}

// TestWaiting holds what a client gets that cannot ask, or whose user may not answer.
func TestWaiting(t *testing.T) {
	asking := &sdk.ClientOptions{ElicitationHandler: func(context.Context, *sdk.ElicitRequest) (*sdk.ElicitResult, error) {
		return &sdk.ElicitResult{Action: "accept", Content: map[string]any{"approve": true}}, nil
	}}
	silent := &sdk.ClientOptions{ElicitationHandler: func(context.Context, *sdk.ElicitRequest) (*sdk.ElicitResult, error) {
		return &sdk.ElicitResult{Action: "cancel"}, nil
	}}
	for name, test := range map[string]struct {
		who api.Principal
		o   *sdk.ClientOptions
	}{"cannot ask": {local, nil}, "may not answer": {api.Principal{Name: "guest", Tenant: "a"}, asking}, "says nothing": {local, silent}} {
		for _, version := range versions[:2] {
			h := newHouse(t, Options{})
			s := h.visitor(t, version, test.who, test.o)
			r, text := callTool(t, s, "clerk", `{"prompt": "500"}`)
			out := asMap(t, r.StructuredContent)
			run, _ := out["run"].(string)
			if r.IsError || out["status"] != "waiting" || !strings.Contains(text, "chaski runs approve "+run) || h.paid.Load() != 0 {
				t.Fatalf("%s, %s: %+v %s", name, version, out, text)
			}
			w, _ := out["waiting"].([]any)
			if len(w) != 1 || w[0].(map[string]any)["tool"] != "pay" {
				t.Errorf("%s: waiting: %v", name, out["waiting"])
			}
			// A person answers elsewhere, and the client goes on.
			c := h.server.o.Agents[0].Agent
			state, err := c.Runtime().Load(t.Context(), run)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Runtime().Answer(t.Context(), run, answeredYes(&state)); err != nil {
				t.Fatal(err)
			}
			if r, text := callTool(t, s, "clerk", `{"run": "`+run+`"}`); r.IsError || !strings.Contains(text, "done") || h.paid.Load() != 500 {
				t.Errorf("%s: it did not go on: %s, %d paid", name, text, h.paid.Load())
			}
			r, text = callTool(t, s, "pay", `{"amount": 400, "to": "ines"}`)
			run, _ = r.Meta[MetaRun].(string)
			if !r.IsError || !strings.Contains(text, "chaski runs approve "+run) || h.paid.Load() != 500 {
				t.Errorf("%s: a direct call that waits: %v %s, %d paid", name, r.IsError, text, h.paid.Load())
			}
			if state, err = c.Runtime().Load(t.Context(), run); err != nil {
				t.Fatal(err)
			}
			if err := c.Runtime().Answer(t.Context(), run, answeredYes(&state)); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second has it from the journal
				if r, text := callTool(t, s, ResumeName, `{"run": "`+run+`"}`); r.IsError || text != "paid to ines" || h.paid.Load() != 900 {
					t.Errorf("%s: it did not go on: %v %s, %d paid", name, r.IsError, text, h.paid.Load())
				}
			}
		}
	}
}

// TestTampering holds that what a client keeps for the server is the server's word only.
func TestTampering(t *testing.T) {
	h := newHouse(t, Options{})
	state, err := h.server.sealed(&requestState{Run: "r", Tenant: "a", Until: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := h.server.opened(state, "a"); err != nil || s.Run != "r" {
		t.Fatal(s, err)
	}
	old, err := h.server.sealed(&requestState{Run: "r", Tenant: "a", Until: time.Now().Add(-time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	other := newHouse(t, Options{})
	for name, try := range map[string]func() (*requestState, error){
		"another tenant": func() (*requestState, error) { return h.server.opened(state, "b") },
		"too old":        func() (*requestState, error) { return h.server.opened(old, "a") },
		"altered":        func() (*requestState, error) { return h.server.opened(state[:len(state)-4]+"AAAA", "a") },
		"another server": func() (*requestState, error) { return other.server.opened(state, "a") },
		"garbage":        func() (*requestState, error) { return h.server.opened("garbage", "a") },
	} {
		if _, err := try(); !errors.Is(err, errState) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTenants(t *testing.T) {
	h := newHouse(t, Options{})
	a := h.visitor(t, "", api.Principal{Tenant: "a", Name: "ada"}, nil)
	b := h.visitor(t, "", api.Principal{Tenant: "b", Name: "bob", Operate: true}, nil)
	r, _ := callTool(t, a, "clerk", `{"prompt": "5"}`)
	run := asMap(t, r.StructuredContent)["run"].(string)
	for name, session := range map[string]*sdk.ClientSession{"a": a, "b": b} {
		list, err := session.ReadResource(t.Context(), &sdk.ReadResourceParams{URI: "chaski://runs"})
		if err != nil {
			t.Fatal(err)
		}
		if sees := strings.Contains(list.Contents[0].Text, run); sees != (name == "a") {
			t.Errorf("%s sees a's run in the list: %v", name, sees)
		}
		one, err := session.ReadResource(t.Context(), &sdk.ReadResourceParams{URI: "chaski://runs/" + run})
		if (err == nil) != (name == "a") || err == nil && !strings.Contains(one.Contents[0].Text, "finished") {
			t.Errorf("%s reads a's run: %v", name, err)
		}
		if _, err := session.ReadResource(t.Context(), &sdk.ReadResourceParams{URI: "chaski://runs/" + run + "/journal"}); err == nil {
			t.Errorf("%s reads a's journal", name)
		}
		if r, text := callTool(t, session, "clerk", `{"run": "`+run+`"}`); r.IsError != (name == "b") || name == "b" && !strings.Contains(text, "no such run") {
			t.Errorf("%s goes on with a's run: %s", name, text)
		}
		if r, text := callTool(t, session, "clerk", `{"prompt": "hi", "run": "`+run+`"}`); r.IsError != (name == "b") {
			t.Errorf("%s goes on with a's conversation: %s", name, text)
		}
	}
	op := h.visitor(t, "", local, nil)
	events, err := op.ReadResource(t.Context(), &sdk.ReadResourceParams{URI: "chaski://runs/" + run + "/journal"})
	if err != nil || !strings.Contains(events.Contents[0].Text, `"started"`) {
		t.Errorf("the operator's journal: %v %v", events, err)
	}
}

// TestProgressAndCancel holds that a client is told how a run goes, and that a request which
// it cancels is a run that is cancelled.
func TestProgressAndCancel(t *testing.T) {
	for _, version := range versions[:2] {
		h := newHouse(t, Options{})
		told := make(chan string, 100)
		s := h.visitor(t, version, api.Principal{}, &sdk.ClientOptions{ProgressNotificationHandler: func(_ context.Context, r *sdk.ProgressNotificationClientRequest) {
			told <- r.Params.Message
		}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			p := &sdk.CallToolParams{Name: "slow", Arguments: map[string]any{}, Meta: sdk.Meta{}}
			p.SetProgressToken("p1")
			_, err := s.CallTool(ctx, p)
			ended <- err
		}()
		<-h.slow
		for message, late := "", time.After(5*time.Second); message == ""; {
			select {
			case message = <-told: // the first may say nothing but that it has begun
			case <-late:
				t.Fatal("no progress was told")
			}
		}
		cancel()
		if err := <-ended; err == nil {
			t.Error("a call that was cancelled gave a result")
		}
		run := lastRun(t, h)
		for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			state, err := h.server.o.Calls.Runtime().Load(t.Context(), run)
			if err != nil {
				t.Fatal(err)
			}
			if state.Status == "cancelled" || hasCancel(t, h, run) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: the run is %s", version, state.Status)
			}
		}
	}
}

func hasCancel(t *testing.T, h *house, run string) bool {
	t.Helper()
	events, _, err := h.server.o.Calls.Runtime().Events(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range events {
		if ev.Cancelled != nil {
			return true
		}
	}
	return false
}

// TestHTTP mounts the server on the HTTP API's, and asks it in old and new versions.
func TestHTTP(t *testing.T) {
	h := newHouse(t, Options{Who: api.From})
	s, err := api.New(api.Options{Models: []api.Model{{Name: "m", LLM: llm.Script()}}})
	if err != nil {
		t.Fatal(err)
	}
	s.Handle("/mcp", api.Use, h.server.Handler())
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	for _, version := range versions[:4] {
		asked := 0
		client := sdk.NewClient(&sdk.Implementation{Name: "visitor", Version: "1"}, &sdk.ClientOptions{ElicitationHandler: func(context.Context, *sdk.ElicitRequest) (*sdk.ElicitResult, error) {
			asked++
			return &sdk.ElicitResult{Action: "accept", Content: map[string]any{"approve": true}}, nil
		}})
		session, err := client.Connect(t.Context(), &sdk.StreamableClientTransport{Endpoint: web.URL + "/mcp"}, &sdk.ClientSessionOptions{ProtocolVersion: version})
		if err != nil {
			t.Fatalf("%s: %v", version, err)
		}
		if got := session.InitializeResult().ProtocolVersion; got != version {
			t.Errorf("asked for %s, speaks %s", version, got)
		}
		h.paid.Store(0)
		r, text := callTool(t, session, "clerk", `{"prompt": "500"}`)
		if r.IsError || asked != 1 || h.paid.Load() != 500 {
			t.Errorf("%s: %s, asked %d times, %d paid", version, text, asked, h.paid.Load())
		}
		if id := session.ID(); id != "" {
			if h.server.isSession(id, api.Principal{Tenant: "other"}) || !h.server.isSession(id, api.Principal{Name: "local", Approve: true, Operate: true, All: true}) {
				t.Errorf("%s: the session is not its owner's alone", version)
			}
		}
		if err := session.Close(); err != nil {
			t.Errorf("%s: %v", version, err)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.URL+"/mcp", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(headerSession, "stolen")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("a session that is nobody's: %s", resp.Status)
	}
}

// answeredYes approves the call that waits.
func answeredYes(s *planner.State) planner.Answered {
	for _, c := range s.Calls {
		if c.Phase == planner.Awaiting {
			return planner.Answered{Call: c.ID, Hash: c.Hash(), Approve: true, By: "somebody", Tenant: s.Start.Tenant}
		}
	}
	return planner.Answered{}
}
