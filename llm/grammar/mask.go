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
		if m.at.depth > maxNest || m.Runaway() {
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
// a string, and those that close it, by what follows the quote. Of other expressions the
// part that does not depend on what follows is made once too, see inner.
type sieve struct {
	b   *builder
	v   *Vocab
	dst Bitset

	limited bool // tokens must leave an end within limit bytes
	limit   int32
	cut     bool  // one was left out for that
	worst   int32 // the longest end after a token that was not

	follow byteMask // bytes that may follow the expression
	leave  []int32  // trie nodes of such a byte after a whole text of it

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
	e := s.b.expr(n)
	switch e.kind {
	case kRef:
		s.mask(s.b.refs[e.min])
		return
	case kMembers:
		s.mask(s.b.open(n))
		return
	case kPick:
		s.maskPick(e)
		return
	case kOr:
		if s.b.choice(e.kids) {
			for _, k := range e.kids {
				if kind := s.b.expr(k).kind; kind == kCat || kind == kMembers || kind == kPick || kind == kRef {
					s.mask(k)
				} else {
					s.part(k, empty) // in a set of its own: near takes tokens out
				}
			}
			return
		}
	case kCat:
		if after, ok := s.b.inString(n); ok && s.follow.none() {
			body := s.b.expr(e.kids[0])
			s.inside(body.min, body.max, after)
			return
		}
		if s.b.parted(n) {
			s.part(e.kids[0], e.kids[1])
			return
		}
	case kRepeat:
		if e.kids[0] == s.b.char() && s.follow == quoteOnly {
			s.body(e.min, e.max, 0)
			s.quotes(0, int32(len(s.v.bytes)), e.min, e.max)
			return
		}
	}
	if s.follow == quoteOnly && s.b.usual(n) {
		s.near(n)
		return
	}
	s.walk(0, int32(len(s.v.bytes)), 0, n)
}

// inString says that n is the inside of a string without a pattern, and what follows
// its closing quote.
func (b *builder) inString(n node) (node, bool) {
	if e := b.expr(n); e.quoted != 0 {
		return e.after, e.quoted == 2
	}
	after, ok := b.findQuote(n)
	e := b.expr(n)
	if e.quoted = 1; ok {
		e.quoted = 2
	}
	e.after = after
	return after, ok
}

func (b *builder) findQuote(n node) (node, bool) {
	e := b.expr(n)
	if e.kind != kCat {
		return none, false
	}
	if body := b.expr(e.kids[0]); body.kind != kRepeat || body.kids[0] != b.char() {
		return none, false
	}
	q := b.expr(e.kids[1])
	if q.kind == kCat {
		q = b.expr(q.kids[0])
	}
	if q.kind != kSwitch || q.final || len(q.edges) != 1 || q.edges[0].lo != '"' || q.edges[0].hi != '"' {
		return none, false
	}
	return b.step(e.kids[1], '"'), true
}

// inside adds the tokens that fit in a string of least to most characters, and those
// that close it.
func (s *sieve) inside(least, most int32, after node) {
	quote := int32(0)
	if s.limited {
		quote = int32(min(far, 1+int64(s.b.shortest(after))))
	}
	s.body(least, most, quote)
	s.exit(least, most, after)
}

// body adds the tokens that fit in a string of least to most characters, whose end takes
// quote bytes.
func (s *sieve) body(least, most, quote int32) {
	v := s.v
	if most > maxTokenBytes && (!s.limited || least+quote+utf8.UTFMax <= s.limit) {
		s.worst = max(s.worst, least+quote+utf8.UTFMax)
		for i, w := range v.plain {
			s.dst[i] |= w
		}
		return
	}
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

// usual says that most characters lead from n to the inside of a free string.
func (b *builder) usual(n node) bool {
	hits, free := 0, b.chars()
	for _, c := range []byte("eQzJ~ 7_") {
		if b.step(n, c) == free {
			hits++
		}
	}
	return hits > 4
}

// near adds the tokens of n, most of which stay inside a free string. Where the path from
// n leads to the state that it leads to from there, all is as it is there.
func (s *sieve) near(n node) {
	free := s.b.chars()
	s.body(0, far, 0)
	v := s.v
	var inFree [256]node
	for i := int32(0); i < int32(len(v.bytes)); {
		d := v.depth[i]
		from, fromFree := n, free
		if d > 0 {
			from, fromFree = s.at[d-1], inFree[d-1]
		}
		s.leaves(from, i)
		to := s.b.step(from, v.bytes[i])
		if inFree[d] = none; fromFree != none {
			inFree[d] = s.b.step(fromFree, v.bytes[i])
		}
		switch {
		case to == inFree[d]:
			if to != none {
				s.quotes(i+1, v.skip[i], 0, far)
			}
			i = v.skip[i]
			continue
		case to == none:
			for _, id := range v.under(i) {
				s.dst.Clear(id)
			}
			i = v.skip[i]
			continue
		}
		s.at[d] = to
		s.decide(i, to)
		i++
	}
}

// quotes are the places from one trie node to another that leave the inside of a free
// string of least to most characters.
func (s *sieve) quotes(from, to, least, most int32) {
	v := s.v
	k := sort.Search(len(v.exitAt), func(k int) bool { return v.exitAt[k] >= from })
	for ; k < len(v.exitAt) && v.exitAt[k] < to; k++ {
		if n := int32(v.exitChars[k]); n >= least && n <= most {
			s.leave = append(s.leave, v.exitAt[k])
		}
	}
}

// leaves notes trie node i if its byte may follow the text that led to n.
func (s *sieve) leaves(n node, i int32) {
	if s.b.null(n) && s.follow.has(s.v.bytes[i]) {
		s.leave = append(s.leave, i)
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
		s.leaves(at, i)
		at = s.b.step(at, v.bytes[i])
		if at == none {
			i = v.skip[i]
			continue
		}
		if v.start[v.skip[i]]-v.start[i] > 16 && v.sub[i].within(s.b.loops(at)) && !(s.b.null(at) && s.follow.meets(v.sub[i])) {
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
