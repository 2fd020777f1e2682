package ask

import (
	"slices"
	"strings"
	"unicode"
)

// Orders that have no verb: "a double for Ms Larsen from 18 December, three nights".

// verbless reports whether the clause has no verb and is all about the call: but for values, nouns of
// the tool, numbers and names it has at most one word that says anything.
func (c *clause) verbless(call *Call) bool {
	if !c.bareFor(call) || c.otherVerb(call, -1) || c.perfect() {
		return false
	}
	more := 0
	holds := c.holding(call)
	for i := range c.words {
		t := &c.words[i]
		if !holds[i] && !past(t.text, c.lang) || t.sign || t.quoted || t.within != 0 || t.starts != 0 || knownIn[t.text]&c.lang != 0 || call.isThing(t) || unitWords[t.text] || counts[t.text] || measured[t.text] != nil || calledSo[t.text]&c.lang != 0 ||
			strings.ContainsFunc(t.text, unicode.IsDigit) || t.capped && !past(t.text, c.lang) && (i > 0 || c.lang&de == 0) ||
			slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, t.text) }) {
			continue
		}
		if _, end := numeral(c.words, i, c.lang); end > i {
			continue
		}
		if past(t.text, c.lang) || c.lang&de != 0 && i+1 == len(c.words) && !t.capped && len(t.text) > 4 && strings.HasSuffix(t.text, "n") {
			return false // "Lampe Flur vor dem Ausschalten ansehen"
		}
		more++
	}
	return more <= 1
}

// holding marks the words of the parts between commas that hold a value of a call: what the others list is
// not said of it.
func (c *clause) holding(call *Call) []bool {
	out := make([]bool, len(c.words))
	from := 0
	for to := 0; to <= len(c.words); to++ {
		if to < len(c.words) && (!c.words[to].sign || c.words[to].text != ",") {
			continue
		}
		holds := false
		for i := from; i < to; i++ {
			holds = holds || slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, c.words[i].text) })
		}
		for i := from; i < to; i++ {
			out[i] = holds
		}
		from = to + 1
	}
	return out
}

// irregularPast are English forms of what somebody did that no ending makes.
var irregularPast = set("went came left lost had did began became lent ran met held brought found broke fell rose drove stood spent felt won ate grew chose saw said thought caught kept slept hid flew swam sang")

// befell reports whether the clause tells, behind a word, what became of the deed that it names, or since when it lasts: "that
// advance of 200 to Ivy bounced", "le remboursement de T-7 traîne depuis lundi".
func (c *clause) befell(at int) bool {
	for i := at + 1; i < len(c.words); i++ {
		t := &c.words[i]
		switch {
		case t.quoted:
		case t.text == "that" || t.text == "as" || t.text == "when" || t.starts&(speaker|subject) != 0:
			return false
		case i > at+1 && (lasts[t.text]&c.lang != 0 || phraseAt(befalls, c.words, i, c.lang) > 0) && t.within&frame == 0, c.lang&en != 0 && irregularPast[t.text] && !t.capped:
			return true
		case c.lang&en != 0 && i+1 == len(c.words) && i > at+1 && strings.HasSuffix(t.text, "ed") && len(t.text) > 4 && !t.noun && !t.thing && !t.capped:
			return true
		}
	}
	return false
}

// toldOfThing reports whether the clause begins with a thing and its article, and tells what became of it: "el recordatorio de la
// V-7 salió ayer".
func (c *clause) toldOfThing() bool {
	first := c.opened()
	return first+1 < len(c.words) && c.words[first].within&det != 0 && c.befell(first+1)
}

// lasts stand before the time since when something lasts, befalls are verbs of what becomes of a deed.
var lasts, befalls = wordSets["lasts"], wordSets["befalls"]

// past reports whether a word has an ending of what somebody did.
func past(w string, l lang) bool {
	if l&en != 0 && (strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "ing") || irregular[w] != "" || irregularPast[w]) {
		return true
	}
	if l&(es|it|pt|fr) == 0 {
		return false
	}
	for _, end := range []string{"ó", "ò", "é", "í", "ì", "ù", "ou", "eu", "iu", "aba", "aban", "avano", "evano", "ivano", "avam", "íam", "ían", "aient", "èrent", "ava", "ía", "ia", "ait", "aron", "ieron", "aram", "eram", "irono", "arono", "ado", "ido", "ato", "ito", "uto", "ée", "és", "ées"} {
		if strings.HasSuffix(w, end) {
			return true
		}
	}
	return false
}

// generic reports whether a verb says little without a noun.
func (v verb) generic() bool {
	return generic[v.base] || v.lang != en && genericStems[v.base]&v.lang != 0
}

// genericStems are those of deeds that are generic, and that nothing else is named for.
var genericStems = map[string]lang{}

func init() {
	for _, a := range acts {
		for l, list := range a.stems {
			for _, s := range list {
				if generic[a.name] && !a.strict && s.particle == "" {
					genericStems[s.text] |= l
				}
			}
		}
	}
	for _, t := range things {
		for _, w := range t.words {
			thingBegins[w] = append(thingBegins[w], t.begins...)
		}
	}
}

// thingBegins are the beginnings of words of the other languages for an English one.
var thingBegins = map[string][]string{}

// ofValue reports whether a word is a part of what says a value of the call: the "half" of "half past ten".
func (c *clause) ofValue(i int, call *Call) bool {
	const long = 5 // words
	for _, v := range call.Values {
		if v.Shape != Moment && v.Shape != Number && v.Shape != Choice {
			continue
		}
		for from := max(0, i-long+1); from <= i; from++ {
			if c.words[from].sign {
				continue
			}
			for to := i + 1; to <= min(len(c.words), from+long); to++ {
				if c.words[to-1].sign {
					break
				}
				if v.Said(textOf(c, c.words[from:to])) && !(i > from && v.Said(textOf(c, c.words[from:i]))) && !(i+1 < to && v.Said(textOf(c, c.words[i+1:to]))) {
					return true
				}
			}
		}
	}
	return false
}

// thingHere reports whether a word is used as a thing: an article before it, its name or a preposition
// behind it. "Berth C14 for the Albatross", "ricarica di 50 euro".
func (c *clause) thingHere(i int) bool {
	if i > 0 && c.words[i-1].within&det != 0 {
		return true
	}
	if i+1 >= len(c.words) {
		return i > 0
	}
	next := &c.words[i+1]
	return next.code() || next.letter() || digit(next.text) || next.quoted || next.text == "of" || next.text == "for" || c.lang&en == 0 && (ofWords[next.text] || pros[next.text])
}

// indefinite articles stand before nouns only.
var indefinite = set("un une una uno un' ein eine einen einem einer um uma unos unas uns umas")

// pros say what something is for, in the other languages.
var pros = set("für pour per para por")

// bareFor reports whether the clause has no verb, but for words that are values, nouns and arguments' names of
// the call.
func (c *clause) bareFor(call *Call) bool {
	if c.bare() {
		return true
	}
	rest := *c
	rest.words = slices.Clone(c.words)
	for i := range rest.words {
		t := &rest.words[i]
		if t.sign || t.quoted || !t.verb && !foreignVerb(t, c.lang) && !t.inflected() {
			continue
		}
		held := slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, t.text) })
		if held || i > 0 && c.lang&en == 0 && indefinite[c.words[i-1].text] || c.thingHere(i) && (call.isThing(t) || c.lang&en == 0 && i == c.opened()) {
			t.verb, t.bent, t.own, t.text, t.fold, t.starts = false, false, 0, "-", "-", 0
		}
	}
	return rest.bare()
}

// polite reports whether the sentence of a clause says please or thanks.
func (s *Said) polite(i int) bool {
	for j := range s.clauses {
		o := &s.clauses[j]
		if o.sentence == s.clauses[i].sentence && (o.hasOf(courtesy, 0) >= 0 || o.hasOf(requests, 0) >= 0) {
			return true
		}
	}
	return false
}

var courtesy = wordSets["courtesy"]

// tellsMore reports whether another clause of the message of clause i says what happened, or what did not:
// then one without a verb may be part of that. "Paper pickup on the 3rd, my foot! Nobody came."
func (s *Said) tellsMore(i int) bool {
	c := &s.clauses[i]
	for j := range s.clauses {
		o := &s.clauses[j]
		if j == i || o.message != c.message || o.joins != c.joins || o.find(nothing, 0, len(o.words)) < 0 && !o.perfect() && !slices.ContainsFunc(o.words, func(t token) bool {
			return !t.sign && t.within == 0 && past(t.text, o.lang) && !t.capped && knownIn[t.text] == 0
		}) {
			continue
		}
		if !o.groundsOnly(true) && !(o.kind == subordinate && o.toldOnly(0, noNumber)) && !(o.sentence == c.sentence && o.tale() && s.begs(i)) {
			return true
		}
	}
	return false
}

// evidence lists the words of a clause by which a tool is meant where no verb tells it: nouns of its name and
// of what its condition is about, else words of its description that no other tool has.
func (c *clause) evidence(call *Call) []string {
	out := c.nounsOf(&call.Acts)
	if len(out) > 0 {
		return out
	}
	for _, k := range c.cond {
		list := tokens(k.Text)
		out = append(out, (&clause{words: list}).nounsOf(&call.Acts)...)
	}
	if len(out) > 0 || call.Acts.strict || call.Acts.hints == nil {
		return out
	}
	if c.askedOf != "" && c.points(c.words) { // "When is the job for Hill due?" "Put it on 9 December."
		list := tokens(c.askedOf)
		if out = (&clause{words: list}).nounsOf(&call.Acts); len(out) > 0 {
			return out
		}
	}
	for i := range c.words {
		t := &c.words[i]
		if call.Acts.hints.isNoun(t) && !slices.ContainsFunc(call.Others, func(o Other) bool {
			return o.Acts.isNoun(t) || o.Acts.hints != nil && o.Acts.hints.isNoun(t)
		}) {
			out = append(out, t.text)
		}
	}
	return out
}

// namesDeed reports whether a clause without a verb names what an act that must be named makes or takes: "three
// wreaths for F-81". Where it pays or takes something away, its own noun must lead the clause, and a word of
// courtesy must ask for it: "storage fee for CL-41: 12 euros, thanks".
func (s *Said) namesDeed(i int, call *Call, n int) bool {
	c := &s.clauses[i]
	if n < 2 {
		return false
	}
	if !call.Acts.grave {
		return call.Acts.hasNoun(c.words) || slices.ContainsFunc(call.Values, func(v Value) bool {
			return v.Shape == Choice && !v.Free && v.Said(c.text)
		}) || call.Acts.gets() && s.polite(i) && c.countsValue(call)
	}
	if !s.polite(i) {
		return false
	}
	first := c.opened()
	if call.Acts.gets() && c.countsThing(call) && !(i+1 < len(s.clauses) && s.clauses[i+1].either) {
		return true
	}
	for j := first; j < len(c.words); j++ {
		t := &c.words[j]
		if call.Acts.isNoun(t) && !currencies[t.text] && unitBase(t.text) == "" && t.text != "money" {
			return true
		}
		if digit(t.text) && j == first && call.Acts.gets() && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Number && v.Said(t.text) }) {
			continue // "3 places pour la séance S-2240"
		}
		if t.sign || digit(t.text) || t.code() || placing[t.text] || ofWords[t.text] || t.text == "of" {
			return false
		}
	}
	return false
}

// countsThing reports whether the clause begins with a number of the call and what there are to be so many of: a thing of the tool
// or a value of the call, perhaps behind a unit. "deux lasagnes à emporter", "sept jours de roaming Europe".
func (c *clause) countsThing(call *Call) bool {
	first := c.opened()
	if first+1 < len(c.words) && forWords[c.words[first].text] && forUs[c.words[first+1].text] { // "per me due lasagne"
		first += 2
	}
	_, to := numeral(c.words, first, c.lang)
	if to == first && first < len(c.words) && digit(c.words[first].text) {
		to = first + 1
	}
	if to == first || !slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Number && !v.Free && v.Said(textOf(c, c.words[first:to])) }) {
		return false
	}
	if to+2 < len(c.words) && (unitWords[c.words[to].text] || unitBase(c.words[to].text) != "") && !currencies[c.words[to].text] && (c.words[to+1].text == "of" || ofWords[c.words[to+1].text]) {
		to += 2
	}
	for i := to; i < len(c.words); i++ {
		if w := c.words[i].text; ors[w] && (w != "o" || c.lang&(it|es) != 0) {
			return false // "deux lasagnes ou deux pizzas"
		}
	}
	return to < len(c.words) && !c.words[to].quoted && !currencies[c.words[to].text] && (call.Acts.isNoun(&c.words[to]) || slices.ContainsFunc(call.Values, func(v Value) bool {
		return (v.Shape == Word || v.Shape == Choice) && !v.Free && v.holdsWord(c, to, c.words[to].text)
	}))
}

// forUs are words for whom an order is that names nobody else.
var forUs = set("me us mich uns moi nous noi mí mi nosotros nosotras mim nós")

// calledSo are words before a name, or of the clock.
var calledSo = wordSets["calledSo"]

// perhaps are words by which an order without a verb is none yet.
var perhaps = wordSets["perhaps"]

// thanks reports whether the clause thanks for something that was done: "thanks for the corals".
func (c *clause) thanks() bool {
	i := 0
	for i+1 < len(c.words) && (gratitude[c.words[i].text]&c.lang == 0 && c.words[i].within&(opener|and) != 0 || c.words[i].sign) {
		i++
	}
	if i+1 >= len(c.words) || gratitude[c.words[i].text]&c.lang == 0 {
		return false
	}
	next := &c.words[i+1]
	return next.text == "for" || next.text == "you" && i+2 < len(c.words) && c.words[i+2].text == "for" || pros[next.text] || ofWords[next.text]
}

// gratitude are words of thanks, habits those that tell what is so each time.
var (
	gratitude = wordSets["gratitude"]
	habits    = wordSets["habit"]
)

// ofAnother reports whether a clause without a verb is about something else of what it names: "a photo of
// the four corals".
func (c *clause) ofAnother(call *Call) bool {
	for i := c.opened(); i+2 < len(c.words); i++ {
		t, next := &c.words[i], &c.words[i+1]
		if i > 0 && amountForm.MatchString(c.words[i-1].text) {
			continue // 80 litri di
		}
		if next.text != "of" && !ofWords[next.text] || t.sign || calledSo[t.text]&c.lang != 0 || t.quoted || t.within != 0 || t.names() && t.code() || call.isThing(t) || unitWords[t.text] || unitBase(t.text) != "" || digit(t.text) || !strings.ContainsFunc(t.text, unicode.IsLetter) || currencies[t.text] ||
			slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, t.text) }) {
			continue
		}
		_, end := numeral(c.words, i+2, c.lang)
		if c.lang&en == 0 && (digit(c.words[i+2].text) || end > i+2 || c.words[i+2].code()) {
			continue // ricarica di 50 euro
		}
		return true
	}
	return false
}

// perfect reports whether the clause tells what somebody has done, in French or Thai: "Mme Leroy a pris les
// SK-41".
func (c *clause) perfect() bool {
	for i := range c.words {
		t := &c.words[i]
		if c.lang&fr != 0 && i+1 < len(c.words) && i > 0 && (t.text == "a" || t.text == "ont" || t.text == "avons" || t.text == "avez" || t.text == "as" || t.text == "ai") {
			next := c.words[i+1].fold
			if next == "y" || next == "en" || c.words[i+1].sign || digit(next) || c.words[i+1].capped {
				continue
			}
			for _, end := range []string{"é", "i", "u", "is", "it", "ert"} {
				if strings.HasSuffix(next, end) {
					return true
				}
			}
		}
		if c.lang&th != 0 && t.text == "แล้ว" && i > 0 {
			last := i + 1
			for last < len(c.words) && (c.words[last].sign || c.words[last].within&opener != 0) {
				last++
			}
			if last == len(c.words) || i > 1 && digit(c.words[i-2].text) && c.words[i+1].at > t.end { // "ไป 5 วันแล้ว"
				return true
			}
		}
	}
	return false
}
