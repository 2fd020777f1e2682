package ask

import (
	"slices"
	"strings"
	"unicode"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// People put right what they said, and answer what the assistant asks them.

// correct joins what puts an order right to that order: "no, make it 14", "sorry, I meant
// Jonas". It has no verb but make and mean, it names something, and what it does not name stands
// as it was.
func (s *Said) correct(first int) {
	s.splitWhy(first)
	for i := first; i < len(s.clauses); i++ {
		c := &s.clauses[i]
		if c.waits() || c.stays() {
			continue
		}
		n := c.soft()
		if only, aside := c.confesses(n); only && !c.asked {
			if aside && c.kind == plain {
				c.kind = subordinate
			}
			continue
		}
		if n > 0 || i > first && s.clauses[i-1].message == c.message && s.clauses[i-1].isSoft() {
			c.excuse(n)
		}
		if n > 0 || i > first && s.clauses[i-1].message == c.message && s.clauses[i-1].isSoft() {
			if s.notBut(i, n); c.denies {
				n = 0
			}
		}
		strong := c.amends(n) || c.denies || s.amendedBehind(i)
		story := i > first && s.clauses[i-1].message == c.message && (s.clauses[i-1].softTale() || s.storyBetween(first, i-1))
		lead := story || i > first && s.clauses[i-1].message == c.message && s.clauses[i-1].isSoft()
		if c.thereIs(c.opened()) && c.tale() {
			for j := i - 1; lead && i == len(s.clauses)-1 && j >= 0 && s.clauses[j].message >= c.message-1; j-- {
				s.clauses[j].await = true // and nothing in its place
			}
			continue // "oh no, that's our Christmas party"
		}
		if !strong && (n > 0 || lead) {
			n = c.takes(c.meantIs(c.itIs(n)))
		}
		end := c.untilEnough(n)
		if !strong && !(n > 0 || lead) || !c.carries(n) || c.kind == asking && (c.asked || !c.saysIt()) || c.find(question, n, end) >= 0 && !strong {
			continue
		}
		if rest := (&clause{words: c.words[n:end], lang: c.lang}); !strong && (!rest.bareOf(true) || n > 0 && rest.find(negator, 0, len(rest.words)) >= 0) {
			continue
		}
		to := s.corrected(i, strong || story)
		if to < 0 {
			continue
		}
		if n > 0 {
			c.text = c.text[min(len(c.text), max(0, c.words[n].at-c.words[0].at)):]
			c.words, c.content = c.words[n:], max(0, c.content-n)
		}
		s.complete(c, to)
		c.verbOf, c.corrects, c.kind, c.await, c.later = to, true, plain, false, false
		for j := i - 1; j > to && s.clauses[j].message == c.message && s.clauses[j].isSoft(); j-- {
			s.clauses[j].kind, s.clauses[j].await = subordinate, false
		}
	}
}

// softTale reports whether the clause stops, and tells no more than why: "ach nein, da ist ja unsere Feier".
func (c *clause) softTale() bool {
	n := c.soft()
	rest := c.part(n, len(c.words))
	return n > 0 && rest.tale()
}

// storyBetween reports whether clause i tells no more than why, behind one that stops: "ach nein, da ist ja unsere Feier, …".
func (s *Said) storyBetween(first, i int) bool {
	if i <= first || s.clauses[i-1].message != s.clauses[i].message || !s.clauses[i-1].isSoft() {
		return false
	}
	return s.clauses[i].tale() || s.clauses[i].reasonOnly(func(w string) bool {
		return slices.ContainsFunc(s.clauses[:i-1], func(o clause) bool { return o.message >= s.clauses[i].message-1 && o.hasWord(w, 0) })
	})
}

// takes returns the place behind a verb by which somebody takes another value in place of the one they said: "take the 11th",
// "nehmen Sie lieber den 11."; from if there is none.
func (c *clause) takes(from int) int {
	if from+1 >= len(c.words) || takeIt[c.words[from].text]&c.lang == 0 {
		return from
	}
	i := from + 1
	for i < len(c.words) && (c.words[i].text == "sie" || c.words[i].text == "wir" || prefers[c.words[i].text]&c.lang != 0 || c.words[i].within&opener != 0) {
		i++
	}
	return i
}

// takeIt are verbs of taking a value.
var takeIt = wordSets["takeIt"]

// untilEnough returns where the words end, from one on, that stand before what only says that it will do: "no, standard is
// enough", "nein, Standard reicht".
func (c *clause) untilEnough(from int) int {
	end := len(c.words)
	for end > from && c.words[end-1].sign {
		end--
	}
	last := end - 1
	if last <= from || enough[c.words[last].text]&c.lang == 0 && !(c.words[last].text == "do" && c.lang&en != 0) {
		return len(c.words)
	}
	for end = last; end > from && (copulas[c.words[end-1].text] || willWords[c.words[end-1].text]); end-- {
	}
	if c.words[last].text == "do" && end == last || end == from {
		return len(c.words)
	}
	return end
}

// willWords stand before what says that something will do.
var willWords = set("is are est sont will would should schon ja mir uns me nous mi ci nos")

// waits reports whether the clause has a phrase by which an order waits that is more than a word: "wait for my word",
// not "wait".
func (c *clause) waits() bool {
	return slices.ContainsFunc(c.words, func(t token) bool {
		return t.starts&await != 0 && t.length[bit(await)] > max(1, t.length[bit(oops)])
	})
}

// itIs returns where the words end that only say that what follows is it: "it's", "das ist"; from if there are
// none, or nothing follows.
func (c *clause) itIs(from int) int {
	i := from
	if i < len(c.words) && (itsOne[c.words[i].text] || i+1 < len(c.words) && its[c.words[i].text] && copulas[c.words[i+1].text]) {
		if i++; !itsOne[c.words[i-1].text] {
			i++
		}
	}
	if i >= len(c.words) {
		return from
	}
	return i
}

// meantIs returns the place behind a word for what was meant, whose speaker is left out and which what is named follows at
// once: "sorry, meant D-5611", "ups, meinte D-5611". It returns from for anything else.
func (c *clause) meantIs(from int) int {
	if from+1 >= len(c.words) || c.lang&(en|de) == 0 || meantWords[c.words[from].text]&c.lang == 0 {
		return from
	}
	if _, end := numeral(c.words, from+1, c.lang); end == from+1 && !c.words[from+1].code() && !c.words[from+1].quoted && !c.words[from+1].capped {
		return from
	}
	return from + 1
}

// saysIt reports whether the clause begins by saying what it is: "é a F-602", which no question mark follows.
func (c *clause) saysIt() bool { return c.itIs(c.opened()) > c.opened() || c.itIs(c.soft()) > c.soft() }

// its are words for what an order is about, which say with a copula what it is; itsOne do in one word.
var (
	its    = set("it that this das es dies c' ce questo questa eso esto isso isto यह वह มัน")
	itsOne = set("it's that's they're è é es são sono son")
)

// corrected returns the order that clause i may put right: the last clause with a verb before it,
// in its message or in the one before; −1 if there is none. What only says why is passed over where words say that it puts right.
func (s *Said) corrected(i int, strong bool) int {
	c := &s.clauses[i]
	for j := i - 1; j >= 0; j-- {
		o := &s.clauses[j]
		switch {
		case c.message-o.message > 1 || o.kind == asking || o.kind == reported:
			return -1
		case o.kind != plain || o.isSoft():
			continue
		case o.negates() >= 0 && o.sentence == c.sentence && !o.bare(): // "don't change the portions, make it grain free"
			return -1
		case o.corrects:
			return o.verbOf
		case strong && j > 0 && s.clauses[j-1].message == o.message && o.onlyReason():
			continue // "…, scaffolders are running late"
		case o.message == c.message && (s.storyBetween(0, j) || o.looksAgain() || j > 0 && s.clauses[j-1].message == o.message && o.statesOwn()):
			continue
		case !o.bare():
			return j
		}
	}
	return -1
}

// tellsOwnLack reports whether the clause only says what the user cannot or does not do: "wir kommen leider nicht rechtzeitig zurück".
func (c *clause) tellsOwnLack() bool {
	i := c.opened()
	return i+2 < len(c.words) && ownSubjects[c.words[i].text]&c.lang != 0 && c.kind == plain && !c.asked && c.negates() >= 0 && len(c.cond) == 0 && c.find(frame|keep|stop|recall|await|ifs|unless|know|nothing, 0, len(c.words)) < 0 && !c.wants() &&
		!slices.ContainsFunc(c.words, func(t token) bool {
			return t.quoted || t.code() || digit(t.text) || t.own != 0 || t.thing || willing[t.text]&c.lang != 0
		})
}

// statesOwn reports whether the clause says what the user does, and nothing of what a tool is for: "on chauffe aussi l'atelier".
func (c *clause) statesOwn() bool {
	const least = 3 // words
	i := c.opened()
	return len(c.words) >= i+least && ownSubjects[c.words[i].text]&c.lang != 0 && !c.asked && c.negates() < 0 && c.find(frame|keep|stop|recall|await|later|ifs|unless|know, 0, len(c.words)) < 0 &&
		!slices.ContainsFunc(c.words, func(t token) bool { return t.quoted || t.code() || digit(t.text) || t.own != 0 || t.thing })
}

// looksAgain reports whether the clause stops, and tells no more than what the user has just looked at: "hang on, just checked the
// diary".
func (c *clause) looksAgain() bool {
	const most = 9 // words
	n := c.soft()
	return n > 0 && len(c.words) <= most && c.hasOf(lookedAgain, n) >= 0 && !c.asked && c.negates() < 0 && !slices.ContainsFunc(c.words[n:], func(t token) bool {
		return t.code() || digit(t.text) || t.quoted || t.thing
	})
}

// lookedAgain is what people have just done when they put something right.
var lookedAgain = wordSets["lookedAgain"]

// soft returns where the words end that only announce a correction, as "no, wait"; 0 if nothing
// follows them or there are none.
func (c *clause) soft() int {
	n, some := 0, false
	for n < len(c.words) && (c.words[n].sign || c.words[n].within&(oops|opener|await|and|contrast) != 0 || no[c.words[n].text]) && !c.words[n].quoted {
		if c.thisTime(n) {
			break
		}
		some = some || c.words[n].within&oops != 0 && c.words[n].within&harmless == 0 || no[c.words[n].text]
		n++
	}
	if !some || n == len(c.words) || no[c.words[n-1].text] { // "no canceles": a ban
		return 0
	}
	return n
}

// thisTime reports whether a word that people stop at points to a stretch of time, which it stands before without a comma:
// "este mes vamos justos", but "este, 15".
func (c *clause) thisTime(i int) bool {
	t := &c.words[i]
	return t.within&det != 0 && t.within&oops != 0 && i+1 < len(c.words) && periods[c.words[i+1].text]
}

// periods are stretches of time that no value of a call is.
var periods = set("mes año trimestre curso verano invierno otoño finde rato ciclo ejercicio")

// isSoft reports whether the clause does nothing but announce a correction.
func (c *clause) isSoft() bool {
	some := false
	for i := range c.words {
		t := &c.words[i]
		if !t.sign && (t.quoted || t.within&(oops|opener|await|and|contrast|amend) == 0 && !no[t.text]) {
			return false
		}
		some = some || t.within&(oops|amend) != 0 || no[t.text]
	}
	return some
}

// no are words that take back what was said, alone.
var no = set("no nope nein nee nö non não नहीं")

// amends reports whether the clause has words for a correction, and no other verb.
func (c *clause) amends(from int) bool {
	if c.lang == de && from < len(c.words) && strings.HasPrefix(c.words[from].text, "mach") && c.hasAny(from, len(c.words), "draus", "daraus") {
		return true
	}
	at := c.find(amend, from, min(from+4, len(c.words)))
	if behind := c.find(amend, from+1, len(c.words)); c.lang == hi && behind > 0 && span(c.words, behind, amend) == len(c.words) { // F-582 कहना था
		return (&clause{words: c.words[from:behind], lang: c.lang}).bare() && c.find(negator|ifs|question, from, behind) < 0
	}
	if at < 0 {
		return false
	}
	for i := from; i < at; i++ {
		if c.words[i].within&(opener|oops|contrast|and) == 0 && !c.words[i].sign {
			return false
		}
	}
	for i := span(c.words, at, amend); i < len(c.words); i++ {
		t := &c.words[i]
		if t.quoted || t.sign || t.within&(opener|oops) != 0 {
			continue
		}
		if c.lang&en != 0 && t.verb && !t.noun || t.within&(negator|ifs|question) != 0 {
			return false
		}
	}
	return true
}

// carries reports whether the clause names anything: a number, a name, a word that is none of the
// reader's own.
func (c *clause) carries(from int) bool {
	for i := from; i < len(c.words); i++ {
		if c.words[i].names() || i > from && inStates[c.words[i].text] && beforeNouns[c.words[i-1].text] {
			return true
		}
		if _, end := numeral(c.words, i, c.lang); end > i {
			return true
		}
	}
	return false
}

// names reports whether a word may be a value or a part of one.
func (t *token) names() bool {
	if t.sign || strings.HasSuffix(t.text, "'") { // jusqu', l'

		return false
	}
	return t.quoted || strings.ContainsFunc(t.text, unicode.IsDigit) || t.within&^(speaker|others|source|target) == 0 && knownIn[t.text] == 0 && (len(t.text) > 1 || t.letter()) && (!t.verb || t.noun)
}

// overridden reports whether a later clause puts right what clause i asks for, and names something
// there that the call does not have.
func (s *Said) overridden(i int, call *Call) bool {
	c := &s.clauses[i]
	for k := c.since(i) + 1; k < len(s.clauses); k++ {
		o := &s.clauses[k]
		if !o.corrects || o.verbOf != i && (c.verbOf < 0 || o.verbOf != c.verbOf) {
			continue
		}
		if order := &s.clauses[o.verbOf]; o.besides(call, order) && !o.putsOtherRight(call, order) {
			return true
		}
	}
	return false
}

// putsOtherRight reports whether a correction is of another of the things that its order names, of which it says something
// new: "pay 80 on R-120 and 50 on R-121; sorry, 60 on R-121".
func (c *clause) putsOtherRight(call *Call, order *clause) bool {
	another, fresh := false, false
	for i := range c.words {
		t := &c.words[i]
		switch known := order.hasWord(t.text, 0); {
		case t.code() && known:
			another = another || !call.names(t.text)
		case t.code():
			return false
		case !known:
			_, end := numeral(c.words, i, c.lang)
			fresh = fresh || end > i || t.names()
		}
	}
	return another && fresh && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Code && v.Said(order.text) && !v.Said(c.text) })
}

// amendedBehind reports whether nothing follows clause i but that it is what was meant: "…, Ann Ward, I mean".
func (s *Said) amendedBehind(i int) bool {
	c := &s.clauses[i]
	if i == 0 || i+1 >= len(s.clauses) || s.clauses[i+1].sentence != c.sentence || !c.bare() {
		return false
	}
	o := &s.clauses[i+1]
	return o.only(amend|oops|opener) && o.find(amend, 0, len(o.words)) >= 0
}

// since is the clause behind which others may say something against clause i: for an order that is read again, the
// one that put it right.
func (c *clause) since(i int) int {
	if c.rewrites > 0 {
		return c.rewrites - 1
	}
	return i
}

// besides reports whether a correction of an order names anything that the call does not have.
func (c *clause) besides(call *Call, order *clause) bool {
	when := c.saysMoment(call)
	for i := range c.words {
		t := &c.words[i]
		if when && c.ofMoment(i) || c.fills(i, order) || c.placed(i) && order.hasWord(t.text, 0) {
			continue
		}
		if n, end := numeral(c.words, i, c.lang); end > i && n > 1 && !digit(t.text) && !slices.ContainsFunc(call.Values, func(v Value) bool { return v.Said(textOf(c, c.words[i:end])) }) {
			return true // "no, at six"
		}
		if t.names() && t.within&(amend|oops) == 0 && !unitWords[t.text] && !counts[t.text] && measured[t.text] == nil && unitBase(t.text) == "" && !call.Acts.isNoun(t) && !slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, t.text) || slices.Contains(NameWords(v.Name), t.text) }) {
			return true
		}
	}
	return false
}

// fills reports whether a word of a correction names nothing by itself: it joins what is named, or is what the
// order counts in, too.
func (c *clause) fills(i int, order *clause) bool {
	t := &c.words[i]
	if t.quoted || t.capped || t.code() {
		return false
	}
	if hindiOf[t.text] || copulas[t.text] || currencies[t.text] || enough[t.text] != 0 || t.within&(target|source) != 0 {
		return true
	}
	return c.behindNumber(i) && order.counts(t.text)
}

// behindNumber reports whether a word stands right behind a number.
func (c *clause) behindNumber(i int) bool {
	if i > 0 && amountForm.MatchString(c.words[i-1].text) {
		return true
	}
	for from := max(0, i-3); from < i; from++ {
		if _, end := numeral(c.words, from, c.lang); end == i {
			return true
		}
	}
	return false
}

// counts reports whether a word stands right behind a number of the clause.
func (c *clause) counts(word string) bool {
	for i := range c.words {
		if c.words[i].text == word && c.behindNumber(i) {
			return true
		}
	}
	return false
}

// saysMoment reports whether the clause says a moment of a call.
func (c *clause) saysMoment(call *Call) bool {
	return slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Moment && v.Said(c.text) })
}

// ofMoment reports whether a word is part of how a moment is said.
func (c *clause) ofMoment(i int) bool {
	t := &c.words[i]
	_, end := numeral(c.words, i, c.lang)
	return end > i || digit(t.text) || spoken.Month(t.text) > 0 || thaiDays[t.text] || unitWords[t.text] || unitWords[t.text+"s"] || weekdays[t.text] || dayparts[t.text] || t.within&later != 0
}

// thaiDays stand before a day, or behind a time, in Thai.
var thaiDays = set("วัน ที่ วันที่ เวลา น โมง")

// replaces reports whether a correction may stand for the number of its order that the call does
// not have: not for one that names a thing, "loan 511".
func (c *clause) replaces(by *clause, call *Call) bool {
	for i := 1; i < len(c.words); i++ {
		t, before := &c.words[i], &c.words[i-1]
		if t.sign || !amountForm.MatchString(t.text) || slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, t.text) }) {
			continue
		}
		if (references[before.text] || call.Acts.isNoun(before)) && !by.hasWord(before.text, 0) {
			return false
		}
	}
	return true
}
