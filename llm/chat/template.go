package chat

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/chaski-dev/chaski/llm"
)

// TemplateInput is a conversation as chat templates take it: OpenAI-style messages
// and the template's own options.
type TemplateInput struct {
	Messages []TemplateMessage `json:"messages"`
	Options  TemplateOptions   `json:"options"`
}

// TemplateMessage is one message of a [TemplateInput]. Content may be any JSON.
type TemplateMessage struct {
	Role      string          `json:"role"`
	Content   json.RawMessage `json:"content"`
	ToolCalls *[]struct {
		Function struct {
			Name      string          `json:"name"`
			Arguments json.RawMessage `json:"arguments"`
		} `json:"function"`
	} `json:"tool_calls"`
}

// TemplateOptions are the variables that the template of Llama 3.1 reads.
type TemplateOptions struct {
	Tools         []json.RawMessage `json:"tools"`
	CustomTools   []json.RawMessage `json:"custom_tools"` // takes the place of Tools
	Builtin       []string          `json:"builtin_tools"`
	ToolsInUser   *bool             `json:"tools_in_user_message"` // true unless set
	DateString    *string           `json:"date_string"`           // TemplateDate unless set
	AddGeneration bool              `json:"add_generation_prompt"`
}

// RenderTemplate renders exactly as the model's own template does, and fails where
// it fails.
func RenderTemplate(in TemplateInput) ([]Piece, error) {
	if len(in.Messages) == 0 {
		return nil, errors.New("chat: there are no messages")
	}
	o := Options{
		RawTools: in.Options.Tools, ToolsInUser: true, Builtin: in.Options.Builtin,
		Date: TemplateDate, Generation: in.Options.AddGeneration, Strict: true,
	}
	if in.Options.CustomTools != nil {
		o.RawTools = in.Options.CustomTools
	}
	if in.Options.ToolsInUser != nil {
		o.ToolsInUser = *in.Options.ToolsInUser
	}
	if in.Options.DateString != nil {
		o.Date = *in.Options.DateString
	}
	messages := make([]llm.Message, len(in.Messages))
	for i, m := range in.Messages {
		msg := llm.Message{Role: llm.Role(m.Role)}
		if m.Role == "ipython" {
			msg.Role = llm.RoleTool
		}
		if msg.Role == llm.RoleTool {
			msg.Value = m.Content
			if len(m.Content) == 0 {
				msg.Value = json.RawMessage(`""`)
			}
		} else if len(m.Content) > 0 {
			v, err := parseValue(m.Content)
			switch {
			case err != nil:
				return nil, fmt.Errorf("chat: message %d: %w", i, err)
			case v.kind == '{' || v.kind == '[':
				return nil, fmt.Errorf("chat: message %d: content must be text, not a JSON object or array", i)
			case v.kind == '"':
				msg.Content = v.text
			default:
				msg.Content = string(appendLiteral(nil, v))
			}
		}
		if m.ToolCalls != nil {
			if len(*m.ToolCalls) != 1 {
				return nil, ErrSingleCall
			}
			f := (*m.ToolCalls)[0].Function
			msg.Role = llm.RoleAssistant
			msg.Calls = []llm.ToolCall{{Name: f.Name, Arguments: f.Arguments}}
		}
		messages[i] = msg
	}
	return Render(messages, o)
}
