package ask

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// Numbers in words of the eight languages, up to 999 and whole thousands beyond: those up to 99 are spelled out here,
// hundreds and thousands are put together as the language does.

// counting says how a language puts its numbers together.
type counting struct {
	small    string // 0 to 19, or as far as words of their own go
	tens     string // 20, 30 … 90
	between  string // what joins tens and ones: "y"
	reversed bool   // einundzwanzig
	hundred  string
	thousand string
	joined   bool   // without blanks
	and      string // behind hundreds, sometimes
}

var countings = map[lang]counting{
	en: {"zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", "twenty thirty forty fifty sixty seventy eighty ninety", " ", false, "hundred", "thousand", false, " and "},
	de: {"null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn", "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig", "und", true, "hundert", "tausend", true, "und"},
	fr: {"zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf", "vingt trente quarante cinquante soixante soixante-dix quatre-vingt quatre-vingt-dix", " ", false, "cent", "mille", false, ""},
	it: {"zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove", "venti trenta quaranta cinquanta sessanta settanta ottanta novanta", "", false, "cento", "mila", true, ""},
	es: {"cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve", "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa", " y ", false, "cien", "mil", false, ""},
	pt: {"zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove", "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa", " e ", false, "cem", "mil", false, " e "},
	hi: {"शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस चालीस इकतालीस बयालीस तैंतालीस चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे", "", " ", false, "सौ", "हज़ार", false, ""},
	th: {"ศูนย์ หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ", "ยี่สิบ สามสิบ สี่สิบ ห้าสิบ หกสิบ เจ็ดสิบ แปดสิบ เก้าสิบ", "", false, "ร้อย", "พัน", true, ""},
}

// otherNumbers are forms that no rule makes, and how many people say with words of their own.
var otherNumbers = map[lang]string{
	en: "dozen=12 half+a+dozen=6 a+dozen=12 couple=2 a+couple=2 single=1 once=1 twice=2 thrice=3 a+hundred=100 a+thousand=1000",
	de: "ein=1 eine=1 einen=1 einem=1 einer=1 zwo=2 hundert=100 tausend=1000 dutzend=12 ein+dutzend=12 halbes+dutzend=6 einmal=1 zweimal=2 dreimal=3 viermal=4 fünfmal=5 dreissig=30 einhundert=100 eintausend=1000 anderthalb=1.5 eineinhalb=1.5 zweieinhalb=2.5 dreieinhalb=3.5",
	fr: "une=1 vingt+et+un=21 trente+et+un=31 quarante+et+un=41 cinquante+et+un=51 soixante+et+un=61 soixante+et+onze=71 quatre+vingts=80 cent=100 mille=1000 douzaine=12 une+douzaine=12 demi+douzaine=6 dizaine=10 une+dizaine=10 quinzaine=15 vingtaine=20 trentaine=30 centaine=100",
	it: "un=1 una=1 cento=100 mille=1000 dozzina=12 una+dozzina=12 mezza+dozzina=6 paio=2 decina=10 ventina=20",
	es: "un=1 una=1 cien=100 ciento=100 mil=1000 quinientos=500 quinientas=500 setecientos=700 novecientos=900 doscientas=200 trescientas=300 docena=12 una+docena=12 media+docena=6 par=2 veintiuno=21 veintiún=21 veintidós=22 veintitrés=23 veinticuatro=24 veinticinco=25 veintiséis=26 veintisiete=27 veintiocho=28 veintinueve=29",
	pt: "uma=1 duas=2 cem=100 cento=100 mil=1000 duzentos=200 duzentas=200 trezentos=300 trezentas=300 quatrocentos=400 quinhentos=500 quinhentas=500 seiscentos=600 setecentos=700 oitocentos=800 novecentos=900 dúzia=12 uma+dúzia=12 meia+dúzia=6 par=2 dezasseis=16 dezassete=17 dezanove=19 catorze=14 quatorze=14 meia=6",
	hi: "पांच=5 छः=6 छे=6 सौ=100 हज़ार=1000 हजार=1000 दर्जन=12 एक+दर्जन=12 आधा+दर्जन=6 डेढ़=1.5 ढाई=2.5",
	th: "สิบเอ็ด=11 ยี่สิบเอ็ด=21 หนึ่งร้อย=100 โหล=12 หนึ่งโหล=12 ครึ่งโหล=6",
}

// numberWords are the numbers by their words, blanks between them, in lower case; articles are those
// words for one that are more often none.
var (
	numberWords = map[lang]map[string]float64{}
	articles    = set("ein eine einen einem einer un une uno una um uma एक a an")
	readNumbers = sync.OnceFunc(func() {
		for l, c := range countings {
			numberWords[l] = c.all()
			for pair := range strings.FieldsSeq(otherNumbers[l]) {
				word, value, _ := strings.Cut(pair, "=")
				numberWords[l][strings.ReplaceAll(word, "+", " ")], _ = strconv.ParseFloat(value, 64)
			}
		}
	})
)

// all spells the numbers up to 999, and the whole thousands.
func (c counting) all() map[string]float64 {
	out := map[string]float64{}
	small, tens := strings.Fields(c.small), strings.Fields(c.tens)
	one := make([][]string, 100) // the ways to say each number below 100
	for n, w := range small {
		one[n] = []string{w}
	}
	first := small[1]
	if c.reversed {
		first = "ein"
	}
	for n := len(small); n < 20 && n > 10; n++ { // Thai
		one[n] = []string{small[10] + small[n-10]}
	}
	for t, word := range tens {
		for k := range 10 {
			n := 20 + 10*t + k
			ones := small[k]
			if k == 1 && c.reversed {
				ones = first
			}
			switch {
			case k == 0:
				one[n] = []string{word}
			case c.reversed:
				one[n] = []string{ones + c.between + word}
			case c.joined && c.between == "" && strings.ContainsAny(word[len(word)-1:], "aio") && strings.ContainsAny(ones[:1], "ou"): // ventotto
				one[n] = []string{word[:len(word)-1] + ones}
			case strings.HasSuffix(word, "-dix"): // soixante-quinze
				one[n] = []string{strings.TrimSuffix(word, "-dix") + " " + small[10+k]}
			case len(one[n]) == 0:
				one[n] = []string{word + c.between + ones}
			}
		}
	}
	add := func(w string, n float64) { out[strings.ReplaceAll(w, "-", " ")] = n }
	gap := " "
	if c.joined {
		gap = ""
	}
	for n, list := range one {
		for _, w := range list {
			add(w, float64(n))
			for h := 1; h < 10 && n > 0; h++ {
				for _, front := range c.hundreds(small[h], h, gap) {
					add(front+gap+w, float64(100*h+n))
					if c.and != "" {
						add(front+c.and+w, float64(100*h+n))
					}
				}
			}
		}
	}
	for h := 1; h < 10; h++ {
		for _, front := range c.hundreds(small[h], h, gap) {
			add(front, float64(100*h))
		}
	}
	for w, n := range maps.Clone(out) {
		if n > 0 && (n < 100 || c.joined) {
			out[w+gap+c.thousand] = 1000 * n
		}
	}
	return out
}

// hundreds are the ways to say a number of hundreds.
func (c counting) hundreds(ones string, h int, gap string) []string {
	out := []string{ones + gap + c.hundred}
	switch {
	case h == 1:
		return append(out, c.hundred, "ein"+c.hundred, "ciento", "cento")
	case c.joined:
		return out
	}
	return append(out, ones+gap+c.hundred+"s", ones+"cientos", ones+"centos")
}

// numeral reads a number in words that begins at a word of a clause, and where it ends; ends is i if
// there is none. What is more often an article is none alone.
func numeral(words []token, i int, l lang) (n float64, end int) {
	readNumbers()
	if words[i].sign || words[i].quoted || strings.ContainsAny(words[i].text, "0123456789") {
		return 0, i
	}
	if words[i].text == "दो" && isGive(words, i) {
		return 0, i
	}
	found := i
	for k, list := range numberWords {
		if k&l == 0 || k == en && l != en && l != en|th {
			continue
		}
		text := ""
		for j := i; j < len(words) && j < i+6 && !words[j].sign; j++ {
			if text != "" && k != th {
				text += " "
			}
			text += strings.ReplaceAll(words[j].text, "-", " ")
			if v, ok := list[text]; ok && j+1 > found {
				n, found = v, j+1
			}
		}
	}
	if found == i+1 && articles[words[i].text] {
		return 0, i
	}
	if found > i && found+1 < len(words) { // "three hundred thousand"; "seven and a half"; "zwölf Euro fünfzig"
		if words[found].text == "thousand" || words[found].text == "tausend" || words[found].text == "mil" || words[found].text == "mille" {
			n, found = n*1000, found+1
		}
	}
	if end := halfAt(words, found); found > i && end > found {
		n, found = n+0.5, end
	}
	return n, found
}

// isGive reports whether a Hindi "दो" is "give" and no number, as [spoken.Gives] tells it and by the verbs that are known here.
func isGive(words []token, i int) bool {
	if i > 0 && foreignVerb(&words[i-1], hi) {
		return true
	}
	from, to := i, i+1
	for from > 0 && !words[from-1].sign {
		from--
	}
	for to < len(words) && !words[to].sign {
		to++
	}
	texts := make([]string, 0, to-from)
	for _, t := range words[from:to] {
		texts = append(texts, t.text)
	}
	return spoken.Gives(texts[:i-from], texts[i+1-from:])
}

// halfAt returns where "and a half" ends, or from.
func halfAt(words []token, from int) int {
	rest := ""
	for j := from; j < len(words) && j < from+3; j++ {
		rest += words[j].text + " "
		switch strings.TrimSpace(rest) {
		case "and a half", "et demi", "et demie", "e mezzo", "e mezza", "y medio", "y media", "e meio", "e meia", "ครึ่ง":
			return j + 1
		}
	}
	return from
}

// SaysNumber reports whether a text says a number in words of its language, with a k for thousands,
// with what stands for its cents behind the currency, or as one by an article.
func SaysNumber(number, text string) bool {
	want, err := strconv.ParseFloat(number, 64)
	if err != nil || want < 0 || want > 1e9 {
		return false
	}
	list := tokens(text)
	l := language(list)
	others := spoken.Parse(strings.ToLower(text)).Homonyms()
	for i := 0; i < len(list); i++ {
		t := &list[i]
		if t.sign || slices.ContainsFunc(others, func(at [2]int) bool { return at[0] < t.end && t.at < at[1] }) {
			continue
		}
		if n, ok := thousands(t.text); ok && n == want {
			return true
		}
		if want == 1 && articles[t.text] && t.text != "a" && i+1 < len(list) {
			next := i + 1
			if loneWords[list[next].text]&l != 0 && next+1 < len(list) { // "un solo posto"
				next++
			}
			if knownIn[list[next].text]&l == 0 {
				return true
			}
		}
		if want == 1 && (t.text == "a" || t.text == "an") && l&en != 0 && i+1 < len(list) {
			return true
		}
		n, end := numeral(list, i, l)
		if end == i || i > 0 && halving[list[i-1].text] { // "anderthalb Hundert"
			continue
		}
		if end < len(list) && dozens[list[end].text] { // two dozen
			n, end = 12*n, end+1
		}
		if n == want {
			return true
		}
		if end+1 < len(list) && currencies[list[end].text] { // twelve euros fifty
			cents, last := numeral(list, end+1, l)
			if last > end+1 && cents < 100 && n+cents/100 == want {
				return true
			}
		}
		i = end - 1
	}
	return false
}

// halving change the number behind them.
var halving = set("anderthalb eineinhalb zweieinhalb dreieinhalb halbes halbe medio media meio meia mezzo mezza demi demie ढाई डेढ़")

// dozens multiply the number before them.
var dozens = set("dozen dozens dutzend douzaine douzaines dozzina dozzine docena docenas dúzia dúzias दर्जन โหล")

var currencies = set("euro euros dollar dollars pound pounds franken francs pesos reais dollari libras rupees रुपये रुपए रुपया यूरो डॉलर ยูโร บาท ดอลลาร์")

// thousands reads 1.2k, 395k, 3k and 2m.
func thousands(w string) (float64, bool) {
	w = strings.TrimLeft(w, "€$£₹")
	for suffix, by := range map[string]float64{"k": 1000, "m": 1e6, "tsd": 1000} {
		if rest, ok := strings.CutSuffix(w, suffix); ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			n, err := strconv.ParseFloat(strings.ReplaceAll(rest, ",", "."), 64)
			n *= by
			return float64(int64(n + 0.5)), err == nil
		}
	}
	return 0, false
}
