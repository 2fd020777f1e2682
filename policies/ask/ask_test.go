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
		call := &Call{Acts: Of(parts[0], nil, nil)}
		if parts[1] != "-" {
			for v := range strings.SplitSeq(parts[1], ",") {
				call.Values = append(call.Values, testValue(v))
			}
		}
		got := "none"
		if said.Forbidden(call) {
			got = "forbidden"
		} else if list := said.Asked(call); len(list) > 0 && !list[0].Await && (!list[0].Later || strings.Contains(parts[0], "event")) {
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

// testValue is a value of the shape that it looks like.
func testValue(s string) Value {
	v := Value{Name: "id", Text: s, Said: func(text string) bool { return holds(strings.ToLower(text), strings.ToLower(s)) }, Shape: ShapeOf(s)}
	if name, rest, ok := strings.Cut(s, "="); ok {
		v = testValue(rest)
		v.Name, v.Role = name, RoleOf(name)
	}
	return v
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
		v := testValue(value)
		v.Said = func(s string) bool { return value != "" && strings.Contains(s, value) }
		call := &Call{Acts: Of(tool, nil, nil), Values: []Value{v}}
		forbidden := said.Forbidden(call)
		asked := said.Asked(call)
		if forbidden && len(asked) > 0 && asked[0].Clause == len(said.clauses)-1 {
			t.Errorf("%q asks and forbids at once", text)
		}
	})
}

// TestDeclaredVerbs: a verb that is declared and in no table is read in every language.
func TestDeclaredVerbs(t *testing.T) {
	for _, text := range []string{"Splork the boat.", "The boat at the mooring leaks.", "Moin, splork das Boot."} {
		call := &Call{Acts: Of("handle_boat", []string{"splork", "moo"}, nil)}
		s := Read(text)
		s.Asked(call)
		s.Forbidden(call)
	}
}

// TestDictated: what stands in quotes is dictated, but for a name, and what is to be filled in.
func TestDictated(t *testing.T) {
	for text, want := range map[string]string{
		`message Ann "dinner is at eight"`:                                "dinner is at eight",
		`add an event called "Booking hotel {hotel_name}" to my calendar`: "",
		`message Ann "your table is at {time} tonight"`:                   "your table is at",
		`book "Astra Suites" for Ann`:                                     "",
	} {
		s := Read(text)
		if got := strings.Join(s.dictated(0), "|"); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
