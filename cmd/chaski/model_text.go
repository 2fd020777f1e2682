package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/tools/schema"
)

type modelTokenizeCmd struct {
	Model string `short:"m" required:"" help:"GGUF file, tokenizer.model, tokenizer.json, model directory, mini, or a name to pull." type:"model"`
}

// Run reads {"text": …, "special": bool} and prints {"ids": […]}.
func (c *modelTokenizeCmd) Run(ctx context.Context) error {
	tok, err := openTokenizer(c.Model)
	if err != nil {
		return err
	}
	return eachLine(ctx, func(in struct {
		Text    *string `json:"text"`
		Special bool    `json:"special"`
	}) (any, error) {
		if in.Text == nil {
			return nil, errNoText
		}
		ids := []int32{}
		if in.Special {
			ids = tok.EncodeSpecial(ids, *in.Text)
		} else {
			ids = tok.EncodeFirst(ids, *in.Text)
		}
		return struct {
			IDs []int32 `json:"ids"`
		}{ids}, nil
	})
}

type modelPromptCmd struct{}

// Run reads {"messages": …, "options": …} and prints {"prompt": …} or {"error": …}. What the
// template itself refuses is its answer to a value that is right.
func (modelPromptCmd) Run(ctx context.Context) error {
	return eachLine(ctx, func(in chat.TemplateInput) (any, error) {
		pieces, err := chat.RenderTemplate(in)
		if errors.Is(err, chat.ErrSingleCall) || errors.Is(err, chat.ErrNoUserMessage) {
			return nil, refusal{err}
		}
		if err != nil {
			return nil, err
		}
		return struct {
			Prompt string `json:"prompt"`
		}{chat.Join(pieces)}, nil
	})
}

type modelParseCmd struct{}

// parseIn is a model's output, special tokens spelt out, and what it could call.
type parseIn struct {
	Text    *string           `json:"text"`
	Tools   []json.RawMessage `json:"tools"`
	Builtin []string          `json:"builtin_tools"`
}

type parseOut struct {
	Content string      `json:"content"`
	Calls   []parseCall `json:"calls"`
	Error   *string     `json:"error"`
}

type parseCall struct {
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
	Coercions []llm.Coercion  `json:"coercions,omitempty"`
}

// Run reads {"text": …, "tools": […]} and prints {"content", "calls", "error"}.
func (modelParseCmd) Run(ctx context.Context) error {
	return eachLine(ctx, func(in parseIn) (any, error) {
		if in.Text == nil {
			return nil, errNoText
		}
		o := chat.ParserOptions{Builtin: in.Builtin}
		if in.Tools != nil {
			o.Tools = []llm.ToolSpec{}
		}
		for i, raw := range in.Tools {
			t, err := toolSpec(raw)
			if err != nil {
				return nil, fmt.Errorf("tools[%d]: %s", i, schema.Misread(err))
			}
			o.Tools = append(o.Tools, t)
		}
		out := parseOut{Calls: []parseCall{}}
		p := chat.NewParser(o)
		var text strings.Builder
		take := func(events []llm.Event) {
			for _, ev := range events {
				switch ev := ev.(type) {
				case llm.TextDelta:
					text.WriteString(ev.Text)
				case llm.CallEnd:
					out.Calls = append(out.Calls, parseCall{ev.Call.Name, ev.Call.Arguments, ev.Call.Coercions})
				}
			}
		}
		for _, piece := range chat.SplitSpecial(*in.Text) {
			take(p.Push(piece))
		}
		events, err := p.Finish()
		take(events)
		out.Content = text.String()
		if err != nil {
			msg := err.Error()
			out.Error = &msg
		}
		return out, nil
	})
}

// toolSpec reads a tool as {"name", "description", "parameters"}, alone or under
// "function".
func toolSpec(raw json.RawMessage) (llm.ToolSpec, error) {
	var t struct {
		Function *llm.ToolSpec `json:"function"`
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return llm.ToolSpec{}, err
	}
	if t.Function != nil {
		return *t.Function, nil
	}
	var spec llm.ToolSpec
	err := json.Unmarshal(raw, &spec)
	return spec, err
}
