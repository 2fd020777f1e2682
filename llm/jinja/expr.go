package jinja

import (
	"fmt"
	"slices"
	"strconv"
)

// node is an expression.
type node struct {
	op   string // name, const, list, dict, attr, index, slice, call, filter, test, if, not, neg, and the binary operators
	name string
	val  any
	kids []*node
	keys []string // of keyword arguments, for the last kids
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

// word takes a name.
func (p *parser) word() string {
	t := p.take()
	if t.kind != 'n' {
		panic(syntaxError(fmt.Sprintf("want a name, got %q", t.text)))
	}
	return t.text
}

func (p *parser) enter() func() {
	if p.depth++; p.depth > maxDepth {
		panic(syntaxError(fmt.Sprintf("nested deeper than %d", maxDepth)))
	}
	return func() { p.depth-- }
}

// closed says that nothing is left.
func (p *parser) closed() {
	if p.peek().kind != 0 {
		panic(syntaxError(fmt.Sprintf("unexpected %q", p.peek().text)))
	}
}

// tuple reads an expression, or several with commas between.
func (p *parser) tuple() *node {
	n := p.expression()
	if !p.is(",") {
		return n
	}
	kids := []*node{n}
	for p.accept(",") && p.peek().kind != 0 && !p.is(")") {
		kids = append(kids, p.expression())
	}
	return &node{op: "tuple", kids: kids}
}

// expression reads a whole expression, with "a if c else b" at the top.
func (p *parser) expression() *node {
	defer p.enter()()
	n := p.binary(0)
	for p.accept("if") {
		cond := p.binary(0)
		other := &node{op: "const", val: undefined{}}
		if p.accept("else") {
			other = p.expression()
		}
		n = &node{op: "if", kids: []*node{cond, n, other}}
	}
	return n
}

// levels are Jinja's operators, those that bind least first. Tests and filters bind most.
var levels = [][]string{{"or"}, {"and"}, {"not"}, {"==", "!=", "<", ">", "<=", ">=", "in", "not in"}, {"+", "-"}, {"~"}, {"*", "/", "//", "%"}}

func (p *parser) binary(level int) *node {
	if level == len(levels) {
		return p.power()
	}
	if levels[level][0] == "not" {
		if p.is("not") {
			p.take()
			defer p.enter()()
			return &node{op: "not", kids: []*node{p.binary(level)}}
		}
		return p.binary(level + 1)
	}
	left := p.binary(level + 1)
	var last *node // of a chain of comparisons
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
		right := p.binary(level + 1)
		if levels[level][0] == "==" && last != nil { // a < b < c
			left = &node{op: "and", kids: []*node{left, {op: op, kids: []*node{last, right}}}}
		} else {
			left = &node{op: op, kids: []*node{left, right}}
		}
		last = right
	}
}

// power binds less than a sign, and from the left, as in Jinja and not in Python.
func (p *parser) power() *node {
	n := p.unary(true)
	for p.accept("**") {
		n = &node{op: "**", kids: []*node{n, p.unary(true)}}
	}
	return n
}

// unary reads a value with its signs; filters and tests are of the whole of it.
func (p *parser) unary(filters bool) *node {
	switch {
	case p.accept("-"):
		defer p.enter()()
		return p.postfix(&node{op: "neg", kids: []*node{p.unary(false)}}, filters)
	case p.accept("+"):
		defer p.enter()()
		return p.postfix(&node{op: "pos", kids: []*node{p.unary(false)}}, filters)
	}
	return p.postfix(p.primary(), filters)
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
			return &node{op: "tuple"}
		}
		n := p.tuple()
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
		if len(p.toks) > 1 && p.toks[0].kind == 'n' && p.toks[1].kind == 'o' && p.toks[1].text == "=" {
			n.keys = append(n.keys, p.take().text)
			p.take()
		} else if len(n.keys) > 0 {
			panic(syntaxError("an argument after those with names"))
		}
		n.kids = append(n.kids, p.expression())
		if !p.accept(",") {
			p.expect(")")
			break
		}
	}
}

// subscript reads what stands in square brackets.
func (p *parser) subscript(n *node) *node {
	part := func() *node {
		if p.is(":") || p.is("]") {
			return &node{op: "const"}
		}
		return p.expression()
	}
	parts := []*node{n, part()}
	slice := false
	for p.accept(":") {
		slice = true
		parts = append(parts, part())
	}
	p.expect("]")
	switch {
	case !slice && parts[1].op == "const" && parts[1].val == nil && parts[1].name == "" || len(parts) > 4:
		panic(syntaxError("bad brackets"))
	case slice:
		for len(parts) < 4 {
			parts = append(parts, &node{op: "const"})
		}
		return &node{op: "slice", kids: parts}
	}
	return &node{op: "index", kids: parts}
}

// postfix reads members, calls, and if all is set filters and tests.
func (p *parser) postfix(n *node, all bool) *node {
	for {
		switch {
		case p.accept("."):
			t := p.take()
			if t.kind != 'n' && t.kind != '0' {
				panic(syntaxError(fmt.Sprintf("want a member, got %q", t.text)))
			}
			n = &node{op: "attr", name: t.text, kids: []*node{n}}
			if i, err := strconv.ParseInt(t.text, 10, 64); err == nil {
				n = &node{op: "index", kids: []*node{n.kids[0], {op: "const", val: i}}}
			}
		case p.accept("["):
			n = p.subscript(n)
		case p.accept("("):
			n = &node{op: "call", kids: []*node{n}}
			p.arguments(n)
		case all && p.accept("|"):
			n = &node{op: "filter", name: p.word(), kids: []*node{n}}
			if p.accept("(") {
				p.arguments(n)
			}
		case all && p.accept("is"):
			n = p.test(n)
		default:
			return n
		}
		if p.depth++; p.depth > 10*maxDepth {
			panic(syntaxError("too many filters and members"))
		}
	}
}

func (p *parser) test(n *node) *node {
	negate := p.accept("not")
	n = &node{op: "test", name: p.word(), kids: []*node{n}}
	switch t := p.peek(); {
	case p.accept("("):
		n.kids = append(n.kids, p.list(")")...)
	case t.kind == 's', t.kind == '0', t.kind == 'o' && (t.text == "[" || t.text == "{"),
		t.kind == 'n' && !slices.Contains([]string{"else", "or", "and", "is", "in", "if", "not"}, t.text):
		n.kids = append(n.kids, p.postfix(p.primary(), false))
	}
	if negate {
		n = &node{op: "not", kids: []*node{n}}
	}
	return n
}
