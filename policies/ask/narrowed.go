package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// narrowed reports whether the clause asks for the deed only at a place that the call cannot have: "delete it only from my
// phone".
func (c *clause) narrowed(call *Call) bool {
	const most = 4 // words
	for i := range c.words {
		if onlyWords[c.words[i].text]&c.lang == 0 || c.words[i].quoted || i+1 >= len(c.words) {
			continue
		}
		at := i + 1
		if c.lang&hi == 0 {
			if narrowing[c.words[at].text]&c.lang == 0 {
				continue
			}
			at++
		}
		for at < len(c.words) && c.words[at].within&det != 0 {
			at++
		}
		if at >= len(c.words) {
			continue
		}
		place := &c.words[at]
		if c.lang&hi != 0 && (at+1 >= len(c.words) || narrowing[c.words[at+1].text]&hi == 0) {
			continue
		}
		phrase := textOf(c, c.words[at:min(at+most, len(c.words))])
		if place.within != 0 || place.sign || place.quoted || !place.names() || digit(place.text) || place.code() || call.isThing(place) || call.mentions(phrase) || c.ofMoment(at) || dayNames[place.text] || spoken.Month(place.text) > 0 || inTime[place.text] || unitWords[place.text] || currencies[place.text] {
			continue
		}
		if _, end := numeral(c.words, at, c.lang); end > at || slices.ContainsFunc(c.words[at:min(at+most, len(c.words))], func(t token) bool { return digit(t.text) || t.code() }) {
			continue
		}
		return true
	}
	return false
}

// narrowing stand between "only" and a place; inTime are no places behind them.
var narrowing, inTime = wordSets["narrowing"], set("case time passing advance")

// onlyOther reports whether a Thai clause asks for one thing only, by its number, and that is none of the call's: "ยกเลิกแค่ VX-3318".
func (c *clause) onlyOther(call *Call) bool {
	if c.lang&th == 0 {
		return false
	}
	for i := 0; i+1 < len(c.words); i++ {
		next := &c.words[i+1]
		if onlyWords[c.words[i].text]&th == 0 && !only[c.words[i].text] || !next.code() || digit(next.text) {
			continue
		}
		if i+3 < len(c.words) && c.words[i+3].code() { // "แค่ A กับ B"
			continue
		}
		if !call.mentions(next.text) && slices.ContainsFunc(call.Values, func(v Value) bool {
			return v.Shape == Code && kindOfCode(strings.ToLower(v.Text)) == kindOfCode(next.text)
		}) {
			return true
		}
	}
	return false
}
