package main

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestPages: each command has a page that names its flags and that groff takes without a
// word.
func TestPages(t *testing.T) {
	root, err := commandTree()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := writePages(dir, root); err != nil {
		t.Fatal(err)
	}
	groff, noGroff := exec.LookPath("groff")
	n := 0
	var walk func(n *kong.Node)
	walk = func(c *kong.Node) {
		n++
		name := filepath.Join(dir, pageName(c)+".1")
		text, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			return
		}
		for _, f := range c.Flags {
			if !f.Hidden && !strings.Contains(string(text), roff("--"+f.Name)) {
				t.Errorf("%s does not name --%s", name, f.Name)
			}
		}
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, ".") && !strings.HasPrefix(line, ".TH ") && !strings.HasPrefix(line, ".SH ") && line != ".TP\n" && !strings.HasPrefix(line, ".B ") &&
				!strings.HasPrefix(line, ".BR ") && !strings.HasPrefix(line, ".I ") {
				t.Errorf("%s: %q is no macro of ours", name, line)
			}
		}
		if noGroff == nil {
			out, err := exec.Command(groff, "-man", "-ww", "-Tascii", name).CombinedOutput()
			if i := bytes.Index(out, []byte("warning")); err != nil || i >= 0 {
				t.Errorf("%s: %v\n%s", name, err, out[max(i-200, 0):min(i+300, len(out))])
			}
		}
		for _, child := range c.Children {
			if !child.Hidden {
				walk(child)
			}
		}
	}
	walk(root)
	if noGroff != nil {
		t.Logf("%d pages; they were not formatted: %v", n, noGroff)
	}
	for in, want := range map[string]string{".hidden": `\&.hidden`, "'q": `\&'q`, `a\b - c`: `a\eb \- c`, "two\n.lines": "two .lines"} {
		if got := roff(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

// TestExitStatuses: the page has what docs/agent.md has, and each signal that stops the program.
func TestExitStatuses(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "agent.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| exit status | meaning |")
	table, _, _ = strings.Cut(table, "\n\n")
	documented := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([\d, ]+) \|`).FindAllStringSubmatch(table, -1) {
		for code := range strings.SplitSeq(row[1], ", ") {
			documented[code] = true
		}
	}
	shown := map[string]bool{}
	for _, s := range exitStatuses {
		shown[strconv.Itoa(s.code)] = true
	}
	if len(documented) < 6 || !maps.Equal(documented, shown) {
		t.Errorf("the page has %v, docs/agent.md %v", shown, documented)
	}
	for _, s := range stopping {
		if code := strconv.Itoa((&stopped{sig: s}).status()); !shown[code] {
			t.Errorf("%v ends the program with %s, which the page does not have", s, code)
		}
	}
}

// TestCandidates: what a shell is offered.
func TestCandidates(t *testing.T) {
	root, err := commandTree()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ words, want, also string }{
		{"comp", "completion", ""},
		{"completion ", "bash zsh fish", ""},
		{"completion z", "zsh", ""},
		{"completion bash ", "", ""},
		{"runs set", "settle", ""},
		{"run --examp", "--example", ""},
		{"run --example s", "support", ""},
		{"run --example=s", "--example=support", ""},
		{"run --example support --examp", "", ""},
		{"run --json --log-level d", "debug", ""},
		{"run -f ", "", anyFile},
		{"run -f a.yaml --example w", "workflow", ""},
		{"run -- --examp", "", ""},
		{"runs ls --stat", "--status", ""},
		{"policy test -t x.yaml ", "", anyFile},
		{"nonsense ", "", ""},
		{"run --nonsense ", "", ""},
		{"__complete", "", ""},
		{"init support ", "", anyDir},
	} {
		found, also := candidates(root, strings.Split(c.words, " "))
		var got []string
		for _, f := range found {
			got = append(got, f.word)
		}
		if c.words == "nonsense " { // every command may follow a word that is none
			got = nil
		}
		if strings.Join(got, " ") != c.want || also != c.also {
			t.Errorf("%q: %q %q", c.words, got, also)
		}
	}
}

func FuzzCandidates(f *testing.F) {
	f.Add("run --example=s")
	f.Add("runs show -- x =")
	root, err := commandTree()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, words string) {
		list := strings.Split(words, " ")
		found, _ := candidates(root, list)
		for _, c := range found {
			if !strings.HasPrefix(c.word, list[len(list)-1]) && list[len(list)-1] != "=" {
				t.Errorf("%q offers %q", words, c.word)
			}
		}
	})
}
