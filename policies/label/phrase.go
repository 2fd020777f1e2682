package label

import (
	"strconv"
	"strings"
)

// Phrase is a text in which values are looked for, whoever wrote it and whatever it says
// of them. It is immutable.
type Phrase struct{ own *ownText }

// NewPhrase indexes a text.
func NewPhrase(text string) *Phrase {
	own := newOwnText(text)
	own.plainly = true
	return &Phrase{own}
}

// Holds reports whether the text holds the whole value.
func (p *Phrase) Holds(value any) bool {
	n, ok := newNeedle(value)
	return ok && p.own.says(n, false) > 0
}

// Word reports whether a result of the context holds a word, or a form of it.
func (c *Context) Word(word string) bool {
	for _, s := range c.sources {
		if s.speaks() {
			continue
		}
		if strings.Contains(s.words, " "+word+" ") || s.holdsForm(word) {
			return true
		}
	}
	return false
}

// Read reports whether the context has a result.
func (c *Context) Read() bool {
	for _, s := range c.sources {
		if !s.speaks() && s.Kind == FromResult {
			return true
		}
	}
	return false
}

// AnyNumber reports whether a number of a result is as wanted, names of things apart.
func (c *Context) AnyNumber(wanted func(float64) bool) bool {
	for _, s := range c.sources {
		if s.speaks() {
			continue
		}
		ids := map[string]bool{}
		if s.leaves != nil {
			for _, l := range s.leaves.all {
				if idPath(l.path) {
					ids[l.number] = true
				}
			}
		}
		for n := range s.values.numbers {
			if f, err := strconv.ParseFloat(n, 64); err == nil && !ids[n] && wanted(f) {
				return true
			}
		}
	}
	return false
}

// holdsForm reports whether the source holds a form of a word.
func (s *source) holdsForm(word string) bool {
	for w := range strings.FieldsSeq(s.words) {
		if form(w, word) || form(word, w) && len(w) > 3 {
			return true
		}
	}
	return false
}
