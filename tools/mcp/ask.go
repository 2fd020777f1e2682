package mcp

import (
	"context"
	"encoding/json"
	"errors"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// Question is what a server asks the person for: values of a form, or to open an address.
type Question struct {
	Server  string
	Message string
	URL     string  // to open, in place of a form
	Fields  []Field // in the order of their names; required ones first
}

// Field is one value of a form.
type Field struct {
	Name        string
	Title       string
	Description string
	Type        string // string, number, integer, boolean, or array, which is several of Choices
	Format      string
	Choices     []string // all that may be given; nil is anything
	Required    bool
	Default     any // nil is none
}

// Answer is the person's.
type Answer struct {
	Accept bool           // false declines
	Cancel bool           // neither yes nor no
	Values map[string]any // by the names of fields
}

// elicit puts a server's question to the person.
func (s *server) elicit(ctx context.Context, r *sdk.ElicitRequest) (*sdk.ElicitResult, error) {
	q := Question{Server: s.name, Message: clean(r.Params.Message, maxMessage), URL: clean(r.Params.URL, maxMessage)}
	if q.URL == "" {
		q.Fields = fields(r.Params.RequestedSchema)
	}
	a, err := s.o.Ask(ctx, q)
	switch {
	case err != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)):
		return &sdk.ElicitResult{Action: "cancel"}, nil
	case err != nil:
		return nil, err
	case a.Cancel:
		return &sdk.ElicitResult{Action: "cancel"}, nil
	case !a.Accept:
		return &sdk.ElicitResult{Action: "decline"}, nil
	case q.URL != "":
		return &sdk.ElicitResult{Action: "accept"}, nil
	}
	if a.Values == nil {
		a.Values = map[string]any{}
	}
	return &sdk.ElicitResult{Action: "accept", Content: a.Values}, nil
}

// fields reads the flat schema of a form. What it cannot read is asked for as text; the
// protocol's library checks the answer against the schema.
func fields(requested any) (out []Field) {
	type choice struct {
		Const any    `json:"const"`
		Title string `json:"title"`
	}
	type one struct {
		Type, Title, Description, Format string
		Enum                             []any
		OneOf, AnyOf                     []choice
		Default                          any
		Items                            *struct {
			Enum         []any
			OneOf, AnyOf []choice
		}
	}
	var schema struct {
		Properties map[string]one
		Required   []string
	}
	text, err := json.Marshal(requested)
	if err != nil || json.Unmarshal(text, &schema) != nil {
		return nil
	}
	needed := map[string]bool{}
	for _, name := range schema.Required {
		needed[name] = true
	}
	choices := func(enum []any, lists ...[]choice) (out []string) {
		for _, v := range enum {
			if s, ok := v.(string); ok {
				out = append(out, s)
			}
		}
		for _, list := range lists {
			for _, c := range list {
				if s, ok := c.Const.(string); ok {
					out = append(out, s)
				}
			}
		}
		return out
	}
	for _, required := range []bool{true, false} {
		for _, name := range sortedNames(schema.Properties) {
			p := schema.Properties[name]
			if needed[name] != required {
				continue
			}
			f := Field{Name: name, Title: clean(p.Title, maxMessage), Description: clean(p.Description, maxMessage), Type: p.Type, Format: p.Format,
				Choices: choices(p.Enum, p.OneOf, p.AnyOf), Required: required, Default: p.Default}
			if f.Type == "" {
				f.Type = "string"
			}
			if p.Items != nil {
				f.Choices = choices(p.Items.Enum, p.Items.OneOf, p.Items.AnyOf)
			}
			out = append(out, f)
		}
	}
	return out
}
