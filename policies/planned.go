package policies

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
)

// A plan that is written before anything untrusted is read fixes what its steps do: the
// values in it keep the labels that they had then, and which part of a result a step
// takes was chosen then. Each step counts for one call.

// planned is a step of such a plan.
type planned struct {
	tool   string
	args   map[string]any // as written
	labels map[string]label.Origin
	call   string // that took the step
}

// reference is {{step}} or {{step.member.0}} in a plan's argument.
var reference = regexp.MustCompile(`\{\{[A-Za-z][A-Za-z0-9_]*(?:\.[^.{}\s]+)*\}\}`)

// plan labels the values of a plan by what was read when it was written.
func (r *Run) plan(steps []tools.Call) {
	if r.context.Label().Integrity == label.Untrusted {
		return
	}
	for _, st := range steps {
		t := r.bundle.tools[st.Tool]
		args, err := decode(st.Arguments)
		if t == nil || err != nil {
			continue
		}
		literal := map[string]any{}
		for name, v := range args {
			literal[name] = withoutReferences(v)
		}
		p := planned{tool: st.Tool, args: args, labels: map[string]label.Origin{}}
		r.origins(t, literal, sortedKeys(literal), p.labels)
		r.planned = append(r.planned, p)
	}
}

func withoutReferences(v any) any {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(reference.ReplaceAllString(v, " "))
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = withoutReferences(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = withoutReferences(v[k])
		}
		return out
	}
	return v
}

// step returns the planned step that a call is, with the values that were put in the
// place of references by argument; nil if it is none.
func (r *Run) step(toolName, callID string, args map[string]any) (*planned, map[string][]string) {
	for i := range r.planned {
		p := &r.planned[i]
		if p.tool != toolName || p.call != "" && p.call != callID {
			continue
		}
		put := map[string][]string{}
		same := true
		for name, v := range args {
			was, ok := p.args[name]
			if !ok { // what the schema fills in was not written
				t := r.bundle.tools[toolName]
				same = same && t != nil && t.props[name].Default != nil && reflect.DeepEqual(t.props[name].Default, floats(v))
				continue
			}
			values, fits := fill(was, v)
			same = same && fits
			put[name] = values
		}
		for name := range p.args {
			_, ok := args[name]
			same = same && ok
		}
		if same {
			return p, put
		}
	}
	return nil, nil
}

// fill reports whether v is what was written with references filled in, and by what.
func fill(was, v any) (put []string, ok bool) {
	switch was := was.(type) {
	case string:
		at := reference.FindAllStringIndex(was, -1)
		if len(at) == 1 && at[0][0] == 0 && at[0][1] == len(was) {
			leaves(v, func(v any) { put = append(put, fmt.Sprint(v)) })
			return put, true
		}
		s, isText := v.(string)
		if !isText || len(at) == 0 {
			return nil, isText && s == was
		}
		var form strings.Builder
		form.WriteString("(?s)^")
		from := 0
		for _, a := range at {
			form.WriteString(regexp.QuoteMeta(was[from:a[0]]) + "(.*?)")
			from = a[1]
		}
		form.WriteString(regexp.QuoteMeta(was[from:]) + "$")
		re, err := regexp.Compile(form.String())
		if err != nil {
			return nil, false
		}
		m := re.FindStringSubmatch(s)
		if m == nil {
			return nil, false
		}
		return m[1:], true
	case []any:
		list, isList := v.([]any)
		if !isList || len(list) != len(was) {
			return nil, false
		}
		for i := range was {
			values, fits := fill(was[i], list[i])
			if !fits {
				return nil, false
			}
			put = append(put, values...)
		}
		return put, true
	case map[string]any:
		m, isMap := v.(map[string]any)
		if !isMap || len(m) != len(was) {
			return nil, false
		}
		for _, k := range sortedKeys(was) {
			values, fits := fill(was[k], m[k])
			if !fits {
				return nil, false
			}
			put = append(put, values...)
		}
		return put, true
	}
	return nil, fmt.Sprint(was) == fmt.Sprint(v)
}

// asPlanned labels the arguments of a call that is a planned step: what was written then
// by what it was then, what was put in its references by what it is, chosen by the plan.
func (r *Run) asPlanned(t *tool, callID string, args map[string]any, labels map[string]label.Origin) {
	p, put := r.step(t.spec.Name, callID, args)
	if p == nil {
		return
	}
	for _, name := range sortedKeys(args) {
		o, written := p.labels[name]
		if !written {
			continue
		}
		for _, v := range put[name] {
			o = o.Join(r.origin(v, property{}, true, argument{tool: t, name: name}))
		}
		o.Chosen = false
		labels[name] = o
	}
}

// takeStep notes that a call has taken its planned step.
func (r *Run) takeStep(d Decision) {
	args, err := decode(d.Arguments)
	if err != nil {
		return
	}
	if p, _ := r.step(d.Tool, d.CallID, args); p != nil {
		p.call = d.CallID
	}
}

// releaseStep gives back the step of a call that failed.
func (r *Run) releaseStep(callID string) {
	if i := slices.IndexFunc(r.planned, func(p planned) bool { return p.call == callID }); i >= 0 {
		r.planned[i].call = ""
	}
}
