package ask

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// Whether a clause goes on at a word, or another begins.

// entitles reports whether what stands before a colon only says what is listed behind it, and neither has a
// verb: "seed order to Holm Agro: 300 kilos of Planet".
func (c *cutter) entitles(i int) bool {
	if c.list[i].text != ":" || len(c.cur.words) == 0 || len(c.out) > 0 || i+1 >= len(c.list) || c.says() {
		return false
	}
	before, behind := &clause{words: c.cur.words, lang: c.lang}, &clause{words: c.list[i+1:], lang: c.lang}
	const signs = ":—–;()[]"
	k := before.opened() // "tour T-44: 3180 kilos"
	names := k+1 < len(before.words) && before.words[k].noun && before.words[k+1].code() && (&clause{words: before.words[k+1:], lang: c.lang}).bare()
	return (before.bare() || names) && behind.bare() && !slices.ContainsFunc(behind.words, func(t token) bool {
		return t.quoted || t.sign && strings.Contains(signs, t.text) || t.starts&(negator|ifs|unless|question|contrast|except|aside|frame) != 0
	}) && !slices.ContainsFunc(c.cur.words, func(t token) bool { return t.starts&(negator|question) != 0 })
}

// follows reports whether an order follows from what was said so far: "he turned 18 so switch him to
// adult". What somebody says is theirs to its end.
func (c *cutter) follows(i int) bool {
	n := phraseAt(consequences, c.list, i, c.lang)
	if n == 0 || i+n+1 > len(c.list) || i+2 >= len(c.list) && n == 1 || len(c.cur.words) < 2 || c.onlyOpeners() {
		return false
	}
	if slices.ContainsFunc(c.cur.words, func(t token) bool {
		return t.starts&(report|know|content) != 0 && t.within&det == 0 || t.quoted
	}) || c.supposes() {
		return false
	}
	if o := c.cur.opened(); c.lang == de && !c.list[i-1].sign && o < len(c.cur.words) && foreignVerb(&c.cur.words[o], de) && !frequent(&c.cur.words[o], de) {
		return false // "sagen Sie ihn also bitte ab"
	}
	i += n - 1
	if i+1 >= len(c.list) {
		return false
	}
	next := &c.list[i+1]
	return !next.sign && (c.lang&en != 0 && next.verb && (!next.noun || i+2 < len(c.list) && (c.list[i+2].within&(det|pronoun) != 0 || particlesOf[c.list[i+2].text])) || next.starts&frame != 0 || c.lang&en == 0 && foreignVerb(next, c.lang) && (!frequent(next, c.lang) || c.lang&fr != 0 && strings.HasSuffix(next.text, "ez")))
}

// supposes reports whether what was said so far only supposes something. What the user has, or has done, is none: "ho una macchina
// nuova quindi passate …"; what somebody else has may be followed by what that one does: "il vicino ha una macchina quindi passa …".
func (c *cutter) supposes() bool {
	for i := range c.cur.words {
		if t := &c.cur.words[i]; t.starts&hypothetical != 0 && t.within&det == 0 {
			phrase := c.cur.words[i:min(i+max(1, int(t.length[bit(hypothetical)])), len(c.cur.words))]
			if !slices.ContainsFunc(phrase, func(w token) bool { return perfects[w.text]&c.lang != 0 }) {
				return true
			}
		}
	}
	return false
}

var consequences = wordSets["consequence"]

// thaiEnds are the polite words that end a Thai sentence.
var thaiEnds = set("ครับ ค่ะ คะ นะครับ นะคะ นะค่ะ")

// putsRight reports whether a correction begins here that has no verb: "…, aliás, por quatro", "… เอ๊ย 85".
func (c *cutter) putsRight(i int) bool {
	if i <= 0 || i >= len(c.list) || len(c.cur.words) == 0 || c.mistook(i) || c.onlyOpeners() || c.list[i].quoted || c.list[i].starts&(amend|oops) == 0 || c.list[i].starts&(frame|later|await) != 0 {
		return false
	}
	rest := &clause{words: c.list[i:], lang: c.lang}
	from := rest.soft()
	if from == 0 {
		from = span(c.list, i, amend) - i
	}
	return from > 0 && from < len(rest.words) && rest.carries(from) && (&clause{words: rest.words[from:], lang: c.lang}).bare()
}

// instead reports whether a Thai order begins here that is to be done in place of what the clause so far says is
// not needed: "ไม่ต้องย้าย Rex แค่สั่งปลอกคอ", "ไม่ต้องย้าย Rex สั่งปลอกคอก็พอ".
func (c *cutter) instead(i int) bool {
	words := c.cur.words
	if c.keptOther(i) {
		return true
	}
	if t := &c.list[i]; only[t.text] && i > 1 && t.at > c.list[i-1].end && i+1 < len(c.list) && foreignVerb(&c.list[i+1], th) && slices.ContainsFunc(words, func(t token) bool { return t.starts&negator != 0 }) {
		return true // "ไม่ต้องอายัดบัตรนะ แค่ลดวงเงิน"
	}
	if len(words) < 3 || c.onlyOpeners() || !slices.ContainsFunc(words, func(t token) bool { return t.starts&negator != 0 }) {
		return false
	}
	t := &c.list[i]
	if t.at > c.list[i-1].end && c.sameOfOther(i) {
		return true
	}
	if !slices.ContainsFunc(words, func(t token) bool { return !thai(t.text) && !t.sign }) { // what it is about is named
		return false
	}
	if only[t.text] {
		return i+1 < len(c.list) && foreignVerb(&c.list[i+1], th)
	}
	return foreignVerb(t, th) && t.within&(negator|and|target) == 0 && words[len(words)-1].within&negator == 0 && c.enough(i+1)
}

// keptOther reports whether a Thai verb behind a blank orders something of another thing than the one that the clause so far only says
// is to stay as it is: "T22 ปล่อยไว้ตามเดิมนะ ย้ายแค่ T23".
func (c *cutter) keptOther(i int) bool {
	words, t := c.cur.words, &c.list[i]
	if len(words) < 2 || !words[0].code() || words[1].within&keep == 0 || i+1 >= len(c.list) || t.at <= c.list[i-1].end || !foreignVerb(t, th) || t.within&(negator|keep) != 0 {
		return false
	}
	for _, w := range words[2:] {
		if w.within&(keep|target|opener) == 0 && same[w.text]&th == 0 && !thaiEnds[w.text] && w.text != "นะ" && w.text != "ตาม" {
			return false
		}
	}
	next := i + 1
	if only[c.list[next].text] {
		next++
	}
	return next < len(c.list) && c.list[next].code() && c.list[next].text != words[0].text && !slices.ContainsFunc(c.list[next:], func(t token) bool { return t.starts&keep != 0 && t.text != "ไว้" })
}

// sameOfOther reports whether a Thai verb orders of another thing what the clause so far forbids, or no more than what follows:
// "อย่าลบ IMG-6411 ลบ IMG-6412", "… ลบแค่ IMG-6412".
func (c *cutter) sameOfOther(i int) bool {
	if i+1 >= len(c.list) || !foreignVerb(&c.list[i], th) || !slices.ContainsFunc(c.cur.words, func(t token) bool { return t.text == c.list[i].text }) {
		return false
	}
	next := &c.list[i+1]
	if only[next.text] {
		return true
	}
	return next.code() && !slices.ContainsFunc(c.cur.words, func(t token) bool { return t.text == next.text })
}

// only are Thai words for no more than what follows.
var only = set("แค่ เพียง เพียงแค่ ขอแค่ เอาแค่")

// enough reports whether the words from one on end by saying that this is enough.
func (c *cutter) enough(i int) bool {
	for ; i+1 < len(c.list); i++ {
		if c.list[i].text == "ก็" && (c.list[i+1].text == "พอ" || c.list[i+1].text == "พอแล้ว") || c.list[i].text == "ก็พอ" {
			return true
		}
	}
	return i < len(c.list) && c.list[i].text == "แทน"
}

// goesOn reports whether a Thai sentence follows that says something of its own, and takes nothing
// back: no "ไม่ต้อง", no "อย่า".
func (c *cutter) goesOn(i int) bool {
	some := false
	for ; i < len(c.list); i++ {
		if n := c.deniesThai(i); n > 0 { // a reason
			some, i = true, i+n-1
			continue
		}
		t := &c.list[i]
		if noWait(c.list, i) || c.mistook(i) {
			some, i = true, i+1
			continue
		}
		switch t.text {
		case "อย่า", "ไม่ต้อง", "ห้าม", "อย่าเพิ่ง", "งด", "ไม่ให้", "ไม่ควร":
			return false
		}
		if t.starts&await != 0 && (&clause{words: c.list, lang: c.lang}).othersWait(i) {
			continue
		}
		if t.starts&report != 0 && i > 0 && c.tellsThat(span(c.list, i, report)) {
			return true
		}
		if t.starts&(await|keep|later|ifs|unless|hypothetical|question|report|oops|amend) != 0 && t.text != "พอ" { // that is enough
			return false
		}
		some = some || !t.sign && t.within&(opener|frame) == 0
	}
	return some
}

// notThat reports whether a Hindi clause so far says no more than what number or code is not meant, and another follows:
// "2000 नहीं, 1500 भेजो".
func (c *cutter) notThat(next int) bool {
	n := len(c.cur.words)
	if n != 2 || len(c.out) > 0 || next >= len(c.list) || !slices.ContainsFunc(c.list[next:], func(t token) bool { return foreignVerb(&t, hi) }) || c.cur.words[1].text != "नहीं" {
		return false
	}
	if kind := kindOfCode(c.cur.words[0].text); kind != "" && kindOfCode(c.list[next].text) == kind {
		return true
	}
	_, end := numeral(c.cur.words[:1], 0, hi)
	return end == 1 && c.numeralEnd(next) > next // "पाँच नहीं, तीन भेजो"
}

// notOld leaves out of a Hindi sentence that puts a number right the one that the order said: "2 नहीं, 3" is read as "नहीं, 3".
func (s *Said) notOld(text string) string {
	m := oldNumber.FindStringSubmatchIndex(text)
	if m == nil {
		return text
	}
	old, right := text[m[2]:m[3]], text[m[4]:m[5]]
	before := tokens(s.meant + " " + text[:m[0]])
	says := func(w string) bool { return slices.ContainsFunc(before, func(t token) bool { return t.text == w }) }
	if !says(old) || old == right {
		return text
	}
	unit, places := "", 0 // of the hour or the day of a month: "7 नहीं, 9" is "नहीं, 9 बजे"
	for i := range before {
		if before[i].text == old && (i+1 < len(before) || m[0] > 0) {
			if places++; i+1 < len(before) && (before[i+1].text == "बजे" || before[i+1].text == "बजकर" || len(spoken.Parse(old+" "+before[i+1].text).Dates()) > 0) {
				unit = before[i+1].text
			}
		}
	}
	if unit != "" {
		if places > 1 || len(strings.TrimRight(text[m[5]:], " ।.!")) > 0 {
			return text
		}
		return text[:m[2]] + strings.TrimLeft(text[m[3]:m[5]], " ") + " " + unit
	}
	for _, t := range tokens(text[m[5]:]) {
		if !t.sign && !says(t.text) && t.text != "चाहिए" && !unitWords[t.text] {
			return text
		}
	}
	return text[:m[2]] + strings.TrimLeft(text[m[3]:], " ")
}

// oldNumber finds a last sentence that says which number is not meant, and which is, and no more than what it counts.
var oldNumber = regexp.MustCompile(`(?:^|[।.!?] *)(?:अरे,? |ओह,? |सॉरी,? |माफ़ कीजिए,? |जी )?(\d{1,4}) नहीं, ?(\d{1,4})(?: [^\s\d।.!?,]+){0,2}[।.!]? *$`)

// tellsThat reports whether what somebody says from a Thai word on is how a thing is, and no deed of the run's own tools:
// "ลูกค้าบอกว่าสีผิด".
func (c *cutter) tellsThat(i int) bool {
	if i >= len(c.list) || !strings.HasSuffix(c.list[i-1].text, "ว่า") && c.list[i].text != "ว่า" {
		return false
	}
	return !slices.ContainsFunc(c.list[i:], func(t token) bool { return t.deed || t.starts&(negator|await|keep|frame|question) != 0 })
}

// coordinates reports whether what is joined is one more of the things that the clause so far only
// names, and the verb of both stands behind it: "bays 40 and 41 need to be closed".
func (c *cutter) coordinates(i int) bool {
	if i >= len(c.list) || len(c.cur.words) == 0 || c.lang&en == 0 {
		return false
	}
	if first := &c.list[i]; first.sign || !first.code() && !digit(first.text) && !first.capped || first.within&(speaker|subject) != 0 {
		return false
	}
	if last := &c.cur.words[len(c.cur.words)-1]; !last.code() && !digit(last.text) && !last.capped {
		return false
	}
	for k := range c.cur.words {
		t := &c.cur.words[k]
		if t.sign || t.quoted || t.verb && !t.noun || t.inflected() || finite[t.text] != 0 || t.starts&(other|negator|frame|know|report|ifs|question|speaker|subject) != 0 && t.within&det == 0 {
			return false
		}
	}
	for j := i + 1; j < len(c.list) && j < i+4; j++ {
		switch c.list[j].text {
		case "need", "must", "should", "can", "have", "are":
			return true
		}
		if c.list[j].sign {
			return false
		}
	}
	return false
}

// more reports whether the Hindi "and" says that more is wanted: "25 थैले और चाहिए". No verb stands before it, and the one of
// the order behind it.
func (c *cutter) more(i int) bool {
	if c.lang != hi || c.list[i].text != "और" || i+1 >= len(c.list) || len(c.cur.words) == 0 {
		return false
	}
	if last := &c.cur.words[len(c.cur.words)-1]; last.sign || hindiEnding(last) {
		return false
	}
	for j := i + 1; j < len(c.list) && !c.list[j].sign; j++ { // to the end of the part: "और ऑर्डर 51078 के …" is one more
		if t := &c.list[j]; needWords[t.text]&hi == 0 && !hindiEnding(t) && t.within&opener == 0 {
			return false
		}
	}
	return !c.list[i+1].sign
}

// comesTo reports whether an English "and" stands between a verb of coming and what somebody comes for, and who is to come is
// named before: "have someone come and clean".
func (c *cutter) comesTo(i int) bool {
	if c.lang&en == 0 || c.list[i].text != "and" || i < 2 || i+1 >= len(c.list) || !c.list[i+1].verb {
		return false
	}
	last := i - 1
	for last > 0 && last > i-3 && serials[c.list[last].text] && c.list[last].text != "come" && c.list[last].text != "go" {
		last--
	}
	if c.list[last].text != "come" && c.list[last].text != "go" {
		return false
	}
	return slices.ContainsFunc(c.cur.words, func(t token) bool { return bringers[t.text] || t.starts&negator != 0 })
}
