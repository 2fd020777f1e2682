package jinja

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
)

// dict keeps the order of its keys.
type dict struct {
	keys   []string // as keyOf writes them
	values map[string]any
	others map[string]any // keys that are no strings
}

func newDict() *dict { return &dict{values: map[string]any{}} }

func (d *dict) set(key string, v any) {
	if _, ok := d.values[key]; !ok {
		d.keys = append(d.keys, key)
	}
	d.values[key] = v
}

// put is set for a key of any kind.
func (d *dict) put(key, v any) {
	k := keyOf(key)
	if _, ok := d.values[k]; !ok {
		if _, ok := key.(text); !ok {
			if d.others == nil {
				d.others = map[string]any{}
			}
			d.others[k] = key
		}
	}
	d.set(k, v)
}

// key is the value of a key.
func (d *dict) key(k string) any {
	if v, ok := d.others[k]; ok {
		return v
	}
	return data(k)
}

// keyOf is where a value lies in a dictionary: 0 and "0" are two keys, 1, 1.0 and true one.
func keyOf(v any) string {
	switch v := v.(type) {
	case text:
		return v.String()
	case bool:
		n, _ := whole(v)
		return keyOf(n)
	case float64:
		if n := int64(v); float64(n) == v {
			return keyOf(n)
		}
	case nil, int64, large:
	default:
		fail("%s is no key of a dictionary here", kind(v))
	}
	return "\x00" + repr(v, 0)
}

// large is an integer that an int64 does not hold, in digits: it is written out, and no more.
type large string

// undefined is the value of a name that is not there.
type undefined struct{ name string }

// from turns a Go value (what encoding/json gives, and the types in this package) into a
// value; its strings are data. A json.RawMessage keeps the order of its keys, a map has
// them sorted.
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
	case json.Number:
		return number(v)
	case json.RawMessage:
		d := json.NewDecoder(bytes.NewReader(v))
		d.UseNumber()
		out, err := ordered(d)
		if err == nil {
			_, err = d.Token()
		}
		if err != io.EOF {
			fail("a value is not JSON: %v", err)
		}
		return out
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
		slices.Sort(keys)
		for _, k := range keys {
			out.set(k, from(v[k]))
		}
		return out
	}
	return v
}

// number is an integer where the digits are those of one.
func number(n json.Number) any {
	if i, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
		return i
	}
	if !strings.ContainsAny(n.String(), ".eE") {
		return large(n.String())
	}
	f, err := n.Float64()
	if err != nil {
		fail("the number %s is out of range", n)
	}
	return f
}

// ordered decodes a value with its keys in order.
func ordered(d *json.Decoder) (any, error) {
	tok, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := ordered(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	case json.Delim('{'):
		out := newDict()
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := ordered(d)
			if err != nil {
				return nil, err
			}
			out.set(key.(string), v)
		}
		_, err := d.Token()
		return out, err
	}
	return from(tok), nil
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
	case tuple:
		return len(v) > 0
	case span:
		return v.length() > 0
	case view:
		return len(v.list) > 0
	case *dict:
		return len(v.keys) > 0
	}
	return true
}

func equal(a, b any) bool {
	switch x := a.(type) {
	case text:
		y, ok := b.(text)
		return ok && x.String() == y.String()
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equal)
	case tuple:
		y, ok := b.(tuple)
		return ok && slices.EqualFunc(x, y, equal)
	case span:
		y, ok := b.(span)
		return ok && slices.EqualFunc(x.list(), y.list(), equal)
	case large:
		if f, ok := b.(float64); ok {
			fail("%s and %s are not compared here", x, float(f))
		}
		return a == b
	case *dict:
		y, ok := b.(*dict)
		if !ok || len(x.keys) != len(y.keys) {
			return false
		}
		for _, k := range x.keys {
			if v, ok := y.values[k]; !ok || !equal(x.values[k], v) {
				return false
			}
		}
		return true
	case undefined:
		_, ok := b.(undefined)
		return ok
	case nil:
		return b == nil
	case *macro, function, *lazy, namespace:
		return a == b
	case view, method:
		if kind(a) == kind(b) {
			fail("%s is not compared here", kind(a))
		}
		return false
	}
	if x, ok := whole(a); ok {
		if y, ok := whole(b); ok {
			return x == y
		}
	}
	x, okX := numeric(a)
	y, okY := numeric(b)
	return okX && okY && x == y
}

// whole is an integer's value; True is 1.
func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// numeric is a number's value; True is 1.
func numeric(v any) (float64, bool) {
	if n, ok := whole(v); ok {
		return float64(n), true
	}
	f, ok := v.(float64)
	return f, ok
}

// less orders two values, as Python does: numbers, strings, lists.
func less(a, b any) bool {
	if x, ok := a.(text); ok {
		if y, ok := b.(text); ok {
			return x.String() < y.String()
		}
	}
	if x, ok := listed(a); ok && kind(a) == kind(b) {
		if y, ok := listed(b); ok {
			for i := range min(len(x), len(y)) {
				if !equal(x[i], y[i]) {
					return less(x[i], y[i])
				}
			}
			return len(x) < len(y)
		}
	}
	if x, ok := whole(a); ok {
		if y, ok := whole(b); ok {
			return x < y
		}
	}
	x, okX := numeric(a)
	y, okY := numeric(b)
	if !okX || !okY {
		fail("%s and %s have no order", kind(a), kind(b))
	}
	return x < y
}
