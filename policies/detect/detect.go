package detect

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// The kinds of findings.
const (
	Secret     = "secret"
	Card       = "card"
	IBAN       = "iban"
	Email      = "email"
	Phone      = "phone"
	NationalID = "national_id"
	Hidden     = "hidden"
	Imitation  = "imitation"
)

// Kinds lists all kinds, in the order in which overlapping findings win.
func Kinds() []string {
	return []string{Secret, IBAN, Card, NationalID, Email, Phone, Hidden, Imitation}
}

// Span is one finding: the bytes [Start, End) of the text.
type Span struct {
	Kind  string `json:"kind"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

var (
	secretPrefix = regexp.MustCompile(`\b(?:sk-[A-Za-z0-9_-]{20,}|sk_(?:live|test)_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,}|glpat-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})|-----BEGIN [A-Z ]*PRIVATE KEY-----`)
	secretNamed  = regexp.MustCompile(`(?i)\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|token)["']?\s*[:=]\s*["']?([^\s"',;]{8,})`)
	tokenForm    = regexp.MustCompile(`[A-Za-z0-9+/_=-]{32,}`)
	cardForm     = regexp.MustCompile(`\b[2-6][0-9](?:[ -]?[0-9]){11,17}\b`)
	ibanForm     = regexp.MustCompile(`(?i)\b[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]){11,30}`)
	emailForm    = regexp.MustCompile(`[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z]{2,24}\b`)
	phoneForm    = regexp.MustCompile(`\+[1-9][0-9]{0,2}(?:[ ./()-]{0,2}[0-9]){7,12}\b|\(?\b[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}\b`)
	imitation    = regexp.MustCompile(`(?i)<\|(?:begin_of_text|start_header_id|end_header_id|eot_id|eom_id|python_tag|im_start|im_end|end_of_text)\|>|\[/?INST\]|<</?SYS>>|</?function(?:=|_calls?\b)|(?m)^\s*(?:system|assistant)\s*:|\{\s*"name"\s*:\s*"[^"]{1,64}"\s*,\s*"(?:parameters|arguments)"\s*:`)
)

// ids is the table of national ids: a form, and a check of the digits if there is one.
var ids = []struct {
	country string
	form    *regexp.Regexp
	valid   func(string) bool
}{
	{"us", regexp.MustCompile(`\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b`), func(s string) bool {
		return s[:3] != "000" && s[:3] != "666" && s[0] != '9' && s[4:6] != "00" && s[7:] != "0000"
	}},
	{"es", regexp.MustCompile(`\b[0-9XYZ][0-9]{7}-?[A-Z]\b`), func(s string) bool {
		s = strings.ReplaceAll(s, "-", "")
		n := 0
		for i, c := range s[:8] {
			if i == 0 && c >= 'X' {
				c = c - 'X' + '0'
			}
			n = n*10 + int(c-'0')
		}
		return "TRWAGMYFPDXBNJZSQVHLCKE"[n%23] == s[8]
	}},
	{"gb", regexp.MustCompile(`\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b`), nil},
	{"fr", regexp.MustCompile(`\b[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\b`), func(s string) bool {
		d := digitsOf(s)
		n := 0
		for _, c := range d[:13] {
			n = (n*10 + int(c-'0')) % 97
		}
		return 97-n == int(d[13]-'0')*10+int(d[14]-'0')
	}},
	{"br", regexp.MustCompile(`\b[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}\b`), func(s string) bool {
		d := digitsOf(s)
		check := func(n int) int {
			sum := 0
			for i := range n {
				sum += int(d[i]-'0') * (n + 1 - i)
			}
			return sum * 10 % 11 % 10
		}
		return check(9) == int(d[9]-'0') && check(10) == int(d[10]-'0')
	}},
}

// Find returns the findings of the given kinds (all, if none is given), in the
// order of the text and without overlaps.
func Find(text string, kinds ...string) []Span {
	var all []Span
	want := func(k string) bool { return len(kinds) == 0 || slices.Contains(kinds, k) }
	add := func(kind string, re *regexp.Regexp, ok func(string) bool) {
		if !want(kind) {
			return
		}
		for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
			if len(m) > 2 && m[2] >= 0 {
				m = m[2:4]
			}
			if m[1] > m[0] && (ok == nil || ok(text[m[0]:m[1]])) {
				all = append(all, Span{kind, m[0], m[1]})
			}
		}
	}
	add(Secret, secretPrefix, nil)
	add(Secret, secretNamed, nil)
	add(Secret, tokenForm, random)
	if want(IBAN) {
		for _, m := range ibanForm.FindAllStringIndex(text, -1) {
			if end := ibanEnd(text[m[0]:m[1]]); end > 0 {
				all = append(all, Span{IBAN, m[0], m[0] + end})
			}
		}
	}
	add(Card, cardForm, ValidCard)
	for _, id := range ids {
		add(NationalID, id.form, id.valid)
	}
	add(Email, emailForm, nil)
	add(Phone, phoneForm, nil)
	if want(Hidden) {
		all = append(all, hidden(text)...)
	}
	add(Imitation, imitation, nil)
	order := Kinds()
	slices.SortStableFunc(all, func(a, b Span) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)), cmp.Compare(a.Start, b.Start))
	})
	var out []Span
	for _, s := range all {
		if !slices.ContainsFunc(out, func(o Span) bool { return s.Start < o.End && o.Start < s.End }) {
			out = append(out, s)
		}
		if len(out) > 10_000 {
			break
		}
	}
	slices.SortFunc(out, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	return out
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// ValidCard reports whether s has 13 to 19 digits that satisfy Luhn's check.
func ValidCard(s string) bool {
	d := digitsOf(s)
	if len(d) < 13 || len(d) > 19 || strings.Count(d, d[:1]) == len(d) {
		return false
	}
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// ValidIBAN reports whether s, spaces aside, is an IBAN by its check digits (ISO 13616).
func ValidIBAN(s string) bool {
	s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	if len(s) < 15 || len(s) > 34 {
		return false
	}
	n := 0
	for _, c := range s[4:] + s[:4] {
		switch {
		case c >= '0' && c <= '9':
			n = (n*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			n = (n*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return n == 1
}

// ibanEnd returns the length of the longest IBAN that s begins with: the form may
// have taken in the words that follow it.
func ibanEnd(s string) int {
	for end := len(s); end >= 15; end-- {
		if s[end-1] != ' ' && ValidIBAN(s[:end]) {
			return end
		}
	}
	return 0
}

// random reports whether s looks like key material: mixed classes and at least 3.5
// bits of entropy a character.
func random(s string) bool {
	if len(s) > 4096 || strings.Count(s, "/") > 3 || strings.Count(s, "-") > 3 {
		return false // paths, uuids, slugs
	}
	var count [256]int
	upper, lower, digit := false, false, false
	for i := range len(s) {
		count[s[i]]++
		upper = upper || s[i] >= 'A' && s[i] <= 'Z'
		lower = lower || s[i] >= 'a' && s[i] <= 'z'
		digit = digit || s[i] >= '0' && s[i] <= '9'
	}
	h := 0.0
	for _, c := range count {
		if c > 0 {
			p := float64(c) / float64(len(s))
			h -= p * math.Log2(p)
		}
	}
	return upper && lower && digit && h >= 3.5
}

// hidden finds tag characters, direction overrides and zero-width characters; the
// joiners between letters of scripts that need them, and in emoji, are left alone.
func hidden(text string) []Span {
	var out []Span
	prev := rune(0)
	for i, r := range text {
		bad := r >= 0xE0000 && r <= 0xE007F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 ||
			r == 0x200B || r == 0x2060 || r == 0xFEFF && i > 0 || r == 0x00AD || r == 0x180E ||
			(r == 0x200C || r == 0x200D) && (prev < 0x0590 || unicode.Is(unicode.Latin, prev))
		if bad {
			end := i + len(string(r))
			if n := len(out); n > 0 && out[n-1].End == i {
				out[n-1].End = end
			} else {
				out = append(out, Span{Hidden, i, end})
			}
		}
		prev = r
	}
	return out
}
