package grammar

import "strconv"

// unevaluated adds what unevaluatedProperties and unevaluatedItems say of a schema.
// Members are evaluated by the properties of the schema itself and of those that hold
// beside it. Those of branches count as evaluated in any case: where there are some, the
// keyword is checked too.
func (c *compiler) unevaluated(it item, out *[]item) error {
	if c.old {
		return nil
	}
	if v, ok := it.get("unevaluatedProperties"); ok && v != true {
		e := evaluated{c: c, props: object(), patterns: object(), seen: map[string]bool{}}
		e.of(it)
		if e.branches {
			if err := c.lacks(&Error{"unevaluatedProperties", it.path, "which members are evaluated depends on branches", ErrUnsupported}); err != nil {
				return err
			}
		}
		if !e.all {
			s := object("properties", e.props, "patternProperties", e.patterns, "additionalProperties", v)
			*out = append(*out, item{s: s, path: it.path + "/unevaluatedProperties/!"})
		}
	}
	if v, ok := it.get("unevaluatedItems"); ok && v != true {
		for _, k := range []string{"allOf", "anyOf", "oneOf", "if", "$ref", "$dynamicRef", "contains", "dependentSchemas", "not"} {
			if _, ok := it.get(k); ok {
				return c.lacks(&Error{"unevaluatedItems", it.path, "which elements are evaluated depends on " + k, ErrUnsupported})
			}
		}
		if _, ok := it.get("items"); !ok {
			s := object("items", v)
			if p, ok := it.get("prefixItems"); ok {
				list, _ := p.([]any)
				free := make([]any, len(list))
				for i := range free {
					free[i] = true
				}
				s.set("prefixItems", free)
			}
			*out = append(*out, item{s: s, path: it.path + "/unevaluatedItems/!"})
		}
	}
	return nil
}

// evaluated gathers the members that a schema evaluates.
type evaluated struct {
	c               *compiler
	props, patterns *orderedObject
	all             bool // every member
	branches        bool // what is gathered holds in some branch only
	seen            map[string]bool
}

func (e *evaluated) of(it item) {
	if _, ok := it.s.(*orderedObject); !ok || e.seen[it.path] {
		return
	}
	first := len(e.seen) == 0
	e.seen[it.path] = true
	for k, to := range map[string]*orderedObject{"properties": e.props, "patternProperties": e.patterns} {
		v, _ := it.get(k)
		if o, ok := v.(*orderedObject); ok {
			for _, name := range o.keys {
				to.set(name, true)
			}
		}
	}
	if _, ok := it.get("additionalProperties"); ok {
		e.all = true
	}
	if _, ok := it.get("unevaluatedProperties"); ok && !first {
		e.all = true
	}
	each := func(k string) {
		v, _ := it.get(k)
		switch v := v.(type) {
		case []any:
			for i, s := range v {
				e.of(it.child(s, k, strconv.Itoa(i)))
			}
		case *orderedObject:
			for _, name := range v.keys {
				e.of(it.child(v.at[name], k, name))
			}
		}
	}
	each("allOf")
	if ref, ok := it.get("$ref"); ok {
		if s, ok := ref.(string); ok {
			if to, err := e.c.resolve(s, it.path); err == nil {
				e.of(to)
			}
		}
	}
	for _, k := range []string{"anyOf", "oneOf", "dependentSchemas"} {
		if _, ok := it.get(k); ok {
			e.branches = true
			each(k)
		}
	}
	for _, k := range []string{"if", "then", "else"} {
		if v, ok := it.get(k); ok {
			e.branches = true
			e.of(it.child(v, k))
		}
	}
	for _, k := range []string{"$dynamicRef", "$recursiveRef"} {
		if _, ok := it.get(k); ok {
			e.branches, e.all = true, true
		}
	}
}
