package ask

import (
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// Two values of a kind of which the user leaves open which one they mean.

// leavesOpen reports whether the clause joins a value of the call by "or" with another of its kind: "cancel W/4004 or
// W/4007", "auf den 12. oder 14. Dezember".
func (c *clause) leavesOpen(call *Call) bool {
	for i := 1; i+1 < len(c.words); i++ {
		t := &c.words[i]
		if t.quoted || !ors[t.text] && !(t.text == "soit" && c.lang&fr != 0) || t.text == "o" && c.lang&(it|es) == 0 {
			continue
		}
		before, behind := c.memberBefore(i), c.memberBehind(i)
		if before < 0 || behind < 0 {
			continue
		}
		one, other := &c.words[before], &c.words[behind]
		if kindOfCode(one.text) != kindOfCode(other.text) || one.text == other.text {
			continue
		}
		for _, v := range call.Values {
			if !v.Free && v.Shape != Choice && v.isMember(c, before) != v.isMember(c, behind) {
				return true
			}
		}
	}
	return false
}

// memberBefore and memberBehind return the word on a side of "or" that may be one of two: a number, a code or a name, with no
// more than its unit or its month between; −1 if there is none.
func (c *clause) memberBefore(at int) int {
	const most = 3 // words of a unit
	for i := at - 1; i >= max(0, at-1-most); i-- {
		switch t := &c.words[i]; {
		case kindOfCode(t.text) != "", i == at-1 && i > 0 && t.capped && t.names() && spoken.Month(t.text) == 0 && !unitWords[t.text]:
			return i
		case t.sign && i < at-1:
			return -1
		case !t.sign && spoken.Month(t.text) == 0 && !unitWords[t.text] && unitBase(t.text) == "" && !currencies[t.text] && !ofWords[t.text] && !placing[t.text]:
			return -1
		}
	}
	return -1
}

func (c *clause) memberBehind(at int) int {
	for i := at + 1; i < len(c.words); i++ {
		switch t := &c.words[i]; {
		case kindOfCode(t.text) != "", t.capped && t.names() && !t.verb && t.within&det == 0:
			return i
		case t.sign || t.within&(det|target|source) == 0 && !placing[t.text] && !dayArticles[t.text] && !thaiDays[t.text] && !ors[t.text] && t.text != "bien":
			return -1
		}
	}
	return -1
}

// isMember reports whether a value of a call is, or has, one of two that "or" joins. A day may be said by its number alone.
func (v *Value) isMember(c *clause, i int) bool {
	word := c.words[i].text
	if v.Shape == Moment && len(v.Text) >= len("2006-01-02") {
		if day := strings.TrimRight(word, ".ºstndrh"); digit(day) && !strings.ContainsAny(day, "/.") {
			return strings.TrimLeft(v.Text[8:10], "0") == strings.TrimLeft(day, "0")
		}
	}
	return v.holdsWord(c, i, word) || i+1 < len(c.words) && v.Shape == Moment && v.Said(textOf(c, c.words[i:i+2]))
}

// orKept reports whether the user leaves open whether clause i is to be done or the thing kept: "cancel it or keep it", "oder
// behaltet ihn", "रद्द करें या न करें".
func (s *Said) orKept(i int) bool {
	c := &s.clauses[i]
	for k := 1; k+1 < len(c.words); k++ {
		next := &c.words[k+1]
		if ors[c.words[k].text] && !c.words[k].quoted && (keepsIt[next.text]&c.lang != 0 || c.lang == hi && no[next.text]) {
			return true
		}
	}
	if i+1 == len(s.clauses) {
		return false
	}
	o := &s.clauses[i+1]
	return o.either && o.sentence == c.sentence && len(o.words) > 0 && keepsIt[o.words[0].text]&o.lang != 0
}

// keepsIt are verbs by which a thing is kept.
var keepsIt = wordSets["keepsIt"]
