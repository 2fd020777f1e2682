package grammar

// disjoint proves that no instance satisfies both lists; false proves nothing.
func (c *compiler) disjoint(a, b []item, depth int) bool {
	if depth > 6 {
		return false
	}
	c.toil(4 * (len(a) + len(b)))
	a, errA := c.flat(a)
	b, errB := c.flat(b)
	if errA != nil || errB != nil {
		return false
	}
	ta, errA := typesOf(a)
	tb, errB := typesOf(b)
	if errA != nil || errB != nil {
		return false
	}
	both := ta & tb
	if both == 0 {
		return true
	}
	if ea, eb := enumOf(a), enumOf(b); ea != nil && eb != nil {
		same := false
		for k := range ea {
			same = same || eb[k]
		}
		return !same
	}
	if both != isObject {
		return false
	}
	need := map[string]int{}
	for i, list := range [][]item{a, b} {
		for _, it := range list {
			v, _ := it.get("required")
			names, _ := v.([]any)
			for _, n := range names {
				if name, ok := n.(string); ok {
					need[name] |= 1 << i
				}
			}
		}
	}
	for name, who := range need {
		va, vb := c.property(a, name), c.property(b, name)
		for _, it := range append(append([]item(nil), va...), vb...) {
			if it.s == false {
				return true
			}
		}
		if who == 3 && c.disjoint(va, vb, depth+1) {
			return true
		}
	}
	return false
}

// enumOf gives the values allowed by the first enum or const, or nil.
func enumOf(list []item) map[string]bool {
	for _, it := range list {
		vals, ok := it.values()
		if ok {
			m := map[string]bool{}
			for _, v := range vals {
				m[identity(v)] = true
			}
			return m
		}
	}
	return nil
}

func (it item) values() ([]any, bool) {
	if v, ok := it.get("const"); ok {
		return []any{v}, true
	}
	if v, ok := it.get("enum"); ok {
		list, ok := v.([]any)
		return list, ok
	}
	return nil, false
}
