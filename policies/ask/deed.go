package ask

import (
	_ "embed"
	"slices"
	"strings"
)

// Deeds that are asked for as things: "cancellation of lesson L-30, please", "Verlängerung von U-14 um drei
// Monate". A noun orders nothing by its form, so all of its sentence has to be about the call: "refund of 40 to
// A-9, Ann says", "… my foot" and "… done?" are none.

//go:embed lexicon/nouns.txt
var nounsText string

// nounLangs are the languages of the nouns for deeds.
var nounLangs = map[string]lang{}

// deedNouns are the nouns for deeds with their languages, by the English verbs of the deeds.
var deedNouns = map[string]map[string]lang{}

func init() {
	columns := append([]lang{en}, senseLangs...)
	for line := range strings.Lines(nounsText) {
		parts := strings.Split(strings.TrimSpace(line), "|")
		if len(parts) != len(columns)+1 || strings.HasPrefix(line, "#") {
			continue
		}
		for verb := range strings.FieldsSeq(parts[0]) {
			if deedNouns[verb] == nil {
				deedNouns[verb] = map[string]lang{}
			}
			for i, l := range columns {
				for n := range strings.FieldsSeq(parts[i+1]) {
					deedNouns[verb][n] |= l
					nounLangs[n] |= l
					knowThai(n)
				}
			}
		}
	}
}

// takeNouns takes up the nouns for the deeds that the acts have verbs for.
func (a *Acts) takeNouns() {
	a.deeds = map[string]lang{}
	for n, l := range a.results {
		a.deeds[n] |= l
	}
	for _, v := range a.verbs {
		for n, l := range deedNouns[v] {
			a.deeds[n] |= l
		}
	}
}

// deedNoun returns the language in which a word is a noun for the act, 0 for none. One that is a form of its
// verb as well is a noun where its object hangs on it: "reserva de", "refund of".
func (c *clause) deedNoun(i int, a *Acts) lang {
	t := &c.words[i]
	ls := a.deeds[t.text] & c.lang
	if ls == 0 || t.sign || t.quoted {
		return 0
	}
	hangs := false
	if i+1 < len(c.words) {
		next := c.words[i+1].text
		hangs = ofWords[next] || pros[next] || next == "of" || next == "for" || c.lang&de != 0 && (next == "der" || next == "des")
	}
	for _, l := range []lang{en, de, fr, it, es, pt, hi, th} {
		switch {
		case ls&l == 0:
		case l == th, l == en && (hangs || !t.verb && !strings.HasSuffix(t.text, "ing")):
			return l
		case l == en:
		case l == hi:
			if i+1 == len(c.words) || !hindiHelpers[c.words[i+1].text] && !strings.HasPrefix(c.words[i+1].text, "कर") {
				return l
			}
		case l == de && !t.capped:
		case l&(es|pt) != 0 && i > 0 && (feminine[c.words[i-1].text] || c.words[i-1].within&det == 0) && strings.HasSuffix(t.text, "e"): // "só a encurte", "só agende para": such nouns are masculine
		case hangs || !slices.ContainsFunc(a.stems[l], func(s stem) bool { return c.foreign(i, s, l) == ordering }):
			return l
		}
	}
	return 0
}

// feminine are articles of nouns, or pronouns before a verb.
var feminine = set("a as la las")

// leadsDeed reports whether a noun for the deed leads the clause, or ends it in Hindi, and what it is of stands
// beside it.
func (c *clause) leadsDeed(v verb) bool {
	if v.form != naming || c.asked && c.hasOf(requests, 0) < 0 {
		return false
	}
	if own := c.upToComma(v.at); own != c && v.lang != hi {
		if !own.leadsDeed(v) {
			return false
		}
		return c.part(len(own.words)+1, len(c.words)).ground(true) || c.leadsWhole(v)
	}
	return c.leadsWhole(v)
}

// upToComma is the part of the clause up to the first comma behind a word, or the clause if there is none.
func (c *clause) upToComma(i int) *clause {
	for j := i + 1; j+1 < len(c.words); j++ {
		if c.words[j].sign && c.words[j].text == "," {
			part := *c
			part.words, part.content = c.words[:j], j
			return &part
		}
	}
	return c
}

// leadsWhole is [clause.leadsDeed] where all that the clause says is about the deed.
func (c *clause) leadsWhole(v verb) bool {
	if c.perfect() || c.befell(v.at) {
		return false
	}
	if v.lang == hi {
		if v.at < 2 || !hindiOf[c.words[v.at-1].text] {
			return false
		}
	} else {
		i := c.behindThing(v)
		for i < v.at && (c.words[i].within&det != 0 || v.lang == th && (c.words[i].within&frame != 0 || carriesOut(c.words, i))) {
			i++
		}
		if i != v.at || i+1 >= len(c.words) {
			return false
		}
		next := &c.words[i+1]
		if !ofWords[next.text] && !pros[next.text] && !placing[next.text] && next.text != "of" && next.within&det == 0 && !next.code() && !digit(next.text) && v.lang != th && !(v.lang&(fr|it|es|pt) != 0 && i+2 < len(c.words) && c.words[i+2].code()) {
			return false
		}
	}
	for j := range c.words {
		t := &c.words[j]
		if j == v.at {
			continue
		}
		if t.starts&(hypothetical|know|report|keep|question|nothing|await|negator|subject) != 0 && t.within&(det|opener|frame) == 0 || finite[t.text]&c.lang != 0 && t.within&(det|target|source) == 0 || t.starts&other != 0 && t.within&(det|pronoun|harmless) == 0 && !carriesOut(c.words, j) {
			return false
		}
	}
	return true
}

// behindThing returns where what the clause opens with ends: behind the thing that it is about, "pour la R-420, ajout
// de …", if that stands in front of the noun for a deed.
func (c *clause) behindThing(v verb) int {
	i := c.opened()
	if v.lang&(fr|it|es|pt) == 0 || i >= v.at || !fronting[c.words[i].text] && !placing[c.words[i].text] {
		return i
	}
	named := false
	for j := i + 1; j < v.at; j++ {
		t := &c.words[j]
		switch {
		case t.sign && t.text == "," && named:
			return j + 1
		case t.code() || digit(t.text):
			named = true
			if j+1 == v.at || c.words[j+1].within&det != 0 {
				return j + 1
			}
		case t.within&det == 0 && !t.thing && !c.hung(j) && !c.behindPlace(j):
			return i
		}
	}
	return i
}

// behindPlace reports whether a preposition stands before a word.
func (c *clause) behindPlace(j int) bool { return j > 0 && placing[c.words[j-1].text] }

// carriesOut reports whether a Thai word is the one by which somebody is asked to carry a deed out: "รบกวนดำเนินการยกเลิก".
func carriesOut(words []token, i int) bool {
	return lightThai[words[i].text] && (i == 0 || words[i-1].within&(frame|opener) != 0)
}

// lightThai are Thai verbs that say no more than that a deed is done.
var lightThai = set("ดำเนิน จัด ทำ")

// hindiOf stand between what a deed is of and its noun.
var hindiOf = set("का की के में को से पर तक लिए")

// pure reports whether the sentence of clause i says nothing but what the call is: its values, its nouns, words
// that join them and words of courtesy. A reason may stand beside it.
func (s *Said) pure(i int, call *Call) bool {
	c, callsOff := &s.clauses[i], -1
	begged := s.begs(i)
	if call.Acts.has("cancel") {
		callsOff = c.sentence
	}
	for j := range s.clauses {
		o := &s.clauses[j]
		if o.sentence != c.sentence || o.kind == subordinate {
			continue
		}
		if j != i && (o.groundsOnly(callsOff >= 0) || begged && o.toldWhy(call)) {
			continue
		}
		if o.kind != plain {
			return false
		}
		from := 0
		for to := 0; to <= len(o.words); to++ {
			if to < len(o.words) && (!o.words[to].sign || o.words[to].text != ",") {
				continue
			}
			if part := o.part(from, to); begged && (j != i || from > 0) && (part.tellsWhy(call) || part.tellsOnly(call)) {
				from = to + 1
				continue
			}
			if ground := from > 0 && o.part(from, to).ground(callsOff >= 0); !ground && o.part(from, to).perfect() {
				return false
			} else if !ground && !o.part(from, to).pure(call) && !((j > i || from > 0) && o.part(from, to).reason(&call.Acts, s.polite(i))) {
				return false
			}
			from = to + 1
		}
	}
	if s.inquires(c.message, callsOff, func(o *clause) bool {
		return begged && (o.kind == plain && (o.tellsWhy(call) || o.tellsOnly(call)) || o.toldWhy(call)) || o.sentence == c.sentence && o.motive(call)
	}) {
		return false
	}
	return !s.tellsMore(i) || slices.ContainsFunc(s.clauses, func(o clause) bool { return o.sentence == c.sentence && o.hasOf(requests, 0) >= 0 })
}

// begs reports whether the sentence of clause i asks for something, "please", "s'il vous plaît", and nothing in it stands
// against that. Then what it states is no more than why.
func (s *Said) begs(i int) bool {
	begged := false
	for j := range s.clauses {
		o := &s.clauses[j]
		if o.sentence != s.clauses[i].sentence {
			continue
		}
		if o.contrast || o.asked {
			return false
		}
		begged = begged || o.hasOf(requests, 0) >= 0 || o.lang&^(fr|it) == 0 && o.hasOf(gratitude, 0) >= 0 && !o.thanks() && o.hasOf(applauses, 0) < 0 && o.hasOf(overmuch, 0) < 0
	}
	return begged
}

// overmuch make scorn of thanks: "grazie tante".
var overmuch = wordSets["overmuch"]

// tellsWhy reports whether the clause only tells something: nothing of the call, of what was said, of those who are
// spoken to, nor of what might be or is not.
func (c *clause) tellsWhy(call *Call) bool {
	const least = 3 // words
	first := 0
	for first < len(c.words) && (c.words[first].within&(and|opener) != 0 || c.words[first].text == "que") {
		first++
	}
	if first+least > len(c.words) || call.names(c.text) || slices.ContainsFunc(c.verbs(&call.Acts), func(v verb) bool { return !c.befalls(v, call) }) || c.hasOf(alreadys, 0) >= 0 || c.hasOf(youDo, 0) >= 0 || c.hasOf(perhaps, 0) >= 0 || c.hasOf(habits, 0) >= 0 || c.verbFirst() && auxiliaries[c.words[first+1].text]&c.lang == 0 {
		return false
	}
	for k := first; k < len(c.words); k++ {
		t := &c.words[k]
		auxiliary := auxiliaries[t.text]&c.lang != 0 || t.within&det != 0 || staying[t.text]&c.lang != 0 && k > 0 && (c.words[k-1].starts&speaker != 0 || auxiliaries[c.words[k-1].text]&c.lang != 0) && c.hasOf(insisting, k) < 0
		if c.lang&^(fr|it) == 0 && (willing[t.text]&c.lang != 0 && !chooses(t) || toYou[t.text] && !auxiliary) {
			return false // "mia moglie vi conferma domani"
		}
		if t.quoted || t.code() || t.starts&(negator|nothing|report|know|await|keep|recall|ifs|unless|content|mock|rethink|usual|doubt) != 0 && !auxiliary || t.starts&(hypothetical|question) != 0 && !auxiliary ||
			pointing[t.text] && !auxiliary && !(k > first && placing[c.words[k-1].text]) || t.text == "c'" {
			return false
		}
	}
	return true
}

// befalls reports whether a verb of the act is none here, or tells that it was done to another thing than the call's: "nos
// han suspendido la fiesta", "com páginas em branco".
func (c *clause) befalls(v verb, call *Call) bool {
	if c.lang&(es|pt) == 0 || v.form == ordering || v.form == naming {
		return false
	}
	if v.at > 0 && (placing[c.words[v.at-1].text] || ofWords[c.words[v.at-1].text]) {
		return true
	}
	if c.hasOf(alreadys, 0) >= 0 || c.find(speaker, 0, v.at) == v.at-1 {
		return false
	}
	from, to := v.at+1, v.at+3
	if v.at > 0 && (c.words[v.at-1].text == "foi" || c.words[v.at-1].text == "foram") { // "o nosso voo foi cancelado"
		from, to = 0, v.at-1
	}
	other := false
	for i := from; i < min(to, len(c.words)); i++ {
		t := &c.words[i]
		if t.code() || digit(t.text) || call.isThing(t) || t.text == "otro" || t.text == "otra" || t.text == "outro" || t.text == "outra" {
			return false
		}
		other = other || t.names() && i > from && c.words[i-1].within&det != 0
	}
	return other
}

// roleWords stand before what somebody is to be.
var roleWords = map[string]lang{"comme": fr, "come": it, "como": es | pt, "als": de}

// auxiliaries are forms of "to be" and "to have" by which it is told how things are.
var auxiliaries = wordSets["auxiliary"]

// part is the clause from one word up to another.
func (c *clause) part(from, to int) *clause {
	words := c.words[from:to]
	return &clause{words: words, text: joinWords(words), lang: c.lang, content: len(words)}
}

// pure reports whether each word of the clause says nothing but what a call is.
func (c *clause) pure(call *Call) bool {
	for k := range c.words {
		if !c.saysOnly(k, call) {
			return false
		}
	}
	return true
}

// reason reports whether the clause only tells why something is asked for, by how somebody is or what they do:
// "he insults everybody". It says nothing of the deed, nor of what was said of it.
func (c *clause) reason(a *Acts, polite bool) bool {
	first := 0
	for first < len(c.words) && c.words[first].within&(and|opener) != 0 {
		first++
	}
	if first+2 >= len(c.words) || !who[c.words[first].text] && !(polite && c.words[first].within&det != 0) {
		return false
	}
	for k := range c.words {
		t := &c.words[k]
		if t.quoted || t.starts&(negator|nothing|report|know|hypothetical|question|later|await|keep|stop|recall|ifs|unless|speaker|content) != 0 && t.within&det == 0 && finite[t.text] == 0 || k > first && pointing[t.text] && t.within&det == 0 ||
			t.inflected() || perhaps[t.text] != 0 || c.lang&en == 0 && foreignVerb(t, c.lang) && !frequent(t, c.lang) {
			return false
		}
	}
	return len(c.verbs(a)) == 0
}

// who are words for somebody of whom a reason is told.
var who = set("he she they he's she's they're er sie il elle ils elles lui lei loro él ella ellos ellas ele ela eles elas वह वे वो เขา เธอ")

// saysOnly reports whether a word says nothing but what a call is.
func (c *clause) saysOnly(k int, call *Call) bool {
	t := &c.words[k]
	if t.sign || carriesOut(c.words, k) || slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, k, t.text) }) {
		return true
	}
	if k > 0 && gratitude[c.words[k-1].text]&c.lang != 0 && thanked[t.text] {
		return true
	}
	if c.ofMoment(k) || roleWords[t.text]&c.lang != 0 && k > 0 && k+1 < len(c.words) && call.isThing(&c.words[k+1]) {
		return true // "como conductor"
	}
	if t.quoted || t.starts&(negator|nothing|report|know|hypothetical|question|subject|ifs|unless) != 0 && t.within&(det|opener|frame|bounding) == 0 || perhaps[t.text] != 0 || habits[t.text] != 0 {
		return false
	}
	if call.isThing(t) || t.code() || digit(t.text) || placing[t.text] || ofWords[t.text] || hindiOf[t.text] || (courtesy[t.text]|gratitude[t.text]|requests[t.text])&c.lang != 0 ||
		t.within&(det|source|target|opener|and|again|bounding|frame) != 0 || t.text == "of" || t.text == "as" && k+1 < len(c.words) && c.words[k+1].text == "of" || t.text == "by" || onwards[t.text] || references[t.text] || currencies[t.text] || slices.Contains(money, t.text) || t.text == "back" {
		return true
	}
	if unitWords[t.text] || measured[t.text] != nil || unitBase(t.text) != "" { // of a number, and no foot of mine
		if k > 0 && digit(c.words[k-1].text) {
			return true
		}
		for from := max(0, k-3); from < k; from++ {
			if _, end := numeral(c.words, from, c.lang); end == k {
				return true
			}
		}
	}
	if _, end := numeral(c.words, k, c.lang); end > k || c.ofValue(k, call) {
		return true
	}
	if c.deedNoun(k, &call.Acts) != 0 {
		return true
	}
	if v, ok := c.verb(k, &call.Acts); ok && v.form == naming {
		return true
	}
	for o := range call.Others { // of another order: "… and extension of U-14"
		if a := &call.Others[o].Acts; a.isNoun(t) && !call.Acts.isNoun(t) && !a.hasDeed(t) || c.deedNoun(k, a) != 0 {
			return true
		}
	}
	return t.capped && k > 0 && c.lang&(de|hi|th) == 0 && t.within == 0 // a name
}

// thanked are those to whom thanks go.
var thanked = set("euch ihnen dir you all everyone team alle allen")

// onwards are Thai words for where a thing goes on to.
var onwards = set("ออก ออกไป ไป มา ขึ้น ลง เข้า เพิ่ม")

// hasDeed reports whether a word is one of the verbs of the acts.
func (a *Acts) hasDeed(t *token) bool { return slices.Contains(a.verbs, t.text) }
