package ask

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
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
	if base, sign, ok := spoken.Signed(choice); ok {
		return spoken.SaysSigned(base, sign, text)
	}
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

// WithoutDeed takes the tool's own verb out of a text that seems to say one of a list of choices: "publish
// it" says nothing of "public". A verb of which the choice is a form stays: "lock" for locked.
func (a *Acts) WithoutDeed(choice, text string) string {
	if _, known := spoken.Parse("").Option(choice); known || Deed(choice) != "" {
		return text
	}
	for _, p := range choiceWords(choice) {
		for _, n := range a.named {
			if n == p || english(p, n) != noForm || english(n, p) != noForm {
				return text
			}
		}
	}
	own := Acts{stems: map[lang][]stem{}, loose: map[lang][]stem{}}
	for _, n := range a.named {
		if !generic[n] {
			own.named, own.verbs = append(own.named, n), append(own.verbs, n)
			own.mean(find(n))
		}
	}
	if len(own.named) == 0 {
		return text
	}
	list := tokens(text)
	c := clause{words: list, lang: language(list), text: text, content: len(list)}
	mark(list, c.lang)
	out := []byte(text)
	for _, v := range c.verbs(&own) {
		if c.qualifies(v) {
			continue
		}
		for i := list[v.at].at; i < list[v.at].end; i++ {
			out[i] = ' '
		}
	}
	return string(out)
}

// qualifies reports whether what may be a verb says how the thing before it is: "ponle prioridad baja".
func (c *clause) qualifies(v verb) bool {
	if v.lang&(fr|it|es|pt) == 0 || v.form != ordering || v.at == 0 || c.orders(v) {
		return false
	}
	before := &c.words[v.at-1]
	if before.sign || before.capped || before.code() || before.within != 0 || knownIn[before.text]&c.lang != 0 || foreignVerb(before, v.lang) {
		return false
	}
	i := v.at + 1
	return i >= len(c.words) || c.words[i].sign || c.words[i].within&(and|target) != 0 || ofWords[c.words[i].text] || placing[c.words[i].text]
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
	for w, l := range impossible {
		if l&th != 0 {
			knowThai(w)
		}
	}
	knowThai(countings[th].small + " " + countings[th].tens + " ร้อย พัน โหล ครึ่ง")
	knowThai("ตั้งแต่ ของ เวลา")
}
