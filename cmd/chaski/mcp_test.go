package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/mcp"
)

// TestMCP makes an agent of this program use another one of it as an MCP server: what it
// lists, what changes, what is accepted, what it calls.
func TestMCP(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("CHASKI_DATA", filepath.Join(dir, "data"))
	write := func(example string) {
		text := fmt.Sprintf("mcp:\n  shop:\n    command: %q\n    args: [mcp, --example, %s, --data, inner]\n    env: {CHASKI_TEST_RUN: '1'}\n    trust: true\n", exe, example)
		if err := os.WriteFile("agent.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("support")
	out, errs, code := chaski(t, "", "mcp", "ls")
	if code != 0 || !strings.Contains(out, "shop__lookup_order") || !strings.Contains(out, "read") || !strings.Contains(out, "shop__support") {
		t.Fatalf("ls: %d %s %s", code, out, errs)
	}
	if _, err := os.Stat("mcp.pins.json"); err != nil {
		t.Fatalf("what was declared is not kept beside agent.yaml: %v", err)
	}
	pins, err := os.ReadFile("mcp.pins.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("mcp.pins.json", []byte(strings.Replace(string(pins), "Look up", "Find", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code = chaski(t, "", "mcp", "ls"); code != 0 {
		t.Fatalf("a text that only the file has changed is no change of the server's: %s %s", out, errs)
	}
	if err := os.WriteFile("mcp.pins.json", []byte(strings.Replace(string(pins), `"hash": "`, `"hash": "0`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code = chaski(t, "", "mcp", "pin"); code != 1 || !strings.Contains(out, "has changed") || !strings.Contains(errs, "not accepted") {
		t.Fatalf("pin without an answer: %d %s %s", code, out, errs)
	}
	if out, _, _ = chaski(t, "", "mcp", "ls"); !strings.Contains(out, "chaski mcp pin shop") {
		t.Fatalf("ls does not say what has changed: %s", out)
	}
	if out, errs, code = chaski(t, "", "mcp", "pin", "--yes"); code != 0 {
		t.Fatalf("pin --yes: %d %s %s", code, out, errs)
	}
	if out, _, _ = chaski(t, "", "mcp", "ls"); strings.Contains(out, "has changed") {
		t.Fatalf("what was accepted is still a change: %s", out)
	}
	if _, errs, code = chaski(t, "", "mcp", "pin", "nothing"); code != 2 || !strings.Contains(errs, "nothing") {
		t.Fatalf("a server that is not there: %d %s", code, errs)
	}
}

// TestMCPServer calls chaski mcp as any client does that has the entry of docs/mcp.md.
func TestMCPServer(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/mcp.md")
	if err != nil {
		t.Fatal(err)
	}
	_, entry, _ := strings.Cut(string(page), "```json\n")
	entry, _, ok := strings.Cut(entry, "```")
	servers, err := mcp.Parse([]byte(entry))
	if err != nil || !ok || servers["shop"].Command != "chaski" {
		t.Fatalf("docs/mcp.md has no entry for clients: %v", err)
	}
	shop := servers["shop"]
	dir := t.TempDir()
	shop.Command, shop.Args, shop.Env = exe, append(shop.Args, "--data", dir), map[string]string{"CHASKI_TEST_RUN": "1"}
	c, err := mcp.Open(t.Context(), mcp.Options{Dir: dir, Servers: mcp.Servers{"shop": shop}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r, err := tools.NewRegistry(c.Tools()...)
	if err != nil {
		t.Fatal(err)
	}
	if about := r.Tool("shop__support").Spec().Description; about != "Answers questions about orders, and refunds them" {
		t.Errorf("the agent is described as %q", about)
	}
	call := func(tool, arguments, status, text string) string {
		got, err := r.Call(t.Context(), tools.Call{ID: "c" + tool, Attempt: 1, Tool: tool, Arguments: json.RawMessage(arguments)})
		said := string(got.Value) + got.Reason
		if err != nil || string(got.Status) != status || !strings.Contains(said, text) {
			t.Errorf("%s: %s %s %v", tool, got.Status, said, err)
		}
		return said
	}
	call("shop__lookup_order", `{"order_number":1042}`, "ok", `"item":"steel kettle"`)
	call("shop__support", `{"prompt":"Where is my order 1042? If it is late, refund me."}`, "ok", "I refunded 49.9")
	said := call("shop__refund_order", `{"order_number":1047,"amount":89,"reason":"late"}`, "fail", "chaski runs approve")
	run := regexp.MustCompile(`runs approve (\S+)`).FindStringSubmatch(said)
	if run == nil {
		t.Fatal("no run is named")
	}
	runs := filepath.Join(dir, "runs")
	if out, errs, code := chaski(t, "", "runs", "ls", "--runs", runs); code != 0 || strings.Count(out, "\n") != 3 || !strings.Contains(out, run[1]) {
		t.Errorf("the runs: %d %s %s", code, out, errs)
	}
	if out, errs, code := chaski(t, "", "runs", "approve", run[1], "--runs", runs); code != 0 {
		t.Errorf("approve: %d %s %s", code, out, errs)
	}
	call("shop__resume_run", `{"run":"`+run[1]+`"}`, "ok", `"refund_id":"RF-1047"`)
	said = call("shop__refund_order", `{"order_number":1043,"amount":12,"reason":"late"}`, "fail", "chaski runs approve")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	// The server is gone: the command line goes on with the call.
	if run = regexp.MustCompile(`runs approve (\S+)`).FindStringSubmatch(said); run == nil {
		t.Fatal("no run is named")
	}
	if out, errs, code := chaski(t, "", "runs", "approve", run[1], "--runs", runs); code != 0 {
		t.Errorf("approve: %d %s %s", code, out, errs)
	}
	if out, errs, code := chaski(t, "", "runs", "resume", run[1], "--runs", runs); code != 0 || !strings.Contains(out, `"refund_id"`) {
		t.Errorf("resume: %d %s %s", code, out, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "refunds", "RF-1043.json")); err != nil {
		t.Errorf("the till of the run's own folder: %v", err)
	}
	if out, errs, code := chaski(t, "", "audit", "verify", filepath.Join(dir, "audit")); code != 0 {
		t.Errorf("the audit logs: %d %s %s", code, out, errs)
	}
}

// TestMCPOverHTTP calls chaski serve --http at /mcp.
func TestMCPOverHTTP(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, "serve", "--http", "127.0.0.1:0", "--example", "support", "--data", t.TempDir())
	cmd.Env = append(os.Environ(), "CHASKI_TEST_RUN=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}()
	address := ""
	for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
		if found := regexp.MustCompile(`http://[0-9.:]+`).FindString(lines.Text()); found != "" {
			address = found
		}
	}
	c, err := mcp.Open(t.Context(), mcp.Options{Servers: mcp.Servers{"shop": {URL: address + "/mcp"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r, err := tools.NewRegistry(c.Tools()...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Call(t.Context(), tools.Call{ID: "c1", Attempt: 1, Tool: "shop__lookup_order", Arguments: json.RawMessage(`{"order_number":1042}`)})
	if err != nil || got.Status != tools.StatusOK || !strings.Contains(string(got.Value), "steel kettle") {
		t.Errorf("%s %s %s %v", got.Status, got.Value, got.Reason, err)
	}
}
