package mini

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
	"github.com/chaski-dev/chaski/llm/tokenizer"
)

func open(t *testing.T) *engine.Engine {
	t.Helper()
	e, err := engine.OpenBytes(Bytes(), engine.Options{Tokens: 4096})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// TestFile checks that the file is small and has Llama 3.1's architecture and special
// tokens.
func TestFile(t *testing.T) {
	if len(Bytes()) > 40<<20 {
		t.Errorf("%d bytes", len(Bytes()))
	}
	f, err := gguf.Parse(Bytes())
	if err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizer.FromGGUF(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{chat.BeginOfText, chat.EndOfText, chat.EndTurn, chat.EndMessage, chat.PythonTag, "<|start_header_id|>", "<|end_header_id|>", "<|finetune_right_pad_id|>"} {
		if _, ok := tok.Special(name); !ok {
			t.Errorf("there is no token %s", name)
		}
	}
	if info := open(t).Info(); info.Name != Name || !info.Constrained {
		t.Errorf("%+v", info)
	}
}

// TestCalls asks for the calls of the customer-service example, with orders and phrasings
// that the model was not trained on. MODEL_CARD.md says what else it can do, and how
// badly; the bound is below its figure, for other seeds' sake.
func TestCalls(t *testing.T) {
	e, s, calls, right := open(t), corpus.NewSource(99, true), 0, 0
	for range 30 {
		c := s.Single("support")
		for _, turn := range c.Turns {
			if len(c.Messages[turn.At].Calls) == 0 {
				continue
			}
			got, _, err := llm.Collect(e.Generate(t.Context(), &llm.Request{Messages: c.Messages[:turn.At], Tools: c.Tools, MaxTokens: 100}), nil)
			if err != nil {
				t.Fatal(err)
			}
			want := c.Messages[turn.At].Calls[0]
			var a, b any
			calls++
			if len(got.Calls) == 1 && got.Calls[0].Name == want.Name && json.Unmarshal(got.Calls[0].Arguments, &a) == nil && json.Unmarshal(want.Arguments, &b) == nil && reflect.DeepEqual(a, b) {
				right++
			}
		}
	}
	t.Logf("%d of %d calls are right", right, calls)
	if 10*right < 9*calls {
		t.Errorf("%d of %d calls are right, want nine tenths", right, calls)
	}
}
