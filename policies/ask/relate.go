package ask

import (
	"slices"
	"strings"
)

// Clauses without a verb belong to those before or behind them.

// ofMyself reports whether the clause tells what the one who speaks will not do, and speaks of nothing that was said:
// "je ne repasserai pas avant".
func (c *clause) ofMyself() bool {
	i := c.opened()
	return i < len(c.words) && !c.contrast && ownSubjects[c.words[i].text]&c.lang != 0 && c.negates() >= 0 && c.kind == plain && !c.points(c.words[i+1:]) &&
		!slices.ContainsFunc(c.words[i+1:], func(t token) bool { return t.starts&(know|content|frame|keep|stop|nothing) != 0 || sayer(&t, c.lang) })
}

// ofTheRest reports whether clause i says only of what is left when it is to be done, and the one before names an amount:
// "pay 150 of the 310 euros, the rest has to wait until Friday".
func (s *Said) ofTheRest(i int) bool {
	c := &s.clauses[i]
	if i == 0 || !c.ofRest() {
		return false
	}
	o := &s.clauses[i-1]
	return o.sentence == c.sentence && o.kind == plain && !o.await && o.hasOf(remainders, 0) < 0 && o.hasOf(leftovers, 0) < 0 && slices.ContainsFunc(o.words, func(t token) bool { return amountForm.MatchString(t.text) })
}

// onlyThis reports whether clause i says of a deed that it is not to be done yet, and clause j behind it what only is: "don't
// send it yet, just save it".
func (s *Said) onlyThis(i, j int) bool {
	c, o := &s.clauses[i], &s.clauses[j]
	return c.negates() >= 0 && !c.points(c.words) && slices.ContainsFunc(c.words, func(t token) bool {
		return t.verb || foreignVerb(&t, c.lang) || c.lang == de && len(t.text) > 5 && !t.capped && t.within == 0 && strings.HasSuffix(t.text, "en")
	}) &&
		(o.verbFirst() || o.lang == de && o.lastWord() > 0 && infinitive(&o.words[o.lastWord()])) && o.kind == plain && o.hasOf(onlyWords, 0) >= 0 && o.hasOf(onlyWords, 0) < o.opened()+6 && !o.awaits()
}

// relate joins what has no verb of its own to what stands before it: "and another 30 to Bob",
// "not yet", "but only if it is late".
func (s *Said) relate(first int) {
	for i := first; i < len(s.clauses); i++ {
		c := &s.clauses[i]
		if c.await && !c.ofMyself() && !s.ofTheRest(i) {
			for j := i - 1; j >= first; j-- {
				s.clauses[j].await = true
			}
			for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == c.sentence && !s.onlyThis(i, j); j++ {
				s.clauses[j].await = true
			}
		}
		if c.tillLater() { // "hold it till tomorrow, then release it"
			for j := i + 1; j < len(s.clauses) && (s.clauses[j].sentence == c.sentence || s.clauses[j].sentence == c.sentence+1 && s.clauses[j].thenOn()); j++ {
				s.clauses[j].later = true
			}
		}
		if c.later && c.onlyLater() { // next week, cancel it
			for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == c.sentence; j++ {
				s.clauses[j].later = true
			}
		}
		if (c.begins || c.contrast && c.lang == de) && (c.lang == de || c.lang == hi) && i+1 < len(s.clauses) && s.clauses[i+1].sentence == c.sentence && c.bare() && !c.isSo() && !c.hasNoUse() && !s.clauses[i+1].bare() && s.clauses[i+1].kind == plain && !s.clauses[i+1].impersonal() && s.clauses[i+1].lends(c) {
			c.verbOf = i + 1 // B-77 und B-78 ausleihen
			continue
		}
		if c.bare() && !c.corrects {
			for j := i - 1; j >= 0; j-- {
				o := &s.clauses[j]
				if o.message != c.message && (c.message-o.message > 1 || i > first || !c.words0(again) && c.find(again, 0, len(c.words)) < 0) {
					break
				}
				if o.kind == subordinate {
					continue
				}
				if o.sentence != c.sentence && (c.ofDeed() || o.kind == plain && o.toldOnly(0, noNumber)) {
					break // "Unser Auto ist kaputt. Stornierung von V-5, bitte."
				}
				if o.verbOf >= 0 {
					c.verbOf = o.verbOf
				} else if !o.bare() {
					c.verbOf = j
				} else {
					continue
				}
				if o.sentence == c.sentence || len(c.cond) > 0 {
					break
				}
				if c.later && o.message == c.message && !c.neededBy() {
					o.later = true
				}
				break
			}
			if c.later && c.verbOf >= 0 && s.clauses[c.verbOf].message == c.message && (c.find(negator, 0, len(c.words)) >= 0 || c.onlyLater()) {
				s.clauses[c.verbOf].later = true
			}
		}
	}
}

// impersonal reports whether a German clause begins with a verb and what it says it of: "dann reicht es für alle".
func (c *clause) impersonal() bool {
	i := c.opened()
	if c.lang != de || i+1 >= len(c.words) || !strings.HasSuffix(c.words[i].text, "t") {
		return false
	}
	switch c.words[i+1].text {
	case "es", "das", "er", "man", "alles":
		return true
	}
	return false
}

// isSo reports whether the clause says how things are: "Q-7 का कोटेशन 500 का है".
func (c *clause) isSo() bool {
	return slices.ContainsFunc(c.words, func(t token) bool {
		return !t.quoted && (finite[t.text]&c.lang&(en|de) != 0 || c.lang == hi && (copulas[t.text] || t.text == "चाहिए" && c.negates() >= 0))
	})
}

// onlyLater reports whether the clause says nothing but when.
func (c *clause) onlyLater() bool {
	for i := range c.words {
		if c.words[i].within&(later|opener|negator|det) == 0 && !c.words[i].sign {
			return false
		}
	}
	return true
}

func (c *clause) words0(k cue) bool {
	for i := range c.words {
		if c.words[i].starts&k != 0 {
			return true
		}
		if c.words[i].within&opener == 0 && !c.words[i].sign {
			return false
		}
	}
	return false
}

// tellsState are verbs that say how things are: a clause that has one goes on with no order.
var tellsState = set("i'm am we're bin bist sind suis sommes êtes soy estoy estamos sono siamo sou estou estamos हूँ")

// behind reports whether a word stands right behind what asks for a verb: "could you seat her".
func (c *clause) behind(i int) bool {
	before := &c.words[i-1]
	return before.within&frame != 0 && before.within&(det|pronoun) == 0 || before.text == "to" || before.text == "please" || forbids[before.text]
}

// forbids are English negations that stand before verbs only.
var forbids = set("don't dont not never mustn't shouldn't needn't won't wouldn't can't cannot didn't")

// contractions are prepositions with their article, before nouns only.
var contractions = set("du des aux del della dello dei degli delle dal dalla do dos das zum zur vom beim im am")

// beforeNouns are English prepositions before nouns only.
var beforeNouns = set("on in under into")

// inStates are English verbs that name a state behind them.
var inStates = set("hold review use transit stock sale loan leave call display order request progress process repair service storage standby watch notice")

// placed reports whether a word is a noun behind a preposition with its article, or before a Hindi one, whatever verb is
// spelled so: "an die Liste Staff", "alla lista".
func (c *clause) placed(i int) bool {
	t := &c.words[i]
	if c.lang == hi {
		return i+1 < len(c.words) && hindiCases[c.words[i+1].text] && !strings.HasSuffix(t.text, "ने") && !strings.HasSuffix(t.text, "ना")
	}
	if i == 0 || c.lang&(de|fr|it|es|pt) == 0 || c.lang == de && !t.capped || c.baseForm(t) { // "para a passar"
		return false
	}
	before := c.words[i-1].text
	return articulated[before]&c.lang != 0 || i > 1 && definite[before] && placing[c.words[i-2].text] && !no[c.words[i-2].text]
}

// baseForm reports whether a word is a Romance verb in the form of dictionaries.
func (c *clause) baseForm(t *token) bool {
	for _, l := range []lang{fr, it, es, pt} {
		if c.lang&l != 0 && slices.ContainsFunc(baseEnds[l], func(end string) bool { return strings.HasSuffix(t.text, end) }) {
			return foreignVerb(t, c.lang)
		}
	}
	return false
}

// hindiCases stand behind a noun; articulated are prepositions with their article.
var (
	hindiCases  = set("को में पर का की")
	articulated = wordSets["articulated"]
	definite    = set("die der den dem das la le les l' il lo gli el los las o a os as")
)

// bare reports whether the clause has no verb.
func (c *clause) bare() bool { return c.bareOf(false) }

// bareOf is [clause.bare], with or without a look at words that are nouns where they stand.
func (c *clause) bareOf(placed bool) bool {
	if c.kind == subordinate {
		return false
	}
	if i := c.opened(); i+1 < len(c.words) && c.words[i].starts&(speaker|subject) != 0 && c.words[i].within&(det|frame) == 0 && c.words[i].text != "me" && c.words[i].text != "mir" && c.words[i].text != "mi" {
		return false // I have 4 bags
	}
	for i := range c.words {
		t := &c.words[i]
		if t.quoted || t.sign || placed && c.placed(i) || i > 0 && digit(c.words[i-1].text) && unitWords[t.text] { // 2 คืน
			continue
		}
		if c.lang == hi && t.text == "दो" && (i == 0 || c.words[i-1].within&(source|target) != 0 && i+1 < len(c.words) && !c.words[i+1].sign) { // two: no verb begins a clause, "15 दिसंबर से दो रातें"
			continue
		}
		if i > 0 && c.lang&en != 0 && inStates[t.text] && beforeNouns[c.words[i-1].text] { // "on hold"
			continue
		}
		if t.text == "ending" && i+1 < len(c.words) && (digit(c.words[i+1].text) || c.words[i+1].text == "in") { // "the card ending in 9918"
			continue
		}
		if t.text == "go" && i > 0 && (c.words[i-1].text == "can" || c.words[i-1].text == "may") { // B8 can go
			return false
		}
		if i > 0 && tellsState[t.text] && !t.forenoon(&c.words[i-1]) && !(t.text == "am" && c.lang&en == 0) { // with 62 I'm happy
			return false
		}
		if c.lang&en != 0 && (t.verb || t.inflected()) && !(t.noun && i > c.opened() && !c.behind(i)) && t.within&later == 0 || t.starts&other != 0 && t.within&(later|await|det|opener) == 0 {
			return false
		}
		if t.starts&(keep|question|know|hypothetical|report|stop) != 0 && t.within&(later|negator|and) == 0 && !(c.lang&en == 0 && t.within&(det|pronoun|target) != 0) {
			return false
		}
		if i > 0 && t.capped && contractions[c.words[i-1].text] { // "7 rue du Port"
			continue
		}
		if i > 0 && c.words[i-1].text == "ที่" { // a place for it: ที่จอด
			continue
		}
		if c.does(i) {
			return false
		}
		if !frequent(t, c.lang) && !(c.lang&en != 0 && t.noun) && t.within&opener == 0 && foreignVerb(t, c.lang) {
			if n, end := numeral(c.words, i, c.lang); end == i+1 && n > 1 {
				continue // "eleven" is no form of elevar
			}
			return false
		}
	}
	return true
}
