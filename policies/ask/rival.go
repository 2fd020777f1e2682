package ask

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// What stands for another value of the same kind than the call has.

// hasRival reports whether a text names something of a value's kind that is no value of the
// call.
func (c *clause) hasRival(text string, v Value, inside []Value) bool {
	if v.Shape == Choice {
		return slices.ContainsFunc(v.Other, func(f func(string) bool) bool { return f(text) })
	}
	list := tokens(text)
	for i := range list {
		list[i].n = i
	}
	mark(list, c.lang)
	part := clause{words: list, lang: c.lang, text: text}
	part.content = len(list)
	if v.Shape == Word && c.inQuotes(v) && c.otherQuoted(text, inside) {
		return true
	}
	if v.otherMoment(text) || v.otherDay(list) || v.Shape == Word && c.articled(v) && (c.lang == de && part.articledName(inside) || part.articledThing(inside)) {
		return true
	}
	if v.Shape == Code && !v.Said(text) && otherThing.MatchString(strings.ToLower(text)) {
		return true // "…, the other one by courier"
	}
	call := Call{Values: inside}
	return part.rival(v, &call, 0, len(list)) || v.Shape == Word && part.parallel(c.before(v), &call)
}

// otherThing finds what stands for another thing than the one that was named.
var otherThing = regexp.MustCompile(`\bthe other one\b|\b(?:den|die|das|der) ander(?:e|en)\b|\bl'autre\b|\bl'altr[ao]\b|\b(?:la otra|el otro)\b|\b(?:a outra|o outro)\b|दूसर[ेाी] (?:वाल|को)|อีกอัน|อีกตัว`)

// inQuotes reports whether a value stands in quotes in the clause.
func (c *clause) inQuotes(v Value) bool {
	var quotes []token
	for _, t := range c.words {
		if t.quoted {
			quotes = append(quotes, t)
		}
	}
	return len(quotes) > 0 && v.Said(joinWords(quotes))
}

// otherQuoted reports whether a part of the clause has something in quotes that is no value.
func (c *clause) otherQuoted(part string, values []Value) bool {
	for i := 0; i < len(c.words); i++ {
		if !c.words[i].quoted {
			continue
		}
		j := i
		for j+1 < len(c.words) && c.words[j+1].quoted && c.words[j+1].n == c.words[j].n+1 && c.words[j+1].at-c.words[j].end < 3 {
			j++
		}
		run := textOf(c, c.words[i:j+1])
		if strings.Contains(part, run) && !slices.ContainsFunc(values, func(v Value) bool { return v.Said(run) }) {
			return true
		}
		i = j
	}
	return false
}

// otherMoment reports whether a value is a day or a time and a text says others of its kind, and not it.
func (v *Value) otherMoment(text string) bool {
	if v.Shape == Number || v.Shape == Mail || v.Said(text) {
		return false
	}
	mine, theirs := spoken.Parse(strings.ToLower(v.Text)), spoken.Parse(strings.ToLower(text))
	return (len(mine.Dates()) > 0 || v.Shape == Moment && strings.Contains(v.Text, "-")) && (len(theirs.Dates()) > 0 || figureDay.MatchString(text)) ||
		(len(mine.Times()) > 0 || clock.MatchString(v.Text)) && (len(theirs.Times()) > 0 || clock.MatchString(text) || dottedTime.MatchString(text)) || dayNamed(v.Text) && dayNamed(text) || v.Loose && otherWeekday(v.Text, text)
}

// otherDay reports whether a value is a day and words say the number of another, of the month that was said before:
// "… et le 363/26 au 16 à 15h".
func (v *Value) otherDay(words []token) bool {
	if v.Shape != Moment || !strings.Contains(v.Text, "-") {
		return false
	}
	for i := range words {
		day, ok := dayAlone(words, i)
		if !ok || v.Said(words[i].text) || strings.HasSuffix(v.Text, "-"+day) || strings.HasSuffix(v.Text, "-0"+day) {
			continue
		}
		return true
	}
	return false
}

// dayAlone returns the number of a day that a word says without its month: "al 13", "the 27th", "27 तारीख", "วันที่ 27".
func dayAlone(words []token, i int) (day string, ok bool) {
	before, next := token{}, token{}
	if i > 0 {
		before = words[i-1]
	}
	if i+1 < len(words) {
		next = words[i+1]
	}
	day = words[i].text
	ends := next.text == "" || next.sign || placing[next.text]
	switch {
	case before.text == "the" && len(day) > 2 && ordinalEnds[day[len(day)-2:]]:
		day, ends = day[:len(day)-2], ends || next.text == "please" || next.text == "instead" || next.within&(and|target) != 0
	case dayBefore[before.text], before.text == "ที่" && i > 1 && words[i-2].text == "วัน":
	case next.text == "तारीख", next.text == "को", i == 0 && next.text == "कर":
		ends = true
	default:
		return "", false
	}
	n, err := strconv.Atoi(day)
	return strconv.Itoa(n), ends && err == nil && n > 0 && n <= 31 && len(day) <= 2
}

var ordinalEnds = set("st nd rd th")

// dayBefore are words before the number of a day.
var dayBefore = set("au le al all' l' il el dia ao am den zum dem bis")

// otherWeekday reports whether a text names days of the week, or from today, and not that of a date.
func otherWeekday(date, text string) bool {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return false
	}
	other := false
	for _, t := range tokens(text) {
		day, ok := weekdayOf[t.text]
		if ok && day == at.Weekday() {
			return false
		}
		other = other || ok || fromToday[t.text]
	}
	return other
}

// fromToday are days by how far they are from today.
var fromToday = set("today tomorrow heute übermorgen aujourd'hui demain après-demain oggi domani dopodomani hoy hoje amanhã आज कल परसों วันนี้ พรุ่งนี้ มะรืน")

// weekdayOf are the days of the week by their names.
var weekdayOf = func() map[string]time.Weekday {
	out := map[string]time.Weekday{}
	for day, names := range []string{"sunday sonntag dimanche domenica domingo रविवार อาทิตย์", "monday montag lundi lunedì lunes segunda segunda-feira सोमवार จันทร์", "tuesday dienstag mardi martedì martes terça terça-feira मंगलवार อังคาร",
		"wednesday mittwoch mercredi mercoledì miércoles quarta quarta-feira बुधवार พุธ", "thursday donnerstag jeudi giovedì jueves quinta quinta-feira गुरुवार พฤหัส พฤหัสบดี", "friday freitag vendredi venerdì viernes sexta sexta-feira शुक्रवार ศุกร์", "saturday samstag sonnabend samedi sabato sábado शनिवार เสาร์"} {
		for name := range strings.FieldsSeq(names) {
			out[name] = time.Weekday(day)
		}
	}
	return out
}()

// dayNamed reports whether a text has a day that is named by one word: "Friday", "morgen".
func dayNamed(text string) bool {
	return slices.ContainsFunc(tokens(text), func(t token) bool { return dayNames[t.text] })
}

// dayNames are all such words; "morgen" and "mañana" are the morning, too.
var dayNames = func() map[string]bool {
	out := set("morgen mañana")
	maps.Copy(out, fromToday)
	for name := range weekdayOf {
		out[name] = true
	}
	return out
}()

// articled reports whether an article stands before a value: "dem Paul".
func (c *clause) articled(v Value) bool {
	for i := 1; i < len(c.words); i++ {
		if v.Said(c.words[i].text) && (nameArticles[c.words[i-1].text] || c.words[i-1].within&det != 0) {
			return true
		}
	}
	return false
}

// articledName reports whether an article of a clause stands before a name or a thing that is no value.
func (c *clause) articledName(values []Value) bool {
	for i := 1; i < len(c.words); i++ {
		t := &c.words[i]
		if nameArticles[c.words[i-1].text] && t.capped && !t.sign && !t.code() && !dayNames[t.text] && !monthWord(t.text) && !slices.ContainsFunc(values, func(o Value) bool { return o.holdsWord(c, i, t.text) }) {
			return true
		}
	}
	return false
}

// articledThing reports whether a part of a clause names a thing that is no value, and that does not stand before the number
// of another: "the kale from OV-243", but not "the evening tour T-14".
func (c *clause) articledThing(values []Value) bool {
	for i := 1; i < len(c.words); i++ {
		t := &c.words[i]
		if c.words[i-1].within&det == 0 || !t.names() || t.code() || digit(t.text) || dayNames[t.text] || monthWord(t.text) || slices.ContainsFunc(values, func(o Value) bool { return o.holdsWord(c, i, t.text) }) {
			continue
		}
		end := i + 1
		for end < len(c.words) && c.words[end].names() && !c.words[end].code() && c.words[end].within&(source|target) == 0 && !placing[c.words[end].text] {
			end++
		}
		if end < len(c.words) && !c.words[end].code() {
			return true
		}
	}
	return false
}

var nameArticles = set("dem der den die")

// before is the preposition that stands before a value in the clause, or "".
func (c *clause) before(v Value) string {
	for i := range c.words {
		if !v.Said(c.words[i].text) {
			continue
		}
		for j := i - 1; j >= 0 && j >= i-2; j-- {
			if placing[c.words[j].text] || c.words[j].within&(target|source) != 0 {
				return c.words[j].text
			}
			if c.words[j].within&det == 0 {
				break
			}
		}
	}
	return ""
}

// parallel reports whether a name that is no value of the call stands behind the same preposition.
func (c *clause) parallel(preposition string, call *Call) bool {
	if preposition == "" {
		return false
	}
	for i := 0; i+1 < len(c.words); i++ {
		if c.words[i].text != preposition {
			continue
		}
		j := i + 1
		for j+1 < len(c.words) && c.words[j].within&det != 0 {
			j++
		}
		t := &c.words[j]
		if t.names() && !call.Acts.isNoun(t) && !unitWords[t.text] && !slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, j, t.text) }) {
			return true
		}
	}
	return false
}

// rival reports whether a range of words holds one of the value's kind that the call does not
// have.
func (c *clause) rival(v Value, call *Call, from, to int) bool {
	when := v.Shape == Word && c.corrects && c.saysMoment(call)
	for i := from; i < to && i < len(c.words); i++ {
		t := &c.words[i]
		if when && !t.capped && c.ofMoment(i) {
			continue // "quería decir a las seis"
		}
		if long := v.Shape == Number && v.Digits && len(v.Text) > 3; long && !t.sign && (!digit(t.text) || len(t.text) < 3) {
			continue // "les deux" are no lesson 4411
		}
		if v.Shape == Number && articles[t.text] && (c.oneOnly(i, i+1) || c.countsIn(i+1, call)) && !slices.ContainsFunc(call.Values, func(o Value) bool { return o.Said("1") }) {
			return true
		}
		if v.Shape == Number && !t.sign {
			if n, end := numeral(c.words, i, c.lang); end > i && (n != 1 || c.thingAt(end) || c.countsIn(end, call)) && c.counting(end, call) {
				said := textOf(c, c.words[i:min(end+1, len(c.words))])
				if !slices.ContainsFunc(call.Values, func(o Value) bool { return o.Said(said) || o.holdsWord(c, i, t.text) }) {
					return true
				}
				i = end - 1
				continue
			}
		}
		if v.Shape == Code && digit(t.text) && !digit(v.Text) && i > 0 && i-1 == c.opened() && partOf[c.words[i-1].text] {
			continue // "dei 180 rimborsate 36 euro"
		}
		if t.sign || !c.like(i, v, call) || v.Shape == Number && c.wholeOf(i) {
			continue
		}
		word := t.text
		if slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, i, word) }) || c.callsBy(i, v, call) {
			continue
		}
		return true
	}
	return false
}

// counting reports whether a number in words that ends before a word may be an argument: how
// often something is to be done is none of another kind.
func (c *clause) counting(end int, call *Call) bool {
	if often[c.words[end-1].text] {
		return false
	}
	return end >= len(c.words) || !unitWords[c.words[end].text] || c.unitOf(end, call)
}

// countsIn reports whether a word is a unit that the tool counts in: the year of "for a year".
func (c *clause) countsIn(i int, call *Call) bool {
	return i < len(c.words) && measured[c.words[i].text] != nil && c.unitOf(i, call)
}

// often are numbers that say how many times.
var often = set("once twice thrice einmal zweimal dreimal viermal fünfmal")

// properName reports whether a German word with a capital letter is more likely somebody's name: no
// article, preposition or number stands before it.
func (c *clause) properName(i int) bool {
	before := &c.words[i-1]
	return c.lang == de && before.within&^(and|again) == 0 && !before.sign && !placing[before.text] && (!before.capped || before.n == 0) && !digit(before.text) && i+1 < len(c.words) && (placing[c.words[i+1].text] || c.words[i+1].within&det != 0) && knownIn[before.text] == 0
}

// oneOnly reports whether a one in words is said to be the only: "uno solo", "seulement une".
func (c *clause) oneOnly(from, to int) bool {
	return from > 0 && onlyWords[c.words[from-1].text]&c.lang != 0 || to < len(c.words) && loneWords[c.words[to].text]&c.lang != 0
}

// loneWords stand behind a one that is the only.
var loneWords = wordSets["lone"]

// thingAt reports whether a word is a thing that may be counted: "one kilo", not "the one with".
func (c *clause) thingAt(i int) bool {
	return i < len(c.words) && !c.words[i].sign && c.words[i].within == 0 && knownIn[c.words[i].text] == 0 && finite[c.words[i].text] == 0
}

// holdsWord reports whether a value is, or holds, a word of a clause.
func (v *Value) holdsWord(c *clause, i int, word string) bool {
	text := strings.ToLower(v.Text)
	if text == word || v.Said(word) {
		return true
	}
	if slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("@._-/", r)
	}), func(w string) bool { return w == word }) {
		return true
	}
	// a number written in words, or with its currency
	if i+1 < len(c.words) && v.Shape == Number && v.Said(word+" "+c.words[i+1].text) && digit(word) {
		return true
	}
	return false
}

// fromOn are words from which day on something is.
var fromOn = wordSets["fromOn"]

// like reports whether a word is of a value's kind.
func (c *clause) like(i int, v Value, call *Call) bool {
	t := &c.words[i]
	switch v.Shape {
	case Number:
		return c.amount(i, call)
	case Mail:
		return strings.Contains(t.text, "@")
	case Code:
		return t.code() && !strings.Contains(t.text, "@") || len(t.text) > 3 && strings.ContainsAny(t.text, "/-") && digit(t.text) && pattern(t.text) == pattern(strings.ToLower(v.Text)) || c.numberAt(i, groupsOf(v.Text)) > 0 || letterAlone(v.Text) && t.letter() && i > 0
	case Word:
		if c.describesRow(i, call) || i > 0 && phraseAt(fromOn, c.words, i-1, c.lang) > 1 {
			return false // "send the Advent one", "à partir du"
		}
		if t.within&^(speaker|and|others) != 0 || t.text == "" || strings.HasSuffix(t.text, "'") || strings.ContainsFunc(t.text, unicode.IsDigit) || strings.Contains(t.text, "@") || call.isThing(t) {
			return false
		}
		if monthWord(t.text) || weekdays[t.text] || knownIn[t.text] != 0 && !t.capped || t.verb && c.lang&en != 0 || foreignVerb(t, c.lang) {
			return false
		}
		if t.capped && i > 0 && (c.lang&de == 0 || c.properName(i)) {
			return true
		}
		// "pay ann 30", "bob 90"
		if t.within == 0 && knownIn[t.text] == 0 && !units.MatchString(t.text) && !unitWords[t.text] && !counts[t.text] && sayings[t.text] == nil {
			if i > 0 && (c.names(i-1) || call.Acts.isNoun(&c.words[i-1])) || i == 0 && len(c.words) > 1 || i+1 < len(c.words) && amountForm.MatchString(c.words[i+1].text) && exactly[t.text]&c.lang == 0 {
				return true
			}
		}
		for j := i - 1; j >= 0 && j >= i-2; j-- {
			if c.words[j].within&(target|source) != 0 {
				return true
			}
			if c.words[j].within&det == 0 {
				break
			}
		}
		if i+1 < len(c.words) && (c.words[i+1].text == "को" || c.words[i+1].text == "से") || i+2 < len(c.words) && c.words[i+1].text == "के" && c.words[i+2].text == "लिए" {
			return true
		}
		return t.capped && c.lang&de == 0 && i == 0
	}
	return false
}

// exactly are words before a number that say how it is meant: "insgesamt 600".
var exactly = wordSets["exactly"]

// names reports whether a word is a verb behind which a name may stand.
func (c *clause) names(i int) bool {
	t := &c.words[i]
	return i == c.opened() && (c.lang&en != 0 && t.verb || foreignVerb(t, c.lang))
}

// letterAlone reports whether a text is one letter of the alphabet.
func letterAlone(s string) bool { return len(s) == 1 && (s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z') }

// letter reports whether a word is a capital letter that names a thing: row B.
func (t *token) letter() bool { return t.capped && letterAlone(t.text) && t.n > 0 && t.text != "i" }

// code reports whether a word is a name with digits or signs in it: e4, old.log, P-10.
func (t *token) code() bool {
	letters := strings.IndexFunc(t.text, unicode.IsLetter) >= 0
	digits := strings.IndexFunc(t.text, unicode.IsDigit) >= 0
	if letters && digits && len(t.text) > 1 {
		return !units.MatchString(t.text)
	}
	return letters && strings.ContainsAny(t.text, "._/") && !strings.HasSuffix(t.text, ".") && len(t.text) > 3
}
