package ask

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// What holds an order back without a word of its own for it.

// unlessThen reports whether what the sentence of clause i takes out is no thing: how it might be, "außer es regnet nicht", or a word
// or two beside one thing that the order names, "sauf contrordre".
func (s *Said) unlessThen(i int, call *Call) bool {
	few := 3 // words
	c := &s.clauses[i]
	if c.lang&th != 0 {
		few = 8
	}
	single := !s.many(c, &call.Acts) && slices.ContainsFunc(call.Values, func(v Value) bool { return (v.Shape == Code || v.Digits) && v.Said(c.text) })
	for j := range s.clauses {
		o := &s.clauses[j]
		if o.sentence != c.sentence {
			continue
		}
		for _, text := range o.apart {
			words := tokens(text)
			mark(words, o.lang)
			if len(words) == 0 || words[0].starts&except == 0 || slices.ContainsFunc(words, func(t token) bool { return errors[t.text] }) || o.insteadOfOther(text, call) { // "instead of cancelling, move R-5 to …"
				continue
			}
			from := span(words, 0, except)
			if slices.ContainsFunc(words[:from], func(t token) bool { return noWay[t.text] != 0 || bareNo[t.text] }) {
				continue // "…, y no llego"
			}
			rest := words[from:]
			if inPlaceIn(words, 0, from) && slices.ContainsFunc(rest, func(t token) bool { return weekdays[t.text] || weekdayWords[t.text]&o.lang != 0 }) {
				continue // "statt am Freitag"
			}
			names := slices.ContainsFunc(rest, func(t token) bool {
				return t.code() || strings.ContainsAny(t.text, "0123456789") || t.capped && !t.sign && o.lang&de == 0 || t.quoted
			})
			if slices.ContainsFunc(rest, func(t token) bool {
				return finite[t.text]&o.lang != 0 || o.lang&de != 0 && (leadingVerbs[t.text] || statesGerman[t.text]) || o.lang&th != 0 && (t.text == "มี" || t.text == "แล้ว") || t.starts&(ifs|subject) != 0 && t.within&det == 0
			}) {
				return true
			}
			if single && !names && len(rest) > 0 && len(rest) <= few && rest[0].within&det == 0 && !call.Acts.hasNoun(rest) {
				return true
			}
		}
	}
	return false
}

// errors are what people except out of courtesy: "sauf erreur".
var errors = set("erreur error errores errore errori erro irrtum")

// heldFor reports whether clause j says that what was spoken of is to be held back for a while: "but keep it in the drawer for
// now".
func (s *Said) heldFor(j int) bool {
	c := &s.clauses[j]
	if c.asked || c.negates() >= 0 || c.find(others, 0, len(c.words)) >= 0 || slices.ContainsFunc(c.words, func(t token) bool { return t.code() || strings.ContainsAny(t.text, "0123456789") }) {
		return false
	}
	at := c.hasOf(holdIt, 0)
	if at < 0 {
		return false
	}
	held := c.saysFor(forNow) >= 0 || j > 0 && c.contrast && s.clauses[j-1].sentence == c.sentence && s.clauses[j-1].saysFor(forNow) >= 0 ||
		j+1 < len(s.clauses) && s.clauses[j+1].contrast && s.clauses[j+1].sentence == c.sentence && s.clauses[j+1].saysFor(forNow) >= 0
	return held && (c.lang == hi || slices.ContainsFunc(c.words[at:], func(t token) bool {
		return t.within&pronoun != 0 || pointing[t.text] || hanging(t.text) || t.text == "den" || holdIt[t.text]&c.lang&(it|es|pt) != 0 && hangsOn(t.text)
	}))
}

// hangsOn reports whether a verb has a pronoun for a thing written to it: "guardadlo", "guardem-no".
func hangsOn(w string) bool {
	return strings.HasSuffix(w, "lo") || strings.HasSuffix(w, "la") || strings.HasSuffix(w, "-no")
}

// saysFor returns the word at which a row of words of a set begins, −1 if none does.
func (c *clause) saysFor(set map[string]lang) int {
	for i := range c.words {
		if phraseAt(set, c.words, i, c.lang) > 0 {
			return i
		}
	}
	return -1
}

var holdIt, forNow = wordSets["holdIt"], wordSets["forNow"]

// hesitated reports whether the user has answered the assistant's question after clause i with no more than a sound, that they
// will see, or that they have to ask somebody.
func (s *Said) hesitated(i int, call *Call) bool {
	c := &s.clauses[i]
	for _, text := range s.written[c.message:] {
		const long = 64 // bytes
		if len(text) > long {
			continue
		}
		words := tokens(text)
		for len(words) > 1 && words[len(words)-1].sign {
			words = words[:len(words)-1]
		}
		if len(words) > 0 && phraseAt(willSee, words, 0, s.tongue|c.lang) == len(words) {
			return true // "Let's see."
		}
	}
	for j := c.since(i) + 1; j < len(s.clauses); j++ {
		o := &s.clauses[j]
		if o.message == c.message || o.asked || slices.ContainsFunc(o.words, func(t token) bool { return t.code() || t.quoted }) {
			continue
		}
		alone := (j == 0 || s.clauses[j-1].message != o.message) && (j+1 == len(s.clauses) || s.clauses[j+1].message != o.message)
		if !alone || len(o.words) == 0 {
			continue
		}
		if s.prompted[o.message-1] && !slices.ContainsFunc(o.words, func(t token) bool { return !t.sign && hesitates[t.text]&(o.lang|c.lang) == 0 }) {
			return true
		}
		if o.await && o.soft() == 0 && o.find(assent, 0, 1) < 0 && (o.find(await, 0, len(o.words)) >= 0 || o.lang&th != 0) {
			return true
		}
		if text := lettersOf(o.words); o.lang&th != 0 && strings.HasPrefix(text, "ขอ") && strings.Contains(text, "ก่อน") {
			return true
		}
		if o.later && len(o.verbs(&call.Acts)) == 0 && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Moment && v.Said(c.text) }) {
			return true // "isso fica para o ano"
		}
		if must := o.hasOf(haveTo, 0); must >= 0 && (o.lang&(fr|it|es|pt) != 0 || o.hasOf(ownSubjects, 0) >= 0 || o.find(speaker, 0, len(o.words)) >= 0) && o.find(assent, 0, 1) < 0 {
			if ask := o.hasOf(asksFirst, 0); ask >= 0 && (ask > must || o.lang&(de|hi) != 0) {
				return true
			}
		}
	}
	return false
}

var willSee = wordSets["willSee"]

var hesitates, haveTo, asksFirst = wordSets["hesitates"], wordSets["haveTo"], wordSets["asksFirst"]

// unstretch makes words of a negation whose letters are drawn out, "NOOO", "NÃAAO", what they are, and returns them.
func unstretch(list []token, l lang) (nos []int) {
	const run = 3 // letters
	for i := range list {
		t := &list[i]
		if t.sign || t.quoted {
			continue
		}
		flat, longest, n, last := "", 0, 0, rune(0)
		for _, r := range fold(t.text) + "" {
			if n++; r != last {
				n, last = 1, r
				flat += string(r)
			}
			longest = max(longest, n)
		}
		if longest < run || utf8.RuneCountInString(flat) < 2 {
			continue
		}
		for no, langs := range shouted {
			if langs&l != 0 && fold(no) == flat {
				t.text, t.fold, nos = no, fold(no), append(nos, i)
			}
		}
	}
	return nos
}

// takeBack makes the words that [unstretch] returned take back what stands before them: "cancel it NOOO".
func takeBack(list []token, nos []int) {
	for _, i := range nos {
		t := &list[i]
		t.starts, t.within, t.length[bit(recall)] = t.starts|recall, t.within|recall, 1
	}
}

// shouted are negations that people draw out.
var shouted = map[string]lang{"no": en | it | es | pt, "nein": de, "nö": de, "nee": de, "nicht": de, "non": fr | it, "pas": fr, "nao": pt, "ม่าย": th, "ไม่": th, "not": en}

// oldNo reports whether a word is a negation for its place alone: "annulez point W/3", "annullate mica W/3", or one that is
// misspelt by a letter and no word that the reader knows: "bitte niocht absagen", "annulez oas W/3".
func (c *clause) oldNo(i int) bool {
	t := &c.words[i]
	if i == 0 || t.quoted || t.sign || c.lang&(de|fr|it) == 0 || c.lang&en != 0 && c.lang&de == 0 {
		return false
	}
	before := &c.words[i-1]
	behind := foreignVerb(before, c.lang) && !frequent(before, c.lang) && i+1 < len(c.words) && (c.words[i+1].code() || c.words[i+1].within&det != 0)
	switch {
	case t.text == "point" && c.lang&fr != 0, t.text == "mica" && c.lang&it != 0:
		return behind
	case t.capped || t.within != 0 || t.starts != 0 || t.thing || t.inflected():
		return false
	case c.lang&de != 0:
		return t.text != "nichts" && len(t.text) > 3 && (oneOff(t.text, "nicht") || t.text == "night") && !noMisspelt[t.text] && (i+1 == len(c.words) || foreignVerb(&c.words[i+1], de) || foreignVerb(before, de))
	case c.lang&fr != 0:
		return behind && len(t.text) == 3 && (t.text[1:] == "as" && keysByP[t.text[0]] || oneOff(t.text, "pas")) && knownIn[t.text] == 0
	}
	return false
}

var (
	noMisspelt = set("nichts nacht nichte nickt dicht licht sicht")
	keysByP    = map[byte]bool{'o': true, 'l': true, 'm': true}
)

// standsAlone reports whether the clause begins a sentence that stands against what was said, and has no verb: "On the other hand,
// the judge." It leaves the rest to be thought.
func (c *clause) standsAlone() bool {
	first := 0
	for first < len(c.words) && c.words[first].sign {
		first++
	}
	return c.contrast && c.begins && !c.asked && first+1 < len(c.words) && c.words[first].within&det != 0 && c.bare() && !c.corrects && c.negates() < 0 && c.hasOf(courtesy, 0) < 0 && c.hasOf(gratitude, 0) < 0 &&
		!slices.ContainsFunc(c.words, func(t token) bool { return t.code() || strings.ContainsAny(t.text, "0123456789") })
}
