package ask

import (
	"slices"
	"strings"
)

// Stories in Thai, which sets no signs: what people tell beside an order, "ขาแพลง เดินไม่ไหวเลยครับ", stands between blanks.

// storySigns are letters of Thai words by which people tell how things are. storyMinds are those by which they say what they want,
// think or have done, or that they will not come: that may be about the order.
var storySigns, storyMinds = lettersIn("story"), lettersIn("storymind")

func lettersIn(name string) (out []string) {
	for w := range wordSets[name] {
		out = append(out, w)
	}
	slices.Sort(out)
	return out
}

// storyAt returns the number of words of a Thai part from one on, up to a blank, by which somebody tells how things are, "แม่สามีมาพักด้วย
// ห้องเต็มแล้ว", and whether it denies something or tells it to its end; 0 if it names a value, or a deed of the tools' that
// nothing suffers, or may be about what was asked for.
func storyAt(list []token, i int, text string) (n int, denies bool) {
	const against = frame | recall | rethink | mock | needless | mind | unneeded | retain | hypothetical | ifs | unless | report | await | later | keep | oops | amend | question | know | doubt | except | excepted | content | contrast | others | pronoun | scornful
	if list[i].starts&and != 0 {
		return 0, false
	}
	end, not := i, -1
	for ; end < len(list); end++ {
		t := &list[end]
		if end > i && t.at > list[end-1].end && !thaiEnds[t.text] && !strings.HasSuffix(list[end-1].text, "ๆ") {
			break
		}
		suffered := end > i && sufferings[list[end-1].text]
		switch {
		case t.quoted, t.sign, t.code(), digit(t.text), !thai(t.text), t.starts&against != 0 && t.within&(opener|harmless) == 0 && t.text != "ไปแล้ว" && !(end > i && (times[list[end-1].text] || t.text == "พอ" || t.text == "มัน" && end == i+1 && !list[i].deed)), (t.deed || t.starts&stop != 0) && !suffered:
			return 0, false
		case t.starts&(negator|nothing) != 0 && t.within&harmless == 0:
			if end == i && t.text != "ไม่มี" || forbidding[t.text] {
				return 0, false
			}
			not = end
		case not >= 0 && end <= not+2 && thaiMinds[t.text] && (t.text != "ดี" || end+1 < len(list) && list[end+1].text == "กว่า"):
			return 0, false
		}
	}
	if signed := end; strings.Contains(text[list[i].at:list[end-1].end], "นับถือ") { // and who
		for signed < len(list) && signed < end+4 && thai(list[signed].text) && list[signed].within == 0 && !list[signed].deed && !list[signed].thing {
			signed++
		}
		end = signed
	}
	last := end - 1
	for last > i && list[last].within&opener != 0 {
		last--
	}
	said := text[list[i].at:list[end-1].end]
	holds := func(letters string) bool { return strings.Contains(said, letters) }
	const long = 27 // bytes of a word that nobody knows, which is several
	if last == i && end-i == 1 && len(said) < long || handing[list[last].text] || slices.ContainsFunc(storyMinds, holds) || not < 0 && !slices.ContainsFunc(storySigns, holds) && !slices.ContainsFunc(list[i:end], func(t token) bool { return groundsOf.words[t.text]&th != 0 }) {
		return 0, false
	}
	return end - i, not >= 0 || strings.HasSuffix(list[last].text, "แล้ว")
}

var (
	sufferings = set("โดน ถูก")                                             // make a passive of the verb behind them
	forbidding = set("ไม่ต้อง อย่า ห้าม งด")                                // forbid
	times      = set("ปี ช่วง ตอน วัน เดือน อาทิตย์ สัปดาห์ ร้าน คืน เช้า") // this and that are said of
	handing    = set("ให้ ว่า ที่ ของ กับ จาก ไป เป็น ใน โทร สั่ง")
)

// ofThemThai reports whether a Thai clause tells no more than what somebody else did, or how they are: "เขาจ่ายเกินมา", "ลูกค้าโทรมาสองครั้ง".
// That they have done the deed itself is more.
func (c *clause) ofThemThai() bool {
	const bars = await | keep | stop | recall | rethink | doubt | ifs | unless | know | report | negator | nothing | question | frame | hypothetical | later | needless | unneeded | except | contrast
	i := c.opened()
	if c.lang&th == 0 || c.asked || i+1 >= len(c.words) || c.words[i].starts&subject == 0 && kinOf[c.words[i].text]&th == 0 && c.words[i].text != "ลูกค้า" {
		return false
	}
	done := strings.HasSuffix(c.words[c.lastWord()].text, "แล้ว")
	return !slices.ContainsFunc(c.words[i+1:], func(t token) bool {
		return t.quoted || t.code() || digit(t.text) || t.starts&bars != 0 || t.deed && done
	})
}

// told reports whether a Thai clause ends before a word that a blank stands before: a story begins there that would deny what the
// clause asks for, or an order behind nothing but stories.
func (c *cutter) told(i int) bool {
	if i == 0 || c.list[i].at <= c.list[i-1].end || len(c.cur.words) == 0 || c.onlyOpeners() || thaiEnds[c.list[i].text] {
		return false
	}
	stories := c.stories(i)
	if t := &c.list[i]; stories {
		return t.deed || t.starts&frame != 0 || thaiEnds[c.list[i-1].text]
	}
	if digit(c.list[i-1].text) {
		return false // "5 วันแล้ว"
	}
	n, denies := storyAt(c.list, i, c.text)
	return n > 0 && (denies || slices.ContainsFunc(c.list[i:i+n], func(t token) bool { return praises[t.text] }))
}

// praises are words of Thai praise and thanks.
var praises = set("มาก ขอบคุณ ขอบใจ น่ารัก ใจดี")

// ordersBehind reports whether an order begins at a Thai word that a blank stands before, behind a reason from another word on in
// which nobody says or wants anything: "เพราะน้ำท่วมถนน ช่วยส่ง…".
func (c *cutter) ordersBehind(from, i int) bool {
	t := &c.list[i]
	if !t.deed && (t.starts&frame == 0 || t.text == "หน่อย" || t.text == "ที") {
		return false
	}
	for j := from; j < i; j++ {
		o := &c.list[j]
		if o.starts&(report|know|content|hypothetical|frame|ifs|unless|await|question) != 0 && o.within&opener == 0 && o.text != "ไปแล้ว" || o.deed && t.starts&frame == 0 && !sufferings[c.list[j-1].text] || handing[o.text] && j == i-1 {
			return false
		}
	}
	return true
}

// storyPart reports whether a story begins at a word of a Thai text.
func storyPart(list []token, i int, text string) bool {
	n, _ := storyAt(list, i, text)
	return n > 0
}

// tellsStory reports whether the piece only tells how things are, in Hindi or Thai: "दोस्तों का प्लान बदल गया है".
func (p *piece) tellsStory() bool {
	if slices.Contains(p.values(), true) || p.find(later|retain|amend|oops, 0, len(p.words)) >= 0 {
		return false
	}
	switch {
	case p.asks || p.waits():
		return false
	case p.lang&th != 0:
		for from := 0; from < len(p.words); {
			n, _ := storyAt(p.words, from, strings.Repeat(" ", p.from)+p.text)
			if n == 0 {
				return false
			}
			from += n
		}
		return len(p.words) > 0
	case p.lang == hi:
		return !p.against() && p.tellsHindi()
	}
	return false
}

// tellsHindi reports whether a Hindi piece says how things are, and nothing of what somebody wants.
func (p *piece) tellsHindi() bool {
	const least = 3 // words
	n := len(p.words)
	for n > 0 && (hindiSoft[p.words[n-1].text] || p.words[n-1].sign) {
		n--
	}
	if n < least || !hindiTells(p.words[:n]) {
		return false
	}
	for i := range p.words {
		t := &p.words[i]
		if hindiMinds[t.text] || hindiPolite(t.text) || t.own&hi != 0 || t.text == "नहीं" && (i == 0 || i+1 >= n || notToDo[p.words[i+1].text]) {
			return false
		}
	}
	return true
}

// tellsOf reports whether a Hindi piece only says why it cannot be what stands in an order, and names nothing else: "2 को तो उनका
// उपवास है".
func (p *piece) tellsOf(order *piece) bool {
	if p.lang != hi || p.asks || p.waits() || p.find(contrary&^other|later|amend|oops, 0, len(p.words)) >= 0 || !p.tellsHindi() {
		return false
	}
	for i, held := range p.values() {
		if held && !order.hasWord(p.words[i].text, 0) {
			return false
		}
	}
	return true
}

// hindiTells reports whether Hindi words end with what is, was or has become: no order, no wish, nothing that will be.
func hindiTells(words []token) bool {
	last := words[len(words)-1].text
	habit := len(words) > 2 && words[len(words)-2].text == "नहीं" && (strings.HasSuffix(last, "ता") || strings.HasSuffix(last, "ती") || strings.HasSuffix(last, "ते"))
	return copulas[last] || hindiLast[last] && !hindiHelpers[last] || habit
}

// pastHindi are Hindi verbs that tell what was, doneHindi what may have been done of what is asked for.
var (
	pastHindi = set("था थी थे गया गई गए गयी गये हुआ हुई हुए")
	doneHindi = set("आपने तुमने मैंने हमने किसी कल कर करवा करा किया की कीं दिया दी दिए लिया ली लिए चुका चुकी चुके ऐसा वैसा")
)

// toldHindi reports whether Hindi words tell what happened to somebody, and not what was done of what is asked for.
func toldHindi(words []token) bool {
	p := piece{}
	p.words, p.lang = words, hi
	return p.tellsHindi() && !slices.ContainsFunc(words, func(t token) bool { return t.code() || digit(t.text) || doneHindi[t.text] && !hindiOf[t.text] })
}

// notToDo are forms of Hindi verbs of coming, doing and taking: what is not done may be what was asked for.
var notToDo = set("आ आना आते आता आती आए जा जाना जाते जाता जाती कर करना करते करता करती करवा करवाना ले लेना लेते दे देना चाहिए चाहते चाहता चाहती हो होगा होगी है रहे रहा रही")

// hindiMinds are Hindi words by which somebody says what they want, think or ask for, or what comes first.
var hindiMinds = set("मना सोच सोचा सोचना पूछ पूछना पूछा चाह चाहा चाहते चाहता चाहती चाहिए पता शायद पहले बाद रुक रहने छोड़ छोड़ो बदल मन इरादा ज़रूरत जरूरत देख देखना बता कह कहा बोल बोला बोली कहना हाँ नही मत न ना यही वही इसे उसे यह वह वो ये इसका उसका इसकी उसकी हो चुका चुकी चुके")

// withoutTales is an order without the stories that end it in Hindi or Thai: an answer goes on with what is asked for.
func (s *Said) withoutTales(order string) string {
	pieces := s.pieces(order, []stretch{{0, len(order), false}})
	n := len(pieces)
	for n > 1 && pieces[n-1].lang&(hi|th) != 0 && pieces[n-1].tellsStory() {
		n--
	}
	if n == len(pieces) {
		return order
	}
	return strings.TrimRight(order[:pieces[n].from], " ,;–—")
}

// doThat reports whether nothing follows a Hindi comma but that it is to be done, behind what says that somebody wanted to do
// it: "… का कैंसिलेशन करवाना था, कृपया कर दें". It takes from that verb what tells it as past.
func (c *cutter) doThat(i int) bool {
	n := len(c.cur.words)
	if c.lang != hi || c.list[i].text != "," || c.at.asked || n < 3 || !wasToBe[c.cur.words[n-1].text] || !strings.HasSuffix(c.cur.words[n-2].text, "ना") && !strings.HasSuffix(c.cur.words[n-2].text, "नी") && !strings.HasSuffix(c.cur.words[n-2].text, "ने") {
		return false
	}
	does := false
	for j := i + 1; j < len(c.list) && !c.list[j].sign; j++ {
		t := &c.list[j]
		if t.quoted || !lightHindi[t.text] && !hindiHelpers[t.text] && t.within&(opener|frame) == 0 {
			return false
		}
		does = does || hindiHelpers[t.text]
	}
	if !does {
		return false
	}
	was := &c.cur.words[n-1]
	was.starts, was.within = was.starts&^hypothetical, was.within&^hypothetical
	return true
}

// wasToBe are forms behind a Hindi infinitive by which somebody wants to do it.
var wasToBe = set("था थी थे है हैं")

// thenOnly reports whether what the Hindi clause so far says of what may come about is a condition, with no word but the "then"
// behind it: "सासू माँ आ गईं तो BS-410 रद्द कर दीजिएगा". What is so, "थक गया हूँ तो …", is a reason.
func (c *cutter) thenOnly(i int) bool {
	n := len(c.cur.words)
	if c.list[i].text != "तो" || c.list[i].quoted || n < 2 || i+2 >= len(c.list) || c.list[i-1].sign || c.onlyOpeners() {
		return false
	}
	last := c.list[i-1].text
	return cameAbout[last] || strings.HasSuffix(last, "ए") || strings.HasSuffix(last, "एँ") || strings.HasSuffix(last, "एं") || strings.HasSuffix(last, "ें") && !hindiPolite(last)
}

// cameAbout are forms of Hindi verbs by which something has come about, or may.
var cameAbout = set("गया गई गईं गए गयी गयीं गये आया आई आईं आयी हुआ हुई हुईं हो मिला मिली निकला निकली पड़ा पड़ी बना बनी चला चली माना मानी बोला बोली बरसा रहा रही रहे करे मिले निकले बोले माने पड़े बरसे लगे लगा लगी")

// stories reports whether the clause so far, up to a word, is nothing but stories.
func (c *cutter) stories(to int) bool {
	from := to - len(c.cur.words)
	if from < 0 || c.cur.words[0].n != c.list[from].n {
		return false
	}
	for from < to {
		n, _ := storyAt(c.list, from, c.text)
		if n == 0 {
			return false
		}
		from += n
	}
	return true
}

// cannotCome reports whether a clause behind the order i, in its message, says in Hindi or Thai that the user cannot come: a reason
// against what is to be made, "… बुक कर दीजिए, पर उस दिन तो मैं आ नहीं पाऊँगी", and for what is called off or moved.
func (s *Said) cannotCome(i int, call *Call) bool {
	c := &s.clauses[i]
	if c.lang&(hi|th) == 0 || call.Acts.undoes() || call.Acts.callsOff() || !slices.ContainsFunc(makings, call.Acts.has) {
		return false
	}
	for j := c.since(i) + 1; j < len(s.clauses); j++ {
		o := &s.clauses[j]
		if o.message != c.message || slices.ContainsFunc(o.words, func(t token) bool { return t.code() || digit(t.text) }) {
			continue
		}
		text := lettersOf(o.words)
		switch {
		case o.lang&th != 0 && (o.contrast || strings.Contains(text, "วันนั้น")):
			for w, l := range cannotWords {
				if l == th && strings.Contains(text, w) {
					return true
				}
			}
		case o.lang == hi && (o.contrast || strings.Contains(text, "उसदिन")) && o.negates() >= 0:
			if o.hasOf(cannotWords, 0) >= 0 {
				return true
			}
		}
	}
	return false
}

var (
	cannotWords = wordSets["cannot"]
	makings     = []string{"book", "reserve", "order", "rent", "schedule", "hire", "enrol", "register", "buy"}
)

// mistaken reports whether a Thai order, which no sign ends, goes on with words for a mistake and another value than the call's, and is
// not read as what puts it right: "เติมเงิน 50 ยูโร ขอโทษค่ะ 60 ยูโร เพื่อน…".
func (s *Said) mistaken(i int, call *Call) bool {
	c := &s.clauses[i]
	if c.lang&th == 0 {
		return false
	}
	valued := func(t token) bool { return t.code() || digit(t.text) }
	for k := range c.words {
		t := &c.words[k]
		if t.quoted || t.starts&(oops|amend) == 0 || t.within&harmless != 0 || !slices.ContainsFunc(c.words[:k], valued) {
			continue
		}
		behind := c.words[k:]
		if i+1 < len(s.clauses) && s.clauses[i+1].message == c.message && !s.clauses[i+1].corrects {
			if o := &s.clauses[i+1]; o.opened() < len(o.words) && valued(o.words[o.opened()]) {
				behind = slices.Concat(behind, o.words[o.opened():o.opened()+1])
			}
		}
		if slices.ContainsFunc(behind, func(w token) bool {
			return valued(w) && !call.names(w.text) && !slices.ContainsFunc(c.words[:k], func(o token) bool { return o.text == w.text })
		}) {
			return true
		}
	}
	return false
}
