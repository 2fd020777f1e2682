package label

import (
	"regexp"
	"strings"
	"unicode"
)

// everyForm is a quantifier with what it counts; what follows must not be a condition.
var everyForm = regexp.MustCompile(`(?:^|[ "'(])(?:every|each|all|everyone|everybody|both)(?: (?:of )?(?:the |my |our )?[a-z]+)?((?: [a-z']+)?)`)

var conditions = strings.Fields("that who whose which where older newer with without not except but over under above below more less before after from since until unread matching named called containing")

// all reports whether the words ask for all of something without a condition.
func (t *ownText) all() bool {
	for _, m := range everyForm.FindAllStringSubmatchIndex(t.plain, -1) {
		if negated(t.plain[:m[0]]) {
			continue
		}
		limited := false
		for w := range strings.FieldsSeq(t.plain[m[0]:m[1]]) {
			for _, c := range conditions {
				limited = limited || w == c
			}
		}
		if !limited {
			return true
		}
	}
	return false
}

// names reports whether a word, in lower case, stands in the text as a name: with a
// capital letter, in quotes, or with a digit or a sign in it.
func (t *ownText) names(word string) bool {
	if strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return true
	}
	low := strings.ToLower(t.text)
	if len(low) != len(t.text) {
		return false
	}
	for from := 0; ; {
		i := strings.Index(low[from:], word)
		if i < 0 {
			return false
		}
		i += from
		from = i + 1
		if !boundary(low, i, true) || !boundary(low, i+len(word), false) {
			continue
		}
		if strings.ContainsFunc(t.text[i:i+len(word)], unicode.IsUpper) {
			return true
		}
		if i > 0 && strings.ContainsRune("\"'`“«", rune(t.text[i-1])) {
			return true
		}
	}
}

// sentences returns the sentences of the words, to be asked one by one.
func (t *ownText) sentences() []*ownText {
	if t.parts != nil {
		return t.parts
	}
	out := []*ownText{}
	for s := range strings.FieldsFuncSeq(strings.NewReplacer(". ", "\n", "! ", "\n", "? ", "\n", "; ", "\n").Replace(t.lined), func(r rune) bool { return r == '\n' }) {
		out = append(out, &ownText{plain: s, lined: s, values: ownValues(s)})
	}
	t.parts = out
	return out
}
