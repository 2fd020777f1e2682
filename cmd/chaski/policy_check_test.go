package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPolicyCheckOfAgents: an agent is checked with its own tools and policies.
func TestPolicyCheckOfAgents(t *testing.T) {
	for _, e := range examples {
		if out, stderr, code := chaski(t, "", "policy", "check", "--example", e.Name); code != 0 || !strings.Contains(out, ": ok") {
			t.Errorf("%s: exit %d, %s%s", e.Name, code, out, stderr)
		}
	}
	dir := t.TempDir()
	agent := filepath.Join(dir, "agent.yaml")
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("agent.yaml", `
name: a
tools:
  - {name: look, description: Look, command: [cat], effect: read, parameters: {type: object, properties: {at: {type: string}}}}
policies: [mine.yaml]
`)
	write("mine.yaml", "name: mine\nrules:\n  - {id: r, on: call, tools: [look], when: args.att == \"x\", then: deny, reason: refused}\n")
	if _, stderr, code := chaski(t, "", "policy", "check", "-t", agent); code != 1 || !strings.Contains(stderr, "att") {
		t.Errorf("a misspelt argument: exit %d, %s", code, stderr)
	}
	if _, stderr, code := chaski(t, "", "policy", "check", "-f", "strict"); code != 2 || !strings.Contains(stderr, "--example") {
		t.Errorf("no tools: exit %d, %s", code, stderr)
	}
}
