package ask

import "slices"

// Who says in what they erred gives a reason to call a thing off or to change it: "anulem o envio PK-80442, enganei-me na
// morada". Who erred in which thing it is takes the order back: "enganei-me no envio", "I got the number wrong".

// erred returns where the words begin and end in which the clause says what its speaker was wrong in, if it says so from word i
// on: "na morada" in "enganei-me na morada", "the address" in "I got the address wrong".
func (c *clause) erred(i int) (from, end int) {
	n := phraseAt(iErred, c.words, i, c.lang)
	if n == 0 {
		return 0, 0
	}
	from = i + n
	for end = from; end < len(c.words) && !c.words[end].sign && mixed[c.words[end].text]&c.lang == 0; end++ {
	}
	if c.lang&(en|de) != 0 && !slices.ContainsFunc(c.words[i:min(end+1, len(c.words))], func(t token) bool { return mixed[t.text]&c.lang != 0 }) {
		return 0, 0 // "I got the address"
	}
	return from, end
}

// erredAside reports whether words of the clause say in what somebody erred, and nothing that takes the place of it.
func (c *clause) erredAside(from, end int) bool {
	some := false
	for k := from; k < end; k++ {
		switch t := &c.words[k]; {
		case t.quoted || t.code() || digit(t.text):
			return false
		case erredIn[t.text]&c.lang != 0:
			some = true
		case t.within&(det|target|source|speaker) == 0 && !placing[t.text] && !ofWords[t.text] && articulated[t.text] == 0 && mineOwn[t.text] == 0 && !fronting[t.text]:
			return false
		}
	}
	return some
}

// confesses reports whether the clause, whose first n words announce a correction, says no more than in what its speaker erred,
// and only whether that is something aside of which thing it is.
func (c *clause) confesses(n int) (only, aside bool) {
	for i := range min(n, len(c.words)) {
		if from, end := c.erred(i); end > from {
			aside = end > c.lastWord() && c.erredAside(from, end)
			return aside || c.wrongWhich(from, end), aside
		}
	}
	return false, false
}

// wrongWhich reports whether words say that somebody erred in which thing it is, and not which one it is.
func (c *clause) wrongWhich(from, end int) bool {
	some := false
	for k := from; k < end; k++ {
		t := &c.words[k]
		if t.quoted || t.code() || digit(t.text) {
			return false
		}
		some = some || t.thing || whichOne[t.text]&c.lang != 0
	}
	return some
}

// wrongThing reports whether the user says, in the message of clause i or behind it, that they erred in which thing the call is
// of, or in what it has.
func (s *Said) wrongThing(i int, call *Call) bool {
	for k := i; k < len(s.clauses); k++ {
		o := &s.clauses[k]
		if o.corrects || o.asked {
			continue
		}
		for j := range o.words {
			if from, end := o.erred(j); end > from && (o.wrongWhich(from, end) || o.erredAside(from, end) && slices.ContainsFunc(o.words[from:end], func(t token) bool { return call.isThing(&t) })) {
				return true
			}
		}
	}
	return false
}

var (
	iErred   = wordSets["iErred"]   // by which somebody says that they erred
	erredIn  = wordSets["erredIn"]  // in what
	whichOne = wordSets["whichOne"] // words for which of several things it is
)
