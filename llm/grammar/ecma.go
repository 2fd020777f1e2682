package grammar

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Patterns of JSON Schema are ECMA-262's. Go's parser reads most of them; what it reads
// otherwise, or not at all, is rewritten first.

// spaces are the white space and line ends of ECMA-262, as the inside of a class.
const spaces = `\t\n\x0b\x0c\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`

// notSpaces is all else.
const notSpaces = `\x00-\x08\x0e-\x1f!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`

// count is a repetition that is kept beside the expression: Go's parser refuses more
// than 1,000.
type count struct{ min, max int32 }

// countName is how the group of a count is called, its number behind.
const countName = "chaskiCount"

// rewriter writes an expression of ECMA-262 as one of Go.
type rewriter struct {
	in     string
	out    []byte
	counts []count
	atom   int   // where in out the last atom starts, -1 if there is none
	groups []int // where those of the open groups start
}

// rewrite gives p in Go's syntax, and the counts of its named groups.
func rewrite(p string) (string, []count, error) {
	r := &rewriter{in: p, atom: -1}
	for i := 0; i < len(p); {
		n, err := r.next(i)
		if err != nil {
			return "", nil, err
		}
		i += n
	}
	return string(r.out), r.counts, nil
}

// next rewrites what stands at i and returns its length.
func (r *rewriter) next(i int) (int, error) {
	at := len(r.out)
	switch c := r.in[i]; c {
	case '\\':
		s, n, err := escaped(r.in[i:], false)
		if err != nil {
			return 0, err
		}
		r.out, r.atom = append(r.out, s...), at
		return n, nil
	case '[':
		n, err := r.class(i)
		r.atom = at
		return n, err
	case '(':
		r.groups = append(r.groups, at)
		r.atom = -1
		if rest := r.in[i:]; strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!") || strings.HasPrefix(rest, "(?<=") || strings.HasPrefix(rest, "(?<!") {
			return 0, errors.New("look-around within an expression")
		} else if strings.HasPrefix(rest, "(?") { // named groups and flags, up to what they hold
			if end := strings.IndexAny(rest, ":>)"); end >= 0 {
				r.out = append(r.out, rest[:end+1]...)
				if rest[end] == ')' {
					r.groups = r.groups[:len(r.groups)-1]
				}
				return end + 1, nil
			}
		}
	case ')':
		r.atom = -1
		if n := len(r.groups); n > 0 {
			r.atom, r.groups = r.groups[n-1], r.groups[:n-1]
		}
	case '{':
		if n, k, ok := counted(r.in[i:]); ok && r.atom >= 0 {
			name := fmt.Sprintf("(?P<%s%d>", countName, len(r.counts))
			r.counts = append(r.counts, k)
			r.out = append(r.out[:r.atom:r.atom], append([]byte(name), r.out[r.atom:]...)...)
			r.out = append(r.out, ')')
			if i+n < len(r.in) && r.in[i+n] == '?' {
				n++
			}
			r.atom = -1
			return n, nil
		}
	case '*', '+', '?', '|', '^', '$':
		r.atom = -1
	default:
		r.atom = at
	}
	n := 1
	for i+n < len(r.in) && r.in[i+n]&0xc0 == 0x80 {
		n++
	}
	r.out = append(r.out, r.in[i:i+n]...)
	return n, nil
}

// counted reads {m}, {m,} or {m,n}.
func counted(s string) (int, count, bool) {
	end := strings.IndexByte(s, '}')
	if end < 0 {
		return 0, count{}, false
	}
	lo, hi, two := strings.Cut(s[1:end], ",")
	least, err := strconv.ParseUint(lo, 10, 24)
	if err != nil {
		return 0, count{}, false
	}
	k := count{int32(least), int32(least)}
	if two {
		k.max = far
		if hi != "" {
			most, err := strconv.ParseUint(hi, 10, 24)
			if err != nil {
				return 0, count{}, false
			}
			k.max = int32(most)
		}
	}
	return end + 1, k, true
}

// class rewrites [...] at i.
func (r *rewriter) class(i int) (int, error) {
	s := r.in[i:]
	switch {
	case strings.HasPrefix(s, "[^]"):
		r.out = append(r.out, `(?s:.)`...)
		return 3, nil
	case strings.HasPrefix(s, "[]"):
		r.out = append(r.out, `[^\x00-\x{10ffff}]`...)
		return 2, nil
	}
	n := 1
	r.out = append(r.out, '[')
	if strings.HasPrefix(s, "[^") {
		r.out, n = append(r.out, '^'), 2
	}
	for n < len(s) {
		switch c := s[n]; c {
		case ']':
			r.out = append(r.out, ']')
			return n + 1, nil
		case '\\':
			e, k, err := escaped(s[n:], true)
			if err != nil {
				return 0, err
			}
			r.out, n = append(r.out, e...), n+k
		case '[':
			r.out, n = append(r.out, `\[`...), n+1
		default:
			r.out, n = append(r.out, c), n+1
		}
	}
	return 0, errors.New("a class is not closed")
}

// escaped reads what a backslash starts, within a class or not.
func escaped(s string, class bool) (string, int, error) {
	if len(s) < 2 {
		return "", 0, errors.New("it ends with a backslash")
	}
	set := func(in string) string {
		if class {
			return in
		}
		return "[" + in + "]"
	}
	switch c := s[1]; c {
	case 's':
		return set(spaces), 2, nil
	case 'S':
		return set(notSpaces), 2, nil
	case 'b', 'B':
		if class && c == 'b' {
			return `\x08`, 2, nil
		}
		return "", 0, errors.New(`\` + string(c) + " is not supported")
	case 'c':
		if len(s) > 2 && (s[2]|0x20) >= 'a' && (s[2]|0x20) <= 'z' {
			return fmt.Sprintf(`\x%02x`, s[2]&0x1f), 3, nil
		}
		return "", 0, errors.New(`\c is followed by no letter`)
	case '0':
		return `\x00`, 2, nil
	case 'u':
		return unicodeEscape(s)
	case 'p', 'P':
		if name, rest, ok := strings.Cut(s[2:], "}"); ok && strings.HasPrefix(name, "{") {
			key, value, two := strings.Cut(name[1:], "=")
			switch {
			case two && (key == "Script" || key == "sc" || key == "General_Category" || key == "gc"):
				name = "{" + value
			case key == "Letter":
				name = "{L"
			}
			return `\` + string(c) + name + "}", len(s) - len(rest), nil
		}
	case 'x':
		if hex, _, ok := strings.Cut(s[2:], "}"); ok && len(hex) > 1 && hex[0] == '{' && hexDigits(hex[1:]) {
			return s[:len(hex)+3], len(hex) + 3, nil
		}
		if len(s) >= 4 && hexDigits(s[2:4]) {
			return `\x{` + s[2:4] + `}`, 4, nil
		}
	case 'd', 'D', 'w', 'W', 't', 'n', 'r', 'f', 'v':
		return s[:2], 2, nil
	}
	if c := s[1]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '1' && c <= '9' {
		return "", 0, errors.New(`\` + string(c) + " is not supported")
	}
	if s[1] >= 0x80 {
		return "", 1, nil // the character stands for itself
	}
	return `\x{` + strconv.FormatInt(int64(s[1]), 16) + `}`, 2, nil
}

func hexDigits(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

// unicodeEscape reads \uXXXX, a pair of such, or \u{X…}.
func unicodeEscape(s string) (string, int, error) {
	if rest, ok := strings.CutPrefix(s, `\u{`); ok {
		if hex, _, ok := strings.Cut(rest, "}"); ok && hex != "" && hexDigits(hex) {
			return `\x{` + hex + `}`, len(hex) + 4, nil
		}
	}
	if len(s) < 6 || !hexDigits(s[2:6]) {
		return "", 0, errors.New(`\u is followed by no four hexadecimal digits`)
	}
	r, _ := strconv.ParseUint(s[2:6], 16, 32)
	if !utf16.IsSurrogate(rune(r)) {
		return `\x{` + s[2:6] + `}`, 6, nil
	}
	if len(s) >= 12 && s[6:8] == `\u` && hexDigits(s[8:12]) {
		low, _ := strconv.ParseUint(s[8:12], 16, 32)
		if pair := utf16.DecodeRune(rune(r), rune(low)); pair != 0xfffd {
			return fmt.Sprintf(`\x{%x}`, pair), 12, nil
		}
	}
	return "", 0, errors.New("half of a surrogate pair")
}

// looks takes the look-aheads off the start of an expression that begins with ^.
func looks(p string) (rest string, ahead []string, not []bool) {
	if !strings.HasPrefix(p, "^") {
		return p, nil, nil
	}
	rest = p[1:]
	for strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!") {
		end := closing(rest)
		if end < 0 || end+1 < len(rest) && strings.IndexByte("*+?{", rest[end+1]) >= 0 {
			return p, nil, nil
		}
		ahead, not = append(ahead, rest[3:end]), append(not, rest[2] == '!')
		rest = rest[end+1:]
	}
	if len(ahead) == 0 || alternates(rest) {
		return p, nil, nil
	}
	return "^" + rest, ahead, not
}

// closing is the place of the bracket that closes the first one.
func closing(s string) int {
	depth, class := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// alternates says that s has a | outside of groups.
func alternates(s string) bool {
	depth, class := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '|' && depth == 0:
			return true
		}
	}
	return false
}

// pattern is the body of the JSON strings in which the expression is found.
func (b *builder) pattern(p string) (node, error) {
	have, ok := b.patterns[p]
	if !ok {
		have.n, have.err = b.readPattern(p)
		if b.patterns != nil {
			b.patterns[p] = have
		}
	}
	return have.n, have.err
}

// patternNode is what a pattern was read as.
type patternNode struct {
	n   node
	err error
}

func (b *builder) readPattern(p string) (node, error) {
	rest, ahead, not := looks(p)
	n, err := b.found(rest)
	if err != nil {
		return none, err
	}
	parts := []node{n}
	for i, a := range ahead {
		if n, err = b.found("^(?:" + a + ")"); err != nil {
			return none, err
		}
		if not[i] {
			n = b.and(b.chars(), b.not(n))
		}
		parts = append(parts, n)
	}
	return b.and(parts...), nil
}

// found is pattern without look-ahead.
func (b *builder) found(p string) (node, error) {
	text, counts, err := rewrite(p)
	if err != nil {
		return none, err
	}
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return none, err
	}
	return (&expression{b, counts}).search(re)
}
