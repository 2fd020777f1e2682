package main

import (
	"os"
	"path/filepath"
	"testing"
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
