package jinja

// parameters are those of filters, in order. Filters that hand arguments on are not here.
var parameters = map[string][]string{
	"abs": nil, "attr": {"name"}, "capitalize": nil, "count": nil, "d": {"default_value", "boolean"}, "default": {"default_value", "boolean"},
	"dictsort": {"case_sensitive", "by", "reverse"}, "e": nil, "escape": nil, "first": nil, "float": {"default"}, "forceescape": nil,
	"indent": {"width", "first", "blank"}, "int": {"default", "base"}, "items": nil, "join": {"d", "attribute"}, "last": nil, "length": nil,
	"list": nil, "lower": nil, "max": {"case_sensitive", "attribute"}, "min": {"case_sensitive", "attribute"}, "replace": {"old", "new", "count"},
	"reverse": nil, "round": {"precision", "method"}, "safe": nil, "sort": {"reverse", "case_sensitive", "attribute"}, "string": nil,
	"sum": {"attribute", "start"}, "title": nil, "tojson": {"ensure_ascii", "indent", "separators", "sort_keys"}, "trim": {"chars"},
	"unique": {"case_sensitive", "attribute"}, "upper": nil, "wordcount": nil,
}

// textParameters are those of the methods of strings, in order.
var textParameters = map[string][]string{
	"strip": {"chars"}, "lstrip": {"chars"}, "rstrip": {"chars"}, "startswith": {"prefix"}, "endswith": {"suffix"}, "upper": nil, "lower": nil,
	"title": nil, "capitalize": nil, "replace": {"old", "new", "count"}, "split": {"sep", "maxsplit"}, "rsplit": {"sep", "maxsplit"},
	"splitlines": {"keepends"}, "partition": {"sep"}, "rpartition": {"sep"}, "removeprefix": {"prefix"}, "removesuffix": {"suffix"},
	"find": {"sub"}, "rfind": {"sub"}, "index": {"sub"}, "count": {"sub"}, "join": {"iterable"}, "isdigit": nil, "isnumeric": nil,
	"isdecimal": nil, "isalpha": nil, "isalnum": nil, "isspace": nil, "isupper": nil, "islower": nil,
}

// arguments are the values of parameters by name.
type arguments map[string]any

// bound gives each argument its parameter's name: one that is not known is no argument to
// leave out in silence.
func bound(name string, params []string, args []any, named map[string]any) arguments {
	if len(args) > len(params) {
		fail("%s takes %d arguments here, it is given %d", name, len(params), len(args))
	}
	out := arguments{}
	for i, v := range args {
		out[params[i]] = v
	}
next:
	for k, v := range named {
		for _, p := range params {
			if p == k {
				out[k] = v
				continue next
			}
		}
		fail("%s takes no argument %s here", name, k)
	}
	return out
}

// or is an argument, or what it is by default.
func (a arguments) or(name string, none any) any {
	if v, ok := a[name]; ok {
		return v
	}
	return none
}

// text is an argument that must be a string.
func (a arguments) text(name string) text {
	t, ok := a[name].(text)
	if !ok {
		fail("the argument %s is no string", name)
	}
	return t
}

// number is an argument that must be an integer, if it is there.
func (a arguments) number(name string, none int) int {
	switch v := a.or(name, nil).(type) {
	case nil:
		return none
	case int64:
		return int(v)
	}
	fail("the argument %s is no integer", name)
	return 0
}

// attribute is the argument of that name as the key that sort, min and others take.
func (a arguments) attribute(e any) any {
	if by := a["attribute"]; by != nil {
		return path(e, show(by).String(), nil)
	}
	return e
}
