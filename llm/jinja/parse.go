package jinja

import (
	"fmt"
	"slices"
	"strings"
)

// stmt is a part of a template.
type stmt struct {
	kind   string // text, out, if, for, set, capture, macro, call, filter, break, continue
	text   string
	expr   *node
	cond   *node    // of for
	names  []string // of for and set; parameters of macro
	values []*node  // defaults of the last parameters
	attr   string   // set name.attr
	body   []*stmt
	more   []*stmt // else
	line   int
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
	loops  int     // around what is read
	rest   *parser // of the statement that ended a block
}

// ends are the words that end or divide a block.
var ends = []string{"else", "elif", "endif", "endfor", "endset", "endmacro", "endcall", "endfilter", "endgeneration"}

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
		if slices.Contains(ends, word) {
			r.rest = p
			return out, word, nil
		}
		s, err := r.statement(word, p, c.line, depth)
		if err != nil {
			return nil, "", err
		}
		out = append(out, s)
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
	switch word {
	case "out":
		s.expr = p.tuple()
		p.closed()
	case "set":
		return s, r.set(s, p, depth)
	case "if":
		s.expr = p.tuple()
		p.closed()
		return s, r.branches(s, depth)
	case "for":
		s.names = p.targets()
		p.expect("in")
		s.expr = p.binary(0)
		if p.is(",") { // for x in a, b
			s.expr = &node{op: "list", kids: []*node{s.expr}}
			for p.accept(",") {
				s.expr.kids = append(s.expr.kids, p.binary(0))
			}
		}
		if p.accept("if") {
			s.cond = p.expression()
		}
		p.closed()
		r.loops++
		defer func() { r.loops-- }()
		return s, r.ended(s, "endfor", depth)
	case "break", "continue":
		p.closed()
		if r.loops == 0 {
			return nil, fmt.Errorf("jinja: line %d: %s outside of a loop", line, word)
		}
	case "macro":
		s.text = p.word()
		p.expect("(")
		p.parameters(s)
		p.closed()
		return s, r.outside(func() error { return r.ended(s, "endmacro", depth) })
	case "call":
		if p.accept("(") {
			p.parameters(s)
		}
		if s.expr = p.expression(); s.expr.op != "call" {
			panic(syntaxError("want a call"))
		}
		p.closed()
		return s, r.outside(func() error { return r.ended(s, "endcall", depth) })
	case "filter":
		s.expr = p.postfix(&node{op: "filter", name: p.word(), kids: []*node{{op: "const"}}}, true)
		if n := s.expr; n.op == "call" { // arguments
			n.kids[0].kids = append(n.kids[0].kids, n.kids[1:]...)
			n.kids[0].keys = n.keys
			s.expr = n.kids[0]
		}
		p.closed()
		return s, r.ended(s, "endfilter", depth)
	case "generation": // what is learned from, in training
		p.closed()
		s.kind, s.expr = "if", &node{op: "const", val: true}
		return s, r.ended(s, "endgeneration", depth)
	default:
		return nil, fmt.Errorf("jinja: line %d: unknown statement %q", line, word)
	}
	return s, nil
}

// targets are the names that a loop or an assignment binds.
func (p *parser) targets() []string {
	brackets := p.accept("(")
	names := []string{p.word()}
	for p.accept(",") {
		names = append(names, p.word())
	}
	if brackets {
		p.expect(")")
	}
	return names
}

// parameters reads those of a macro, up to the bracket that ends them.
func (p *parser) parameters(s *stmt) {
	for !p.accept(")") {
		s.names = append(s.names, p.word())
		if p.accept("=") {
			s.values = append(s.values, p.expression())
		} else if len(s.values) > 0 {
			panic(syntaxError("a parameter without a default after one with"))
		}
		if !p.accept(",") {
			p.expect(")")
			break
		}
	}
}

// set reads {% set a = … %} and {% set a %}…{% endset %}.
func (r *reader) set(s *stmt, p *parser, depth int) error {
	if len(p.toks) > 1 && p.toks[1].text == "." {
		s.names = []string{p.word()}
		p.take()
		s.attr = p.word()
	} else {
		s.names = p.targets()
	}
	if p.accept("=") {
		s.expr = p.tuple()
		p.closed()
		return nil
	}
	s.kind = "capture"
	if p.accept("|") {
		s.expr = &node{op: "filter", name: p.word(), kids: []*node{{op: "const"}}}
		if p.accept("(") {
			p.arguments(s.expr)
		}
	}
	p.closed()
	return r.ended(s, "endset", depth)
}

// outside reads a body that no loop around it reaches into.
func (r *reader) outside(read func() error) error {
	loops := r.loops
	r.loops = 0
	defer func() { r.loops = loops }()
	return read()
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
	if want != "endfor" && end == "else" {
		return fmt.Errorf("jinja: line %d: want %s, got %q", r.line, want, end)
	}
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
