package policies

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/policies/detect"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// guardSource refuses what must not reach expr's parser: it recurses once for each
// open bracket, and a stack overflow cannot be recovered from.
func guardSource(src string) error {
	if len(src) > MaxSourceBytes {
		return fmt.Errorf("expression of %d bytes, more than %d", len(src), MaxSourceBytes)
	}
	if d := bracketDepth(src, false); d > MaxBrackets {
		return fmt.Errorf("brackets nested %d deep, more than %d", d, MaxBrackets)
	}
	if n := prefixRun(src); n > MaxBrackets {
		return fmt.Errorf("%d prefix operators in a row, more than %d", n, MaxBrackets)
	}
	return nil
}

// prefixRun is the longest run of operators that nest without brackets: !!!…, not
// not…, a?b:c?d:….
func prefixRun(src string) int {
	run, longest := 0, 0
	for f := range strings.FieldsSeq(strings.NewReplacer("!", " ! ", "-", " - ", "+", " + ").Replace(src)) {
		if f == "!" || f == "-" || f == "+" || f == "not" {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return max(longest, strings.Count(src, "?")-8)
}

// shape walks a parsed expression for what expr itself does not bound.
type shape struct{ err error }

func (s *shape) Visit(node *ast.Node) {
	fail := func(format string, args ...any) {
		if s.err == nil {
			s.err = &file.Error{Location: (*node).Location(), Message: fmt.Sprintf(format, args...)}
		}
	}
	switch n := (*node).(type) {
	case *ast.PredicateNode:
		if d := predicateDepth(n.Node); d+1 > MaxPredicates {
			fail("predicates nested %d deep, more than %d", d+1, MaxPredicates)
		}
	case *ast.CallNode:
		f, ok := n.Callee.(*ast.IdentifierNode)
		if !ok {
			break
		}
		for i, a := range n.Arguments {
			s, ok := a.(*ast.StringNode)
			if ok && f.Value == "found" && !slices.Contains(detect.Kinds(), s.Value) {
				fail("unknown kind %q: want %s", s.Value, strings.Join(detect.Kinds(), ", "))
			}
			if ok && f.Value == "recent" && i == 1 {
				if d, err := time.ParseDuration(s.Value); err != nil || d <= 0 {
					fail("%q is not a length of time: write 90s, 10m or 24h", s.Value)
				}
			}
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "matches":
			pattern, ok := n.Right.(*ast.StringNode)
			if !ok {
				fail("a pattern must be written out, not computed")
				return
			}
			if len(pattern.Value) > 512 {
				fail("a pattern of %d bytes, more than 512", len(pattern.Value))
				return
			}
			if n, err := states(pattern.Value); err != nil {
				fail("%v", err)
			} else if n > maxStates {
				fail("a pattern of %d states, more than %d", n, maxStates)
			}
		case "/", "%":
			if z, ok := n.Right.(*ast.IntegerNode); ok && z.Value == 0 {
				fail("division by zero")
			}
			if z, ok := n.Right.(*ast.FloatNode); ok && z.Value == 0 {
				fail("division by zero")
			}
		case "..":
			a, okA := n.Left.(*ast.IntegerNode)
			b, okB := n.Right.(*ast.IntegerNode)
			if !okA || !okB || b.Value-a.Value > MaxList {
				fail("a range must be written out and have at most %d elements", MaxList)
			}
		}
	}
}

// predicateDepth returns how deep predicates nest inside node.
func predicateDepth(node ast.Node) int {
	var v depthVisitor
	ast.Walk(&node, &v)
	return v.deepest
}

type depthVisitor struct{ deepest int }

func (v *depthVisitor) Visit(node *ast.Node) {
	if p, ok := (*node).(*ast.PredicateNode); ok {
		v.deepest = max(v.deepest, 1+predicateDepth(p.Node))
	}
}

// compile checks one expression against its environment. An error from expr ends
// with the source line and a caret under the fault.
func compile(src string, env types.Map, asBool bool) (program *vm.Program, err error) {
	if err := guardSource(src); err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil {
			program, err = nil, fmt.Errorf("the expression cannot be compiled: %v", r)
		}
	}()
	opts := []expr.Option{expr.Env(env), expr.MaxNodes(2000), expr.DisableAllBuiltins()}
	for _, name := range allowedBuiltins {
		opts = append(opts, expr.EnableBuiltin(name))
	}
	if asBool {
		opts = append(opts, expr.AsBool())
	}
	tree, err := parser.ParseWithConfig(src, conf.New(env))
	if err != nil {
		return nil, err
	}
	s := &shape{}
	ast.Walk(&tree.Node, s)
	bind := func(err error) error {
		var fe *file.Error
		if errors.As(err, &fe) {
			return fe.Bind(tree.Source)
		}
		return err
	}
	if s.err != nil {
		return nil, bind(s.err)
	}
	if program, err = expr.Compile(src, opts...); err != nil {
		return nil, err
	}
	if err := bounded(program.Node()); err != nil {
		return nil, bind(err)
	}
	return program, nil
}

// checkSyntax checks an expression of which the environment is not known.
func checkSyntax(src string) error {
	if err := guardSource(src); err != nil {
		return err
	}
	tree, err := parser.Parse(src)
	if err != nil {
		return err
	}
	s := &shape{}
	ast.Walk(&tree.Node, s)
	return s.err
}

// mentions reports whether an expression names one of the variables, or cannot be read.
func mentions(src string, names ...string) bool {
	tree, err := parser.Parse(src)
	if err != nil {
		return true
	}
	v := &identifiers{names: names}
	ast.Walk(&tree.Node, v)
	return v.found
}

type identifiers struct {
	names []string
	found bool
}

func (v *identifiers) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		v.found = v.found || slices.Contains(v.names, n.Value) || n.Value == "$env"
	}
}

// evaluate runs a program within the memory budget; a panic is an error.
func evaluate(p *vm.Program, env map[string]any) (any, error) {
	return evaluateOn(&vm.VM{MemoryBudget: memoryBudget}, p, env)
}

// evaluateOn is evaluate on a machine that is used again, which saves its stacks.
func evaluateOn(machine *vm.VM, p *vm.Program, env map[string]any) (out any, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("%v", r)
		}
	}()
	out, err = machine.Run(p, env)
	if f, ok := out.(float64); err == nil && ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return nil, errors.New("the result is not a number")
	}
	return out, err
}
