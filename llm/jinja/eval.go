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
		d, ok := r.lookup(s.names[0]).(namespace)
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
	list, ok := listed(v)
	if !ok || len(list) != len(names) {
		fail("line %d: %d names for a value that is not %d values", line, len(names), len(names))
	}
	for i, name := range names {
		scope[name] = list[i]
	}
}

func (r *run) loop(s *stmt) {
	over := r.eval(s.expr)
	list := r.kept(s, elements(over))
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
		scope["loop"] = namespace{loop, "the loop"}
		r.bind(s.names, v, s.line)
		r.step()
		r.block(s.body)
		jump := r.jump
		if r.jump = ""; jump == "break" {
			if l, ok := over.(*lazy); ok {
				l.left = true
			}
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
	case "tuple":
		return tuple(r.all(n.kids))
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
		return member(r.eval(n.kids[0]), literal(n.name), true)
	case "index":
		return member(r.eval(n.kids[0]), r.eval(n.kids[1]), false)
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
		case int64, bool:
			return arithmetic("-", int64(0), v)
		case float64:
			return -v
		}
		fail("- of what is no number")
	case "pos":
		v := r.eval(n.kids[0])
		if _, ok := numeric(v); !ok {
			fail("+ of what is no number")
		}
		if b, ok := v.(bool); ok {
			return arithmetic("+", int64(0), b)
		}
		return v
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
		return r.join(show(a).plain(), show(b).plain())
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
	case tuple:
		if y, ok := b.(tuple); ok && op == "+" {
			r.grow(16 * (len(x) + len(y)))
			return append(append(tuple{}, x...), y...)
		}
	}
	return arithmetic(op, a, b)
}

func arithmetic(op string, a, b any) any {
	x, okX := whole(a)
	y, okY := whole(b)
	if okX && okY && op != "/" {
		switch op {
		case "//", "%":
			if y == 0 {
				fail("division by zero")
			}
			if y == -1 { // the least number has no other sign
				y, x = 1, exact(op, 0, x, "-")
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
		default:
			return exact(op, x, y, op)
		}
	}
	f, okX := numeric(a)
	g, okY := numeric(b)
	if !okX || !okY {
		fail("%s of %s and %s", op, kind(a), kind(b))
	}
	switch op {
	case "+":
		return f + g
	case "-":
		return f - g
	case "*":
		return f * g
	case "**":
		out := math.Pow(f, g)
		if math.IsInf(out, 0) || math.IsNaN(out) {
			fail("%v ** %v is no number", f, g)
		}
		return out
	}
	if g == 0 {
		fail("division by zero")
	}
	if op == "/" {
		return f / g
	}
	mod := math.Mod(f, g) // as Python computes both
	if mod != 0 && (mod < 0) != (g < 0) {
		mod += g
	} else if mod == 0 {
		mod = math.Copysign(0, g)
	}
	if op == "%" {
		return mod
	}
	div := (f - mod) / g
	floor := math.Floor(div)
	switch {
	case div == 0:
		return math.Copysign(0, f/g)
	case div-floor > 0.5:
		floor++
	}
	return floor
}

// exact is a sum, difference or product of integers, which Python has of any size.
func exact(op string, x, y int64, do string) int64 {
	var out int64
	var ok bool
	switch do {
	case "+":
		out = x + y
		ok = (out > x) == (y > 0)
	case "-":
		out = x - y
		ok = (out < x) == (y > 0)
	case "*":
		out = x * y
		ok = x == 0 || out/x == y && !(x == -1 && y == math.MinInt64)
	}
	if !ok {
		fail("%d %s %d is more than can be done here", x, op, y)
	}
	return out
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
