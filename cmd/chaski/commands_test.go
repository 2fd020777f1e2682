package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write the table of commands into the README anew")

// TestCommandTable: the README lists the commands that there are, in the program's own
// words. go test ./cmd/chaski -run TestCommandTable -update writes it.
func TestCommandTable(t *testing.T) {
	const begin, end = "## The commands\n\n```\n", "```\n"
	path := filepath.Join("..", "..", "README.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	root, err := commandTree()
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("the README has no section of commands")
	}
	want := head + begin + table(root) + end + tail
	if want == string(text) {
		return
	}
	if !*update {
		t.Fatal("the README's table of commands is not that of the program: go test ./cmd/chaski -run TestCommandTable -update")
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCommandsAreDescribed: each command, flag and argument has help in one sentence form.
func TestCommandsAreDescribed(t *testing.T) {
	root, err := commandTree()
	if err != nil {
		t.Fatal(err)
	}
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		if n != root && !strings.HasSuffix(n.Help, ".") {
			t.Errorf("%s: help %q", n.FullPath(), n.Help)
		}
		for _, f := range n.Flags {
			if f.Help == "" && !f.Hidden {
				t.Errorf("%s --%s: no help", n.FullPath(), f.Name)
			}
		}
		for _, p := range n.Positional {
			if p.Help == "" {
				t.Errorf("%s %s: no help", n.FullPath(), p.Name)
			}
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(root)
}

// TestScriptsOfCommands: each command of the table is played by a script.
func TestScriptsOfCommands(t *testing.T) {
	root, err := commandTree()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		script, _, _ := strings.Cut(string(text), "\n-- ") // the files that it has come after it
		for line := range strings.Lines(script) {
			if !strings.HasPrefix(line, "#") {
				all.WriteString(line)
			}
		}
	}
	for _, n := range leaves(root) {
		if !strings.Contains(all.String(), " "+n.FullPath()) {
			t.Errorf("no script of testdata/script runs %s", n.FullPath())
		}
	}
}
