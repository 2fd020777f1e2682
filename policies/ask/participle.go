package ask

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// Verbs in forms that their stem alone doesn't show: German participles, Hindi verbs for having a thing done, and English verbs
// among Hindi words.

// strongStems are the stems of German verbs that have another in their participle.
var strongStems = map[string]string{"streich": "strich", "schreib": "schrieb", "schieb": "schob", "zieh": "zog", "nehm": "nomm", "sprech": "sproch", "brech": "broch", "werf": "worf", "schliess": "schloss", "schließ": "schloss",
	"schneid": "schnitt", "leih": "lieh", "greif": "griff", "heb": "hob", "treff": "troff", "bieg": "bog", "find": "fund", "bind": "bund", "weis": "wies"}

// germanParticiple reports whether a word is the participle of a German verb with a stem: gemäht, gestrichen.
func germanParticiple(w, stem string) bool {
	rest, ok := strings.CutPrefix(w, "ge")
	if !ok {
		return false
	}
	strong := strongStems[stem]
	return rest == stem+"t" || rest == stem+"et" || rest == stem+"en" || strong != "" && rest == strong+"en"
}

// wantedDone reports whether a German clause wishes that a thing be dealt with: "ich möchte, dass T4410 abgesagt wird". Behind
// "dass" nothing is done but what the verb says.
func (c *clause) wantedDone(v verb, f int) bool {
	if f < 0 || v.at+1 >= len(c.words) || c.words[v.at+1].text != "wird" && c.words[v.at+1].text != "werden" {
		return false
	}
	for f < v.at && (c.words[f].sign || c.words[f].within&opener != 0) {
		f++
	}
	if f >= v.at || c.words[f].text != "dass" && c.words[f-1].text != "dass" {
		return false
	}
	return !slices.ContainsFunc(c.words[f+1:v.at], func(t token) bool {
		return !t.capped && (t.starts&(negator|report|know|hypothetical|question|other) != 0 || foreignVerb(&t, de) && !frequent(&t, de))
	})
}

// wouldHaveToBe reports whether a German clause begins with a thing and says that something would have to be done to it, and no
// more: "der Besuch GV-801 müsste auf den 10. Dezember verlegt werden".
func (c *clause) wouldHaveToBe(v verb) bool {
	last := c.lastWord()
	if v.lang != de || c.asked || last != v.at+1 || c.words[last].text != "werden" || c.negates() >= 0 || c.find(speaker|report|hypothetical|know, 0, len(c.words)) >= 0 {
		return false
	}
	must := slices.IndexFunc(c.words, func(t token) bool { return t.text == "müsste" || t.text == "müssten" })
	if must < 1 || must > 4 || c.hasAny(must, v.at, "erst", "vorher", "zuerst", "eigentlich", "dann", "dafür") {
		return false
	}
	for i := range must {
		t := &c.words[i]
		if _, end := numeral(c.words, i, de); !t.code() && !digit(t.text) && t.within&det == 0 && !t.thing && (i == 0 || !t.capped) && end == i {
			return false
		}
	}
	return true
}

// valueTail reports whether a comma stands at a word, and behind it no more than a number, a day or a time: ", 120 Euro", ", 10.
// Dezember".
func (c *clause) valueTail(i int) bool {
	if !c.words[i].sign || c.words[i].text != "," {
		return false
	}
	some := false
	for i++; i < len(c.words); i++ {
		t := &c.words[i]
		if _, end := numeral(c.words, i, c.lang); digit(t.text) || amountForm.MatchString(t.text) || end > i {
			some = true
		} else if !t.sign && t.within&(opener|frame|det) == 0 && !currencies[t.text] && !unitWords[t.text] && !counts[t.text] && !pieces[t.text] && spoken.Month(t.text) == 0 && weekdayWords[t.text]&c.lang == 0 && !clockUnits[t.text] && !placing[t.text] {
			return false
		}
	}
	return some
}

// countsValue reports whether the clause says how many of a thing of the call there are to be, by the number and right behind it the
// thing by its name, and says nothing else: "ich brauche drei Lavendel".
func (c *clause) countsValue(call *Call) bool {
	from, to := c.needs()
	for i := range c.words {
		t := &c.words[i]
		_, end := numeral(c.words, i, c.lang)
		if known := t.sign || i >= from && i < to || end > i || digit(t.text) || t.within&(opener|frame|speaker|det) != 0 || call.isThing(t) || courtesy[t.text]&c.lang != 0; !known && !slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, t.text) }) {
			return false
		}
	}
	for i := c.opened(); i < len(c.words); i++ {
		end := i
		if digit(c.words[i].text) {
			end++
		} else {
			_, end = numeral(c.words, i, c.lang)
		}
		if end <= i || end >= len(c.words) || c.words[end].sign {
			continue
		}
		number, next := textOf(c, c.words[i:end]), end
		named := slices.ContainsFunc(call.Values, func(v Value) bool {
			return v.Shape == Word && !v.Free && !v.Loose && v.Role == NoRole && v.holdsWord(c, next, c.words[next].text)
		})
		if named && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Number && !v.Digits && v.Said(number) }) {
			return true
		}
	}
	return false
}

// alreadySo reports whether a clause behind clause i says that what it orders has come about: "T4410 muss abgesagt werden, ist es
// aber schon", "cancel G-231, I've already cancelled it".
func (s *Said) alreadySo(i int, call *Call) bool {
	c := &s.clauses[i]
	if s.doneBeside(i, call) {
		return true
	}
	for from := c.comma(0); from < len(c.words); {
		to := c.comma(from + 1)
		if c.part(from+1, to).alreadyDone(call) {
			return true
		}
		from = to
	}
	for j := i + 1; j < len(s.clauses) && j <= i+2 && s.clauses[j].message == c.message; j++ {
		o := &s.clauses[j]
		if j == i+1 && o.sentence == c.sentence && o.isAlready() || o.alreadyDone(call) {
			return true
		}
	}
	return false
}

// comma returns where from a word on the next comma stands, the length of the clause if there is none.
func (c *clause) comma(from int) int {
	for k := from; k < len(c.words); k++ {
		if c.words[k].sign && c.words[k].text == "," {
			return k
		}
	}
	return len(c.words)
}

// isAlready reports whether a German clause says no more than that it is so already: "ist es aber schon".
func (c *clause) isAlready() bool {
	if c.lang&de == 0 || len(c.words) < 2 || !copulasGerman[c.words[0].text] || !slices.Contains([]string{"es", "er", "sie", "das"}, c.words[1].text) {
		return false
	}
	return !slices.ContainsFunc(c.words[2:], func(t token) bool { return !t.sign && !alreadyGerman[t.text] })
}

// alreadyDone reports whether the clause says that the deed of a call is done already, and of no other thing: "ya la cancelé".
// "I've already paid the deposit" is of another.
func (c *clause) alreadyDone(call *Call) bool {
	const near = 3 // words from the verb to "already"
	first := c.opened()
	if c.lang&th != 0 || c.asked || c.kind != plain && !(c.kind == asking && c.lang == de) || c.negates() >= 0 || c.ofAnyOther() || c.hasOf(alreadys, 0) < 0 || first < len(c.words) && (c.words[first].text == "que" || c.words[first].starts&aside != 0) {
		return false // "…, que ya me di de baja": why
	}
	some := false
	for _, v := range c.verbs(&call.Acts) {
		if v.strength == 2 && v.form == ordering && c.orders(v) {
			return false // "ya cancélala"
		}
		some = some || v.strength == 2 && v.form != naming && c.hasOf(alreadys, max(0, v.at-near)) >= 0 && c.hasOf(alreadys, max(0, v.at-near)) <= v.at+near
	}
	return some && !slices.ContainsFunc(c.words, func(t token) bool {
		return t.code() && !call.mentions(t.text) || digit(t.text) || t.within&(except|later|await) != 0
	}) && c.ofCallOnly(call)
}

// ofCallOnly reports whether the clause names nothing but the thing of a call, whoever does it and when.
func (c *clause) ofCallOnly(call *Call) bool {
	for k := range c.words {
		t := &c.words[k]
		_, verb := c.verb(k, &call.Acts)
		if verb || t.sign || t.within&(det|pronoun|speaker|subject|opener|and|harmless) != 0 || (auxiliaries[t.text]|alreadys[t.text]|finite[t.text])&c.lang != 0 || frequent(t, c.lang) || unitWords[t.text] || unitBase(t.text) != "" {
			continue
		}
		if !c.saysOnly(k, call) {
			return false
		}
	}
	return true
}

var alreadyGerman = set("schon bereits längst aber doch ja nun jetzt nicht worden")

var copulasGerman = set("ist sind war waren wurde wurden")

// hindiCausative is the stem of having done what a Hindi verb with a stem says, where its vowel is shortened: कटवा of काट; ""
// if it is not.
func hindiCausative(stem string) string {
	short := map[rune]string{'ा': "", 'ो': "ु", 'े': "ि", 'ी': "ि", 'ू': "ु"}
	at := strings.LastIndexFunc(stem, func(r rune) bool { _, long := short[r]; return long })
	if at < 0 {
		return ""
	}
	r, n := utf8.DecodeRuneInString(stem[at:])
	if at+n == len(stem) {
		return ""
	}
	return stem[:at] + short[r] + stem[at+n:] + "वा"
}

// englishInHindi reports whether a word is an English verb of the act that a Hindi clause does: "T4410 cancel कर दीजिए".
func (c *clause) englishInHindi(i int, a *Acts) bool {
	w := c.words[i].text
	return c.lang&hi != 0 && i+1 < len(c.words) && isASCII(w) && hindiDoing[c.words[i+1].text] && slices.Contains(a.verbs, w)
}

// hindiDoing are forms of doing and having done, behind a word for what.
var hindiDoing = set("कर करो करें करना करनी करने करिए करिएगा कीजिए कीजिएगा कीजिये करवा करवाना करवानी करवाओ करवाएँ करवाइए करा कराना करानी")
