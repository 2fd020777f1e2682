package ask

import (
	"slices"
	"strings"
	"unicode"
)

// What the user forbids: by a negated verb, by words that keep a thing, by calling the act off.

// Forbidden reports whether the user bans the call, and does not ask for it later.
func (s *Said) Forbidden(call *Call) bool {
	asked := 0 // the message that asks, without naming the object
	for i := len(s.clauses) - 1; i >= 0; i-- {
		c := &s.clauses[i]
		if asked > 0 && c.message < asked {
			return false
		}
		named := call.names(c.text)
		if _, ok := s.asks(i, call); ok && !s.leavesOut(i, call) && !s.overridden(i, call) {
			if named {
				return false
			}
			if asked == 0 {
				asked = c.message
			}
			continue
		}
		if (asked == 0 || named || s.leavesOut(i, call)) && s.bans(i, call) {
			return true
		}
	}
	return false
}

// leavesOut reports whether clause i asks for the act on all but an object of the call.
func (s *Said) leavesOut(i int, call *Call) bool {
	c := &s.clauses[i]
	return slices.ContainsFunc(c.apart, func(text string) bool { return call.names(text) && !c.insteadOfOther(text, call) })
}

// thingOf reports whether a noun for a deed is a thing that the tool works on: the Sendung of senden, the reserva of
// reservar.
func (c *clause) thingOf(v verb, a *Acts) bool {
	return v.form == naming && c.lang&(de|fr|it|es|pt) != 0 && a.isNoun(&c.words[v.at])
}

// otherNegated reports whether a verb of something else stands right behind the negation, or ends the clause.
func (c *clause) otherNegated(v verb, a *Acts) bool {
	n := c.negates()
	for i := n + 1; n >= 0 && i < len(c.words); i++ {
		if t := &c.words[i]; i != v.at && !t.capped && foreignVerb(t, c.lang) && !frequent(t, c.lang) {
			_, own := c.verb(i, a)
			return !own
		}
	}
	return false
}

// circumstance reports whether an English word that could be the verb is what a speaker's trouble comes of: "I can't sleep in
// this heat".
func (c *clause) circumstance(v verb, n int) bool {
	return v.lang == en && v.at > n+2 && n > 0 && (c.words[n-1].text == "i" || c.words[n-1].text == "we") && c.words[v.at-1].within&det != 0 && (c.words[v.at-2].text == "in" || c.words[v.at-2].text == "with")
}

// bans reports whether clause i forbids the call.
func (s *Said) bans(i int, call *Call) bool {
	c, a := &s.clauses[i], &call.Acts
	if c.kind == asking || c.kind == reported || c.kind == supposed {
		return false
	}
	named := call.names(c.text)
	if s.noUseFor(i, call) {
		return false
	}
	if s.leavesOut(i, call) && (s.actsOn(i, a) || a.alters || slices.ContainsFunc(c.apart, func(text string) bool { return speaks(text, c.lang, a) })) {
		return true
	}
	if c.verbOf >= 0 {
		if slices.ContainsFunc(call.Values, func(v Value) bool {
			return v.Shape == Code && !v.Free && !v.Said(c.text) && c.rival(v, call, 0, len(c.words))
		}) {
			return false // of another: "SP-4411, that one gets nothing"
		}
		if named && (c.negates() >= 0 || c.find(excepted, 0, len(c.words)) >= 0) && s.clauses[c.verbOf].kind == plain {
			return s.actsOn(c.verbOf, a)
		}
		return false
	}
	if k := c.find(keep, 0, c.content); named && a.alters && !a.keeps() && k >= 0 && !c.lets(k) && !c.bookedSo(k) && !slices.ContainsFunc(c.verbs(a), func(v verb) bool { return v.at == k && v.lang == hi && c.orders(v) }) && (c.negates() < 0 || c.hasAny(0, len(c.words), "touch", "toque", "toques", "touche", "touchez", "toccare", "mexa", "anfassen", "anrühren")) {
		return true
	}
	if c.calledOff(a) {
		return named || !c.specific(-1, a)
	}
	n := c.negates()
	if n < 0 || s.bansOther(i, call) || s.bansRest(i, call) {
		return false
	}
	verbs := c.verbs(a)
	if len(verbs) == 0 { // "delete no file, not even a.txt"
		return named && i > 0 && s.clauses[i-1].sentence == c.sentence && c.bare() && s.bans(i-1, &Call{Acts: *a})
	}
	for _, v := range verbs {
		if c.thingOf(v, a) && c.otherNegated(v, a) {
			continue // "die Sendung nicht stornieren" bans no sending
		}
		if c.lang == hi && c.tellsNot(v.at) || c.circumstance(v, n) || !named && (c.unableTo(v, n) || c.nobodyCan(n)) {
			continue
		}
		if !c.negated(v) && !c.noneOfIt(v, a) || c.find(hypothetical, 0, v.at) >= 0 && v.lang == en && n > v.at {
			continue
		}
		switch {
		case named:
			return true
		case v.form == done && v.lang == en && c.words[n].starts&nothing != 0 && !c.hasAny(n, v.at, "must", "should", "shall", "may", "can", "be", "is", "to", "let", "want", "have"):
			continue // "nobody wrote it down" tells what was
		case v.lang == en && c.statesNot(v, n):
			continue // "the car won't start"
		case v.form == telling && v.lang == en, v.strength < 2 && !a.hasNoun(slices.Concat(c.words[:v.at], c.words[v.at+1:])):
			continue
		case c.specific(v.at, a), c.find(others, 0, len(c.words)) >= 0, c.find(bounding, 0, len(c.words)) >= 0:
			continue // it names something else
		}
		return true
	}
	return false
}

// tellsNot reports whether a Hindi word that may be a verb for the act tells no more than how things are not, or what somebody is not
// able to do: "तबीयत ठीक नहीं है", "बैठने नहीं देता", "गाड़ी नहीं चला पाऊँगा", "रात भर सोया नहीं".
func (c *clause) tellsNot(i int) bool {
	word := func(k int) string {
		if k < 0 || k >= len(c.words) {
			return ""
		}
		return c.words[k].text
	}
	switch {
	case word(i) == "भर":
		return spans[word(i-1)]
	case word(i+1) == "नहीं" && copulas[word(i+2)]:
		return !strings.HasSuffix(word(i), "ना") && !strings.HasSuffix(word(i), "नी") && !strings.HasSuffix(word(i), "ने")
	case word(i-1) == "नहीं" && (word(i) == "देता" || word(i) == "देती" || word(i) == "देते"):
		return true
	}
	return strings.HasPrefix(word(i+1), "पाऊँ") || strings.HasPrefix(word(i+1), "पाऊं")
}

// spans are times that something lasts all through.
var spans = set("रात दिन साल हफ़्ते हफ्ते महीने उम्र")

// bookedSo reports whether a Thai word for keeping only says of a thing that it was booked: "หนูมีจอง HUT77 ไว้".
func (c *clause) bookedSo(k int) bool {
	return c.words[k].text == "ไว้" && slices.ContainsFunc(c.words[:k], func(t token) bool { return booked[t.text] })
}

// keptBefore reports whether each Thai word for keeping only says of a thing that it was booked or that money was taken for
// it: "เราจอง R-5 ไว้", "โดนเก็บเงิน INV-2 ซ้ำ".
func (c *clause) keptBefore() bool {
	if c.lang&th == 0 {
		return false
	}
	for k := range c.words {
		t := &c.words[k]
		if t.starts&keep == 0 || c.bookedSo(k) {
			continue
		}
		taken := t.text == "เก็บ" && k+1 < len(c.words) && (takenBy[c.words[k+1].text] || k > 0 && (c.words[k-1].text == "โดน" || c.words[k-1].text == "ถูก"))
		if !taken {
			return false
		}
	}
	return true
}

// takenBy stand behind a Thai verb by which money is taken.
var takenBy = set("เงิน ค่า มา เกิน ซ้ำ")

// booked are Thai verbs for what is kept by being ordered.
var booked = set("จอง นัด สั่ง ลง สมัคร ลงทะเบียน")

// bansOther reports whether clause i forbids no more than what another argument of the tool does, which the call
// does not have: "don't change the portions for D-5" is no ban of another diet.
func (s *Said) bansOther(i int, call *Call) bool {
	c := &s.clauses[i]
	if len(call.Given) == 0 || c.negates() < 0 || c.find(nothing, 0, len(c.words)) >= 0 {
		return false
	}
	other := false
	for k := range c.words {
		t := &c.words[k]
		switch {
		case call.calls(t, call.Given):
			if k+1 >= len(c.words) || !slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Code && v.holdsWord(c, k+1, c.words[k+1].text) }) {
				return false
			}
		case call.calls(t, call.Left):
			other = true
		}
	}
	return other
}

// bansAnother reports whether clause i forbids the deed with no more than another number or another of a list than
// the call has, which clause j says in its place: "don't put 50 on V-9, put 30".
func (s *Said) bansAnother(i, j int, call *Call) bool {
	c, o := &s.clauses[i], &s.clauses[j]
	if c.negates() < 0 || c.find(nothing, 0, len(c.words)) >= 0 || c.sentence != o.sentence || o.negates() >= 0 || len(o.verbs(&call.Acts)) == 0 {
		return false
	}
	return slices.ContainsFunc(call.Values, func(v Value) bool {
		return !v.Said(c.text) && v.Said(o.text) && (v.Shape == Number && c.rival(v, call, 0, len(c.words)) || v.Shape == Choice && slices.ContainsFunc(v.Other, func(f func(string) bool) bool { return f(c.text) }))
	})
}

// bansDeed reports whether clause i forbids nothing but another tool's deed: "don't cancel X, just move it".
func (s *Said) bansDeed(i, j int, call *Call) bool {
	c, o := &s.clauses[i], &s.clauses[j]
	if c.negates() < 0 || c.find(nothing, 0, len(c.words)) >= 0 || c.sentence != o.sentence && !(c.message == o.message && (o.onlyThat() || o.instead())) || o.negates() >= 0 || len(o.verbs(&call.Acts)) == 0 && (o.verbOf < 0 || len(s.clauses[o.verbOf].verbs(&call.Acts)) == 0) || slices.ContainsFunc(c.verbs(&call.Acts), func(v verb) bool { return !c.thingOf(v, &call.Acts) && !call.othersDeed(v) }) {
		return false
	}
	return slices.ContainsFunc(call.Others, func(k Other) bool {
		return slices.ContainsFunc(c.verbs(&k.Acts), func(v verb) bool { return v.strength == 2 && c.negated(v) })
	})
}

// othersDeed reports whether a verb is one of the name of another tool of the run's, and not of this one's: to close a ticket
// may be to set its state, but one is there that closes them.
func (c *Call) othersDeed(v verb) bool {
	names := func(a *Acts) bool {
		return slices.ContainsFunc(a.named, func(n string) bool {
			return n == v.base || v.lang&(de|fr|it|es|pt) != 0 && verbForm(fold(n), v.base, v.lang) == ordering // résilier
		})
	}
	return v.base != "" && !names(&c.Acts) && slices.ContainsFunc(c.Others, func(k Other) bool { return names(&k.Acts) })
}

// instead reports whether the clause ends by saying that it is to be done in place of something else: "set it to low instead".
func (c *clause) instead() bool {
	n := len(c.words)
	for n > 0 && (c.words[n-1].sign || c.words[n-1].within&opener != 0 && instead[c.words[n-1].text] == 0) {
		n--
	}
	return n > 1 && instead[c.words[n-1].text]&c.lang != 0
}

// onlyThat reports whether the clause begins by saying that no more than what follows is to be done: "solo recójanlo".
func (c *clause) onlyThat() bool {
	at := c.hasOf(onlyWords, 0)
	return at >= 0 && at <= 1
}

// bansObject reports whether clause i forbids what another tool does to its own thing, by a verb that this one has, too,
// and clause j says what is to be done only: "don't change the glass of R-94; only move the pick-up".
func (s *Said) bansObject(i, j int, call *Call) bool {
	c, o := &s.clauses[i], &s.clauses[j]
	if c.negates() < 0 || c.find(nothing, 0, len(c.words)) >= 0 || c.message != o.message || o.negates() >= 0 || !o.onlyThat() || len(o.verbs(&call.Acts)) == 0 {
		return false
	}
	return slices.ContainsFunc(call.Others, func(k Other) bool {
		return slices.ContainsFunc(c.verbs(&k.Acts), func(v verb) bool { return v.strength == 2 && c.negated(v) }) &&
			slices.ContainsFunc(c.words, func(t token) bool { return k.Acts.isNoun(&t) && !call.isThing(&t) && !t.code() })
	})
}

// calls reports whether a word is one by which the tool calls some of its arguments.
func (c *Call) calls(t *token, words []string) bool {
	return (&Call{Params: words}).isParam(t)
}

// keeps reports whether the act keeps a thing for somebody: to keep it is to do it.
func (a *Acts) keeps() bool { return a.has("hold") || a.has("reserve") || a.has("keep") }

// speaks reports whether a text has a verb for the act.
func speaks(text string, l lang, a *Acts) bool {
	list := tokens(text)
	mark(list, l)
	return len((&clause{words: list, content: len(list), lang: l}).verbs(a)) > 0
}

// actsOn reports whether a clause, or that whose verb it takes, speaks of the act.
func (s *Said) actsOn(i int, a *Acts) bool {
	c := &s.clauses[i]
	if c.verbOf >= 0 {
		c = &s.clauses[c.verbOf]
	}
	return len(c.verbs(a)) > 0
}

// calledOff reports whether the clause calls the act off as a thing: "cancel my refund", "no
// refund needed", "hold the order", or as a deed: "stop ordering".
func (c *clause) calledOff(a *Acts) bool {
	for i := range c.words {
		t := &c.words[i]
		if i == 0 || t.sign || t.quoted || !c.deed(i, a) {
			continue
		}
		for j := i - 1; j >= 0 && j >= i-4; j-- {
			before := &c.words[j]
			if before.within&det != 0 || before.text == "need" || before.text == "for" || before.text == "any" || before.text == "with" || before.text == "de" {
				continue
			}
			if before.within&harmless != 0 {
				break
			}
			if before.within&stop != 0 && !a.stops(before, c.lang) && (before.starts&negator == 0 || before.text != "no") {
				return true
			}
			if before.starts&negator != 0 && before.text != "not" && before.text != "don't" && before.text != "never" {
				return !a.isNoun(t) || !a.stops(before, c.lang) // "skip my delivery" calls the delivery off, and not that
			}
			break
		}
	}
	return false
}

// stops reports whether a word that calls off is a verb for the act itself.
func (a *Acts) stops(t *token, l lang) bool {
	if slices.Contains(a.verbs, t.text) || slices.Contains(a.weak, t.text) || slices.ContainsFunc(a.verbs, func(v string) bool { return strings.HasPrefix(v, t.text+"+") }) {
		return true
	}
	for k, list := range a.stems {
		if k&l != 0 && slices.ContainsFunc(list, func(s stem) bool { return strings.HasPrefix(t.fold, s.text) }) {
			return true
		}
	}
	return false
}

// deed reports whether a word is a form of a verb of the tool's own name.
func (c *clause) deed(i int, a *Acts) bool {
	if c.lang&en != 0 && slices.ContainsFunc(a.named, func(v string) bool { return english(c.words[i].text, v) != noForm }) {
		return true
	}
	for l, list := range a.stems {
		if c.lang&l == 0 || l == hi || l == th || falseFriends[c.words[i].text] {
			continue
		}
		if slices.ContainsFunc(list, func(s stem) bool { f := verbForm(c.words[i].fold, s.text, l); return f == naming }) {
			return true
		}
	}
	return false
}

// forbids reports whether an English clause begins by forbidding what its verb says: "don't forward it to Eve".
func (c *clause) forbids(v verb) bool {
	n := c.negates()
	return v.lang == en && v.form == ordering && n >= 0 && v.at == n+1 && forbids[c.words[n].text] && c.find(speaker|subject|know|report|hypothetical|question, 0, v.at) < 0
}

// specific reports whether words besides one name one thing: a number, a name, an address.
func (c *clause) specific(at int, a *Acts) bool {
	for i := range c.words {
		t := &c.words[i]
		if i == at || t.sign {
			continue
		}
		if t.text == "one" && i > 0 && (c.words[i-1].text == "that" || c.words[i-1].text == "this") {
			return true
		}
		if t.quoted || strings.ContainsFunc(t.text, unicode.IsDigit) || strings.ContainsAny(t.text, "@/_") || strings.Contains(t.text, ".") ||
			t.capped && i > 0 && c.lang&de == 0 && t.within == 0 && !a.isNoun(t) {
			return true
		}
		// "to globex", "an globex"
		if i > 0 && c.words[i-1].within&(target|source) != 0 && t.within == 0 && !a.isNoun(t) && knownIn[t.text] == 0 && !t.verb && !foreignVerb(t, c.lang) {
			return true
		}
	}
	return false
}
