package spoken

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Date is a day, or a month with Day 0, that is said with its month, and where. Year is 0 if it is not said.
type Date struct {
	Year, Month, Day int
	At, End          int
	Last             bool // the last day of the month
	Inner            bool // it stands between the two days of a row that were said
}

// monthNames are the names of the months, and what they are shortened to.
var monthNames = map[string]int{}

func init() {
	for _, row := range []string{
		"january february march april may june july august september october november december",
		"jan feb mar apr may jun jul aug sep oct nov dec",
		"januar februar märz april mai juni juli august september oktober november dezember",
		"jänner feber maerz apr - - - - sept okt nov dez",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"- fevrier - - - - - aout - - - decembre",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"- - - - - - - - setiembre - - -",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
		"- फरवरी - - - - - - सितम्बर अक्तूबर नवम्बर दिसम्बर",
		"มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
		"มกรา กุมภา มีนา เมษา พฤษภา มิถุนา กรกฎา สิงหา กันยา ตุลา พฤศจิกา ธันวา",
	} {
		for i, name := range strings.Fields(row) {
			if name != "-" {
				monthNames[name] = i + 1
				knowThai(name)
			}
		}
	}
	knowThai("วันที่ ถึง ปี สิ้นเดือน")
}

// Month returns the number of a month's name, or 0.
func Month(name string) int { return monthNames[name] }

// ordinals are the days of a month as words.
var ordinals = func() map[string]int {
	out := map[string]int{"premier": 1, "primero": 1, "primo": 1, "primeiro": 1, "1er": 1}
	for i, w := range strings.Fields("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth") {
		out[w] = i + 1
	}
	for i, w := range strings.Fields("ersten zweiten dritten vierten fünften sechsten siebten achten neunten zehnten elften zwölften dreizehnten vierzehnten fünfzehnten sechzehnten siebzehnten achtzehnten neunzehnten zwanzigsten einundzwanzigsten zweiundzwanzigsten dreiundzwanzigsten vierundzwanzigsten fünfundzwanzigsten sechsundzwanzigsten siebenundzwanzigsten achtundzwanzigsten neunundzwanzigsten dreißigsten einunddreißigsten") {
		out[w] = i + 1
	}
	return out
}()

// dayAt reads the day of a month: 12, 12th, 12., twelfth, doce.
func (t *Text) dayAt(i int) (int, int) {
	if i < 0 || i >= len(t.words) {
		return 0, i
	}
	w := &t.words[i]
	if w.digits {
		n, err := strconv.Atoi(w.text)
		if err != nil || n < 1 || n > 31 || len(w.text) > 2 {
			return 0, i
		}
		if i+1 < len(t.words) && t.words[i+1].gap == "" {
			if t.is(i+1, "st", "nd", "rd", "th", "er", "º", "°", "o", "ª", "ten", "te", "ter", "sten") {
				return n, i + 2
			}
			return 0, i
		}
		return n, i + 1
	}
	if n := ordinals[w.text]; n > 0 {
		return n, i + 1
	}
	if t.is(i, "twenty", "thirty") && t.near(i+1) { // twenty-first
		if n := ordinals[t.words[i+1].text]; n > 0 && n < 10 {
			n += map[string]int{"twenty": 20, "thirty": 30}[w.text]
			if n < 32 {
				return n, i + 2
			}
		}
		if t.is(i+1, "th") {
			return 0, i
		}
	}
	if n, ok := t.wholeAt(i, t.lang); ok && n.Value%One == 0 && n.Value >= One && n.Value <= 31*One {
		return int(n.Value / One), n.last
	}
	return 0, i
}

// Nth reports whether the text says the day of a month by its place in it: "on the 3rd", "zum Ersten", "le 1er".
func (t *Text) Nth(day int) bool {
	for i := range t.words {
		n, to := t.dayAt(i)
		if n != day || to == i {
			continue
		}
		if w := &t.words[i]; w.digits && to > i+1 || !w.digits && ordinals[t.words[to-1].text] > 0 && t.is(i-1, "the", "on", "den", "dem", "am", "zum", "le", "au", "el", "al", "il", "dia", "no", "o") {
			return true
		}
	}
	return false
}

// thaiShort are the Thai months as they are shortened, each two letters with a full stop: "ธ.ค.".
var thaiShort = map[string]int{"มค": 1, "กพ": 2, "มีค": 3, "เมย": 4, "พค": 5, "มิย": 6, "กค": 7, "สค": 8, "กย": 9, "ตค": 10, "พย": 11, "ธค": 12}

// shortMonths are what the names of the months are shortened to in one language only: "9 déc.", "9 dez".
var shortMonths = map[Lang][]string{
	FR: strings.Fields("janv févr - avr - - juil - sept oct nov déc"),
	IT: strings.Fields("gen febb - - mag giu lug ago set ott nov dic"),
	ES: strings.Fields("ene - - abr - - - ago set oct nov dic"),
	PT: strings.Fields("- fev - abr - - - ago set out nov dez"),
}

// shortMonth returns the number of a month that is shortened as in the language of the text, and stands behind a day in
// figures; 0 for any other word.
func (t *Text) shortMonth(i int) int {
	before := i - 1
	if t.is(before, "de") {
		before--
	}
	if before < 0 || !t.words[before].digits || !t.dated(i) {
		return 0
	}
	for l, names := range shortMonths {
		if at := slices.Index(names, t.words[i].text); l&t.lang != 0 && at >= 0 {
			return at + 1
		}
	}
	return 0
}

// monthAt reads the month that begins at a word, and where it ends: "december", "ธ.ค.".
func (t *Text) monthAt(i int) (month, end int) {
	if i+1 < len(t.words) && t.words[i+1].gap == "." {
		if m := thaiShort[t.words[i].text+t.words[i+1].text]; m > 0 {
			return m, i + 2
		}
	}
	if m := monthNames[t.words[i].text]; m > 0 {
		return m, i + 1
	}
	return t.shortMonth(i), i + 1
}

// follows reports whether a word follows the one before it in one expression of a date.
func (t *Text) dated(i int) bool {
	return i < len(t.words) && strings.Trim(t.words[i].gap, " .,-\u00a0") == "" && len(t.words[i].gap) <= 2
}

// yearAt reads a year behind a date.
func (t *Text) yearAt(i int) (int, int) {
	if t.is(i, "of", "de", "del", "di", "en") && t.near(i) {
		i++
	}
	if t.is(i, "ปี", "พ", "ค") {
		i++
	}
	if i >= len(t.words) || !t.words[i].digits || len(t.words[i].text) != 4 || !t.dated(i) {
		return 0, i
	}
	y, err := strconv.Atoi(t.words[i].text)
	if err != nil || y < 1900 || y > 2200 {
		return 0, i
	}
	return y, i + 1
}

// Dates returns the days that the text says with a month, those between the ends of a row too, and
// the months that it says without a day.
func (t *Text) Dates() []Date {
	var out []Date
	for i := 0; i < len(t.words); i++ {
		m, behind := t.monthAt(i)
		if m == 0 || t.is(i, "may", "mar", "mai", "mars", "marzo", "març") && t.words[i].text == "may" && !t.beside(i) {
			continue
		}
		year, end := t.yearAt(behind)
		if year == 0 {
			end = behind
		}
		days, inner, from, last := t.daysBefore(i)
		if len(days) == 0 && t.lang&EN != 0 { // June 12, June the 12th
			at := i + 1
			if t.is(at, "the") {
				at++
			}
			if d, to := t.dayAt(at); to > at && (t.near(at) || t.is(at-1, "the")) && t.ordinal(at, to) {
				days, end = []int{d}, to
				if t.is(to, "to", "till", "until", "through") || to < len(t.words) && strings.ContainsAny(t.words[to].gap, "-–") {
					next := to
					if !t.words[to].digits {
						next++
					}
					if t.is(next, "the") {
						next++
					}
					if e, to := t.dayAt(next); to > next && e > d {
						for k := d + 1; k < e; k++ {
							inner = append(inner, k)
						}
						days, end = append(days, e), to
					}
				}
				if y, to := t.yearAt(end); y > 0 {
					year, end = y, to
				}
				from = i
			}
		}
		if last {
			out = append(out, Date{Year: year, Month: m, Last: true, At: t.words[from].at, End: t.words[end-1].end})
		}
		for k, d := range append(days, inner...) {
			out = append(out, Date{Year: year, Month: m, Day: d, At: t.words[from].at, End: t.words[end-1].end, Inner: k >= len(days)})
		}
		if len(days) == 0 && !last {
			out = append(out, Date{Year: year, Month: m, At: t.words[i].at, End: t.words[end-1].end})
		}
	}
	return out
}

// ordinal reports whether the day behind a month is one: in digits, and followed by no more of a number.
func (t *Text) ordinal(at, to int) bool {
	return t.words[at].digits || t.is(at-1, "the") || ordinals[t.words[at].text] > 0
}

// beside reports whether a day or a year stands beside the word "may", or "in", "of" before it.
func (t *Text) beside(i int) bool {
	if i > 0 && t.near(i) && (t.words[i-1].digits || t.is(i-1, "in", "of", "th", "st", "nd", "rd", "early", "late", "until", "till", "by", "for", "to", "from", "since") || ordinals[t.words[i-1].text] > 0) {
		return true
	}
	return i+1 < len(t.words) && t.near(i+1) && (t.words[i+1].digits || t.is(i+1, "the"))
}

// daysBefore reads the days before a month: "12 May", "the 12th of May", "del 17 al 21 de agosto",
// "from the 3rd to the 5th of June", "40 and 41"; last says that it is the end of the month.
func (t *Text) daysBefore(i int) (days, inner []int, from int, last bool) {
	k := i - 1
	if t.is(k, "of", "de", "di", "im", "du", "del", "en", "this", "diesen") && t.near(i) {
		k--
	}
	if t.is(k, "the") {
		k--
	}
	if t.is(k, "end", "ende", "fin", "fine", "final", "finales", "fim") && t.dated(k+1) {
		return nil, nil, k, true
	}
	d, at := t.dayEnding(k)
	if d == 0 || !t.dated(k+1) {
		return nil, nil, i, false
	}
	days, from = []int{d}, at
	for { // what stands before in a row
		k := at - 1
		for t.is(k, "the", "le", "el", "il", "al", "o", "dem", "zum", "den", "au", "l", "a") && t.near(k+1) && !t.is(k, "al", "au", "a") {
			k--
		}
		row := t.is(k, "to", "till", "until", "through", "bis", "au", "al", "a", "ao", "à", "ate", "até", "से", "ถึง") || t.is(k, "zum") && t.is(k-1, "bis")
		and := t.is(k, "and", "und", "et", "e", "y", "और", "และ")
		dash := k == at-1 && strings.ContainsAny(t.words[at].gap, "-–") && k >= 0
		comma := k == at-1 && strings.TrimSpace(t.words[at].gap) == "," && k >= 0
		if row || and {
			k--
		}
		if !row && !and && !dash && !comma {
			break
		}
		for t.is(k, "the") {
			k--
		}
		e, begin := t.dayEnding(k)
		if e == 0 || e >= d {
			break
		}
		if row || dash {
			for x := d - 1; x > e; x-- {
				inner = append(inner, x)
			}
			days = append(days, e)
		} else if !and && !comma || t.months(begin) {
			break
		} else {
			days = append(days, e)
		}
		from, at, d = begin, begin, e
	}
	return days, inner, from, false
}

func (t *Text) months(i int) bool { return i > 0 && monthNames[t.words[i-1].text] > 0 }

// dayEnding reads the day that ends at a word, and where it begins.
func (t *Text) dayEnding(k int) (int, int) {
	for _, n := range []int{3, 2, 1} {
		at := k - n + 1
		if at < 0 || n > 1 && !t.words[k].digits && !t.near(k) && t.words[k].gap != "" {
			continue
		}
		if d, end := t.dayAt(at); d > 0 && end == k+1 {
			return d, at
		}
	}
	return 0, k
}

// LastOf returns the last day of a month.
func LastOf(year int, month time.Month) time.Time {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)
}
