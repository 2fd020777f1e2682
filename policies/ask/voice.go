package ask

import (
	"regexp"
	"slices"
	"strings"
)

// Whose words an order is. What stands beside it may say that somebody else said or wrote it: "cancel it, yelled my
// neighbour", "the note on the door: cancel it", "Fwd: cancel it".

// voices marks what somebody else said or wrote among the clauses of a sentence, and those of the sentence before it where the
// sentence begins by saying so: "Cancel W/3. Said my husband."
func (s *Said) voices(out []clause) {
	writtenOut(out)
	for i := range out {
		if !out[i].hearsay() && !out[i].attributes(0) {
			continue
		}
		if i > 0 {
			for j := i - 1; j >= 0 && out[j].kind == plain; j-- {
				out[j].kind, out[i].kind = reported, reported
			}
			continue
		}
		last := len(s.clauses) - 1
		for j := last; j >= 0 && s.clauses[j].message == s.messages && s.clauses[j].sentence == s.clauses[last].sentence; j-- {
			if s.clauses[j].kind == plain {
				s.clauses[j].kind = reported
			}
		}
	}
}

// writtenOut marks an order between a clause in which the user was about to write or read it, and one in which something came about:
// "I was about to write, cancel it, and then the bell rang".
func writtenOut(out []clause) {
	for i := 1; i < len(out); i++ {
		before, c := &out[i-1], &out[i]
		var behind *clause
		if i+1 < len(out) {
			behind = &out[i+1]
		} else if tail := slices.IndexFunc(c.words, func(t token) bool { return t.sign && t.text == "," }); tail > 0 && tail+1 < len(c.words) && c.words[tail+1].starts&and != 0 {
			behind = c.part(tail+1, len(c.words))
		} else {
			continue
		}
		if c.kind == plain && before.hasOf(wroteOut, 0) >= 0 && before.hasOf(aboutTo, 0) >= 0 && !slices.ContainsFunc(before.words, func(t token) bool {
			return t.code() || t.text == "you" || t.text == "euch" || t.text == "vous" || t.text == "vi"
		}) &&
			len(before.words) > 1 && (c.lang&en == 0 || before.words[before.opened()].starts&speaker != 0) && c.hasOf(courtesy, 0) < 0 && behind.hasOf(gratitude, 0) < 0 && !behind.verbFirst() {
			c.kind = reported
		}
	}
}

var wroteOut, aboutTo = wordSets["wroteOut"], wordSets["aboutTo"]

// attributes reports whether the words up to the next sign say no more than who said or wrote what stands before them: "says my
// mother", "it said on the door", "पति ने कहा", "สามีพูด".
func (c *clause) attributes(i int) bool {
	const most = 12 // words
	for i < len(c.words) && c.words[i].sign {
		i++
	}
	end := i
	for end < len(c.words) && !c.words[end].sign {
		t := &c.words[end]
		if t.quoted || t.code() || digit(t.text) || end > i && t.starts&content != 0 && t.within&det == 0 {
			return false
		}
		if end++; end > i+most {
			return false
		}
	}
	if c.asked || end == i || end < i+2 && !c.begins && !c.contrast && c.lang&th == 0 {
		return false
	}
	part := c.words[i:end]
	switch {
	case c.lang == hi:
		last := len(part) - 1
		for last > 0 && (copulas[part[last].text] || pastHindi[part[last].text] || part[last].text == "रहा" || part[last].text == "रही" || part[last].text == "रहे") {
			last--
		}
		if last > 0 && part[last-1].text == "को" {
			return false // "डॉक्टर ने आराम करने को कहा"
		}
		return (last > 0 || i == 0 && (c.begins || c.contrast)) && saidOf[part[last].text]&hi != 0 && part[0].starts&speaker == 0
	case c.lang&th != 0:
		last := len(part)
		for last > 1 && (thaiEnds[part[last-1].text] || part[last-1].text == "มา" || part[last-1].text == "ไว้") {
			last--
		}
		letters := strings.TrimSuffix(lettersOf(part[:last]), "ไว้")
		return part[0].starts&speaker == 0 && !slices.ContainsFunc(part, func(t token) bool { return t.starts&(frame|negator) != 0 }) && slices.ContainsFunc(thaiSaid, func(w string) bool { return letters != w && strings.HasSuffix(letters, w) })
	}
	next := i + phraseAt(writtenThere, c.words, i, c.lang)
	if next > i {
		return next == end || c.words[next].text != "so" && c.words[next].within&(speaker|subject) == 0 || c.words[next].within&det != 0
	}
	if next = i + phraseAt(saidOf, c.words, i, c.lang); next == end && i == 0 && c.begins && c.lang&(it|es|pt) != 0 {
		return true // "Disse, e se ne pentì."
	}
	if last := end - 1; c.lang == en && last > i && last < i+4 && saidOf[c.words[last].text]&en != 0 && (c.words[i].capped || c.words[i].within&det != 0) && c.words[i].text != "i" {
		return true // ", Paula thinks"
	}
	if c.lang == en && c.words[i].text == "so" && end > i+2 && end < i+7 && runs[c.words[end-1].text] {
		return true // ", so the letter goes"
	}
	if next == i || next >= end {
		return false
	}
	t := &c.words[next]
	if c.lang&de != 0 && c.lang&en == 0 {
		if slices.Contains(separable, c.words[end-1].text) {
			return false // "sagt die Fahrt ab"
		}
		return nominative[t.text] || t.capped && next+1 == end
	}
	return t.within&det != 0 && (t.within&target == 0 || next+1 < end && myOwn[c.words[next+1].text]&c.lang != 0) || t.capped || t.within&subject != 0
}

// runs are verbs by which it is said how a text goes.
var runs = set("goes runs reads says claims")

// saidOf are verbs by which somebody is said to have said something, writtenThere the words by which something is written
// somewhere.
var saidOf, writtenThere = wordSets["saidOf"], wordSets["writtenThere"]

// thaiSaid are the Thai ones of them.
var thaiSaid = func() (out []string) {
	for w, l := range saidOf {
		if l == th {
			out = append(out, w)
		}
	}
	return out
}()

// nominative are German articles of who does something.
var nominative = set("mein meine der die das ein eine sein seine ihr ihre unser unsere er sie euer eure")

// carried reports whether the clause so far, before a colon, names what brings a text of somebody's: "on the door there is a
// note", "my tenant's latest", "note to self". A text of the user's own, or for somebody, is theirs to give.
func (c *clause) carried() bool {
	at := c.hasOf(textBringers, 0)
	if mail := c.hasOf(mailOf, 0); at < 0 && mail >= 0 && mail+2 < len(c.words) && (c.words[mail+1].text == "from" || ofWords[c.words[mail+1].text]) && mineOwn[c.words[mail+2].text]&c.lang == 0 && c.words[mail+2].starts&speaker == 0 {
		at = mail
	}
	if at < 0 || c.asked || c.lang != hi && c.verbFirst() && c.words[c.opened()].text != c.words[at].text || c.find(frame, 0, at) >= 0 {
		return false
	}
	if selfNotes[c.words[at].text] {
		return true
	}
	if at > 0 && mineOwn[c.words[at-1].text]&c.lang != 0 {
		return false
	}
	if next := at + 1; next < len(c.words) && (forWords[c.words[next].text] || c.words[next].within&target != 0 || c.words[next].text == "an") {
		return slices.ContainsFunc(c.words[next:], func(t token) bool { return ownSelf[t.text]&c.lang != 0 })
	}
	return len(c.words) > 1
}

// selfNotes are notes that people write to themselves, and what speaks for others.
var selfNotes = set("answerphone voicemail anrufbeantworter ab répondeur segreteria contestador atendedor pense-bête merkzettel promemoria lembrete recordatorio to-do todo memo")

var mailOf = wordSets["mailOf"]

// textBringers are things that bring a text, ownSelf words for the user as the one it is for.
var textBringers, ownSelf = wordSets["bringsText"], wordSets["ownSelf"]

var (
	passedOn  = regexp.MustCompile(`(?i)(?:^|[\s(])(?:fwd?|fw|wg|tr|rv|enc|forwarded|weitergeleitet|transféré|transmis|inoltrat[oa]|inoltro|reenviad[oa]|reenvío|reencaminhad[oa]|encaminhad[oa]|फ़ॉरवर्ड|फॉरवर्ड|ส่งต่อ) ?:`)
	mailFrom  = regexp.MustCompile(`(?i)(?:^|\n)\s*(?:from|von|de|da|prov[ée]?m? de|प्रेषक|จาก) ?: `)
	mailAbout = regexp.MustCompile(`(?i)(?:^|[\s(])(?:subject|betreff|objet|oggetto|asunto|assunto|विषय|เรื่อง) ?: ?(re|aw|wg|fwd?|tr|rv|r|rif)?(:?)`)
)

// forwarded returns where a text of somebody else's begins that a message passes on: behind "Fwd:", or behind the head of a mail
// with its sender; −1 if there is none.
func forwarded(text string) int {
	if at := passedOn.FindStringIndex(text); at != nil {
		return at[1]
	}
	at := mailAbout.FindStringSubmatchIndex(text)
	if at == nil || mailFrom.FindStringIndex(text) == nil && at[4] == at[5] {
		return -1
	}
	return at[1]
}

// passesOn marks what a message only passes on, or has a preface for, of its clauses from one on.
func (s *Said) passesOn(text string, list []stretch, first int) {
	from := forwarded(text)
	if from < 0 {
		from = s.prefaced(text, list)
	}
	for i := first; from >= 0 && i < len(s.clauses); i++ {
		if c := &s.clauses[i]; c.kind == plain && len(c.words) > 0 && c.words[0].at >= from {
			c.kind = reported
		}
	}
}

// quotedAside reports whether clause i begins with quotes that hold all of an order, and its message says more than that and words
// of courtesy: "'move it to Friday', my horoscope, basically".
func (s *Said) quotedAside(i int, call *Call) bool {
	const least = 2 // words
	c := &s.clauses[i]
	from := 0
	for from < len(c.words) && c.words[from].sign && !c.words[from].quoted {
		from++
	}
	to := from
	for to < len(c.words) && (c.words[to].quoted || c.words[to].sign) {
		to++
	}
	if to < from+least || c.verbOf >= 0 {
		return false
	}
	if to < len(c.words) {
		n, inside, outside := 0, textOf(c, c.words[from:to]), textOf(c, c.words[to:])
		for _, v := range call.Values {
			if !v.Free && v.Said(inside) && !v.Said(outside) {
				n++
			}
		}
		return n >= least
	}
	return slices.ContainsFunc(s.clauses, func(o clause) bool {
		return o.message == c.message && slices.ContainsFunc(o.words, func(t token) bool { return !t.sign && !t.quoted && t.within&(opener|frame) == 0 })
	})
}

// toldToUs reports whether a verb is what somebody else says that the speakers are to do: "wir sollen V-55272 stornieren", "Mr
// Brandl wrote we should cancel it".
func (c *clause) toldToUs(v verb) bool {
	from := c.opened()
	for k := from; k+1 < v.at && k+1 < len(c.words); k++ {
		we, shall := c.words[k].text, c.words[k+1].text
		switch {
		case c.lang&de != 0 && (we == "wir" && shall == "sollen" || (we == "ich" || we == "man") && shall == "soll"):
			return true
		case c.lang&en != 0 && (we == "we" || we == "i") && (shall == "should" || shall == "ought" || shall == "could"):
			return slices.ContainsFunc(c.words[from:k], func(t token) bool { return t.capped && t.within == 0 || who[t.text] || t.within&det != 0 }) &&
				!slices.ContainsFunc(c.words[from:k], func(t token) bool { return t.within&speaker != 0 && t.within&det == 0 || t.text == "you" || t.sign })
		}
	}
	return false
}
