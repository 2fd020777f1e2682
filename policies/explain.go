package policies

import (
	"fmt"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// Explanation says how a decision came about.
type Explanation struct {
	Rules  []RuleTrace             `json:"rules"`
	Labels map[string]label.Origin `json:"labels"`
	Hint   string                  `json:"hint,omitempty"` // what to declare
}

// RuleTrace is one rule that fired, with the values of its parts.
type RuleTrace struct {
	Rule    string  `json:"rule"`
	Verdict Verdict `json:"verdict"`
	When    string  `json:"when,omitempty"`
	Parts   []Part  `json:"parts,omitempty"`
}

// Part is a sub-expression and its value.
type Part struct {
	Source string `json:"source"`
	Value  string `json:"value"`
}

// Explain decides like Call; the function that it returns says why.
func (r *Run) Explain(call tools.Call, now time.Time) (Decision, func() Explanation) {
	d, env, hits := r.decideCall(call, now)
	return d, func() Explanation {
		out := Explanation{Labels: d.Labels}
		if t := r.bundle.tools[d.Tool]; t != nil {
			out.Hint = t.hint(d, hits)
		}
		for _, h := range hits {
			t := RuleTrace{Rule: h.name, Verdict: h.verdict}
			if h.rule != nil {
				t.When = h.rule.When
				t.Parts = r.parts(h.rule.When, call.Tool, env)
			}
			out.Rules = append(out.Rules, t)
		}
		return out
	}
}

// parts evaluates the operands of a rule's logical operators and comparisons.
func (r *Run) parts(src, toolName string, env map[string]any) []Part {
	tree, err := parser.Parse(src)
	if err != nil {
		return nil
	}
	types := environment(OnCall, r.bundle.tools[toolName].props)
	var out []Part
	seen := map[string]bool{}
	var walk func(ast.Node)
	walk = func(n ast.Node) {
		switch n := n.(type) {
		case *ast.BinaryNode:
			walk(n.Left)
			walk(n.Right)
		case *ast.UnaryNode:
			walk(n.Node)
		case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NilNode, *ast.ConstantNode, *ast.ArrayNode:
			return
		}
		text := n.String()
		if seen[text] || strings.Contains(text, "#") && !strings.Contains(text, "(") {
			return
		}
		seen[text] = true
		p, err := compile(text, types, false)
		if err != nil {
			return
		}
		v, err := evaluate(p, env)
		value := fmt.Sprint(v)
		if err != nil {
			value = "error: " + firstLine(err)
		}
		out = append(out, Part{Source: text, Value: value})
	}
	walk(tree.Node)
	return out
}
