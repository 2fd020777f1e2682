package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// People put right what they said in more words than any list has: "Extend U-14 by 3 months. Well, 4." A short
// clause behind an order that has no verb, and says another number or another of a list, leaves the order open.

// unsettled reports whether a later sentence of its message says, in a word or two, something else for a value that
// clause i has.
func (s *Said) unsettled(i int, call *Call) bool {
	const most = 7 // words
	c := &s.clauses[i]
	if s.sharedBefore(i, call) {
		return true
	}
	for j := c.since(i) + 1; j < len(s.clauses); j++ {
		o := &s.clauses[j]
		if o.message != c.message {
			break
		}
		if o.sentence != c.sentence && len(o.words) <= most && o.find(negator, 0, len(o.words)) >= 0 && slices.ContainsFunc(call.Values, func(v Value) bool {
			return v.Shape == Choice && !v.Said(c.text) && SaysChoice(v.Text, o.text)
		}) {
			return true // "he's no beginner"
		}
		if slices.ContainsFunc(call.Values, func(v Value) bool { return v.Said(c.text) && o.limits(v, call) }) || o.sentence == c.sentence && (o.cameAbout() || o.contrast && c.cameFor()) {
			return true
		}
		if o.sentence != c.sentence && o.soft() > 0 && !o.corrects && !o.verbFirst() && c.rewrites == 0 && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Code && v.Said(c.text) && !v.Said(o.text) && o.otherOf(v) }) {
			return true // "Oh sorry, V-503 was mine"
		}
		if o.hasOf(meantWords, 0) >= 0 && o.sentence != c.sentence && c.rewrites == 0 && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Code && v.Said(c.text) && !v.Said(o.text) && o.otherOf(v) }) {
			return true // "A-57 meinte ich"
		}
		if o.sentence != c.sentence && !o.asked && s.slips(j) && slices.ContainsFunc(call.Values, func(v Value) bool {
			return v.Shape == Choice && v.Said(c.text) && !v.Said(o.text) && v.otherSaid(o.text)
		}) {
			return true // "Uy, qué digo, la cremallera"
		}
		if o.sentence == c.sentence || len(o.answering().words) == 0 || o.corrects || o.offered || o.joins != c.joins || o.asked || o.kind == asking || o.negates() >= 0 || o.beforeThanks() > most || o.stays() {
			continue
		}
		if o.prefers(call) {
			return true
		}
		if o.tellsOf(call) || o.mineStill(call) {
			continue
		}
		if ends := j+1 == len(s.clauses) || s.clauses[j+1].sentence != o.sentence; ends && o.bare() && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Said(c.text) && !v.Said(o.text) && o.otherOf(v) }) {
			return true
		}
		if o.verbFirst() || slices.ContainsFunc(o.words, func(t token) bool { return t.code() && !call.mentions(t.text) }) {
			continue // of another thing
		}
		for _, v := range call.Values {
			if v.Said(c.text) && !v.Said(o.text) && (v.Shape == Number && o.otherNumber(v, c, call) || v.Shape == Choice && o.otherChoice(v)) {
				return true
			}
		}
	}
	return false
}

// beforeThanks is the number of words in front of thanks and a signature behind a comma: "so please 4, cheers, Dave".
func (c *clause) beforeThanks() int {
	for i := 1; i+1 < len(c.words); i++ {
		if c.words[i].sign && (gratitude[c.words[i+1].text]|courtesy[c.words[i+1].text])&c.lang != 0 {
			return i
		}
	}
	return len(c.words)
}

// cameAbout reports whether a clause says against the one before it that something has come about already: "mas já
// caíram na conta".
func (c *clause) cameAbout() bool {
	return c.contrast && !c.asked && c.lang&(fr|it|es|pt) != 0 && c.hasOf(alreadys, 0) >= 0 && !c.verbFirst() && c.find(frame|know|meanwhile, 0, len(c.words)) < 0
}

var alreadys = wordSets["already"]

// mineStill reports whether the clause says that the user still needs another thing, or does it with their own hands:
// "A-57 brauche ich noch", "la R-108 la pago yo mismo".
func (c *clause) mineStill(call *Call) bool {
	return c.soft() == 0 && c.hasOf(ownSubjects, 0) >= 0 && (c.hasOf(stillWords, 0) >= 0 || c.hasOf(selves, 0) >= 0) && !call.names(c.text)
}

// meantWords say that something else was meant.
var meantWords = wordSets["meant"]

// stillWords say that something lasts.
var stillWords = wordSets["lasting"]

// tellsOf reports whether a clause says more than what puts another right would: besides openers, numbers and what stands
// before nouns it has three words or more. "O pessoal da empresa chega às 11."
func (c *clause) tellsOf(call *Call) bool {
	const most = 2 // words beside what is put right
	n := 0
	for i := range c.words {
		t := &c.words[i]
		if t.sign || t.within&(opener|oops|amend|det|and|contrast|pronoun|target|source|negator|later|again) != 0 || placing[t.text] || digit(t.text) || t.code() || spoken.Month(t.text) > 0 || dayNames[t.text] || call.isThing(t) {
			continue
		}
		n++
	}
	return n > most
}

// limits reports whether a clause asks for no more than another number of the same: "… but order only 7 of them".
func (c *clause) limits(v Value, call *Call) bool {
	if v.Shape != Number || v.Said(c.text) || c.kind != plain || c.negates() >= 0 || !slices.ContainsFunc(c.words, func(t token) bool { return onlyWords[t.text]&c.lang != 0 }) {
		return false
	}
	return c.rival(v, call, 0, len(c.words)) && len(c.verbs(&call.Acts)) > 0 && !slices.ContainsFunc(call.Values, func(o Value) bool { return o.Shape == Choice && c.otherChoice(o) }) &&
		!slices.ContainsFunc(c.words, func(t token) bool { return t.code() && !call.mentions(t.text) })
}

// inVain reports whether clause i says what is needed, and a clause that stands against it that there is none: "we'd need three
// more, but there's no money".
func (s *Said) inVain(i int) bool {
	c := &s.clauses[i]
	if needed, _ := c.needs(); needed < 0 {
		return false
	}
	if slices.ContainsFunc(c.apart, func(text string) bool {
		return slices.ContainsFunc(tokens(text), func(t token) bool { return finite[t.text]&c.lang != 0 })
	}) {
		return true // "pero no hay presupuesto"
	}
	if i+1 >= len(s.clauses) {
		return false
	}
	next := &s.clauses[i+1]
	return next.sentence == c.sentence && next.contrast && (next.negates() >= 0 || next.find(nothing, 0, len(next.words)) >= 0) && !next.verbFirst()
}

// onlyWords say that it is no more than what follows.
var onlyWords = wordSets["only"]

// slips reports whether the sentence of clause j begins with a word by which people put themselves right.
func (s *Said) slips(j int) bool {
	for j > 0 && s.clauses[j-1].sentence == s.clauses[j].sentence {
		j--
	}
	c := &s.clauses[j]
	return len(c.words) > 0 && c.words[0].within&oops != 0
}

// otherSaid reports whether a text says another member of the list than a choice.
func (v *Value) otherSaid(text string) bool {
	return slices.ContainsFunc(v.Other, func(said func(string) bool) bool { return said(text) })
}

// otherOf reports whether a clause without a verb says another moment than a value, or the number of another
// thing of its kind: "Cancel L-620. Mea culpa, L-602."
func (c *clause) otherOf(v Value) bool {
	if v.Shape == Moment {
		return v.otherMoment(c.text)
	}
	return v.Shape == Code && slices.ContainsFunc(c.words, func(t token) bool { return t.code() && pattern(t.text) == pattern(strings.ToLower(v.Text)) })
}

// pattern is a code with a 0 for each of its digits.
func pattern(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '0'
		}
		return r
	}, code)
}

// otherNumber reports whether a clause has nothing beside a number that no value of the call is but its unit, the one
// that it has in the order.
func (c *clause) otherNumber(v Value, order *clause, call *Call) bool {
	for i := range c.words {
		t := &c.words[i]
		if t.starts&(speaker|subject) != 0 || i > c.opened() && finite[t.text]&c.lang != 0 && t.within&(det|target|source) == 0 {
			return false
		}
		_, end := numeral(c.words, i, c.lang)
		if amountForm.MatchString(t.text) {
			end = i + 1
		}
		if end <= i || articles[t.text] || c.ofThanks(i, end) || slices.ContainsFunc(call.Values, func(o Value) bool { return o.Said(textOf(c, c.words[i:end])) }) {
			continue
		}
		if end == len(c.words) || c.words[end].sign || c.words[end].within&opener != 0 || i == c.opened() && finite[c.words[end].text]&c.lang != 0 {
			return true
		}
		if w := c.words[end].text; order.hasWord(w, 0) || currencies[w] {
			return true
		}
	}
	return false
}

// ofThanks reports whether a number says how great the thanks are: "grazie mille", "mil gracias".
func (c *clause) ofThanks(from, to int) bool {
	return from > 0 && gratitude[c.words[from-1].text]&c.lang != 0 || to < len(c.words) && gratitude[c.words[to].text]&c.lang != 0
}

// otherChoice reports whether a clause that tells nothing of anybody says another of a list.
func (c *clause) otherChoice(v Value) bool {
	return !slices.ContainsFunc(c.words, func(t token) bool {
		return t.starts&(speaker|subject) != 0 || finite[t.text]&c.lang != 0 && t.within&(det|target|source) == 0
	}) && v.otherSaid(c.text)
}

// prefers reports whether the clause says of a thing that the call does not have that it is the one, or instead.
func (c *clause) prefers(call *Call) bool {
	other := slices.ContainsFunc(c.words, func(t token) bool { return t.code() && !call.mentions(t.text) })
	return other && !c.verbFirst() && slices.ContainsFunc(c.words, func(t token) bool { return instead[t.text]&c.lang != 0 })
}

// instead are words by which one thing is taken for another.
var instead = wordSets["instead"]
