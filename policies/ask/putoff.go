package ask

import (
	"slices"
	"strings"
)

// putsOff reports whether a part of a sentence says of all that stands before it that it is not to be done now: "…,
// but not yet", "पर अभी नहीं". It has no other words than those for this. That it is not to be done today is said
// by a part that stands against the one before: "Friday, not today" puts nothing off.
func putsOff(list []token, l lang) bool {
	if l&th != 0 && thaiLooksFirst(list) {
		return true
	}
	for i := range list {
		against := list[i].starts&contrast != 0 || list[i].starts&except != 0
		if i > 0 && !list[i-1].sign && !against || list[i].sign || list[i].quoted {
			continue
		}
		not, moment, ok := false, false, true
		for j := i; j < len(list) && !list[j].sign && ok; j++ {
			t := &list[j]
			known := false
			if noWay[t.text]&l != 0 {
				not, known = true, true
			}
			if moments[t.text]&l != 0 || against && todays[t.text]&l != 0 {
				moment, known = true, true
			}
			ok = !t.quoted && (known || besides[t.text]&l != 0)
		}
		if (against || yets[list[i].text]&l != 0) && consults(list[i:], l) {
			return true
		}
		if ok && not && moment || against && (hedged(list[i:], l) || holdsBack(list[i:], l) || othersFirst(list[i:], l)) {
			return true
		}
	}
	return false
}

// hedged reports whether a part that stands against the one before says "not", and nothing but when or how: "but not
// before Friday", "but not without asking me". It names no thing.
func hedged(list []token, l lang) bool {
	const most = 8 // words
	end, not, some := 0, -1, false
	for end < len(list) && !list[end].sign {
		t := &list[end]
		if t.quoted || t.code() {
			return false
		}
		if not < 0 && t.text != "don't" && noWay[t.text]&l != 0 {
			not = end
		}
		some = some || not >= 0 && hedges[t.text]&l != 0 || l&hi != 0 && hedges[t.text]&hi != 0
		end++
	}
	if not < 0 || !some || end > most {
		return false
	}
	if l&hi != 0 {
		for not++; not < end && list[not].within&opener != 0; not++ {
		}
		return not == end
	}
	next := not + 1
	return not <= 2 && next < end && (l&(en|th) != 0 || hedges[list[next].text]&l != 0 || !foreignVerb(&list[next], l) || frequent(&list[next], l))
}

// holdsBack reports whether a part that stands against the one before says that it is not to be done yet, by a verb
// that names no deed of its own: "but don't send it off yet", "แต่อย่าเพิ่งส่ง". It names no thing.
func holdsBack(list []token, l lang) bool {
	not, moment, does := false, false, false
	for i := range list {
		t := &list[i]
		if t.sign {
			break
		}
		if t.quoted || t.code() || digit(t.text) {
			return false
		}
		not = not || t.starts&negator != 0
		moment = moment || moments[t.text]&l != 0
		does = does || doings[t.text]&l != 0
	}
	return not && moment && does
}

// othersFirst reports whether a Thai part that stands against the one before says that somebody is to do something
// first: "แต่ให้หัวหน้าอนุมัติก่อน".
func othersFirst(list []token, l lang) bool {
	if l&th == 0 {
		return false
	}
	end := 0
	for end < len(list) && !list[end].sign && !list[end].code() && !digit(list[end].text) {
		if end++; end < len(list) && list[end].at > list[end-1].end {
			last := end
			for last > 1 && thaiPolite[list[last-1].text] {
				last--
			}
			if list[last-1].text == "ก่อน" {
				return last > 1 // what follows is another sentence
			}
		}
	}
	if end < len(list) && !list[end].sign {
		return false
	}
	for end > 0 && thaiPolite[list[end-1].text] {
		end--
	}
	return end > 1 && list[end-1].text == "ก่อน"
}

// consults reports whether a part that stands against the one before says that somebody is to be asked first, or time to
// pass: "but ask Paul first", "aber halten Sie vorher Rücksprache", "but sit on it for a bit".
func consults(list []token, l lang) bool {
	const near = 4 // words before the verb that lets time pass
	first, asks, bides := false, false, false
	for i := range list {
		t := &list[i]
		if t.sign && i > 1 {
			break
		}
		if after := afters[t.text]&l != 0; after && (i == 1 || i == 2 && (onlyWords[list[1].text]|noWay[list[1].text])&l != 0) || t.text == "बाद" && l&hi != 0 && (i+1 == len(list) || list[i+1].sign) {
			return i+1 == len(list) || t.text == "बाद" || !digit(list[i+1].text)
		}
		if t.quoted || t.code() || digit(t.text) && !bides || t.starts&(content|ifs|unless) != 0 && i > 0 && t.within&opener == 0 {
			return bides
		}
		if late[t.text]&l != 0 && i > 0 && slices.ContainsFunc(list[:i], func(o token) bool { return copulas[o.text] || o.text == "है" || o.text == "c'" }) {
			return true
		}
		first = first || earlier[t.text]&l != 0
		asks = asks || consulting[t.text]&l != 0 && t.within&det == 0
		bides = bides || i > 0 && i <= near && biding[t.text]&l != 0 && (i+1 == len(list) || list[i+1].text != "," || l&en == 0)
	}
	return bides || first && asks
}

// delays reports whether a sentence behind an order says that it is to wait: by a verb that lets time pass in front, by a
// time that is to be left, or by what the user wants to look at first: "let's wait and see", "give me until Thursday".
func (c *clause) delays() bool {
	const near = 4 // words before it
	from := c.opened()
	if c.negates() >= 0 && c.negates() < from+near || c.asked || from >= len(c.words) {
		return false
	}
	for i := from; i < len(c.words) && i < from+near; i++ {
		t := &c.words[i]
		switch {
		case t.quoted || t.code():
			return false
		case biding[t.text]&c.lang != 0 && !c.othersWait(i) && (i == 0 || c.words[i-1].within&det == 0) && (t.length[bit(oops)] == 0 || i+1 < len(c.words) && !c.words[i+1].sign && !digit(c.words[i+1].text)) && t.within&(harmless|oops) == 0:
			return c.lang&(en|hi|th) == 0 || i+1 == len(c.words) || c.words[i+1].text != "for"
		case giving[t.text]&c.lang != 0 && c.hasOf(tillWhen, i) > 0 && c.hasOf(tillWhen, i) <= i+near:
			return true
		}
	}
	if last := c.lastWord(); c.lang == hi && giving[c.words[last].text]&hi != 0 && c.hasOf(respite, 0) >= 0 && c.hasWord("तक", 0) {
		return !slices.ContainsFunc(c.words, func(t token) bool { return t.code() || t.quoted }) // "गुरुवार तक का समय दीजिए"
	}
	return c.looksFirst()
}

// looksFirst reports whether the clause says that the user looks at the thing before: "ich schaue vorher selbst noch drüber".
func (c *clause) looksFirst() bool {
	return c.negates() < 0 && !c.asked && c.hasOf(mine, 0) >= 0 && c.hasOf(looks, 0) >= 0 && c.hasOf(earlier, 0) >= 0 && !slices.ContainsFunc(c.words, func(t token) bool { return t.code() || t.quoted })
}

// thaiLooksFirst reports whether a Thai sentence says that its speaker wants to look, think or ask before: "ขอดูของก่อน".
func thaiLooksFirst(list []token) bool {
	const near = 4 // words
	for i := range list {
		deed, ok := strings.CutPrefix(list[i].text, "ขอ")
		next := i + 1
		if deed == "" && next < len(list) {
			deed, next = list[next].text, next+1
		}
		if !ok || looks[deed]&th == 0 && consulting[deed]&th == 0 && deed != "คิด" || next >= len(list) {
			continue
		}
		if slices.ContainsFunc(list[next:min(next+near, len(list))], func(t token) bool { return t.text == "ก่อน" }) {
			return true
		}
	}
	return false
}

// thaiPolite are words at the end of a Thai sentence that say nothing.
var thaiPolite = set("ครับ ค่ะ คะ นะ นะครับ นะคะ นะค่ะ ด้วย หน่อย ที เลย")

var (
	yets       = wordSets["yet"]
	consulting = wordSets["consult"]
	biding     = wordSets["bide"]
	giving     = wordSets["give"]
	tillWhen   = wordSets["until"]
	late       = wordSets["late"]
	afters     = wordSets["after"]

	doings = wordSets["carryout"]

	hedges  = wordSets["hedge"]
	noWay   = wordSets["noway"]
	moments = wordSets["moment"]
	todays  = wordSets["today"]
	besides = wordSets["besides"]
)
