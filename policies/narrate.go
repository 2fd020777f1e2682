package policies

import (
	"fmt"
	"io"
	"time"

	"github.com/chaski-dev/chaski/tools"
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
		narrate(w, fmt.Sprintf("%s step %d", t.ID, i), *d, x)
	}
	return nil
}

// ExplainFacts folds the facts of a recorded run under a bundle and writes for each call
// what decides it. What happened then is taken as it happened.
func ExplainFacts(w io.Writer, b *Bundle, run string, facts []Fact) error {
	return overFacts(b, facts, func(r *Run, recorded Decision, call tools.Call, at time.Time) {
		d, why := r.Explain(call, at)
		x := why()
		narrate(w, run+" "+d.CallID[:min(len(d.CallID), 12)], d, x)
		if recorded.Approved != "" {
			fmt.Fprintf(w, "  then: approved by %s\n", visible(recorded.Approved))
		}
	})
}

// narrate writes one decision on a call.
func narrate(w io.Writer, at string, d Decision, x Explanation) {
	fmt.Fprintf(w, "%s: %s %s -> %s by %s\n", at, d.Tool, d.Arguments, d.Verdict, d.Rule)
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
	if x.Hint != "" {
		fmt.Fprintf(w, "  hint: %s\n", x.Hint)
	}
}
