package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/term"
)

// TestChat talks over pipes: turns see those before them, Ctrl-C cancels one turn and
// not the program, and what waits for approval is said.
func TestChat(t *testing.T) {
	t.Parallel()
	file, data := shop(t, modelServer(t, func(messages []map[string]any) said {
		last, _ := messages[len(messages)-1]["content"].(string)
		switch {
		case last == "long":
			return said{text: "Once upon", hang: true}
		case last == "money":
			return said{calls: [][2]string{{"refund", `{"id":1}`}}}
		}
		seen := ""
		for _, m := range messages[1:] {
			text, _ := m["content"].(string)
			seen += "<" + text + ">"
		}
		return said{text: seen}
	}))
	cmd := program("chat", "-f", file)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := ""
	until := func(want string) {
		t.Helper()
		buf := make([]byte, 1024)
		for !strings.Contains(seen, want) {
			n, err := out.Read(buf)
			if seen += string(buf[:n]); err != nil {
				t.Fatalf("%q does not come: %q, %s", want, seen, errs.String())
			}
		}
	}
	say := func(text string) {
		t.Helper()
		if _, err := io.WriteString(in, text+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	say("a")
	until("<a>\n")
	say("b")
	until("<a><<a>><b>\n")
	say("long")
	until("Once upon")
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	say("\n/nothing\n/reset\nc")
	until("<c>\n")
	say("money")
	in.Close() // the question what to do about it has no answer
	rest, _ := io.ReadAll(out)
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 4 { // as chaski run
		t.Fatal(cmd.ProcessState, errs.String())
	}
	contains(t, "stdout", seen+string(rest), "there is no command /nothing")
	contains(t, "stderr", errs.String(), "turn     cancelled", "waits for approval")
	if strings.Contains(seen, "long") {
		t.Errorf("a cancelled turn is remembered: %q", seen)
	}
	story, _, code := chaski(t, "", "runs", "ls", "--runs", filepath.Join(data, "runs"))
	if code != 0 || strings.Count(story, "finished") != 3 || strings.Count(story, "cancelled by") != 1 || strings.Count(story, "waiting") != 1 {
		t.Error(story)
	}
}

// pipeTerm is a terminal that keys are typed at.
func pipeTerm(typed string) *lineInput {
	l := &lineInput{keys: &keys{Writer: io.Discard, in: strings.NewReader(typed)}, history: &history{file: os.DevNull}}
	l.term = term.NewTerminal(l.keys, "")
	l.term.History = l.history
	return l
}

func TestLineInput(t *testing.T) {
	for typed, want := range map[string]string{
		"hello\r":                                  "hello",
		"ello\x1b[1~h\r":                           "hello",
		"hell\x1bOH\x1b[4~o\r":                     "hello",
		"h\x1b[200~a\r\n\tb\x03\x1b[201~c\r":       "ha\n    bc",
		"one\rtwo\r":                               "one",
		"hexx\x7f\x7fllo\x1b[D\x1b[D\x1b[D\x04e\r": "heelo",
	} {
		l := pipeTerm(typed)
		if got, err := l.line(); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", typed, got, err, want)
		}
	}
	l := pipeTerm("half\x03whole\r\x04")
	if _, err := l.line(); !errors.Is(err, errInterrupted) {
		t.Error(err)
	}
	if got, err := l.line(); got != "whole" || err != nil {
		t.Error(got, err)
	}
	if _, err := l.line(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	h := openHistory(file)
	for _, e := range []string{"a\nb", "c", "c", " "} {
		h.Add(e)
	}
	h.off = true
	h.Add("secret answer")
	again := openHistory(file)
	if again.Len() != 2 || again.At(0) != "c" || again.At(1) != "a⏎b" {
		t.Error(again.entries)
	}
}
