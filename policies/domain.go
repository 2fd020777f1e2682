package policies

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/policies/label"
	"github.com/expr-lang/expr/ast"
)

// What a rule's operands can be is known in part: from schemas, from the tool, from
// the names of labels. The lint computes with it, so as to find rules that can never
// fire and rules that another always covers.

// truth is what is known of a condition.
type truth int8

const (
	unknown truth = iota
	never
	always
)

func truthOf(b bool) truth {
	if b {
		return always
	}
	return never
}

func (t truth) not() truth {
	switch t {
	case never:
		return always
	case always:
		return never
	}
	return unknown
}

// domain is the set of values that an operand can have.
type domain struct {
	lo, hi         float64
	openLo, openHi bool
	listed         bool // only the values in list
	list           []string
	banned         []string
}

func anyValue() domain { return domain{lo: math.Inf(-1), hi: math.Inf(1)} }

func oneOf(list ...string) domain {
	d := anyValue()
	d.listed, d.list = true, list
	return d
}

func between(lo, hi float64) domain { return domain{lo: lo, hi: hi} }

func (d domain) empty() bool {
	if d.lo > d.hi || d.lo == d.hi && (d.openLo || d.openHi) {
		return true
	}
	if d.lo == d.hi && slices.Contains(d.banned, number(d.lo)) {
		return true
	}
	return d.listed && len(d.list) == 0
}

// number writes a number as a value of a list.
func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// quoted writes a text as a value of a list, apart from numbers and truth values.
func quoted(s string) string { return strconv.Quote(s) }

// with narrows the domain by a comparison with a constant.
func (d domain) with(op, value string, f float64, isNumber bool) domain {
	d.list, d.banned = slices.Clone(d.list), slices.Clone(d.banned)
	keep := func(ok func(v float64) bool) {
		d.list = slices.DeleteFunc(d.list, func(s string) bool {
			v, err := strconv.ParseFloat(s, 64)
			return err == nil && !ok(v)
		})
	}
	switch op {
	case "==":
		if isNumber {
			if f > d.lo || f == d.lo && !d.openLo {
				d.lo, d.openLo = f, false
			} else {
				d.lo, d.openLo = math.Inf(1), true
			}
			if f < d.hi || f == d.hi && !d.openHi {
				d.hi, d.openHi = f, false
			} else {
				d.hi, d.openHi = math.Inf(-1), true
			}
		}
		if !d.listed {
			d.listed, d.list = true, []string{value}
		} else {
			d.list = slices.DeleteFunc(d.list, func(s string) bool { return s != value })
		}
		if slices.Contains(d.banned, value) {
			d.list = nil
		}
	case "!=":
		d.banned = append(d.banned, value)
		d.list = slices.DeleteFunc(d.list, func(s string) bool { return s == value })
	case ">", ">=":
		if f > d.lo || f == d.lo && op == ">" {
			d.lo, d.openLo = f, op == ">"
		}
		keep(func(v float64) bool { return v > f || v == f && op == ">=" })
	case "<", "<=":
		if f < d.hi || f == d.hi && op == "<" {
			d.hi, d.openHi = f, op == "<"
		}
		keep(func(v float64) bool { return v < f || v == f && op == "<=" })
	}
	return d
}

// facts is what is assumed while a condition is judged.
type facts struct {
	domains map[string]domain
	holds   map[string]bool // conditions, as written
}

func (f facts) clone() facts { return facts{maps.Clone(f.domains), maps.Clone(f.holds)} }

func (f facts) domain(path string) domain {
	if d, ok := f.domains[path]; ok {
		return d
	}
	return anyValue()
}

// constant reads a literal.
func constant(n ast.Node) (value string, f float64, isNumber, ok bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return quoted(n.Value), 0, false, true
	case *ast.BoolNode:
		return strconv.FormatBool(n.Value), 0, false, true
	case *ast.IntegerNode:
		return number(float64(n.Value)), float64(n.Value), true, true
	case *ast.FloatNode:
		return number(n.Value), n.Value, true, true
	case *ast.UnaryNode:
		if _, f, num, ok := constant(n.Node); ok && num && n.Operator == "-" {
			return number(-f), -f, true, true
		}
	}
	return "", 0, false, false
}

var flipped = map[string]string{"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

var opposite = map[string]string{"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}

// comparison reads "operand op constant", whichever side the constant is on.
func comparison(n *ast.BinaryNode) (operand ast.Node, op, value string, f float64, isNumber, ok bool) {
	if flipped[n.Operator] == "" {
		return nil, "", "", 0, false, false
	}
	if value, f, isNumber, ok = constant(n.Right); ok {
		return n.Left, n.Operator, value, f, isNumber, true
	}
	if value, f, isNumber, ok = constant(n.Left); ok {
		return n.Right, flipped[n.Operator], value, f, isNumber, true
	}
	return nil, "", "", 0, false, false
}

// judge says what is known of a condition under the facts.
func (f facts) judge(n ast.Node) truth {
	if f.holds[n.String()] {
		return always
	}
	if f.holds["!"+n.String()] {
		return never
	}
	switch n := n.(type) {
	case *ast.BoolNode:
		return truthOf(n.Value)
	case *ast.UnaryNode:
		if n.Operator == "!" || n.Operator == "not" {
			return f.judge(n.Node).not()
		}
	case *ast.ConditionalNode:
		a, b := f.judge(n.Exp1), f.judge(n.Exp2)
		switch f.judge(n.Cond) {
		case always:
			return a
		case never:
			return b
		}
		if a == b {
			return a
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "&&", "and":
			a := f.judge(n.Left)
			if a == never {
				return never
			}
			g, ok := f.assume(n.Left)
			if !ok {
				return never
			}
			b := g.judge(n.Right)
			if b == never {
				return never
			}
			if a == always && b == always {
				return always
			}
			return unknown
		case "||", "or":
			a, b := f.judge(n.Left), f.judge(n.Right)
			if a == always || b == always {
				return always
			}
			if a == never && b == never {
				return never
			}
			return unknown
		case "in":
			return f.member(n)
		}
		if v, x, num, ok := constant(n.Left); ok {
			if w, y, num2, ok := constant(n.Right); ok {
				return compare(n.Operator, v, w, x, y, num && num2)
			}
		}
		operand, op, value, x, num, ok := comparison(n)
		if !ok {
			return unknown
		}
		d := f.domain(operand.String())
		if d.with(op, value, x, num).empty() {
			return never
		}
		if d.with(opposite[op], value, x, num).empty() {
			return always
		}
	default:
		if d := f.domain(n.String()); d.listed {
			if slices.Equal(d.list, []string{"true"}) {
				return always
			}
			if slices.Equal(d.list, []string{"false"}) {
				return never
			}
		}
	}
	return unknown
}

func compare(op, a, b string, x, y float64, numbers bool) truth {
	switch {
	case op == "==":
		return truthOf(a == b)
	case op == "!=":
		return truthOf(a != b)
	case !numbers:
		return unknown
	case op == "<":
		return truthOf(x < y)
	case op == "<=":
		return truthOf(x <= y)
	case op == ">":
		return truthOf(x > y)
	case op == ">=":
		return truthOf(x >= y)
	}
	return unknown
}

// member judges "operand in [constants]".
func (f facts) member(n *ast.BinaryNode) truth {
	list, ok := n.Right.(*ast.ArrayNode)
	if !ok {
		return unknown
	}
	d := f.domain(n.Left.String())
	out := d
	possible := false
	for _, e := range list.Nodes {
		v, x, num, ok := constant(e)
		if !ok {
			return unknown
		}
		possible = possible || !d.with("==", v, x, num).empty()
		out = out.with("!=", v, x, num)
	}
	if !possible {
		return never
	}
	if d.listed && out.empty() {
		return always
	}
	return unknown
}

// assume returns the facts with a condition added; false if they exclude each other.
func (f facts) assume(n ast.Node) (facts, bool) {
	if f.judge(n) == never {
		return f, false
	}
	g := f.clone()
	g.holds[n.String()] = true
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "!" || n.Operator == "not" {
			g.holds["!"+n.Node.String()] = true
			g.set(n.Node, "false")
		}
	case *ast.BinaryNode:
		if n.Operator == "&&" || n.Operator == "and" {
			g, ok := g.assume(n.Left)
			if !ok {
				return g, false
			}
			return g.assume(n.Right)
		}
		if operand, op, value, x, num, ok := comparison(n); ok {
			d := g.domain(operand.String()).with(op, value, x, num)
			if d.empty() {
				return g, false
			}
			g.domains[operand.String()] = d
		}
	default:
		g.set(n, "true")
	}
	return g, true
}

func (f facts) set(n ast.Node, value string) {
	switch n.(type) {
	case *ast.IdentifierNode, *ast.MemberNode, *ast.CallNode, *ast.BuiltinNode:
		f.domains[n.String()] = oneOf(value)
	}
}

func texted(list ...string) domain {
	out := make([]string, len(list))
	for i := range list {
		out[i] = quoted(list[i])
	}
	return oneOf(out...)
}

var (
	integrities       = []string{"system", "user", "tool", "model", "untrusted"}
	confidentialities = []string{"public", "internal", "secret"}
	origination       = ways()
	weekdays          = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
	statuses          = []string{"", "ok", "retry", "fail", "invalid", "denied", "unknown", "timeout"}
)

func ways() []string {
	var out []string
	for _, h := range label.Hows() {
		out = append(out, string(h))
	}
	return out
}

// known returns what is true of every call of a tool (nil for other hooks).
func (b *Bundle) knownFacts(t *tool) facts {
	f := facts{domains: map[string]domain{}, holds: map[string]bool{}}
	f.domains["context.integrity"] = texted(integrities...)
	f.domains["context.confidentiality"] = texted(confidentialities...)
	f.domains["label.integrity"] = texted(integrities...)
	f.domains["label.confidentiality"] = texted(confidentialities...)
	f.domains["label.how"] = texted(origination...)
	f.domains["clock.hour"], f.domains["clock.minute"] = between(0, 23), between(0, 59)
	f.domains["clock.weekday"] = texted(weekdays...)
	f.domains["status"] = texted(statuses...)
	for _, name := range []string{"run.steps", "run.tokens", "run.calls", "run.money"} {
		f.domains[name] = between(0, math.Inf(1))
	}
	if t == nil {
		f.domains["tool.integrity"] = texted(integrities...)
		f.domains["tool.confidentiality"] = texted(confidentialities...)
		f.domains["tool.effect"] = texted("read", "idempotent", "once")
		return f
	}
	env := NewRun(b, Info{}).toolEnv(t.spec.Name)
	for _, key := range sortedKeys(env) {
		switch v := env[key].(type) {
		case string:
			f.domains["tool."+key] = texted(v)
		case bool:
			f.domains["tool."+key] = oneOf(strconv.FormatBool(v))
		}
	}
	effect := t.spec.EffectOrOnce().HasEffect()
	f.domains["flow.effect"] = oneOf(strconv.FormatBool(effect))
	if egress := strings.ToLower(t.spec.Labels[label.KeyEgress]); egress == "true" {
		f.domains["flow.outward"], f.domains["flow.acts"] = oneOf("true"), oneOf("true")
		f.domains["flow.undeclared"] = oneOf("false")
	} else {
		f.domains["flow.acts"] = oneOf(strconv.FormatBool(effect))
	}
	for name, p := range t.props {
		f.domains["labels."+name+".integrity"] = texted(integrities...)
		f.domains["labels."+name+".confidentiality"] = texted(confidentialities...)
		f.domains["labels."+name+".how"] = texted(origination...)
		f.property("args."+name, p, 0)
	}
	return f
}

// property adds what a schema says of an argument and its members.
func (f facts) property(path string, p property, depth int) {
	d := anyValue()
	if v, ok := p.Minimum.(float64); ok {
		d.lo = v
	}
	if v, ok := p.Maximum.(float64); ok {
		d.hi = v
	}
	if v, ok := p.ExclusiveMinimum.(float64); ok && v >= d.lo {
		d.lo, d.openLo = v, true
	}
	if v, ok := p.ExclusiveMaximum.(float64); ok && v <= d.hi {
		d.hi, d.openHi = v, true
	}
	if p.Enum != nil || p.Const != nil {
		d.listed = true
		for _, e := range append(slices.Clone(p.Enum), p.Const) {
			switch e := e.(type) {
			case string:
				d.list = append(d.list, quoted(e))
			case float64:
				d.list = append(d.list, number(e))
			case bool:
				d.list = append(d.list, strconv.FormatBool(e))
			}
		}
	}
	f.domains[path] = d
	for name, sub := range p.Props {
		if depth < 4 {
			f.property(path+"."+name, sub, depth+1)
		}
	}
}
