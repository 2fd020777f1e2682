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
		if d, ok := on.(namespace); ok {
			if m, ok := d.values[f.name].(*macro); ok {
				return r.invoke(m, args, named, caller)
			}
		}
		return r.method(on, f.name, args, named)
	}
	if f.op == "index" {
		if m, ok := r.eval(f).(method); ok {
			return r.method(m.on, m.name, args, named)
		}
	}
	switch v := r.eval(f).(type) {
	case *macro:
		return r.invoke(v, args, named, caller)
	case function:
		return r.builtin(v, args, named, n.keys)
	case method:
		return r.method(v.on, v.name, args, named)
	case undefined:
		fail("there is no function %q", v.name)
	}
	fail("this cannot be called")
	return nil
}

func (r *run) builtin(f function, args []any, named map[string]any, keys []string) any {
	switch {
	case f == "range" && len(named) == 0:
		return numbers(args)
	case f != "dict" && f != "namespace" && len(named) > 0, f != "range" && len(args) > 1:
		fail("%s is given arguments that are not known here", string(f))
	}
	switch f {
	case "namespace", "dict":
		d := newDict()
		for _, a := range args {
			from, ok := a.(*dict)
			if !ok {
				fail("%s of %s is not done here", string(f), kind(a))
			}
			for _, k := range from.keys {
				d.put(from.key(k), from.values[k])
			}
		}
		for _, k := range keys {
			d.set(k, named[k])
		}
		if f == "namespace" {
			return namespace{d, "a namespace"}
		}
		return d
	case "raise_exception":
		panic(failure{fmt.Errorf("%w: %s", ErrRaised, str(args, 0, ""))})
	}
	return literal(strftime(r.now, str(args, 0, "")))
}

func numbers(args []any) any {
	if len(args) < 1 || len(args) > 3 {
		fail("range takes one to three numbers")
	}
	bounds := []int64{0, 0, 1}
	for i, a := range args {
		v, ok := whole(a)
		if !ok {
			fail("range of what are no numbers")
		}
		if len(args) == 1 {
			i = 1
		}
		bounds[i] = v
	}
	if bounds[2] == 0 || max(bounds[0], bounds[1], bounds[2]) > 1<<40 || min(bounds[0], bounds[1], bounds[2]) < -1<<40 {
		fail("range of %d, %d, %d", bounds[0], bounds[1], bounds[2])
	}
	return span{bounds[0], bounds[1], bounds[2]}
}

func str(args []any, i int, none string) string {
	if i < len(args) && args[i] != nil {
		return show(args[i]).String()
	}
	return none
}
