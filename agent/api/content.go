package api

import (
	"bytes"
	"encoding/json"
	"strings"
)

// content is what a message says: a text, or parts of several kinds.
type content struct {
	given bool
	parts []part
}

// part is one part of a message, of any API.
type part struct {
	Type    string `json:"type"`
	Text    string `json:"text"`
	Refusal string `json:"refusal"`

	// of Anthropic's blocks
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Input     json.RawMessage `json:"input"`
	ToolUseID string          `json:"tool_use_id"`
	IsError   bool            `json:"is_error"`
	Content   *content        `json:"content"`
	Source    *struct {
		Type string `json:"type"`
		Data string `json:"data"`
	} `json:"source"`
	Title string `json:"title"`
}

// UnmarshalJSON takes a text, a list of parts, or null.
func (c *content) UnmarshalJSON(raw []byte) error {
	raw = bytes.TrimSpace(raw)
	switch {
	case bytes.Equal(raw, []byte("null")):
		return nil
	case len(raw) > 0 && raw[0] == '"':
		c.given, c.parts = true, []part{{Type: "text"}}
		return json.Unmarshal(raw, &c.parts[0].Text)
	case len(raw) > 0 && raw[0] == '[':
		c.given = true
		return json.Unmarshal(raw, &c.parts)
	}
	return bad("content", "content: want a text or a list of parts")
}

// text joins the parts, all of which must be text.
func (c *content) text(where string) (string, error) {
	var texts []string
	for i, p := range c.parts {
		t, err := p.text(at(where+".content", i))
		if err != nil {
			return "", err
		}
		texts = append(texts, t)
	}
	return strings.Join(texts, "\n"), nil
}

// text is what a part says. What no text can stand for is refused by name.
func (p *part) text(where string) (string, error) {
	switch p.Type {
	case "text", "input_text", "output_text":
		return p.Text, nil
	case "refusal":
		return p.Refusal, nil
	case "document":
		if p.Source != nil && p.Source.Type == "text" {
			if p.Title != "" {
				return p.Title + "\n\n" + p.Source.Data, nil
			}
			return p.Source.Data, nil
		}
		return "", unsupported(where, "documents other than plain text are not read")
	case "image", "image_url", "input_image":
		return "", unsupported(where, "images are not read by this model")
	case "input_audio", "audio":
		return "", unsupported(where, "audio is not read by this model")
	case "file", "input_file":
		return "", unsupported(where, "files are not read by this model")
	}
	return "", unsupported(where, "parts of type "+quoted(p.Type)+" are not read")
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // a string always encodes
	return string(b)
}
