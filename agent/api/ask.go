package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/chaski-dev/chaski/llm"
)

// ask is what a client asks for, whatever API it speaks.
type ask struct {
	messages  []llm.Message
	tools     []llm.ToolSpec
	strict    []string // tools whose schemas must be enforced to the letter
	choice    llm.ToolChoice
	maxCalls  int // 0 is no bound
	format    *llm.ResponseFormat
	sampling  llm.Sampling
	seeded    bool
	maxTokens int // 0 is the server's default
	stop      []string
	n         int
}

// requests are what a bare model is asked, one for each answer that is wanted, of at most so
// many tokens each.
func (a *ask) requests(tenant string, tokens int) []*llm.Request {
	seed := a.sampling.Seed
	if !a.seeded && a.sampling.Temperature > 0 {
		seed = rand.Uint64()
	}
	out := make([]*llm.Request, a.n)
	for i := range out {
		sampling := a.sampling
		sampling.Seed = seed + uint64(i)
		out[i] = &llm.Request{Messages: a.messages, Tools: a.tools, ToolChoice: a.choice, MaxCalls: a.maxCalls, ResponseFormat: a.format,
			Sampling: sampling, MaxTokens: tokens, Stop: a.stop, Tenant: tenant}
	}
	return out
}

// sampler holds the settings that all APIs have, by their names.
type sampler struct {
	Temperature       *float64 `json:"temperature"`
	TopP              *float64 `json:"top_p"`
	TopK              *int     `json:"top_k"`
	MinP              *float64 `json:"min_p"`
	RepetitionPenalty *float64 `json:"repetition_penalty"`
	PresencePenalty   *float64 `json:"presence_penalty"`
	FrequencyPenalty  *float64 `json:"frequency_penalty"`
	Seed              *int64   `json:"seed"`
}

// into sets what was given. A setting that the sampler does not have is refused, unless it
// changes nothing.
func (p *sampler) into(a *ask) error {
	set := func(name string, from *float64, low, high float64, to *float32) error {
		if from == nil {
			return nil
		}
		if !(*from >= low && *from <= high) {
			return bad(name, "%s is %v, want %v to %v", name, *from, low, high)
		}
		*to = float32(*from)
		return nil
	}
	s := &a.sampling
	for _, err := range []error{
		set("temperature", p.Temperature, 0, 2, &s.Temperature), set("top_p", p.TopP, 0, 1, &s.TopP), set("min_p", p.MinP, 0, 1, &s.MinP),
		set("repetition_penalty", p.RepetitionPenalty, 0, math.MaxFloat32, &s.RepetitionPenalty), set("presence_penalty", p.PresencePenalty, -2, 2, &s.PresencePenalty),
	} {
		if err != nil {
			return err
		}
	}
	if p.FrequencyPenalty != nil && *p.FrequencyPenalty != 0 {
		return unsupported("frequency_penalty", "the sampler has none; presence_penalty and repetition_penalty are there")
	}
	if p.TopK != nil {
		if *p.TopK < -1 {
			return bad("top_k", "top_k is %d, want 0 (off) or more", *p.TopK)
		}
		s.TopK = max(*p.TopK, 0)
	}
	if p.TopP != nil && *p.TopP == 0 { // nothing but the likeliest
		s.TopP, s.TopK = 0, 1
	}
	if p.Seed != nil {
		s.Seed, a.seeded = uint64(*p.Seed), true
	}
	return nil
}

// bound takes the limit on an answer's tokens in the spellings that an API has for it.
func (a *ask) bound(name string, n *int) error {
	if n == nil {
		return nil
	}
	if *n < 1 {
		return bad(name, "%s is %d, want 1 or more", name, *n)
	}
	a.maxTokens = *n
	return nil
}

// stops takes the texts that end an answer.
func (a *ask) stops(name string, list []string) error {
	if len(list) > maxStops {
		return bad(name, "%s has %d texts, want at most %d", name, len(list), maxStops)
	}
	for i, s := range list {
		if s == "" {
			return bad(name, "%s[%d] is empty", name, i)
		}
	}
	a.stop = list
	return nil
}

const maxStops = 16

// oneOrMore is a text, or a list of texts.
type oneOrMore []string

// UnmarshalJSON takes both.
func (t *oneOrMore) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	if len(raw) > 0 && raw[0] == '"' {
		*t = []string{""}
		return json.Unmarshal(raw, &(*t)[0])
	}
	return json.Unmarshal(raw, (*[]string)(t))
}

// addTool declares a tool. The grammar holds calls to its schema in any case; strict refuses
// a schema of which it cannot hold some keyword.
func (a *ask) addTool(where string, t llm.ToolSpec, strict bool) error {
	if t.Name == "" {
		return bad(where, "%s: the tool has no name", where)
	}
	for _, o := range a.tools {
		if o.Name == t.Name {
			return bad(where, "%s: two tools are named %q", where, t.Name)
		}
	}
	if bytes.Equal(bytes.TrimSpace(t.Parameters), []byte("null")) {
		t.Parameters = nil
	}
	if len(t.Parameters) > 0 {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(t.Parameters, &object); err != nil {
			return bad(where, "%s: the parameters of %s are no JSON Schema of an object", where, t.Name)
		}
	}
	a.tools = append(a.tools, t)
	if strict {
		a.strict = append(a.strict, t.Name)
	}
	return nil
}

// chooseTool holds the turn to a call of one tool.
func (a *ask) chooseTool(name string) error {
	for _, t := range a.tools {
		if t.Name == name {
			a.choice = llm.ToolChoice{Mode: llm.ChoiceTool, Name: name}
			return nil
		}
	}
	return bad("tool_choice", "tool_choice: no tool %q is declared", name)
}

// chooseMode takes the words of all APIs.
func (a *ask) chooseMode(mode string) error {
	switch mode {
	case "", "auto":
	case "none":
		a.choice.Mode = llm.ChoiceNone
	case "required", "any":
		if len(a.tools) == 0 {
			return bad("tool_choice", "tool_choice: %q, and no tool is declared", mode)
		}
		a.choice.Mode = llm.ChoiceRequired
	default:
		return bad("tool_choice", "tool_choice: %q is none of auto, none, required", mode)
	}
	return nil
}

// allow leaves only the named tools.
func (a *ask) allow(names []string, mode string) error {
	if len(names) == 0 {
		return bad("tool_choice", "tool_choice: no tool is allowed")
	}
	var left []llm.ToolSpec
	for _, name := range names {
		found := false
		for _, t := range a.tools {
			if t.Name == name {
				left, found = append(left, t), true
			}
		}
		if !found {
			return bad("tool_choice", "tool_choice: no tool %q is declared", name)
		}
	}
	a.tools = left
	return a.chooseMode(mode)
}

// anyObject is the schema of an answer that is some JSON object.
var anyObject = json.RawMessage(`{"type":"object"}`)

// schema asks for an answer that satisfies a JSON Schema.
func (a *ask) schema(where, name string, schema json.RawMessage) error {
	if len(bytes.TrimSpace(schema)) == 0 || bytes.Equal(bytes.TrimSpace(schema), []byte("null")) {
		return bad(where, "%s: the schema is missing", where)
	}
	a.format = &llm.ResponseFormat{Name: name, Schema: schema}
	return nil
}

// check refuses conversations that a client of these APIs may not send, and gives results
// the names of their calls.
func (a *ask) check() error {
	if len(a.messages) == 0 {
		return bad("messages", "there are no messages")
	}
	open := map[string]string{} // names of the calls that await results, by id
	for i := range a.messages {
		m := &a.messages[i]
		if m.Role == llm.RoleTool {
			name, ok := open[m.CallID]
			if !ok {
				return bad("messages", "a result answers call %q, which the message before it does not make", m.CallID)
			}
			m.Name = name
			delete(open, m.CallID)
			continue
		}
		for id, name := range open {
			return bad("messages", "call %q of %s has no result", id, name)
		}
		for _, c := range m.Calls {
			if c.ID == "" {
				return bad("messages", "a call of %s has no id", c.Name)
			}
			if _, twice := open[c.ID]; twice {
				return bad("messages", "two calls have the id %q", c.ID)
			}
			open[c.ID] = c.Name
		}
	}
	for id, name := range open {
		return bad("messages", "call %q of %s has no result", id, name)
	}
	a.joinSystem()
	return nil
}

// joinSystem makes one message of the system texts at the front, since the prompt has one.
func (a *ask) joinSystem() {
	n := 0
	for n < len(a.messages) && a.messages[n].Role == llm.RoleSystem {
		n++
	}
	if n < 2 {
		return
	}
	text := a.messages[0].Content
	for _, m := range a.messages[1:n] {
		text += "\n\n" + m.Content
	}
	a.messages = append([]llm.Message{{Role: llm.RoleSystem, Content: text}}, a.messages[n:]...)
}

// call is a call of an earlier turn, as a client gives it back.
func call(where, id, name, arguments string) (llm.ToolCall, error) {
	if name == "" {
		return llm.ToolCall{}, bad(where, "%s: the call names no tool", where)
	}
	if arguments == "" {
		arguments = "{}"
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(arguments), &object); err != nil || object == nil {
		return llm.ToolCall{}, bad(where, "%s: the arguments of %s are no JSON object", where, name)
	}
	return llm.ToolCall{ID: id, Name: name, Arguments: json.RawMessage(arguments)}, nil
}

// result is what a tool answered, as a message. A JSON object or array is one to the model
// too; any other text is a text.
func result(id, text string, failed bool) llm.Message {
	m := llm.Message{Role: llm.RoleTool, CallID: id, Content: text, IsError: failed}
	if t := bytes.TrimSpace([]byte(text)); len(t) > 0 && (t[0] == '{' || t[0] == '[') && json.Valid(t) {
		m.Content, m.Value = "", t
	}
	return m
}

// at names a place in a list, as in messages[3].
func at(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }
