package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// errInterrupted is Ctrl-C on an empty line.
var errInterrupted = errors.New("interrupted")

// lineInput reads edited lines from the terminal. The terminal is in raw mode only while
// a line is read, so that Ctrl-C is a signal at other times.
type lineInput struct {
	term    *term.Terminal
	keys    *keys
	history *history
}

// keys is the terminal, with its keys spelt as package term knows them.
type keys struct {
	io.Writer
	in          io.Reader
	pending     string
	interrupted bool
	pasting     bool
}

const (
	ctrlC      = "\x03"
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"

	// newline stands for a line's end within a pasted text, which is one line to edit.
	newline = "⏎"
)

var (
	// typed makes Ctrl-C the keys that clear the line and end it (to the end, kill to the
	// start, enter), and gives Home and End one spelling for all terminals. A key comes
	// in one read.
	typed = strings.NewReplacer(ctrlC, "\x05\x15\r",
		"\x1b[1~", "\x1b[H", "\x1b[7~", "\x1b[H", "\x1bOH", "\x1b[H", "\x1b[4~", "\x1b[F", "\x1b[8~", "\x1b[F", "\x1bOF", "\x1b[F")
	pasted = strings.NewReplacer("\r\n", newline, "\r", newline, "\n", newline, "\t", "    ", ctrlC, "")
)

// Read implements io.Reader.
func (k *keys) Read(p []byte) (int, error) {
	if k.pending == "" {
		buf := make([]byte, 4096)
		n, err := k.in.Read(buf)
		if n == 0 {
			return 0, err
		}
		k.pending = k.spell(string(buf[:n]))
	}
	n := copy(p, k.pending)
	k.pending = k.pending[n:]
	return n, nil
}

func (k *keys) spell(s string) string {
	var out strings.Builder
	for s != "" {
		mark, in := pasteStart, typed
		if k.pasting {
			mark, in = pasteEnd, pasted
		}
		part, rest, found := strings.Cut(s, mark)
		k.interrupted = k.interrupted || !k.pasting && strings.Contains(part, ctrlC)
		out.WriteString(in.Replace(part))
		if found { // the terminal need not know: what was pasted is plain text by now
			k.pasting = !k.pasting
		}
		s = rest
	}
	return out.String()
}

func newLineInput(file string) *lineInput {
	l := &lineInput{keys: &keys{Writer: stdout, in: os.Stdin}, history: openHistory(file)}
	l.term = term.NewTerminal(l.keys, "")
	l.term.History = l.history
	return l
}

// read returns an edited line; a pasted text of several lines is one, with newlines. It ends with io.EOF
// at Ctrl-D on an empty line, with errInterrupted at Ctrl-C, and when ctx ends, with the
// terminal as it was: the program reads no more then.
func (l *lineInput) read(ctx context.Context, prompt string, remember bool) (string, error) {
	fd := int(os.Stdin.Fd())
	state, err := term.MakeRaw(fd)
	if err != nil {
		return "", fmt.Errorf("the terminal: %w", err)
	}
	defer func() { _ = term.Restore(fd, state) }()
	if w, h, err := term.GetSize(int(stdout.Fd())); err == nil && w > 0 {
		_ = l.term.SetSize(w, h)
	}
	stop := onResize(func() {
		if w, h, err := term.GetSize(int(stdout.Fd())); err == nil && w > 0 {
			_ = l.term.SetSize(w, h)
		}
	})
	defer stop()
	l.term.SetBracketedPasteMode(true)
	defer l.term.SetBracketedPasteMode(false)
	l.history.off = !remember
	l.term.SetPrompt(prompt)
	got := make(chan typedLine, 1)
	go func() {
		text, err := l.line()
		got <- typedLine{text, err}
	}()
	select {
	case r := <-got:
		return r.text, r.err
	case <-ctx.Done():
		fmt.Fprint(l.keys, "\r\n") // what is said next is not to stand behind the prompt
		return "", ctx.Err()
	}
}

// line reads from a terminal that is raw already.
func (l *lineInput) line() (string, error) {
	l.keys.interrupted = false
	text, err := l.term.ReadLine()
	if l.keys.interrupted {
		return "", errInterrupted
	}
	return strings.ReplaceAll(text, newline, "\n"), err
}

// history keeps the lines of earlier conversations in a file: one JSON string a line.
type history struct {
	file    string
	entries []string // oldest first
	off     bool
}

const maxHistory = 1000

func openHistory(file string) *history {
	h := &history{file: file}
	data, err := os.ReadFile(file)
	if err != nil {
		return h // there is none yet
	}
	for l := range bytes.Lines(data) {
		var entry string
		if json.Unmarshal(l, &entry) == nil {
			h.entries = append(h.entries, entry)
		}
	}
	if n := len(h.entries); n > maxHistory {
		h.entries = h.entries[n-maxHistory:]
		var b bytes.Buffer
		for _, e := range h.entries {
			writeEntry(&b, e)
		}
		_ = os.WriteFile(file, b.Bytes(), 0o600) // a history is a convenience
	}
	return h
}

func writeEntry(w io.Writer, entry string) {
	b, _ := json.Marshal(entry) // a string always encodes
	_, _ = w.Write(append(b, '\n'))
}

// Add implements term.History. What is said twice in a row is kept once.
func (h *history) Add(entry string) {
	entry = strings.ReplaceAll(entry, newline, "\n")
	if h.off || strings.TrimSpace(entry) == "" || len(h.entries) > 0 && h.entries[len(h.entries)-1] == entry {
		return
	}
	h.entries = append(h.entries, entry)
	f, err := os.OpenFile(h.file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	writeEntry(f, entry)
}

// Len implements term.History.
func (h *history) Len() int {
	if h.off {
		return 0
	}
	return len(h.entries)
}

// At implements term.History.
func (h *history) At(i int) string {
	return strings.ReplaceAll(h.entries[len(h.entries)-1-i], "\n", newline)
}
