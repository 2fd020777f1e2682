package api

import (
	"encoding/json"

	"github.com/chaski-dev/chaski/llm"
)

// responseTool is a tool that a client of responses brings: a function, or a custom tool,
// which takes a text. Tools of other types are a server's, and left out.
type responseTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description *string         `json:"description"`
	Parameters  json.RawMessage `json:"parameters"`
	Strict      *bool           `json:"strict"`
	Format      *customFormat   `json:"format"`
}

// customFormat says which texts a custom tool takes.
type customFormat struct {
	Type       string `json:"type"`
	Syntax     string `json:"syntax,omitempty"`
	Definition string `json:"definition,omitempty"`
}

// toolObject is a tool as an answer names it.
type toolObject struct {
	Type        string           `json:"type"`
	Name        string           `json:"name"`
	Description *string          `json:"description"`
	Parameters  *json.RawMessage `json:"parameters,omitempty"`
	Strict      *bool            `json:"strict,omitempty"`
	Format      *customFormat    `json:"format,omitempty"`
}

func (t *responseTool) object() toolObject {
	out := toolObject{Type: t.Type, Name: t.Name, Description: t.Description}
	if t.Type == "custom" {
		if out.Format = t.Format; out.Format == nil {
			out.Format = &customFormat{Type: "text"}
		}
		return out
	}
	parameters, strict := t.Parameters, t.Strict != nil && *t.Strict
	if !given(parameters) {
		parameters = json.RawMessage("null")
	}
	out.Parameters, out.Strict = &parameters, &strict
	return out
}

// spec declares the tool to the model; false leaves it out. A custom tool is one with a
// single argument, its text.
func (t *responseTool) spec() (spec llm.ToolSpec, strict, ok bool) {
	spec.Name = t.Name
	if t.Description != nil {
		spec.Description = *t.Description
	}
	switch {
	case t.Type == "function":
		spec.Parameters = t.Parameters
		return spec, t.Strict != nil && *t.Strict, true
	case t.Type == "custom" && (t.Format == nil || t.Format.Type == "" || t.Format.Type == "text"):
		spec.Parameters = customParameters(map[string]string{"type": "string"})
		return spec, false, true
	case t.Type == "custom" && t.Format.Type == "grammar" && t.Format.Syntax == "regex":
		spec.Parameters = customParameters(map[string]string{"type": "string", "pattern": "^(?:" + t.Format.Definition + ")$"})
		return spec, true, true
	}
	return spec, false, false
}

// customInput is the argument of a custom tool.
const customInput = "input"

func customParameters(input map[string]string) json.RawMessage {
	b, _ := json.Marshal(map[string]any{ // texts always encode
		"type": "object", "additionalProperties": false, "required": []string{customInput}, "properties": map[string]any{customInput: input},
	})
	return b
}

func customArguments(input string) json.RawMessage {
	b, _ := json.Marshal(map[string]string{customInput: input}) // a text always encodes
	return b
}

func (in *responsesRequest) toolsInto(a *ask) error {
	in.custom = map[string]bool{}
	declared := in.Tools[:0:0]
	for i := range in.Tools {
		t := &in.Tools[i]
		spec, strict, ok := t.spec()
		if !ok {
			in.skipped = append(in.skipped, t.kind())
			continue
		}
		if err := a.addTool(at("tools", i), spec, strict); err != nil {
			return err
		}
		in.custom[t.Name] = t.Type == "custom"
		declared = append(declared, *t)
	}
	in.Tools = declared
	if in.ParallelToolCalls != nil && !*in.ParallelToolCalls {
		a.maxCalls = 1
	}
	return in.choose(a)
}

// kind names the type of a tool that is left out.
func (t *responseTool) kind() string {
	if t.Type == "custom" && t.Format != nil {
		return t.Type + " " + t.Format.Type + " " + t.Format.Syntax
	}
	return t.Type
}

// choose reads tool_choice in all its forms.
func (in *responsesRequest) choose(a *ask) error {
	if !given(in.ToolChoice) {
		return nil
	}
	var mode string
	if json.Unmarshal(in.ToolChoice, &mode) == nil {
		return a.chooseMode(mode)
	}
	var c struct {
		Type  string `json:"type"`
		Name  string `json:"name"`
		Mode  string `json:"mode"`
		Tools []struct {
			Type string `json:"type"`
			Name string `json:"name"`
		} `json:"tools"`
	}
	if err := json.Unmarshal(in.ToolChoice, &c); err != nil {
		return bad("tool_choice", "tool_choice: want a word or an object")
	}
	switch c.Type {
	case "function", "custom":
		return a.chooseTool(c.Name)
	case "allowed_tools":
		var names []string
		for _, t := range c.Tools {
			if t.Type == "function" || t.Type == "custom" {
				names = append(names, t.Name)
			}
		}
		return a.allow(names, c.Mode)
	}
	return unsupported("tool_choice", "choices of type "+quoted(c.Type)+" are not known")
}
