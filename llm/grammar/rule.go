package grammar

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// A rule says what the members of an object may be, or the elements of an array whose
// elements all differ. Declared members are known by their number. Others are known by
// their text: a key, or an element that is a string. Which text was written is not in
// the expression that follows it: a [Matcher] sees the text and settles it (see
// builder.settle), so that no key comes twice.
type rule struct {
	id       int
	open     byte // the bracket, 0 for none
	close    byte
	tagged   bool // nothing stands between members
	members  []member
	others   []other
	min, max int
	all      node // all members' texts, see pick.go; or none
	proofs   int  // bits: each must be shown by a member, see someMember

	// otherLen[i] is how long the i-th shortest text of the others is, as far as min
	// can need them.
	otherLen []int32
}

// member is one declared way to go on: key, colon and value, or an element.
type member struct {
	text     node
	required bool
	needs    []int // members that must be there if this one is
	shows    []proof
}

// proof is a member written so that it shows some of the rule's proofs.
type proof struct {
	text node
	bits int
}

// other is any member that is not declared: the inside of its text with the closing
// quote, what follows it, and which proofs it shows.
type other struct {
	key, value node
	bits       int
}

// memberState is what has been written of the members.
type memberState struct {
	rule   *rule
	used   string   // a byte for each declared member: 0 or 1
	texts  []string // of the other members, sorted, each with its closing quote
	others int      // their number, the open one included
	shown  int      // the proofs
	wait   bool     // the text of the last is not settled
}

func (b *builder) memberNode(s memberState) node {
	k := binary.LittleEndian.AppendUint32(nil, uint32(s.rule.id))
	k = binary.LittleEndian.AppendUint32(k, uint32(s.others))
	k = append(k, byte(s.shown))
	k = append(k, s.used...)
	if s.wait {
		k = append(k, 2)
	}
	for _, t := range s.texts {
		k = append(k, t...)
	}
	return b.intern(expr{kind: kMembers, data: s, captures: s.wait}, nil, nil, string(k))
}

// settle says which text the waiting members end with.
func (b *builder) settle(n node, text string) node {
	e := b.expr(n)
	if !e.captures {
		return n
	}
	switch e.kind {
	case kMembers:
		s := e.data.(memberState)
		i, _ := slices.BinarySearch(s.texts, text)
		s.texts = slices.Insert(slices.Clone(s.texts), i, text)
		s.wait = false
		return b.memberNode(s)
	case kCat:
		return b.cat2(b.settle(e.kids[0], text), b.settle(e.kids[1], text))
	case kPick:
		return b.pick(b.settle(e.kids[0], text), e.kids[1])
	case kAvoid:
		return b.avoid(b.settle(e.kids[0], text), e.data.([]string))
	}
	list := make([]node, len(e.kids)) // kOr
	for i, k := range e.kids {
		list[i] = b.settle(k, text)
	}
	return b.or(list...)
}

// missing lists the members that are still needed, with member also written (or -1).
func (s memberState) missing(also int) (need []int, written int) {
	want := make([]bool, len(s.rule.members))
	has := func(i int) bool { return i == also || s.used[i] == 1 }
	var mark func(i int)
	mark = func(i int) {
		if !want[i] {
			want[i] = true
			for _, d := range s.rule.members[i].needs {
				mark(d)
			}
		}
	}
	for i, m := range s.rule.members {
		if has(i) {
			written++
		}
		if m.required || has(i) {
			mark(i)
		}
	}
	for i := range want {
		if want[i] && !has(i) {
			need = append(need, i)
		}
	}
	return need, written
}

// open is what may follow: the end, or one more member.
func (b *builder) open(n node) node {
	if v := b.expr(n).opened; v != 0 {
		return v
	}
	s := b.expr(n).data.(memberState)
	need, written := s.missing(-1)
	var list []node
	if len(need) == 0 && written+s.others >= s.rule.min && s.shown == s.rule.proofs {
		list = append(list, b.span(s.rule.close, s.rule.close, empty))
	}
	sep := empty
	if written+s.others > 0 {
		sep = b.between(s.rule)
	}
	var next []node
	members := s.rule.members
	if s.rule.pickable() {
		next, members = append(next, b.pick(n, s.rule.all)), nil
	}
	for i, m := range members {
		if s.used[i] == 1 || m.text == none {
			continue
		}
		left, all := need, written+1
		if len(m.needs) > 0 || s.rule.max < far {
			left, all = s.missing(i)
		}
		to := s.with(i)
		add := func(text node, bits int) {
			to.shown = s.shown | bits
			if all+s.others+len(left)+to.unshown() <= s.rule.max && to.provable() {
				next = append(next, b.cat2(text, b.memberNode(to)))
			}
		}
		add(m.text, 0)
		for _, p := range m.shows {
			add(p.text, p.bits)
		}
	}
	for _, o := range s.rule.others {
		to := s
		to.shown |= o.bits
		if written+s.others+1+len(need)+to.unshown() <= s.rule.max && to.provable() {
			next = append(next, b.otherMember(s, o))
		}
	}
	list = append(list, b.cat2(sep, b.or(next...)))
	r := b.or(list...)
	b.expr(n).opened = r
	return r
}

// unshown is the number of proofs that are still owed.
func (s memberState) unshown() int { return bits.OnesCount(uint(s.rule.proofs &^ s.shown)) }

// provable says that a member that may yet come can show each proof that is owed.
func (s memberState) provable() bool {
	can := s.shown
	for _, o := range s.rule.others {
		can |= o.bits
	}
	for i, m := range s.rule.members {
		if s.used[i] == 0 {
			for _, p := range m.shows {
				can |= p.bits
			}
		}
	}
	return can&s.rule.proofs == s.rule.proofs
}

// otherMember is a member that is not declared, other than those before it. While the
// text of one before it is not settled it has no end: such an expression stands only
// within one token, where a mask is made.
func (b *builder) otherMember(s memberState, o other) node {
	key := b.except(o.key, s.texts)
	to := s
	to.others++
	to.shown |= o.bits
	if s.wait {
		return b.cat(b.lit(`"`), key, b.intern(expr{kind: kLater}, nil, nil, ""))
	}
	to.wait = true
	return b.cat(b.lit(`"`), key, o.value, b.memberNode(to))
}

// comma separates two members or elements.
func (b *builder) comma() node { return b.cat2(b.lit(","), b.space()) }

// between is what stands between two members.
func (b *builder) between(r *rule) node {
	if r.tagged {
		return empty
	}
	return b.comma()
}

func (b *builder) space() node {
	if b.loose {
		return b.repeat(b.lit(" "), 0, 1)
	}
	return b.lit(" ")
}

// after is a colon and a value.
func (b *builder) after(value node) node { return b.cat(b.lit(":"), b.space(), value) }

// shortestMembers is the length of the shortest end.
func (b *builder) shortestMembers(s memberState) int32 {
	need, written := s.missing(-1)
	sep := b.shortest(b.between(s.rule))
	n := int32(1)
	add := func(v int32) { n = int32(min(int64(far), int64(n)+int64(sep)+int64(v))) }
	for _, i := range need {
		add(b.shortest(s.rule.members[i].text))
	}
	taken := make([]bool, len(s.rule.members))
	for _, i := range need {
		taken[i] = true
	}
	others := s.others
	for bit := 1; bit <= s.rule.proofs; bit <<= 1 {
		if s.rule.proofs&bit != 0 && s.shown&bit == 0 {
			by, cost := b.cheapestProof(s, bit, taken)
			switch {
			case by < 0:
				others++
				add(cost)
			case taken[by]:
				n = min(far, n+cost-b.shortest(s.rule.members[by].text))
			default:
				taken[by] = true
				need = append(need, by)
				add(cost)
			}
		}
	}
	if more := s.rule.min - written - others - len(need); more > 0 {
		for _, i := range b.cheapest(s, taken) {
			if more <= 0 {
				break
			}
			if taken[i] {
				continue
			}
			with, _ := s.missing(i)
			for _, k := range append(with, i) {
				if !taken[k] {
					taken[k] = true
					add(b.shortest(s.rule.members[k].text))
					more--
				}
			}
		}
		value := int32(far) // the texts and the values may come from different classes: the worst
		for j, o := range s.rule.others {
			if v := b.shortest(o.value); j == 0 || v > value {
				value = v
			}
		}
		for i := others; more > 0; i++ {
			if i >= len(s.rule.otherLen) {
				return far
			}
			add(min(far, 1+s.rule.otherLen[i]) + value)
			more--
		}
	}
	if written+s.others == 0 && n > 1 {
		n -= sep // no comma before the first
	}
	return n
}

// cheapest are the members that may yet come and are not taken, those of the shortest
// texts first: others may be recursions that are still open.
func (b *builder) cheapest(s memberState, taken []bool) []int {
	var list []int
	size := map[int]int32{}
	for i, m := range s.rule.members {
		if s.used[i] == 0 && !taken[i] && m.text != none {
			list, size[i] = append(list, i), b.shortest(m.text)
		}
	}
	slices.SortStableFunc(list, func(i, j int) int { return cmp.Compare(size[i], size[j]) })
	return list
}

// cheapestProof is the member that shows a proof with the fewest bytes, -1 if it is one
// that is not declared, and those bytes.
func (b *builder) cheapestProof(s memberState, bit int, taken []bool) (by int, cost int32) {
	by, cost = -1, far
	for i, m := range s.rule.members {
		for _, p := range m.shows {
			if s.used[i] == 0 && p.bits&bit != 0 && len(m.needs) == 0 {
				if v := b.shortest(p.text); v < cost || taken[i] && !(by >= 0 && taken[by]) {
					by, cost = i, v
				}
			}
		}
	}
	if by >= 0 && taken[by] {
		return by, cost
	}
	for _, o := range s.rule.others {
		if o.bits&bit == 0 {
			continue
		}
		// The keys of the others may not come again.
		if keys := b.shortestTexts(o.key, s.others+1); len(keys) > s.others {
			if v := min(far, 1+keys[s.others]+b.shortest(o.value)); v < cost {
				by, cost = -1, v
			}
		}
	}
	return by, cost
}

// texts lists the texts of n, shortest first, if there are no more than most.
func (b *builder) texts(n node, most int) (list []string, all bool) {
	type place struct {
		n    node
		text string
	}
	level := []place{{n, ""}}
	for steps := 0; len(level) > 0; {
		var next []place
		for _, p := range level {
			if b.null(p.n) {
				if len(list) == most {
					return list, false
				}
				list = append(list, p.text)
			}
			for c := range 256 {
				if to := b.step(p.n, byte(c)); to != none {
					next = append(next, place{to, p.text + string([]byte{byte(c)})})
				}
			}
			if steps++; steps > 4000 || len(next) > 4*most+64 {
				return list, false
			}
		}
		level = next
	}
	return list, true
}

// shortestTexts gives the lengths of the shortest texts of n, at most count of them; a
// bound on the search may leave some out.
func (b *builder) shortestTexts(n node, count int) []int32 {
	var out []int32
	ways := map[node]int{n: 1} // how many texts of this length lead to a state, at most count
	for d := int32(0); len(ways) > 0 && d < 4096 && len(ways) < 4096; d++ {
		next := map[node]int{}
		for n, k := range ways {
			if b.null(n) {
				for range k {
					out = append(out, d)
				}
			}
			part := b.partOf(n)
			for i, c := range part.reps {
				if to := b.step(n, c); to != none {
					next[to] = min(count, next[to]+k*part.size[i])
				}
			}
		}
		if len(out) >= count {
			return out[:count]
		}
		ways = next
	}
	return out
}
