//go:build unix

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// atTerminal begins a program at a terminal of its own; what is shown is in out.
func atTerminal(t *testing.T, args ...string) (b *begun, terminal *os.File) {
	t.Helper()
	b = &begun{Cmd: program(args...)}
	terminal, err := pty.StartWithSize(b.Cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = b.Process.Kill()
		_ = terminal.Close()
	})
	go func() { _, _ = io.Copy(&b.out, terminal) }()
	return b, terminal
}

var readSoFar = regexp.MustCompile(`chaski: interrupted; reading documents: (\d+) of (\d+) are done`)

// TestStoppedReading stops commands by Ctrl-C at a terminal while a large folder is read for
// the first time: each says how far it came, the next goes on from there, and the last has an
// index of everything.
func TestStoppedReading(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "rag")
	if _, errs, code := chaski(t, "", "init", "rag", dir); code != 0 {
		t.Fatal(errs)
	}
	const added = 900
	for i := range added {
		var text strings.Builder
		fmt.Fprintf(&text, "# Shelf %d\n\n", i)
		for n := range 1500 {
			fmt.Fprintf(&text, "box%d holds%d ", (i*n)%5000, n)
		}
		if err := os.WriteFile(filepath.Join(dir, "documents", fmt.Sprintf("shelf%d.md", i)), []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "documents", "*"))
	if err != nil || len(files) != added+3 {
		t.Fatal(len(files), err)
	}
	for past := time.Now().Add(-time.Hour); len(files) > 0; files = files[1:] { // what is new is looked at again
		if err := os.Chtimes(files[0], past, past); err != nil {
			t.Fatal(err)
		}
	}
	file, data := filepath.Join(dir, "agent.yaml"), filepath.Join(dir, "data")
	left := added + 3
	for _, args := range [][]string{{"run", "-m", "mini", "When does the ferry leave?"}, {"chat", "-m", "mini"}, {"serve", "--http", "127.0.0.1:0"}, {"ui", "--address", "127.0.0.1:0"}} {
		b, terminal := atTerminal(t, append(args, "-f", file, "--data", data)...)
		b.out.wait(t, "reading documents")
		if _, err := terminal.WriteString("\x03"); err != nil {
			t.Fatal(err)
		}
		if code := b.end(t); code != 130 {
			t.Fatalf("%s: exit %d: %s", args[0], code, b.out.String())
		}
		waitFor(t, "what it said", func() bool { return readSoFar.MatchString(b.out.String()) })
		said := readSoFar.FindStringSubmatch(b.out.String())
		done, _ := strconv.Atoi(said[1])
		all, _ := strconv.Atoi(said[2])
		if all != left || done == 0 {
			t.Errorf("%s: %s; %d were left", args[0], said[0], left)
		}
		left = all - done
	}
	out, errs, code := chaski(t, "", "run", "-f", file, "--data", data, "-m", "mini", "--log-level", "info", "Hello.")
	if want := fmt.Sprintf(`"files":%d,"passages":`, added+3); code != 0 || !strings.Contains(errs, want) || !strings.Contains(errs, `"failed":0`) {
		t.Errorf("exit %d, %s: %s", code, out, errs)
	}
}
