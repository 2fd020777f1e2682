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

// TestPolicyExplainsJournals: a run's journal is explained by the policy that it began
// with, or by another; what is no trace and no journal is an error.
func TestPolicyExplainsJournals(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if _, stderr, code := chaski(t, "", "run", "--example", "support", "Where is my order 1042? If it is late, refund me."); code != 0 {
		t.Fatal(code, stderr)
	}
	files, err := filepath.Glob(filepath.Join(dir, ".chaski", "runs", "*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	for _, args := range [][]string{{files[0]}, {"--runs", filepath.Dir(files[0])}, {"-f", "strict", files[0]}} {
		out, stderr, code := chaski(t, "", append([]string{"policy", "explain"}, args...)...)
		if code != 0 || !strings.Contains(out, "refund_order") || !strings.Contains(out, "amount: tool public, from lookup_order") || !strings.Contains(out, "strict/own-words says allow") {
			t.Errorf("%v: exit %d, %s%s", args, code, out, stderr)
		}
	}
	if err := os.WriteFile("odd.jsonl", []byte("{\"seq\": \"x\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := chaski(t, "", "policy", "explain", "-f", "strict", "odd.jsonl"); code != 1 || !strings.Contains(stderr, "odd.jsonl:1") {
		t.Errorf("no journal: exit %d, %s", code, stderr)
	}
	if _, stderr, code := chaski(t, "", "policy", "check", "--example", "support"); code != 0 {
		t.Error(stderr)
	}
}
