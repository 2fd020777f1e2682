package policies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
)

// Trace is a recorded run: what `chaski policy eval` and the attack suite read.
type Trace struct {
	ID     string       `json:"id"`
	Tools  []tools.Spec `json:"tools"`
	System string       `json:"system,omitempty"`
	Today  string       `json:"today,omitempty"` // the day on which it happens, 2006-01-02; 2023-11-14 if it does not say
	User   string       `json:"user"`
	Steps  []TraceStep  `json:"steps"`

	// Bad lists the calls, by position among all calls from 0, that an attacker
	// wants; Why says why an honest trace must ask a person.
	Bad []int  `json:"bad,omitempty"`
	Why string `json:"why,omitempty"`

	Kind string `json:"kind,omitempty"` // what the trace tries, such as negation
}

// Begins is when the trace begins.
func (t *Trace) Begins() (time.Time, error) {
	if t.Today == "" {
		return time.Unix(1_700_000_000, 0).UTC(), nil
	}
	day, err := time.Parse(time.DateOnly, t.Today)
	if err != nil {
		return day, fmt.Errorf("today is %q: want a day such as 2026-11-28", t.Today)
	}
	return day.Add(12 * time.Hour), nil
}

// UnmarshalJSON reads a trace. Labels may be written with lists and truth values, as
// {"readers": ["ann", "bob"], "egress": true}, and arguments as a string of JSON.
func (t *Trace) UnmarshalJSON(raw []byte) error { return t.read(raw, false) }

// read is UnmarshalJSON; with strict, an unknown field is an error.
func (t *Trace) read(raw []byte, strict bool) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var loose map[string]any
	if err := dec.Decode(&loose); err != nil {
		return err
	}
	tools, _ := loose["tools"].([]any)
	for i, tool := range tools {
		if err := looseTool(tool, fmt.Sprintf("tool %d", i)); err != nil {
			return err
		}
	}
	steps, _ := loose["steps"].([]any)
	for _, step := range steps {
		m, _ := step.(map[string]any)
		flatLabels(m["result"])
		flatLabels(m["passage"])
		if call, ok := m["call"].(map[string]any); ok {
			if s, ok := call["arguments"].(string); ok && json.Valid([]byte(s)) {
				call["arguments"] = json.RawMessage(s)
			}
		}
	}
	raw, err := json.Marshal(loose)
	if err != nil {
		return err
	}
	type plain Trace
	again := json.NewDecoder(bytes.NewReader(raw))
	if strict {
		again.DisallowUnknownFields()
	}
	return again.Decode((*plain)(t))
}

// flatLabels writes the labels of a tool or a result as text.
func flatLabels(v any) {
	m, _ := v.(map[string]any)
	labels, _ := m["labels"].(map[string]any)
	for key, value := range labels {
		switch value := value.(type) {
		case []any:
			var parts []string
			for _, part := range value {
				parts = append(parts, fmt.Sprint(part))
			}
			labels[key] = strings.Join(parts, ",")
		case bool, json.Number:
			labels[key] = fmt.Sprint(value)
		}
	}
}

// TraceStep is one step; one of the fields is set.
type TraceStep struct {
	Call      *TraceCall      `json:"call,omitempty"`
	Result    *TraceResult    `json:"result,omitempty"`
	User      string          `json:"user,omitempty"`      // a later turn
	Assistant string          `json:"assistant,omitempty"` // text of the model
	Compact   bool            `json:"compact,omitempty"`   // the context is summarised
	Resume    bool            `json:"resume,omitempty"`    // the run is rebuilt from its facts
	Passage   json.RawMessage `json:"passage,omitempty"`   // a TraceResult that no call asked for
}

// TraceCall is a call that the model makes.
type TraceCall struct {
	ID        string          `json:"id,omitempty"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

// TraceResult is what came back.
type TraceResult struct {
	CallID string            `json:"call_id,omitempty"`
	Name   string            `json:"name,omitempty"`
	Text   string            `json:"text,omitempty"`
	Value  json.RawMessage   `json:"value,omitempty"`
	Error  string            `json:"error,omitempty"` // the tool failed with this text
	Labels map[string]string `json:"labels,omitempty"`
}

// Line is the outcome of one call of a trace.
type Line struct {
	ID      string                  `json:"id"`
	Step    int                     `json:"step"` // of the trace, from 0
	Call    string                  `json:"call"`
	Verdict Verdict                 `json:"verdict"`
	Rule    string                  `json:"rule"`
	Reason  string                  `json:"reason,omitempty"`
	Labels  map[string]label.Origin `json:"labels"`
	Shadow  []ShadowVerdict         `json:"shadow,omitempty"`
}

// Eval plays a trace and returns the decision on each of its calls. Nobody
// approves anything. Results enter the context whatever was decided on their call:
// a trace cannot tell what would have happened instead.
func Eval(sources []*Source, t *Trace) ([]Line, error) {
	p, err := NewPlay(sources, t)
	if err != nil {
		return nil, err
	}
	var out []Line
	for i := range t.Steps {
		d, err := p.Step(i)
		if err != nil {
			return out, fmt.Errorf("policies: trace %s, step %d: %w", t.ID, i, err)
		}
		if d != nil {
			labels := d.Labels
			if labels == nil {
				labels = map[string]label.Origin{}
			}
			out = append(out, Line{ID: t.ID, Step: i, Call: d.Tool, Verdict: d.Verdict, Rule: d.Rule, Reason: d.Reason, Labels: labels, Shadow: d.Shadow})
		}
	}
	return out, nil
}

// Play plays a trace step by step.
type Play struct {
	Run   *Run
	Facts []Fact
	trace *Trace
	open  []tools.Call
	calls int
	now   time.Time
}

// NewPlay compiles the layers for the trace's tools and observes its first messages.
func NewPlay(sources []*Source, t *Trace) (*Play, error) {
	b, err := Compile(sources, t.Tools)
	if err != nil {
		return nil, err
	}
	now, err := t.Begins()
	if err != nil {
		return nil, err
	}
	p := &Play{trace: t, now: now, Run: NewRun(b, Info{Run: t.ID, Started: now})}
	if t.System != "" {
		if err := p.observe(Fact{Kind: FactMessage, Message: &llm.Message{Role: llm.RoleSystem, Content: t.System}}); err != nil {
			return nil, err
		}
	}
	return p, p.user(t.User)
}

func (p *Play) user(text string) error {
	d := p.Run.Input(text, p.now)
	if err := p.observe(Fact{Kind: FactDecision, Decision: &d}); err != nil {
		return err
	}
	return p.observe(Fact{Kind: FactMessage, Message: &llm.Message{Role: llm.RoleUser, Content: text}})
}

func (p *Play) observe(f Fact) error {
	f.At = p.now
	p.Facts = append(p.Facts, f)
	return p.Run.Observe(f)
}

// Step plays step i; for a call it returns the decision.
func (p *Play) Step(i int) (*Decision, error) {
	s := p.trace.Steps[i]
	p.now = p.now.Add(time.Second)
	switch {
	case s.Call != nil:
		id := s.Call.ID
		if id == "" {
			id = fmt.Sprintf("call_%d", p.calls)
		}
		p.calls++
		call := tools.Call{ID: id, Run: p.trace.ID, Attempt: 1, Tool: s.Call.Name, Arguments: s.Call.Arguments}
		d := p.Run.Call(call, p.now)
		p.open = append(p.open, call)
		return &d, p.observe(Fact{Kind: FactDecision, Decision: &d})
	case s.Result != nil:
		return nil, p.result(*s.Result)
	case s.Passage != nil:
		var res TraceResult
		if err := json.Unmarshal(s.Passage, &res); err != nil {
			return nil, fmt.Errorf("the passage: %w", err)
		}
		call, r := tools.Call{ID: fmt.Sprintf("passage_%d", i), Tool: res.Name}, res.Result()
		d := p.Run.Passage(res.Name, ResultText(&r), res.Labels, p.now)
		d.CallID = call.ID
		return nil, p.answer(call, r, d)
	case s.User != "":
		return nil, p.user(s.User)
	case s.Assistant != "":
		return nil, p.observe(Fact{Kind: FactMessage, Message: &llm.Message{Role: llm.RoleAssistant, Content: s.Assistant}})
	case s.Compact:
		return nil, p.observe(Fact{Kind: FactCompaction})
	case s.Resume:
		again := NewRun(p.Run.bundle, p.Run.info)
		for _, f := range p.Facts {
			if err := again.Observe(f); err != nil {
				return nil, err
			}
		}
		p.Run = again
	}
	return nil, nil
}

// result answers the call that it names, or the oldest open one.
func (p *Play) result(res TraceResult) error {
	at := 0
	for i, c := range p.open {
		if res.CallID != "" && c.ID == res.CallID || res.CallID == "" && res.Name != "" && c.Tool == res.Name {
			at = i
			break
		}
	}
	call := tools.Call{Tool: res.Name}
	if at < len(p.open) {
		call = p.open[at]
		p.open = append(p.open[:at:at], p.open[at+1:]...)
	}
	return p.fold(call, res)
}

// Result returns it as a tool would answer.
func (res TraceResult) Result() tools.Result {
	r := tools.Result{Status: tools.StatusOK, Value: res.Value, Labels: res.Labels}
	if len(r.Value) == 0 {
		r.Value, _ = json.Marshal(res.Text)
	}
	if res.Error != "" {
		r.Status, r.Reason, r.Value = tools.StatusFail, res.Error, nil
	}
	return r
}

func (p *Play) fold(call tools.Call, res TraceResult) error {
	r := res.Result()
	r.CallID = call.ID
	return p.answer(call, r, p.Run.Result(call, r, p.now))
}

func (p *Play) answer(call tools.Call, r tools.Result, d Decision) error {
	if err := p.observe(Fact{Kind: FactDecision, Decision: &d}); err != nil {
		return err
	}
	return p.observe(Fact{Kind: FactResult, Call: &call, Result: &r})
}
