package chat

import (
	"slices"
	"strings"
)

// exprCall recognises calls written as Python: a list of them in brackets, a call of
// a built-in tool (brave_search.call(query="…")), or a bare call of a declared tool.
// It waits for the closing bracket and then reads the whole.
type exprCall struct {
	knows func(name string) bool
	lax   bool // after <|python_tag|>: any name.call(…) is a call

	raw   []byte
	stack []byte
	quote byte
	esc   bool
	calls []found
}

func (e *exprCall) feed(c byte) verdict {
	e.raw = append(e.raw, c)
	if e.quote != 0 {
		switch {
		case e.esc:
			e.esc = false
		case c == '\\':
			e.esc = true
		case c == e.quote:
			e.quote = 0
		}
		return more
	}
	if list := e.raw[0] == '['; list && len(e.stack) <= 1 || !list && len(e.stack) == 0 {
		if !e.head(c) {
			return reject
		}
	}
	switch c {
	case '"', '\'':
		e.quote = c
	case '(', '[', '{':
		if len(e.stack) == maxDepth {
			return reject
		}
		e.stack = append(e.stack, c)
	case ')', ']', '}':
		n := len(e.stack)
		if n == 0 || !strings.Contains("() [] {}", string([]byte{e.stack[n-1], c})) {
			return reject
		}
		e.stack = e.stack[:n-1]
		if n == 1 {
			return e.read()
		}
	}
	return more
}

// head checks a byte outside any call's parentheses: names, commas and white space.
func (e *exprCall) head(c byte) bool {
	list := e.raw[0] == '['
	switch {
	case isWord(c) || c == '.' || c == '-':
		return true
	case c == '(':
		name := e.raw[:len(e.raw)-1]
		if at := strings.LastIndexAny(string(name), " \t\r\n,["); at >= 0 {
			name = name[at+1:]
		}
		return e.callable(string(name))
	case c == '[':
		return len(e.raw) == 1
	case list:
		return c == ']' && len(e.raw) > 2 || strings.IndexByte(", \t\r\n", c) >= 0
	}
	return false
}

// callable says that a call may have that name.
func (e *exprCall) callable(name string) bool {
	base, builtin := strings.CutSuffix(name, ".call")
	if name == "" {
		return false
	}
	return e.knows(name) || builtin && (e.lax || e.knows(base))
}

func (e *exprCall) read() verdict {
	l := &literal{s: string(e.raw)}
	list := l.next('[')
	for {
		c, err := l.call()
		if err != nil {
			return reject
		}
		name := c.name
		if !e.knows(name) {
			name = strings.TrimSuffix(name, ".call")
		}
		e.calls = append(e.calls, found{name: name, args: c.args, pos: c.pos, converted: true})
		if !list || l.next(']') {
			return match
		}
		if !l.next(',') {
			return reject
		}
		if l.next(']') {
			return match
		}
	}
}

// tagCall recognises <function=NAME>{…}</function>; it matches at the closing brace,
// and the end tag is passed over like a separator.
type tagCall struct {
	knows func(name string) bool
	raw   []byte
	body  *jsonBody
	name  string
}

const (
	tagOpen  = "<function="
	tagClose = "</function>"
)

func (t *tagCall) feed(c byte) verdict {
	t.raw = append(t.raw, c)
	if t.body == nil {
		n := len(t.raw)
		switch {
		case n <= len(tagOpen):
			if c != tagOpen[n-1] {
				return reject
			}
		case c == '>':
			t.name = string(t.raw[len(tagOpen) : n-1])
			if !t.knows(t.name) {
				return reject
			}
			t.body = &jsonBody{}
		case !isWord(c) && c != '-' && c != '.':
			return reject
		}
		return more
	}
	return t.body.feed(c)
}

func (t *tagCall) result() (found, bool) {
	v, converted, err := t.body.value()
	return found{name: t.name, args: v, raw: string(t.body.raw), converted: converted}, err == nil && v.kind == '{'
}

// jsonBody finds the end of one JSON object.
type jsonBody struct {
	raw   []byte
	stack []byte
	quote byte
	esc   bool
}

func (b *jsonBody) feed(c byte) verdict {
	if len(b.raw) == 0 && c != '{' {
		if slices.Contains([]byte(" \t\r\n"), c) {
			return more
		}
		return reject
	}
	b.raw = append(b.raw, c)
	switch {
	case b.quote != 0:
		switch {
		case b.esc:
			b.esc = false
		case c == '\\':
			b.esc = true
		case c == b.quote:
			b.quote = 0
		}
	case c == '"' || c == '\'':
		b.quote = c
	case c == '{' || c == '[':
		if len(b.stack) == maxDepth {
			return reject
		}
		b.stack = append(b.stack, c)
	case c == '}' || c == ']':
		n := len(b.stack)
		if b.stack[n-1]+2 != c {
			return reject
		}
		if b.stack = b.stack[:n-1]; n == 1 {
			return match
		}
	}
	return more
}

func (b *jsonBody) value() (v value, converted bool, err error) {
	if v, err = parseValue(b.raw); err != nil {
		v, err = parseLiteral(string(b.raw))
		converted = true
	}
	return v, converted, err
}
