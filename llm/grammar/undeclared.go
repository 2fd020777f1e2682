package grammar

import (
	"maps"
	"slices"
	"sort"
)

// others are the classes of the members that are not declared, by the patterns that
// their keys match. Those of a class of few keys become declared members.
func (c *compiler) others(r *objectRule, flat []item) error {
	sort.Strings(r.patterns)
	var declared []node
	for _, name := range r.names {
		declared = append(declared, c.lit(inside(name)))
	}
	type class struct {
		key node
		on  map[string]bool
	}
	all := []node{r.keys}
	if len(declared) > 0 {
		all = append(all, c.not(c.or(declared...)))
	}
	classes, broken := []class{{c.and(all...), nil}}, map[string]error{}
	for _, p := range slices.Compact(r.patterns) {
		n, err := c.pattern(p)
		if err != nil {
			broken[p] = err
			continue
		}
		var next []class
		for _, k := range classes {
			if in := c.and(k.key, n); in != none {
				on := maps.Clone(k.on)
				if on == nil {
					on = map[string]bool{}
				}
				on[p] = true
				next = append(next, class{in, on})
			}
			if out := c.and(k.key, c.not(n)); out != none {
				next = append(next, class{out, k.on})
			}
		}
		if classes = next; len(classes) > maxClasses {
			return &Error{"patternProperties", pathOf(flat), "too many patterns that match the same keys", ErrTooLarge}
		}
	}
	for _, k := range classes {
		key, on := k.key, k.on
		if key == none {
			continue
		}
		list, err := c.valueOf(flat, unnamed, func(p string) (bool, error) { return on[p], broken[p] })
		if err != nil {
			return err
		}
		n, err := c.all(list)
		if err != nil {
			return err
		}
		if n == none {
			continue
		}
		if keys, few := c.finite(key, 64); few {
			for _, k := range keys {
				write := func(n node) node { return c.cat(c.lit(`"`+k+`"`), c.after(n)) }
				m := member{text: write(n)}
				err := c.prove(r, list, func(p proofRule) bool { return c.matches(p.keys, k) }, func(n node, bits int) {
					m.shows = append(m.shows, proof{write(n), bits})
				})
				if err != nil {
					return err
				}
				r.members = append(r.members, m)
			}
			continue
		}
		r.rule.others = append(r.rule.others, other{key: c.cat2(key, c.lit(`"`)), value: c.after(n)})
		err = c.prove(r, list, func(p proofRule) bool { return c.and(key, p.keys) != none }, func(n node, bits int) {
			parts := []node{key}
			for i, p := range r.proofs {
				if bits>>i&1 == 1 {
					parts = append(parts, p.keys)
				}
			}
			if key := c.and(parts...); key != none {
				r.rule.others = append(r.rule.others, other{c.cat2(key, c.lit(`"`)), c.after(n), bits})
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// prove calls add for each set of proofs that a member with these schemas, and a key
// that a proof may be shown by, can show at once, with its value.
func (c *compiler) prove(r *objectRule, list []item, by func(proofRule) bool, add func(n node, bits int)) error {
	for bits := 1; bits < 1<<len(r.proofs); bits++ {
		with, ok := list[:len(list):len(list)], true
		for i, p := range r.proofs {
			if bits>>i&1 == 1 {
				ok = ok && by(p)
				with = append(with, item{s: p.value, path: p.path + "/!value"})
			}
		}
		if !ok {
			continue
		}
		n, err := c.all(with)
		if err != nil {
			return err
		}
		if n != none {
			add(n, bits)
		}
	}
	return nil
}

// unproved takes the proofs out of a rule.
func (r *rule) unproved() {
	r.proofs = 0
	for i := range r.members {
		r.members[i].shows = nil
	}
	r.others = slices.DeleteFunc(r.others, func(o other) bool { return o.bits != 0 })
}
