package ask

import "slices"

// People take an order back by what comes to their mind behind it, in few words and without a word for the order: "boh, forse
// no", "my husband says we shouldn't", "ich überleg's mir noch".

// afterthought reports whether a sentence behind an order is one of these. It names nothing.
func (c *clause) afterthought() bool {
	const most = 10 // words
	if c.asked || len(c.words) == 0 || len(c.words) > most || c.kind == subordinate || slices.ContainsFunc(c.words, func(t token) bool { return t.quoted || t.code() || digit(t.text) }) {
		return false
	}
	denies := slices.ContainsFunc(c.words, func(t token) bool {
		return t.starts&negator != 0 && t.within&harmless == 0 || denials[t.text] || no[t.text]
	})
	switch {
	case c.hasOf(sayingOf, 0) >= 0 && denies && c.find(speaker, 0, min(2, len(c.words))) != 0:
		return true // "mein Mann sagt, lieber nicht"
	case slices.ContainsFunc(c.words, func(t token) bool { return perhaps[t.text] != 0 }) && denies && len(c.words) <= 5:
		return true // "maybe not"
	case c.hasOf(pondering, 0) >= 0 && len(c.words) <= 8 && !denies:
		return true // "let me think about it"
	case c.hasOf(solved, 0) >= 0 && len(c.words) <= 7 && !denies && (exclaimed[c.words[0].text] || !c.begins):
		return true // "oh, I see it's sorted now"
	case denies && c.hasOf(messages, 0) >= 0 && c.hasOf(toWhom, 0) >= 0:
		return true // "this message was not for you"
	}
	return false
}

// sayingOf tell what somebody thinks of it, pondering that it is being thought over, solved that it is no longer wanted; messages
// are what the user has written, toWhom to whom.
var sayingOf, pondering, solved, messages, toWhom = wordSets["saying"], wordSets["pondering"], wordSets["solved"], wordSets["messageWord"], wordSets["toWhom"]

// exclaimed begin what one has only just seen: "oh, it's sorted now". Without them it is a reason to put a thing away.
var exclaimed = set("oh ah ach ui oops ops uy huch ओह अरे อ้าว อ๋อ")
