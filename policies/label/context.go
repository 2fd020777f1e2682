package label

import (
	"hash/maphash"
	"slices"
	"strings"
)

// Kind says whose words a source holds.
type Kind string

// The kinds of sources.
const (
	FromSystem Kind = "system"
	FromUser   Kind = "user"
	FromResult Kind = "result"
)

// Source is one text of the context.
type Source struct {
	ID    string // names the source in explanations: a message, a call
	Kind  Kind
	Label Label
	Text  string

	// Today is the day on which the user said it, as 2006-01-02, if it is known.
	Today string

	// Tool and Args are the call behind a result: its tool, and the values that it was given.
	Tool string
	Args []string

	// Echo lists values that the call behind this result was given from the user's
	// own words. That the result repeats them says nothing about who chose them.
	Echo []string

	// Made lists values that the model made up and gave to the call behind this
	// result: what repeats them is the model's still.
	Made []string

	// Keys says that the texts are names which anybody may give, such as those of
	// channels: untrusted to read, and each as a whole the tool's key for a thing.
	Keys bool

	// Picked says that untrusted text may have chosen which part of what the tool
	// has is shown here, by paging or by one of a list of choices.
	Picked bool

	// PickedBy lists the values of the call that were chosen among several after
	// untrusted text was read.
	PickedBy []string
}

// source is the indexed form of a Source.
type source struct {
	Source
	own    *ownText   // of the user's and the system's words
	leaves *leafIndex // of trusted results
	folded string     // letters and digits only, for results
	words  string     // " w1 w2 ", for results
	values values     // every reading, for results
	echo   map[string]bool
	made   map[string]bool

	records []*Record // of results, for conditions
}

// speaks reports whether the source is the user's or the system's own words.
func (s *source) speaks() bool { return s.Kind != FromResult && s.Label.Integrity <= User }

// Context is the indexed text of a run. The zero Context is empty. Each text is
// indexed once, when it is added. A Context is not safe for concurrent use.
type Context struct {
	sources []*source
	joined  Label
	grams   map[uint64]struct{} // word triples of untrusted results
	seed    maphash.Seed
	figures figures // numbers of the texts

	// Alike returns the other words, of all languages, that say the same of a thing's state as one
	// does; nil is none.
	Alike func(word string) []string
}

// Add indexes one more text and raises the context's label by its label.
func (c *Context) Add(s Source) {
	if c.grams == nil {
		c.grams, c.seed = map[uint64]struct{}{}, maphash.MakeSeed()
	}
	c.joined = c.joined.Join(s.Label)
	c.figures.add(s.Text)
	in := &source{Source: s}
	in.Text = "" // the indexed forms are enough
	c.sources = append(c.sources, in)
	if in.speaks() {
		in.own = newOwnText(s.Text)
		return
	}
	if s.Label.Integrity <= Tool || s.Keys {
		in.leaves = newLeafIndex(s.Text)
	}
	if s.Kind == FromResult {
		in.records = newRecords(s.Text)
		s.Text = leaves(s.Text)
	}
	in.values = anyValues(s.Text)
	texts := append([]string{s.Text}, decoded(s.Text)...)
	var folded, joined strings.Builder
	joined.WriteByte(' ')
	for _, text := range texts {
		folded.WriteString(squash(text))
		folded.WriteByte(0)
		list := words(text)
		for _, w := range list {
			joined.WriteString(w)
			joined.WriteByte(' ')
		}
		if s.Label.Integrity == Untrusted {
			for i := 0; i+3 <= len(list); i++ {
				c.grams[c.gram(list[i:i+3])] = struct{}{}
			}
		}
	}
	in.folded, in.words = folded.String(), joined.String()
	in.echo, in.made = squashed(s.Echo), squashed(s.Made)
}

func squashed(list []string) map[string]bool {
	out := map[string]bool{}
	for _, s := range list {
		out[squash(s)] = true
	}
	return out
}

func (c *Context) gram(w []string) uint64 {
	var h maphash.Hash
	h.SetSeed(c.seed)
	for _, s := range w {
		h.WriteString(s)
		h.WriteByte(0)
	}
	return h.Sum64()
}

// Raise joins a label into the context's without any text: what stays of a text
// that was compacted away, or of a value that is behind a handle.
func (c *Context) Raise(l Label) { c.joined = c.joined.Join(l) }

// Label returns the joined label of everything in the context.
func (c *Context) Label() Label { return c.joined }

// Find returns the origin of one scalar value (string, number, bool or nil). With
// enum, the value is one of a few that the schema lists: the user's naming it is
// then enough, for no text could have suggested a value outside the list.
func (c *Context) Find(value any, enum bool) Origin {
	if s, ok := value.(string); value == nil || ok && strings.TrimSpace(s) == "" {
		return Origin{How: HowDefault}
	}
	n, ok := newNeedle(value)
	if !ok {
		return c.Made()
	}
	return c.find(n, enum)
}

// FindNumber is [Context.Find] for a value that is no name of a thing: that a tool gave
// a thing that number says nothing of it as an amount.
func (c *Context) FindNumber(value any, enum bool) Origin {
	n, ok := newNeedle(value)
	if !ok || !n.isNumber {
		return c.Find(value, enum)
	}
	n.isAmount = true
	return c.find(n, enum)
}

// Made is the origin of what the model makes up now.
func (c *Context) Made() Origin {
	return Origin{Label: c.joined.Join(Label{Integrity: Model}), How: HowMade}
}

func (c *Context) find(n needle, enum bool) Origin {
	var own, tool, theirs, alike Origin
	var isOwn, specific, isTool, isTheirs bool
	tool.Integrity = Untrusted
	for _, src := range c.sources {
		if src.speaks() {
			if src.own.says(n, enum) > 0 && src.thisYear(n) {
				own.Label = own.Label.Join(src.Label)
				own.How, isOwn = HowUser, true
				own.Sources = append(own.Sources, src.ID)
				specific = specific || !n.isText || n.isNumber || n.isMoment || src.own.specific(n.written)
			}
			continue
		}
		// A whole leaf of a trusted result has that result's trust. Anything like it, in
		// any result, carries the result's label.
		if src.leaves != nil && src.leaves.has(n) {
			l := src.Label
			if src.Keys {
				l.Integrity = Tool
			}
			if src.made[n.folded] {
				l = l.Join(Label{Integrity: Model})
			}
			best := min(tool.Integrity, l.Integrity)
			tool.Label = tool.Label.Join(l)
			tool.Integrity, isTool = best, true
			tool.Sources = append(tool.Sources, src.ID)
			continue
		}
		if !src.holds(n) {
			continue
		}
		if src.Label.Integrity < Untrusted {
			alike.Label = alike.Label.Join(src.Label)
			alike.Sources = append(alike.Sources, src.ID)
		} else if !src.echo[n.folded] {
			theirs.Label = theirs.Label.Join(src.Label)
			theirs.Sources = append(theirs.Sources, src.ID)
			isTheirs = true
		}
	}
	switch {
	case isOwn && (enum || specific || !isTheirs):
		own.Contested = isTheirs && !enum
		return own
	case isTool:
		tool.How = HowTool
		if tool.Integrity == Model {
			tool.How = HowMade
		}
		return tool
	case isTheirs:
		theirs.How = HowStranger
		if isOwn {
			return theirs.Join(own)
		}
		return theirs
	}
	made := c.Made()
	made.Label, made.Sources = made.Label.Join(alike.Label), alike.Sources
	return made
}

// Mentions returns how often the user's own words name a value that is more than a
// common word.
func (c *Context) Mentions(value any) int {
	n, ok := newNeedle(value)
	if !ok {
		return 0
	}
	count := 0
	for _, src := range c.sources {
		if src.Kind == FromUser && src.speaks() {
			if s, text := value.(string); !text || src.own.specific(s) {
				count += src.own.says(n, false)
			}
		}
	}
	return count
}

// Says reports whether the user's own words hold one of the words, or a form of it,
// where nothing negates it.
func (c *Context) Says(stems []string) bool {
	return slices.ContainsFunc(c.sources, func(s *source) bool {
		return s.Kind == FromUser && s.speaks() && s.own.asks(stems)
	})
}

// Speaks reports whether the user's own words hold the whole value.
func (c *Context) Speaks(value any) bool {
	n, ok := newNeedle(value)
	return ok && slices.ContainsFunc(c.sources, func(s *source) bool {
		return s.Kind == FromUser && s.speaks() && s.own.says(n, false) > 0
	})
}

// InOrder reports whether one source of the user's words names the values one after
// another: a list put together from scattered words is no list of the user's.
func (c *Context) InOrder(list []string) bool {
	return slices.ContainsFunc(c.sources, func(s *source) bool {
		return s.speaks() && s.own.inOrder(list)
	})
}

// holds reports whether a result contains anything that could be the value.
func (s *source) holds(n needle) bool {
	if n.isNumber && s.values.numbers[n.number] > 0 {
		return true
	}
	if n.isMoment && s.values.has(n.day, n.minute) {
		return true
	}
	if len(n.folded) >= 6 {
		return strings.Contains(s.folded, n.folded)
	}
	return n.words != "  " && strings.Contains(s.words, n.words)
}
