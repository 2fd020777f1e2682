package ask

import (
	"slices"
	"strings"
)

// Ask is a clause that asks for a call.
type Ask struct {
	Clause     int      // names the clause within what was said
	Text       string   // of the part of it that asks for this call
	Sentence   string   // of all clauses of its sentence
	Joined     string   // of the order with the answer to a question, if it is read from both
	Corrected  string   // of the clause that it puts right, which says the rest: "nur 5" of "8 Hemden bügeln"
	Many       bool     // it asks for more than one
	Apart      []string // what its sentence takes out: "all but Emma"
	Dictated   []string // what stands behind it in quotes, to be written or told
	Conditions []Condition
	Past       bool            // it is not of the user's last message
	Await      bool            // it waits for a word of the user's
	Later      bool            // it is for another time
	Verb       bool            // its verb means nothing else
	Elliptic   bool            // it takes the verb of another clause, and says nothing of once more
	Held       map[string]bool // the arguments whose values it names, or takes up
	Joins      []int           // the clauses that are the same order, with or without an answer to a question
	Messages   []string        // the user's, from its own to the last
}

// Asked returns the requests for a call, the latest first.
func (s *Said) Asked(call *Call) []Ask {
	var out []Ask
	for i := len(s.clauses) - 1; i >= 0 && len(out) < MaxAsks; i-- {
		c := &s.clauses[i]
		strong, ok := s.asks(i, call)
		said := i // the clause with the values
		if !ok {
			said = s.pointed(i, call)
			ok = said >= 0
		}
		if !ok || s.overridden(i, call) || s.orderedAnew(i, call) {
			continue
		}
		text, held, ok := s.fits(said, call)
		if !ok {
			continue
		}
		waits := c.narrowed(call) || c.onlyOther(call) || s.countermanded(i, call) || s.unsettled(i, call) || s.unclear(i, call) || s.cannotCome(i, call) || s.mistaken(i, call) || s.wrongThing(i, call) || c.hasOf(eachWords, 0) >= 0 || c.halves(call) || c.leavesOpen(call) || s.overtaken(i, call) || s.noOrNot(c) || s.inVain(i) || s.unlessThen(i, call) || s.hesitated(i, call) || s.orKept(i) || s.alreadySo(i, call)
		a := Ask{
			Clause: i, Text: text, Sentence: s.whole(c.sentence), Many: s.many(c, &call.Acts), Apart: s.taken(c.sentence, call), Dictated: s.dictated(i), Conditions: c.cond, Past: c.message < s.messages,
			Await: waits || c.await && !s.choosesHold(i, call), Later: c.later, Verb: strong, Held: held, Messages: s.written[c.message-1:],
		}
		for _, k := range c.cond { // what "if so" points to
			if !strings.Contains(a.Sentence, k.Text) {
				a.Sentence += ", " + k.Text
			}
		}
		a.Later = a.Later && (!c.aimed || call.Acts.strict)
		a.Joins = s.joined(i)
		if c.joins != nil {
			a.Joined = c.joins.text
		}
		if c.verbOf >= 0 {
			o := &s.clauses[c.verbOf]
			a.Elliptic = !slices.ContainsFunc(c.words, func(t token) bool { return t.starts&again != 0 && t.starts&and == 0 || nth(t.text, c.lang) > 1 })
			if c.corrects {
				a.Corrected = o.text
			}
			a.Await, a.Later = a.Await || o.await && !s.choosesHold(i, call), a.Later || o.later
			if o.sentence != c.sentence {
				a.Conditions = append(slices.Clone(a.Conditions), o.cond...)
			}
		}
		out = append(out, a)
	}
	return out
}

// whole joins the clauses of a sentence.
func (s *Said) whole(sentence int) string {
	var parts []string
	for i := range s.clauses {
		if s.clauses[i].sentence == sentence {
			parts = append(parts, s.clauses[i].text)
		}
	}
	return strings.Join(parts, ", ")
}

// only reports whether all words of the clause belong to the classes.
func (c *clause) only(k cue) bool {
	for i := range c.words {
		if c.words[i].within&k == 0 && !c.words[i].sign {
			return false
		}
	}
	return true
}

// generic verbs say little without a noun.
var generic = set("make add put set get create write save store record log open start file change update move register schedule plan new enter raise draft compose generate do give bring stop")

// asks reports whether clause i asks for the act, and whether by a verb that means nothing
// else.
func (s *Said) asks(i int, call *Call) (strong, ok bool) {
	c := &s.clauses[i]
	if c.kind != plain || c.lang&th != 0 && c.othersWant() || c.lang&hi != 0 && c.othersWishHindi() || c.stillNeeds(call) {
		return false, false
	}
	a := &call.Acts
	if s.wonderTogether(i) || s.onlyWhy(i) || s.quotedAside(i, call) || s.ofPaper(i, call) || c.callsOffPart(call) || s.boughtBefore(i, call) {
		return false, false
	}
	if c.asked && (call.NeedsVerb || c.hasOf(wouldMake, 0) < 0) && c.hasOf(possible, 0) >= 0 && c.hasOf(courtesy, 0) < 0 && c.hasOf(mineOwn, 0) < 0 {
		return false, false // "is it possible to"; and what cannot be undone is not ordered by "would it be possible to" either
	}
	if c.mayBe() && s.wantsToKnow(i) || c.asksPassive() >= 0 && !s.pleased(i) && (call.NeedsVerb || !c.saysWhat(call) || len(c.cond) > 0 || !s.onlyReasonsBehind(i)) {
		return false, false // "can B77 be cancelled?"
	}
	if call.NeedsVerb && !a.recurs && c.recurs() {
		return false, false // each month is more than once
	}
	if c.verbOf >= 0 { // and another 30 to Bob
		o := &s.clauses[c.verbOf]
		if !c.corrects && (c.alreadyHas() || statesAt(c.words, c.opened(), c.lang) || c.statesHindi() || c.tellsOfCode(a) || c.goesElsewhere() || c.hasOf(perhaps, 0) >= 0) || c.lang&th != 0 && c.refuses() || c.negates() >= 0 || len(c.words) == 0 || c.corrects && c.besides(call, o) || !c.corrects && c.stays() {
			return false, false
		}
		if c.contrast && o.negates() < 0 && !c.hasAny(0, len(c.words), "only", "just", "nur", "seulement", "solo", "sólo", "só", "apenas", "सिर्फ", "केवल", "แค่", "เฉพาะ") {
			return false, false // all of them but this
		}
		for _, v := range o.verbs(a) {
			other := (c.contrast || c.onlyThat()) && o.sentence == c.sentence // "not to Eve but to Max"
			if (o.orders(v) && (!o.negated(v) || other) || other && o.forbids(v)) && (v.strength == 2 || a.hasNoun(o.words)) && call.mentions(c.text) {
				return v.strength == 2, true
			}
		}
		for _, v := range c.verbs(a) { // that no list has: "müsste trockengestellt werden", "va annullata"
			own := v.form == telling || v.form == done && v.lang == de || v.form == ordering && (v.lang&(de|hi|th) != 0 || v.lang == en && c.headAt(v.at)) && !c.stays() && !slices.ContainsFunc(o.verbs(a), o.orders)
			if v.strength == 2 && own && c.orders(v) && c.negates() < 0 && s.object(i, v, call) {
				return true, true
			}
		}
		return false, s.without(i, call)
	}
	if c.calledOff(a) || (call.NeedsVerb || a.strict) && c.find(idiom, 0, len(c.words)) >= 0 {
		return false, false
	}
	for _, v := range c.verbs(a) {
		if !c.orders(v) && !c.serial(v, a) && !s.wanted(i, v, call) && !s.mustBeToo(i, v, call) || c.negated(v) || c.noneOfIt(v, a) || v.form == naming && v.lang != en && s.tellsMore(i) && !s.polite(i) && !c.mustBe(v) || c.leadsDeed(v) && !c.begs(v) && !s.pure(i, call) || v.form == pledging && (!s.settled(i) || !c.pledgesOf(call)) || c.aims(v) || c.spared(v) || c.mineToDo(v) || s.remarked(i, v) || s.othersDo(i, v) || c.toldToUs(v) || c.othersShall(v, call) || s.theirs(i, v, call) || tellers[v.base] && a.has("pay") && !slices.ContainsFunc(a.named, func(n string) bool { return tellers[n] }) { // "ask Nina to send me 450"
			continue
		}
		if v.base == "draft" && call.draftsElsewhere() || v.base == "know" && s.deedBefore(i, a) {
			continue
		}
		if v.strength == 2 && (len(a.nouns) == 0 || !a.strict && !generic[v.base]) || s.object(i, v, call) {
			return v.strength == 2, true
		}
	}
	if s.insteadOf(i, call) || c.commits(call) || s.brief(i, call) {
		return true, true
	}
	return false, c.delivers(call) && c.negates() < 0 || c.named(call) || s.without(i, call) || s.chooses(i, call)
}

// mineOwn are words for what is the user's own: who asks whether "my booking" can be done with asks for it.
var mineOwn = wordSets["own"]

// named reports whether the clause orders the deed by what it makes, and says for whom or what: "reminders
// to P-9 and P-31, please".
func (c *clause) named(call *Call) bool {
	if call.NeedsVerb || c.kind != plain || c.asked || !c.bare() || c.negates() >= 0 || c.find(hypothetical|know|report|keep|stop|question|await, 0, len(c.words)) >= 0 {
		return false
	}
	i := c.opened()
	for i < len(c.words) && (c.words[i].within&det != 0 || digit(c.words[i].text)) {
		i++
	}
	if i+2 >= len(c.words) || c.words[i].quoted {
		return false
	}
	deed := nominal[c.words[i].text]
	if deed == "" {
		deed = nominal[strings.TrimSuffix(c.words[i].text, "s")]
	}
	if deed == "" || !slices.Contains(call.Acts.named, deed) || c.words[i+1].text != "to" && c.words[i+1].text != "for" {
		return false
	}
	return call.names(textOf(c, c.words[i+2:])) && !c.otherDeed(call, -1) && !slices.ContainsFunc(c.words, func(t token) bool {
		return finite[t.text]&c.lang != 0 || !t.sign && t.within == 0 && past(t.text, c.lang) && !t.capped
	})
}

// halves reports whether the clause asks for half of the only number that it names, and the call has the whole:
// "dei 20 bicchieri ordinane solo la metà".
func (c *clause) halves(call *Call) bool {
	at := c.hasOf(halfWords, 0)
	if at < 1 || c.words[at-1].within&(det|fraction) == 0 && onlyWords[c.words[at-1].text]&c.lang == 0 && c.lang&(hi|th) == 0 {
		return false
	}
	if before := &c.words[at-1]; before.text == "a" || before.text == "à" {
		return false // a metà dicembre
	}
	numbers, whole := 0, false
	for i := range c.words {
		if amountForm.MatchString(c.words[i].text) {
			numbers++
			whole = whole || slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Number && !v.Digits && v.Said(c.words[i].text) })
		}
	}
	return numbers == 1 && whole
}

// eachWords join two lists one by one, halfWords say half.
var eachWords, halfWords = wordSets["each"], wordSets["half"]

// aims reports whether a verb only says what something else is done for: "pour annuler C-3, il faut appeler".
func (c *clause) aims(v verb) bool {
	i := c.opened()
	if at := v.at - 2; at >= 0 && afterWords[c.words[at].text]&c.lang != 0 && ofWords[c.words[at+1].text] {
		return true // prima di annullare
	}
	switch {
	case v.at == i+1 && c.lang&(fr|it|es|pt) != 0:
		return aimings[c.words[i].text]&c.lang != 0
	case v.at == i+3 && c.lang&en != 0:
		return c.words[i].text == "in" && c.words[i+1].text == "order" && c.words[i+2].text == "to"
	}
	return false
}

// othersShall reports whether the clause says that somebody else is to do it: "der Praktikant soll den Ordner teilen",
// "चौकीदार अलार्म बंद कर दे". What is to become of a thing has a passive.
func (c *clause) othersShall(v verb, call *Call) bool {
	from, to := c.opened(), 0
	switch {
	case c.lang == hi:
		last := len(c.words) - 1
		if last < 2 || c.words[last].text != "दे" || v.at < from+2 {
			return false
		}
		to = from + 1
		if next := &c.words[to]; next.sign || hindiOf[next.text] || next.within&(target|source|topic) != 0 || slices.Contains([]string{"को", "में", "पर", "से", "ने", "तक", "का", "की", "के"}, next.text) {
			return false
		}
	case c.lang&de != 0:
		for to = from; to < len(c.words) && c.words[to].text != "soll" && c.words[to].text != "sollen"; to++ {
		}
		if to == from || to+1 >= len(c.words) || v.at != len(c.words)-1 || v.at <= to+1 || v.form != ordering && v.form != naming {
			return false
		}
	default:
		return false
	}
	some := false
	for i := from; i < to; i++ {
		t := &c.words[i]
		if t.sign || t.quoted || t.code() || t.within&speaker != 0 && t.within&det == 0 || call.isThing(t) || t.within&(pronoun|target|source) != 0 && t.within&(det|subject) == 0 || slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, i, t.text) }) {
			return false
		}
		some = some || t.names()
	}
	return some
}

// aimings are words before a verb that say what something is done for.
var aimings = wordSets["aim"]
