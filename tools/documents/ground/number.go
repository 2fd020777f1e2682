package ground

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// quantity is a number of a text, in words or digits.
type quantity struct {
	text   string
	number string   // canonical, with its sign
	hour   string   // as it is written, where the number is that of a clock of 24
	unit   string   // "%" or a currency, as far as it is said
	same   []string // what it is in the least unit of its kind
	soft   bool     // it may be no number: "a week", "half"
}

// ofTime is the unit of the parts of a date or an hour.
const ofTime = "date"

// quantities are the numbers of a text, in order.
func quantities(words []word) []quantity {
	var out []quantity
	for i := 0; i < len(words); i++ {
		w := words[i]
		if len(w.text) > 200 || code(w.text) {
			continue
		}
		folded, next := fold(w.text), after(words, i)
		if n, soft, used := spoken(words[i:]); used > 0 {
			q := quantity{text: w.text, number: decimal(n), soft: soft}
			i += used - 1
			q.measure(n, words[i], after(words, i))
			out = append(out, q)
			continue
		}
		if n, ok := clockWords[folded]; ok {
			out = append(out, quantity{text: w.text, number: strconv.Itoa(n), soft: true})
			continue
		}
		list := numbersOf(w.text)
		if joined, used := grouped(words[i:]); used > 0 { // 1 250 000
			list, i = []string{joined}, i+used
			w.text, next = joined, after(words, i)
			w.raw += words[i].raw
		}
		for _, n := range list {
			q := quantity{text: w.text, number: clock(n, w.text, next)}
			if q.number != n {
				q.hour = n
			}
			if len(list) > 1 && (strings.ContainsAny(w.text, ":/") || len(list) > 2) {
				q.unit = ofTime
			}
			if len(list) == 1 {
				value, _ := strconv.ParseFloat(q.number, 64)
				if m, ok := multiples[next]; ok {
					value *= m
					q.number = decimal(value)
				}
				if negative(w.raw) && (i == 0 || numbersOf(words[i-1].text) == nil) || i > 0 && minus[fold(words[i-1].text)] {
					q.number = "-" + q.number
				}
				q.measure(value, w, next)
			}
			out = append(out, q)
		}
	}
	return out
}

// measure takes up the unit behind a number, or beside it.
func (q *quantity) measure(value float64, w word, next string) {
	letters := strings.TrimLeftFunc(fold(w.text), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, s := range []string{letters, next} {
		if u, ok := measures[s]; ok {
			q.same = append(q.same, u.class+decimal(value*u.factor))
			q.unit = u.class
			break
		}
	}
	switch {
	case strings.Contains(w.raw, "%") || percents[next]:
		q.unit = "%"
		q.unit = "%"
	case currency[next] != "":
		q.unit = currency[next]
	default:
		for _, r := range w.raw {
			if u := currency[string(r)]; u != "" {
				q.unit = u
			}
		}
	}
}

// negative reports whether a number has a minus before it: a dash that nothing precedes.
func negative(raw string) bool {
	rest := strings.TrimLeft(raw, "([\"'*_")
	after, ok := strings.CutPrefix(rest, "-")
	if !ok {
		after, ok = strings.CutPrefix(rest, "−")
	}
	return ok && after != "" && after[0] >= '0' && after[0] <= '9'
}

// decimal writes a number as canonical does.
func decimal(v float64) string { return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64) }

// grouped joins digits in threes with blanks between, and says how many words follow the
// first.
func grouped(words []word) (joined string, used int) {
	whole := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	first := words[0]
	if first.text == "" || len(first.text) > 3 || !whole(first.text) || first.text[0] == '0' || !strings.HasSuffix(first.raw, first.text) {
		return "", 0
	}
	joined = first.text
	for _, w := range words[1:] {
		digits, part, _ := strings.Cut(strings.ReplaceAll(w.text, ",", "."), ".")
		if len(digits) != 3 || !whole(digits+part) || !strings.HasPrefix(w.raw, digits) {
			break
		}
		joined += digits
		used++
		if part != "" {
			joined += "." + strings.TrimRight(part, "0")
		}
		if w.raw != digits {
			break
		}
	}
	return joined, used
}

// spoken reads a number that is written in words, and how many words it takes: "forty",
// "twenty-five", "a hundred and twenty", "fünfundzwanzig".
func spoken(words []word) (value float64, soft bool, used int) {
	folded := fold(words[0].text)
	next := after(words, 0)
	if articles[folded] {
		if _, ok := measures[next]; ok {
			return 1, true, 1
		}
		if next != "hundred" && next != "thousand" && next != "dozen" {
			return 0, false, 0
		}
		value, used = 1, 1
	}
	if folded == "half" || folded == "halbe" || folded == "demi" || folded == "media" {
		if articles[next] {
			return 0.5, true, 2
		}
		return 0.5, true, 1
	}
	total, read := 0.0, false
	for i := used; i < len(words); i++ {
		w := fold(words[i].text)
		if and[w] && read && i+1 < len(words) {
			if n, ok := numerals[fold(words[i+1].text)]; ok && fits(value, n) {
				continue
			}
			break
		}
		list := numeral(w)
		if list == nil {
			break
		}
		ok := true
		for _, n := range list {
			switch {
			case n == 1000 && value < 1000 && total == 0:
				total, value = max(value, 1)*1000, 0
			case n == 100 && value < 100:
				value = max(value, 1) * 100
			case fits(value, n):
				value += float64(n)
			default:
				ok = false
			}
		}
		if !ok {
			break
		}
		read, used = true, i+1
		if raw := words[i].raw; strings.ContainsAny(raw[len(raw)-1:], ",.;:)") {
			break
		}
	}
	if !read {
		return 0, false, 0
	}
	return total + value, false, used
}

// fits reports whether a numeral goes on with a number: 20 with 5, 100 with 25.
func fits(value float64, n int) bool {
	v := int(value)
	switch {
	case n >= 100:
		return false
	case v == 0 || v%100 == 0:
		return true
	}
	return n < 10 && v%100 >= 20 && v%10 == 0
}

// numeral is a word as the numerals that it is made of; nil if it is none.
func numeral(w string) []int {
	if n, ok := numerals[w]; ok {
		return []int{n}
	}
	if parts := strings.Split(w, "-"); len(parts) > 1 {
		var out []int
		for _, p := range parts {
			if and[p] {
				continue
			}
			n, ok := numerals[p]
			if p == "one" {
				n, ok = 1, true
			}
			if !ok {
				return nil
			}
			out = append(out, n)
		}
		return out
	}
	if ones, tens, ok := strings.Cut(w, "und"); ok { // German says the ones first
		a, ok1 := numerals[ones]
		if ones == "ein" {
			a, ok1 = 1, true
		}
		b, ok2 := numerals[tens]
		if ok1 && ok2 && a < 10 && b >= 20 && b < 100 {
			return []int{b, a}
		}
	}
	return nil
}

// numeric reports whether a word is a number in words.
func numeric(s string) bool { return numeral(fold(s)) != nil }

// unnumbered is a sentence without the number of an item that it begins with.
func unnumbered(sentence string) string {
	rest := strings.TrimLeft(sentence, " \t*_#>-")
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if digits == 0 || digits > 2 || digits >= len(rest) || rest[digits] != '.' && rest[digits] != ')' {
		return sentence
	}
	if tail := rest[digits+1:]; tail == "" || tail[0] == ' ' {
		return tail
	}
	return sentence
}

// adds reports whether a sentence says that it adds or multiplies numbers.
func adds(sentence string) bool {
	return strings.ContainsAny(sentence, "=×") || slices.ContainsFunc(wordsOf(sentence), func(w word) bool { return totals[fold(w.text)] })
}

// worked reports whether a number is the sum of all of those numbers, or the sum, the
// difference or the product of two of them.
func worked(n fact, have []fact) bool {
	want, err := strconv.ParseFloat(n.forms[0], 64)
	if err != nil || len(have) < 2 {
		return false
	}
	var all []float64
	sum := 0.0
	for _, h := range have {
		v, err := strconv.ParseFloat(h.forms[0], 64)
		if err != nil || h.unit != "" && n.unit != "" && h.unit != n.unit {
			return false
		}
		all = append(all, v)
		sum += v
	}
	same := func(v float64) bool { return math.Abs(v-want) < 1e-6*max(1, math.Abs(want)) }
	for i, a := range all {
		for _, b := range all[:i] {
			if same(a+b) || same(a-b) || same(b-a) || same(a*b) {
				return true
			}
		}
	}
	return same(sum)
}

// numbersOf are the numbers in a word, each in one form: 1,250.50 and 1250.5 are one, and
// 09:00 is 9 and 0.
func numbersOf(s string) []string {
	if !strings.ContainsFunc(s, unicode.IsDigit) && !strings.ContainsAny(s, vulgar) {
		return nil
	}
	s = strings.Map(func(r rune) rune {
		if r > 0x7F && unicode.IsDigit(r) {
			return digit(r)
		}
		return r
	}, s)
	for f, part := range fractions {
		if before, _, ok := strings.Cut(s, f); ok {
			whole := strings.TrimRight(before, " ")
			if whole == "" || whole[len(whole)-1] < '0' || whole[len(whole)-1] > '9' {
				whole += "0"
			}
			s = whole + part
		}
	}
	var out []string
	for run := range strings.FieldsFuncSeq(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' && r != '\'' }) {
		run = strings.Trim(run, ".,'")
		if run == "" {
			continue
		}
		if dated(run) {
			for part := range strings.SplitSeq(run, ".") {
				out = append(out, canonical(part))
			}
			continue
		}
		out = append(out, canonical(run))
	}
	return out
}

// dated reports whether digits with several dots are no number in groups of three: a date,
// or the number of a section.
func dated(run string) bool {
	parts := strings.Split(run, ".")
	return len(parts) > 2 && !strings.Contains(run, ",") && slices.ContainsFunc(parts[1:], func(p string) bool { return len(p) != 3 })
}

// digit is the ASCII digit of another script's: they stand in tens, from 0.
func digit(r rune) rune {
	d := r
	for unicode.IsDigit(d-1) && r-d < 9 {
		d--
	}
	return '0' + r - d
}

// canonical is a number without grouping, leading and trailing zeros. The last of two kinds
// of marks, or one that stands alone and not before three digits, is the decimal one.
func canonical(s string) string {
	dot, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	mark := max(dot, comma)
	whole, part := s, ""
	if mark >= 0 {
		both := dot >= 0 && comma >= 0
		alone := strings.Count(s, s[mark:mark+1]) == 1
		if both || alone && (len(s)-mark-1 != 3 || s[0] == '0') {
			whole, part = s[:mark], s[mark+1:]
		}
	}
	keep := func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}
	whole = strings.TrimLeft(strings.Map(keep, whole), "0")
	part = strings.TrimRight(strings.Map(keep, part), "0")
	if whole == "" {
		whole = "0"
	}
	if part != "" {
		return whole + "." + part
	}
	return whole
}

// clock is a number as it is on a clock of 24 hours, where the word or the next one says
// that it is an hour of the afternoon.
func clock(n, word, next string) string {
	low := strings.ToLower(word)
	h, err := strconv.Atoi(n)
	if err == nil && h >= 1 && h < 12 && (strings.HasSuffix(low, "pm") || next == "pm" || next == "p.m") {
		return strconv.Itoa(h + 12)
	}
	return n
}
