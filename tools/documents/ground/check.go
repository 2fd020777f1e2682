package ground

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/tools/documents/chunk"
)

// Mode says what becomes of an answer with sentences that are not grounded.
type Mode string

// The modes.
const (
	Off    Mode = ""
	Mark   Mode = "mark"   // each such sentence is followed by what is wrong with it
	Refuse Mode = "refuse" // the answer is not shown, and the model is told why
	Quote  Mode = "quote"  // what was read is quoted in its place if it answers, else it is marked
)

// Modes are all of them but Off.
var Modes = []Mode{Mark, Refuse, Quote}

// Quoter finds what answers a question in what was read, word for word with its source.
type Quoter func(question string, e Evidence) (quotation string, ok bool)

// Passage is one that was retrieved.
type Passage struct {
	Source  string
	Page    int
	Last    int // page on which it ends, if that is another one; 0 else
	Number  int
	Heading string
	Text    string
}

// Evidence is what an answer may rest on.
type Evidence struct {
	Passages []Passage
	Said     []string // the user's words: an answer may repeat their names
	Other    []string // results of tools that are no retrieval
	Searched bool     // a retrieval was made, whether or not it found anything
}

// Finding is a sentence that is not grounded.
type Finding struct {
	End     int    // where the sentence ends in the answer, citations included, in bytes
	Problem string // without a sentence's marks
}

// Check returns the sentences of an answer that are not grounded, in order.
func Check(answer string, e Evidence) []Finding {
	var out []Finding
	for _, paragraph := range paragraphs(answer) {
		all := split(answer, paragraph)
		for i, s := range all {
			cites := s.cites
			for k := i; len(cites) == 0 && k < len(all); k++ {
				cites = all[k].cites
			}
			if problem := e.problem(s, cites); problem != "" {
				out = append(out, Finding{s.end, problem})
			}
		}
	}
	return out
}

// Marked is the answer with each finding behind its sentence.
func Marked(answer string, findings []Finding) string {
	var b strings.Builder
	at := 0
	for _, f := range findings {
		b.WriteString(answer[at:f.End])
		b.WriteString(" [" + f.Problem + "]")
		at = f.End
	}
	return b.String() + answer[at:]
}

// Reason is the findings as one sentence.
func Reason(findings []Finding) string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Problem)
	}
	return strings.Join(slices.Compact(out), "; ")
}

// sentence is one with what it cites.
type sentence struct {
	text  string // without citations
	cites []string
	from  int
	end   int // citations included
}

// paragraphs are the beginnings and ends of the paragraphs of a text: items of lists
// stand alone only if blank lines part them.
func paragraphs(text string) [][2]int {
	var out [][2]int
	for at := 0; at < len(text); {
		end := strings.Index(text[at:], "\n\n")
		if end < 0 {
			end = len(text) - at
		}
		out = append(out, [2]int{at, at + end})
		at += end + 2
	}
	return out
}

// split parts a paragraph into sentences. Citations behind a sentence's mark are its own.
func split(answer string, paragraph [2]int) []sentence {
	text := answer[paragraph[0]:paragraph[1]]
	brackets := citations(text)
	// Blank the citations out, so that their dots end no sentences; what is left has the
	// same offsets.
	plain := []byte(text)
	for _, c := range brackets {
		for i := c.at; i < c.end; i++ {
			plain[i] = ' '
		}
	}
	var out []sentence
	at := 0
	for _, s := range chunk.Sentences(string(plain)) {
		from := at + max(strings.Index(string(plain[at:]), s), 0)
		at = from + len(s)
		out = append(out, sentence{text: s, from: from, end: at})
	}
	for _, c := range brackets {
		// The last sentence that begins before the citation.
		i, _ := slices.BinarySearchFunc(out, c.at, func(s sentence, at int) int {
			return cmp.Compare(s.from, at)
		})
		if i > 0 {
			i--
		}
		if len(out) == 0 {
			out = append(out, sentence{end: c.end})
		}
		out[i].cites = append(out[i].cites, c.names...)
		if i+1 == len(out) || c.end <= out[i+1].from {
			out[i].end = max(out[i].end, c.end)
		}
	}
	for i := range out {
		out[i].end += paragraph[0]
	}
	return out
}

// problem says what is wrong with a sentence, or "".
func (e *Evidence) problem(s sentence, cites []string) string {
	var cited []Passage
	for _, name := range cites {
		found := e.find(name)
		if len(found) == 0 && slices.Contains(s.cites, name) {
			return fmt.Sprintf("%s was not retrieved", name)
		}
		cited = append(cited, found...)
	}
	if repeats(s.text) {
		return "it says the same words again and again"
	}
	facts := factsOf(s.text)
	if word := mixed(s.text); word != "" {
		return fmt.Sprintf("%q mixes letters of several scripts", word)
	}
	if facts.empty() {
		return ""
	}
	var have known
	have.add(e.Said, true)
	where := strings.Join(cites, ", ")
	switch {
	case len(cites) > 0:
		for _, p := range cited {
			have.add([]string{p.Text, p.Heading, p.Source}, false)
		}
	case !e.Searched && len(e.Passages) == 0:
		return "" // nothing was looked up: there is no source to be named
	default:
		where = "anything that was read"
		for _, p := range e.Passages {
			have.add([]string{p.Text, p.Heading, p.Source}, false)
		}
		have.add(e.Other, false)
	}
	missing := facts.missing(&have)
	if len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("not in %s: %s", where, strings.Join(missing, ", "))
}
