package ask

import (
	"slices"
	"strings"
)

// Whose a value is.

// owner is the one whose value a clause tells: "Ann" of "Ann's account is X.", or "".
func (c *clause) owner(v Value) string {
	for i := range c.words {
		t := &c.words[i]
		if v.Said(t.text) {
			break
		}
		if name, ok := strings.CutSuffix(t.text, "'s"); ok && possessive(t.text) {
			return name
		}
		if i+2 < len(c.words) && attributes[t.text] && owning[c.words[i+1].text] {
			k := i + 2
			for k+1 < len(c.words) && c.words[k].within&det != 0 {
				k++
			}
			if !copulas[c.words[k].text] {
				return c.words[k].text
			}
		}
		if i > 0 && c.lang == hi && (t.text == "का" || t.text == "की" || t.text == "के") {
			return c.words[i-1].text
		}
	}
	return ""
}

// belongs reports whether a clause does nothing but tell whose a value is.
func (c *clause) belongs(v Value) bool {
	for i := 1; c.lang == hi && i < len(c.words); i++ {
		if copulas[c.words[i].text] && !v.Said(c.words[i-1].text) {
			return false // "कपूर जी की टेस्ट ड्राइव T-2245 कल है" says when it is
		}
	}
	return c.owner(v) != "" && slices.ContainsFunc(c.words, func(t token) bool { return copulas[t.text] })
}

var owning = set("of von vom der des de du d' do da dos di del della dello")

// speaksOf reports whether a clause means somebody: it names them, or nobody.
func (c *clause) speaksOf(who string, call *Call) bool {
	named := false
	for i := range c.words {
		t := &c.words[i]
		w := strings.TrimSuffix(t.text, "'s")
		if w == who {
			return true
		}
		if t.names() && !t.verb && !foreignVerb(t, c.lang) && !call.Acts.isNoun(t) && !unitWords[t.text] && !amountForm.MatchString(t.text) && !slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, t.text) }) {
			named = true
		}
	}
	return !named
}

// ownThing reports whether the clause says of its thing which one: "the side door".
func (c *clause) ownThing(call *Call) bool {
	for i := 1; i < len(c.words); i++ {
		before := &c.words[i-1]
		if call.Acts.isNoun(&c.words[i]) && !before.sign && !call.mentions(before.text) && before.within&(det|pronoun|opener|frame|and|again) == 0 && !call.Acts.isNoun(before) && !before.verb && !frequent(before, c.lang) {
			return true
		}
	}
	return false
}

var withs = set("with having whose that which mit avec con com")
