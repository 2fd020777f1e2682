package jinja

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// filter applies one of Jinja's filters; the last arguments have the names in keys.
func (r *run) filter(name string, v any, args []any, keys []string) any {
	at := len(args) - len(keys)
	named := map[string]any{}
	for i, k := range keys {
		named[k] = args[at+i]
	}
	args = args[:at]
	if out, ok := r.listFilter(name, v, args, named); ok {
		return out
	}
	t := func() text { return show(v) }
	switch name {
	case "trim":
		return t().trim(true, true, str(args, 0, ""))
	case "string":
		return t()
	case "safe":
		return t().markup()
	case "e", "escape", "forceescape":
		return t().escaped()
	case "upper":
		return t().each(strings.ToUpper)
	case "lower":
		return t().each(strings.ToLower)
	case "capitalize", "title":
		return t().like(capital(t().String(), name == "title"))
	case "length", "count":
		switch v := v.(type) {
		case text:
			return int64(utf8.RuneCountInString(v.String()))
		case undefined:
			return int64(0)
		case lazy:
			fail("what a filter gives has no length before it is a list")
		}
		return int64(len(elements(v)))
	case "tojson":
		return toJSON(v, args, named)
	case "default", "d":
		other := any(literal(""))
		if len(args) > 0 {
			other = args[0]
		} else if o, ok := named["default_value"]; ok {
			other = o
		}
		falsy := len(args) > 1 && truthy(args[1]) || truthy(named["boolean"])
		if _, ok := v.(undefined); ok || falsy && !truthy(v) {
			return other
		}
		return v
	case "int":
		switch n := v.(type) {
		case int64:
			return n
		case bool, float64:
			f, _ := numeric(n)
			return int64(math.Trunc(f))
		}
		s := strings.TrimSpace(t().String())
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n
		}
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return int64(math.Trunc(f))
		}
		return int64(count(args, 0, named, "default", 0))
	case "float":
		if f, ok := numeric(v); ok {
			return f
		}
		f, _ := strconv.ParseFloat(strings.TrimSpace(t().String()), 64)
		return f
	case "abs":
		switch n := v.(type) {
		case int64:
			return max(n, -n)
		case float64:
			return math.Abs(n)
		}
	case "round":
		f, ok := numeric(v)
		if !ok {
			fail("round of %s", repr(v, 0))
		}
		unit := math.Pow(10, float64(count(args, 0, named, "precision", 0)))
		return math.RoundToEven(f*unit) / unit
	case "replace":
		if len(args) < 2 {
			fail("replace wants two arguments")
		}
		out, _ := r.textMethod(t(), name, []any{literal(str(args, 0, "")), show(args[1])}, nil)
		return out
	case "items":
		switch d := v.(type) {
		case *dict:
			return pairs(d, name)
		case undefined:
			return []any{}
		}
		fail("items of what is no dictionary")
	case "indent":
		return indent(t(), args, named)
	case "wordcount":
		return int64(len(strings.Fields(t().String())))
	case "attr":
		return member(v, literal(str(args, 0, "")))
	}
	fail("there is no filter %q", name)
	return nil
}

// indent puts blanks before each line but the first and empty ones.
func indent(t text, args []any, named map[string]any) text {
	width := count(args, 0, named, "width", 4)
	if width < 0 || width > 1000 {
		fail("an indent of %d", width)
	}
	pad := strings.Repeat(" ", width)
	first := len(args) > 1 && truthy(args[1]) || truthy(named["first"])
	all := len(args) > 2 && truthy(args[2]) || truthy(named["blank"])
	var out text
	for i, line := range t.split("\n", -1) {
		l := line.(text)
		if i > 0 {
			out = append(out, Segment{Text: "\n"})
		}
		if (i > 0 || first) && (all || strings.TrimSpace(l.String()) != "" || i == 0) {
			out = append(out, Segment{Text: pad})
		}
		out = append(out, l...)
	}
	return out.plus(nil)
}

// toJSON is what transformers puts in place of Jinja's: json.dumps without escapes.
func toJSON(v any, args []any, named map[string]any) text {
	o := style{sorted: truthy(named["sort_keys"]), ascii: truthy(named["ensure_ascii"])}
	width := named["indent"]
	if len(args) > 0 { // the first by place is ensure_ascii
		o.ascii = truthy(args[0])
	}
	if len(args) > 1 {
		width = args[1]
	}
	switch w := width.(type) {
	case int64:
		if w < 0 || w > 64 {
			fail("an indent of %d", w)
		}
		o.indent = strings.Repeat(" ", int(w))
	case text:
		o.indent = w.String()
	}
	if list, ok := named["separators"].([]any); ok && len(list) == 2 {
		o.comma, o.colon = show(list[0]).String(), show(list[1]).String()
	}
	return data(o.write(v, 0))
}

func (r *run) listFilter(name string, v any, args []any, named map[string]any) (any, bool) {
	switch name {
	case "first", "last":
		list := elements(v)
		switch {
		case len(list) == 0:
			return undefined{}, true
		case name == "first":
			return list[0], true
		}
		return list[len(list)-1], true
	case "list":
		return slices.Clone(elements(v)), true
	case "join":
		sep, by := text(nil), named["attribute"]
		if len(args) > 0 {
			sep = show(args[0])
		}
		if d, ok := named["d"]; ok {
			sep = show(d)
		}
		var out text
		for i, e := range elements(v) {
			if by != nil {
				e = path(e, show(by).String())
			}
			if i > 0 {
				out = append(out, sep...)
			}
			out = append(out, show(e)...)
			r.step()
		}
		r.grow(len(out.String()))
		return out.plus(nil), true
	case "reverse":
		list := slices.Clone(elements(v))
		slices.Reverse(list)
		if _, ok := v.(text); ok {
			return r.filter("join", list, nil, nil), true
		}
		return lazy{list}, true
	case "selectattr", "rejectattr", "select", "reject", "map":
		if !truthy(v) {
			return lazy{}, true
		}
		if name == "map" {
			return lazy{r.mapped(elements(v), args, named)}, true
		}
		return lazy{r.selected(name, elements(v), args)}, true
	case "unique":
		var out, seen []any
		for _, e := range elements(v) {
			r.step()
			same := e
			if t, ok := e.(text); ok { // whatever the case, the first stays
				same = data(strings.ToLower(t.String()))
			}
			if !contains(seen, same) {
				seen, out = append(seen, same), append(out, e)
			}
		}
		return lazy{out}, true
	case "sort":
		list := slices.Clone(elements(v))
		r.grow(16 * len(list))
		key := func(e any) any {
			if by := named["attribute"]; by != nil {
				e = path(e, show(by).String())
			}
			if s, ok := e.(text); ok && !truthy(named["case_sensitive"]) {
				return literal(strings.ToLower(s.String()))
			}
			return e
		}
		slices.SortStableFunc(list, func(a, b any) int { return order(key(a), key(b)) })
		if len(args) > 0 && truthy(args[0]) || truthy(named["reverse"]) {
			slices.Reverse(list)
		}
		return list, true
	case "dictsort":
		d, ok := v.(*dict)
		if !ok {
			fail("dictsort of what is no dictionary")
		}
		list := pairs(d, "items")
		slices.SortStableFunc(list, func(a, b any) int {
			return strings.Compare(strings.ToLower(show(a.([]any)[0]).String()), strings.ToLower(show(b.([]any)[0]).String()))
		})
		return list, true
	case "sum":
		total := any(int64(0))
		for _, e := range elements(v) {
			if by := named["attribute"]; by != nil {
				e = path(e, show(by).String())
			}
			total = arithmetic("+", total, e)
		}
		return total, true
	case "min", "max":
		list := elements(v)
		if len(list) == 0 {
			return undefined{}, true
		}
		best := list[0]
		for _, e := range list[1:] {
			if less(e, best) == (name == "min") && !equal(e, best) {
				best = e
			}
		}
		return best, true
	}
	return nil, false
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

// path goes along a member's name with dots.
func path(v any, name string) any {
	for _, p := range strings.Split(name, ".") {
		key := any(literal(p))
		if i, err := strconv.ParseInt(p, 10, 64); err == nil {
			key = i
		}
		if _, ok := v.(undefined); ok {
			return v
		}
		v = member(v, key)
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
			v, rest = path(e, show(args[0]).String()), args[1:]
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

func (r *run) mapped(list, args []any, named map[string]any) []any {
	out := make([]any, len(list))
	for i, e := range list {
		r.step()
		if by, ok := named["attribute"]; ok {
			out[i] = path(e, show(by).String())
			if _, gone := out[i].(undefined); gone && named["default"] != nil {
				out[i] = named["default"]
			}
			continue
		}
		if len(args) == 0 {
			fail("map wants a filter or an attribute")
		}
		out[i] = r.filter(show(args[0]).String(), e, args[1:], nil)
	}
	return out
}

func capital(s string, each bool) string {
	start := true
	return strings.Map(func(c rune) rune {
		was := start
		start = each && !unicode.IsLetter(c)
		if was && unicode.IsLetter(c) {
			return unicode.ToUpper(c)
		}
		return unicode.ToLower(c)
	}, s)
}

// test is one of Jinja's tests.
func test(name string, v any, args []any) any {
	_, isUndefined := v.(undefined)
	n, isInt := v.(int64)
	_, isFloat := v.(float64)
	t, isText := v.(text)
	_, isList := v.([]any)
	_, isDict := v.(*dict)
	_, isMacro := v.(*macro)
	b, isBool := v.(bool)
	switch name {
	case "defined":
		return !isUndefined
	case "undefined":
		return isUndefined
	case "none":
		return v == nil
	case "string":
		return isText
	case "mapping":
		return isDict
	case "iterable":
		return isText || isList || isDict || isUndefined
	case "sequence":
		return isText || isList || isDict || isUndefined
	case "number":
		return isInt || isFloat || isBool
	case "integer":
		return isInt
	case "float":
		return isFloat
	case "callable":
		_, isFunction := v.(function)
		return isMacro || isFunction
	case "boolean":
		return isBool
	case "true", "false":
		return isBool && b == (name == "true")
	case "odd", "even":
		return isInt && (n%2 != 0) == (name == "odd")
	case "lower":
		return isText && t.String() == strings.ToLower(t.String())
	case "upper":
		return isText && t.String() == strings.ToUpper(t.String())
	}
	if len(args) != 1 {
		fail("there is no test %q of %d arguments", name, len(args))
	}
	switch name {
	case "divisibleby":
		by, ok := args[0].(int64)
		return ok && by != 0 && isInt && n%by == 0
	case "in":
		return contains(args[0], v)
	case "eq", "equalto", "==", "sameas":
		return equal(v, args[0])
	case "ne", "!=":
		return !equal(v, args[0])
	case "lt", "lessthan", "<":
		return less(v, args[0])
	case "gt", "greaterthan", ">":
		return less(args[0], v)
	case "le", "<=":
		return !less(args[0], v)
	case "ge", ">=":
		return !less(v, args[0])
	}
	panic(failure{fmt.Errorf("there is no test %q", name)})
}
