package api_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/shared"
)

// client is OpenAI's client for Go.
func client(url string) *openai.Client {
	c := openai.NewClient(option.WithBaseURL(url+"/v1"), option.WithAPIKey("none"), option.WithMaxRetries(0))
	return &c
}

// lookup is a tool of the kind that the model in the box was trained on.
var lookup = openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{Name: "lookup_order", Description: openai.String("Look up an order"),
	Strict: openai.Bool(true), Parameters: shared.FunctionParameters{"type": "object", "additionalProperties": false, "required": []string{"order_number"},
		"properties": object{"order_number": object{"type": "integer", "description": "Number of the order"}}}})

const assistant = "You are a customer service assistant. Use the tools."

func ask(messages ...openai.ChatCompletionMessageParamUnion) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: "mini", Messages: messages}
}

// TestOpenAIChat is a chat, whole and streamed, by OpenAI's client with the model in the box.
func TestOpenAIChat(t *testing.T) {
	c := client(serveMini(t))
	params := ask(openai.UserMessage("Hello!"))
	whole, err := c.Chat.Completions.New(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	text := whole.Choices[0].Message.Content
	if text == "" || whole.Choices[0].FinishReason != "stop" || whole.Usage.CompletionTokens == 0 || whole.Usage.TotalTokens != whole.Usage.PromptTokens+whole.Usage.CompletionTokens {
		t.Error(whole.RawJSON())
	}
	params.StreamOptions.IncludeUsage = openai.Bool(true)
	stream := c.Chat.Completions.NewStreaming(ctx, params)
	var acc openai.ChatCompletionAccumulator
	for stream.Next() {
		if !acc.AddChunk(stream.Current()) {
			t.Error("the client cannot add", stream.Current().RawJSON())
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	if acc.Choices[0].Message.Content != text || acc.Usage.PromptTokens != whole.Usage.PromptTokens || acc.Usage.PromptTokensDetails.CachedTokens == 0 {
		t.Errorf("%+v", acc.ChatCompletion)
	}
}

// TestOpenAITools is a round trip: a call comes back, its result goes in, an answer out.
func TestOpenAITools(t *testing.T) {
	c := client(serveMini(t))
	params := ask(openai.SystemMessage(assistant), openai.UserMessage("Where is my order 1042?"))
	params.Tools = []openai.ChatCompletionToolUnionParam{lookup}
	first, err := c.Chat.Completions.New(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	m := first.Choices[0].Message
	if len(m.ToolCalls) != 1 || m.ToolCalls[0].Function.Name != "lookup_order" || first.Choices[0].FinishReason != "tool_calls" {
		t.Fatal(first.RawJSON())
	}
	var args struct {
		Number int `json:"order_number"`
	}
	if err := json.Unmarshal([]byte(m.ToolCalls[0].Function.Arguments), &args); err != nil || args.Number != 1042 {
		t.Fatal(m.ToolCalls[0].Function.Arguments, err)
	}
	stream := c.Chat.Completions.NewStreaming(ctx, params)
	var acc openai.ChatCompletionAccumulator
	finished := 0
	for stream.Next() {
		acc.AddChunk(stream.Current())
		if call, ok := acc.JustFinishedToolCall(); ok {
			finished++
			if call.Name != "lookup_order" || call.Arguments != m.ToolCalls[0].Function.Arguments {
				t.Errorf("%+v", call)
			}
		}
	}
	if err := stream.Err(); err != nil || finished != 1 || acc.Choices[0].FinishReason != "tool_calls" {
		t.Error(err, finished, acc.Choices)
	}
	params.Messages = append(params.Messages, m.ToParam(), openai.ToolMessage(`{"order_number": 1042, "status": "in transit", "item": "blue lamp", "total": 35, "expected": "2026-12-02", "customer": "ines@mail.example"}`, m.ToolCalls[0].ID))
	last, err := c.Chat.Completions.New(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	if text := last.Choices[0].Message.Content; !strings.Contains(text, "blue lamp") || last.Choices[0].FinishReason != "stop" {
		t.Error(last.RawJSON())
	}
}

// TestOpenAIStructured: the answer satisfies the schema, whatever the model would say.
func TestOpenAIStructured(t *testing.T) {
	c := client(serveMini(t))
	params := ask(openai.UserMessage("Where is my order 1042?"))
	schema := object{"type": "object", "additionalProperties": false, "required": []string{"city", "sure"},
		"properties": object{"city": object{"enum": []string{"Lima", "Paris"}}, "sure": object{"type": "boolean"}}}
	params.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: "place", Strict: openai.Bool(true), Schema: schema}}
	out, err := c.Chat.Completions.New(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	var place struct {
		City string `json:"city"`
		Sure *bool  `json:"sure"`
	}
	if err := json.Unmarshal([]byte(out.Choices[0].Message.Content), &place); err != nil || place.Sure == nil || !slices.Contains([]string{"Lima", "Paris"}, place.City) {
		t.Error(out.Choices[0].Message.Content, err)
	}
	params.ResponseFormat = openai.ChatCompletionNewParamsResponseFormatUnion{OfJSONObject: &shared.ResponseFormatJSONObjectParam{}}
	if out, err = c.Chat.Completions.New(ctx, params); err != nil {
		t.Fatal(err)
	}
	var some map[string]any
	if err := json.Unmarshal([]byte(out.Choices[0].Message.Content), &some); err != nil {
		t.Error(out.Choices[0].Message.Content, err)
	}
}

// TestOpenAISampling: seeds, log-probabilities, stops and bounds.
func TestOpenAISampling(t *testing.T) {
	c := client(serveMini(t))
	params := ask(openai.UserMessage("Hello!"))
	params.Logprobs, params.TopLogprobs = openai.Bool(true), openai.Int(3)
	out, err := c.Chat.Completions.New(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	joined := ""
	for _, p := range out.Choices[0].Logprobs.Content {
		joined += p.Token
		if p.Logprob > 0 || len(p.TopLogprobs) != 3 || p.TopLogprobs[0].Logprob < p.TopLogprobs[1].Logprob || len(p.Bytes) != len(p.Token) {
			t.Errorf("%s", p.RawJSON())
		}
	}
	whole := out.Choices[0].Message.Content
	if joined != whole {
		t.Errorf("tokens %q of %q", joined, whole)
	}
	params = ask(openai.UserMessage("Hello!"))
	params.Stop.OfString = openai.String(whole[3:6])
	if out, err = c.Chat.Completions.New(ctx, params); err != nil || !strings.HasPrefix(whole, out.Choices[0].Message.Content) || strings.Contains(out.Choices[0].Message.Content, whole[3:6]) || out.Choices[0].FinishReason != "stop" {
		t.Error(err, out.RawJSON())
	}
	params = ask(openai.UserMessage("Hello!"))
	params.MaxCompletionTokens = openai.Int(2)
	if out, err = c.Chat.Completions.New(ctx, params); err != nil || out.Choices[0].FinishReason != "length" || out.Usage.CompletionTokens != 2 {
		t.Error(err, out.RawJSON())
	}
	params = ask(openai.UserMessage("Hello!"))
	params.Temperature, params.Seed, params.N, params.MaxTokens = openai.Float(2), openai.Int(7), openai.Int(3), openai.Int(12)
	var texts [2][]string
	for i := range texts {
		if out, err = c.Chat.Completions.New(ctx, params); err != nil {
			t.Fatal(err)
		}
		for _, choice := range out.Choices {
			texts[i] = append(texts[i], choice.Message.Content)
		}
	}
	if !slices.Equal(texts[0], texts[1]) || len(texts[0]) != 3 {
		t.Errorf("%q", texts)
	}
}

// TestOpenAIModels lists models, and errors are those that the client knows.
func TestOpenAIModels(t *testing.T) {
	c := client(serveMini(t))
	page, err := c.Models.List(ctx)
	if err != nil || len(page.Data) != 1 || page.Data[0].ID != "mini" || page.Data[0].Created == 0 {
		t.Fatal(err, page)
	}
	if m, err := c.Models.Get(ctx, "mini"); err != nil || m.OwnedBy != "chaski" {
		t.Error(err, m)
	}
	params := ask(openai.UserMessage("Hello!"))
	params.Model = "gpt-17"
	_, err = c.Chat.Completions.New(ctx, params)
	var refused *openai.Error
	if !errors.As(err, &refused) || refused.StatusCode != 404 || refused.Code != "model_not_found" || refused.Param != "model" {
		t.Error(err)
	}
	params = ask(openai.UserMessage("Hello!"))
	params.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{Name: "x", Strict: openai.Bool(true),
		Parameters: shared.FunctionParameters{"type": "object", "properties": object{"a": object{"type": "string", "pattern": "(?=x)y"}}}})}
	if _, err = c.Chat.Completions.New(ctx, params); !errors.As(err, &refused) || refused.StatusCode != 400 || !strings.Contains(refused.Message, "pattern") {
		t.Error("a schema that cannot be enforced:", err)
	}
}
