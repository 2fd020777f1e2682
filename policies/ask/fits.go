package ask

import (
	"slices"
	"strings"
)

// fits reports whether the values of a call stand together in what clause i asks for, and
// returns the part that asks. "Pay 30 to Ann and 90 to Bob" asks for two calls, and not for
// 90 to Ann; "delete it" is about what was said before; what stands in a clause of its own,
// "but keep b.txt", is no object of this one.
func (s *Said) fits(i int, call *Call) (text string, held map[string]bool, ok bool) {
	c := &s.clauses[i]
	if s.leavesOut(i, call) {
		for _, v := range call.Values {
			if !v.Free && slices.ContainsFunc(c.apart, v.Said) && !v.Said(c.text) {
				return "", nil, false
			}
		}
	}
	groups := c.groups()
	told := s.toldBy(i, call)
	var inside []Value // that stand in the clause
	held = map[string]bool{}
	for _, v := range call.Values {
		switch {
		case v.Shape == Choice && s.denied(i, v), s.tookBack(c, v), v.Shape == Code && !v.Said(c.text) && slices.ContainsFunc(v.Other, func(said func(string) bool) bool { return said(c.text) }):
			return "", nil, false
		case v.Shape == Choice && s.ofAnotherCode(i, v, call), c.secondThought(v, call), s.secondDay(i, v, call), s.otherUnit(i, v, call), s.onlyNow(i, v, call), c.oldValue(v, call), c.replacedBy(v, call), s.picksOther(i, v):
			return "", nil, false
		case v.Shape == Choice && s.purpose(i, v):
		case !v.Free && (c.spokenOfAside(v, call) && !s.qualifies(i, v) || c.anothers(v, call) || v.Shape != Choice && c.lacks(v)):
			return "", nil, false
		case v.Said(c.upTo(c.content)), v.Said(c.copies()):
			inside = append(inside, v)
			held[v.Name] = true
		case v.Free:
		case v.Role != To && told != "" && v.Said(told) && !(v.Shape == Number && !v.Digits && adds(call) && c.otherAmount(v)):
			if c.ofAnotherNumber(told, call) {
				return "", nil, false // "an umbrella lost on line 12 and a bag lost on line 40"
			}
			if c.rival(v, call, 0, c.content) && ((v.Shape == Code || v.Digits) || slices.ContainsFunc(call.Values, func(o Value) bool {
				return o.Shape != Choice && o.Name != v.Name && o.Said(c.text) && c.hasRival(told, o, call.Values)
			})) {
				return "", nil, false // "move PW4 to the 13th and QJ5 to the 27th please"
			}
		case !s.spoken(v):
			if !s.unclaimed(c, v, call) || s.wondered(i, v) {
				return "", nil, false
			}
		case s.otherEnd(i, v, call):
			held[v.Name] = true
		case v.otherMoment(c.text), c.otherDay(v), v.otherDay(c.words), s.leftAlone(i, v, call): // it says a day of its own
			return "", nil, false
		case s.before(i, v, call):
			held[v.Name] = true
		default:
			return "", nil, false
		}
	}
	if c.takesShare(call) || s.takesSome(i, call) || s.inAside(i, call) || s.crossesPairs(i, call) || s.exchanged(i, call) || s.ofAnother(i, call) || s.misfigured(i, call) || s.misnamed(i, call) || s.tornApart(i, call) || s.crossedByAnswer(i, call) || s.crossedBefore(i, call) || c.handsEach(groups) && c.besideOther(groups, inside) || c.halved(inside) || !c.belong(groups, inside) || !c.roles(inside) || c.leavesAll(call, inside) || !c.counted(call, inside) || c.misnumbered(call, inside) {
		return "", nil, false
	}
	// The mention that asks is the group with the most of the values.
	best, n := c.text, 0
	if len(groups) > 1 {
		for _, g := range groups {
			k := 0
			for _, v := range inside {
				if v.Said(g) {
					k++
				}
			}
			if k > n {
				n = k
			}
		}
	}
	for j := i + 1; j < len(s.clauses) && s.explains(i, j); j++ {
		if o := &s.clauses[j]; slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Choice && v.Said(o.text) && !v.Said(c.text) }) {
			best += ", " + o.text // so that she can edit it
		}
	}
	return best, held, true
}

// wondered reports whether clause i says a day, and only a question behind it the one of a value: "move it to 9
// January. Is that the 10th?"
func (s *Said) wondered(i int, v Value) bool {
	if v.Shape != Moment || len(v.Text) < len("2006-01-02") || !v.otherMoment(s.clauses[i].text) {
		return false
	}
	day := strings.TrimLeft(v.Text[8:10], "0")
	return slices.ContainsFunc(s.clauses[i+1:], func(o clause) bool {
		return (o.kind == asking || o.asked) && slices.ContainsFunc(o.words, func(t token) bool { return strings.Trim(t.text, ".thsndrº") == day })
	})
}

// tornApart reports whether two values that clause i takes up from another clause of its message stand
// there in different parts, each with another of its kind beside it: "30 to Ann and 90 to Bob, send those".
func (s *Said) tornApart(i int, call *Call) bool {
	c := &s.clauses[i]
	for j := range s.clauses {
		o := &s.clauses[j]
		if j == i || o.message != c.message {
			continue
		}
		var there []Value
		for _, v := range call.Values {
			if !v.Free && !v.Said(c.text) && v.Said(o.text) {
				there = append(there, v)
			}
		}
		if s.countsElsewhere(j, there, call) {
			return true
		}
		if groups := o.groups(); len(there) > 1 && (!o.together(groups, there) || o.besideOther(groups, there)) {
			return true
		}
	}
	return false
}

// denied reports whether the user says of a choice, in the message of clause i or behind it, only that it is not to be: "La
// digitale non mi interessa."
func (s *Said) denied(i int, v Value) bool {
	if v.Denied == nil || v.Said(s.clauses[i].text) {
		return false
	}
	for k := s.firstOf(i); k < len(s.clauses); k++ {
		if c := &s.clauses[k]; v.Said(c.text) {
			return false
		} else if v.Denied(c.text) {
			return true
		}
	}
	return false
}

// crossedByAnswer reports whether values of a call stand in different orders of what clause i was before the user
// answered a question: "red for Helen and white for Tom", "six red and twelve white" is no white for Helen.
func (s *Said) crossedByAnswer(i int, call *Call) bool {
	o := s.clauses[i].joins
	if o == nil {
		return false
	}
	for k := o.from; k < o.to; k++ {
		c := &s.clauses[k]
		var there []Value
		for _, v := range call.Values {
			if !v.Free && v.Said(c.text) {
				there = append(there, v)
			}
		}
		if len(there) > 1 && !c.together(c.groups(), there) {
			return true
		}
	}
	return false
}

// upTo is the text of the clause up to a word.
func (c *clause) upTo(n int) string {
	if n >= len(c.words) {
		return c.text
	}
	if n == 0 {
		return ""
	}
	end := c.words[n-1].end - c.words[0].at
	if end < 0 || end > len(c.text) {
		return c.text
	}
	return c.text[:end]
}

// purpose reports whether a reason behind clause i says a choice of which the clause says no member: "…, so
// that she can edit it".
func (s *Said) purpose(i int, v Value) bool {
	c := &s.clauses[i]
	if v.Said(c.text) || i+1 >= len(s.clauses) || v.otherSaid(c.text) {
		return false
	}
	return s.explains(i, i+1) && v.Said(s.clauses[i+1].text)
}

// explains reports whether clause j goes on with clause i by what somebody is to do with it: "so that
// she can edit it", "but she should only read it".
func (s *Said) explains(i, j int) bool {
	o := &s.clauses[j]
	if o.sentence != s.clauses[i].sentence || o.negates() >= 0 || len(o.words) == 0 {
		return false
	}
	first := o.opened() % len(o.words)
	return o.kind == subordinate || o.kind == plain && (o.words[first].within&subject != 0 || mayDo[o.words[first].text]&o.lang != 0 && !slices.ContainsFunc(o.words, func(t token) bool { return t.names() && t.capped && t.n > o.words[first].n }) || o.lang == de && o.words[first].text == "sie" && first+1 < len(o.words) && mayDo[o.words[first+1].text]&de != 0)
}

// mayDo are forms of verbs that say what somebody spoken of is to be able to do.
var mayDo = wordSets["mayDo"]

// copies is the part behind what is told that says who gets a copy: "…, with Tom in copy".
func (c *clause) copies() string {
	for i := c.content; i < len(c.words); i++ {
		if c.words[i].sign && i+1 < len(c.words) && c.hasAny(i, len(c.words), "copy", "cc", "bcc", "kopie", "copie", "copia", "cópia", "सीसी") {
			return c.text[min(len(c.text), max(0, c.words[i].at-c.words[0].at)):]
		}
	}
	return ""
}

// toldBy is the text that clause i announces: "write a note: …".
func (s *Said) toldBy(i int, call *Call) string {
	c := &s.clauses[i]
	var parts []string
	if c.content < len(c.words) {
		parts = append(parts, strings.TrimPrefix(c.text, c.upTo(c.content)))
	}
	if !c.tells {
		for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == c.sentence; j++ {
			if o := &s.clauses[j]; (o.bare() || call != nil && len(o.words) <= 3 && o.bareFor(call)) && o.negates() < 0 && !o.contrast {
				parts = append(parts, o.text)
			} else {
				break
			}
		}
		return strings.Join(parts, " ")
	}
	for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == c.sentence; j++ {
		parts = append(parts, s.clauses[j].text)
	}
	return strings.Join(parts, " ")
}
