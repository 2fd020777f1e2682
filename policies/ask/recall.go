package ask

import "slices"

// countermanded reports whether a later word of the user's takes an order back without naming its
// verb: "no, don't", "wait", "leave it".
func (s *Said) countermanded(i int, call *Call) bool {
	c := &s.clauses[i]
	if c.takenBack(call) || c.retainsBehind(call) || c.mocks() || s.praises(i) || s.scorns(i) || c.undecided() || call.Acts.undoes() && c.goesAfterAll() || c.lang&th != 0 && s.thaiAfterthought(i) {
		return true
	}
	if k := i - 1; k >= 0 && s.clauses[k].sentence == c.sentence && s.clauses[k].find(mock, 0, 1) == 0 { // "वाह, …"
		return true
	}
	if i > 0 && s.clauses[i-1].message == c.message && s.clauses[i-1].mocks() && s.clauses[i-1].only(mock|opener|oops) { // "Oh sure, cancel it"
		return true
	}
	if s.staysAfterAll(i, call) {
		return true
	}
	for j := c.since(i) + 1; j < len(s.clauses); j++ {
		o := &s.clauses[j]
		if o.message == c.message && o.asksFirst() && !slices.ContainsFunc(o.words, func(t token) bool { return t.code() && !call.mentions(t.text) }) {
			return true // "hang on, let me ask the others first"
		}
		if o.message == c.message && (o.mocks() || o.unsaid() || o.undecided() || call.Acts.undoes() && o.goesAfterAll() || o.sentence != c.sentence && o.wasDone(&call.Acts)) || (o.sentence != c.sentence || o.contrast) && s.afterthought(j, c.lang, &call.Acts) || o.retains(call) && !(o.sentence == c.sentence && (o.ownTopic(call) && !call.names(c.text) || o.besidesPart(call))) || s.against(j, i, call) {
			return true
		}
		if o.sentence != c.sentence && o.deniesIt() {
			return true
		}
		if o.message == c.message && (s.heldFor(j) || o.standsAlone()) {
			return true
		}
		if o.message == c.message && o.sentence != c.sentence && s.saysNo(j, call) {
			return true
		}
		if o.kind == reported && o.message == c.message && o.recalls() { // "forget what I said, he wants to keep it"
			return true
		}
		if o.message == c.message && (!call.Acts.undoes() || o.contrast) && o.find(needless, 0, len(o.words)) >= 0 && !o.verbFirst() {
			return true
		}
		if o.sentence != c.sentence && o.stillNeeds(call) {
			return true
		}
		if o.message == c.message && !o.corrects && o.rethinks() && !s.addsTo(j, call) {
			if _, asks := s.asks(j, call); !asks {
				return true
			}
		}
		if o.kind == reported && o.message == c.message {
			continue
		}
		if !o.asked && (o.recalls() || o.endsRecalling()) || !o.asked && (o.sentence != c.sentence || o.contrast) && o.otherMind() || o.keeps(call, c) {
			return true
		}
		if !o.asked && o.message == c.message && !o.corrects && (o.leavesIt() || o.sentence != c.sentence && !call.Acts.callsOff() && o.needless()) {
			return true
		}
		if o.kind == asking || o.kind == subordinate {
			continue
		}
		if o.message == c.message && !o.corrects && o.contradicts() {
			if _, asks := s.asks(j, call); !asks {
				return true
			}
		}
		no := o.negates() >= 0
		if !no && !o.await && o.find(keep, 0, o.content) < 0 {
			continue
		}
		if no && o.only(negator|opener|pronoun|await|excepted|speaker|det) && !(o.sentence == c.sentence && s.noUseFor(j, call)) {
			return true
		}
		if o.message > c.message && (call.names(o.text) || o.find(pronoun, 0, len(o.words)) >= 0 && o.find(keep|await, 0, len(o.words)) >= 0) && !slices.ContainsFunc(o.verbs(&call.Acts), func(v verb) bool { return o.words[v.at].within&await == 0 }) {
			return true // "let me sleep on it"
		}
	}
	return false
}

// saysNo reports whether clause j is a no that begins a sentence, the rest of which denies something and orders nothing: "Ah no,
// she just told me she doesn't need it."
func (s *Said) saysNo(j int, call *Call) bool {
	o := &s.clauses[j]
	if !o.begins || o.asked || !slices.ContainsFunc(o.words, func(t token) bool { return no[t.text] }) || !o.only(opener|oops|negator|await|contrast) || s.movesOn(j, call) {
		return false
	}
	for k := j + 1; k < len(s.clauses) && s.clauses[k].sentence == o.sentence; k++ {
		if s.clauses[k].negates() >= 0 && s.clauses[k].points(s.clauses[k].words) {
			return true
		}
	}
	return false
}

// deniesIt reports whether a sentence only denies, and names nothing: "उसने: कभी नहीं".
func (c *clause) deniesIt() bool {
	return len(c.apart) > 0 && c.only(opener|oops|amend|contrast|and) && !slices.ContainsFunc(c.apart, func(text string) bool {
		words := tokens(text)
		mark(words, c.lang)
		return !slices.ContainsFunc(words, func(t token) bool { return t.within&(negator|nothing) != 0 }) || slices.ContainsFunc(words, func(t token) bool { return t.code() || digit(t.text) })
	})
}

// unsaid reports whether a Hindi clause says that nobody said so: "ऐसा मैंने तो नहीं कहा".
func (c *clause) unsaid() bool {
	return c.lang == hi && c.negates() >= 0 && c.hasAny(0, len(c.words), "कहा", "बोला", "माँगा", "मांगा", "चाहा", "कही", "बोली") && c.hasAny(0, len(c.words), "मैंने", "हमने", "किसने", "किसी")
}

// stillNeeds reports whether the clause says that the user still needs a thing that the call would end: "A-55 brauche ich noch".
func (c *clause) stillNeeds(call *Call) bool {
	from, _ := c.needs()
	return !c.asked && c.kind == plain && call.Acts.callsOff() && call.names(c.text) && c.hasOf(stillWords, 0) >= 0 && (from >= 0 || c.hasOf(ownSubjects, 0) >= 0) && c.negates() < 0 && len(c.verbs(&call.Acts)) == 0
}

// addsTo reports whether the sentence of clause j orders one more thing: "on second thought, cancel C-251 as well".
func (s *Said) addsTo(j int, call *Call) bool {
	for k := j; k < len(s.clauses) && s.clauses[k].sentence == s.clauses[j].sentence; k++ {
		if o := &s.clauses[k]; o.hasOf(tooWords, 0) >= 0 && o.verbFirst() && o.negates() < 0 && !call.names(o.text) && slices.ContainsFunc(o.words, func(t token) bool { return t.code() || digit(t.text) }) {
			return true
		}
	}
	return false
}

// tooWords add one thing to another.
var tooWords = wordSets["too"]

// praises reports whether the sentence of clause i begins with a word of praise, and says "again" or "while you are at
// it": "isso, adiem outra vez".
func (s *Said) praises(i int) bool {
	c := &s.clauses[i]
	from := i
	for from > 0 && s.clauses[from-1].sentence == c.sentence {
		from--
	}
	if from > 0 && s.clauses[from-1].message == c.message && s.sentenceHas(from, meanwhile) && s.praisedBefore(from-1) {
		return true
	}
	first := &s.clauses[from]
	if len(first.words) == 0 || praise[first.words[0].text]&c.lang == 0 || len(first.words) > 1 && !first.words[1].sign {
		return false
	}
	return s.sentenceHas(from, again|meanwhile)
}

// sentenceHas reports whether a phrase of a class stands in the sentence that begins with clause i.
func (s *Said) sentenceHas(i int, k cue) bool {
	for j := i; j < len(s.clauses) && s.clauses[j].sentence == s.clauses[i].sentence; j++ {
		if o := &s.clauses[j]; o.find(k, 0, len(o.words)) >= 0 {
			return true
		}
	}
	return false
}

// praisedBefore reports whether the sentence that ends with clause i begins with a word of praise between signs and goes on with
// more than thanks: "Oh brilliant, 71015 is late again".
func (s *Said) praisedBefore(i int) bool {
	const most = 2 // words before the sign
	for i > 0 && s.clauses[i-1].sentence == s.clauses[i].sentence {
		i--
	}
	begins, more := false, false
	for j := i; j < len(s.clauses) && s.clauses[j].sentence == s.clauses[i].sentence; j++ {
		o := &s.clauses[j]
		for k := 0; j == i && k < min(most, len(o.words)); k++ {
			begins = begins || (praise[o.words[k].text]|applause[o.words[k].text])&o.lang != 0 && (k+1 == len(o.words) || o.words[k+1].sign)
		}
		more = more || !o.thanks() && !o.only(opener|oops|and) && len(o.words) > most+1
	}
	return begins && more
}

// praise are words of praise that make a complaint of "again", too; applause are those that do not.
var praise, applause = wordSets["praise"], wordSets["applause"]

// retains reports whether the clause says that somebody keeps the thing that was spoken of, and names no other.
func (c *clause) retains(call *Call) bool {
	return c.find(retain, 0, len(c.words)) >= 0 && c.negates() < 0 && !slices.ContainsFunc(c.words, func(t token) bool {
		return !t.sign && (t.code() || digit(t.text)) && !call.mentions(t.text)
	})
}

// undoes reports whether the acts call a thing off, end it or give its price back: that there is no need of it is a
// reason for that.
func (a *Acts) undoes() bool {
	return a.ends || slices.ContainsFunc([]string{"cancel", "delete", "remove", "refund", "return", "end", "terminate", "close", "suspend", "void"}, a.has)
}

// recalls reports whether the clause begins with words that take back what was said, and does not
// go on with what they are about: "forget it", not "forget it on the table".
func (c *clause) recalls() bool {
	i := 0
	for i < len(c.words) && (c.words[i].sign || c.words[i].within&(opener|oops|amend|contrast|and) != 0 && c.words[i].starts&recall == 0) {
		i++
	}
	if i == len(c.words) || c.words[i].starts&recall == 0 {
		return false
	}
	i = span(c.words, i, recall)
	for c.lang&th != 0 && i < len(c.words) && (thaiEnds[c.words[i].text] || c.words[i].text == "นะ") {
		i++
	}
	return i == len(c.words) || c.words[i].sign || c.lang&th != 0 && c.words[i].at > c.words[i-1].end || (&clause{words: c.words[i:]}).only(recall|amend|oops|opener|contrast|and|pronoun)
}

// takenBack reports whether the clause itself ends in words that take it back, with no sign between: "feed T-9 no
// wait forget it". Thai has no signs. "…, il certificato lo tengo" is of a thing of its own.
func (c *clause) takenBack(call *Call) bool {
	part := 0 // where the part between signs begins
	for i := c.opened() + 1; i < len(c.words); i++ {
		if c.words[i-1].sign {
			part = i
		}
		if c.words[i].starts&recall != 0 && (&clause{words: c.words[i:], lang: c.lang}).recalls() && !(part < i && c.part(part, len(c.words)).besidesPart(call)) {
			return true
		}
	}
	return false
}

// endsRecalling reports whether the clause ends in words that take back what was said, behind a sign or words that
// say nothing: "nada, nada, era broma".
func (c *clause) endsRecalling() bool {
	for i := 1; i < len(c.words); i++ {
		if before := &c.words[i-1]; c.words[i].starts&recall != 0 && (before.sign || before.within&(opener|oops|amend|nothing) != 0) && (&clause{words: c.words[i:], lang: c.lang}).recalls() {
			return true
		}
	}
	return false
}

// otherMind reports whether the clause says that the user has changed their mind.
func (c *clause) otherMind() bool {
	i := c.opened()
	for i < len(c.words) && c.words[i].within&oops != 0 && c.words[i].starts&mind == 0 {
		i++
	}
	return i < len(c.words) && c.words[i].starts&mind != 0
}

// contradicts reports whether the clause begins with a no, and goes on to name something: "no, the brooms".
func (c *clause) contradicts() bool {
	n := c.soft()
	if n == 0 || c.asked || n < len(c.words) && c.words[n].starts&(speaker|subject) != 0 || !c.carries(n) {
		return false
	}
	return slices.ContainsFunc(c.words[:n], func(t token) bool { return no[t.text] || t.text == "ไม่ใช่" })
}

// keeps reports whether the clause says of a thing of the call that it stays: "oh, A-53 can stay" behind an order
// for two.
func (c *clause) keeps(call *Call, order *clause) bool {
	if c.sentence == order.sentence || c.asked || c.kind == asking || c.kind == reported || c.negates() >= 0 || !c.stays() && c.find(recall, 0, len(c.words)) < 0 {
		return false
	}
	return call.names(c.text) && len(c.verbs(&call.Acts)) == 0
}

// stays reports whether the clause has words by which a thing stays as it is.
func (c *clause) stays() bool {
	return slices.ContainsFunc(c.words, func(t token) bool {
		return t.starts&keep != 0 && t.within&negator == 0 || t.starts&excepted != 0 && t.starts&negator == 0 && t.within&harmless == 0
	})
}

// mocks reports whether the clause has words by which people complain of what they seem to order: "oh sure,
// cancel it again, just what I needed".
func (c *clause) mocks() bool { return c.find(mock, 0, len(c.words)) >= 0 }

// rethinks reports whether the clause begins with second thoughts.
func (c *clause) rethinks() bool {
	from := 0
	for from < len(c.words) && (c.words[from].sign || c.words[from].within&(oops|amend|contrast|and|opener|negator) != 0 && c.words[from].starts&rethink == 0) {
		from++
	}
	return c.find(rethink, 0, max(2, from+1)) >= 0
}

// needless reports whether the clause begins by saying that a deed is not needed any more: "found it, so no need".
func (c *clause) needless() bool { return c.find(unneeded, 0, c.opened()+4) >= 0 }

// callsOff reports whether the deed calls something off, or ends it: that it is not needed any more is a reason for it.
func (a *Acts) callsOff() bool {
	return a.ends || slices.ContainsFunc(a.named, func(v string) bool { return endings[v] })
}

// endings are deeds that leave less than there was.
var endings = set("cancel end terminate close stop quit leave drop remove delete return unsubscribe unenrol withdraw")

// leavesIt reports whether the clause says that things are to stay, and says nothing else: "let's keep it", "leave
// everything as it is".
func (c *clause) leavesIt() bool {
	const around = keep | pronoun | speaker | opener | oops | contrast | aside | question | hypothetical | amend | and | light | frame
	k := c.find(keep, 0, len(c.words))
	return k >= 0 && k <= c.opened()+2 && c.find(others, 0, len(c.words)) < 0 && c.only(around) && slices.ContainsFunc(c.words, func(t token) bool { return t.within&pronoun != 0 && t.within&keep == 0 })
}

// scorns reports whether the sentence of clause i, with which a user begins, opens with praise before anything was
// done, and heaps the deed upon others or goes on with how the user is: "Great, cancel it too, I had no plans". Who
// says please means it.
func (s *Said) scorns(i int) bool {
	c := &s.clauses[i]
	if c.message > 1 {
		return false
	}
	first, heaped, told, behind := true, false, false, false
	for j := range s.clauses {
		o := &s.clauses[j]
		if o.sentence != c.sentence && !(o.sentence == c.sentence-1 && o.message == c.message && o.lang == hi && o.only(scornful|opener|oops|assent)) {
			continue
		}
		from := 0
		if first {
			if from = o.scornsFirst(); from < 0 && o.contrast && j < i && o.find(assent, 0, len(o.words)) >= 0 && o.only(assent|opener) {
				from = 0 // "…, mais oui, faites donc partir le 41031 à 3h"
			}
			if from < 0 {
				if j == i || slices.ContainsFunc(o.words, func(t token) bool { return digit(t.text) || t.code() }) {
					return false
				}
				continue // "Hola, aquí Nuria desde el tren, genial, …"
			}
			first = false
		}
		if o.hasOf(courtesy, 0) >= 0 && o.lang&th == 0 {
			return false
		}
		heaped = heaped || o.find(heap, from, len(o.words)) >= 0
		told = told || behind && (o.find(speaker, from, len(o.words)) >= 0 || o.lang == fr && o.hasOf(ownSubjects, from) >= 0 || o.hasOf(ironies, from) >= 0)
		behind = behind || j == i
		told = told || j == i && o.scornsWhy()
		if j == i {
			for k := from; k < len(o.words); k++ { // ", ich habe ja Geld"
				told = told || o.words[k].sign && o.words[k].text == "," && (o.find(speaker, k, min(k+3, len(o.words))) >= 0 || o.hasOf(ironies, k) >= 0)
			}
		}
	}
	return heaped || told
}

// scornsWhy reports whether a reason that "que" begins behind a comma tells something, or of the user: "…, que con los
// cuatro que vinieron me quedé con ganas de más".
func (c *clause) scornsWhy() bool {
	if c.lang&(es|pt) == 0 {
		return false
	}
	for i := 1; i+1 < len(c.words); i++ {
		if c.words[i-1].sign && c.words[i-1].text == "," && (led(c, i) || c.words[i].text == "que" || c.find(det, i, i+1) == i) && slices.ContainsFunc(c.words[i:], func(t token) bool {
			return past(t.text, c.lang) || tellings[t.text]&c.lang != 0 || t.starts&speaker != 0
		}) {
			return true
		}
	}
	return slices.ContainsFunc(c.apart, func(s string) bool {
		return slices.ContainsFunc(tokens(s), func(t token) bool { return past(t.text, c.lang) || tellings[t.text]&c.lang != 0 })
	})
}

// scornsFirst returns where what the clause begins with in scorn ends, −1 if it begins otherwise: "great,", "ganz toll,", "sure
// thing, geniuses,".
func (c *clause) scornsFirst() int {
	const most = 3 // words of it
	at := c.find(scornful, 0, most)
	if at == 0 && c.words[0].starts&opener != 0 && span(c.words, 0, opener) > span(c.words, 0, scornful) {
		return -1 // "boa tarde"
	}
	for k := 2; at < 0 && k < len(c.words) && !digit(c.words[k].text) && !c.words[k].code(); k++ {
		end, before := span(c.words, k, scornful), k-1
		for before > 0 && c.words[before].within&(oops|assent) != 0 {
			before--
		}
		if c.words[before].sign && c.words[k].starts&scornful != 0 && (end == len(c.words) || c.words[end].sign) {
			return end // "…, genial, cambiadme"
		}
	}
	if at < 0 || slices.ContainsFunc(c.words[:at], func(t token) bool {
		return !t.sign && t.within&(opener|oops|assent|frame|contrast) == 0 && stronger[t.text]&c.lang == 0
	}) {
		return -1
	}
	from := span(c.words, at, scornful)
	if from >= len(c.words) || c.words[from].sign || c.words[from].within&(and|opener|oops|heap|contrast) != 0 || c.lang&(hi|th) != 0 || c.verbFirst() {
		return from
	}
	for i := from; i < len(c.words) && i < at+most; i++ { // but "great news about …"
		if c.words[i].sign {
			return i
		}
	}
	if len(c.words) <= at+most && c.bare() {
		return len(c.words)
	}
	return -1
}

// stronger are words that make another stronger, ironies those by which a reason is not meant.
var (
	stronger = wordSets["degree"]
	ironies  = wordSets["irony"]
)
