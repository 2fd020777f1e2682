package host_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
)

// ordersServer is a server in Python, as its library's own examples are written.
const ordersServer = `
try:
    from mcp.server import MCPServer as Server
except ImportError:
    from mcp.server.fastmcp import FastMCP as Server
app = Server("orders")

@app.tool()
def order_status(number: int) -> dict[str, str]:
    """Status of an order"""
    return {"number": str(number), "status": "in transit"}

app.run()
`

// TestRealServers makes an agent use servers that others wrote: two from npm in
// node_modules, one in Python. CHASKI_MCP_SERVERS names the folder where
// @modelcontextprotocol/server-filesystem, @modelcontextprotocol/server-everything and, in
// the virtual environment py, PyPI's mcp are installed.
func TestRealServers(t *testing.T) {
	installed := os.Getenv("CHASKI_MCP_SERVERS")
	if installed == "" {
		t.Skip("CHASKI_MCP_SERVERS does not name the folder where MCP servers are installed")
	}
	type step struct{ server, tool, arguments, want string }
	steps := []step{}
	dir := t.TempDir()
	config := "policies: [rules.yaml]\nmcp:\n"
	if node, err := exec.LookPath("node"); err == nil {
		files, everything := packageOf(installed, "server-filesystem"), packageOf(installed, "server-everything")
		if _, err := os.Stat(files); err != nil {
			t.Fatal(err)
		}
		config += fmt.Sprintf("  files: {command: %q, args: [%q, %q], trust: true}\n  everything: {command: %q, args: [%q]}\n", node, files, dir, node, everything)
		note := filepath.Join(dir, "note.txt")
		steps = append(steps,
			step{"files", "files__write_file", fmt.Sprintf(`{"path":%q,"content":"the blue lamp"}`, note), "note.txt"},
			step{"files", "files__read_text_file", fmt.Sprintf(`{"path":%q}`, note), "the blue lamp"},
			step{"files", "files__read_text_file", `{"path":"/etc/passwd"}`, "denied"},
			step{"everything", "everything__get-sum", `{"a":19,"b":23}`, "42"},
			step{"everything", "everything__get-structured-content", `{"location":"New York"}`, "temperature"},
			step{"everything", "everything__get-tiny-image", `{}`, "it cannot be shown here"},
			step{"everything", "everything__get-resource-links", `{"count":2}`, "resource_link"},
			step{"everything", "everything__trigger-long-running-operation", `{"duration":1,"steps":2}`, "completed"})
	} else {
		t.Log("there is no node: its servers are left out")
	}
	python := filepath.Join(installed, "py", "bin", "python")
	if _, err := os.Stat(python); err == nil {
		script := filepath.Join(dir, "orders.py")
		if err := os.WriteFile(script, []byte(ordersServer), 0o600); err != nil {
			t.Fatal(err)
		}
		config += fmt.Sprintf("  orders: {command: %q, args: [%q], tools: {order_status: {effect: read}}}\n", python, script)
		steps = append(steps, step{"orders", "orders__order_status", `{"number":1042}`, "in transit"})
	} else {
		t.Logf("there is no %s: its server is left out", python)
	}
	if len(steps) == 0 {
		t.Skip("neither node nor Python is there")
	}
	for name, text := range map[string]string{"agent.yaml": config, "rules.yaml": "name: all\ndefault: allow\nrules: []\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := host.Load(filepath.Join(dir, "agent.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	model := &llm.Scripted{Next: func(n int, _ *llm.Request) llm.Turn {
		if n >= len(steps) {
			return llm.Turn{Text: "done"}
		}
		return llm.Turn{Calls: []llm.ToolCall{{Name: steps[n].tool, Arguments: json.RawMessage(steps[n].arguments)}}}
	}}
	h, err := host.Open(t.Context(), c, host.Options{LLM: model, Data: filepath.Join(dir, "data")})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for ev, err := range h.Run(t.Context(), "use them") {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Result != nil {
			if got := string(ev.Result.Value) + ev.Result.Reason; !strings.Contains(got, steps[n].want) {
				t.Errorf("%s %s: %s %.500s, want %q", steps[n].tool, steps[n].arguments, ev.Result.Status, got, steps[n].want)
			}
			n++
		}
		if ev.Status != "" && ev.Status != planner.Finished {
			t.Errorf("%s: %s", ev.Status, ev.Reason)
		}
	}
	if n != len(steps) {
		t.Errorf("%d of %d calls were made", n, len(steps))
	}
	effects := map[string]tools.Effect{}
	for _, s := range h.Tools() {
		effects[s.Name] = s.Effect
	}
	for name, want := range map[string]tools.Effect{"files__read_text_file": tools.Read, "files__write_file": tools.Idempotent, "everything__get-sum": tools.Once, "orders__order_status": tools.Read} {
		if got, ok := effects[name]; ok && got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "mcp.pins.json")); err != nil {
		t.Error(err)
	}
}

func packageOf(installed, name string) string {
	return filepath.Join(installed, "node_modules", "@modelcontextprotocol", name, "dist", "index.js")
}
