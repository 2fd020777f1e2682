package grammar

import "fmt"

// annotations say nothing about instances, or only together with another keyword.
var annotations = map[string]bool{
	"title": true, "description": true, "default": true, "examples": true, "example": true, "$comment": true, "$id": true, "id": true,
	"$schema": true, "definitions": true, "$defs": true, "readOnly": true, "writeOnly": true, "deprecated": true, "$anchor": true,
	"contentEncoding": true, "contentMediaType": true,
}

var allTypes = []string{"null", "boolean", "number", "string", "array", "object"}

// negate writes the schema of the instances that s does not hold for.
func (c *compiler) negate(it item, depth int) (any, error) {
	fail := func(k string) (any, error) {
		return nil, &Error{"not", it.path, k + " cannot be negated", ErrUnsupported}
	}
	if depth > 16 {
		return fail("deep nesting")
	}
	if v, ok := it.s.(bool); ok {
		return !v, nil
	}
	o, ok := it.s.(*orderedObject)
	if !ok {
		return nil, &Error{"not", it.path, "neither an object nor a boolean", ErrSchema}
	}
	var any_ []any
	for _, k := range o.keys {
		v := o.at[k]
		if annotations[k] || (c.old && o.at["$ref"] != nil && k != "$ref") {
			continue
		}
		switch k {
		case "type":
			var rest []any
			have := map[string]bool{}
			for _, t := range typeNames(v) {
				have[t] = true
			}
			if have["integer"] && !have["number"] {
				return fail("integer")
			}
			for _, t := range allTypes {
				if !have[t] {
					rest = append(rest, t)
				}
			}
			if len(rest) > 0 {
				any_ = append(any_, object("type", rest))
			}
		case "const":
			any_ = append(any_, object(keyNotEnum, []any{v}))
		case "enum":
			any_ = append(any_, object(keyNotEnum, v))
		case "required":
			names, ok := v.([]any)
			if !ok {
				return fail(k)
			}
			for _, n := range names {
				name, ok := n.(string)
				if !ok {
					return fail(k)
				}
				any_ = append(any_, object("type", "object", "properties", object(name, false)))
			}
		case "properties":
			props, ok := v.(*orderedObject)
			if !ok {
				return fail(k)
			}
			for _, name := range props.keys {
				neg, err := c.negate(it.child(props.at[name], k, name), depth+1)
				if err != nil {
					return nil, err
				}
				any_ = append(any_, object("type", "object", "required", []any{name}, "properties", object(name, neg)))
			}
		case "pattern":
			any_ = append(any_, object("type", "string", keyNotPattern, v))
		case "anyOf", "allOf":
			subs, ok := v.([]any)
			if !ok {
				return fail(k)
			}
			var list []any
			for i, s := range subs {
				neg, err := c.negate(it.child(s, k, fmt.Sprint(i)), depth+1)
				if err != nil {
					return nil, err
				}
				list = append(list, neg)
			}
			if k == "anyOf" {
				any_ = append(any_, object("allOf", list))
			} else {
				any_ = append(any_, list...)
			}
		case "not":
			any_ = append(any_, v)
		case "$ref":
			ref, _ := v.(string)
			to, err := c.resolve(ref, it.path)
			if err != nil {
				return nil, err
			}
			neg, err := c.negate(to, depth+1)
			if err != nil {
				return nil, err
			}
			any_ = append(any_, neg)
		default:
			return fail(k)
		}
	}
	if len(any_) == 0 {
		return false, nil
	}
	return object("anyOf", any_), nil
}

// disjoint proves that no instance satisfies both lists; false proves nothing.
func (c *compiler) disjoint(a, b []item, depth int) bool {
	if depth > 6 {
		return false
	}
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

// Keywords of schemas that are made here; no schema from outside can hold them by chance.
const (
	keyNotEnum    = "\x00not-enum"
	keyNotPattern = "\x00not-pattern"
	keyNotItems   = "\x00not-items"
)

// notItems says that an element from some place on satisfies the schema.
type notItems struct {
	from   int
	schema any
}
