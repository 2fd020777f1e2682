package jinja

import (
	"errors"
	"fmt"
	"math"
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
	switch name {
	case "selectattr", "rejectattr", "select", "reject", "map":
		if !truthy(v) {
			return &lazy{}
		}
		if name == "map" {
			return &lazy{list: r.mapped(elements(v), args, keys, named)}
		}
		if len(named) > 0 {
			fail("%s takes no arguments with names here", name)
		}
		return &lazy{list: r.selected(name, elements(v), args)}
	}
	params, ok := parameters[name]
	if !ok {
		fail("there is no filter %q", name)
	}
	a := bound(name, params, args, named)
	if out, ok := r.listFilter(name, v, a); ok {
		return out
	}
	t := func() text { return show(v) }
	number := func() float64 {
		f, ok := numeric(v)
		if !ok {
			fail("%s of %s", name, kind(v))
		}
		return f
	}
	switch name {
	case "trim":
		return t().trim(true, true, a["chars"])
	case "string":
		return t()
	case "safe":
		return t().markup()
	case "e", "escape", "forceescape":
		return t().escaped()
	case "upper":
		return t().each(upper)
	case "lower":
		return t().each(lower)
	case "capitalize":
		return t().like(capital(t().String()))
	case "title":
		return t().like(words(t().String()))
	case "length", "count":
		switch v := v.(type) {
		case text:
			return int64(utf8.RuneCountInString(v.String()))
		case undefined:
			return int64(0)
		case span:
			return v.length()
		case *lazy:
			fail("what a filter gives has no length before it is a list")
		}
		return int64(len(elements(v)))
	case "tojson":
		return toJSON(v, a)
	case "default", "d":
		if _, ok := v.(undefined); ok || truthy(a["boolean"]) && !truthy(v) {
			return a.or("default_value", literal(""))
		}
		return v
	case "int", "float":
		return converted(name, v, a)
	case "abs":
		if n, ok := whole(v); ok {
			if n < 0 {
				return exact("-", 0, n, "-")
			}
			return n
		}
		return math.Abs(number())
	case "round":
		return rounded(v, number(), a)
	case "replace":
		from, to := show(a["old"]), show(a["new"])
		r.grow(len(to.String()) * strings.Count(t().String(), from.String()))
		return t().replace(from.String(), to, a.number("count", -1))
	case "items":
		switch d := v.(type) {
		case *dict:
			return &lazy{list: pairs(d, name)}
		case undefined:
			return &lazy{}
		}
		fail("items of what is no dictionary")
	case "indent":
		if _, ok := v.(text); !ok {
			fail("indent of %s", kind(v))
		}
		return indent(t(), a)
	case "wordcount":
		return int64(len(strings.FieldsFunc(t().String(), func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsNumber(c) })))
	case "attr":
		if n, ok := v.(namespace); ok {
			return member(n, a.text("name"), true)
		}
		if _, ok := v.(undefined); ok {
			fail("attr of what is undefined")
		}
		if m, ok := attribute(v, a.text("name").String()); ok {
			return m
		}
		return undefined{a.text("name").String()}
	}
	fail("%s of %s", name, kind(v))
	return nil
}

// converted is a value as an integer or a float, or the default where it is none.
func converted(name string, v any, a arguments) any {
	none := a.or("default", int64(0))
	if _, ok := a["default"]; !ok && name == "float" {
		none = 0.0
	}
	if a["base"] != nil {
		fail("int with a base is not done here")
	}
	f, ok := numeric(v)
	switch x := v.(type) {
	case undefined:
		fail("%s of what is undefined", name)
	case large:
		fail("%s of %s is not done here", name, x)
	case text:
		s := strings.TrimFunc(x.String(), isSpace)
		if strings.ContainsAny(s, "_xX") || strings.ContainsFunc(s, func(c rune) bool { return c > unicode.MaxASCII && unicode.IsDigit(c) }) {
			if strings.ContainsFunc(s, unicode.IsLetter) && !strings.Contains(s, "_") {
				return none // Go knows hexadecimal floats
			}
			fail("%s of %q is not done here", name, s)
		}
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && name == "int" {
			return n
		}
		var err error
		f, err = strconv.ParseFloat(s, 64)
		ok = err == nil || errors.Is(err, strconv.ErrRange)
	}
	n, isWhole := whole(v)
	switch {
	case !ok:
		return none
	case name == "float":
		return f
	case isWhole:
		return n
	case math.IsInf(f, 0) || math.IsNaN(f):
		return none
	case math.Abs(f) >= 1<<53:
		fail("%s of %s is more than can be done here", name, float(f))
	}
	return int64(math.Trunc(f))
}

// rounded is a number with some digits after the point; halves go to the even digit of what
// the number is in full.
func rounded(v any, f float64, a arguments) any {
	digits := a.number("precision", 0)
	if digits < 0 || digits > 300 {
		fail("round to %d digits is not done here", digits)
	}
	unit := math.Pow10(digits)
	switch show(a.or("method", literal("common"))).String() {
	case "common":
		if n, ok := whole(v); ok {
			return n
		}
		out, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', digits, 64), 64)
		return out
	case "ceil":
		return math.Ceil(f*unit) / unit
	case "floor":
		return math.Floor(f*unit) / unit
	}
	fail("round has no method %s", show(a["method"]))
	return nil
}

// indent puts blanks before each line but the first and empty ones.
func indent(t text, a arguments) text {
	width := a.number("width", 4)
	if width < 0 || width > 1000 {
		fail("an indent of %d", width)
	}
	pad := literal(strings.Repeat(" ", width))
	var out text
	if truthy(a["first"]) {
		out = append(out, pad...)
	}
	for i, line := range t.plus(literal("\n")).lines(false) {
		l := line.(text)
		if i > 0 {
			out = append(out, literal("\n")...)
			if l.String() != "" || truthy(a["blank"]) {
				out = append(out, pad...)
			}
		}
		out = append(out, l...)
	}
	return out.plus(nil)
}

// toJSON is what transformers puts in place of Jinja's: json.dumps without escapes.
func toJSON(v any, a arguments) text {
	o := style{sorted: truthy(a["sort_keys"]), ascii: truthy(a["ensure_ascii"])}
	switch w := a["indent"].(type) {
	case nil:
	case int64:
		if w < 0 || w > 64 {
			fail("an indent of %d", w)
		}
		o.broken, o.indent = true, strings.Repeat(" ", int(w))
	case text:
		o.broken, o.indent = true, w.String()
	default:
		fail("an indent of %s", kind(w))
	}
	if s := a["separators"]; s != nil {
		list, _ := listed(s)
		if len(list) == 2 {
			o.comma, o.colon = show(list[0]).String(), show(list[1]).String()
		}
		if o.comma == "" || o.colon == "" {
			fail("separators that are not two strings")
		}
	}
	return data(o.write(v, 0))
}

// test is one of Jinja's tests.
func test(name string, v any, args []any) any {
	_, isUndefined := v.(undefined)
	n, isInt := v.(int64)
	_, isFloat := v.(float64)
	_, isText := v.(text)
	_, isList := listed(v)
	_, isSpan := v.(span)
	_, isView := v.(view)
	_, isLazy := v.(*lazy)
	_, isLarge := v.(large)
	_, isDict := v.(*dict)
	_, isMacro := v.(*macro)
	b, isBool := v.(bool)
	switch name {
	case "defined", "undefined", "none", "string", "mapping", "iterable", "sequence", "number", "integer", "float", "callable", "boolean", "true", "false", "odd", "even", "lower", "upper":
		if len(args) > 0 {
			fail("the test %s takes no argument", name)
		}
	}
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
		return isText || isList || isDict || isUndefined || isSpan || isView || isLazy
	case "sequence":
		return isText || isList || isDict || isUndefined || isSpan
	case "number":
		return isInt || isFloat || isBool || isLarge
	case "integer":
		return isInt || isLarge
	case "float":
		return isFloat
	case "callable":
		_, isFunction := v.(function)
		_, isMethod := v.(method)
		return isMacro || isFunction || isMethod || isUndefined
	case "boolean":
		return isBool
	case "true", "false":
		return isBool && b == (name == "true")
	case "odd", "even":
		rest := arithmetic("%", v, int64(2))
		return name == "odd" && equal(rest, int64(1)) || name == "even" && equal(rest, int64(0))
	case "lower", "upper":
		return cased(show(v).String(), name == "upper")
	}
	if len(args) != 1 {
		fail("there is no test %q of %d arguments", name, len(args))
	}
	switch name {
	case "divisibleby":
		return equal(arithmetic("%", v, args[0]), int64(0))
	case "in":
		return contains(args[0], v)
	case "sameas":
		_, other := args[0].(bool)
		_, number := args[0].(int64)
		if v == nil || args[0] == nil || isBool || other {
			return isBool == other && equal(v, args[0])
		}
		if isInt && number && min(n, args[0].(int64)) >= -5 && max(n, args[0].(int64)) <= 256 { // Python has one of each of these
			return equal(v, args[0])
		}
		if kind(v) == kind(args[0]) {
			fail("sameas of %s is not done here", kind(v))
		}
		return false
	case "eq", "equalto", "==":
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
