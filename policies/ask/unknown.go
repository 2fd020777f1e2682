package ask

import (
	"slices"
	"strings"
	"unicode"
)

// A verb that the reader does not know is no evidence against a tool, nor is that there is none. Where a
// request names all that decides a call, and the call alone of all tools could be meant, it is taken
// for the tool's own.

// without reports whether clause i asks for a call by no verb that is known for it: by one that is in
// no table or says little, by a word that hands a thing to somebody ("plot 6 goes to Lena"), or by
// none ("P-77 for Yusuf, please"). The clause holds all that decides the call, two things of it
// at least or one with a noun of the tool, and no other tool is meant as well.
func (s *Said) without(i int, call *Call) bool {
	c := &s.clauses[i]
	hands := c.hands(call)
	needed, until := c.needs()
	if call.NeedsVerb || c.kind != plain || c.verbOf >= 0 && hands < 0 && needed < 0 || c.asked && c.find(frame, 0, len(c.words)) < 0 || c.content < len(c.words) {
		return false
	}
	if c.negates() >= 0 || c.hasOf(perhaps, 0) >= 0 || c.thanks() || c.unwanted() || c.toldOfThing() || c.theyWish(len(c.words)) {
		return false
	}
	tail := len(c.words)
	if tail > 3 && c.words[tail-2].text == "there" && c.words[tail-1].text == "is" { // "the earliest slot there is"
		tail -= 2
	}
	for i := range tail {
		t := &c.words[i]
		if i >= needed && i < until {
			continue
		}
		bars := hypothetical | know | report | keep | stop | question | subject | nothing | await | bounding | fraction
		if t.within&frame != 0 {
			bars &^= subject // il me faut
		}
		if t.starts&target != 0 {
			bars &^= stop // para
		}
		if t.starts&bars != 0 && !c.leads(i) && !c.untilDay(i, call) && !c.ofValue(i, call) && !c.ofName(i, call) && (i == 0 || handers[t.text]&c.lang == 0 || t.starts&(negator|report) != 0) {
			return false
		}
	}
	if c.dwells() && (call.Acts.has("move") || call.Acts.has("put") || slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Choice })) {
		return false // "plans.pdf stays in Drafts"
	}
	if c.takesOff() && !call.Acts.removes() {
		return false // "get M-602 out of locker S-14"
	}
	n, ours := 0, c.evidence(call)
	for _, v := range call.Values {
		if v.Free || v.Loose && !v.Said(c.text) {
			continue
		}
		if v.Shape == Moment && i+1 < len(s.clauses) && s.clauses[i+1].sentence == c.sentence && s.clauses[i+1].bare() && v.Said(s.clauses[i+1].text) {
			continue // ", please, from the 6th to the 9th"
		}
		if !v.Loose && !v.Said(c.text) && i+1 < len(s.clauses) && s.clauses[i+1].message == c.message && (s.clauses[i+1].supplements(v, call) || v.Shape == Number && s.clauses[i+1].numbersThings(call) && v.Said(s.clauses[i+1].text)) {
			n++ // ", the name is Okafor"
			continue
		}
		if !v.Loose && v.Shape != Number && !v.Said(c.text) && c.points(c.words) && s.takesUp(i, call) && s.before(i, v, call) {
			if v.Shape == Word && slices.ContainsFunc(call.Values, func(o Value) bool { return o.Name != v.Name && o.Shape == Word && !o.Free && o.Said(c.text) }) {
				return false // "let Mr Lindqvist stand in for her": whose side she is on is not said
			}
			n++ // "bring it to 40"
			continue
		}
		if v.Shape == Code && !v.Loose && !v.Said(c.text) && s.fronted(i, v) {
			n++ // "pour le déménagement MV-204, il nous faudrait …"
			continue
		}
		if v.Loose && v.Shape == Moment {
			continue // it follows from what the clause says
		}
		if v.Shape == Code && !v.Loose && len(ours) > 0 && !call.Acts.strict && !s.spoken(v) && s.unclaimed(c, v, call) {
			continue // a record of it, which must be the one that the words mean
		}
		if v.Loose || !v.Said(c.text) {
			return false
		}
		n++
	}
	told := s.tells(i, call)
	if told {
		n++
	}
	wished := needed >= 0 && c.wishesThing(call)
	if n == 0 || n == 1 && len(ours) == 0 || !c.onlyFor(call, ours, told, wished) {
		return false
	}
	if wished {
		return !s.wondersBeside(i) && !c.ofAnother(call)
	}
	if call.Acts.strict && !s.namesDeed(i, call, n) {
		return false
	}
	if at := c.unknownVerb(call); at >= 0 && !call.Acts.grave {
		if next := at + 1; next < len(c.words) && (c.words[next].text == "me" || c.words[next].text == "us") && !c.quantity(next+1) {
			return false // "bring me the papers of K-2"
		}
		if takings[c.words[at].text]&c.lang != 0 && (removers[call.Acts.named[0]] || !s.settled(i)) {
			return false
		}
		if at == c.opened() && c.ofAnother(call) {
			return false // "photos of the Scouts with Ines"
		}
		return !c.otherVerb(call, at)
	}
	for _, v := range c.verbs(&call.Acts) {
		if v.strength == 1 && c.orders(v) {
			return !c.otherVerb(call, v.at)
		}
	}
	if s.inquires(c.message, -1, func(o *clause) bool { return o.toldWhy(call) }) || c.hasOf(habits, 0) >= 0 || c.ofAnother(call) {
		return false
	}
	if hands >= 0 {
		return !c.otherVerb(call, hands)
	}
	if s.tellsMore(i) && !s.polite(i) {
		return false
	}
	if call.Acts.strict {
		return c.verbless(call)
	}
	for j := range s.clauses { // "… and three for Mr Odum were handed out"
		if o := &s.clauses[j]; j != i && o.sentence == c.sentence && !slices.ContainsFunc(call.Values, func(v Value) bool { return o.supplements(v, call) }) && slices.ContainsFunc(o.words, func(t token) bool { return finite[t.text]&c.lang != 0 }) {
			return false
		}
	}
	return n > 1 && c.verbless(call)
}

// dwells reports whether the clause says of a thing in front where it is or stays.
func (c *clause) dwells() bool {
	at := slices.IndexFunc(c.words, func(t token) bool { return !t.quoted && dwelling[t.text] != 0 })
	return at > c.opened() && c.words[at].within&frame == 0 && c.find(frame, 0, at) < 0 && !c.verbFirst()
}

var dwelling = wordSets["dwell"]

// leads reports whether a word that may set a bound says where to here: "over to Marjorie", "up to
// shelf D".
func (c *clause) leads(i int) bool {
	if i > 0 && handers[c.words[i-1].text]&c.lang != 0 && (c.words[i].text == "up" || c.words[i].text == "down") {
		return true // goes up to 4.80
	}
	if w := c.words[i].text; w != "over" && w != "up" || i+2 >= len(c.words) || c.words[i+1].text != "to" {
		return false
	}
	j := i + 2
	for j+1 < len(c.words) && c.words[j].within&det != 0 {
		j++
	}
	_, end := numeral(c.words, j, c.lang)
	return !digit(c.words[j].text) && end == j
}

// untilDay reports whether a word that may set a bound stands before a day or a time of the call: "jusqu'au
// 10 janvier".
func (c *clause) untilDay(i int, call *Call) bool {
	const most = 6 // words of a day
	if c.words[i].starts&bounding == 0 || c.words[i].starts&(hypothetical|know|report|stop|question|await) != 0 {
		return false
	}
	from := span(c.words, i, bounding)
	for to := from + 1; to <= len(c.words) && to <= from+most; to++ {
		text := textOf(c, c.words[from:to])
		if slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Moment && v.Said(text) }) {
			return true
		}
	}
	return false
}

// tells reports whether the words behind clause i, which it announces, are a text of the call.
func (s *Said) tells(i int, call *Call) bool {
	if !s.clauses[i].tells {
		return false
	}
	told := s.toldBy(i, nil)
	return slices.ContainsFunc(call.Values, func(v Value) bool { return v.text() && v.Said(told) })
}

// nounsOf lists the words of a clause that are nouns of acts.
func (c *clause) nounsOf(a *Acts) []string {
	var out []string
	for i := range c.words {
		if t := &c.words[i]; a.isNoun(t) {
			out = append(out, t.text)
		}
	}
	return out
}

// inquires reports whether a message asks anything, or for something to be told: then what it
// states may be no more than what the question is about. In one sentence, if any, it calls something off. Clauses that idle
// knows to ask for nothing do not count; it may be nil.
func (s *Said) inquires(message, callsOff int, idle func(*clause) bool) bool {
	for i := range s.clauses {
		o := &s.clauses[i]
		if o.message != message || idle != nil && idle(o) || i > 0 && s.clauses[i-1].tells && s.clauses[i-1].sentence == o.sentence || o.groundsOnly(o.sentence == callsOff) {
			continue
		}
		if o.kind == asking || o.kind == reported || o.kind == supposed || o.asked && o.find(frame, 0, len(o.words)) < 0 || o.find(know|hypothetical, 0, len(o.words)) >= 0 {
			return true
		}
		if k := o.opened(); k < len(o.words) && o.words[k].starts&other != 0 && o.words[k].starts&keep == 0 && !placers[o.words[k].text] && !gives[o.words[k].text] && o.words[k].within&(det|pronoun) == 0 {
			return true
		}
	}
	return false
}

// hands returns the word of the clause that hands a thing to somebody or says how it is to be, in the
// present: "goes to", "bekommt", "should cost"; −1 if there is none.
func (c *clause) hands(call *Call) int {
	for i := range c.words {
		t := &c.words[i]
		if i == 0 || t.sign || t.quoted || handers[t.text]&c.lang == 0 {
			continue
		}
		for j := range i { // what it is, and nobody who says so
			if c.words[j].starts&(speaker|report) != 0 && c.words[j].within&(det|frame) == 0 {
				return -1
			}
		}
		return i
	}
	return -1
}

// handers are words that hand a thing to somebody, or say how it is to be.
var handers = func() map[string]lang {
	out := map[string]lang{}
	for l, words := range map[lang]string{
		en: "goes go gets get takes take joins moves needs need should must has costs stays becomes",
		de: "bekommt bekommen kriegt kriegen geht gehen kommt kommen übernimmt übernehmen soll sollen muss müssen kostet",
		fr: "va vont passe passent prend prennent reçoit reçoivent doit doivent",
		it: "va vanno passa passano prende prendono riceve ricevono deve devono",
		es: "va van pasa pasan recibe reciben toma toman debe deben",
		pt: "vai vão passa passam fica ficam recebe recebem deve devem",
		hi: "चाहिए मिलेगा मिलेगी मिलेंगे जाएगा जाएगी होगा होगी",
	} {
		for w := range strings.FieldsSeq(words) {
			out[w] |= l
		}
	}
	return out
}()

// goesElsewhere reports whether the clause says of another thing where it goes: "(delete M-520, and) M-521 goes to the archive".
func (c *clause) goesElsewhere() bool {
	i := c.opened()
	return i+1 < len(c.words) && c.words[i].code() && going[c.words[i+1].text]
}

// going are those of the handers that say where a thing goes.
var going = set("goes moves stays geht kommt va passe passa vai")

// otherVerb reports whether the clause has a verb besides one word that is known for something else.
func (c *clause) otherVerb(call *Call, at int) bool {
	for j := range c.words {
		t := &c.words[j]
		if at >= 0 && j > at && t.text == "que" && c.lang&(es|pt) != 0 && c.words[j-1].text == "," {
			break // why: "…, que somos muchos"
		}
		if j == at || t.sign || t.quoted || t.within&(opener|frame) != 0 || at >= 0 && j == at+1 && t.text == "be" || slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, j, t.text) }) || call.isThing(t) || at < 0 && c.lang&en == 0 && j == c.opened() && c.thingHere(j) {
			continue
		}
		if at >= 0 && handers[c.words[at].text]&c.lang != 0 && j > at && t.text != "be" { // should be 3.50; should cost
			continue
		}
		if t.starts&other != 0 && t.within&(det|pronoun) == 0 || c.lang&en != 0 && (t.verb && !t.noun || t.inflected()) || finite[t.text]&c.lang != 0 && t.within&(det|target|source) == 0 {
			return true
		}
		if c.lang&en == 0 && foreignVerb(t, c.lang) && !frequent(t, c.lang) && (c.lang != de || !t.capped) && !(j > 0 && indefinite[c.words[j-1].text]) {
			return true
		}
	}
	return false
}

// unknownVerb returns the word that must be the verb of an order and that the reader does not
// know, or gives only; −1 if there is none.
func (c *clause) unknownVerb(call *Call) int {
	unknown := func(i int) bool {
		if i < 0 || i >= len(c.words) {
			return false
		}
		t := &c.words[i]
		if t.sign || t.quoted || strings.ContainsFunc(t.text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) ||
			slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, t.text) }) || call.Acts.isNoun(t) {
			return false
		}
		if gives[t.text] || placers[t.text] || places(t) || puttingForm(t, c.lang) {
			return true
		}
		return len(t.text) > 2 && t.within&^(speaker|others|again) == 0 && t.starts == 0 && knownIn[t.text] == 0 && !t.verb && !foreignVerb(t, c.lang) && !past(t.text, c.lang) && !unitWords[t.text]
	}
	first := c.opened()
	if at := c.taken(); at >= 0 {
		return at
	}
	switch {
	case c.lang == hi:
		for i := len(c.words) - 1; i > 0 && i >= len(c.words)-3; i-- { // X को Y … दो
			if hindiHelpers[c.words[i].text] && (unknown(i-1) || gives[c.words[i].text]) {
				return i - 1
			}
		}
		return -1
	case c.lang&th != 0:
		if f := c.find(frame, 0, len(c.words)); f >= 0 && unknown(first) {
			return first
		}
		return -1
	case c.lang == de && c.find(frame, 0, len(c.words)) >= 0:
		if last := len(c.words) - 1; strings.HasSuffix(c.words[last].text, "n") && unknown(last) {
			return last
		}
	}
	if f := c.frameBefore(min(first+8, len(c.words))); f > 0 && unknown(f) {
		return f
	}
	if _, at := proclitic(c.words, first, c.lang); at > first && unknown(at) { // mi metta
		return at
	}
	if at := c.placerBehind(first); at > 0 && unknown(at) {
		return at
	}
	if unknown(first) && first+1 < len(c.words) && (!c.words[first].capped || c.begins && first == 0 || first > 0 && c.words[first].n == 0) {
		return first
	}
	return -1
}

// gives are verbs that only say that something is to be had.
var gives = set(`give gib geben gebt donne donnez dai dia date dà da dammi dale dele dadle dá dê dar dare दो दें दीजिए देना ให้`)

// placers are verbs that put a thing somewhere, and say no more.
var placers = set(`run squeeze fit slot kit fix sort arrange put bring get make set place have let stick pop slap push pull shove chuck throw bung whack hang shift add drop knock lay setz setze setzt pack packe häng hänge schieb schiebe hau steck stecke stell stelle leg lege legt leg' setzt stellt packt steckt legen stellen packen hängen stecken teil teile teilen trag trage tragen mach mache macht bring bringe tu nimm mets mettez mettre passe passez passer affecte affectez affecter prends colle collez ajoute ajoutez place
	metti metta mettere mettete mettiamo faccia fate inserite sistemi sistemate sistema porta porti passa passi appioppa ficca piazza aggiungi aggiunga pon ponga ponle ponles poner pasa pase lleva deja coloca coloque colocar mete añade añada agrega agregue põe ponha ponham pôr mete meta metam passa passe bota joga taca adiciona acrescenta deixa leva रखो रखें रखिए रख डालो डालें ใส่ ตั้ง วาง จัด เอา`)
