package detect

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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
	secretPrefix = regexp.MustCompile(`\b(?:sk-[A-Za-z0-9_-]{20,}|sk_(?:live|test)_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,}|glpat-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|shp(?:at|ss|ca)_[a-f0-9]{32}|dop_v1_[a-f0-9]{64}|pypi-[A-Za-z0-9_-]{32,}|ya29\.[A-Za-z0-9_-]{20,}|AGE-SECRET-KEY-1[A-Z0-9]{50,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})`)
	secretBlock  = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:.*?-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?`)
	secretNamed  = regexp.MustCompile(`(?i)\b(?:password|passwd|pwd|passphrase|secret|api[_-]?key|access[_-]?key|client[_-]?secret|token)["']?\s*[:=]\s*["']?([^\s"',;]{8,})|\bbearer\s+([A-Za-z0-9._~+/=-]{16,})|://[^\s/:@]{1,64}:([^\s/@]{4,})@`)
	tokenForm    = regexp.MustCompile(`[A-Za-z0-9+/_=-]{32,}`)
	cardForm     = regexp.MustCompile(`\b[2-6][0-9](?:[ .-]?[0-9]){11,17}\b`)
	ibanForm     = regexp.MustCompile(`(?i)\b[A-Z]{2}[0-9]{2}(?:[ .-]?[A-Z0-9]){11,30}`)
	domainForm   = regexp.MustCompile(`^[\pL\pN](?:[\pL\pN-]*\.)+\pL{2,24}`)
	phoneForm    = regexp.MustCompile(`\+[1-9][0-9]{0,2}(?:[ ./()-]{0,2}[0-9]){7,12}\b|\(?\b[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}\b`)
	imitation    = regexp.MustCompile(`(?i)<\|\s*(?:begin_of_text|start_header_id|end_header_id|eot_id|eom_id|python_tag|im_start|im_end|end_of_text|system|user|assistant)\s*\|>|\[/?INST\]|<</?SYS>>|</?(?:function(?:=|_calls?\b)|tool_calls?\b|system>|assistant>)|(?m)^[ \t#*>-]*(?:system|assistant|ipython)(?: (?:prompt|message))?\s*:|\{\s*"name"\s*:\s*"[^"]{1,64}"\s*,\s*"(?:parameters|arguments)"\s*:|\{\s*"type"\s*:\s*"function"\s*,`)
)

// Find returns the findings of the given kinds (all, if none is given), in the
// order of the text and without overlaps.
func Find(text string, kinds ...string) []Span {
	v := newView(text)
	var out []Span
	for _, kind := range Kinds() {
		if len(kinds) > 0 && !slices.Contains(kinds, kind) {
			continue
		}
		var found []Span
		add := func(start, end int) {
			if end > start {
				start, end = v.span(start, end)
				found = append(found, Span{kind, start, end})
			}
		}
		if kind == Hidden {
			found = hidden(text)
		} else {
			find(kind, v.text, add)
		}
		slices.SortFunc(found, func(a, b Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
		out = merge(out, found)
	}
	return out
}

// merge adds to spans, sorted and apart, those of found that overlap none.
func merge(spans, found []Span) []Span {
	if len(found) == 0 {
		return spans
	}
	out := make([]Span, 0, len(spans)+len(found))
	i, end := 0, 0
	for _, f := range found {
		for i < len(spans) && spans[i].End <= f.Start {
			out, i = append(out, spans[i]), i+1
		}
		if f.Start >= end && (i == len(spans) || f.End <= spans[i].Start) {
			out, end = append(out, f), f.End
		}
	}
	return append(out, spans[i:]...)
}

// find calls add for each finding of a kind.
func find(kind, text string, add func(start, end int)) {
	each := func(re *regexp.Regexp, ok func(string) bool) {
		for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
			for g := 2; g < len(m); g += 2 { // the group that matched, if there are groups
				if m[g] >= 0 {
					m[0], m[1] = m[g], m[g+1]
				}
			}
			if ok == nil || ok(text[m[0]:m[1]]) {
				add(m[0], m[1])
			}
		}
	}
	digits := func() bool { return strings.ContainsAny(text, "0123456789") }
	switch kind {
	case Secret:
		each(secretPrefix, nil)
		if strings.Contains(text, "-----BEGIN") {
			each(secretBlock, nil)
		}
		if strings.ContainsAny(text, ":=") || strings.Contains(strings.ToLower(text), "bearer") {
			each(secretNamed, nil)
		}
		each(tokenForm, random)
	case IBAN:
		if !digits() {
			return
		}
		for _, m := range ibanForm.FindAllStringIndex(text, -1) {
			if end := ibanEnd(text[m[0]:m[1]]); end > 0 {
				add(m[0], m[0]+end)
			}
		}
	case Card:
		if digits() {
			each(cardForm, ValidCard)
		}
	case NationalID:
		for i := range ids {
			if digits() {
				each(ids[i].form, ids[i].valid)
			}
		}
	case Email:
		emails(text, add)
	case Phone:
		if digits() {
			each(phoneForm, nil)
		}
	case Imitation:
		if strings.ContainsAny(text, "<[{:") { // each form has one of them
			each(imitation, nil)
		}
	}
}

// emails finds addresses from their sign outwards.
func emails(text string, add func(start, end int)) {
	last := 0
	for from := 0; ; {
		at := strings.IndexByte(text[from:], '@')
		if at < 0 {
			return
		}
		at += from
		from = at + 1
		start := at
		for start > last && at-start < 64 {
			r, w := utf8.DecodeLastRuneInString(text[last:start])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._%+-", r) {
				break
			}
			start -= w
		}
		domain := domainForm.FindString(text[at+1 : min(at+256, len(text))])
		if start < at && domain != "" {
			last = at + 1 + len(domain)
			from = last
			add(start, last)
		}
	}
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
	s = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", ".", "").Replace(s))
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
		if !strings.ContainsRune(" .-", rune(s[end-1])) && ValidIBAN(s[:end]) {
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
