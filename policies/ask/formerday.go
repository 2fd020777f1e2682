package ask

import (
	"slices"
	"strings"
)

// A day from which a thing is moved away, or by which it is called, is not the one that it is moved to: "move PS-4417 from 5
// December", "la livraison du 5 décembre", "เลื่อนจากวันที่ 5 ธันวาคม", "5 दिसंबर वाली डिलीवरी".

// onlyBefore reports whether the clause says a moment nowhere but there.
func (c *clause) onlyBefore(v Value, call *Call) bool {
	const most = 5 // words of a day
	if c.lang&th != 0 {
		return onlyBeforeThai(c.text, v)
	}
	for k := range c.words {
		from, to := k+1, k+1
		switch t := &c.words[k]; {
		case t.sign || t.quoted:
			continue
		case c.lang == hi:
			if t.text != "से" && !(hindiOnes[t.text] || hindiOf[t.text] && k+1 < len(c.words) && call.isThing(&c.words[k+1]) && !c.words[k+1].code()) {
				continue
			}
			for from = k; from > 0 && from > k-most && !c.words[from-1].sign && !c.words[from-1].code() && !hindiOf[c.words[from-1].text]; from-- {
			}
			to = k
		case awayFrom[t.text]&c.lang != 0 || ofDay[t.text]&c.lang != 0 && k > 0 && (call.isThing(&c.words[k-1]) || slices.ContainsFunc(call.Values, func(o Value) bool { return o.Shape == Code && o.Said(c.words[k-1].text) })):
			for to < len(c.words) && to <= k+most && !c.words[to].sign && newBehind[c.words[to].text]&c.lang == 0 && c.words[to].text != "to" {
				to++
			}
		default:
			continue
		}
		if from < to && v.Said(textOf(c, c.words[from:to])) && !v.Said(textOf(c, c.words[:from])) && !v.Said(textOf(c, c.words[to:])) {
			return true
		}
	}
	return false
}

// onlyBeforeThai is [clause.onlyBefore] for a Thai text.
func onlyBeforeThai(text string, v Value) bool {
	at := strings.Index(text, "จาก")
	if at < 0 {
		return false
	}
	rest := text[at+len("จาก"):]
	end := len(rest)
	for _, w := range []string{"ไป", "เป็น", "มา", "ถึง"} {
		if n := strings.Index(rest, w); n >= 0 && n < end {
			end = n
		}
	}
	return v.Said(rest[:end]) && !v.Said(text[:at]) && !v.Said(rest[end:])
}

// awayFrom stand before a day from which a thing is moved away, ofDay behind a thing and before the day by which it is called.
var (
	awayFrom = map[string]lang{"from": en, "vom": de, "dal": it, "desde": es}
	ofDay    = map[string]lang{"du": fr, "del": it | es, "dell'": it, "de": pt, "do": pt}
)
