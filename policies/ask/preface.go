package ask

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What stands before an order, and makes it the words of somebody else or words that are only tried: "my neighbour wrote this to
// you: …", "suppose I told you: …", "translate this into German: …". It holds to the end of the message.

// prefaced returns where what a preface of the message introduces begins, −1 if it has none.
func (s *Said) prefaced(text string, list []stretch) int {
	const most = 120 // bytes
	for n, at := range list {
		if s.tongue&th != 0 {
			if end := thaiPreface(text[at.from:at.to]); end > 0 {
				return at.from + end
			}
			continue
		}
		end := colonIn(text[at.from:at.to])
		if end < 0 {
			continue
		}
		if end > most {
			return -1
		}
		words := tokens(text[at.from : at.from+end])
		c := &clause{words: words, lang: s.tongueOf(words), content: len(words), begins: n == 0}
		mark(c.words, c.lang)
		if c.prefaces() {
			return at.from + end
		}
		return -1
	}
	return -1
}

// colonIn returns where a text has a colon behind which it goes on and no quotes begin; −1 if it has none.
func colonIn(text string) int {
	for from := 0; ; {
		i := strings.IndexByte(text[from:], ':')
		if i < 0 {
			return -1
		}
		from += i + 1
		rest := strings.TrimLeft(text[from:], " \n")
		if r, _ := utf8.DecodeRuneInString(rest); rest != "" && len(rest) < len(text[from:]) {
			if closing[r] != "" {
				return -1
			}
			return from - 1
		}
	}
}

// prefaces reports whether a clause before a colon says that what follows is what somebody says, what the user might or nearly
// did say, what is asked about, or what something else is to be done with.
func (c *clause) prefaces() bool {
	const least, most = 2, 14 // words
	if len(c.words) < least || len(c.words) > most || slices.ContainsFunc(c.words, func(t token) bool { return t.quoted || t.code() || digit(t.text) }) {
		return false
	}
	says, this, sample, own := c.hasOf(utterings, 0), c.hasOf(thisHere, 0), c.hasOf(samples, 0), c.hasOf(ownSubjects, 0)
	if says > 0 && c.words[says-1].within&det != 0 {
		says = -1 // "une demande"
	}
	first := c.opened()
	if first >= len(c.words) {
		return false
	}
	t := &c.words[first]
	if c.hasOf(youDo, 0) < 0 && c.hasOf(readOf, 0) >= 0 || c.hasOf(nearly, 0) >= 0 && onlyWords[t.text]&c.lang != 0 {
		return true // "I read somewhere:", "just to make you laugh:"
	}
	if says < 0 && this < 0 && sample < 0 {
		return outOf[t.text]&c.lang != 0 && c.hasOf(letterWords, first) > 0 // "from an old mail of ours:"
	}
	framed := c.find(frame, 0, len(c.words)) >= 0 && t.starts&question == 0 || t.starts&frame != 0
	asks := t.starts&question != 0 && t.within&report == 0 || c.lang == hi && c.find(question, 0, len(c.words)) >= 0 || wouldBeSo[t.text]&c.lang != 0
	switch {
	case c.hasOf(worksOnText, 0) >= 0:
		return true // "translate this:"
	case t.starts&hypothetical != 0 && supposes[t.text], says >= 0 && (c.hasOf(nearly, 0) >= 0 || c.find(ifs, 0, len(c.words)) >= 0):
		return true // "suppose I said:"
	case says >= 0 && c.hasForm(wouldBeSo) >= 0 && (own < 0 || own == first+1), (this >= 0 || c.find(question|content, first, len(c.words)) >= 0) && c.hasOf(arrives, first) > 0 && (own < 0 || this == first) && c.hasOf(youDo, 0) < 0:
		return true // "my daughter would say:", "were I to write:", "this came in from a customer:"
	case asks && !framed && (first+1 == len(c.words) || ownSubjects[c.words[first+1].text]&c.lang == 0):
		return true // "what does this mean:"
	case sample >= 0 && !framed && (samples[t.text] != 0 || !c.verbFirst()):
		return true // "this is only a draft:"
	case says >= 0 && c.hasOf(neverSo, 0) >= 0, says >= 0 && own >= 0 && len(c.words) == least && !c.begins:
		return true // "I'd never say:", "let's practise. I say:"
	case c.negates() >= 0: // "don't do this yet:"
		return c.forbidsThis(first, this)
	case says < 0:
		return false
	}
	told := c.find(content, first+1, says)
	return (c.hasOf(always, 0) >= 0 || c.find(usual, 0, len(c.words)) >= 0 || (c.ofOthers(first) || c.hasOf(somebodies, 0) >= 0) && (own < 0 || told >= 0 && told < own)) && c.endsSaying(says)
}

// forbidsThis reports whether a clause that denies forbids what follows: "don't take this seriously", "non prendetelo sul serio".
func (c *clause) forbidsThis(first, this int) bool {
	next := min(first+1, len(c.words)-1)
	if this < 0 && !(c.lang&(it|es|pt) != 0 && hangsOn(c.words[next].text)) || c.words[first].starts&speaker != 0 || this == first && c.lang != hi || c.hasOf(forgets, 0) >= 0 {
		return false
	}
	return c.hasOf(doesIt, 0) >= 0 || c.negates() <= next || c.lang&de != 0 && c.words[next].text == "sie" && strings.HasSuffix(c.words[first].text, "en")
}

// ofOthers reports whether at a word begins who says something, or where it is written, and it is not the user: "my boss",
// "somebody", "in the old chat".
func (c *clause) ofOthers(i int) bool {
	t := &c.words[i]
	if c.lang == hi {
		return t.starts&speaker == 0 || t.within&det != 0
	}
	return t.within&det != 0 || somebodies[t.text]&c.lang != 0 || placing[t.text] && i+1 < len(c.words) && c.words[i+1].within&det != 0 || strings.HasPrefix(t.text, "nel") || t.text == "no" && c.lang&pt != 0 || t.text == "al" || t.text == "im"
}

// endsSaying reports whether nothing is told behind a verb of saying but to whom, where or when.
func (c *clause) endsSaying(i int) bool {
	return c.lang == hi || !slices.ContainsFunc(c.words[i+1:], func(t token) bool {
		return t.sign || t.starts&content != 0 && t.within&det == 0 || finite[t.text]&c.lang != 0 && utterings[t.text]&c.lang == 0 || abilities[t.text]&c.lang != 0
	})
}

// utterings are verbs of saying and writing in any form, thisHere words for what follows, samples texts that are no more than that;
// worksOnText are deeds that are done with a text, doesIt those that are done with anything; nearly says that it was not, always
// that it is a habit; somebodies are those who have no name, wouldBeSo say what would be; arrives that a text came, letterWords are
// what it is from, behind one of outOf.
var arrives, letterWords, outOf = wordSets["arrives"], wordSets["letterWord"], wordSets["outOfIt"]

// readOf says that the user has read it, neverSo that they never would; forgets is what those who are spoken to are not to do.
var readOf, neverSo, forgets = wordSets["readOf"], wordSets["neverSo"], wordSets["forgets"]

var utterings, thisHere, samples, worksOnText, doesIt, nearly, always, somebodies, wouldBeSo = wordSets["speaks"], wordSets["thisHere"], wordSets["sample"], wordSets["worksOnText"], wordSets["doesIt"],
	wordSets["nearly"], wordSets["always"], wordSets["somebody"], wordSets["wouldBeSo"]

// thaiPreface is [Said.prefaced] for Thai, in which a blank ends the preface: "เพื่อนบ้านเขียนถึงคุณว่า …". It returns its end, 0 if there is none.
func thaiPreface(text string) int {
	const most = 150 // bytes
	end := strings.IndexFunc(strings.TrimLeft(text, " \n"), unicode.IsSpace)
	if end < 0 {
		return 0
	}
	end += len(text) - len(strings.TrimLeft(text, " \n"))
	part := strings.TrimSpace(text[:end])
	if len(part) > most || strings.ContainsAny(part, "0123456789") {
		return 0
	}
	has := func(set map[string]lang) bool {
		for w, l := range set {
			if l&th != 0 && strings.Contains(part, w) {
				return true
			}
		}
		return false
	}
	says, this := has(utterings), has(thisHere)
	words := tokens(part)
	mark(words, th)
	own := words[0].starts&(speaker|frame) != 0 || words[0].within&opener != 0
	switch {
	case (this || has(samples)) && has(worksOnText),
		says && strings.HasSuffix(part, "ว่า") && (!own || has(nearly)) || strings.HasSuffix(part, "ส่งต่อมาว่า") || strings.HasSuffix(part, "ยกตัวอย่างว่า") || strings.HasSuffix(part, "อ่านเจอว่า") || strings.HasSuffix(part, "ไม่มีทางพูดว่า"),
		says && this && strings.HasPrefix(part, "ถ้า"),
		this && has(doesIt) && (strings.HasPrefix(part, "อย่า") || strings.HasPrefix(part, "ห้าม")),
		strings.HasPrefix(part, "จาก") && has(letterWords),
		has(samples) && (this || strings.HasSuffix(part, "คือ")):
		return end
	}
	return 0
}
