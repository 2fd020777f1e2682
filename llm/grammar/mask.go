package grammar

import (
	"sort"
	"unicode/utf8"
)

// maxNest is the depth of brackets at which a text is steered to its end: a recursive
// schema has texts deeper than any reader takes.
const maxNest = 256

// Mask sets dst, which has room for the vocabulary, to the tokens that may come next.
func (m *Matcher) Mask(dst Bitset) error { return m.mask(dst, -1) }

// MaskWithin is Mask less the tokens after which the text could not be ended in the
// budget of tokens that remains, this one included and an end-of-turn token not. It
// needs a vocabulary that has each byte as a token.
func (m *Matcher) MaskWithin(dst Bitset, remaining int) error {
	return m.mask(dst, max(remaining, 0))
}

func (m *Matcher) mask(dst Bitset, remaining int) error {
	return m.do(func() error {
		clear(dst)
		s := sieve{b: m.g.b, v: m.v, dst: dst, limit: int32(min(remaining-1, far-1)), limited: remaining >= 0}
		if m.at.depth > maxNest || m.runaway() {
			if end := s.b.shortest(m.at.state) - 1; !s.limited || end < s.limit {
				s.limit, s.limited = end, true
			}
		}
		key := maskKey{m.v, m.at.state}
		if have, ok := m.g.masks[key]; ok && (!s.limited || have.worst >= 0 && have.worst <= s.limit) {
			copy(dst, have.set)
			return nil
		}
		s.mask(m.at.state)
		if !s.cut {
			worst := int32(-1)
			if s.limited {
				worst = s.worst
			}
			m.g.keep(key, dst, worst)
		}
		return nil
	})
}

// keep remembers a mask.
func (g *Grammar) keep(key maskKey, set Bitset, worst int32) {
	if len(g.masks) >= maxMasks {
		clear(g.masks)
	}
	g.masks[key] = cachedMask{append(Bitset(nil), set...), worst}
}

// CallTokens sets dst to the tokens that open a call at the start of a turn and no
// text, for a threshold on the probability of calling; <|python_tag|> is one more if
// CanTag says so. It is empty if the turn must call.
func (m *Matcher) CallTokens(dst Bitset) error {
	return m.do(func() error {
		clear(dst)
		if m.g.calls == none || m.g.text == none {
			return nil
		}
		s := sieve{b: m.g.b, v: m.v, dst: dst}
		s.mask(m.g.calls)
		text := sieve{b: m.g.b, v: m.v, dst: make(Bitset, len(dst))}
		text.mask(m.g.text)
		for i, w := range text.dst {
			dst[i] &^= w
		}
		return nil
	})
}

// sieve finds the tokens that an expression allows.
//
// Most of a vocabulary is looked at only inside of strings, where nearly every token
// fits. That part is made once for the vocabulary (see Vocab.slice): the tokens inside
// a string, and those that close it, by what follows the quote. A state from which
// most tokens lead to such a string, as a key of which some are declared, starts from
// that part and walks only the tokens that lead elsewhere.
type sieve struct {
	b   *builder
	v   *Vocab
	dst Bitset

	limited bool // tokens must leave an end within limit bytes
	limit   int32
	cut     bool  // one was left out for that
	worst   int32 // the longest end after a token that was not

	at [256]node
}

// ends says whether tokens that lead to n leave room for an end.
func (s *sieve) ends(n node) bool {
	if !s.limited {
		return true
	}
	return s.within(s.b.shortest(n))
}

func (s *sieve) within(v int32) bool {
	if v > s.limit {
		s.cut = true
		return false
	}
	s.worst = max(s.worst, v)
	return true
}

// mask adds the tokens that n allows.
func (s *sieve) mask(n node) {
	e := s.b.exprs[n]
	if e.kind == kOr {
		for _, k := range e.kids {
			if _, ok := s.b.inString(k); ok {
				for _, k := range e.kids {
					s.also(k)
				}
				return
			}
		}
	}
	if after, ok := s.b.inString(n); ok {
		body := s.b.exprs[e.kids[0]]
		s.inside(body.min, body.max, after)
		return
	}
	if p := s.b.usual(n); p != none {
		s.near(n, p)
		return
	}
	s.walk(0, int32(len(s.v.bytes)), 0, n)
}

// also adds the tokens that n, one of several alternatives, allows. What is near a free
// string takes tokens out, so it has a set of its own.
func (s *sieve) also(n node) {
	if _, ok := s.b.inString(n); ok || s.b.usual(n) == none {
		s.mask(n)
		return
	}
	own := sieve{b: s.b, v: s.v, dst: make(Bitset, len(s.dst)), limited: s.limited, limit: s.limit}
	own.mask(n)
	for i, w := range own.dst {
		s.dst[i] |= w
	}
	s.cut, s.worst = s.cut || own.cut, max(s.worst, own.worst)
}

// inString says that n is the inside of a string without a pattern, and what follows
// its closing quote.
func (b *builder) inString(n node) (node, bool) {
	if e := &b.exprs[n]; e.quoted != 0 {
		return e.after, e.quoted == 2
	}
	after, ok := b.findQuote(n)
	e := &b.exprs[n]
	if e.quoted = 1; ok {
		e.quoted = 2
	}
	e.after = after
	return after, ok
}

func (b *builder) findQuote(n node) (node, bool) {
	e := b.exprs[n]
	if e.kind != kCat {
		return none, false
	}
	if body := b.exprs[e.kids[0]]; body.kind != kRepeat || body.kids[0] != b.char() {
		return none, false
	}
	q := b.exprs[e.kids[1]]
	if q.kind == kCat {
		q = b.exprs[q.kids[0]]
	}
	if q.kind != kSwitch || q.final || len(q.edges) != 1 || q.edges[0].lo != '"' || q.edges[0].hi != '"' {
		return none, false
	}
	return b.step(e.kids[1], '"'), true
}

// free says that n is the inside of a string of any length, and what follows it.
func (b *builder) free(n node) (node, bool) {
	after, ok := b.inString(n)
	if !ok {
		return none, false
	}
	body := &b.exprs[b.exprs[n].kids[0]]
	return after, body.min == 0 && body.max >= far
}

// inside adds the tokens that fit in a string of least to most characters.
func (s *sieve) inside(least, most int32, after node) {
	v, quote := s.v, int32(0)
	if s.limited {
		quote = int32(min(far, 1+int64(s.b.shortest(after))))
	}
	if most > maxTokenBytes && (!s.limited || least+quote+utf8.UTFMax <= s.limit) {
		s.worst = max(s.worst, least+quote+utf8.UTFMax)
		for i, w := range v.plain {
			s.dst[i] |= w
		}
	} else {
		var fit, fitPart [maxTokenBytes + 1]bool // by characters; part is left of the last
		for n := int32(1); n <= min(most, maxTokenBytes); n++ {
			end := max(0, least-n) + quote
			fit[n] = !s.limited || s.within(end)
			fitPart[n] = fit[n] && (!s.limited || s.within(end+utf8.UTFMax))
		}
		for id, chars := range v.text {
			if chars != notInside && fit[chars] && (fitPart[chars] || !v.partial.Has(int32(id))) {
				s.dst.Set(int32(id))
			}
		}
	}
	s.exit(least, most, after)
}

// exit adds the tokens that close the string: what follows the quote must fit.
func (s *sieve) exit(least, most int32, after node) {
	v := s.v
	if s.ends(after) {
		if least == 0 && most >= maxTokenBytes {
			for i, w := range v.closing {
				s.dst[i] |= w
			}
		} else {
			s.exits(v.tails[0].tokens, least, most)
		}
	}
	var at [256]node
	for i := 1; i < len(v.tails); {
		t := &v.tails[i]
		n := after
		if t.depth > 0 {
			n = at[t.depth-1]
		}
		if n = s.b.step(n, t.c); n == none {
			i = int(t.skip)
			continue
		}
		at[t.depth] = n
		if len(t.tokens) > 0 && s.ends(n) {
			s.exits(t.tokens, least, most)
		}
		i++
	}
}

func (s *sieve) exits(list []closer, least, most int32) {
	for _, t := range list {
		if int32(t.chars) >= least && int32(t.chars) <= most {
			s.dst.Set(t.id)
		}
	}
}

// usual is the free string that most characters lead to from n, or none.
func (b *builder) usual(n node) node {
	p, hits := none, 0
	for _, c := range []byte("eQzJ~ 7_") {
		to := b.step(n, c)
		if to == none {
			continue
		}
		if _, ok := b.free(to); !ok {
			continue
		}
		if to != p {
			if hits > 0 {
				hits--
				continue
			}
			p = to
		}
		hits++
	}
	if hits < 3 {
		return none
	}
	return p
}

// near adds the tokens of n, most of which lead to the free string p. Where the path
// from n leads to the state that it leads to from p, all is as it is in p.
func (s *sieve) near(n, p node) {
	after, _ := s.b.free(p)
	s.inside(0, far, after)
	v := s.v
	var inP [256]node
	for i := int32(0); i < int32(len(v.bytes)); {
		d := v.depth[i]
		from, fromP := n, p
		if d > 0 {
			from, fromP = s.at[d-1], inP[d-1]
		}
		to := s.b.step(from, v.bytes[i])
		if fromP != none {
			inP[d] = s.b.step(fromP, v.bytes[i])
		} else {
			inP[d] = none
		}
		switch {
		case to == inP[d]:
			i = v.skip[i]
			continue
		case to == none:
			s.without(i)
			i = v.skip[i]
			continue
		}
		if v.whole[i] {
			if after, ok := s.b.free(to); ok {
				s.without(i)
				s.fromString(i, to, after)
				i = v.skip[i]
				continue
			}
		}
		s.at[d] = to
		s.decide(i, to)
		i++
	}
}

// without takes out the tokens from trie node i down.
func (s *sieve) without(i int32) {
	for _, id := range s.v.under(i) {
		s.dst.Clear(id)
	}
}

// decide sets or clears the token of trie node i, which leads to state n.
func (s *sieve) decide(i int32, n node) {
	if s.v.token[i] < 0 {
		return
	}
	if s.ends(n) {
		s.v.each(i, s.dst.Set)
	} else {
		s.v.each(i, s.dst.Clear)
	}
}

// walk follows the trie from one place to another, base bytes down, from state n.
func (s *sieve) walk(from, to int32, base uint8, n node) {
	v := s.v
	for i := from; i < to; {
		d := v.depth[i] - base
		at := n
		if d > 0 {
			at = s.at[d-1]
		}
		at = s.b.step(at, v.bytes[i])
		if at == none {
			i = v.skip[i]
			continue
		}
		if base == 0 && v.whole[i] {
			if after, ok := s.b.free(at); ok {
				s.fromString(i, at, after)
				i = v.skip[i]
				continue
			}
		}
		if v.start[v.skip[i]]-v.start[i] > 16 && v.sub[i].within(s.b.loops(at)) {
			if s.ends(at) {
				for _, id := range v.under(i) {
					s.dst.Set(id)
				}
			}
			i = v.skip[i]
			continue
		}
		s.at[d] = at
		if v.token[i] >= 0 && s.ends(at) {
			v.each(i, s.dst.Set)
		}
		i++
	}
}

// fromString adds the tokens from trie node i down, where the free string n has been
// reached after whole characters: they are those that fit from the start.
func (s *sieve) fromString(i int32, n, after node) {
	v := s.v
	if s.ends(n) {
		// After part of a character the end is a few bytes longer.
		parts := !s.limited || s.within(s.b.shortest(n)+utf8.UTFMax)
		if v.depth[i] == 0 && parts {
			for j, w := range v.first[v.bytes[i]] {
				s.dst[j] |= w
			}
		} else {
			for _, id := range v.under(i) {
				if v.text[id] != notInside && (parts || !v.partial.Has(id)) {
					s.dst.Set(id)
				}
			}
		}
	}
	from := sort.Search(len(v.exitAt), func(k int) bool { return v.exitAt[k] > i })
	for _, x := range v.exitAt[from:] {
		if x >= v.skip[i] {
			return
		}
		if v.token[x] >= 0 && s.ends(after) {
			v.each(x, s.dst.Set)
		}
		if x+1 < v.skip[x] {
			deeper := sieve{b: s.b, v: v, dst: s.dst, limited: s.limited, limit: s.limit}
			deeper.walk(x+1, v.skip[x], v.depth[x]+1, after)
			s.cut, s.worst = s.cut || deeper.cut, max(s.worst, deeper.worst)
		}
	}
}
