package ask

import "strings"

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
func (call *Call) ownsNumber(word string, v Value) bool {
	return call.hasThing(word) || named(v.Name, &token{text: word, fold: fold(word)})
}

// hasThing reports whether a word is one for the thing that the call is about.
func (call *Call) hasThing(word string) bool {
	return call.isThing(&token{text: word, fold: fold(word)})
}
