package planner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
)

// Strategy says how a run gets from the prompt to the answer.
type Strategy string

// The strategies.
const (
	React Strategy = ""     // turn by turn: the model calls, reads the results and goes on
	Plan  Strategy = "plan" // the model writes a plan of all steps first, see PlanState
)

// PlanPhase says what a run of strategy plan is at.
type PlanPhase string

// The phases. Running leads back to Planning when a step fails or the plan asks for
// another one, else to Answering.
const (
	Planning  PlanPhase = "planning"  // the model writes a plan
	Executing PlanPhase = "executing" // its steps run, each once those it depends on have succeeded
	Answering PlanPhase = "answering" // the model answers from the results
)

// PlanState is how far a run of strategy [Plan] has come.
type PlanState struct {
	Phase PlanPhase `json:"phase"`
	Plans int       `json:"plans,omitempty"` // made and accepted
	Again bool      `json:"again,omitempty"` // plan again once the steps are done
}

// plan is what the model writes. The steps are a graph: a step runs once the steps
// in After, and those that its arguments refer to, have succeeded.
type plan struct {
	Steps []planStep `json:"steps"`
	Then  string     `json:"then"` // answer or plan
}

type planStep struct {
	ID        string          `json:"id"`
	Tool      string          `json:"tool"`
	Arguments json.RawMessage `json:"arguments"`
	After     []string        `json:"after"`
}

var stepID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,31}$`)

// parsePlan reads a plan and checks that it can be carried out: at most room steps,
// each named once, with tools that exist, and no circle.
func parsePlan(text string, room int, known func(string) bool) (plan, error) {
	var p plan
	from, to := strings.Index(text, "{"), strings.LastIndex(text, "}")
	if from < 0 || to < from {
		return p, errors.New("it is no JSON object")
	}
	if err := json.Unmarshal([]byte(text[from:to+1]), &p); err != nil {
		return p, fmt.Errorf("it is no plan: %w", err)
	}
	if len(p.Steps) > room {
		return p, fmt.Errorf("it has %d steps, %d calls are left", len(p.Steps), room)
	}
	ids := map[string]bool{}
	for i := range p.Steps {
		st := &p.Steps[i]
		switch {
		case !stepID.MatchString(st.ID):
			return p, fmt.Errorf("step %d: %.40q is no id", i+1, st.ID)
		case ids[st.ID]:
			return p, fmt.Errorf("two steps are called %s", st.ID)
		case !known(st.Tool):
			return p, fmt.Errorf("step %s: there is no tool %.80q", st.ID, st.Tool)
		}
		ids[st.ID] = true
		args, err := canonical(st.Arguments)
		if err != nil {
			return p, fmt.Errorf("step %s: %w", st.ID, err)
		}
		st.Arguments = args
		st.After = append(st.After, references(args)...)
		slices.Sort(st.After)
		st.After = slices.Compact(st.After)
	}
	for _, st := range p.Steps {
		for _, id := range st.After {
			if !ids[id] {
				return p, fmt.Errorf("step %s needs step %.40q, which is not there", st.ID, id)
			}
		}
	}
	return p, p.acyclic()
}

// acyclic reports a step that depends on itself, directly or not.
func (p *plan) acyclic() error {
	done := map[string]bool{}
	for len(done) < len(p.Steps) {
		before := len(done)
		for _, st := range p.Steps {
			if !done[st.ID] && !slices.ContainsFunc(st.After, func(id string) bool { return !done[id] }) {
				done[st.ID] = true
			}
		}
		if len(done) == before {
			for _, st := range p.Steps {
				if !done[st.ID] {
					return fmt.Errorf("step %s waits for itself, through the steps that it needs", st.ID)
				}
			}
		}
	}
	return nil
}

// planned folds the turn in which the model wrote a plan.
func (s *State) planned(g *Generated) {
	room := s.Start.Budget.withDefaults().Calls - s.Used.Calls
	p, err := parsePlan(g.Message.Content, room, func(name string) bool { _, ok := s.spec(name); return ok })
	if err == nil && len(g.Message.Calls) > 0 {
		err = errors.New("it calls tools in place of planning the calls")
	}
	if err != nil {
		s.Used.Repairs++
		s.say(llm.Message{Role: llm.RoleAssistant, Content: g.Message.Content},
			llm.Message{Role: llm.RoleSystem, Content: "That plan cannot be carried out: " + err.Error() + ". Write it again."})
		return
	}
	s.Plan.Plans++
	s.Plan.Again = p.Then == "plan" && len(p.Steps) > 0
	s.Plan.Phase = Answering
	for i, st := range p.Steps {
		s.Plan.Phase = Executing
		spec, _ := s.spec(st.Tool)
		s.Calls = append(s.Calls, CallState{
			ID: tools.CallID(s.Run, s.Used.Steps, i, st.Tool, st.Arguments), Tool: st.Tool, Arguments: st.Arguments,
			Effect: spec.EffectOrOnce(), Phase: Blocked, Step: st.ID, After: st.After,
		})
	}
	s.Used.Calls += len(p.Steps)
}

// unblock proposes the steps whose turn it is, and gives up those that need a step
// that did not succeed.
func (s *State) unblock() {
	for moved := s.Plan.Phase == Executing; moved; {
		moved = false
		for i := range s.Calls {
			if c := &s.Calls[i]; c.Phase == Blocked && s.unblockStep(i, c) {
				moved = true
			}
		}
	}
}

// unblockStep reports whether the step is blocked no more.
func (s *State) unblockStep(index int, c *CallState) bool {
	results := map[string]*CallState{}
	for _, id := range c.After {
		i := slices.IndexFunc(s.Calls, func(d CallState) bool { return d.Step == id })
		d := &s.Calls[i]
		if d.Phase != Settled {
			return false
		}
		if d.Result.Status != tools.StatusOK {
			settle(c, tools.StatusFail, "it was not run, for step "+id+" did not succeed")
			return true
		}
		results[id] = d
	}
	args, err := substitute(c.Arguments, results)
	if err == nil {
		c.ID = tools.CallID(s.Run, s.Used.Steps, index, c.Tool, args)
		c.Arguments = args
		spec, _ := s.spec(c.Tool)
		args, err = s.validate(spec, args)
	}
	if err != nil {
		settle(c, tools.StatusInvalid, "the arguments of "+c.Tool+" are wrong: "+err.Error())
		return true
	}
	c.Phase, c.Arguments = Proposed, args
	return true
}

// closePlan moves a plan's calls into the conversation, before their results, and
// says what comes next. It reports whether a step failed.
func (s *State) closePlan() (failed bool) {
	msg := llm.Message{Role: llm.RoleAssistant}
	for i := range s.Calls {
		c := &s.Calls[i]
		msg.Calls = append(msg.Calls, llm.ToolCall{ID: c.ID, Name: c.Tool, Arguments: c.Arguments})
		failed = failed || c.Result.Status != tools.StatusOK
	}
	s.say(msg)
	s.Plan.Phase = Answering
	if (failed || s.Plan.Again) && s.Used.Calls < s.Start.Budget.withDefaults().Calls {
		s.Plan.Phase = Planning
	}
	return failed
}

// planRequest makes a request of strategy plan. The tools stand in the system prompt,
// which stays the same for planning and answering; what is to be done comes last.
func (s *State) planRequest(req *llm.Request) {
	st := s.Start
	text := planText(st.Tools)
	if st.System != "" {
		text = st.System + "\n\n" + text
	}
	if len(req.Messages) > 0 && req.Messages[0].Role == llm.RoleSystem && st.System != "" {
		req.Messages = req.Messages[1:]
	}
	ask := "Answer the user now, from the results."
	if s.Plan.Phase == Planning {
		ask = "Write the plan now, as JSON."
		if s.Plan.Plans > 0 {
			ask = "Write the plan of what is still to be done now, as JSON; no steps if nothing is."
		}
		req.ResponseFormat = &llm.ResponseFormat{Name: "plan", Schema: planSchema(st.Tools)}
	}
	req.Messages = append([]llm.Message{{Role: llm.RoleSystem, Content: text}}, req.Messages...)
	req.Messages = append(req.Messages, llm.Message{Role: llm.RoleUser, Content: ask, Volatile: true})
	req.ToolChoice, req.MaxCalls = llm.ToolChoice{Mode: llm.ChoiceNone}, 0
}

// planText tells the model what a plan is, and of which tools it may be made.
func planText(specs []tools.Spec) string {
	var b strings.Builder
	b.WriteString("Before you answer you write a plan of tool calls. A plan is a JSON object: \"steps\" is a list of calls, each with an \"id\", " +
		"a \"tool\", its \"arguments\", and in \"after\" the ids of the steps that must have succeeded before it. Steps that need nothing of each other run at once. " +
		"An argument that comes from an earlier step's result is written {{id}}, or {{id.member}} for a part of it. " +
		"\"then\" is \"answer\" if the results will be enough for an answer, \"plan\" if you must read them to plan further. A plan without steps goes on to the answer. The tools:\n")
	for _, t := range sorted(specs) {
		line, _ := json.Marshal(t.LLM()) // a spec of strings and checked JSON
		b.Write(line)
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}

func sorted(specs []tools.Spec) []tools.Spec {
	out := slices.Clone(specs)
	slices.SortFunc(out, func(a, b tools.Spec) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// planSchema is the JSON Schema of plans over these tools. Each argument may also be
// a reference to an earlier step.
func planSchema(specs []tools.Spec) json.RawMessage {
	var steps []any
	id := map[string]any{"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,31}$"}
	for _, t := range sorted(specs) {
		steps = append(steps, map[string]any{
			"type": "object",
			"properties": map[string]any{
				"id":        id,
				"tool":      map[string]any{"const": t.Name},
				"arguments": referable(t.Parameters),
				"after":     map[string]any{"type": "array", "items": id, "maxItems": 16},
			},
			"required": []string{"id", "tool", "arguments"}, "additionalProperties": false,
		})
	}
	list := map[string]any{"type": "array", "maxItems": 32}
	if len(steps) > 0 {
		list["items"] = map[string]any{"anyOf": steps}
	} else {
		list["maxItems"] = 0
	}
	raw, _ := json.Marshal(map[string]any{ // maps of plain values always encode
		"type": "object", "properties": map[string]any{"steps": list, "then": map[string]any{"enum": []string{"answer", "plan"}}},
		"required": []string{"steps", "then"}, "additionalProperties": false,
	})
	return raw
}

// referable returns a tool's parameters in which each argument may be a reference.
func referable(parameters json.RawMessage) any {
	var p struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Required   []string                   `json:"required"`
	}
	if bytes.Contains(parameters, []byte(`"$ref"`)) || json.Unmarshal(parameters, &p) != nil && len(parameters) > 0 {
		return map[string]any{"type": "object"} // checked when the step's turn comes
	}
	props := map[string]any{}
	for name, schema := range p.Properties {
		props[name] = map[string]any{"anyOf": []any{schema, map[string]any{"type": "string", "pattern": `^\{\{[A-Za-z0-9_.]{1,64}\}\}$`}}}
	}
	out := map[string]any{"type": "object", "properties": props, "additionalProperties": false}
	if len(p.Required) > 0 {
		out["required"] = p.Required
	}
	return out
}
