package grammar

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strings"
)

type typeSet int

const (
	isNull typeSet = 1 << iota
	isBool
	isInt
	isFraction
	isString
	isArray
	isObject
	isAny = 1<<7 - 1
)

var typeBits = map[string]typeSet{"null": isNull, "boolean": isBool, "integer": isInt, "number": isInt | isFraction, "string": isString, "array": isArray, "object": isObject}

func typeNames(v any) []string {
	var out []string
	switch v := v.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, x := range v {
			s, _ := x.(string)
			out = append(out, s)
		}
	}
	return out
}

func typesOf(list []item) (typeSet, error) {
	all := typeSet(isAny)
	for _, it := range list {
		if vals, ok := it.values(); ok {
			var t typeSet
			for _, x := range vals {
				t |= typeOf(x)
			}
			all &= t
		}
		v, ok := it.get("type")
		if !ok {
			continue
		}
		var t typeSet
		for _, n := range typeNames(v) {
			bits, ok := typeBits[n]
			if !ok {
				reason := fmt.Sprintf("no type is called %q", n)
				if strings.EqualFold(n, "any") {
					reason += ": a schema without type takes any value"
				}
				return 0, &Error{"type", it.path, reason, ErrSchema}
			}
			t |= bits
		}
		all &= t
	}
	return all, nil
}

func typeOf(v any) typeSet {
	switch v := v.(type) {
	case nil:
		return isNull
	case bool:
		return isBool
	case string:
		return isString
	case []any:
		return isArray
	case json.Number:
		if r, err := rational(v); err == nil && r.IsInt() {
			return isInt
		}
		return isFraction
	}
	return isObject
}

func rational(n json.Number) (*big.Rat, error) {
	if len(n) > 200 {
		return nil, errors.New("number is too long")
	}
	if i := strings.IndexAny(string(n), "eE"); i >= 0 && len(n)-i > 5 {
		return nil, errors.New("exponent is too large")
	}
	r, ok := new(big.Rat).SetString(string(n))
	if !ok {
		return nil, errors.New("not a number")
	}
	if r.Num().BitLen() > 1000 || r.Denom().BitLen() > 1000 {
		return nil, errors.New("number is too large or too fine")
	}
	return r, nil
}

// identity is equal for equal JSON values.
func identity(v any) string {
	switch v := v.(type) {
	case json.Number:
		if r, err := rational(v); err == nil {
			return r.RatString()
		}
	case []any:
		s := "["
		for _, x := range v {
			s += identity(x) + ","
		}
		return s + "]"
	case *orderedObject:
		keys := append([]string(nil), v.keys...)
		sort.Strings(keys)
		s := "{"
		for _, k := range keys {
			s += quote(k) + ":" + identity(v.at[k]) + ","
		}
		return s + "}"
	}
	return canonical(v)
}

// types is the grammar of schemas that hold no alternatives.
func (c *compiler) types(flat []item) (node, error) {
	set, err := typesOf(flat)
	if err != nil {
		return none, err
	}
	if vals, rest, ok := enumerated(flat); ok {
		return c.enum(vals, set, rest)
	}
	var out []node
	if set&isNull != 0 {
		out = append(out, c.word("null"))
	}
	if set&isBool != 0 {
		out = append(out, c.word("true"), c.word("false"))
	}
	banned := map[string]any{}
	for _, it := range flat {
		if v, ok := it.get(keyNotEnum); ok {
			list, _ := v.([]any)
			for _, x := range list {
				banned[identity(x)] = x
				if t := typeOf(x); t&set&(isArray|isObject) != 0 {
					if err := c.lacks(&Error{"not", it.path, "arrays and objects can not be excluded", ErrUnsupported}); err != nil {
						return none, err
					}
				}
			}
		}
	}
	for _, name := range []string{"null", "true", "false"} {
		if _, ok := banned[name]; ok {
			for j, n := range out {
				if n == c.word(name) {
					out[j] = none
				}
			}
		}
	}
	if set&(isInt|isFraction) != 0 {
		n, err := c.numberOf(flat, set, bannedNumbers(banned))
		if err != nil {
			return none, err
		}
		out = append(out, n)
	}
	if set&isString != 0 {
		n, err := c.stringOf(flat, banned)
		if err != nil {
			return none, err
		}
		out = append(out, n)
	}
	c.depth++
	defer func() { c.depth-- }()
	if set&isArray != 0 {
		n, err := c.arrayOf(flat)
		if err != nil {
			return none, err
		}
		out = append(out, n)
	}
	if set&isObject != 0 {
		n, err := c.objectOf(flat)
		if err != nil {
			return none, err
		}
		out = append(out, n)
	}
	return c.or(out...), nil
}

// enumerated gives the values that every enum and const of the list holds, and the list
// without them.
func enumerated(flat []item) (vals []any, rest []item, ok bool) {
	for _, it := range flat {
		list, have := it.values()
		if have && !ok {
			vals = list
		} else if have {
			in := map[string]bool{}
			for _, v := range list {
				in[identity(v)] = true
			}
			var both []any
			for _, v := range vals {
				if in[identity(v)] {
					both = append(both, v)
				}
			}
			vals = both
		}
		ok = ok || have
		rest = append(rest, it.without("enum").without("const"))
	}
	return vals, rest, ok
}

// enum keeps the values that the other schemas allow.
func (c *compiler) enum(vals []any, set typeSet, rest []item) (node, error) {
	check := none
	for _, it := range rest {
		if o, ok := it.s.(*orderedObject); ok {
			for _, k := range o.keys {
				if _, ok := it.get(k); ok && k != "type" && !annotations[k] {
					check = empty // there is something to check
				}
			}
		}
	}
	if check != none {
		var err error
		if check, err = c.all(rest); err != nil {
			return none, err
		}
		if check == none {
			return none, nil
		}
	}
	var out []node
	for _, v := range vals {
		if typeOf(v)&set == 0 {
			continue
		}
		forms, err := c.forms(v)
		if err != nil {
			return none, err
		}
		for _, text := range forms {
			if check == none || c.matches(check, text) {
				out = append(out, c.lit(text))
			}
		}
	}
	return c.or(out...), nil
}

// forms are the texts of a value of an enum: a whole number has one with a fraction of
// zero and one without.
func (c *compiler) forms(v any) ([]string, error) {
	text, err := c.write(v)
	if n, ok := v.(json.Number); ok && err == nil {
		if r, err := rational(n); err == nil && r.IsInt() && r.Num().BitLen() < 64 {
			whole := r.Num().String()
			return slices.Compact([]string{text, whole, whole + ".0"}), nil
		}
	}
	return []string{text}, err
}

// word is null, true or false as the dialect spells it.
func (b *builder) word(name string) node {
	if b.python {
		name = map[string]string{"null": "None", "true": "True", "false": "False"}[name]
	}
	return b.lit(name)
}

// write is the text of a value of an enum as the dialect spells it.
func (c *compiler) write(v any) (string, error) {
	if o, ok := v.(*orderedObject); ok && c.form.Tagged && c.arguments && c.depth == 0 {
		return c.writeTagged(o)
	}
	if !c.python {
		return canonical(v), nil
	}
	if o, ok := v.(*orderedObject); ok && c.depth == 0 {
		list := make([]string, len(o.keys))
		for i, k := range o.keys {
			if !identifier(k) {
				return "", &Error{"enum", "", fmt.Sprintf("Python can't carry an argument called %q", k), ErrUnsupported}
			}
			list[i] = k + "=" + pythonic(o.at[k])
		}
		return "(" + strings.Join(list, ", ") + ")", nil
	}
	return pythonic(v), nil
}

func (c *compiler) numberOf(flat []item, set typeSet, banned []*big.Rat) (node, error) {
	r := numberRule{integer: set&isFraction == 0, banned: banned}
	for _, it := range flat {
		for _, k := range []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", keyNotMultiple} {
			v, ok := it.get(k)
			if !ok {
				continue
			}
			if _, old := v.(bool); old && strings.HasPrefix(k, "exclusive") {
				continue // draft 4: it changes the bound beside it
			}
			n, ok := v.(json.Number)
			if !ok {
				return none, &Error{k, it.path, "not a number", ErrSchema}
			}
			x, err := rational(n)
			if err != nil {
				if err := c.lacks(&Error{strings.TrimPrefix(k, "\x00not-"), it.path, err.Error(), ErrUnsupported}); err != nil {
					return none, err
				}
				continue
			}
			switch k {
			case "minimum":
				ex, _ := it.get("exclusiveMinimum")
				r.atLeast(x, ex == true)
			case "maximum":
				ex, _ := it.get("exclusiveMaximum")
				r.atMost(x, ex == true)
			case "exclusiveMinimum":
				r.atLeast(x, true)
			case "exclusiveMaximum":
				r.atMost(x, true)
			case keyNotMultiple, "multipleOf":
				if _, err := c.multiple(x); err != nil {
					if err := c.lacks(&Error{"multipleOf", it.path, err.Error(), ErrUnsupported}); err != nil {
						return none, err
					}
				} else if k == "multipleOf" {
					r.multiples = append(r.multiples, x)
				} else {
					r.not = append(r.not, x)
				}
			}
		}
	}
	n, err := c.number(r)
	if err != nil {
		return none, &Error{"multipleOf", pathOf(flat), err.Error(), ErrUnsupported}
	}
	return n, nil
}

func (c *compiler) stringOf(flat []item, banned map[string]any) (node, error) {
	n, err := c.stringBody(flat, banned)
	if err != nil {
		return none, err
	}
	return c.cat(c.lit(`"`), n, c.lit(`"`)), nil
}

// stringBody is a string without its quotes.
func (c *compiler) stringBody(flat []item, banned map[string]any) (node, error) {
	lo, hi := 0, far
	var parts []node
	for _, it := range flat {
		a, err := it.count("minLength", 0)
		if err != nil {
			return none, err
		}
		z, err := it.count("maxLength", far)
		if err != nil {
			return none, err
		}
		lo, hi = max(lo, a), min(hi, z)
		for _, k := range []string{"pattern", keyNotPattern, "format", keyNotFormat} {
			v, ok := it.get(k)
			if !ok {
				continue
			}
			p, ok := v.(string)
			if !ok {
				return none, &Error{k, it.path, "not a string", ErrSchema}
			}
			write := c.pattern
			if k == "format" || k == keyNotFormat {
				if unenforced[p] {
					if err := c.lacks(&Error{"format", it.path, p + " has no grammar", ErrUnsupported}); err != nil {
						return none, err
					}
					continue
				}
				if _, ok = formats[p]; !ok {
					continue
				}
				write = c.builder.format
			}
			n, err := write(p)
			if err != nil {
				if err := c.lacks(&Error{strings.TrimPrefix(k, "\x00not-"), it.path, err.Error(), ErrUnsupported}); err != nil {
					return none, err
				}
				continue
			}
			if k == keyNotPattern || k == keyNotFormat {
				n = c.and(c.chars(), c.not(n))
			}
			parts = append(parts, n)
		}
	}
	if lo > hi {
		return none, nil
	}
	if lo > 0 || hi < far || len(parts) == 0 {
		parts = append(parts, c.repeat(c.char(), int32(lo), int32(hi)))
	}
	var not []node
	for _, v := range banned {
		if s, ok := v.(string); ok {
			q := quote(s)
			not = append(not, c.lit(q[1:len(q)-1]))
		}
	}
	if len(not) > 0 {
		parts = append(parts, c.not(c.or(not...)))
	}
	return c.and(parts...), nil
}
