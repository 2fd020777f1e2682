package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// That there is no need of a thing, or that nobody wants it, is no ban of calling it off, but the reason to.

// hasNoUse reports whether the clause says that somebody does not need or want a thing, and speaks of no deed: "la clienta
// no necesita el K4410", "ich brauche K4410 nicht".
func (c *clause) hasNoUse() bool { return c.deniesOnly(wants, later) }

// notAble reports whether the clause says of a thing or of somebody that something cannot be, or does not suit, and speaks of
// no deed: "al paciente de la T4410 no le va bien el miércoles".
func (c *clause) notAble() bool { return c.deniesOnly(ables, 0) }

// deniesOnly reports whether the clause denies a verb of a set, and has no other, nor anything of another class.
func (c *clause) deniesOnly(set map[string]lang, but cue) bool {
	if c.hasOf(set, 0) < 0 || c.kind != plain || c.asked || !slices.ContainsFunc(c.words, func(t token) bool {
		return t.starts&negator != 0 || noWay[t.text]&c.lang != 0 || privatives[t.text]&c.lang != 0
	}) {
		return false
	}
	return !slices.ContainsFunc(c.words, func(t token) bool {
		switch {
		case t.sign, (set[t.text]|noLonger[t.text])&c.lang != 0, t.within&(negator|harmless|unneeded|det|pronoun|speaker|subject|opener|source|target) != 0, finite[t.text]&c.lang != 0:
			return false
		case t.quoted, t.starts&(hypothetical|report|know|keep|question|ifs|unless|except|other|others|content|await|nothing|but) != 0:
			return true
		}
		return (t.verb || t.bent || t.inflected()) && c.lang&en != 0 && !t.noun || foreignVerb(&t, c.lang) && !frequent(&t, c.lang)
	})
}

// noUseFor reports whether clause i says so of the thing of a call that calls it off or ends it, and the clause behind it
// asks for that.
func (s *Said) noUseFor(i int, call *Call) bool {
	c := &s.clauses[i]
	return call.Acts.callsOff() && c.hasNoUse() && len(c.verbs(&call.Acts)) == 0
}

// unableTo reports whether a French, Italian, Spanish or Portuguese clause only says that the user is not able to do what a verb
// says: "porque antes no puedo pasar".
func (c *clause) unableTo(v verb, n int) bool {
	if v.lang&(fr|it|es|pt) == 0 || v.form != ordering || !strings.HasSuffix(c.words[v.at].fold, "r") && !strings.HasSuffix(c.words[v.at].fold, "re") {
		return false
	}
	i := v.at - 1
	for i > n && (proclitics[c.words[i].text]&c.lang != 0 || c.words[i].text == "a" || c.words[i].text == "pas") {
		i--
	}
	return i > n && i <= n+2 && unables[c.words[i].text]&c.lang != 0
}

// nobodyCan reports whether a denial says that nobody is able to do something: "vorher kann da keiner was verlegen".
func (c *clause) nobodyCan(n int) bool {
	return n < len(c.words) && nobodies[c.words[n].text]&c.lang != 0 && slices.ContainsFunc(c.words, func(t token) bool { return nobodyAble[t.text]&c.lang != 0 })
}

// nobodies are words for nobody, nobodyAble say that somebody can.
var nobodies, nobodyAble = wordSets["nobody"], wordSets["nobodyCan"]

// becauseNot reports whether a reason begins at a word without a comma before it, behind a value: "pásala al 16 que no estoy".
func (c *cutter) becauseNot(i int) bool {
	if c.lang&(it|es|pt) == 0 || c.list[i].text != "que" && c.list[i].text != "che" || i == 0 || i+2 >= len(c.list) || len(c.cur.words) < 3 {
		return false
	}
	if before := &c.list[i-1]; !before.code() && !digit(before.text) && !dayNames[before.text] && spoken.Month(before.text) == 0 {
		return false
	}
	k := i + 1
	if c.list[k].starts&negator == 0 {
		k++ // que antes no puedo
	}
	if k+1 >= len(c.list) || c.list[k].starts&negator == 0 {
		return false
	}
	next := &c.list[k+1]
	return (unables[next.text]|myself[next.text])&c.lang != 0
}

// needless reports whether "and not" or "but not" begins a clause that says that a thing is not needed or wanted: "e não
// precisa mais do K4410".
func (c *cutter) needless(i int) bool {
	for k := i + 1; k+1 < len(c.list) && k <= i+2; k++ {
		if bareNo[c.list[k].text] {
			return wants[c.list[k+1].text]&c.lang != 0
		}
	}
	return false
}

// wants are verbs of needing and wanting a thing, ables those by which something can be, or suits.
var wants, ables = wordSets["wantsThing"], wordSets["able"]

// unables are verbs by which the user says that they can or cannot, myself those by which they say where they are.
var unables, myself = wordSets["iCan"], wordSets["iAm"]
