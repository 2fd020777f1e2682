package grammar

import "fmt"

// member is one way to go on in an object: key, colon and value.
type member struct {
	text     node // from the key's quote to the end of the value
	required bool
	needs    []int // members that must be there if this one is
}

// objectRule is what an object's members may be.
type objectRule struct {
	id       int
	members  []member
	other    node // any other member, or none
	min, max int
}

// objectState is what has been written of an object.
type objectState struct {
	rule  *objectRule
	used  string // a byte for each member: 0 or 1
	other int    // other members so far
}

func (b *builder) object(s objectState) node {
	return b.intern(expr{kind: kObject, data: s}, fmt.Sprint(s.rule.id, s.used, s.other))
}

// missing lists the members that are still needed, with member also written (or -1).
func (s objectState) missing(also int) (need []int, written int) {
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

// distinct counts other members once, because two of them may have the same key.
func (s objectState) distinct(written int) int { return written + min(s.other, 1) }

// open is what may follow: the end, or one more member.
func (b *builder) open(n node) node {
	if v := b.exprs[n].opened; v != 0 {
		return v
	}
	s := b.exprs[n].data.(objectState)
	need, written := s.missing(-1)
	var list []node
	if len(need) == 0 && s.distinct(written) >= s.rule.min {
		list = append(list, b.lit("}"))
	}
	sep := empty
	if written+s.other > 0 {
		sep = b.comma()
	}
	var members []node
	for i, m := range s.rule.members {
		if s.used[i] == 1 || m.text == none {
			continue
		}
		left, all := s.missing(i)
		if all+s.other+len(left) > s.rule.max {
			continue
		}
		used := []byte(s.used)
		used[i] = 1
		members = append(members, b.cat2(m.text, b.object(objectState{s.rule, string(used), s.other})))
	}
	if s.rule.other != none && written+s.other+1+len(need) <= s.rule.max {
		next := s
		next.other++
		if s.rule.max >= far {
			next.other = 1
		}
		members = append(members, b.cat2(s.rule.other, b.object(next)))
	}
	list = append(list, b.cat2(sep, b.or(members...)))
	r := b.or(list...)
	b.exprs[n].opened = r
	return r
}

// comma separates two members or elements.
func (b *builder) comma() node { return b.cat2(b.lit(","), b.space()) }

func (b *builder) space() node {
	if b.loose {
		return b.repeat(b.lit(" "), 0, 1)
	}
	return b.lit(" ")
}

// pair is a key, a colon and a value.
func (b *builder) pair(key, value node) node {
	return b.cat(key, b.lit(":"), b.space(), value)
}

// shortestObject is the length of the shortest end of an object.
func (b *builder) shortestObject(s objectState) int32 {
	need, written := s.missing(-1)
	n, sep := int32(1), b.shortest(b.comma())
	for _, i := range need {
		n = min(far, n+sep+b.shortest(s.rule.members[i].text))
	}
	if written+s.other == 0 && len(need) > 0 {
		n -= sep // no comma before the first
	}
	if s.distinct(written)+len(need) < s.rule.min {
		// Any further members will do for a bound that can be kept.
		more := s.rule.min - s.distinct(written) - len(need)
		for i := 0; i < len(s.rule.members) && more > 0; i++ {
			if m := s.rule.members[i]; s.used[i] == 0 && m.text != none && !m.required {
				n = min(far, n+sep+b.shortest(m.text))
				more--
			}
		}
		if more > 0 && s.rule.other != none {
			n = min(far, n+sep+b.shortest(s.rule.other))
		}
	}
	return n
}

// elements are the members of an array up to its bracket.
func (b *builder) elements(prefix []node, tail node, lo, hi int32) node {
	rest := b.repeat(b.cat2(b.comma(), tail), lo-max(1, int32(len(prefix))), hi-max(1, int32(len(prefix))))
	if hi >= far {
		rest = b.repeat(b.cat2(b.comma(), tail), lo-max(1, int32(len(prefix))), far)
	}
	if len(prefix) == 0 {
		prefix = []node{tail}
	}
	for i := len(prefix) - 1; i >= 0; i-- {
		sep, end := b.comma(), none
		if i == 0 {
			sep = empty
		}
		if int32(i) >= lo {
			end = empty
		}
		if int32(i) >= hi {
			rest = end
		} else {
			rest = b.or(end, b.cat(sep, prefix[i], rest))
		}
	}
	return rest
}
