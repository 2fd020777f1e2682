package spoken

import "strings"

// Length is a length of time that is said, and where: minutes, or whole months.
type Length struct {
	Minutes, Months int
	At, End         int
	Before          string // the word before it
}

// lengthUnits are the words for units of time, in minutes; months are negative.
var lengthUnits = map[string]int{}

func init() {
	for minutes, words := range map[int]string{
		1:            "minute minutes min mins minuten minuti minuto minutos मिनट नटों นาที",
		60:           "hour hours hr hrs h stunde stunden std heure heures ora ore hora horas घंटा घंटे घंटों ชั่วโมง",
		24 * 60:      "day days tag tage tagen jour jours giorno giorni día días dia dias दिन दिनों วัน night nights nacht nächte nächten nuit nuits notte notti noche noches noite noites रात रातें คืน",
		7 * 24 * 60:  "week weeks woche wochen semaine semaines settimana settimane semana semanas हफ्ता हफ्ते हफ़्ता हफ़्ते सप्ताह สัปดาห์ อาทิตย์",
		14 * 24 * 60: "fortnight fortnights",
		-1:           "month months monat monate monaten mois mese mesi mes meses mês महीना महीने महीनों माह เดือน",
		-3:           "quarters quartale trimestre trimestres",
		-12:          "year years jahr jahre jahren an ans année années anno anni año años ano anos साल वर्ष ปี",
	} {
		for w := range strings.FieldsSeq(words) {
			lengthUnits[w] = minutes
			knowThai(w)
		}
	}
	knowThai("อีก")
}

// Lengths returns the lengths of time that the text says: "an hour and a half", "90 minutes", "zwei
// Wochen", "a fortnight", "three months".
func (t *Text) Lengths() []Length {
	var out []Length
	for i := 0; i < len(t.words); i++ {
		l, end := t.lengthAt(i)
		if end <= i {
			continue
		}
		if i > 0 {
			l.Before = t.words[i-1].text
		}
		l.At, l.End = t.words[i].at, t.words[end-1].end
		out = append(out, l)
		i = end - 1
	}
	return out
}

// count reads how many units: a number, an article, a half.
func (t *Text) count(i int) (Micro, int) {
	if end := t.start(i, "half an", "half a", "eine halbe", "einer halben", "ein halbes", "une demi", "mezz", "mezza", "media", "meia", "आधा", "आधे", "ครึ่ง"); end > i {
		return One / 2, end
	}
	if end := t.start(i, "three quarters of an", "drei viertel", "trois quarts d"); end > i {
		return One * 3 / 4, end
	}
	if end := t.start(i, "a quarter of an", "quarter of an", "eine viertel", "un quart d", "un quarto d", "un cuarto de"); end > i {
		return One / 4, end
	}
	if n, ok := t.numberAt(i, t.lang); ok {
		return n.Value, n.last
	}
	if t.is(i, "a", "an", "one", "another", "ein", "eine", "einen", "einem", "einer", "un", "une", "una", "uno", "um", "uma", "एक") {
		return One, i + 1
	}
	return 0, i
}

func (t *Text) lengthAt(i int) (Length, int) {
	n, end := t.count(i)
	if end == i {
		if t.is(i, "fortnight") {
			return Length{Minutes: 14 * 24 * 60}, i + 1
		}
		if t.is(i, "anderthalb") {
			n, end = One*3/2, i+1
		} else if m := map[string]int{"halbstunde": 30, "viertelstunde": 15, "dreiviertelstunde": 45, "mezzora": 30}[t.words[i].text]; m > 0 {
			return Length{Minutes: m}, i + 1
		} else {
			return Length{}, i
		}
	}
	if t.is(end, "more", "further", "extra", "other", "weitere", "weiteren", "autres", "más", "altre", "altri", "outros", "outras", "अतिरिक्त", "और") {
		end++
	}
	if end >= len(t.words) {
		return Length{}, i
	}
	if m := map[string]int{"viertelstunde": 15, "dreiviertelstunde": 45, "halbestunde": 30}[t.words[end].text]; m > 0 && n == One {
		return Length{Minutes: m}, end + 1
	}
	unit := lengthUnits[t.words[end].text]
	if unit == 0 || !t.near(end) && t.words[end].gap != "" {
		return Length{}, i
	}
	end++
	if last := t.any(end, halfBehind...); last > end {
		n, end = n+One/2, last
	}
	if unit < 0 {
		if months := n * Micro(-unit); months%One == 0 && months > 0 && months < 1200*One {
			return Length{Months: int(months / One)}, end
		}
		return Length{}, i
	}
	all := n * Micro(unit)
	if unit == 60 { // two hours and fifteen minutes, 1 h 30
		next := end
		if t.is(next, "and", "und", "et", "e", "y", "और") {
			next++
		}
		if m, last := t.count(next); last > next && last < len(t.words) && lengthUnits[t.words[last].text] == 1 && m < 60*One {
			all, end = all+m, last+1
		} else if t.is(end-1, "h") && next == end && last > next && m >= 10*One && m < 60*One && !t.measured(last) {
			all, end = all+m, last
		}
	}
	if all%One != 0 || all <= 0 || all > 1e6*One {
		return Length{}, i
	}
	return Length{Minutes: int(all / One)}, end
}
