package ask

import (
	"slices"
	"strings"
)

// A pronoun for one thing, where two of its kind were named: which of them is meant nobody can tell.

// oneOfTwo reports whether clause i takes up by a pronoun for one thing what clause j says, and that names several of the
// kind: "it's about CV-6104 and CV-6105. Please cancel it".
func (s *Said) oneOfTwo(i, j int, v Value, call *Call) bool {
	c, o := &s.clauses[i], &s.clauses[j]
	if v.Shape != Code || v.Said(c.text) || !c.takesOne() {
		return false
	}
	kind, named := pattern(strings.ToLower(v.Text)), map[string]bool{}
	for k := range o.words {
		if t := &o.words[k]; t.code() && pattern(t.text) == kind {
			named[t.text] = true
		}
	}
	return len(named) > 1 && !slices.ContainsFunc(call.Values, func(w Value) bool {
		return w.Name != v.Name && w.Shape == Code && w.Said(o.text)
	})
}

// takesOne reports whether the clause has a pronoun for one thing and none for several.
func (c *clause) takesOne() bool {
	one := false
	for i := range c.words {
		t := &c.words[i]
		if t.sign || t.quoted {
			continue
		}
		if allWords[t.text]&c.lang != 0 || c.lang == de && !t.capped && (t.text == "sie" || t.text == "die") {
			return false
		}
		next := i + 1
		switch {
		case c.lang&en != 0 && pointing[t.text] && next < len(c.words) && c.words[next].text == "one", c.lang&(it|es) != 0 && hanging(t.text) && foreignVerb(t, c.lang):
			one = true
		case singleIt[t.text]&c.lang == 0:
		case c.lang == de:
			one = one || next == len(c.words) || c.words[next].sign || !c.words[next].capped && !c.words[next].code()
		case c.lang&(fr|it|es|pt) != 0:
			_, at := proclitic(c.words, i, c.lang)
			one = one || at > i || i > 0 && c.hyphened(i-1)
		default:
			one = one || t.within&det == 0
		}
	}
	return one
}

// singleIt are pronouns for one thing.
var singleIt = wordSets["singleIt"]
