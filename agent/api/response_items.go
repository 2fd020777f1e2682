package api

import (
	"bytes"
	"encoding/json"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools/schema"
)

// item is an entry of a conversation in the terms of responses: a message, a call, or what
// a call gave. Its fields are those of its type.
type item struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Status string `json:"status,omitempty"`

	// of a message
	Role    string      `json:"role,omitempty"`
	Content *[]itemPart `json:"content,omitempty"`

	// of a call and its output
	CallID    string  `json:"call_id,omitempty"`
	Name      string  `json:"name,omitempty"`
	Arguments *string `json:"arguments,omitempty"` // of a function
	Input     *string `json:"input,omitempty"`     // of a custom tool
	Output    *string `json:"output,omitempty"`
}

type itemPart struct {
	Type        string          `json:"type"`
	Text        string          `json:"text"`
	Annotations *[]struct{}     `json:"annotations,omitempty"` // of output
	LogProbs    *[]tokenLogProb `json:"logprobs,omitempty"`
}

func outputPart(text string) itemPart {
	return itemPart{Type: "output_text", Text: text, Annotations: &[]struct{}{}, LogProbs: &[]tokenLogProb{}}
}

// inputItem is an item as clients send it.
type inputItem struct {
	Type      string          `json:"type"`
	Role      string          `json:"role"`
	Content   json.RawMessage `json:"content"`
	CallID    string          `json:"call_id"`
	Name      string          `json:"name"`
	Arguments string          `json:"arguments"`
	Input     string          `json:"input"`
	Output    json.RawMessage `json:"output"`
}

// readItems reads what a client says: a text of the user's, or a list of items.
func readItems(raw json.RawMessage) ([]item, error) {
	raw = bytes.TrimSpace(raw)
	if !given(raw) {
		return nil, nil
	}
	if raw[0] == '"' {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return nil, bad("input", "input: %s", schema.Misread(err))
		}
		return []item{messageItem("user", text)}, nil
	}
	var list []inputItem
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, bad("input", "input: want a text or a list of items: %s", schema.Misread(err))
	}
	var out []item
	for i := range list {
		it, read, err := list[i].read(at("input", i))
		if err != nil {
			return nil, err
		}
		if read {
			out = append(out, it)
		}
	}
	return out, nil
}

func messageItem(role string, texts ...string) item {
	parts := []itemPart{}
	for _, text := range texts {
		if role == "assistant" {
			parts = append(parts, outputPart(text))
		} else {
			parts = append(parts, itemPart{Type: "input_text", Text: text})
		}
	}
	return item{Type: "message", ID: newID("msg_"), Status: statusCompleted, Role: role, Content: &parts}
}

// read is the item as it is kept; false for one that says nothing to the models here.
func (in *inputItem) read(where string) (out item, read bool, err error) {
	switch in.Type {
	case "", "message":
		return in.message(where)
	case "function_call", "custom_tool_call":
		arguments := json.RawMessage(in.Arguments)
		if in.Type == "custom_tool_call" {
			arguments = customArguments(in.Input)
		}
		made, err := call(where, in.CallID, in.Name, string(arguments))
		if err != nil {
			return item{}, false, err
		}
		out = item{Type: in.Type, ID: newID("fc_"), Status: statusCompleted, CallID: in.CallID, Name: in.Name}
		if in.Type == "custom_tool_call" {
			out.Input = &in.Input
		} else {
			text := string(made.Arguments)
			out.Arguments = &text
		}
		return out, true, nil
	case "function_call_output", "custom_tool_call_output":
		if !given(in.Output) {
			return item{}, false, bad(where, "%s: the output is missing", where)
		}
		said, err := contentOf(in.Output, where+".output")
		if err != nil {
			return item{}, false, err
		}
		text, err := said.text(where + ".output")
		if err != nil {
			return item{}, false, err
		}
		return item{Type: in.Type, ID: newID("fco_"), Status: statusCompleted, CallID: in.CallID, Output: &text}, true, nil
	case "reasoning":
		return item{}, false, nil // of a model that thinks; this one did not say it
	}
	return item{}, false, unsupported(where, "items of type "+quoted(in.Type)+" are not read")
}

func (in *inputItem) message(where string) (item, bool, error) {
	switch in.Role {
	case "user", "assistant", "system", "developer":
	default:
		return item{}, false, bad(where, "%s: role %q is none of user, assistant, system, developer", where, in.Role)
	}
	said, err := contentOf(in.Content, where+".content")
	if err != nil {
		return item{}, false, err
	}
	if !said.given {
		return item{}, false, bad(where, "%s: it has no content", where)
	}
	texts := []string{}
	for i, p := range said.parts {
		text, err := p.text(at(where+".content", i))
		if err != nil {
			return item{}, false, err
		}
		texts = append(texts, text)
	}
	return messageItem(in.Role, texts...), true, nil
}

// itemsInto adds items as messages. Texts of one role that follow each other are one
// message, and calls belong to the assistant's text before them.
func itemsInto(a *ask, items []item) error {
	for i, it := range items {
		switch it.Type {
		case "message":
			role := llm.Role(it.Role)
			if role == "developer" {
				role = llm.RoleSystem
			}
			m := a.open(role)
			for _, p := range *it.Content {
				if m.Content != "" {
					m.Content += "\n\n"
				}
				m.Content += p.Text
			}
		case "function_call", "custom_tool_call":
			arguments := ""
			if it.Arguments != nil {
				arguments = *it.Arguments
			} else if it.Input != nil {
				arguments = string(customArguments(*it.Input))
			}
			made, err := call(at("input", i), it.CallID, it.Name, arguments)
			if err != nil {
				return err
			}
			m := a.open(llm.RoleAssistant)
			m.Calls = append(m.Calls, made)
		case "function_call_output", "custom_tool_call_output":
			a.messages = append(a.messages, result(it.CallID, *it.Output, false))
		}
	}
	return nil
}
