package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAuditVerifyFolder: each log of a folder is verified, also beside one that is bad.
func TestAuditVerifyFolder(t *testing.T) {
	data := t.TempDir()
	for range 2 {
		if _, stderr, code := chaski(t, "", "run", "--data", data, "--example", "support", "Where is my order 1042?"); code != 0 {
			t.Fatalf("exit %d, %s", code, stderr)
		}
	}
	folder := filepath.Join(data, "audit")
	verify := func() (string, string, int) {
		return chaski(t, "", "audit", "verify", "--key", filepath.Join(folder, "signing.key.pub"), folder)
	}
	if out, stderr, code := verify(); code != 0 || strings.Count(out, ": ok: ") != 2 {
		t.Fatalf("exit %d, %s%s", code, out, stderr)
	}
	logs, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil || len(logs) != 2 {
		t.Fatal(logs, err)
	}
	text, err := os.ReadFile(logs[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(logs[0], bytes.Replace(text, []byte("lookup_order"), []byte("refund_order"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, stderr, code := verify(); code != 1 || !strings.Contains(out, filepath.Base(logs[1])+": ok") || !strings.Contains(stderr, filepath.Base(logs[0])) {
		t.Errorf("exit %d, %s%s", code, out, stderr)
	}
	if _, stderr, code := chaski(t, "", "audit", "verify", t.TempDir()); code != 1 || !strings.Contains(stderr, "no logs") {
		t.Errorf("an empty folder: exit %d, %s", code, stderr)
	}
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, problem := range map[string]string{empty: "nothing was verified", filepath.Dir(empty): "nothing was verified", empty + "x": "no such file"} {
		if out, stderr, code := chaski(t, "", "audit", "verify", name); code != 1 || out != "" || !strings.Contains(stderr, problem) {
			t.Errorf("%s: exit %d, %s%s", name, code, out, stderr)
		}
	}
}

// TestNoArguments: who types the bare name is shown what there is.
func TestNoArguments(t *testing.T) {
	if out, _, code := chaski(t, ""); code != 2 || !strings.Contains(out, "Usage: chaski") || !strings.Contains(out, "chat") {
		t.Errorf("exit %d, %s", code, out)
	}
}
