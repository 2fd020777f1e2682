package grammar

// step is the derivative of n by c, remembered.
func (b *builder) step(n node, c byte) node {
	e := &b.exprs[n]
	if e.next == nil {
		e = b.room(n)
	}
	i := e.part.of[c]
	if v := e.next[i]; v != 0 {
		return v - 1
	}
	r := b.derive(n, c)
	b.exprs[n].next[i] = r + 1
	return r
}

// room makes room for the derivatives of n.
func (b *builder) room(n node) *expr {
	p := b.partOf(n)
	b.spend(4 * len(p.reps))
	e := &b.exprs[n]
	e.next = make([]node, len(p.reps))
	return e
}

// reps are bytes of which one stands for each class that n tells apart.
func (b *builder) reps(n node) []byte { return b.partOf(n).reps }

func (b *builder) derive(n node, c byte) node {
	e := b.exprs[n]
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
		return b.lookAhead(e.kids, c)
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

func (b *builder) lookAhead(kids []node, c byte) node {
	var few [8]node
	list := few[:0]
	for _, k := range kids {
		to := b.step(k, c)
		if to == none {
			return none
		}
		list = append(list, to)
	}
	return b.and(list...)
}

// some says whether an intersection holds a text: a search over its derivatives. All
// on the way to a text are marked, and all if there is none, so that they are not
// searched again.
func (b *builder) some(start node) bool {
	parent := map[node]node{start: none}
	queue := []node{start}
	for len(queue) > 0 {
		n := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		b.toil(len(b.reps(n)))
		last := none
		for _, c := range b.reps(n) {
			to := b.rawStep(n, c)
			if to == none || to == last || b.exprs[to].dead {
				continue
			}
			last = to
			if _, ok := parent[to]; ok {
				continue
			}
			parent[to] = n
			// Only intersections can be empty without being none.
			if e := b.exprs[to]; b.null(to) || e.checked || e.kind != kAnd && e.kind != kNot && e.kind != kMod {
				for ; to != none; to = parent[to] {
					b.exprs[to].checked = true
				}
				return true
			}
			if len(parent) > 20000 {
				panic(errTooLarge)
			}
			queue = append(queue, to)
		}
	}
	for n := range parent {
		b.exprs[n].dead = true
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

// rawStep derives an intersection without asking whether the result is empty.
func (b *builder) rawStep(n node, c byte) node {
	e := &b.exprs[n]
	if e.kind != kAnd {
		return b.step(n, c)
	}
	var few [8]node
	list := few[:0]
	for _, k := range e.kids {
		to := b.step(k, c)
		if to == none {
			return none
		}
		list = append(list, to)
	}
	kids := b.flatten(kAnd, list)
	nullable := true
	for _, k := range kids {
		nullable = nullable && b.null(k)
	}
	if len(kids) == 1 {
		return kids[0]
	}
	return b.intern(expr{kind: kAnd, kids: kids, nullable: nullable}, "")
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
	e := b.exprs[n]
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
	v := b.exprs[n].short
	return v - 1, v > 0
}

// setLength remembers a length; -1 forgets it.
func (b *builder) setLength(n node, v int32) {
	switch {
	case !b.quick:
		b.exprs[n].short = v + 1
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
