package ask

import (
	"slices"
	"strings"
)

// What an order takes up of what was said before it: values, and whose they are.

// spoken reports whether anything that the user said holds a value.
func (s *Said) spoken(v Value) bool {
	for i := range s.clauses {
		c := &s.clauses[i]
		if v.Said(c.text) || slices.ContainsFunc(c.apart, v.Said) || slices.ContainsFunc(c.cond, func(k Condition) bool { return v.Said(k.Text) }) {
			return true
		}
	}
	return false
}

// before reports whether a value that is not in clause i is what the clause takes up from
// another one: from what stands before it, or what goes on with it.
func (s *Said) before(i int, v Value, call *Call) bool {
	c := &s.clauses[i]
	if c.rival(v, call, 0, c.content) || v.Shape == Choice && slices.ContainsFunc(v.Other, func(f func(string) bool) bool { return f(c.text) }) {
		return false
	}
	if slices.ContainsFunc(c.cond, func(k Condition) bool { return v.Said(k.Text) }) {
		return true // "if a.txt is old, delete it"
	}
	if s.meansAnother(i, v, call) || v.Shape == Word && s.otherBeside(i, v, call) || v.Shape == Number && (c.hasOf(differences, 0) >= 0 || (c.hasOf(excesses, 0) >= 0 || c.hasOf(remainders, 0) >= 0) && !c.otherAmount(v)) || v.Shape == Code && (s.callsOther(i, v) || s.ofOther(i) || s.numberOfElse(i, v, call)) {
		return false
	}
	for j := i - 1; j >= 0; j-- {
		o := &s.clauses[j]
		if p := c.joins; p != nil && j >= p.from && j < p.to {
			continue // the same order, before it was answered
		}
		if v.Shape == Number && call.Acts.strict && o.message == c.message && o.givesPart(v) {
			return false // "50 in cash: 20 of it is for …"
		}
		if v.Shape == Number && !v.Digits && o.message == c.message && (slices.ContainsFunc(o.apart, func(text string) bool { return partOfIt(text, o.lang, v) }) || o.kind == subordinate && len(o.words) > 0 && o.words[0].text == "which" && o.otherAmount(v)) {
			return false // "wir haben 44 Plätze, davon brauchen wir 8 nicht mehr, gebt die frei"
		}
		if c.verbOf == j && v.Said(o.text) && (c.corrects && o.replaces(c, call) || !o.rival(v, call, 0, len(o.words))) {
			return true
		}
		if !v.Said(o.text) {
			if o.sentence == c.sentence && slices.ContainsFunc(o.apart, func(text string) bool { return v.Said(text) && o.insteadOfOther(text, call) }) {
				return true // "instead of cancelling 59022, move it"
			}
			if slices.ContainsFunc(o.apart, v.Said) || o.message == c.message && o.namesLike(v, call) && !c.all() {
				return false
			}
			if o.sentence != c.sentence && slices.ContainsFunc(o.cond, func(k Condition) bool { return v.Said(k.Text) }) {
				return s.takesUp(i, call)
			}
			continue
		}
		if o.belongs(v) && s.lends(j, i, call) && c.hasWord(o.owner(v), 0) {
			return true // Ann's account is X. Pay Ann.
		}
		if c.offered && (o.offered || c.message == o.message+1) && !o.rival(v, call, 0, len(o.words)) {
			return true // the offer answers it
		}
		if s.oneOfTwo(i, j, v, call) || !s.lends(j, i, call) && !(v.Shape == Code && s.keepsPart(j, i, call)) || o.belongs(v) && !c.speaksOf(o.owner(v), call) || c.selects(call) || v.Shape == Word && len(o.verbs(&call.Acts)) == 0 && c.ownThing(call) && !(j == i-1 && c.forThem() && o.isAbout(v)) {
			return false
		}
		return o.sentence == c.sentence || s.takesUp(i, call)
	}
	for j := i + 1; j < len(s.clauses); j++ {
		o := &s.clauses[j]
		if !v.Said(o.text) {
			continue
		}
		if c.verbOf == j && !o.rival(v, call, 0, len(o.words)) {
			return true
		}
		if v.Shape == Choice && o.message == c.message && j == s.next(i) && o.describes(v) && c.single() {
			return !c.asked || c.hasOf(requests, 0) >= 0 // "… my son Leo in class C-4? He's a beginner."
		}
		if k := o.opened(); v.Shape == Choice && o.sentence != c.sentence && k < len(o.words) && (heIs[o.words[k].text] || who[o.words[k].text]) {
			return false // "he's no beginner", "he was a beginner"
		}
		if v.Shape == Number && o.sentence == c.sentence && j == i+1 && c.onlyNames(call) && o.whichIs(v) {
			return true // "paga la INV-4503, que son 75 euros"
		}
		// "refund it, please: order 5531"
		return o.message == c.message && !o.contrast && o.negates() < 0 && o.kind == plain && ((o.sentence == c.sentence || j == i+1) && (o.bare() || j == i+1 && s.opensList(i) && o.bareFor(call)) && (c.joins == nil || !o.isSo()) || o.supplements(v, call) || v.Shape == Number && j == s.next(i) && o.numbersThings(call) || j == i+1 && o.identifies() || o.sentence == c.sentence && o.beside(v) && (!o.isSo() || o.identifies()) && !o.otherDeed(call, -1))
	}
	return false
}

// opensList reports whether a colon stands behind clause i: "… buchen: Ruderclub Leer, 22 Spieler".
func (s *Said) opensList(i int) bool {
	return strings.Contains(s.written[s.clauses[i].message-1], s.clauses[i].text+":")
}

// namesLike reports whether the clause names another thing whose number is written as a value's is: "as for G/2042, cancel it".
func (c *clause) namesLike(v Value, call *Call) bool {
	if v.Shape != Code && !(v.Shape == Number && v.Digits && len(v.Text) > 3) {
		return false
	}
	return slices.ContainsFunc(c.words, func(t token) bool {
		return !t.quoted && len(t.text) == len(v.Text) && (t.code() || digit(t.text)) && pattern(t.text) == pattern(strings.ToLower(v.Text)) && !call.names(t.text)
	})
}

// all reports whether the clause asks for all of what was spoken of.
func (c *clause) all() bool {
	return slices.ContainsFunc(c.words, func(t token) bool {
		return allWords[t.text]&c.lang != 0 || t.starts&many != 0 || strings.HasSuffix(t.text, "los") && c.lang&es != 0
	})
}

// allWords say that all of several things are meant.
var allWords = wordSets["both"]

// otherBeside reports whether clause i has a name of its own behind the preposition that a name of the call
// stands behind elsewhere: "R-1 für Nina und R-7 für Omar reservieren".
func (s *Said) otherBeside(i int, v Value, call *Call) bool {
	for j := range s.clauses {
		if o := &s.clauses[j]; j != i && o.sentence == s.clauses[i].sentence && v.Said(o.text) && s.clauses[i].parallel(o.before(v), call) {
			return true
		}
	}
	return false
}

var copulas = set("is are be was ist sind lautet heißt est sont è sono es son é são है हैं คือ =")

// first is the first word of the clause.
func (c *clause) first() string {
	if len(c.words) == 0 {
		return ""
	}
	return c.words[0].text
}

// next returns the clause behind clause i that says more than a word of courtesy.
func (s *Said) next(i int) int {
	for i++; i < len(s.clauses) && s.clauses[i].only(opener|frame); i++ {
	}
	return i
}

// single reports whether the clause has one part but for words of courtesy.
func (c *clause) single() bool {
	n := 0
	for _, part := range c.parts() {
		if !(&clause{words: part}).only(opener | frame) {
			n++
		}
	}
	return n == 1
}

// describes reports whether the clause says no more of somebody, or of it, than that they are one of a list.
func (c *clause) describes(v Value) bool {
	const most = 6 // words
	i := c.opened()
	if i >= len(c.words) || len(c.words) > i+most || c.asked || c.negates() >= 0 || c.lang == th || slices.ContainsFunc(v.Other, func(f func(string) bool) bool { return f(c.text) }) {
		return false
	}
	switch {
	case heIs[c.words[i].text]:
	case (who[c.words[i].text] || its[c.words[i].text]) && i+1 < len(c.words) && (copulas[c.words[i+1].text] && c.words[i+1].text != "was" || c.lang == hi && copulas[c.words[len(c.words)-1].text]):
		i++
	default:
		return false
	}
	for k := i + 1; k < len(c.words); k++ {
		t := &c.words[k]
		if !t.sign && !v.Said(t.text) && t.within&(det|opener) == 0 && !copulas[t.text] && still[t.text] == 0 && t.text != "still" && t.text != "only" && t.text != "noch" && !v.holdsWord(c, k, t.text) {
			return false
		}
	}
	return v.Said(c.text)
}

// heIs say in one word that somebody, or it, is what follows.
var heIs = set("he's she's they're it's that's è é es")

// beside reports whether a value stands in the clause beside what the tool calls its argument: "pick up at
// Northgate branch", "that's sailing N0810".
func (c *clause) beside(v Value) bool {
	if c.find(hypothetical|report|know|keep|await, 0, len(c.words)) >= 0 {
		return false
	}
	names := NameWords(v.Name)
	for i := range c.words {
		if c.words[i].sign || c.words[i].quoted || !slices.Contains(names, c.words[i].text) {
			continue
		}
		if i+1 < len(c.words) && v.holdsWord(c, i+1, c.words[i+1].text) || i > 0 && v.holdsWord(c, i-1, c.words[i-1].text) {
			return true
		}
	}
	return false
}

// superlatives pick one of several: what is named so is no other thing that was spoken of.
var superlatives = set(`highest lowest largest biggest greatest smallest longest shortest oldest newest latest earliest cheapest dearest priciest heaviest lightest best worst most least fewest fastest slowest busiest
	höchsten höchste höchster niedrigsten niedrigste größten größte größter kleinsten kleinste längsten längste kürzesten ältesten älteste neuesten neueste billigsten günstigsten teuersten teuerste meisten wenigsten
	plus moins meilleur pire más menos mejor peor mayor menor più meno maggiore minore migliore mais maior melhor pior सबसे ที่สุด`)

// selects reports whether the clause says by a superlative which of its things is meant: "the
// server with the highest load", "the oldest file".
func (c *clause) selects(call *Call) bool {
	for i := range c.words {
		if !superlatives[c.words[i].text] || c.words[i].quoted {
			continue
		}
		near := c.words[max(0, i-4):i]
		with := slices.IndexFunc(near, func(t token) bool { return withs[t.text] })
		if with > 0 && call.Acts.hasNoun(near[:with]) || i+1 < len(c.words) && call.Acts.isNoun(&c.words[i+1]) {
			return true
		}
	}
	return false
}

// lends reports whether clause j may name what a later clause is about: a ban, what others
// want, and what stands against it don't.
func (s *Said) lends(j, i int, call *Call) bool {
	o := &s.clauses[j]
	if s.noUseFor(j, call) || o.notAble() && len(o.verbs(&call.Acts)) == 0 {
		return true
	}
	if o.negates() >= 0 && s.clauses[i].verbOf != j && !(!call.Flags && o.sentence == s.clauses[i].sentence && s.bansOther(j, call)) && !s.bansAnother(j, i, call) && !s.bansDeed(j, i, call) && !s.bansObject(j, i, call) && (len(o.verbs(&call.Acts)) > 0 || o.bare() && o.find(hypothetical|question, 0, len(o.words)) < 0 && !o.isNotOf(call)) {
		return o.message != s.clauses[i].message
	}
	if o.kind == reported && o.wishes() {
		return true
	}
	if o.kind == reported || o.kind == supposed {
		return s.clauses[i].sentence != o.sentence
	}
	if o.find(keep, 0, len(o.words)) >= 0 && !o.inQuestion() && o.negates() < 0 && !o.keptBefore() {
		return s.keepsOther(j, i, call)
	}
	return true
}

// isNotOf reports whether a Hindi clause says that something is not so, and not of a value of the call: "… को घर पर कोई
// नहीं है".
func (c *clause) isNotOf(call *Call) bool {
	n := c.negates()
	if c.lang != hi || n < 1 || !c.isSo() {
		return false
	}
	for k := max(0, n-3); k < n; k++ {
		if slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, k, c.words[k].text) }) {
			return false
		}
	}
	return n > 3
}

// inQuestion reports whether a word that keeps things is none here: "look … alone".
func (c *clause) inQuestion() bool { return c.kind == asking }

// takesUp reports whether clause i speaks of what an earlier sentence named: by a pronoun, by
// "the", or by naming nothing.
func (s *Said) takesUp(i int, call *Call) bool {
	c := &s.clauses[i]
	if c.mustOther(call) {
		return false
	}
	own := false
	for k := range c.words {
		t := &c.words[k]
		if t.sign || t.quoted {
			continue
		}
		if t.within&(pronoun|again) != 0 {
			return true
		}
		if c.object(k, call) {
			own = true
		}
		switch t.text {
		case "the", "this", "that", "der", "die", "das", "den", "diese", "diesen", "le", "la", "les", "l'", "cette", "ce", "il", "lo", "el", "los", "las", "o", "este", "esta", "esse", "essa", "questo", "questa", "यह", "इस", "उस", "นี้", "นั้น", "same":
			return true
		case "a", "an", "ein", "eine", "einen", "un", "une", "una", "um", "uma", "all", "every":
			if t.text == "a" && c.lang&(pt|it|es|fr) != 0 {
				continue
			}
			noun := call.Acts.hasNoun(c.words[k+1 : min(k+4, len(c.words))])
			own = own || !noun
		case "my", "mein", "meine", "meinen", "mon", "ma", "mio", "mi", "meu", "minha":
			own = true
		default:
			own = own || ourThings[t.text]&c.lang != 0 && !call.Acts.hasNoun(c.words[k+1:min(k+4, len(c.words))])
		}
	}
	return !own
}

// ourThings stand before what is the user's.
var ourThings = wordSets["ourThing"]

// object reports whether a word names a thing of its own that the call does not have.
func (c *clause) object(i int, call *Call) bool {
	t := &c.words[i]
	for _, shape := range []Shape{Code, Mail, Word} {
		if c.like(i, Value{Shape: shape}, call) {
			return !slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, i, t.text) })
		}
	}
	return false
}

// unclaimed reports whether a value that no words of the user's hold may stand where it does:
// not where the clause names something else of its kind for it.
func (s *Said) unclaimed(c *clause, v Value, call *Call) bool {
	if v.Loose && v.Shape == Number && !v.Free && c.states(v, call) {
		return false
	}
	if v.Free || v.Loose || v.Shape == Word || v.Shape == Choice || v.Shape == Moment {
		return v.Shape != Choice || !slices.ContainsFunc(v.Other, func(f func(string) bool) bool { return f(c.text) })
	}
	return !c.rival(v, call, 0, c.content)
}

// states reports whether the clause says an amount as it is to be, so that no other, which may be
// worked out of what else was said, stands in its place: "pay 100 for now".
func (c *clause) states(v Value, call *Call) bool {
	if strings.Contains(c.text, "%") {
		return false
	}
	n := 0
	for i := range c.content {
		t := &c.words[i]
		if computing[t.text] || measured[t.text] != nil {
			return false
		}
		if !t.sign && c.like(i, v, call) && !slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, i, t.text) }) {
			n++
		}
	}
	return n > 0
}

// computing are words by which one number is worked out of another.
var computing = set(`half halve third quarter double twice triple treble each apiece every per percent cent off by more less fewer extra additional another further rest remaining remainder balance total sum together both plus minus times dozen dozens and
	hälfte halb halbe doppelt doppelte je jeweils jede jeder jedes pro prozent mehr weniger weitere weiteren zusätzlich rest insgesamt zusammen beide plus minus mal dutzend um
	moitié demi demie double triple chacun chacune par pour plus moins autre autres encore reste total somme ensemble fois douzaine
	metà mezzo mezza doppio triplo ciascuno ciascuna per più meno altro altri altre resto totale somma insieme volte dozzina
	mitad medio media doble triple cada por más menos otro otra otros otras resto total suma juntos veces docena
	metade meio meia dobro triplo cada por mais menos outro outra outros outras resto total soma juntos vezes dúzia
	आधा आधी दोगुना प्रति हर और बाकी कुल मिलाकर दर्जन गुना ครึ่ง เท่า ละ เพิ่ม อีก ที่เหลือ รวม โหล`)
