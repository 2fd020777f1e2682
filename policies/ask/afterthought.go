package ask

import (
	"slices"
	"strings"
)

// People take an order back by what comes to their mind behind it, in few words and without a word for the order: "boh, forse
// no", "my husband says we shouldn't", "ich überleg's mir noch".

// afterthought reports whether clause j, or the sentence that it begins, behind an order of some language, is one of these.
func (s *Said) afterthought(j int, l lang, a *Acts) bool {
	o := s.clauses[j]
	o.lang |= l
	if o.afterthought(a) {
		return true
	}
	if !o.begins || j+1 == len(s.clauses) || s.clauses[j+1].sentence != o.sentence {
		return false
	}
	o.words, o.kind = slices.Clone(o.words), plain
	for k := j + 1; k < len(s.clauses) && s.clauses[k].sentence == o.sentence; k++ {
		o.words = append(o.words, s.clauses[k].words...)
	}
	return o.afterthought(a)
}

// afterthought reports whether a clause is one of these. It names nothing.
func (c *clause) afterthought(a *Acts) bool {
	const most = 12 // words
	if len(c.words) == 0 || len(c.words) > most {
		return false
	}
	if c.notYet() {
		return true
	}
	if slices.ContainsFunc(c.words, func(t token) bool { return t.quoted || t.code() || digit(t.text) }) {
		return false
	}
	if c.asked {
		return c.leaveOff()
	}
	if c.allUndone() {
		return true
	}
	if c.kind == subordinate {
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
	case c.saysFor(pondering) >= 0 && len(c.words) <= 8 && !denies:
		return true // "let me think about it"
	case c.hasOf(solved, 0) >= 0 && len(c.words) <= 7 && !denies && (exclaimed[c.words[0].text] || !c.begins):
		return true // "oh, I see it's sorted now"
	case denies && c.hasOf(messages, 0) >= 0 && c.hasOf(toWhom, 0) >= 0:
		return true // "this message was not for you"
	case c.unsure(), denies && c.nowNot(), c.canWait(), c.asksFirst():
		return true
	case c.handled():
		return !a.callsOff() || c.hasOf(alreadys, 0) >= 0
	}
	return !a.callsOff() && !a.undoes() && c.notWanted() || !a.callsOff() && denies && c.notNeeded()
}

// asksFirst reports whether the clause says that the user has to ask somebody first: "I'd better run this past my accountant".
func (c *clause) asksFirst() bool {
	at := c.hasOf(earlier, 0)
	if c.lang&en != 0 && at < 0 {
		at = c.saysFor(runsPast)
	}
	own := c.hasOf(wouldHaveTo, 0) >= 0 || c.lang == hi || c.hasOf(askingOneself, 0) >= 0
	if i := c.opened(); !own && i+1 < len(c.words) {
		own = c.words[i].text == "let" && (c.words[i+1].text == "me" || c.words[i+1].text == "us") || c.lang&(de|fr) != 0 && ownSubjects[c.words[i].text]&c.lang != 0 || c.hasAny(i, i+1, "i'll", "we'll", "i'd", "we'd", "vou", "voy", "vamos")
	}
	return at >= 0 && own && (c.lang&en != 0 && c.saysFor(runsPast) >= 0 || c.hasOf(consulting, 0) >= 0 || c.hasForm(asksSomebody) >= 0 || c.hasOf(askingOneself, 0) >= 0) && c.hasOf(youDo, 0) < 0
}

// askingOneself are verbs by which one says that one asks somebody.
var askingOneself = wordSets["askingOneself"]

// unsure reports whether the clause says that the user is not sure of it: "I'm not sure about this any more". When or how
// something was is another thing.
func (c *clause) unsure() bool {
	if waver := max(c.hasForm(wavering), c.saysFor(wavering)); waver >= 0 && c.negates() < 0 && c.hasOf(youDo, 0) < 0 && !c.namesThing(waver) {
		return true // "sigo dudando"
	}
	at := c.hasOf(sures, 0)
	return at >= 0 && slices.ContainsFunc(c.words[:at], func(t token) bool { return noWay[t.text]&c.lang != 0 || t.starts&negator != 0 || t.text == "n'" }) != (c.lang == hi && c.negates() > at) && !c.namesThing(at+1) &&
		!slices.ContainsFunc(c.words[at+1:], func(t token) bool {
			return t.sign || t.starts&(question|content) != 0 && spokenOf[t.text]&c.lang == 0 && t.within&pronoun == 0
		})
}

// namesThing reports whether from a word on an article or the like stands before a word that may name something.
func (c *clause) namesThing(from int) bool {
	for i := from; i+1 < len(c.words); i++ {
		if next := &c.words[i+1]; (c.words[i].within&det != 0 || noneOf[c.words[i].text]&c.lang != 0) && next.within == 0 && !next.sign && (spokenOf[next.text]|doesIt[next.text])&c.lang == 0 {
			return true
		}
	}
	return false
}

// nowNot reports whether the clause says no more than that it is not to be now: "not today, though".
func (c *clause) nowNot() bool {
	when := false
	for i := range c.words {
		t := &c.words[i]
		now := (todays[t.text]|moments[t.text])&c.lang != 0
		when = when || now
		if !now && !t.sign && (noWay[t.text]|besides[t.text]|yets[t.text])&c.lang == 0 && t.within&(negator|contrast|opener|oops) == 0 {
			return false
		}
	}
	return when
}

// canWait reports whether the clause says of what was spoken of that it can wait, "but that can wait", or that the user could.
func (c *clause) canWait() bool {
	if could := c.hasOf(weCould, 0); could >= 0 && (c.hasOf(biding, 0) >= 0 || c.hasAny(0, len(c.words), "waiting")) && c.negates() < 0 && c.hasOf(youDo, 0) < 0 {
		return true
	}
	at := c.saysFor(waitsWell)
	return at >= 0 && !slices.ContainsFunc(c.words[:at], func(t token) bool {
		return t.starts&others != 0 || t.within&(pronoun|opener|contrast|and|oops|det) == 0 && !t.sign && spokenOf[t.text]&c.lang == 0
	})
}

// handled reports whether the clause says that the user, somebody of theirs or somebody else does what was asked for, or has done it:
// "my daughter will see to that", "das mache ich selbst", "ci ha già pensato mia moglie".
func (c *clause) handled() bool {
	somebody := c.hasOf(somebodies, 0) >= 0
	who := somebody || c.hasOf(ownSubjects, 0) >= 0 || c.hasOf(myOwn, 0) >= 0 || c.hasOf(perfects, 0) >= 0 || c.hasOf(alreadys, 0) >= 0 || c.lang == hi && c.find(speaker, 0, len(c.words)) >= 0
	if first := c.opened(); !who && first < len(c.words) && c.lang&(es|pt) != 0 {
		who = strings.HasSuffix(c.words[first].text, "i") || strings.HasSuffix(c.words[first].text, "é") // "resolvi isso"
	}
	subject := &c.words[min(c.opened(), len(c.words)-1)]
	if subject.text == "ça" || subject.text == "cela" || c.hasAny(1, len(c.words), "sie") && c.lang&de != 0 || c.hasAny(0, len(c.words), "mal", "fois", "volta", "vez", "बार") || slices.ContainsFunc(c.words, func(t token) bool { return t.starts&content != 0 && spokenOf[t.text]&c.lang == 0 }) {
		return false // "ça nous fait plaisir", "c'est la première fois que je fais ça"
	}
	return who && (somebody || c.find(others, 0, len(c.words)) < 0) && c.hasOf(youDo, 0) < 0 && c.negates() < 0 && c.pointsBack(handling)
}

// pointsBack reports whether the clause has a form of a verb, and a word for what was just said that belongs to it: "m'en occupe",
// "lo ha hecho", "ocuparse".
func (c *clause) pointsBack(verbs map[string]lang) bool {
	verb := c.hasForm(verbs)
	if verb < 0 {
		return false
	}
	for i := range c.words {
		t := &c.words[i]
		switch {
		case t.quoted:
		case spokenOf[t.text]&c.lang != 0, c.lang == hi && alreadys[t.text]&hi != 0:
			return true
		case !definite[t.text] || c.lang&(fr|it|es|pt) == 0:
			if c.lang&(it|es|pt) != 0 && isForm(verbs, t.text, c.lang) && (strings.HasSuffix(t.text, "rse") || strings.HasSuffix(t.text, "ne") || strings.HasSuffix(t.text, "rme") || hangsOn(t.text)) {
				return true
			}
		case i+1 < len(c.words) && (isForm(verbs, c.words[i+1].text, c.lang) || auxiliaries[c.words[i+1].text]&c.lang != 0):
			return true
		}
	}
	return false
}

// notNeeded reports whether the clause ends by saying that there is no need: "it turns out it's not necessary after all".
func (c *clause) notNeeded() bool {
	at := max(c.hasForm(needful), c.saysFor(needful))
	if at < 0 || c.part(0, at).namesThing(0) {
		return false
	}
	end := at + 1
	for end < len(c.words) && !c.words[end].sign {
		end++
	}
	return !slices.ContainsFunc(c.words[at+1:end], func(t token) bool {
		return t.text != "for" && t.within&(opener|again|amend|oops|negator|recall|heap) == 0 && moments[t.text]&c.lang == 0 && !copulas[t.text]
	})
}

// notWanted reports whether the clause says that the user does not want what was asked for any more: "that's not what I want any
// longer".
func (c *clause) notWanted() bool {
	at := c.hasOf(wantsIt, 0)
	denied := slices.ContainsFunc(c.words, func(t token) bool { return noWay[t.text]&c.lang != 0 || t.starts&negator != 0 })
	return at >= 0 && denied && (c.hasOf(noLonger, 0) >= 0 || c.lang == hi) && c.hasOf(spokenOf, 0) >= 0 && c.hasOf(youDo, 0) < 0 && !c.namesThing(0)
}

// sayingOf tell what somebody thinks of it, pondering that it is being thought over, solved that it is no longer wanted; messages
// are what the user has written, toWhom to whom.
var sayingOf, pondering, solved, messages, toWhom = wordSets["saying"], wordSets["pondering"], wordSets["solved"], wordSets["messageWord"], wordSets["toWhom"]

var (
	wavering                            = wordSets["wavers"]
	runsPast, wouldHaveTo, asksSomebody = wordSets["runPast"], wordSets["wouldHaveTo"], wordSets["asksSomebody"]
	weCould                             = wordSets["weCould"]
	myOwn                               = wordSets["myOwn"] // before who is the user's own
	sures                               = wordSets["sure"]
	waitsWell                           = wordSets["canWait"]
	handling                            = wordSets["handling"]
	wantsIt                             = wordSets["wantsIt"]
	needful                             = wordSets["needful"]
	noneOf                              = wordSets["noneOf"]   // before a thing of which there is to be none
	spokenOf                            = wordSets["spokenOf"] // words for what was just said
)

// thaiAfterthought is [clause.afterthought] for Thai, which has no signs: a part of the message behind the order of clause i, up to the
// next blank, "… ข้อความนี้ส่งผิดคน".
func (s *Said) thaiAfterthought(i int) bool {
	for j := i; j < len(s.clauses); j++ {
		o := &s.clauses[j]
		if o.lang&th == 0 || o.asked {
			continue
		}
		from := 0
		for k := 1; k <= len(o.words); k++ {
			if k < len(o.words) && o.words[k].at == o.words[k-1].end {
				continue
			}
			part := o.words[from:k]
			if (j > i || from > 0) && part[0].starts&ifs == 0 && part[0].text != "เรื่อง" && thaiTakesBack(lettersOf(part)) {
				return true
			}
			from = k
		}
	}
	return false
}

// thaiTakesBack reports whether a part of a Thai message takes back what stands before it.
func thaiTakesBack(part string) bool {
	if strings.ContainsAny(part, "0123456789") {
		return false
	}
	return slices.ContainsFunc(thaiAfterwards, func(w string) bool {
		first, rest, _ := strings.Cut(w, "+")
		at := strings.Index(part, first)
		return at >= 0 && strings.Contains(part[at+len(first):], rest)
	})
}

// thaiAfterwards are letters by which Thai takes an order back, two with others between them.
var thaiAfterwards = lettersIn("afterthought")

// exclaimed begin what one has only just seen: "oh, it's sorted now". Without them it is a reason to put a thing away.
var exclaimed = set("oh ah ach ui oops ops uy huch ओह अरे อ้าว อ๋อ")
