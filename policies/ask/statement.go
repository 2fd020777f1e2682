package ask

import (
	"regexp"
	"slices"
	"strings"
)

// Beside an order people tell why, and a comma is all that stands between: "annulez K-2, la nounou nous a laissés tomber".
// Such a statement has a subject of its own in front of its verb, and is cut off, so that what it denies is not the order.
// Those of German are in germanstate.go.

// states reports whether a statement begins at a word: an article or a possessive, a noun without a number, and then a verb of
// statements, a negation or a pronoun that stands before one: "il medico non mi fa viaggiare", "my flight got cancelled".
func (c *cutter) states(i int) bool { return statesAt(c.list, i, c.lang) }

// statesAt is states for a row of words.
func statesAt(list []token, i int, l lang) bool {
	const most = 4 // words of a subject
	l &= en | fr | it | es | pt
	j := i
	for j < len(list) && j < i+2 && !list[j].sign && (list[j].within&det != 0 || mineOwn[list[j].text]&l != 0) {
		j++
	}
	if l == 0 || j == i {
		return false
	}
	for first := j; j < len(list) && j <= first+most; j++ {
		t := &list[j]
		if t.sign || t.quoted || t.code() || digit(t.text) {
			return false
		}
		if j > first && (predicates(t, l) || manyDo(&list[first-1], t, l)) {
			return j+1 < len(list) && !list[j+1].sign
		}
		if t.starts&(and|contrast|content|ifs|frame|know|report|question|except) != 0 || placing[t.text] && !ofWords[t.text] {
			return false
		}
	}
	return false
}

// predicates reports whether a word behind a subject is the verb of a statement or stands before it.
func predicates(t *token, l lang) bool {
	switch {
	case finite[t.text]&l != 0:
		return true
	case t.starts&negator != 0:
		return true
	case l&en != 0:
		return !t.noun && !t.verb && (irregularPast[t.text] || t.text == "got" || t.text == "took" || t.text == "gave" || t.text == "ran")
	}
	return preverbal[t.text]&l != 0
}

// manyDo reports whether a word behind a subject in the plural has the form of what several do: "les nouveaux commencent",
// "i colleghi iniziano".
func manyDo(article, t *token, l lang) bool {
	if manyArticles[article.text]&l == 0 || t.within != 0 || t.capped || len(t.text) < 4 || manyDid.MatchString(t.text) {
		return false
	}
	return l&fr != 0 && strings.HasSuffix(t.text, "ent") && !strings.HasSuffix(t.text, "ment") || l&it != 0 && (strings.HasSuffix(t.text, "ano") || strings.HasSuffix(t.text, "ono")) ||
		l&es != 0 && (strings.HasSuffix(t.text, "an") || strings.HasSuffix(t.text, "en")) || l&pt != 0 && (strings.HasSuffix(t.text, "am") || strings.HasSuffix(t.text, "em"))
}

// manyDid is what several did.
var manyDid = regexp.MustCompile(`(?:r[ae]m|[vi]am|rono|vano|rent|aient|ban|ían)$`)

// manyArticles stand before several things.
var manyArticles = wordSets["manyArticle"]

// preverbal are pronouns that stand before a verb, and before no noun.
var preverbal = map[string]lang{"me": fr | es | pt, "m'": fr, "nous": fr, "s'": fr, "se": fr | es | it | pt, "y": fr, "mi": it, "ci": it, "si": it, "nos": es | pt}

// tellsOfCode reports whether a clause without a verb of the act begins with the number of a thing, and what follows tells
// something of it: "INV-2140 looks right", "INV-2140 we still need", "A-4 kam an".
func (c *clause) tellsOfCode(a *Acts) bool {
	return codeTold(c.words, c.opened(), c.lang) && !slices.ContainsFunc(c.verbs(a), func(v verb) bool { return c.orders(v) || c.mustBe(v) })
}

// codeTold reports whether the number of a thing begins at a word, with its article and its noun, and a word behind it tells
// something of it. What goes on with an order has after the number what the order is given, a word for as well, or nothing:
// "A-4 auch bitte", "1043 only 10", "A-4 to Bob".
func codeTold(list []token, i int, l lang) bool {
	const long = 4 // digits that number a thing
	for i < len(list) && (list[i].within&det != 0 || list[i].thing) && !list[i].code() {
		i++
	}
	if i+1 >= len(list) || !list[i].code() && (!digit(list[i].text) || len(list[i].text) < long) || list[i].quoted {
		return false
	}
	t := &list[i+1]
	if t.within&(speaker|subject) != 0 && t.within&det == 0 || t.within&(know|report|hypothetical) != 0 && t.within&det == 0 {
		return true
	}
	if t.within&^assent != 0 || t.sign || t.quoted || t.capped || t.thing || t.code() || digit(t.text) || unitWords[t.text] || unitBase(t.text) != "" || currencies[t.text] || placing[t.text] || ofWords[t.text] ||
		(tooWords[t.text]|onlyWords[t.text]|courtesy[t.text]|gratitude[t.text]|requests[t.text])&l != 0 {
		return false
	}
	if l&de != 0 && (slices.Contains(separable, t.text) || i+2 < len(list) && germanAddressed[list[i+2].text]) { // "sagen Sie A-55 ab", "A-4 verlegen Sie"
		return false
	}
	if l&hi != 0 {
		return hindiTold[list[len(list)-1].text] || len(list) > 1 && hindiTold[list[len(list)-2].text] // what follows may be a postposition
	}
	return true
}

// germanAddressed are those to whom an order is given, behind its verb.
var germanAddressed = set("sie du ihr bitte")

// hindiTold end what is told.
var hindiTold = set("है हैं था थी थे गया गई गए हुआ हुई हुए")

// statesHindi reports whether a Hindi clause tells what somebody did, or how something is or will be: "K661 ने 90 दिए", "17
// डिग्री में काँप रहे हैं", "तब 12 हो जाएँगे".
func (c *clause) statesHindi() bool {
	if c.lang != hi || len(c.words) < 3 {
		return false
	}
	last := c.words[len(c.words)-1].text
	if copulas[last] || last == "था" || last == "थे" || last == "थी" || strings.HasSuffix(last, "गे") || strings.HasSuffix(last, "गा") || strings.HasSuffix(last, "गी") {
		return true
	}
	return c.hasWord("ने", 1)
}
