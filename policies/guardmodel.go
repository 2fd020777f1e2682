package policies

import (
	"context"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// Guard asks Llama Guard 3 about a conversation: an optional signal, never the gate.
type Guard struct {
	// Model is the guard. Its prompt is rendered by the model itself, from the chat
	// template in its own file.
	Model llm.Model
}

// GuardSignal is what the guard said.
type GuardSignal struct {
	Unsafe     bool     `json:"unsafe"`
	Categories []string `json:"categories,omitempty"` // such as S1, S14
	LogProb    float32  `json:"log_prob"`             // of the first token; 0 if the model gives none
}

// Ask classifies the last message. An answer that is neither safe nor unsafe counts
// as unsafe.
func (g *Guard) Ask(ctx context.Context, messages []llm.Message) (GuardSignal, error) {
	var out GuardSignal
	first := true
	msg, _, err := llm.Collect(g.Model.Generate(ctx, &llm.Request{
		Messages: messages, ToolChoice: llm.ToolChoice{Mode: llm.ChoiceNone}, MaxTokens: 32, Sampling: llm.Sampling{LogProbs: 2},
	}), func(ev llm.Event) {
		if delta, ok := ev.(llm.TextDelta); ok && len(delta.LogProbs) > 0 && first {
			out.LogProb, first = delta.LogProbs[0].LogProb, false
		}
	})
	if err != nil {
		return out, err
	}
	lines := strings.Fields(msg.Content)
	out.Unsafe = len(lines) == 0 || lines[0] != "safe"
	if out.Unsafe && len(lines) > 1 {
		out.Categories = strings.Split(lines[1], ",")
	}
	return out, nil
}
