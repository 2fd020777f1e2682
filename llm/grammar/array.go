package grammar

import "fmt"

// arrayRule is the conjunction of a list's array keywords.
type arrayRule struct {
	lo, hi, width int // bounds on the length; how many elements have a schema of their own
	unique        *item
	contains      []containsRule
}

// containsRule bounds how many elements satisfy a schema.
type containsRule struct {
	it       item
	from     int // elements before it do not count
	min, max int
}

// maxGrid bounds the states of an array that counts its elements.
const maxGrid = 4096

func (c *compiler) arrayOf(flat []item) (node, error) {
	r, err := c.arrayRule(flat)
	if err != nil || r.lo > r.hi {
		return none, err
	}
	if r.unique != nil && r.hi > 1 {
		err := error(&Error{"uniqueItems", r.unique.path, "not supported beside prefixItems or contains", ErrUnsupported})
		n := none
		if r.width == 0 && len(r.contains) == 0 {
			n, err = c.set(flat, r)
		}
		if err == nil {
			return n, nil
		}
		if err := c.lacks(err); err != nil {
			return none, err
		}
	}
	if len(r.contains) > 0 {
		n, err := c.counted(flat, r)
		return c.cat(c.lit("["), n, c.lit("]")), err
	}
	var prefix []node
	tail := none
	for i := 0; i <= r.width && i < r.hi; i++ {
		n, err := c.all(element(flat, i))
		if err != nil {
			return none, err
		}
		if i == r.width {
			tail = n
		} else {
			prefix = append(prefix, n)
		}
	}
	return c.cat(c.lit("["), c.elements(prefix, tail, int32(r.lo), int32(r.hi)), c.lit("]")), nil
}

func (c *compiler) arrayRule(flat []item) (*arrayRule, error) {
	r := &arrayRule{hi: far}
	for _, it := range flat {
		lo, err := it.count("minItems", 0)
		if err != nil {
			return nil, err
		}
		hi, err := it.count("maxItems", far)
		if err != nil {
			return nil, err
		}
		r.lo, r.hi = max(r.lo, lo), min(r.hi, hi)
		r.width = max(r.width, len(it.prefix()))
		if u, ok := it.get("uniqueItems"); ok && u == true {
			r.unique = &it
		}
		if v, ok := it.get("contains"); ok {
			one := containsRule{it: it.child(v, "contains")}
			if one.min, err = it.count("minContains", 1); err != nil {
				return nil, err
			}
			if one.max, err = it.count("maxContains", far); err != nil {
				return nil, err
			}
			if one.min > 0 || one.max < far {
				r.contains = append(r.contains, one)
			}
		}
		if v, ok := it.get(keyNotItems); ok { // made by negate
			n := v.(notItems)
			r.contains = append(r.contains, containsRule{it: item{s: n.schema, path: it.path + "/!items"}, from: n.from, min: 1, max: far})
		}
	}
	return r, nil
}

// element lists the schemas of the element at i.
func element(flat []item, i int) []item {
	var list []item
	for _, it := range flat {
		p := it.prefix()
		if i < len(p) {
			list = append(list, p[i])
			continue
		}
		k := "items"
		if v, _ := it.get(k); isList(v) {
			k = "additionalItems"
		}
		if v, ok := it.get(k); ok {
			list = append(list, it.child(v, k))
		}
	}
	return list
}

func isList(v any) bool { _, ok := v.([]any); return ok }

// prefix are the schemas of the first elements.
func (it item) prefix() []item {
	for _, k := range []string{"prefixItems", "items"} {
		v, _ := it.get(k)
		if list, ok := v.([]any); ok {
			var out []item
			for i, s := range list {
				out = append(out, it.child(s, k, fmt.Sprint(i)))
			}
			return out
		}
	}
	return nil
}

// elements are the members of an array up to its bracket.
func (b *builder) elements(prefix []node, tail node, lo, hi int32) node {
	first := max(1, int32(len(prefix)))
	least, most := lo-first, hi-first
	if hi >= far {
		most = far
	}
	rest := b.repeat(b.cat2(b.comma(), tail), least, most)
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

// counter writes arrays whose elements are counted by the schemas that they satisfy.
type counter struct {
	c     *compiler
	flat  []item
	r     *arrayRule
	loop  int // from this length on only the counts matter
	last  int // from this place on elements are alike
	elems map[[2]int]node
	memo  map[string]node
}

func (c *compiler) counted(flat []item, r *arrayRule) (node, error) {
	k := counter{c: c, flat: flat, r: r, loop: max(r.width, r.lo, 1), elems: map[[2]int]node{}, memo: map[string]node{}}
	k.last = r.width
	grid := k.loop + 1
	if r.hi < far {
		k.loop, grid = far, r.hi+1
	}
	for _, one := range r.contains {
		if one.min > one.max {
			return none, nil
		}
		k.last, k.loop = max(k.last, one.from), max(k.loop, one.from)
		grid = min(grid, maxGrid+1) * (min(one.top(), maxGrid) + 1)
	}
	if grid > maxGrid || len(r.contains) > 4 {
		return none, &Error{"contains", r.contains[0].it.path, "too many elements to count", ErrTooLarge}
	}
	return k.rest(0, make([]int, len(r.contains)))
}

// top is the count from which on it need not be known.
func (r containsRule) top() int {
	if r.max < far {
		return r.max
	}
	return r.min
}

// element is one at place i that counts for the schemas of the set, by bits.
func (k *counter) element(i, set int) (node, error) {
	i = min(i, k.last)
	if n, ok := k.elems[[2]int{i, set}]; ok {
		return n, nil
	}
	list := element(k.flat, i)
	for j, one := range k.r.contains {
		switch {
		case i < one.from:
		case set>>j&1 == 1:
			list = append(list, one.it)
		case one.max < far:
			neg, err := k.c.negate(one.it, 0)
			if err != nil {
				return none, err
			}
			list = append(list, item{s: neg, path: one.it.path + "/!"})
		}
	}
	n, err := k.c.all(list)
	k.elems[[2]int{i, set}] = n
	return n, err
}

// rest is what may follow n elements of which so many counted.
func (k *counter) rest(n int, counts []int) (node, error) {
	key := fmt.Sprint(min(n, k.loop), counts)
	if have, ok := k.memo[key]; ok {
		return have, nil
	}
	var list, stay []node
	enough := n >= k.r.lo
	for j, one := range k.r.contains {
		enough = enough && counts[j] >= one.min
	}
	if enough {
		list = append(list, empty)
	}
	sep := empty
	if n > 0 {
		sep = k.c.comma()
	}
	for set := range 1 << len(k.r.contains) {
		next, over, same := make([]int, len(counts)), false, true
		for j, one := range k.r.contains {
			next[j] = counts[j] + set>>j&1
			over = over || next[j] > one.max || (set>>j&1 == 1 && n < one.from)
			next[j] = min(next[j], one.top())
			same = same && next[j] == counts[j]
		}
		if over || n >= k.r.hi {
			continue
		}
		e, err := k.element(n, set)
		if err != nil {
			return none, err
		}
		if e == none {
			continue
		}
		if same && n >= k.loop {
			stay = append(stay, e)
			continue
		}
		to, err := k.rest(n+1, next)
		if err != nil {
			return none, err
		}
		list = append(list, k.c.cat(sep, e, to))
	}
	out := k.c.or(list...)
	if len(stay) > 0 {
		out = k.c.cat2(k.c.repeat(k.c.cat2(sep, k.c.or(stay...)), 0, far), out)
	}
	k.memo[key] = out
	return out, nil
}

// maxTexts is how many values of a finite schema are told apart one by one.
const maxTexts = 256

// set is an array whose elements all differ. Those that are strings are told apart by
// their text, others must be few.
func (c *compiler) set(flat []item, a *arrayRule) (node, error) {
	r := &rule{open: '[', close: ']', min: a.lo, max: a.hi}
	fail := func(why string) (node, error) {
		return none, &Error{"uniqueItems", a.unique.path, why, ErrUnsupported}
	}
	list := element(flat, 0)
	str, err := c.all(append(list[:len(list):len(list)], item{s: object("type", "string"), path: "\x00string"}))
	if err != nil {
		return none, err
	}
	rest, err := c.all(append(list[:len(list):len(list)], item{s: object("type", []any{"null", "boolean", "number", "array", "object"}), path: "\x00other"}))
	if err != nil {
		return none, err
	}
	values, all := c.texts(rest, maxTexts)
	if !all {
		return fail("elements other than strings are too many to tell apart")
	}
	if inside := c.step(str, '"'); inside != none {
		if texts, all := c.finite(inside, maxTexts); all {
			for _, t := range texts {
				values = append(values, `"`+t)
			}
		} else {
			r.others = append(r.others, other{key: inside, value: empty})
		}
	}
	seen := map[string]int{} // by value: 0 and -0 are one member in two ways
	for _, v := range values {
		id := v
		if x, err := parse([]byte(v)); err == nil {
			id = identity(x)
		}
		i, ok := seen[id]
		if !ok {
			i, seen[id] = len(r.members), len(r.members)
			r.members = append(r.members, member{})
		}
		r.members[i].text = c.or(r.members[i].text, c.lit(v))
	}
	return c.finish(r, a.unique.path, "minItems")
}

// finite is texts, with a quick look for a language that has no end.
func (b *builder) finite(n node, most int) ([]string, bool) {
	for _, p := range []byte("az0-") {
		s := n
		for range 8 {
			to := b.step(s, p)
			if to == none {
				break
			}
			if to == s {
				return nil, false
			}
			s = to
		}
	}
	return b.texts(n, most)
}
