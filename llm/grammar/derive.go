package grammar

// step is the derivative of n by c, remembered.
func (b *builder) step(n node, c byte) node {
	e := b.expr(n)
	if e.next == nil {
		e = b.room(n)
	}
	i := e.part.of[c]
	r := e.next[i] - 1
	if r < 0 {
		r = b.derive(n, c)
	} else if e.kind != kAnd {
		return r
	}
	if e.kind == kAnd {
		r = b.living(r)
	}
	e.next[i] = r + 1
	return r
}

// room makes room for the derivatives of n.
func (b *builder) room(n node) *expr {
	p := b.partOf(n)
	b.spend(4 * len(p.reps))
	e := b.expr(n)
	e.next = make([]node, len(p.reps))
	return e
}

// reps are bytes of which one stands for each class that n tells apart.
func (b *builder) reps(n node) []byte { return b.partOf(n).reps }

func (b *builder) derive(n node, c byte) node {
	e := b.expr(n)
	b.toil(4)
	switch e.kind {
	case kSwitch:
		for _, x := range e.edges {
			if c >= x.lo && c <= x.hi {
				return x.to
			}
		}
	case kCat:
		r := b.cat2(b.step(e.kids[0], c), e.kids[1])
		if b.null(e.kids[0]) {
			return b.or(r, b.step(e.kids[1], c))
		}
		return r
	case kOr:
		var few [8]node
		list := few[:0]
		for _, k := range e.kids {
			if r := b.step(k, c); r != none {
				list = append(list, r)
			}
		}
		return b.or(list...)
	case kAnd:
		return b.meetAfter(e.kids, c) // step asks whether it is empty
	case kNot:
		return b.not(b.step(e.kids[0], c))
	case kRepeat:
		return b.cat2(b.step(e.kids[0], c), b.repeat(e.kids[0], max(0, e.min-1), less(e.max)))
	case kRef:
		return b.step(b.refs[e.min], c)
	case kMod:
		return b.stepMod(e.data.(modState), c)
	case kMembers:
		return b.step(b.open(n), c)
	case kPick:
		return b.pick(e.kids[0], b.step(e.kids[1], c))
	case kAvoid:
		return b.stepAvoid(e, c)
	case kExcept:
		return b.stepExcept(e, c)
	case kRaw:
		return b.stepRaw(e, c)
	}
	return none
}

func less(max int32) int32 {
	if max >= far {
		return max
	}
	return max - 1
}

// living is n, or none if it is an empty intersection.
func (b *builder) living(n node) node {
	e := b.expr(n)
	if e.kind != kAnd || e.checked {
		return n
	}
	if e.dead || !e.nullable && !b.some(n) {
		return none
	}
	e.checked = true
	return n
}

// some says whether an intersection holds a text: a search over its derivatives. All
// on the way to a text are marked, and all if there is none, so that they are not
// searched again.
func (b *builder) some(start node) bool {
	b.searches++
	found := []node{start}
	b.expr(start).from, b.expr(start).seen = none, b.searches
	for queue := []node{start}; len(queue) > 0; {
		n := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		p := b.partOf(n)
		b.toil(len(p.reps))
		last := none
		for i := range p.reps {
			to := b.rawStep(n, p, i)
			if to == none || to == last {
				continue
			}
			last = to
			e := b.expr(to)
			if e.dead || e.seen == b.searches {
				continue
			}
			e.seen, e.from = b.searches, n
			// Only intersections can be empty without being none.
			if b.null(to) || e.checked || e.kind != kAnd && e.kind != kNot && e.kind != kMod {
				for ; to != none; to = b.expr(to).from {
					b.expr(to).checked = true
				}
				return true
			}
			if found = append(found, to); len(found) > 20000 {
				panic(errTooLarge)
			}
			queue = append(queue, to)
		}
	}
	for _, n := range found {
		b.expr(n).dead = true
	}
	return false
}

// productive says whether every one of list has an end. Intersections have one, or they
// would be none.
func (b *builder) productive(list []node) bool {
	b.quickLen, b.quick = map[node]int32{}, true
	defer func() { b.quickLen, b.quick = nil, false }()
	for _, n := range list {
		if n == none || b.shortest(n) >= far {
			return false
		}
	}
	return true
}

// rawStep derives an intersection by a class of its bytes, without asking whether the
// result is empty. It is remembered for step, which asks.
func (b *builder) rawStep(n node, p *partition, class int) node {
	e := b.expr(n)
	if e.kind != kAnd {
		return b.step(n, p.reps[class])
	}
	if e.next == nil {
		b.room(n)
	}
	if v := e.next[class]; v != 0 {
		return v - 1
	}
	r := b.meetAfter(e.kids, p.reps[class])
	e.next[class] = r + 1
	return r
}

// meetAfter is the intersection of derivatives.
func (b *builder) meetAfter(kids []node, c byte) node {
	var few [8]node
	list := few[:0]
	for _, k := range kids {
		to := b.step(k, c)
		if to == none {
			return none
		}
		list = append(list, to)
	}
	return b.meet(list)
}

// matches says whether text is in n: the inside of a string, or a value.
func (b *builder) matches(n node, text string) bool {
	p := place{state: n}
	for p.len < len(text) && p.state != none {
		p = b.follow(p, []byte(text[:p.len+1]))
	}
	return p.state != none && b.null(p.state)
}

// shortest is the number of bytes of the shortest text of n, at most far.
func (b *builder) shortest(n node) int32 {
	if b.null(n) {
		return 0
	}
	if v, ok := b.length(n); ok {
		return v
	}
	e := b.expr(n)
	v := int32(far)
	switch e.kind {
	case kSwitch:
		for _, x := range e.edges {
			v = min(v, 1+b.shortest(x.to))
		}
	case kCat:
		v = b.shortest(e.kids[0]) + b.shortest(e.kids[1])
	case kOr:
		for _, k := range e.kids {
			v = min(v, b.shortest(k))
		}
	case kRepeat:
		v = int32(min(int64(far), int64(e.min)*int64(b.shortest(e.kids[0]))))
	case kRef:
		b.setLength(n, far) // until known
		v = b.shortest(b.refs[e.min])
		b.setLength(n, -1)
	case kMembers:
		v = b.shortestMembers(e.data.(memberState))
	case kPick:
		v = b.shortestPick(e)
	case kTag:
		v = 0
	case kLater:
		v = 1
	case kAvoid:
		return b.shortestAvoid(n)
	case kAnd, kNot, kMod, kExcept, kRaw:
		v = 1
		if !b.quick {
			return b.search(n)
		}
	}
	if v = min(v, far); v < far {
		b.setLength(n, v)
	}
	return v
}

func (b *builder) length(n node) (int32, bool) {
	if b.quick {
		v, ok := b.quickLen[n]
		return v, ok
	}
	v := b.expr(n).short
	return v - 1, v > 0
}

// setLength remembers a length; -1 forgets it.
func (b *builder) setLength(n node, v int32) {
	switch {
	case !b.quick:
		b.expr(n).short = v + 1
	case v < 0:
		delete(b.quickLen, n)
	default:
		b.quickLen[n] = v
	}
}

// search finds the shortest text of a finite-state expression, breadth first. All on
// the way to its end are remembered.
func (b *builder) search(start node) int32 {
	parent := map[node]node{start: none}
	level := []node{start}
	best, end := int32(far), none // the length by way of end
	for d := int32(1); len(level) > 0 && d < best && len(parent) < 50000; d++ {
		var next []node
		for _, n := range level {
			b.toil(len(b.reps(n)))
			last := none
			for _, c := range b.reps(n) {
				to := b.step(n, c)
				if to == none || to == last {
					continue
				}
				last = to
				rest, known := b.length(to)
				if b.null(to) {
					rest, known = 0, true
				}
				if known && d+rest < best {
					best, end = d+rest, n
				}
				if _, seen := parent[to]; !seen && !known {
					parent[to] = n
					next = append(next, to)
				}
			}
		}
		level = next
	}
	var path []node
	for n := end; n != none; n = parent[n] {
		path = append(path, n)
	}
	b.setLength(start, best)
	for i, n := range path { // the last is start
		b.setLength(n, best-int32(len(path)-1-i))
	}
	return best
}

// shortestAvoid looks at the texts that leave the prefixes.
func (b *builder) shortestAvoid(n node) int32 {
	v := int32(far)
	for _, c := range b.reps(n) {
		if to := b.step(n, c); to != none {
			v = min(v, 1+b.shortest(to))
		}
	}
	if v = min(v, far); v < far {
		b.setLength(n, v)
	}
	return v
}
