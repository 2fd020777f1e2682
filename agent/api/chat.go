package api

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/chaski-dev/chaski/llm"
)

// chatRequest is a request of OpenAI's chat completions. Fields that change nothing here,
// such as user or service_tier, are not read.
type chatRequest struct {
	Model    string        `json:"model"`
	Messages []chatMessage `json:"messages"`
	sampler

	Tools             []chatTool      `json:"tools"`
	ToolChoice        json.RawMessage `json:"tool_choice"`
	ParallelToolCalls *bool           `json:"parallel_tool_calls"`
	ResponseFormat    *chatFormat     `json:"response_format"`
	LogProbs          *bool           `json:"logprobs"`
	TopLogProbs       *int            `json:"top_logprobs"`
	Stop              oneOrMore       `json:"stop"`
	N                 *int            `json:"n"`

	MaxTokens           *int `json:"max_tokens"`
	MaxCompletionTokens *int `json:"max_completion_tokens"`

	Stream        bool `json:"stream"`
	StreamOptions *struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`

	// refused unless they change nothing
	LogitBias        map[string]float64 `json:"logit_bias"`
	Modalities       []string           `json:"modalities"`
	Audio            json.RawMessage    `json:"audio"`
	Functions        []json.RawMessage  `json:"functions"`
	FunctionCall     json.RawMessage    `json:"function_call"`
	WebSearchOptions json.RawMessage    `json:"web_search_options"`
}

type chatMessage struct {
	Role       string     `json:"role"`
	Content    content    `json:"content"`
	Refusal    string     `json:"refusal"`
	ToolCalls  []chatCall `json:"tool_calls"`
	ToolCallID string     `json:"tool_call_id"`
}

// chatCall is a call in an answer and in a conversation that comes back.
type chatCall struct {
	Index    *int         `json:"index,omitempty"` // in streams
	ID       string       `json:"id,omitempty"`
	Type     string       `json:"type,omitempty"`
	Function chatFunction `json:"function"`
}

type chatFunction struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

type chatTool struct {
	Type     string `json:"type"`
	Function struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
		Strict      bool            `json:"strict"`
	} `json:"function"`
}

type chatFormat struct {
	Type       string `json:"type"`
	JSONSchema *struct {
		Name   string          `json:"name"`
		Schema json.RawMessage `json:"schema"`
	} `json:"json_schema"`
}

// chat answers POST /v1/chat/completions.
func (s *Server) chat(w http.ResponseWriter, r *http.Request) error {
	var in chatRequest
	release, err := s.read(w, r, &in)
	if err != nil {
		return err
	}
	defer release()
	a, err := in.ask()
	if err != nil {
		return err
	}
	by, err := s.answer(w, r, in.Model, a)
	if err != nil {
		return err
	}
	defer by.done()
	out := newChatAnswer(&in, by, a.n)
	if !in.Stream {
		for ev, err := range by.events {
			if err != nil {
				return err
			}
			out.take(ev)
		}
		writeJSON(w, http.StatusOK, out.whole())
		return nil
	}
	st := s.stream(w)
	defer st.close()
	return s.inStream(r, st, out.stream(st, by.events), func(f *failure) error {
		if err := st.send("", f.body(false, "")); err != nil {
			return err
		}
		return st.text("[DONE]")
	})
}

// ask is the request in the terms of all APIs.
func (in *chatRequest) ask() (*ask, error) {
	a := &ask{n: 1}
	if err := in.refuse(); err != nil {
		return nil, err
	}
	for i := range in.Messages {
		m, err := in.Messages[i].message(at("messages", i))
		if err != nil {
			return nil, err
		}
		a.messages = append(a.messages, m)
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	if err := in.into(a); err != nil {
		return nil, err
	}
	for _, b := range []struct {
		name string
		n    *int
	}{{"max_tokens", in.MaxTokens}, {"max_completion_tokens", in.MaxCompletionTokens}} {
		if err := a.bound(b.name, b.n); err != nil {
			return nil, err
		}
	}
	if err := a.stops("stop", in.Stop); err != nil {
		return nil, err
	}
	if in.N != nil {
		if a.n = *in.N; a.n < 1 || a.n > maxN {
			return nil, bad("n", "n is %d, want 1 to %d", a.n, maxN)
		}
	}
	if in.LogProbs != nil && *in.LogProbs {
		a.sampling.LogProbs = 1
	}
	if in.TopLogProbs != nil {
		switch n := *in.TopLogProbs; {
		case n < 0 || n > maxTop:
			return nil, bad("top_logprobs", "top_logprobs is %d, want 0 to %d", n, maxTop)
		case n > 0 && a.sampling.LogProbs == 0:
			return nil, bad("top_logprobs", "top_logprobs needs logprobs: true")
		case n > 0:
			a.sampling.LogProbs = n
		}
	}
	return a, in.toolsAndFormat(a)
}

// The most answers and alternatives of tokens that one request gets.
const (
	maxN   = 16
	maxTop = 20
)

func (in *chatRequest) refuse() error {
	switch {
	case slices.ContainsFunc(mapValues(in.LogitBias), func(v float64) bool { return v != 0 }):
		return unsupported("logit_bias", "tokens cannot be biased")
	case slices.ContainsFunc(in.Modalities, func(m string) bool { return m != "text" }):
		return unsupported("modalities", "answers are text")
	case given(in.Audio):
		return unsupported("audio", "answers are text")
	case len(in.Functions) > 0 || given(in.FunctionCall):
		return unsupported("functions", "it was replaced by tools and tool_choice")
	case given(in.WebSearchOptions):
		return unsupported("web_search_options", "there is no web search")
	}
	return nil
}

func mapValues(m map[string]float64) []float64 {
	var out []float64
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// given says whether an optional value is there.
func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

func (m *chatMessage) message(where string) (llm.Message, error) {
	text, err := m.Content.text(where + ".content")
	if err != nil {
		return llm.Message{}, err
	}
	out := llm.Message{Content: text}
	if len(m.ToolCalls) > 0 && m.Role != "assistant" {
		return out, bad(where, "%s: only an assistant's message makes calls", where)
	}
	switch m.Role {
	case "system", "developer":
		out.Role = llm.RoleSystem
	case "user":
		out.Role = llm.RoleUser
	case "assistant":
		out.Role = llm.RoleAssistant
		if text == "" {
			out.Content = m.Refusal
		}
		for j, c := range m.ToolCalls {
			place := at(where+".tool_calls", j)
			if c.Type != "" && c.Type != "function" {
				return out, unsupported(place, "calls of type "+quoted(c.Type)+" are not read")
			}
			made, err := call(place, c.ID, c.Function.Name, c.Function.Arguments)
			if err != nil {
				return out, err
			}
			out.Calls = append(out.Calls, made)
		}
	case "tool":
		return result(m.ToolCallID, text, false), nil
	case "function":
		return out, unsupported(where, "messages of role function were replaced by role tool")
	default:
		return out, bad(where, "%s: role %q is none of system, developer, user, assistant, tool", where, m.Role)
	}
	if !m.Content.given && len(out.Calls) == 0 && out.Content == "" {
		return out, bad(where, "%s: it has no content", where)
	}
	return out, nil
}

func (in *chatRequest) toolsAndFormat(a *ask) error {
	for i, t := range in.Tools {
		where := at("tools", i)
		if t.Type != "function" {
			return unsupported(where, "tools of type "+quoted(t.Type)+" are not known")
		}
		if err := a.addTool(where, llm.ToolSpec{Name: t.Function.Name, Description: t.Function.Description, Parameters: t.Function.Parameters}, t.Function.Strict); err != nil {
			return err
		}
	}
	if in.ParallelToolCalls != nil && !*in.ParallelToolCalls {
		a.maxCalls = 1
	}
	if err := in.choose(a); err != nil {
		return err
	}
	f := in.ResponseFormat
	switch {
	case f == nil || f.Type == "" || f.Type == "text":
	case f.Type == "json_object":
		return a.schema("response_format", "", anyObject)
	case f.Type == "json_schema" && f.JSONSchema != nil:
		return a.schema("response_format", f.JSONSchema.Name, f.JSONSchema.Schema)
	default:
		return bad("response_format", "response_format: %q is none of text, json_object, json_schema with a json_schema", f.Type)
	}
	return nil
}

// choose reads tool_choice in all its forms.
func (in *chatRequest) choose(a *ask) error {
	if !given(in.ToolChoice) {
		return nil
	}
	var mode string
	if json.Unmarshal(in.ToolChoice, &mode) == nil {
		return a.chooseMode(mode)
	}
	var c struct {
		Type     string `json:"type"`
		Function struct {
			Name string `json:"name"`
		} `json:"function"`
		AllowedTools struct {
			Mode  string `json:"mode"`
			Tools []struct {
				Function struct {
					Name string `json:"name"`
				} `json:"function"`
			} `json:"tools"`
		} `json:"allowed_tools"`
	}
	if err := json.Unmarshal(in.ToolChoice, &c); err != nil {
		return bad("tool_choice", "tool_choice: want a word or an object")
	}
	switch c.Type {
	case "function":
		return a.chooseTool(c.Function.Name)
	case "allowed_tools":
		var names []string
		for _, t := range c.AllowedTools.Tools {
			names = append(names, t.Function.Name)
		}
		return a.allow(names, c.AllowedTools.Mode)
	}
	return unsupported("tool_choice", "choices of type "+quoted(c.Type)+" are not known")
}
