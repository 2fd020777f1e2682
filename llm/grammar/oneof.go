package grammar

import "fmt"

// maxOneOf bounds the combinations of ways in which all choices but one can fail.
const maxOneOf = 256

// oneOf are the alternatives of exactly one of some schemas: each with the negations of
// those that may hold beside it. Where these are too many, or cannot be written, any of
// the schemas may hold, and the rest is checked.
func (c *compiler) oneOf(it item, subs []any, base []item) ([][]item, error) {
	apart := c.pairs(it, subs, base)
	neg := make([]any, len(subs))
	var alts [][]item
	for i, s := range subs {
		one, ways := []item{it.child(s, "oneOf", fmt.Sprint(i))}, 1
		for j, other := range subs {
			if i == j || apart(i, j) {
				continue
			}
			if neg[j] == nil {
				var err error
				if neg[j], err = c.negate(it.child(other, "oneOf", fmt.Sprint(j)), 0); err != nil {
					return c.anyChoice(it, subs, fmt.Sprintf("choices %d and %d may both hold: %s", i, j, err.(*Error).Reason))
				}
			}
			if o, ok := neg[j].(*orderedObject); ok {
				if list, ok := o.at["anyOf"].([]any); ok {
					ways = min(ways*max(1, len(list)), maxOneOf+1)
				}
			}
			one = append(one, item{s: neg[j], path: fmt.Sprintf("%s/oneOf/%d/!", it.path, j)})
		}
		if ways > maxOneOf {
			return c.anyChoice(it, subs, "the choices may hold together in too many ways")
		}
		alts = append(alts, one)
	}
	return alts, nil
}

// anyChoice takes oneOf as anyOf.
func (c *compiler) anyChoice(it item, subs []any, why string) ([][]item, error) {
	if err := c.lacks(&Error{"oneOf", it.path, why, ErrUnsupported}); err != nil {
		return nil, err
	}
	var alts [][]item
	for i, s := range subs {
		alts = append(alts, []item{it.child(s, "oneOf", fmt.Sprint(i))})
	}
	return alts, nil
}

// pairs says which two choices cannot both hold. Lists of values are compared by their
// values, not in pairs: there may be thousands.
func (c *compiler) pairs(it item, subs []any, base []item) func(i, j int) bool {
	listed := make([]bool, len(subs))
	holders := map[string][]int{}
	meet := map[[2]int]bool{}
	for i, s := range subs {
		vals, ok := it.child(s, "oneOf", fmt.Sprint(i)).values()
		if !ok {
			continue
		}
		listed[i] = true
		for _, v := range vals {
			id := identity(v)
			c.toil(1 + len(id)/16)
			for _, k := range holders[id] {
				meet[[2]int{k, i}], meet[[2]int{i, k}] = true, true
			}
			if n := len(holders[id]); n == 0 || holders[id][n-1] != i {
				holders[id] = append(holders[id], i)
			}
		}
	}
	with := func(i int) []item {
		return append(base[:len(base):len(base)], it.child(subs[i], "oneOf", fmt.Sprint(i)))
	}
	return func(i, j int) bool {
		if listed[i] && listed[j] && !meet[[2]int{i, j}] {
			return true
		}
		return c.disjoint(with(i), with(j), 0)
	}
}
