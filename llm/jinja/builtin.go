package jinja

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const blanks = " \t\r\n\v\f"

func str(args []any, i int, none string) string {
	if i < len(args) {
		return show(args[i]).String()
	}
	return none
}

func (r *run) call(n *node) any {
	args, keys := named(r.all(n.kids[1:]), n.keys)
	f := n.kids[0]
	if f.op == "name" {
		switch f.name {
		case "range":
			return r.numbers(args)
		case "namespace", "dict":
			d := newDict()
			for _, k := range n.keys {
				d.set(k, keys[k])
			}
			return d
		case "raise_exception":
			panic(failure{fmt.Errorf("%w: %s", ErrRaised, str(args, 0, ""))})
		}
		fail("there is no function %q", f.name)
	}
	if f.op != "attr" {
		fail("this cannot be called")
	}
	on := r.eval(f.kids[0])
	switch v := on.(type) {
	case text:
		if out, ok := r.method(v, f.name, args); ok {
			return out
		}
	case *dict:
		switch f.name {
		case "items", "keys", "values":
			return r.filter(f.name, v, nil, nil)
		case "get":
			if e, ok := v.values[str(args, 0, "")]; ok {
				return e
			}
			if len(args) > 1 {
				return args[1]
			}
			return nil
		}
	}
	fail("there is no method %q", f.name)
	return nil
}

func (r *run) numbers(args []any) any {
	bounds := []int64{0, 0, 1}
	for i, a := range args {
		v, ok := a.(int64)
		if !ok || i > 2 {
			fail("range of what are no numbers")
		}
		switch {
		case len(args) == 1:
			bounds[1] = v
		default:
			bounds[i] = v
		}
	}
	var out []any
	for i := bounds[0]; bounds[2] > 0 && i < bounds[1] || bounds[2] < 0 && i > bounds[1]; i += bounds[2] {
		r.step()
		out = append(out, i)
	}
	return out
}

// method is a method of a string.
func (r *run) method(s text, name string, args []any) (any, bool) {
	switch name {
	case "strip":
		return s.trim(true, true, str(args, 0, blanks)), true
	case "lstrip":
		return s.trim(true, false, str(args, 0, blanks)), true
	case "rstrip":
		return s.trim(false, true, str(args, 0, blanks)), true
	case "startswith":
		return strings.HasPrefix(s.String(), str(args, 0, "")), true
	case "endswith":
		return strings.HasSuffix(s.String(), str(args, 0, "")), true
	case "upper", "lower", "title", "capitalize", "replace":
		return r.filter(name, s, args, nil), true
	case "split":
		var parts []string
		if sep := str(args, 0, ""); sep != "" {
			parts = strings.Split(s.String(), sep)
		} else {
			parts = strings.Fields(s.String())
		}
		r.grow(64 * len(parts))
		out := make([]any, len(parts))
		for i := range parts {
			out[i] = s.like(parts[i])
		}
		return out, true
	}
	return nil, false
}

func (r *run) filter(name string, v any, args []any, keys []string) any {
	args, byName := named(args, keys)
	s := func() text { return show(v) }
	switch name {
	case "trim":
		return s().trim(true, true, str(args, 0, blanks))
	case "string", "safe", "e", "escape":
		return s()
	case "upper":
		return s().like(strings.ToUpper(s().String()))
	case "lower":
		return s().like(strings.ToLower(s().String()))
	case "capitalize", "title":
		return s().like(capital(s().String(), name == "title"))
	case "length", "count":
		if t, ok := v.(text); ok {
			return int64(utf8.RuneCountInString(t.String()))
		}
		return int64(len(elements(v)))
	case "tojson":
		if _, ok := byName["indent"]; ok {
			return data(indented(v, 0, 4))
		}
		return data(encode(v, 0))
	case "default", "d":
		if _, ok := v.(undefined); ok || len(args) > 1 && truthy(args[1]) && !truthy(v) {
			if len(args) > 0 {
				return args[0]
			}
			return literal("")
		}
		return v
	case "first", "last":
		list := elements(v)
		switch {
		case len(list) == 0:
			return undefined{}
		case name == "first":
			return list[0]
		}
		return list[len(list)-1]
	case "list":
		return elements(v)
	case "int":
		var n int64
		if _, err := fmt.Sscan(s().String(), &n); err != nil {
			return int64(0)
		}
		return n
	case "join":
		var out text
		for i, e := range elements(v) {
			if i > 0 {
				out = r.join(out, literal(str(args, 0, "")))
			}
			out = r.join(out, show(e))
		}
		return out
	case "replace":
		if len(args) < 2 {
			fail("replace wants two arguments")
		}
		from, to := str(args, 0, ""), args[1]
		count := strings.Count(s().String(), from)
		r.grow(len(s().String()) + count*len(show(to).String()))
		return s().plus(show(to)).like(strings.ReplaceAll(s().String(), from, show(to).String()))
	case "reverse":
		list := slices.Clone(elements(v))
		slices.Reverse(list)
		return list
	case "items", "keys", "values":
		d, ok := v.(*dict)
		if !ok {
			fail("%s of what is no dictionary", name)
		}
		out := make([]any, len(d.keys))
		for i, k := range d.keys {
			switch name {
			case "keys":
				out[i] = data(k)
			case "values":
				out[i] = d.values[k]
			default:
				out[i] = []any{data(k), d.values[k]}
			}
		}
		return out
	}
	fail("there is no filter %q", name)
	return nil
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

// indented is encode with a line for each element.
func indented(v any, depth, width int) string {
	pad := strings.Repeat(" ", (depth+1)*width)
	end := "\n" + strings.Repeat(" ", depth*width)
	switch v := v.(type) {
	case []any:
		if len(v) == 0 || depth > 32 {
			break
		}
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = pad + indented(v[i], depth+1, width)
		}
		return "[\n" + strings.Join(parts, ",\n") + end + "]"
	case *dict:
		if len(v.keys) == 0 || depth > 32 {
			break
		}
		parts := make([]string, len(v.keys))
		for i, k := range v.keys {
			parts[i] = pad + quote(k) + ": " + indented(v.values[k], depth+1, width)
		}
		return "{\n" + strings.Join(parts, ",\n") + end + "}"
	}
	return encode(v, 0)
}

func (r *run) test(n *node) any {
	v := r.eval(n.kids[0])
	args := r.all(n.kids[1:])
	_, isUndefined := v.(undefined)
	number, isInt := v.(int64)
	_, isFloat := v.(float64)
	_, isText := v.(text)
	_, isList := v.([]any)
	_, isDict := v.(*dict)
	switch n.name {
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
		return isText || isList || isDict
	case "sequence":
		return isText || isList
	case "number":
		return isInt || isFloat
	case "integer":
		return isInt
	case "boolean", "true", "false":
		b, ok := v.(bool)
		return ok && (n.name == "boolean" || b == (n.name == "true"))
	case "odd", "even":
		return isInt && (number%2 != 0) == (n.name == "odd")
	case "divisibleby":
		by, ok := args[0].(int64)
		return ok && by != 0 && isInt && number%by == 0
	case "eq", "equalto", "in":
		if len(args) == 1 {
			if n.name == "in" {
				return contains(args[0], v)
			}
			return equal(v, args[0])
		}
	}
	fail("there is no test %q", n.name)
	return nil
}
