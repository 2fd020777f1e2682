package grammar

import (
	"math/bits"
	"slices"
)

// inner is what an expression allows whatever follows it: the tokens that stay within it,
// and the places in the trie at which a token goes on after it. The inside of a pattern,
// or the name of a member, comes in many states of a text; these differ in what follows.
type inner struct {
	ids   []int32 // the tokens, if they are few
	set   Bitset  // or else
	worst int32   // bytes of the longest end after one of them, within the expression
	leave []int32 // trie nodes of the bytes after its end
}

type innerKey struct {
	v        *Vocab
	n        node
	follow   byteMask
	measured bool // worst is known
}

// maxInner bounds the bytes of the inners kept for one grammar.
const maxInner = 8 << 20

// byteMask is a set of bytes.
type byteMask [4]uint64

var quoteOnly = byteMask{1 << '"'}

func (m *byteMask) add(c byte)     { m[c>>6] |= 1 << (c & 63) }
func (m byteMask) has(c byte) bool { return m[c>>6]>>(c&63)&1 == 1 }
func (m byteMask) none() bool      { return m == byteMask{} }

func (m byteMask) union(o byteMask) byteMask {
	for i, w := range o {
		m[i] |= w
	}
	return m
}

func (m byteMask) count() (n int) {
	for _, w := range m {
		n += bits.OnesCount64(w)
	}
	return n
}

// meets says that a byte of t may be in m.
func (m byteMask) meets(t byteSet) bool {
	const ctrl = 1<<0x20 - 1
	if m[0]&ctrl != 0 && t.lo&ctrlBit != 0 || m[1]>>63 != 0 && t.lo&ctrlBit != 0 {
		return true
	}
	if (m[2]|m[3]) != 0 && t.lo&(otherBit|brokenBit) != 0 {
		return true
	}
	return m[0]&t.lo&^ctrl != 0 || m[1]&t.hi != 0
}

// part adds the tokens of x and then y.
func (s *sieve) part(x, y node) {
	follow := s.b.firsts(y)
	if s.b.null(y) {
		follow = follow.union(s.follow)
	}
	after := int32(0)
	if s.limited {
		after = s.b.shortest(y)
	}
	s.partThen(x, follow, after, func() node { return y })
}

// partThen is part with a second expression that is made where tokens go on to it; it
// starts with one of the bytes of follow and takes after bytes to its end.
func (s *sieve) partThen(x node, follow byteMask, after int32, rest func() node) {
	in := s.inner(x, follow, after)
	for _, id := range in.ids {
		s.dst.Set(id)
	}
	for i, w := range in.set {
		s.dst[i] |= w
	}
	if len(in.leave) == 0 {
		return
	}
	y := rest()
	for _, i := range in.leave {
		if s.b.null(y) && s.follow.has(s.v.bytes[i]) {
			s.leave = append(s.leave, i)
		}
		s.walkOne(i, y)
	}
}

// walkOne follows the trie from node i, its own byte first, from state n. What leaves n
// is noted from there on.
func (s *sieve) walkOne(i int32, n node) {
	at := s.b.step(n, s.v.bytes[i])
	if at == none {
		return
	}
	if s.v.token[i] >= 0 && s.ends(at) {
		s.v.each(i, s.dst.Set)
	}
	if i+1 < s.v.skip[i] {
		s.walk(i+1, s.v.skip[i], s.v.depth[i]+1, at)
	}
}

// inner is what x allows where one of the bytes of follow comes after it; the rest takes
// after bytes to its end.
func (s *sieve) inner(x node, follow byteMask, after int32) *inner {
	b := s.b
	key := innerKey{s.v, x, follow, s.limited}
	in, ok := b.inners[key]
	if !ok {
		in = s.sieveInner(x, follow, far).pack()
		if b.innerBytes += 200 + 4*(cap(in.ids)+cap(in.leave)) + 8*len(in.set); b.innerBytes > maxInner {
			b.innerBytes = 0
			clear(b.inners)
		}
		if b.inners == nil {
			b.inners = map[innerKey]*inner{}
		}
		b.inners[key] = in
	}
	if !s.limited {
		return in
	}
	if int64(in.worst)+int64(after) <= int64(s.limit) {
		s.worst = max(s.worst, in.worst+after)
		return in
	}
	one := s.sieveInner(x, follow, s.limit-after)
	s.cut = s.cut || one.cut
	s.worst = max(s.worst, one.worst+after)
	return one.pack()
}

func (s *sieve) sieveInner(x node, follow byteMask, limit int32) *sieve {
	one := &sieve{b: s.b, v: s.v, dst: NewBitset(s.v.Size()), limited: s.limited, limit: limit, follow: follow}
	one.mask(x)
	return one
}

// pack makes what a sieve found small.
func (s *sieve) pack() *inner {
	slices.Sort(s.leave)
	in := &inner{worst: s.worst, leave: slices.Compact(s.leave)}
	if n := s.dst.Count(); n <= len(s.dst)/2 {
		in.ids = s.dst.IDs(make([]int32, 0, n))
	} else {
		in.set = s.dst
	}
	return in
}

// maxFollow bounds the bytes after an expression that is sieved apart from what follows.
const maxFollow = 8

// parted says that n is one expression after another, of which the second starts with few
// bytes: then few tokens go on from the first to it.
func (b *builder) parted(n node) bool {
	e := b.expr(n)
	return e.kind == kCat && b.firsts(e.kids[1]).count() <= maxFollow
}

// choice says that one of the alternatives is better sieved on its own.
func (b *builder) choice(kids []node) bool {
	for _, k := range kids {
		if kind := b.expr(k).kind; kind == kMembers || kind == kPick || kind == kRef || kind == kCat && b.parted(k) {
			return true
		}
	}
	return false
}

// firsts are the bytes that texts of n may start with, or some more.
func (b *builder) firsts(n node) byteMask {
	if f := b.expr(n).firsts; f != nil {
		return *f
	}
	var f byteMask
	e := b.expr(n)
	switch e.kind {
	case kNone, kEmpty, kLater:
	case kSwitch:
		for _, x := range e.edges {
			for c := int(x.lo); c <= int(x.hi); c++ {
				f.add(byte(c))
			}
		}
	case kCat:
		f = b.firsts(e.kids[0])
		if b.null(e.kids[0]) {
			f = f.union(b.firsts(e.kids[1]))
		}
	case kOr:
		for _, k := range e.kids {
			f = f.union(b.firsts(k))
		}
	case kRepeat, kAvoid, kExcept:
		f = b.firsts(e.kids[0])
	case kPick:
		f = b.firsts(e.kids[1])
	case kTag: // what separates members, and brackets
		for _, c := range []byte(",}])\n") {
			f.add(c)
		}
	case kRef:
		f = b.firsts(b.refs[e.min])
	case kMembers:
		s := e.data.(memberState)
		if _, written := s.missing(-1); written+s.others == 0 {
			f = b.firsts(b.open(n))
			break
		}
		f.add(',')
		f.add('\n')
		f.add(s.rule.close)
	default:
		for c := range 256 {
			f.add(byte(c))
		}
	}
	b.expr(n).firsts = &f
	return f
}
