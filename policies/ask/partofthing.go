package ask

import "slices"

// What is called off may be something about a thing, and not the thing: "cancel the change on CV-6104", "die Zusatzstunde bei
// CV-6104".

// callsOffPart reports whether clause c calls off something else of the call's thing: behind the verb and an article stands a
// noun that is none of the tool's, and behind that, by a preposition, the first value.
func (c *clause) callsOffPart(call *Call) bool {
	const most, near = 3, 4 // words of the noun; from the preposition to the value
	if !call.Acts.callsOff() || call.Flags || call.Acts.has("refund") || call.Acts.has("pay") || c.lang&(hi|th) != 0 {
		return false
	}
	for k := 1; k < len(c.words); k++ {
		if c.words[k-1].within&det == 0 || k > 1 && c.words[k-2].within&(target|source) != 0 {
			continue
		}
		end := k
		for end < len(c.words) && end < k+most && c.plainNoun(end, call) {
			end++
		}
		if end == k || end >= len(c.words) || !ofWords[c.words[end].text] && papersOf[c.words[end].text]&c.lang == 0 && partBeside[c.words[end].text]&c.lang == 0 {
			continue
		}
		if !slices.ContainsFunc(c.words[:k], func(t token) bool { return t.code() }) {
			for j := end + 1; j < len(c.words) && j <= end+near && !c.words[j].sign; j++ {
				if c.words[j].code() && call.mentions(c.words[j].text) {
					return true
				}
			}
		}
	}
	return false
}

// plainNoun reports whether a word is no sign, number, name, verb or value, and none of the tool's things.
func (c *clause) plainNoun(i int, call *Call) bool {
	t := &c.words[i]
	_, end := numeral(c.words, i, c.lang)
	if _, verb := c.verb(i, &call.Acts); verb { // "die Absage von V-2214"
		return false
	}
	return !t.sign && !t.quoted && !t.code() && !digit(t.text) && end <= i && t.within == 0 && (c.lang == de || !t.capped) && !ofWords[t.text] && papersOf[t.text]&c.lang == 0 && partBeside[t.text]&c.lang == 0 &&
		!call.isThing(t) && !call.names(t.text) && !slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, t.text) || slices.Contains(NameWords(v.Name), t.text) })
}

// partBeside are prepositions beside those of papers.
var partBeside = map[string]lang{"from": en, "to": en, "an": de, "bei": de, "auf": de, "von": de, "à": fr, "dans": fr, "a": it | es, "alla": it, "al": it | es, "da": pt | it, "del": es | it, "della": it, "de": fr | es | pt, "do": pt, "na": pt, "no": pt}
