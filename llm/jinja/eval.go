package jinja

import (
	"errors"
	"fmt"
	"maps"
	"strings"
)

// Bounds of one rendering.
const (
	maxSteps  = 200_000
	maxOutput = 4 << 20
)

// ErrRaised is matched by the error of a template that raises an exception itself.
var ErrRaised = errors.New("the template refused")

type run struct {
	scopes []map[string]any
	out    []*part
	size   int
	steps  int
	made   int // bytes of strings put together
}

// part is a segment that is being written.
type part struct {
	strings.Builder
	data bool
}

type failure struct{ error }

func fail(format string, args ...any) { panic(failure{fmt.Errorf(format, args...)}) }

// Render fills the template. Strings in vars, a map as encoding/json gives it, are
// data; strings in words are as good as the template's own.
func (t *Template) Render(vars map[string]any, words map[string]string) (out []Segment, err error) {
	r := &run{scopes: []map[string]any{{}}}
	for k, v := range vars {
		r.scopes[0][k] = from(v)
	}
	for k, v := range words {
		r.scopes[0][k] = literal(v)
	}
	defer func() {
		if e := recover(); e != nil {
			f, ok := e.(failure)
			if !ok {
				panic(e)
			}
			out, err = nil, fmt.Errorf("jinja: %w", f.error)
		}
	}()
	r.block(t.body)
	for _, p := range r.out {
		out = append(out, Segment{p.String(), p.data})
	}
	return out, nil
}

func (r *run) step() {
	if r.steps++; r.steps > maxSteps {
		fail("the template takes more than %d steps", maxSteps)
	}
}

func (r *run) write(t text) {
	for _, s := range t {
		if s.Text == "" {
			continue
		}
		if r.size += len(s.Text); r.size > maxOutput {
			fail("the output is longer than %d bytes", maxOutput)
		}
		if n := len(r.out); n == 0 || r.out[n-1].data != s.Data {
			r.out = append(r.out, &part{data: s.Data})
		}
		r.out[len(r.out)-1].WriteString(s.Text)
	}
}

func (r *run) block(body []*stmt) {
	for _, s := range body {
		r.step()
		switch s.kind {
		case "text":
			r.write(literal(s.text))
		case "out":
			r.write(show(r.eval(s.expr)))
		case "if":
			if truthy(r.eval(s.expr)) {
				r.block(s.body)
			} else {
				r.block(s.more)
			}
		case "set":
			r.assign(s)
		case "for":
			r.loop(s)
		}
	}
}

func (r *run) assign(s *stmt) {
	v := r.eval(s.expr)
	if s.attr != "" {
		d, ok := r.lookup(s.names[0]).(*dict)
		if !ok {
			fail("line %d: %s is no namespace", s.line, s.names[0])
		}
		d.set(s.attr, v)
		return
	}
	r.bind(s.names, v, s.line)
}

func (r *run) bind(names []string, v any, line int) {
	scope := r.scopes[len(r.scopes)-1]
	if len(names) == 1 {
		scope[names[0]] = v
		return
	}
	list, ok := v.([]any)
	if !ok || len(list) != len(names) {
		fail("line %d: %d names for a value that is not %d values", line, len(names), len(names))
	}
	for i, name := range names {
		scope[name] = list[i]
	}
}

func (r *run) loop(s *stmt) {
	list := elements(r.eval(s.expr))
	if len(list) == 0 {
		r.block(s.more)
		return
	}
	r.scopes = append(r.scopes, map[string]any{})
	defer func() { r.scopes = r.scopes[:len(r.scopes)-1] }()
	for i, v := range list {
		scope := map[string]any{}
		r.scopes[len(r.scopes)-1] = scope
		loop := newDict()
		loop.set("index0", int64(i))
		loop.set("index", int64(i+1))
		loop.set("first", i == 0)
		loop.set("last", i == len(list)-1)
		loop.set("length", int64(len(list)))
		scope["loop"] = loop
		r.bind(s.names, v, s.line)
		r.step()
		r.block(s.body)
	}
}

// elements are what a loop goes through: keys of a dictionary, characters of a string.
func elements(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case *dict:
		out := make([]any, len(v.keys))
		for i, k := range v.keys {
			out[i] = data(k)
		}
		return out
	case text:
		var out []any
		for _, c := range v.String() {
			out = append(out, v.like(string(c)))
		}
		return out
	case nil, undefined:
		return nil
	}
	fail("%s cannot be gone through", show(v))
	return nil
}

func (r *run) lookup(name string) any {
	for i := len(r.scopes) - 1; i >= 0; i-- {
		if v, ok := r.scopes[i][name]; ok {
			return v
		}
	}
	return undefined{name}
}

func (r *run) eval(n *node) any {
	r.step()
	switch n.op {
	case "const":
		return n.val
	case "name":
		return r.lookup(n.name)
	case "list":
		return r.all(n.kids)
	case "dict":
		d := newDict()
		for i := 0; i < len(n.kids); i += 2 {
			d.set(show(r.eval(n.kids[i])).String(), r.eval(n.kids[i+1]))
		}
		return d
	case "if":
		if truthy(r.eval(n.kids[0])) {
			return r.eval(n.kids[1])
		}
		return r.eval(n.kids[2])
	case "and", "or":
		left := r.eval(n.kids[0])
		if truthy(left) == (n.op == "or") {
			return left
		}
		return r.eval(n.kids[1])
	case "not":
		return !truthy(r.eval(n.kids[0]))
	case "attr":
		return member(r.eval(n.kids[0]), literal(n.name))
	case "index":
		return member(r.eval(n.kids[0]), r.eval(n.kids[1]))
	case "slice":
		return slice(r.eval(n.kids[0]), r.eval(n.kids[1]), r.eval(n.kids[2]))
	case "test":
		return r.test(n)
	case "filter":
		args := r.all(n.kids)
		return r.filter(n.name, args[0], args[1:], n.keys)
	case "call":
		return r.call(n)
	case "neg":
		switch v := r.eval(n.kids[0]).(type) {
		case int64:
			return -v
		case float64:
			return -v
		}
		fail("- of what is no number")
	}
	return r.operate(n.op, r.eval(n.kids[0]), r.eval(n.kids[1]))
}

func (r *run) all(kids []*node) []any {
	out := make([]any, len(kids))
	for i := range kids {
		out[i] = r.eval(kids[i])
	}
	return out
}

func (r *run) operate(op string, a, b any) any {
	switch op {
	case "==":
		return equal(a, b)
	case "!=":
		return !equal(a, b)
	case "in":
		return contains(b, a)
	case "not in":
		return !contains(b, a)
	case "~":
		return r.join(show(a), show(b))
	}
	if x, ok := a.(text); ok {
		if y, ok := b.(text); ok {
			switch op {
			case "+":
				return r.join(x, y)
			case "<":
				return x.String() < y.String()
			case ">":
				return x.String() > y.String()
			}
		}
	}
	if x, ok := a.([]any); ok && op == "+" {
		if y, ok := b.([]any); ok {
			r.grow(16 * (len(x) + len(y))) // an element is two words
			return append(append([]any{}, x...), y...)
		}
	}
	x, okX := a.(int64)
	y, okY := b.(int64)
	if !okX || !okY {
		fail("%s of %q and %q", op, show(a), show(b))
	}
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "/", "//", "%":
		if y == 0 {
			fail("division by zero")
		}
		mod := ((x % y) + y) % y
		if op == "%" {
			return mod
		}
		return (x - mod) / y
	case "<":
		return x < y
	case ">":
		return x > y
	case "<=":
		return x <= y
	case ">=":
		return x >= y
	}
	fail("unknown operator %s", op)
	return nil
}

func (r *run) grow(n int) {
	if r.made += n; r.made > 4*maxOutput {
		fail("the template puts too much together")
	}
}

func (r *run) join(a, b text) text {
	out := a.plus(b)
	r.grow(len(out.String()))
	return out
}

func contains(in, v any) bool {
	switch in := in.(type) {
	case text:
		return strings.Contains(in.String(), show(v).String())
	case *dict:
		_, ok := in.values[show(v).String()]
		return ok
	case []any:
		for _, e := range in {
			if equal(e, v) {
				return true
			}
		}
	}
	return false
}

func member(of, key any) any {
	switch v := of.(type) {
	case *dict:
		if e, ok := v.values[show(key).String()]; ok {
			return e
		}
		return undefined{show(key).String()}
	case []any:
		if i, ok := key.(int64); ok {
			if i < 0 {
				i += int64(len(v))
			}
			if i >= 0 && i < int64(len(v)) {
				return v[i]
			}
			return undefined{}
		}
	case text:
		if i, ok := key.(int64); ok {
			runes := []rune(v.String())
			if i < 0 {
				i += int64(len(runes))
			}
			if i >= 0 && i < int64(len(runes)) {
				return v.like(string(runes[i]))
			}
		}
	case undefined:
		fail("%q is undefined", v.name)
	}
	return undefined{show(key).String()}
}

func slice(of, from, to any) any {
	cut := func(n int) (int, int) {
		at := func(v any, none int) int {
			i, ok := v.(int64)
			if !ok {
				return none
			}
			if i < 0 {
				i += int64(n)
			}
			return int(min(max(i, 0), int64(n)))
		}
		a, b := at(from, 0), at(to, n)
		return a, max(a, b)
	}
	switch v := of.(type) {
	case []any:
		a, b := cut(len(v))
		return v[a:b]
	case text:
		runes := []rune(v.String())
		a, b := cut(len(runes))
		return v.like(string(runes[a:b]))
	}
	fail("%q has no parts", show(of))
	return nil
}

// named are the keyword arguments of a call.
func named(args []any, keys []string) ([]any, map[string]any) {
	at := len(args) - len(keys)
	out := map[string]any{}
	for i, k := range keys {
		out[k] = args[at+i]
	}
	return args[:at], maps.Clone(out)
}
