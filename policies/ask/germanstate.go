package ask

import (
	"slices"
	"strings"
)

// Statements of their own in German, and nouns for deeds at the beginning of a clause. A German comma stands between
// main clauses without a word that joins them: "sagen Sie V-340 ab, der Enkel liegt mit Fieber im Bett".

// germanHeads begin who or what a German statement is about.
var germanHeads = set("der die das ein eine mein meine unser unsere sein seine ihr ihre dieser diese euer eure")

// germanFronts are German words that may stand first in a statement, before its verb.
var germanFronts = set("da hier dort jetzt leider sonst drum darum deshalb deswegen daher damit momentan zurzeit gerade grad")

// noVerbs are German words that end as the third person of a verb does.
var noVerbs = set("mit seit nicht jetzt fast meist meistens sonst erst selbst direkt dort zuletzt zeit halt echt gut bereit bereits laut statt anstatt samt jederzeit nebst zumeist möglichst überhaupt bitte heute heut bislang letzt leicht schlecht recht insgesamt komplett gesamt nett kaputt wert")

// statement reports whether a German statement begins at a word behind a comma or "und": who or what it is about, and
// right behind that a verb that is not its last word: "der Enkel liegt mit Fieber im Bett", "bei uns geht alles drunter und
// drüber".
func (c *cutter) statement(i int) bool {
	if c.lang != de || i == 0 || i+2 >= len(c.list) || !(c.list[i-1].sign && c.list[i-1].text == ",") && c.list[i-1].text != "und" {
		return false
	}
	end := i
	for end < len(c.list) && !c.list[end].sign {
		if c.list[end].quoted {
			return false
		}
		end++
	}
	verb := c.subjectEnd(i, end)
	return verb > i && verb+1 < end && (tells3(&c.list[verb]) || tellsMany(c.list, verb))
}

// tellsMany reports whether a German word has the form of what several do and does not end what is said: "die Neuen fangen
// morgen an".
func tellsMany(list []token, i int) bool {
	t, next := &list[i], &list[i+1]
	return !t.sign && !t.capped && t.within == 0 && len(t.text) > 4 && strings.HasSuffix(t.text, "en") && !next.sign && next.starts&(and|contrast) == 0 && next.text != "bitte"
}

// subjectEnd returns where the words end that a German statement begins with before its verb: a thing with what hangs on
// it, "meine neue Stelle in Hamburg", or where and when it is; i if there are none.
func (c *cutter) subjectEnd(i, end int) int {
	j := i
	switch t := &c.list[i]; {
	case germanFronts[t.text]:
		return i + 1
	case t.starts&later != 0:
		return span(c.list, i, later)
	case germanPlaces[t.text]:
	case germanHeads[t.text]:
	case t.capped && !t.code() && t.within&(speaker|subject|pronoun) == 0 && i+1 < end && tells3(&c.list[i+1]):
		return i + 1 // "Kollegen sind krank"
	default:
		return i
	}
	for j < end {
		t := &c.list[j]
		switch {
		case germanPlaces[t.text]: // bei uns, in Hamburg
			j++
			for j < end && (c.list[j].within&det != 0 || germanHeads[c.list[j].text] || germanCases[c.list[j].text]) {
				j++
			}
		case germanHeads[t.text] || j > i && germanCases[t.text]:
			j++
		default:
			return i
		}
		const most = 3 // words of a thing
		from := j
		for j < end && j < from+most && !c.list[j].capped && !germanPlaces[c.list[j].text] && !tells3(&c.list[j]) && (strings.HasSuffix(c.list[j].text, "e") || strings.HasSuffix(c.list[j].text, "en")) {
			j++ // neue, neuen
		}
		for j < end && c.list[j].capped && !c.list[j].code() && c.list[j].within&(speaker|subject) == 0 {
			j++
		}
		if j < end && (tells3(&c.list[j]) || j > from && j+1 < end && c.list[j-1].capped && tellsMany(c.list, j)) {
			return j
		}
		if j == from && !germanPlaces[t.text] {
			return i
		}
	}
	return i
}

// germanPlaces stand before what says where or with whom it is, germanCases are articles in the other cases.
var (
	germanPlaces = set("in im am an auf aus bei beim mit von vom zum zur für vor hinter über unter wegen")
	germanCases  = set("dem den des einem einen einer eines meinem meinen meiner unserem unseren unserer unserm ihrem ihren seinem seinen uns mir euch ihm der die das dieser")
)

// tells3 reports whether a German word may be the verb of a statement about somebody else: liegt, geht, hat, fielen.
func tells3(t *token) bool {
	if t.sign || t.quoted || t.capped || t.code() || noVerbs[t.text] || germanPlaces[t.text] {
		return false
	}
	if finite[t.text]&de != 0 || statesGerman[t.text] {
		return true
	}
	return len(t.text) > 3 && (strings.HasSuffix(t.text, "t") || strings.HasSuffix(t.text, "te") && t.within == 0) && t.within&(opener|negator|det|pronoun|target|source|question|ifs|and|contrast|await|later) == 0
}

// statesGerman are forms of strong verbs by which it is told what somebody did or does.
var statesGerman = set("ging kam lag fiel blieb hielt ließ lief stand fuhr bekam ging kriegen kommen gehen liegen fahren stehen bleiben haben müssen wollen können dürfen sollen brauchen mag möchten fallen kommt")

// ofDeed reports whether the clause begins with a noun for a deed and what the deed is of: "Stornierung der Buchung
// BS-219", "annulation de la réservation".
func (c *clause) ofDeed() bool {
	i := c.opened()
	for i < len(c.words) && c.words[i].within&det != 0 {
		i++
	}
	if i+1 >= len(c.words) || c.words[i].quoted {
		return false
	}
	t, next := &c.words[i], &c.words[i+1]
	if nounLangs[t.text]&c.lang == 0 && !(c.lang&de != 0 && t.capped && strings.HasSuffix(t.text, "ung")) {
		return false
	}
	return ofWords[next.text] || pros[next.text] || next.text == "of" || next.text == "for" || next.code() || digit(next.text) || c.lang&de != 0 && (next.text == "der" || next.text == "des" || next.text == "meiner" || next.text == "unserer" || next.text == "meines" || next.text == "unseres")
}

// lends reports whether a German or Hindi clause has a verb that the one before it may take. Behind a noun for a deed it has
// to be one that ends the clause: not that of a statement, "Stornierung der BS-219 bitte, unsere Kleine hat Windpocken".
func (c *clause) lends(to *clause) bool {
	if !to.ofDeed() {
		return c.lang == hi || slices.ContainsFunc(c.words, func(t token) bool { return foreignVerb(&t, de) && !frequent(&t, de) })
	}
	last := c.lastWord()
	return last > 0 && infinitive(&c.words[last]) && c.find(speaker|subject, 0, last) < 0 || c.lang == hi && slices.ContainsFunc(c.words, func(t token) bool { return hindiOrder(&t) })
}
