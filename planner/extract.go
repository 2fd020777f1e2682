package planner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
)

// ExtractName is the name of [ExtractTool].
const ExtractName = "extract"

// ExtractTool declares the quarantined reading: the model asks one question about a
// value that it never reads itself. The value is read by the same model without
// tools, and the answer is held to a narrow type. Free text comes back as another
// value that is kept aside. The runtime adds it to a run whose policy keeps values.
func ExtractTool() tools.Spec {
	return tools.Spec{
		Name:        ExtractName,
		Description: "Answers one question about a value that is kept aside, such as $inbox_1. A text that it finds is kept aside too, under a name of its own.",
		Effect:      tools.Read,
		Parameters: json.RawMessage(`{"type":"object","properties":{` +
			`"value":{"type":"string","description":"the name of the value"},` +
			`"question":{"type":"string","description":"what to look for in it","maxLength":500},` +
			`"type":{"enum":["number","boolean","date","choice","text"],"description":"of the answer"},` +
			`"choices":{"type":"array","items":{"type":"string","maxLength":100},"maxItems":32,"description":"the possible answers, for type choice"}},` +
			`"required":["value","question","type"],"additionalProperties":false}`),
		Labels: map[string]string{label.KeyEgress: "false"},
	}
}

// Kept is a value that the model may pass on by its name and never reads.
type Kept struct {
	Name  string      `json:"name"`
	Text  string      `json:"text"`
	Label label.Label `json:"label"`
}

func (s *State) keep(name string, d *policies.Decision, text string) {
	k := Kept{Name: name, Text: text, Label: label.Label{Integrity: label.Untrusted}}
	if d.Label != nil && name == d.Handle {
		k.Label = *d.Label
	} else if d.Label != nil { // a member that strangers wrote
		k.Label = d.Label.Join(k.Label)
	}
	s.Kept = append(s.Kept[:len(s.Kept):len(s.Kept)], k)
}

// reads reports whether calls of the tool are readings, which the runtime runs.
func (s *State) reads(tool string) bool { return tool == ExtractName && s.Start.Extract }

// reading is a question about a kept value.
type reading struct {
	Value    string   `json:"value"`
	Question string   `json:"question"`
	Type     string   `json:"type"`
	Choices  []string `json:"choices"`

	kept *Kept
}

func (s *State) reading(args json.RawMessage) (reading, error) {
	var r reading
	if err := json.Unmarshal(args, &r); err != nil {
		return r, err
	}
	for i := range s.Kept {
		if s.Kept[i].Name == r.Value {
			r.kept = &s.Kept[i]
		}
	}
	switch {
	case r.kept == nil:
		return r, fmt.Errorf("no value is kept aside as %q", r.Value)
	case r.Type == "choice" && len(r.Choices) == 0:
		return r, fmt.Errorf("type choice needs choices")
	}
	return r, nil
}

// schema holds the answer to the type; null says that the value does not tell.
func (r *reading) schema() json.RawMessage {
	t := map[string]any{"type": r.Type}
	switch r.Type {
	case "date":
		t = map[string]any{"type": "string", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`}
	case "choice":
		t = map[string]any{"enum": r.Choices}
	case "text":
		t = map[string]any{"type": "string", "maxLength": 1000}
	}
	raw, _ := json.Marshal(map[string]any{ // maps of plain values always encode
		"type": "object", "properties": map[string]any{"answer": map[string]any{"anyOf": []any{t, map[string]any{"type": "null"}}}},
		"required": []string{"answer"}, "additionalProperties": false,
	})
	return raw
}

func (s *State) extractRequest(c *CallState) *llm.Request {
	r, err := s.reading(c.Arguments)
	if err != nil { // propose has refused such a call
		r.kept = &Kept{}
	}
	req := policies.Quarantined(r.kept.Text, r.Question, r.schema())
	req.Sampling, req.Tenant = s.Start.Sampling, s.Start.Tenant
	return req
}

// Extracted is the result of a reading, from the turn that the model gave. It has the
// labels of the value that was read.
func Extracted(s State, call tools.Call, turn llm.Message) tools.Result {
	res := tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusFail}
	r, err := s.reading(call.Arguments)
	if err != nil {
		res.Reason = err.Error()
		return res
	}
	res.Labels = r.kept.Label.Map()
	res.Reason = "the value gives no answer of type " + r.Type
	schema := compiled(string(r.schema()))
	if schema == nil {
		return res
	}
	checked, err := schema.Check([]byte(strings.TrimSpace(turn.Content)))
	if err != nil {
		return res
	}
	var out struct {
		Answer json.RawMessage `json:"answer"`
	}
	if json.Unmarshal(checked, &out) != nil || bytes.Equal(out.Answer, []byte("null")) {
		return res
	}
	res.Status, res.Value, res.Reason = tools.StatusOK, out.Answer, ""
	return res
}

// FreeText reports whether a call is a reading whose answer may be any text: it must
// be kept aside as well.
func FreeText(s State, call tools.Call) bool {
	r, err := s.reading(call.Arguments)
	return err == nil && s.reads(call.Tool) && r.Type == "text"
}
