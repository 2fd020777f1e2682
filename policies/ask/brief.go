package ask

import "slices"

// Orders as people write them into a note: "20 euros back on PS-4417, please", "G-231 da annullare, grazie", "20 euro di
// rimborso su PS-4417, grazie", "new date for PS-4417: 8 December, please". No form of theirs orders, so all that the clause says has to be the call, and a word of
// courtesy must ask for it.

// brief reports whether clause i is such a note.
func (s *Said) brief(i int, call *Call) bool {
	c := &s.clauses[i]
	if c.kind != plain || c.asked || c.contrast || c.negates() >= 0 || c.verbOf >= 0 || slices.ContainsFunc(c.words, func(t token) bool { return alreadys[t.text]&^backWords[t.text]&c.lang != 0 }) || !s.begs(i) && !(s.polite(i) && c.lang&en == 0) || c.thanks() || s.tellsMore(i) {
		return false
	}
	for j := range s.clauses {
		if o := &s.clauses[j]; j != i && o.sentence == c.sentence && !o.only(opener|frame) && !o.groundsOnly(call.Acts.callsOff()) && !o.tellsWhy(call) && (o.kind != plain || o.asked || o.negates() >= 0 || !o.pure(call)) {
			return false
		}
	}
	deed := slices.ContainsFunc(c.verbs(&call.Acts), func(v verb) bool { return v.strength == 2 && (c.toDo(v) || c.sumOfDeed(v)) })
	back := call.Acts.has("refund") && c.hasOf(backWords, 0) >= 0 && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Number && !v.Free && v.Said(c.text) })
	anew := c.hasOf(newWords, 0) >= 0 && slices.ContainsFunc([]string{"move", "change", "reschedule", "update", "set"}, call.Acts.has)
	if !deed && !back && !anew {
		return false
	}
	for k := range c.words {
		t := &c.words[k]
		if v, ok := c.verb(k, &call.Acts); !(ok && v.strength == 2) && (backWords[t.text]|newWords[t.text])&c.lang == 0 && !(anew && k > 0 && newWords[c.words[k-1].text]&c.lang != 0) && !c.saysOnly(k, call) {
			return false
		}
	}
	return true
}

// toDo reports whether words name the thing of a verb and say that it is to be done: "G-231 à annuler", "da annullare",
// "zu stornieren".
func (c *clause) toDo(v verb) bool {
	return v.form == ordering && v.at > c.opened()+1 && toWords[c.words[v.at-1].text]&c.lang != 0
}

// sumOfDeed reports whether a noun for the deed stands behind a sum, and before what it is of: "20 euro di rimborso su PS-4417".
func (c *clause) sumOfDeed(v verb) bool {
	at := v.at - 1
	if at < 1 || !ofWords[c.words[at].text] && !currencies[c.words[at].text] {
		return false
	}
	if ofWords[c.words[at].text] {
		at--
	}
	return at >= 1 && currencies[c.words[at].text] && digit(c.words[at-1].text)
}

var (
	toWords   = wordSets["toDo"]   // that stand before what is to be done
	backWords = wordSets["goBack"] // say that money is to come back
	newWords  = wordSets["anew"]   // say that a thing is to have another date, place or name
)
