package ground

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// facts are the numbers and names of a sentence.
type facts struct {
	numbers []fact
	names   []fact
}

// fact is one of them as it is written, with the forms of which one must occur.
type fact struct {
	text  string
	forms []string
}

func (f *facts) empty() bool { return len(f.numbers)+len(f.names) == 0 }

// known are the numbers and words of what a sentence may rest on.
type known struct {
	numbers map[string]bool
	words   map[string]bool
	said    map[string]bool // words of the user's
}

func (k *known) add(texts []string, user bool) {
	if k.numbers == nil {
		k.numbers, k.words, k.said = map[string]bool{}, map[string]bool{}, map[string]bool{}
	}
	for _, text := range texts {
		words := wordsOf(text)
		for i, w := range words {
			f := fold(w.text)
			if user {
				k.said[f] = true
				continue
			}
			k.words[f] = true
			for part := range strings.FieldsFuncSeq(f, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				k.words[part] = true
			}
			for _, n := range numbersOf(w.text) {
				k.numbers[n], k.numbers[clock(n, w.text, after(words, i))] = true, true
			}
		}
	}
}

// missing are the facts of which no form is known.
func (f *facts) missing(k *known) []string {
	var out []string
	for _, n := range f.numbers {
		if !slices.ContainsFunc(n.forms, func(s string) bool { return k.numbers[s] || k.words[s] }) {
			out = append(out, n.text)
		}
	}
	for _, n := range f.names {
		if !slices.ContainsFunc(n.forms, func(s string) bool { return k.words[s] || k.said[s] }) {
			out = append(out, n.text)
		}
	}
	return slices.Compact(out)
}

// word is a run of letters, digits and what joins them.
type word struct {
	text  string
	first bool // of the sentence
}

// wordsOf parts a text into words: what stands between blanks, without the marks around it.
func wordsOf(text string) []word {
	var out []word
	first := true
	for f := range strings.FieldsSeq(text) {
		w := strings.TrimFunc(f, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if w != "" {
			out = append(out, word{w, first})
			first = false
		}
		if strings.HasSuffix(f, ":") {
			first = true
		}
	}
	return out
}

// after is the word behind one, folded.
func after(words []word, i int) string {
	if i+1 < len(words) {
		return fold(words[i+1].text)
	}
	return ""
}

// fold is a word without case, marks and endings of possession.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	out := b.String()
	for _, end := range []string{"'s", "’s", "'", "’"} {
		out = strings.TrimSuffix(out, end)
	}
	return out
}

// factsOf finds the numbers and names of a sentence. In German every noun has a capital, so
// there only pairs of capitals are names.
func factsOf(sentence string) facts {
	var f facts
	words := wordsOf(sentence)
	nouns := german(words)
	for i, w := range words {
		if len(w.text) > 200 {
			continue
		}
		if code(w.text) {
			f.names = append(f.names, fact{w.text, []string{fold(w.text)}})
			continue
		}
		if nums := numbersOf(w.text); len(nums) > 0 {
			for _, n := range nums {
				f.numbers = append(f.numbers, fact{w.text, []string{clock(n, w.text, after(words, i))}})
			}
			continue
		}
		if !capital(w.text) || calendar[fold(w.text)] {
			continue
		}
		beside := i+1 < len(words) && capital(words[i+1].text) && !words[i+1].first || i > 0 && capital(words[i-1].text) && !words[i-1].first
		if (w.first || nouns) && !beside || w.first && common[fold(w.text)] {
			continue
		}
		forms := []string{fold(w.text)}
		if p := parts(w.text); len(p) > 1 && slices.ContainsFunc(p, func(s string) bool { return len(s) > 1 }) {
			forms = append(forms, strings.Join(p, ""))
		}
		if s := strings.TrimSuffix(forms[0], "s"); len(s) > 3 { // a plural, or a possessive without its mark
			forms = append(forms, s)
		}
		forms = append(forms, forms[0]+"s")
		f.names = append(f.names, fact{w.text, forms})
	}
	return f
}

// parts are the letters and digits of a word, folded, between what joins them.
func parts(s string) []string {
	return strings.FieldsFunc(fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// capital reports whether a word begins with a capital and is more than one letter.
func capital(s string) bool {
	r := []rune(s)
	return len(r) > 1 && unicode.IsUpper(r[0])
}

// code reports whether a word holds letters and digits, as a number of a product does. An
// ordinal or a measure is a number.
func code(s string) bool {
	letters, digits, first := 0, 0, true
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
			if letters == 0 {
				first = false
			}
		}
	}
	return letters > 0 && digits > 0 && first
}

// numbersOf are the numbers in a word, each in one form: 1,250.50 and 1250.5 are one, and
// 09:00 is 9 and 0. A word such as "three" is its number.
func numbersOf(s string) []string {
	if n, ok := numerals[fold(s)]; ok {
		return []string{strconv.Itoa(n)}
	}
	if !strings.ContainsFunc(s, unicode.IsDigit) {
		return nil
	}
	s = strings.Map(func(r rune) rune {
		if r > 0x7F && unicode.IsDigit(r) {
			return digit(r)
		}
		return r
	}, s)
	var out []string
	for run := range strings.FieldsFuncSeq(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' && r != '\'' }) {
		run = strings.Trim(run, ".,'")
		if run == "" {
			continue
		}
		out = append(out, canonical(run))
	}
	return out
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

// mixed returns a word that has letters of several scripts which look alike.
func mixed(text string) string {
	for _, w := range wordsOf(text) {
		latin, other := false, false
		for _, r := range w.text {
			switch {
			case unicode.Is(unicode.Latin, r):
				latin = true
			case unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee):
				other = true
			}
		}
		if latin && other {
			return w.text
		}
	}
	return ""
}
