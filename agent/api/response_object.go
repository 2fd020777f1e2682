package api

import (
	"encoding/json"
	"time"

	"github.com/chaski-dev/chaski/llm"
)

// The states of a response.
const (
	statusQueued     = "queued"
	statusInProgress = "in_progress"
	statusCompleted  = "completed"
	statusIncomplete = "incomplete"
	statusFailed     = "failed"
	statusCancelled  = "cancelled"
)

// responseObject is a response as clients read it: the answer, and how it was asked for.
type responseObject struct {
	ID                string             `json:"id"`
	Object            string             `json:"object"`
	CreatedAt         int64              `json:"created_at"`
	CompletedAt       *int64             `json:"completed_at"`
	Status            string             `json:"status"`
	IncompleteDetails *incompleteDetails `json:"incomplete_details"`
	Error             *responseError     `json:"error"`
	Model             string             `json:"model"`
	Output            []*item            `json:"output"`
	Usage             *responseUsage     `json:"usage"`

	PreviousResponseID *string           `json:"previous_response_id"`
	Instructions       *string           `json:"instructions"`
	Tools              []toolObject      `json:"tools"`
	ToolChoice         json.RawMessage   `json:"tool_choice"`
	ParallelToolCalls  bool              `json:"parallel_tool_calls"`
	Text               textObject        `json:"text"`
	Temperature        float64           `json:"temperature"`
	TopP               float64           `json:"top_p"`
	PresencePenalty    float64           `json:"presence_penalty"`
	FrequencyPenalty   float64           `json:"frequency_penalty"`
	TopLogProbs        int               `json:"top_logprobs"`
	MaxOutputTokens    *int              `json:"max_output_tokens"`
	MaxToolCalls       *int              `json:"max_tool_calls"`
	Truncation         string            `json:"truncation"`
	Reasoning          reasoningObject   `json:"reasoning"`
	Store              bool              `json:"store"`
	Background         bool              `json:"background"`
	ServiceTier        string            `json:"service_tier"`
	Metadata           map[string]string `json:"metadata"`
	SafetyIdentifier   *string           `json:"safety_identifier"`
	PromptCacheKey     *string           `json:"prompt_cache_key"`
}

type incompleteDetails struct {
	Reason string `json:"reason"`
}

type responseError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type textObject struct {
	Format any `json:"format"`
}

// reasoningObject is how a model was asked to think, which none here does.
type reasoningObject struct {
	Effort  *string `json:"effort"`
	Summary *string `json:"summary"`
}

type responseUsage struct {
	InputTokens  int `json:"input_tokens"`
	InputDetails struct {
		CachedTokens int `json:"cached_tokens"`
	} `json:"input_tokens_details"`
	OutputTokens  int `json:"output_tokens"`
	OutputDetails struct {
		ReasoningTokens int `json:"reasoning_tokens"`
	} `json:"output_tokens_details"`
	TotalTokens int `json:"total_tokens"`
}

func newResponseUsage(u llm.Usage) *responseUsage {
	out := &responseUsage{InputTokens: u.PromptTokens, OutputTokens: u.GeneratedTokens, TotalTokens: u.PromptTokens + u.GeneratedTokens}
	out.InputDetails.CachedTokens = u.CachedTokens
	return out
}

// newResponseObject is a response that is begun.
func newResponseObject(in *responsesRequest, by *answering) *responseObject {
	o := &responseObject{ID: newID("resp_"), Object: "response", CreatedAt: time.Now().Unix(), Status: statusInProgress, Model: by.model, Output: []*item{},
		PreviousResponseID: in.Previous, Instructions: in.Instructions, Tools: []toolObject{}, ToolChoice: json.RawMessage(`"auto"`),
		ParallelToolCalls: in.ParallelToolCalls == nil || *in.ParallelToolCalls, Text: in.textObject(), TopP: 1, MaxOutputTokens: in.MaxOutputTokens,
		MaxToolCalls: in.MaxToolCalls, Truncation: "disabled", Store: in.stored(), Background: in.Background, ServiceTier: "default",
		Metadata: in.Metadata, SafetyIdentifier: in.SafetyIdentifier, PromptCacheKey: in.PromptCacheKey}
	for i := range in.Tools {
		o.Tools = append(o.Tools, in.Tools[i].object())
	}
	if given(in.ToolChoice) {
		o.ToolChoice = in.ToolChoice
	}
	for _, v := range []struct {
		from *float64
		to   *float64
	}{{in.Temperature, &o.Temperature}, {in.TopP, &o.TopP}, {in.PresencePenalty, &o.PresencePenalty}} {
		if v.from != nil {
			*v.to = *v.from
		}
	}
	if in.TopLogProbs != nil {
		o.TopLogProbs = *in.TopLogProbs
	}
	if o.Metadata == nil {
		o.Metadata = map[string]string{}
	}
	return o
}

func (in *responsesRequest) textObject() textObject {
	if in.Text == nil || in.Text.Format == nil || in.Text.Format.Type == "" {
		return textObject{map[string]string{"type": "text"}}
	}
	f := in.Text.Format
	if f.Type != "json_schema" {
		return textObject{map[string]string{"type": f.Type}}
	}
	return textObject{map[string]any{"type": f.Type, "name": f.Name, "description": f.Description, "schema": f.Schema, "strict": f.Strict != nil && *f.Strict}}
}
