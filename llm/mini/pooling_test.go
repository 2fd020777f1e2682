package mini_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/mini"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// saying is the model that ships with other keys.
func saying(t *testing.T, keys map[string]any) *engine.Engine {
	t.Helper()
	f, err := gguf.Parse(mini.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var pairs []gguf.Pair
	for _, key := range f.Keys() {
		if _, other := keys[key]; !other {
			v, _ := f.Value(key)
			pairs = append(pairs, gguf.Pair{Key: key, Value: v})
		}
	}
	for key, v := range keys {
		pairs = append(pairs, gguf.Pair{Key: key, Value: v})
	}
	var sources []gguf.Source
	for _, x := range f.Tensors {
		sources = append(sources, gguf.Source{Name: x.Name, Type: x.Type, Shape: x.Shape, Data: func(w io.Writer) error {
			_, err := w.Write(x.Data)
			return err
		}})
	}
	var b bytes.Buffer
	if err := gguf.Write(&b, pairs, sources); err != nil {
		t.Fatal(err)
	}
	e, err := engine.OpenBytes(b.Bytes(), engine.Options{Cache: "f32", Chunk: 16})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// states are the hidden states of tokens, computed in one pass.
func states(t testing.TB, e *engine.Engine, ids []int32) (out [][]float32) {
	t.Helper()
	pages, err := kv.NewPool(e.Model().KVShape(), tensor.F32, 0, 64)
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	threads := tensor.NewPool(1)
	defer threads.Close()
	r, err := llama.NewRunner(e.Model(), threads, pages)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Forward([]llama.Span{{Table: pages.NewTable(), Tokens: ids, Hidden: func(_ int, s []float32) { out = append(out, slices.Clone(s)) }}}); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPooling: a file says whether a text is the mean of its tokens or the last one, and
// whether a token ends it.
func TestPooling(t *testing.T) {
	plain := openMini(t, engine.Options{})
	begin, _ := plain.Tokenizer().Special(chat.BeginOfText)
	end, _ := plain.Tokenizer().Special(chat.EndTurn)
	text := strings.Repeat("The parcel was left at the door. ", 5)
	ids := append([]int32{begin}, plain.Tokenizer().EncodePlain(nil, text, true)...)
	for _, x := range []struct {
		name string
		keys map[string]any
		ids  []int32
		from int // the first token that counts
	}{
		{"mean", map[string]any{"llama.pooling_type": uint32(1)}, ids, 0},
		{"last", map[string]any{"llama.pooling_type": uint32(3)}, ids, len(ids) - 1},
		{"last, ended", map[string]any{"llama.pooling_type": uint32(3), "tokenizer.ggml.add_eos_token": true, "tokenizer.ggml.eos_token_id": uint32(end)}, append(slices.Clone(ids), end), len(ids)},
		{"none", map[string]any{"llama.pooling_type": uint32(0)}, ids, 1},
	} {
		e := saying(t, x.keys)
		want := make([]float32, e.Model().Width)
		for _, s := range states(t, e, x.ids)[x.from:] {
			for i, v := range s {
				want[i] += v
			}
		}
		got, err := e.Embed(context.Background(), &llm.EmbedRequest{Text: text})
		if err != nil {
			t.Fatal(x.name, err)
		}
		if like := dot(got.Vector, want) * dot(got.Vector, want) / dot(want, want); like < 0.9999 || got.Tokens != len(x.ids) {
			t.Errorf("%s: likeness %v, %d tokens of %d", x.name, like, got.Tokens, len(x.ids))
		}
	}
	e := saying(t, map[string]any{"llama.pooling_type": uint32(4)})
	if _, err := e.Embed(context.Background(), &llm.EmbedRequest{Text: text}); err == nil || e.Info().Embedding != 0 {
		t.Errorf("a ranker gives vectors: %v, %+v", err, e.Info())
	}
}
