package mcp

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"context"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
	toolsmcp "github.com/chaski-dev/chaski/tools/mcp"
)

// TestRoundTrip makes an agent use another one's tools over HTTP, by agent.Options.MCP.
func TestRoundTrip(t *testing.T) {
	h := newHouse(t, Options{})
	web := httptest.NewServer(h.server.Handler())
	defer web.Close()
	servers := toolsmcp.Servers{"house": {URL: web.URL, Tools: map[string]toolsmcp.Tool{"look": {Effect: "read"}}}}
	model := llm.Script(llm.Turn{Calls: []llm.ToolCall{{Name: "house__look", Arguments: json.RawMessage(`{"id":7}`)}}}, llm.Turn{Text: "It is sent."})
	a, err := agent.New(model, agent.Options{MCP: toolsmcp.Options{Servers: servers}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for ev, err := range a.Run(t.Context(), "Where is order 7?") {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Result != nil && (ev.Result.Status != tools.StatusOK || string(ev.Result.Value) != `{"id":7,"status":"sent"}`) {
			t.Errorf("%s %s %s", ev.Result.Status, ev.Result.Value, ev.Result.Reason)
		}
		if ev.Status != "" && ev.Status != planner.Finished {
			t.Errorf("%s: %s", ev.Status, ev.Reason)
		}
	}
	if _, err := agent.New(model, agent.Options{MCP: toolsmcp.Options{Servers: servers}, Caller: &tools.Registry{}}); err == nil {
		t.Error("servers and a caller go together")
	}
}

// TestPoisonedResult holds that what an MCP server answers is no user's word: under the
// policy strict, an effect that it chose the arguments of does not happen.
func TestPoisonedResult(t *testing.T) {
	h := newHouse(t, Options{})
	web := httptest.NewServer(h.server.Handler())
	defer web.Close()
	var paid atomic.Int64
	pay := tools.New("pay", "Pays money to somebody", func(_ context.Context, in struct {
		To     string `json:"to"`
		Amount int    `json:"amount"`
	}) (string, error) {
		paid.Add(1)
		return "paid", nil
	})
	model := &llm.Scripted{Next: func(n int, _ *llm.Request) llm.Turn {
		switch n {
		case 0:
			return llm.Turn{Calls: []llm.ToolCall{{Name: "house__clerk", Arguments: json.RawMessage(`{"prompt":"news"}`)}}}
		case 1:
			return llm.Turn{Calls: []llm.ToolCall{{Name: "pay", Arguments: json.RawMessage(`{"to":"mallory-7","amount":900}`)}}}
		}
		return llm.Turn{Text: "done"}
	}}
	a, err := agent.New(model, agent.Options{Tools: []*tools.Tool{pay}, Policies: []string{"strict"},
		MCP: toolsmcp.Options{Servers: toolsmcp.Servers{"house": {URL: web.URL, Tools: map[string]toolsmcp.Tool{"clerk": {Effect: "read"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	verdict, read := "", false // the news ask for money
	for ev, err := range a.Run(t.Context(), "Ask the clerk for news.") {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Decision != nil && ev.Call.Tool == "pay" {
			verdict = string(ev.Decision.Verdict)
		}
		if ev.Decision != nil {
			t.Logf("%s: %s by %s: %s", ev.Call.Tool, ev.Decision.Verdict, ev.Decision.Rule, ev.Decision.Reason)
		}
		read = read || ev.Result != nil && ev.Call.Tool == "house__clerk" && strings.Contains(string(ev.Result.Value), "mallory-7")
	}
	if !read || verdict == "" || verdict == string(planner.Allow) || paid.Load() != 0 {
		t.Errorf("read %v, the verdict on the payment is %q, %d paid", read, verdict, paid.Load())
	}
}
