package ask

import "slices"

// What says of all that was asked for that nothing of it is to be done, or not yet.

// allUndone reports whether the clause says that the opposite is to be done, that nothing was said, that nothing is to be done
// before something else, or that what was written is none of the user's: "do the opposite", "call me before you do anything".
func (c *clause) allUndone() bool {
	const few = 7 // words
	void := c.find(negator|nothing, 0, len(c.words)) >= 0 || c.hasOf(unsent, 0) >= 0
	opposite, sent := c.saysFor(opposites), max(c.hasOf(sending, 0), c.hasOf(unsent, 0))
	switch {
	case opposite > c.opened() || opposite == 0 && c.lang&(en|fr|it|es|pt) == 0:
		return c.hasOf(doesIt, 0) >= 0 || len(c.words) <= few && !c.namesThing(opposite)
	case c.saysFor(asIf) >= 0 && void, void && sent >= 0 && (c.hasOf(meantTo, 0) >= 0 && len(c.words) <= few && !c.namesThing(0) || c.hasOf(likeThat, 0) >= 0):
		return true // "treat this as not sent", "I didn't want to send it"
	case c.hasForm(considers) >= 0 && c.hasForm(withdrawn) >= 0, c.hasForm(ignores) >= 0 && c.hasOf(above, 0) >= 0, c.saysFor(hasty) >= 0:
		return true // "consider it withdrawn", "ignore the above", "I spoke too soon"
	case c.hasOf(curious, 0) >= 0 && c.hasOf(onlyWords, 0) >= 0:
		return true // "I was just curious what you'd say"
	case c.hasOf(earlier, 0) >= 0 && c.hasOf(anyThing, 0) >= 0, c.hasOf(unsaying, 0) >= 0 && c.hasOf(allSaid, 0) >= 0 && (c.lang&(en|de) == 0 || c.hasAny(0, len(c.words), "back", "zurück")) && !c.namesThing(0):
		return true
	case void && c.hasForm(agreeing) >= 0 && (c.hasOf(ownSubjects, 0) >= 0 || c.lang&(it|es|pt|hi) != 0):
		return true // "we haven't agreed on that at home yet"
	}
	typed := c.hasOf(typing, 0)
	return c.allStays() || c.leaveOff() || typed >= 0 && c.hasOf(myOwn, 0) >= 0 && (c.pointsBack(typing) || len(c.words) < 4) && c.hasOf(youDo, 0) < 0 ||
		c.hasForm(tryingOut) >= 0 && c.hasOf(onlyWords, 0) >= 0 && !c.namesThing(0)
}

// allStays reports whether the clause says that nothing is to change, or everything to stay as it is: "but keep everything exactly
// the way it is". What is said of the rest leaves the order as it is.
func (c *clause) allStays() bool {
	if c.find(others, 0, len(c.words)) >= 0 || c.hasOf(elseWords, 0) >= 0 || c.hasOf(onlyWords, 0) >= 0 {
		return false
	}
	return c.find(nothing, 0, len(c.words)) >= 0 && c.hasForm(changing) >= 0 && c.hasOf(ownSubjects, 0) < 0 || c.hasForm(leavesAs) >= 0 && c.hasOf(allSaid, 0) >= 0 && c.hasForm(asIs) >= 0
}

// leaveOff reports whether those who are spoken to are not to do it, or to do nothing: "could you not do that?", "tun Sie nichts".
func (c *clause) leaveOff() bool {
	does := c.hasOf(doesIt, 0)
	if does > 0 && nothingTo[c.words[does-1].text] {
		return false // "rien à faire"
	}
	if does < 0 || c.hasOf(ownSubjects, 0) >= 0 && c.hasOf(youDo, 0) < 0 && !(c.lang&de != 0 && c.hasAny(1, len(c.words), "sie")) || c.find(others, 0, len(c.words)) >= 0 || c.namesThing(0) && c.saysFor(forNow) < 0 || c.hasOf(elseWords, 0) >= 0 {
		return false
	}
	if c.lang&en != 0 && !c.asked && c.negates() > c.opened()+1 {
		return false // "the heater doesn't do that"
	}
	return c.find(nothing, 0, len(c.words)) >= 0 || c.negates() >= 0 && (c.hasOf(spokenOf, 0) >= 0 || c.hasOf(anyThing, 0) >= 0 || hangsOn(c.words[does].text) || c.lang&(fr|es) != 0 && definite[c.words[max(does-1, 0)].text])
}

// notYet reports whether the clause says that nothing is to be done before a time: "don't act on this until Monday".
func (c *clause) notYet() bool {
	until := c.hasOf(tillWhen, 0)
	if not := c.negates(); until > 0 && (not >= 0 && not < until || c.hasOf(holdIt, 0) >= 0) && c.hasForm(haveSpoken) > until || c.lang == hi && c.hasForm(haveSpoken) >= 0 && c.hasOf(holdIt, 0) >= 0 && until > 0 {
		return true // "don't lift a finger until we've spoken"
	}
	return c.negates() >= 0 && c.hasOf(doings, c.negates()) >= 0 && (c.hasOf(spokenOf, 0) >= 0 || c.hasOf(anyThing, 0) >= 0 || c.find(nothing, 0, len(c.words)) >= 0) && (until >= 0 || c.hasOf(earlier, 0) >= 0) &&
		!slices.ContainsFunc(c.words, func(t token) bool { return t.quoted || t.code() })
}

// hasForm is hasOf for a set in which a word that ends with "-" is the beginning of others.
func (c *clause) hasForm(set map[string]lang) int {
	return slices.IndexFunc(c.words, func(t token) bool { return !t.quoted && isForm(set, t.text, c.lang) })
}

// isForm reports whether a word is in such a set.
func isForm(set map[string]lang, w string, l lang) bool {
	const least = 3 // bytes
	if set[w]&l != 0 {
		return true
	}
	for n := least; n < len(w); n++ {
		if set[w[:n]+"-"]&l != 0 {
			return true
		}
	}
	return false
}

// nothingTo stand between "nothing" and a verb by which it is told that nothing helped.
var nothingTo = set("to zu à da que a")

var (
	opposites = wordSets["opposite"]
	asIf      = wordSets["asIf"]
	anyThing  = wordSets["anything"]
	allSaid   = wordSets["allSaid"] // all, and what was said
	curious   = wordSets["curious"]
	hasty     = wordSets["hasty"]

	unsaying, considers, withdrawn, ignores, above = wordSets["unsaying"], wordSets["considers"], wordSets["withdrawn"], wordSets["ignores"], wordSets["above"]
	typing, tryingOut, haveSpoken, agreeing        = wordSets["typed"], wordSets["tryingOut"], wordSets["haveSpoken"], wordSets["agreeing"]
	changing, leavesAs, asIs                       = wordSets["changing"], wordSets["leavesAs"], wordSets["asIs"]
	sending, unsent, meantTo, likeThat             = wordSets["sending"], wordSets["unsent"], wordSets["meantTo"], wordSets["likeThat"]
)
