package grammar

import (
	"fmt"
	"sort"
)

func (c *compiler) arrayOf(flat []item) (node, error) {
	lo, hi, width := 0, far, 0
	for _, it := range flat {
		a, err := it.count("minItems", 0)
		if err != nil {
			return none, err
		}
		z, err := it.count("maxItems", far)
		if err != nil {
			return none, err
		}
		if u, ok := it.get("uniqueItems"); ok && u == true {
			z = min(z, 1)
		}
		lo, hi = max(lo, a), min(hi, z)
		width = max(width, len(it.prefix()))
	}
	if lo > hi {
		return none, nil
	}
	var prefix []node
	tail := none
	for i := range width + 1 {
		if i >= hi {
			break
		}
		var list []item
		for _, it := range flat {
			p := it.prefix()
			if i < len(p) {
				list = append(list, p[i])
				continue
			}
			k := "items"
			if _, isList := it.s.(*orderedObject).at[k].([]any); isList {
				k = "additionalItems"
			}
			if v, ok := it.get(k); ok {
				list = append(list, it.child(v, k))
			}
		}
		n, err := c.all(list)
		if err != nil {
			return none, err
		}
		if i == width {
			tail = n
		} else {
			prefix = append(prefix, n)
		}
	}
	return c.cat(c.lit("["), c.elements(prefix, tail, int32(lo), int32(hi)), c.lit("]")), nil
}

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

// property is the list of schemas that the value of a named property must satisfy.
func (c *compiler) property(flat []item, name string) []item {
	list, _ := c.valueOf(flat, name, func(p string) (bool, error) {
		n, err := c.pattern(p)
		if err != nil {
			return true, err
		}
		q := quote(name)
		return c.matches(n, q[1:len(q)-1]), nil
	})
	return list
}

// valueOf lists the schemas of a value whose key matches the patterns that hit says.
func (c *compiler) valueOf(flat []item, name string, hit func(p string) (bool, error)) ([]item, error) {
	var out []item
	for _, it := range flat {
		found := false
		if v, ok := it.get("properties"); ok {
			props, ok := v.(*orderedObject)
			if !ok {
				return nil, &Error{"properties", it.path, "not an object", ErrSchema}
			}
			if s, ok := props.at[name]; ok && name != "\x00" {
				found = true
				out = append(out, it.child(s, "properties", name))
			}
		}
		if v, ok := it.get("patternProperties"); ok {
			props, ok := v.(*orderedObject)
			if !ok {
				return nil, &Error{"patternProperties", it.path, "not an object", ErrSchema}
			}
			for _, p := range props.keys {
				yes, err := hit(p)
				if err != nil {
					return nil, &Error{"patternProperties", it.path, err.Error(), ErrUnsupported}
				}
				if yes {
					found = true
					out = append(out, it.child(props.at[p], "patternProperties", p))
				}
			}
		}
		if v, ok := it.get("additionalProperties"); ok && !found {
			out = append(out, it.child(v, "additionalProperties"))
		}
	}
	return out, nil
}

func (c *compiler) objectOf(flat []item) (node, error) {
	rule := &objectRule{max: far}
	index := map[string]int{}
	var names, patterns []string
	name := func(s string) int {
		i, ok := index[s]
		if !ok {
			i = len(names)
			index[s] = i
			names = append(names, s)
			rule.members = append(rule.members, member{})
		}
		return i
	}
	keys := c.chars()
	for _, it := range flat {
		lo, err := it.count("minProperties", 0)
		if err != nil {
			return none, err
		}
		hi, err := it.count("maxProperties", far)
		if err != nil {
			return none, err
		}
		rule.min, rule.max = max(rule.min, lo), min(rule.max, hi)
		if v, ok := it.get("properties"); ok {
			if props, ok := v.(*orderedObject); ok {
				for _, k := range props.keys {
					name(k)
				}
			}
		}
		if v, ok := it.get("patternProperties"); ok {
			if props, ok := v.(*orderedObject); ok {
				patterns = append(patterns, props.keys...)
			}
		}
		if v, ok := it.get("propertyNames"); ok {
			list, err := c.flat([]item{it.child(v, "propertyNames")})
			if err != nil {
				return none, err
			}
			n, err := c.keyNames(list)
			if err != nil {
				return none, err
			}
			keys = c.and(keys, n)
		}
		if v, ok := it.get("required"); ok {
			list, ok := v.([]any)
			if !ok {
				return none, &Error{"required", it.path, "not an array", ErrSchema}
			}
			for _, x := range list {
				s, ok := x.(string)
				if !ok {
					return none, &Error{"required", it.path, "holds something other than texts", ErrSchema}
				}
				rule.members[name(s)].required = true
			}
		}
		if v, ok := it.get("dependentRequired"); ok {
			deps, ok := v.(*orderedObject)
			if !ok {
				return none, &Error{"dependentRequired", it.path, "not an object", ErrSchema}
			}
			for _, k := range deps.keys {
				list, ok := deps.at[k].([]any)
				if !ok {
					return none, &Error{"dependentRequired", it.path, "not an array", ErrSchema}
				}
				for _, x := range list {
					s, ok := x.(string)
					if !ok {
						return none, &Error{"dependentRequired", it.path, "holds something other than texts", ErrSchema}
					}
					i, j := name(k), name(s)
					rule.members[i].needs = append(rule.members[i].needs, j)
				}
			}
		}
	}
	if len(names) > 2000 || len(patterns) > 5 {
		return none, &Error{"properties", flat[0].path, "too many properties or patterns", ErrTooLarge}
	}
	if err := c.fill(rule, flat, names, patterns, keys); err != nil {
		return none, err
	}
	return c.finish(rule, flat)
}

// keyNames is the body of the keys that propertyNames allows.
func (c *compiler) keyNames(list []item) (node, error) {
	out := []node{c.chars()}
	for _, it := range list {
		if it.s == false {
			return none, nil
		}
		for _, k := range it.s.(*orderedObject).keys {
			if _, ok := it.get(k); !ok || annotations[k] {
				continue
			}
			switch k {
			case "type", "pattern", "minLength", "maxLength", "format":
			case "enum", "const":
				vals, _ := it.values()
				var names []node
				for _, v := range vals {
					if s, ok := v.(string); ok {
						q := quote(s)
						names = append(names, c.lit(q[1:len(q)-1]))
					}
				}
				out = append(out, c.or(names...))
			default:
				return none, &Error{"propertyNames", it.path, k + " is not supported in it", ErrUnsupported}
			}
		}
	}
	set, err := typesOf(list)
	if err != nil {
		return none, err
	}
	if set&isString == 0 {
		return none, nil
	}
	n, err := c.stringBody(list, nil)
	if err != nil {
		return none, err
	}
	return c.and(append(out, n)...), nil
}

// fill compiles the values of the declared members and of the others.
func (c *compiler) fill(rule *objectRule, flat []item, names, patterns []string, keys node) error {
	var declared []node
	for i, name := range names {
		q := quote(name)
		body := c.lit(q[1 : len(q)-1])
		declared = append(declared, body)
		if !c.matches(keys, q[1:len(q)-1]) {
			continue
		}
		list, err := c.valueOf(flat, name, func(p string) (bool, error) {
			n, err := c.pattern(p)
			return err == nil && c.matches(n, q[1:len(q)-1]), err
		})
		if err != nil {
			return err
		}
		n, err := c.all(list)
		if err != nil {
			return err
		}
		rule.members[i].text = c.pair(c.lit(q), n)
	}
	sort.Strings(patterns)
	var others []node
	for bits := range 1 << len(patterns) {
		parts := []node{keys}
		if len(declared) > 0 {
			parts = append(parts, c.not(c.or(declared...)))
		}
		on := map[string]bool{}
		for i, p := range patterns {
			n, err := c.pattern(p)
			if err != nil {
				return &Error{"patternProperties", flat[0].path, err.Error(), ErrUnsupported}
			}
			on[p] = bits>>i&1 == 1
			if !on[p] {
				n = c.not(n)
			}
			parts = append(parts, n)
		}
		key := c.and(parts...)
		if key == none {
			continue
		}
		list, err := c.valueOf(flat, "\x00", func(p string) (bool, error) { return on[p], nil })
		if err != nil {
			return err
		}
		n, err := c.all(list)
		if err != nil {
			return err
		}
		others = append(others, c.pair(c.cat(c.lit(`"`), key, c.lit(`"`)), n))
	}
	rule.other = c.or(others...)
	return nil
}

// finish takes out what can never be completed.
func (c *compiler) finish(rule *objectRule, flat []item) (node, error) {
	for changed := true; changed; {
		changed = false
		for i := range rule.members {
			m := &rule.members[i]
			for _, d := range m.needs {
				if m.text != none && rule.members[d].text == none {
					m.text, changed = none, true
				}
			}
		}
	}
	for _, m := range rule.members {
		if m.required && m.text == none {
			return none, nil
		}
	}
	c.builder.ruleCount++
	rule.id = c.builder.ruleCount
	s := objectState{rule: rule, used: string(make([]byte, len(rule.members)))}
	need, _ := s.missing(-1)
	if len(need) > rule.max {
		return none, nil
	}
	usable := 0
	for _, m := range rule.members {
		if m.text != none {
			usable++
		}
	}
	if rule.other != none {
		usable++
	}
	if rule.min > usable {
		if rule.other == none {
			return none, nil
		}
		return none, &Error{"minProperties", flat[0].path, "needs several undeclared properties", ErrUnsupported}
	}
	return c.cat2(c.lit("{"), c.object(s)), nil
}
