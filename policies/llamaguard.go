package policies

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/jinja"
)

// Continuer continues a prompt that is given piece by piece; *engine.Engine does.
type Continuer interface {
	Continue(ctx context.Context, prompt []chat.Piece, most int) iter.Seq2[llm.TokenLogProb, error]
}

// LlamaGuard asks Llama Guard 3 about a conversation: an optional signal for rules,
// never the gate. What it said enters a run as a FactSignal, and rules see it as guard.
type LlamaGuard struct {
	Model Continuer

	// Template is the chat template in the guard's own file: tokenizer.chat_template
	// of a GGUF, chat_template in tokenizer_config.json.
	Template string

	// Excluded are categories, such as S6, that the template is told to leave out.
	Excluded []string
}

// GuardSignal is what the guard said.
type GuardSignal struct {
	Unsafe     bool     `json:"unsafe"`
	Categories []string `json:"categories,omitempty"` // such as S1, S14
	Score      float64  `json:"score"`                // probability of unsafe, by the first token
}

// String is the signal in words: safe, or unsafe with its categories, and the score.
func (s GuardSignal) String() string {
	word := "safe"
	if s.Unsafe {
		word = strings.TrimSpace("unsafe " + strings.Join(s.Categories, " "))
	}
	return fmt.Sprintf("%s, score %.2f", word, s.Score)
}

// Prompt renders the guard's prompt. Only the template's own words can become
// special tokens: what the messages say is text.
func (g *LlamaGuard) Prompt(messages []llm.Message) ([]chat.Piece, error) {
	t, err := jinja.Parse(g.Template)
	if err != nil {
		return nil, fmt.Errorf("policies: the guard's template: %w", err)
	}
	list := make([]any, 0, len(messages))
	for _, m := range messages {
		text := m.Content
		if text == "" && len(m.Calls) > 0 {
			raw, err := json.Marshal(m.Calls)
			if err != nil {
				return nil, err
			}
			text = string(raw)
		}
		role := string(m.Role)
		switch m.Role {
		case llm.RoleSystem:
			continue // the guard judges users and agents
		case llm.RoleTool:
			role = string(llm.RoleUser) // its words come from outside, as a user's do
		}
		if n := len(list); n > 0 { // turns alternate
			if last := list[n-1].(map[string]any); last["role"] == role {
				last["content"] = last["content"].(string) + "\n\n" + text
				continue
			}
		}
		list = append(list, map[string]any{"role": role, "content": text})
	}
	vars := map[string]any{"messages": list, "add_generation_prompt": true}
	if len(g.Excluded) > 0 {
		keys := make([]any, len(g.Excluded))
		for i, k := range g.Excluded {
			keys[i] = k
		}
		vars["excluded_category_keys"] = keys
	}
	segments, err := t.Render(vars, map[string]string{"bos_token": chat.BeginOfText, "eos_token": chat.EndTurn}, time.Time{})
	if err != nil {
		return nil, fmt.Errorf("policies: the guard's template: %w", err)
	}
	var out []chat.Piece
	for _, s := range segments {
		pieces := []chat.Piece{{Text: s.Text}}
		if !s.Data {
			pieces = chat.SplitSpecial(s.Text)
		}
		for _, p := range pieces {
			if n := len(out); n > 0 && p.Special == "" && out[n-1].Special == "" {
				out[n-1].Text += p.Text
			} else {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// Ask classifies the last message. An answer that is neither safe nor unsafe counts
// as unsafe.
func (g *LlamaGuard) Ask(ctx context.Context, messages []llm.Message) (GuardSignal, error) {
	if g.Model == nil {
		return GuardSignal{Unsafe: true}, errors.New("policies: the guard has no model")
	}
	prompt, err := g.Prompt(messages)
	if err != nil {
		return GuardSignal{Unsafe: true}, err
	}
	var text strings.Builder
	scored := false
	out := GuardSignal{Unsafe: true, Score: 1}
	for tok, err := range g.Model.Continue(ctx, prompt, 32) {
		if err != nil {
			return out, err
		}
		text.WriteString(tok.Text)
		if !scored && strings.TrimSpace(tok.Text) != "" {
			out.Score, scored = score(tok), true
		}
	}
	lines := strings.Fields(text.String())
	out.Unsafe = len(lines) == 0 || lines[0] != "safe"
	switch {
	case out.Unsafe && len(lines) > 0 && lines[0] != "unsafe":
		out.Score = 1 // no verdict at all
	case out.Unsafe && len(lines) > 1:
		out.Categories = strings.Split(lines[1], ",")
	}
	return out, nil
}

// score is the share of "unsafe" in what the first token could have been.
func score(tok llm.TokenLogProb) float64 {
	var safe, unsafe float64
	seen := map[int]bool{}
	for _, t := range append([]llm.TokenLogProb{tok}, tok.Top...) {
		word := strings.TrimSpace(t.Text)
		switch {
		case seen[t.ID] || word == "":
		case strings.HasPrefix("safe", word):
			safe += math.Exp(float64(t.LogProb))
		case strings.HasPrefix("unsafe", word):
			unsafe += math.Exp(float64(t.LogProb))
		}
		seen[t.ID] = true
	}
	if safe+unsafe == 0 {
		return 1
	}
	return unsafe / (safe + unsafe)
}
