package ask

import (
	"slices"
	"strings"
	"unicode"
)

// Ask is a clause that asks for a call.
type Ask struct {
	Clause     int      // names the clause within what was said
	Text       string   // of the part of it that asks for this call
	Sentence   string   // of all clauses of its sentence
	Many       bool     // it asks for more than one
	Apart      []string // what its sentence takes out: "all but Emma"
	Dictated   []string // what stands behind it in quotes, to be written or told
	Conditions []Condition
	Past       bool            // it is not of the user's last message
	Await      bool            // it waits for a word of the user's
	Later      bool            // it is for another time
	Verb       bool            // its verb means nothing else
	Held       map[string]bool // the arguments whose values it names, or takes up
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
		if !ok || s.overridden(i, call) {
			continue
		}
		text, held, ok := s.fits(said, call)
		if !ok {
			continue
		}
		a := Ask{Clause: i, Text: text, Sentence: s.whole(c.sentence), Many: s.many(c, &call.Acts), Apart: s.taken(c.sentence), Dictated: s.dictated(i), Conditions: c.cond, Past: c.message < s.messages, Await: c.await || s.countermanded(i, call), Later: c.later, Verb: strong, Held: held}
		a.Later = a.Later && (!c.aimed || call.Acts.strict)
		if c.verbOf >= 0 {
			o := &s.clauses[c.verbOf]
			a.Await, a.Later = a.Await || o.await, a.Later || o.later
			if o.sentence != c.sentence {
				a.Conditions = append(slices.Clone(a.Conditions), o.cond...)
			}
		}
		out = append(out, a)
	}
	return out
}

// Forbidden reports whether the user bans the call, and does not ask for it later.
func (s *Said) Forbidden(call *Call) bool {
	asked := 0 // the message that asks, without naming the object
	for i := len(s.clauses) - 1; i >= 0; i-- {
		c := &s.clauses[i]
		if asked > 0 && c.message < asked {
			return false
		}
		named := call.names(c.text)
		if _, ok := s.asks(i, call); ok && !s.leavesOut(i, call) && !s.overridden(i, call) {
			if named {
				return false
			}
			if asked == 0 {
				asked = c.message
			}
			continue
		}
		if (asked == 0 || named || s.leavesOut(i, call)) && s.bans(i, call) {
			return true
		}
	}
	return false
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
	if c.kind != plain {
		return false, false
	}
	a := &call.Acts
	if call.NeedsVerb && c.asked && c.hasOf(possible, 0) >= 0 {
		return false, false // "would it be possible to": what cannot be undone is not ordered by asking whether it can be done
	}
	if c.verbOf >= 0 { // and another 30 to Bob
		o := &s.clauses[c.verbOf]
		if c.negates() >= 0 || len(c.words) == 0 || c.corrects && c.besides(call) {
			return false, false
		}
		if c.contrast && o.negates() < 0 && !c.hasAny(0, len(c.words), "only", "just", "nur", "seulement", "solo", "sólo", "só", "apenas", "सिर्फ", "केवल", "แค่", "เฉพาะ") {
			return false, false // all of them but this
		}
		for _, v := range o.verbs(a) {
			if o.orders(v) && (!o.negated(v) || c.contrast && o.sentence == c.sentence) && (v.strength == 2 || a.hasNoun(o.words)) && call.mentions(c.text) {
				return v.strength == 2, true
			}
		}
		for _, v := range c.verbs(a) { // that no list has: "müsste trockengestellt werden"
			if v.strength == 2 && v.form == telling && v.lang == de && c.orders(v) && c.negates() < 0 && s.object(i, v, call) {
				return true, true
			}
		}
		return false, s.without(i, call)
	}
	if c.calledOff(a) {
		return false, false
	}
	for _, v := range c.verbs(a) {
		if !c.orders(v) || c.negated(v) || c.noneOfIt(v, a) {
			continue
		}
		if v.strength == 2 && (len(a.nouns) == 0 || !a.strict && !generic[v.base]) || s.object(i, v, call) {
			return v.strength == 2, true
		}
	}
	return false, c.delivers(call) && c.negates() < 0 || c.named(call) || s.without(i, call) || s.chooses(i, call)
}

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

// noneOfIt reports whether the clause asks for none of what the act makes: "send no reminders".
func (c *clause) noneOfIt(v verb, a *Acts) bool {
	n := c.negates()
	if n < v.at {
		return false
	}
	return a.hasNoun(c.words[n+1:min(n+4, len(c.words))]) || c.words[n].text == "not" && n == v.at+1
}

// delivers reports whether the clause orders a text for somebody, by a value of the call:
// "summarise it for ann@corp.example", "summarise the page in channel news".
func (c *clause) delivers(call *Call) bool {
	if !call.Acts.has("send") && !call.Acts.has("post") || !c.verbFirst() || c.kind != plain {
		return false
	}
	if i := c.opened(); !summaries[c.words[i].text] {
		return false
	}
	if _, whom, ok := strings.Cut(c.text, " for "); ok && strings.Contains(whom, "@") && call.mentions(whom) {
		return true
	}
	if !c.hasAny(0, len(c.words), "page", "article", "document", "file", "report", "site", "website", "letter") {
		return false // of what is in the channel
	}
	for _, to := range []string{" in channel ", " in the channel ", " to channel ", " to the channel ", " into channel ", " for channel "} {
		if _, where, ok := strings.Cut(c.text, to); ok && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Role == To && v.Said(where) }) {
			return true
		}
	}
	return false
}

var summaries = set("summarise summarize prepare compile draft collect")

// object reports whether what the act works on is named: by a noun of it, by a value of the
// call, or by a pronoun for what was said before.
func (s *Said) object(i int, v verb, call *Call) bool {
	c, a := &s.clauses[i], &call.Acts
	rest := slices.Concat(c.words[:v.at], c.words[v.at+1:])
	if a.hasNoun(rest) || chosen(call, c.text) || a.argued(call, c.text) {
		return true
	}
	// "delete the largest": what it is is said in the clause before.
	if i > 0 && s.clauses[i-1].sentence == c.sentence && !s.bans(i-1, call) && (a.hasNoun(s.clauses[i-1].words) && (v.strength == 2 || c.points(rest)) || v.strength == 2 && call.mentions(s.clauses[i-1].text)) {
		return true
	}
	if i+1 < len(s.clauses) && s.clauses[i].tells && s.clauses[i+1].sentence == c.sentence && a.hasNoun(s.clauses[i+1].words) {
		return true
	}
	if v.strength < 2 {
		if !c.asked && s.without(i, call) {
			return true
		}
		if a.has("send") && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Role == To && v.Shape == Mail && v.Said(c.text) }) {
			return true
		}
		if next := v.at + 1; next < len(c.words) && (v.base == "reply" || v.base == "respond" || v.base == "answer" || v.base == "post") {
			if w := &c.words[next]; w.text == "to" || w.text == "there" || slices.ContainsFunc(call.Values, func(v Value) bool { return v.Role == To && v.Said(w.text) }) {
				return true
			}
		}
		return call.sided(c.text) || a.has("pay") && call.sends(c)
	}
	if call.mentions(c.text) {
		return true
	}
	bare := true
	for k := range rest {
		t := &rest[k]
		if t.within&pronoun != 0 || !generic[v.base] && t.within&speaker != 0 {
			return true
		}
		bare = bare && (t.sign || t.within&(opener|det|frame|and) != 0)
	}
	return bare // "cancel!": what was spoken of
}

// argued reports whether a text holds a value whose argument is called as what the act works
// on: send it to 5 Mill Street, for an address.
func (a *Acts) argued(call *Call, text string) bool {
	return slices.ContainsFunc(call.Values, func(v Value) bool {
		return v.Shape == Word && slices.Contains(a.nouns, strings.ToLower(v.Name)) && v.Said(text)
	})
}

// points reports whether words take up what was said: by a pronoun.
func (c *clause) points(words []token) bool {
	return slices.ContainsFunc(words, func(t token) bool { return t.within&pronoun != 0 && t.within&(det|speaker) == 0 })
}

// sided reports whether a text holds both sides of a call: "move 50 from checking to savings".
func (c *Call) sided(text string) bool {
	side := func(r Role) bool {
		return slices.ContainsFunc(c.Values, func(v Value) bool { return v.Role == r && v.Said(text) })
	}
	return side(From) && side(To) && slices.ContainsFunc(c.Values, func(v Value) bool { return v.Shape == Number && v.Said(text) })
}

// sends reports whether a clause holds the amount and the recipient of a call: "send 35 to Otto".
func (c *Call) sends(o *clause) bool {
	amount, whom := false, false
	for _, v := range c.Values {
		if v.Free || !v.Said(o.text) {
			continue
		}
		amount = amount || v.Shape == Number && !o.countsThings(v, c)
		whom = whom || v.Shape != Number && v.Role == To
	}
	return amount && whom
}

// countsThings reports whether a number says how many of something: "80 copies".
func (c *clause) countsThings(v Value, call *Call) bool {
	for i := 0; i+1 < len(c.words); i++ {
		if t := &c.words[i+1]; amountForm.MatchString(c.words[i].text) && v.Said(c.words[i].text) && t.names() && !call.Acts.isNoun(t) && !slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, i+1, t.text) }) {
			return true
		}
	}
	return false
}

// chosen reports whether a text says a choice of the call: "make Raj a member".
func chosen(call *Call, text string) bool {
	return slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Choice && v.Said(text) })
}

// many reports whether the clause asks for more than one.
func (s *Said) many(c *clause, a *Acts) bool {
	for i := range s.clauses {
		o := &s.clauses[i]
		if o.sentence != c.sentence {
			continue
		}
		for k := range o.words {
			t := &o.words[k]
			if t.starts&many != 0 {
				return true
			}
			if singular, ok := strings.CutSuffix(t.text, "s"); ok && t.text != "is" && t.text != "this" && slices.Contains(a.nouns, singular) {
				return true
			}
		}
	}
	return false
}

// leavesOut reports whether clause i asks for the act on all but an object of the call.
func (s *Said) leavesOut(i int, call *Call) bool {
	return slices.ContainsFunc(s.clauses[i].apart, call.names)
}

// bans reports whether clause i forbids the call.
func (s *Said) bans(i int, call *Call) bool {
	c, a := &s.clauses[i], &call.Acts
	if c.kind == asking || c.kind == reported || c.kind == supposed {
		return false
	}
	named := call.names(c.text)
	if s.leavesOut(i, call) && (s.actsOn(i, a) || a.alters || slices.ContainsFunc(c.apart, func(text string) bool { return speaks(text, c.lang, a) })) {
		return true
	}
	if c.verbOf >= 0 {
		if slices.ContainsFunc(call.Values, func(v Value) bool {
			return v.Shape == Code && !v.Free && !v.Said(c.text) && c.rival(v, call, 0, len(c.words))
		}) {
			return false // of another: "SP-4411, that one gets nothing"
		}
		if named && (c.negates() >= 0 || c.find(excepted, 0, len(c.words)) >= 0) && s.clauses[c.verbOf].kind == plain {
			return s.actsOn(c.verbOf, a)
		}
		return false
	}
	if k := c.find(keep, 0, c.content); named && a.alters && !a.keeps() && k >= 0 && !c.lets(k) && !slices.ContainsFunc(c.verbs(a), func(v verb) bool { return v.at == k && v.lang == hi && c.orders(v) }) && (c.negates() < 0 || c.hasAny(0, len(c.words), "touch", "toque", "toques", "touche", "touchez", "toccare", "mexa", "anfassen", "anrühren")) {
		return true
	}
	if c.calledOff(a) {
		return named || !c.specific(-1, a)
	}
	n := c.negates()
	if n < 0 {
		return false
	}
	verbs := c.verbs(a)
	if len(verbs) == 0 { // "delete no file, not even a.txt"
		return named && i > 0 && s.clauses[i-1].sentence == c.sentence && c.bare() && s.bans(i-1, &Call{Acts: *a})
	}
	for _, v := range verbs {
		if !c.negated(v) && !c.noneOfIt(v, a) || c.find(hypothetical, 0, v.at) >= 0 && v.lang == en && n > v.at {
			continue
		}
		switch {
		case named:
			return true
		case v.form == done && v.lang == en && c.words[n].starts&nothing != 0 && !c.hasAny(n, v.at, "must", "should", "shall", "may", "can", "be", "is", "to", "let", "want", "have"):
			continue // "nobody wrote it down" tells what was
		case v.form == telling && v.lang == en, v.strength < 2 && !a.hasNoun(slices.Concat(c.words[:v.at], c.words[v.at+1:])):
			continue
		case c.specific(v.at, a), c.find(others, 0, len(c.words)) >= 0, c.find(bounding, 0, len(c.words)) >= 0:
			continue // it names something else
		}
		return true
	}
	return false
}

// keeps reports whether the act keeps a thing for somebody: to keep it is to do it.
func (a *Acts) keeps() bool { return a.has("hold") || a.has("reserve") || a.has("keep") }

// speaks reports whether a text has a verb for the act.
func speaks(text string, l lang, a *Acts) bool {
	list := tokens(text)
	mark(list, l)
	return len((&clause{words: list, content: len(list), lang: l}).verbs(a)) > 0
}

// actsOn reports whether a clause, or that whose verb it takes, speaks of the act.
func (s *Said) actsOn(i int, a *Acts) bool {
	c := &s.clauses[i]
	if c.verbOf >= 0 {
		c = &s.clauses[c.verbOf]
	}
	return len(c.verbs(a)) > 0
}

// calledOff reports whether the clause calls the act off as a thing: "cancel my refund", "no
// refund needed", "hold the order", or as a deed: "stop ordering".
func (c *clause) calledOff(a *Acts) bool {
	for i := range c.words {
		t := &c.words[i]
		if i == 0 || t.sign || t.quoted || !c.deed(i, a) {
			continue
		}
		for j := i - 1; j >= 0 && j >= i-4; j-- {
			before := &c.words[j]
			if before.within&det != 0 || before.text == "need" || before.text == "for" || before.text == "any" || before.text == "with" || before.text == "de" {
				continue
			}
			if before.within&harmless != 0 {
				break
			}
			if before.within&stop != 0 && !a.stops(before, c.lang) && (before.starts&negator == 0 || before.text != "no") {
				return true
			}
			if before.starts&negator != 0 && before.text != "not" && before.text != "don't" && before.text != "never" {
				return true
			}
			break
		}
	}
	return false
}

// stops reports whether a word that calls off is a verb for the act itself.
func (a *Acts) stops(t *token, l lang) bool {
	if slices.Contains(a.verbs, t.text) || slices.Contains(a.weak, t.text) || slices.ContainsFunc(a.verbs, func(v string) bool { return strings.HasPrefix(v, t.text+"+") }) {
		return true
	}
	for k, list := range a.stems {
		if k&l != 0 && slices.ContainsFunc(list, func(s stem) bool { return strings.HasPrefix(t.fold, s.text) }) {
			return true
		}
	}
	return false
}

// deed reports whether a word is a form of a verb of the tool's own name.
func (c *clause) deed(i int, a *Acts) bool {
	if c.lang&en != 0 && slices.ContainsFunc(a.named, func(v string) bool { return english(c.words[i].text, v) != noForm }) {
		return true
	}
	for l, list := range a.stems {
		if c.lang&l == 0 || l == hi || l == th || falseFriends[c.words[i].text] {
			continue
		}
		if slices.ContainsFunc(list, func(s stem) bool { f := verbForm(c.words[i].fold, s.text, l); return f == naming }) {
			return true
		}
	}
	return false
}

// specific reports whether words besides one name one thing: a number, a name, an address.
func (c *clause) specific(at int, a *Acts) bool {
	for i := range c.words {
		t := &c.words[i]
		if i == at || t.sign {
			continue
		}
		if t.text == "one" && i > 0 && (c.words[i-1].text == "that" || c.words[i-1].text == "this") {
			return true
		}
		if t.quoted || strings.ContainsFunc(t.text, unicode.IsDigit) || strings.ContainsAny(t.text, "@/_") || strings.Contains(t.text, ".") ||
			t.capped && i > 0 && c.lang&de == 0 && t.within == 0 && !a.isNoun(t) {
			return true
		}
		// "to globex", "an globex"
		if i > 0 && c.words[i-1].within&(target|source) != 0 && t.within == 0 && !a.isNoun(t) && knownIn[t.text] == 0 && !t.verb && !foreignVerb(t, c.lang) {
			return true
		}
	}
	return false
}

// taken lists what the clauses of a sentence take out.
func (s *Said) taken(sentence int) []string {
	var out []string
	for i := range s.clauses {
		if s.clauses[i].sentence == sentence {
			out = append(out, s.clauses[i].apart...)
		}
	}
	return out
}
