package ask

import "slices"

// That there is no need of a thing, or that nobody wants it, is no ban of calling it off, but the reason to.

// hasNoUse reports whether the clause says that somebody does not need or want a thing, and speaks of no deed: "la clienta
// no necesita el K4410", "ich brauche K4410 nicht".
func (c *clause) hasNoUse() bool {
	at := c.hasOf(wants, 0)
	if at < 0 || c.kind != plain || c.asked || !slices.ContainsFunc(c.words, func(t token) bool {
		return t.starts&negator != 0 || noWay[t.text]&c.lang != 0 || privatives[t.text]&c.lang != 0
	}) {
		return false
	}
	return !slices.ContainsFunc(c.words, func(t token) bool {
		switch {
		case t.sign, (wants[t.text]|noLonger[t.text])&c.lang != 0, t.within&(negator|harmless|unneeded|det|pronoun|speaker|subject|opener|source|target) != 0, finite[t.text]&c.lang != 0:
			return false
		case t.quoted, t.starts&(hypothetical|report|know|keep|question|ifs|unless|except|other|others|content|await|later|nothing) != 0:
			return true
		}
		return (t.verb || t.bent || t.inflected()) && c.lang&en != 0 && !t.noun || foreignVerb(&t, c.lang) && !frequent(&t, c.lang)
	})
}

// noUseFor reports whether clause i says so of the thing of a call that calls it off or ends it, and the clause behind it
// asks for that.
func (s *Said) noUseFor(i int, call *Call) bool {
	c := &s.clauses[i]
	return call.Acts.callsOff() && c.hasNoUse() && len(c.verbs(&call.Acts)) == 0
}

// needless reports whether "and not" or "but not" begins a clause that says that a thing is not needed or wanted: "e não
// precisa mais do K4410".
func (c *cutter) needless(i int) bool {
	for k := i + 1; k+1 < len(c.list) && k <= i+2; k++ {
		if bareNo[c.list[k].text] {
			return wants[c.list[k+1].text]&c.lang != 0
		}
	}
	return false
}

// wants are verbs of needing and wanting a thing.
var wants = wordSets["wantsThing"]
