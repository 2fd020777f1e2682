package ask

import (
	"regexp"
	"slices"
	"strings"
)

// Orders in French, Italian, Spanish and Portuguese that say what the user does with the tool's thing: "ne restituisco
// 5", "je vous en rends 8", "me llevo la furgoneta". What tells them from reports is the person and the tense of the
// verb, and that nothing else is said of it: no rule, no doubt, no question.

// pledges reports whether a verb of the acts is such an order.
func (c *clause) pledges(v verb, a *Acts) bool {
	return v.lang&(fr|it|es|pt) != 0 && len(a.named) > 0 && !strings.HasPrefix(c.wordBefore(v.at), "aver") && !servings[a.named[0]] && !(a.grave && !a.has("cancel") && takings[c.words[v.at].text]&v.lang == 0) && c.firstPerson(v) && c.declares(v.at)
}

// pledgesOf reports whether a clause in which the user says what they do is about a call: it names something of it or takes
// it up, or names nothing. "Je vous écris du bureau" does neither.
func (c *clause) pledgesOf(call *Call) bool {
	if call.mentions(c.text) || call.Acts.hasNoun(c.words) {
		return true
	}
	named := false
	for i := range c.words {
		t := &c.words[i]
		if takingUp[t.text]&c.lang != 0 && i+1 < len(c.words) && (c.words[i+1].own|c.words[i+1].self)&c.lang != 0 || t.within&pronoun != 0 && t.within&(det|speaker) == 0 && !toYou[t.text] && t.text != "vous" {
			return true
		}
		named = named || i != c.opened() && t.names() && t.own == 0
	}
	return !named
}

// takingUp are pronouns before a verb for what was spoken of.
var takingUp = map[string]lang{"le": fr | it, "la": fr | it | es, "les": fr, "l'": fr | it, "en": fr, "lo": it | es, "li": it, "ne": it, "los": es, "las": es, "o": pt, "a": pt, "os": pt, "as": pt}

// servings are deeds that are done for the customer, and not by them.
var servings = set("send deliver ship lend loan give pay refund reimburse write tell notify remind post charge repair fix clean install inspect issue transfer deposit")

// takings are verbs by which the user takes one of what there is.
var takings = wordSets["taker"]

// taken returns the word by which the user says that they take one of what there is, "me llevo la furgoneta"; −1 if
// there is none.
func (c *clause) taken() int {
	for i := range c.words {
		t := &c.words[i]
		if takings[t.text]&c.lang == 0 || t.quoted {
			continue
		}
		switch w := c.wordBefore(i); t.text {
		case "llevo", "quedo":
			if w != "me" {
				continue
			}
		case "prends":
			if w != "je" {
				continue
			}
		case "prend":
			if w != "on" {
				continue
			}
		}
		if c.declares(i) {
			return i
		}
	}
	return -1
}

// wordBefore is the word in front of one, or "".
func (c *clause) wordBefore(i int) string {
	if i == 0 {
		return ""
	}
	return c.words[i-1].text
}

// firstEnds are the endings, without the signs of their letters, of what the user does, now or soon.
var firstEnds = map[lang]*regexp.Regexp{
	it: regexp.MustCompile(`^(?:(?:isc|sc|cc|h|i|c|g)?o|h?i?amo|(?:he|ie|e|i|a)?ro|(?:he|ie|e|i|a)?remo)$`),
	es: regexp.MustCompile(`^(?:(?:zc|ig|g|c|j|y|qu|z)?o|[aei]?re|[aei]?remos)$`),
	pt: regexp.MustCompile(`^(?:(?:c|j|g)?o|[aei]?rei|[aei]?remos)$`),
}

// inFirst reports whether a word is a stem with such an ending.
func (t *token) inFirst(stem string, l lang) bool {
	rest, ok := strings.CutPrefix(t.fold, stem)
	if !ok || firstEnds[l] == nil || !firstEnds[l].MatchString(rest) {
		return false
	}
	switch l {
	case it:
		return !strings.HasSuffix(t.text, "ò") || strings.HasSuffix(t.text, "rò")
	case es:
		return !strings.HasSuffix(t.text, "ó") && (!strings.HasSuffix(rest, "re") || strings.HasSuffix(t.text, "ré"))
	}
	return true
}

// does reports whether a word says what the user does, and is no noun: it begins what is said, or a word for the
// user, a pronoun or "only" stands before it.
func (c *clause) does(i int) bool {
	t := &c.words[i]
	if t.self&c.lang == 0 || i+1 < len(c.words) && ofWords[c.words[i+1].text] {
		return false
	}
	return c.actsHere(i)
}

// actsHere reports whether a word stands where a verb does that says what the user does.
func (c *clause) actsHere(i int) bool {
	if i <= c.opened() {
		return i == c.opened()
	}
	before := &c.words[i-1]
	return ownSubjects[before.text]&c.lang != 0 || (frontClitics[before.text] || toYou[before.text]) && before.within&det == 0 || onlyWords[before.text]&c.lang != 0
}

// pledgeAt reports whether the user says from a word on that they do something: "y les devuelvo 2".
func (c *cutter) pledgeAt(i int) bool {
	j := i
	for j < len(c.list) && (frontClitics[c.list[j].text] || toYou[c.list[j].text] || (ownSubjects[c.list[j].text]|onlyWords[c.list[j].text])&c.lang != 0) {
		j++
	}
	return j < len(c.list) && (&clause{words: c.list[i:], lang: c.lang}).does(j-i)
}

// keepsPart reports whether clause j says no more than how many of a thing the user keeps, of which clause i gives up
// others: "me quedo con 4 y les devuelvo 2".
func (s *Said) keepsPart(j, i int, call *Call) bool {
	o, c := &s.clauses[j], &s.clauses[i]
	return o.sentence == c.sentence && i == j+1 && o.kind == plain && !o.asked && o.negates() < 0 && o.lang&(fr|it|es|pt) != 0 && len(o.verbs(&call.Acts)) == 0 &&
		slices.ContainsFunc(o.words, func(t token) bool { return digit(t.text) && !call.names(t.text) }) &&
		slices.ContainsFunc(c.verbs(&call.Acts), func(v verb) bool { return v.form == pledging })
}

// firstPerson reports whether a verb says what the user does, now or soon.
func (c *clause) firstPerson(v verb) bool {
	i, t := v.at, &c.words[v.at]
	if t.quoted || t.capped && i != c.opened() {
		return false
	}
	if v.lang != fr {
		return t.inFirst(v.base, v.lang)
	}
	ends := func(list ...string) bool {
		return slices.ContainsFunc(list, func(end string) bool { return strings.HasSuffix(t.text, end) })
	}
	j := i - 1
	for j >= 0 && frenchClitics[c.words[j].text] && !(c.words[j].text == "nous" && j == c.opened()) {
		j--
	}
	if j < 0 {
		return false
	}
	switch c.words[j].text {
	case "je", "j'":
		return ends("e", "s", "x", "rai") && !ends("ais", "aies")
	case "on":
		return ends("e", "d", "t", "ra") && !ends("ait")
	case "nous":
		return ends("ons") && !ends("ions")
	}
	return false
}

// frenchClitics stand between a subject and its verb.
var frenchClitics = set("vous te t' me m' le la l' les lui leur en y nous")

// toYou are pronouns for those who are spoken to.
var toYou = set("vi ti vos")

// declares reports whether the clause says no more than that the verb at a word is done, and with what.
func (c *clause) declares(i int) bool {
	if c.asked || c.kind != plain || c.negates() >= 0 || c.hasOf(perhaps, 0) >= 0 || c.hasOf(habits, 0) >= 0 || c.hasOf(wonts, 0) >= 0 || c.find(usual|doubt|mock, 0, len(c.words)) >= 0 {
		return false
	}
	for j := c.opened(); j < len(c.words); j++ {
		t := &c.words[j]
		if j > i && (youDo[t.text]|ownSubjects[t.text])&c.lang != 0 || opinions[t.text]&c.lang != 0 {
			return false // "e voi me ne mettete in conto 10", "credo"
		}
		if j > i && t.text == "que" && c.words[j-1].sign && c.lang&(es|pt) != 0 {
			break // why: "…, que somos muchos"
		}
		if j == i || t.sign || t.within&(opener|det) != 0 || onlyWords[t.text]&c.lang != 0 || ownSubjects[t.text]&c.lang != 0 || pledgeAdverbs[t.text]&c.lang != 0 {
			continue
		}
		if t.text == "que" && j > 0 && c.words[j-1].text == "así" {
			continue // "así que les devuelvo 2"
		}
		if t.quoted || t.starts&(hypothetical|report|know|question|content|ifs|unless|await|stop|keep|doubt) != 0 && t.within&pronoun == 0 {
			return false
		}
		if j > i {
			continue
		}
		if t.starts&(speaker|subject|other) != 0 && !frontClitics[t.text] && !toYou[t.text] && !frenchClitics[t.text] || j < i && t.text == "qui" || foreignVerb(t, c.lang) && !frequent(t, c.lang) && !t.thing && (j == 0 || c.words[j-1].within&det == 0) || t.capped && !t.code() && j+1 == i {
			return false
		}
	}
	return true
}

// words for the user who does it, adverbs beside, and what makes a habit or a story of it.
var (
	ownSubjects   = wordSets["ownSubject"]
	pledgeAdverbs = wordSets["pledgeAdverb"]
	wonts         = wordSets["wont"]
)

// settled reports whether nothing else in its sentence or its message takes what clause i declares for less than it
// says: a question, a doubt, what others do.
func (s *Said) settled(i int) bool {
	c := &s.clauses[i]
	if s.inquires(c.message, -1, func(o *clause) bool { return o.kind == plain && !o.asked && !o.doubtful() }) {
		return false
	}
	for j := range s.clauses {
		o := &s.clauses[j]
		if j == i || o.sentence != c.sentence {
			continue
		}
		if j > i && o.contrast || o.hasOf(perhaps, 0) >= 0 || o.hasOf(wonts, 0) >= 0 || o.hasOf(habits, 0) >= 0 || o.doubtful() && o.kind != subordinate || o.hasOf(youDo, 0) >= 0 || o.hasOf(opinions, 0) >= 0 || o.hasOf(applauses, 0) >= 0 || j > i && o.kind != subordinate && o.doneToUser() {
			return false
		}
	}
	return true
}

// opinions make a guess of what is said, applauses scorn.
var (
	opinions  = wordSets["opinion"]
	applauses = wordSets["applause"]
)

// doneToUser reports whether the clause tells what is done to the user: "y me cobran el doble".
func (c *clause) doneToUser() bool {
	for k := 0; k+1 < len(c.words); k++ {
		if forMe[c.words[k].text] && !c.words[k+1].sign && c.words[k+1].within&(det|target|source) == 0 && c.negates() < 0 && c.words[k+1].self&c.lang == 0 && ownSubjects[c.words[k].text]&c.lang == 0 {
			return true
		}
	}
	return false
}

// doubtful reports whether the clause tells what is not sure, what others say, or is scorn.
func (c *clause) doubtful() bool {
	for i := range c.words {
		t := &c.words[i]
		tells := auxiliaries[t.text]&c.lang != 0 || i+1 < len(c.words) && ownSubjects[t.text]&c.lang != 0 && auxiliaries[c.words[i+1].text]&c.lang != 0
		if t.starts&(usual|doubt|report|mock) != 0 || t.starts&(hypothetical|know) != 0 && !tells && t.within&det == 0 {
			return true
		}
	}
	return false
}

// youDo are words for those who are spoken to, as the ones who do something.
var youDo = wordSets["youDo"]
