package policies

import (
	"fmt"
	"reflect"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

// A rule has no time limit while it runs, so what it can cost is bounded when it is
// compiled: lists have at most MaxList elements, texts at most MaxText bytes, and the
// worst case is summed over the expression. A unit is about 50 nanoseconds.
const (
	maxCost      = 20_000_000
	costText     = 1000      // looking through a text
	costPattern  = 1_000_000 // matching a text
	costDetect   = 2_000_000 // finding secrets in a text
	maxStates    = 500       // of a compiled pattern
	maxConcat    = 16        // strings put together in one expression
	costOfURL    = 200
	costOfOneRun = 1000 // a look at the whole history
)

// allowedBuiltins are those whose result is no larger than what they are given and
// which depend on nothing else.
var allowedBuiltins = strings.Fields(`all none any one filter map find findIndex findLast findLastIndex count sum len abs ceil floor round int float string
	trim trimPrefix trimSuffix upper lower indexOf lastIndexOf hasPrefix hasSuffix max min mean median first last get take keys values uniq reverse type`)

// cheap are built-ins that look at one element.
var cheap = []string{"len", "abs", "ceil", "floor", "round", "int", "float", "first", "last", "get", "type"}

// cost sums up the worst case of a checked expression.
type cost struct {
	err     error
	concats int
}

func (c *cost) fail(n ast.Node, format string, args ...any) {
	if c.err == nil {
		c.err = &file.Error{Location: n.Location(), Message: fmt.Sprintf(format, args...)}
	}
}

func kind(n ast.Node) reflect.Kind {
	if n == nil {
		return reflect.Invalid
	}
	if t := n.Type(); t != nil {
		return t.Kind()
	}
	return reflect.Interface
}

// scalar reports whether comparing the values of a node takes constant time.
func scalar(n ast.Node) bool {
	switch kind(n) {
	case reflect.Bool, reflect.String, reflect.Int, reflect.Int64, reflect.Float64:
		return true
	}
	_, isNil := n.(*ast.NilNode)
	return isNil
}

// element reports whether a node is the element of the list that is gone through, or
// a part of it: over all elements, such texts add up to the whole and no more.
func element(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.PointerNode:
		return true
	case *ast.MemberNode:
		return element(n.Node)
	case *ast.ChainNode:
		return element(n.Node)
	}
	return false
}

// text is the cost of a look through a text inside depth predicates.
func text(n ast.Node, depth, whole int) int {
	if _, ok := n.(*ast.StringNode); ok {
		return 1
	}
	if depth == 1 && element(n) {
		return max(whole/MaxList, 1)
	}
	return whole
}

// of returns the cost of a node inside depth predicates; let says that its value is
// given a name, so that it may be used many times.
func (c *cost) of(n ast.Node, depth int, let bool) int {
	if n == nil {
		return 0
	}
	sum := 1
	add := func(more int) { sum = min(sum+more, maxCost+1) }
	each := func(list ...ast.Node) {
		for _, e := range list {
			add(c.of(e, depth, let))
		}
	}
	switch n := n.(type) {
	case *ast.UnaryNode:
		each(n.Node)
	case *ast.ChainNode:
		each(n.Node)
	case *ast.MemberNode:
		each(n.Node, n.Property)
	case *ast.SliceNode:
		each(n.Node, n.From, n.To)
	case *ast.ConditionalNode:
		each(n.Cond, n.Exp1, n.Exp2)
	case *ast.SequenceNode:
		each(n.Nodes...)
	case *ast.ArrayNode:
		each(n.Nodes...)
	case *ast.MapNode:
		each(n.Pairs...)
	case *ast.PairNode:
		each(n.Key, n.Value)
	case *ast.VariableDeclaratorNode:
		add(c.of(n.Value, depth, true))
		each(n.Expr)
	case *ast.PredicateNode:
		each(n.Node)
	case *ast.BinaryNode:
		each(n.Left, n.Right)
		switch n.Operator {
		case "+":
			if !slices.Contains([]reflect.Kind{reflect.Int, reflect.Int64, reflect.Float64}, kind(n)) {
				if c.concats++; c.concats > maxConcat || depth > 0 || let {
					c.fail(n, "strings are put together too often: at most %d times, and not in a loop or a variable", maxConcat)
				}
				add(costText)
			}
		case "matches":
			add(text(n.Left, depth, costPattern))
		case "contains", "startsWith", "endsWith":
			add(text(n.Left, depth, costText))
		case "in":
			if _, constant := n.Right.(*ast.ConstantNode); !constant {
				add(MaxList)
			}
		case "==", "!=":
			if !scalar(n.Left) && !scalar(n.Right) {
				add(MaxList)
			}
		}
	case *ast.BuiltinNode:
		if len(n.Arguments) == 0 {
			break
		}
		add(c.of(n.Arguments[0], depth, let))
		for _, a := range n.Arguments[1:] {
			if p, ok := a.(*ast.PredicateNode); ok {
				add(min(c.of(p.Node, depth+1, let), maxCost) * MaxList)
			} else {
				each(a)
			}
		}
		if !slices.Contains(cheap, n.Name) {
			add(text(n.Arguments[0], depth, costText))
		}
		if n.Map != nil {
			add(c.of(n.Map, depth+1, let) * MaxList)
		}
	case *ast.CallNode:
		each(n.Arguments...)
		if f, ok := n.Callee.(*ast.IdentifierNode); ok {
			switch f.Value {
			case "found":
				add(costDetect)
			case "url":
				add(costOfURL)
			case "failures":
			default:
				add(costOfOneRun)
			}
		}
	}
	return sum
}

// bounded refuses a checked expression that could take too long or build too much.
func bounded(n ast.Node) error {
	var c cost
	if total := c.of(n, 0, false); total > maxCost {
		c.fail(n, "in the worst case the expression takes too long: make its loops smaller")
	}
	return c.err
}

// states counts the states of a pattern, which each character may have to visit.
func states(pattern string) (int, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0, err
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return 0, err
	}
	return len(prog.Inst), nil
}
