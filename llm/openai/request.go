package openai

import (
	"fmt"
	"math"
	"slices"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/shared"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

// newTurn translates a request.
func newTurn(req *llm.Request, o Options) (*turn, error) {
	t := &turn{nullable: map[string]nullable{}, usage: llm.Usage{FirstDivergent: -1}}
	p := &t.params
	p.Model = o.Model
	if !o.NoStreamOptions {
		p.StreamOptions.IncludeUsage = openai.Bool(true)
	}
	if n := req.Sampling.Beams; n > 1 {
		return nil, fmt.Errorf("openai: %d beams, where an endpoint follows one", n)
	}
	for i := range req.Messages {
		m, err := message(&req.Messages[i])
		if err != nil {
			return nil, fmt.Errorf("openai: message %d: %w", i+1, err)
		}
		p.Messages = append(p.Messages, m)
	}
	t.tools = req.Tools
	read := chat.ParserOptions{Tools: []llm.ToolSpec{}, Quoted: chat.Quoted(req.Messages)}
	if req.Sampling.LogProbs == 0 && req.ToolChoice.Mode != llm.ChoiceNone { // else each piece of text is as it came
		read.Tools = append(read.Tools, req.Tools...)
	}
	t.parser = chat.NewParser(read)
	for _, spec := range req.Tools {
		if err := t.declare(spec, o); err != nil {
			return nil, err
		}
	}
	if err := t.choose(req); err != nil {
		return nil, err
	}
	if f := req.ResponseFormat; f != nil {
		schema, err := object(f.Schema)
		if err != nil {
			return nil, fmt.Errorf("openai: response format: %w", err)
		}
		js := shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: f.Name, Schema: schema}
		if js.Name == "" {
			js.Name = "answer"
		}
		// No null is taken out of an answer, so only schemas that are strict as they are.
		if s, nulls, ok := strict(schema); ok && len(nulls) == 0 && !o.NoStrict {
			js.Schema, js.Strict = s, openai.Bool(true)
		}
		p.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{JSONSchema: js}
	}
	t.sampling(req, o)
	return t, nil
}

func message(m *llm.Message) (openai.ChatCompletionMessageParamUnion, error) {
	switch m.Role {
	case llm.RoleSystem:
		return openai.SystemMessage(m.Content), nil
	case llm.RoleUser:
		return openai.UserMessage(m.Content), nil
	case llm.RoleTool:
		text := m.Content
		if len(m.Value) > 0 {
			text = string(m.Value)
		}
		if m.IsError {
			text = "error: " + text
		}
		return openai.ToolMessage(text, callID(m.CallID)), nil
	case llm.RoleAssistant:
		out := openai.ChatCompletionAssistantMessageParam{}
		if m.Content != "" || len(m.Calls) == 0 {
			out.Content.OfString = openai.String(m.Content)
		}
		for _, c := range m.Calls {
			args := string(c.Arguments)
			if args == "" {
				args = "{}"
			}
			out.ToolCalls = append(out.ToolCalls, openai.ChatCompletionMessageToolCallUnionParam{
				OfFunction: &openai.ChatCompletionMessageFunctionToolCallParam{ID: callID(c.ID),
					Function: openai.ChatCompletionMessageFunctionToolCallFunctionParam{Name: c.Name, Arguments: args}}})
		}
		return openai.ChatCompletionMessageParamUnion{OfAssistant: &out}, nil
	}
	return openai.ChatCompletionMessageParamUnion{}, fmt.Errorf("unknown role %q", m.Role)
}

// declare adds a tool, strictly if its schema allows it.
func (t *turn) declare(spec llm.ToolSpec, o Options) error {
	schema, err := object(spec.Parameters)
	if err != nil {
		return fmt.Errorf("openai: tool %s: its parameters are no JSON Schema object: %w", spec.Name, err)
	}
	f := shared.FunctionDefinitionParam{Name: spec.Name, Parameters: schema}
	if spec.Description != "" {
		f.Description = openai.String(spec.Description)
	}
	if s, nulls, ok := strict(schema); ok && !o.NoStrict {
		f.Parameters, f.Strict = s, openai.Bool(true)
		t.nullable[spec.Name] = nulls
	}
	t.params.Tools = append(t.params.Tools, openai.ChatCompletionFunctionTool(f))
	return nil
}

// choose sets which tools may be called. Without tools the endpoint takes no choice.
func (t *turn) choose(req *llm.Request) error {
	c := req.ToolChoice
	if len(req.Tools) == 0 {
		if c.Mode == llm.ChoiceRequired || c.Mode == llm.ChoiceTool {
			return fmt.Errorf("openai: a call is asked for and no tool is declared")
		}
		return nil
	}
	choice := &t.params.ToolChoice
	switch c.Mode {
	case llm.ChoiceAuto:
	case llm.ChoiceNone, llm.ChoiceRequired:
		choice.OfAuto = openai.String(string(c.Mode))
	case llm.ChoiceTool:
		if !slices.ContainsFunc(req.Tools, func(s llm.ToolSpec) bool { return s.Name == c.Name }) {
			return fmt.Errorf("openai: a call of %q is asked for, which is not declared", c.Name)
		}
		*choice = openai.ToolChoiceOptionFunctionToolChoice(openai.ChatCompletionNamedToolChoiceFunctionParam{Name: c.Name})
	default:
		return fmt.Errorf("openai: unknown tool choice %q", c.Mode)
	}
	if req.MaxCalls == 1 {
		t.params.ParallelToolCalls = openai.Bool(false)
	}
	return nil
}

// sampling sets how tokens are chosen. What OpenAI does not know is sent only when it
// is asked for: servers such as vLLM understand it.
func (t *turn) sampling(req *llm.Request, o Options) {
	s, p := req.Sampling, &t.params
	if !o.NoTemperature {
		p.Temperature = openai.Float(shortest(s.Temperature))
	}
	if s.TopP > 0 && s.TopP < 1 {
		p.TopP = openai.Float(shortest(s.TopP))
	}
	if s.PresencePenalty != 0 {
		p.PresencePenalty = openai.Float(shortest(s.PresencePenalty))
	}
	if s.Seed != 0 {
		p.Seed = openai.Int(int64(s.Seed & math.MaxInt64))
	}
	if s.LogProbs > 0 {
		p.Logprobs = openai.Bool(true)
		p.TopLogprobs = openai.Int(int64(min(s.LogProbs, 20)))
	}
	if req.MaxTokens > 0 {
		p.MaxCompletionTokens = openai.Int(int64(req.MaxTokens))
		if o.MaxTokens {
			t.options = append(t.options, option.WithJSONSet("max_tokens", req.MaxTokens))
		}
	}
	if len(req.Stop) > 0 {
		p.Stop.OfStringArray = req.Stop
	}
	if s.TopK > 0 {
		t.options = append(t.options, option.WithJSONSet("top_k", s.TopK))
	}
	if s.MinP > 0 {
		t.options = append(t.options, option.WithJSONSet("min_p", shortest(s.MinP)))
	}
	if s.RepetitionPenalty > 0 && s.RepetitionPenalty != 1 {
		t.options = append(t.options, option.WithJSONSet("repetition_penalty", shortest(s.RepetitionPenalty)))
	}
}

// shortest is a float32 as the float64 that is written alike: 0.7, not 0.699999988.
func shortest(f float32) float64 { return math.Round(float64(f)*1e6) / 1e6 }
