package label

import (
	"hash/maphash"
	"regexp"
	"slices"
	"strings"
	"unicode"
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

	// Echo lists values that the call behind this result was given from the user's
	// own words. That the result repeats them says nothing about who chose them.
	Echo []string
}

// source is the indexed form of a Source.
type source struct {
	Source
	own    *ownText // for the user's, the system's and trusted tools' words
	folded string   // letters and digits only, for results
	words  string   // " w1 w2 ", for results
	values values   // every reading, for results
	echo   map[string]bool
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
}

// Add indexes one more text and raises the context's label by its label.
func (c *Context) Add(s Source) {
	if c.grams == nil {
		c.grams, c.seed = map[uint64]struct{}{}, maphash.MakeSeed()
	}
	c.joined = c.joined.Join(s.Label)
	in := &source{Source: s}
	in.Text = "" // the indexed forms are enough
	c.sources = append(c.sources, in)
	if s.Kind == FromResult {
		s.Text = leaves(s.Text)
	}
	if s.Label.Integrity <= Tool {
		in.own = newOwnText(s.Text)
	}
	if in.speaks() {
		return
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
	in.echo = map[string]bool{}
	for _, e := range s.Echo {
		in.echo[squash(e)] = true
	}
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

// How says by which rule an origin was found.
type How string

// The rules, see the package comment.
const (
	HowUser    How = "user"    // the user's (or the system's) own words
	HowResult  How = "result"  // matches at least one result
	HowContext How = "context" // made by the model: joins the context
	HowDefault How = "default" // the schema's default, or empty: says nothing
	HowHandle  How = "handle"  // a value kept out of the planner's context
)

// Origin is where a value comes from.
type Origin struct {
	Label
	How     How      `json:"how"`
	Sources []string `json:"sources,omitempty"`
}

// Join combines the origins of the parts of one argument: the weakest part names
// the rule.
func (o Origin) Join(p Origin) Origin {
	out := Origin{Label: o.Label.Join(p.Label), How: o.How}
	if p.Label.Integrity > o.Label.Integrity || p.Label.Integrity == o.Label.Integrity && rank(p.How) > rank(o.How) {
		out.How = p.How
	}
	out.Sources = append(slices.Clone(o.Sources), p.Sources...)
	slices.Sort(out.Sources)
	out.Sources = slices.Compact(out.Sources)
	return out
}

func rank(h How) int {
	return slices.Index([]How{HowDefault, HowUser, HowHandle, HowResult, HowContext}, h)
}

// Find returns the origin of one scalar value (string, number, bool or nil). With
// enum, the value is one of a few that the schema lists: the user's naming it is
// then enough, for no text could have suggested a value outside the list.
func (c *Context) Find(value any, enum bool) Origin {
	if s, ok := value.(string); value == nil || ok && strings.TrimSpace(s) == "" {
		return Origin{How: HowDefault}
	}
	n, ok := newNeedle(value)
	if !ok {
		return Origin{Label: c.joined, How: HowContext}
	}
	return c.find(n, enum)
}

func (c *Context) find(n needle, enum bool) Origin {
	var own, all Origin
	var isOwn, exact, found, untrusted bool
	for _, src := range c.sources {
		if src.speaks() {
			if src.own.says(n, enum) > 0 {
				own.Label = own.Label.Join(src.Label)
				own.How, isOwn = HowUser, true
				own.Sources = append(own.Sources, src.ID)
			}
			continue
		}
		// Exactly found in a trusted result: it may raise trust. Alike in any: it
		// carries that result's label.
		is := src.own != nil && src.own.says(n, enum) > 0
		if !is && !src.holds(n) {
			continue
		}
		exact, found = exact || is, true
		all.Label = all.Label.Join(src.Label)
		all.Sources = append(all.Sources, src.ID)
		if src.Label.Integrity == Untrusted && !src.echo[n.folded] {
			untrusted = true
		}
	}
	switch {
	case isOwn && (!untrusted || enum):
		return own
	case untrusted, exact && !isOwn:
		all.How = HowResult
		if isOwn {
			return all.Join(own)
		}
		return all
	case found: // only like something trusted
		return Origin{Label: c.joined.Join(all.Label), How: HowContext, Sources: all.Sources}
	}
	return Origin{Label: c.joined, How: HowContext}
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
		return s.own != nil && s.own.inOrder(list)
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

// code is what commands and programs hold and prose does not: brackets and pipes,
// flags, assignments, calls, shell variables.
var code = regexp.MustCompile("[`{}<>|\\\\^~]|(?:^|\\s)--?[A-Za-z]|\\$[A-Za-z(]|\\w\\(|\\w=|==|&&|;\\s*$|^#!|(?m:^\\s*(?:import|sudo|rm|curl|wget|chmod|bash|sh|eval|exec) )")

// Prose reports whether text is the model's own wording: no run of six words of an
// untrusted result, not mostly its words in its order, and no address, account or
// link that is not the user's or a trusted tool's.
func (c *Context) Prose(text string) bool {
	if code.MatchString(text) {
		return false
	}
	list := words(text)
	if len(list) < 3 {
		return false
	}
	run, longest, hits := 0, 0, 0
	for i := 0; i+3 <= len(list); i++ {
		if _, ok := c.grams[c.gram(list[i:i+3])]; ok {
			run++
			hits++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	if longest >= 4 || 2*hits >= len(list)-2 {
		return false
	}
	for _, atom := range atoms(text) {
		if c.Find(atom, false).Label.Integrity == Untrusted {
			return false
		}
	}
	return true
}

// atoms are the parts of a text that somebody could act on: whatever holds an
// address sign, a path or a host, and anything with four or more digits.
func atoms(text string) []string {
	var out []string
	for f := range strings.FieldsSeq(text) {
		f = strings.Trim(f, `.,;:!?"'()[]*`)
		digits := 0
		for _, r := range f {
			if unicode.IsDigit(r) {
				digits++
			}
		}
		dot := strings.IndexByte(f, '.')
		if strings.ContainsAny(f, "@/") || digits >= 4 || dot > 0 && dot < len(f)-2 && digits == 0 || !isASCII(f) && strings.Contains(squash(f), "http") {
			out = append(out, f)
		}
	}
	return out
}
