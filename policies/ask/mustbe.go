package ask

import (
	"slices"
	"strings"
)

// What is to be done with a thing, said of the thing: "la prenotazione 30402 va disdetta", "tem de ser anulada", "doit
// être annulée". German and English have theirs in passive and toBe.

// mustBe reports whether the clause says so of a verb of French, Italian, Spanish or Portuguese.
func (c *clause) mustBe(v verb) bool {
	if c.asked || v.at < 2 || v.lang&(fr|it|es|pt) == 0 || v.form == naming && v.lang != it {
		return false
	}
	from := c.obligation(v)
	if from < 1 || c.negates() >= 0 || c.hasOf(perhaps, 0) >= 0 || c.hasOf(habits, 0) >= 0 || c.find(usual, 0, len(c.words)) >= 0 || c.find(report, v.at, len(c.words)) >= 0 || c.hasOf(untils, v.at) >= 0 || c.byAgent(v.at+1) {
		return false
	}
	if notThatOne[c.words[from-1].text]&c.lang != 0 {
		return false // "INV-2140 va bene, l'altra va annullata"
	}
	behind := c.words[from-1].sign && c.words[from-1].text == "," // "INV-2140 è un doppione, va annullata"
	for j := range from {                                         // what it is, and nobody who says so
		if behind && copulas[c.words[j].text] {
			continue
		}
		if t := &c.words[j]; t.starts&(speaker|subject|report|know|hypothetical|question|content) != 0 && t.within&(det|opener|pronoun) == 0 || foreignVerb(t, v.lang) && !frequent(t, v.lang) && (j == 0 || c.words[j-1].within&det == 0) && !t.thing {
			return false
		}
	}
	return slices.ContainsFunc(c.words[:from], func(t token) bool { return t.code() || digit(t.text) || t.thing || t.within&det != 0 })
}

// mustBeToo reports whether clause i says so without a word for the thing, which the clause before says how it is: "a
// fatura INV-2140 está duplicada, tem de ser anulada".
func (s *Said) mustBeToo(i int, v verb, call *Call) bool {
	c := &s.clauses[i]
	if i == 0 || c.asked || c.kind != plain || v.lang&(it|es|pt) == 0 || v.form == naming && v.lang != it || c.obligation(v) != c.opened() || c.negates() >= 0 || v.at+1 < len(c.words) && !c.words[v.at+1].sign {
		return false
	}
	o := &s.clauses[i-1]
	return o.sentence == c.sentence && o.kind == plain && !o.asked && len(o.cond) == 0 && o.negates() < 0 && call.names(o.text) && o.find(report|know|hypothetical|await|ifs, 0, len(o.words)) < 0 && o.hasOf(perhaps, 0) < 0 &&
		slices.ContainsFunc(o.words, func(t token) bool {
			return copulas[t.text] || t.text == "está" || t.text == "están" || t.text == "estão"
		})
}

// byAgent reports whether a word begins the one by whom something is done: "dal titolare", "par le client".
func (c *clause) byAgent(i int) bool {
	return i < len(c.words) && agents[c.words[i].text]&c.lang != 0 && c.words[i].within&(opener|frame) == 0
}

var agents = wordSets["agent"]

// obligation returns where the words begin by which a verb must be done to a thing, −1 if there are none.
func (c *clause) obligation(v verb) int {
	if v.at == 0 {
		return -1
	}
	back := v.at - 1
	for back > 0 && (c.words[back].within&opener != 0 || mustAdverbs[c.words[back].text]&v.lang != 0) {
		back--
	}
	w := c.words[v.at].text
	infinitive := strings.HasSuffix(w, "r") || strings.HasSuffix(w, "re")
	switch t := c.words[back].text; {
	case v.lang == it && (t == "va" || t == "vanno" || t == "andrebbe" || t == "andrebbero"):
		if !infinitive {
			return back
		}
	case beings[t]&v.lang != 0 && back > 0:
		back--
		if (c.words[back].text == "que" || c.words[back].text == "de") && back > 0 {
			back--
		}
		if !infinitive && musts[c.words[back].text]&v.lang != 0 {
			return back
		}
	case infinitive && becoming[w]&v.lang != 0 && back > 0: // "deve passar para 16"
		if (t == "que" || t == "de") && back > 0 {
			back--
		}
		if musts[c.words[back].text]&v.lang != 0 {
			return back
		}
	case v.lang == es && infinitive && t == "que" && back > 1 && c.words[back-2].text == "se" && musts[c.words[back-1].text]&es != 0: // "se tiene que anular"
		return back - 2
	case v.lang == es && infinitive && back > 0 && c.words[back-1].text == "se" && musts[t]&es != 0: // "se debe anular"
		return back - 1
	case v.lang == es && strings.HasSuffix(w, "rse") && musts[t]&es != 0: // "debe anularse"
		return back
	case v.lang == pt && infinitive && (t == "para" || t == "pra" || t == "de") && back > 0:
		if is := c.words[back-1].text; is == "é" || is == "são" {
			return back - 1
		}
	}
	return -1
}

// words around what must be done: adverbs, "to be", verbs of obligation, and what sets a term.
var (
	mustAdverbs = wordSets["mustAdverb"]
	beings      = wordSets["toBe"]
	musts       = wordSets["must"]
	untils      = wordSets["term"]
	becoming    = wordSets["becoming"]
	itIs        = wordSets["itIs"]
)

// isFor reports whether the clause begins with what the user has come for: "es para anular la cita 9005", "c'est pour
// …".
func (c *clause) isFor(v verb) bool {
	i, w := c.opened(), c.words[v.at].text
	if c.asked || v.lang&(fr|it|es|pt) == 0 || i >= len(c.words) || itIs[c.words[i].text]&v.lang == 0 || !strings.HasSuffix(w, "r") && !strings.HasSuffix(w, "re") && !hanging(w) {
		return false
	}
	i++
	if v.lang == fr && i < len(c.words) && (c.words[i].text == "est" || c.words[i].text == "serait" || c.words[i].text == "était") {
		i++
	}
	for i < v.at && (c.words[i].within&opener != 0 || onlyWords[c.words[i].text]&v.lang != 0) {
		i++
	}
	if i >= v.at || aimings[c.words[i].text]&v.lang == 0 && c.words[i].text != "pra" {
		return false
	}
	for j := v.at + 1; j < len(c.words); j++ { // "è per disdire la 30433 che vi ho chiamato"
		if w := c.words[j].text; (w == "que" || w == "qu'" || w == "che") && !c.words[j-1].sign {
			return false
		}
	}
	for i++; i < v.at && (forMe[c.words[i].text] || frontClitics[c.words[i].text]); i++ {
	}
	return i == v.at && c.negates() < 0 && c.find(report, v.at, len(c.words)) < 0
}

// cameFor reports whether the clause tells what the user had come for: "era para anular la cita 9005".
func (c *clause) cameFor() bool {
	i := c.opened()
	return i+1 < len(c.words) && (c.words[i].text == "era" && aimings[c.words[i+1].text]&c.lang != 0 || c.words[i+1].text == "était" && itIs[c.words[i].text]&c.lang != 0)
}

// causer returns the word by which the clause has somebody do what a verb in its base form says, "mi faccia cancellare",
// "mande cancelar"; −1 if there is none.
func (c *clause) causer(v verb) int {
	w := c.words[v.at].text
	if v.lang&(fr|it|es|pt) == 0 || v.form != ordering || !strings.HasSuffix(w, "r") && !strings.HasSuffix(w, "re") && !hanging(w) {
		return -1
	}
	i := v.at - 1
	for i > 0 && (forMe[c.words[i].text] || c.words[i].text == "moi") {
		i--
	}
	if i >= 0 && causers[c.words[i].text]&v.lang != 0 && !c.words[i].quoted {
		return i
	}
	return -1
}

// causers are orders to have something done.
var causers = wordSets["cause"]

// takesAway returns the language of a verb that takes the act's thing itself off a list, which is to cancel it: "quítenme
// la cita 9031"; 0 if a word is none.
func (c *clause) takesAway(i int, a *Acts) lang {
	if c.lang&(fr|it|es|pt) == 0 || c.lang&en != 0 || !a.has("cancel") || c.words[i].sign || c.words[i].capped && i > c.opened() {
		return 0
	}
	j := i + 1
	for j < len(c.words) && (forMe[c.words[j].text] || c.words[j].text == "moi" || c.words[j].within&det != 0) {
		j++
	}
	if j+1 >= len(c.words) || !a.isNoun(&c.words[j]) || !c.words[j+1].code() && !digit(c.words[j+1].text) {
		return 0
	}
	if j+2 < len(c.words) && ofWords[c.words[j+2].text] && !c.ofMoment(j+3) {
		return 0 // "de la cabeza"
	}
	for l, list := range removals {
		if c.lang&l != 0 && slices.ContainsFunc(list, func(stem string) bool { return verbForm(c.words[i].fold, stem, l) == ordering }) {
			return l
		}
	}
	return 0
}

// removals are the stems of verbs by which a thing is taken away.
var removals = map[lang][]string{fr: {"enlev", "retir", "ray"}, it: {"togli", "tolg", "levat", "lev"}, es: {"quit", "borr", "tach"}, pt: {"tir", "retir", "risc", "risqu"}}

// mustOther reports whether the clause says that the user has to do something with a thing of another kind: "on doit garder le
// chien".
func (c *clause) mustOther(call *Call) bool {
	at := c.hasOf(obliged, 0)
	if at < 0 || call.Acts.hasNoun(c.words) {
		return false
	}
	thing := false
	for k := range c.words {
		t := &c.words[k]
		if t.within&pronoun != 0 && t.within&(det|speaker) == 0 || hanging(t.fold) || k > at && k+1 < len(c.words) && t.within&det != 0 && foreignVerb(&c.words[k+1], c.lang) {
			return false
		}
		thing = thing || k > at && k+1 < len(c.words) && t.within&det != 0 && !foreignVerb(&c.words[k+1], c.lang)
	}
	return thing || !call.names(c.text)
}

// obliged say that something has to be done.
var obliged = wordSets["obliged"]
