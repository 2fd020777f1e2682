package policies

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// A rule that cannot be evaluated denies. So a rule that compares an argument which may
// be left out denies every call without it, whatever its author meant.

// mayFail lists what a rule does with arguments that may be missing and that only a
// value can bear, for the tools of the cases.
func (b *Bundle) mayFail(r *rule, cases []ruleCase) []string {
	tree, err := parser.Parse(r.When)
	if err != nil || r.On != OnCall {
		return nil
	}
	var out []string
	for _, c := range cases {
		v := missing{tool: b.tools[c.tool]}
		v.walk(tree.Node, nil)
		for _, name := range v.found {
			text := fmt.Sprintf("%s may be left out, and then the rule fails and denies: write %s != nil && …, or require it in the tool's schema", name, name)
			if !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

// missing walks a condition in the order in which it is evaluated; given are the
// arguments that are known to be there.
type missing struct {
	tool  *tool
	found []string
}

func (m *missing) walk(n ast.Node, given []string) {
	switch n := n.(type) {
	case *ast.UnaryNode:
		m.walk(n.Node, given)
	case *ast.BinaryNode:
		m.walk(n.Left, given)
		switch n.Operator {
		case "&&", "and":
			m.walk(n.Right, append(slices.Clone(given), present(n.Left, true)...))
		case "||", "or":
			m.walk(n.Right, append(slices.Clone(given), present(n.Left, false)...))
		case "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "**", "matches", "contains", "startsWith", "endsWith", "..":
			m.needs(n.Left, given)
			m.needs(n.Right, given)
			m.walk(n.Right, given)
		default:
			m.walk(n.Right, given)
		}
	case *ast.ConditionalNode:
		m.walk(n.Cond, given)
		m.walk(n.Exp1, append(slices.Clone(given), present(n.Cond, true)...))
		m.walk(n.Exp2, append(slices.Clone(given), present(n.Cond, false)...))
	case *ast.BuiltinNode:
		for _, a := range n.Arguments {
			m.needs(a, given)
			m.walk(a, given)
		}
	case *ast.CallNode:
		for _, a := range n.Arguments {
			m.needs(a, given)
			m.walk(a, given)
		}
	case *ast.PredicateNode:
		m.walk(n.Node, given)
	case *ast.MemberNode:
		m.walk(n.Node, given)
		m.walk(n.Property, given)
	case *ast.ChainNode:
		m.walk(n.Node, given)
	case *ast.VariableDeclaratorNode:
		m.walk(n.Value, given)
		m.walk(n.Expr, given)
	case *ast.ArrayNode:
		for _, e := range n.Nodes {
			m.walk(e, given)
		}
	}
}

// needs notes an argument that may be missing where only a value will do.
func (m *missing) needs(n ast.Node, given []string) {
	name, ok := argumentOf(n)
	if !ok || slices.Contains(given, name) || slices.Contains(m.found, n.String()) || slices.Contains(m.tool.required, name) {
		return
	}
	if p, known := m.tool.props[name]; known && p.Default == nil {
		m.found = append(m.found, n.String())
	}
}

// argumentOf reads args.x.
func argumentOf(n ast.Node) (string, bool) {
	m, ok := n.(*ast.MemberNode)
	if !ok {
		return "", false
	}
	of, isName := m.Node.(*ast.IdentifierNode)
	name, isText := m.Property.(*ast.StringNode)
	if !isName || !isText || of.Value != "args" {
		return "", false
	}
	return name.Value, true
}

// present lists the arguments that are there if the condition is as said.
func present(n ast.Node, truth bool) []string {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "!" || n.Operator == "not" {
			return present(n.Node, !truth)
		}
	case *ast.BinaryNode:
		switch {
		case truth && (n.Operator == "&&" || n.Operator == "and"), !truth && (n.Operator == "||" || n.Operator == "or"):
			return append(present(n.Left, truth), present(n.Right, truth)...)
		case truth && n.Operator == "!=", !truth && n.Operator == "==":
			for _, pair := range [][2]ast.Node{{n.Left, n.Right}, {n.Right, n.Left}} {
				if _, isNil := pair[1].(*ast.NilNode); isNil {
					if name, ok := argumentOf(pair[0]); ok {
						return []string{name}
					}
				}
			}
		case truth && n.Operator == "==": // equal to a constant that is something
			for _, pair := range [][2]ast.Node{{n.Left, n.Right}, {n.Right, n.Left}} {
				if _, _, _, ok := constant(pair[1]); ok {
					if name, ok := argumentOf(pair[0]); ok {
						return []string{name}
					}
				}
			}
		}
	}
	return nil
}
