package jinja

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

func (r *run) listFilter(name string, v any, a arguments) (any, bool) {
	// folded is what is compared: without its case, if case does not count.
	folded := func(e any) any {
		if s, ok := e.(text); ok && !truthy(a["case_sensitive"]) {
			return literal(lower(s.String()))
		}
		return e
	}
	switch name {
	case "first":
		list := elements(v)
		if len(list) == 0 {
			return undefined{}, true
		}
		if l, ok := v.(*lazy); ok {
			l.list = list[1:]
		}
		return list[0], true
	case "last":
		if _, ok := v.(*lazy); ok {
			fail("what a filter gives has no last element before it is a list")
		}
		list := elements(v)
		if len(list) == 0 {
			return undefined{}, true
		}
		return list[len(list)-1], true
	case "list":
		return slices.Clone(elements(v)), true
	case "join":
		sep := show(a.or("d", literal("")))
		var out text
		for i, e := range elements(v) {
			if i > 0 {
				out = append(out, sep...)
			}
			out = append(out, show(a.attribute(e))...)
			r.step()
		}
		r.grow(len(out.String()))
		return out.plain(), true
	case "reverse":
		list := slices.Clone(elements(v))
		slices.Reverse(list)
		switch v.(type) {
		case text:
			return r.filter("join", list, nil, nil), true
		case *lazy:
			return list, true
		}
		return &lazy{list: list}, true
	case "unique":
		var out []any
		seen := newDict()
		for _, e := range elements(v) {
			r.step()
			key := folded(a.attribute(e)) // whatever the case, the first stays
			if _, ok := seen.values[keyOf(key)]; !ok {
				seen.put(key, true)
				out = append(out, e)
			}
		}
		return &lazy{list: out}, true
	case "sort":
		list := slices.Clone(elements(v))
		r.grow(16 * len(list))
		if by, ok := a["attribute"].(text); ok && strings.Contains(by.String(), ",") {
			fail("sort by several attributes is not done here")
		}
		sortBy(list, truthy(a["reverse"]), func(e any) any { return folded(a.attribute(e)) })
		return list, true
	case "dictsort":
		d, ok := v.(*dict)
		if !ok {
			fail("dictsort of what is no dictionary")
		}
		list := pairs(d, "items")
		at := 0
		switch by := show(a.or("by", literal("key"))).String(); by {
		case "key":
		case "value":
			at = 1
		default:
			fail("dictsort by %s", by)
		}
		sortBy(list, truthy(a["reverse"]), func(e any) any { return folded(e.(tuple)[at]) })
		return list, true
	case "sum":
		total := a.or("start", int64(0))
		if _, ok := numeric(total); !ok {
			fail("sum from %s is not done here", kind(total))
		}
		list := elements(v)
		if slices.ContainsFunc(list, func(e any) bool { _, ok := a.attribute(e).(float64); return ok }) && len(list) > 1 {
			fail("sum of floats is not done here: versions of Python differ in the last digit")
		}
		for _, e := range list {
			total = arithmetic("+", total, a.attribute(e))
		}
		return total, true
	case "min", "max":
		list := elements(v)
		if len(list) == 0 {
			return undefined{}, true
		}
		best := list[0]
		key := func(e any) any { return folded(a.attribute(e)) }
		for _, e := range list[1:] {
			if name == "min" && less(key(e), key(best)) || name == "max" && less(key(best), key(e)) {
				best = e
			}
		}
		return best, true
	}
	return nil, false
}

// sortBy sorts by keys; what is equal keeps its order, from the end too.
func sortBy(list []any, reverse bool, key func(any) any) {
	slices.SortStableFunc(list, func(a, b any) int {
		if reverse {
			a, b = b, a
		}
		return order(key(a), key(b))
	})
}

func order(a, b any) int {
	switch {
	case less(a, b):
		return -1
	case less(b, a):
		return 1
	}
	return 0
}

// path goes along a member's name with dots; none, if not nil, is what is not there.
func path(v any, name string, none any) any {
	for _, p := range strings.Split(name, ".") {
		key := any(literal(p))
		if i, err := strconv.ParseInt(p, 10, 64); err == nil && every(p, unicode.IsDigit) {
			key = i
		}
		v = member(v, key, false)
		if _, gone := v.(undefined); gone && none != nil {
			v = none
		}
	}
	return v
}

func (r *run) selected(name string, list, args []any) []any {
	out := []any{}
	byMember := strings.HasSuffix(name, "attr")
	if byMember && len(args) == 0 {
		fail("%s wants a member's name", name)
	}
	for _, e := range list {
		r.step()
		v, rest := e, args
		if byMember {
			v, rest = path(e, show(args[0]).String(), nil), args[1:]
		}
		ok := truthy(v)
		if len(rest) > 0 {
			ok = test(show(rest[0]).String(), v, rest[1:]) == true
		}
		if ok != strings.HasPrefix(name, "reject") {
			out = append(out, e)
		}
	}
	return out
}

func (r *run) mapped(list, args []any, keys []string, named map[string]any) []any {
	by, byMember := named["attribute"]
	if byMember && len(args) == 0 {
		_ = bound("map", []string{"attribute", "default"}, nil, named)
	} else if len(args) == 0 {
		fail("map wants a filter or an attribute")
	}

	out := make([]any, len(list))
	for i, e := range list {
		r.step()
		if byMember && len(args) == 0 {
			out[i] = path(e, show(by).String(), named["default"])
			continue
		}
		all := slices.Clone(args[1:])
		for _, k := range keys {
			all = append(all, named[k])
		}
		out[i] = r.filter(show(args[0]).String(), e, all, keys)
	}
	return out
}
