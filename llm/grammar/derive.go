package grammar

// step is the derivative of n by c, remembered.
func (b *builder) step(n node, c byte) node {
	if t := b.exprs[n].next; t != nil {
		if v := t[c]; v != 0 {
			return v - 1
		}
	} else {
		b.exprs[n].next = new([256]node)
	}
	r := b.derive(n, c)
	b.exprs[n].next[c] = r + 1
	return r
}

func (b *builder) derive(n node, c byte) node {
	e := b.exprs[n]
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
		list := make([]node, 0, len(e.kids))
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
	case kBound:
		return b.stepBound(e.data.(boundState), c)
	case kObject:
		return b.step(b.open(n), c)
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
	list := make([]node, len(kids))
	for i, k := range kids {
		if list[i] = b.step(k, c); list[i] == none {
			return none
		}
	}
	return b.and(list...)
}

// some says whether an intersection holds a text: a search over its derivatives. All
// on the way to a text are marked, so that they are not searched again.
func (b *builder) some(start node) bool {
	parent := map[node]node{start: none}
	queue := []node{start}
	for len(queue) > 0 {
		n := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		last := none
		var before []node
		for c := range 256 {
			var to node
			if e := &b.exprs[n]; e.kind == kAnd {
				same := before != nil
				next := make([]node, len(e.kids))
				for i, k := range e.kids {
					next[i] = b.step(k, byte(c))
					same = same && next[i] == before[i]
				}
				before = next
				if same {
					continue
				}
				to = b.rawStep(n, byte(c))
			} else {
				to = b.step(n, byte(c))
			}
			if to == none || to == last {
				continue
			}
			last = to
			if _, ok := parent[to]; ok {
				continue
			}
			parent[to] = n
			// Only intersections can be empty without being none.
			if e := b.exprs[to]; b.null(to) || e.checked || e.kind != kAnd && e.kind != kNot && e.kind != kMod && e.kind != kBound {
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
	return false
}

// productive says whether every one of list has an end. Intersections have one, or they
// would be none.
func (b *builder) productive(list []node) bool {
	keep := b.minLen
	b.minLen, b.quick = map[node]int32{}, true
	defer func() { b.minLen, b.quick = keep, false }()
	for _, n := range list {
		if n == none || b.shortest(n) >= far {
			return false
		}
	}
	return true
}

// rawStep derives an intersection without asking whether the result is empty.
func (b *builder) rawStep(n node, c byte) node {
	e := b.exprs[n]
	if e.kind != kAnd {
		return b.step(n, c)
	}
	list := make([]node, len(e.kids))
	nullable := true
	for i, k := range e.kids {
		if list[i] = b.step(k, c); list[i] == none {
			return none
		}
	}
	list = b.flatten(kAnd, list)
	for _, k := range list {
		nullable = nullable && b.null(k)
	}
	if len(list) == 1 {
		return list[0]
	}
	return b.intern(expr{kind: kAnd, kids: list, nullable: nullable}, "")
}

// matches says whether text is in n.
func (b *builder) matches(n node, text string) bool {
	for i := 0; i < len(text) && n != none; i++ {
		n = b.step(n, text[i])
	}
	return n != none && b.null(n)
}

// shortest is the number of bytes of the shortest text of n, at most far.
func (b *builder) shortest(n node) int32 {
	if b.null(n) {
		return 0
	}
	if v, ok := b.minLen[n]; ok {
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
		b.minLen[n] = far // until known
		v = b.shortest(b.refs[e.min])
		if v >= far {
			delete(b.minLen, n)
			return far
		}
	case kObject:
		v = b.shortestObject(e.data.(objectState))
	case kAnd, kNot, kMod, kBound:
		v = 1
		if !b.quick {
			v = b.search(n)
		}
	}
	if v = min(v, far); v < far {
		b.minLen[n] = v
	}
	return v
}

// search finds the shortest text of a finite-state expression.
func (b *builder) search(start node) int32 {
	seen := map[node]bool{start: true}
	level := []node{start}
	for d := int32(1); len(level) > 0 && len(seen) < 100000; d++ {
		var next []node
		for _, n := range level {
			for c := range 256 {
				to := b.step(n, byte(c))
				if to == none || seen[to] {
					continue
				}
				if b.null(to) {
					return d
				}
				seen[to] = true
				next = append(next, to)
			}
		}
		level = next
	}
	return far
}
