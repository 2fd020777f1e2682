package engine

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// TestScore: an answer's score is the probability of its first token, read off what the
// model would write, the same each time; a prompt that is known is not read again.
func TestScore(t *testing.T) {
	e := startChat(t, Options{Tokens: 2048, Cache: "f32"})
	ask := func(text string) *llm.Request {
		return &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: strings.Repeat("Tell me of the harbour. ", 8) + text}}}
	}
	got, err := e.Score(context.Background(), ask("Is it far?"), []string{"Yes", "No"})
	if err != nil || len(got) != 2 || !(got[0] < 0 && got[1] < 0) || math.IsInf(got[0]+got[1], 0) {
		t.Fatal(got, err)
	}
	read := e.Stats().Rows
	again, err := e.Score(context.Background(), ask("Is it far?"), []string{"Yes", "No"})
	if err != nil || math.Abs(again[0]-got[0])+math.Abs(again[1]-got[1]) > 1e-4 {
		t.Error(again, got, err)
	}
	if n := e.Stats().Rows - read; n > 2*e.pages.PageTokens() {
		t.Errorf("%d tokens are read again", n)
	}

	// What the model itself would begin with is the likeliest of all.
	req := ask("Is it far?")
	req.MaxTokens, req.Sampling = 1, llm.Sampling{LogProbs: 1}
	ids, _, err := e.prompt(req)
	if err != nil {
		t.Fatal(err)
	}
	for tok, err := range e.Run(context.Background(), Job{Prompt: ids, Max: 1, Sampling: req.Sampling}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if float64(tok.LogProb) < max(got[0], got[1])-math.Log(4)-1e-3 { // of at most four tokens
			t.Errorf("an answer of %v is likelier than the likeliest token, %v", got, tok.LogProb)
		}
	}

	var full *llm.ContextFullError
	if _, err := e.Score(context.Background(), ask(strings.Repeat("word ", 3000)), []string{"Yes", "No"}); !errors.As(err, &full) {
		t.Error(err)
	}
	if _, err := e.Score(context.Background(), ask(""), []string{"Yes", "Yes"}); err == nil || !strings.Contains(err.Error(), "of its own") {
		t.Error(err)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Score(gone, ask("Is it near?"), []string{"Yes", "No"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
