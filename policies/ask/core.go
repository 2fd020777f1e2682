package ask

import (
	"slices"
	"strings"
)

// An answer may have more around what is asked for than the value: an agreement, a word that it suits, thanks, a reason.
// "yes please, it's MC-80-2", "con cuatro me arreglo", "L/233, my son has a temperature".

// core is what an answer says, without the rest, if there is some and it is nothing but that; assents tells whether it
// agrees, too.
func (s *Said) core(text, order, put string) (core string, assents, ok bool) {
	taken, takes := taking(text)
	core, rest, assents, ok := s.coreOf(taken, order, put)
	if takes && (!ok || !s.takesOnly(taken, order, put)) {
		core, rest, assents, ok = s.coreOf(text, order, put)
		takes = false
	}
	return core, assents, ok && (rest || takes)
}

// coreOf is [Said.core] of an answer without what it takes its value by; rest tells whether there is anything else.
func (s *Said) coreOf(text, order, put string) (core string, rest, assents, ok bool) {
	const most = 40 // words
	if len(text)+len(order) > maxMended {
		return "", false, false, false
	}
	whole := s.wholePiece(order)
	options := s.optionWords(put)
	unit, _ := s.opens(put)
	list := sentences(text, quotesOf(text))
	var parts []string
	coded, n := false, 0
	list2 := s.pieces(text, list)
	for i := range list2 {
		p := &list2[i]
		p.suits, p.options, p.unit = true, options, unit
		_, _, says := p.says(whole)
		coded = coded || says && slices.ContainsFunc(p.words, func(t token) bool { return t.code() })
	}
	for i := range list2 {
		p := &list2[i]
		n += len(p.words)
		from, to, says := p.says(whole)
		switch {
		case i > 0 && (p.byRoutine() || proverbs[strings.ToLower(strings.Trim(p.text, " .!"))] || !p.asks && !says && (p.tale() || p.ofThem())):
			rest = true
		case p.asks, p.waits(), n > most, p.find(await|ifs|unless|recall|hypothetical|report|doubt, 0, len(p.words)) >= 0, slices.ContainsFunc(p.words, func(t token) bool { return t.quoted || perhaps[t.text] != 0 || p.orWord(&t) }):
			return "", false, false, false
		case says && (p.negated() || p.find(amend&^oops, 0, from) >= 0 && p.negates() >= 0):
			return "", false, false, false
		case says:
			if coded && !slices.ContainsFunc(p.words, func(t token) bool { return t.code() || digit(t.text) || strings.Contains(t.text, "@") }) && !p.numbers() {
				rest = true // "the one on Tuesday, L/233"
				continue
			}
			for from > 0 && p.leadsValue(from-1) {
				from--
			}
			for to < len(p.words) && (p.words[to].thing || p.words[to].text == unit || unitWords[p.words[to].text] || currencies[p.words[to].text] || counts[p.words[to].text] || hindiOf[p.words[to].text] || pieces[p.words[to].text] || whole.hasWord(p.words[to].text, 0) || ofOthers(p.words[to].text)) && !p.words[to].sign {
				to++
			}
			if p.comitative() < len(p.words) {
				if i := p.opened(); i+1 < from && ownSubjects[p.words[i].text]&p.lang != 0 && havings[p.words[i+1].text]&p.lang != 0 {
					return "", false, false, false // "I have 15:30 with the dentist"
				}
				to = len(p.words) // "3, with the car": what it is with may be a choice
			}
			rest = rest || from > 0 || to < len(p.words)
			parts = append(parts, p.text[p.words[from].at-p.from:p.words[to-1].end-p.from])
		case p.empty() && slices.ContainsFunc(p.words, func(t token) bool { return no[t.text] || denials[t.text] || t.starts&negator != 0 }):
			return "", false, false, false // "no, 3"
		case p.empty() && slices.ContainsFunc(p.words, func(t token) bool { return dayparts[t.text] || t.thing }):
			parts = append(parts, p.text) // "in the evening"
		case p.empty():
			assents = assents || p.find(assent, 0, len(p.words)) >= 0 || slices.ContainsFunc(p.words, func(t token) bool { return thaiEnds[t.text] }) && len(p.words) == 1
			rest = true
		case i > 0 && (p.grounded() || p.suffices()), p.samely():
			rest = true
		default:
			return "", false, false, false
		}
	}
	core = strings.Join(parts, ", ")
	return core, rest, assents, core != ""
}

// proverbs say no more than that one is careful.
var proverbs = map[string]bool{"sicher ist sicher": true, "better safe than sorry": true, "just to be safe": true, "on ne sait jamais": true, "non si sa mai": true, "nunca se sabe": true, "mais vale prevenir": true, "just in case": true, "vorsichtshalber": true, "au cas où": true, "per sicurezza": true, "por si acaso": true, "por via das dúvidas": true}

// suffices reports whether the piece only says that it will do: "that should do it with the offcuts".
func (p *piece) suffices() bool {
	const few = 9 // words
	i := p.opened()
	if i+1 >= len(p.words) || len(p.words) > few || p.negates() >= 0 || slices.Contains(p.values(), true) || !pointing[p.words[i].text] && !its[p.words[i].text] && !itsOne[p.words[i].text] {
		return false
	}
	return slices.ContainsFunc(p.words[i:], func(t token) bool { return enough[t.text]&p.lang != 0 || p.lang&en != 0 && t.text == "do" }) && !slices.ContainsFunc(p.words, func(t token) bool { return t.code() || t.own != 0 || t.starts&(ifs|unless|stop|recall) != 0 })
}

// orWord reports whether a word joins two alternatives.
func (c *clause) orWord(t *token) bool { return ors[t.text] && !(t.text == "o" && c.lang&(es|it) == 0) }

// leadsValue reports whether a word belongs to the value behind it: "a las 9", "le 4", "วันศุกร์".
func (p *piece) leadsValue(i int) bool {
	t, next := &p.words[i], &p.words[i+1]
	if t.text == "วัน" || t.text == "ที่" {
		return true
	}
	if t.within&pronoun != 0 && !(t.within&det != 0 && (digit(next.text) || p.numberAt(i+1) > 0)) {
		return false
	}
	return placing[t.text] || t.within&(det|target|source) != 0
}

// numbers reports whether the piece says a number in words.
func (p *piece) numbers() bool {
	for i := range p.words {
		if p.numberAt(i) > 0 {
			return true
		}
	}
	return false
}

// sufficing are words that say of what is named that it suits, or is enough.
var sufficing = wordSets["suiting"]

// acceptsWith reads the answer to an offer that asks for something, too: "Shall I block it? What is its number?" "Yes, it's
// MC-80-2."
func (s *Said) acceptsWith(text, put string) bool {
	core, assents, ok := s.core(text, put, put)
	if !ok || !assents || len(s.clauses) >= MaxClauses {
		return false
	}
	if _, opens := s.opens(put); !opens {
		return false
	}
	for _, at := range sentences(put, quotesOf(put)) {
		words := s.wordsOf(put, at.from, at.to, quotesOf(put))
		l := language(words)
		mark(words, l)
		i := slices.IndexFunc(words, func(t token) bool { return t.starts&offer != 0 })
		if i < 0 || i > 2 || !at.asked && l&th == 0 || slices.ContainsFunc(words, func(t token) bool {
			return ors[t.text] || t.starts&(negator|ifs|unless|contrast) != 0 && t.within&harmless == 0
		}) {
			continue
		}
		i = span(words, i, offer)
		to := len(words)
		if l&th != 0 { // what is asked for stands in the same sentence
			for k := i; k < len(words); k++ {
				if thaiEnds[words[k].text] || words[k].text == "ไหม" || words[k].text == "เลย" {
					to = k
					break
				}
			}
		}
		if i >= to {
			continue
		}
		order := put[words[i].at:words[to-1].end] + ", " + core
		begin := len(s.clauses)
		s.sentence++
		s.read(order, stretch{0, len(order), false}, quotesOf(order))
		for k := begin; k < len(s.clauses); k++ {
			c := &s.clauses[k]
			if c.offered = true; c.kind == asking {
				c.kind = plain
			}
		}
		return true
	}
	return false
}
