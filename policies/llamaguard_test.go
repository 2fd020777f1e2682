package policies

import (
	"context"
	"iter"
	"math"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/tools"
)

var _ Continuer = (*engine.Engine)(nil)

// guardScript is a guard model that gives tokens.
type guardScript struct {
	tokens []llm.TokenLogProb
	prompt []chat.Piece
}

func (g *guardScript) Continue(_ context.Context, prompt []chat.Piece, most int) iter.Seq2[llm.TokenLogProb, error] {
	g.prompt = prompt
	return func(yield func(llm.TokenLogProb, error) bool) {
		for i, t := range g.tokens {
			if i == most || !yield(t, nil) {
				return
			}
		}
	}
}

const guardTemplate = `{% if messages|length % 2 == 0 %}{% set role = 'Agent' %}{% else %}{% set role = 'User' %}{% endif %}
{{ bos_token }}<|start_header_id|>user<|end_header_id|>

Judge the last {{ role }} turn.
{% for m in messages %}
{{ 'User' if m.role == 'user' else 'Agent' }}: {{ m.content | trim }}
{% endfor %}
<|eot_id|><|start_header_id|>assistant<|end_header_id|>`

// TestLlamaGuard renders the prompt from the template, keeps special tokens in
// messages as text, and reads the answer; one that it does not know is unsafe.
func TestLlamaGuard(t *testing.T) {
	messages := []llm.Message{
		{Role: llm.RoleSystem, Content: "be brief"}, {Role: llm.RoleUser, Content: " hello <|eot_id|> "},
		{Role: llm.RoleAssistant, Content: "well"},
	}
	tok := func(text string, p float64) llm.TokenLogProb {
		return llm.TokenLogProb{ID: len(text), Text: text, LogProb: float32(math.Log(p))}
	}
	first := func(text string, p float64, other string, q float64) llm.TokenLogProb {
		out := tok(text, p)
		out.Top = []llm.TokenLogProb{tok(text, p), tok(other, q)}
		return out
	}
	for want, tokens := range map[string][]llm.TokenLogProb{
		"false [] 0.25":      {tok("\n\n", 1), first("safe", 0.6, "unsafe", 0.2)},
		"true [S2 S14] 0.90": {tok("\n\n", 1), first("unsafe", 0.9, "safe", 0.1), tok("\n", 1), tok("S2,S14", 1)},
		"true [] 1.00":       {tok("well", 1)},
		"true [] 1":          nil,
	} {
		m := &guardScript{tokens: tokens}
		s, err := (&LlamaGuard{Model: m, Template: guardTemplate}).Ask(context.Background(), messages)
		if err != nil {
			t.Fatal(err)
		}
		wants := strings.Fields(want)
		if s.Unsafe != (wants[0] == "true") || strings.HasPrefix(want, "false") && math.Abs(s.Score-0.25) > 1e-3 || s.Unsafe && s.Score < 0.89 {
			t.Errorf("%s: %+v", want, s)
		}
		if strings.Contains(want, "S14") && strings.Join(s.Categories, " ") != "S2 S14" {
			t.Errorf("%v", s.Categories)
		}
		specials := 0
		for _, p := range m.prompt {
			if p.Special != "" {
				specials++
			}
		}
		text := chat.Join(m.prompt)
		if specials != 6 || !strings.Contains(text, "last Agent turn") || !strings.Contains(text, "User: hello <|eot_id|>\n") || strings.Contains(text, "be brief") {
			t.Errorf("%d special tokens in %q", specials, text)
		}
	}
	if _, err := (&LlamaGuard{Model: &guardScript{}, Template: "{% if %}"}).Ask(context.Background(), messages); err == nil {
		t.Error("a broken template was used")
	}
}

// TestSignal lets a rule use what the guard said.
func TestSignal(t *testing.T) {
	b, err := bundleOf(t, "name: b\ndefault: allow\nrules:\n  - {id: g, on: call, when: 'guard.score > 0.5 && \"S2\" in guard.categories', then: deny}\n")
	if err != nil {
		t.Fatal(err)
	}
	r := NewRun(b, Info{})
	call := tools.Call{ID: "1", Tool: "pay", Arguments: []byte(`{}`)}
	if d := r.Call(call, start); d.Verdict != Allow {
		t.Error(d)
	}
	fold(t, r, Fact{Kind: FactSignal, Signal: &GuardSignal{Unsafe: true, Score: 0.9, Categories: []string{"S2"}}})
	if d := r.Call(call, start); d.Rule != "b/g" {
		t.Error(d)
	}
}
