package mcp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/tools"
)

// value is a result as JSON: the structured one, if there is one; the text, if there is
// only one, as JSON where it is an object or an array; or {"content": […]}. What a model
// cannot be shown, such as an image, is named. Beside a structured result only what is no
// text is kept, as {"structured": …, "content": […]}, unless the tool's schema of results
// leaves no room for it.
func value(r *sdk.CallToolResult, schema bool) (json.RawMessage, error) {
	if r.StructuredContent != nil {
		structured, err := encode(r.StructuredContent)
		if err != nil || schema {
			return structured, err
		}
		var others []sdk.Content
		for _, c := range r.Content {
			if _, text := c.(*sdk.TextContent); !text {
				others = append(others, c)
			}
		}
		if len(others) == 0 {
			return structured, nil
		}
		return encode(map[string]any{"structured": structured, "content": items(others)})
	}
	if len(r.Content) == 1 {
		if t, ok := r.Content[0].(*sdk.TextContent); ok {
			if text := bytes.TrimSpace([]byte(t.Text)); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
				if whole, err := tools.Canonical(text); err == nil {
					return whole, nil
				}
			}
			return encode(strings.ToValidUTF8(t.Text, "\uFFFD"))
		}
	}
	return encode(map[string]any{"content": items(r.Content)})
}

// item is one content of a result.
type item struct {
	Type        string `json:"type"`
	Text        string `json:"text,omitempty"`
	URI         string `json:"uri,omitempty"`
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	MIMEType    string `json:"mime_type,omitempty"`
	Bytes       int    `json:"bytes,omitempty"`
	Note        string `json:"note,omitempty"`
}

const unseen = "it cannot be shown here"

func items(list []sdk.Content) []item {
	out := []item{}
	for _, c := range list {
		var i item
		switch c := c.(type) {
		case *sdk.TextContent:
			i = item{Type: "text", Text: c.Text}
		case *sdk.ImageContent:
			i = item{Type: "image", MIMEType: c.MIMEType, Bytes: len(c.Data), Note: unseen}
		case *sdk.AudioContent:
			i = item{Type: "audio", MIMEType: c.MIMEType, Bytes: len(c.Data), Note: unseen}
		case *sdk.ResourceLink:
			i = item{Type: "resource_link", URI: c.URI, Name: c.Name, Description: c.Description, MIMEType: c.MIMEType}
		case *sdk.EmbeddedResource:
			i = item{Type: "resource"}
			if r := c.Resource; r != nil {
				i.URI, i.MIMEType, i.Text = r.URI, r.MIMEType, r.Text
				if len(r.Blob) > 0 {
					i.Bytes, i.Note = len(r.Blob), unseen
				}
			}
		default:
			i = item{Type: fmt.Sprintf("%T", c), Note: unseen}
		}
		for _, s := range []*string{&i.Text, &i.URI, &i.Name, &i.Description, &i.MIMEType} {
			*s = strings.ToValidUTF8(*s, "\uFFFD")
		}
		out = append(out, i)
	}
	return out
}

// reason is what a result that is an error says.
func reason(r *sdk.CallToolResult) string {
	var parts []string
	for _, i := range items(r.Content) {
		switch {
		case i.Text != "":
			parts = append(parts, i.Text)
		default:
			parts = append(parts, "("+strings.TrimSpace(i.Type+" "+i.URI)+")")
		}
	}
	if len(parts) == 0 && r.StructuredContent != nil {
		if text, err := encode(r.StructuredContent); err == nil {
			parts = append(parts, string(text))
		}
	}
	if len(parts) == 0 {
		return "the server says that it failed, and not why"
	}
	return strings.Join(parts, "\n")
}

func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
