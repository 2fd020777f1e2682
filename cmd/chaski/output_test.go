package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestLostOutput: a command whose output could not be written has failed.
func TestLostOutput(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("/dev/full is Linux's")
	}
	file, data := shop(t, modelServer(t, looksUpAndRefunds))
	runs := filepath.Join(data, "runs")
	_, errs, code := chaski(t, "", "run", "-f", file, "Refund order 1042.")
	if code != 4 {
		t.Fatal(code, errs)
	}
	names, err := filepath.Glob(filepath.Join(runs, "*.jsonl"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err, errs)
	}
	run := strings.TrimSuffix(filepath.Base(names[0]), ".jsonl")
	yaml := filepath.Join(t.TempDir(), "tools.yaml")
	if err := os.WriteFile(yaml, []byte("tools: [{name: look, effect: read, description: Look, shell: 'true', parameters: {type: object}}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"version"}, {"runs", "ls", "--runs", runs}, {"runs", "ls", "--json", "--runs", runs}, {"runs", "show", run, "--runs", runs},
		{"runs", "show", "--json", run, "--runs", runs}, {"runs", "replay", "--runs", runs}, {"runs", "fork", run, "2", "--runs", runs},
		{"policy", "check", "--example", "support"}, {"policy", "explain", "--runs", runs, run}, {"policy", "replay", "-f", "strict", "--runs", runs},
		{"worker", "-f", yaml, "--check"}, {"model", "info", "-m", "mini"}, {"model", "prompt"}, {"model", "generate", "-m", "mini", "-p", "hi", "-n", "2"},
		{"run", "--example", "support", "--data", t.TempDir(), "Where is order 1041?"}, {"run", "--json", "--example", "support", "--data", t.TempDir(), "Where is order 1041?"},
		{"audit", "verify", filepath.Join(data, "audit")}, {"runs", "approve", run, "--runs", runs},
	} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		cmd := program(args...)
		var errs strings.Builder
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(`{"messages": [{"role": "user", "content": "hi"}]}`), full, &errs
		cmd.Env = append(cmd.Env, "CHASKI_MODELS="+t.TempDir())
		_ = cmd.Run()
		full.Close()
		if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(errs.String(), "no space left") {
			t.Errorf("%s: exit %d, %s", strings.Join(args, " "), code, errs.String())
		}
	}
}

// TestKeyNotShown: a key that nobody could read is not there.
func TestKeyNotShown(t *testing.T) {
	t.Parallel()
	r, closed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	outs := []*os.File{closed}
	if runtime.GOOS == "linux" {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		outs = append(outs, full)
	}
	keys := t.TempDir()
	for _, out := range outs {
		cmd := program("key", "add", "ann", "--keys", keys)
		var errs strings.Builder
		cmd.Stdout, cmd.Stderr = out, &errs
		_ = cmd.Run()
		out.Close()
		if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(errs.String(), "so there is none") || strings.Contains(errs.String(), "Keep it") {
			t.Errorf("exit %d, %s", code, errs.String())
		}
		if out, _, _ := chaski(t, "", "key", "ls", "--keys", keys); strings.Contains(out, "ann") {
			t.Error(out)
		}
	}
}

// TestHalfWritten: a disk that takes no more leaves nothing that is in the way once it does.
func TestHalfWritten(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the size of files is limited by Linux's shell")
	}
	dir := t.TempDir()
	for _, args := range [][]string{
		{"init", "empty", filepath.Join(dir, "agent")},
		{"run", "--example", "support", "--data", filepath.Join(dir, "data"), "Where is order 1041?"},
	} {
		cmd := program(args...)
		limited := exec.Command("sh", append([]string{"-c", `ulimit -f 0; exec "$0" "$@"`}, cmd.Args...)...)
		limited.Env = cmd.Env
		out, _ := limited.CombinedOutput()
		if code := limited.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(out), "file too large") {
			t.Errorf("%v: exit %d, %s", args, code, out)
		}
		if out, errs, code := chaski(t, "", args...); code != 0 {
			t.Errorf("%v again: exit %d, %s%s", args, code, out, errs)
		}
	}
}

// TestNoRecord: a run of which not even the first record could be written is in no list, and
// salvaging what is not there leaves nothing.
func TestNoRecord(t *testing.T) {
	t.Parallel()
	runs := t.TempDir()
	if err := os.WriteFile(filepath.Join(runs, "a.jsonl"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := chaski(t, "", "runs", "ls", "--runs", runs); code != 0 || strings.Contains(out, "refused") || !strings.Contains(out+errs, "no runs at") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
	if out, errs, code := chaski(t, "", "runs", "salvage", "b", "--runs", runs); code != 1 || !strings.Contains(errs, "no such run") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
	if left, _ := os.ReadDir(runs); len(left) != 1 {
		t.Error(left)
	}
}

// TestNothingDone: a command that found nothing to do, and a conversation whose turn did
// not finish, say so by their exit status.
func TestNothingDone(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for _, args := range [][]string{
		{"runs", "ls", "--runs", nowhere}, {"runs", "replay", "--runs", t.TempDir()}, {"runs", "show", "r", "--runs", nowhere},
		{"policy", "eval", "-f", "strict", empty}, {"policy", "explain", "-f", "strict", empty}, {"policy", "replay", "-f", "strict", "--old", "strict", empty},
		{"model", "mask", "-m", "mini", empty},
	} {
		out, errs, code := chaski(t, "", args...)
		if code != 1 || errs == "" || out != "" {
			t.Errorf("%s: exit %d, %q, %q", strings.Join(args, " "), code, out, errs)
		}
	}
	for says, args := range map[string][]string{"no runs at": {"runs", "ls", "--runs", t.TempDir()}, "no run is waiting": {"runs", "ls", "--status", "waiting", "--runs", t.TempDir()},
		"no keys in": {"key", "ls", "--keys", nowhere}} {
		if out, errs, code := chaski(t, "", args...); code != 0 || !strings.Contains(errs, says) || out != "" {
			t.Errorf("%s: exit %d, %q, %q", strings.Join(args, " "), code, out, errs)
		}
	}
	if out, errs, code := chaski(t, "", "runs", "ls", "--json", "--runs", t.TempDir()); code != 0 || errs != "" || out != "" {
		t.Error(code, out, errs)
	}
	for says, args := range map[string][]string{"nothing was said": {"chat", "--example", "support"}, "want one of running": {"runs", "ls", "--status", "nonsense", "--runs", t.TempDir()}} {
		if out, errs, code := chaski(t, " \n", args...); code != 2 || !strings.Contains(errs, says) || out != "" {
			t.Errorf("%s: exit %d, %q, %q", strings.Join(args, " "), code, out, errs)
		}
	}
	if _, err := os.Stat(nowhere); err == nil {
		t.Error("listing what is not there makes a folder")
	}
	file, _ := shop(t, modelServer(t, func([]map[string]any) said { return said{text: " "} }))
	if _, errs, code := chaski(t, "hello\n", "chat", "-f", file); code != 1 || !strings.Contains(errs, "answered nothing") {
		t.Error(code, errs)
	}
	if _, errs, code := chaski(t, "", "run", "-f", file, "hello"); code != 1 || !strings.Contains(errs, "answered nothing") {
		t.Error(code, errs)
	}
}

// TestOneWayOut: no command writes to standard output but by the writer that remembers
// failures.
func TestOneWayOut(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "output.go" {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				of, _ := s.X.(*ast.Ident)
				if of != nil && (of.Name == "os" && s.Sel.Name == "Stdout" || of.Name == "fmt" && strings.HasPrefix(s.Sel.Name, "Print")) {
					t.Errorf("%s: %s.%s: write to stdout", set.Position(s.Pos()), of.Name, s.Sel.Name)
				}
			}
			return true
		})
	}
}
