package label

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Numbers are compared as canonical decimals, not as floats: two account numbers
// that differ in the last of twenty digits are different values.

var numberForm = regexp.MustCompile(`[0-9]+(?:[.,' \x{00a0}\x{202f}][0-9]+)*`)

// decimal returns the canonical form of a number as JSON writes it: no exponent, no
// zeros in front, none behind the point.
func decimal(s string) (string, bool) {
	sign := ""
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = "-", rest
	}
	mantissa, exponent, hasExp := strings.Cut(strings.ReplaceAll(s, "E", "e"), "e")
	whole, part, _ := strings.Cut(mantissa, ".")
	if whole == "" || !allDigits(whole) || !allDigits(part) {
		return "", false
	}
	if hasExp {
		e, err := strconv.Atoi(exponent)
		if err != nil || e < -400 || e > 400 {
			return "", false
		}
		if e >= 0 {
			part += strings.Repeat("0", max(0, e-len(part)))
			whole, part = whole+part[:e], part[e:]
		} else {
			whole = strings.Repeat("0", max(0, 1-e-len(whole))) + whole
			whole, part = whole[:len(whole)+e], whole[len(whole)+e:]+part
		}
	}
	whole, part = strings.TrimLeft(whole, "0"), strings.TrimRight(part, "0")
	if whole == "" {
		whole = "0"
	}
	if part != "" {
		whole += "." + part
	}
	if whole == "0" {
		sign = ""
	}
	return sign + whole, true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// plainNumber reports whether a string spells a number as a number: zeros in front,
// a sign of plus or an exponent make an identifier of it.
func plainNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, part, point := strings.Cut(s, ".")
	return whole != "" && allDigits(whole) && (len(whole) == 1 || whole[0] != '0') && (!point || part != "" && allDigits(part))
}

// everyReading returns all the values that a written number could have: the side
// that takes trust away.
func everyReading(s string) []string {
	var out []string
	add := func(s string) {
		if d, ok := decimal(s); ok {
			out = append(out, d)
		}
	}
	isSep := func(r rune) bool { return strings.ContainsRune(".,' \u00a0\u202f", r) }
	parts := strings.FieldsFunc(s, isSep)
	add(strings.Join(parts, ""))
	if len(parts) > 1 {
		if i := strings.LastIndexAny(s, ".,"); i >= 0 {
			add(strings.Join(strings.FieldsFunc(s[:i], isSep), "") + "." + strings.Join(strings.FieldsFunc(s[i+1:], isSep), ""))
		}
		for _, p := range parts {
			add(p)
		}
	}
	return out
}

// ownReading returns the one value that a person means by a written number, or false:
// the side that gives trust. "1,250.50" is 1250.5 and nothing else.
func ownReading(s string) (string, bool) { return reading(s, false) }

// reading is [ownReading] for a text of a language that writes 1.250,50; with comma. Three
// digits behind the only sign of the other kind can be thousands or thousandths: such a
// number has no value.
func reading(s string, comma bool) (string, bool) {
	if m := threeBehind.FindStringSubmatch(s); m != nil {
		if (m[2] == ",") == comma {
			return "", false
		}
		return decimal(m[1] + m[3])
	}
	grouped := func(s, sep string) (string, bool) {
		parts := strings.Split(s, sep)
		for i, p := range parts {
			if i == 0 && (p == "" || len(p) > 3 || p[0] == '0') || i > 0 && len(p) != 3 || !allDigits(p) {
				return "", false
			}
		}
		return strings.Join(parts, ""), true
	}
	dots, commas := strings.Count(s, "."), strings.Count(s, ",")
	switch {
	case allDigits(s):
		return decimal(s)
	case strings.ContainsAny(s, "' \u00a0\u202f"):
		for _, sep := range []string{"'", " ", "\u00a0", "\u202f"} {
			whole, part, point := strings.Cut(s, ".")
			if !point {
				whole, part, point = strings.Cut(s, ",")
			}
			if joined, ok := grouped(whole, sep); ok {
				if point {
					joined += "." + part
				}
				return decimal(joined)
			}
		}
		return "", false
	case dots > 0 && commas > 0:
		group, point := ",", "."
		if strings.LastIndexByte(s, ',') > strings.LastIndexByte(s, '.') {
			group, point = ".", ","
		}
		whole, part, _ := strings.Cut(s, point)
		if joined, ok := grouped(whole, group); ok {
			return decimal(joined + "." + part)
		}
		return "", false
	case dots == 1:
		return decimal(s)
	case dots > 1:
		if joined, ok := grouped(s, "."); ok {
			return decimal(joined)
		}
		return "", false
	}
	if joined, ok := grouped(s, ","); ok {
		return decimal(joined)
	}
	if commas == 1 {
		return decimal(strings.Replace(s, ",", ".", 1))
	}
	return "", false
}

// threeBehind is a number with one group of three behind its only sign.
var threeBehind = regexp.MustCompile(`^([1-9][0-9]{0,2})([.,])([0-9]{3})$`)

// commaWords are frequent words of the languages that write a comma before decimals.
var commaWords = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq(`und der das ist bitte nicht mit auf für ein eine einen dem den zu von überweise überweisen zahle sende euro
		les des une pour avec sur est s'il vous plaît le virement envoie payez paie dans du au el los las por para una
		favor que del paga envía transfiere pagar il gli di un che della invia bonifico os um uma não da envie pague
		transfira reais`) {
		commaWords[w] = true
	}
}

// writesComma reports whether a text looks like one of those languages.
func writesComma(s string) bool {
	n := 0
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		if commaWords[w] {
			n++
		}
	}
	return n >= 2
}

// ownForm is one written number; groups set apart by blanks are joined afterwards.
var ownForm = regexp.MustCompile(`[0-9]+(?:[.,'][0-9]+)*`)

// ownNumbers counts the numbers that a person wrote as numbers: not the digits of a
// date, a time, an account, a product code or a version.
func ownNumbers(s string) (numbers, digits map[string]int) {
	numbers, digits = map[string]int{}, map[string]int{}
	comma := writesComma(s)
	found := ownForm.FindAllStringIndex(s, -1)
	for i := 0; i < len(found); {
		row := 1 // numbers set apart by single blanks
		for i+row < len(found) && oneBlank(s[found[i+row-1][1]:found[i+row][0]]) {
			row++
		}
		// A longer row, or one that follows a code, is an account or a telephone number.
		code := row == 2 && (inCode(s, found[i][0]) || joinsCode.MatchString(s[:found[i][0]]) && paid.MatchString(s[found[i+1][1]:]))
		if row <= 2 && !code {
			whole := s[found[i][0]:found[i+row-1][1]]
			if _, ok := reading(whole, comma); row == 2 && ok { // "1 250" is one number
				ownNumber(s, found[i][0], found[i+1][1], comma, numbers, digits)
			} else {
				for _, m := range found[i : i+row] {
					ownNumber(s, m[0], m[1], comma, numbers, digits)
				}
			}
		}
		if code && paid.MatchString(s[found[i+1][1]:]) { // "S-14 200 baht"
			ownNumber(s, found[i+1][0], found[i+1][1], comma, numbers, digits)
		}
		i += row
	}
	return numbers, digits
}

// joinsCode is the beginning of a code before its number: "S-".
var joinsCode = regexp.MustCompile(`(?:^|[^\pL\d])\pL{1,4}-$`)

// paid is money behind a number.
var paid = regexp.MustCompile(`^ ?(?:[€$£₹฿]|(?i:eur|euros?|usd|dollars?|dólares|dollari|chf|francs?|franken|gbp|pounds?|baht|reais|pesos|rupees?)(?:$|[^\pL])|บาท|ยูโร|रुपय|रुपए|यूरो)`)

func oneBlank(s string) bool { return s == " " || s == "\u00a0" || s == "\u202f" }

func ownNumber(s string, from, to int, comma bool, numbers, digits map[string]int) {
	negative, ok := standsAlone(s, from, to)
	if !ok {
		return
	}
	text := s[from:to]
	if allDigits(text) {
		digits[text]++
	}
	if d, ok := reading(text, comma); ok {
		if negative && d != "0" {
			d = "-" + d
		}
		numbers[d]++
	}
}

var currency = regexp.MustCompile(`(?i)^(?:eur|usd|gbp|chf|jpy|sek|nok|dkk|pln|cad|aud|inr|brl|cny|kr|x|%|€|\$|£|¥)(?:[^\pL\pN]|$)`)

// standsAlone reports whether the digits at [from, to) are a number of their own,
// and whether a minus stands before them.
func standsAlone(s string, from, to int) (negative, ok bool) {
	before := s[:from]
	switch prev, w := utf8.DecodeLastRuneInString(before); {
	case before == "" || unicode.IsSpace(prev) || strings.ContainsRune("$€£¥(\"'[~<>*", prev):
	case prev == '-':
		far, _ := utf8.DecodeLastRuneInString(before[:len(before)-w])
		if len(before) > w && !unicode.IsSpace(far) && far != '(' {
			return false, false
		}
		negative = true
	case prev == ':' || prev == '=' || prev == '#':
		if far, _ := utf8.DecodeLastRuneInString(before[:len(before)-w]); unicode.IsDigit(far) {
			return false, false
		}
	default:
		word := before[strings.LastIndexFunc(before, func(r rune) bool { return !unicode.IsLetter(r) })+1:]
		if len(word) != 3 || !currency.MatchString(word) {
			return false, false
		}
	}
	after := s[to:]
	next, w := utf8.DecodeRuneInString(after)
	if after == "" || unicode.IsSpace(next) || currency.MatchString(after) {
		return negative, true
	}
	far, _ := utf8.DecodeRuneInString(after[w:])
	switch {
	case next == '।':
		return negative, true
	case strings.ContainsRune(".,;:!?)\"']}*", next):
		return negative, !unicode.IsDigit(far) && !(next == '.' && unicode.IsLetter(far))
	case next == '-':
		return negative, unicode.IsLower(far)
	}
	return false, false
}

// inCode reports whether the word before i mixes capital letters and digits, as the
// front of an account number does.
func inCode(s string, i int) bool {
	word := strings.TrimRight(s[:i], " \u00a0")
	if len(word) == i {
		return false
	}
	if at := strings.LastIndexFunc(word, unicode.IsSpace); at >= 0 {
		word = word[at+1:]
	}
	letters := strings.IndexFunc(word, unicode.IsLetter) >= 0
	return letters && strings.IndexFunc(word, unicode.IsDigit) >= 0 && strings.IndexFunc(word, func(r rune) bool {
		return !unicode.IsUpper(r) && !unicode.IsDigit(r)
	}) < 0
}
