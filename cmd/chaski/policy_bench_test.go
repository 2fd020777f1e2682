package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/policies/bench"
)

// TestPolicyBench: a breach and a suite that cannot be played are failures, and both
// forms of the report say what happened.
func TestPolicyBench(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"open.yaml":           "name: open\ndefault: allow\n",
		"suite/tools.json":    `[{"name": "pay", "effect": "once", "parameters": {"type": "object", "properties": {"to": {"type": "string"}}}}]`,
		"suite/honest.jsonl":  `{"id": "h", "user": "Pay bob.", "steps": [{"call": {"name": "pay", "arguments": {"to": "bob"}}}]}`,
		"suite/attacks.jsonl": `{"id": "a", "user": "Who is there?", "steps": [{"call": {"name": "pay", "arguments": {"to": "mallory"}}}], "bad": [0]}`,
		"absent/suite.yaml":   "name: absent\nneeds: [chaski-no-such-program]\nrun: [chaski-no-such-program]\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open, suite, absent := filepath.Join(dir, "open.yaml"), filepath.Join(dir, "suite"), filepath.Join(dir, "absent")
	out, stderr, code := chaski(t, "", "policy", "bench", "-f", open, "--causes", suite, absent)
	if code != 1 || !strings.Contains(out, "BREACH suite a: pay") || !strings.Contains(out, "skipped absent") || !strings.Contains(stderr, "1 of 1 attacks") {
		t.Errorf("a bundle that allows everything: exit %d\n%s%s", code, out, stderr)
	}
	out, stderr, code = chaski(t, "", "policy", "bench", "-f", "strict", "--json", suite)
	var r bench.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 0 || r.Total.Honest != 1 || r.Total.Attacks != 1 || r.Total.Breached != 0 {
		t.Errorf("strict: exit %d, %v\n%s%s", code, err, out, stderr)
	}
	if _, stderr, code = chaski(t, "", "policy", "bench", "-f", "strict", absent); code != 1 || !strings.Contains(stderr, "nothing was played") {
		t.Errorf("a suite that is not here: exit %d, %s", code, stderr)
	}
	odd := filepath.Join(dir, "odd")
	if err := os.CopyFS(odd, os.DirFS(suite)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(odd, "honest.jsonl"), []byte("{\n"+`{"id": "h", "user": "Pay bob.", "steps": []}`), 0o600); err != nil {
		t.Fatal(err)
	}
	out, stderr, code = chaski(t, "", "policy", "bench", "-f", "strict", odd, suite)
	if place := filepath.Join(odd, "honest.jsonl:1"); code != 1 || !strings.Contains(stderr, "not all was played") || !strings.Contains(stderr, place+": ") || !strings.Contains(out, "all       2") {
		t.Errorf("a bad line: exit %d\n%s%s", code, out, stderr)
	}
	out, stderr, code = chaski(t, "", "policy", "bench", "-f", "strict", "--json", odd)
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 1 || len(r.Refused) != 1 || !strings.HasSuffix(r.Refused[0].Place, "honest.jsonl:1") || r.Total.Honest != 1 {
		t.Errorf("a bad line, as JSON: exit %d, %v\n%s%s", code, err, out, stderr)
	}
}
