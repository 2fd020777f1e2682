package ground

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// facts are the numbers and names of a sentence.
type facts struct {
	numbers []fact
	names   []fact
	sums    bool // the sentence says that it adds or multiplies
}

// fact is one of them as it is written, with the forms of which one must occur.
type fact struct {
	text  string
	forms []string
	unit  string // of a number
	start bool   // of a name: it may be no name, since it begins the sentence
}

func (f *facts) empty() bool { return len(f.numbers)+len(f.names) == 0 }

// known are the numbers and words of what a sentence may rest on.
type known struct {
	numbers map[string]bool
	units   map[string]map[string]bool // of a number: those that it has somewhere, "" where it has none
	words   map[string]bool
	stems   map[string]bool // beginnings of words
	said    map[string]bool // words of the user's
}

func (k *known) add(texts []string, user bool) {
	if k.numbers == nil {
		k.numbers, k.units, k.words, k.stems, k.said = map[string]bool{}, map[string]map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	}
	for _, text := range texts {
		words := wordsOf(text)
		for _, w := range words {
			for _, f := range spellings(w.text) {
				k.stems[stem(f)] = true
				if user {
					k.said[f] = true
					continue
				}
				k.words[f] = true
				for part := range strings.FieldsFuncSeq(f, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
					k.words[part] = true
				}
				if p := parts(f); len(p) > 1 {
					k.words[strings.Join(p, "")] = true
				}
			}
		}
		if user {
			continue
		}
		for _, w := range words {
			if code(w.text) { // a part of it may be said alone
				for _, n := range numbersOf(w.text) {
					k.numbers[n] = true
				}
			}
		}
		for _, q := range quantities(words) {
			k.numbers[q.number] = true
			if k.units[q.number] == nil {
				k.units[q.number] = map[string]bool{}
			}
			k.units[q.number][q.unit] = true
			if q.hour != "" {
				k.numbers[q.hour] = true
			}
			for _, same := range q.same {
				k.numbers[same] = true
			}
		}
	}
}

// holds reports whether a number is known, with the unit if one was said of it.
func (k *known) holds(form, unit string) bool {
	if !k.numbers[form] {
		return false
	}
	units := k.units[form]
	return unit == "" || len(units) == 0 || units[unit] || units[""]
}

// stemLetters are how many letters of a word are looked at to tell whether it is another
// form of one that is known.
const stemLetters = 4

func stem(folded string) string {
	if r := []rune(folded); len(r) > stemLetters {
		return string(r[:stemLetters])
	}
	return folded
}

// missing are the facts of which no form is known.
func (f *facts) missing(k *known) []string {
	var out []string
	var have, lack []fact
	for _, n := range f.numbers {
		if slices.ContainsFunc(n.forms, func(s string) bool { return k.holds(s, n.unit) }) {
			have = append(have, n)
		} else {
			lack = append(lack, n)
		}
	}
	for more := f.sums; more; { // a sum may rest on another
		more = false
		lack = slices.DeleteFunc(lack, func(n fact) bool {
			ok := worked(n, have)
			if ok {
				have, more = append(have, n), true
			}
			return ok
		})
	}
	for _, n := range lack {
		out = append(out, n.text)
	}
	for _, n := range f.names {
		known := slices.ContainsFunc(n.forms, func(s string) bool { return k.words[s] || k.said[s] })
		if !known && !(n.start && k.stems[stem(n.forms[0])]) {
			out = append(out, n.text)
		}
	}
	return slices.Compact(out)
}

// word is a run of letters, digits and what joins them.
type word struct {
	text  string
	raw   string // with the marks around it
	first bool   // of the sentence
}

// wordsOf parts a text into words: what stands between blanks, without the marks around it.
// A sign of a unit that stands apart belongs to the number beside it.
func wordsOf(text string) []word {
	var out []word
	first, sign := true, ""
	for f := range strings.FieldsSeq(text) {
		w := strings.TrimFunc(f, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(vulgar, r)
		})
		n := len(out)
		switch {
		case w != "":
			out = append(out, word{w, sign + f, first})
			first, sign = false, ""
		case f != "%" && currency[f] == "":
			sign = ""
		case n > 0 && strings.ContainsFunc(out[n-1].text, unicode.IsDigit):
			out[n-1].raw += f
		default:
			sign = f
		}
		if strings.HasSuffix(f, ":") {
			first = true
		}
	}
	return out
}

// after is the word behind one, folded; "per cent" is one word.
func after(words []word, i int) string {
	if i+1 >= len(words) {
		return ""
	}
	next := fold(words[i+1].text)
	if next == "per" || next == "pour" || next == "por" {
		if i+2 < len(words) && strings.HasPrefix(fold(words[i+2].text), "cent") || i+2 < len(words) && fold(words[i+2].text) == "ciento" {
			return "percent"
		}
	}
	return next
}

// ligatures are letters that people also write as two, or without their stroke.
var ligatures = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// fold is a word without case, marks and endings of possession.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	out := ligatures.Replace(b.String())
	for _, end := range []string{"'s", "’s", "'", "’"} {
		out = strings.TrimSuffix(out, end)
	}
	return out
}

// factsOf finds the numbers and names of a sentence. In German every noun has a capital, so
// there only pairs of capitals are names; so they are where all words have one.
func factsOf(sentence string) facts {
	f := facts{sums: adds(sentence)}
	sentence = unnumbered(sentence)
	words := wordsOf(sentence)
	nouns, shouted := german(words), shouts(words)
	for _, q := range quantities(words) {
		if q.soft {
			continue
		}
		forms := append([]string{q.number}, q.same...)
		f.numbers = append(f.numbers, fact{text: q.text, forms: forms, unit: q.unit})
	}
	for i, w := range words {
		if len(w.text) > 200 {
			continue
		}
		if code(w.text) {
			f.names = append(f.names, fact{text: w.text, forms: []string{fold(w.text)}})
			continue
		}
		folded := fold(w.text)
		if !capital(w.text) || calendar[folded] || titles[folded] || currency[folded] != "" || numeric(w.text) || shouted {
			continue
		}
		beside := i+1 < len(words) && capital(words[i+1].text) && !words[i+1].first || i > 0 && capital(words[i-1].text) && !words[i-1].first
		start := w.first && !beside
		if start && (nouns || !subject(words, i)) || nouns && !beside || w.first && common[folded] {
			continue
		}
		forms := spellings(w.text)
		if p := parts(w.text); len(p) > 1 && slices.ContainsFunc(p, func(s string) bool { return len(s) > 1 }) {
			forms = append(forms, strings.Join(p, ""))
		}
		for _, s := range spellings(w.text) {
			if t := strings.TrimSuffix(s, "s"); len(t) > 3 { // a plural, or a possessive without its mark
				forms = append(forms, t)
			}
			forms = append(forms, s+"s")
		}
		f.names = append(f.names, fact{text: w.text, forms: forms, start: start})
	}
	return f
}

// subject reports whether the word that begins a sentence could be a name: one thing,
// without an article, that does something.
func subject(words []word, i int) bool {
	w := fold(words[i].text)
	if i+1 >= len(words) || common[w] || len(w) < 4 {
		return false
	}
	for _, end := range []string{"s", "ing", "ly", "ed", "tion", "ment", "ness", "ity", "age"} {
		if strings.HasSuffix(w, end) {
			return false
		}
	}
	next := words[i+1].text
	if capital(next) || next != strings.ToLower(next) {
		return false
	}
	return next == "is" || next == "was" || next == "has" || len(next) > 3 && (strings.HasSuffix(next, "s") || strings.HasSuffix(next, "ed"))
}

// shouts reports whether a sentence is written in capitals.
func shouts(words []word) bool {
	n := 0
	for _, w := range words {
		if strings.ToUpper(w.text) != w.text {
			return false
		}
		if strings.ContainsFunc(w.text, unicode.IsLetter) {
			n++
		}
	}
	return n > 2
}

// spellings are a word folded, and as it is written without its umlauts and ligatures.
func spellings(s string) []string {
	f := fold(s)
	out := []string{f}
	wide := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue").Replace(norm.NFC.String(strings.ToLower(s)))
	if w := fold(wide); w != f {
		out = append(out, w)
	}
	return out
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

var (
	amount   = regexp.MustCompile(`(?i)\b(?:how (?:much|many)|(?:what|which) (?:is|are|was) the (?:price|cost|charge|fee)s?|what (?:does|do|did|would|will) .{1,80} costs?)\b`)
	amounted = regexp.MustCompile(`(?i)\b(?:free|nothing|anything|none?|half|twice|double|both|unlimited|several|few|depends?|(?:do not|don't|does not|doesn't) say)\b`)
	brackets = regexp.MustCompile(`\[[^\]]*\]`)
)

// SaysNoAmount reports whether a question asks how much or how many, in English, and what
// is said has no amount in figures or words.
func SaysNoAmount(question, answer string) bool {
	text := brackets.ReplaceAllString(answer, "") // sources have numbers
	return amount.MatchString(question) && !HasNumber(text) && !amounted.MatchString(text)
}

// HasNumber reports whether a text has a number, in digits or words, or a time.
func HasNumber(text string) bool {
	words := wordsOf(text)
	for _, q := range quantities(words) {
		if !q.soft || q.number == "1" {
			return true
		}
	}
	for _, w := range words {
		if f := fold(w.text); calendar[f] || clockWords[f] != 0 || f == "midnight" || f == "weekly" || f == "daily" || f == "once" || f == "twice" {
			return true
		}
	}
	return false
}

// HasName reports whether a text has a name that does not begin it, or two words of one.
func HasName(text string) bool {
	words := wordsOf(text)
	for i, w := range words {
		if capital(w.text) && !calendar[fold(w.text)] && !common[fold(w.text)] && (!w.first || i+1 < len(words) && capital(words[i+1].text)) {
			return true
		}
	}
	return false
}
