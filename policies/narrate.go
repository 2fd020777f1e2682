package policies

import (
	"fmt"
	"io"
)

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
