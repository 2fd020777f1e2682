package ask

import (
	_ "embed"
	"slices"
	"strings"
)

// Ways to ask that are made of words which say something else by themselves: "I was wondering if you could" neither
// wonders nor waits for anything, "can I … please" asks for no answer. What stands between their parts is asked for.

//go:embed lexicon/polite.txt
var politeText string

// courteous is such a way: rows of words with others between them, in one language.
type courteous struct {
	parts [][]string
	lang  lang
}

// politeBy are the ways to ask by their first word, the longest first.
var politeBy = map[string][]courteous{}

func init() {
	for line := range strings.Lines(politeText) {
		code, list, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || langs[code] == 0 {
			continue
		}
		for _, text := range alternatives(list) {
			p := courteous{lang: langs[code]}
			for part := range strings.SplitSeq(text, "…") {
				knowThai(part)
				var words []string
				for _, t := range tokens(part) {
					words = append(words, t.text)
				}
				p.parts = append(p.parts, words)
			}
			first := p.parts[0][0]
			politeBy[first] = append(politeBy[first], p)
		}
	}
	for _, list := range politeBy {
		slices.SortStableFunc(list, func(a, b courteous) int { return len(b.parts[0]) - len(a.parts[0]) })
	}
}

// alternatives are the phrases of a line, with their alternatives written out.
func alternatives(list string) []string {
	var out []string
	for text := range strings.SplitSeq(list, " | ") {
		out = append(out, variants(text)...)
	}
	return out
}

// overruled are the classes that words lose which are part of a way to ask.
const overruled = question | doubt | hypothetical | know | report | ifs | content | speaker | subject | harmless | negator | aside | and

// markPolite makes frames of the ways to ask among tokens.
func markPolite(list []token, l lang) {
	markWhether(list, l)
	for i := range list {
		for _, p := range politeBy[list[i].text] {
			if p.lang&l == 0 || !p.at(list, i) {
				continue
			}
			break
		}
	}
}

// at reports whether a way to ask begins at a word, and marks its words if so.
func (p *courteous) at(list []token, i int) bool {
	const between = 14 // words
	at := make([]int, len(p.parts))
	from, to := i, i
	for k, part := range p.parts {
		for from <= to && !(from+len(part) <= len(list) && matches(list[from:], part) && !list[from].quoted) {
			if from < len(list) && (list[from].sign && list[from].text != "," || list[from].quoted) {
				return false
			}
			from++
		}
		if from > to {
			return false
		}
		at[k] = from
		from += len(part)
		to = min(from+between, len(list)-1)
	}
	for k, part := range p.parts {
		c := frame
		if k > 0 && part[len(part)-1] != "que" { // "ce que je voudrais, c'est que …": the wish is what is behind it
			c = opener
		}
		for j := at[k]; j < at[k]+len(part); j++ {
			list[j].starts &^= overruled
			list[j].within = list[j].within&^overruled | c
		}
		list[at[k]].starts |= c
		list[at[k]].length[bit(c)] = max(list[at[k]].length[bit(c)], uint8(len(part)))
	}
	return true
}

// subjectBefore reports whether somebody is named before the frame that ends at a word: what is asked is whether they do it.
func (c *clause) subjectBefore(end int) bool {
	some := false
	for i := c.opened(); i < end && c.words[i].starts&frame == 0; i++ {
		t := &c.words[i]
		if t.sign || t.quoted || t.code() || digit(t.text) || addressed[t.text]&c.lang != 0 || t.within&(opener|harmless|speaker) != 0 && t.within&det == 0 || t.within&det == 0 && (placing[t.text] || fronting[t.text]) {
			return false
		}
		some = some || t.within == 0
	}
	return some
}

// upToMaker reports whether nothing but pronouns stands before a frame, and between it and the verb that makes a deed of its
// noun: "peux-tu me faire un virement".
func (c *clause) upToMaker(from, maker int) bool {
	for i := range maker {
		if c.words[i].within&(speaker|pronoun|opener|frame) == 0 && !clitics[c.words[i].text] && (i >= from || !c.words[i].sign) {
			return false
		}
	}
	return true
}
