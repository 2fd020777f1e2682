package api

import (
	"bytes"
	"encoding/json"
	"slices"
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
	Title     string          `json:"title"`

	// Read where a part of its type has them, so that no depth of them is read.
	Content json.RawMessage `json:"content"`
	Source  json.RawMessage `json:"source"`
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

// text joins the parts, all of which must be text. where names their list.
func (c *content) text(where string) (string, error) {
	var texts []string
	for i, p := range c.parts {
		t, err := p.text(at(where, i))
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
		return p.document(where + ".source")
	case "search_result":
		var place string
		_ = json.Unmarshal(p.Source, &place) // it may have none
		text, err := plainText(p.Content, where+".content")
		return headed(text, p.Title, place), err
	case "image", "image_url", "input_image":
		return "", unsupported(where, "images are not read by this model")
	case "input_audio", "audio":
		return "", unsupported(where, "audio is not read by this model")
	case "file", "input_file":
		return "", unsupported(where, "files are not read by this model")
	}
	return "", unsupported(where, "parts of type "+quoted(p.Type)+" are not read")
}

// document is the text of a document that comes with the message.
func (p *part) document(where string) (string, error) {
	var source struct {
		Type    string          `json:"type"`
		Data    string          `json:"data"`
		Content json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(p.Source, &source); err != nil {
		return "", bad(where, "%s: want an object", where)
	}
	switch source.Type {
	case "text":
		return headed(source.Data, p.Title), nil
	case "content":
		text, err := plainText(source.Content, where+".content")
		return headed(text, p.Title), err
	}
	return "", unsupported(where, "documents other than plain text are not read")
}

// contentOf reads content that lies within a part; none is none.
func contentOf(raw json.RawMessage, where string) (*content, error) {
	c := &content{}
	if len(raw) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, bad(where, "%s: want a text or a list of parts", where)
	}
	return c, nil
}

// plainText joins content whose parts are texts and nothing else.
func plainText(raw json.RawMessage, where string) (string, error) {
	c, err := contentOf(raw, where)
	if err != nil {
		return "", err
	}
	for i, p := range c.parts {
		if p.Type != "text" {
			return "", unsupported(at(where, i), "parts of type "+quoted(p.Type)+" are not read there")
		}
	}
	return c.text(where)
}

// headed puts what is known of a text before it.
func headed(text string, heads ...string) string {
	heads = slices.DeleteFunc(heads, func(h string) bool { return h == "" })
	return strings.Join(append(heads, text), "\n\n")
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // a string always encodes
	return string(b)
}
