package label

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// The user's words pick a record by naming what only it has.

// speaks reports whether the user's words hold a leaf.
func (c *Context) speaks(l *leaf) bool {
	key := strings.TrimPrefix(l.key, "#")
	n, _ := newNeedle(key)
	return slices.ContainsFunc(c.sources, func(s *source) bool { return s.Kind == FromUser && s.speaks() && s.own.says(n, false) > 0 })
}

// named reports whether the user's words name a leaf's record: by a whole value of it,
// or by a word that is the user's own name for it, which no other record has.
func (c *Context) named(src *source, i int, w asked) bool {
	x, l := src.leaves, &src.leaves.all[i]
	if l.record == "" {
		return false
	}
	same := func(record string) bool { return record == l.record || strings.HasPrefix(record, l.record+"/") }
	for record, row := range x.byRow {
		if !same(record) {
			continue
		}
		for _, j := range row {
			if o := &x.all[j]; len(o.key) > 1 && !isKey(o.path) && c.names(x, o, same, w) {
				return true
			}
		}
	}
	return false
}

// names reports whether the user's words hold a leaf, or a word of it that is a name, and
// no other record has it at that place.
func (c *Context) names(x *leafIndex, o *leaf, same func(record string) bool, w asked) bool {
	name := o.key
	if !c.speaks(o) && !c.means(o) {
		if name = c.word(o.key); name == "" {
			return false
		}
	}
	if n, _ := newNeedle(strings.TrimPrefix(name, "#")); len(w.acts) > 0 && c.speaks(o) && len(w.kind) > 0 && !c.sentence(func(t *ownText) bool { return t.says(n, false) > 0 && t.asks(w.acts) }) && !c.followed(n, w.acts) {
		return false
	}
	return !slices.ContainsFunc(x.byPath[o.path], func(k int) bool {
		p := &x.all[k]
		return !same(p.record) && (p.key == name || name != o.key && strings.Contains(p.key, name))
	})
}

// followed reports whether the user's words name a value in one sentence, and ask for the act on it in
// the next: "Is Deserts out? Publish it."
func (c *Context) followed(n needle, acts []string) bool {
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() {
			continue
		}
		parts := s.own.sentences()
		for i := 0; i+1 < len(parts); i++ {
			if parts[i].says(n, false) > 0 && parts[i+1].asks(acts) && takesUp.MatchString(parts[i+1].plain) {
				return true
			}
		}
	}
	return false
}

var takesUp = regexp.MustCompile(`\b(?:it|that|that one|this one|him|her)\b`)

// means reports whether the user's words say a state that a leaf is, in other words or in another
// language: "die offene Rechnung" for open.
func (c *Context) means(o *leaf) bool {
	if c.Alike == nil || len(o.key) < 3 || len(o.key) > 20 {
		return false
	}
	for _, word := range c.Alike(o.key) {
		if len(word) < 4 {
			continue
		}
		for _, s := range c.sources {
			if s.Kind == FromUser && s.speaks() && s.own.inflects(word) {
				return true
			}
		}
	}
	return false
}

// inflects reports whether the words hold a word with at most two more letters, not negated.
func (t *ownText) inflects(word string) bool {
	for from := 0; ; {
		i := strings.Index(t.plain[from:], word)
		if i < 0 {
			return false
		}
		at, end := from+i, from+i+len(word)
		from = end
		for k := 0; k < 2 && end < len(t.plain) && t.plain[end] >= 'a' && t.plain[end] <= 'z'; k++ {
			end++
		}
		if (word[0] >= 0xe0 || boundary(t.plain, at, true) && boundary(t.plain, end, false)) && !negated(t.plain[:at]) {
			return true
		}
	}
}

// word returns a word of a short text that the user's words name as a name: with a
// capital letter, in quotes, or as a sign with digits.
func (c *Context) word(key string) string {
	if len(key) > 200 {
		return ""
	}
	for w := range strings.FieldsFuncSeq(key, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '.' }) {
		if len(w) < 4 || filler[w] {
			continue
		}
		n, _ := newNeedle(w)
		for _, s := range c.sources {
			if s.Kind == FromUser && s.speaks() && s.own.says(n, false) > 0 && s.own.names(w) {
				return w
			}
		}
	}
	return ""
}
