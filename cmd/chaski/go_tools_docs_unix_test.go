//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestGoToolsDocs makes the files of docs/go-tools.md, builds its worker and runs its snippets
// of the shell in one shell, with what is said to come of each.
func TestGoToolsDocs(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	text := docsPage(t, "go-tools.md", "127.0.0.1:4222")
	dir := t.TempDir()
	const mark = "---- the next snippet"
	script := "set -euo pipefail\ntrap 'kill %2; wait %2 || true; kill %1; wait %1 || true' EXIT\n"
	files := []string{"agent.yaml", "rules.yaml"}
	var code, shown []string
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```\n(?:\n```\n(.*?)^```\n)?").FindAllStringSubmatch(text, -1) {
		name := ""
		switch m[1] {
		case "go":
			name = "main.go"
		case "json":
			name = "script.jsonl"
		case "yaml":
			name, files = files[0], files[1:]
		case "sh":
			if strings.Contains(m[2], "go mod init") {
				continue // it is built within this module
			}
			script += m[2] + fmt.Sprintf("echo; echo '%s %d'\n", mark, len(code))
			if strings.Contains(m[2], "&\n") {
				script += "for i in {1..300}; do grep -q serving shop.log && break; sleep 0.1; done\n"
			}
			code, shown = append(code, m[2]), append(shown, m[3])
			continue
		default:
			t.Fatalf("a snippet that nobody runs:\n%s", m[2])
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(m[2]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(code) < 5 || len(files) > 0 {
		t.Fatalf("%d snippets of the shell, without %v", len(code), files)
	}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "shop"), filepath.Join(dir, "main.go")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CHASKI_DATA=", "CHASKI_LOG_LEVEL=")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var errs strings.Builder
	cmd.Stderr = &errs
	late := time.AfterFunc(3*time.Minute, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer late.Stop()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, errs.String())
	}
	for i := range code {
		got, rest, _ := strings.Cut(string(out), fmt.Sprintf("%s %d\n", mark, i))
		if out = []byte(rest); !comes(shown[i]).MatchString(got) {
			t.Errorf("%s\ngives\n%s\nnot\n%s", code[i], got, shown[i])
		}
	}
	if !strings.Contains(errs.String(), `missing required property "name"`) {
		t.Error(errs.String())
	}
}
