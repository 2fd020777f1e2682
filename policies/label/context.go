package label

import (
	"encoding/json"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
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
	plain  string // whose words count as words: system and user only
	folded string // letters and digits only, for results
	words  string // " w1 w2 ", for results
	values values
	echo   map[string]bool
}

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
	in := &source{Source: s, values: valuesOf(s.Text)}
	c.sources = append(c.sources, in)
	if s.Kind != FromResult && s.Label.Integrity <= User {
		in.plain = plain(s.Text)
		return
	}
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
	in.Text = "" // the indexed forms are enough
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
	switch v := value.(type) {
	case nil:
		return Origin{How: HowDefault}
	case string:
		if strings.TrimSpace(v) == "" {
			return Origin{How: HowDefault}
		}
		return c.find(v, enum)
	case bool:
		return Origin{Label: c.joined, How: HowContext}
	case json.Number:
		return c.find(v.String(), enum)
	case float64:
		return c.find(strconv.FormatFloat(v, 'f', -1, 64), enum)
	case int:
		return c.find(strconv.Itoa(v), enum)
	case int64:
		return c.find(strconv.FormatInt(v, 10), enum)
	}
	return Origin{Label: c.joined, How: HowContext}
}

// needle is a value in all the forms in which it is looked for.
type needle struct {
	plain, folded, words string
	number               float64
	isNumber, isMoment   bool
	day                  string
	minute               int
}

func newNeedle(s string) needle {
	n := needle{plain: plain(s), folded: squash(s)}
	n.words = " " + strings.Join(words(s), " ") + " "
	if f, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil && !strings.ContainsAny(s, "xXpPnN_") {
		n.number, n.isNumber = f, true
	}
	n.day, n.minute, n.isMoment = moment(strings.TrimSpace(s))
	return n
}

func (c *Context) find(s string, enum bool) Origin {
	n := newNeedle(s)
	var own, all Origin
	var isOwn, found, untrusted bool
	for _, src := range c.sources {
		if src.plain != "" || src.Kind != FromResult && src.Label.Integrity <= User {
			if src.says(n) {
				if !isOwn || src.Label.Integrity > own.Label.Integrity {
					own.Label = own.Label.Join(src.Label)
				}
				own.How, isOwn = HowUser, true
				own.Sources = append(own.Sources, src.ID)
			}
			continue
		}
		if !src.holds(n) {
			continue
		}
		found = true
		all.Label = all.Label.Join(src.Label)
		all.Sources = append(all.Sources, src.ID)
		if src.Label.Integrity == Untrusted && !src.echo[n.folded] {
			untrusted = true
		}
	}
	switch {
	case isOwn && (!untrusted || enum):
		return own
	case found:
		all.How = HowResult
		if isOwn {
			return all.Join(own)
		}
		return all
	}
	return Origin{Label: c.joined, How: HowContext}
}

// says reports whether the user's (or system's) words contain the whole value.
func (s *source) says(n needle) bool {
	if n.isNumber {
		return s.values.numbers[n.number]
	}
	if n.isMoment && s.values.has(n.day, n.minute) {
		return true
	}
	for from := 0; n.plain != ""; {
		i := strings.Index(s.plain[from:], n.plain)
		if i < 0 {
			return false
		}
		i += from
		if boundary(s.plain, i, true) && boundary(s.plain, i+len(n.plain), false) {
			return true
		}
		from = i + 1
	}
	return false
}

// boundary reports whether a word ends at i: "corp.com" is no word of its own in
// "bob@corp.com.example", nor "a.txt" in "dir/a.txt".
func boundary(s string, i int, start bool) bool {
	var near, far rune
	if start {
		if i == 0 {
			return true
		}
		var w int
		near, w = utf8.DecodeLastRuneInString(s[:i])
		far, _ = utf8.DecodeLastRuneInString(s[:i-w])
		if i-w == 0 {
			far = ' '
		}
	} else {
		if i == len(s) {
			return true
		}
		var w int
		near, w = utf8.DecodeRuneInString(s[i:])
		far, _ = utf8.DecodeRuneInString(s[i+w:])
		if i+w == len(s) {
			far = ' '
		}
	}
	if wordRune(near) || unicode.Is(unicode.Cf, near) || unicode.Is(unicode.Mn, near) {
		return false
	}
	return !strings.ContainsRune(`@./\-_:+%?&=#~$`, near) || !wordRune(far) && (start || far != '/')
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// holds reports whether a result contains anything that could be the value.
func (s *source) holds(n needle) bool {
	if n.isNumber && s.values.numbers[n.number] {
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

// Prose reports whether text is the model's own wording: no run of six words of an
// untrusted result, not mostly its words in its order, and no address, account or
// link that is not the user's or a trusted tool's.
func (c *Context) Prose(text string) bool {
	if strings.ContainsAny(text, "`{}<>|\\") {
		return false // code and commands are no prose
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
		if c.find(atom, false).Label.Integrity == Untrusted {
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
