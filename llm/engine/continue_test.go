package engine

import (
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

// TestContinue continues a prompt of pieces, with the alternatives of each token, as
// Run does with the ids.
func TestContinue(t *testing.T) {
	e := start(t, "tiny-F32.gguf", Options{})
	prompt := []chat.Piece{{Text: "a plain text"}}
	ids, err := chat.Encode(e.Tokenizer(), prompt)
	if err != nil {
		t.Skip("the tiny model's vocabulary cannot spell the prompt:", err)
	}
	want, _ := outcome(t, e, Job{Prompt: ids, Max: 4, Stop: e.ends})
	var got []int32
	for tok, err := range e.Continue(t.Context(), prompt, 4) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, int32(tok.ID))
		if len(tok.Top) != 8 || tok.LogProb > 0 {
			t.Errorf("%+v", tok)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("%v, want %v", got, want)
		}
	}
	for _, err := range e.Continue(t.Context(), prompt, 1<<30) {
		if _, full := err.(*llm.ContextFullError); !full {
			t.Error(err)
		}
	}
}
