package ask

import (
	"slices"
	"strings"
	"time"
)

// A span of time of which one end is put right keeps the other.

// otherEnd reports whether clause i puts one end of a span right, by a word that says which, and a value is the other as the
// order says it: "from 4 to 16 January. Sorry, I mean until 18 January".
func (s *Said) otherEnd(i int, v Value, call *Call) bool {
	c := &s.clauses[i]
	if !c.corrects || c.verbOf < 0 || v.Shape != Moment || v.Said(c.text) {
		return false
	}
	var said []Value
	for _, w := range call.Values {
		if w.Shape == Moment && w.Name != v.Name && (w.Said(c.text) || w.dayIn(c.text)) {
			said = append(said, w)
		}
	}
	if len(said) != 1 || said[0].Role == v.Role {
		return false
	}
	is := func(set map[string]lang) bool {
		return slices.ContainsFunc(c.words, func(t token) bool { return set[t.text]&c.lang != 0 })
	}
	until, since := is(spanEnds), is(spanBegins)
	switch {
	case said[0].Role == To && v.Role == From && until && !since, said[0].Role == From && v.Role == To && since && !until:
		return s.clauses[c.verbOf].atEnd(v)
	}
	return false
}

// atEnd reports whether a moment stands before the word between the two ends of a span of the clause, if that is its
// argument's end, or behind it: "from 4 January to 16 January".
func (c *clause) atEnd(v Value) bool {
	for k := 1; k+1 < len(c.words); k++ {
		if (spanEnds[c.words[k].text]|spanMiddles[c.words[k].text])&c.lang == 0 {
			continue
		}
		left, right := textOf(c, c.words[:k]), textOf(c, c.words[k:])
		before, behind := v.Said(left), v.Said(right)
		before = before || !behind && c.firstDay(v, k) // "du 4 au 16 janvier"
		if before != behind && before == (v.Role == From) {
			return true
		}
	}
	return false
}

// firstDay reports whether the number of a moment's day stands before a word, behind one that begins a span.
func (c *clause) firstDay(v Value, end int) bool {
	for i := 1; i < end; i++ {
		day, ok := dayAlone(c.words, i)
		if !ok {
			day = strings.TrimRight(c.words[i].text, ".")
		}
		if len(v.Text) == len(time.DateOnly) && day == strings.TrimLeft(v.Text[8:], "0") && (spanBegins[c.words[i-1].text]&c.lang != 0 || c.words[i-1].text == "de") {
			return true
		}
	}
	return false
}

// spanBegins are words before the beginning of a span, spanEnds before its end, spanMiddles between the two.
var spanBegins, spanEnds, spanMiddles = wordSets["spanBegin"], wordSets["spanEnd"], wordSets["spanMiddle"]
