package spoken

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words for numbers that are something else where they stand: Hindi "दो" is "give" behind a verb, French "neuf" is "new"
// behind a noun, and Thai writes "เก้า" into "เก้าอี้", a chair.

const two = "दो"

// Words around a Hindi "two".
var (
	stems = set(`कर करा करवा दे ले भेज भिजवा भेजवा मँगा मंगा मँगवा मंगवा लौटा लौटवा हटा हटवा बना बनवा लगा लगवा बता बतला दिखा बढ़ा घटा चुका चुकवा मिटा निकाल निकलवा डाल डलवा रख रखवा लिख लिखवा
		बदल बदलवा काट कटवा रोक रुकवा खोल खुलवा जोड़ जुड़वा तोड़ छोड़ छुड़वा मोड़ बाँध बांध पकड़ा पहुँचा पहुंचा पहुँचवा पहुंचवा उठा उठवा बैठा बिठा सुना समझा सुला जगा चला चलवा घुमा घुमवा टाल खिसका सरका
		पलट उलट भर भरवा बाँट बांट बेच बिकवा ख़रीद खरीद ख़रीदवा खरीदवा दिला दिलवा ला धो धुलवा सिल सिलवा पका पकवा खिला पिला नहला ठहरा ठुकरा सौंप थमा गिरा मार फेंक फेक जला बुझा ढूँढ ढूंढ पूछ बोल कह
		निपटा सुलझा मिला मिलवा चढ़ा उतार उतरवा छपवा छाप जाँच जांच नाप माप खोज पढ़ सजा लटका चिपका दबा टिका जमा`)
	things   = set("जाँच जांच नाप माप खोज छाप जमा मार") // nouns, too
	linking  = set("और तो ताकि कि क्योंकि लेकिन मगर पर वरना या एवं व फिर")
	fillers  = set("न ना यार भाई जी प्लीज़ प्लीज ज़रा जरा आज कल अभी जल्दी तुरंत फ़ौरन फौरन बस धन्यवाद शुक्रिया कृपया सर मैडम भैया दीदी")
	dative   = set("मुझे हमें उसे उन्हें इसे इन्हें तुम्हें आपको उसको इसको मुझको हमको")
	limiting = set("बस सिर्फ़ सिर्फ केवल कुल लगभग क़रीब करीब मात्र पूरे")
	counted  = set(`किलो किलोग्राम ग्राम लीटर मीटर किलोमीटर पीस नग पैकेट पैकेटों डिब्बे डिब्बों बोतल बोतलें बोतलों प्लेट प्लेटें लोग लोगों व्यक्ति व्यक्तियों दिन दिनों रात रातें रातों हफ़्ते हफ्ते हफ़्तों हफ्तों सप्ताह
		महीने महीनों साल घंटे घंटा घंटों मिनट बजे बजकर बार सौ हज़ार हजार लाख करोड़ रुपये रुपए रुपया यूरो डॉलर टिकट टिकटें सीट सीटें सीटों टुकड़े जोड़ी जोड़े दर्जन प्रतियाँ कॉपी कॉपियाँ बच्चे बच्चों बोरी बोरियाँ
		जनवरी फ़रवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर सितम्बर अक्टूबर नवंबर नवम्बर दिसंबर दिसम्बर`)
	verbal = set("दो दें दीजिए दीजिएगा करो करें कीजिए कीजिएगा कर लो लें लीजिए है हैं हो चाहिए चाहिये चाहता चाहती चाहते होगा होंगे रखो रखें देना करना लेना भेजना रखना")
	inO    = set("को जो वो किलो लोगो फोटो फ़ोटो वीडियो यूरो ऑटो")
)

// Gives reports whether a Hindi "दो" is "give" and no number, by the words of its clause before and behind it: behind a verb
// ("मँगा दो"), at the end ("लैंप दो"), or where no verb follows that could be the clause's: there it is the verb itself.
func Gives(before, behind []string) bool {
	if i := slices.IndexFunc(behind, func(w string) bool { return linking[w] }); i >= 0 {
		behind = behind[:i]
	}
	if len(before) == 0 || len(behind) == 0 && !slices.ContainsFunc(before, func(w string) bool { return !limiting[w] }) {
		return false
	}
	last := before[len(before)-1]
	if _, quarter := quarters[last]; quarter {
		return false
	}
	if len(behind) == 0 || fillers[behind[0]] {
		return !onlyNumerals(before)
	}
	ends := slices.ContainsFunc(behind, endsHindi)
	if counted[behind[0]] {
		return stems[last] && !(things[last] && ends)
	}
	return stems[last] || !ends && (dative[last] || !limiting[last] && !postpositions[last])
}

// postpositions stand before a number that counts what follows.
var postpositions = set("के की का में से पर तक ने मेरे हमारे अपने उसके उनके इसके इनके आपके को")

// onlyNumerals reports whether words are a number that begins with a digit's word: "एक सौ".
func onlyNumerals(words []string) bool {
	for i, w := range words {
		if !slices.ContainsFunc(numerals[w], func(n numeral) bool { return n.lang == HI && (i > 0 || n.part == small) }) {
			return false
		}
	}
	return true
}

// endsHindi reports whether a word is a verb at the end of a Hindi clause.
func endsHindi(w string) bool {
	if verbal[w] || strings.HasSuffix(w, "िए") || strings.HasSuffix(w, "इए") || strings.HasSuffix(w, "िएगा") || strings.HasSuffix(w, "इएगा") || strings.HasSuffix(w, "ओ") {
		return true
	}
	return strings.HasSuffix(w, "ो") && !inO[w]
}

// gives reports whether the word at a place is a "दो" that gives.
func (t *Text) gives(i int) bool {
	if t.words[i].text != two {
		return false
	}
	from, to := i, i+1
	for from > 0 && t.near(from) {
		from--
	}
	for to < len(t.words) && t.near(to) {
		to++
	}
	return Gives(textsOf(t.words[from:i]), textsOf(t.words[i+1:to]))
}

func textsOf(words []word) []string {
	out := make([]string, len(words))
	for i := range words {
		out[i] = words[i].text
	}
	return out
}

// Words before a French "nine", and behind it where it is "new".
var (
	beforeNine = set("en pour à de et sommes serons sera est êtes serez sont seront serions on les des nos mes vos ces aux ou sur vers dès cent cents mille vingt trente quarante cinquante soixante")
	afterNew   = set("pour à de du des avec sans chez dans et ou s il svp merci au aux en sur")
)

// isNew reports whether a French "neuf" stands behind a noun, with nothing behind it that it could count: "un vélo neuf".
func (t *Text) isNew(i int) bool {
	return t.words[i].text == "neuf" && t.near(i) && !t.words[i-1].digits && !beforeNine[t.words[i-1].text] && (!t.near(i+1) || afterNew[t.words[i+1].text])
}

// thaiMixed are Thai words that a number is written into.
var thaiMixed = set(`เก้าอี้ ห้าม ห้าง ห้างสรรพสินค้า ห้าว ยี่ห้อ เรียบร้อย ร้อยเรียง สี่แยก สามแยก ห้าแยก หกล้ม พันธุ์ พันธ์ สัมพันธ์ ผ้าพันคอ ผ้าพันแผล พันแผล มือสอง สามัญ สามัคคี สองจิตสองใจ ส่วนหนึ่ง กำมะหยี่ ยี่หร่า
	ตั้งศูนย์ ที่ศูนย์ ศูนย์บริการ ศูนย์การค้า ล้านนา แปดริ้ว สิบตำรวจ สิบเอก พันตรี พันโท พันเอก ร้อยตรี ร้อยโท ร้อยเอก`)

func init() {
	for w := range thaiMixed {
		knowThai(w)
	}
}

// Homonyms returns the places, in bytes, of what looks like a number in words and is none there.
func (t *Text) Homonyms() [][2]int {
	var out [][2]int
	for i := range t.words {
		w, last := &t.words[i], i
		switch {
		case thaiMixed[w.text], t.gives(i), t.lang&FR != 0 && t.isNew(i):
			last = i + 1
		default:
			if n, ok := t.thaiDigits(i); ok && t.inThaiWord(i, n.last) {
				last = n.last
			}
		}
		if last > i {
			out = append(out, [2]int{w.at, t.words[last-1].end})
		}
	}
	return out
}

// thaiNames are Thai words before a name, which may be one of a number: "คุณหนึ่ง".
var thaiNames = []string{"คุณ", "พี่", "น้อง", "นาย", "นาง", "นางสาว", "ป้า", "ลุง"}

// inThaiWord reports whether the Thai number in words from one place to another is a part of a word: a vowel that stands behind
// its consonant follows, or one that stands before it precedes; or whether it is somebody's name.
func (t *Text) inThaiWord(from, to int) bool {
	if to < len(t.words) && t.words[to].gap == "" {
		if r, _ := utf8.DecodeRuneInString(t.words[to].text); unicode.Is(unicode.M, r) || strings.ContainsRune("ะาำๅ", r) {
			return true
		}
	}
	if from == 0 || t.words[from].gap != "" {
		return false
	}
	before := t.words[from-1].text
	if r, _ := utf8.DecodeLastRuneInString(before); strings.ContainsRune("เแโใไ", r) {
		return true
	}
	people := to < len(t.words) && t.words[to].gap == "" && (strings.HasPrefix(t.words[to].text, "คน") || strings.HasPrefix(t.words[to].text, "ท่าน"))
	return !people && slices.ContainsFunc(thaiNames, func(name string) bool { return strings.HasSuffix(before, name) })
}
