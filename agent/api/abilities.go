package api

import "github.com/chaski-dev/chaski/llm"

// abilities say what a model or agent can be asked.
type abilities struct {
	Endpoints []string `json:"endpoints"`
	Embedding int      `json:"embedding_dimensions,omitempty"` // numbers of a vector

	// Anthropic's names.
	MaxInputTokens *int               `json:"max_input_tokens"`
	MaxTokens      *int               `json:"max_tokens"` // of an answer
	Lifecycle      string             `json:"lifecycle"`
	Capabilities   map[string]ability `json:"capabilities"`
}

type ability struct {
	Supported bool `json:"supported"`
}

// abilitiesOf are those of a bare model, or of an agent that has it.
func abilitiesOf(info llm.Info, bare bool) abilities {
	out := abilities{Endpoints: []string{"/v1/chat/completions", "/v1/responses", "/v1/messages"}, Lifecycle: "active", Capabilities: map[string]ability{}}
	if bare && info.Embedding > 0 {
		out.Endpoints, out.Embedding = append(out.Endpoints, "/v1/embeddings"), info.Embedding
	}
	if !bare {
		out.Endpoints = append(out.Endpoints, "/v1/runs")
	}
	if n := info.ContextTokens; n > 0 {
		out.MaxInputTokens, out.MaxTokens = &n, &n
	}
	for _, name := range []string{"batch", "citations", "code_execution", "context_management", "effort", "image_input", "pdf_input", "server_tools", "thinking"} {
		out.Capabilities[name] = ability{}
	}
	out.Capabilities["structured_outputs"] = ability{info.Constrained}
	return out
}
