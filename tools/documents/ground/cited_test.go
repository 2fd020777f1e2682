package ground

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/grammar"
)

// TestCitations lists how passages may be cited.
func TestCitations(t *testing.T) {
	e := Evidence{Passages: append([]Passage{{Source: "x/hours.pdf"}}, prices...)}
	got := strings.Join(e.Citations(), " | ")
	want := "hall/hours.pdf | hall/hours.pdf p. 4 | hall/hours.pdf p. 9 | hall/hours.pdf#2 | hall/hours.pdf#5 | hall/hours.pdf, p. 4 | hall/hours.pdf, p. 9 | hours.pdf | hours.pdf p. 4 | hours.pdf p. 9 | hours.pdf#2 | hours.pdf#5 | hours.pdf, p. 4 | hours.pdf, p. 9 | kitchen.md | kitchen.md#1 | x/hours.pdf"
	if got != want {
		t.Errorf("%s", got)
	}
	if list := (&Evidence{}).Citations(); list == nil || len(list) > 0 {
		t.Errorf("%v", list)
	}
}

// TestGrammarCitesWhatWasRetrieved draws texts out of pieces of citations: whatever the
// grammar of a turn lets through cites nothing that was not retrieved.
func TestGrammarCitesWhatWasRetrieved(t *testing.T) {
	e := Evidence{Passages: prices, Searched: true}
	g, err := grammar.CompileTurn(grammar.Turn{Citations: e.Citations()})
	if err != nil {
		t.Fatal(err)
	}
	var tokens [][]byte
	for c := range 256 {
		tokens = append(tokens, []byte{byte(c)})
	}
	vocab := grammar.NewVocab(tokens, nil)
	pieces := append(e.Citations(), "[", "[", "[", "]", "]", ", ", "; ", ".", "md", "a.md", "hours", "pdf", " p. ", "9", "#5", "`", "source: ", "\n", "é", "7z", "(x)", "§ 2", "page 3", "It is.")
	rng := rand.New(rand.NewPCG(1, 2))
	passed := 0
	for range 3000 {
		var b strings.Builder
		for range 1 + rng.IntN(8) {
			b.WriteString(pieces[rng.IntN(len(pieces))])
		}
		text := b.String()
		m := g.NewMatcher(vocab)
		if m.AcceptBytes([]byte(text)) != nil || !m.CanEnd() {
			continue
		}
		passed++
		for _, f := range Check(text, e) {
			if strings.Contains(f.Problem, "was not retrieved") {
				t.Fatalf("%q passes the grammar: %s", text, f.Problem)
			}
		}
	}
	if passed < 700 {
		t.Errorf("%d of 3000 texts pass, too few to tell", passed)
	}
}

// TestPageBreak holds that a passage over a page break may be cited by each of its pages
// and by both, and by no other.
func TestPageBreak(t *testing.T) {
	e := Evidence{Passages: []Passage{{Source: "m.pdf", Page: 4, Last: 5, Text: "It weighs 17 kilograms."}, {Source: "m.pdf", Page: 7, Text: "It costs 99."}}, Searched: true}
	want := "m.pdf | m.pdf p. 4 | m.pdf p. 5 | m.pdf p. 7 | m.pdf pp. 4-5 | m.pdf, p. 4 | m.pdf, p. 5 | m.pdf, p. 7 | m.pdf, pp. 4-5"
	if got := strings.Join(e.Citations(), " | "); got != want {
		t.Errorf("%s", got)
	}
	for answer, fine := range map[string]bool{
		"It weighs 17 kilograms. [m.pdf p. 4]": true, "It weighs 17 kilograms. [m.pdf p. 5]": true, "It weighs 17 kilograms. [m.pdf pp. 4-5]": true, "It weighs 17 kilograms. [m.pdf, pages 4–5]": true,
		"It weighs 17 kilograms. [m.pdf p. 3]": false, "It weighs 17 kilograms. [m.pdf p. 6]": false, "It costs 99. [m.pdf p. 8]": false, "It costs 99. [m.pdf p. 7]": true, "It costs 99. [m.pdf pp. 4-5]": false,
	} {
		if got := Check(answer, e); (len(got) == 0) != fine {
			t.Errorf("%s: %+v", answer, got)
		}
	}
}
