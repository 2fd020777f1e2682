package ask

import (
	"slices"
	"strings"
)

// What the thing of an order is called may be told behind it, by its number: "holen Sie die Katze ab, die Fallnummer ist
// PC-340", "le numéro du dossier est PC-340". The number must be the thing's own: a telephone's or an invoice's is none.

var (
	// calledBy are words for a number that things are called by.
	calledBy = set("nummer numéro numero número")
	// itsArticle are words that stand before it.
	itsArticle = set("die le il el o")
	// numberOf are words between it and what has it.
	numberOf = set("de du d' di del della dell' do da der des")
	// numberIs are words between it and the number.
	numberIs = set("ist lautet est è es é")
)

// tellsNumber reports whether the clause says that the number of the call's thing is the value, and nothing else.
func (c *clause) tellsNumber(v Value, call *Call) bool {
	if v.Shape != Code || c.asked || len(c.cond) > 0 || len(c.words) < 4 || len(c.words) > 6 {
		return false
	}
	w := c.words
	if !itsArticle[w[0].text] && !owned[w[0].text] || w[1].sign || w[1].quoted {
		return false
	}
	i := 2
	if of, compound := strings.CutSuffix(w[1].text, "nummer"); compound && of != "" && c.lang&de != 0 {
		of = strings.TrimSuffix(of, "-")
		if !call.ownsNumber(of, v) && !call.ownsNumber(strings.TrimSuffix(of, "s"), v) && !call.ownsNumber(strings.TrimSuffix(of, "n"), v) {
			return false // die Telefonnummer
		}
	} else if !calledBy[w[1].text] {
		return false
	} else if numberOf[w[2].text] {
		if !call.ownsNumber(w[3].text, v) {
			return false // le numéro de facture
		}
		i = 4
	}
	if i+1 >= len(w) || !numberIs[w[i].text] || !v.Said(w[i+1].text) {
		return false
	}
	return i+2 == len(w) || i+3 == len(w) && w[i+2].sign
}

// ownsNumber reports whether a word is one for the thing that the value is the number of.
func (c *Call) ownsNumber(word string, v Value) bool {
	return c.hasThing(word) || named(v.Name, &token{text: word, fold: fold(word)})
}

// hasThing reports whether a word is one for the thing that the call is about.
func (c *Call) hasThing(word string) bool {
	return c.isThing(&token{text: word, fold: fold(word)})
}

// numberOfElse reports whether an English message says a code only as the number of something else than the thing of the call,
// as somebody else's or as an old one: "the invoice number is PC-340", "my neighbour's case is PC-340".
func (s *Said) numberOfElse(i int, v Value, call *Call) bool {
	some := false
	for j := s.firstOf(i); j < len(s.clauses) && s.clauses[j].message == s.clauses[i].message; j++ {
		c := &s.clauses[j]
		if !v.Said(c.text) {
			continue
		}
		k := slices.IndexFunc(c.words, func(t token) bool { return t.code() && v.Said(t.text) })
		if c.lang&en == 0 || k < 2 || c.words[k-1].text != "is" && c.words[k-1].text != "was" {
			return false
		}
		head := c.words[c.opened() : k-1]
		called := len(head) > 0 && numberWord[head[len(head)-1].text]
		other := slices.ContainsFunc(head, func(t token) bool {
			return formerOnes[t.text] || v.Role != To && (strings.HasSuffix(t.text, "'s") || strings.HasSuffix(t.text, "’s")) // "my landlord's account is …" says whom to pay
		})
		if called && len(head) > 1 && !other {
			of := &head[len(head)-2]
			other = of.within&det == 0 && !owned[of.text] && !call.ownsNumber(of.text, v) && !numberWord[of.text]
		}
		if !other {
			return false
		}
		some = true
	}
	return some
}

// numberWord are English words for what a thing is called by, formerOnes say that it no longer is.
var (
	numberWord = set("number no nr ref reference code id")
	formerOnes = set("old former previous earlier wrong last")
)
