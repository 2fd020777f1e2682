package ask

import "slices"

// Orders by the thing that something is to be done to: "could PS-4417 be moved to 8 December?", "T4417 cancelled please", "of
// the 12 credits on P-330 move 4 to P-331".

// asksPassive returns the word at which the participle stands by which an English question asks to have a thing dealt with, "could
// the delivery be moved to Friday?", −1 if none does. Whether it could ever, or still, is asked to know it.
func (c *clause) asksPassive() int {
	const most = 8 // words
	i := c.opened()
	if !c.asked || c.lang != en || !c.begins || i >= len(c.words) || c.words[i].text != "could" && c.words[i].text != "can" {
		return -1
	}
	be := i + 1
	for be < len(c.words) && be <= i+most && c.words[be].text != "be" {
		if t := &c.words[be]; t.quoted || t.sign || t.within&speaker != 0 && t.within&det == 0 || t.within&(negator|question|subject) != 0 && t.within&det == 0 || t.starts&(know|report|hypothetical|later|await|again) != 0 || doubting[t.text] {
			return -1
		}
		be++
	}
	if be+1 >= len(c.words) || be == i+1 || c.words[be].text != "be" || slices.ContainsFunc(c.words[be:], func(t token) bool { return doubting[t.text] || t.starts&(negator|report|know|ifs|unless) != 0 }) {
		return -1
	}
	at := be + 1
	for at < len(c.words) && (c.words[at].within&(harmless|opener) != 0 || c.words[at].text == "please") {
		at++
	}
	if at == len(c.words) {
		return -1
	}
	return at
}

// doubting are words by which a question wants to know what can be.
var doubting = set("still ever even already anyone anybody someone somebody or any like such theoretically technically possibly without before free always sometimes usually normally easily that this")

// saysWhat reports whether the clause says a value of the call by which its thing is to become another: a day, a number, a choice.
func (c *clause) saysWhat(call *Call) bool {
	return slices.ContainsFunc(call.Values, func(v Value) bool {
		return !v.Free && !v.Loose && (v.Shape == Moment || v.Shape == Choice || v.Shape == Number && !v.Digits) && v.Said(c.text)
	})
}

// tersely reports whether an English clause is no more than a thing, what is to be done to it and a word of courtesy:
// "T4417 cancelled please".
func (c *clause) tersely(v verb) bool {
	i := c.opened()
	if c.asked || v.at == i || v.at+1 >= len(c.words) || courtesy[c.words[v.at+1].text]&en == 0 && c.words[v.at+1].within&frame == 0 {
		return false
	}
	for _, t := range c.words[v.at+2:] {
		if !t.sign && t.within&(frame|opener) == 0 {
			return false
		}
	}
	code := false
	for _, t := range c.words[i:v.at] {
		if code = code || t.code(); !t.code() && t.within&det == 0 && !t.noun && !t.thing && !digit(t.text) || t.quoted || t.within&(speaker|subject|negator) != 0 && t.within&det == 0 {
			return false
		}
	}
	return code
}

// ofWhole reports whether nothing but what something is a part of stands before an English verb: "of my 10 credits on P-337".
func (c *clause) ofWhole(at int) bool {
	i := c.opened()
	if i+3 >= at || c.words[i].text != "of" && c.words[i].text != "from" {
		return false
	}
	for i++; i < at && c.words[i].within&det != 0; i++ {
	}
	_, end := numeral(c.words, i, c.lang)
	if digit(c.words[i].text) {
		end = i + 1
	}
	if end == i {
		return false
	}
	for i = end; i < at && c.words[i].capped && !c.words[i].sign; i++ {
	}
	if i >= at || c.words[i].sign || c.words[i].quoted || c.words[i].within != 0 || c.words[i].code() {
		return false
	}
	for i++; i < at; {
		t := &c.words[i]
		switch {
		case t.sign && t.text == ",", t.within&(opener|frame|harmless) != 0 && t.within&(speaker|subject) == 0:
			i++
			continue
		case !placing[t.text] || t.text == "to" || t.text == "by":
			return false
		}
		named := false
		for i++; i < at && (c.words[i].within&det != 0 || (c.words[i].noun || c.words[i].thing) && i+1 < at && c.words[i+1].code() || c.words[i].code() || c.words[i].capped || digit(c.words[i].text)); i++ {
			named = named || c.words[i].within&det == 0
		}
		if !named {
			return false
		}
	}
	return true
}

// pleads reports whether a German word of saying is the order to several, behind "bitte", of a verb whose particle ends the
// clause: "bitte sagt die Stunde L-884 ab".
func (c *clause) pleads(i int) bool {
	if c.lang&de == 0 || c.asked || i == 0 || c.words[i-1].text != "bitte" || c.words[i].capped {
		return false
	}
	last := len(c.words) - 1
	for last > i && c.words[last].sign {
		last--
	}
	return c.words[last].text == "ab" || c.words[last].text == "zu"
}

// demonstrative reports whether a German word stands for a thing that was spoken of: "sag den bitte ab".
func (c *clause) demonstrative(words []token, k int) bool {
	if c.lang&de == 0 || !thatOnes[words[k].text] || words[k].quoted {
		return false
	}
	if k+1 == len(words) {
		return true
	}
	next := &words[k+1]
	return next.sign || next.within&(frame|opener|harmless) != 0 && !next.capped || germanParticles[next.text] && k+2 == len(words)
}

// thatOnes are articles that stand for a thing, germanParticles what German verbs leave at the end.
var (
	thatOnes        = set("den die das der diesen diese dieses")
	germanParticles = set("ab an auf aus ein um vor zurück weg")
)

// noLongerSo reports whether a German part says at a word that a thing does something no longer: "bei PL-52 läuft die Pumpe
// nicht mehr an". What is only named and no verb is said of is taken out.
func (c *cutter) noLongerSo(words []token, from, i int) bool {
	return c.lang&de != 0 && noMore(words, i) && slices.ContainsFunc(words[from:i], germanThird)
}

// noMore reports whether "nicht mehr" stands at a word.
func noMore(words []token, i int) bool {
	return words[i].text == "nicht" && i+1 < len(words) && words[i+1].text == "mehr"
}

// germanThird reports whether a word may say in German what somebody or something does: "passt", "läuft".
func germanThird(t token) bool {
	return !t.sign && !t.quoted && !t.capped && t.within&(det|negator|speaker) == 0 && len(t.text) > 3 && t.text[len(t.text)-1] == 't'
}

// ordersNoMore reports whether "nicht mehr" at a word of a German clause forbids its order, and does not tell why: "bitte melden
// Sie die Störung nicht mehr".
func (c *clause) ordersNoMore(i int) bool {
	if c.lang != de || !noMore(c.words, i) || c.find(speaker, 0, i) >= 0 || c.find(frame, 0, i) < 0 && !c.verbFirst() {
		return false
	}
	k := slices.IndexFunc(c.words[:i], germanThird)
	return k < 0 || k <= c.opened()+1
}

// wholeBefore returns where the words end by which a German clause begins with what something is a part of, "von meinen 12
// Einheiten", 0 if it does not.
func (c *clause) wholeBefore() int {
	i := c.opened()
	if c.lang&de == 0 || i+3 >= len(c.words) || c.words[i].text != "von" && c.words[i].text != "aus" {
		return 0
	}
	for i++; i < len(c.words) && c.words[i].within&det != 0; i++ {
	}
	if i+1 >= len(c.words) || !digit(c.words[i].text) || !c.words[i+1].capped {
		return 0
	}
	return i + 2
}

// wholeAt reports whether a preposition says where that is of which something is a part: "von den 12 Einheiten auf P-330".
func (c *clause) wholeAt(i int) bool {
	return i > 0 && c.wholeBefore() == i && c.words[i].text == "auf"
}

// ofWholeGerman reports whether a German order to several stands behind what something is a part of, before "bitte": "von den
// 200 Signaturen aus eurem Angebot kauft bitte nur 80".
func (c *clause) ofWholeGerman(v verb) bool {
	from := c.wholeBefore()
	return from > 0 && v.lang == de && v.form == ordering && !c.asked && v.at+1 < len(c.words) && (c.words[v.at+1].text == "bitte" || c.words[v.at+1].text == "sie" && c.hasAny(v.at+2, min(v.at+5, len(c.words)), "bitte")) && c.find(speaker|subject|report|hypothetical|question|negator|nothing, from, v.at) < 0 &&
		c.negates() < 0 && !slices.ContainsFunc(c.words[from:v.at], func(t token) bool { return t.sign || t.within&frame != 0 || germanThird(t) || t.capped && t.code() })
}

// ofWholeEnglish reports whether an English order for an amount stands behind what that is a part of: "of the 6 hours on K-2060
// log only 4".
func (c *clause) ofWholeEnglish(v verb) bool {
	i := c.opened()
	k := v.at + 1
	for k < len(c.words) && (onlyWords[c.words[k].text]&en != 0 || c.words[k].text == "back" || c.words[k].text == "out") {
		k++
	}
	if c.lang&en == 0 || v.form != ordering || c.asked || v.at < i+3 || k >= len(c.words) || !amountForm.MatchString(c.words[k].text) || c.words[i].text != "of" && !(c.words[i].text == "out" && c.words[i+1].text == "of") {
		return false
	}
	before := &c.words[v.at-1]
	if before.within&^(and|source|target) != 0 || before.capped && !before.code() || behindSubject[before.text] || auxiliaries[before.text]&en != 0 || c.negates() >= 0 || c.find(report|hypothetical|question|frame|nothing, i, v.at) >= 0 {
		return false
	}
	return slices.ContainsFunc(c.words[i:v.at], func(t token) bool { return amountForm.MatchString(t.text) }) && !slices.ContainsFunc(c.words[k:], func(t token) bool { return auxiliaries[t.text]&en != 0 || t.starts&(speaker|subject) != 0 })
}

// behindSubject are English words behind which a verb is no order.
var behindSubject = set("to i we you they he she will would shall should must can could may might did do does")

// pleased reports whether the sentence of clause i says please.
func (s *Said) pleased(i int) bool {
	return slices.ContainsFunc(s.clauses, func(c clause) bool {
		return c.sentence == s.clauses[i].sentence && c.hasAny(0, len(c.words), "please", "pls", "plz", "kindly")
	})
}

// mayBe reports whether an English clause begins by asking what may be done to a thing: "could CV-6104 be cancelled".
func (c *clause) mayBe() bool {
	i := c.opened()
	return c.lang == en && c.begins && i+2 < len(c.words) && c.hasAny(i, i+1, "could", "can", "may", "would") && c.hasAny(i+1, len(c.words), "be")
}

// wantsToKnow reports whether the sentence of clause i goes on by asking for an answer: "…, please let me know", "…, please tell
// me". "Let me know when it's done" asks for none.
func (s *Said) wantsToKnow(i int) bool {
	for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == s.clauses[i].sentence; j++ {
		if c := &s.clauses[j]; c.hasAny(0, len(c.words), "know", "tell", "advise") && c.hasAny(0, len(c.words), "me", "us") && !c.hasAny(0, len(c.words), "when", "once", "done") {
			return true
		}
	}
	return false
}

// onlyReasonsBehind reports whether the message of clause i says no more behind it than why, and courtesy.
func (s *Said) onlyReasonsBehind(i int) bool {
	for j := i + 1; j < len(s.clauses) && s.clauses[j].message == s.clauses[i].message; j++ {
		if c := &s.clauses[j]; !c.only(opener|frame) && (c.sentence == s.clauses[i].sentence || !c.onlyReason()) {
			return false
		}
	}
	return true
}
