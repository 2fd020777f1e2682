package grammar

// A member of many is picked by its name. Which members were written does not change how
// a name is read, so the states of reading one are shared by all states of the object: an
// expression of each member's text with the member's tag after it, made once for the
// rule. A kPick holds such a state and what has been written. It becomes the expression
// of one member when few are left, so an object of n members takes n states for each
// member's bytes, and not n² for all that may follow.

// maxPicked is how many members are written out as alternatives.
const maxPicked = 4

// pickable says that a member may be picked if it has not been written, whatever else has.
func (r *rule) pickable() bool { return r.all != none && r.max >= far && r.proofs == 0 }

// tagged is the expression of all members of a rule with their tags.
func (b *builder) tagged(r *rule) node {
	var list []node
	for i, m := range r.members {
		if m.text != none {
			list = append(list, b.cat2(m.text, b.intern(expr{kind: kTag, min: int32(i)}, nil, nil, "")))
		}
	}
	return b.or(list...)
}

// tagOf is the member that one alternative of a tagged expression ends with, and whether
// nothing of its text is missing.
func (b *builder) tagOf(n node) (member int, whole bool) {
	whole = true
	for {
		e := b.expr(n)
		if e.kind != kCat {
			return int(e.min), whole // kTag
		}
		whole = whole && b.null(e.kids[0])
		n = e.kids[1]
	}
}

// untag puts to in the place of the tag.
func (b *builder) untag(n, to node) node {
	if e := b.expr(n); e.kind == kCat {
		return b.cat2(e.kids[0], b.untag(e.kids[1], to))
	}
	return to
}

// picks are the alternatives of a tagged expression of which the member is not written.
func (b *builder) picks(s memberState, tagged node) []node {
	list := []node{tagged}
	if e := b.expr(tagged); e.kind == kOr {
		list = e.kids
	}
	b.toil(1 + len(list)/8)
	var out []node
	for _, k := range list {
		if i, _ := b.tagOf(k); s.used[i] == 0 {
			out = append(out, k)
		}
	}
	return out
}

// pick is the tagged expression of a member that is not written in the state of n, and
// then the other members.
func (b *builder) pick(n, tagged node) node {
	if tagged == none {
		return none
	}
	s := b.expr(n).data.(memberState)
	list := b.picks(s, tagged)
	few := len(list) <= maxPicked
	for _, k := range list {
		_, whole := b.tagOf(k)
		few = few || whole
	}
	if !few {
		return b.intern(expr{kind: kPick, captures: s.wait}, nil, []node{n, tagged}, "")
	}
	for i, k := range list {
		m, _ := b.tagOf(k)
		list[i] = b.untag(k, b.memberNode(s.with(m)))
	}
	return b.or(list...)
}

// with is the state after member i.
func (s memberState) with(i int) memberState {
	used := []byte(s.used)
	used[i] = 1
	s.used = string(used)
	return s
}

// maskPick adds the tokens of each member that can be picked.
func (s *sieve) maskPick(e *expr) {
	b := s.b
	state := b.expr(e.kids[0]).data.(memberState)
	var end func(i int) int32
	if s.limited {
		end = b.endAfter(state)
	}
	for _, k := range b.picks(state, e.kids[1]) {
		i, _ := b.tagOf(k)
		x, rest := b.expr(k).kids[0], b.expr(k).kids[1]
		after := int32(0)
		if s.limited {
			after = min(far, b.shortest(rest)+end(i))
		}
		s.partThen(x, b.firsts(rest), after, func() node { return b.untag(rest, b.memberNode(state.with(i))) })
	}
}

// shortestPick is the length of the shortest end of a kPick.
func (b *builder) shortestPick(e *expr) int32 {
	s := b.expr(e.kids[0]).data.(memberState)
	end, v := b.endAfter(s), int32(far)
	for _, k := range b.picks(s, e.kids[1]) {
		i, _ := b.tagOf(k)
		v = min(v, b.shortest(k)+end(i))
	}
	return v
}

// endAfter gives the length of the shortest end after each member of a pickable rule.
func (b *builder) endAfter(s memberState) func(i int) int32 {
	need, written := s.missing(-1)
	sep := b.shortest(b.between(s.rule))
	base, needed := int64(1), make([]bool, len(s.rule.members))
	for _, i := range need {
		needed[i] = true
		base += int64(sep) + int64(b.shortest(s.rule.members[i].text))
	}
	return func(i int) int32 {
		count, v := written+s.others+len(need), base
		if needed[i] {
			v -= int64(sep) + int64(b.shortest(s.rule.members[i].text))
		} else {
			count++
		}
		if len(s.rule.members[i].needs) > 0 || count < s.rule.min || base >= far {
			return b.shortestMembers(s.with(i))
		}
		return int32(v)
	}
}
