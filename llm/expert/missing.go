package expert

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// said is the least probability of a part of a request at which it is a parameter's value.
const said = 0.3

// Missing is a question for the first value that a tool must be given and that a request
// does not say; "" where none is missing, or the values are of kinds that are not read from
// requests.
func (s *Spans) Missing(asked string, t llm.ToolSpec) string {
	if s == nil {
		return ""
	}
	var schema struct {
		Required   []string `json:"required"`
		Properties map[string]struct {
			Type any               `json:"type"`
			Enum []json.RawMessage `json:"enum"`

			Description string `json:"description"`
		} `json:"properties"`
	}
	_ = json.Unmarshal(t.Parameters, &schema) // one of another form has none
	for _, name := range schema.Required {
		p := schema.Properties[name]
		if kind, _ := p.Type.(string); len(p.Enum) > 0 || kind != "string" && kind != "integer" && kind != "number" {
			continue
		}
		if found := s.Find(asked, t, name, 1); len(found) == 0 || found[0].Score < math.Log(said) {
			return which(name, p.Description)
		}
	}
	return ""
}

// which asks for a value: by the parameter's name, or by what it is where that is a word
// that says nothing by itself, such as "to".
func which(name, description string) string {
	if len(name) > 2 && name != "from" {
		return "Which " + spoken(name) + "?"
	}
	about, _, _ := strings.Cut(description, ".")
	if about = strings.TrimSpace(about); about == "" {
		return fmt.Sprintf("What is %q?", name)
	}
	return "Which " + lower(about) + "?"
}

// able is how a text begins to say what tools do.
const able = "What I can do:"

// Able writes what the tools do where a text says what they do: a small model lists some
// that there are not.
func Able(text string, tools []llm.ToolSpec) string {
	head, _, found := strings.Cut(text, able)
	if !found || len(tools) == 0 {
		return text
	}
	return strings.TrimSpace(head + CanDo(tools))
}
