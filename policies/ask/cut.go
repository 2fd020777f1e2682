package ask

import (
	"slices"
	"strings"
)

// cutter cuts one sentence.
type cutter struct {
	text string
	at   stretch
	list []token
	lang lang
	out  []clause
	cond []Condition
	cur  clause

	elseFrom int // the first clause behind "otherwise", 0 if none is
}

// cut goes through the words: a condition, an exception and a reason are taken out, and a new
// clause begins behind a sign or a joining word where a verb, a ban or the like begins.
func (c *cutter) cut() {
	list := c.list
	for i := 0; i < len(list); {
		t := &list[i]
		switch {
		case t.quoted:
			c.cur.words = append(c.cur.words, *t)
			i++
		case t.sign && t.text == "." && i > 0 && i+1 < len(list) && c.lang&de != 0 && dayAndMonth(list[i-1].text): // auf den 13.12. um 17 Uhr
			i++
		case c.lang&th != 0 && t.starts&frame != 0 && t.starts&opener != 0 && t.text != "หน่อย" && t.text != "ที" && len(c.cur.words) > 0 && !c.onlyOpeners():
			c.flush(false) // Thai has no commas
		case c.lang&th != 0 && i > 0 && t.at > list[i-1].end && (t.starts&recall != 0 || c.requestsNow(i)):
			c.flush(false)
			c.cur.words = append(c.cur.words, *t)
			i++
		case c.lang&th != 0 && (len(c.cur.words) > 0 && !c.onlyOpeners() && i > 0 && (c.deniesThai(i) > 0 || c.denied(i)) || c.told(i) || c.instead(i)):
			if c.flush(false); t.starts&(ifs|unless) == 0 { // a condition is read as one
				c.cur.words = append(c.cur.words, *t)
				i++
			}
		case c.lang&th != 0 && c.putsRight(i):
			c.flush(false)
			for end := i + max(1, span(list, i, oops)-i); i < end && i < len(list); i++ {
				c.cur.words = append(c.cur.words, list[i])
			}
		case c.lang&th != 0 && thaiEnds[t.text] && len(c.cur.words) > 0 && !c.onlyOpeners() && c.goesOn(i+1):
			c.cur.words = append(c.cur.words, *t)
			c.flush(false)
			i++
		case c.reasons(i) > 0:
			end := c.reasons(i)
			c.flush(false)
			c.cur.words, c.cur.kind = append(c.cur.words, list[i:end]...), subordinate
			c.flush(false)
			i = end
		case t.starts&ifs != 0 && c.comesWhen() && c.partEnd(i+1, false) == len(list):
			c.cur.words = append(c.cur.words, list[i:]...)
			c.cur.kind = subordinate
			i = len(list)
		case c.introduces(i) > 0:
			end := c.introduces(i)
			c.flush(false)
			c.cur.words, c.cur.kind = append(c.cur.words, list[i:end]...), subordinate
			c.flush(false)
			i = end + 1
		case c.lang == hi && c.thenOnly(i):
			c.cond = append(c.cond, Condition{Text: joined(c.text, c.cur.words)})
			c.cur.words = nil
			i++
		case c.lang == hi && t.sign && c.doThat(i):
			c.cur.words = append(c.cur.words, *t)
			i++
		case c.otherwiseAt(i) > 0:
			end := c.otherwiseAt(i)
			c.flush(false)
			c.elseFrom = len(c.out)
			i = end
		case c.eventAt(i) > 0:
			end := c.eventAt(i)
			if events[list[end-1].text]&c.lang != 0 {
				i = end - 1
			}
			c.cond = append(c.cond, Condition{Text: joined(c.text, list[i:end])})
			i = end
		case c.suits(i) > 0:
			front := len(c.cur.words) == 0
			for i = c.suits(i); front && i < len(c.list) && c.list[i].sign; i++ {
			}
		case t.starts&unless != 0 && !c.lessThan(i), t.starts&ifs != 0 && c.conditional(i), c.inverted(i):
			word, isUnless := span(list, i, ifs), false
			if t.starts&(ifs|unless) == 0 && t.text != "should" && !strings.HasPrefix(t.text, "sollte") {
				word = i
			}
			if t.starts&unless != 0 && !c.lessThan(i) {
				word, isUnless = span(list, i, unless), true
			}
			if i > 0 && list[i-1].starts&and != 0 && len(c.cur.words) > 0 && c.lang&en != 0 { // "look it up, and if it is late cancel it"
				c.flush(false)
			}
			front := len(c.cur.words) == 0 && len(c.out) == 0 || c.onlyOpeners()
			for word < len(list) && list[word].sign && !(isUnless && bareNo[list[word-1].text]) {
				word++
			}
			end := c.conditionEnd(word, front)
			text := joined(c.text, list[word:end])
			if text == "" && isUnless { // "if not, …"
				text, isUnless = "not", false
			}
			if text != "" {
				mine := list[i].within&await != 0
				for k := word; k < end && k < word+2; k++ {
					mine = mine || list[k].starts&speaker != 0 && list[k].text != "you" && says(list[word:end])
				}
				c.cond = append(c.cond, Condition{Text: text, Unless: isUnless, Mine: mine})
			}
			if t.starts&await != 0 { // "when I say so"
				c.cur.words = append(c.cur.words, *t)
			}
			if front {
				c.flush(false)
			}
			i = end
			if i < len(list) && list[i].sign {
				i++
				if len(c.cur.words) > 0 && (i >= len(list) || c.starts(i)) {
					c.flush(false)
				}
			} else if i < len(list) && (list[i].starts&(and|contrast) != 0) && len(c.cur.words) > 0 && c.starts(i+1) {
				c.flush(list[i].starts&contrast != 0)
				i++
			}
		case t.starts&except != 0 && c.needless(i): // e não precisa mais
			list[i+1].starts, list[i+1].within = negator, negator
			c.flush(false)
			i++
		case t.starts&except != 0 && c.excepts(i):
			end := c.partEnd(span(list, i, except), true)
			end = c.insteadEnd(i, span(list, i, except), end)
			c.cur.apart = append(c.cur.apart, joined(c.text, list[i:end]))
			i = end
		case t.starts&aside != 0 && !c.asksHow(i) && c.aside(i):
			end := c.partEnd(i+1, false)
			if len(c.cur.words) > 0 {
				c.flush(false)
			}
			c.cur.words, c.cur.kind = append(c.cur.words, list[i:end]...), subordinate
			c.flush(false)
			i = end
		case t.starts&except != 0 && objects[c.after(i)] && i > 0 && i+1 < len(list) && bareNo[list[i+1].text]: // pero no le cobres nada
			list[i+1].starts, list[i+1].within = negator, negator
			c.flush(true)
			i++
		case c.becauseNot(i):
			c.flush(false)
			c.cur.words = append(c.cur.words, *t)
			i++
		case c.follows(i):
			c.flush(false)
			c.cur.words = append(c.cur.words, *t)
			i++
		case c.errandToo(i):
			c.flush(false)
			i = span(list, i, meanwhile)
		case t.starts&contrast != 0 && !(i == 0 && t.starts&scornful != 0) && c.contrasts(i): // "mais oui" begins in scorn
			c.flush(true)
			i = span(list, i, contrast)
		case t.sign && t.text == "," && c.takesOut(i+1):
			end := c.partEnd(i+2, false)
			for end+1 < len(list) && list[end].text == "," && (list[end+1].code() || list[end+1].quoted) { // "not n2, n3"
				end = c.partEnd(end+1, false)
			}
			c.cur.apart = append(c.cur.apart, joined(c.text, list[i+1:end]))
			i = end
			if i < len(list) && list[i].sign && list[i].text == "," && !c.starts(i+1) {
				i++
			}
		case c.more(i):
			t.starts, t.within = t.starts&^and, t.within&^and
			c.cur.words = append(c.cur.words, *t)
			i++
		case t.sign || t.starts&and != 0:
			next := i + 1
			if !t.sign {
				next = span(list, i, and)
			}
			for next < len(list) && (list[next].starts&and != 0 || list[next].sign) {
				next = max(next+1, span(list, next, and))
			}
			joins := !t.sign && (c.coordinates(next) || c.comesTo(i))
			if joins {
				c.cur.subjects++
			}
			if c.putsRight(next) {
				c.flush(false)
				i = next
				continue
			}
			if n := len(c.cur.words); c.lang&en != 0 && t.text == "and" && n > 1 && goes[c.cur.words[n-1].text] && slices.ContainsFunc(c.cur.words, func(w token) bool { return w.starts&negator != 0 }) { // I'd hate anybody to go and delete it
				c.cur.words = append(c.cur.words, *t)
				i++
				continue
			}
			if strings.ContainsAny(t.text, ":—–;()[]") && t.sign && !c.lists(i) && !c.entitles(i) || c.starts(next) && !joins && !c.polite() || c.verbFinal(i) || c.endsHindi(i) || c.lang == hi && t.text == "," && ((&clause{words: c.cur.words}).isSoft() || c.notThat(next)) {
				c.cur.tells = t.text == ":" && (c.says() || c.calls() || c.cur.othersSaid() || c.carries()) || t.text == "," && c.liesThere()
				c.flush(false)
				c.cur.either = ors[t.text]
			} else {
				c.cur.words = append(c.cur.words, list[i:next]...)
			}
			i = next
		default:
			c.cur.words = append(c.cur.words, *t)
			i++
		}
	}
	c.flush(false)
}

// dayAndMonth reports whether a word is a day with its month in numbers: 13.12.
func dayAndMonth(w string) bool {
	day, month, ok := strings.Cut(w, ".")
	return ok && digit(day) && digit(month) && len(day) <= 2 && len(month) <= 2
}

// flush ends a clause; against says that the next stands against it.
func (c *cutter) flush(against bool) {
	for len(c.cur.words) > 0 && (c.cur.words[len(c.cur.words)-1].sign && !c.cur.words[len(c.cur.words)-1].quoted) {
		c.cur.words = c.cur.words[:len(c.cur.words)-1]
	}
	c.except()
	was := c.cur
	c.cur = clause{contrast: against}
	if len(was.words) == 0 && len(was.apart) == 0 {
		c.cur.contrast = against || was.contrast
		return
	}
	c.out = append(c.out, was)
}

// hindiUnits stand behind the number of a time or a day.
var hindiUnits = set("बजे तारीख दिसंबर जनवरी फ़रवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर")

func (c *cutter) onlyOpeners() bool {
	for _, w := range c.cur.words {
		if w.within&(opener|frame|and) == 0 && !w.sign {
			return false
		}
	}
	return true
}

// polite reports whether the clause so far says no more than that something is asked for: "wären Sie so
// nett, …".
func (c *cutter) polite() bool {
	return c.lang&de != 0 && len(c.cur.words) > 0 && courtesies(c.cur.words) == len(c.cur.words)
}

// courtesies is the number of words in front that say no more than that something is asked for: "könnten wir euch
// bitten", "wären Sie so nett"; 0 if there are none.
func courtesies(words []token) int {
	n := 0
	for n < len(words) && !words[n].sign && !words[n].quoted && (words[n].within&(frame|opener) != 0 || n > 0 && (words[n].text == "euch" || words[n].text == "sie" || words[n].text == "dich")) {
		n++
	}
	if n < 3 || words[0].starts&frame == 0 || words[n-1].within&(frame|opener) == 0 {
		return 0
	}
	return n
}

// says reports whether words hold a verb of saying or deciding: "I confirm it".
func says(list []token) bool {
	for _, t := range list {
		switch t.text {
		case "say", "tell", "confirm", "approve", "ask", "give", "ok", "okay", "let", "agree", "decide", "sage", "bescheid", "bestätige", "dis", "dise", "dirai", "confirme", "dico", "dirò", "confermo",
			"diga", "digo", "avise", "aviso", "confirmo", "disser", "mandar", "avisar", "confirmar", "कहूँ", "कहूं", "बताऊँ", "बताऊं", "บอก", "ยืนยัน", "am", "bin", "suis", "sono", "estoy", "estiver", "want", "give you":
			return true
		}
	}
	return false
}

var asksWhether = set(`ask check see know tell me find out verify confirm wonder determine decide sure say remember show prüfe prüf frag frage sag weiß schau
	demande vérifie regarde savoir sais dis chiedi controlla verifica dimmi sapere guarda pregunta comprueba revisa dime saber verifica pergunte verifique diga बताओ देखो`)

// commands reports whether an English verb in a condition is the order behind it: "if it rains
// cancel e4"; no subject and no "to" stands before it.
func (c *cutter) commands(i int) bool {
	before := &c.list[i-1]
	if before.within&(speaker|subject|pronoun|det|negator) != 0 && before.text != "it" && before.text != "them" && before.text != "so" || before.text == "to" || before.text == "and" {
		return false
	}
	switch before.text {
	case "is", "are", "was", "were", "be", "been", "has", "have", "not", "still", "already", "will", "would", "can", "could", "should", "must", "may", "might", "do", "does", "did", "it":
		return false
	}
	return i+1 < len(c.list)
}

// aside reports whether a reason or another subordinate clause begins here.
func (c *cutter) aside(i int) bool {
	t := &c.list[i]
	if t.within&(frame|harmless|question) != 0 && i == 0 && t.starts&aside == 0 {
		return false
	}
	if i+1 >= len(c.list) {
		return false
	}
	switch t.text {
	case "how", "why", "wie", "warum", "comment", "pourquoi", "come", "perché", "cómo", "como", "por", "कैसे", "क्यों", "ทำไม", "อย่างไร", "ยังไง":
		if i == 0 || c.at.asked && len(c.cur.words) == 0 || t.text == "ทำไม" && (i+1 == len(c.list) || thaiEnds[c.list[i+1].text]) {
			return false // a question
		}
		if t.text == "como" || t.text == "come" || t.text == "wie" {
			return false
		}
	case "così", "comme", "así", "assim":
		return i > 0 && c.list[i-1].sign && c.list[i-1].text == "," && len(c.cur.words) > 0 && !c.list[i+1].sign
	case "es", "é": // "…, es que no uso el correo"
		return i > 0 && c.list[i-1].sign
	case "given", "after":
		return c.saysWhy(i)
	case "since":
		return !digit(c.list[i+1].text)
	case "ob", "whether":
		return len(c.cur.words) > 0
	case "bis", "until", "till", "finché":
		return c.list[i+1].within&(speaker|pronoun|subject) != 0
	case "denn", "pues", "pois", "da", "car", "come_":
		if t.text == "da" && c.lang&de == 0 {
			return true // "da quando"
		}
		return len(c.cur.words) > 0 && i > 0 && c.list[i-1].sign
	}
	return true
}

// says reports whether the clause that is read has a verb of saying.
func (c *cutter) says() bool {
	for i := range c.cur.words {
		if t := &c.cur.words[i]; sayer(t, c.lang) && !(i == 0 && c.lang&en == 0 && t.starts&opener != 0) { // "salve"
			return true
		}
	}
	return len(c.out) > 0 && c.out[len(c.out)-1].tells
}

// carries reports whether the clause that is read names what brings a text of somebody's.
func (c *cutter) carries() bool {
	c.cur.lang = c.lang
	return c.cur.carried()
}

// liesThere reports whether the clause that is read says that a text of somebody's is there: "hier liegt ein Zettel".
func (c *cutter) liesThere() bool {
	is := func(set map[string]lang) bool {
		return slices.ContainsFunc(c.cur.words, func(t token) bool { return set[t.text]&c.lang != 0 })
	}
	return is(lying) && is(here) && c.carries()
}

// lying are words by which something is, here for where.
var lying, here = wordSets["lying"], wordSets["here"]

// goes are verbs that say nothing before "and" and another.
var goes = set("go come try going coming")

// calls reports whether the clause that is read says how something is called: "your mail had as its subject", and more than
// that alone: "subject: cancellation of C-1" is the user's own.
func (c *cutter) calls() bool {
	const least = 3 // words
	return len(c.cur.words) >= least && slices.ContainsFunc(c.cur.words, func(t token) bool { return t.starts&entitled != 0 })
}
