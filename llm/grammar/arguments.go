package grammar

import "fmt"

// A call has no arguments but the declared ones. JSON Schema would let others pass where a
// schema does not forbid them; a model that writes one has made it up.

// aboutOthers are the keywords by which a schema speaks of members that it does not name,
// or of the object as a whole.
var aboutOthers = []string{"additionalProperties", "unevaluatedProperties", "patternProperties", "propertyNames", "minProperties", "enum", "const", "not"}

// declared returns all members that the schema names, in whatever branch or reference, and
// whether those are all that there may be: it declares some, and does not speak of others.
func (c *compiler) declared() (names []string, closed bool) {
	seen := map[string]bool{}
	speaks := false
	var walk func(it item)
	each := func(it item, keyword string) {
		v, _ := it.get(keyword)
		switch v := v.(type) {
		case []any:
			for i, s := range v {
				walk(it.child(s, keyword, fmt.Sprint(i)))
			}
		case *orderedObject:
			for _, k := range v.keys {
				walk(it.child(v.at[k], keyword, k))
			}
		}
	}
	// texts adds names that stand in lists.
	texts := func(v any) {
		list, _ := v.([]any)
		for _, x := range list {
			if s, ok := x.(string); ok {
				names = append(names, s)
			}
		}
	}
	walk = func(it item) {
		if seen[it.path] {
			return
		}
		seen[it.path] = true
		for _, keyword := range aboutOthers {
			_, ok := it.get(keyword)
			speaks = speaks || ok
		}
		if v, _ := it.get("properties"); v != nil {
			if o, ok := v.(*orderedObject); ok {
				names, closed = append(names, o.keys...), true
			}
		}
		if v, ok := it.get("required"); ok {
			texts(v)
		}
		for _, keyword := range []string{"dependentRequired", "dependentSchemas", "dependencies"} {
			if v, _ := it.get(keyword); v != nil {
				if o, ok := v.(*orderedObject); ok {
					for _, k := range o.keys {
						names = append(names, k)
						texts(o.at[k])
					}
				}
			}
		}
		for _, keyword := range []string{"allOf", "anyOf", "oneOf", "dependentSchemas", "dependencies"} {
			each(it, keyword)
		}
		for _, keyword := range []string{"if", "then", "else"} {
			if v, ok := it.get(keyword); ok {
				walk(it.child(v, keyword))
			}
		}
		if v, ok := it.get("$ref"); ok {
			if ref, ok := v.(string); ok {
				if to, err := c.resolve(ref, it.path); err == nil { // else compiling says so
					walk(to)
				}
			}
		}
	}
	walk(item{s: c.root})
	return names, closed && !speaks
}
