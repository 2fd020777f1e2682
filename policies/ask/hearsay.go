package ask

import (
	"slices"
	"strings"
)

// What somebody else says or sees, and habits.

// reports returns the word from which on somebody else speaks, "the mail says that you should
// …", or −1. Where an order comes first only what follows is theirs.
func (c *clause) reports() int {
	for i := range c.words {
		t := &c.words[i]
		if i == 0 && t.starts&report != 0 && t.length[bit(report)] > 1 && t.within&(frame|know|harmless) == 0 {
			return 0 // "a sentire il mio capo dovreste …"
		}
		if i == 0 && c.lang&th != 0 && strings.HasPrefix(t.text, "ได้ยิน") {
			return 0
		}
		if i > 1 && (c.words[i-1].sign || c.lang&th != 0 && t.at > c.words[i-1].end) && c.attributes(i) {
			return 0
		}
		if i > 1 && c.words[i-1].sign && (t.starts&report != 0 && c.saidBy(i) || t.starts&sayso != 0 && c.part(i, len(c.words)).hearsay()) {
			return 0
		}
		if t.starts&report == 0 || i == 0 || t.within&(frame|know) != 0 || i >= c.content {
			continue
		}
		if perhaps[t.text]&c.lang != 0 && !slices.ContainsFunc(c.words[:i], func(t token) bool { return t.sign }) {
			return 0 // "soll angeblich storniert werden"
		}
		if i <= c.opened() && !c.words[0].capped || c.surname(i) {
			continue
		}
		if wishing[t.text] && c.negates() >= 0 && c.negates() < i && (i+1 == len(c.words) || c.words[i+1].sign) && (c.words[i-1].within&negator != 0 || frontClitics[c.words[i-1].text]) {
			continue // "ya no lo quiere": what somebody can do without is no order of theirs
		}
		before := &c.words[i-1]
		if pluralNouns[t.text] && (i+1 == len(c.words) || c.words[i+1].sign || possessive(before.text) || c.words[i+1].within&(speaker|pronoun|subject|content|target) == 0 && !c.words[i+1].capped) {
			continue // today's orders
		}
		if before.starts&(speaker) != 0 && before.text != "you" || before.text == "to" || before.within&det != 0 || before.text == "you" || before.within&(frame|negator) != 0 && before.within&subject == 0 && c.lang == en {
			continue
		}
		if (t.text == "wrote" || t.text == "writes" || t.text == "writing") && i+1 < len(c.words) && !c.words[i+1].quoted && c.words[i+1].text != "that" && c.words[i+1].text != "to" && c.words[i+1].text != "me" && c.words[i+1].text != "us" {
			continue // wrote about it: a text, not a wish
		}
		if c.verbFirst() && i != c.opened()+1 { // but "Bill says"
			return i
		}
		return 0
	}
	if i := c.opened(); i+1 < len(c.words) && sources[c.words[i].text]&c.lang != 0 && (c.words[i+1].within&det != 0 || c.words[i+1].capped || c.words[i].text == "según" && c.words[i+1].within == 0) && !c.words[i+1].sign {
		return 0
	} else if c.inView(i) {
		return 0
	}
	if strings.HasPrefix(c.text, "according to") || strings.HasPrefix(c.text, "According to") {
		return 0
	}
	return -1
}

// othersSaid reports whether the clause ends with a verb by which somebody says something, and who does stands before it: "the
// letter says (: …)".
func (c *clause) othersSaid() bool {
	for i := 1; i < len(c.words); i++ {
		t, before := &c.words[i], &c.words[i-1]
		if t.starts&report != 0 && !t.quoted && before.within&(det|target|negator|frame) == 0 && !before.sign && c.saysTo(span(c.words, i, report)) {
			return true
		}
	}
	return false
}

// saysTo reports whether nothing stands from a word on but to whom something was said, and when: "(wrote) to us", "(wrote) on
// Tuesday".
func (c *clause) saysTo(i int) bool {
	return !slices.ContainsFunc(c.words[i:], func(t token) bool {
		return t.within&(pronoun|speaker|target) == 0 && !dayNames[t.text] && !placing[t.text] && gone[t.text] == 0
	})
}

// surname reports whether a word is the second of somebody's names and no verb, in an order: "transfer 75 to Omar Said". Where
// the next word has a capital letter, too, every word may have one.
func (c *clause) surname(i int) bool {
	t, before := &c.words[i], &c.words[i-1]
	return t.capped && before.capped && !before.sign && before.within == 0 && before.n+1 == t.n && c.verbFirst() && i > c.opened()+1 && (i+1 == len(c.words) || !c.words[i+1].capped)
}

// saidBy reports whether nothing follows a word of saying but who says so: "cancel it, says my mother".
func (c *clause) saidBy(i int) bool {
	const most = 4 // words
	i = span(c.words, i, report)
	return i < len(c.words) && i+most >= len(c.words) && c.words[i].within&speaker&^det == 0 && !slices.ContainsFunc(c.words[i:], func(t token) bool {
		return t.sign || t.quoted || t.code() || digit(t.text) || t.starts&(content|negator|report|other) != 0 || finite[t.text]&c.lang != 0
	})
}

// hearsay reports whether the clause says of the one before that it is what somebody else said: "that is what Karen put
// in her mail".
func (c *clause) hearsay() bool {
	i := 0
	for i < len(c.words) && c.words[i].sign {
		i++
	}
	if c.asked || i >= len(c.words) || c.words[i].starts&sayso == 0 {
		return false
	}
	i = span(c.words, i, sayso)
	return i < len(c.words) && c.words[i].within&speaker == 0
}

// usually reports whether the clause tells what is done as a rule: such words stand before a verb that is no order's.
func (c *clause) usually() bool {
	at := c.find(usual, 0, len(c.words))
	if at > 0 && likes[c.words[at-1].text]&c.lang != 0 { // as every year
		return false
	}
	if end := at + 1; at >= 0 && c.lang == hi && c.hasAny(end, min(span(c.words, at, usual)+2, len(c.words)), "तरह", "जैसे", "भाँति") {
		return false
	}
	return at >= 0 && !c.verbFirst() && (at <= 3 || c.find(speaker|subject, 0, at) >= 0)
}

// likes are words by which something is as something else.
var likes = wordSets["like"]

// everyTime reports whether the clause tells what the user asks for at each of many times: "cada año pido que …".
func (c *clause) everyTime() bool {
	at := c.find(usual, 0, len(c.words))
	return at >= 0 && everyWords[c.words[at].text]&c.lang != 0 && at <= c.opened()+1
}

var everyWords = wordSets["every"]

// inView reports whether an English clause begins, at a word, with whose opinion it is: "in my accountant's opinion".
func (c *clause) inView(i int) bool {
	if i >= len(c.words) || c.words[i].text != "in" {
		return false
	}
	for i++; i < len(c.words) && c.words[i].within&det != 0 && !possessive(c.words[i].text); i++ {
	}
	return i+1 < len(c.words) && possessive(c.words[i].text) && views[c.words[i+1].text]&c.lang != 0
}

// views are words for an opinion.
var views = wordSets["view"]

// sources are words before the one who says what follows.
var sources = map[string]lang{"selon": fr, "secondo": it, "según": es, "segundo": pt, "laut": de, "gemäß": de}

// othersWishHindi reports whether a Hindi clause says that somebody else wants something to be done: "मेरे पार्टनर चाहते हैं कि …".
func (c *clause) othersWishHindi() bool {
	for i := 1; i+1 < len(c.words); i++ {
		if t := c.words[i].text; t != "चाहता" && t != "चाहती" && t != "चाहते" || !c.hasAny(i+1, min(i+4, len(c.words)), "कि") {
			continue
		}
		return !c.hasAny(0, i, "मैं", "हम", "हमलोग") && c.negates() != i-1
	}
	return false
}
