package ask

import (
	"regexp"
	"slices"
	"strings"
)

// Orders in Hindi, where the verb stands at the end, and in Thai, which tells them by what is missing.

// hindiEnds are the endings of orders.
var hindiEnds = []string{"ो", "ओ", "ें", "एँ", "एं", "िए", "इए", "िएगा", "इएगा", "ना", "िये", "कर"}

// hindiHelpers are words that make an order of the verb before them.
var hindiHelpers = set("दो दें दीजिए दीजिये देना दे करो जाएँ जाएं जाये जायें करें कीजिए कीजिये करिए करना कर लो लें लीजिए लेना डालो डालें डालना रखो रखें रखना जाओ जाए दीजिएगा कीजिएगा करवाओ करवाना करवा हो")

// hindiOrder reports whether a word is the end of an order.
func hindiOrder(t *token) bool {
	if t.sign || t.quoted {
		return false
	}
	return hindiHelpers[t.text]
}

// ordersHindi tells orders by the end of the clause, where the verb stands.
func (c *clause) ordersHindi(v verb) bool {
	w := c.words[v.at].text
	h := c.find(hypothetical, 0, len(c.words))
	if h == v.at && h+1 < len(c.words) && hindiHelpers[c.words[h+1].text] { // चुका दीजिए
		h = c.find(hypothetical, h+1, len(c.words))
	}
	past := h >= 0 || c.asked && c.hasAny(0, len(c.words), "चाहेंगे", "चाहेंगी", "चाहोगे", "चाहोगी")
	framed := c.find(frame, 0, len(c.words)) >= 0
	if past || c.didIt(v) || c.find(question, 0, len(c.words)) >= 0 && !framed || c.find(know, v.at, len(c.words)) >= 0 {
		return false
	}
	for j := v.at; j+1 < len(c.words) && j < v.at+3; j++ { // let Mira do it: करने दो; करने से बचिए
		if strings.HasSuffix(c.words[j].text, "ने") && c.words[j+1].text == "से" {
			return false
		}
		if strings.HasSuffix(c.words[j].text, "ने") && strings.HasPrefix(c.words[j+1].text, "द") {
			return false
		}
	}
	for j := v.at; j < min(c.content, len(c.words)); j++ { // what the user will do themselves
		if j > 0 && wouldLike[c.words[j].text] && strings.HasSuffix(c.words[j-1].text, "ना") && !c.asked {
			return c.negates() < 0 // कैंसल करवाना चाहूँगा
		}
		if w := c.words[j].text; firstFuture.MatchString(w) || firstWhether.MatchString(w) && !copulas[w] && !framed {
			return false
		}
	}
	if !framed && c.willBeDone(v) {
		return false
	}
	if framed || c.obliges(v) || hindiPolite(w) {
		return true
	}
	for _, e := range hindiEnds {
		if strings.HasSuffix(w, e) && len(w) > len(e)+3 {
			return true
		}
	}
	for j := v.at + 1; j < len(c.words) && j < v.at+4; j++ {
		if (hindiHelpers[c.words[j].text] || hindiPolite(c.words[j].text)) && !c.goesOnHindi(j) {
			return true
		}
		for _, e := range hindiEnds {
			if strings.HasSuffix(c.words[j].text, e) && len(c.words[j].text) > len(e)+3 && foreignVerb(&c.words[j], hi) {
				return true
			}
		}
	}
	return false
}

// didIt reports whether a Hindi clause tells who has done it: "आपके साथी ने रद्द कर दी", "मैंने माफ़ कर दिए".
func (c *clause) didIt(v verb) bool {
	last := c.lastWord()
	return last > v.at && perfective[c.words[last].text] && slices.ContainsFunc(c.words[:v.at], func(t token) bool {
		return t.text == "ने" || strings.HasSuffix(t.text, "ने") && t.starts&(speaker|subject) != 0 || ergatives[t.text]
	})
}

// perfective are last words of what was done in Hindi, ergatives pronouns for who did it.
var (
	perfective = set("दी दिए दीं ली लिए लीं की कीं किए डाली डाले दिया लिया किया डाला")
	ergatives  = set("मैंने हमने तुमने आपने उसने उन्होंने इसने इन्होंने किसीने सबने")
)

// firstFuture finds what somebody says that they will do: करूँगी, दूँगा.
var firstFuture = regexp.MustCompile(`(?:ूँ|ूं|ऊँ|ऊं)ग[ाी]$`)

// wouldLike are how somebody says politely what they want.
var wouldLike = set("चाहूँगा चाहूँगी चाहूंगा चाहूंगी चाहेंगे")

// firstWhether finds what somebody wonders whether to do: करूँ, दूँ.
var firstWhether = regexp.MustCompile(`[^ह](?:ूँ|ूं|ऊँ|ऊं)$`)

// willBeDone reports whether a Hindi clause says that somebody will do it: "मेरा भाई आकर रद्द करवा देगा".
func (c *clause) willBeDone(v verb) bool {
	for j := v.at; j < len(c.words) && j < v.at+5; j++ {
		if t := &c.words[j]; !t.sign && thirdFuture.MatchString(t.text) && !hindiPolite(t.text) && t.text != "होगा" && t.text != "होगी" && t.text != "पड़ेगा" && t.text != "पड़ेगी" {
			return !c.asked
		}
	}
	return false
}

// thirdFuture finds what somebody will do: देगा, करेंगे, जाएगी.
var thirdFuture = regexp.MustCompile(`(?:े|ें|ए|एँ|एं)ग[ाीे]$`)

// obliges reports whether a Hindi clause ends by saying that it has to be done: "रद्द करनी है", "ले जाना है".
func (c *clause) obliges(v verb) bool {
	if c.asked || c.find(speaker|report|subject|negator, 0, len(c.words)) >= 0 {
		return false
	}
	for is := v.at + 1; is < len(c.words) && is <= v.at+3; is++ {
		switch c.words[is].text {
		case "है", "हैं", "होगा", "होगी":
			if is+1 < len(c.words) && !c.words[is+1].sign && c.words[is+1].starts&and == 0 && c.words[is+1].within&opener == 0 {
				return false
			}
			w := c.words[is-1].text
			return strings.HasSuffix(w, "ना") || strings.HasSuffix(w, "नी") || strings.HasSuffix(w, "ने")
		}
	}
	return false
}

// ordersThai tells orders by what is missing: nobody else who does it, and nothing that says
// it was done.
func (c *clause) ordersThai(v verb) bool {
	framed := c.find(frame, 0, len(c.words)) >= 0
	if c.find(hypothetical, 0, len(c.words)) >= 0 || c.find(subject, 0, v.at) >= 0 {
		return false
	}
	must := c.mustThai(v.at)
	if !framed && (c.find(question, 0, len(c.words)) >= 0 || !must && c.find(speaker, 0, v.at) >= 0) {
		return false
	}
	if n := len(c.words); n > 0 && c.words[n-1].text == "แล้ว" && v.at < n-1 {
		return false // it was done
	}
	if c.othersWant() || !framed && (c.othersWill(v.at) || c.othersMust(v.at)) || c.byItself(v.at) {
		return false
	}
	if !framed && !must && c.thaiWhole(v.at) == 0 && c.fronts(v.at) && (c.objectBehind(v.at) || c.find(harmless, v.at, len(c.words)) >= 0) {
		return false // somebody does it; "L-30 ยกเลิกได้ไหม"
	}
	for j := 0; j+1 < v.at; j++ {
		if c.words[j].text == "ให้" && !thai(c.words[j+1].text) && c.find(frame, 0, j) < 0 {
			return false // let Mira do it
		}
	}
	for j := c.thaiWhole(v.at); j < v.at; j++ { // แค่เปิดไฟ: the first verb is the order
		t := &c.words[j]
		if t.text == "ก่อน" && (j+1 == v.at || c.words[j+1].text == "จะ" || c.words[j+1].text == "ที่") {
			return false // ก่อนยกเลิก: what is to come first
		}
		if t.within&(opener|frame|and|again) == 0 && !t.sign && thai(t.text) && foreignVerb(t, th) && t.text != "ให้" && !(t.text == "แจ้ง" && j+1 == v.at) && !thaiWays[t.text] && !foreignNoun(t) {
			return false
		}
	}
	return true
}

// byItself reports whether a Thai word says right behind a verb, or behind the code that it is about, that it was done of its own
// accord: "ระบบเสีย ยกเลิก R-5 เอง".
func (c *clause) byItself(at int) bool {
	i := at + 1
	for i < len(c.words) && c.words[i].code() {
		i++
	}
	return i < len(c.words) && c.words[i].text == "เอง"
}

// thaiWhole returns where that ends of which only a part is asked for, with what is said of it: "จาก 2000 ที่คุยกันไว้ โอน …";
// 0 if the clause begins with none.
func (c *clause) thaiWhole(verb int) int {
	i := c.opened()
	if i+2 >= verb || c.words[i].text != "จาก" || !digit(c.words[i+1].text) {
		return 0
	}
	told := false // it has a verb of its own
	for j := i + 2; j <= verb; j++ {
		t := &c.words[j]
		if told && t.at > c.words[j-1].end && !slices.ContainsFunc(c.words[j:verb], func(t token) bool { return t.within&(opener|frame) == 0 }) {
			return j
		}
		told = told || thai(t.text) && foreignVerb(t, th)
	}
	return 0
}

// othersWill reports whether a Thai clause says that somebody else will do what its verb says: "V-360 น้องชายจะมายกเลิก".
func (c *clause) othersWill(at int) bool {
	for i := 1; i < at; i++ {
		if before := &c.words[i-1]; c.words[i].text == "จะ" && !before.sign && before.within&(opener|speaker) == 0 && !before.code() && !digit(before.text) {
			return true
		}
	}
	return false
}

// othersMust reports whether a Thai clause says right before its verb that somebody else, of whom the reader knows no word, has to do
// it: "W/3 รูมเมทต้องยกเลิก".
func (c *clause) othersMust(at int) bool {
	if at < 1 {
		return false
	}
	t := &c.words[at-1]
	who, ok := strings.CutSuffix(t.text, "ต้อง")
	return ok && who != "" && t.within == 0 && !t.thing
}

// mustThai reports whether right before a Thai verb the user says that it has to be done, of a thing or of their own accord:
// "ฉันต้องยกเลิก R-5", "INV-2 ต้องคืนเงิน 5 ยูโร".
func (c *clause) mustThai(at int) bool {
	i := at - 1
	if i < 0 || c.words[i].text != "ต้อง" || c.negates() >= 0 || c.kind != plain || c.hasOf(alreadys, 0) >= 0 || slices.ContainsFunc(c.words[at:], func(t token) bool {
		return t.starts&(ifs|unless|await|later|question) != 0 || t.text == "ก่อน" || t.text == "เอง"
	}) {
		return false
	}
	for i--; i >= 0; i-- {
		if t := &c.words[i]; !t.sign && t.within&(speaker|opener) == 0 && t.text != "จำ" && t.text != "เป็น" && !t.code() && !digit(t.text) && !t.thing {
			return false
		}
	}
	return true
}

// thaiWants are frames by which anybody may want something.
var thaiWants = set("อยาก อยากให้ ต้องการ ต้องการให้")

// othersWant reports whether a Thai clause says that somebody else wants something: "ลูกค้าอยาก".
func (c *clause) othersWant() bool {
	for i := range c.words {
		t := &c.words[i]
		if thaiWants[t.text] {
			return i > 0
		}
		if t.sign || t.within != 0 || !thai(t.text) || t.thing {
			return false
		}
	}
	return false
}

// fronts reports whether somebody, or what it is about, stands before a Thai verb.
func (c *clause) fronts(at int) bool {
	before := 0 // the word before, if that is a number
	return slices.ContainsFunc(c.words[:at], func(t token) bool {
		counted := before > 0 && t.n == before+1 && thai(t.text) // 45 บาท
		if before = 0; digit(t.text) && t.n > 0 {
			before = t.n
		}
		return !counted && !t.sign && t.within&^(speaker|others) == 0 && !digit(t.text) && !unitWords[t.text] && !currencies[t.text] && unitBase(t.text) == "" && !thaiEnds[t.text]
	})
}

// objectBehind reports whether a thing that has a name, or is one of the run's own tools', stands behind a Thai
// verb, or nothing that was named stands before it.
func (c *clause) objectBehind(at int) bool {
	named := func(t token) bool { return t.quoted || t.code() || !thai(t.text) && !t.sign && !digit(t.text) }
	return slices.ContainsFunc(c.words[at+1:], func(t token) bool { return named(t) || t.thing }) || !slices.ContainsFunc(c.words[:at], named)
}

func foreignNoun(t *token) bool {
	return slices.ContainsFunc(things, func(th thing) bool { return slices.Contains(th.begins, t.text) })
}
