package ask

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
)

//go:embed lexicon/choices.txt
var choicesText string

// sayings are the words for a choice: whole, or beginnings that end with a star.
var sayings = map[string][]string{}

func init() {
	for line := range strings.Lines(choicesText) {
		name, words, ok := strings.Cut(line, ": ")
		if ok && name[0] != '#' {
			for w := range strings.FieldsSeq(words) {
				sayings[name] = append(sayings[name], fold(strings.ToLower(w)))
				knowThai(strings.TrimSuffix(w, "*"))
			}
		}
	}
}

// SaysChoice reports whether a text says one of a list of choices, each in the words that
// people have for it.
func SaysChoice(choice, text string) bool {
	parts := choiceWords(choice)
	if len(parts) == 0 {
		return false
	}
	list := tokens(text)
	for _, p := range parts {
		if !slices.ContainsFunc(list, func(t token) bool { return !t.sign && saysPart(p, &t) }) {
			return false
		}
	}
	return true
}

// choiceWords cuts the name of a choice.
func choiceWords(choice string) []string {
	if len(choice) > 60 {
		return nil
	}
	if strings.ContainsFunc(choice, func(r rune) bool { return r >= '0' && r <= '9' }) {
		return strings.Fields(strings.ToLower(choice))
	}
	if up := strings.ToUpper(choice); up == choice {
		choice = strings.ToLower(choice)
	}
	return NameWords(choice)
}

func saysPart(p string, t *token) bool {
	if t.text == p || english(t.text, p) != noForm && english(t.text, p) != naming || len(p) > 3 && english(p, t.text) == done {
		return true
	}
	for _, s := range sayings[p] {
		if begin, ok := strings.CutSuffix(s, "*"); ok && strings.HasPrefix(t.fold, begin) || s == t.fold || s == t.text {
			return true
		}
	}
	return false
}

// numerals are the small numbers in words of the languages, English apart; what is an article
// too counts for nothing.
var numerals = map[lang][]string{
	de: {"null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"},
	fr: {"zéro", "-", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"},
	it: {"zero", "-", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci", "undici", "dodici"},
	es: {"cero", "-", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"},
	pt: {"zero", "-", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "onze", "doze"},
	hi: {"शून्य", "-", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ", "दस", "ग्यारह", "बारह"},
	th: {"ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า", "สิบ", "สิบเอ็ด", "สิบสอง"},
}

var numeralForms = map[string]string{"duas": "2", "zwo": "2"}

func init() {
	for _, w := range numerals[th] {
		knowThai(w)
	}
}

// SaysNumber reports whether a text has a small whole number in words of its language.
func SaysNumber(number, text string) bool {
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n > 12 {
		return false
	}
	list := tokens(text)
	l := language(list)
	for i := range list {
		if l&pt != 0 && numeralForms[list[i].text] == number {
			return true
		}
		for k, words := range numerals {
			// दो is "give", too, behind a verb
			if k&l == 0 || words[n] != list[i].text || k == hi && n == 2 && (i+1 == len(list) || i > 0 && (foreignVerb(&list[i-1], hi) || hindiHelpers[list[i-1].text])) {
				continue
			}
			return true
		}
	}
	return false
}
