package jinja

import (
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
	case *dict:
		switch name {
		case "items", "keys", "values":
			return pairs(v, name)
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
	case []any:
		switch name {
		case "index":
			for i, e := range v {
				if len(args) > 0 && equal(e, args[0]) {
					return int64(i)
				}
			}
			fail("%s is not in the list", repr(args, 0))
		case "count":
			n := int64(0)
			for _, e := range v {
				if len(args) > 0 && equal(e, args[0]) {
					n++
				}
			}
			return n
		}
	case undefined:
		fail("%q is undefined", v.name)
	}
	fail("there is no method %q", name)
	return nil
}

func (r *run) textMethod(t text, name string, args []any, named map[string]any) (any, bool) {
	s := t.String()
	any1 := func(is func(s, affix string) bool) bool { // of one or several
		list, ok := args[0].([]any)
		if !ok {
			list = args[:1]
		}
		for _, a := range list {
			if is(s, show(a).String()) {
				return true
			}
		}
		return false
	}
	needs := func(n int) {
		if len(args) < n {
			fail("%s wants %d arguments", name, n)
		}
	}
	switch name {
	case "strip":
		return t.trim(true, true, str(args, 0, "")), true
	case "lstrip":
		return t.trim(true, false, str(args, 0, "")), true
	case "rstrip":
		return t.trim(false, true, str(args, 0, "")), true
	case "startswith":
		needs(1)
		return any1(strings.HasPrefix), true
	case "endswith":
		needs(1)
		return any1(strings.HasSuffix), true
	case "upper", "lower", "title", "capitalize":
		return r.filter(name, t, nil, nil), true
	case "replace":
		needs(2)
		to, ok := args[1].(text)
		if !ok {
			fail("replace wants strings")
		}
		n := count(args, 2, named, "count", -1)
		r.grow(len(s) + (strings.Count(s, str(args, 0, ""))+1)*len(to.String()))
		return t.replace(str(args, 0, ""), to, n), true
	case "split", "rsplit":
		n := count(args, 1, named, "maxsplit", -1)
		sep := str(args, 0, "")
		if v, ok := named["sep"]; ok {
			sep = show(v).String()
		}
		r.grow(64 * (strings.Count(s, sep) + 1))
		if name == "rsplit" {
			return t.rsplit(sep, n), true
		}
		return t.split(sep, n), true
	case "splitlines":
		lines := t.replace("\r\n", literal("\n"), -1).split("\n", -1)
		if n := len(lines); n > 0 && lines[n-1].(text).String() == "" {
			lines = lines[:n-1]
		}
		return lines, true
	case "partition", "rpartition":
		needs(1)
		at := strings.Index(s, str(args, 0, ""))
		if name == "rpartition" {
			at = strings.LastIndex(s, str(args, 0, ""))
		}
		sep := len(str(args, 0, ""))
		switch {
		case at >= 0:
			return []any{t.sub(0, at), t.sub(at, at+sep), t.sub(at+sep, len(s))}, true
		case name == "partition":
			return []any{t, literal(""), literal("")}, true
		}
		return []any{literal(""), literal(""), t}, true
	case "removeprefix":
		return t.sub(len(s)-len(strings.TrimPrefix(s, str(args, 0, ""))), len(s)), true
	case "removesuffix":
		return t.sub(0, len(strings.TrimSuffix(s, str(args, 0, "")))), true
	case "find", "rfind", "index":
		needs(1)
		at := strings.Index(s, str(args, 0, ""))
		if name == "rfind" {
			at = strings.LastIndex(s, str(args, 0, ""))
		}
		if at < 0 {
			if name == "index" {
				fail("%s is not in the string", repr(args[0], 0))
			}
			return int64(-1), true
		}
		return int64(utf8.RuneCountInString(s[:at])), true
	case "count":
		return int64(strings.Count(s, str(args, 0, ""))), true
	case "format":
		return r.format(t, args, named), true
	case "join":
		needs(1)
		return r.filter("join", args[0], []any{t}, nil), true
	case "isdigit", "isnumeric", "isdecimal":
		return every(s, unicode.IsDigit), true
	case "isalpha":
		return every(s, unicode.IsLetter), true
	case "isalnum":
		return every(s, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }), true
	case "isspace":
		return every(s, unicode.IsSpace), true
	case "isupper", "islower":
		return s != strings.ToUpper(s) == (name == "islower") && s != strings.ToLower(s) == (name == "isupper"), true
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
			out[i] = []any{d.key(k), d.values[k]}
		}
	}
	return out
}
