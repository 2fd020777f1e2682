package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
)

// TestPolicyOfManyRuns goes through a folder in which a run has no policy and another is
// damaged: the one that can be explained is.
func TestPolicyOfManyRuns(t *testing.T) {
	data := t.TempDir()
	if _, stderr, code := chaski(t, "", "run", "--data", data, "--example", "support", "Where is my order 1042?"); code != 0 {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	runs := filepath.Join(data, "runs")
	rt, _, err := (&journalFlags{Runs: runs}).open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bare", "0bare"} {
		if _, err := rt.Start(t.Context(), planner.Started{Run: name, Messages: []llm.Message{{Role: llm.RoleUser, Content: "go"}}}); err != nil {
			t.Fatal(err)
		}
	}
	explain := []string{"policy", "explain", "--runs", runs}
	replay := []string{"policy", "replay", "-f", "strict", "--runs", runs}
	for _, args := range [][]string{explain, replay} {
		out, stderr, code := chaski(t, "", args...)
		if code != 0 || !strings.Contains(stderr, "2 runs had no policy") || !strings.Contains(out, "lookup_order") && !strings.Contains(out, "would change") {
			t.Errorf("%v: exit %d, %s%s", args, code, out, stderr)
		}
	}
	if err := os.WriteFile(filepath.Join(runs, "0damaged.jsonl"), []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{explain, replay} {
		out, stderr, code := chaski(t, "", args...)
		if code != 1 || !strings.Contains(stderr, "run 0damaged") || !strings.Contains(out, "lookup_order") && !strings.Contains(out, "would change") {
			t.Errorf("%v beside a damaged one: exit %d, %s%s", args, code, out, stderr)
		}
		if _, stderr, code := chaski(t, "", append(args, "bare")...); code != 1 || !strings.Contains(stderr, "run bare: it had no policy") {
			t.Errorf("%v bare: exit %d, %s", args, code, stderr)
		}
	}
	empty := t.TempDir()
	for _, args := range [][]string{{"policy", "explain", "--runs", empty}, {"policy", "replay", "-f", "strict", "--runs", empty}} {
		if _, stderr, code := chaski(t, "", args...); code != 1 || !strings.Contains(stderr, "no runs at") {
			t.Errorf("%v: exit %d, %s", args, code, stderr)
		}
	}
}
