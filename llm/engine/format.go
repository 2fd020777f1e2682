package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tokenizer"
)

// speak finds out how the model is talked to. A template that can't be used is told of
// when the model is opened, unless it is only run on token ids.
func (e *Engine) speak(src chat.Source) error {
	if e.tok == nil {
		return nil
	}
	if e.o.Template != "" {
		src.Template, src.ToolUse = e.o.Template, ""
	}
	src.Dialect = llm.Dialect(e.o.Dialect)
	src.Names = e.tok.Added()
	if src.End == "" && len(e.tok.Ends()) > 0 {
		src.End = string(e.tok.Bytes(e.tok.Ends()[0]))
	}
	f, err := chat.NewFormat(src)
	if err != nil {
		return err
	}
	e.format = f
	return nil
}

// Format is how the model is talked to; nil if it has no tokenizer.
func (e *Engine) Format() *chat.Format { return e.format }

// memberKey is the name under which the model knows a bare result, see chat.Source.
const memberKey = "chaski.result.member"

// SourceOf reads what a GGUF file says of how its model is talked to.
func SourceOf(f *gguf.File) (src chat.Source, err error) {
	for key, to := range map[string]*string{"tokenizer.chat_template": &src.Template, "tokenizer.chat_template.tool_use": &src.ToolUse, memberKey: &src.Member} {
		if *to, err = f.String(key); err != nil && !errors.Is(err, gguf.ErrMissing) {
			return src, &gguf.Error{Path: f.Path, Err: err}
		}
	}
	src.Begin, src.End = tokenName(f, "tokenizer.ggml.bos_token_id"), tokenName(f, "tokenizer.ggml.eos_token_id")
	return src, nil
}

func tokenName(f *gguf.File, key string) string {
	id, err := f.Int(key)
	if err != nil {
		return ""
	}
	tokens, err := f.Strings("tokenizer.ggml.tokens")
	if err != nil || id < 0 || id >= len(tokens) {
		return ""
	}
	return tokens[id]
}

// SourceOfDir reads the same from a model's directory: chat_template.jinja and
// tokenizer_config.json.
func SourceOfDir(dir string) (src chat.Source, err error) {
	path := filepath.Join(dir, "tokenizer_config.json")
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return src, err
	default:
		var config struct {
			Template json.RawMessage `json:"chat_template"`
			Begin    token           `json:"bos_token"`
			End      token           `json:"eos_token"`
		}
		if err := json.Unmarshal(b, &config); err != nil {
			return src, fmt.Errorf("%s: %w", path, err)
		}
		src.Begin, src.End = string(config.Begin), string(config.End)
		if err := templates(config.Template, &src); err != nil {
			return src, fmt.Errorf("%s: chat_template: %w", path, err)
		}
	}
	b, err = os.ReadFile(filepath.Join(dir, "chat_template.jinja"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return src, nil
	case err != nil:
		return src, err
	}
	src.Template = string(b)
	return src, nil
}

// templates reads one template, or a list of them by name.
func templates(raw json.RawMessage, src *chat.Source) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if json.Unmarshal(raw, &src.Template) == nil {
		return nil
	}
	var list []struct{ Name, Template string }
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	for _, t := range list {
		switch t.Name {
		case "default":
			src.Template = t.Template
		case "tool_use":
			src.ToolUse = t.Template
		}
	}
	return nil
}

// token is the name of a token: a text, or an object with its content.
type token string

func (t *token) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err == nil {
		if s != nil {
			*t = token(*s)
		}
		return nil
	}
	var o struct{ Content string }
	err := json.Unmarshal(b, &o)
	*t = token(o.Content)
	return err
}

// vocabularyFor makes a vocabulary's special tokens which are marks of calls or of thoughts
// what they are here: text that a model writes and a grammar holds it to.
func vocabularyFor(tok *tokenizer.Tokenizer, f *chat.Format) *tokenizer.Tokenizer {
	var names []string
	for _, name := range f.Marks() {
		if id, ok := tok.Special(name); ok && tok.IsSpecial(id) && !slices.Contains(tok.Ends(), id) {
			names = append(names, name)
		}
	}
	return tok.WithText(names...)
}
