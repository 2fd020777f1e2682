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
	speaks, seen := false, map[string]bool{}
	get := func(it item, keyword string) any {
		v, _ := it.get(keyword)
		return v
	}
	name := func(v any) { // a list of names
		list, _ := v.([]any)
		for _, x := range list {
			if s, ok := x.(string); ok {
				names = append(names, s)
			}
		}
	}
	var walk func(it item)
	walk = func(it item) {
		if _, ok := it.s.(*orderedObject); !ok || seen[it.path] {
			return
		}
		seen[it.path] = true
		for _, keyword := range aboutOthers {
			_, ok := it.get(keyword)
			speaks = speaks || ok
		}
		if o, ok := get(it, "properties").(*orderedObject); ok {
			names, closed = append(names, o.keys...), true
		}
		name(get(it, "required"))
		for _, keyword := range []string{"dependentRequired", "dependentSchemas", "dependencies"} {
			if o, ok := get(it, keyword).(*orderedObject); ok {
				for _, k := range o.keys {
					names = append(names, k)
					name(o.at[k])
					walk(it.child(o.at[k], keyword, k))
				}
			}
		}
		for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
			list, _ := get(it, keyword).([]any)
			for i, s := range list {
				walk(it.child(s, keyword, fmt.Sprint(i)))
			}
		}
		for _, keyword := range []string{"if", "then", "else"} {
			walk(it.child(get(it, keyword), keyword))
		}
		if ref, ok := get(it, "$ref").(string); ok {
			if to, err := c.resolve(ref, it.path); err == nil { // else compiling says so
				walk(to)
			}
		}
	}
	walk(item{s: c.root})
	return names, closed && !speaks
}
