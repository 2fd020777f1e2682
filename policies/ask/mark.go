package ask

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mark is a word of a request that may tell which of several things is meant.
type Mark struct {
	Text   string // in lower case
	Before string // the word before it
	Code   bool   // it has digits
	Side   Role   // what the words around say: "from Madrid", "मैड्रिड से"
	led    bool   // the word before is one that leads to values, and no noun
}

// Marks returns the words of a text that may tell which thing is meant: names and words that
// say what it is about, none of the act and none that every sentence has.
func Marks(text string, a *Acts) []Mark {
	list := tokens(text)
	l := language(list)
	mark(list, l)
	var out []Mark
	for i := range list {
		t := &list[i]
		if t.sign || t.within&^(speaker|others|source|target|det) != 0 && !t.capped || knownIn[t.text]&l != 0 || a.isNoun(t) {
			continue
		}
		m := Mark{Text: t.text, Code: strings.ContainsFunc(t.text, unicode.IsDigit)}
		if i > 0 {
			m.Before, m.led = list[i-1].text, list[i-1].within&^(other|letter|topic) != 0 || list[i-1].sign || slices.Contains(a.verbs, list[i-1].text)
		}
		m.Side = sideOf(list, i, l)
		name := t.capped && t.within == 0 && (i > 0 || i+1 < len(list) && list[i+1].capped) // Ben
		if !m.Code && (len(t.text) < 4 && !name || slices.Contains(a.verbs, t.text)) {
			continue
		}
		out = append(out, m)
	}
	return out
}

// sideOf is the side on which the words around say that something stands: "the return from Madrid", "मैड्रिड से".
func sideOf(words []token, i int, l lang) Role {
	if i+1 < len(words) && sidesBehind[words[i+1].text] != NoRole {
		return sidesBehind[words[i+1].text]
	}
	if i--; i > 0 && words[i].within&det != 0 {
		i--
	}
	if i < 0 {
		return NoRole
	}
	if l == es || l == it || l == fr {
		switch words[i].text {
		case "a", "à", "al":
			return To
		}
	}
	return sidesBefore[words[i].text]
}

// sidesBefore and sidesBehind say where something comes from or goes to; "de" may mean anything.
var (
	sidesBefore = map[string]Role{"from": From, "von": From, "vom": From, "aus": From, "depuis": From, "desde": From, "da": From, "dal": From, "dalla": From, "จาก": From,
		"to": To, "nach": To, "zum": To, "zur": To, "vers": To, "hacia": To, "para": To, "ถึง": To}
	sidesBehind = map[string]Role{"से": From, "तक": To}
)

// Suits reports whether what a tool calls by a name may be what the word means: no "from Madrid" is where a flight goes to.
func (m Mark) Suits(name string) bool {
	r := RoleOf(name)
	return r == NoRole || m.Side == NoRole || r == m.Side
}

// OtherSide reports whether a text says a word only where something stands on another side than what is called by a name:
// "from Madrid" does not say the Madrid to which a flight goes.
func OtherSide(text, word, name string) bool {
	side := RoleOf(name)
	if side == NoRole {
		return false
	}
	list := tokens(text)
	l := language(list)
	mark(list, l)
	other := false
	for i := range list {
		if list[i].text != strings.ToLower(word) {
			continue
		}
		if r := sideOf(list, i, l); r == NoRole || r == side {
			return false
		}
		other = true
	}
	return other
}

// In reports whether a text has the word, or its plural or its singular.
func (m Mark) In(text string) bool {
	one := func(w string) string {
		if w = strings.TrimSuffix(w, "'s"); len(w) > 4 {
			w = strings.TrimSuffix(w, "s")
		}
		return w
	}
	return slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool { return !wordRune(r) }), func(w string) bool { return one(w) == one(m.Text) || kindred(w, m.Text) })
}

// kindred reports whether two long words begin alike, as a place and who is of it do: Ethiopia,
// Ethiopian.
func kindred(a, b string) bool {
	const least, tail = 6, 3
	x, y := []rune(a), []rune(b)
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	return n >= least && max(len(x), len(y))-n <= tail && !strings.ContainsFunc(a+b, unicode.IsDigit)
}

func wordRune(r rune) bool { return scriptOf(r) > 0 || strings.ContainsRune("'-._/", r) }

// Named reports whether the word before says what a tool calls by a name: "bench 7".
func (m Mark) Named(name string) bool {
	return slices.ContainsFunc(NameWords(name), func(w string) bool { return w == m.Before || w == strings.TrimSuffix(m.Before, "s") })
}

// Noun reports whether the word before names a thing, which no member of a row is called by: the 7 of
// "machine 7" may be any of its numbers.
func (m Mark) Noun(names []string) bool {
	return m.Code && utf8.RuneCountInString(m.Before) > 2 && !m.led && !slices.ContainsFunc(names, m.Named)
}

// Numbering reports whether a name is one for the number that things are told apart by.
func Numbering(name string) bool {
	return slices.ContainsFunc(NameWords(name), func(w string) bool { return numbering[w] })
}

var numbering = set("number no nr num id nummer numéro numero número")

// Superlative reports whether a text picks by what is most or least, and not all the others.
func Superlative(text string) bool {
	list := tokens(text)
	mark(list, language(list))
	return slices.ContainsFunc(list, func(t token) bool { return superlatives[t.text] }) &&
		!slices.ContainsFunc(list, func(t token) bool { return t.within&(keep|others|except|excepted) != 0 || t.text == "rest" })
}
