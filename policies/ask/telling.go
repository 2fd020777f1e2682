package ask

import (
	"slices"
	"strings"
)

// What people only tell beside an order, in Spanish and Portuguese: why they ask, how they are. Their verbs are those of
// a list, or have an ending of what was; what takes an order back, puts it off or orders something else is none.

// tellings are verbs by which it is told how things are.
var tellings = wordSets["telling"]

// tellsAt reports whether a word is a verb by which something is told: "tengo", "acabou".
func (c *clause) tellsAt(i int) bool {
	t := &c.words[i]
	return tellings[t.text]&c.lang != 0 || t.within&^(speaker|hypothetical) == 0 && !t.capped && len(t.text) > 3 && (past(t.text, c.lang&(es|pt)) || c.lang&pt != 0 && (didIt(t.text, pt) || strings.HasSuffix(t.text, "ei")))
}

// contraryTold are the classes of words that what is only told has none of.
const contraryTold = await | keep | stop | recall | rethink | doubt | mock | ifs | unless | report | retain | needless | mind | unneeded | except | excepted | contrast | amend | frame | later

// toldOnly reports whether words, from one on, only tell something, with a verb for it. They may say no where that is
// part of it, "no puedo", and numbers that old has.
func (c *clause) toldOnly(from int, old func(string) bool) bool {
	const least = 3 // words
	if c.lang&(es|pt) == 0 || from+least > len(c.words) || c.asked || no[c.words[from].text] || c.words[from].starts&nothing != 0 {
		return false
	}
	verbs, number, comes := 0, false, false
	for i := from; i < len(c.words); i++ {
		t := &c.words[i]
		if comes = comes || ownActs[t.text]&c.lang != 0; ownActs[t.text]&c.lang != 0 || comes && t.starts&later != 0 && t.starts&(contraryTold&^later) == 0 {
			verbs++
			continue
		}
		if c.tellsAt(i) {
			verbs++
			continue
		}
		switch {
		case withoutWords[t.text]&c.lang != 0:
		case no[t.text] && t.within&det == 0 || t.starts&negator != 0: // of the verb behind it
			next := i + 1
			for next < len(c.words) && (frontClitics[c.words[next].text] || c.words[next].text == "se") {
				next++
			}
			if next >= len(c.words) || !c.tellsAt(next) {
				return false
			}
		case t.quoted, t.code() && !digit(t.text), perhaps[t.text] != 0, jokes[t.text]&c.lang != 0, t.thing, t.starts&contraryTold != 0 && t.within&(det|harmless) == 0, t.starts&oops != 0 && !no[t.text] && t.within&(harmless|hypothetical) == 0:
			return false
		case t.starts&hypothetical != 0 && t.within&speaker == 0, t.own != 0 && t.within&det == 0 && !t.capped && i == from:
			return false
		case digit(t.text):
			number = true
			if !old(t.text) {
				return false
			}
		}
	}
	return verbs > 0 && (!number || led(c, from))
}

// noNumber says of each number that nobody has said it before.
func noNumber(string) bool { return false }

// led reports whether a word begins a reason.
func led(c *clause, i int) bool { return i < len(c.words) && leadsWhy[c.words[i].text]&c.lang != 0 }

// jokes are words by which what was said is no more than one.
var jokes = wordSets["joke"]

// leadsWhy begin a reason, withoutWords say what is not there, ownActs that the user comes.
var leadsWhy, withoutWords, ownActs = wordSets["leadsWhy"], wordSets["withoutIt"], wordSets["ownAct"]

// tellsBehind reports whether a piece behind what puts an order right only tells why, how things are, or thanks: "que el 14
// tengo dentista". A number of it is the one that was put right.
func (p *piece) tellsBehind(order *piece) bool {
	if p.asks || p.waits() || len(p.words) == 0 || p.undecided() {
		return false
	}
	if p.only(harmless | opener) {
		return true // "perdón por las faltas"
	}
	i := 0
	for i < len(p.words) && p.words[i].starts&and != 0 {
		i++
	}
	if i < len(p.words) && gratitude[p.words[i].text]&p.lang != 0 && !slices.Contains(p.values(), true) && !p.against() {
		return true
	}
	if i+1 < len(p.words) && p.words[i].text == "por" && grounding[p.words[i+1].text]&p.lang != 0 && !slices.Contains(p.values(), true) && p.negates() < 0 {
		return true // "por razões pessoais"
	}
	return p.toldOnly(i, func(w string) bool { return order.hasWord(w, 0) })
}

// grounding are words for reasons, behind a preposition.
var grounding = wordSets["grounding"]

// introduces returns where the words end by which a Spanish or Portuguese message begins to say who writes it, up to a
// comma behind which it goes on: "les escribe la mamá de Joaquín, …"; 0 if none begin at a word.
func (c *cutter) introduces(i int) int {
	if c.lang&(es|pt) == 0 || c.lang&en != 0 || i > 0 && !c.list[i-1].sign || !greeted(c.cur.words) || slices.ContainsFunc(c.out, func(o clause) bool { return !greeted(o.words) }) {
		return 0
	}
	n := phraseAt(introductions, c.list, i, c.lang)
	if n == 0 {
		return 0
	}
	end := 0
	for j := i + n; j+1 < len(c.list); j++ {
		t := &c.list[j]
		if t.quoted || t.code() || digit(t.text) || t.starts&(ifs|unless|report|hypothetical|negator|recall|await|frame|question|content) != 0 && t.within&det == 0 || foreignVerb(t, c.lang) && !frequent(t, c.lang) && t.own != 0 {
			break
		}
		if !t.sign {
			continue
		}
		if t.text != "," {
			break
		}
		end = j
		if next := &c.list[j+1]; next.within&det == 0 || next.text == "a" || digit(next.text) || next.code() { // ", el del taller, …"
			break
		}
	}
	if end == 0 || c.list[end+1].starts&(report|content) != 0 {
		return 0
	}
	return end
}

// introductions begin what says who writes.
var introductions = wordSets["introduce"]

// greeted reports whether words may be a greeting: few, and no verb or value among them.
func greeted(words []token) bool {
	const most = 3
	n := 0
	for i := range words {
		t := &words[i]
		if t.within&opener != 0 || t.sign && !t.quoted {
			continue
		}
		if n++; n > most || t.quoted || t.code() || digit(t.text) || t.own != 0 || t.within&(ifs|unless|report|hypothetical|negator|recall|await|frame|question) != 0 {
			return false
		}
	}
	return true
}

// toldWhy reports whether the clause only tells something, and nothing of a call: "que mi hija se ha puesto de parto".
func (c *clause) toldWhy(call *Call) bool {
	if c.kind == supposed || c.contrast || c.hasOf(alreadys, 0) >= 0 || c.hasOf(youDo, 0) >= 0 || call.names(c.text) {
		return false
	}
	i := 0
	for i < len(c.words) && (c.words[i].sign || c.words[i].starts&and != 0) {
		i++
	}
	return c.toldOnly(i, noNumber) && !slices.ContainsFunc(c.verbs(&call.Acts), func(v verb) bool { return !c.befalls(v, call) })
}

// reasons returns where a reason ends that "que" begins at a word, behind a comma or before who tells it, and behind which
// the sentence ends: "…, que la función acaba tarde"; 0 if none begins. What goes on with a thing, "que es la R-5", says
// which it is.
func (c *cutter) reasons(i int) int {
	if c.lang&(es|pt) == 0 || c.lang&en != 0 || i < 1 || i+2 >= len(c.list) || c.list[i].text != "que" || len(c.cur.words) == 0 || c.onlyOpeners() {
		return 0
	}
	next := &c.list[i+1]
	if !c.list[i-1].sign && next.text != "eu" && next.text != "yo" && next.text != "ya" || c.list[i-1].sign && c.list[i-1].text != "," || copulas[next.text] {
		return 0
	}
	end := len(c.list)
	for end > i && (c.list[end-1].sign || c.list[end-1].within&opener != 0) {
		end--
	}
	rest := &clause{words: c.list[i:end], lang: c.lang}
	for k := 1; k < len(rest.words); k++ {
		if t := &rest.words[k]; t.sign || t.capped && rest.words[k-1].within&det == 0 && k > 1 || t.text == "llama" || t.text == "chama" {
			return 0
		}
	}
	if !rest.toldOnly(0, noNumber) {
		return 0
	}
	return len(c.list)
}

// comesWhen reports whether a condition that begins behind the clause so far only says when the user comes themselves:
// "…, y paso a buscarlos cuando salga del trabajo".
func (c *cutter) comesWhen() bool {
	return len(c.out) > 0 && len(c.cur.words) > 0 && len(c.cur.words) < 6 && slices.ContainsFunc(c.cur.words, func(t token) bool { return ownActs[t.text]&c.lang != 0 }) && !slices.ContainsFunc(c.cur.words, func(t token) bool { return t.own != 0 || t.code() })
}
