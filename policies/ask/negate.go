package ask

import (
	"slices"
	"strings"
)

// negates tells whether the clause is negated as a whole or from a word on: it returns the
// word, or −1.
func (c *clause) negates() int {
	for i := range c.words {
		t := &c.words[i]
		if i >= c.content || t.quoted {
			break
		}
		if t.starts&nothing != 0 && !(t.text == "personne" && i > 0 && (c.words[i-1].within&det != 0 || somebodys[c.words[i-1].text])) {
			return 0
		}
		if t.text == "no" && c.lang&(es|pt) == es|pt && i > 0 && !c.words[i-1].sign && c.prepositional(i+1) || c.lang == de && c.lets(i) {
			continue
		}
		if c.privative(i) {
			continue
		}
		if c.oldNo(i) || c.ordersNoMore(i) {
			return i
		}
		if t.starts&negator == 0 || t.within&harmless != 0 || t.within&bounding != 0 && (t.starts&bounding == 0 || t.length[bit(bounding)] >= t.length[bit(negator)]) {
			continue // but "under no circumstances" is no bound
		}
		if (t.text == "pas" || t.text == "non") && i > 0 && c.lang&fr != 0 && c.words[i-1].text == "pourquoi" {
			continue
		}
		if t.text == "no" && c.lang&es == 0 && c.lang&it == 0 && i+1 < len(c.words) && digit(c.words[i+1].text) { // no. 7
			continue
		}
		if c.restricts(i) {
			continue
		}
		if t.text == "न" && i > 0 && c.words[i-1].text == "न" {
			continue
		}
		return i
	}
	return -1
}

// negatesFrom reports whether a word of negation stands at or behind a word: "skip it not".
func (c *clause) negatesFrom(i int) bool { return c.find(negator|nothing, i, c.content) >= 0 }

// restricts reports whether a French "ne" stands before a number that is all: "n'en remboursez que 180".
func (c *clause) restricts(i int) bool {
	if c.lang&fr == 0 || c.words[i].text != "ne" && c.words[i].text != "n'" {
		return false
	}
	for j := i + 1; j+1 < len(c.words) && j < i+6; j++ {
		t := &c.words[j]
		if t.starts&(negator|nothing) != 0 || t.sign {
			return false
		}
		if t.text == "que" || t.text == "qu'" {
			_, end := numeral(c.words, j+1, c.lang)
			return end > j+1 || digit(c.words[j+1].text)
		}
	}
	return false
}

// somebodys before "personne" say that it is somebody.
var somebodys = set("la une cette chaque par quelle première autre même seule")

// prepositional reports whether what follows "no" in a text that may be Portuguese as well as Spanish
// is a thing, as in "no tanque 7": no verb, no pronoun.
func (c *clause) prepositional(i int) bool {
	if i >= len(c.words) {
		return false
	}
	t := &c.words[i]
	return !t.sign && t.within&(pronoun|speaker|negator|later|opener|det) == 0 && !foreignVerb(t, es|pt)
}

// negated reports whether a verb of the clause is negated.
func (c *clause) negated(v verb) bool {
	n := c.negates()
	if n < 0 || n == v.at && v.lang == en && !c.negatesFrom(n+1) {
		return false // "skip MK-4471": the deed itself is to leave out
	}
	if n <= v.at {
		return true
	}
	switch v.lang {
	case en:
		w := c.words[n].text
		return w == "not" && v.form == telling || w == "nor" || w == "neither" || w == "never" || c.words[n].length[bit(negator)] >= 3 // "… under no circumstances"
	}
	return true // behind the verb: lösche es nicht, n'annule pas, मत
}

// spared reports whether a verb of the clause only names a deed that is to be let be, without a word of negation before it: "scrap
// the idea of cancelling C-3", "vom Stornieren bitte absehen", "plus besoin d'annuler C-3", "रद्द करना बंद करो".
func (c *clause) spared(v verb) bool {
	next, first := v.at+1, c.opened()
	switch {
	case v.lang == hi:
		if next < len(c.words) && strings.HasPrefix(c.words[next].text, "करन") {
			next++
		}
		return next+1 < len(c.words) && c.words[next].text == "बंद"
	case v.lang == de && v.at > 0 && c.words[v.at].capped:
		before := c.words[v.at-1].text
		return before == "vom" || before == "beim" || before == "dem" && v.at > 1 && c.words[v.at-2].text == "mit"
	case v.lang&(fr|it|es|pt) != 0 && v.at > 0 && (c.words[v.at-1].text == "de" || c.words[v.at-1].text == "d'" || c.words[v.at-1].text == "di"):
		return v.at == first+1 || v.at > 2 && c.words[v.at-2].text == "besoin" && c.words[v.at-3].text == "plus"
	}
	return next+3 < len(c.words) && c.words[next].within&det != 0 && ideas[c.words[next+1].text]&c.lang != 0 && (c.words[next+2].text == "of" && strings.HasSuffix(c.words[next+3].text, "ing") || ofWords[c.words[next+2].text] && foreignVerb(&c.words[next+3], c.lang))
}

// ideas are words for what somebody has in mind.
var ideas = wordSets["idea"]

// privatives are prepositions for what a thing is not to have.
var privatives = wordSets["privative"]

// privative reports whether a negation only says what the thing of an order is not to have, "a room without
// breakfast", and negates no verb.
func (c *clause) privative(i int) bool {
	t := &c.words[i]
	if privatives[t.text]&c.lang == 0 {
		return false
	}
	if c.lang == hi { // नाश्ते के बिना
		return i > 1 && c.words[i-1].text == "के"
	}
	if i <= c.opened() || i+1 >= len(c.words) {
		return false
	}
	next := &c.words[i+1]
	return !next.sign && !next.verb && !next.inflected() && !strings.HasSuffix(next.text, "ing") && next.text != "zu" && next.within&(content|pronoun|speaker) == 0 && next.starts&content == 0 &&
		(c.lang&en != 0 || !foreignVerb(next, c.lang) || next.capped)
}

// lacks reports whether a value stands nowhere in the clause but where it says what the thing is not to have.
func (c *clause) lacks(v Value) bool {
	inside := false
	for i := range c.words {
		if !c.privative(i) {
			continue
		}
		from, to := i+1, i+1
		if c.lang == hi {
			from, to = max(0, i-3), i
		} else {
			for to < len(c.words) && !c.words[to].sign && c.words[to].starts&and == 0 && (to == from || !placing[c.words[to].text]) {
				to++
			}
		}
		if from < to && v.Said(textOf(c, c.words[from:to])) {
			rest := slices.Concat(c.words[:from], c.words[to:])
			if v.Said(joinWords(rest)) {
				return false
			}
			inside = true
		}
	}
	return inside
}
