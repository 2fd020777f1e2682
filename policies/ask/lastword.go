package ask

import "slices"

// The last word is the user's. Who says in a message behind an order "stop, that's the wrong one", or "I'd rather not",
// takes it back in words that no list has; what they say there must not speak against it.

// against reports whether clause j, which comes behind the order of clause i, speaks against it: it begins with a word by
// which people stop somebody, or, in a later message, says no, that something is wrong or better otherwise. Who names a
// value there, or orders something, goes on.
func (s *Said) against(j, i int, call *Call) bool {
	c, o := &s.clauses[i], &s.clauses[j]
	if o.sentence == c.sentence || o.asked || o.offered || o.kind == asking || s.movesOn(j, call) {
		return false
	}
	if o.halts() {
		return true
	}
	if o.message == c.message || o.agreeing() {
		return false
	}
	if s.inTheEnd(j) {
		return true
	}
	for k := range o.words {
		t := &o.words[k]
		switch {
		case t.sign || t.quoted || t.within&harmless != 0:
		case wrongs[t.text] != 0, prefers[t.text]&(o.lang|c.lang) != 0, k > 0 && instead[t.text]&o.lang != 0 && t.within&oops == 0, t.starts&(keep|hypothetical|stop) != 0:
			return true
		}
	}
	return false
}

// inTheEnd reports whether clause j is of a message that states something else, which no question of the assistant's asked
// for: "we'll come after all". What has happened to the user, "we've moved house", tells why as often.
func (s *Said) inTheEnd(j int) bool {
	o := &s.clauses[j]
	first := s.firstOf(j)
	if s.happened(first) || s.saysOf(first, reassures) || s.clauses[first].agreeing() || s.prompted[o.message-1] || o.kind == reported || o.only(opener|oops|assent|amend|harmless) {
		return false
	}
	return true
}

// firstOf returns the first clause of the message of clause j.
func (s *Said) firstOf(j int) int {
	for j > 0 && s.clauses[j-1].message == s.clauses[j].message {
		j--
	}
	return j
}

// saysOf reports whether the message that begins with a clause has a word of a set.
func (s *Said) saysOf(first int, words map[string]lang) bool {
	return slices.ContainsFunc(s.clauses[first:], func(c clause) bool {
		return c.message == s.clauses[first].message && c.hasOf(words, 0) >= 0
	})
}

// happened reports whether the message that begins with a clause tells what has happened to the user: "we've moved house".
func (s *Said) happened(first int) bool { return s.saysOf(first, perfects) }

// calms reports whether the message that begins with a clause leaves what was asked for as it is: what has happened to the
// user, who does not begin with a no, or that they do not joke or have no hurry.
func (s *Said) calms(first int) bool {
	c := &s.clauses[first]
	return c.hasOf(reassures, 0) >= 0 && c.negates() >= 0 || !s.prompted[c.message-1] && s.happened(first) && len(c.words) > 0 && c.words[0].within&(oops|negator) == 0
}

// isAnswer reports whether the message that begins with a clause is read as the answer to a question.
func (s *Said) isAnswer(first int) bool {
	return slices.ContainsFunc(s.clauses[first:], func(c clause) bool { return c.message == s.clauses[first].message && c.joins != nil })
}

// unclear reports whether a later message than that of clause i, which the user sends of themselves or when the assistant
// asks back, says something that is no order, no question, no thanks, no answer and no reason that leaves the order as it
// is: "Cancel W-3." "Hang about, he'll be in after all."
func (s *Said) unclear(i int, call *Call) bool {
	c := &s.clauses[i]
	for j := c.since(i) + 1; j < len(s.clauses); j++ {
		o := &s.clauses[j]
		if o.message <= c.message || s.replied[o.message-1] && !s.prompted[o.message-1] || s.worded[o.message-1] || o.joins != nil || o.corrects || o.offered || o.asked || o.kind == asking || o.kind == subordinate || len(o.words) == 0 {
			continue
		}
		if first := s.firstOf(j); s.calms(first) || s.isAnswer(first) || s.clauses[first].agreeing() || o.verbFirst() || o.find(frame, 0, len(o.words)) >= 0 || o.thanks() || o.groundsOnly(call.Acts.callsOff()) || s.addsTo(j, call) {
			continue
		}
		if o.only(opener|oops|assent|frame|pronoun|speaker) && o.find(assent|opener|frame, 0, len(o.words)) >= 0 ||
			slices.ContainsFunc(o.words, func(t token) bool { return gratitude[t.text]&o.lang != 0 || t.code() && !call.mentions(t.text) }) {
			continue
		}
		return true
	}
	return false
}

// movesOn reports whether the message of clause j says a value of the call or another one, or has an order.
func (s *Said) movesOn(j int, call *Call) bool {
	for k := range s.clauses {
		o := &s.clauses[k]
		if o.sentence != s.clauses[j].sentence && (o.message != s.clauses[j].message || k < j) {
			continue
		}
		if (o.corrects || o.joins != nil || o.verbOf >= 0) && !call.onlyThing(o) || o.find(frame, 0, len(o.words)) >= 0 || o.verbFirst() && !o.halts() && !o.callsAttention() {
			return true
		}
		if _, ok := s.asks(k, call); ok {
			return true
		}
		for n := range o.words {
			if _, end := numeral(o.words, n, o.lang); o.words[n].code() || digit(o.words[n].text) || end > n && !articles[o.words[n].text] {
				return true
			}
		}
	}
	return false
}

// callsAttention reports whether the clause begins with a word by which people only call for attention: "look, …".
func (c *clause) callsAttention() bool {
	i := c.opened()
	return i+1 < len(c.words) && attention[c.words[i].text] != 0 && c.words[i+1].sign
}

// agreeing reports whether the clause begins by agreeing or thanking.
func (c *clause) agreeing() bool {
	for i := range c.words {
		t := &c.words[i]
		if t.sign || t.within&oops != 0 {
			continue
		}
		return t.within&assent != 0 || t.within&(frame|opener) != 0 && courtesy[t.text]&c.lang != 0
	}
	return false
}

// halts reports whether the clause begins with a word by which people stop somebody, and has little beside it.
func (c *clause) halts() bool {
	const most = 3 // words beside
	i, beside := 0, 0
	for i < len(c.words) && (c.words[i].sign || c.words[i].within&opener != 0 && haltWords[c.words[i].text]&c.lang == 0) {
		i++
	}
	if i == len(c.words) || c.words[i].quoted {
		return false
	}
	if t := c.words[i].text; c.lang&en != 0 && (t == "hang" || t == "hold") && i+1 < len(c.words) && c.words[i+1].text == "on" && (i+2 == len(c.words) || c.words[i+2].sign) {
		return true // "hang on", "hold on, …"
	}
	if haltWords[c.words[i].text] == 0 {
		return false
	}
	if (haltWords[c.words[i].text]&c.lang == 0 || sparing[c.words[i].text]) && i+1 < len(c.words) && !c.words[i+1].sign {
		return false // a word of another language, or one that says something else before others
	}
	for i++; i < len(c.words) && !c.words[i].sign; i++ {
		if haltWords[c.words[i].text]&c.lang != 0 {
			continue
		}
		if c.words[i].code() || digit(c.words[i].text) || c.words[i].quoted {
			return false
		}
		beside++
	}
	return beside <= most
}

// onlyThing reports whether a clause names nothing but what the act works on: "(wrong) file".
func (c *Call) onlyThing(o *clause) bool {
	for i := range o.words {
		if t := &o.words[i]; t.names() && !c.Acts.isNoun(t) {
			return false
		}
	}
	return true
}

// sparing are words by which people stop somebody only if they stand alone.
var sparing = set("para piano minute moment langsam wait hold basta")

var (
	perfects  = wordSets["perfect"]
	reassures = wordSets["reassure"]
	attention = wordSets["attention"]
	prefers   = wordSets["prefer"]
	haltWords = wordSets["halt"]
	wrongs    = wordSets["wrong"]
)
