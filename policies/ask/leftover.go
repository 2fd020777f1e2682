package ask

import (
	"slices"
	"strings"
)

// What an order leaves: the rest that is for later, what is not paid with it, and what is told beside it of its sum.

// forRest returns where the conditions begin that are only of the last clause of a sentence, which says what the user will do
// with the rest: "pay just 100, we'll settle the rest when the fence is done"; -1 if there are none.
func (c *cutter) forRest() int {
	n := len(c.out) - 1
	if n < 1 || len(c.cond) == 0 || c.elseFrom > 0 {
		return -1
	}
	o := &c.out[n]
	last := &o.words[max(0, len(o.words)-1)]
	k := c.cond[len(c.cond)-1]
	at := strings.LastIndex(c.text, k.Text)
	if len(c.cond) > 1 || k.Mine || k.Unless || k.Lost || o.kind != plain && o.kind != subordinate || o.asked || o.contrast || o.negates() >= 0 || at < last.end || strings.ContainsAny(c.text[last.end:at], ",;:.-–—") {
		return -1
	}
	if first := o.opened(); !o.ofRest() && !o.plansOwn() && (remainders[last.text]&c.lang == 0 || first >= len(o.words) || weWill[o.words[first].text]&c.lang == 0) {
		return -1
	}
	for i := range c.out[:n] {
		if c.out[i].hasOf(remainders, 0) >= 0 {
			return -1 // "pay the rest, 100, …"
		}
	}
	return n
}

// restAt reports whether a clause about what is left begins behind a comma, after one with a number: "…, the rest follows".
func (c *cutter) restAt(i int) bool {
	if i < 1 || i+2 >= len(c.list) || !c.list[i-1].sign || !slices.ContainsFunc(c.cur.words, func(t token) bool { return amountForm.MatchString(t.text) }) {
		return false
	}
	k := i
	for k < len(c.list) && c.list[k].within&det != 0 {
		k++
	}
	next := k + 1
	return next < len(c.list) && remainders[c.list[k].text]&c.lang != 0 && !c.list[next].sign && !digit(c.list[next].text) && !ofWords[c.list[next].text] && !placing[c.list[next].text] && c.list[next].within&(target|source|and) == 0
}

// ofRest reports whether the clause begins with what is left: "the rest follows".
func (c *clause) ofRest() bool {
	at := c.opened()
	if at < len(c.words) && c.words[at].starts&keep != 0 { // "keep the rest"
		at++
	}
	for at < len(c.words) && (c.words[at].within&det != 0 || c.words[at].text == "sie") {
		at++
	}
	return at < len(c.words) && remainders[c.words[at].text]&c.lang != 0 && !c.points(c.words[at+1:])
}

// plansOwn reports whether the clause says what the user will do themselves, and nothing of a tool's: "we'll try again".
func (c *clause) plansOwn() bool {
	i := c.opened()
	if i+1 >= len(c.words) || weWill[c.words[i].text]&c.lang == 0 || c.find(know|await|later|recall|keep|stop|doubt|report|rethink, i, len(c.words)) >= 0 {
		return false
	}
	return !slices.ContainsFunc(c.words[i:], func(t token) bool {
		return t.sign || t.quoted || t.code() || digit(t.text) || t.own != 0 || t.thing || tellers[t.text] || sayers[t.text] || foreignSayers[t.text] || says([]token{t}) || t.text == "see" || t.text == "decide" || t.text == "confirm" || t.text == "call" || t.text == "it"
	})
}

// weWill begin what the user will do: "we'll settle the rest".
var weWill = wordSets["weWill"]

// bansRest reports whether clause i says of a thing that no word of the call is for, behind an order that asks for a part only,
// that it is not paid: "erstatten Sie nur 120, das Taxi zahlen wir nicht".
func (s *Said) bansRest(i int, call *Call) bool {
	c := &s.clauses[i]
	if i == 0 || c.contrast || c.asked || c.kind != plain || len(c.cond) > 0 || c.find(nothing, 0, len(c.words)) >= 0 || call.names(c.text) || !c.hasAny(0, len(c.words), "wir", "ich") {
		return false
	}
	o := &s.clauses[i-1]
	if o.sentence != c.sentence || o.hasOf(onlyWords, 0) < 0 || !slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Number && v.Said(o.text) }) {
		return false
	}
	if strong, ok := s.asks(i-1, call); !ok || !strong {
		return false
	}
	k := c.opened()
	if c.lang&de == 0 || k+2 >= len(c.words) || c.words[k].text != "das" && c.words[k].text != "die" || !c.words[k+1].capped || strings.HasSuffix(c.words[k+1].text, "in") || strings.HasSuffix(c.words[k+1].text, "innen") {
		return false // a person is no thing
	}
	for at := range c.words {
		t := &c.words[at]
		if at > k+1 && (t.capped || t.within&det != 0) || t.sign && t.text != "." || t.quoted || t.code() || digit(t.text) || call.isThing(t) || call.Acts.isNoun(t) || sums[t.text] {
			return false
		}
	}
	return true
}

// sums are words for what is paid.
var sums = set("geld betrag summe preis gesamtbetrag rechnung kosten")

// whichIs reports whether the clause only says, behind a word such as "which", how much it is: "que son 75 euros".
func (c *clause) whichIs(v Value) bool {
	if c.asked || len(c.words) < 3 || whichWords[c.words[0].text]&c.lang == 0 || !copulas[c.words[1].text] || c.words[1].text == "was" {
		return false
	}
	_, end := numeral(c.words, 2, c.lang)
	if amountForm.MatchString(c.words[2].text) {
		end = 3
	}
	if end <= 2 || !v.Said(textOf(c, c.words[2:end])) {
		return false
	}
	if end < len(c.words) && (currencies[c.words[end].text] || unitWords[c.words[end].text]) {
		end++
	}
	return end == len(c.words) || end+1 == len(c.words) && c.words[end].sign
}

// onlyNames reports whether the clause says no more than the deed and one thing, by its code at the end: "paga solo la INV-4503".
func (c *clause) onlyNames(call *Call) bool {
	n := len(c.words)
	if n == 0 || len(c.apart) > 0 || !c.words[n-1].code() || !call.names(c.words[n-1].text) {
		return false
	}
	verbs := c.verbs(&call.Acts)
	for i := range n - 1 {
		t := &c.words[i]
		if !t.sign && t.within&(det|opener|frame) == 0 && onlyWords[t.text]&c.lang == 0 && !call.Acts.isNoun(t) && !slices.ContainsFunc(verbs, func(v verb) bool { return v.at == i && v.form == ordering }) {
			return false
		}
	}
	return true
}

// whichWords begin a clause that tells more of what was named.
var whichWords = wordSets["which"]

// onlyDue reports whether words behind "and" say no more than when it is to be paid: "and due tomorrow", "und morgen fällig".
func onlyDue(words []token, l lang) bool {
	due := false
	for i := range words {
		t := &words[i]
		switch {
		case dueWords[t.text]&l != 0:
			due = true
		case t.sign, dayNames[t.text], t.within&and != 0, its[t.text], itsOne[t.text], copulas[t.text] && t.text != "was":
		default:
			return false
		}
	}
	return due
}

// dueWords say that it is time to pay.
var dueWords = wordSets["due"]
