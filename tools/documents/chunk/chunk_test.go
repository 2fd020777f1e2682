package chunk

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/tools/documents/read"
)

func cut(o Options, blocks ...read.Block) (out []Passage) {
	c := New(o, func(p Passage) bool {
		out = append(out, p)
		return true
	})
	for _, b := range blocks {
		c.Add(b)
	}
	c.End()
	return out
}

// TestHeadings holds that a passage ends at a heading and carries those above it.
func TestHeadings(t *testing.T) {
	got := cut(Options{}, read.Block{Text: "Before."}, read.Block{Text: "A", Level: 1}, read.Block{Text: "One.", Page: 2}, read.Block{Text: "B", Level: 2}, read.Block{Text: "Two.", Page: 3},
		read.Block{Text: "Three.", Page: 4}, read.Block{Text: "C", Level: 1}, read.Block{Text: "D", Level: 3}, read.Block{Text: "Four."})
	want := []Passage{{1, 0, 0, "", "Before."}, {2, 2, 0, "A", "One."}, {3, 3, 4, "A > B", "Two.\nThree."}, {4, 0, 0, "C > D", "Four."}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if got := cut(Options{}, read.Block{Text: "Alone", Level: 1}); len(got) != 1 || got[0].Text != "Alone" {
		t.Errorf("a heading without text: %+v", got)
	}
	long := cut(Options{}, read.Block{Text: strings.Repeat("é", 500), Level: 1}, read.Block{Text: "x"})
	if n := utf8.RuneCountInString(long[0].Heading); n != maxHeading {
		t.Errorf("a heading of %d characters", n)
	}
}

// TestPages holds that a passage says on which pages it begins and ends, that what it
// repeats counts, and that the first page of a Word file, which has no mark, is 1.
func TestPages(t *testing.T) {
	long := strings.Repeat("A sentence of some length stands here. ", 4)
	for _, c := range []struct {
		blocks []read.Block
		want   [][2]int
	}{
		{[]read.Block{{Text: "One.", Page: 4}, {Text: "Two.", Page: 5}}, [][2]int{{4, 5}}},
		{[]read.Block{{Text: "One.", Page: 4}, {Text: "Two.", Page: 5}, {Text: "Three.", Page: 6}}, [][2]int{{4, 6}}},
		{[]read.Block{{Text: "One.", Page: 4}, {Text: "H", Level: 1, Page: 5}, {Text: "Two.", Page: 5}}, [][2]int{{4, 0}, {5, 0}}},
		{[]read.Block{{Text: "One."}, {Text: "Two.", Page: 2}}, [][2]int{{1, 2}}},
		{[]read.Block{{Text: long, Page: 4}, {Text: long, Page: 5}}, [][2]int{{4, 0}, {4, 5}}},
		{[]read.Block{{Text: strings.Repeat("x", 200), Page: 4}, {Text: strings.Repeat("y", 200), Page: 5}}, [][2]int{{4, 0}, {5, 0}}},
		{[]read.Block{{Text: "Alone", Level: 1, Page: 7}}, [][2]int{{7, 0}}},
	} {
		var got [][2]int
		for _, p := range cut(Options{Size: 200, Overlap: 60}, c.blocks...) {
			got = append(got, [2]int{p.Page, p.Last})
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.blocks, got, c.want)
		}
	}
}

// TestOverlap holds that a section which is cut repeats the end of one passage, that no
// sentence is lost, and that no passage is longer than asked for.
func TestOverlap(t *testing.T) {
	var all []string
	for i := range 60 {
		all = append(all, "Sentence "+strings.Repeat("x", i%7+1)+" says "+strings.Repeat("so ", i%5)+"it.")
	}
	for _, o := range []Options{{Size: 120}, {Size: 120, Overlap: -1}, {Size: 60, Overlap: 30}, {Size: 41}} {
		got := cut(o, read.Block{Text: "T", Level: 1}, read.Block{Text: strings.Join(all, " ")})
		joined := ""
		for i, p := range got {
			if n := utf8.RuneCountInString(p.Text); n > o.Size || p.Number != i+1 || p.Heading != "T" {
				t.Errorf("%+v: passage %d of %d characters: %+v", o, i+1, n, p)
			}
			joined += p.Text + " "
		}
		for _, s := range all {
			if !strings.Contains(joined, s) {
				t.Errorf("%+v: %q is lost", o, s)
			}
		}
		total := utf8.RuneCountInString(joined)
		if none := o.Overlap < 0; none && total > len(strings.Join(all, " "))+2*len(got) {
			t.Errorf("%+v repeats", o)
		}
	}
}

func TestSentences(t *testing.T) {
	for text, want := range map[string][]string{
		"One. Two! Three? Four": {"One.", "Two!", "Three?", "Four"}, "It costs 1.50 e.g. here. Then Dr. Who came.": {"It costs 1.50 e.g. here.", "Then Dr. Who came."},
		"She said \"no.\" Then left.": {"She said \"no.\"", "Then left."}, "See p. 4. Und z.B. das.": {"See p. 4.", "Und z.B. das."}, "一。二！": {"一。", "二！"}, "J. Smith is here.": {"J. Smith is here."}, "a\nb": {"a", "b"}, " ": nil,
	} {
		if got := Sentences(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestStop holds that nothing is given once no more is wanted.
func TestStop(t *testing.T) {
	n := 0
	c := New(Options{Size: 40}, func(Passage) bool { n++; return false })
	for range 5 {
		c.Add(read.Block{Text: "Some words that fill a passage well."})
	}
	c.End()
	if n != 1 {
		t.Errorf("%d passages after the first was enough", n)
	}
}

// FuzzCut holds that passages are within their size and that every word of a text is in one.
func FuzzCut(f *testing.F) {
	f.Add("One two. Three\nfour five six", 40, false)
	f.Add(strings.Repeat("é", 300), 50, true)
	f.Fuzz(func(t *testing.T, text string, size int, lines bool) {
		if len(text) > 5000 || !utf8.ValidString(text) {
			return
		}
		size = 40 + max(size, -size)%400
		all := cut(Options{Size: size}, read.Block{Text: text, Lines: lines})
		joined := ""
		for _, p := range all {
			if utf8.RuneCountInString(p.Text) > size+size/8+2 || p.Text == "" {
				t.Fatalf("a passage of %d characters, want at most %d", utf8.RuneCountInString(p.Text), size)
			}
			joined += p.Text + "\n"
		}
		for w := range strings.FieldsSeq(text) {
			if utf8.RuneCountInString(w) < 20 && !strings.Contains(joined, w) && !strings.Contains(strings.Join(strings.Fields(joined), ""), w) {
				t.Fatalf("%q is lost of %q: %q", w, text, joined)
			}
		}
	})
}
