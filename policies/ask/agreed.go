package ask

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// What the assistant offers, and the user agrees to.

// Offer takes up what the assistant said last. If it ends with an offer, "Shall I reserve 4 of
// them?", and the user's next message does nothing but agree, then the offer is read as the
// user's order: that sentence alone, as it was put to them.
func (s *Said) Offer(text string) {
	s.offer = ""
	if len(text) <= MaxText {
		s.offer = norm.NFC.String(text)
	}
}

// agreed reads the offer that the message which begins with a clause agrees to.
func (s *Said) agreed(first int) {
	text := s.offer
	s.offer = ""
	if text == "" || first >= len(s.clauses) {
		return
	}
	list := sentences(text, quotesOf(text))
	if len(list) == 0 {
		return
	}
	at := list[len(list)-1]
	words := tokens(text[at.from:at.to])
	l := language(words)
	mark(words, l)
	if at.asked = at.asked || l&th != 0 && slices.ContainsFunc(words, func(t token) bool { return t.starts&question != 0 }); !at.asked {
		return // Thai asks without a mark
	}
	if !s.agrees(first, l, words) {
		return
	}
	from := -1
	for i := range words {
		t := &words[i]
		if from < 0 && t.starts&offer != 0 {
			from = span(words, i, offer)
		}
		if ors[t.text] || t.starts&(negator|ifs|unless|contrast) != 0 && t.within&harmless == 0 { // one of two, or on a condition
			return
		}
	}
	if from < 0 || from >= len(words) || len(words) > MaxWords {
		return
	}
	s.sentence++
	begin := len(s.clauses)
	at.asked = false
	list2 := slices.Clone(words[from:])
	for i := range list2 {
		list2[i] = token{text: list2[i].text, fold: list2[i].fold, at: list2[i].at + at.from, end: list2[i].end + at.from, n: i, capped: list2[i].capped, sign: list2[i].sign, verb: list2[i].verb, noun: list2[i].noun}
		s.knows(&list2[i])
	}
	s.clausesOf(text, at, list2)
	for i := begin; i < len(s.clauses); i++ {
		if s.clauses[i].offered = true; s.clauses[i].kind == asking {
			s.clauses[i].kind = plain
		}
	}
}

// ors join things of which one is meant.
var ors = set("or oder ou o oppure या หรือ")

// agrees reports whether a message does nothing but agree: "yes, please do that". It may name the
// deed again, but nothing new. It is read in the language of the offer, too: "oui" alone says little.
func (s *Said) agrees(first int, l lang, offered []token) bool {
	yes, count := false, 0
	for i := first; i < len(s.clauses); i++ {
		c := &s.clauses[i]
		if c.asked || len(c.cond) > 0 || len(c.apart) > 0 {
			return false
		}
		words := tokens(c.text)
		mark(words, l|c.lang)
		for k := range words {
			t := &words[k]
			if t.sign {
				continue
			}
			count++
			if t.starts&assent != 0 && (yes || count == 1) {
				yes = true
			}
			if t.within&assent != 0 || t.within&(opener|pronoun|frame) != 0 && t.within&negator == 0 {
				continue
			}
			if yes && sayAgain(t, l|c.lang, offered) {
				continue // "yes, book it"
			}
			return false
		}
	}
	return yes && count <= 12
}

// sayAgain reports whether a word is a verb that the offer has, too, perhaps in another form.
func sayAgain(t *token, l lang, offered []token) bool {
	if !(t.verb && l&en != 0) && !foreignVerb(t, l) {
		return false
	}
	return slices.ContainsFunc(offered, func(o token) bool {
		return o.text == t.text && o.verb || kindred(o.fold, t.fold) || sameStem(&o, t, l)
	})
}

// sameStem reports whether two words are forms of one verb: entrego, entrégasela.
func sameStem(a, b *token, l lang) bool {
	return slices.ContainsFunc(stemsBy[begin(a.fold)], func(s stemOf) bool {
		return s.lang&l != 0 && len(s.text) > 3 && strings.HasPrefix(a.fold, s.text) && strings.HasPrefix(b.fold, s.text)
	})
}

// offers reports whether a verb is the one of the offer: no other stands before it.
func (c *clause) offers(v verb) bool {
	if v.form != ordering {
		return false
	}
	for j := range v.at {
		t := &c.words[j]
		if t.starts&(other|know|report) != 0 || c.lang&en != 0 && t.verb && !t.noun || v.lang != en && foreignVerb(t, c.lang) && !frequent(t, c.lang) {
			return false
		}
	}
	return v.lang != en || c.headAt(v.at)
}
