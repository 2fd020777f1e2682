package ask

import (
	"slices"
	"strconv"
	"strings"
)

// An order for some of what a thing holds is none for the whole: "of the 9 places of HB-544 cancel only 2".

// takesSome reports whether clause i asks for a number of what the only thing holds that the user names, and the call, which
// undoes or alters that thing, has no number.
func (s *Said) takesSome(i int, call *Call) bool {
	a := &call.Acts
	strictly := !a.callsOff() && !a.undoes() && !a.has("return")
	if strictly && !a.alters && !a.has("transfer") {
		return false
	}
	c := &s.clauses[i]
	var named []string
	for _, v := range call.Values {
		if v.Shape == Number && !v.Digits {
			return false
		}
		strictly = strictly || v.Shape == Moment
	}
	for j := range s.clauses {
		if o := &s.clauses[j]; o.message == c.message {
			for k := range o.words {
				if t := &o.words[k]; t.code() && !slices.Contains(named, t.text) && (call.mentions(t.text) || slices.ContainsFunc(call.Values, func(v Value) bool {
					return v.Shape == Code && kindOfCode(strings.ToLower(v.Text)) == kindOfCode(t.text)
				})) {
					named = append(named, t.text)
				}
			}
		}
	}
	if len(named) != 1 || !call.mentions(named[0]) {
		return false
	}
	for k := range c.words {
		if c.someAt(k, strictly, call) {
			return true
		}
	}
	return false
}

// someAt reports whether at a word stands a number of things, or a share, that is a part: "2 places", "two of the", "half of", "2"
// behind "of the 9 places", "a place on HB-544"; strictly, only what says what it is a part of.
func (c *clause) someAt(k int, strictly bool, call *Call) bool {
	t := &c.words[k]
	if t.sign || t.quoted || digit(t.text) && slices.ContainsFunc(call.Values, func(v Value) bool { return strings.Contains(v.Text, t.text) }) {
		return false
	}
	next := func(i int) *token {
		if i < len(c.words) {
			return &c.words[i]
		}
		return &token{sign: true}
	}
	if t.capped && strings.HasSuffix(t.text, "'s") && call.isThing(next(k+1)) && belonging[next(k+2).text] && (next(k+3).code() || next(k+4).code()) && !call.mentions(strings.TrimSuffix(t.text, "'s")) {
		return true // "Marta's place on HB-544"
	}
	if t.text == "some" && next(k+1).text == "of" {
		return true
	}
	if !strictly && (shares[t.text]|halfWords[t.text]|fews[t.text])&c.lang != 0 && !countsTime(next(k+1).text) {
		return true
	}
	n, end := numeral(c.words, k, c.lang)
	if digit(t.text) && len(t.text) < 4 {
		n, _ = strconv.ParseFloat(t.text, 64)
		end = k + 1
	}
	if articles[t.text] && end <= k+1 && (c.lang&en != 0 || t.text != "a") {
		n, end = 1, k+1
	}
	if end <= k || n < 1 || c.dated(k) || k > 0 && (c.words[k-1].within&det != 0 || dayWords[c.words[k-1].text] && !ofWords[c.words[k-1].text] || forWords[c.words[k-1].text] || withWords[c.words[k-1].text]&c.lang != 0) {
		return false
	}
	noun := next(end)
	switch {
	case clockUnits[noun.text], monthWord(noun.text), currencies[noun.text], percents[noun.text], countsTime(noun.text):
		return false
	case ofWords[noun.text], partOf[noun.text], noun.text == "of", wholes[noun.text]: // two of the nine, but not of us
		after := next(end + 1)
		return !articles[t.text] && !(n == 1 && c.joins != nil) && after.starts&speaker == 0 && after.text != "us" && after.text != "uns" && !after.code() && (!strictly || after.within&det != 0 || digit(after.text))
	case strictly:
		return false
	case c.wholeFirst(k, n):
		return true
	case noun.sign:
		return false
	case n > 1:
		return call.isThing(noun) || (c.plainNoun(end, call) || counts[noun.text] || unitWords[noun.text]) && belonging[next(end+1).text]
	}
	at := end + 1 // "a place on (the) HB-544", "einen Platz der HB-544"
	if belonging[next(at).text] {
		at++
	} else if c.lang&de == 0 || next(at).within&det == 0 {
		return false
	}
	if next(at).within&det != 0 {
		at++
	}
	return (call.isThing(noun) || c.plainNoun(end, call)) && next(at).code()
}

// fews are words for some of several.
var fews = wordSets["few"]

// countsTime reports whether a word is a unit of time.
func countsTime(w string) bool { return slices.Contains(measured[w], "duration") }

// wholeFirst reports whether a larger number stands before a word, behind what begins by what it is a part of: "of the 9 places".
func (c *clause) wholeFirst(k int, n float64) bool {
	for j := range k {
		if j == 0 || c.dated(j) || c.words[j].code() && !digit(c.words[j].text) {
			continue
		}
		if f, err := strconv.ParseFloat(c.words[j].text, 64); err == nil && f > n && len(c.words[j].text) < 4 {
			return true
		}
		if f, end := numeral(c.words, j, c.lang); end > j && f > n {
			return true
		}
	}
	return false
}
