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
	var best clause
	most := 0
	for _, words := range c.parts() {
		text, n := textOf(c, words), 0
		for _, v := range inside {
			if v.Said(text) {
				n++
			}
		}
		if n > most {
			best, most = clause{words: words, lang: c.lang, text: text, content: len(words)}, n
		}
	}
	for _, v := range inside {
		if v.Shape != Number || v.Free {
			continue
		}
		where := &best
		if slices.ContainsFunc(inside, func(o Value) bool { return o.Name != v.Name && o.Text == v.Text }) {
			where = c // "levels 2 and 3 two euros each": another part may say it
		}
		if where.saysAnother(v, call) {
			return true
		}
	}
	return false
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

// called reports whether a word is one by which an argument is called.
func called(name, word string) bool {
	return len(word) > 2 && slices.ContainsFunc(NameWords(name), func(w string) bool {
		return strings.TrimSuffix(w, "s") == strings.TrimSuffix(word, "s")
	})
}
