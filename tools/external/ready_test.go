package external_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/tools/external"
)

// TestReady: a file whose tools cannot be called is refused when it is loaded, and not at
// the first call.
func TestReady(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"here", filepath.Join("bin", "deep"), "plain"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o755)
		if name == "plain" {
			mode = 0o644
		}
		if err := os.WriteFile(path, []byte("#!/bin/sh\necho 1\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("CHASKI_TEST_FULL", "x")
	t.Setenv("CHASKI_TEST_EMPTY", "")
	for tool, want := range map[string]string{
		"command: [sh, -c, true]":                                "",
		"command: [./here]":                                      "",
		"command: [./deep], dir: bin":                            "",
		"command: [../here], dir: bin":                           "",
		"command: [" + dir + "/here]":                            "",
		"shell: no-such-program":                                 "", // the shell says so, and may have it from elsewhere
		"command: [no-such-program]":                             "command no-such-program: there is no such program",
		"command: [./gone]":                                      "command ./gone: there is no such program",
		"command: [./here], dir: bin":                            "command ./here: there is no such program",
		"command: [./plain]":                                     "command ./plain: there is no such program, or it may not be run",
		"command: [./bin]":                                       "command ./bin: there is no such program, or it may not be run",
		"command: [here]":                                        "command here: there is no such program", // in PATH, not beside the file
		"command: [sh], dir: nowhere":                            "there is no folder",
		"command: [sh], dir: here":                               "there is no folder",
		"http: 'http://x', headers: {A: '${CHASKI_TEST_FULL}'}":  "",
		"http: 'http://x', headers: {A: '${CHASKI_TEST_EMPTY}'}": "CHASKI_TEST_EMPTY is empty",
	} {
		file := filepath.Join(dir, "tools.yaml")
		if err := os.WriteFile(file, []byte("tools: [{name: a, "+tool+"}]"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := external.Load(file)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `tool 1 ("a")`)) {
			t.Errorf("%s: %v, want %q", tool, err, want)
		}
	}
}

// TestNoShell: where there is no sh, as in an image that holds this program alone, a tool
// that needs one is refused when it is opened, not when it is called.
func TestNoShell(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	file := filepath.Join(t.TempDir(), "tools.yaml")
	if err := os.WriteFile(file, []byte("tools: [{name: a, shell: echo 1}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := external.Load(file); err == nil || !strings.Contains(err.Error(), "there is no sh") {
		t.Error(err)
	}
}
