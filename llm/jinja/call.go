package jinja

import (
	"fmt"
	"slices"
)

// macro is a macro with what was around it where it was defined.
type macro struct {
	s      *stmt
	scopes []map[string]any
}

func (r *run) macro(s *stmt) *macro { return &macro{s, slices.Clone(r.scopes)} }

// invoke runs a macro and returns what it writes. caller, if not nil, is the body of the
// call statement.
func (r *run) invoke(m *macro, args []any, named map[string]any, caller *macro) text {
	if r.calls++; r.calls > maxDepth {
		fail("macros call each other deeper than %d", maxDepth)
	}
	scopes := r.scopes
	defer func() {
		r.calls--
		r.scopes = scopes
	}()
	scope := map[string]any{}
	r.scopes = append(slices.Clone(m.scopes), scope)
	if len(args) > len(m.s.names) {
		fail("the macro %s takes %d arguments, it is given %d", m.s.text, len(m.s.names), len(args))
	}
	required := len(m.s.names) - len(m.s.values)
	for i, name := range m.s.names {
		v, ok := named[name]
		delete(named, name)
		switch {
		case i < len(args):
			scope[name] = args[i]
		case ok:
			scope[name] = v
		case i >= required:
			scope[name] = r.eval(m.s.values[i-required])
		default:
			scope[name] = undefined{name}
		}
	}
	for name := range named {
		fail("the macro %s has no parameter %s", m.s.text, name)
	}
	if caller != nil {
		scope["caller"] = caller
	}
	return r.capture(func() { r.block(m.s.body) })
}

// arguments evaluates those of a call: by place, and by name.
func (r *run) arguments(kids []*node, keys []string) ([]any, map[string]any) {
	args := r.all(kids)
	at := len(args) - len(keys)
	named := map[string]any{}
	for i, k := range keys {
		named[k] = args[at+i]
	}
	return args[:at], named
}

// function is one of the functions that every template has.
type function string

var functions = []string{"range", "namespace", "dict", "raise_exception", "strftime_now"}

func (r *run) call(n *node, caller *macro) any {
	args, named := r.arguments(n.kids[1:], n.keys)
	f := n.kids[0]
	if f.op == "attr" {
		on := r.eval(f.kids[0])
		if d, ok := on.(*dict); ok {
			if m, ok := d.values[f.name].(*macro); ok {
				return r.invoke(m, args, named, caller)
			}
		}
		return r.method(on, f.name, args, named)
	}
	switch v := r.eval(f).(type) {
	case *macro:
		return r.invoke(v, args, named, caller)
	case function:
		return r.builtin(v, args, named, n.keys)
	case undefined:
		fail("there is no function %q", v.name)
	}
	fail("this cannot be called")
	return nil
}

func (r *run) builtin(f function, args []any, named map[string]any, keys []string) any {
	switch f {
	case "range":
		return r.numbers(args)
	case "namespace", "dict":
		d := newDict()
		for _, a := range args {
			if from, ok := a.(*dict); ok {
				for _, k := range from.keys {
					d.put(from.key(k), from.values[k])
				}
			}
		}
		for _, k := range keys {
			d.set(k, named[k])
		}
		return d
	case "raise_exception":
		panic(failure{fmt.Errorf("%w: %s", ErrRaised, str(args, 0, ""))})
	}
	return literal(strftime(r.now, str(args, 0, "")))
}

func (r *run) numbers(args []any) any {
	bounds := []int64{0, 0, 1}
	for i, a := range args {
		v, ok := a.(int64)
		if !ok || i > 2 {
			fail("range of what are no numbers")
		}
		switch {
		case len(args) == 1:
			bounds[1] = v
		default:
			bounds[i] = v
		}
	}
	out := []any{}
	for i := bounds[0]; bounds[2] > 0 && i < bounds[1] || bounds[2] < 0 && i > bounds[1]; i += bounds[2] {
		r.step()
		out = append(out, i)
	}
	return out
}

func str(args []any, i int, none string) string {
	if i < len(args) && args[i] != nil {
		return show(args[i]).String()
	}
	return none
}

// count is an optional number among the arguments.
func count(args []any, i int, named map[string]any, name string, none int) int {
	v, ok := named[name]
	if i < len(args) {
		v, ok = args[i], true
	}
	if !ok || v == nil {
		return none
	}
	n, ok := v.(int64)
	if !ok {
		fail("%s is no number", repr(v, 0))
	}
	return int(n)
}
