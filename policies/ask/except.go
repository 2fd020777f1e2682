package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// What an order takes out: "all but a.txt", "not the hall", "a.txt को छोड़कर".

// except takes out what a word behind it excepts: ", a.txt excluded", "a.txt को छोड़कर".
func (c *cutter) except() {
	words := c.cur.words
	from := 0
	for i := 0; i < len(words); i++ {
		t := &words[i]
		if t.sign && !t.quoted {
			from = i + 1
			continue
		}
		if from > 0 && c.keepsAt(words, from, i) {
			end := i
			for end < len(words) && (!words[end].sign || words[end].quoted) {
				end++
			}
			c.cur.apart = append(c.cur.apart, joined(c.text, words[from:end]))
			words = append(words[:from:from], words[end:]...)
			i = from - 1
			continue
		}
		if c.noLongerSo(words, from, i) {
			continue // "der Termin passt nicht mehr"
		}
		if t.quoted || t.starts&excepted == 0 || (t.starts|t.within)&negator != 0 || from == 0 && c.lang != hi || c.lang == pt && i+2 < len(words) && words[i+1].text == "a" && strings.HasSuffix(words[i+2].text, "r") { // "fica a estudar"
			continue
		}
		if c.lang == hi && i > 0 && digit(words[i-1].text) {
			from = i - 1 // 60 की जगह 40
		} else if c.lang == hi && i > 0 && weekdayWords[words[i-1].text]&hi != 0 {
			from = i - 1 // शुक्रवार के बजाय
		} else if c.lang == hi && i > 1 && hindiUnits[words[i-1].text] && digit(words[i-2].text) {
			from = i - 2 // 6 बजे के बजाय
		}
		end := span(words, i, excepted)
		for c.lang&th != 0 && i == from && end < len(words) && !words[end].sign && words[end].at == words[end-1].end { // "…, ไม่เอาหกโมง"
			end++
		}
		c.cur.apart = append(c.cur.apart, joined(c.text, words[from:end]))
		words = append(words[:from:from], words[end:]...)
		i = from - 1
	}
	c.cur.words = words
}

// outBefore are Portuguese words before "fora" by which it says that somebody is away.
var outBefore = set("estou estás está estamos estão estar estarei estará estaremos estava fico fica ficamos ficar vou vai vamos ir passo passar trabalho trabalhar ando andar lá por para pra de aí cá")

// excepts reports whether a phrase that may except something does so here.
func (c *cutter) excepts(i int) bool {
	t := &c.list[i]
	end := span(c.list, i, except)
	if end >= len(c.list) || c.putOff(i, end) {
		return false
	}
	if t.text == "menos" && end+1 < len(c.list) && c.list[end].text == "de" && digit(c.list[end+1].text) { // less than
		return false
	}
	switch t.text {
	case "bar": // the tow bar they ordered
		return i > 0 && !barBefore[c.list[end].text]
	case "statt", "anstatt":
		return i > 0 || c.insteadEnd(i, end, len(c.list)) < len(c.list)
	case "leaving", "sparing", "minus", "menos", "salvo", "fora", "เว้น":
		return i > 0 && !(t.text == "fora" && outBefore[c.list[i-1].text]) // vou estar fora
	case "ไม่ใช่": // "เอ่อ ไม่ใช่ …": no, that
		return i == 0 || c.list[i-1].within&oops == 0 && !thaiEnds[c.list[i-1].text]
	case "not":
		return i > 0 && (c.list[i-1].sign || c.list[i-1].starts&and != 0)
	case "y", "e", "and": // "y no …": a ban, if a verb follows
		return !c.verbAhead(end) && !objects[c.list[end].text]
	case "all": // all but 100 grams of it: a quantity
		return !(end+1 < len(c.list) && digit(c.list[end].text) && slices.ContainsFunc(c.list[end+1:min(end+3, len(c.list))], func(t token) bool { return t.text == "of" }))
	case "but", "aber", "mais", "pero", "ma", "mas", "però", "jedoch", "nur", "auch", "แต่":
		return !c.verbAhead(end)
	}
	return true
}

// insteadEnd returns where what an order is in place of ends, if what is to be follows without a sign: behind a day, as in
// "instead of Friday please move …", "statt am 14. …", or before a word of courtesy; the end of the part else.
func (c *cutter) insteadEnd(from, at, end int) int {
	if !inPlaceIn(c.list, from, at) {
		return end
	}
	if next := c.numeralEnd(at); c.numeralBefore(from) && next > at && next < end && !c.list[next].sign && !slices.ContainsFunc(c.list[next:], func(t token) bool { return digit(t.text) || t.code() || t.starts&and != 0 }) {
		return next // "drei statt fünf Lavendel"
	}
	k := at
	for k < end && k < at+2 && (placing[c.list[k].text] || c.list[k].within&det != 0) {
		k++
	}
	day := k < end && (weekdays[c.list[k].text] || weekdayWords[c.list[k].text]&c.lang != 0)
	if day || k > at && k < end && c.lang&de != 0 && c.list[k-1].text == "am" && digit(c.list[k].text) && k+1 < end && spoken.Month(c.list[k+1].text) == 0 {
		if k++; k < end && !c.list[k].sign {
			return k
		}
		return end
	}
	for k = at + 1; k+1 < end; k++ {
		if t := &c.list[k]; t.starts&frame != 0 && (courtesy[t.text]|courtesy[c.list[k+1].text])&c.lang != 0 && !c.list[k+1].sign {
			return k
		}
	}
	return end
}

// inPlaceIn reports whether words of a list, from one place to another, say what something else takes the place of.
func inPlaceIn(list []token, from, to int) bool {
	for i := from; i < to; i++ {
		if inPlace(list, i) {
			return true
		}
	}
	return false
}

// numeralEnd returns where the number that begins at a word ends; the word itself if none does.
func (c *cutter) numeralEnd(i int) int {
	if digit(c.list[i].text) {
		return i + 1
	}
	_, end := numeral(c.list, i, c.lang)
	return end
}

// numeralBefore reports whether a number stands right before a word.
func (c *cutter) numeralBefore(i int) bool {
	return i > 0 && !c.list[i-1].sign && c.numeralEnd(i-1) == i
}

// putOff reports whether an exception is none of things, but of a time: "but not yet".
func (c *cutter) putOff(from, end int) bool {
	for j := from; j < end; j++ {
		if t := &c.list[j]; t.starts&await != 0 && span(c.list, j, await) > end || t.starts&later != 0 && span(c.list, j, later) > end {
			return true
		}
	}
	return false
}

// after is the word behind the exception that begins at a word, or "".
func (c *cutter) after(i int) string {
	if end := span(c.list, i, except); end < len(c.list) {
		return c.list[end].text
	}
	return ""
}

// takesOut reports whether a negation behind a comma takes a thing out and is no ban: it has no verb
// of its own.
func (c *cutter) takesOut(i int) bool {
	if i+1 >= len(c.list) || !bareNo[c.list[i].text] || c.list[i].quoted || c.list[i].starts&negator == 0 || c.list[i].within&harmless != 0 || len(c.cur.words) == 0 || c.onlyOpeners() {
		return false
	}
	if next := &c.list[i+1]; c.lang&en != 0 && c.list[i].text == "no" && (next.text == "the" || digit(next.text) || next.code()) {
		return false // "the 16th, no the 17th" puts it right
	}
	some := false
	for j := i + 1; j < len(c.list); j++ {
		t := &c.list[j]
		if t.sign && !t.quoted {
			break
		}
		if t.starts&and != 0 && c.starts(span(c.list, j, and)) || t.starts&contrast != 0 {
			break
		}
		if t.starts&(negator|speaker|know|frame|question|keep|await|later|ifs|subject|content) != 0 && t.within&det == 0 || finite[t.text]&c.lang != 0 {
			return false
		}
		if c.lang&en != 0 && (t.verb && !t.noun || t.inflected() && !t.capped && (j == i+1 || c.list[j-1].within&(det|and) == 0)) {
			return false
		}
		if j == i+1 && (t.verb && c.lang&en != 0 || foreignVerb(t, c.lang) && !frequent(t, c.lang)) {
			return false
		}
		some = some || t.within&^(speaker|others|source|target) == 0
	}
	return some
}

// partEnd returns where what is taken apart ends: at a sign or a joining word behind which a
// clause begins; lists go on.
func (c *cutter) partEnd(from int, list bool) int {
	for i := from; i < len(c.list); i++ {
		t := &c.list[i]
		switch {
		case t.quoted:
		case t.sign && (!list || t.text != "," || c.starts(i+1) || !c.lists(i) || i+1 < len(c.list) && placing[c.list[i+1].text]):
			return i
		case i > from && c.lang&th != 0 && t.at > c.list[i-1].end && c.ordersBehind(from, i):
			return i
		case i > from && t.starts&contrast != 0 && c.contrasts(i):
			return i
		case i > from && t.starts&(and|ifs|unless) != 0 && (c.starts(span(c.list, i, and)) || t.starts&(ifs|unless) != 0 && c.conditional(i)):
			return i
		}
	}
	return len(c.list)
}

// objects are pronouns that stand before a verb and no noun: "pero no le cobres nada".
var objects = set("le les me te se nos lhe lhes gli ci ne")

// bareNo are negations that stand before a thing as well as before a verb.
var bareNo = set("not nicht pas non no não ไม่ใช่")

// placing are words that go on, behind what is taken out, with what is said of the rest: "not the
// hall, to 21 degrees".
var placing = set(`to into onto on at by in for with from under until till auf um an für bei mit nach bis von zum zur im am
	à au aux en pour dans sur avec chez alle agli allo alla al in per con nel nella nell' nei su sul sulla sull' sui sulle da dal dalla dall' para por con en hasta desde em no na com até pelo pela`)

// barBefore are words before which "bar" is a thing: no exception begins with them.
var barBefore = set("i we you he she they who which that is was were has had")
