package ask

import (
	_ "embed"
	"slices"
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
	for _, t := range list {
		if last := compounded(t.text); last != "" { // Carnica-Königinnen
			first, _, _ := strings.Cut(t.text, "-")
			list = append(list, token{text: first, fold: fold(first)}, token{text: last, fold: fold(last)})
		}
	}
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

func init() {
	knowThai(countings[th].small + " " + countings[th].tens + " ร้อย พัน โหล ครึ่ง")
}
