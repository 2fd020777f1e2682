package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits of a document.
const (
	MaxDepth    = 128      // nested arrays and objects
	MaxDocument = 16 << 20 // bytes
	maxDigits   = 512      // of one number
)

// ErrSyntax is wrapped by every error of [Decode].
var ErrSyntax = errors.New("invalid JSON")

// SyntaxError says where a document stops being strict JSON.
type SyntaxError struct {
	Offset  int // in bytes, from 0
	Problem string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Problem)
}

// Unwrap makes the error an [ErrSyntax].
func (e *SyntaxError) Unwrap() error { return ErrSyntax }

// Decode reads one strict JSON document of at most [MaxDocument] bytes. Objects are
// map[string]any, arrays []any, numbers json.Number in canonical spelling.
func Decode(data []byte) (any, error) { return decode(data, MaxDepth) }

// DecodeDeclaration is [Decode] of what declares a tool: its schemas are as deep as [Compile]
// takes them, and lie in it.
func DecodeDeclaration(data []byte) (any, error) { return decode(data, maxNesting+inDeclaration) }

// inDeclaration is how deep schemas lie in what declares a tool.
const inDeclaration = 8

func decode(data []byte, deepest int) (any, error) {
	if len(data) > MaxDocument {
		return nil, &SyntaxError{MaxDocument, fmt.Sprintf("the document has %d bytes, more than %d", len(data), MaxDocument)}
	}
	d := decoder{data: data, deepest: deepest}
	d.space()
	v, err := d.value(0)
	if err != nil {
		return nil, err
	}
	d.space()
	if d.at < len(data) {
		return nil, d.fail("more text after the value")
	}
	return v, nil
}

type decoder struct {
	data    []byte
	at      int
	deepest int
}

func (d *decoder) fail(format string, args ...any) error {
	return &SyntaxError{d.at, fmt.Sprintf(format, args...)}
}

func (d *decoder) space() {
	for d.at < len(d.data) {
		switch d.data[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end; a NUL byte is no JSON either.
func (d *decoder) peek() byte {
	if d.at < len(d.data) {
		return d.data[d.at]
	}
	return 0
}

func (d *decoder) value(depth int) (any, error) {
	switch c := d.peek(); {
	case c == '{':
		return d.object(depth + 1)
	case c == '[':
		return d.array(depth + 1)
	case c == '"':
		return d.text()
	case c == '-' || c >= '0' && c <= '9':
		return d.number()
	case c == 't':
		return true, d.word("true")
	case c == 'f':
		return false, d.word("false")
	case c == 'n':
		return nil, d.word("null")
	case d.at >= len(d.data):
		return nil, d.fail("the text ends where a value was expected")
	}
	return nil, d.fail("%q starts no value", d.excerpt())
}

// excerpt returns a few bytes at the error's place, such as NaN.
func (d *decoder) excerpt() string {
	return strings.ToValidUTF8(string(d.data[d.at:min(d.at+8, len(d.data))]), "?")
}

func (d *decoder) word(w string) error {
	if !strings.HasPrefix(string(d.data[d.at:min(d.at+len(w), len(d.data))]), w) {
		return d.fail("%q starts no value", d.excerpt())
	}
	d.at += len(w)
	return nil
}

func (d *decoder) object(depth int) (any, error) {
	if depth > d.deepest {
		return nil, d.fail("nested deeper than %d", d.deepest)
	}
	out := map[string]any{}
	d.at++
	d.space()
	if d.peek() == '}' {
		d.at++
		return out, nil
	}
	for {
		if d.peek() != '"' {
			return nil, d.fail("a key in double quotes was expected")
		}
		start := d.at
		key, err := d.text()
		if err != nil {
			return nil, err
		}
		if _, twice := out[key]; twice {
			d.at = start
			return nil, d.fail("key %q appears twice in one object", key)
		}
		d.space()
		if d.peek() != ':' {
			return nil, d.fail("':' was expected after key %q", key)
		}
		d.at++
		d.space()
		if out[key], err = d.value(depth); err != nil {
			return nil, err
		}
		d.space()
		switch d.peek() {
		case ',':
			d.at++
			d.space()
		case '}':
			d.at++
			return out, nil
		default:
			return nil, d.fail("',' or '}' was expected")
		}
	}
}

func (d *decoder) array(depth int) (any, error) {
	if depth > d.deepest {
		return nil, d.fail("nested deeper than %d", d.deepest)
	}
	out := []any{}
	d.at++
	d.space()
	if d.peek() == ']' {
		d.at++
		return out, nil
	}
	for {
		v, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		d.space()
		switch d.peek() {
		case ',':
			d.at++
			d.space()
		case ']':
			d.at++
			return out, nil
		default:
			return nil, d.fail("',' or ']' was expected")
		}
	}
}

func (d *decoder) text() (string, error) {
	d.at++
	start := d.at
	for d.at < len(d.data) {
		switch c := d.data[d.at]; {
		case c == '"':
			s := string(d.data[start:d.at])
			d.at++
			return s, nil
		case c == '\\':
			return d.escaped(start)
		case c < 0x20:
			return "", d.fail("a control character in a string must be escaped")
		case c < utf8.RuneSelf:
			d.at++
		default:
			if err := d.character(); err != nil {
				return "", err
			}
		}
	}
	return "", d.fail("the text ends inside a string")
}

// character steps over one character beyond ASCII.
func (d *decoder) character() error {
	r, n := utf8.DecodeRune(d.data[d.at:])
	if r == utf8.RuneError && n <= 1 {
		return d.fail("invalid UTF-8")
	}
	d.at += n
	return nil
}

// escaped goes on with a string at its first backslash.
func (d *decoder) escaped(start int) (string, error) {
	out := append([]byte(nil), d.data[start:d.at]...)
	for d.at < len(d.data) {
		c := d.data[d.at]
		switch {
		case c == '"':
			d.at++
			return string(out), nil
		case c < 0x20:
			return "", d.fail("a control character in a string must be escaped")
		case c == '\\':
			r, err := d.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
		case c < utf8.RuneSelf:
			out = append(out, c)
			d.at++
		default:
			from := d.at
			if err := d.character(); err != nil {
				return "", err
			}
			out = append(out, d.data[from:d.at]...)
		}
	}
	return "", d.fail("the text ends inside a string")
}

func (d *decoder) escape() (rune, error) {
	if d.at+1 >= len(d.data) {
		return 0, d.fail("the text ends inside a string")
	}
	c := d.data[d.at+1]
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		d.at += 2
		return rune("\"\\/\b\f\n\r\t"[i]), nil
	}
	if c != 'u' {
		return 0, d.fail("unknown escape \\%c", rune(c))
	}
	r, ok := d.hex(d.at + 2)
	if !ok {
		return 0, d.fail("\\u needs four hexadecimal digits")
	}
	if !utf16.IsSurrogate(r) {
		d.at += 6
		return r, nil
	}
	if low, ok := d.hex(d.at + 8); ok && d.data[d.at+6] == '\\' && d.data[d.at+7] == 'u' {
		if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
			d.at += 12
			return full, nil
		}
	}
	return 0, d.fail("half of a surrogate pair")
}

func (d *decoder) hex(at int) (rune, bool) {
	if at+4 > len(d.data) {
		return 0, false
	}
	var r rune
	for _, c := range d.data[at : at+4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

func (d *decoder) digits() int {
	from := d.at
	for c := d.peek(); c >= '0' && c <= '9'; c = d.peek() {
		d.at++
	}
	return d.at - from
}

func (d *decoder) number() (any, error) {
	start := d.at
	if d.peek() == '-' {
		d.at++
	}
	if d.peek() == '0' {
		d.at++
		if c := d.peek(); c >= '0' && c <= '9' {
			return nil, d.fail("a number has a leading zero")
		}
	} else if d.digits() == 0 {
		return nil, d.fail("%q starts no value", d.excerpt())
	}
	if d.peek() == '.' {
		d.at++
		if d.digits() == 0 {
			return nil, d.fail("a digit was expected after the decimal point")
		}
	}
	if c := d.peek(); c == 'e' || c == 'E' {
		d.at++
		if c := d.peek(); c == '+' || c == '-' {
			d.at++
		}
		if d.digits() == 0 {
			return nil, d.fail("a digit was expected in the exponent")
		}
	}
	n, problem := canonicalNumber(string(d.data[start:d.at]))
	if problem != "" {
		d.at = start
		return nil, d.fail("%s", problem)
	}
	return json.Number(n), nil
}
