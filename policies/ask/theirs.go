package ask

import (
	"slices"
	"strings"
)

// An order that is somebody else's to give or to do: "पड़ोसी को V-88 रद्द करनी है", "mia sorella deve annullare V-88", "él cambia la
// visita", "bitte sagt er, V-88 absagen", "meine Schwester: V-88 bitte absagen".

// theirs reports whether the deed of clause i by a verb is what somebody else does, must do or says.
func (s *Said) theirs(i int, v verb, call *Call) bool {
	c := &s.clauses[i]
	return c.kinDoes(v, call) || c.pronounDoes(v) || c.mustTheyHindi(call) || s.saidBefore(i) || c.kinSaysThai()
}

// kinDoes reports whether a person of the user's stands before the verb as who does it or must: "my neighbour needs V-88
// cancelled". Between them is nothing but the thing, and words for having to.
func (c *clause) kinDoes(v verb, call *Call) bool {
	for k := c.opened(); k < v.at; k++ {
		if kinOf[c.words[k].text]&c.lang&^(hi|th) == 0 || k == 0 || myOwn[c.words[k-1].text]&c.lang == 0 {
			continue
		}
		if d := k - 2; d >= 0 && (placing[c.words[d].text] || ofWords[c.words[d].text] || c.words[d].within&(target|source) != 0 && c.words[d].within&det == 0) {
			return false
		}
		return !slices.ContainsFunc(c.words[k+1:v.at], func(t token) bool {
			return t.sign || !t.code() && !digit(t.text) && t.within&(det|target|source|other) == 0 && !call.isThing(&t) && !frontClitics[t.text] && (theyMust[t.text]|musts[t.text])&c.lang == 0 && !copulas[t.text]
		})
	}
	return false
}

// pronounDoes reports whether a pronoun for somebody else stands right before a Spanish, Portuguese or Italian verb, but for
// pronouns that belong to it.
func (c *clause) pronounDoes(v verb) bool {
	if v.lang&(es|pt|it) == 0 || v.form != ordering {
		return false
	}
	k := v.at - 1
	for k >= 0 && frontClitics[c.words[k].text] {
		k--
	}
	return k >= 0 && theyWords[c.words[k].text]&c.lang != 0 && (k == 0 || !placing[c.words[k-1].text] && !ofWords[c.words[k-1].text] && c.words[k-1].within&(target|source) == 0)
}

// mustTheyHindi reports whether a Hindi clause says that somebody of the user's must do it or have it done: a person with को, and an
// infinitive with "is" at its end.
func (c *clause) mustTheyHindi(call *Call) bool {
	if c.lang != hi {
		return false
	}
	last := len(c.words) - 1
	for last > 0 && c.words[last].sign {
		last--
	}
	if last > 1 && (c.words[last].text == "है" || c.words[last].text == "हैं") && slices.Contains([]string{"देता", "देती", "देते", "करता", "करती", "करते", "लेता", "लेती"}, c.words[last-1].text) {
		return true // "वो … कर देता है"
	}
	if end := c.words[last].text; end != "है" && end != "हैं" && end != "होगी" && end != "होगा" && end != "पड़ेगी" && end != "पड़ेगा" && end != "थी" && end != "था" {
		return false
	}
	for k := c.opened(); k+1 < last; k++ {
		if c.words[k+1].text != "को" || c.words[k].within&speaker != 0 {
			continue
		}
		t := &c.words[k]
		mine := k > 0 && myOwn[c.words[k-1].text]&hi != 0
		if kinOf[t.text]&hi != 0 || mine && !call.isThing(t) {
			return true
		}
		if k == 0 && t.within == 0 && !t.code() && !digit(t.text) && !call.isThing(t) && weekdayWords[t.text] == 0 && !slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, k, t.text) }) && slices.ContainsFunc(c.words[k+2:], func(w token) bool { return w.code() && call.mentions(w.text) }) {
			return true // "राहुल को V-88 रद्द करवानी है"
		}
	}
	return false
}

// kinSaysThai reports whether a part of a Thai clause, behind a blank, says no more than that somebody of the user's says so.
func (c *clause) kinSaysThai() bool {
	if c.lang&th == 0 {
		return false
	}
	for part := range strings.FieldsSeq(c.text) {
		for w, l := range kinOf {
			if rest, ok := strings.CutPrefix(part, w); ok && l&th != 0 && (rest == "บอก" || rest == "สั่ง" || rest == "บอกมา" || rest == "ว่ามา" || rest == "ขอมา") {
				return true
			}
		}
	}
	return false
}

// namesSpeaker reports whether clause i is no more than a name before a colon: "Bob: …".
func (s *Said) namesSpeaker(i int) bool {
	t := &s.clauses[i].words[0]
	return t.capped && t.names() && t.starts|t.within == 0 && !t.code() && !t.thing && !s.things[t.text] && headings[t.text] == 0 && knownIn[t.text] == 0 && s.opensList(i)
}

// headings are words before a colon that head what follows.
var headings = wordSets["heading"]

// saidBefore reports whether the clause before clause i, in its sentence, says no more than that somebody says what follows: "bitte
// sagt er", "Ben sagt", "meine Schwester".
func (s *Said) saidBefore(i int) bool {
	const most = 4 // words
	if i == 0 || s.clauses[i-1].sentence != s.clauses[i].sentence {
		return false
	}
	o := &s.clauses[i-1]
	n := 0
	person, says := false, false
	for k := range o.words {
		t := &o.words[k]
		if t.sign {
			continue
		}
		n++
		switch {
		case t.within&speaker != 0 && t.within&det == 0, t.text == "wie", t.text == "as", t.text == "du", t.text == "sie", t.text == "you", t.text == "ihr", t.text == "vous", t.text == "tu", t.starts&(negator|question|ifs) != 0, t.code(), digit(t.text):
			return false
		}
		person = person || nominative[t.text] || who[t.text] || kinOf[t.text]&o.lang != 0 || t.capped && t.text != "bitte" && saidOf[t.text] == 0
		says = says || saidOf[t.text]&o.lang != 0
	}
	kin := o.hasOf(kinOf, 0) == len(o.words)-1
	if n == 1 && len(o.words) == 1 && s.namesSpeaker(i-1) {
		return true // "Bob: cancel it"
	}
	return n >= 2 && n <= most && person && (says || kin && s.opensList(i-1))
}

// theyMust are words by which somebody must or wants to do a thing, theyWords those for somebody else.
var theyMust, theyWords = wordSets["theyMust"], wordSets["otherPerson"]
