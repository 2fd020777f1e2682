package ask

import "slices"

// What takes an order back behind it without a verb of its own: that the thing stays, or a no that puts nothing right.

// staysAfterAll reports whether a clause behind the order of clause i, in its message, says that the thing which that would end
// stays: "ach Quatsch, die bleibt", "oh, that's the one we're keeping"; or only denies, and goes on with what the user does:
// "ach Quatsch, wir kommen".
func (s *Said) staysAfterAll(i int, call *Call) bool {
	c := &s.clauses[i]
	if !call.Acts.undoes() && !call.Acts.callsOff() {
		return false
	}
	if last := c.lastWord(); last > 0 && nonsense[c.words[last].text]&c.lang != 0 {
		return true
	}
	for j := i + 1; j < len(s.clauses) && s.clauses[j].message == c.message; j++ {
		o := &s.clauses[j]
		if n := o.denial(); n > 0 && n == len(o.words) && o.sentence == c.sentence && len(o.apart) > 0 && !slices.ContainsFunc(o.apart, func(text string) bool {
			return slices.ContainsFunc(tokens(text), func(t token) bool { return t.code() || digit(t.text) })
		}) {
			return true // "ah no, quella resta"
		}
		if o.asked || o.corrects || slices.ContainsFunc(o.words, func(t token) bool { return t.code() || digit(t.text) || t.quoted }) {
			continue
		}
		n := o.denial()
		if o.isThisKept(max(n, o.opened())) {
			return true
		}
		if first := max(n, o.opened()); n > 0 && first+1 < len(o.words) && ownSubjects[o.words[first].text]&o.lang != 0 && comings[o.words[first+1].text]&o.lang != 0 && o.negates() < 0 {
			return true
		}
	}
	return false
}

// denial returns where the words end that deny what was said before, in front of a clause: "oh no, ", "ach Quatsch, "; 0 if there
// are none.
func (c *clause) denial() int {
	n, denies := 0, false
	for n < len(c.words) && (c.words[n].sign || c.words[n].within&(oops|opener|contrast) != 0 || no[c.words[n].text] || nonsense[c.words[n].text]&c.lang != 0) && !c.words[n].quoted {
		denies = denies || no[c.words[n].text] || nonsense[c.words[n].text]&c.lang != 0
		n++
	}
	if !denies {
		return 0
	}
	return n
}

// isThisKept reports whether words from one on say no more than that this stays, or is what is kept: "die bleibt doch", "that's the
// one we're keeping".
func (c *clause) isThisKept(i int) bool {
	const few = 6 // words
	if i >= len(c.words) || len(c.words)-i > few || !pointing[c.words[i].text] && !its[c.words[i].text] && keptOnes[c.words[i].text]&c.lang == 0 {
		return false
	}
	at := c.hasOf(stayVerbs, i)
	if c.hasOf(remainders, 0) >= 0 || at > i+2 && !c.hasAny(i, at, "one") { // "the rest stays"
		return false
	}
	return at > i && c.negates() < 0 && !slices.ContainsFunc(c.words[i:], func(t token) bool {
		return t.capped && c.lang != en && t.n > 0 && c.lang&de == 0 || t.own != 0 && t.starts&keep == 0
	})
}

var (
	nonsense  = wordSets["nonsense"]
	keptOnes  = wordSets["keptOne"]
	stayVerbs = wordSets["stayVerb"]
	comings   = wordSets["coming"]
)
