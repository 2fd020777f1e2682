package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/tools"
)

// TestConformance plays the client scenarios that two revisions of the protocol require, of
// npm's @modelcontextprotocol/conformance, against this package. CHASKI_MCP_CONFORMANCE names
// the folder in which npm installed it; node, of version 22 or later, is the one there or
// that of PATH.
func TestConformance(t *testing.T) {
	program := Conformance(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--requirements", "2025-11-25"}, {"--requirements", "2026-07-28"}, {"--scenario", "auth/client-credentials-basic"}} {
		cmd := exec.CommandContext(t.Context(), program[0], append(append(program[1:len(program):len(program)], "client", "--command", exe, "--output-dir", t.TempDir()), args...)...)
		cmd.Env = append(os.Environ(), "MCP_FIXTURE=conformance")
		out, err := cmd.CombinedOutput()
		text := string(out)
		if at := strings.Index(text, "=== SUITE SUMMARY"); at >= 0 && err == nil {
			text = text[at:]
		} else if at := strings.Index(text, "Test Results:"); at >= 0 && err == nil {
			text = text[at:]
		}
		if err != nil || !strings.Contains(text, "assed") {
			t.Errorf("%v: %v\n%s", args, err, text)
			continue
		}
		t.Logf("%v:\n%s", args, text)
	}
}

// Conformance returns the command that plays scenarios, or skips the test.
func Conformance(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("CHASKI_MCP_CONFORMANCE")
	if dir == "" {
		t.Skip("CHASKI_MCP_CONFORMANCE does not name the folder where @modelcontextprotocol/conformance is installed")
	}
	node := filepath.Join(dir, "node_modules", "node", "bin", "node")
	if _, err := os.Stat(node); err != nil {
		if node, err = exec.LookPath("node"); err != nil {
			t.Skip("there is no node")
		}
	}
	return []string{node, filepath.Join(dir, "node_modules", "@modelcontextprotocol", "conformance", "dist", "index.js")}
}

// conformanceClient is the client of one scenario: it opens the server whose address is the
// last argument and calls its tools.
func conformanceClient() error {
	scenario := os.Getenv("MCP_CONFORMANCE_SCENARIO")
	var given struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		ToolCalls    []struct {
			Name      string
			Arguments map[string]any
		}
	}
	if text := os.Getenv("MCP_CONFORMANCE_CONTEXT"); text != "" {
		if err := json.Unmarshal([]byte(text), &given); err != nil {
			return err
		}
	}
	s := Server{URL: os.Args[len(os.Args)-1], Timeout: 20 * time.Second, OAuth: OAuth{ClientID: given.ClientID, ClientSecret: given.ClientSecret}}
	switch {
	case strings.Contains(scenario, "client-credentials"):
		s.OAuth.Grant = grantClient
	case strings.HasPrefix(scenario, "auth/") && given.ClientID == "":
		s.OAuth.ClientMetadataURL = "https://conformance-test.local/client-metadata.json"
		s.OAuth.CallbackPort = 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), 25*time.Second)
	defer cancel()
	c, err := Open(ctx, Options{Servers: Servers{"s": s},
		Ask: func(_ context.Context, q Question) (Answer, error) {
			a := Answer{Accept: true, Values: map[string]any{}}
			for _, f := range q.Fields {
				if f.Required && f.Type == "boolean" {
					a.Values[f.Name] = true
				}
			}
			return a, nil
		},
		Browse: func(ctx context.Context, _, address string) error {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
			if err != nil {
				return err
			}
			resp, err := http.DefaultClient.Do(r) // which is led back to where we listen
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, resp.Body)
			return errors.Join(err, resp.Body.Close())
		}})
	if err != nil {
		return err
	}
	defer c.Close()
	r, err := tools.NewRegistry(c.Tools()...)
	if err != nil {
		return err
	}
	call := func(tool, arguments string) {
		got, err := r.Call(ctx, tools.Call{ID: "c-" + tool, Attempt: 1, Tool: tool, Arguments: json.RawMessage(arguments)})
		fmt.Fprintln(os.Stderr, tool, got.Status, string(got.Value), got.Reason, err)
	}
	for _, one := range given.ToolCalls {
		maps.DeleteFunc(one.Arguments, func(_ string, v any) bool { return v == nil }) // which no schema here allows: it is left out
		arguments, err := json.Marshal(one.Arguments)
		if err != nil {
			return err
		}
		call("s__"+one.Name, string(arguments))
	}
	if len(given.ToolCalls) > 0 {
		return nil
	}
	var focal json.RawMessage
	for _, t := range c.Tools() {
		if t.Spec().Name == "s__json_schema_2020_12_tool" {
			focal = t.Spec().Parameters
		}
	}
	for _, t := range c.Tools() {
		switch name := t.Spec().Name; {
		case name == "s__add_numbers":
			call(name, `{"a":5,"b":3}`)
		case name == "s__json_schema_echo":
			call(name, `{"schema":`+string(focal)+`}`)
		case scenario == "http-invalid-tool-headers":
			call(name, `{"region":"us-west1"}`)
		case focal == nil:
			call(name, `{}`)
		}
	}
	return nil
}
