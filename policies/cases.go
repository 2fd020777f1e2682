package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/strictyaml"
	"go.yaml.in/yaml/v3"
)

// caseFile is a file of policy tests: tools, and cases over them. Tools, steps and
// arguments are written as in a Trace.
type caseFile struct {
	Tools []any      `yaml:"tools"`
	Cases []caseSpec `yaml:"cases"`
}

type caseSpec struct {
	Name  string `yaml:"name"`
	User  string `yaml:"user"`
	Steps []any  `yaml:"steps"`
	Want  []struct {
		Verdict string            `yaml:"verdict"`
		Rule    string            `yaml:"rule"`
		Labels  map[string]string `yaml:"labels"` // argument -> integrity
	} `yaml:"want"` // for each call, in order
}

// Outcome is the result of one case; a nil Err is a pass.
type Outcome struct {
	Name string
	Err  error
}

// IsCases says whether a text is a file of cases.
func IsCases(data []byte) bool {
	var f struct {
		Cases []any `yaml:"cases"`
	}
	return len(data) <= MaxBundleBytes && yaml.Unmarshal(data, &f) == nil && f.Cases != nil
}

// CaseTools reads the tools that a file of cases declares; cases is false of a file that
// is none.
func CaseTools(file string) (specs []tools.Spec, cases bool, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, false, err
	}
	var f struct {
		Tools []any `yaml:"tools"`
		Cases []any `yaml:"cases"`
	}
	if err := yaml.Unmarshal(data, &f); err != nil {
		return nil, false, &Error{File: file, Msg: kinds.Plain(err).Error()}
	}
	text, err := json.Marshal(f.Tools)
	if err == nil && f.Cases != nil && f.Tools != nil {
		specs, err = ParseTools(text)
	}
	if err != nil {
		return nil, false, &Error{File: file, Msg: "tools: " + err.Error()}
	}
	return specs, f.Cases != nil, nil
}

// Test runs the cases of a file against the layers. The tools are those that the file
// declares, or else specs.
func Test(sources []*Source, file string, data []byte, specs ...tools.Spec) ([]Outcome, error) {
	var f caseFile
	if err := strictyaml.Decode(data, &f, kinds); err != nil {
		return nil, &Error{File: file, Msg: err.Error()}
	}
	if len(f.Cases) == 0 {
		return nil, &Error{File: file, Msg: "no cases"}
	}
	if len(f.Tools) == 0 {
		for _, spec := range specs {
			f.Tools = append(f.Tools, spec)
		}
	}
	var out []Outcome
	for _, c := range f.Cases {
		out = append(out, Outcome{Name: c.Name, Err: runCase(sources, f.Tools, c)})
	}
	return out, nil
}

func runCase(sources []*Source, specs []any, c caseSpec) error {
	raw, err := json.Marshal(map[string]any{"id": c.Name, "tools": specs, "user": c.User, "steps": c.Steps})
	if err != nil {
		return err
	}
	var t Trace
	if err := t.read(raw, true); err != nil {
		return err
	}
	lines, err := Eval(sources, &t)
	if err != nil {
		return err
	}
	if len(lines) != len(c.Want) {
		return fmt.Errorf("%d calls, %d expectations", len(lines), len(c.Want))
	}
	var errs []error
	for i, w := range c.Want {
		l := lines[i]
		if l.Verdict.String() != w.Verdict && (w.Verdict != "redact" || l.Verdict != Redact) {
			errs = append(errs, fmt.Errorf("call %d (%s): %s by %s, want %s", i, l.Call, l.Verdict, l.Rule, w.Verdict))
		}
		if w.Rule != "" && w.Rule != l.Rule {
			errs = append(errs, fmt.Errorf("call %d (%s): rule %s, want %s", i, l.Call, l.Rule, w.Rule))
		}
		for _, arg := range sortedKeys(w.Labels) {
			if got := l.Labels[arg].Integrity.String(); got != w.Labels[arg] {
				errs = append(errs, fmt.Errorf("call %d (%s): %s is %s, want %s", i, l.Call, arg, got, w.Labels[arg]))
			}
		}
	}
	return errors.Join(errs...)
}

// Change is a recorded decision that another bundle would make otherwise.
type Change struct {
	CallID, Tool, OldRule, NewRule string
	Old, New                       Verdict
}

// Replay folds the facts of a recorded run under another bundle and lists the
// decisions on calls that would change. What happened then is taken as it happened.
func Replay(b *Bundle, facts []Fact) ([]Change, error) {
	var out []Change
	err := overFacts(b, facts, func(r *Run, d Decision, call tools.Call, at time.Time) {
		if now := r.Call(call, at); now.Verdict != d.Verdict && d.Approved == "" {
			out = append(out, Change{d.CallID, d.Tool, d.Rule, now.Rule, d.Verdict, now.Verdict})
		}
	})
	return out, err
}

// overFacts folds the facts of a recorded run under a bundle and calls f before each
// decision on a call, with the decision that was recorded.
func overFacts(b *Bundle, facts []Fact, f func(r *Run, recorded Decision, call tools.Call, at time.Time)) error {
	info := Info{}
	if len(facts) > 0 {
		info.Started = facts[0].At
	}
	r := NewRun(b, info)
	calls := map[string]tools.Call{}
	for _, x := range facts {
		if x.Call != nil {
			calls[x.Call.ID] = *x.Call
		}
	}
	for _, x := range facts {
		if d := x.Decision; x.Kind == FactDecision && d != nil && d.Hook == OnCall {
			call, ok := calls[d.CallID]
			if !ok {
				call = tools.Call{ID: d.CallID, Tool: d.Tool, Arguments: d.Arguments}
			}
			call.Tenant = ""
			f(r, *d, call, x.At)
		}
		if x.Kind == FactApproval { // the hash was bound to the recorded run
			continue
		}
		if err := r.Observe(x); err != nil {
			return err
		}
	}
	return nil
}

// next is the call that the coming step makes.
func (p *Play) next(c *TraceCall) tools.Call {
	id := c.ID
	if id == "" {
		id = fmt.Sprintf("call_%d", p.calls)
	}
	return tools.Call{ID: id, Run: p.trace.ID, Attempt: 1, Tool: c.Name, Arguments: c.Arguments}
}
