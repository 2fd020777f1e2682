package ask

import "slices"

// What is told of somebody else behind an order is why it is given: "…, he moved away last year", "…, er hat zu viel bezahlt".

// ofThem reports whether the clause tells no more than what somebody else did, or how they are. That the deed itself is done, what
// they want, and what is said of the tool's things is more.
func (c *clause) ofThem() bool {
	const bars = await | keep | stop | recall | rethink | doubt | ifs | unless | know | report | negator | nothing | question | frame | later | needless | unneeded | except | contrast | retain | mind
	const least = 3 // words
	i := c.opened()
	if c.lang&(en|de|fr|it|hi) == 0 || c.asked || len(c.words) < i+least || c.words[i].thing {
		return false
	}
	first, next := &c.words[i], &c.words[i+1]
	switch {
	case first.text == "sie" && (first.capped || len(next.text) < 3 || next.text[len(next.text)-1] != 't'):
		return false // "Sie haben …"
	case thirdOnes[first.text]&c.lang == 0 && (first.within&det == 0 || next.thing || next.code() || c.lang == hi):
		return false
	}
	return !slices.ContainsFunc(c.words[i+1:], func(t token) bool {
		told := auxiliaries[t.text]&c.lang != 0 || t.within&(det|harmless) != 0
		return t.quoted || t.code() || digit(t.text) || t.thing || t.within&pronoun != 0 && t.within&det == 0 || frenchClitics[t.text] && c.lang == fr || notYetDone[t.text]&c.lang != 0 || t.bent || t.own != 0 || t.starts&bars != 0 && !told || (doneWords[t.text]|backWords[t.text]|paidOut[t.text]|sentOut[t.text]|willing[t.text]|musts[t.text])&c.lang != 0
	})
}

// thirdOnes are pronouns for somebody else who does something; notYetDone say that they have it, or have yet to decide or do something.
var thirdOnes, notYetDone = wordSets["thirdOne"], wordSets["notYetDone"]
