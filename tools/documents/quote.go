package documents

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/tools/documents/chunk"
	"github.com/chaski-dev/chaski/tools/documents/ground"
	"github.com/chaski-dev/chaski/tools/documents/index"
)

// What a word of the question counts in a sentence, by where it stands.
const (
	countRelated = 0.7 // one that means nearly the same
	countBeside  = 0.6 // in the sentence before or after
	countAbove   = 0.6 // in the headings or the file's name
	countUnkind  = 0.6 // of the whole, where what is asked for is not there: a number, a name
	countUnseen  = 0.7 // that nothing which was read has
	countLater   = 0.8 // of the whole, for each passage before its own, which fit the question better
)

const (
	maxQuote    = 400 // characters of a sentence that is quoted
	enoughQuote = 200 // characters to which sentences beside it are added
)

// quoteLeast is how likely a quotation must be to answer: from there on 95 in a hundred of
// those to the questions that the odds were fitted on do.
const quoteLeast = 0.94

// nearLeast is how likely one must be to be shown as what may not answer: of 4,387 questions
// that have an answer in such folders 46 in a hundred get one, and five in six of those
// hold it; of 973 that have none 25 in a hundred do.
const nearLeast = 0.2

// likely is the odds that a quotation answers its question, as a logistic regression finds
// them: it was fitted on 2,687 questions that people put to folders of 21 short documents, of
// which 9 in a hundred get their answer so and 0.3 another one; of as many others 8.5 and 1.
func (f *features) likely() float64 {
	b := func(yes bool) float64 {
		if yes {
			return 1
		}
		return 0
	}
	x := -5.15 + 1.11*f.exact - 0.74*f.unseen + 3.33*f.margin + 4.90*float64(min(f.words, 4))/4 - 0.63*float64(min(f.asked, 6))/6 +
		0.28*b(f.first) + 0.85*b(f.kind == person) + 2.32*b(f.kindly)
	return 1 / (1 + math.Exp(-x))
}

// Quote is the place in the evidence that fits a question best, word for word with its
// source: ground.Quoter. One that is likely to answer stands alone; one that may answer
// stands behind words that say so; of others there is none. It reads words alone, in any
// language, and knows what is asked for in English; it never says what is not there.
func Quote(question string, e ground.Evidence) (string, bool) {
	q, f := quote(question, e)
	switch p := f.likely(); {
	case f.score == 0 || f.named || p < nearLeast:
		return "", false
	case p < quoteLeast:
		return ground.Nearest(question, q.String()), true
	}
	return q.String(), true
}

// quotation is some sentences of a passage.
type quotation struct {
	text   string
	source string
}

func (q quotation) String() string { return "“" + q.text + "” [" + q.source + "]" }

// spot is a sentence with what it has.
type spot struct {
	around  string
	text    string
	stems   map[string]bool
	beside  map[string]bool
	above   map[string]bool
	source  string
	passage int
}

// features are what tells whether a quotation answers its question.
type features struct {
	score  float64 // how much of the question it has
	exact  float64 // of that, in the sentence itself and the question's own words
	unseen float64 // how much of the question nothing has that was read
	margin float64 // by which it is better than the best of another file
	words  int     // of the question that it has
	named  bool    // all of those are of names, and of others nothing has some
	asked  int
	first  bool // it is of the passage that fits best
	kind   kind
	kindly bool // it has what is asked for
}

func quote(question string, e ground.Evidence) (best quotation, f features) {
	language := index.Language(question)
	asked := index.Meanings(question, language)
	spots := spotsOf(e, language)
	if len(asked) == 0 || len(spots) == 0 {
		return best, f
	}
	weights, all := weigh(asked, spots)
	f.kind = kindOf(question)
	f.asked = len(asked)
	names := stemSet(namesIn(question), language)
	sources := map[string]float64{}
	for _, s := range spots {
		x := features{asked: f.asked, kind: f.kind, first: s.passage == 0, named: true}
		for i, m := range asked {
			got, exact := s.has(m)
			x.score += weights[i] / all * got
			x.exact += weights[i] / all * exact
			if got > 0 {
				x.words++
				x.named = x.named && names[m.Stem]
			}
		}
		if x.kindly = f.kind.in(s.text); !x.kindly {
			x.score *= countUnkind
		}
		x.score *= math.Pow(countLater, float64(s.passage))
		sources[s.source] = max(sources[s.source], x.score)
		if x.score > f.score {
			f, best = x, quotation{s.around, s.source}
		}
	}
	for i, m := range asked {
		if !slices.ContainsFunc(spots, func(s spot) bool { got, _ := s.has(m); return got > 0 }) {
			f.unseen += weights[i] / all
		}
	}
	f.named = f.named && f.unseen > 0
	f.margin = f.score
	for source, score := range sources {
		if source != best.source {
			f.margin = min(f.margin, f.score-score)
		}
	}
	return best, f
}

// addressed is what passages have that were written to whoever reads them by machine, or
// that cite sources themselves: nobody quotes these to people.
var addressed = regexp.MustCompile(`(?i)\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules)\b|\b(?:assistant|system|ai|chatbot)\s*[,:]|\bsystem prompt\b|\[[^\]\s]+\.[a-z]{2,4}\]`)

func spotsOf(e ground.Evidence, language string) []spot {
	var out []spot
	seen := map[string]bool{}
	for n, p := range e.Passages {
		if addressed.MatchString(p.Text) {
			continue
		}
		above := stemSet(p.Heading+"\n"+strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return r
			}
			return ' '
		}, p.Source), language)
		sentences := chunk.Sentences(p.Text)
		sets := make([]map[string]bool, len(sentences))
		for i, s := range sentences {
			sets[i] = stemSet(s, language)
		}
		for i, s := range sentences {
			if seen[p.Source+"\x00"+s] || utf8.RuneCountInString(s) > maxQuote {
				continue
			}
			seen[p.Source+"\x00"+s] = true
			x := spot{text: s, around: around(sentences, i), stems: sets[i], beside: map[string]bool{}, above: above, source: p.Source, passage: n}
			for _, k := range []int{i - 1, i + 1} {
				if k >= 0 && k < len(sets) {
					for t := range sets[k] {
						x.beside[t] = true
					}
				}
			}
			out = append(out, x)
		}
	}
	return out
}

// namesIn are the words of a question that have a capital within it.
func namesIn(question string) string {
	var out []string
	for i, w := range strings.Fields(question) {
		if r, _ := utf8.DecodeRuneInString(w); i > 0 && unicode.IsUpper(r) {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

func stemSet(text, language string) map[string]bool {
	out := map[string]bool{}
	for _, t := range index.Stems(text, language) {
		out[t] = true
	}
	return out
}

// has is how much of a word of the question is there, and whether the sentence has it as it is.
func (s *spot) has(m index.Meaning) (got, exact float64) {
	for i, t := range append([]string{m.Stem}, m.Related...) {
		share := 1.0
		if i > 0 {
			share = countRelated
		}
		switch {
		case s.stems[t]:
			if i == 0 {
				exact = 1
			}
		case s.above[t]:
			share *= countAbove
		case s.beside[t]:
			share *= countBeside
		default:
			share = 0
		}
		got = max(got, share)
	}
	return got, exact
}

// weigh says what each word of the question is worth: more where it is rare in what was read.
func weigh(asked []index.Meaning, spots []spot) (weights []float64, all float64) {
	for _, m := range asked {
		n, exact := 0, false
		for i := range spots {
			if spots[i].stems[m.Stem] || slices.ContainsFunc(m.Related, func(t string) bool { return spots[i].stems[t] }) {
				n++
			}
			got, _ := spots[i].has(m)
			exact = exact || got > 0
		}
		w := math.Log(1 + (float64(len(spots))-float64(n)+0.5)/(float64(n)+0.5))
		if !exact {
			w *= countUnseen
		}
		weights = append(weights, w)
		all += w
	}
	return weights, all
}

// around is a sentence with those after and before it, until that is enough.
func around(sentences []string, i int) string {
	out := sentences[i]
	size := func(s string) int { return utf8.RuneCountInString(out) + 1 + utf8.RuneCountInString(s) }
	if i+1 < len(sentences) && size(sentences[i+1]) <= enoughQuote {
		out += " " + sentences[i+1]
	}
	if i > 0 && size(sentences[i-1]) <= enoughQuote {
		out = sentences[i-1] + " " + out
	}
	return out
}
