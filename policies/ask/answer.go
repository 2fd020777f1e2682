package ask

import (
	"slices"
	"strings"
)

// The assistant asks for what an order lacks, and the user says it: "Ban Grubby." "For how many days?" "Two."
// The order and the answer are read as one sentence of the user's, as if they had said it at once.

// open is the last order of the user's, which an answer may go on with.
type open struct {
	text string // the sentence
	unit string // what is counted in the question to which it has the answer
	ends []int  // where the order itself ends in it, and each answer but the last
	from int    // its clauses
	to   int
}

// ordered returns what an answer of the next message may go on with: the order to which the message that
// begins with a clause was an answer itself, or its last sentence, if it asks nothing.
func (s *Said) ordered(text string, list []stretch, first int, question string) open {
	if joined, ok := s.answers(text, list, first, question, s.open); ok {
		return joined
	}
	const most = 3 // sentences
	last := len(list) - 1
	if last < 0 {
		return open{}
	}
	from := len(s.clauses)
	for from > first && (s.clauses[from-1].sentence == s.sentence || last < most) {
		from--
	}
	to := s.announced(from)
	for to > from+1 && s.clauses[to-1].onlyReason() {
		to-- // "Please refund INV-20502, the add-on never worked."
	}
	for i := from; i < to; i++ {
		if c := &s.clauses[i]; c.only(opener) {
			continue // "Boa noite, …?"
		} else if s.statedBefore(i) || i+1 < to && c.tellsOwnLack() {
			continue // "the lamp needs fixing, could you book a repair?"
		} else if c.offered || c.kind == asking || c.kind == reported || c.kind == supposed || len(c.cond) > 0 || c.negates() >= 0 && !c.onlyWithout() || c.perfect() || c.asked && (c.find(frame, 0, len(c.words)) < 0 && !c.doesForMe(c.opened()) || c.hasOf(possible, 0) >= 0) {
			return open{}
		}
	}
	if last < most { // "I'd like to extend my contract. I'm in unit U-14."
		list = list[:last+1]
	} else {
		list = list[last:]
	}
	if to < len(s.clauses) {
		words := s.clauses[to-1].words
		text = text[:words[len(words)-1].end]
	}
	var parts []string
	for _, at := range list {
		if at.from < len(text) {
			parts = append(parts, uncourtly(strings.Trim(text[at.from:min(at.to, len(text))], " .!।,")))
		}
	}
	order := s.withoutTales(strings.Join(parts, ", "))
	return open{text: order, from: from, to: len(s.clauses)}
}

// onlyReason reports whether the clause says no more than why something is asked for.
func (c *clause) onlyReason() bool {
	return c.groundsOnly(true) || c.tale() || c.toldOnly(0, noNumber) || c.complains() || c.forWhom() || c.longWait() || c.ofThem() || c.ofThemThai()
}

// forWhom reports whether the clause says no more than for whom or what something is: "é para a nossa Pipoca".
func (c *clause) forWhom() bool {
	const few = 8 // words
	i := c.opened()
	if i+2 >= len(c.words) || len(c.words) > few || c.asked || itIs[c.words[i].text]&c.lang == 0 || c.negates() >= 0 || c.find(frame|ifs|unless|await|recall, 0, len(c.words)) >= 0 {
		return false
	}
	for i++; i < len(c.words) && pointing[c.words[i].text]; {
		i++
	}
	return i < len(c.words) && forWords[c.words[i].text] && !slices.ContainsFunc(c.words, func(t token) bool {
		return t.sign && t.text != "'" && t.text != "’" || t.quoted || t.code() || digit(t.text) || foreignVerb(&t, c.lang) && t.within&det == 0 && !t.capped
	})
}

// announced returns where what is to be written begins that the message ends with: "send my landlord this: the rent went out".
// It says nothing of the order. All clauses, if the message ends with none.
func (s *Said) announced(from int) int {
	for i := from; i+1 < len(s.clauses); i++ {
		if o := &s.clauses[i]; o.tells && o.kind == plain && len(o.words) > 0 && !slices.ContainsFunc(s.clauses[i+1:], func(c clause) bool { return c.kind != reported || c.sentence != s.clauses[i].sentence }) {
			return i + 1
		}
	}
	return len(s.clauses)
}

// answers reads the message that begins with a clause as the answer to an open question of the assistant's.
// It has nothing but what is asked for: no verb, no question, no condition.
func (s *Said) answers(text string, list []stretch, first int, put string, before open) (open, bool) {
	unit, ok := s.opens(put)
	if !ok || before.text == "" || first >= len(s.clauses) || len(s.clauses) >= MaxClauses {
		return open{}, false
	}
	parts := []string{before.text}
	if core, _, ok := s.core(text, before.text, put); ok {
		parts = append(parts, core)
	} else if parts, ok = s.onlyAnswers(text, list, first, parts); !ok {
		return open{}, false
	}
	if unit != "" && s.wholePiece(parts[len(parts)-1]).endsWithNumber() {
		parts[len(parts)-1] += " " + unit
	} else {
		unit = ""
	}
	joined := strings.Join(parts, ", ")
	if len(joined) > MaxText {
		return open{}, false
	}
	begin, ends := len(s.clauses), append(slices.Clip(before.ends), len(before.text))
	s.sentence++
	s.read(joined, stretch{0, len(joined), false}, quotesOf(joined))
	for i := begin; i < len(s.clauses); i++ {
		s.clauses[i].joins = &open{text: joined, unit: unit, ends: ends, from: before.from, to: begin}
	}
	s.relate(begin)
	return open{text: joined, ends: ends, from: before.from, to: len(s.clauses)}, true
}

// onlyAnswers adds to the parts of an order the sentences of the message that begins with a clause, if that says nothing
// else than what is asked for: no verb, no question, no condition.
func (s *Said) onlyAnswers(text string, list []stretch, first int, parts []string) ([]string, bool) {
	const most = 24 // words
	n := 0
	for i := first; i < len(s.clauses); i++ {
		if i > first && s.clauses[i].kind == subordinate && s.clauses[i].toldOnly(0, noNumber) {
			continue // ", que tiene la tensión por las nubes"
		}
		c := s.clauses[i].answering()
		if s.clauses[i].hasOf(perhaps, 0) >= 0 || s.clauses[i].find(except|excepted, 0, len(s.clauses[i].words)) >= 0 || len(s.clauses[i].cond) > 0 { // "maybe standard will do"
			return nil, false
		}
		if len(c.words) == 0 {
			continue
		}
		if len(c.words) > 1 && c.words[0].text == "para" && c.words[1].within&det != 0 { // no form of parar
			c.words = c.words[1:]
		}
		n += len(c.words)
		if c.contrast && !slices.ContainsFunc(c.words, func(t token) bool { return t.code() || digit(t.text) }) || c.hasOf(gone, 0) >= 0 { // "two, but I'll ask her first", "last year we were nine"
			return nil, false
		}
		if c.kind != plain || c.asked || c.await || len(c.cond) > 0 || c.corrects || !c.bareButNames() && !c.onlyNumber() || c.isSoft() ||
			slices.ContainsFunc(c.words, func(t token) bool {
				bars := hypothetical | know | report | keep | stop | nothing | question | subject | speaker | recall | ifs | unless
				if t.starts&target != 0 {
					bars &^= stop // "3 quilos para 8 de dezembro"
				}
				if being[t.text]&c.lang&(es|pt) != 0 {
					bars &^= hypothetical | question // "vamos dois"
				}
				return t.starts&bars != 0 || c.orWord(&t)
			}) || c.negates() >= 0 && !c.onlyWithout() {
			return nil, false
		}
	}
	if n == 0 || n > most {
		return nil, false
	}
	for _, at := range list {
		if said := unsuited(uncourtly(strings.TrimRight(strings.TrimSpace(text[at.from:at.to]), ".!।"))); said != "" {
			if said == "दो" { // which means "give" behind a verb
				said = "2"
			}
			parts = append(parts, said)
		}
	}
	return parts, true
}

// answering is the clause without the words of courtesy around what it answers, nor those that say that it
// suits: "16:00 works for me", "se faz favor".
func (c *clause) answering() *clause {
	out := *c
	from := min(len(c.text), len(c.text)-len(strings.TrimLeft(c.text, " ,.!")))
	said := unsuited(uncourtly(strings.TrimRight(c.text[from:], " ,.!।")))
	if said == "" {
		out.words = nil
		return &out
	}
	if begin := strings.Index(c.text, said); begin >= 0 && len(c.words) > 0 {
		base := c.words[0].at
		out.words = slices.DeleteFunc(slices.Clone(c.words), func(t token) bool { return t.at-base < begin || t.end-base > begin+len(said) })
		out.text, out.content = said, min(c.content, len(out.words))
	}
	return &out
}

// onlyNumber reports whether the clause is one numeral, which may have another sense: "दो".
func (c *clause) onlyNumber() bool {
	_, end := 0.0, 0
	if len(c.words) > 0 {
		_, end = numeral(c.words, 0, c.lang)
	}
	return end > 0 && end == len(c.words)
}

// onlyWithout reports whether the clause says of one thing that it is not to be with it: "senza colazione", "no
// express", "नाश्ते के बिना".
func (c *clause) onlyWithout() bool {
	const most = 4 // words
	words := c.words
	for len(words) > 0 && words[len(words)-1].sign {
		words = words[:len(words)-1]
	}
	if len(words) < 2 || len(words) > most || slices.ContainsFunc(words, func(t token) bool { return t.sign || t.code() || digit(t.text) }) {
		return false
	}
	if c.lang == hi {
		return words[len(words)-1].text == "बिना" && words[len(words)-2].text == "के"
	}
	return privatives[words[0].text]&c.lang != 0 || withouts[words[0].text] && !words[1].verb && words[1].within&(pronoun|det|negator) == 0
}

// withouts are negations before a noun that leave a thing out.
var withouts = set("no kein keine keinen pas niente nada")

// joined lists the other clauses that are the same order as clause i: what it goes on with by an answer, or
// what goes on with it.
func (s *Said) joined(i int) (out []int) {
	for k := range s.clauses {
		c := &s.clauses[k]
		if o := s.clauses[i].joins; o != nil && k >= o.from && k < o.to || c.joins != nil && i >= c.joins.from && i < c.joins.to {
			out = append(out, k)
		}
	}
	return out
}

// opens reports whether a text of the assistant's has a question for what is missing, and returns what is
// counted there: "how many weeks?".
func (s *Said) opens(text string) (unit string, ok bool) {
	for _, at := range sentences(text, quotesOf(text)) {
		words := tokens(text[at.from:at.to])
		l := language(words)
		if (l|s.tongue)&(hi|th) == 0 {
			l |= s.tongue
		}
		mark(words, l)
		options := between(words, l)
		if len(options) > 1 && !slices.ContainsFunc(words, func(t token) bool { return !t.quoted && (gone[t.text]&l != 0 || t.starts&(negator|ifs|unless) != 0) }) {
			ok = true // "We have 9:30 or 16:00."
		}
		if !at.asked && l&th == 0 || atPresent(words, l) || asksOfPast(words, l) {
			continue
		}
		ok = ok || at.asked && slices.ContainsFunc(words, func(t token) bool { return ors[t.text] && !(t.text == "o" && l&(es|it) == 0) }) // "In colour or black and white?"
		for i := range words {
			if words[i].quoted || missing[words[i].text]&l == 0 && !whichOf(words, i) && !(l&th != 0 && whichThai(words, i)) && !(l&hi != 0 && i > 0 && words[i].text == "क्या") {
				continue
			}
			if howMuch[words[i].text] && i+1 < len(words) && !words[i+1].sign && !measuring[words[i+1].text] {
				continue // "how old is the child?"
			}
			ok = true
			if unit == "" {
				unit = countedBy(words, i, l)
			}
		}
	}
	return unit, ok
}

// asksOfPast reports whether a question is of what was: "how many did you have last time?", but not "how long did it last?".
func asksOfPast(words []token, l lang) bool {
	for i, t := range words {
		if !t.quoted && gone[t.text]&l != 0 && !(t.text == "last" && (i+1 == len(words) || words[i+1].sign)) {
			return true
		}
	}
	return false
}

// asksWords reports whether a text of the assistant's asks what is to be written: "what should it say?"
func (s *Said) asksWords(text string) bool {
	if _, ok := s.opens(text); !ok {
		return false
	}
	words := tokens(text)
	l := language(words) | s.tongue
	return slices.ContainsFunc(words, func(t token) bool { return whats[t.text] }) && slices.ContainsFunc(words, func(t token) bool { return sayer(&t, l) || writings[t.text] })
}

// whats ask for a thing.
var whats = set("what was que quoi cosa che qué क्या อะไร")

// onlyWords takes the clauses from one on that would order something for what is to be written, unless they take the order
// back: "What should it say?" "Please delete M-640."
func (s *Said) onlyWords(first int) {
	list := s.clauses[first:]
	if slices.ContainsFunc(list, func(c clause) bool {
		return c.await || c.recalls() || c.isSoft() || c.negates() >= 0 || c.points(c.words) && c.verbFirst()
	}) {
		return
	}
	for i := range list {
		if c := &list[i]; c.kind == plain && (c.verbFirst() || c.find(frame, 0, len(c.words)) >= 0) {
			c.kind = reported
		}
	}
}

// writings are what is written.
var writings = set("text wording message body nachricht inhalt texte testo messaggio texto mensaje mensagem संदेश मैसेज ข้อความ")

// whichOf reports whether "que" or "che" asks which: "em que dia?", "a che ora?".
func whichOf(words []token, i int) bool {
	return (words[i].text == "que" || words[i].text == "che") && (i == 0 || len(words[i-1].text) < 3 || placing[words[i-1].text])
}

// whichThai reports whether a Thai word ends by asking which, what stands before it being a thing that the reader does not know:
// "แพ็กเกจไหนคะ".
func whichThai(words []token, i int) bool {
	word := words[i].text
	return (strings.HasSuffix(word, "ไหน") || strings.HasSuffix(word, "อะไร") || strings.HasSuffix(word, "ใด")) &&
		!slices.ContainsFunc(words[:i], func(t token) bool { return t.starts&(source|negator) != 0 || t.text == "ตอนนี้" })
}

// gone are words by which a question is about what was.
var gone = wordSets["gone"]

// missing are words that ask for what is not known.
var missing = wordSets["missing"]

// countedBy returns the word for what is asked for so many of, behind a word that asks how many: "weeks".
func countedBy(words []token, i int, l lang) string {
	if howMany[words[i].text]&l == 0 {
		return ""
	}
	for i++; i < len(words); i++ {
		t := &words[i]
		switch {
		case t.sign, t.quoted, digit(t.text), finite[t.text]&l != 0:
			return ""
		case t.text == "many", t.text == "much", t.text == "viele", t.text == "viel", t.text == "de", t.text == "d'":
		case knownIn[t.text]&l != 0 || t.starts&(target|source|question) != 0:
			return ""
		default:
			return t.text
		}
	}
	return ""
}

// howMuch ask for a number or a manner, by the word behind them; measuring are those by which they ask for what an
// order may lack.
var (
	howMuch   = set("how wie")
	measuring = set("many much long often soon should shall do viele viel lange oft bald soll sollen lautet lauten heißt heißen ist wäre")
)

// howMany are those that ask for a number.
var howMany = wordSets["howmany"]

// endsWithNumber reports whether the clause ends with a number.
func (c *clause) endsWithNumber() bool {
	for i := range c.words {
		if _, end := numeral(c.words, i, c.lang); end == len(c.words) {
			return true
		}
	}
	return len(c.words) > 0 && amountForm.MatchString(c.words[len(c.words)-1].text)
}

// bareButNames is [clause.bare] where words with a capital letter inside are names and no verbs: "7 rue du Port".
func (c *clause) bareButNames() bool {
	if c.bare() {
		return true
	}
	if c.lang&(de|hi|th) != 0 {
		return false
	}
	rest := *c
	rest.words = slices.Clone(c.words)
	for i := range rest.words {
		if t := &rest.words[i]; i > 0 && t.capped && t.within == 0 {
			t.verb, t.bent, t.own, t.text, t.fold, t.starts = false, false, 0, "-", "-", 0
		}
	}
	return rest.bare()
}
