package jinja

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
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
	now    time.Time
	size   int
	steps  int
	made   int // bytes of strings put together
	calls  int // of macros, one in another
	jump   string
}

// part is a segment that is being written.
type part struct {
	strings.Builder
	data bool
}

type failure struct{ error }

func fail(format string, args ...any) { panic(failure{fmt.Errorf(format, args...)}) }

// Render fills the template. Strings in vars, as encoding/json gives them or as
// json.RawMessage, are data; strings in words are as good as the template's own. now is
// what strftime_now formats.
func (t *Template) Render(vars map[string]any, words map[string]string, now time.Time) (out []Segment, err error) {
	defer func() {
		if e := recover(); e != nil {
			f, ok := e.(failure)
			if !ok {
				panic(e)
			}
			out, err = nil, fmt.Errorf("jinja: %w", f.error)
		}
	}()
	r := &run{scopes: []map[string]any{{}}, now: now}
	for k, v := range vars {
		r.scopes[0][k] = from(v)
	}
	for k, v := range words {
		r.scopes[0][k] = literal(v)
	}
	r.block(t.body)
	for _, p := range r.out {
		out = append(out, Segment{Text: p.String(), Data: p.data})
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

// capture returns what do writes.
func (r *run) capture(do func()) text {
	before := r.out
	r.out = nil
	do()
	var out text
	for _, p := range r.out {
		out = append(out, Segment{Text: p.String(), Data: p.data})
	}
	r.out = before
	r.grow(len(out.String()))
	return out
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
			r.assign(s, r.eval(s.expr))
		case "capture":
			v := any(r.capture(func() { r.block(s.body) }))
			if s.expr != nil {
				v = r.filter(s.expr.name, v, r.all(s.expr.kids[1:]), s.expr.keys)
			}
			r.assign(s, v)
		case "filter":
			v := r.capture(func() { r.block(s.body) })
			r.write(show(r.filter(s.expr.name, v, r.all(s.expr.kids[1:]), s.expr.keys)))
		case "for":
			r.loop(s)
		case "macro":
			r.scopes[len(r.scopes)-1][s.text] = r.macro(s)
		case "call":
			r.write(show(r.call(s.expr, r.macro(s))))
		case "break", "continue":
			r.jump = s.kind
		}
		if r.jump != "" {
			return
		}
	}
}

func (r *run) assign(s *stmt, v any) {
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
	list := r.kept(s, elements(r.eval(s.expr)))
	if len(list) == 0 {
		r.block(s.more)
		return
	}
	r.scopes = append(r.scopes, map[string]any{})
	defer func() { r.scopes = r.scopes[:len(r.scopes)-1] }()
	for i, v := range list {
		scope := map[string]any{}
		r.scopes[len(r.scopes)-1] = scope
		n := len(list)
		loop := newDict()
		loop.set("index0", int64(i))
		loop.set("index", int64(i+1))
		loop.set("revindex0", int64(n-i-1))
		loop.set("revindex", int64(n-i))
		loop.set("first", i == 0)
		loop.set("last", i == n-1)
		loop.set("length", int64(n))
		if i > 0 {
			loop.set("previtem", list[i-1])
		}
		if i+1 < n {
			loop.set("nextitem", list[i+1])
		}
		scope["loop"] = loop
		r.bind(s.names, v, s.line)
		r.step()
		r.block(s.body)
		jump := r.jump
		if r.jump = ""; jump == "break" {
			return
		}
	}
}

// kept are the elements that the loop's condition takes.
func (r *run) kept(s *stmt, list []any) []any {
	if s.cond == nil {
		return list
	}
	r.scopes = append(r.scopes, map[string]any{})
	defer func() { r.scopes = r.scopes[:len(r.scopes)-1] }()
	var out []any
	for _, v := range list {
		r.bind(s.names, v, s.line)
		if truthy(r.eval(s.cond)) {
			out = append(out, v)
		}
	}
	return out
}

// elements are what a loop goes through: keys of a dictionary, characters of a string.
func elements(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case *dict:
		out := make([]any, len(v.keys))
		for i, k := range v.keys {
			out[i] = v.key(k)
		}
		return out
	case text:
		return v.characters()
	case lazy:
		return v.list
	case undefined:
		return nil
	}
	fail("%s cannot be gone through", repr(v, 0))
	return nil
}

func (r *run) lookup(name string) any {
	for i := len(r.scopes) - 1; i >= 0; i-- {
		if v, ok := r.scopes[i][name]; ok {
			return v
		}
	}
	if slices.Contains(functions, name) {
		return function(name)
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
			d.put(r.eval(n.kids[i]), r.eval(n.kids[i+1]))
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
		return slice(r.eval(n.kids[0]), r.eval(n.kids[1]), r.eval(n.kids[2]), r.eval(n.kids[3]))
	case "test":
		args := r.all(n.kids)
		return test(n.name, args[0], args[1:])
	case "filter":
		args := r.all(n.kids)
		return r.filter(n.name, args[0], args[1:], n.keys)
	case "call":
		return r.call(n, nil)
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
	case "<":
		return less(a, b)
	case ">":
		return less(b, a)
	case "<=":
		return !less(b, a)
	case ">=":
		return !less(a, b)
	}
	switch x := a.(type) {
	case text:
		if y, ok := b.(text); ok && op == "+" {
			if x.safe() || y.safe() {
				x, y = x.escaped(), y.escaped()
			}
			return r.join(x, y)
		}
		if n, ok := b.(int64); ok && op == "*" {
			n = max(n, 0)
			r.grow(int(min(n, maxOutput)) * len(x.String()))
			return x.each(func(s string) string { return strings.Repeat(s, int(n)) })
		}
	case []any:
		if y, ok := b.([]any); ok && op == "+" {
			r.grow(16 * (len(x) + len(y))) // an element is two words
			return append(append([]any{}, x...), y...)
		}
	}
	return arithmetic(op, a, b)
}

func arithmetic(op string, a, b any) any {
	x, okX := a.(int64)
	y, okY := b.(int64)
	if okX && okY && op != "/" {
		switch op {
		case "+":
			return x + y
		case "-":
			return x - y
		case "*":
			return x * y
		case "//", "%":
			if y == 0 {
				fail("division by zero")
			}
			mod := ((x % y) + y) % y
			if op == "%" {
				return mod
			}
			return (x - mod) / y
		case "**":
			switch f := math.Pow(float64(x), float64(y)); {
			case y >= 0 && math.Abs(f) < 1<<53:
				return int64(f)
			case y >= 0:
				fail("%d ** %d is more than can be done here", x, y)
			}
		}
	}
	f, okX := numeric(a)
	g, okY := numeric(b)
	if !okX || !okY {
		fail("%s of %s and %s", op, repr(a, 0), repr(b, 0))
	}
	switch op {
	case "+":
		return f + g
	case "-":
		return f - g
	case "*":
		return f * g
	case "**":
		return math.Pow(f, g)
	}
	if g == 0 {
		fail("division by zero")
	}
	switch op {
	case "//":
		return math.Floor(f / g)
	case "%":
		return f - g*math.Floor(f/g)
	}
	return f / g
}

func (r *run) grow(n int) {
	if r.made += n; r.made > 4*maxOutput || n < 0 {
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
		s, ok := v.(text)
		if !ok {
			fail("%s in a string", repr(v, 0))
		}
		return strings.Contains(in.String(), s.String())
	case *dict:
		_, ok := in.values[keyOf(v)]
		return ok
	case lazy:
		return contains(in.list, v)
	case []any:
		for _, e := range in {
			if equal(e, v) {
				return true
			}
		}
	case undefined:
	default:
		fail("nothing is in %s", repr(in, 0))
	}
	return false
}

func member(of, key any) any {
	switch v := of.(type) {
	case *dict:
		if e, ok := v.values[keyOf(key)]; ok {
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
			list := v.characters()
			if i < 0 {
				i += int64(len(list))
			}
			if i >= 0 && i < int64(len(list)) {
				return list[i]
			}
		}
	case undefined:
		fail("%q is undefined", v.name)
	}
	return undefined{show(key).String()}
}

// slice is of[from:to:step].
func slice(of, from, to, step any) any {
	by := int64(1)
	if n, ok := step.(int64); ok {
		if by = n; n == 0 {
			fail("a step of 0")
		}
	}
	list, isText := []any(nil), false
	switch v := of.(type) {
	case []any:
		list = v
	case text:
		list, isText = v.characters(), true
	default:
		fail("%s has no parts", repr(of, 0))
	}
	n := int64(len(list))
	at := func(v any, none int64) int64 {
		i, ok := v.(int64)
		if !ok {
			return none
		}
		if i < 0 {
			i += n
		}
		if by < 0 {
			return min(max(i, -1), n-1)
		}
		return min(max(i, 0), n)
	}
	first, last := at(from, 0), at(to, n)
	if by < 0 {
		first, last = at(from, n-1), at(to, -1)
	}
	out := []any{}
	for i := first; by > 0 && i < last || by < 0 && i > last; i += by {
		out = append(out, list[i])
	}
	if !isText {
		return out
	}
	var t text
	for _, c := range out {
		t = append(t, c.(text)...)
	}
	return t.plus(nil)
}
