package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/bus"
)

// TestRuns replays a recorded journal by the command line, and refuses it altered.
func TestRuns(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "runtime", "testdata", "journals", "paid.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "paid.jsonl")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"ls"}, {"show", "paid"}, {"replay"}, {"fork", "paid", "9", "--as", "again"}, {"cancel", "again"}} {
		if code := run(append([]string{"runs"}, append(args, "--runs", dir)...)); code != 0 {
			t.Errorf("%v: exit %d", args, code)
		}
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"replay"}, {"show", "paid"}, {"approve", "again"}} {
		if code := run(append([]string{"runs"}, append(args, "--runs", dir)...)); code != 1 {
			t.Errorf("%v: exit %d, want 1", args, code)
		}
	}
}

// TestRunsInStream reads and cancels a run that is kept in JetStream.
func TestRunsInStream(t *testing.T) {
	s, err := bus.Start(bus.ServerOptions{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rt, _, err := (&journalFlags{Runs: s.URL()}).open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Start(t.Context(), planner.Started{Run: "r", By: "ana", Messages: []llm.Message{{Role: llm.RoleUser, Content: "go\tnow"}}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"ls"}, "ana  0 steps  0 calls  0 tokens  go now"}, {[]string{"ls", "--json"}, `"prompt":"go\tnow"`}, {[]string{"show", "r"}, `ana asked: go\tnow`},
		{[]string{"fork", "r", "1", "--as", "f"}, "f"}, {[]string{"cancel", "f"}, ""}, {[]string{"show", "f"}, "cancelled the run"}, {[]string{"show", "r", "--json"}, `"started"`},
	} {
		out, errs, code := chaski(t, "", append(append([]string{"runs"}, c.args...), "--runs", s.URL())...)
		if code != 0 || !strings.Contains(out, c.want) {
			t.Errorf("%v: %d %q %s", c.args, code, out, errs)
		}
	}
	if _, errs, code := chaski(t, "", "runs", "ls", "--runs", "nats://127.0.0.1:1"); code != 1 || !strings.Contains(errs, "no NATS server at nats://127.0.0.1:1") {
		t.Error(code, errs)
	}
}
