package mini_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/mini"
)

func openMini(t testing.TB, o engine.Options) *engine.Engine {
	t.Helper()
	e, err := engine.OpenBytes(mini.Bytes(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// plainly embeds in one pass on a cache of its own.
func plainly(t testing.TB, e *engine.Engine, ids []int32) []float32 {
	t.Helper()
	states := states(t, e, ids)
	out := make([]float32, len(states[0]))
	for i := range out {
		for _, s := range states[1:] { // without the token that begins the text
			out[i] += s[i] / float32(len(states)-1)
		}
	}
	length := math.Sqrt(dot(out, out))
	for i := range out {
		out[i] /= float32(length)
	}
	return out
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// TestEmbed: vectors are those of a plain recomputation, however the text is cut into
// passes and whatever else runs; nothing of them stays in the cache.
func TestEmbed(t *testing.T) {
	e := openMini(t, engine.Options{Cache: "f32", Chunk: 16, PageSize: 8})
	begin, _ := e.Tokenizer().Special(chat.BeginOfText)
	texts := []string{"Where is my order 1042?", "Hello!", strings.Repeat("The parcel was left at the door. ", 6), strings.Repeat("The parcel was left at the door. ", 6) + "Thanks."}
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for _, err := range e.Generate(context.Background(), &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: "Hello!"}}, MaxTokens: 30}) {
				if err != nil {
					t.Error(err)
				}
			}
		})
		for _, text := range texts {
			all.Go(func() {
				got, err := e.Embed(context.Background(), &llm.EmbedRequest{Text: text})
				if err != nil {
					t.Error(err)
					return
				}
				ids := append([]int32{begin}, e.Tokenizer().EncodePlain(nil, text, true)...)
				if want := plainly(t, e, ids); math.Abs(dot(got.Vector, got.Vector)-1) > 1e-5 || dot(got.Vector, want) < 0.9999 || got.Tokens != len(ids) {
					t.Errorf("%.20q: length %v, likeness %v, %d tokens of %d", text, dot(got.Vector, got.Vector), dot(got.Vector, want), got.Tokens, len(ids))
				}
				again, err := e.Embed(context.Background(), &llm.EmbedRequest{Tokens: ids[1:]})
				if err != nil || dot(got.Vector, again.Vector) < 0.9999 {
					t.Error(err, "tokens are not what their text is")
				}
			})
		}
	}
	all.Wait()
	if e.Info().Embedding != len(plainly(t, e, []int32{begin, 5})) {
		t.Error(e.Info())
	}
}

// TestEmbedLeavesNoPages: what was read for a vector is not kept.
func TestEmbedLeavesNoPages(t *testing.T) {
	e := openMini(t, engine.Options{})
	before := e.Stats()
	if _, err := e.Embed(context.Background(), &llm.EmbedRequest{Text: strings.Repeat("The parcel was left at the door. ", 20)}); err != nil {
		t.Fatal(err)
	}
	if after := e.Stats(); after.Free != after.Pages || after.Cached != before.Cached || after.Live != 0 {
		t.Errorf("%+v", after)
	}
}

// TestEmbedRefuses: what has no vector is an error.
func TestEmbedRefuses(t *testing.T) {
	e := openMini(t, engine.Options{Tokens: 64})
	var full *llm.ContextFullError
	if _, err := e.Embed(context.Background(), &llm.EmbedRequest{Text: strings.Repeat("word ", 200)}); !errors.As(err, &full) || full.Have != 64 {
		t.Error(err)
	}
	for _, req := range []*llm.EmbedRequest{{}, {Tokens: []int32{}}} {
		if _, err := e.Embed(context.Background(), req); err == nil || !strings.Contains(err.Error(), "empty") {
			t.Error(err)
		}
	}
	if _, err := e.Embed(context.Background(), &llm.EmbedRequest{Tokens: []int32{1 << 30}}); err == nil {
		t.Error("a token beyond the vocabulary is embedded")
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Embed(gone, &llm.EmbedRequest{Text: "Hello"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
