package ask

import (
	"slices"
	"strings"
	"unicode"
)

// "The second, please": what the assistant named last, in the order in which it was put to the user.

// pick puts the name of the thing in the place of an ordinal that stands for one of those that the assistant
// has just named: "the second for Mr Conti".
func (s *Said) pick(text string) string {
	if s.offer == "" {
		return text
	}
	words := tokens(text)
	l := language(words)
	for i := range words {
		n, than := nth(words[i].text, l), compares(words[i].text, l)
		if n == 0 && than == 0 || words[i].quoted || !standsAlone(words, i, l) {
			continue
		}
		things := s.named()
		if len(things) < 2 {
			things = s.options(s.offer)
		}
		if n < 0 {
			n = len(things)
		}
		if than != 0 {
			n = laterOf(things, than)
		}
		if len(things) < 2 || n > len(things) || n == 0 {
			return text
		}
		from, to := words[i].at, words[i].end
		if i > 0 && ordinalLeads[words[i-1].text]&l != 0 {
			from = words[i-1].at
		}
		if i+1 < len(words) && (words[i+1].text == "one" || words[i+1].text == "वाला" || words[i+1].text == "वाली" || words[i+1].text == "वाले") {
			to = words[i+1].end
		}
		return text[:from] + things[n-1] + text[to:]
	}
	return text
}

// nth is the number of an ordinal, −1 for the last, 0 for none.
func nth(w string, l lang) int {
	for n, set := range ordinals {
		if set[w]&l != 0 {
			return n + 1
		}
	}
	if lastOnes[w]&l != 0 {
		return -1
	}
	return 0
}

var (
	ordinals     = []map[string]lang{wordSets["first"], wordSets["second"], wordSets["third"], wordSets["fourth"]}
	lastOnes     = wordSets["last"]
	ordinalLeads = wordSets["ordinal"]
)

func init() {
	for _, set := range append(slices.Clone(ordinals), lastOnes) {
		for w, l := range set {
			if l&th != 0 {
				knowThai(w)
			}
		}
	}
}

// standsAlone reports whether an ordinal is a thing by itself: an article before it, and no noun behind.
func standsAlone(words []token, i int, l lang) bool {
	if l&(hi|th) == 0 && (i == 0 || ordinalLeads[words[i-1].text]&l == 0) {
		return false
	}
	if i+1 == len(words) {
		return true
	}
	next := &words[i+1]
	if next.sign || next.text == "one" || next.text == "वाला" || next.text == "वाली" || next.text == "वाले" {
		return true
	}
	list := slices.Clone(words[i+1 : i+2])
	mark(list, l)
	return !ofWords[next.text] && next.text != "of" && (placing[next.text] || list[0].within&(target|opener) != 0)
}

// named lists the things with digits in their names that the assistant has just named, each once, in their
// order; nothing if they are not all of one form. What the user has named themselves is none of them.
func (s *Said) named() []string {
	var out []string
	form := ""
	for _, t := range tokens(s.offer) {
		if !t.code() || t.quoted || slices.ContainsFunc(s.clauses, func(c clause) bool { return c.hasWord(t.text, 0) }) {
			continue
		}
		name := s.offer[t.at:t.end]
		if slices.Contains(out, name) {
			continue
		}
		if form != "" && form != formOf(name) {
			return nil
		}
		form = formOf(name)
		out = append(out, name)
	}
	return out
}

// formOf is how a name is written: A-9 for M-150.
func formOf(name string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range name {
		switch {
		case unicode.IsLetter(r):
			r = 'A'
		case unicode.IsDigit(r):
			r = '9'
		}
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}
