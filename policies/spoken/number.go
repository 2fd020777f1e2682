package spoken

import (
	"math"
	"strconv"
	"strings"
)

// Micro is a number in millionths.
type Micro int64

// One is the number one.
const One Micro = 1_000_000

// String is the number as JSON writes it.
func (m Micro) String() string { return strconv.FormatFloat(float64(m)/float64(One), 'f', -1, 64) }

// Number is a number that is said, and where.
type Number struct {
	Value   Micro
	At, End int  // bytes
	Words   bool // it is said in words, or with a word for a multiple
	first   int  // words
	last    int
}

// part says how a word goes into a number.
type part uint8

const (
	small    part = iota // below 20, or a whole below 100 that takes nothing more
	tens                 // takes a small one
	hundreds             // 200 in one word: takes what is below 100
	hundred              // multiplies what is below 100
	thousand             // multiplies what is below 1000
	score                // a word of its own: a dozen
)

type numeral struct {
	value int64
	part  part
	lang  Lang
}

// numerals are the words of which numbers are made.
var numerals = map[string][]numeral{}

func numeralWords(l Lang, p part, from, step int64, words string) {
	for w := range strings.FieldsSeq(words) {
		for one := range strings.SplitSeq(w, "/") {
			numerals[one] = append(numerals[one], numeral{from, p, l})
			knowThai(one)
		}
		from += step
	}
}

func init() {
	numeralWords(EN, small, 0, 1, "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	numeralWords(EN, tens, 20, 10, "twenty thirty forty/fourty fifty sixty seventy eighty ninety")
	numeralWords(FR, small, 0, 1, "zéro un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize")
	numeralWords(FR, tens, 20, 10, "vingt/vingts trente quarante cinquante soixante septante huitante/octante nonante")
	numeralWords(IT, small, 0, 1, "zero uno/un/una due tre/tré quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove")
	numeralWords(IT, small, 20, 10, "venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
	numeralWords(ES, small, 0, 1, "cero uno/un/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis/dieciseis diecisiete dieciocho diecinueve")
	numeralWords(ES, small, 21, 1, "veintiuno/veintiún/veintiuna veintidós/veintidos veintitrés/veintitres veinticuatro veinticinco veintiséis/veintiseis veintisiete veintiocho veintinueve")
	numeralWords(ES, tens, 20, 10, "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa")
	numeralWords(ES, hundreds, 200, 100, "doscientos/doscientas trescientos/trescientas cuatrocientos/cuatrocientas quinientos/quinientas seiscientos/seiscientas setecientos/setecientas ochocientos/ochocientas novecientos/novecientas")
	numeralWords(PT, small, 0, 1, "zero um/uma dois/duas três/tres quatro cinco seis sete oito nove dez onze doze treze catorze/quatorze quinze dezasseis/dezesseis dezassete/dezessete dezoito dezanove/dezenove")
	numeralWords(PT, tens, 20, 10, "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa")
	numeralWords(PT, hundreds, 200, 100, "duzentos/duzentas trezentos/trezentas quatrocentos/quatrocentas quinhentos/quinhentas seiscentos/seiscentas setecentos/setecentas oitocentos/oitocentas novecentos/novecentas")
	numeralWords(HI, small, 0, 1, "शून्य एक दो तीन चार पाँच/पांच छह/छः/छे/छै सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह/पन्द्रह सोलह सत्रह/सतरह अठारह/अट्ठारह उन्नीस "+
		"बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस/अठाईस उनतीस तीस इकतीस/इकत्तीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस "+
		"चालीस इकतालीस बयालीस तैंतालीस चौवालीस/चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ "+
		"साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी/उनासी "+
		"अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी/सतासी अट्ठासी/अठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे/पंचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे")
	numeralWords(TH, small, 0, 1, "ศูนย์ หนึ่ง/เอ็ด สอง/ยี่ สาม สี่ ห้า หก เจ็ด แปด เก้า")
	for l, words := range map[Lang]string{EN: "hundred", FR: "cent cents", IT: "cento", ES: "cien ciento", PT: "cem cento", HI: "सौ", DE: "hundert"} {
		numeralWords(l, hundred, 100, 0, words)
	}
	for l, words := range map[Lang]string{EN: "thousand grand", FR: "mille", IT: "mila mille", ES: "mil", PT: "mil", HI: "हज़ार/हजार", DE: "tausend"} {
		numeralWords(l, thousand, 1000, 0, words)
	}
	numeralWords(HI, thousand, 100_000, 0, "लाख")
	numeralWords(HI, thousand, 10_000_000, 0, "करोड़")
	numeralWords(EN|DE|FR|IT|ES|PT, thousand, 1_000_000, 0, "million millions millionen million milione milioni millón millones milhão milhões mio")
	for n, words := range map[int64]string{
		12: "dozen/dutzend/douzaine/dozzina/docena/dúzia/दर्जन/โหล", 10: "dizaine/decina/decena/dezena", 15: "quinzaine", 20: "ventina/vingtaine/veintena", 2: "pair/couple/paio/कौड़ी",
	} {
		if n == 2 {
			words = "pair/couple/paio"
		}
		numeralWords(Any, score, n, 0, words)
	}
	knowThai("สิบ ร้อย พัน หมื่น แสน ล้าน ครึ่ง")
}

// thaiPlaces are the words for powers of ten.
var thaiPlaces = map[string]int64{"สิบ": 10, "ร้อย": 100, "พัน": 1000, "หมื่น": 10_000, "แสน": 100_000, "ล้าน": 1_000_000}

// quarters are Hindi words that go before a number, and what they add.
var quarters = map[string]Micro{"साढ़े": One / 2, "सवा": One / 4, "पौने": -One / 4}

// wholes are words for one and a half, and their like.
var wholes = map[string]Micro{
	"डेढ़": One * 3 / 2, "ढाई": One * 5 / 2, "anderthalb": One * 3 / 2, "eineinhalb": One * 3 / 2, "zweieinhalb": One * 5 / 2, "dreieinhalb": One * 7 / 2, "viereinhalb": One * 9 / 2,
	"fünfeinhalb": One * 11 / 2, "sechseinhalb": One * 13 / 2, "siebeneinhalb": One * 15 / 2, "achteinhalb": One * 17 / 2, "neuneinhalb": One * 19 / 2, "zehneinhalb": One * 21 / 2,
}

// halfBehind are rows of words that add a half to the number before them, or to a unit behind it.
var halfBehind = []string{"and a half", "und ein halbes", "und eine halbe", "und einen halben", "et demi", "et demie", "e mezzo", "e mezza", "y medio", "y media", "e meio", "e meia", "ครึ่ง"}

// hundredAlone are words before "hundred" and "thousand" that leave one of them: "another hundred".
var hundredAlone = set("a another the every each per one extra")

// Numbers returns the numbers that the text says in words, or in digits with a word for a multiple,
// cents behind their currency, or a half: "3k", "two hundred and fifty", "1.5 million".
func (t *Text) Numbers(langs Lang) []Number {
	var out []Number
	for i := 0; i < len(t.words); i++ {
		n, ok := t.numberAt(i, langs)
		if !ok {
			continue
		}
		if n.Words {
			out = append(out, n)
		}
		i = n.last - 1
	}
	return out
}

// Lang returns the languages that the text may be in.
func (t *Text) Lang() Lang { return t.lang }

// numberAt reads a number, in words or in digits, that begins at a word.
func (t *Text) numberAt(i int, langs Lang) (Number, bool) {
	if i < len(t.words) && roundFirst[t.words[i].text] {
		for row, v := range rounds {
			if end := t.follow(i, row); end > i {
				return Number{Value: v, At: t.words[i].at, End: t.words[end-1].end, Words: true, first: i, last: end}, true
			}
		}
	}
	n, ok := t.wholeAt(i, langs)
	if !ok {
		return n, false
	}
	if end := t.any(n.last, halfBehind...); end >= 0 && n.Value%One == 0 {
		n.Value, n.last, n.Words = n.Value+One/2, end, true
		if t.near(end) { // one and a half thousand
			for _, m := range numerals[t.words[end].text] {
				if (m.part == thousand || m.part == hundred || m.part == score && m.value > 2) && m.lang&langs != 0 && n.Value < 1000*One {
					n.Value, n.last = n.Value*Micro(m.value), end+1
					break
				}
			}
		}
	} else if t.is(n.last, "k", "tsd") && t.words[n.last].gap == "" || t.is(n.last, "tsd") && t.near(n.last) {
		n.Value, n.last, n.Words = n.Value*1000, n.last+1, true
	} else if next := n.last; t.words[i].digits && n.last == i+1 && t.near(next) && next < len(t.words) { // 1.5 million
		for _, m := range numerals[t.words[next].text] {
			if (m.part == thousand || m.part == hundred) && m.lang&langs != 0 && n.Value < 1000*One {
				n.Value, n.last, n.Words = n.Value*Micro(m.value), next+1, true
				break
			} else if m.part == score && n.Value < 1000*One && m.value > 2 {
				n.Value, n.last, n.Words = n.Value*Micro(m.value), next+1, true
				break
			}
		}
	}
	if cents, ok := t.cents(n.last, langs); ok && n.Value%One == 0 {
		n.Value, n.last, n.Words = n.Value+cents.Value/100, cents.last, true
	}
	n.At, n.End = t.words[i].at, t.words[n.last-1].end
	return n, true
}

// rounds are rows of words for a round number.
var rounds = map[string]Micro{
	"medio millar": 500 * One, "un millar": 1000 * One, "un centenar": 100 * One, "medio centenar": 50 * One, "un par": 2 * One, "media docena": 6 * One,
	"meio milhar": 500 * One, "um milhar": 1000 * One, "uma centena": 100 * One, "meia centena": 50 * One, "meia dúzia": 6 * One,
	"un migliaio": 1000 * One, "mezzo migliaio": 500 * One, "un centinaio": 100 * One, "una cinquantina": 50 * One, "mezza dozzina": 6 * One,
	"un millier": 1000 * One, "une centaine": 100 * One, "une cinquantaine": 50 * One, "un demi millier": 500 * One, "une demi douzaine": 6 * One, "anderthalb hundert": 150 * One, "anderthalb tausend": 1500 * One,
}

var roundFirst = map[string]bool{}

func init() {
	for row := range rounds {
		first, _, _ := strings.Cut(row, " ")
		roundFirst[first] = true
	}
}

// cents reads what stands behind a currency: "twelve euros fifty".
func (t *Text) cents(i int, langs Lang) (Number, bool) {
	if !t.is(i, "euro", "euros", "dollars", "dollar", "pounds", "pound", "francs", "franken", "fr", "reais", "real", "euri") || !t.near(i) {
		return Number{}, false
	}
	j := i + 1
	if t.is(j, "e", "und", "and", "con", "et", "y") {
		j++
	}
	if j >= len(t.words) || !t.near(j) || t.words[j].digits && len(t.words[j].text) != 2 {
		return Number{}, false
	}
	n, ok := t.wholeAt(j, langs)
	if !ok || n.Value < 2*One || n.Value >= 100*One || n.Value%One != 0 || t.is(n.last, "euro", "euros", "dollars", "pounds", "francs", "reais") || n.last < len(t.words) && t.words[n.last].gap == "" && t.is(n.last, "k", "x") {
		return Number{}, false
	}
	if j > i+1 && !t.is(n.last, "cent", "cents", "centimes", "céntimos", "centesimi", "cêntimos", "centavos", "pence", "p", "rappen") {
		return Number{}, false // "five euros and two coffees"
	}
	if t.is(n.last, "cent", "cents", "centimes", "céntimos", "centesimi", "cêntimos", "centavos", "pence", "rappen") {
		n.last++
	} else if n.last < len(t.words) && t.near(n.last) && !t.ends(n.last) {
		return Number{}, false
	}
	return n, true
}

// ends are words that follow a whole amount.
var afterAmount = set("to for from on at in each now please an a für von auf pro bitte pour à de par per por para al alla cada each per")

func (t *Text) ends(i int) bool { return afterAmount[t.words[i].text] }

// wholeAt reads a number without what follows it.
func (t *Text) wholeAt(i int, langs Lang) (Number, bool) {
	if i >= len(t.words) {
		return Number{}, false
	}
	w := &t.words[i]
	if w.digits {
		v, ok := t.digitsAt(i)
		return Number{Value: v, first: i, last: i + 1}, ok
	}
	if v, ok := wholes[w.text]; ok {
		return t.scaled(Number{Value: v, first: i, last: i + 1, Words: true}, langs), true
	}
	if add, ok := quarters[w.text]; ok && i+1 < len(t.words) {
		n, ok := Number{last: i + 2}, false
		if t.words[i+1].digits {
			n.Value, ok = t.digitsAt(i + 1)
		}
		for _, one := range numerals[t.words[i+1].text] {
			if one.lang == HI && one.part == small {
				n.Value, ok = Micro(one.value)*One, true
			}
		}
		if ok && n.Value < 100*One && n.Value%One == 0 { // साढ़े तीन सौ: 350
			return t.scaled(Number{Value: n.Value + add, first: i, last: n.last, Words: true}, HI), true
		}
		return Number{}, false
	}
	if v, ok := german(w.text); ok && langs&DE != 0 {
		n := Number{Value: Micro(v) * One, first: i, last: i + 1, Words: true}
		return n, !articles[w.text]
	}
	if v, ok := italian(w.text); ok && langs&IT != 0 {
		return Number{Value: Micro(v) * One, first: i, last: i + 1, Words: true}, true
	}
	if langs&TH != 0 {
		if n, ok := t.thaiAt(i); ok {
			return n, true
		}
	}
	n, ok := t.plainAt(i, langs)
	if ok && n.last == i+1 && (articles[w.text] || t.isNew(i)) {
		return n, false
	}
	return n, ok
}

// articles are words for one that are more often none.
var articles = set("ein eine einen einem einer un une una um uma uno एक")

// scaled multiplies a number with a half by the words for hundreds and thousands behind it.
func (t *Text) scaled(n Number, langs Lang) Number {
	for n.last < len(t.words) && t.near(n.last) {
		found := false
		for _, m := range numerals[t.words[n.last].text] {
			if (m.part == hundred || m.part == thousand) && m.lang&langs != 0 {
				n.Value, found = n.Value*Micro(m.value), true
				break
			}
		}
		if !found {
			break
		}
		n.last++
	}
	return n
}

// digitsAt reads a number in digits that is no code, date or time.
func (t *Text) digitsAt(i int) (Micro, bool) {
	s := t.words[i].text
	if strings.ContainsAny(s, ":'") || strings.Count(s, ".")+strings.Count(s, ",") > 1 {
		return 0, false
	}
	if at := strings.IndexAny(s, ".,"); at >= 0 && len(s)-at-1 == 3 && s[:at] != "0" {
		return 0, false // thousands, or thousandths
	}
	f, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || f > 1e9 {
		return 0, false
	}
	return Micro(math.Round(f * float64(One))), true
}

// connectors may stand inside a number.
var connectors = map[string]Lang{"and": EN, "y": ES, "e": PT, "et": FR}

// plainAt puts a number together from its words; all must be of one language.
func (t *Text) plainAt(i int, langs Lang) (Number, bool) {
	var total, part int64
	open, lang, last := false, langs, i
	read := i
	for j := i; j < len(t.words) && j < i+12; j++ {
		if j > i && !t.near(j) {
			break
		}
		w := t.words[j].text
		if t.gives(j) {
			break
		}
		if l := connectors[w] & lang; l != 0 && open && j+1 < len(t.words) {
			ok := l == EN && (part > 0 && part%100 == 0 || part == 0 && total > 0) || l == ES && part%100 >= 30 && part%10 == 0 || l == PT && part%10 == 0 || l == FR && part%100 >= 20 && part%10 == 0
			if !ok {
				break
			}
			continue
		}
		took := false
		for _, n := range numerals[w] {
			if n.lang&lang == 0 || (n.lang == TH) {
				continue
			}
			below := part % 100
			ok := true
			switch n.part {
			case small:
				fresh := below == 0 && (!open || part > 0 || total > 0)
				add := below >= 20 && below%10 == 0 && n.value > 0 && n.value < 10 && n.lang != HI && n.lang != IT
				teen := n.lang == FR && (below == 60 || below == 80) && n.value >= 10 && n.value < 20
				french := n.lang == FR && (below == 10 || below == 70 || below == 90) && n.value >= 7 && n.value < 10 // dix-sept
				if ok = fresh || add || teen || french; ok {
					part += n.value
				}
			case tens:
				if n.lang == FR && n.value == 20 && below == 4 { // quatre-vingt
					part += 76
				} else if ok = below == 0 && (!open || part > 0 || total > 0); ok {
					part += n.value
				}
			case hundreds:
				if ok = part == 0; ok {
					part = n.value
				}
			case hundred:
				ok = part < 100 && (part > 0 || n.lang != EN || j > 0 && t.near(j) && hundredAlone[t.words[j-1].text])
				if ok && part == 0 && n.lang == FR && (w == "cents" || lang&EN != 0 && lang&FR == 0) {
					ok = false
				}
				if ok {
					part = max(part, 1) * 100
				}
			case thousand:
				ok = part < 1000 && total%max(n.value, 1000) == 0 && (total == 0 || total > n.value) && (part > 0 || n.lang != EN && n.value == 1000 || n.lang&EN != 0 && j > 0 && t.near(j) && hundredAlone[t.words[j-1].text])
				if ok {
					total, part = total+max(part, 1)*n.value, 0
				}
			case score:
				ok = part < 1000 && total == 0 && (part > 0 || n.value > 2 || j > 0 && t.near(j) && (t.is(j-1, "a", "un")))
				if ok {
					total, part = max(part, 1)*n.value, 0
				}
			}
			if ok {
				took = true
				lang &= n.lang
				if n.part == score {
					open, read = true, j+1
					if half := t.before(i, "half a", "half", "halbes", "demi", "media", "mezza", "meia", "आधा"); half && part == 0 {
						return Number{Value: Micro(total) * One / 2, first: i, last: read, Words: true}, true
					}
					return Number{Value: Micro(total) * One, first: i, last: read, Words: true}, true
				}
				break
			}
		}
		if !took {
			break
		}
		open, last = true, j+1
		read = last
	}
	if !open {
		return Number{}, false
	}
	return Number{Value: Micro(total+part) * One, first: i, last: read, Words: true}, total+part < 1e9
}

// thaiAt reads a Thai number that is no part of a word.
func (t *Text) thaiAt(i int) (Number, bool) {
	n, ok := t.thaiDigits(i)
	return n, ok && !t.inThaiWord(i, n.last)
}

// thaiDigits reads a Thai number: digits, each behind by its place.
func (t *Text) thaiDigits(i int) (Number, bool) {
	var total, digit int64
	open, has := false, false
	last := i
	for j := i; j < len(t.words) && (j == i || t.words[j].gap == ""); j++ {
		w := t.words[j].text
		if place, ok := thaiPlaces[w]; ok {
			if has || place == 10 {
				if !has {
					digit = 1
				}
				total += digit * place
			} else if open && place == 1_000_000 {
				total *= place
			} else {
				break
			}
			digit, has, open, last = 0, false, true, j+1
			continue
		}
		found := false
		for _, n := range numerals[w] {
			if n.lang == TH && n.part == small && !has {
				digit, has, found = n.value, true, true
			}
		}
		if !found {
			break
		}
		open, last = true, j+1
	}
	if !open {
		return Number{}, false
	}
	return Number{Value: Micro(total+digit) * One, first: i, last: last, Words: true}, true
}

var germanSmall = func() map[string]int64 {
	out := map[string]int64{}
	for i, w := range strings.Fields("null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn") {
		out[w] = int64(i)
	}
	for i, w := range strings.Fields("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig") {
		out[w] = int64(20 + 10*i)
	}
	out["dreissig"], out["zwo"], out["ein"], out["fuenf"], out["zwoelf"] = 30, 2, 1, 5, 12
	for _, w := range []string{"eine", "einen", "einem", "einer"} {
		out[w] = 1
	}
	for i, w := range strings.Fields("zweit dritt viert fünft sechst siebt") { // wir sind zu viert
		out[w] = int64(2 + i)
	}
	return out
}()

// german reads a number that is written as one word.
func german(w string) (int64, bool) {
	if v, ok := germanSmall[w]; ok {
		return v, true
	}
	for _, unit := range []struct {
		word  string
		value int64
	}{{"tausend", 1000}, {"hundert", 100}} {
		left, right, ok := strings.Cut(w, unit.word)
		if !ok {
			continue
		}
		n, rest := int64(1), int64(0)
		if left != "" {
			if n, ok = german(left); !ok || n == 0 || n >= unit.value*10 && unit.value == 100 {
				return 0, false
			}
		}
		right = strings.TrimPrefix(right, "und")
		if right != "" {
			if rest, ok = german(right); !ok || rest >= unit.value {
				return 0, false
			}
		}
		return n*unit.value + rest, true
	}
	if left, right, ok := strings.Cut(w, "und"); ok {
		one, a := germanSmall[left]
		ten, b := germanSmall[right]
		if a && b && one > 0 && one < 10 && ten >= 20 && ten%10 == 0 {
			return one + ten, true
		}
	}
	return 0, false
}

var italianSmall = func() map[string]int64 {
	out := map[string]int64{}
	ones := strings.Fields("uno due tre quattro cinque sei sette otto nove")
	for i, w := range strings.Fields("dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove") {
		out[w] = int64(10 + i)
	}
	for i, w := range ones {
		out[w] = int64(1 + i)
	}
	for i, w := range strings.Fields("venti trenta quaranta cinquanta sessanta settanta ottanta novanta") {
		ten := int64(20 + 10*i)
		out[w] = ten
		for k, one := range ones {
			stem := w
			if k == 0 || k == 7 {
				stem = w[:len(w)-1]
			}
			out[stem+one] = ten + int64(k+1)
			if k == 2 {
				out[stem+"tré"] = ten + 3
			}
			if k == 0 {
				out[stem+"un"] = ten + 1
			}
		}
	}
	return out
}()

// italian reads a number from 21 on that is written as one word.
func italian(w string) (int64, bool) {
	if v, ok := italianSmall[w]; ok && v > 19 {
		return v, true
	}
	for _, unit := range []struct {
		word  string
		value int64
	}{{"mila", 1000}, {"mille", 1000}, {"cento", 100}} {
		left, right, ok := strings.Cut(w, unit.word)
		if !ok || left == "" && right == "" {
			continue
		}
		n, rest := int64(1), int64(0)
		if left != "" {
			if n, ok = italianSmall[left]; !ok {
				if n, ok = italian(left); !ok {
					return 0, false
				}
			}
		}
		if right != "" {
			if rest, ok = italianSmall[right]; !ok {
				rest, ok = italian(right)
			}
			if !ok || rest >= unit.value {
				return 0, false
			}
		}
		return n*unit.value + rest, true
	}
	return 0, false
}
