package ask

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"unicode"
)

// TestSentences reads testdata/sentences.txt: TOOL, the value that its call is about or -,
// what is expected (asked, none, forbidden), and what the user says, with | between messages.
func TestSentences(t *testing.T) {
	f, err := os.Open("testdata/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		parts := strings.SplitN(line, "\t", 4)
		if len(parts) != 4 {
			t.Fatalf("%q: want four columns", line)
		}
		said := Read(strings.Split(parts[3], "|")...)
		var mentions Mentions
		if parts[1] != "-" {
			mentions = func(text string) bool { return holds(strings.ToLower(text), strings.ToLower(parts[1])) }
		}
		a := Of(parts[0], nil, nil)
		got := "none"
		if said.Forbidden(a, mentions) {
			got = "forbidden"
		} else if len(said.Asked(a, mentions)) > 0 {
			got = "asked"
		}
		if got != parts[2] {
			t.Errorf("%s %s: %s, want %s: %q", parts[0], parts[1], got, parts[2], parts[3])
		}
	}
	if n < 150 {
		t.Errorf("%d sentences, want 150", n)
	}
}

// holds reports whether a text holds a value that is no part of a longer word.
func holds(text, value string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], value)
		if at < 0 {
			return false
		}
		at += from
		before, after := text[:at], text[at+len(value):]
		if strings.TrimRightFunc(before, unicode.IsLetter) == before && strings.TrimLeftFunc(after, unicode.IsLetter) == after {
			return true
		}
		from = at + 1
	}
}

// FuzzRead: no text breaks the reader, and what is asked is never forbidden.
func FuzzRead(f *testing.F) {
	f.Add("Don't refund me, just tell me where 1042 is.", "refund_order", "1042")
	f.Add("Lösche die Datei a.txt nicht!", "delete_file", "a.txt")
	f.Add("อย่าลบไฟล์", "delete_file", "ไฟล์")
	f.Fuzz(func(t *testing.T, text, tool, value string) {
		said := Read(text, text)
		a := Of(tool, nil, nil)
		mentions := func(s string) bool { return value != "" && strings.Contains(s, value) }
		forbidden := said.Forbidden(a, mentions)
		asked := said.Asked(a, mentions)
		if forbidden && len(asked) > 0 && asked[0].Clause == len(said.clauses)-1 {
			t.Errorf("%q asks and forbids at once", text)
		}
	})
}
