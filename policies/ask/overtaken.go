package ask

import (
	"slices"
	"strings"
)

// What stands behind an order may overtake a value of it without any word that announces so: that another one is better, that
// half of it will do, that two belong the other way round, or how much is to be taken off it.

// overtaken reports whether the user says so behind clause i, in its message, or in it.
func (s *Said) overtaken(i int, call *Call) bool {
	c := &s.clauses[i]
	for j := c.since(i); j < len(s.clauses); j++ {
		o := &s.clauses[j]
		if j > i+1 && s.clauses[j-1].sentence == o.sentence && len(s.clauses[j-1].words) <= 2 { // "7h30, c'est plus prudent"
			o = &clause{words: slices.Concat(s.clauses[j-1].words, o.words), text: s.clauses[j-1].text + ", " + o.text, lang: o.lang, message: o.message, sentence: o.sentence, kind: o.kind, content: len(s.clauses[j-1].words) + len(o.words)}
		}
		if o.message == c.message && o.kind != reported && o.negates() < 0 && slices.ContainsFunc(call.Values, func(v Value) bool {
			return !v.Free && (v.Shape == Moment || v.Shape == Number && !v.Digits) && v.Said(c.text) && (o.betterThan(v, call) || v.Shape == Number && (o.partDoes(v) || o.deductsFrom(v, call, j > i)))
		}) {
			return true
		}
		if (o.sentence != c.sentence || o.lang&th != 0) && o.crosswise(j == i) && c.sharesOut(call) || s.newsBehind(j, i, call) {
			return true
		}
	}
	return false
}

// betterThan reports whether the clause says of another number or moment than a value that it is better, or will do: "7:45
// would be safer", "6:45 ही ठीक", "10 reichen".
func (c *clause) betterThan(v Value, call *Call) bool {
	const most = 5 // words between
	if k := c.opened(); v.Shape == Number && k < len(c.words) {
		if _, end := numeral(c.words, k, c.lang); end > k && end+1 < len(c.words) && (enough[c.words[end].text]&c.lang != 0 || c.words[end].text == "will" && c.words[end+1].text == "do") {
			return !v.Said(textOf(c, c.words[k:end]))
		}
	}
	for at := 1; at < len(c.words); at++ {
		if !c.comparative(at) && !(v.Shape == Number && (enough[c.words[at].text]&c.lang != 0 || c.words[at].text == "do" && c.words[at-1].text == "will")) {
			continue
		}
		for k := at - 1; k >= max(0, at-most); k-- {
			t := &c.words[k]
			if kindOfCode(t.text) != "" && !t.code() || v.Shape == Moment && clockForm(t.text) {
				said := textOf(c, c.words[k:at])
				if !slices.ContainsFunc(call.Values, func(o Value) bool { return o.Said(said) || o.Said(t.text) }) && (v.Shape == Number && c.amount(k, call) && k == c.opened() || v.Shape == Moment && v.otherMoment(said)) {
					return true
				}
				break
			}
			if !c.linking(k) {
				break
			}
		}
	}
	return false
}

// linking reports whether a word only links a value with what is said of it.
func (c *clause) linking(i int) bool {
	t := &c.words[i]
	return copulas[t.text] || itsOne[t.text] || its[t.text] || being[t.text]&c.lang != 0 || placing[t.text] || t.sign || clockUnits[t.text] || unitWords[t.text] || t.within&(det|opener|pronoun|target) != 0 ||
		t.text == "wäre" || t.text == "sería" || t.text == "era" || t.text == "seria" || t.text == "sarebbe" || t.text == "serait" || t.text == "much" || t.text == "ही" || t.text == "น่าจะ"
}

// comparative reports whether a word says that something is better, or more: "safer", "klüger", "plus prudent".
func (c *clause) comparative(i int) bool {
	t := &c.words[i]
	switch {
	case t.sign || t.quoted:
	case betterWords[t.text]&c.lang != 0:
		return true
	case moreWords[t.text]&c.lang != 0:
		return i+1 < len(c.words) && !c.words[i+1].sign && c.words[i+1].within&negator == 0
	case c.lang == hi:
		return (t.text == "ठीक" || t.text == "अच्छा" || t.text == "सही") && c.words[i-1].text == "ही"
	case c.lang&de != 0:
		return len(t.text) > 4 && strings.HasSuffix(t.text, "er") && !t.capped && t.within == 0 && notMore[t.text] == 0
	}
	return false
}

// partDoes reports whether the clause says that a half or another part of it will do, or is to be taken: "Make it a third of
// that", "la moitié suffit"; not of what half is ill: "half of the class".
func (c *clause) partDoes(v Value) bool {
	at := c.hasOf(shares, 0)
	if at < 0 {
		return false
	}
	enough := at+1 == len(c.words) && at > 0
	for i := at - 1; i >= 0 && !c.words[i].sign; i-- {
		t := &c.words[i]
		enough = enough || willDo[t.text]&c.lang != 0
		if t.within&(opener|oops|amend|det|and|contrast|pronoun|fraction|target) == 0 && !placing[t.text] && !c.linking(i) && willDo[t.text]&c.lang == 0 {
			return false
		}
	}
	if at+1 >= len(c.words) || c.words[at+1].sign {
		return enough || c.begins && at <= 2
	}
	next := &c.words[at+1]
	if next.text == "of" || ofWords[next.text] || next.text == "our" {
		return at+2 < len(c.words) && (c.words[at+2].within&pronoun != 0 && (at+3 == len(c.words) || c.words[at+3].sign || willDo[c.words[at+3].text]&c.lang != 0) || slices.ContainsFunc(c.words[at+2:], func(t token) bool { return v.Said(t.text) }))
	}
	return willDo[next.text]&c.lang != 0
}

// deductsFrom reports whether the clause says what is to be taken off a value that stands before it: "less 15 for the taxi",
// "20 gehen für den Wein ab".
func (c *clause) deductsFrom(v Value, call *Call, behind bool) bool {
	for i := range c.words {
		t := &c.words[i]
		behind = behind || v.Said(t.text)
		if !behind || !amountForm.MatchString(t.text) || slices.ContainsFunc(call.Values, func(o Value) bool { return o.Said(t.text) }) {
			continue
		}
		last := &c.words[len(c.words)-1]
		switch {
		case slices.ContainsFunc(c.words[max(0, i-2):i], func(w token) bool { return deducts[w.text]&c.lang != 0 && !w.sign }):
			return !c.hasAny(max(0, i-2), i, "take", "taking", "knock") || c.hasWord("off", i)
		case c.lang&de != 0 && last.text == "ab" && c.hasOf(deductApart, 0) >= 0, i+1 < len(c.words) && deducteds[c.words[i+1].text]&c.lang != 0, c.lang&en != 0 && i+1 < len(c.words) && c.words[i+1].text == "off":
			return true
		}
	}
	return false
}

// crosswise reports whether the clause says that what was said is the other way round, and names no value; or, in the order
// itself, ends by saying so.
func (c *clause) crosswise(within bool) bool {
	if c.asked || c.negates() >= 0 {
		return false
	}
	for i := range c.words {
		t := &c.words[i]
		if !within && kindOfCode(t.text) != "" {
			return false
		}
		if n := phraseAt(crosswiseWords, c.words, i, c.lang); n > 0 && !t.quoted && (!within || i > 0 && (i+n == len(c.words) || i+n+1 == len(c.words) && (thaiEnds[c.words[i+n].text] || c.words[i+n].text == "นะ"))) {
			return true
		}
	}
	return false
}

// sharesOut reports whether the clause has another number or moment beside one of a call's: "30 to Ann and 90 to Bob".
func (c *clause) sharesOut(call *Call) bool {
	return slices.ContainsFunc(c.words, func(t token) bool {
		return kindOfCode(t.text) != "" && !slices.ContainsFunc(call.Values, func(v Value) bool { return v.Said(t.text) })
	})
}

var (
	betterWords, moreWords, notMore = wordSets["better"], wordSets["more"], wordSets["notmore"]
	willDo, crosswiseWords          = wordSets["willdo"], wordSets["crosswise"]
	deducts, deducteds, deductApart = wordSets["deduct"], wordSets["deducted"], wordSets["deductapart"]
)

// newsBehind reports whether clause j begins a sentence behind the order of clause i, in its message, that tells what the
// user has just come to know: "Cancel 41207. Oh, they've just walked in." For what undoes nothing it must be what is so
// already: "Ach, er hat ja einen Schlüssel."
func (s *Said) newsBehind(j, i int, call *Call) bool {
	c, o := &s.clauses[i], &s.clauses[j]
	if o.lang&th != 0 && j == i { // which has no signs
		at := o.hasOf(surprises, 1)
		return at > 0 && at+2 < len(o.words) && o.negates() < 0
	}
	if j <= i || o.message != c.message {
		return false
	}
	if o.lang&th != 0 {
		return o.kind == plain && o.negates() < 0 && len(s.clauses[j-1].words) > 0 && surprises[s.clauses[j-1].words[len(s.clauses[j-1].words)-1].text]&th != 0
	}
	if !o.begins || o.sentence == c.sentence {
		return false
	}
	var words []token // of the sentence, but signs
	for k := j; k < len(s.clauses) && s.clauses[k].sentence == o.sentence; k++ {
		for n := range s.clauses[k].words {
			if t := &s.clauses[k].words[n]; !t.sign {
				words = append(words, *t)
			}
		}
		if s.clauses[k].asked || s.clauses[k].kind == asking || s.clauses[k].negates() >= 0 || s.clauses[k].find(frame|and, 0, 1) == 0 {
			return false
		}
	}
	whole := clause{words: words, lang: o.lang, text: joinWords(words), content: len(words)}
	n := 0
	for n < len(words) && (surprises[words[n].text]&o.lang != 0 || n > 0 && attention[words[n].text] != 0) {
		n++
	}
	after := false
	for k := range words {
		after = after || phraseAt(afterAlls, words, k, o.lang) > 0
	}
	if n == 0 && !after || len(words) < n+2 {
		return false
	}
	rest := whole.part(n, len(words))
	if rest.words[0].starts&and != 0 || rest.verbFirst() || rest.identifies() || rest.hasOf(gratitude, 0) >= 0 || slices.ContainsFunc(words, func(t token) bool { return kindOfCode(t.text) != "" }) {
		return false
	}
	return call.Acts.undoes() || rest.hasOf(alreadys, 0) >= 0 || rest.hasOf(havings, 0) >= 0 || rest.hasWord("got", 0)
}

var surprises, afterAlls = wordSets["surprise"], wordSets["afterall"]
