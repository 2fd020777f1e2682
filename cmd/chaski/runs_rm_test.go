package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRunsRm: runs that have ended are removed by name or by age, others are not; lists are
// the same before and after; a damaged last record is cut off.
func TestRunsRm(t *testing.T) {
	t.Parallel()
	file, data := shop(t, modelServer(t, looksUpAndRefunds))
	runs := filepath.Join(data, "runs")
	var names []string
	for range 3 {
		if _, errs, code := chaski(t, "", "run", "-f", file, "Refund order 1042."); code != 4 {
			t.Fatal(code, errs)
		}
	}
	found, _ := filepath.Glob(filepath.Join(runs, "*.jsonl"))
	for _, f := range found {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".jsonl"))
	}
	if _, errs, code := chaski(t, "", "runs", "rm", names[0], "--runs", runs); code != 1 || !strings.Contains(errs, "has not ended") {
		t.Error(code, errs)
	}
	for _, name := range names[:2] {
		if _, errs, code := chaski(t, "", "runs", "deny", name, "--runs", runs); code != 0 {
			t.Fatal(errs)
		}
		if _, errs, code := chaski(t, "", "runs", "resume", name, "--runs", runs); code != 0 {
			t.Fatal(code, errs)
		}
	}
	list, _, _ := chaski(t, "", "runs", "ls", "--runs", runs)
	contains(t, "the list", list, names[0]+"  finished", names[2]+"  waiting", "Refund order 1042.", "3 steps")
	for _, c := range []struct {
		want []string
		args []string
	}{
		{names[1:], []string{"--limit", "2"}},
		{names, []string{"--limit", "9"}},
		{names[1:2], []string{"--status", "finished", "--limit", "1"}},
		{names[2:], []string{"--status", "waiting", "--limit", "2"}},
		{nil, []string{"--status", "running"}},
	} {
		var got []string
		out, _, _ := chaski(t, "", append([]string{"runs", "ls", "--runs", runs}, c.args...)...)
		for line := range strings.Lines(out) {
			got = append(got, strings.Fields(line)[0])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.args, got, c.want)
		}
	}
	if out, errs, code := chaski(t, "", "runs", "rm", "--older", "1h", "--runs", runs); code != 0 || out != "" {
		t.Error(out, errs, code)
	}
	if out, errs, code := chaski(t, "", "runs", "rm", names[0], "--runs", runs); code != 0 || strings.TrimSpace(out) != names[0] {
		t.Error(out, errs, code)
	}
	if out, errs, code := chaski(t, "", "runs", "rm", "--older", "1ns", "--runs", runs); code != 0 || strings.TrimSpace(out) != names[1] {
		t.Error(out, errs, code)
	}
	if _, _, code := chaski(t, "", "runs", "rm", "--runs", runs); code != 2 {
		t.Error("rm of nothing is no misuse", code)
	}
	last := filepath.Join(runs, names[2]+".jsonl")
	text, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)-10] ^= 1
	if err := os.WriteFile(last, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, code := chaski(t, "", "runs", "resume", names[2], "--runs", runs); code != 1 {
		t.Error("a damaged run goes on", code)
	}
	if out, errs, code := chaski(t, "", "runs", "salvage", names[2], "--runs", runs); code != 0 || !strings.Contains(out, "runs resume "+names[2]) {
		t.Fatal(out, errs, code)
	}
	if _, errs, code := chaski(t, "", "runs", "resume", names[2], "--runs", runs); code != 4 {
		t.Error(code, errs)
	}
}
