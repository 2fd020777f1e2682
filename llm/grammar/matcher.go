package grammar

import (
	"errors"
	"fmt"
	"sort"
	"sync"
)

// ErrRejected says that a token or text does not fit the grammar.
var ErrRejected = errors.New("grammar: not allowed here")

// Grammar is a compiled schema or turn. It is safe to share between goroutines.
type Grammar struct {
	mu     sync.Mutex
	b      *builder
	start  node
	tagged node // what follows <|python_tag|>, or none
	text   node // the text of a turn, or none
	calls  node // the calls of a turn, or none
	masks  map[maskKey]Bitset
}

type maskKey struct {
	v *Vocab
	n node
}

// maxMasks bounds the masks kept for one grammar (16 KiB each for 128K tokens).
const maxMasks = 256

func newGrammar(b *builder, n node) *Grammar {
	return &Grammar{b: b, start: n, masks: map[maskKey]Bitset{}}
}

// Matcher follows one text through a grammar. It belongs to one goroutine.
type Matcher struct {
	g     *Grammar
	v     *Vocab
	state node
	past  []node
}

// NewMatcher starts at the beginning.
func (g *Grammar) NewMatcher(v *Vocab) *Matcher { return &Matcher{g: g, v: v, state: g.start} }

// Clone gives a matcher in the same state.
func (m *Matcher) Clone() *Matcher {
	c := *m
	c.past = append([]node(nil), m.past...)
	return &c
}

// locked runs fn; a grammar that outgrows its limit is an error.
func (g *Grammar) locked(fn func()) (err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var none *Grammar
	defer tooLarge(&none, &err)
	fn()
	return nil
}

// Mask sets dst, which has room for the vocabulary, to the tokens that may come next.
func (m *Matcher) Mask(dst Bitset) error {
	clear(dst)
	return m.g.locked(func() {
		key := maskKey{m.v, m.state}
		if have, ok := m.g.masks[key]; ok {
			copy(dst, have)
			return
		}
		m.g.b.mask(dst, m.v, m.state)
		if len(m.g.masks) >= maxMasks {
			clear(m.g.masks)
		}
		m.g.masks[key] = append(Bitset(nil), dst...)
	})
}

// MaskWithin is Mask less the tokens after which the text could not be ended in the
// budget of tokens that remains, this one included and an end-of-turn token not. It
// needs a vocabulary that has each byte as a token.
func (m *Matcher) MaskWithin(dst Bitset, remaining int) error {
	var left int
	if err := m.g.locked(func() { left = int(m.g.b.shortest(m.state)) }); err != nil {
		return err
	}
	if remaining > 4*left+4096 && m.Mask(dst) == nil {
		// Far from the limit: one token of at most 250 bytes cannot open more than that.
		return nil
	}
	clear(dst)
	return m.g.locked(func() {
		m.g.b.walk(dst, m.v, 0, int32(len(m.v.bytes)), 0, m.state, int32(min(remaining-1, far-1)))
	})
}

// Accept goes on by a token.
func (m *Matcher) Accept(id int32) error {
	t := m.v.Bytes(id)
	if len(t) == 0 {
		return fmt.Errorf("%w: token %d", ErrRejected, id)
	}
	return m.AcceptBytes(t)
}

// AcceptTag goes on by <|python_tag|>, where a turn may open with it.
func (m *Matcher) AcceptTag() error {
	if !m.CanTag() {
		return fmt.Errorf("%w: <|python_tag|>", ErrRejected)
	}
	m.past = append(m.past, m.state)
	m.state = m.g.tagged
	return nil
}

// CanTag says whether <|python_tag|> may come next.
func (m *Matcher) CanTag() bool { return len(m.past) == 0 && m.g.tagged != none }

// AcceptBytes goes on by text, as one step for Rollback.
func (m *Matcher) AcceptBytes(text []byte) error {
	n := m.state
	err := m.g.locked(func() {
		for _, c := range text {
			if n = m.g.b.step(n, c); n == none {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	if n == none {
		return fmt.Errorf("%w: %q", ErrRejected, text)
	}
	m.past = append(m.past, m.state)
	m.state = n
	return nil
}

// Rollback takes back the last n accepted tokens.
func (m *Matcher) Rollback(n int) error {
	if n < 0 || n > len(m.past) {
		return fmt.Errorf("grammar: rollback of %d tokens of %d", n, len(m.past))
	}
	if n > 0 {
		m.state = m.past[len(m.past)-n]
		m.past = m.past[:len(m.past)-n]
	}
	return nil
}

// CanEnd says whether the text may end here.
func (m *Matcher) CanEnd() bool {
	m.g.mu.Lock()
	defer m.g.mu.Unlock()
	return m.g.b.null(m.state)
}

// MinTokensToEnd bounds from above the tokens that the shortest end takes.
func (m *Matcher) MinTokensToEnd() (int, error) {
	var n int32
	err := m.g.locked(func() { n = m.g.b.shortest(m.state) })
	return int(n), err
}

// Forced is the only continuation that the grammar allows, as far as there is one.
func (m *Matcher) Forced() ([]byte, error) {
	var out []byte
	err := m.g.locked(func() {
		for n := m.state; len(out) < 4096 && !m.g.b.null(n); {
			only, at := none, 0
			for c := range 256 {
				if to := m.g.b.step(n, byte(c)); to != none {
					if only != none {
						return
					}
					only, at = to, c
				}
			}
			if only == none {
				return
			}
			n = only
			out = append(out, byte(at))
		}
	})
	return out, err
}

// ForcedTokens is Forced as tokens. encode is the tokenizer's; the last token is left
// out, because what follows it could be written with it in one token.
func (m *Matcher) ForcedTokens(encode func(text string) []int32) ([]int32, error) {
	text, err := m.Forced()
	if err != nil || len(text) == 0 {
		return nil, err
	}
	ids := encode(string(text))
	return ids[:max(0, len(ids)-1)], nil
}

// mask adds to dst the tokens that n allows.
func (b *builder) mask(dst Bitset, v *Vocab, n node) {
	e := b.exprs[n]
	if e.kind == kOr {
		for _, k := range e.kids {
			if _, ok := b.inString(k); ok {
				for _, k := range e.kids {
					b.mask(dst, v, k)
				}
				return
			}
		}
	}
	after, ok := b.inString(n)
	if !ok {
		b.walk(dst, v, 0, int32(len(v.bytes)), 0, n, -1)
		return
	}
	body := b.exprs[e.kids[0]]
	if body.max > maxTokenBytes {
		for i, w := range v.plain {
			dst[i] |= w
		}
	} else {
		for id, chars := range v.text {
			if chars != 255 && int32(chars) <= body.max {
				dst.Set(int32(id))
			}
		}
	}
	for _, x := range v.exits {
		if int32(x.chars) >= body.min && int32(x.chars) <= body.max {
			v.add(x.at, dst.Set)
			if x.at+1 < v.skip[x.at] {
				b.walk(dst, v, x.at+1, v.skip[x.at], v.depth[x.at]+1, after, -1)
			}
		}
	}
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

// walk follows the trie from one place to another, base bytes down, from state n. With
// a limit of 0 or more, a token must leave an end within that many bytes.
func (b *builder) walk(dst Bitset, v *Vocab, from, to int32, base uint8, n node, limit int32) {
	var at [256]node
	for i := from; i < to; {
		d := v.depth[i] - base
		s := n
		if d > 0 {
			s = at[d-1]
		}
		s = b.step(s, v.bytes[i])
		if s == none {
			i = v.skip[i]
			continue
		}
		if limit < 0 && base == 0 && v.whole[i] {
			if after, ok := b.inString(s); ok {
				if body := &b.exprs[b.exprs[s].kids[0]]; body.min == 0 && body.max >= far {
					b.rest(dst, v, i, after)
					i = v.skip[i]
					continue
				}
			}
		}
		at[d] = s
		if v.token[i] >= 0 && (limit < 0 || b.shortest(s) <= limit) {
			v.add(i, dst.Set)
		}
		i++
	}
}

// rest adds the tokens from trie node i down, where the inside of a plain string has
// been reached after whole characters: they are those that fit from the start.
func (b *builder) rest(dst Bitset, v *Vocab, i int32, after node) {
	if v.depth[i] == 0 {
		for j, w := range v.first[v.bytes[i]] {
			dst[j] |= w
		}
	} else {
		for j := i; j < v.skip[i]; j++ {
			if id := v.token[j]; id >= 0 && v.text[id] != 255 {
				v.add(j, dst.Set)
			}
		}
	}
	from := sort.Search(len(v.exits), func(k int) bool { return v.exits[k].at > i })
	for _, x := range v.exits[from:] {
		if x.at >= v.skip[i] {
			return
		}
		v.add(x.at, dst.Set)
		if x.at+1 < v.skip[x.at] {
			b.walk(dst, v, x.at+1, v.skip[x.at], v.depth[x.at]+1, after, -1)
		}
	}
}
