package spoken

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Time is a time of day that is said, and where: the minutes of the day that it may mean.
type Time struct {
	Minutes []int
	At, End int
}

// half says in which half of the day a time is.
type half uint8

const (
	either half = iota
	early       // before noon
	late        // from noon on
	night       // from eight in the evening until five
	exact       // of a clock of 24 hours
)

// dayparts are rows of words for parts of the day, which stand behind a time, or before it.
var dayparts = map[string]half{}

func init() {
	for words, h := range map[string]half{
		"am|a m|in the morning|this morning|tomorrow morning|morgens|am morgen|früh|vormittags|am vormittag|du matin|le matin|de la mañana|por la mañana|di mattina|del mattino|da manhã|de manhã|सुबह|सवेरे|เช้า":                                                                                                                                                            early,
		"pm|p m|in the afternoon|this afternoon|in the evening|this evening|tonight|afternoon|evening|nachmittags|am nachmittag|mittags|abends|am abend|heute abend|morgen abend|de l après midi|l après midi|du soir|ce soir|le soir|au soir|de la tarde|por la tarde|del pomeriggio|di pomeriggio|di sera|della sera|stasera|da tarde|à tarde|de tarde|शाम|दोपहर|เย็น|บ่าย": late,
		"at night|nachts|in der nacht|de la noche|esta noche|por la noche|da noite|à noite|hoje à noite|di notte|de la nuit|रात|गहरी रात":                                                                                                                                                                                                                                     night,
	} {
		for row := range strings.SplitSeq(words, "|") {
			dayparts[row] = h
		}
	}
	knowThai("ตี โมง โมงเช้า โมงเย็น บ่าย บ่ายโมง ทุ่ม นาฬิกา นาที เที่ยง เที่ยงวัน เที่ยงคืน ครึ่ง เช้า เย็น ตอน เวลา")
}

// Dayparts returns the words for a part of the day that end a time which ends at a place of a text, if it has any,
// the longest last.
func Dayparts(text string, end int) (found []string) {
	if end > len(text) {
		return nil
	}
	text = strings.ToLower(text)
	for row := range dayparts {
		for _, s := range []string{text[:min(len(text), end)], strings.TrimLeft(text[min(len(text), end):], " ")} {
			if strings.HasSuffix(s, " "+row) && end >= len(s) || strings.HasPrefix(s, row) && (len(s) == len(row) || strings.ContainsAny(s[len(row):len(row)+1], " .,!?")) {
				found = append(found, row)
			}
		}
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	return found
}

// part returns the part of the day that stands behind a word, or before another, and where the words for it end.
func (t *Text) part(before, behind int) half {
	for row, h := range dayparts {
		if end := t.follow(behind, row); end > behind && t.near(behind) {
			return h
		}
		if t.before(before, row, row+" at", row+" um", row+" à", row+" alle", row+" a las", row+" às", row+" को", row+" at about", row+" gegen") {
			return h
		}
	}
	return either
}

// partBehind reports whether the words right behind a number without a unit of money say in which part of the day it lies:
// "9.30 in the morning".
func (t *Text) partBehind(i int) bool {
	if strings.ContainsAny(t.words[i].gap, "$€£₹฿") {
		return false
	}
	for row := range dayparts {
		if strings.Contains(row, " ") && t.follow(i+1, row) > i+1 && t.near(i+1) {
			return true
		}
	}
	return false
}

// Times returns the times of day that the text says in words, or as a bare hour behind a word for a time.
func (t *Text) Times() []Time {
	var out []Time
	for i := 0; i < len(t.words); i++ {
		minutes, end := t.timeAt(i)
		if end <= i {
			continue
		}
		if len(minutes) == 2 {
			minutes = readingsIn(minutes, t.apart(i))
		}
		out = append(out, Time{minutes, t.words[i].at, t.words[end-1].end})
		i = end - 1
	}
	return out
}

// apart returns the part of the day that is said between signs before a time: "à tarde, às três".
func (t *Text) apart(i int) half {
	const most = 3 // words between the sign and the time
	for k := i; k > 0 && k >= i-most; k-- {
		if strings.TrimSpace(t.words[k].gap) != "," {
			continue
		}
		for row, h := range dayparts {
			from := k - len(strings.Fields(row))
			if from >= 0 && t.follow(from, row) == k && (from == 0 || strings.ContainsAny(t.words[from].gap, ",.;:!?\n")) {
				return h
			}
		}
		return either
	}
	return either
}

// readingsIn leaves those of the two readings of a time that lie in a part of the day.
func readingsIn(minutes []int, h half) []int {
	for _, m := range minutes {
		if h == early && m < 12*60 || h == late && m >= 12*60 {
			return []int{m}
		}
	}
	return minutes
}

// number reads a whole number up to a bound that may be part of a time.
func (t *Text) hour(i, most int, langs Lang) (int, int) {
	if i < 0 || i >= len(t.words) {
		return 0, i
	}
	w := &t.words[i]
	if w.digits {
		n, err := strconv.Atoi(w.text)
		if err != nil || n > most || len(w.text) > 2 || i+1 < len(t.words) && t.words[i+1].gap == "" && !t.is(i+1, "h", "am", "pm", "uhr", "min") {
			return 0, i
		}
		return n, i + 1
	}
	if t.is(i, "una", "uma", "une", "ein", "eins", "um") && langs&(IT|ES|PT|FR|DE) != 0 && !(t.is(i, "um") && langs&PT == 0) {
		return 1, i + 1
	}
	n, ok := t.wholeAt(i, langs)
	if !ok || n.Value%One != 0 || n.Value > Micro(most)*One {
		return 0, i
	}
	return int(n.Value / One), n.last
}

// readings are the minutes of the day that an hour of the clock with so many minutes more, or
// less, may mean.
func readings(hour, minute int, h half) []int {
	at := hour*60 + minute
	if at < 0 {
		at += 12 * 60
	}
	if hour > 12 || hour == 0 || h == exact {
		return []int{at % (24 * 60)}
	}
	am := at % (12 * 60)
	if hour == 12 && minute < 0 { // a quarter to twelve
		am = at
	}
	pm := am + 12*60
	switch h {
	case early:
		return []int{am}
	case late:
		return []int{pm}
	case night:
		if am >= 8*60 {
			return []int{pm}
		}
		if am < 5*60 {
			return []int{am}
		}
		return []int{pm} // at seven at night
	}
	if hour == 12 && minute >= 0 && am < 60 {
		return []int{pm} // twelve is noon
	}
	return []int{am, pm}
}

// minuteWords are rows for parts of an hour.
var minuteWords = map[string]int{
	"half": 30, "a quarter": 15, "quarter": 15, "viertel": 15, "dreiviertel": 45, "demie": 30, "demi": 30, "quart": 15, "le quart": 15, "mezza": 30, "mezzo": 30, "un quarto": 15, "media": 30, "cuarto": 15, "meia": 30, "um quarto": 15,
}

// fraction reads a part of an hour: a word for it, or a number of minutes.
func (t *Text) fraction(i int, langs Lang) (int, int) {
	for _, row := range []string{"a quarter", "le quart", "un quarto", "um quarto", "half", "quarter", "viertel", "dreiviertel", "demie", "demi", "quart", "mezza", "mezzo", "media", "cuarto", "meia"} {
		if end := t.follow(i, row); end > i {
			return minuteWords[row], end
		}
	}
	n, end := t.hour(i, 59, langs)
	if end > i && n > 0 {
		if t.is(end, "minutes", "minute", "minuten", "minutos", "minuti", "min") {
			end++
		}
		return n, end
	}
	return 0, i
}

// timeAt reads the time of day that begins at a word: the minutes that it may mean, and where it ends.
func (t *Text) timeAt(i int) ([]int, int) {
	l := t.lang
	if l&TH != 0 {
		if m, end := t.thaiTime(i); end > i {
			return []int{m}, end
		}
	}
	if l&HI != 0 {
		if m, end := t.hindiTime(i); end > i {
			return m, end
		}
	}
	if m, end := t.noon(i); end > i {
		return []int{m}, end
	}
	// half past three, quarter to nine, fünf vor halb acht, viertel nach acht
	if part, at := t.fraction(i, l); at > i && t.near(at) && (!t.words[i].digits || t.before(i, "at", "um", "gegen") || part == 15) {
		past := t.any(at, "past", "after", "nach")
		to := t.any(at, "to", "before", "vor", "para as", "para a", "till")
		if part > 0 && (past > 0 || to > 0) && !t.is(i, "half") || past > 0 && part == 30 {
			from := max(past, to)
			add := part
			if to > 0 {
				add = -part
			}
			if end := t.follow(from, "halb"); end > 0 && l&DE != 0 {
				if h, last := t.hour(end, 12, DE); last > end && h > 0 {
					return readings(h, add-30, t.part(i, last)), last
				}
			} else if h, last := t.hour(from, 12, l); last > from && h > 0 && !t.measured(last) {
				if t.is(last, "o'clock", "uhr") {
					last++
				}
				return readings(h, add, t.part(i, last)), last
			} else if m, end := t.noon(from); end > from {
				return []int{(m + add + 24*60) % (24 * 60)}, end
			}
		}
	}
	if l&DE != 0 && t.is(i, "halb", "viertel", "dreiviertel") { // halb vier is 3:30
		less := map[string]int{"halb": -30, "viertel": -45, "dreiviertel": -15}[t.words[i].text]
		if h, end := t.hour(i+1, 12, DE); end > i+1 && h > 0 && t.near(i+1) && !t.is(end, "liter", "kilo", "meter", "pfund") {
			if t.is(end, "uhr") {
				end++
			}
			return readings(h, less, t.part(i, end)), end
		}
	}
	if l&EN != 0 && t.is(i, "half") { // half seven is half past seven
		if h, end := t.hour(i+1, 12, EN); end > i+1 && h > 0 && t.near(i+1) && t.before(i, "at", "by", "until", "till", "from", "to", "for") && !t.measured(end) {
			return readings(h, 30, t.part(i, end)), end
		}
	}
	return t.hourAt(i)
}

// noon reads noon and midnight, with what goes before or behind: "midi et demi".
func (t *Text) noon(i int) (int, int) {
	at, end := -1, -1
	switch {
	case t.is(i, "noon", "midday", "mittag", "midi", "mezzogiorno", "mediodía", "mediodia"):
		at, end = 12*60, i+1
	case t.is(i, "midnight", "mitternacht", "minuit", "mezzanotte", "medianoche"):
		at, end = 0, i+1
	case t.follow(i, "meio dia") > 0:
		at, end = 12*60, i+2
	case t.follow(i, "meia noite") > 0:
		at, end = 0, i+2
	default:
		return 0, i
	}
	if m, last := t.fraction(t.and(end), t.lang); last > end && t.and(end) > end {
		return at + m, last
	}
	return at, end
}

// and returns the place behind a word for "and".
func (t *Text) and(i int) int {
	if t.is(i, "and", "und", "et", "e", "y") && t.near(i) {
		return i + 1
	}
	return i
}

// clockBefore are rows of words before a bare hour that is a time.
var clockBefore = map[Lang][]string{
	EN: {"at", "by", "from", "until", "till", "before", "after", "around", "about", "at about", "between", "since"},
	DE: {"um", "ab", "bis", "gegen", "von", "zwischen", "bis um", "auf", "vor", "nach", "und", "seit"},
	FR: {"à", "de", "jusqu à", "vers", "dès", "avant", "après", "entre", "pour"},
	TH: {"เวลา", "ตอน"},
	IT: {"ore", "alle", "dalle", "delle", "le", "per le", "fino alle", "entro le", "verso le", "all", "dall", "l"},
	ES: {"a las", "las", "de las", "desde las", "hasta las", "para las", "sobre las", "a la", "la", "hasta la"},
	PT: {"às", "as", "das", "até às", "para as", "pelas", "à", "da", "ate as"},
}

// hourUnits are words behind an hour of the clock.
var hourUnits = map[string]Lang{"o'clock": EN, "uhr": DE, "h": FR | PT | ES | IT | DE, "heures": FR, "heure": FR, "horas": ES | PT, "hora": PT}

// hourAt reads an hour with a word that makes a time of it, before or behind.
func (t *Text) hourAt(i int) ([]int, int) {
	l := t.lang
	if t.words[i].digits && strings.ContainsAny(t.words[i].text, ".") { // at 9.15
		whole, minute, _ := strings.Cut(t.words[i].text, ".")
		h, err := strconv.Atoi(whole)
		m, bad := strconv.Atoi(minute)
		valid := err == nil && bad == nil && len(minute) == 2 && h < 24 && m < 60
		if valid && (t.is(i+1, "uhr", "น") || t.is(i+1, "h", "hs", "horas") && t.clocked(i)) && t.near(i+1) { // 20.30 Uhr, 20.30 น., a las 20.30 h
			if part := t.part(i, i+2); part != either {
				return readings(h, m, part), i + 2
			}
			return readings(h, m, exact), i + 2
		}
		if valid && (t.clocked(i) || t.partBehind(i)) && !t.measured(i+1) && !t.is(i+1, "uhr", "h") {
			return readings(h, m, t.part(i, i+1)), i + 1
		}
		return nil, i
	}
	if t.words[i].digits && strings.ContainsAny(t.words[i].text, ":") && t.part(i, i+1) != either { // 7:30 in the evening
		whole, minute, _ := strings.Cut(t.words[i].text, ":")
		h, err := strconv.Atoi(whole)
		m, bad := strconv.Atoi(minute)
		if err == nil && bad == nil && len(minute) == 2 && h <= 12 && m < 60 {
			return readings(h, m, t.part(i, i+1)), i + 1
		}
		return nil, i
	}
	h, end := t.hour(i, 24, l)
	if end == i {
		return nil, i
	}
	clocked := t.clocked(i)
	unit := end < len(t.words) && hourUnits[t.words[end].text]&l != 0 && (t.near(end) || t.words[end].gap == "")
	if unit {
		unitWord := t.words[end].text
		if (unitWord == "h" || unitWord == "horas" || unitWord == "hora" || unitWord == "heures" || unitWord == "heure") && !clocked && t.part(i, end+1) == either && !(unitWord == "h" && t.minutesAt(end+1)) {
			return nil, i // for so many hours
		}
		end++
	} else if t.measured(end) && !(clocked && t.is(end, "de", "do", "da") && t.is(i-1, "las", "às", "as", "das")) { // "la de las ocho de Ana"
		return nil, i
	}
	part := t.part(i, end)
	if !clocked && !unit && part == either {
		return nil, i
	}
	if !clocked && !unit && t.words[i].digits && (part == late || part == night) && t.is(end, "tonight", "this") { // "the 3 tonight"
		return nil, i
	}
	minute := 0
	and := t.and(end)
	switch {
	case t.any(end, "moins", "meno", "menos") > 0:
		if m, last := t.fraction(end+1, l); last > end+1 {
			minute, end = -m, last
		}
	case and > end && l&(FR|IT|ES|PT) != 0:
		if m, last := t.fraction(and, l); last > and && !t.measured(last) && m >= 5 && (m == 15 || m == 30 || !t.words[and].digits || m > 9) && (!unit || m%5 == 0) && !(t.listed(i, and) && m != 15 && m != 30) {
			minute, end = m, last
		}
	case unit || l&EN != 0 && !t.words[i].digits:
		if m, last := t.fraction(end, l); last > end && t.near(end) && (!t.measured(last) || unit && t.words[end].gap == "" && t.is(last, "de")) && (m >= 10 || unit && m >= 5) && !t.is(end, "quarter", "half", "a", "quart", "media", "meia", "mezza") {
			minute, end = m, last
		}
	}
	if t.is(end, "uhr", "h", "horas") && minute == 0 && !unit {
		end++
	}
	if after := t.part(i, end); after != either {
		part = after
	}
	if unit && part == either && l&(DE|FR|IT|ES|PT) != 0 && t.words[i].digits { // a clock of 24 hours
		part = exact
	}
	if h == 24 {
		return []int{0}, end
	}
	return readings(h, minute, part), end
}

// minutesAt reports whether two digits stand at a place that are the minutes of an hour: "15h30", "14 h 30".
func (t *Text) minutesAt(i int) bool {
	return i < len(t.words) && t.words[i].digits && len(t.words[i].text) == 2 && t.words[i].text < "60" && t.near(i) && !t.measured(i+1) && !t.is(i+1, "min", "minutes", "minutos", "minuti", "minuten")
}

// listed reports whether what stands behind an "and" is a second thing of a list.
func (t *Text) listed(i, and int) bool {
	return t.words[i].digits == t.words[and].digits && t.words[i].digits
}

// clocked reports whether a word for a time stands before a place.
func (t *Text) clocked(i int) bool {
	for l, rows := range clockBefore {
		if l&t.lang != 0 && t.before(i, rows...) {
			return true
		}
	}
	// the end of a row: "from 8 to 10", "between nine and eleven", "de 8 h à 10 h"
	if t.is(i-1, "to", "till", "and", "bis", "und", "à", "e", "y", "a", "alle", "às") || t.is(i-1, "las", "les", "as") && t.is(i-2, "a", "hasta", "até", "y", "e") {
		back := i - 2
		if t.is(i-1, "las", "les", "as") {
			back--
		}
		if t.is(back, "uhr", "h", "am", "pm", "heures", "horas", "o'clock") {
			back--
		}
		if back > 0 && (t.words[back].digits || numerals[t.words[back].text] != nil || germanSmall[t.words[back].text] > 0) {
			return t.before(back, "from", "between", "von", "zwischen", "de", "entre", "dalle", "tra le", "de las", "desde las", "entre las", "das", "entre as")
		}
	}
	return false
}

// unitWords are words behind a number that make no time of it.
var unitWords = set(`% percent prozent degrees grad degré degrés gradi grados graus euro euros eur € usd dollar dollars pounds pound cents francs franken chf kg g kilo kilos km m cm mm l ml liter litre litres
	hours hour hrs minutes minute mins min seconds days day weeks week months month years year nights night stunden stunde minuten tage tag tagen wochen woche nächte jours jour semaines minutes nuits días minutos semanas noches giorni ore minuti settimane notti dias minutos semanas noites
	each people persons seats places copies units pieces pairs bottles boxes bags times st nd rd th january february march april may june july august september october november december januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août septembre octobre novembre décembre
	de of x gb tb mb gigs gig tonnes tons ton metres meters metre meter feet inches lines pages stück personen plätze flaschen personnes bouteilles personas plazas botellas persone posti bottiglie pessoas lugares garrafas °`)

func (t *Text) measured(i int) bool {
	if i < len(t.words) && (t.near(i) || t.words[i].gap == "") && unitWords[t.words[i].text] && !(t.is(i, "de") && t.part(i-1, i) != either) {
		return true
	}
	gap := ""
	if i < len(t.words) {
		gap = t.words[i].gap
	} else if len(t.words) > 0 {
		gap = t.plain[t.words[len(t.words)-1].end:]
	}
	return strings.HasPrefix(strings.TrimLeft(gap, " "), "%") || strings.HasPrefix(strings.TrimLeft(gap, " "), "€") || strings.HasPrefix(gap, "°") || strings.HasPrefix(gap, "/")
}

// hindiTime reads "शाम साढ़े पाँच बजे", "दोपहर डेढ़ बजे".
func (t *Text) hindiTime(i int) ([]int, int) {
	n, ok := t.wholeAt(i, HI)
	if hour, minute, cut := strings.Cut(t.words[i].text, "."); cut && t.words[i].digits && len(minute) == 2 && len(hour) < 3 && t.is(i+1, "बजे") { // शाम 8.30 बजे
		h, _ := strconv.Atoi(hour)
		m, _ := strconv.Atoi(minute)
		if h < 24 && m < 60 {
			return readings(h, m, t.hindiPart(i)), i + 2
		}
		return nil, i
	}
	if t.words[i].text == "एक" {
		n, ok = Number{Value: One, first: i, last: i + 1}, true
	}
	if !ok || !t.is(n.last, "बजे", "बजकर") || n.Value%(One/4) != 0 || n.Value > 24*One {
		return nil, i
	}
	minutes := int(n.Value * 60 / One)
	end := n.last + 1
	if t.is(n.last, "बजकर") {
		m, last := t.hour(end, 59, HI)
		if last == end || !t.is(last, "मिनट") {
			return nil, i
		}
		minutes, end = minutes+m, last+1
	}
	return readings(minutes/60, minutes%60, t.hindiPart(i)), end
}

// hindiPart returns the part of the day that stands one or two words before a Hindi time.
func (t *Text) hindiPart(i int) half {
	h := either
	for k := i - 1; k >= 0 && k >= i-2; k-- {
		switch t.words[k].text {
		case "सुबह", "सवेरे":
			h = early
		case "दोपहर", "शाम":
			h = late
		case "रात":
			h = night
		}
	}
	return h
}

// thaiTime reads the hours of the Thai day.
func (t *Text) thaiTime(i int) (int, int) {
	number := func(at int) (int, int) {
		if at >= len(t.words) {
			return 0, at
		}
		if t.words[at].digits {
			n, err := strconv.Atoi(t.words[at].text)
			if err != nil || n > 24 {
				return 0, at
			}
			return n, at + 1
		}
		if n, ok := t.thaiAt(at); ok && n.Value <= 24*One {
			return int(n.Value / One), n.last
		}
		return 0, at
	}
	half := func(end int) (int, int) {
		if t.is(end, "ครึ่ง") {
			return 30, end + 1
		}
		if m, last := number2(t, end); last > end && t.is(last, "นาที") {
			return m, last + 1
		}
		return 0, end
	}
	switch {
	case t.is(i, "เที่ยงคืน"):
		m, end := half(i + 1)
		return m, end
	case t.is(i, "เที่ยง", "เที่ยงวัน"):
		m, end := half(i + 1)
		return 12*60 + m, end
	case t.is(i, "ตี"):
		if n, end := number(i + 1); end > i+1 && n >= 1 && n <= 5 {
			m, last := half(end)
			return n*60 + m, last
		}
	case t.is(i, "บ่ายโมง"):
		m, end := half(i + 1)
		return 13*60 + m, end
	case t.is(i, "บ่าย"):
		if t.is(i+1, "โมง") {
			m, end := half(i + 2)
			return 13*60 + m, end
		}
		if n, end := number(i + 1); end > i+1 && n >= 1 && n <= 5 {
			if t.is(end, "โมง") {
				end++
			}
			m, last := half(end)
			return (12+n)*60 + m, last
		}
	}
	n, end := number(i)
	if end == i {
		return 0, i
	}
	switch {
	case t.is(end, "ทุ่ม") && n >= 1 && n <= 5:
		m, last := half(end + 1)
		return (18+n)*60 + m, last
	case t.is(end, "โมงเช้า") && n >= 6 && n <= 11, t.is(end, "โมง") && t.is(end+1, "เช้า") && n >= 6 && n <= 11:
		if t.is(end, "โมง") {
			end++
		}
		m, last := half(end + 1)
		return n*60 + m, last
	case (t.is(end, "โมงเย็น") || t.is(end, "โมง") && t.is(end+1, "เย็น")) && n >= 3 && n <= 6:
		if t.is(end, "โมง") {
			end++
		}
		m, last := half(end + 1)
		return (12+n)*60 + m, last
	case t.is(end, "โมง") && t.is(end+1, "ครึ่ง") && t.is(end+2, "เย็น") && n >= 3 && n <= 6:
		return (12+n)*60 + 30, end + 3
	case t.is(end, "โมง") && n >= 6 && n <= 11:
		m, last := half(end + 1)
		return n*60 + m, last
	case t.is(end, "นาฬิกา") && n < 24:
		m, last := half(end + 1)
		return n*60 + m, last
	}
	return 0, i
}

// number2 reads a number of minutes.
func number2(t *Text, at int) (int, int) {
	if at >= len(t.words) {
		return 0, at
	}
	if t.words[at].digits {
		n, err := strconv.Atoi(t.words[at].text)
		if err != nil || n > 59 {
			return 0, at
		}
		return n, at + 1
	}
	if n, ok := t.thaiAt(at); ok && n.Value < 60*One {
		return int(n.Value / One), n.last
	}
	return 0, at
}
