package index

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2/mapping"
)

// relatedWords are words of English that mean nearly the same.
//
//go:embed related_en.txt
var relatedWords string

// relatedShare is what a related word counts, of the word itself.
const relatedShare = 0.5

// asking are words with which people put questions in English, and that say nothing of what
// is asked about.
const asking = `must can might shall should would could need got get want like please know tell much many still yet something somebody
someone anything anybody anyone everybody thing let whose mine ours yours roughly about exactly actually just really maybe`

// pricing is how a price is asked for in English without a word for it.
var pricing = regexp.MustCompile(`(?i)\bhow much(?:['’]?s| (?:is|are|was|were|for|do|does|will|would)\b)`)

// AsksPrice reports whether a question asks for a price so.
func AsksPrice(question string) bool { return pricing.MatchString(question) }

// english are words of English, as its analyser's terms.
type english struct {
	related map[string][]string // to each word
	asking  map[string]bool
}

var relatives = sync.OnceValue(func() english {
	a := analyserSet{stemmer()}
	out := english{map[string][]string{}, map[string]bool{}}
	for _, t := range a.terms(asking, []string{"en"}) {
		out.asking[t] = true
	}
	for line := range strings.Lines(relatedWords) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		terms := a.terms(line, []string{"en"})
		for _, t := range terms {
			for _, u := range terms {
				if u != t {
					out.related[t] = append(out.related[t], u)
				}
			}
		}
	}
	return out
})

// meaning is a term of a query with those related to it.
type meaning struct {
	term    string
	related []string
}

// meanings are the terms of a query. A word that the query has itself is nobody's relative;
// words that only ask are left out, unless there are no others.
func (v *view) meanings(q Query) []meaning {
	terms := v.mapping.terms(q.Text, v.langs)
	var words english
	if !q.Plain && slices.Contains(v.langs, "en") && Language(q.Text) == "en" {
		words = relatives()
	}
	var out []meaning
	for _, t := range terms {
		if words.asking[t] {
			continue
		}
		m := meaning{term: t}
		for _, u := range words.related[t] {
			if !slices.Contains(terms, u) && !slices.Contains(m.related, u) {
				m.related = append(m.related, u)
			}
		}
		out = append(out, m)
	}
	if words.related != nil && out != nil && AsksPrice(q.Text) {
		price := meaning{term: "price", related: words.related["price"]}
		if !slices.ContainsFunc(terms, func(t string) bool { return t == price.term || slices.Contains(price.related, t) }) {
			out = append(out, price)
		}
	}
	if out == nil && len(terms) > 0 {
		q.Plain = true
		return v.meanings(q)
	}
	return out
}

// Meaning is a word of a question as its stem, with the stems of words that mean nearly the
// same.
type Meaning struct {
	Stem    string
	Related []string
}

// Meanings are the words of a question in a language that say what is asked about.
func Meanings(question, language string) []Meaning {
	v := &view{mapping: analyserSet{stemmer()}, langs: []string{language}}
	var out []Meaning
	for _, m := range v.meanings(Query{Text: question}) {
		out = append(out, Meaning{m.term, m.related})
	}
	return out
}

// Stems are the words of a text in a language, without those that say nothing, as the index
// has them.
func Stems(text, language string) []string {
	return analyserSet{stemmer()}.terms(text, []string{language})
}

// stemmer analyses text without an index.
var stemmer = sync.OnceValue(func() mapping.IndexMapping {
	m, err := newMapping()
	if err != nil { // of constants
		panic(err)
	}
	return m
})
