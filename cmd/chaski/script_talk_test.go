//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// shown is what a terminal shows.
type shown struct {
	sync.Mutex
	text bytes.Buffer
}

func (s *shown) Write(p []byte) (int, error) {
	s.Lock()
	defer s.Unlock()
	return s.text.Write(p)
}

// after returns where the text ends that follows position from, −1 if it is not there.
func (s *shown) after(from int, text string) int {
	s.Lock()
	defer s.Unlock()
	if i := strings.Index(s.text.String()[from:], text); i >= 0 {
		return from + i + len(text)
	}
	return -1
}

func scriptTalk(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: talk FILE PROGRAM…")
	}
	path, err := exec.LookPath(args[1])
	if err != nil { // the scripts' PATH is not the test's
		for dir := range strings.SplitSeq(ts.Getenv("PATH"), string(os.PathListSeparator)) {
			if _, statErr := os.Stat(dir + "/" + args[1]); statErr == nil {
				path, err = dir+"/"+args[1], nil
				break
			}
		}
	}
	ts.Check(err)
	cmd := exec.Command(path, args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=1", "HOME="+ts.Getenv("HOME"))
	term, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	ts.Check(err)
	defer term.Close()
	screen, done := &shown{}, make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 4096)
		for {
			n, err := term.Read(buf) // EIO when the program has gone
			_, _ = screen.Write(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	fail := func(format string, a ...any) {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		screen.Lock()
		defer screen.Unlock()
		ts.Logf("%s", screen.text.String())
		ts.Fatalf(format, a...)
	}
	at := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		kind, text, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		switch kind {
		case "<":
			next := -1
			for end := time.Now().Add(30 * time.Second); next < 0; time.Sleep(10 * time.Millisecond) {
				if next = screen.after(at, text); next < 0 && time.Now().After(end) {
					fail("%q was not shown", text)
				}
			}
			at = next
		case ">":
			text = strings.NewReplacer("^C", "\x03", "^D", "\x04", "^Z", "\x1a").Replace(text)
			if !strings.HasSuffix(text, "\x03") && !strings.HasSuffix(text, "\x04") {
				text += "\r"
			}
			if _, err := term.WriteString(text); err != nil {
				fail("%v", err)
			}
		case "!": // another process, at the same time
			other := exec.Command("sh", "-c", text)
			other.Dir, other.Env = cmd.Dir, append(os.Environ(), "PATH="+ts.Getenv("PATH"), "HOME="+ts.Getenv("HOME"))
			if out, err := other.CombinedOutput(); err != nil {
				fail("%s: %v\n%s", text, err, out)
			}
		case "", "#":
		default:
			fail("want < or >, not %q", kind)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err = <-ended:
	case <-time.After(30 * time.Second):
		fail("it did not end")
	}
	<-done
	ts.Logf("%s", screen.text.String())
	ts.Check(os.WriteFile(ts.MkAbs("shown"), screen.text.Bytes(), 0o600))
	if (err != nil) != neg {
		ts.Fatalf("it ended with %v", err)
	}
}
