package jinja

import "slices"

// method is a method that is not called: d.items.
type method struct {
	on   any
	name string
}

// namespace is what namespace() gives, and the loop: members, and nothing of a dictionary.
type namespace struct {
	*dict
	kind string // "a namespace", "the loop"
}

// methods are those of Python's values that change nothing. Jinja finds them where it looks
// for a member: before the key of a dictionary in d.items, after it in d["items"].
var methods = map[string][]string{
	"a dictionary": {"copy", "fromkeys", "get", "items", "keys", "values"},
	"a list":       {"copy", "count", "index"},
	"a tuple":      {"count", "index"},
	"a string": {"capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format", "format_map",
		"index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable",
		"isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "maketrans", "partition", "removeprefix", "removesuffix",
		"replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip",
		"swapcase", "title", "translate", "upper", "zfill"},
	"a range": {"count", "index"},
}

// changing are methods that a template may not reach: they are not there, whatever the keys.
var changing = map[string][]string{
	"a dictionary": {"clear", "pop", "popitem", "setdefault", "update"},
	"a list":       {"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"},
}

// others are members that Python's values have and that are not done here.
var others = map[string][]string{
	"a number":            {"as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "fromhex", "hex", "imag", "is_integer", "numerator", "real", "to_bytes"},
	"a range":             {"start", "step", "stop"},
	"a view":              {"isdisjoint", "mapping"},
	"what a filter gives": {"close", "gi_code", "gi_frame", "gi_running", "gi_suspended", "gi_yieldfrom", "send", "throw"},
	"a macro":             {"arguments", "caller", "catch_kwargs", "catch_varargs", "name"},
}

// kind names what a value is.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case undefined:
		return "what is undefined"
	case bool, int64, float64, large:
		return "a number"
	case text:
		return "a string"
	case []any:
		return "a list"
	case tuple:
		return "a tuple"
	case *dict:
		return "a dictionary"
	case span:
		return "a range"
	case view:
		return "a view"
	case *lazy:
		return "what a filter gives"
	case namespace:
		return v.kind
	case *macro:
		return "a macro"
	case method:
		return "the method " + v.name
	}
	return "a function"
}

// attribute is what Python's value itself has under a name.
func attribute(of any, name string) (any, bool) {
	k := kind(of)
	switch {
	case slices.Contains(methods[k], name):
		return method{of, name}, true
	case slices.Contains(changing[k], name):
		return undefined{name}, true
	case slices.Contains(others[k], name), len(name) > 4 && name[:2] == "__":
		fail("the member %s of %s is not done here", name, k)
	}
	return nil, false
}

// member is of.name where dot is set, and of[name] else.
func member(of, key any, dot bool) any {
	name, named := key.(text)
	if b, ok := key.(bool); ok { // True is 1
		key = int64(0)
		if b {
			key = int64(1)
		}
	}
	if v, ok := of.(undefined); ok {
		fail("%q is undefined", v.name)
	}
	if named && dot {
		if v, ok := attribute(of, name.String()); ok {
			return v
		}
	}
	switch v := of.(type) {
	case namespace:
		if e, ok := v.values[keyOf(key)]; ok && named {
			return e
		}
		if v.kind == "the loop" && named && slices.Contains([]string{"changed", "cycle", "depth", "depth0"}, name.String()) {
			fail("loop.%s is not done here", name)
		}
	case *dict:
		if e, ok := v.values[keyOf(key)]; ok {
			return e
		}
	case []any, tuple:
		list, _ := listed(v)
		if e, ok := place(list, key); ok {
			return e
		}
	case span:
		if i, ok := key.(int64); ok {
			n := v.length()
			if i < 0 {
				i += n
			}
			if i >= 0 && i < n {
				return v.from + i*v.step
			}
		}
	case text:
		if _, ok := key.(int64); ok {
			if e, ok := place(v.characters(), key); ok {
				return e
			}
		}
	}
	if named && !dot {
		if v, ok := attribute(of, name.String()); ok {
			return v
		}
	}
	if named {
		return undefined{name.String()}
	}
	return undefined{}
}

// place is the element at an index, which counts from the end if it is negative.
func place(list []any, key any) (any, bool) {
	i, ok := key.(int64)
	if i < 0 {
		i += int64(len(list))
	}
	if !ok || i < 0 || i >= int64(len(list)) {
		return nil, false
	}
	return list[i], true
}
