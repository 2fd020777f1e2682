package ask

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// Values that stand only at the beginning of a part that says something of them.

// spokenOfAside reports whether a value stands nowhere but at the beginning of a part behind a comma
// that says something of it: "restart web-4, web-3 runs well".
func (c *clause) spokenOfAside(v Value, call *Call) bool {
	aside, inside := false, false
	for i := range c.words {
		t := &c.words[i]
		if t.sign || !v.Said(t.text) {
			continue
		}
		if c.joins != nil && t.at >= c.joins.ends[0] && c.answers(i, v, call) {
			inside = true
			continue
		}
		first := i > 0 && c.words[i-1].sign && c.words[i-1].text == ","
		says := i+1 < len(c.words) && c.words[i+1].within == 0 && !c.words[i+1].sign && !digit(c.words[i+1].text) && len(c.words[i+1].text) > 3
		if v.Shape == Number && says && (measured[c.words[i+1].text] != nil || slices.Contains(NameWords(v.Name), c.words[i+1].text) || call.isThing(&c.words[i+1])) && (i+2 >= len(c.words) || c.words[i+2].sign || c.words[i+2].within&opener != 0) {
			says = false // ", 60 copies", ", 22 Spieler"
		}
		if v.Shape == Number && i+1 < len(c.words) && currencies[c.words[i+1].text] {
			says = false // ", 2.5 euros"
		}
		if v.Shape == Choice && says && c.onlyHow(i) {
			says = false // ", rubata appunto"
		}
		if c.setAside(i, v, call) {
			aside = true
			continue
		}
		if first && says && c.speaksBefore(i-1) && c.find(and, i, len(c.words)) < 0 && !c.oneMore(i, call) {
			aside = true
		} else {
			inside = true
		}
	}
	return aside && !inside
}

// onlyHow reports whether the part that begins at a word says of what stands before it how it is, by a participle and few words,
// none of them a verb: ", rubata appunto,", ", volé hier".
func (c *clause) onlyHow(from int) bool {
	const few = 3 // words
	if c.lang&(fr|it|es|pt) == 0 || !participle.MatchString(c.words[from].text) {
		return false
	}
	for i := from + 1; i < len(c.words) && !c.words[i].sign; i++ {
		t := &c.words[i]
		if i >= from+few || t.quoted || t.code() || digit(t.text) || t.verb || t.inflected() || t.own != 0 || foreignVerb(t, c.lang) || finite[t.text]&c.lang != 0 || t.starts&(negator|ifs|unless|question) != 0 || perhaps[t.text]&c.lang != 0 || c.orWord(t) {
			return false
		}
	}
	return true
}

// participle finds participles of French, Italian, Spanish and Portuguese.
var participle = regexp.MustCompile(`(?:[aiu]t[oaie]|[aií]d[oa]s?|ée?s?)$`)

// speaksBefore reports whether what stands before a word says anything, and is more than a greeting or whom it is said to:
// "नमस्ते, HUT94 को …".
func (c *clause) speaksBefore(at int) bool {
	const most = 4 // words
	return at > most || slices.ContainsFunc(c.words[:at], func(t token) bool {
		return t.quoted || t.code() || digit(t.text) || t.verb || t.within&(negator|frame) != 0 || foreignVerb(&t, c.lang) && !frequent(&t, c.lang)
	})
}

// answers reports whether the value that begins at a word of an answer is of what stands behind it: a number of one
// of the tool's things or in the argument's unit, and no number of something else.
func (c *clause) answers(i int, v Value, call *Call) bool {
	if v.Shape != Number {
		return true
	}
	if _, end := numeral(c.words, i, c.lang); end > i+1 {
		i = end - 1
	}
	if i+1 >= len(c.words) {
		return true
	}
	next := &c.words[i+1]
	if unit := strings.ToLower(c.joins.unit); next.text == unit && c.lang&en == 0 && !ofOthers(unit) || pieces[next.text] { // "Quante scatole?" "Quattro."
		return !slices.ContainsFunc(call.Values, func(o Value) bool { return o.Shape == Number && o.Name != v.Name && !o.Free })
	}
	return next.sign || next.within&(opener|target|source) != 0 || call.isThing(next) || countsIn(v.Name, next.text) || currencies[next.text]
}

// ofOthers reports whether a word counts people, time or a measure, and no things of the tool's.
func ofOthers(unit string) bool {
	base, _ := spoken.Unit(unit)
	return base != "" || othersCounted[unit] || currencies[unit] || unitWords[unit] || len(spoken.Parse("2 "+unit).Lengths()) > 0
}

var othersCounted = set(`personen leute gäste kinder erwachsene teilnehmer personnes gens invités enfants adultes participants persone ospiti invitati bambini adulti partecipanti personas invitados niños adultos huéspedes participantes
	pessoas convidados crianças hóspedes jahre ans anni años anos लोग लोगों मेहमान बच्चे व्यक्ति दिन रात रातें कितने คน ท่าน แขก เด็ก ผู้ใหญ่ วัน คืน ปี stockwerke étages piani pisos andares zimmer chambres camere habitaciones quartos mal fois volte veces vezes`)

// pieces count whatever it is.
var pieces = set("stück stücke piece pieces pièce pièces pezzo pezzi pieza piezas unidad unidades peça peças unità unités units unit pcs stk ชิ้น อัน")

// oneMore reports whether the part that begins at a word is one more of what is ordered: it has all that the
// call is about, and no verb.
func (c *clause) oneMore(from int, call *Call) bool {
	to := from
	for to < len(c.words) && (!c.words[to].sign || c.words[to].text != ",") {
		to++
	}
	text, n := textOf(c, c.words[from:to]), 0
	for _, v := range call.Values {
		if !v.Free && !v.Said(text) {
			return false
		}
		n++
	}
	part := clause{words: c.words[from:to], lang: c.lang}
	return n > 1 && part.bare() && !slices.ContainsFunc(part.words, func(t token) bool {
		return finite[t.text]&c.lang != 0 || t.within == 0 && past(t.text, c.lang) && !t.capped
	})
}
