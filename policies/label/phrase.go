package label

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

// Read reports whether the context has a result.
func (c *Context) Read() bool {
	for _, s := range c.sources {
		if !s.speaks() && s.Kind == FromResult {
			return true
		}
	}
	return false
}
