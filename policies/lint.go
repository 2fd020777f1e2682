package policies

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// Lint reports what compiles and still cannot be meant: patterns that match no
// tool, functions asked about unknown tools, comparisons with what a value can never
// be, arguments that may be missing where a rule cannot do without, rules that can
// never fire, rules that another one always covers, and labels of tools that name what
// there is not. Each finding is one line. Built-in layers are for any tools, so that some of their
// rules cannot fire for these is no finding.
func (b *Bundle) Lint() []string {
	var out []string
	var above []*rule
	for _, l := range b.layers {
		say := func(line int, format string, args ...any) {
			out = append(out, fmt.Sprintf("%s:%d: %s", l.src.place(), line, fmt.Sprintf(format, args...)))
		}
		out = append(out, b.unknown(l)...)
		for i, r := range l.rules {
			if l.src.isBuiltin() {
				break
			}
			cases := b.cases(r)
			if len(cases) > 0 && !slices.ContainsFunc(cases, func(c ruleCase) bool { return c.possible }) {
				say(r.line, "rule %s can never fire%s", r.ID, b.because(r, cases))
				continue
			}
			for _, odd := range append(b.odd(r, cases), b.mayFail(r, cases)...) {
				say(r.line, "rule %s: %s", r.ID, odd)
			}
			others := slices.Concat(above, l.rules)
			for j, o := range others {
				if j != len(above)+i && b.hides(o, r, j < len(above)+i, cases) {
					say(r.line, "rule %s is shadowed by %s", r.ID, shortName(o, l))
					break
				}
			}
		}
		above = append(above, l.rules...)
	}
	return append(out, b.lintLabels()...)
}

func shortName(r *rule, in *layer) string {
	if r.layer == in {
		return r.ID
	}
	return r.name
}

// ruleCase is a rule for one tool: what is known when it fires.
type ruleCase struct {
	tool     string
	tree     ast.Node
	given    facts // before the rule is asked
	fired    facts // when it has fired
	possible bool
}

// cases returns the rule for each tool that it applies to; one case without a tool
// for other hooks.
func (b *Bundle) cases(r *rule) []ruleCase {
	tree, err := parser.Parse(r.When)
	if err != nil {
		return nil
	}
	var out []ruleCase
	add := func(name string, t *tool) {
		c := ruleCase{tool: name, tree: tree.Node, given: b.knownFacts(t)}
		c.fired, c.possible = c.given.assume(tree.Node)
		out = append(out, c)
	}
	if r.On != OnCall {
		add("", nil)
		return out
	}
	for _, name := range sortedKeys(b.tools) {
		if r.applies(name) {
			add(name, b.tools[name])
		}
	}
	return out
}

// because names the first part that alone makes a rule impossible.
func (b *Bundle) because(r *rule, cases []ruleCase) string {
	for _, n := range conjuncts(cases[0].tree) {
		if _, ok := n.(*ast.BoolNode); !ok && cases[0].given.judge(n) == never {
			return ": " + n.String() + " is never true"
		}
	}
	if len(conjuncts(cases[0].tree)) > 1 {
		return ": its parts exclude each other"
	}
	return ""
}

func conjuncts(n ast.Node) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "&&" || b.Operator == "and") {
		return append(conjuncts(b.Left), conjuncts(b.Right)...)
	}
	return []ast.Node{n}
}

// odd lists comparisons for equality with a constant that the value can never be, in
// every case: mostly a misspelt name.
func (b *Bundle) odd(r *rule, cases []ruleCase) []string {
	if len(cases) == 0 {
		return nil
	}
	var out []string
	v := &equalities{}
	ast.Walk(&cases[0].tree, v)
	for _, n := range v.found {
		operand, _, value, x, num, _ := comparison(n)
		impossible := func(c ruleCase) bool {
			d := c.given.domain(operand.String())
			return !strings.HasPrefix(operand.String(), "tool.") && d.with("==", value, x, num).empty()
		}
		if !slices.ContainsFunc(cases, func(c ruleCase) bool { return !impossible(c) }) {
			d := cases[0].given.domain(operand.String())
			what := ""
			if d.listed {
				what = ": want " + strings.Join(d.list, ", ")
			}
			out = append(out, fmt.Sprintf("%s is never %s%s", operand, value, what))
		}
	}
	return out
}

type equalities struct{ found []*ast.BinaryNode }

func (v *equalities) Visit(node *ast.Node) {
	if n, ok := (*node).(*ast.BinaryNode); ok && (n.Operator == "==" || n.Operator == "!=") {
		if _, _, _, _, _, ok := comparison(n); ok {
			v.found = append(v.found, n)
		}
	}
}

// hides reports whether o fires whenever r does, and decides for it.
func (b *Bundle) hides(o, r *rule, earlier bool, cases []ruleCase) bool {
	switch {
	case o.On != r.On || o.Shadow || o.layer.src.Shadow || o.verdict < r.verdict:
		return false
	case o.verdict == r.verdict && (!earlier || r.verdict == Rewrite || o.layer != r.layer && r.verdict == Allow):
		return false
	case r.verdict == Rewrite && o.verdict == RequireApproval:
		return false // what is approved is the rewritten call
	}
	tree, err := parser.Parse(o.When)
	if err != nil || len(cases) == 0 {
		return false
	}
	for _, c := range cases {
		if c.possible && (c.tool != "" && !o.applies(c.tool) || c.fired.judge(tree.Node) != always) {
			return false
		}
	}
	return slices.ContainsFunc(cases, func(c ruleCase) bool { return c.possible }) && (r.On == OnCall || len(o.Tools) == 0 || slices.Equal(o.Tools, r.Tools))
}

func (b *Bundle) known(pattern string) bool {
	for name := range b.tools {
		if ok, _ := path.Match(pattern, name); ok {
			return true
		}
	}
	return false
}

// toolsNamed lists the tools that a rule asks the history about.
func toolsNamed(src string) []string {
	tree, err := parser.Parse(src)
	if err != nil {
		return nil
	}
	v := &namesVisitor{}
	ast.Walk(&tree.Node, v)
	return v.names
}

type namesVisitor struct{ names []string }

func (v *namesVisitor) Visit(node *ast.Node) {
	call, ok := (*node).(*ast.CallNode)
	if !ok || len(call.Arguments) == 0 {
		return
	}
	f, ok := call.Callee.(*ast.IdentifierNode)
	if s, isText := call.Arguments[0].(*ast.StringNode); ok && isText && slices.Contains([]string{"seen", "times", "calls", "recent", "failures"}, f.Value) {
		v.names = append(v.names, s.Value)
	}
}
