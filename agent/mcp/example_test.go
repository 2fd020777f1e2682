package mcp_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/agent/mcp"
	"github.com/chaski-dev/chaski/llm"
	toolsmcp "github.com/chaski-dev/chaski/tools/mcp"
)

// serve is the last snippet of docs/mcp.md.
func serve(ctx context.Context, a *agent.Agent, options agent.Options) error {
	calls, err := agent.New(mcp.Direct{}, options) // the options of the agent itself: tools, policies, journal
	if err != nil {
		return err
	}
	s, err := mcp.New(mcp.Options{Agents: []mcp.Agent{{Name: "clerk", About: "Answers questions about orders", Agent: a}}, Calls: calls})
	if err != nil {
		return err
	}
	return s.Run(ctx, os.Stdin, os.Stdout, api.Principal{})
}

// use is the first: the server that it names is not started, since it cannot be here.
func use(model llm.Model) error {
	servers, err := toolsmcp.Parse([]byte(`{"mcpServers": {"files": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "./data"]}}}`))
	if err != nil {
		return err
	}
	a, err := agent.New(model, agent.Options{MCP: toolsmcp.Options{Servers: servers}})
	if err != nil {
		return err
	}
	defer a.Close()
	return nil
}

// TestDocs holds that the page's Go is what is compiled and run here.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/mcp.md")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	mine := plain(strings.ReplaceAll(string(own), "toolsmcp.", "mcp."))
	n := 0
	for part := range strings.SplitSeq(string(page), "```go\n") {
		if n++; n == 1 {
			continue
		}
		snippet, _, _ := strings.Cut(part, "```")
		if !strings.Contains(mine, plain(snippet)) {
			t.Errorf("docs/mcp.md has Go that is not run:\n%s", snippet)
		}
	}
	if n != 3 {
		t.Errorf("%d snippets of Go", n-1)
	}
	a, err := agent.New(llm.Script(), agent.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := serve(ctx, a, agent.Options{}); err != nil {
		t.Error(err)
	}
	t.Setenv("PATH", "")
	if err := use(llm.Script()); err == nil || !strings.Contains(err.Error(), "npx") {
		t.Errorf("a server that cannot be started: %v", err)
	}
}

func plain(s string) string { return strings.Join(strings.Fields(s), " ") }
