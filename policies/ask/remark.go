package ask

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// A base form may order, "annuler W/3 s'il vous plaît", and may be what something is said of: "annuler W/3 est absurde",
// "annullare W/3, cosa vi viene in mente".

// base reports whether a verb is a base form that may order.
func (c *clause) base(v verb) bool {
	w := c.words[v.at].text
	switch v.lang {
	case en:
		return v.form == ordering
	case fr:
		return strings.HasSuffix(w, "er") || strings.HasSuffix(w, "ir") || strings.HasSuffix(w, "re")
	case it:
		return strings.HasSuffix(w, "re")
	case es, pt:
		return strings.HasSuffix(w, "r")
	case de:
		return v.at > c.opened() && c.final(v)
	case hi:
		return c.baseHindi(v) >= 0
	}
	return v.lang == th
}

// baseHindi returns the word that makes a base form of a Hindi verb, "रद्द करना"; −1 if none does.
func (c *clause) baseHindi(v verb) int {
	for j := v.at; j < len(c.words) && j <= v.at+2; j++ {
		if strings.HasSuffix(c.words[j].text, "ना") {
			return j
		}
	}
	return -1
}

// remarked reports whether a base form is what clause i, or the clause behind it, says something of, and no order.
func (s *Said) remarked(i int, v verb) bool {
	c := &s.clauses[i]
	if c.offered || !c.base(v) || c.frameBefore(v.at) >= 0 && v.lang != th {
		return false
	}
	if c.judged(v) {
		return true
	}
	if v.lang&(de|fr|it|es|pt|hi) == 0 || slices.ContainsFunc(s.clauses, func(o clause) bool { return o.sentence == c.sentence && o.hasOf(courtesy, 0) >= 0 }) {
		return false
	}
	for k := v.at + 1; k+1 < len(c.words); k++ {
		if c.words[k].sign && c.words[k].text == "," && c.part(k+1, len(c.words)).muses() {
			return true
		}
	}
	next := i + 1
	return next < len(s.clauses) && s.clauses[next].sentence == c.sentence && s.clauses[next].muses()
}

// judged reports whether the verb of a statement stands behind a base form and what that is of: "annuler W/3 serait une erreur".
func (c *clause) judged(v verb) bool {
	switch v.lang {
	case hi:
		n := c.lastWord()
		for n > 0 && hindiSoft[c.words[n].text] {
			n--
		}
		at := c.baseHindi(v)
		return at+1 < n && c.words[at+1].starts&and == 0 && !c.words[at+1].sign && !necessary[c.words[at+1].text] && c.find(speaker, 0, at) < 0 && (copulas[c.words[n].text] || wouldHindi[c.words[n].text] || n > at+1 && (c.words[n].text == "होगी" || c.words[n].text == "होगा") && !hindiSoft[c.words[at+1].text] && c.words[at+1].text != "ही" || thirdFuture.MatchString(c.words[n].text))
	case th:
		behind := lettersOf(c.words[v.at+1:])
		for j := v.at + 1; j+1 < len(c.words); j++ {
			if c.words[j].text == "เสีย" && digit(c.words[j+1].text) {
				return true // "เสีย 150 บาท"
			}
		}
		return slices.ContainsFunc(thaiJudges, func(w string) bool { return strings.Contains(behind, w) })
	}
	relative := false
	for j := v.at + 1; j < len(c.words); j++ {
		t, before := &c.words[j], &c.words[j-1]
		switch {
		case t.quoted:
			continue
		case t.sign:
			return false
		case relatives[t.text]&c.lang != 0:
			relative = true
			continue
		case t.within&(det|target|source) != 0 && judging[t.text] == 0, before.within&det != 0 && v.lang != en, before.starts&(speaker|subject) != 0, before.text == "c'" || before.text == "ça" || before.text == "ce":
			continue
		case j+1 < len(c.words) && c.words[j+1].text == "you", t.within&(opener|frame) != 0 && !conditionalForm(t.text, c.lang), judging[t.text]&c.lang == 0 && (v.lang == en || !conditionalForm(t.text, c.lang)):
			continue
		case relative:
			relative = false
			continue
		}
		if v.lang != en || t.text == "was" && j+1 < len(c.words) && (possessive(c.words[j+1].text) || mineOwn[c.words[j+1].text] != 0 || yoursWords[c.words[j+1].text] != 0) || before.code() || digit(before.text) || monthWord(before.text) || dayNames[before.text] {
			return j > v.at+1
		}
	}
	return false
}

// judging are verbs of statements about what could be done, relatives begin what is said of a thing.
var judging, relatives = wordSets["judging"], wordSets["relative"]

// wouldHindi are Hindi verbs of what was, or would be.
var wouldHindi = set("था रहता रहती होता होती")

// necessary are Hindi words behind a base form by which it must be done.
var necessary = set("है हैं था ज़रूरी जरूरी पड़ेगा पड़ेगी होगा होगी चाहिए चाहता चाहती चाहते चाहूँगा चाहूँगी चाहूंगा चाहूंगी चाहेंगे अनिवार्य")

// thaiJudges are letters by which Thai says what it thinks of a deed.
var thaiJudges = lettersIn("judges")

// wouldBe are endings of what would be.
var wouldBe = map[lang]*regexp.Regexp{
	fr: regexp.MustCompile(`[rd]r?ai(?:t|ent|s)$`),
	it: regexp.MustCompile(`(?:rebbe|rebbero|rei|remmo)$`),
	es: regexp.MustCompile(`(?:[aeib]|n?d)ría(?:n|mos)?$`),
	pt: regexp.MustCompile(`[aei]ria(?:m|mos)?$`),
}

// conditionalForm reports whether a word says what would be, and does not ask for it politely.
func conditionalForm(w string, l lang) bool {
	if politeWould[w] {
		return false
	}
	for k, re := range wouldBe {
		if l&k != 0 && re.MatchString(w) {
			return true
		}
	}
	return l&de != 0 && wouldGerman[w]
}

var (
	politeWould = set("sarei saremmo serais serions estaríamos estaria voudrais voudrait aimerais souhaiterais vorrei vorremmo gradirei querría querríamos desearía gustaría gostaria gostaríamos queria padaria livraria portaria lavandaria secretaria cafetaria enfermaria")
	wouldGerman = set("müsste müssten wäre wären würde würden hätte hätten käme")
)

// muses reports whether a clause behind a base form says what would be then, or cries out: "da müsste ich die Katze verkaufen",
// "cosa vi salta in mente". What would be otherwise is a reason to do it.
func (c *clause) muses() bool {
	i := c.opened()
	if c.asked || i+1 >= len(c.words) || c.hasOf(elseWords, i) >= 0 || slices.ContainsFunc(c.words, func(t token) bool { return t.code() || strings.ContainsFunc(t.text, unicode.IsDigit) }) {
		return false
	}
	if phraseAt(exclaims, c.words, i, c.lang) > 0 || c.hasOf(yoursWords, i) == i+2 && c.itIs(i) == i+2 {
		return true // "c'est votre idée"
	}
	if at := c.hasOf(ideas, i); at > i && at <= i+3 && c.hasOf(gone, i) >= i && c.hasOf(gone, i) < at {
		return true // "c'était l'idée hier"
	}
	if at := c.hasOf(thatDeed, 0); at >= 0 && c.negates() < 0 {
		return c.find(speaker, 0, len(c.words)) < 0
	}
	if c.lang&de != 0 && (c.words[i].text == "ich" || c.words[i].text == "wir") && !c.hasAny(i, len(c.words), "müsste", "müssten") {
		return false // "ich wäre an dem Tag im Urlaub"
	}
	return slices.ContainsFunc(c.words[i:], func(t token) bool {
		return conditionalForm(t.text, c.lang) && (t.within&frame == 0 || wouldHave[t.text]&c.lang != 0)
	}) ||
		c.lang&pt != 0 && c.words[i].text == "tinha" && c.words[i+1].text == "de"
}

var wouldHave = wordSets["wouldHave"]

// exclaims begin a cry, thatDeed are words for a deed just named, elseWords say what would be otherwise.
var exclaims, thatDeed, elseWords = wordSets["exclaims"], wordSets["thatDeed"], wordSets["elseWord"]

// onlyWhy reports whether the sentence of clause i gives a reason that is all there is, right behind it: "quindi annullate W/3
// solo perché pioviggina". That is no order, but what those who are spoken to do.
func (s *Said) onlyWhy(i int) bool {
	c := &s.clauses[i]
	next := i + 1
	if len(c.words) == 0 || next >= len(s.clauses) || s.clauses[next].sentence != c.sentence || s.clauses[next].kind != subordinate || len(s.clauses[next].words) == 0 || s.clauses[next].words[0].starts&aside == 0 {
		return false
	}
	last := &c.words[len(c.words)-1]
	return onlyWords[last.text]&c.lang != 0 && last.n+1 == s.clauses[next].words[0].n
}

// othersDo reports whether a verb tells what those who are spoken to, or somebody, do with a thing: "et là on me décale W/3", "und
// jetzt verlegt mir euer System W/3", "storniert ihr also W/3".
func (s *Said) othersDo(i int, v verb) bool {
	c := &s.clauses[i]
	if c.asked || v.form != ordering && v.form != pledging || s.polite(i) {
		return false
	}
	if c.statesMany(v) {
		return true
	}
	before := v.at - 1
	for before >= 0 && (frontClitics[c.words[before].text] || frenchClitics[c.words[before].text] || forMe[c.words[before].text]) {
		before--
	}
	switch {
	case v.lang == fr:
		if before >= 0 && c.frameBefore(v.at) < 0 && someDo[c.words[before].text] {
			return true
		}
	case v.lang == de:
		next := v.at + 1
		if next+1 < len(c.words) && c.words[next].text == "ihr" && strings.HasSuffix(c.words[v.at].text, "t") && consequences[c.words[next+1].text]&de != 0 {
			return true
		}
		mine := next < len(c.words) && toMine[c.words[next].text]
		if mine {
			next++
		}
		return next+2 < len(c.words) && (yoursWords[c.words[next].text]&de != 0 || mine && c.words[next].text == "eure") && c.words[next+1].capped && c.words[next+2].code()
	}
	if before == v.at-1 && !strings.Contains(c.words[v.at].text, "-") && !c.hyphened(v.at) || c.lang&(fr|it|es|pt) == 0 {
		return false
	}
	last := len(c.words) - 1 // "me mueve W/3 vuestro sistema"
	for k := last; k > v.at+1 && k > last-3; k-- {
		if yoursWords[c.words[k].text]&c.lang == 0 {
			continue
		}
		if k--; c.words[k].within&det != 0 && c.words[k+1].text != "tu" && k > v.at+1 {
			k--
		}
		return !placing[c.words[k].text] && c.words[k].within&(target|source|and) == 0 && !ofWords[c.words[k].text]
	}
	return false
}

// yoursWords say that a thing is of those who are spoken to, someDo are French subjects.
var (
	yoursWords = wordSets["yours"]
	someDo     = set("on il elle ils elles")
	toMine     = set("mir uns") // for whom a German verb does it
)

// statesMany reports whether a Spanish or Portuguese verb says what several people do or did, and has no form of an order: "anulan",
// "mudam", "cancelaram". Of verbs in -er and -ir it is one: "devuelvan", "devolvam".
func (c *clause) statesMany(v verb) bool {
	rest, ok := strings.CutPrefix(withoutClitic(c.words[v.at].fold), v.base)
	switch {
	case !ok:
	case c.frameBefore(v.at) >= 0:
	case v.lang == es:
		return rest == "an" && secondClass[v.base]&es == 0
	case v.lang == pt:
		return rest == "ram" || rest == "am" && secondClass[v.base]&pt == 0
	}
	return false
}

var secondClass = wordSets["secondClass"]
