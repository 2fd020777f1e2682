package grammar

import (
	"encoding/json"
	"fmt"
	"math/big"
)

// annotations say nothing about instances, or only together with another keyword.
var annotations = map[string]bool{
	"title": true, "description": true, "default": true, "examples": true, "example": true, "$comment": true, "$id": true, "id": true,
	"$schema": true, "definitions": true, "$defs": true, "readOnly": true, "writeOnly": true, "deprecated": true, "$anchor": true,
	"contentEncoding": true, "contentMediaType": true,
}

// beside say something together with another keyword, which looks at them.
var beside = map[string]bool{"then": true, "else": true, "minContains": true, "maxContains": true}

// keywords are the ones that assert something and can be negated.
var keywords = map[string]bool{
	"type": true, "const": true, "enum": true, "required": true, "properties": true, "pattern": true, "format": true, "anyOf": true, "allOf": true,
	"oneOf": true, "not": true, "$ref": true, "if": true, "minimum": true, "maximum": true, "exclusiveMinimum": true, "exclusiveMaximum": true,
	"multipleOf": true, "minLength": true, "maxLength": true, "minItems": true, "maxItems": true, "minProperties": true, "maxProperties": true,
	"items": true, "prefixItems": true, "additionalItems": true, "contains": true, "additionalProperties": true, "patternProperties": true,
	"propertyNames": true, "dependentRequired": true, "dependentSchemas": true, "dependencies": true, "uniqueItems": true,
}

// Keywords of schemas that are made here; no schema from outside can hold them by chance.
const (
	keyNotEnum     = "\x00not-enum"
	keyNotPattern  = "\x00not-pattern"
	keyNotFormat   = "\x00not-format"
	keyNotMultiple = "\x00not-multiple"
	keyNotItems    = "\x00not-items"
	keyMember      = "\x00member"
)

// notItems says that an element from some place on satisfies the schema.
type notItems struct {
	from   int
	schema any
}

// someMember says that there is a member of which the key satisfies a schema, is none
// of some names and matches none of some patterns, and of which the value satisfies a
// schema.
type someMember struct {
	key      any
	names    []string
	patterns []string
	value    any
}

var allTypes = []string{"null", "boolean", "number", "string", "array", "object"}

// negate writes the schema of the instances that s does not hold for.
func (c *compiler) negate(it item, depth int) (any, error) {
	if depth > 16 {
		return nil, &Error{"not", it.path, "too deeply nested to be negated", ErrUnsupported}
	}
	if v, ok := it.s.(bool); ok {
		return !v, nil
	}
	o, ok := it.s.(*orderedObject)
	if !ok {
		return nil, &Error{"not", it.path, "neither an object nor a boolean", ErrSchema}
	}
	c.spend(200)
	n := negation{c: c, it: it, depth: depth}
	for _, k := range o.keys {
		if c.old && o.at["$ref"] != nil && k != "$ref" {
			continue
		}
		if err := n.keyword(k, o.at[k]); err != nil {
			return nil, err
		}
	}
	if len(n.ways) == 0 {
		return false, nil
	}
	return object("anyOf", n.ways), nil
}

// negation gathers the ways in which an instance can fail to satisfy a schema: one for
// each keyword that can fail.
type negation struct {
	c     *compiler
	it    item
	depth int
	ways  []any
}

// typed adds a way: an instance of the type with these keywords.
func (n *negation) typed(t string, pairs ...any) {
	n.ways = append(n.ways, object(append([]any{"type", t}, pairs...)...))
}

// not is the negation of a schema within the keyword.
func (n *negation) not(v any, parts ...string) (any, error) {
	return n.c.negate(n.it.child(v, parts...), n.depth+1)
}

func (n *negation) keyword(k string, v any) error {
	bad := &Error{"not", n.it.path, k + " cannot be negated", ErrUnsupported}
	if !keywords[k] {
		if annotations[k] || beside[k] || !n.c.asserts(k) {
			return nil
		}
		return bad
	}
	switch k {
	case "type":
		have := map[string]bool{}
		for _, t := range typeNames(v) {
			have[t] = true
		}
		for _, t := range allTypes {
			switch {
			case have[t]:
			case t == "number" && have["integer"]:
				n.typed("number", keyNotMultiple, json.Number("1"))
			default:
				n.typed(t)
			}
		}
	case "const":
		n.ways = append(n.ways, object(keyNotEnum, []any{v}))
	case "enum":
		n.ways = append(n.ways, object(keyNotEnum, v))
	case "pattern":
		n.typed("string", keyNotPattern, v)
	case "format":
		if f, ok := v.(string); ok && (formats[f].pattern != "" || unenforced[f]) {
			n.typed("string", keyNotFormat, v)
		}
	case "not":
		n.ways = append(n.ways, v)
	case "uniqueItems":
		if v == true {
			return bad
		}
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
		return n.number(k, v)
	case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
		return n.count(k)
	case "items", "prefixItems", "additionalItems", "contains":
		return n.array(k, v)
	case "required", "properties", "additionalProperties", "patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies":
		return n.object(k, v)
	default:
		return n.combined(k, v)
	}
	return nil
}

// asserts says that an unknown keyword may say something of instances.
func (c *compiler) asserts(k string) bool {
	for _, r := range append([]string{"unevaluatedProperties", "unevaluatedItems"}, refused...) {
		if k == r {
			return true
		}
	}
	return false
}

func (n *negation) number(k string, v any) error {
	other, opposite := map[string]string{"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}[k],
		map[string]string{"minimum": "exclusiveMaximum", "maximum": "exclusiveMinimum", "exclusiveMinimum": "maximum", "exclusiveMaximum": "minimum", "multipleOf": keyNotMultiple}[k]
	if _, old := v.(bool); old {
		return nil // draft 4: it changes the bound beside it
	}
	if ex, _ := n.it.get(other); ex == true {
		opposite = map[string]string{"minimum": "maximum", "maximum": "minimum"}[k]
	}
	n.typed("number", opposite, v)
	return nil
}

func (n *negation) count(k string) error {
	v, err := n.it.count(k, 0)
	if err != nil {
		return err
	}
	kind := map[string]string{"Length": "string", "Items": "array", "Properties": "object"}[k[3:]]
	switch {
	case k[:3] == "max":
		n.typed(kind, "min"+k[3:], json.Number(fmt.Sprint(v+1)))
	case v > 0:
		n.typed(kind, "max"+k[3:], json.Number(fmt.Sprint(v-1)))
	}
	return nil
}

func (n *negation) array(k string, v any) error {
	if k == "contains" {
		least, err := n.it.count("minContains", 1)
		if err != nil {
			return err
		}
		most, err := n.it.count("maxContains", far)
		if err != nil {
			return err
		}
		if least == 1 {
			neg, err := n.not(v, k)
			if err != nil {
				return err
			}
			n.typed("array", "items", neg)
		} else if least > 1 {
			n.typed("array", "contains", v, "minContains", json.Number("0"), "maxContains", json.Number(fmt.Sprint(least-1)))
		}
		if most < far {
			n.typed("array", "contains", v, "minContains", json.Number(fmt.Sprint(most+1)))
		}
		return nil
	}
	if list, ok := v.([]any); ok {
		for i, s := range list {
			neg, err := n.not(s, k, fmt.Sprint(i))
			if err != nil {
				return err
			}
			first := make([]any, i, i+1)
			for j := range first {
				first[j] = true
			}
			n.typed("array", "prefixItems", append(first, neg), "minItems", json.Number(fmt.Sprint(i+1)))
		}
		return nil
	}
	if items, _ := n.it.get("items"); k == "additionalItems" && !isList(items) {
		return nil // it says nothing then
	}
	neg, err := n.not(v, k)
	if err != nil {
		return err
	}
	if neg != false {
		n.typed("array", keyNotItems, notItems{len(n.it.prefix()), neg})
	}
	return nil
}

func (n *negation) object(k string, v any) error {
	bad := &Error{k, n.it.path, "not of the right type", ErrSchema}
	switch k {
	case "required":
		names, err := texts(v, k, n.it.path)
		if err != nil {
			return err
		}
		for _, name := range names {
			n.typed("object", "properties", object(name, false))
		}
		return nil
	case "propertyNames":
		neg, err := n.not(v, k)
		if err == nil && neg != false {
			n.typed("object", keyMember, someMember{key: neg, value: true})
		}
		return err
	case "additionalProperties":
		neg, err := n.not(v, k)
		if err == nil && neg != false {
			m := someMember{key: true, value: neg}
			if p, ok := n.it.get("properties"); ok {
				if p, ok := p.(*orderedObject); ok {
					m.names = p.keys
				}
			}
			if p, ok := n.it.get("patternProperties"); ok {
				if p, ok := p.(*orderedObject); ok {
					m.patterns = p.keys
				}
			}
			n.typed("object", keyMember, m)
		}
		return err
	}
	o, ok := v.(*orderedObject)
	if !ok {
		return bad
	}
	for _, name := range o.keys {
		s := o.at[name]
		list, isList := s.([]any)
		switch {
		case k == "patternProperties":
			neg, err := n.not(s, k, name)
			if err != nil {
				return err
			}
			if neg != false {
				n.typed("object", keyMember, someMember{key: object("pattern", name), value: neg})
			}
		case isList:
			for _, other := range list {
				other, ok := other.(string)
				if !ok {
					return bad
				}
				n.typed("object", "required", []any{name}, "properties", object(other, false))
			}
		default:
			neg, err := n.not(s, k, name)
			switch {
			case err != nil:
				return err
			case k == "properties":
				n.typed("object", "required", []any{name}, "properties", object(name, neg))
			default:
				n.typed("object", "required", []any{name}, "allOf", []any{neg})
			}
		}
	}
	return nil
}

// combined negates the keywords that combine schemas.
func (n *negation) combined(k string, v any) error {
	if k == "$ref" {
		ref, _ := v.(string)
		to, err := n.c.resolve(ref, n.it.path)
		if err != nil {
			return err
		}
		neg, err := n.c.negate(to, n.depth+1)
		n.ways = append(n.ways, neg)
		return err
	}
	if k == "if" {
		return n.ifThen(v)
	}
	subs, ok := v.([]any)
	if !ok {
		return &Error{k, n.it.path, "not an array", ErrSchema}
	}
	neg := make([]any, len(subs))
	for i, s := range subs {
		var err error
		if neg[i], err = n.not(s, k, fmt.Sprint(i)); err != nil {
			return err
		}
	}
	switch k {
	case "allOf":
		n.ways = append(n.ways, neg...)
	case "anyOf":
		n.ways = append(n.ways, object("allOf", neg))
	case "oneOf":
		n.ways = append(n.ways, object("allOf", neg))
		for i := range subs {
			for j := range i {
				n.ways = append(n.ways, object("allOf", []any{subs[j], subs[i]}))
			}
		}
	}
	return nil
}

func (n *negation) ifThen(cond any) error {
	not, err := n.not(cond, "if")
	if err != nil {
		return err
	}
	for i, k := range []string{"then", "else"} {
		when := []any{cond, not}[i]
		s, ok := n.it.get(k)
		if !ok {
			continue
		}
		neg, err := n.not(s, k)
		if err != nil {
			return err
		}
		n.ways = append(n.ways, object("allOf", []any{when, neg}))
	}
	return nil
}

// bannedNumbers are the numbers of a list of values.
func bannedNumbers(banned map[string]any) []*big.Rat {
	var out []*big.Rat
	for _, v := range banned {
		if n, ok := v.(json.Number); ok {
			if r, err := rational(n); err == nil {
				out = append(out, r)
			}
		}
	}
	return out
}
