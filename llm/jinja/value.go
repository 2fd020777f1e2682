package jinja

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Segment is a part of the output: the template's own words, or data that was
// given to it.
type Segment struct {
	Text string
	Data bool
}

// text is a string value that remembers which parts are data.
type text []Segment

func literal(s string) text { return text{{Text: s}} }

func data(s string) text { return text{{Text: s, Data: true}} }

func (t text) String() string {
	var b strings.Builder
	for _, s := range t {
		b.WriteString(s.Text)
	}
	return b.String()
}

// like returns s, which was made of t: data if any of t was.
func (t text) like(s string) text {
	for _, seg := range t {
		if seg.Data {
			return data(s)
		}
	}
	return literal(s)
}

func (t text) plus(u text) text { return append(append(text{}, t...), u...) }

// trim cuts white space off the ends.
func (t text) trim(left, right bool, set string) text {
	out := append(text{}, t...)
	for left && len(out) > 0 {
		if out[0].Text = strings.TrimLeft(out[0].Text, set); out[0].Text != "" {
			break
		}
		out = out[1:]
	}
	for right && len(out) > 0 {
		last := &out[len(out)-1]
		if last.Text = strings.TrimRight(last.Text, set); last.Text != "" {
			break
		}
		out = out[:len(out)-1]
	}
	return out
}

// dict keeps the order of its keys.
type dict struct {
	keys   []string
	values map[string]any
}

func newDict() *dict { return &dict{values: map[string]any{}} }

func (d *dict) set(key string, v any) {
	if _, ok := d.values[key]; !ok {
		d.keys = append(d.keys, key)
	}
	d.values[key] = v
}

// undefined is the value of a name that is not there.
type undefined struct{ name string }

// from turns a Go value (what encoding/json gives, and the types in this package)
// into a value; its strings are data.
func from(v any) any {
	switch v := v.(type) {
	case string:
		return data(v)
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	case int:
		return int64(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = from(v[i])
		}
		return out
	case map[string]any:
		out := newDict()
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sortStrings(keys)
		for _, k := range keys {
			out.set(k, from(v[k]))
		}
		return out
	}
	return v
}

func truthy(v any) bool {
	switch v := v.(type) {
	case nil, undefined:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case text:
		return v.String() != ""
	case []any:
		return len(v) > 0
	case *dict:
		return len(v.keys) > 0
	}
	return true
}

// show is how a value is written out.
func show(v any) text {
	switch v := v.(type) {
	case nil:
		return literal("None")
	case undefined:
		return nil
	case text:
		return v
	case bool:
		if v {
			return literal("True")
		}
		return literal("False")
	case int64:
		return literal(strconv.FormatInt(v, 10))
	case float64:
		return literal(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return data(encode(v, 0))
}

// encode writes JSON as Python's json.dumps does, with blanks after , and :.
func encode(v any, depth int) string {
	if depth > 64 {
		return "null"
	}
	switch v := v.(type) {
	case nil, undefined:
		return "null"
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = encode(v[i], depth+1)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *dict:
		parts := make([]string, len(v.keys))
		for i, k := range v.keys {
			parts[i] = quote(k) + ": " + encode(v.values[k], depth+1)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case text:
		return quote(v.String())
	case bool:
		return strconv.FormatBool(v)
	}
	return fmt.Sprint(v)
}

func quote(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func equal(a, b any) bool {
	switch x := a.(type) {
	case text:
		y, ok := b.(text)
		return ok && x.String() == y.String()
	case []any, *dict:
		return encode(a, 0) == encode(b, 0)
	case int64:
		if y, ok := b.(float64); ok {
			return float64(x) == y
		}
	case float64:
		if y, ok := b.(int64); ok {
			return x == float64(y)
		}
	case undefined:
		_, ok := b.(undefined)
		return ok
	}
	switch b.(type) {
	case text, []any, *dict, undefined:
		return false
	}
	return a == b
}
