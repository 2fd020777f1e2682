package schema

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Canonical returns the canonical form of a strict JSON document.
func Canonical(data []byte) (json.RawMessage, error) {
	v, err := Decode(data)
	if err != nil {
		return nil, err
	}
	return Append(nil, v), nil
}

// CanonicalDeclaration is [Canonical] of what declares a tool; see [DecodeDeclaration].
func CanonicalDeclaration(data []byte) (json.RawMessage, error) {
	v, err := DecodeDeclaration(data)
	if err != nil {
		return nil, err
	}
	return Append(nil, v), nil
}

// Append appends the canonical form of a value from [Decode].
func Append(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case json.Number:
		return append(dst, v...)
	case string:
		return appendText(dst, v)
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = Append(dst, item)
		}
		return append(dst, ']')
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		dst = append(dst, '{')
		for i, k := range keys {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendText(dst, k)
			dst = append(dst, ':')
			dst = Append(dst, v[k])
		}
		return append(dst, '}')
	}
	panic("schema: Append of a value that Decode did not make")
}

// appendText escapes only what JSON says must be escaped.
func appendText(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= 0x20:
			dst = append(dst, c)
		default:
			if at := strings.IndexByte("\b\f\n\r\t", c); at >= 0 {
				dst = append(dst, '\\', "bfnrt"[at])
			} else {
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
		}
	}
	return append(dst, '"')
}

// canonicalNumber spells a valid JSON number in one way, without rounding: whole
// numbers below 10^21 in digits, others with a point, or with one digit before the
// point and an exponent when below 10^-6 or from 10^21. It refuses what overflows a
// float64, which no reader could hold.
func canonicalNumber(s string) (out, problem string) {
	if len(s) > maxDigits {
		return "", "a number has more than " + strconv.Itoa(maxDigits) + " characters"
	}
	if len(s) < 18 && !strings.ContainsAny(s, ".eE") { // the common case: a plain whole number
		if s == "-0" {
			return "0", ""
		}
		return s, ""
	}
	if f, err := strconv.ParseFloat(s, 64); err != nil || math.IsInf(f, 0) {
		return "", "number " + s[:min(len(s), 24)] + " is out of range"
	}
	mantissa, negative := strings.CutPrefix(s, "-")
	exponent := 0
	if i := strings.IndexAny(mantissa, "eE"); i >= 0 {
		e, err := strconv.Atoi(strings.TrimPrefix(mantissa[i+1:], "+"))
		if err != nil || e < -10000 {
			e = -10000 // so small that it is zero to every reader; kept apart below
		}
		exponent, mantissa = e, mantissa[:i]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent -= len(fraction)
	trimmed := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(trimmed)
	if trimmed == "" {
		return "0", ""
	}
	point := len(trimmed) + exponent // value = 0.trimmed × 10^point
	if point < -400 {
		return "", "number " + s[:min(len(s), 24)] + " is out of range"
	}
	var b strings.Builder
	if negative {
		b.WriteByte('-')
	}
	switch {
	case exponent >= 0 && point <= 21:
		b.WriteString(trimmed + strings.Repeat("0", exponent))
	case point > 0 && point <= 21:
		b.WriteString(trimmed[:point] + "." + trimmed[point:])
	case point <= 0 && point > -6:
		b.WriteString("0." + strings.Repeat("0", -point) + trimmed)
	default:
		b.WriteString(trimmed[:1])
		if len(trimmed) > 1 {
			b.WriteString("." + trimmed[1:])
		}
		b.WriteByte('e')
		if point-1 >= 0 {
			b.WriteByte('+')
		}
		b.WriteString(strconv.Itoa(point - 1))
	}
	return b.String(), ""
}

// excerpt shortens a value for a message, without cutting a character.
func excerpt(v any) string {
	const most = 60
	var s string
	switch v := v.(type) {
	case map[string]any:
		s = "an object"
	case []any:
		s = "an array of " + strconv.Itoa(len(v)) + " items"
	default:
		s = string(Append(nil, v))
	}
	if len(s) <= most {
		return s
	}
	cut := most
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
