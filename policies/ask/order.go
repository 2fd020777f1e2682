package ask

import (
	"slices"
	"strings"
)

// orders reports whether a verb of the clause is an order to do it.
func (c *clause) orders(v verb) bool {
	if c.kind != plain || v.at >= c.content || c.words[v.at].quoted {
		return false
	}
	if c.find(know, 0, v.at) >= 0 || c.onceDue(v) {
		return false
	}
	if c.offered {
		return c.offers(v)
	}
	if v.form == pledging {
		return true
	}
	if v.form == naming && (c.leadsDeed(v) || v.lang == hi || v.lang == th) {
		return c.leadsDeed(v)
	}
	switch v.lang {
	case en:
		return c.ordersEnglish(v) || c.ofWholeEnglish(v)
	case hi:
		return c.ordersHindi(v)
	case th:
		return c.ordersThai(v)
	}
	return c.ofWholeGerman(v) || c.ordersLatin(v)
}

// onceDue reports whether a verb says what once had to be done: "precisava ser bloqueado no ano passado", "needed to be
// cancelled yesterday".
func (c *clause) onceDue(v verb) bool {
	const near = 4 // words
	for j := max(0, v.at-near); j < v.at || v.lang == de && j < len(c.words); j++ {
		if t := &c.words[j]; j < len(c.words) && !t.quoted && wasBound[t.text]&c.lang != 0 {
			return c.formerly() || slices.ContainsFunc(c.words, func(t token) bool { return !t.quoted && pastDays[t.text]&c.lang != 0 })
		}
	}
	return false
}

// wasBound are words by which something had to be done, pastDays days that are over.
var (
	wasBound = wordSets["wasBound"]
	pastDays = wordSets["pastDay"]
)

// ordersEnglish tells orders by where the verb stands and by what stands before it.
func (c *clause) ordersEnglish(v verb) bool {
	f := c.frameBefore(v.at)
	if h := c.find(hypothetical, 0, v.at); h >= 0 && (f < 0 || h > f || !c.wants()) && c.words[h].text != "already" {
		return false
	}
	switch v.form {
	case ordering:
		if let := v.at - 2; v.base == "know" && v.at > 1 { // let Ann know
			for let > 0 && c.words[let].text != "let" {
				let--
			}
			return c.words[let].text == "let" && (c.headAt(let) || f >= 0 && f <= let && c.behindFrame(f, let))
		}
		if c.asThing(v.at) || v.at > 0 && c.words[v.at-1].within&det != 0 && c.words[v.at-1].starts&(opener|frame) == 0 {
			return c.wished(v.at) || c.given(v)
		}
		if c.headAt(v.at) || c.hasCome(v) {
			return true
		}
		return f >= 0 && c.behindFrame(f, v.at)
	case doing:
		if v.at > 0 && c.words[v.at-1].text == "by" && c.verbFirst() {
			return true // send it by sharing the folder
		}
		if c.needsDoing(v) {
			return true
		}
		if f < 0 {
			return false
		}
		switch c.words[v.at-1].text {
		case "mind", "appreciate", "needs", "need", "you", "your", "ahead", "of", "on", "start", "begin":
			return c.firstVerb(f, v.at)
		}
		return false
	case done:
		if c.asksPassive() == v.at || c.tersely(v) {
			return true
		}
		if c.permits(v) || c.causes(v, f) || c.toBe(v) {
			return true
		}
		if c.wasToBe(v) || f >= 0 && f == v.at-1 && c.words[f].text == "have" {
			return false // "would you have cancelled it?"
		}
		if f > 0 && somebodyAsked[c.words[f-1].text] && c.words[f].text == "have" {
			return false // "could somebody have cancelled it?"
		}
		if q := c.find(question, f, v.at); f < 0 || q >= 0 && c.words[q].text != "is" && c.words[q].text != "are" {
			return false
		}
		return c.firstVerb(f, v.at)
	case naming:
		return c.wished(v.at)
	}
	return false
}

// hasCome reports whether somebody is to be made to come and do it: "have someone come and clean".
func (c *clause) hasCome(v verb) bool {
	if v.at < 4 || c.words[v.at-1].text != "and" || !serials[c.words[v.at-2].text] {
		return false
	}
	i := c.opened()
	if f := c.frameBefore(v.at); f >= 0 {
		i = f
	}
	if i >= v.at || !bringers[c.words[i].text] || c.asked && i == c.opened() {
		return false
	}
	for j := i + 1; j < v.at-2; j++ {
		if t := &c.words[j]; t.sign || t.within&(det|subject|speaker|opener) == 0 && !t.thing && !t.noun && !somebodyAsked[t.text] && t.text != "of" && t.text != "your" && t.text != "to" {
			return false
		}
	}
	return true
}

// serials are English verbs before "and" that are one with the verb behind it, bringers those by which somebody is made
// to come.
var (
	serials  = set("come go round over out along by")
	bringers = set("have get send let ask")
)

// needsDoing reports whether the clause says that a thing needs the deed: "the trousers on T-95 need shortening".
func (c *clause) needsDoing(v verb) bool {
	if v.at < 2 || c.asked || c.words[v.at-1].text != "needs" && c.words[v.at-1].text != "need" {
		return false
	}
	for j := c.opened(); j < v.at-1; j++ { // what it is, and nobody who says so
		t := &c.words[j]
		if !t.sign && t.within&det == 0 && !t.code() && !digit(t.text) && !t.capped && !placing[t.text] && t.text != "of" && !t.noun && !t.thing && (j == 0 || c.words[j-1].within&det == 0) {
			return false
		}
	}
	return c.words[v.at-2].within&(opener|frame) == 0 && c.find(speaker|report|know|hypothetical|negator|question|subject|nothing, 0, v.at-1) < 0
}

var somebodyAsked = set("someone somebody")

// permits reports whether the clause says that a thing may be done away with, and no more: "S-14 can
// be discarded", "B8 can go".
func (c *clause) permits(v verb) bool {
	if c.asked || v.at < 2 || c.find(know|report|negator|question, 0, v.at) >= 0 {
		return false
	}
	for j := v.at + 1; j < len(c.words); j++ {
		if t := &c.words[j]; !t.sign && t.within&(opener|pronoun|again|and) == 0 {
			return false
		}
	}
	i := v.at - 1
	for i > 0 && (c.words[i].text == "be" || c.words[i].within&opener != 0) {
		i--
	}
	if i == 0 || c.words[i].text != "can" && c.words[i].text != "may" || c.words[v.at-1].text != "be" && v.base != "go" {
		return false
	}
	for j := c.opened(); j < i; j++ { // what it is, and nobody who says so
		t := &c.words[j]
		if t.starts&(speaker|frame|ifs) != 0 || t.verb && !t.noun || finite[t.text]&en != 0 || i-j > 6 {
			return false
		}
	}
	return true
}

// causes reports whether the clause asks to have it done: "have it towed", "get room 5 cleaned".
func (c *clause) causes(v verb, f int) bool {
	for i := v.at - 2; i >= 0 && i >= v.at-7; i-- {
		t := &c.words[i]
		if t.text != "have" && t.text != "get" && (t.text != "had" || f != i) || t.quoted {
			continue
		}
		return (i == c.opened() || c.words[i-1].sign || c.words[i-1].starts&and != 0 || f == i) && (!c.asked || f == i) && c.firstVerb(i+1, v.at)
	}
	return false
}

// frameBefore returns the first word behind the last frame before a word, −1 if there is
// none.
func (c *clause) frameBefore(at int) int {
	out := -1
	for i := 0; i < at; i++ {
		if c.words[i].starts&frame != 0 && !c.words[i].quoted {
			if end := span(c.words, i, frame); end <= at {
				out = end
			}
		}
	}
	return out
}

// headAt reports whether an English word is the verb that the clause begins with, but for
// what may stand before it.
func (c *clause) headAt(at int) bool {
	if c.ofWhole(at) {
		return true
	}
	vocative := true // "Ann, delete it": a name before the verb
	for j := c.fronted(at); j < at; j++ {
		t := &c.words[j]
		switch {
		case t.sign, t.within&(opener|and) != 0, t.within&harmless != 0, t.within&frame != 0, t.within&later != 0:
		case t.starts&light != 0:
			for j+1 < at && (c.words[j+1].text == "to" || c.words[j+1].text == "and" || c.words[j+1].text == "sure" || c.words[j+1].text == "that" || c.words[j+1].text == "you" || c.words[j+1].text == "me" || c.words[j+1].text == "through" || c.words[j+1].text == "it") {
				j++
			}
		case t.text == "to" && at == j+1 && c.opened() < j && c.words[c.opened()].starts&light != 0:
		case j == 0 && t.capped && vocative && t.within&many == 0 && t.within&(target|source|det) == 0 && knownIn[t.text]&en == 0 && !possessive(t.text):
			vocative = false
		default:
			return false
		}
	}
	return true
}

// possessive reports whether an English word says whose the next thing is: Ann's.
func possessive(w string) bool {
	return strings.HasSuffix(w, "'s") && !copular[w] || strings.HasSuffix(w, "s'")
}

var copular = set("it's he's she's that's what's who's where's how's there's here's let's one's")

// fronted returns where what stands before the verb ends: "for 5532 just tell me", "to each
// user write".
func (c *clause) fronted(at int) int {
	i := c.opened()
	if i+1 >= at || !slices.Contains([]string{"for", "to", "from", "in", "on", "at", "of", "with", "about", "out"}, c.words[i].text) {
		return 0
	}
	if c.words[i+1].verb && c.words[i].text == "to" {
		return 0 // to cancel it would be wrong
	}
	for j := i + 1; j < at && j <= i+4; j++ {
		t := &c.words[j]
		if t.within&(opener|negator|speaker|question) != 0 || t.starts&other != 0 || t.verb && !t.noun && c.words[j-1].within&det == 0 {
			return j
		}
	}
	return min(at, i+5)
}

// behindFrame reports whether a verb is the one that a frame asks for: the first behind it,
// and done by the one who is asked: "I want Bob to pay" is for Bob.
func (c *clause) behindFrame(from, at int) bool {
	for j := from; j < at; j++ {
		t := &c.words[j]
		switch {
		case t.sign, t.within&(opener|and|frame|harmless|later) != 0, t.starts&light != 0:
		case t.text == "to", t.text == "you", t.text == "u", t.text == "me", t.text == "us", t.text == "for", t.text == "kindly", t.text == "that", t.text == "as":
		case somebodyAsked[t.text] && j+1 < at && c.words[j+1].text == "to": // I'd like someone to collect it
		default:
			return false
		}
	}
	return true
}

// firstVerb reports whether no other verb stands between a frame and the one asked for.
func (c *clause) firstVerb(from, at int) bool {
	for j := from; j < at; j++ {
		t := &c.words[j]
		if t.sign || t.quoted {
			continue
		}
		if t.starts&(subject|report|question) != 0 && t.text != "is" && t.text != "are" {
			return false
		}
		if (t.verb || t.starts&other != 0) && t.text != "have" && t.text != "get" && t.starts&light == 0 && !t.noun && !t.thing && t.within&(frame|opener) == 0 {
			return false
		}
	}
	return true
}

// asThing reports whether a word that may be a verb or a noun is one: "read the last mail".
func (c *clause) asThing(i int) bool {
	if !c.words[i].noun || i == 0 {
		return false
	}
	t := &c.words[i-1]
	switch {
	case slices.Contains([]string{"and", "then", "to", "please", "you", "kindly", "also", "or", "just", "u"}, t.text), t.sign:
		return false
	case t.within&det != 0, possessive(t.text):
		return true
	}
	return slices.ContainsFunc(c.words[:i], func(t token) bool { return t.starts&other != 0 || t.verb })
}

// given reports whether the clause asks for the deed as a thing to be given: "give room 5 a clean".
func (c *clause) given(v verb) bool {
	if !slices.Contains([]string{"a", "an", "another", "some", "of"}, c.words[v.at-1].text) {
		return false
	}
	for i := v.at - 2; i >= 0 && i >= v.at-7; i-- {
		t := &c.words[i]
		if t.text == "give" && !t.quoted {
			return (c.headAt(i) || c.frameBefore(i) >= 0 && c.behindFrame(c.frameBefore(i), i)) && i+1 < v.at-1 && c.words[i+1].within&speaker == 0
		}
		if t.sign || t.within&negator != 0 {
			return false
		}
	}
	return false
}

// wished reports whether a noun for a deed is what is asked for: "a refund for 1042, please",
// "I want a refund".
func (c *clause) wished(at int) bool {
	i := at - 1
	for i >= 0 && (c.words[i].within&(det|opener) != 0 || c.words[i].text == "immediate") && c.words[i].starts&frame == 0 {
		i--
	}
	if i >= 0 && c.words[i].within&frame != 0 {
		return i+1 < at
	}
	if i >= 1 && i < at-1 && c.words[i-1].text == "give" {
		return c.headAt(i-1) || c.frameBefore(i-1) >= 0
	}
	if i >= 0 && (c.words[i].text == "place" || c.words[i].text == "submit" || c.words[i].text == "have" || c.words[i].text == "get" || c.words[i].text == "make" || c.words[i].text == "issue" || c.words[i].text == "do" || carrying[c.words[i].text]) {
		return c.headAt(i) || c.frameBefore(i) >= 0
	}
	if i >= 0 || at == 0 || c.befell(at) || slices.ContainsFunc(c.words[at:], func(t token) bool { return finite[t.text]&en != 0 }) {
		return false // "the bill for Acme is 150" tells how things are
	}
	return at+1 >= len(c.words) || slices.Contains([]string{"for", "of", "to", "on", "now", "please"}, c.words[at+1].text)
}

// carrying are verbs by which a deed is carried out that a noun names: "process the cancellation of".
var carrying = set("process arrange organise organize initiate effect execute handle register")

func (c *clause) hasAny(from, to int, words ...string) bool {
	return slices.ContainsFunc(c.words[from:to], func(t token) bool { return slices.Contains(words, t.text) })
}

// toBe reports whether an English clause says that a thing is to be done: "crate 7 is to be moved".
func (c *clause) toBe(v verb) bool {
	return v.at > 3 && !c.asked && c.words[v.at-1].text == "be" && c.words[v.at-2].text == "to" && (c.words[v.at-3].text == "is" || c.words[v.at-3].text == "are") &&
		c.find(speaker|report|know|hypothetical|negator|question, 0, v.at-3) < 0 && c.find(report, v.at, len(c.words)) < 0
}

// wasToBe reports whether an English clause says that a thing was to be done: "W/3 was meant to be cancelled by my flatmate".
func (c *clause) wasToBe(v verb) bool {
	if v.at < 3 || c.words[v.at-1].text != "be" || c.words[v.at-2].text != "to" {
		return false
	}
	was := v.at - 3
	if was > 0 && (c.words[was].text == "meant" || c.words[was].text == "supposed" || c.words[was].text == "due") {
		was--
	}
	return c.words[was].text == "was" || c.words[was].text == "were"
}
