package llm

import (
	"encoding/json"
	"reflect"
)

// Role says who speaks in a [Message].
type Role string

// The roles of Llama 3.1's prompt format. A tool's output is rendered under the
// header "ipython" there; here it is called by what it is.
const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// Message is one entry of a conversation.
type Message struct {
	Role Role `json:"role"`

	// Content is the text of the message. For a tool result it is the text that
	// the model reads unless Value is set.
	Content string `json:"content,omitempty"`

	// Calls are the tool calls of an assistant message, in the order made.
	Calls []ToolCall `json:"calls,omitempty"`

	// CallID and Name tie a tool message to the call that it answers.
	CallID string `json:"call_id,omitempty"`
	Name   string `json:"name,omitempty"`

	// Value is a tool result of any JSON type; when set, Content is ignored.
	Value json.RawMessage `json:"value,omitempty"`

	// IsError marks a tool result that reports a failure.
	IsError bool `json:"is_error,omitempty"`

	// Volatile marks text that changes between requests (a date, a counter).
	// Renderers place it after everything stable, so that shared prefixes stay
	// byte-identical.
	Volatile bool `json:"volatile,omitempty"`
}

// ToolSpec declares a tool to the model.
type ToolSpec struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`

	// Parameters is the JSON Schema (an object schema) of the arguments.
	Parameters json.RawMessage `json:"parameters,omitempty"`

	// Changes says that the tool was declared as one that changes something. It is not
	// shown to the model; how sure a call is may depend on it.
	Changes bool `json:"-"`
}

// ToolCall is a call made by the model.
type ToolCall struct {
	// ID names the call within its conversation. A Model may leave it empty: the
	// runtime sets it to the call's identity before anything is dispatched.
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`

	// Arguments is the JSON object of the arguments, as the model wrote it (or as
	// coercion left it, see Coercions).
	Arguments json.RawMessage `json:"arguments"`

	// Confidence is how sure the model is of the call, above 0 and up to 1: the
	// probability that it is right where [Info].Calibrated says so, else that of all the
	// tokens that the model chose in it. 0 says nothing: the model gives none.
	Confidence float64 `json:"confidence,omitempty"`

	// Coercions lists what was changed to make Arguments fit the schema. It is
	// always empty for a call decoded under a grammar.
	Coercions []Coercion `json:"coercions,omitempty"`
}

// Same reports whether two calls are of the same tool with the same arguments, whatever
// their order and spacing. Calls whose arguments are no JSON are the same as none.
func (c ToolCall) Same(other ToolCall) bool {
	var a, b any
	return c.Name == other.Name && json.Unmarshal(c.Arguments, &a) == nil && json.Unmarshal(other.Arguments, &b) == nil && reflect.DeepEqual(a, b)
}

// Coercion records that one argument was changed to the type its schema asks for.
type Coercion struct {
	Path string          `json:"path"` // JSON pointer into the arguments
	From json.RawMessage `json:"from"`
	To   json.RawMessage `json:"to"`
}
