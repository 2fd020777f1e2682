package ask

import (
	"slices"
	"strings"
)

// What is said beside an order may be that it is done already, by the verb of its deed or by one for any deed: "pay 100 on INV-204,
// it's already paid", "ya la cancelé", "hab ich schon gemacht", "पहले ही चुका दिया है", "… จ่ายไปแล้ว".

// doneBeside reports whether something beside clause i, before it in its message or behind it, says no more than that what it
// orders is done.
func (s *Said) doneBeside(i int, call *Call) bool {
	const before, behind = 2, 3 // clauses
	c := &s.clauses[i]
	if c.find(again, 0, len(c.words)) >= 0 {
		return false // "pay it again"
	}
	if c.lang&th != 0 {
		return s.thaiDoneBeside(i, call)
	}
	for j := max(0, i-before); j < len(s.clauses) && j <= i+behind; j++ {
		o := &s.clauses[j]
		if o.message < c.message || o.asked || s.offset(j, c.message) {
			continue
		}
		for from := 0; from < len(o.words); {
			to := from
			for to < len(o.words) && (!o.words[to].sign || strings.HasPrefix(o.words[to].text, "'")) {
				to++
			}
			if part := o.part(from, to); part.saysDone(call, j < i || j == i && from == 0) && !(j == i && from == 0 && to == len(o.words)) {
				return true
			}
			from = to + 1
		}
	}
	return false
}

// paidOut are words by which it is told that something is paid, sentOut those that say it of money only, by moneyWords.
var paidOut, sentOut, moneyWords = wordSets["paidOut"], wordSets["sentOut"], wordSets["moneyWord"]

// offset reports whether what clause j says is set off by the clause behind it: "I've cancelled it already, but it's still there".
func (s *Said) offset(j, message int) bool {
	return j+1 < len(s.clauses) && s.clauses[j+1].message == message && (s.clauses[j+1].contrast || s.clauses[j+1].find(contrast, 0, 1) == 0)
}

// saysDone reports whether a part of a message says that the deed of a call is done, and nothing else. Before an order it must say
// that it is so already, or that the thing is in that state.
func (c *clause) saysDone(call *Call, before bool) bool {
	first := c.opened()
	for first < len(c.words) && (c.words[first].within&(and|contrast) != 0 || doneOpeners[c.words[first].text]&c.lang != 0 || c.words[first].text == "que" && first+1 < len(c.words) && (sofar[c.words[first+1].text]|alreadys[c.words[first+1].text])&c.lang != 0 || c.words[first].text == "que" && first+2 < len(c.words) && (objects[c.words[first+1].text] || objects[c.words[first+2].text])) {
		first++
	}
	if first >= len(c.words) || c.hasOf(courtesy, 0) >= 0 || c.hasOf(requests, 0) >= 0 || c.find(frame, first, len(c.words)) >= 0 || c.ofAnyOther() || c.negates() >= 0 {
		return false
	}
	own, whole := -1, -1 // the deed's verb, and one for any deed
	for k := first; k < len(c.words); k++ {
		switch {
		case call.Acts.has("pay") && (paidOut[c.words[k].text]&c.lang != 0 || sentOut[c.words[k].text]&c.lang != 0 && c.hasOf(moneyWords, first) >= 0): // "my husband has already sent the money"
			own = k
		case doneWords[c.words[k].text]&c.lang != 0 && !(call.Acts.has("refund") && isForm(givesBack, c.words[k].text, c.lang)):
			whole = k
		case c.deedDone(k, call):
			own = k
		}
	}
	if own < 0 && whole < 0 || closesOff(&call.Acts) || relativeFirst[c.words[first].text]&c.lang != 0 && germanHave[c.words[len(c.words)-1].text]&c.lang|c.lang&^de != 0 || c.hasOf(youDo, 0) >= 0 || asWords[c.words[first].text] {
		return false
	}
	so := c.hasOf(sofar, 0) >= 0
	is := false
	for k := first; k < len(c.words); k++ {
		t := &c.words[k]
		is = is || auxiliaries[t.text]&c.lang != 0 || beenWords[t.text]&c.lang != 0 || strings.HasSuffix(t.text, "'s")
		switch {
		case k == own || k == whole:
		case t.quoted || digit(t.text) && !call.mentions(t.text):
			return false
		case (own < 0 || !so && c.lang&en == 0) && !t.sign && !t.code() && call.isThing(t) && t.within == 0 && !(moneyWords[t.text]&c.lang != 0 && call.Acts.has("pay")):
			return false // "the cleaning is done", "nos han cancelado el hotel"
		case !c.besideDone(k, call):
			return false
		}
	}
	when := slices.ContainsFunc(c.words, func(t token) bool { return (pastDays[t.text]|lately[t.text])&c.lang != 0 })
	if own < 0 && c.lang&en != 0 && whole > first && c.hasAny(first, whole, "i'm", "we're", "he's", "she's", "they're", "am") {
		return false // "she's done"
	}
	if !so && slices.ContainsFunc(c.words[first:], func(t token) bool { return who[t.text] || contractedWho[t.text] }) && c.hasOf(spokenOf, first) < 0 {
		return false // "er hat gestern gekündigt"
	}
	if c.lang == hi {
		return c.perfectHindi(max(own, whole))
	}
	return so || is || !before && (when || own >= 0 && c.preterite(own) && (c.find(speaker|subject|pronoun, first, own) >= 0 || objects[c.words[max(own-1, 0)].text] || c.hasOf(kinOf, first) >= 0))
}

// ofAnyOther reports whether the clause has a word for another thing or the rest.
func (c *clause) ofAnyOther() bool {
	return slices.ContainsFunc(c.words, func(t token) bool { return t.within&others != 0 })
}

// closesOff reports whether a deed is one for what is done: that something is done is why it is closed.
func closesOff(a *Acts) bool {
	return slices.ContainsFunc([]string{"close", "complete", "mark", "finish", "resolve", "archive", "delete", "remove", "update", "set", "end", "approve", "check"}, func(v string) bool { return slices.Contains(a.named, v) })
}

// deedDone reports whether a word is a form of the deed's verb by which it is told that it is done.
func (c *clause) deedDone(k int, call *Call) bool {
	t := &c.words[k]
	if t.sign || t.quoted {
		return false
	}
	if call.Acts.has("refund") && isForm(givesBack, t.text, c.lang) {
		return false // the thing was given back, and no money
	}
	if c.lang&de != 0 && slices.ContainsFunc(call.Acts.stems[de], func(s stem) bool { return prefixedParticiple(t.fold, s.text) }) {
		return true
	}
	if c.lang&en != 0 && call.Acts.has(irregular[t.text]) {
		return true
	}
	if didIt(t.text, pt) && !slices.ContainsFunc(call.Acts.stems[pt], func(st stem) bool { return strings.HasPrefix(t.fold, st.text) }) {
		return false
	}
	v, ok := c.verb(k, &call.Acts)
	if !ok || v.form == naming && c.lang&pt == 0 {
		return false
	}
	w := t.text
	switch {
	case c.lang&en != 0 && v.lang == en:
		return v.form == done
	case c.lang&de != 0:
		end := k + 1
		for end < len(c.words) && (copulasGerman[c.words[end].text] || c.words[end].text == "worden" || auxiliaries[c.words[end].text]&de != 0) {
			end++
		}
		return end == len(c.words) && (strings.HasSuffix(w, "t") || strings.HasSuffix(w, "en")) && k > 0 && (c.hasOf(germanHave, 0) >= 0 || c.hasOf(sofar, 0) >= 0) && !c.hasAny(0, k, "zu")
	case c.lang == hi:
		return true
	}
	return c.preterite(k) || slices.ContainsFunc(participleEnds, func(end string) bool { return strings.HasSuffix(w, end) }) && (c.hasOf(sofar, 0) >= 0 || k > 0 && auxiliaries[c.words[k-1].text]&c.lang != 0) ||
		c.lang&pt != 0 && shortDone[w] && k > 0 && auxiliaries[c.words[k-1].text]&pt != 0 || c.lang&en != 0 && v.form == done
}

// prefixedParticiple reports whether a word is the participle of a strong German verb with a prefix that takes no "ge":
// verschoben of verschieben.
func prefixedParticiple(w, stem string) bool {
	for base, strong := range strongStems {
		if prefix, ok := strings.CutSuffix(stem, base); ok && prefix != "" && (w == prefix+strong+"en" || w == prefix+"ge"+strong+"en") {
			return true
		}
	}
	return false
}

// preterite reports whether a Spanish or Portuguese word ends as what somebody did does.
func (c *clause) preterite(k int) bool {
	w := c.words[k].text
	ends := []string{}
	if c.lang&es != 0 {
		ends = append(ends, "é", "ó", "í", "ió", "aron", "ieron", "amos")
	}
	if c.lang&pt != 0 {
		ends = append(ends, "ei", "ou", "iu", "aram", "eram", "iram", "ámos", "amos")
	}
	return c.lang&en != 0 && strings.HasSuffix(w, "ed") || c.lang&en != 0 && irregular[w] != "" || slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(w, end) })
}

// perfectHindi reports whether a Hindi clause ends by telling that the deed at a word is done: "चुका दिया है".
func (c *clause) perfectHindi(at int) bool {
	last := len(c.words) - 1
	for last > at && (c.words[last].sign || c.words[last].text == "है" || c.words[last].text == "हैं" || c.words[last].text == "हूँ" || c.words[last].text == "हूं" || c.words[last].text == "था" || c.words[last].text == "थी" || c.words[last].text == "थे") {
		last--
	}
	return endedHindi[c.words[last].text]
}

// besideDone reports whether a word may stand in what says that a deed is done, without saying anything else.
func (c *clause) besideDone(k int, call *Call) bool {
	t := &c.words[k]
	switch {
	case t.sign, t.within&(det|pronoun|speaker|subject|opener|harmless|report|know) != 0:
		return true
	case (auxiliaries[t.text]|sofar[t.text]|alreadys[t.text]|pastDays[t.text]|lately[t.text]|kinOf[t.text]|myOwn[t.text]|ownSubjects[t.text]|spokenOf[t.text]|beenWords[t.text]|doneOpeners[t.text]|germanHave[t.text]|todays[t.text])&c.lang != 0:
		return true
	case who[t.text], objects[t.text], definite[t.text], weekdayWords[t.text]&c.lang != 0:
		return true
	case k > 0 && myOwn[c.words[k-1].text]&c.lang != 0 && !call.isThing(t):
		return true // "my accountant"
	case t.code():
		return call.mentions(t.text)
	case moneyWords[t.text]&c.lang != 0 && call.Acts.has("pay"):
		return true
	case c.lang == hi:
		return endedHindi[t.text] || hindiOf[t.text] || t.text == "ने" || t.text == "ही" || t.text == "तो" || t.text == "कर" || t.text == "हो" || call.isThing(t)
	}
	_, verb := c.verb(k, &call.Acts)
	return verb || call.isThing(t) || slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, k, t.text) })
}

// thaiDoneBeside is [Said.doneBeside] for Thai: a part of the message behind the order, up to the next blank, that is the deed's verb
// with "already" behind it.
func (s *Said) thaiDoneBeside(i int, call *Call) bool {
	for j := i; j < len(s.clauses); j++ {
		o := &s.clauses[j]
		from := 0
		for k := 1; k <= len(o.words); k++ {
			if k < len(o.words) && o.words[k].at == o.words[k-1].end {
				continue
			}
			part := lettersOf(o.words[from:k])
			if (j > i || from > 0) && !o.asked && saysDoneThai(part, call) {
				return true
			}
			from = k
		}
	}
	return false
}

// saysDoneThai reports whether a part of a Thai message says so.
func saysDoneThai(part string, call *Call) bool {
	rest, ok := part, false
	for _, polite := range []string{"นะครับ", "นะคะ", "ครับ", "ค่ะ", "คะ", "นะ"} {
		rest = strings.TrimSuffix(rest, polite)
	}
	if rest, ok = strings.CutSuffix(rest, "แล้ว"); !ok {
		return false
	}
	for cut := true; cut; {
		cut = false
		for _, w := range doneThai {
			if r, found := strings.CutSuffix(rest, w); found {
				rest, cut = r, true
			}
		}
	}
	deed := false
	for _, st := range call.Acts.stems[th] {
		if at := strings.Index(rest, st.text); at >= 0 && st.text != "" {
			rest, deed = rest[:at]+rest[at+len(st.text):], true
			break
		}
	}
	for _, w := range besideThai {
		rest = strings.ReplaceAll(rest, w, "")
	}
	return rest == "" && (deed || strings.Contains(part, "เรียบร้อยแล้ว") || strings.Contains(part, "โอน") && call.Acts.has("pay") || strings.Contains(part, "ทำ"))
}

var (
	sofar       = wordSets["sofar"]
	lately      = wordSets["lately"]
	kinOf       = wordSets["kin"]
	doneWords   = wordSets["doneAny"]
	beenWords   = wordSets["been"]
	doneOpeners = wordSets["doneOpener"]
	germanHave  = wordSets["germanHave"]
	givesBack   = wordSets["givesBack"]
)

// participleEnds are endings of participles of French, Italian, Spanish and Portuguese.
var participleEnds = strings.Fields("é ée és ées ato ata ati ate ito ita iti ite uto uta uti ute ado ada ados adas ido ida idos idas")

// shortDone are Portuguese participles without such an ending.
var shortDone = set("pago paga pagos pagas entregue entregues aceite aceites")

// endedHindi end what is told to be done, doneThai stand between a Thai verb and "already", besideThai beside it: one that
// begins another stands behind that.
var (
	endedHindi = set("चुका चुकी चुके दिया दी दिए दिये गया गई गए गयी लिया ली लिए हुआ हुई हुए")
	doneThai   = strings.Fields("ไป เรียบร้อย ให้ เสร็จ")
	besideThai = strings.Fields("เมื่อวานนี้ เมื่อวาน เมื่อเช้า ไป ให้ เอง ได้ ก็ ฉัน ผม ดิฉัน เรา เขา แฟน สามี ภรรยา แม่ พ่อ พี่ น้อง เงิน ทำ โอน เดือนนี้")
)

// asWords begin what compares, relativeFirst what belongs to a noun before, contractedWho are persons with their verb.
var (
	asWords       = set("as like wie comme come como assim così así जैसे")
	relativeFirst = map[string]lang{"der": de, "die": de, "das": de, "den": de, "which": en, "who": en, "qui": fr, "dont": fr, "che": it, "cui": it}
	contractedWho = set("he's she's they're they've")
)
