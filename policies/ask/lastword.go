package ask

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
	first := j
	for first > 0 && s.clauses[first-1].message == o.message {
		first--
	}
	for k := first; k < len(s.clauses) && s.clauses[k].message == o.message; k++ {
		if c := &s.clauses[k]; c.hasOf(reassures, 0) >= 0 || c.hasOf(perfects, 0) >= 0 {
			return false
		}
	}
	if s.clauses[first].agreeing() || s.prompted[o.message-1] || o.kind == reported || o.only(opener|oops|assent|amend|harmless) {
		return false
	}
	return true
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
	if i == len(c.words) || c.words[i].quoted || haltWords[c.words[i].text] == 0 {
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
