package ask

import "slices"

// People say what is to be, and then that it be done: "The Scouts would like the big hall on 30 May,
// put them in please". The order has a verb and a pronoun, what it takes up is said before it.

// pointed returns the clause that states what clause i orders by a pronoun, or −1. The statement has
// all that decides the call, no other order stands between, and no other tool is meant as well.
func (s *Said) pointed(i int, call *Call) int {
	c := &s.clauses[i]
	if call.NeedsVerb || c.kind != plain || c.verbOf >= 0 || len(c.cond) > 0 || c.negates() >= 0 || c.find(hypothetical|know|keep|await|report|stop, 0, len(c.words)) >= 0 || !c.takesAll(call) {
		return -1
	}
	for j := i - 1; j >= 0 && j >= i-3; j-- {
		o := &s.clauses[j]
		if o.message != c.message || !s.states(j) || o.kind == reported && (o.sentence != c.sentence && o.sentence != c.sentence-1) {
			return -1
		}
		all := true
		for _, v := range call.Values {
			all = all && (v.Free || v.Loose || v.Said(o.text) || v.Shape == Code && !s.spoken(v) && o.ofSomebody())
		}
		if !all {
			continue
		}
		if c.otherDeed(call, -1) || !slices.ContainsFunc(c.verbs(&call.Acts), func(v verb) bool { return v.strength == 2 }) && !o.onlyFor(call, o.nounsOf(&call.Acts), false, o.wishesThing(call)) {
			return -1
		}
		return j
	}
	return -1
}

// states reports whether clause j says how things are or are wanted: it is no question, no ban, no
// order, and nobody else's words.
func (s *Said) states(j int) bool {
	o := &s.clauses[j]
	if o.kind != plain && o.kind != reported || o.asked || len(o.cond) > 0 || o.negates() >= 0 || o.find(hypothetical|know|keep|await|stop|bounding, 0, len(o.words)) >= 0 {
		return false
	}
	if r := o.find(report, 0, len(o.words)); o.kind == reported || r >= 0 {
		if r < 0 || !wishing[o.words[r].text] {
			return false
		}
	}
	return !slices.ContainsFunc(o.words, func(t token) bool {
		return !t.sign && t.within == 0 && past(t.text, o.lang) && knownIn[t.text] == 0 && !t.capped
	})
}

// wishing are words by which somebody's wish is told that the user takes up.
var wishing = set("want wants would like needs hopes wish wishes möchte will wollen wünscht veut voudrait souhaite aimerait vuole vogliono vorrebbe vorrebbero quiere quieren querría querrían desea quer querem gostaria deseja चाहता चाहती चाहते")

// takesAll reports whether the clause is an order that says nothing but that what was stated be done:
// a verb for the act, or one that only notes, does or puts, and a pronoun.
func (c *clause) takesAll(call *Call) bool {
	verb, points := false, false
	for i := range c.words {
		t := &c.words[i]
		switch {
		case t.sign:
		case t.quoted:
			return false
		case pointing[t.text], t.within&pronoun != 0:
			points = true
		case !verb && doers[t.text] && (c.headAt(i) || c.frameBefore(i) >= 0 || c.lang&en == 0 && i <= c.opened()):
			verb = true
			points = points || c.lang&en == 0 && hanging(t.text)
		case t.within&(opener|frame|det|target|source|and|again|speaker) != 0, particles[t.text], call.Acts.isNoun(t):
		default:
			return false
		}
	}
	return verb && points
}

// pointing are words for what was just said.
var pointing = set("that it this those these them so das es dies sie ihn ça cela le la les ci questo lo li esto eso los las isso isto o a यह इसे ये อันนี้")

// doers are verbs that only say that something be done, noted or put where it belongs.
var doers = set(`sort handle do put note enter log record add book make set fix arrange schedule register file take mach mache macht machen trag trage notier notiere buch buche schreib regel regle regeln kümmere kümmern erledige erledigen leg setz
	réglez règle arrange arrangez occupez fais faites mets mettez note notez enregistre enregistrez inscris inscrivez sistemi sistema sistemate provvedi provveda fai faccia segna segni segnalo metti registra registri haz hazlo apunta encárgate encárguese gestiónalo gestiónelo arréglalo arréglelo apúntalo anótalo anota pon ponlo registra regístralo
	faz faça trate trata tratem resolva anota anote marca marque põe regista registe कर करो लिख दर्ज จด บันทึก ทำ`)

// particles go with them.
var particles = set("out in down through up on for me us calendar book system list diary happen right rein ein auf so fertig kalender dans l' agenda registro system sistema")

// hanging reports whether a verb has its pronoun written to it: apúntalo.
func hanging(w string) bool {
	return len(w) > 4 && (w[len(w)-2:] == "lo" || w[len(w)-2:] == "la")
}

// recallsQuestion tells the clauses of the message that begins with one what the message before it asked, if that was
// one question and nothing else.
func (s *Said) recallsQuestion(first int) {
	if first == 0 || first > len(s.clauses) {
		return
	}
	before := &s.clauses[first-1]
	if before.kind != asking || before.message != s.messages-1 || first > 1 && s.clauses[first-2].message == before.message {
		return
	}
	for i := first; i < len(s.clauses); i++ {
		s.clauses[i].askedOf = before.text
	}
}

// ofSomebody reports whether a clause is about somebody, or something, that was spoken of before: "he'd like …".
func (c *clause) ofSomebody() bool {
	i := c.opened()
	return i < len(c.words) && (wishers[c.words[i].text] || who[c.words[i].text])
}

var wishers = set("he'd she'd they'd it'd he's she's they're")
