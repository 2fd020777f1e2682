package jinja

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// show is how a value is written out.
func show(v any) text {
	switch v := v.(type) {
	case undefined:
		return nil
	case text:
		return v
	case nil, bool, int64, float64, large:
		return literal(repr(v, 0))
	}
	return data(repr(v, 0))
}

// repr writes a value as Python does.
func repr(v any, depth int) string {
	if depth > maxDepth {
		fail("a value is nested deeper than %d", maxDepth)
	}
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return float(v)
	case large:
		return string(v)
	case undefined:
		return "Undefined"
	case text:
		if v.safe() {
			return "Markup(" + quoteRepr(v.String()) + ")"
		}
		return quoteRepr(v.String())
	case []any:
		return "[" + reprs(v, depth) + "]"
	case tuple:
		if len(v) == 1 {
			return "(" + reprs(v, depth) + ",)"
		}
		return "(" + reprs(v, depth) + ")"
	case span:
		return v.String()
	case view:
		return "dict_" + v.kind + "([" + reprs(v.list, depth) + "])"
	case *dict:
		parts := make([]string, len(v.keys))
		for i, k := range v.keys {
			parts[i] = repr(v.key(k), depth+1) + ": " + repr(v.values[k], depth+1)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	fail("%s cannot be written out", kind(v))
	return ""
}

func reprs(list []any, depth int) string {
	parts := make([]string, len(list))
	for i := range list {
		parts[i] = repr(list[i], depth+1)
	}
	return strings.Join(parts, ", ")
}

func quoteRepr(s string) string {
	q := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		q = '"'
	}
	var b strings.Builder
	b.WriteByte(q)
	for _, c := range s {
		switch {
		case c == rune(q) || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ' || c >= 0x7f && c <= 0xff && !unicode.IsPrint(c):
			fmt.Fprintf(&b, `\x%02x`, c)
		case c > 0xff && c <= 0xffff && !unicode.IsPrint(c):
			fmt.Fprintf(&b, `\u%04x`, c)
		case c > 0xffff && !unicode.IsPrint(c):
			fmt.Fprintf(&b, `\U%08x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte(q)
	return b.String()
}

// float writes a number as Python does: the shortest digits, with a point or an exponent.
func float(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if mantissa, exp, ok := strings.Cut(s, "e"); ok {
		if n, err := strconv.Atoi(exp); err == nil && n >= -4 && n < 16 {
			s = strconv.FormatFloat(f, 'f', -1, 64)
		} else {
			return mantissa + "e" + exp
		}
	}
	if !strings.ContainsAny(s, ".en") {
		s += ".0"
	}
	return s
}

// style is how JSON is written; the zero value is Python's json.dumps.
type style struct {
	broken        bool   // into lines
	indent        string // of a line, for each level
	comma, colon  string // ", " and ": " by default
	sorted, ascii bool
}

func (o style) write(v any, depth int) string {
	if depth > maxDepth {
		fail("a value is nested deeper than %d", maxDepth)
	}
	comma, colon := o.comma, o.colon
	if comma == "" {
		if comma = ", "; o.broken {
			comma = ","
		}
	}
	if colon == "" {
		colon = ": "
	}
	open, end := "", ""
	if o.broken {
		open = "\n" + strings.Repeat(o.indent, depth+1)
		end = "\n" + strings.Repeat(o.indent, depth)
	}
	switch v := v.(type) {
	case nil:
		return "null"
	case undefined:
		fail("%q is undefined and no JSON", v.name)
	case []any, tuple:
		list, _ := listed(v)
		if len(list) == 0 {
			return "[]"
		}
		parts := make([]string, len(list))
		for i := range list {
			parts[i] = open + o.write(list[i], depth+1)
		}
		return "[" + strings.Join(parts, comma) + end + "]"
	case *dict:
		if len(v.keys) == 0 {
			return "{}"
		}
		keys := v.keys
		if o.sorted {
			if len(v.others) > 0 {
				fail("a dictionary with keys that are no strings cannot be sorted here")
			}
			keys = slices.Sorted(slices.Values(keys))
		}
		parts := make([]string, len(keys))
		for i, k := range keys {
			parts[i] = open + o.key(v.key(k)) + colon + o.write(v.values[k], depth+1)
		}
		return "{" + strings.Join(parts, comma) + end + "}"
	case text:
		return o.quote(v.String())
	case bool:
		return strconv.FormatBool(v)
	case int64, large:
		return repr(v, 0)
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return strings.NewReplacer("inf", "Infinity", "nan", "NaN").Replace(float(v))
		}
		return float(v)
	}
	fail("%s is no JSON", kind(v))
	return ""
}

// key is a dictionary's key, which JSON has as a string.
func (o style) key(v any) string {
	if _, ok := v.(text); ok {
		return o.write(v, 0)
	}
	return `"` + o.write(v, 0) + `"`
}

func (o style) quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\b':
			b.WriteString(`\b`)
		case c == '\f':
			b.WriteString(`\f`)
		case c < ' ' || o.ascii && c >= 0x7f && c < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, c)
		case o.ascii && c >= 0x10000:
			c -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
