package jinja

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// chunk is a piece of a template: text, {{ output }} or {% statement %}.
type chunk struct {
	kind byte // 't', '{' or '%'
	text string
	line int
}

// split cuts a template into chunks, with trim_blocks and lstrip_blocks.
func split(src string) ([]chunk, error) {
	var out []chunk
	line, trimNext, newlineNext := 1, false, false
	for src != "" {
		open := -1
		for i := 0; i+1 < len(src); i++ {
			if src[i] == '{' && (src[i+1] == '{' || src[i+1] == '%' || src[i+1] == '#') {
				open = i
				break
			}
		}
		words := src
		if open >= 0 {
			words = src[:open]
		}
		lines := strings.Count(words, "\n")
		begins := len(out) == 0 && line == 1 || newlineNext && strings.HasPrefix(words, "\n") // a line of the source
		if trimNext {
			words = strings.TrimLeftFunc(words, unicode.IsSpace)
		} else if newlineNext {
			words = strings.TrimPrefix(words, "\n")
		}
		trimNext, newlineNext = false, false
		if open < 0 {
			return append(out, chunk{'t', words, line}), nil
		}
		line += lines
		kind := src[open+1]
		body := src[open+2:]
		closing := map[byte]string{'{': "}}", '%': "%}", '#': "#}"}[kind]
		end := endOf(body, closing, kind == '#')
		if end < 0 {
			return nil, fmt.Errorf("jinja: line %d: %q is not closed", line, src[open:open+2])
		}
		src = body[end+2:]
		body = body[:end]
		if strings.HasPrefix(body, "-") {
			words, body = strings.TrimRightFunc(words, unicode.IsSpace), body[1:]
		} else if kind != '{' && !strings.HasPrefix(body, "+") { // lstrip_blocks
			if at := strings.LastIndexByte(words, '\n'); strings.TrimLeft(words[at+1:], " \t") == "" && (at >= 0 || begins) {
				words = words[:at+1]
			}
		}
		body = strings.TrimPrefix(body, "+")
		if strings.HasSuffix(body, "-") {
			body, trimNext = body[:len(body)-1], true
		} else if kind != '{' && strings.HasSuffix(body, "+") { // no trim_blocks
			body = body[:len(body)-1]
		} else {
			newlineNext = kind != '{'
		}
		if words != "" {
			out = append(out, chunk{'t', words, line})
		}
		if kind != '#' {
			out = append(out, chunk{kind, body, line})
		}
		line += strings.Count(body, "\n")
	}
	return out, nil
}

// endOf finds the closing mark outside of quotes.
func endOf(s, closing string, comment bool) int {
	var quote byte
	depth := 0 // of brackets: {{ {"a": {}} }} ends at the last two
	for i := 0; i+1 < len(s); i++ {
		switch {
		case quote != 0:
			if s[i] == '\\' {
				i++
			} else if s[i] == quote {
				quote = 0
			}
		case !comment && (s[i] == '\'' || s[i] == '"'):
			quote = s[i]
		case s[i:i+2] == closing && (comment || depth == 0):
			return i
		case s[i] == '{' || s[i] == '[' || s[i] == '(':
			depth++
		case s[i] == '}' || s[i] == ']' || s[i] == ')':
			depth = max(depth-1, 0)
		}
	}
	return -1
}

// token is a word, number, string or sign of an expression.
type token struct {
	kind byte // 'n' name, '0' number, 's' string, 'o' operator, 0 the end
	text string
}

var exponent = regexp.MustCompile(`^[eE][+-]?[0-9]+`)

var signs = []string{"**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|"}

func tokens(s string) ([]token, error) {
	var out []token
	for s = strings.TrimLeftFunc(s, unicode.IsSpace); s != ""; s = strings.TrimLeftFunc(s, unicode.IsSpace) {
		c := s[0]
		switch {
		case c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z':
			n := 1
			for n < len(s) && (s[n] == '_' || s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || s[n] >= '0' && s[n] <= '9') {
				n++
			}
			out, s = append(out, token{'n', s[:n]}), s[n:]
		case c >= '0' && c <= '9':
			n := 1
			for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == '.' && n+1 < len(s) && s[n+1] >= '0' && s[n+1] <= '9') {
				n++
			}
			n += len(exponent.FindString(s[n:]))
			out, s = append(out, token{'0', s[:n]}), s[n:]
		case c == '\'' || c == '"':
			value, n, err := unquote(s)
			if err != nil {
				return nil, err
			}
			out, s = append(out, token{'s', value}), s[n:]
		default:
			i := slices.IndexFunc(signs, func(sign string) bool { return strings.HasPrefix(s, sign) })
			if i < 0 {
				return nil, fmt.Errorf("unexpected %q", s[:1])
			}
			out, s = append(out, token{'o', signs[i]}), s[len(signs[i]):]
		}
		if len(out) > 10_000 {
			return nil, fmt.Errorf("an expression of more than 10000 tokens")
		}
	}
	return out, nil
}

func unquote(s string) (value string, n int, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case s[0]:
			return b.String(), i + 1, nil
		case '\\':
			if i++; i < len(s) {
				switch s[i] {
				case 'n':
					b.WriteByte('\n')
				case 't':
					b.WriteByte('\t')
				case 'r':
					b.WriteByte('\r')
				case '\'', '"', '\\':
					b.WriteByte(s[i])
				case '\n': // a line that goes on
				case 'x', 'u', 'U':
					digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[i]]
					c, err := strconv.ParseUint(s[min(i+1, len(s)):min(i+1+digits, len(s))], 16, 32)
					if err != nil {
						return "", 0, fmt.Errorf("a bad escape in a string")
					}
					b.WriteRune(rune(c))
					i += digits
				default:
					b.WriteByte('\\')
					b.WriteByte(s[i])
				}
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, fmt.Errorf("a string is not closed")
}
