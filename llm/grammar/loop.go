package grammar

import "unicode/utf8"

// byteSet is a set of ASCII bytes, and of other bytes as a whole. Control characters
// share a bit.
type byteSet struct{ lo, hi uint64 }

const (
	ctrlBit   = 1 << 0 // a byte below 0x20, or 0x7f
	otherBit  = 1 << 1 // a whole character above ASCII
	brokenBit = 1 << 2 // part of one
)

func (s *byteSet) add(c byte) {
	switch {
	case c < 0x20 || c == 0x7f:
		s.lo |= ctrlBit
	case c < 64:
		s.lo |= 1 << c
	default:
		s.hi |= 1 << (c - 64)
	}
}

func (s byteSet) within(t byteSet) bool { return s.lo&^t.lo == 0 && s.hi&^t.hi == 0 }

func (s byteSet) union(t byteSet) byteSet { return byteSet{s.lo | t.lo, s.hi | t.hi} }

// utf8Forms are the ranges of the bytes of characters above ASCII.
var utf8Forms = [][][2]byte{
	{{0xc2, 0xdf}, {0x80, 0xbf}},
	{{0xe0, 0xe0}, {0xa0, 0xbf}, {0x80, 0xbf}},
	{{0xe1, 0xec}, {0x80, 0xbf}, {0x80, 0xbf}},
	{{0xed, 0xed}, {0x80, 0x9f}, {0x80, 0xbf}},
	{{0xee, 0xef}, {0x80, 0xbf}, {0x80, 0xbf}},
	{{0xf0, 0xf0}, {0x90, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}},
	{{0xf1, 0xf3}, {0x80, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}},
	{{0xf4, 0xf4}, {0x80, 0x8f}, {0x80, 0xbf}, {0x80, 0xbf}},
}

// loops is the set of what leads from n back to n: an expression that has many is
// the inside of a string or of a text, and most tokens stay there.
func (b *builder) loops(n node) byteSet {
	if l := b.expr(n).loops; l != nil {
		return *l
	}
	var s byteSet
	ctrl := true
	for c := range byte(0x80) {
		switch back := b.step(n, c) == n; {
		case c < 0x20 || c == 0x7f:
			ctrl = ctrl && back
		case back:
			s.add(c)
		}
	}
	if ctrl {
		s.lo |= ctrlBit
	}
	if s != (byteSet{}) && b.loopsAbove(n) {
		s.lo |= otherBit
	}
	b.expr(n).loops = &s
	return s
}

// loopsAbove says that every character above ASCII leads back to n.
func (b *builder) loopsAbove(n node) bool {
	for _, form := range utf8Forms {
		if !b.leads(n, form, n) {
			return false
		}
	}
	return true
}

func (b *builder) leads(n node, form [][2]byte, to node) bool {
	if len(form) == 0 {
		return n == to
	}
	last := none
	for c := int(form[0][0]); c <= int(form[0][1]); c++ {
		next := b.step(n, byte(c))
		if next == last && last != none {
			continue
		}
		if next == none || !b.leads(next, form[1:], to) {
			return false
		}
		last = next
	}
	return true
}

// below finds, for each trie node, what its descendants' bytes are.
func (v *Vocab) below() {
	v.sub = make([]byteSet, len(v.bytes))
	var up func(from, to int32) byteSet
	up = func(from, to int32) byteSet {
		var all byteSet
		for i := from; i < to; i = v.skip[i] {
			v.sub[i] = up(i+1, v.skip[i])
			one := v.sub[i]
			if c := v.bytes[i]; c < 0x80 {
				one.add(c)
			} else {
				one.lo |= otherBit
			}
			all = all.union(one)
		}
		return all
	}
	up(0, int32(len(v.bytes)))
	// A character that a token breaks off, or starts with the rest of, is on its own.
	var path []int32
	for i := range int32(len(v.bytes)) {
		path = append(path[:v.depth[i]], i)
		if v.token[i] >= 0 && !utf8.Valid(v.tokens[v.token[i]]) {
			for _, p := range path[:len(path)-1] {
				v.sub[p].lo |= brokenBit
			}
		}
		if c := v.bytes[i]; c >= 0x80 && v.skip[i] > i+1 && !utf8.RuneStart(v.bytes[i+1]) {
			v.sub[i].lo |= brokenBit // within a character
		}
	}
}
