//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/runtime/bus/secured"
)

// docsPage is a page of docs/ with an address that is free here in the place of its own.
func docsPage(t *testing.T, name, address string) string {
	t.Helper()
	free, err := secured.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(page), address, free)
}

// TestServingDocs runs the snippets of docs/serving.md: those of the shell one after another
// in one shell, with what is said to come of each; then those in Python.
func TestServingDocs(t *testing.T) {
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	text := docsPage(t, "serving.md", "127.0.0.1:8080")
	type snippet struct{ language, code, comes string }
	var all []snippet
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```\n(?:\n```\n(.*?)^```\n)?").FindAllStringSubmatch(text, -1) {
		all = append(all, snippet{m[1], m[2], m[3]})
	}
	const mark = "---- the next snippet"
	script := "set -euo pipefail\ntrap 'kill %1 && wait %1' EXIT\n"
	var shell []snippet
	python := ""
	for _, s := range all {
		switch s.language {
		case "sh":
			shell = append(shell, s)
		case "python":
			python += s.code
		default:
			t.Errorf("a snippet that nobody runs:\n%s", s.code)
		}
	}
	if len(shell) < 5 || python == "" {
		t.Fatalf("%d snippets of the shell, Python %q", len(shell), python)
	}
	for i, s := range shell {
		if strings.Contains(s.code, "key add") { // from there on who asks needs a key
			script += "if [ -n \"$PYTHON\" ]; then \"$PYTHON\" client.py >&2; fi\n"
		}
		script += s.code
		script += fmt.Sprintf("echo; echo '%s %d'\n", mark, i)
	}
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/client.py", []byte(python), 0o600); err != nil {
		t.Fatal(err)
	}
	interpreter := os.Getenv("CHASKI_PYTHON")
	if interpreter == "" {
		interpreter = "python3"
	}
	if out, err := exec.Command(interpreter, "-c", "import openai").CombinedOutput(); err != nil {
		t.Logf("the snippet in Python is not run: %s has no openai (pip install openai; CHASKI_PYTHON names an interpreter that has it): %v %s", interpreter, err, out)
		interpreter = ""
	}
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PYTHON="+interpreter, "CHASKI_DATA=", "CHASKI_LOG_LEVEL=off")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var errs strings.Builder
	cmd.Stderr = &errs
	late := time.AfterFunc(3*time.Minute, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer late.Stop()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, errs.String())
	}
	for i, s := range shell {
		got, rest, _ := strings.Cut(string(out), fmt.Sprintf("%s %d\n", mark, i))
		if out = []byte(rest); !comes(s.comes).MatchString(got) {
			t.Errorf("%s\ngives\n%s\nnot\n%s", s.code, got, s.comes)
		}
	}
	if interpreter != "" && !strings.Contains(errs.String(), "Your order 1042 (steel kettle) is late, expected") {
		t.Error("the snippet in Python: ", errs.String())
	}
}

// comes is a shown output as a pattern: each line of it comes, in that order, and … is
// anything.
func comes(shown string) *regexp.Regexp {
	pattern := "(?s)"
	for line := range strings.Lines(shown) {
		for i, part := range strings.Split(strings.TrimSpace(line), "…") {
			if i > 0 {
				pattern += ".*"
			}
			pattern += regexp.QuoteMeta(part)
		}
		pattern += ".*"
	}
	return regexp.MustCompile(pattern)
}
