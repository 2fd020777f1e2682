package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFoldersAreTold: who names another folder of the data folder as that of the runs is told what
// it is and where the runs are; audit logs, which have the names of their runs, are no damaged journals,
// and journals no broken logs. Nothing is made or changed there.
func TestFoldersAreTold(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	if _, errs, code := chaski(t, "", "run", "--data", data, "--example", "support", "Refund order 1045."); code != 4 {
		t.Fatalf("exit %d, %s", code, errs)
	}
	runs := filepath.Join(data, "runs")
	names, err := filepath.Glob(filepath.Join(runs, "*.jsonl"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	run := strings.TrimSuffix(filepath.Base(names[0]), ".jsonl")
	list := func() string {
		var all []string
		_ = filepath.WalkDir(data, func(path string, d os.DirEntry, _ error) error {
			if !d.IsDir() {
				all = append(all, path)
			}
			return nil
		})
		return strings.Join(all, "\n")
	}
	before := list()
	for _, command := range [][]string{
		{"runs", "approve", run}, {"runs", "deny", run}, {"runs", "show", run}, {"runs", "ls"}, {"runs", "ls", "--json"}, {"runs", "replay"}, {"runs", "resume", run},
		{"runs", "cancel", run}, {"runs", "salvage", run}, {"runs", "fork", run, "2"}, {"runs", "rm", run}, {"runs", "rm", "--older", "1h"}, {"runs", "settle", run, "--failed", "no"},
		{"policy", "explain", run}, {"policy", "replay", "-f", "strict", run},
	} {
		for folder, says := range map[string]string{
			"audit": "holds audit logs", "bus": "no runs at", ".": "no runs at",
		} {
			out, errs, code := chaski(t, "", append(command, "--runs", filepath.Join(data, folder))...)
			if code != 1 || out != "" || !strings.Contains(errs, says) || !strings.Contains(errs, "they are in "+runs) {
				t.Errorf("%s --runs %s: exit %d, %s%s", strings.Join(command, " "), folder, code, out, errs)
			}
		}
	}
	for _, args := range [][]string{{"audit", "verify", runs}, {"audit", "verify", data}, {"audit", "verify", filepath.Join(data, "bus")}, {"audit", "verify", names[0]}} {
		if out, errs, code := chaski(t, "", args...); code != 1 || out != "" || !strings.Contains(errs, "the logs are in "+filepath.Join(data, "audit")) {
			t.Errorf("%s: exit %d, %s%s", strings.Join(args, " "), code, out, errs)
		}
	}
	if after := list(); after != before {
		t.Errorf("the data folder held\n%s\nand holds\n%s", before, after)
	}
	// A folder with nothing in it, and one in which other things lie, may be one of runs.
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{t.TempDir(), other} {
		if out, errs, code := chaski(t, "", "runs", "ls", "--runs", folder); code != 0 || !strings.Contains(errs, "no runs at "+folder) {
			t.Errorf("exit %d, %s%s", code, out, errs)
		}
	}
}
