package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// Values of two orders of one sentence that a call crosses.

// countsElsewhere reports whether a number of the call counts another thing in clause j, and the thing of the call stands
// in another clause of its sentence with a number of its own: "48 mugs and 12 plates, order them".
func (s *Said) countsElsewhere(j int, there []Value, call *Call) bool {
	o := &s.clauses[j]
	if !slices.ContainsFunc(there, func(v Value) bool { return v.Shape == Number && !v.Digits && o.countsThings(v, call) }) {
		return false
	}
	return slices.ContainsFunc(call.Values, func(v Value) bool {
		return v.Shape == Word && !v.Free && !v.Said(o.text) && slices.ContainsFunc(s.clauses, func(k clause) bool {
			return k.sentence == o.sentence && v.Said(k.text) && slices.ContainsFunc(k.words, func(t token) bool { return digit(t.text) })
		})
	})
}

// ofAnotherNumber reports whether a text behind the clause names a thing by another number than the one by which the clause
// names that of a call, behind the same word: "… line 12", "… line 40".
func (c *clause) ofAnotherNumber(text string, call *Call) bool {
	words := tokens(text)
	return slices.ContainsFunc(call.Values, func(v Value) bool {
		if !v.Digits || v.Free || v.Said(text) {
			return false
		}
		for i := 1; i < len(c.words); i++ {
			if before := &c.words[i-1]; digit(c.words[i].text) && v.Said(c.words[i].text) && before.within&^det == 0 && !before.sign && !placing[before.text] {
				for j := 1; j < len(words); j++ {
					if digit(words[j].text) && words[j-1].text == before.text {
						return true
					}
				}
			}
		}
		return false
	})
}

// ofAnother reports whether a value of a call stands in the message of clause i only in clauses that name another thing of the kind
// of the call's, which stands in others: "move KL31 to 14 December and on KL32 put 5 players" is no order to move KL32.
func (s *Said) ofAnother(i int, call *Call) bool {
	c := &s.clauses[i]
	var list []*clause
	for j := s.firstOf(i); j < len(s.clauses) && s.clauses[j].message == c.message; j++ {
		o := &s.clauses[j]
		if o.corrects || o.hasOf(tooWords, 0) >= 0 || o.hasOf(same, 0) >= 0 {
			return false
		}
		list = append(list, o)
	}
	for _, thing := range call.Values {
		if len(list) < 2 || thing.Shape != Code && !thing.Digits || !slices.ContainsFunc(list, func(o *clause) bool { return thing.Said(o.text) }) ||
			slices.ContainsFunc(list, func(o *clause) bool {
				return thing.Said(o.text) && o.bare() && (o.verbOf < 0 || s.clauses[o.verbOf].sentence == o.sentence && s.clauses[o.verbOf].words[0].n > o.words[0].n)
			}) { // "B-77 und B-78 auf Leo ausleihen"
			continue
		}
		for _, v := range call.Values {
			said := false
			if v.Name != thing.Name && !slices.ContainsFunc(list, func(o *clause) bool {
				there := v.Said(o.text)
				said = said || there
				return there && (thing.Said(o.text) || !o.namesLike(thing, call) && !(thing.Shape == Code && o.otherCode(call)))
			}) && said {
				return true
			}
		}
	}
	return false
}

// otherCode reports whether the clause names a thing by letters and digits that no value of the call has.
func (c *clause) otherCode(call *Call) bool {
	return slices.ContainsFunc(c.words, func(t token) bool {
		return !t.quoted && t.code() && !strings.Contains(t.text, "@") && !call.names(t.text)
	})
}

// picksOther reports whether a value stands in clause i, and what belongs to it, only beside another code that is named once
// more by itself: "von A-1 und A-2 nur A-2 löschen".
func (s *Said) picksOther(i int, v Value) bool {
	if v.Shape != Code {
		return false
	}
	c := &s.clauses[i]
	words, joints := c.words, c.find(and, 0, len(c.words)) >= 0
	if j := c.verbOf; j == i+1 && s.clauses[j].sentence == c.sentence {
		words, joints = slices.Concat(words, s.clauses[j].words), true
	} else if i > 0 && s.clauses[i-1].verbOf == i && s.clauses[i-1].sentence == c.sentence {
		words, joints = slices.Concat(s.clauses[i-1].words, words), true
	}
	var codes []string
	for k := range words {
		if words[k].code() && pattern(words[k].text) == pattern(strings.ToLower(v.Text)) {
			codes = append(codes, words[k].text)
		}
	}
	return joints && len(codes) == 3 && codes[2] != codes[0] != (codes[2] != codes[1]) && !v.Said(codes[2])
}

// differences say what is between two numbers, or what is left of one; excesses what was too much.
var differences, excesses = wordSets["difference"], wordSets["excess"]

// callsOther reports whether clause i calls its thing by the word that stands before another code than the value, in what
// was said before: "I have dress R-50 and suit R-51. The suit stays two days longer" is not about R-50.
func (s *Said) callsOther(i int, v Value) bool {
	c, other := &s.clauses[i], false
	for j := range i {
		o := &s.clauses[j]
		for k := 1; k < len(o.words); k++ {
			t, noun := &o.words[k], &o.words[k-1]
			if !t.code() || noun.sign || noun.code() || noun.within != 0 || len(noun.text) < 3 || !c.hasWord(noun.text, 0) || pattern(t.text) != pattern(strings.ToLower(v.Text)) {
				continue
			}
			if v.Said(t.text) {
				return false
			}
			other = true
		}
	}
	return other
}

// halved reports whether two values of a call stand in different halves of the clause, each of which has things on both sides
// of the same preposition: "share Plans with Ute and Photos with Jan" asks for no Plans with Jan.
func (c *clause) halved(inside []Value) bool {
	if c.lang&(hi|th) != 0 || len(inside) < 2 {
		return false
	}
	for j := range c.words {
		if c.words[j].starts&and == 0 && c.words[j].text != "," || j == 0 || j+1 == len(c.words) {
			continue
		}
		first, second := c.part(0, j), c.part(j+1, len(c.words))
		ones, others := textOf(c, first.words), textOf(c, second.words)
		var mine, theirs []Value
		for _, v := range inside {
			switch there := v.Said(others); {
			case v.Free || v.Said(ones) == there:
			case there:
				theirs = append(theirs, v)
			default:
				mine = append(mine, v)
			}
		}
		for _, t := range first.words {
			if len(mine) == 0 || len(theirs) == 0 || !placing[t.text] && t.within&(target|source) == 0 {
				continue
			}
			here, there := first.around(t.text, mine, inside), second.around(t.text, theirs, inside)
			if here.before && there.behind && here.otherBehind && there.otherBefore || here.behind && there.before && here.otherBefore && there.otherBehind {
				return true
			}
		}
	}
	return false
}

// flanks are what stand before and behind a preposition: a value of the call, or another thing.
type flanks struct{ before, behind, otherBefore, otherBehind bool }

// around looks at both sides of a preposition for some of the values of a call, and for what is none of all of them.
func (c *clause) around(preposition string, some, all []Value) (out flanks) {
	at := slices.IndexFunc(c.words, func(t token) bool { return t.text == preposition })
	for i := range c.words {
		t := &c.words[i]
		held := slices.ContainsFunc(some, func(v Value) bool { return v.holdsWord(c, i, t.text) })
		if !held && slices.ContainsFunc(all, func(v Value) bool { return v.holdsWord(c, i, t.text) }) {
			continue
		}
		name := t.code() || t.names() && (t.quoted || t.capped && (!c.begins || t.n > 0)) && !digit(t.text) && spoken.Month(t.text) == 0
		switch {
		case i < at && held:
			out.before = true
		case i < at && name:
			out.otherBefore = true
		case at >= 0 && i > at && held:
			out.behind = true
		case at >= 0 && i > at && (name || digit(t.text)):
			out.otherBehind = true
		}
	}
	return out
}

// dayIn reports whether a text says the day of a date without its month: "auf den 10."
func (v *Value) dayIn(text string) bool {
	if v.Shape != Moment || len(v.Text) != len("2006-01-02") {
		return false
	}
	day, list := strings.TrimLeft(v.Text[8:], "0"), tokens(text)
	for i := 1; i < len(list); i++ {
		if list[i].text == day && dayArticles[list[i-1].text] {
			return true
		}
	}
	return false
}

// otherDay reports whether a German clause says another day than a date has, without its month: "auf den 10. verlegen".
func (c *clause) otherDay(v Value) bool {
	if c.lang&de == 0 || v.Shape != Moment || len(v.Text) != len("2006-01-02") {
		return false
	}
	for i := 1; i < len(c.words); i++ {
		t := &c.words[i]
		end := t.end - c.words[0].at
		if digit(t.text) && len(t.text) <= 2 && dayArticles[c.words[i-1].text] && end > 0 && end < len(c.text) && c.text[end] == '.' && t.text != strings.TrimLeft(v.Text[8:], "0") {
			return true
		}
	}
	return false
}

// crossesPairs reports whether the sentence of clause i lists things and behind them as many times, and the call has the time of
// another than its thing: "move 44007 and 44008 to 8:15 and 9:45".
func (s *Said) crossesPairs(i int, call *Call) bool {
	for _, v := range call.Values {
		if v.Shape != Code && !(v.Shape == Number && v.Digits && len(v.Text) > 3) {
			continue
		}
		for _, w := range call.Values {
			if w.Shape != Moment || !clock.MatchString(w.Text) {
				continue
			}
			if things, times := s.listed(i, v); len(things) > 1 && len(things) == len(times) && slices.IndexFunc(things, v.Said) != slices.IndexFunc(times, w.Said) {
				return true
			}
		}
	}
	return false
}

// listed returns the things that look as a value and the times behind them that the sentence of clause i lists; none if they alternate.
func (s *Said) listed(i int, v Value) (things, times []string) {
	form, joined := pattern(strings.ToLower(v.Text)), false
	for j := range s.clauses {
		c := &s.clauses[j]
		if c.sentence != s.clauses[i].sentence {
			continue
		}
		joined = joined || len(times) > 0
		for k := range c.words {
			switch t := &c.words[k]; {
			case t.sign || t.starts&and != 0:
				joined = true
			case clock.MatchString(t.text):
				if len(times) > 0 && !joined {
					return nil, nil // "from 8:15 to 9:45"
				}
				times, joined = append(times, t.text), false
			case pattern(t.text) == form && (t.code() || digit(t.text)):
				if len(times) > 0 {
					return nil, nil
				}
				things = append(things, t.text)
			}
		}
	}
	return things, times
}
