package jinja

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// method calls one of Python's methods of strings, dictionaries and lists that change nothing.
func (r *run) method(on any, name string, args []any, named map[string]any) any {
	switch v := on.(type) {
	case text:
		if out, ok := r.textMethod(v, name, args, named); ok {
			return out
		}
	case namespace:
		if n, ok := v.values["index0"].(int64); ok && v.kind == "the loop" && name == "cycle" && len(args) > 0 && len(named) == 0 {
			return args[n%int64(len(args))]
		}
	case *dict:
		if len(named) > 0 || len(args) > 2 || len(args) > 0 && name != "get" {
			fail("%s of a dictionary is given arguments that are not known here", name)
		}
		switch name {
		case "items", "keys", "values":
			return view{name, pairs(v, name)}
		case "get":
			if e, ok := v.values[keyOf(first(args))]; ok {
				return e
			}
			if len(args) > 1 {
				return args[1]
			}
			return nil
		case "copy":
			return v
		}
	case []any, tuple, span:
		list := elements(v)
		if len(named) > 0 || (len(args) != 1) != (name == "copy") {
			fail("%s of %s is given arguments that are not known here", name, kind(v))
		}
		switch name {
		case "copy":
			if _, ok := v.([]any); ok {
				return slices.Clone(list)
			}
		case "index":
			for i, e := range list {
				if equal(e, args[0]) {
					return int64(i)
				}
			}
			fail("%s is not in the list", repr(args[0], 0))
		case "count":
			n := int64(0)
			for _, e := range list {
				if equal(e, args[0]) {
					n++
				}
			}
			return n
		}
	case undefined:
		fail("%q is undefined", v.name)
	}
	fail("%s has no method %q here", kind(on), name)
	return nil
}

// has says whether a string holds another.
func has(s string, v any) bool {
	t, ok := v.(text)
	if !ok {
		fail("%s in a string", kind(v))
	}
	return strings.Contains(s, t.String())
}

func (r *run) textMethod(t text, name string, args []any, named map[string]any) (any, bool) {
	s := t.String()
	if name == "format" {
		return r.format(t, args, named), true
	}
	params, ok := textParameters[name]
	if !ok {
		return nil, false
	}
	a := bound(name, params, args, named)
	affix := func(param string, is func(s, affix string) bool) bool { // of one or several
		list, ok := a[param].(tuple)
		if !ok {
			list = tuple{a[param]}
		}
		return slices.ContainsFunc(list, func(e any) bool {
			x, ok := e.(text)
			if !ok {
				fail("%s of %s", name, kind(e))
			}
			return is(s, x.String())
		})
	}
	// separator is where a string is cut, which is white space if it is not said.
	separator := func() string {
		if a["sep"] == nil {
			return ""
		}
		sep := a.text("sep").String()
		if sep == "" {
			fail("%s at an empty string", name)
		}
		return sep
	}
	switch name {
	case "strip":
		return t.trim(true, true, a["chars"]), true
	case "lstrip":
		return t.trim(true, false, a["chars"]), true
	case "rstrip":
		return t.trim(false, true, a["chars"]), true
	case "startswith":
		return affix("prefix", strings.HasPrefix), true
	case "endswith":
		return affix("suffix", strings.HasSuffix), true
	case "upper", "lower", "capitalize":
		return r.filter(name, t, nil, nil), true
	case "title":
		return t.like(titled(s)), true
	case "replace":
		from, to := a.text("old"), a.text("new")
		r.grow(len(s) + (strings.Count(s, from.String())+1)*len(to.String()))
		return t.replace(from.String(), to, a.number("count", -1)), true
	case "split", "rsplit":
		n, sep := a.number("maxsplit", -1), separator()
		r.grow(64 * (strings.Count(s, sep) + 1))
		if name == "rsplit" {
			return t.rsplit(sep, n), true
		}
		return t.split(sep, n), true
	case "splitlines":
		r.grow(64 * len(s))
		return t.lines(truthy(a["keepends"])), true
	case "partition", "rpartition":
		sep := a.text("sep").String()
		at := strings.Index(s, separator())
		if name == "rpartition" {
			at = strings.LastIndex(s, sep)
		}
		switch {
		case at >= 0:
			return tuple{t.sub(0, at), t.sub(at, at+len(sep)), t.sub(at+len(sep), len(s))}, true
		case name == "partition":
			return tuple{t, literal(""), literal("")}, true
		}
		return tuple{literal(""), literal(""), t}, true
	case "removeprefix":
		return t.sub(len(s)-len(strings.TrimPrefix(s, a.text("prefix").String())), len(s)), true
	case "removesuffix":
		return t.sub(0, len(strings.TrimSuffix(s, a.text("suffix").String()))), true
	case "find", "rfind", "index":
		at := strings.Index(s, a.text("sub").String())
		if name == "rfind" {
			at = strings.LastIndex(s, a.text("sub").String())
		}
		if at < 0 {
			if name == "index" {
				fail("%s is not in the string", repr(a["sub"], 0))
			}
			return int64(-1), true
		}
		return int64(utf8.RuneCountInString(s[:at])), true
	case "count":
		return int64(strings.Count(s, a.text("sub").String())), true
	case "join":
		list := elements(a["iterable"])
		for _, e := range list {
			if _, ok := e.(text); !ok {
				fail("join of %s", kind(e))
			}
		}
		return r.filter("join", list, []any{t}, nil), true
	case "isdigit", "isnumeric", "isdecimal":
		if name != "isdecimal" && strings.ContainsFunc(s, func(c rune) bool { return c > unicode.MaxASCII && !unicode.IsDigit(c) }) {
			fail("%s of a string with %q is not done here", name, s)
		}
		return every(s, unicode.IsDigit), true
	case "isalpha":
		return every(s, unicode.IsLetter), true
	case "isalnum":
		return every(s, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsNumber(c) }), true
	case "isspace":
		return every(s, isSpace), true
	case "isupper", "islower":
		return cased(s, name == "isupper"), true
	}
	return nil, false
}

func first(args []any) any {
	if len(args) == 0 {
		fail("an argument is missing")
	}
	return args[0]
}

// format puts arguments in place of {}, {0} and {name}.
func (r *run) format(t text, args []any, named map[string]any) text {
	s := t.String()
	var out text
	next := 0
	for at := 0; ; {
		i := strings.IndexAny(s[at:], "{}")
		if i < 0 {
			r.grow(len(out.String()))
			return append(out, t.sub(at, len(s))...).plus(nil)
		}
		i += at
		out = append(out, t.sub(at, i)...)
		if i+1 < len(s) && s[i+1] == s[i] { // {{ is {
			out = append(out, t.sub(i, i+1)...)
			at = i + 2
			continue
		}
		end := strings.IndexByte(s[i:], '}')
		if s[i] == '}' || end < 0 {
			fail("format: a single %q", s[i:i+1])
		}
		field := s[i+1 : i+end]
		at = i + end + 1
		n, err := strconv.Atoi(field)
		v, ok := named[field]
		switch {
		case field == "" && next < len(args):
			v, ok = args[next], true
			next++
		case err == nil && n >= 0 && n < len(args):
			v, ok = args[n], true
		}
		if !ok {
			fail("format: nothing for {%s}", field)
		}
		out = append(out, show(v)...)
	}
}

func every(s string, is func(rune) bool) bool {
	return s != "" && strings.IndexFunc(s, func(c rune) bool { return !is(c) }) < 0
}

// pairs are a dictionary's keys, values or both.
func pairs(d *dict, name string) []any {
	out := make([]any, len(d.keys))
	for i, k := range d.keys {
		switch name {
		case "keys":
			out[i] = d.key(k)
		case "values":
			out[i] = d.values[k]
		default:
			out[i] = tuple{d.key(k), d.values[k]}
		}
	}
	return out
}
