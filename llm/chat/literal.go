package chat

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// literal reads values as models write them when they mean JSON or Python: either
// kind of quotes, True or true, tuples, trailing commas, raw line breaks in strings.
// Anything that is not a literal is an error: nothing is evaluated.
type literal struct {
	s string
	i int
}

var errLiteral = errors.New("not a literal")

// parseLiteral reads one literal that fills s.
func parseLiteral(s string) (value, error) {
	l := &literal{s: s}
	v, err := l.value(0)
	if err != nil {
		return value{}, err
	}
	if l.space(); l.i != len(l.s) {
		return value{}, fmt.Errorf("%w: %q follows it", errLiteral, clip(l.s[l.i:]))
	}
	return v, nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

func (l *literal) space() {
	for l.i < len(l.s) && strings.IndexByte(" \t\r\n", l.s[l.i]) >= 0 {
		l.i++
	}
}

// next skips white space and takes c if it comes next.
func (l *literal) next(c byte) bool {
	l.space()
	if l.i < len(l.s) && l.s[l.i] == c {
		l.i++
		return true
	}
	return false
}

func (l *literal) value(depth int) (value, error) {
	if depth > maxDepth {
		return value{}, errDepth
	}
	l.space()
	if l.i == len(l.s) {
		return value{}, fmt.Errorf("%w: it ends too early", errLiteral)
	}
	switch c := l.s[l.i]; {
	case c == '"' || c == '\'':
		s, err := l.quoted()
		return value{kind: '"', text: s}, err
	case c == '{':
		l.i++
		return l.dict(depth)
	case c == '[':
		l.i++
		return l.list(']', depth)
	case c == '(':
		l.i++
		return l.list(')', depth)
	case c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9':
		return l.number()
	}
	word := l.word()
	switch word {
	case "True", "true":
		return value{kind: 't', text: "true"}, nil
	case "False", "false":
		return value{kind: 'f', text: "false"}, nil
	case "None", "null":
		return value{kind: 'n', text: "null"}, nil
	}
	return value{}, fmt.Errorf("%w: %q", errLiteral, clip(l.s[l.i-len(word):]))
}

func (l *literal) list(end byte, depth int) (value, error) {
	v := value{kind: '['}
	for !l.next(end) {
		if len(v.items) > 0 && !l.next(',') {
			return value{}, fmt.Errorf("%w: want , or %c", errLiteral, end)
		}
		if l.next(end) {
			break
		}
		item, err := l.value(depth + 1)
		if err != nil {
			return value{}, err
		}
		v.items = append(v.items, item)
	}
	return v, nil
}

func (l *literal) dict(depth int) (value, error) {
	v := value{kind: '{'}
	for !l.next('}') {
		if len(v.items) > 0 && !l.next(',') {
			return value{}, fmt.Errorf("%w: want , or }", errLiteral)
		}
		if l.next('}') {
			break
		}
		l.space()
		if l.i == len(l.s) || l.s[l.i] != '"' && l.s[l.i] != '\'' {
			return value{}, fmt.Errorf("%w: a key must be a string", errLiteral)
		}
		key, err := l.quoted()
		if err != nil {
			return value{}, err
		}
		if !l.next(':') {
			return value{}, fmt.Errorf("%w: want : after the key %q", errLiteral, key)
		}
		item, err := l.value(depth + 1)
		if err != nil {
			return value{}, err
		}
		v.set(key, item)
	}
	return v, nil
}

// set adds a member, or replaces the one of that name.
func (v *value) set(key string, item value) {
	for i, k := range v.keys {
		if k == key {
			v.items[i] = item
			return
		}
	}
	v.keys = append(v.keys, key)
	v.items = append(v.items, item)
}

func (l *literal) word() string {
	start := l.i
	for l.i < len(l.s) && isWord(l.s[l.i]) {
		l.i++
	}
	return l.s[start:l.i]
}

// isWord says that c may stand in a Python identifier of ASCII letters.
func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

func (l *literal) number() (value, error) {
	start := l.i
	for l.i < len(l.s) && (isWord(l.s[l.i]) || strings.IndexByte("+-.", l.s[l.i]) >= 0) {
		l.i++
	}
	text := strings.TrimPrefix(l.s[start:l.i], "+")
	if isInteger(text) {
		return value{kind: '0', text: text, raw: text}, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.ContainsAny(text, "xXpPiInN_") {
		return value{}, fmt.Errorf("%w: the number %q", errLiteral, clip(text))
	}
	if isNumber(text) {
		return value{kind: '0', text: pythonNumber(text), raw: text}, nil
	}
	return value{kind: '0', text: pythonNumber(strconv.FormatFloat(f, 'e', -1, 64)), raw: text}, nil
}

// isInteger says that s is an integer as JSON writes it.
func isInteger(s string) bool {
	s = strings.TrimPrefix(s, "-")
	if s == "" || s[0] == '0' && len(s) > 1 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// quoted reads a string in the quotes that it starts with.
func (l *literal) quoted() (string, error) {
	quote := l.s[l.i]
	l.i++
	var b []byte
	for l.i < len(l.s) {
		c := l.s[l.i]
		l.i++
		switch c {
		case quote:
			return string(b), nil
		case '\\':
			var err error
			if b, err = l.escape(b); err != nil {
				return "", err
			}
		default:
			b = append(b, c)
		}
	}
	return "", fmt.Errorf("%w: a string has no end", errLiteral)
}

func (l *literal) escape(b []byte) ([]byte, error) {
	if l.i == len(l.s) {
		return nil, fmt.Errorf("%w: a string has no end", errLiteral)
	}
	c := l.s[l.i]
	l.i++
	switch c {
	case 'n':
		return append(b, '\n'), nil
	case 't':
		return append(b, '\t'), nil
	case 'r':
		return append(b, '\r'), nil
	case 'b':
		return append(b, '\b'), nil
	case 'f':
		return append(b, '\f'), nil
	case '\n':
		return b, nil
	case '"', '\'', '\\', '/', '_': // the last is Markdown's
		return append(b, c), nil
	case 'x', 'u', 'U':
		r, ok := l.hex(map[byte]int{'x': 2, 'u': 4, 'U': 8}[c])
		if !ok {
			return nil, fmt.Errorf("%w: a broken \\%c escape", errLiteral, c)
		}
		if r >= 0xd800 && r < 0xdc00 && strings.HasPrefix(l.s[l.i:], `\u`) {
			l.i += 2
			low, ok := l.hex(4)
			if !ok || low < 0xdc00 || low > 0xdfff {
				return nil, fmt.Errorf("%w: half a surrogate pair", errLiteral)
			}
			r = 0x10000 + (r-0xd800)<<10 + (low - 0xdc00)
		}
		return utf8.AppendRune(b, r), nil
	}
	return append(b, '\\', c), nil // as Python does
}

func (l *literal) hex(n int) (rune, bool) {
	if l.i+n > len(l.s) {
		return 0, false
	}
	v, err := strconv.ParseUint(l.s[l.i:l.i+n], 16, 32)
	l.i += n
	return rune(v), err == nil
}

// callExpr is a Python call with literal arguments.
type callExpr struct {
	name string // dotted
	pos  []value
	args value // the named arguments, an object
}

// call reads name(literal, key=literal, …).
func (l *literal) call() (callExpr, error) {
	l.space()
	start := l.i
	for l.i < len(l.s) && (isWord(l.s[l.i]) || l.s[l.i] == '.' || l.s[l.i] == '-') {
		l.i++
	}
	c := callExpr{name: l.s[start:l.i], args: value{kind: '{'}}
	if c.name == "" || !l.next('(') {
		return c, fmt.Errorf("%w: want a call", errLiteral)
	}
	for n := 0; !l.next(')'); n++ {
		if n > 0 && !l.next(',') {
			return c, fmt.Errorf("%w: want , or ) in the call of %s", errLiteral, c.name)
		}
		if l.next(')') {
			break
		}
		l.space()
		at := l.i
		key := l.word()
		if key != "" && l.next('=') {
			if _, ok := c.args.get(key); ok {
				return c, fmt.Errorf("%w: the argument %s of %s occurs twice", errLiteral, key, c.name)
			}
			v, err := l.value(0)
			if err != nil {
				return c, err
			}
			c.args.set(key, v)
			continue
		}
		l.i = at
		v, err := l.value(0)
		if err != nil {
			return c, err
		}
		c.pos = append(c.pos, v)
	}
	return c, nil
}
