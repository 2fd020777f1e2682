package grammar

import (
	"hash/maphash"
	"math/bits"
)

// Expressions lie in pages, so that making one moves no other, and are found by a table of
// their numbers: what tells them apart is what they hold. Their lists are cut from rooms
// that hold no pointers, so the collector has little to look at.

const (
	pageBits = 7
	pageSize = 1 << pageBits
	roomSize = 1 << 10 // of edges and of numbers
)

type page [pageSize]expr

// expr is expression n. It stays where it is.
func (b *builder) expr(n node) *expr { return &b.pages[n>>pageBits][n&(pageSize-1)] }

// add puts an expression behind the others.
func (b *builder) add(e expr) node {
	if b.count&(pageSize-1) == 0 && int(b.count>>pageBits) == len(b.pages) {
		b.pages = append(b.pages, new(page))
	}
	n := b.count
	b.count++
	*b.expr(n) = e
	return n
}

var seed = maphash.MakeSeed()

// mix is a multiplication of which both halves count.
func mix(h, x uint64) uint64 {
	hi, lo := bits.Mul64(h^x, 0x9e3779b97f4a7c15)
	return hi ^ lo
}

func hash(e *expr, edges []edge, kids []node, extra string) uint32 {
	h := mix(uint64(e.kind)+1, uint64(uint32(e.min))|uint64(uint32(e.max))<<32)
	if e.final {
		h = mix(h, 0x51)
	}
	for _, x := range edges {
		h = mix(h, uint64(x.lo)|uint64(x.hi)<<8|uint64(uint32(x.to))<<16)
	}
	for _, k := range kids {
		h = mix(h, uint64(uint32(k))|1<<40)
	}
	if extra != "" {
		h = mix(h, maphash.String(seed, extra))
	}
	return uint32(h ^ h>>32)
}

// slot is a place in the table: a number, or none, with its hash.
type slot struct {
	n    node
	hash uint32
}

// intern gives the number of the expression with these lists, which are copied; extra
// tells apart what the fields do not.
func (b *builder) intern(e expr, edges []edge, kids []node, extra string) node {
	h := hash(&e, edges, kids, extra)
	mask := uint32(len(b.slots) - 1)
	i := h & mask
	for ; b.slots[i].n != none; i = (i + 1) & mask {
		if b.slots[i].hash == h && b.same(b.slots[i].n, &e, edges, kids, extra) {
			return b.slots[i].n
		}
	}
	b.spend(exprBytes + 20 + 20*len(edges) + 12*len(kids) + 2*len(extra))
	for _, x := range edges {
		b.use(x.to)
	}
	for _, x := range kids {
		b.use(x)
	}
	e.edges, e.kids = keep(&b.edgeRoom, edges), keep(&b.kidRoom, kids)
	n := b.add(e)
	if extra != "" {
		b.extras[n] = extra
	}
	b.slots[i] = slot{n, h}
	if 2*int(b.count) > len(b.slots) {
		b.place(2*len(b.slots), b.count)
	}
	return n
}

// place makes the table anew, of a size that is a power of two, with the expressions
// before n.
func (b *builder) place(size int, n node) {
	old, mask := b.slots, uint32(size-1)
	b.slots = make([]slot, size)
	for _, s := range old {
		if s.n == none || s.n >= n {
			continue
		}
		i := s.hash & mask
		for b.slots[i].n != none {
			i = (i + 1) & mask
		}
		b.slots[i] = s
	}
}

func (b *builder) same(n node, e *expr, edges []edge, kids []node, extra string) bool {
	have := b.expr(n)
	if have.kind != e.kind || have.final != e.final || have.min != e.min || have.max != e.max || len(have.edges) != len(edges) || len(have.kids) != len(kids) {
		return false
	}
	for i := range edges {
		if have.edges[i] != edges[i] {
			return false
		}
	}
	for i := range kids {
		if have.kids[i] != kids[i] {
			return false
		}
	}
	return e.data == nil || b.extras[n] == extra
}

// keep copies a list into a room.
func keep[T any](room *[]T, list []T) []T {
	if len(list) == 0 {
		return nil
	}
	if len(list) > cap(*room)-len(*room) {
		*room = make([]T, 0, max(len(list), min(roomSize, 2*cap(*room))))
	}
	at := len(*room)
	*room = append(*room, list...)
	return (*room)[at:len(*room):len(*room)]
}

// drop takes out all from n on.
func (b *builder) drop(n node) {
	pages := int(n+pageSize-1) >> pageBits
	clear(b.pages[pages:])
	b.pages = b.pages[:pages]
	if at := n & (pageSize - 1); at != 0 {
		clear(b.pages[pages-1][at:])
	}
	for k := range b.extras {
		if k >= n {
			delete(b.extras, k)
		}
	}
	b.count = n
	b.place(len(b.slots), n)
}
