package spoken

import "strings"

// Share is a part of something, or a multiple, that is said without the number of which it is one:
// "half of it", "ein Drittel", "double".
type Share struct {
	Part    Micro // of one
	Off     bool  // so much less, or more: "10 % off", "a third cheaper"
	At, End int
}

// shares are rows of words for shares, in millionths.
var shares []struct {
	words []string
	part  Micro
	lang  Lang
}

func init() {
	add := func(part Micro, l Lang, rows string) {
		for row := range strings.SplitSeq(rows, "|") {
			shares = append(shares, struct {
				words []string
				part  Micro
				lang  Lang
			}{strings.Fields(row), part, l})
			if l == TH {
				knowThai(row)
			}
		}
	}
	add(One/2, EN, "half|halve|halved|halves|halving")
	add(One/2, DE, "hälfte|halbiere|halbieren|halbier|halbiert|halben|halbe")
	add(One/2, FR, "moitié|demi|diviser par deux|divise par deux")
	add(One/2, IT, "metà|dimezza|dimezzare")
	add(One/2, ES, "mitad")
	add(One/2, PT, "metade")
	add(One/2, HI, "आधा|आधी|आधे")
	add(One/2, TH, "ครึ่งหนึ่ง|ครึ่ง")
	for k, rows := range map[Micro]map[Lang]string{
		3:  {EN: "a third|one third", DE: "drittel", FR: "tiers", IT: "terzo", ES: "tercio|tercera parte", PT: "terço|terça parte", HI: "तिहाई", TH: "หนึ่งในสาม"},
		4:  {EN: "a quarter|one quarter|a fourth", DE: "viertel", FR: "quart", IT: "quarto", ES: "cuarto|cuarta parte", PT: "quarto|quarta parte", HI: "चौथाई", TH: "หนึ่งในสี่"},
		5:  {EN: "a fifth|one fifth", DE: "fünftel", FR: "cinquième", IT: "quinto", ES: "quinto|quinta parte", PT: "quinto|quinta parte"},
		10: {EN: "a tenth|one tenth", DE: "zehntel", FR: "dixième", IT: "decimo", ES: "décimo|décima parte", PT: "décimo|décima parte"},
	} {
		for l, row := range rows {
			add(One/k, l, row)
		}
	}
	add(2*One/3, EN, "two thirds")
	add(2*One/3, DE, "zwei drittel")
	add(2*One/3, FR, "deux tiers")
	add(3*One/4, EN, "three quarters|three fourths")
	add(3*One/4, DE, "drei viertel|dreiviertel")
	add(3*One/4, FR, "trois quarts")
	add(2*One/3, IT, "due terzi")
	add(3*One/4, IT, "tre quarti")
	add(2*One/3, ES, "dos tercios")
	add(3*One/4, ES, "tres cuartos")
	add(2*One/3, PT, "dois terços")
	add(3*One/4, PT, "três quartos")
	add(2*One, EN, "double|doubled|twice")
	add(2*One, DE, "verdopple|verdoppeln|verdoppelt|doppelt|doppelte|doppelten")
	add(2*One, FR, "double|doubler|doublez")
	add(2*One, IT, "raddoppia|raddoppiare|doppio|doppia")
	add(2*One, ES, "doble|duplica|duplicar")
	add(2*One, PT, "dobro|dobra|duplica|duplicar")
	add(2*One, HI, "दोगुना|दुगुना|दोगुनी")
	add(2*One, TH, "สองเท่า")
	add(3*One, EN, "triple|treble|tripled")
	add(3*One, DE, "verdreifache|dreifache|dreifachen")
	add(3*One, FR|ES, "triple|tripler|triplica")
	add(3*One, IT|PT, "triplo|triplica")
}

// perCent are rows of words behind a number of hundredths.
var perCent = []string{"percent", "per cent", "prozent", "pour cent", "por ciento", "por cento", "per cento", "प्रतिशत", "फीसदी", "फ़ीसदी", "เปอร์เซ็นต์"}

func init() { knowThai("เปอร์เซ็นต์") }

// wayWords are words behind "half" for where on a way something is.
var wayWords = set("way through strecke weg wege strada percorso viaggio camino trayecto caminho percurso रास्ते रास्ता सफ़र सफर ทาง")

// Shares returns the shares that the text says; the longest that begins at a word.
func (t *Text) Shares() []Share {
	var out []Share
	for i := 0; i < len(t.words); i++ {
		best, part := i, Micro(0)
		for _, s := range shares {
			if s.lang&t.lang == 0 || t.words[i].text != s.words[0] {
				continue
			}
			if end := t.follow(i, strings.Join(s.words, " ")); end > best {
				best, part = end, s.part
			}
		}
		if best > i && (lengthUnits[t.text(best)] != 0 || t.is(best, "a", "an") && lengthUnits[t.text(best+1)] != 0) { // half an hour
			continue
		}
		if best > i && part == One/2 && wayWords[t.text(best)] { // half way
			continue
		}
		if best > i && (t.is(best, "past", "dozen", "dutzend", "nach", "vor", "board") || t.is(best, "a") && t.is(best+1, "dozen") || t.before(i, "y", "e", "et", "moins", "and a")) { // half past three
			continue
		}
		if best > i {
			out = append(out, Share{Part: part, At: t.words[i].at, End: t.words[best-1].end})
			i = best - 1
			continue
		}
		if n, ok := t.numberAt(i, t.lang); ok && n.Value <= 1000*One {
			sign := n.last < len(t.words) && strings.HasPrefix(strings.TrimLeft(t.words[n.last].gap, " "), "%") || n.last == len(t.words) && strings.HasPrefix(strings.TrimLeft(t.plain[t.words[n.last-1].end:], " "), "%")
			if end := t.any(n.last, perCent...); end > 0 || sign {
				out = append(out, Share{Part: n.Value / 100, Off: true, At: n.At, End: n.End})
			}
			i = n.last - 1
		}
	}
	return out
}

func (t *Text) text(i int) string {
	if i < 0 || i >= len(t.words) {
		return ""
	}
	return t.words[i].text
}
