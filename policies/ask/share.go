package ask

import (
	"slices"
	"strconv"
	"strings"
)

// Parts and what they are parts of: "30 of the 96", "15 of it", "half of it".

// wholeOf reports whether a number is the whole of which another one before it is a part: the 96 of "30 of the 96".
func (c *clause) wholeOf(i int) bool {
	if i < 2 || !amountForm.MatchString(c.words[i].text) {
		return false
	}
	of := func(t *token) bool {
		return t.text == "of" || ofWords[t.text] || partOf[t.text] || wholes[t.text] || t.within&source != 0
	}
	j := i - 1
	for j > 0 && (c.words[j].within&det != 0 || c.lang == de && j == i-1 && strings.HasSuffix(c.words[j].text, "ten") && !c.words[j].capped) && !of(&c.words[j]) {
		j--
	}
	if !of(&c.words[j]) {
		return false
	}
	for j--; j > 0 && (of(&c.words[j]) || c.words[j].text == "out" || currencies[c.words[j].text] || unitWords[c.words[j].text] || unitBase(c.words[j].text) != ""); j-- {
	}
	if j < 0 {
		return false
	}
	whole, err := strconv.ParseFloat(strings.ReplaceAll(strings.Trim(c.words[i].text, "€$£¥₹฿"), ",", "."), 64)
	if err != nil {
		return false
	}
	if amountForm.MatchString(c.words[j].text) {
		part, err := strconv.ParseFloat(strings.ReplaceAll(strings.Trim(c.words[j].text, "€$£¥₹฿"), ",", "."), 64)
		return err == nil && part < whole
	}
	n, end := numeral(c.words, j, c.lang)
	return end == j+1 && !articles[c.words[j].text] && n > 1 && n < whole
}

// ofBill reports whether a number only says what the bill or the job comes to of which another one is asked for in the same
// part, before it: "20 euros sur la facture de 90 euros", "the 30 they overpaid on the 90 bill".
func (c *clause) ofBill(i int) bool {
	noun := i - 2
	switch {
	case i < 2:
		return false
	case c.lang == th:
		at := i - 1
		for at > max(0, i-5) && c.words[at].text != "จาก" {
			at--
		}
		if c.words[at].text != "จาก" {
			return false
		}
		noun = at
	case c.lang&en != 0 && i+1 < len(c.words) && (c.words[i-1].within&det != 0 || possessive(c.words[i-1].text)):
		if t := &c.words[i+1]; t.sign || t.within != 0 || strings.HasSuffix(t.text, "s") || currencies[t.text] || unitWords[t.text] || unitBase(t.text) != "" || !t.noun && t.verb || digit(t.text) || t.capped {
			return false
		}
		if noun = i - 1; possessive(c.words[i-1].text) {
			noun = len(c.words) // "K601's 90 bill by 30"
		}
	case ofWords[c.words[i-1].text] && c.words[noun].within == 0 && !c.words[noun].sign && !c.words[noun].code() && !digit(c.words[noun].text) && !currencies[c.words[noun].text]:
	default:
		return false
	}
	for j := noun - 1; j > 0 && j != i && !(c.words[j].sign && c.words[j].text == ",") && c.words[j].starts&and == 0; j-- {
		if amountForm.MatchString(c.words[j].text) && len(c.words[j].text) <= len(c.words[i].text)+1 && !unitWords[c.words[min(j+1, len(c.words)-1)].text] {
			return true
		}
	}
	return false
}

// withThose reports whether a number says how many there are then, or were, with another number of the same before it: "3
// more, that makes 11", "3 en plus des 8", "10 so that 35 are left".
func (c *clause) withThose(i int, call *Call) bool {
	const near = 4 // words
	unit := c.unitBehind(i)
	if !slices.ContainsFunc(c.words[:i], func(t token) bool {
		return amountForm.MatchString(t.text) && !slices.ContainsFunc(call.Values, func(v Value) bool { return v.Said(t.text) })
	}) || currencies[unit] || unitBase(unit) != "" {
		return false
	}
	from := max(0, i-near)
	for k := from; k < i; k++ {
		if n := phraseAt(onTops, c.words, k, c.lang); n > 0 && k+n <= i && !slices.ContainsFunc(c.words[k+n:i], func(t token) bool { return t.sign || t.names() }) {
			return true
		}
	}
	if c.lang == hi && i+2 < len(c.words) && c.words[i+1].text == "के" && onTops[c.words[i+2].text] != 0 || c.lang&de != 0 && c.words[i-1].text == "den" && i > 1 && c.words[i-2].text == "zu" && (c.hasWord("dazu", i) || c.hasWord("hinzu", i)) {
		return true
	}
	for k := i - 1; k >= from && !amountForm.MatchString(c.words[k].text); k-- {
		if adds(call) && totals[c.words[k].text]&c.lang != 0 || leftovers[c.words[k].text]&c.lang&(th|pt|fr|it|es) != 0 {
			return true
		}
	}
	for k := i + 1; k < min(i+near, len(c.words)); k++ {
		if adds(call) && totals[c.words[k].text]&c.lang&^th != 0 || leftovers[c.words[k].text]&c.lang&^th != 0 {
			return true
		}
	}
	return false
}

// adds reports whether the act puts more to what there is.
func adds(call *Call) bool { return call.Acts.has("add") || slices.Contains(call.Acts.named, "add") }

var onTops, totals, leftovers = wordSets["ontop"], wordSets["total"], wordSets["leftover"]

// wholes are words that say "of these" in one.
var wholes = set("desses dessas destes destas degli dei delle desde die der davon ces")

// takesShare reports whether a clause asks for a half, a third or a quarter, so that a number before that, or in
// another clause, is the whole and not what is asked for: "De los 60 euros devolvedme la tercera parte".
func (c *clause) takesShare(call *Call) bool {
	if !call.Acts.strict {
		return false
	}
	for i := range c.words {
		t := &c.words[i]
		if t.quoted || shares[t.text]&c.lang == 0 && !c.onlyRest(i) || t.text == "third" && (i == 0 || c.words[i-1].text != "a" && c.words[i-1].text != "one") || i+1 < len(c.words) && (unitWords[c.words[i+1].text] || measured[c.words[i+1].text] != nil) || c.ofValue(i, call) {
			continue
		}
		for _, v := range call.Values {
			if v.Shape != Number || v.Free || v.Loose {
				continue
			}
			behind := i+1 < len(c.words) && v.Said(textOf(c, c.words[i+1:]))
			if !behind || slices.ContainsFunc(c.words[i+1:], func(o token) bool { return v.Said(o.text) && c.wholeBehind(i, o.n) }) {
				return true
			}
		}
	}
	return false
}

// onlyRest reports whether no more than what is left is asked for: "portanto só o resto".
func (c *clause) onlyRest(i int) bool {
	return remainders[c.words[i].text]&c.lang != 0 && slices.ContainsFunc(c.words[max(0, i-2):i], func(t token) bool { return onlyWords[t.text]&c.lang != 0 })
}

// remainders are words for what is left.
var remainders = wordSets["remainder"]

// wholeBehind reports whether the number that is word n of its sentence stands behind a share as its whole: "half of
// the 60".
func (c *clause) wholeBehind(i, n int) bool {
	for j := i + 1; j < len(c.words) && j < i+5; j++ {
		if c.words[j].n == n {
			return true
		}
	}
	return false
}

// shares are words for a half, a third and a quarter.
var shares = wordSets["share"]

// givesPart reports whether a clause says of a number that was named before that only another one of it is meant:
// "15 of it is for lunch".
func (c *clause) givesPart(v Value) bool {
	for i := 0; i+1 < len(c.words); i++ {
		if !amountForm.MatchString(c.words[i].text) || v.Said(c.words[i].text) {
			continue
		}
		j := i + 1
		for j < len(c.words) && (currencies[c.words[j].text] || unitBase(c.words[j].text) != "") {
			j++
		}
		if j+1 < len(c.words) && c.words[j].text == "of" && (c.words[j+1].text == "it" || c.words[j+1].text == "that" || c.words[j+1].text == "them" || c.words[j+1].text == "those") || j < len(c.words) && ofThese[c.words[j].text]&c.lang != 0 {
			return true
		}
	}
	return slices.ContainsFunc(c.words, func(t token) bool { return ofThese[t.text]&c.lang != 0 }) && c.otherAmount(v)
}

// partOfIt reports whether a text speaks of another number than a value, as a part of it: "davon brauchen wir 8 nicht".
func partOfIt(text string, l lang, v Value) bool {
	c := clause{words: tokens(text), lang: l}
	return slices.ContainsFunc(c.words, func(t token) bool { return ofThese[t.text]&l != 0 }) && c.otherAmount(v)
}

// otherAmount reports whether the clause has a number that is not the value.
func (c *clause) otherAmount(v Value) bool {
	return slices.ContainsFunc(c.words, func(t token) bool { return amountForm.MatchString(t.text) && !v.Said(t.text) })
}

// ofThese are words that say "of it" in one.
var ofThese = wordSets["ofthese"]

// fromWhole reports whether a number says of how many a part is asked for, and a smaller one of the same stands behind it: "zahl
// von den 120 Euro erst mal 60", "of the 6 plants collect 2".
func (c *clause) fromWhole(i int) bool {
	j := i - 1
	for j > 0 && c.words[j].within&det != 0 && !partOf[c.words[j].text] {
		j--
	}
	if c.lang&(hi|th) != 0 || j < 0 || !partOf[c.words[j].text] && c.words[j].text != "of" || j == i-1 && !partOfMany[c.words[j].text] {
		return false
	}
	whole, err := strconv.ParseFloat(c.words[i].text, 64)
	if err != nil {
		return false
	}
	for k := i + 2; k < len(c.words); k++ {
		part, err := strconv.ParseFloat(c.words[k].text, 64)
		if unit := c.unitBehind(k); err == nil && part < whole && (unit == "" || unit == c.unitBehind(i)) && !c.dated(k) && !digit(c.words[k-1].text) {
			return true
		}
	}
	return false
}

// partOfMany say of several things in one word.
var partOfMany = set("des dei delle degli dai dalle dos das sui sulle")

// unitBehind is the word behind a number that says what it counts, or "".
func (c *clause) unitBehind(k int) string {
	if k+1 < len(c.words) && (currencies[c.words[k+1].text] || unitWords[c.words[k+1].text] || unitBase(c.words[k+1].text) != "" || measured[c.words[k+1].text] != nil) {
		return c.words[k+1].text
	}
	return ""
}

// frontedWhole reports whether a number stands in what an order is about, before its verb, and another one behind it:
// "Della caparra di 200 euro rimborsate solo 80", "Da taxa de 200 devolvam 50".
func (c *clause) frontedWhole(i int, v Value, call *Call) bool {
	first := c.opened()
	if v.Digits || v.id() || first >= i || !(c.lang&en != 0 && (c.words[first].text == "of" || c.words[first].text == "out")) && !(c.lang&(it|es|pt|fr) != 0 && (partOf[c.words[first].text] || fronting[c.words[first].text])) && c.lang&th == 0 {
		return false
	}
	sum := i+1 < len(c.words) && currencies[c.words[i+1].text]
	whole, err := strconv.ParseFloat(strings.ReplaceAll(strings.Trim(c.words[i].text, "€$£¥₹฿"), ",", "."), 64)
	for _, verb := range c.verbs(&call.Acts) {
		if verb.at <= i || verb.form != ordering {
			continue
		}
		for k := verb.at + 1; k < len(c.words); k++ {
			t := &c.words[k]
			n, end := numeral(c.words, k, c.lang)
			part, bad := strconv.ParseFloat(strings.ReplaceAll(strings.Trim(t.text, "€$£¥₹฿"), ",", "."), 64)
			switch {
			case c.dated(k) || t.code() && !amountForm.MatchString(t.text) || clockUnits[t.text]:
			case sum && c.lang&th == 0 && amountForm.MatchString(t.text) && t.text != c.words[i].text:
				return true
			case err == nil && amountForm.MatchString(t.text) && bad == nil && part < whole && !call.mentions(t.text),
				err == nil && end > k && n > 1 && n < whole && !call.mentions(textOf(c, c.words[k:end])):
				return true
			}
		}
		return false
	}
	return false
}

// onlyLess reports whether a smaller number of the same stands behind a number with a word for no more than that: "เงินประกัน
// 120 ยูโร คืนแค่ 70".
func (c *clause) onlyLess(i int) bool {
	whole, err := strconv.ParseFloat(c.words[i].text, 64)
	if c.lang&(hi|th) == 0 || err != nil || i > 0 && onlyWords[c.words[i-1].text]&c.lang != 0 {
		return false
	}
	for k := i + 2; k < len(c.words); k++ {
		if onlyWords[c.words[k-1].text]&c.lang == 0 {
			continue
		}
		if part, err := strconv.ParseFloat(c.words[k].text, 64); err == nil && part < whole && (c.unitBehind(k) == "" || c.unitBehind(k) == c.unitBehind(i)) {
			return true
		}
	}
	return false
}

// numbersThings reports whether a clause says no more than how many of the tool's things there are: "il y a trois colis".
func (c *clause) numbersThings(call *Call) bool {
	if c.asked || c.negates() >= 0 || len(c.words) > 7 || !call.Acts.hasNoun(c.words) {
		return false
	}
	rest := *c
	rest.words = slices.Clone(c.words)
	for i := range rest.words {
		if t := &rest.words[i]; call.Acts.isNoun(t) {
			t.verb, t.bent, t.own, t.text, t.fold, t.starts = false, false, 0, "-", "-", 0
		}
	}
	return rest.identifies()
}

// hadMeant reports whether "that" begins what the user says of a quantity, up to the verb of the order: "que teníamos
// previstas". It is not so where somebody else may be the one who does it.
func (c *clause) hadMeant(at int, v verb) bool {
	most := 4 // words
	if c.surely(v) {
		most = 8
	}
	if w := c.words[at].text; w != "que" && w != "che" && w != "cui" && w != "qu'" || v.at-at < 2 || v.at-at-1 > most || firstPlural[v.lang] == "" {
		return false
	}
	ours := false
	for j := at + 1; j < v.at; j++ {
		t := &c.words[j]
		if strings.HasSuffix(t.text, firstPlural[v.lang]) && len(t.text) > 5 || paidOnes[t.text] || hadOnes[t.text] && slices.ContainsFunc(c.words[j:v.at], func(t token) bool { return t.sign }) {
			ours = true
			continue
		}
		if ours && t.sign && t.text == "," {
			continue
		}
		if t.sign || t.quoted || t.capped && !t.code() || t.code() && !(ours && c.surely(v)) || t.within&(negator|know|report|hypothetical|ifs|subject) != 0 && t.within&det == 0 {
			return false
		}
	}
	return ours
}

// paidOnes say that it is the user who paid, ordered or has what is spoken of.
var paidOnes = set("pagué aboné gasté ingresé transferí compré encargué pedí tengo paguei gastei comprei encomendei pedi tenho ho")

// hadOnes are words for what "I" had meant, or somebody else; a comma behind it tells who is asked to do the rest.
var hadOnes = set("había tenía pensaba havia tinha pensava avevo pensavo avais pensais")

// firstPlural are the endings of what "we" do.
var firstPlural = map[lang]string{fr: "ions", it: "amo", es: "mos", pt: "mos"}
