package ask

import "slices"

// "Not this, but that": the verb of what is to be done stands in the form that the frame of the first one asks for.

// insteadOf reports whether clause i goes on with what is to be done in place of what the clause before it says must
// not be: "B-340 shouldn't be cancelled but extended by 2 nights", "non va annullato ma spostato".
func (s *Said) insteadOf(i int, call *Call) bool {
	c := &s.clauses[i]
	if i == 0 || !c.contrast || c.asked || c.kind != plain || c.negates() >= 0 || c.find(hypothetical|know|report|question|speaker|subject|keep|await, 0, len(c.words)) >= 0 {
		return false
	}
	o := &s.clauses[i-1]
	if o.sentence != c.sentence || o.kind != plain || o.asked || o.negates() < 0 || !o.mustNotBe() {
		return false
	}
	for _, v := range c.verbs(&call.Acts) {
		if v.strength == 2 && (v.form == done || v.form == telling) && v.at == c.opened() {
			return true
		}
	}
	return false
}

// mustNotBe reports whether the clause says that something must not be done to a thing.
func (c *clause) mustNotBe() bool {
	n := c.negates()
	if c.find(report|know|hypothetical|speaker|subject, 0, len(c.words)) >= 0 {
		return false
	}
	switch {
	case c.lang&en != 0 && c.hasAny(n, len(c.words), "be"):
		return c.hasAny(0, len(c.words), "shouldn't", "mustn't", "should", "must", "needn't", "to", "needs", "need")
	case c.lang&it != 0:
		return c.hasAny(n, len(c.words), "va", "vanno", "deve", "devono")
	case c.lang&fr != 0:
		return c.hasAny(n, len(c.words), "être")
	case c.lang&(es|pt) != 0:
		return c.hasAny(n, len(c.words), "ser")
	case c.lang&de != 0:
		return c.hasAny(0, len(c.words), "soll", "sollen", "muss", "müssen", "darf", "dürfen")
	}
	return false
}

// keepsOther reports whether clause j keeps something else of the thing that clause i, which stands against it, orders
// about: "leave the guest numbers on 20520 alone, but push the delivery back to 19:15".
func (s *Said) keepsOther(j, i int, call *Call) bool {
	o, c := &s.clauses[j], &s.clauses[i]
	if o.message != c.message || c.sentence > o.sentence+1 || i != j+1 || call.NeedsVerb || c.negates() >= 0 || o.asked || c.asked && c.find(frame, 0, len(c.words)) < 0 || o.kind != plain {
		return false
	}
	theirs := slices.ContainsFunc(o.words, func(t token) bool {
		return !call.Acts.isNoun(&t) && slices.ContainsFunc(call.Others, func(k Other) bool { return k.Acts.isNoun(&t) })
	})
	return theirs && (c.contrast || c.sentence == o.sentence) && slices.ContainsFunc(c.verbs(&call.Acts), func(v verb) bool { return v.strength == 2 && c.orders(v) && !c.negated(v) })
}

// notBut cuts off a correction what it only denies of the order before it: "sorry, not Sunita, Sangita", "सुनीता नहीं, संगीता
// को". What is denied must stand in that order, and be nothing else.
func (s *Said) notBut(i, from int) {
	const most = 4 // words
	c := &s.clauses[i]
	to := s.corrected(i, false)
	if to < 0 || from >= len(c.words) || c.asked {
		return
	}
	comma := -1
	for j := from; j < len(c.words) && j <= from+most+1; j++ {
		if t := &c.words[j]; t.sign && t.text == "," || j > from+1 && t.starts&contrast != 0 {
			comma = j
			break
		}
	}
	if comma < from+2 || comma+1 >= len(c.words) {
		return
	}
	denied, some := -1, false
	for j := from; j < comma; j++ {
		t := &c.words[j]
		switch {
		case t.starts&negator != 0 || no[t.text] || t.text == "not":
			if denied >= 0 {
				return
			}
			denied = j
		case t.within&(det|target|source) != 0 || hindiOf[t.text]:
		case s.clauses[to].hasWord(t.text, 0) && t.names():
			some = true
		default:
			return
		}
	}
	if denied != from && !(c.lang == hi && denied == comma-1) || !some {
		return
	}
	rest := c.part(comma+1, len(c.words))
	for len(rest.words) > 0 && (rest.words[0].sign || rest.words[0].within&(contrast|and|opener|except) != 0) {
		comma++
		rest = c.part(comma+1, len(c.words))
	}
	if len(rest.words) == 0 || rest.negates() >= 0 || !rest.bare() || !rest.carries(0) {
		return
	}
	at := c.words[comma+1].at - c.words[0].at
	if at < 0 || at > len(c.text) {
		return
	}
	c.text, c.words = c.text[at:], c.words[comma+1:]
	c.content = len(c.words)
	c.denies = true
}
