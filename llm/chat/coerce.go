package chat

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// coercer changes values to the types that a schema asks for, where that loses
// nothing: "10" to 10, 10.0 to 10, "true" to true, 5 to "5", JSON in a string to
// what it spells, "Celsius" to the enum's "celsius". Every change is recorded.
type coercer struct {
	root value
	log  []llm.Coercion
}

// coerce returns the arguments fitted to the schema.
func coerce(schema, args value) (value, []llm.Coercion) {
	c := &coercer{root: schema}
	return c.walk(schema, args, "", 0), c.log
}

func (c *coercer) walk(schema, v value, path string, depth int) value {
	schema = c.resolve(schema)
	if schema.kind != '{' || depth > maxDepth {
		return v
	}
	if to, ok := c.fit(schema, v); ok {
		c.log = append(c.log, llm.Coercion{Path: path, From: encode(v), To: encode(to)})
		v = to
	}
	out := v
	switch v.kind {
	case '{':
		props, _ := schema.get("properties")
		rest, hasRest := schema.get("additionalProperties")
		v = c.leaveOut(schema, props, v, path)
		out.keys, out.items = v.keys, slices.Clone(v.items)
		for i, key := range v.keys {
			sub, ok := props.get(key)
			if !ok {
				sub, ok = rest, hasRest
			}
			if ok {
				out.items[i] = c.walk(sub, v.items[i], path+"/"+pointer(key), depth+1)
			}
		}
	case '[':
		prefix, _ := schema.get("prefixItems")
		items, hasItems := schema.get("items")
		out.items = slices.Clone(v.items)
		for i := range v.items {
			sub, ok := items, hasItems
			if prefix.kind == '[' && i < len(prefix.items) {
				sub, ok = prefix.items[i], true
			}
			if ok {
				out.items[i] = c.walk(sub, v.items[i], path+"/"+strconv.Itoa(i), depth+1)
			}
		}
	}
	return out
}

// leaveOut takes out members that say in so many words that there is nothing: null, or
// "None", for an optional property whose schema has neither.
func (c *coercer) leaveOut(schema, props, v value, path string) value {
	required, _ := schema.get("required")
	out := value{kind: '{'}
	for i, key := range v.keys {
		item := v.items[i]
		nothing := item.kind == 'n' || item.kind == '"' && slices.Contains([]string{"", "null", "None"}, item.text)
		sub, declared := props.get(key)
		if sub = c.resolve(sub); nothing && declared && !slices.ContainsFunc(required.items, func(r value) bool { return r.text == key }) && !c.holds(sub, item) {
			c.log = append(c.log, llm.Coercion{Path: path + "/" + pointer(key), From: encode(item), To: json.RawMessage("null")})
			continue
		}
		out.keys, out.items = append(out.keys, key), append(out.items, item)
	}
	if len(out.keys) == len(v.keys) {
		return v
	}
	return out
}

// holds says that a schema may have a value, by its type and members; it is true where
// that is not so simple.
func (c *coercer) holds(schema, v value) bool {
	if enum, ok := schema.get("enum"); ok {
		return slices.ContainsFunc(enum.items, func(m value) bool { return string(encode(m)) == string(encode(v)) })
	}
	t, ok := schema.get("type")
	if !ok {
		return true
	}
	if t.kind == '"' {
		return is(v, t.text)
	}
	return slices.ContainsFunc(t.items, func(t value) bool { return is(v, t.text) })
}

// pointer escapes a key for a JSON pointer.
func pointer(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

func encode(v value) json.RawMessage { return appendJSON(nil, finite(v), 0, 0) }

// finite is v with numbers that no float64 holds as they were written: Python would spell
// them in words that are no JSON.
func finite(v value) value {
	switch {
	case v.kind == '0' && strings.HasSuffix(v.text, "Infinity"):
		v.text = v.raw
	case len(v.items) > 0:
		v.items = slices.Clone(v.items)
		for i := range v.items {
			v.items[i] = finite(v.items[i])
		}
	}
	return v
}

// written is a value's text, of a number as it was written.
func (v value) written() string {
	if v.raw != "" {
		return v.raw
	}
	return v.text
}

// resolve follows references within the schema.
func (c *coercer) resolve(s value) value {
	for range 16 {
		ref, ok := s.get("$ref")
		if !ok || !strings.HasPrefix(ref.text, "#") {
			return s
		}
		at := c.root
		for _, part := range strings.Split(strings.TrimPrefix(ref.text, "#"), "/")[1:] {
			at, _ = at.get(strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		}
		s = at
	}
	return s
}

// fit returns v as the schema's type, and whether that changes it.
func (c *coercer) fit(schema, v value) (value, bool) {
	if enum, ok := schema.get("enum"); ok && enum.kind == '[' {
		return fitEnum(enum.items, v)
	}
	t, _ := schema.get("type")
	var types []string
	if t.kind == '"' {
		types = []string{t.text}
	} else {
		for _, i := range t.items {
			types = append(types, i.text)
		}
	}
	if len(types) == 0 || slices.ContainsFunc(types, func(t string) bool { return is(v, t) }) {
		return v, false
	}
	for _, t := range types {
		if to, ok := convert(v, t); ok {
			return to, true
		}
	}
	if len(types) == 1 && types[0] == "array" && v.kind != 'n' && v.kind != '[' { // one for a list of one
		items, ok := schema.get("items")
		if it, typed := items.get("type"); ok && typed && is(v, it.text) {
			return value{kind: '[', items: []value{v}}, true
		}
	}
	return v, false
}

// is says that v has the JSON Schema type t.
func is(v value, t string) bool {
	switch t {
	case "object":
		return v.kind == '{'
	case "array":
		return v.kind == '['
	case "string":
		return v.kind == '"'
	case "boolean":
		return v.kind == 't' || v.kind == 'f'
	case "null":
		return v.kind == 'n'
	case "number":
		return v.kind == '0'
	case "integer":
		if v.kind != '0' {
			return false
		}
		return isInteger(v.text)
	}
	return true
}

// convert returns v as the type t where both mean the same.
func convert(v value, t string) (value, bool) {
	text := strings.TrimSpace(v.text)
	switch {
	case t == "integer" && v.kind == '0' || t == "integer" && v.kind == '"':
		whole, frac, _ := strings.Cut(text, ".")
		if isInteger(whole) && strings.Trim(frac, "0") == "" {
			return value{kind: '0', text: whole}, true
		}
	case t == "number" && v.kind == '"':
		if n := pythonNumber(text); isNumber(text) && !strings.HasSuffix(n, "Infinity") {
			return value{kind: '0', text: n, raw: text}, true
		}
	case t == "boolean" && v.kind == '"':
		switch strings.ToLower(text) {
		case "true":
			return value{kind: 't', text: "true"}, true
		case "false":
			return value{kind: 'f', text: "false"}, true
		}
	case t == "null" && v.kind == '"' && (text == "null" || text == "None"):
		return value{kind: 'n', text: "null"}, true
	case t == "string" && (v.kind == '0' || v.kind == 't' || v.kind == 'f'):
		return value{kind: '"', text: v.written()}, true
	case (t == "object" || t == "array") && v.kind == '"':
		if t == "array" && text != "" && text[0] != '[' && text[0] != '(' {
			return v, false
		}
		inner, err := parseValue([]byte(text))
		if err != nil {
			inner, err = parseLiteral(text)
		}
		if err == nil && is(inner, t) {
			return inner, true
		}
	}
	return v, false
}

// isNumber says that s is a number as JSON writes it.
func isNumber(s string) bool {
	var n json.Number
	return s != "" && (s[0] == '-' || s[0] >= '0' && s[0] <= '9') && json.Unmarshal([]byte(s), &n) == nil
}

// fitEnum finds the one member that v spells in another type or case.
func fitEnum(members []value, v value) (value, bool) {
	found := -1
	for i, m := range members {
		if string(encode(m)) == string(encode(v)) {
			return v, false
		}
		if m.kind != '{' && m.kind != '[' && v.kind != '{' && v.kind != '[' && strings.EqualFold(m.written(), v.written()) {
			if found >= 0 {
				return v, false
			}
			found = i
		}
	}
	if found < 0 {
		return v, false
	}
	return members[found], true
}
