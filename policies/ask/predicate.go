package ask

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Where a clause of Hindi or Thai ends by what it says, without a joining word: Hindi has its verb at the end, and
// Thai sets blanks. What is denied in a clause of its own, "सुबह घर पर कोई नहीं रहता", is no ban of the deed of the one before.

// politeEnds are the endings of polite orders in Hindi: कीजिए, आइएगा.
var politeEnds = []string{"िएगा", "इएगा", "ियेगा", "इयेगा", "िए", "इए", "िये", "इये"}

// noOrders are the other words that end so.
var noOrders = set("लिए लिये दिए दिये किए किये इसलिए इसलिये जिसलिए किसलिए चाहिए चाहिये पिए जिए पहिए तकिए डाकिए बढ़िए हुए रुपिए सिए")

// hindiPolite reports whether a Hindi word is a polite order by its form.
func hindiPolite(w string) bool {
	return !noOrders[w] && slices.ContainsFunc(politeEnds, func(end string) bool {
		rest, ok := strings.CutSuffix(w, end)
		return ok && utf8.RuneCountInString(rest) > 0
	})
}

// hindiSoft are particles behind a Hindi predicate.
var hindiSoft = set("न ना जी तो भी ही बस प्लीज़ प्लीज धन्यवाद शुक्रिया")

// predicated reports whether Hindi words end with what is said of something: an order, a form of to be, or a verb that
// stands behind its negation.
func predicated(words []token) bool {
	n := len(words)
	for n > 1 && !words[n-1].quoted && (hindiSoft[words[n-1].text] || words[n-1].sign) {
		n--
	}
	if n < 2 || words[n-1].quoted {
		return false
	}
	last := &words[n-1]
	if denying[last.text] && n > 2 {
		return hindiLast[words[n-2].text] // गया नहीं
	}
	if hindiPolite(last.text) || hindiHelpers[last.text] || hindiLast[last.text] {
		return true
	}
	return last.within == 0 && !last.code() && !digit(last.text) && n > 2 && words[n-2].text == "नहीं"
}

// denying are the Hindi negations of a predicate.
var denying = set("नहीं नही")

// endsHindi reports whether a Hindi clause ends at a comma: what stands before it and what stands behind it, up to the
// next sign, have predicates of their own. What somebody says or wants goes on.
func (c *cutter) endsHindi(i int) bool {
	if c.lang != hi || !c.list[i].sign || c.list[i].text != "," || !predicated(c.cur.words) {
		return false
	}
	end, past := i+1, false
	for end < len(c.list) && !(c.list[end].sign && !c.list[end].quoted) {
		t := &c.list[end]
		if past = past || pastHindi[t.text]; t.starts&(report|know|content|recall|ifs|unless|await) != 0 || t.starts&hypothetical != 0 && !pastHindi[t.text] || saying[t.text] {
			return false
		}
		end++
	}
	if past && !toldHindi(c.list[i+1:end]) {
		return false
	}
	if slices.ContainsFunc(c.cur.words, func(t token) bool {
		return (t.starts&(report|content|know) != 0 || saying[t.text]) && t.within&(frame|harmless) == 0
	}) {
		return false
	}
	return predicated(c.list[i+1 : end])
}

// saying are Hindi words by which somebody says, asks for or wants something.
var saying = set("कहा कहते कहती कहता कहूँ कह बोला बोली बोले माँगा मांगा चाहा चाहता चाहती चाहते सोचा सोचता सोचती ऐसा यह")

// thaiMinds behind a negation say that something is not wanted or settled: what they deny may be an order.
var thaiMinds = set("ต้อง ให้ เอา ควร อยาก ขอ แน่ใจ แน่ รู้ ทราบ ดี จำเป็น พร้อม ใช่ ตกลง ตัดสินใจ คิด ยอม โอเค มั่นใจ ชัวร์ เห็น สั่ง บอก พูด เคย ได้ เหตุผล ความจำเป็น ประโยชน์ เอาแล้ว จอง ตั้งใจ เข้าใจ ชอบ สมควร ยืนยัน อนุญาต")

func init() {
	knowThai("โยคะ คะน้า คะแนน ปีนผา ปีนเขา")
} // with another word in them

// denies are the Thai negations of how things are.
var denies = set("ไม่ ไม่มี ยังไม่ ยังไม่มี ไม่ค่อย")

// deniesThai returns the number of words, from one on that a blank stands before, by which a Thai speaker says how
// things are not, "ตอนเช้าไม่มีใครอยู่บ้าน", "ลูกไม่สบาย": somebody or something of which no name, number or deed is
// said. It is 0 if there is no such statement.
func (c *cutter) deniesThai(i int) int {
	if c.lang&th == 0 || i > 0 && c.list[i].at <= c.list[i-1].end || thaiEnds[c.list[i].text] {
		return 0
	}
	end, not := i, -1
	for ; end < len(c.list); end++ {
		t := &c.list[end]
		short := not >= 0 && c.list[not].text == "ยังไม่" && fallsShort(c.list, not)
		if end > i && (t.sign || not >= 0 && end > not+1 && t.at > c.list[end-1].end || short && t.text == "ตามที่") {
			break
		}
		switch {
		case t.quoted, t.code(), digit(t.text), t.sign, !thai(t.text), not < 0 && (thaiEnds[t.text] || end > i && c.deniesThai(end) > 0):
			return 0
		case not < 0 && t.text == "ยังไม่" && t.starts&await == 0 && end > i:
			not = end
			continue
		case not < 0 && denies[t.text]:
			not = end
			continue
		case t.starts&(negator|nothing) != 0 && not < 0, t.starts&(frame|recall|hypothetical|ifs|unless|report|await|contrast|oops|amend) != 0 && t.within&opener == 0:
			return 0
		}
		if not >= 0 && !short && end <= not+2 && (thaiMinds[t.text] || end == not+1 && foreignVerb(t, th) && c.list[not].text != "ไม่มี" && c.list[not].text != "ยังไม่มี") {
			return 0
		}
	}
	if not < 0 || not+1 >= end || not == i && c.list[not].text != "ไม่มี" {
		return 0
	}
	if c.list[not].text != "ไม่มี" && !slices.ContainsFunc(c.list[i:not], func(t token) bool { return t.within&^(speaker|subject|det|target) == 0 && !thaiEnds[t.text] }) {
		return 0
	}
	return end - i
}

// denied reports whether the Thai clause so far is such a statement, and ends at a blank.
func (c *cutter) denied(i int) bool {
	first := i - len(c.cur.words)
	return first >= 0 && c.list[i].at > c.list[i-1].end && c.cur.words[0].n == c.list[first].n && c.list[i].starts&(and|contrast) == 0 && c.deniesThai(first) >= i-first
}

// markIndefinite takes what asks from words that ask for nothing: Thai ones behind a negation ("ไม่มีใคร", nobody), "am"
// behind a time; and the negation from a Hindi particle behind an order ("जोड़ लीजिए न").
func markIndefinite(list []token, l lang) {
	for i := range list {
		t := &list[i]
		switch {
		case i == 0:
		case t.forenoon(&list[i-1]):
			t.starts, t.within = t.starts&^question, t.within&^question
		case l&th != 0 && indefinites[t.text] && (denies[list[i-1].text] || i > 1 && denies[list[i-2].text]):
			t.starts, t.within = t.starts&^question, t.within&^question
		case l&th != 0 && t.text == "แล้ว" && t.at == list[i-1].end && i+1 < len(list) && list[i+1].at == t.end && (thaiEnds[list[i+1].text] || list[i+1].text == "นะ"): // already, and no "and then"
			t.starts, t.within = t.starts&^and, t.within&^and
		case l&hi != 0 && passiveWish[t.text] && t.within&hypothetical == 0 && list[i-1].starts&hypothetical != 0: // रोक दिया जाए
			list[i-1].starts, list[i-1].within = list[i-1].starts&^hypothetical, list[i-1].within&^hypothetical
		case l&hi != 0 && (t.text == "न" || t.text == "ना") && (i+1 == len(list) || list[i+1].sign || list[i+1].within&(frame|opener) != 0) && (hindiPolite(list[i-1].text) || hindiHelpers[list[i-1].text]):
			t.starts, t.within = t.starts&^negator, t.within&^negator
		}
	}
}

// forenoon reports whether a word says that the number before it is a time in the morning: "9 am".
func (t *token) forenoon(before *token) bool { return t.text == "am" && digit(before.text) }

// indefinites are Thai words that ask, or say nobody, nothing and nowhere behind a negation.
var indefinites = set("ใคร อะไร ไหน ที่ไหน เมื่อไหร่ เมื่อไร")

// serial reports whether a Thai verb is the second of two that are one with what they are about between them, and the
// first is an order: "รับเก้าอี้คืน" of รับคืน.
func (c *clause) serial(v verb, a *Acts) bool {
	if v.lang != th {
		return false
	}
	for j := range v.at {
		t := &c.words[j]
		if !t.sign && slices.ContainsFunc(a.stems[th], func(s stem) bool { return s.text == t.text+c.words[v.at].text }) {
			return c.orders(verb{at: j, strength: v.strength, lang: th, form: ordering, base: v.base})
		}
	}
	return false
}

// begs reports whether a Thai noun for a deed stands right behind a word that asks for it: "ขอการยกเลิกนัด P430".
func (c *clause) begs(v verb) bool {
	return v.lang == th && v.form == naming && v.at > 0 && c.frameBefore(v.at) == v.at && c.find(speaker|subject|report|hypothetical|know, 0, v.at) < 0
}

// goesOnHindi reports whether a Hindi verb stem goes on with another verb that is no order: "रद्द कर डालते".
func (c *clause) goesOnHindi(i int) bool {
	if c.words[i].text != "कर" && c.words[i].text != "करवा" || i+1 >= len(c.words) {
		return false
	}
	next := i + 1
	for next+1 < len(c.words) && hindiSoft[c.words[next].text] { // कर ही देते
		next++
	}
	w := c.words[next].text
	if w == "रहे" || w == "रहा" || w == "रही" { // कर रहे हैं
		return !c.asked
	}
	return strings.HasSuffix(w, "ते") || strings.HasSuffix(w, "ता") || strings.HasSuffix(w, "ती")
}

// passiveWish are Hindi forms by which something is to be done: दिया जाए.
var passiveWish = set("जाए जाएँ जाएं जाये जायें")

// refuses reports whether a Thai clause without a verb says of what it names that it is not wanted: "โยคะไม่เอา".
func (c *clause) refuses() bool {
	n := len(c.words)
	for n > 0 && c.words[n-1].within&opener != 0 {
		n--
	}
	return n > 1 && c.words[n-1].text == "ไม่เอา"
}
