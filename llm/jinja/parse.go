package jinja

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// node is an expression.
type node struct {
	op   string // name, const, list, dict, attr, index, slice, call, filter, test, if, not, neg, and the binary operators
	name string
	val  any
	kids []*node
	keys []string // of keyword arguments, for the last kids
}

// stmt is a part of a template.
type stmt struct {
	kind  string // text, out, if, for, set
	text  string
	expr  *node
	names []string // of for and set
	attr  string   // set name.attr
	body  []*stmt
	more  []*stmt // else
	line  int
}

const maxDepth = 64

type parser struct {
	toks  []token
	depth int
}

func (p *parser) peek() token {
	if len(p.toks) == 0 {
		return token{}
	}
	return p.toks[0]
}

func (p *parser) take() token {
	t := p.peek()
	if len(p.toks) > 0 {
		p.toks = p.toks[1:]
	}
	return t
}

func (p *parser) is(text string) bool {
	t := p.peek()
	return (t.kind == 'o' || t.kind == 'n') && t.text == text
}

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.take()
		return true
	}
	return false
}

type syntaxError string

func (e syntaxError) Error() string { return string(e) }

func (p *parser) expect(text string) {
	if !p.accept(text) {
		panic(syntaxError(fmt.Sprintf("want %q, got %q", text, p.peek().text)))
	}
}

func (p *parser) enter() func() {
	if p.depth++; p.depth > maxDepth {
		panic(syntaxError(fmt.Sprintf("nested deeper than %d", maxDepth)))
	}
	return func() { p.depth-- }
}

// expression reads a whole expression, with "a if c else b" at the top.
func (p *parser) expression() *node {
	defer p.enter()()
	n := p.binary(0)
	if p.accept("if") {
		cond := p.binary(0)
		other := &node{op: "const", val: undefined{}}
		if p.accept("else") {
			other = p.expression()
		}
		return &node{op: "if", kids: []*node{cond, n, other}}
	}
	return n
}

var levels = [][]string{{"or"}, {"and"}, {"not"}, {"==", "!=", "<", ">", "<=", ">=", "in", "not in", "is"}, {"~"}, {"+", "-"}, {"*", "/", "//", "%"}}

func (p *parser) binary(level int) *node {
	if level == len(levels) {
		return p.unary()
	}
	if levels[level][0] == "not" {
		if p.accept("not") {
			defer p.enter()()
			return &node{op: "not", kids: []*node{p.binary(level)}}
		}
		return p.binary(level + 1)
	}
	left := p.binary(level + 1)
	for {
		t := p.peek()
		op := t.text
		if t.kind == 'n' && op == "not" && len(p.toks) > 1 && p.toks[1].text == "in" {
			op = "not in"
		}
		if t.kind != 'o' && t.kind != 'n' || !slices.Contains(levels[level], op) {
			return left
		}
		p.take()
		if op == "not in" {
			p.take()
		}
		if op == "is" {
			negate := p.accept("not")
			left = &node{op: "test", name: p.take().text, kids: []*node{left}}
			if p.accept("(") {
				left.kids = append(left.kids, p.list(")")...)
			} else if t := p.peek(); t.kind == 's' || t.kind == '0' {
				left.kids = append(left.kids, p.unary())
			}
			if negate {
				left = &node{op: "not", kids: []*node{left}}
			}
			continue
		}
		left = &node{op: op, kids: []*node{left, p.binary(level + 1)}}
	}
}

func (p *parser) unary() *node {
	if p.accept("-") {
		defer p.enter()()
		return &node{op: "neg", kids: []*node{p.unary()}}
	}
	return p.postfix(p.primary())
}

func (p *parser) primary() *node {
	switch t := p.take(); {
	case t.kind == 's':
		s := t.text
		for p.peek().kind == 's' { // neighbours are one string
			s += p.take().text
		}
		return &node{op: "const", val: literal(s)}
	case t.kind == '0':
		if n, err := strconv.ParseInt(t.text, 10, 64); err == nil {
			return &node{op: "const", val: n}
		}
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			panic(syntaxError("bad number " + t.text))
		}
		return &node{op: "const", val: f}
	case t.kind == 'n':
		switch t.text {
		case "true", "True":
			return &node{op: "const", val: true}
		case "false", "False":
			return &node{op: "const", val: false}
		case "none", "None":
			return &node{op: "const"}
		}
		return &node{op: "name", name: t.text}
	case t.text == "(" && t.kind == 'o':
		if p.accept(")") {
			return &node{op: "list"}
		}
		n := p.expression()
		if p.is(",") {
			kids := []*node{n}
			for p.accept(",") && !p.is(")") {
				kids = append(kids, p.expression())
			}
			n = &node{op: "list", kids: kids}
		}
		p.expect(")")
		return n
	case t.text == "[" && t.kind == 'o':
		return &node{op: "list", kids: p.list("]")}
	case t.text == "{" && t.kind == 'o':
		n := &node{op: "dict"}
		for !p.accept("}") {
			key := p.expression()
			p.expect(":")
			n.kids = append(n.kids, key, p.expression())
			if !p.accept(",") {
				p.expect("}")
				break
			}
		}
		return n
	default:
		panic(syntaxError(fmt.Sprintf("unexpected %q", t.text)))
	}
}

func (p *parser) list(end string) []*node {
	var out []*node
	for !p.accept(end) {
		out = append(out, p.expression())
		if !p.accept(",") {
			p.expect(end)
			break
		}
	}
	return out
}

// arguments reads what stands in the brackets of a call, keywords last.
func (p *parser) arguments(n *node) {
	for !p.accept(")") {
		if len(p.toks) > 1 && p.toks[0].kind == 'n' && p.toks[1].text == "=" {
			n.keys = append(n.keys, p.take().text)
			p.take()
		}
		n.kids = append(n.kids, p.expression())
		if !p.accept(",") {
			p.expect(")")
			break
		}
	}
}

func (p *parser) postfix(n *node) *node {
	for {
		switch {
		case p.accept("."):
			n = &node{op: "attr", name: p.take().text, kids: []*node{n}}
		case p.accept("["):
			from := &node{op: "const"}
			if !p.is(":") {
				from = p.expression()
			}
			if p.accept(":") {
				to := &node{op: "const"}
				if !p.is("]") {
					to = p.expression()
				}
				n = &node{op: "slice", kids: []*node{n, from, to}}
			} else {
				n = &node{op: "index", kids: []*node{n, from}}
			}
			p.expect("]")
		case p.accept("("):
			n = &node{op: "call", kids: []*node{n}}
			p.arguments(n)
		case p.accept("|"):
			n = &node{op: "filter", name: p.take().text, kids: []*node{n}}
			if p.accept("(") {
				p.arguments(n)
			}
		default:
			return n
		}
		if p.depth++; p.depth > 10*maxDepth {
			panic(syntaxError("too many filters and members"))
		}
	}
}

// Template is a parsed template: immutable, safe for concurrent use.
type Template struct{ body []*stmt }

// MaxSource bounds the bytes of a template.
const MaxSource = 256 << 10

// Parse reads a template.
func Parse(src string) (*Template, error) {
	if len(src) > MaxSource {
		return nil, fmt.Errorf("jinja: a template of %d bytes, more than %d", len(src), MaxSource)
	}
	chunks, err := split(strings.TrimSuffix(src, "\n"))
	if err != nil {
		return nil, err
	}
	r := &reader{chunks: chunks}
	body, end, err := r.block(0)
	if err != nil {
		return nil, err
	}
	if end != "" {
		return nil, fmt.Errorf("jinja: line %d: %s without a beginning", r.line, end)
	}
	return &Template{body}, nil
}

type reader struct {
	chunks []chunk
	line   int
	rest   *parser // of the statement that ended a block
}

// block reads statements up to one that ends or divides the block, whose word it returns.
func (r *reader) block(depth int) (out []*stmt, end string, err error) {
	if depth > maxDepth {
		return nil, "", fmt.Errorf("jinja: line %d: blocks nested deeper than %d", r.line, maxDepth)
	}
	for len(r.chunks) > 0 {
		c := r.chunks[0]
		r.chunks = r.chunks[1:]
		r.line = c.line
		if c.kind == 't' {
			out = append(out, &stmt{kind: "text", text: c.text, line: c.line})
			continue
		}
		toks, err := tokens(c.text)
		if err != nil {
			return nil, "", fmt.Errorf("jinja: line %d: %w", c.line, err)
		}
		p := &parser{toks: toks}
		word := "out"
		if c.kind == '%' {
			word = p.take().text
		}
		if strings.HasPrefix(word, "e") { // else, elif, endif, endfor, endset
			r.rest = p
			return out, word, nil
		}
		s, err := r.statement(word, p, c.line, depth)
		if err != nil {
			return nil, "", err
		}
		if s != nil {
			out = append(out, s)
		}
	}
	return out, "", nil
}

func (r *reader) statement(word string, p *parser, line, depth int) (s *stmt, err error) {
	defer func() {
		if e := recover(); e != nil {
			bad, ok := e.(syntaxError)
			if !ok {
				panic(e)
			}
			s, err = nil, fmt.Errorf("jinja: line %d: %w", line, bad)
		}
	}()
	s = &stmt{kind: word, line: line}
	closed := func() {
		if p.peek().kind != 0 {
			panic(syntaxError(fmt.Sprintf("unexpected %q", p.peek().text)))
		}
	}
	switch word {
	case "out":
		s.expr = p.expression()
		closed()
	case "set":
		s.names = []string{p.take().text}
		if p.accept(".") {
			s.attr = p.take().text
		}
		for p.accept(",") {
			s.names = append(s.names, p.take().text)
		}
		p.expect("=")
		s.expr = p.expression()
		if p.is(",") {
			s.expr = &node{op: "list", kids: []*node{s.expr}}
			for p.accept(",") {
				s.expr.kids = append(s.expr.kids, p.expression())
			}
		}
		closed()
	case "if":
		s.expr = p.expression()
		closed()
		return s, r.branches(s, depth)
	case "for":
		s.names = []string{p.take().text}
		for p.accept(",") {
			s.names = append(s.names, p.take().text)
		}
		p.expect("in")
		s.expr = p.binary(0)
		closed()
		return s, r.ended(s, "endfor", depth)
	case "generation":
		return nil, nil
	default:
		return nil, fmt.Errorf("jinja: line %d: unknown statement %q", line, word)
	}
	return s, nil
}

func (r *reader) branches(s *stmt, depth int) error {
	body, end, err := r.block(depth + 1)
	if err != nil {
		return err
	}
	s.body = body
	if end == "elif" {
		inner, err := r.statement("if", r.rest, r.line, depth+1)
		s.more = []*stmt{inner}
		return err
	}
	return r.close(s, end, "endif", depth)
}

func (r *reader) ended(s *stmt, want string, depth int) error {
	body, end, err := r.block(depth + 1)
	if err != nil {
		return err
	}
	s.body = body
	return r.close(s, end, want, depth)
}

func (r *reader) close(s *stmt, end, want string, depth int) error {
	if end == "else" {
		more, last, err := r.block(depth + 1)
		if err != nil {
			return err
		}
		s.more, end = more, last
	}
	if end != want {
		return fmt.Errorf("jinja: line %d: want %s, got %q", r.line, want, end)
	}
	return nil
}
