package policies

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// Lint reports what compiles and still cannot be meant: patterns that match no
// tool, functions asked about unknown tools, rules that never fire, and rules that
// another one always hides. Each finding is one line.
func (b *Bundle) Lint() []string {
	var out []string
	for _, l := range b.layers {
		say := func(line int, format string, args ...any) {
			out = append(out, fmt.Sprintf("%s:%d: %s", l.src.file, line, fmt.Sprintf(format, args...)))
		}
		for _, p := range slices.Concat(l.src.Handles, l.src.Reveal) {
			if !b.known(p) {
				say(1, "%q matches no tool", p)
			}
		}
		for _, d := range l.src.Declassify {
			if !b.known(d.Tool) {
				say(1, "declassify %q matches no tool", d.Tool)
			}
		}
		for i, r := range l.rules {
			for _, p := range r.Tools {
				if !b.known(p) {
					say(r.line, "rule %s: %q matches no tool", r.ID, p)
				}
			}
			for _, name := range toolsNamed(r.When) {
				if !b.known(name) {
					say(r.line, "rule %s asks about %q, which matches no tool", r.ID, name)
				}
			}
			if strings.TrimSpace(r.When) == "false" {
				say(r.line, "rule %s can never fire", r.ID)
			}
			for j, o := range l.rules {
				always := strings.TrimSpace(o.When) == "true" && (len(o.Tools) == 0 || slices.Equal(o.Tools, r.Tools))
				same := o.When == r.When && slices.Equal(o.Tools, r.Tools)
				hides := o.verdict > r.verdict || o.verdict == r.verdict && j < i && r.verdict != Rewrite
				if i != j && o.On == r.On && !o.Shadow && (always || same) && hides {
					say(r.line, "rule %s is shadowed by %s", r.ID, o.ID)
					break
				}
			}
		}
	}
	return out
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

// WriteExplanation plays a trace and writes for each call what decided it.
func WriteExplanation(w io.Writer, sources []*Source, t *Trace) error {
	p, err := NewPlay(sources, t)
	if err != nil {
		return err
	}
	for i, s := range t.Steps {
		var why func() Explanation
		if s.Call != nil {
			call := p.next(s.Call)
			_, why = p.Run.Explain(call, p.now)
		}
		var x Explanation
		if why != nil {
			x = why()
		}
		d, err := p.Step(i)
		if err != nil {
			return err
		}
		if d == nil {
			continue
		}
		fmt.Fprintf(w, "%s step %d: %s %s -> %s by %s\n", t.ID, i, d.Tool, d.Arguments, d.Verdict, d.Rule)
		if d.Reason != "" {
			fmt.Fprintf(w, "  reason: %s\n", d.Reason)
		}
		for _, name := range sortedKeys(x.Labels) {
			fmt.Fprintf(w, "  %s: %s\n", name, from(x.Labels[name]))
		}
		for _, r := range x.Rules {
			fmt.Fprintf(w, "  %s says %s", r.Rule, r.Verdict)
			if r.When != "" {
				fmt.Fprintf(w, " when %s", r.When)
			}
			fmt.Fprintln(w)
			for _, part := range r.Parts {
				fmt.Fprintf(w, "    %s = %s\n", part.Source, part.Value)
			}
		}
	}
	return nil
}
