package ask

import (
	"slices"
	"strings"
)

// English statements with a negation that forbid nothing.

// cannots are English auxiliaries with a negation by which it is told what is not so; what is forbidden has others.
var cannots = set("can't cant cannot won't wont couldn't hasn't haven't hadn't isn't aren't wasn't weren't")

// slight are English verbs that say little of a deed by themselves, desiring those by which somebody does not want one.
var (
	slight   = set("get leave let make take put go come start look hold do have give bring keep stay stop see find catch set")
	desiring = set("want like wish need have let")
)

// statesNot reports whether an English clause only tells what somebody does not or cannot do: another verb is what is
// denied, "it hasn't stopped raining since we got back", somebody else does not do it, "the garage can't look at it", or the
// user says so with a verb of little sense: "I can't leave him alone".
func (c *clause) statesNot(v verb, n int) bool {
	aux := n
	if c.words[n].text == "not" && n > 0 && (tellsState[c.words[n-1].text] || c.words[n-1].text == "can" || c.words[n-1].text == "is" || c.words[n-1].text == "are") {
		aux = n - 1
	}
	if aux == n && !cannots[c.words[n].text] || v.at < n || c.find(know|report|content, 0, v.at) >= 0 {
		return false
	}
	for j := n + 1; j < v.at; j++ {
		t := &c.words[j]
		if desiring[t.text] {
			return false
		}
		if (t.verb || t.inflected()) && !t.noun && t.text != "be" && t.text != "been" && t.text != "being" {
			return true
		}
	}
	if v.form == done && v.at > 0 && (c.words[v.at-1].text == "be" || c.words[v.at-1].text == "been" || aux < n) {
		return false // "it can't be cancelled"
	}
	own, other := false, false
	for j := c.opened(); j < aux; j++ {
		t := &c.words[j]
		if t.text == "you" || t.text == "u" || t.sign {
			return false
		}
		own = own || t.starts&speaker != 0 && t.within&det == 0 || tellsState[t.text]
		other = true
	}
	if other && !own && !tellsState[c.words[aux].text] {
		return true
	}
	if !slight[v.base] || v.at+1 >= len(c.words) {
		return false
	}
	next := &c.words[v.at+1]
	return !pointing[next.text] || next.within&det != 0 && v.at+2 < len(c.words) && !c.words[v.at+2].sign || v.base == "make" && next.text == "it"
}

// othersWait reports whether somebody else waits, or somebody sits or sleeps and does not let time pass: "er wartet auf ein
// neues Knie", "she has to sit her exams". A word is one by which an order waits.
func (c *clause) othersWait(i int) bool {
	t := &c.words[i]
	switch {
	case c.lang&th != 0 && t.text == "รอ": // เขารอนานแล้ว
		return i > 0 && (c.words[i-1].starts&subject != 0 || c.words[i-1].thing || c.words[i-1].text == "ลูกค้า") && c.words[c.lastWord()].text == "แล้ว"
	case c.lang&de != 0 && t.text == "wartet":
		return i > c.opened() && (c.words[i-1].starts&subject != 0 || c.words[i-1].capped && c.words[i-1].within&(speaker|pronoun) == 0 || c.words[i-1].text == "sie")
	case c.lang&en != 0 && (t.text == "sit" || t.text == "sleep"):
		return i > c.opened() && i+1 < len(c.words) && c.words[i+1].text != "on" && c.words[i+1].text != "tight" && c.words[i+1].text != "it" && c.words[i+1].text != "this" && c.words[i+1].text != "that"
	}
	return false
}

// awaits reports whether the clause has a phrase by which an order waits for a word of the user's.
func (c *clause) awaits() bool {
	switch {
	case c.waitsForAssent():
		return true
	case c.longWait():
		return false
	}
	for i := range min(c.content, len(c.words)) {
		if c.words[i].starts&await != 0 && !c.othersWait(i) && !c.spokeOf(i) {
			return true
		}
	}
	return false
}

// spokeOf reports whether a word is the verb of what "we" said of the thing before it: "los 50 girasoles que hablamos", and not
// "hasta que hablamos".
func (c *clause) spokeOf(i int) bool {
	if i < 2 || c.words[i-1].text != "que" || !strings.HasSuffix(c.words[i].text, "mos") {
		return false
	}
	of := &c.words[i-2]
	return !of.sign && of.within == 0 && !placing[of.text] && !ofWords[of.text] && knownIn[of.text] == 0 && !foreignVerb(of, c.lang)
}

// statesSo reports whether the clause so far says in English how something is, and orders nothing: "their roof is filthy after the
// roadworks".
func (c *cutter) statesSo() bool {
	is := slices.IndexFunc(c.cur.words, func(t token) bool { return t.text == "is" || t.text == "are" || t.text == "was" || t.text == "were" })
	return c.lang&en != 0 && is > 0 && !slices.ContainsFunc(c.cur.words, func(t token) bool {
		return t.starts&(frame|negator|ifs|unless) != 0 || t.verb && !t.noun && t.starts&report == 0 || t.text == "to"
	})
}

// saysWhy reports whether "given that" or "after" only says what is or was so of something else, and not when: "given that
// the festival was called off", "after the lovely time we had with you".
func (c *cutter) saysWhy(i int) bool {
	past := c.list[i].text == "given" || c.statesSo()
	for j := i + 1; j < len(c.list) && !(c.list[j].sign && !c.list[j].quoted); j++ {
		t := &c.list[j]
		if t.quoted || t.code() || digit(t.text) || t.thing || t.starts&(await|know|ifs|unless|later) != 0 && t.within&ifs == 0 || pointing[t.text] && t.text != "that" && t.within&det == 0 {
			return false
		}
		past = past || t.text == "had" || t.text == "was" || t.text == "were" || irregularPast[t.text]
	}
	return past
}
