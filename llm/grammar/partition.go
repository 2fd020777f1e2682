package grammar

// partition divides the bytes into classes that an expression does not tell apart: its
// derivatives by the bytes of a class are one (Owens, Reppy and Turon, 2009). The
// partitions of a builder are each kept once.
type partition struct {
	of   [256]uint8 // the class of a byte, numbered by its first byte
	reps []byte     // the first byte of each class
	size []int      // how many bytes it has
}

// partitions makes and combines them.
type partitions struct {
	index    map[[256]uint8]*partition
	products map[[2]*partition]*partition
	all      *partition // one class
}

func newPartitions() *partitions {
	p := &partitions{index: map[[256]uint8]*partition{}, products: map[[2]*partition]*partition{}}
	p.all = p.make(func(byte) int { return 0 })
	return p
}

// make divides by a number for each byte.
func (ps *partitions) make(class func(c byte) int) *partition {
	p := &partition{}
	seen := map[int]uint8{}
	for c := range 256 {
		k := class(byte(c))
		id, ok := seen[k]
		if !ok {
			id = uint8(len(p.reps))
			seen[k] = id
			p.reps = append(p.reps, byte(c))
			p.size = append(p.size, 0)
		}
		p.of[c] = id
		p.size[id]++
	}
	if have, ok := ps.index[p.of]; ok {
		return have
	}
	ps.index[p.of] = p
	return p
}

// product tells apart what either does.
func (ps *partitions) product(x, y *partition) *partition {
	switch {
	case x == y || y == ps.all:
		return x
	case x == ps.all:
		return y
	}
	key := [2]*partition{x, y}
	p, ok := ps.products[key]
	if !ok {
		p = ps.make(func(c byte) int { return int(x.of[c])<<8 | int(y.of[c]) })
		ps.products[key] = p
	}
	return p
}

// partOf is the partition of n.
func (b *builder) partOf(n node) *partition {
	if p := b.expr(n).part; p != nil {
		return p
	}
	p := b.divide(n)
	b.expr(n).part = p
	return p
}

func (b *builder) divide(n node) *partition {
	e := b.expr(n)
	switch e.kind {
	case kSwitch:
		return b.parts.make(func(c byte) int {
			for i, x := range e.edges {
				if c >= x.lo && c <= x.hi {
					return i + 1
				}
			}
			return 0
		})
	case kCat:
		p := b.partOf(e.kids[0])
		if b.null(e.kids[0]) {
			p = b.parts.product(p, b.partOf(e.kids[1]))
		}
		return p
	case kOr, kAnd:
		p := b.parts.all
		for _, k := range e.kids {
			p = b.parts.product(p, b.partOf(k))
		}
		return p
	case kNot, kRepeat:
		return b.partOf(e.kids[0])
	case kRef:
		return b.partOf(b.refs[e.min])
	case kPick:
		return b.partOf(e.kids[1])
	case kMembers:
		return b.partOf(b.open(n))
	case kMod:
		return b.parts.make(func(c byte) int {
			if c >= '0' && c <= '9' || c == '.' {
				return int(c)
			}
			return 0
		})
	case kRaw:
		return b.parts.make(func(c byte) int { return int(b.stepRaw(e, c)) })
	case kAvoid, kExcept:
		return b.parts.product(b.partOf(e.kids[0]), b.opening(e.data.([]string)))
	}
	return b.parts.all
}
