package jinja

import (
	"fmt"
	"slices"
)

// tuple is what (1, 2) is. Python tells it from a list: it prints and compares otherwise.
type tuple []any

// span is what range gives.
type span struct{ from, to, step int64 }

// view is what a dictionary's keys(), values() and items() give: it has a length but no places.
type view struct {
	kind string // keys, values, items
	list []any
}

// lazy is what filters give that Jinja computes as it is gone through: it is true even if
// it is empty, has no length, and is gone through once.
type lazy struct {
	list []any
	left bool // a loop left it in the middle
}

// take gives what is left, and leaves nothing.
func (l *lazy) take() []any {
	if l.left {
		fail("what a filter gives cannot be gone on with after a loop that left it")
	}
	out := l.list
	l.list = nil
	return out
}

// listed gives the elements of a list or tuple.
func listed(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case tuple:
		return v, true
	}
	return nil, false
}

func (s span) length() int64 {
	switch {
	case s.step > 0 && s.from < s.to:
		return (s.to-s.from-1)/s.step + 1
	case s.step < 0 && s.from > s.to:
		return (s.from-s.to-1)/-s.step + 1
	}
	return 0
}

func (s span) list() []any {
	n := s.length()
	if n > maxSteps {
		fail("a range of %d numbers takes more than %d steps", n, maxSteps)
	}
	out := make([]any, n)
	for i := range out {
		out[i] = s.from + int64(i)*s.step
	}
	return out
}

func (s span) String() string {
	if s.step == 1 {
		return fmt.Sprintf("range(%d, %d)", s.from, s.to)
	}
	return fmt.Sprintf("range(%d, %d, %d)", s.from, s.to, s.step)
}

// elements are what a loop goes through: keys of a dictionary, characters of a string.
func elements(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case tuple:
		return v
	case span:
		return v.list()
	case view:
		return v.list
	case *dict:
		out := make([]any, len(v.keys))
		for i, k := range v.keys {
			out[i] = v.key(k)
		}
		return out
	case text:
		return v.plain().characters()
	case *lazy:
		return v.take()
	case undefined:
		return nil
	}
	fail("%s cannot be gone through", kind(v))
	return nil
}

func contains(in, v any) bool {
	switch in := in.(type) {
	case text:
		return has(in.String(), v)
	case *dict:
		_, ok := in.values[keyOf(v)]
		return ok
	case *lazy: // what comes before it is gone, and it too
		list := in.take()
		for i, e := range list {
			if equal(e, v) {
				in.list = list[i+1:]
				return true
			}
		}
		return false
	case undefined:
		return false
	case view:
		if in.kind == "keys" {
			_ = keyOf(v) // what is no key is refused
		}
	}
	return slices.ContainsFunc(elements(in), func(e any) bool { return equal(e, v) })
}

// slice is of[from:to:step].
func slice(of, from, to, step any) any {
	by := int64(1)
	if n, ok := step.(int64); ok {
		if by = n; n == 0 {
			fail("a step of 0")
		}
	}
	var n int64
	var list []any
	switch v := of.(type) {
	case []any, tuple:
		list, _ = listed(v)
		n = int64(len(list))
	case text:
		list = v.characters()
		n = int64(len(list))
	case span:
		n = v.length()
	default:
		fail("%s has no parts", kind(of))
	}
	at := func(v any, none int64) int64 {
		if v == nil {
			return none
		}
		i, ok := v.(int64)
		if !ok {
			fail("%s is no place in a list", kind(v))
		}
		if i < 0 {
			i += n
		}
		if by < 0 {
			return min(max(i, -1), n-1)
		}
		return min(max(i, 0), n)
	}
	first, last := at(from, 0), at(to, n)
	if by < 0 {
		first, last = at(from, n-1), at(to, -1)
	}
	if s, ok := of.(span); ok {
		return span{s.from + first*s.step, s.from + last*s.step, s.step * by}
	}
	out := []any{}
	for i := first; by > 0 && i < last || by < 0 && i > last; i += by {
		out = append(out, list[i])
	}
	switch of.(type) {
	case text:
		var t text
		for _, c := range out {
			t = append(t, c.(text)...)
		}
		return t.plus(nil)
	case tuple:
		return tuple(out)
	}
	return out
}
