package ask

import (
	"slices"
	"strings"
)

// Whom a name stands for: not who gets it, but whose sister they are, who lent it, or on whose behalf it is done.

// anothers reports whether a name of a call stands nowhere in the clause but where it says whose somebody is, "Paul's sister",
// "la sœur de Paul", or, where the call has it as the one who gets something, who did something, "the 50 that Paul lent me", or
// beside the one who gets it: "send 50 to Anna on behalf of Paul".
func (c *clause) anothers(v Value, call *Call) bool {
	if v.Shape != Word || v.Free {
		return false
	}
	some := false
	for i := 0; i < len(c.words); i++ {
		end := c.nameAt(v, i)
		if end == i {
			continue
		}
		some = true
		if !c.ofKin(i, end) && !(v.Role == To && (c.relatesTo(i) || c.byOther(i, call))) {
			return false
		}
		i = end - 1
	}
	return some
}

// nameAt returns where a name ends that begins at a word and is all of a value, i if none does.
func (c *clause) nameAt(v Value, i int) int {
	const most = 6 // words
	name := strings.ToLower(v.Text)
	if t := &c.words[i]; t.sign || t.quoted || !strings.HasPrefix(name, strings.TrimSuffix(t.text, "'s")) && !v.Said(t.text) {
		return i
	}
	for end := i + 1; end <= len(c.words) && end <= i+most && !c.words[end-1].sign; end++ {
		if v.Said(strings.TrimSuffix(textOf(c, c.words[i:end]), "'s")) {
			return end
		}
	}
	return i
}

// ofKin reports whether the name in some words only says whose brother, colleague or neighbour somebody is.
func (c *clause) ofKin(from, end int) bool {
	if c.lang == hi {
		return end+1 < len(c.words) && hindiOf[c.words[end].text] && strings.HasPrefix(c.words[end].text, "क") && (kin[c.words[end+1].text]&hi != 0)
	}
	if c.lang&en != 0 && possessive(c.words[end-1].text) {
		return end < len(c.words) && kin[c.words[end].text]&en != 0
	}
	i := from - 1
	for i > 0 && (c.words[i].within&det != 0 && !ofWords[c.words[i].text] || salutes[c.words[i].text] || titles[c.words[i].text]) {
		i--
	}
	if i < 1 || !ofWords[c.words[i].text] && c.words[i].text != "of" && c.words[i].text != "ของ" {
		return false
	}
	return kin[c.words[i-1].text]&c.lang != 0
}

// relatesTo reports whether a name is who does something in a relative clause: "the 50 that Paul lent me", "los 50 que me prestó Paul".
func (c *clause) relatesTo(from int) bool {
	const most = 4 // words between
	for i := from - 1; i >= max(1, from-most); i-- {
		t := &c.words[i]
		switch {
		case t.sign || t.within&target != 0 && t.within&(source|pronoun|speaker) == 0 && !clings[t.text]:
			return false
		case relatives[t.text]&c.lang != 0:
			return c.words[i-1].names() || digit(c.words[i-1].text) || currencies[c.words[i-1].text]
		}
	}
	return false
}

// byOther reports whether somebody else is who gets it: a name behind "to" that the call does not have, and no such word stands
// before the name that begins at a word, nor the verb.
func (c *clause) byOther(from int, call *Call) bool {
	if c.side(from) == To || from == 0 || from == c.opened()+1 || c.words[from].code() || digit(c.words[from].text) {
		return false
	}
	if p := c.preposition(from); p >= 0 && c.words[p].within&target != 0 && !slices.ContainsFunc(c.words[p:from], func(t token) bool { return t.capped && kin[t.text] == 0 || ofWords[t.text] || t.text == "of" }) {
		return false
	}
	for i := range c.words {
		t := &c.words[i]
		if i != from && !t.sign && !t.quoted && t.capped && t.names() && !t.code() && kin[t.text] == 0 && !dayNames[t.text] && !monthWord(t.text) && !call.isThing(t) && c.side(i) == To && (c.lang&de == 0 || c.words[i-1].text == "an") &&
			!slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, i, t.text) }) {
			return true
		}
	}
	return false
}

// kin are those who are somebody's.
var kin = wordSets["kin"]

var (
	salutes = set("herr herrn frau monsieur madame signor signora señor señora senhor senhora don doña dona คุณ") // before names
	clings  = set("me mi m' mir te ti")                                                                           // before verbs
)

// deedBefore reports whether the clause before clause i, in its sentence, orders the act itself: "send 50 to Anna (and let Paul
// know)".
func (s *Said) deedBefore(i int, a *Acts) bool {
	if i == 0 || s.clauses[i-1].sentence != s.clauses[i].sentence {
		return false
	}
	o := &s.clauses[i-1]
	return slices.ContainsFunc(o.verbs(a), func(v verb) bool { return v.base != "know" && o.orders(v) })
}

// leftAlone reports whether clause i asks for something with another thing, and the value stands nowhere in its sentence but
// where it is to be left: "laisse la porte d'entrée, déverrouille l'abri".
func (s *Said) leftAlone(i int, v Value, call *Call) bool {
	if v.Shape != Word && v.Shape != Code || v.Said(s.clauses[i].text) {
		return false
	}
	left := false
	for j := range s.clauses {
		o := &s.clauses[j]
		if o.sentence != s.clauses[i].sentence || !v.Said(o.text) {
			continue
		}
		at := o.opened()
		if j == i || at >= len(o.words) || o.words[at].starts&keep == 0 || o.leavesPart(v, &s.clauses[i], call) {
			return false
		}
		left = true
	}
	return left && !s.clauses[i].points(s.clauses[i].words)
}

// leavesPart reports whether the clause leaves one part of a thing alone, and an order another part that an argument of the call
// is called by: "don't touch the arrival date of ST-7775, just move the departure to 6 January".
func (c *clause) leavesPart(v Value, order *clause, call *Call) bool {
	of := slices.IndexFunc(c.words, func(t token) bool { return t.text == "of" })
	if c.lang&en == 0 || of < 1 || !partNames[c.words[of-1].text] || !v.Said(textOf(c, c.words[of+1:])) || order.hasAny(0, len(order.words), "of", "on", "for") || order.hasOf(mineOwn, 0) >= 0 {
		return false
	}
	return slices.ContainsFunc(call.Values, func(o Value) bool {
		return o.Name != v.Name && o.Said(order.text) && slices.ContainsFunc(NameWords(o.Name), func(w string) bool { return partNames[w] && order.hasWord(w, 0) && !c.hasWord(w, 0) })
	})
}

// partNames are words for what a thing has one of, and can be changed alone.
var partNames = set("arrival departure start end beginning date day time hour check-in check-out pickup return name address size length price")

// setAside reports whether the value at a word begins a part behind a comma that only says something of it, and another of its kind
// stands before that: ", K942 ya tiene lo suyo", ", suo fratello Max mangia tutto", ", à 19 degrés je gèle".
func (c *clause) setAside(i int, v Value, call *Call) bool {
	at, kinsman, placed := i-1, false, false
	for at > 0 && at > i-4 && !c.words[at].sign {
		t := &c.words[at]
		if kinsman, placed = kinsman || kin[t.text]&c.lang != 0, placed || placing[t.text]; kin[t.text]&c.lang == 0 && t.within&det == 0 && !placing[t.text] {
			return false
		}
		at--
	}
	end := c.nameAt(v, i)
	for end < len(c.words) && (unitWords[c.words[end].text] || unitBase(c.words[end].text) != "" || measured[c.words[end].text] != nil) {
		end++
	}
	if at < 1 || !c.words[at].sign || c.words[at].text != "," || end+1 >= len(c.words) || c.words[end].sign || !c.rival(v, call, 0, at) {
		return false
	}
	next := &c.words[end]
	switch {
	case kinsman:
		return !placing[next.text] && next.within&(and|target) == 0
	case placed:
		return next.starts&(speaker|subject) != 0 && next.within&det == 0 || next.within == 0 && !next.capped && knownIn[next.text] == 0
	}
	return alreadys[next.text]&c.lang != 0 && c.negates() < 0 || c.lang == hi && next.text == "तो"
}

// alreadyHas reports whether the clause begins with a name and goes on by what is so already: "Meg ya lo tiene".
func (c *clause) alreadyHas() bool {
	at := c.hasOf(alreadys, 1)
	return at > 0 && at <= 2 && at+1 < len(c.words) && c.words[at-1].capped && !c.words[at+1].sign && c.negates() < 0
}

// mineToDo reports whether a verb is what somebody wants the user to do: "on voudrait que je déplace R-4", "कि मैं … कर दूँ".
func (c *clause) mineToDo(v verb) bool {
	const near = 3 // words, where the verb does not stand last
	for i := v.at - 2; i >= 0 && !c.words[i+1].sign && (i >= v.at-near || v.lang&(de|hi) != 0); i-- {
		if thatWords[c.words[i].text] && mySubjects[c.words[i+1].text] {
			return true
		}
	}
	return false
}

// thatWords begin what somebody wants, mySubjects are words for the user who does it.
var thatWords, mySubjects = set("que qu' che dass daß कि"), set("je j' io yo eu ich मैं")
