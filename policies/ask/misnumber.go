package ask

import (
	"slices"
	"strings"
)

// misnumbered reports whether a number of a call stands in its order only where it says another of the tool's
// numbers: of "pitch 3 for 4 nights" 3 is no number of nights, and 4 no pitch. What decides is the part of the clause
// that says the most of the call.
func (c *clause) misnumbered(call *Call, inside []Value) bool {
	if !slices.ContainsFunc(inside, func(v Value) bool { return v.Shape == Number && !v.Free }) {
		return false
	}
	best := c.fullest(inside)
	for _, v := range inside {
		if v.Shape != Number || v.Free {
			continue
		}
		where := best
		if slices.ContainsFunc(inside, func(o Value) bool { return o.Name != v.Name && o.Text == v.Text }) {
			where = c // "levels 2 and 3 two euros each": another part may say it
		}
		if where.saysAnother(v, call) {
			return true
		}
	}
	return false
}

// fullest is the part of the clause that says the most of some values.
func (c *clause) fullest(values []Value) *clause {
	best, most := &clause{lang: c.lang}, 0
	for _, words := range c.parts() {
		text, n := textOf(c, words), 0
		for _, v := range values {
			if v.Said(text) {
				n++
			}
		}
		if n > most {
			best, most = &clause{words: words, lang: c.lang, text: text, content: len(words)}, n
		}
	}
	return best
}

// saysAnother reports whether the clause says a number nowhere but for another argument.
func (c *clause) saysAnother(v Value, call *Call) bool {
	mine, other := 0, 0
	for i := range c.words {
		_, end := numeral(c.words, i, c.lang)
		if amountForm.MatchString(c.words[i].text) {
			end = i + 1
		}
		if end <= i || c.words[i].sign || !v.Said(textOf(c, c.words[i:end])) {
			continue
		}
		if c.numbers(i, end, v, call) {
			other++
		} else {
			mine++
		}
	}
	return other > 0 && mine == 0
}

// numbers reports whether what stands around the number of some words is of another argument than v: the unit that
// the other counts in, its name before the number, or no unit where another number has the one that v counts in.
func (c *clause) numbers(from, end int, v Value, call *Call) bool {
	if end < len(c.words) && !c.words[end].sign && inUnitOf(v.Name, c.words[end].text) || from > 0 && called(v.Name, c.words[from-1].text) {
		return false
	}
	if slices.ContainsFunc(call.Values, func(o Value) bool {
		return o.Name != v.Name && o.Shape == Number && (end < len(c.words) && !c.words[end].sign && inUnitOf(o.Name, c.words[end].text) || from > 0 && called(o.Name, c.words[from-1].text))
	}) {
		return true
	}
	if !slices.ContainsFunc(call.Values, func(o Value) bool { return o.Name != v.Name && o.Shape == Number && !o.Free }) {
		return false
	}
	for i := 0; i+1 < len(c.words); i++ {
		if (i < from || i >= end) && amountForm.MatchString(c.words[i].text) && inUnitOf(v.Name, c.words[i+1].text) && unitBase(c.words[i+1].text) != "" && !currencies[c.words[i+1].text] && !v.Said(c.words[i].text) {
			return true
		}
	}
	return false
}

// inUnitOf reports whether a word behind a number says that it is of an argument: the nights of nights.
func inUnitOf(name, word string) bool { return countsIn(name, word) || called(name, word) }

// misnamed reports whether the message of clause i says a value nowhere but as what another argument is called: "assign
// gate B12 to LX44" names no flight B12.
func (s *Said) misnamed(i int, call *Call) bool {
	for _, v := range call.Values {
		if v.Free || v.Shape == Choice || v.Shape == Moment || v.Shape == Mail {
			continue
		}
		mine, other := 0, 0
		for j := s.firstOf(i); j < len(s.clauses) && s.clauses[j].message == s.clauses[i].message; j++ {
			c := &s.clauses[j]
			for k := range c.words {
				switch t := &c.words[k]; {
				case t.sign || !v.isAt(c, k) || k > 0 && v.isAt(c, k-1):
				case c.calledElse(k, v, call):
					other++
				default:
					mine++
				}
			}
		}
		if other > 0 && mine == 0 {
			return true
		}
	}
	return false
}

// calledElse reports whether the word before a value, or behind it in English, calls it by the name of another argument.
func (c *clause) calledElse(k int, v Value, call *Call) bool {
	name := func(n int) bool {
		if n < 0 || n >= len(c.words) || c.words[n].sign || n > 0 && finite[c.words[n-1].text]&c.lang != 0 {
			return false
		}
		word := &c.words[n]
		return word.within == 0 && !placing[word.text] && !named(v.Name, word) && slices.ContainsFunc(call.Values, func(o Value) bool {
			return o.Name != v.Name && (o.Shape != Number || v.Shape == Number) && (called(o.Name, word.text) || translated(v.Name) && named(o.Name, word)) && !o.holdsWord(c, n, word.text)
		})
	}
	if name(k-1) && !slices.ContainsFunc(c.verbs(&call.Acts), func(v verb) bool { return v.at == k-1 }) {
		return true
	}
	for k++; k < len(c.words) && v.isAt(c, k); k++ {
	}
	return c.lang&en != 0 && v.Shape == Word && name(k)
}

// isAt reports whether a value, or a part of it, stands at a word.
func (v *Value) isAt(c *clause, k int) bool {
	return v.Said(c.words[k].text) || v.Shape != Number && v.holdsWord(c, k, c.words[k].text)
}

// translated reports whether it is known how other languages call an argument.
func translated(argument string) bool {
	return slices.ContainsFunc(NameWords(argument), func(w string) bool { return thingBegins[w] != nil })
}

// named reports whether a word is one by which an argument is called, in any language.
func named(argument string, t *token) bool {
	return called(argument, t.text) || slices.ContainsFunc(NameWords(argument), func(w string) bool {
		return slices.ContainsFunc(thingBegins[w], func(b string) bool { return len(b) > 3 && strings.HasPrefix(t.fold, b) })
	})
}

// called reports whether a word is one by which an argument is called.
func called(name, word string) bool {
	return len(word) > 2 && slices.ContainsFunc(NameWords(name), func(w string) bool {
		return len(w) > 2 && strings.TrimSuffix(w, "s") == strings.TrimSuffix(word, "s")
	})
}
