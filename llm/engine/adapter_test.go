package engine

import (
	"context"
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// randomAdapter writes an adapter of the values of every layer.
func randomAdapter(t *testing.T, m *llama.Model, seed uint64) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 5))
	const rank = 4
	var sources []gguf.Source
	for l := range m.Layers {
		name := "blk." + string(rune('0'+l)) + ".attn_v.weight.lora_"
		for i, shape := range [][]int{{m.Width, rank}, {rank, m.KVHeads * m.HeadDim}} { // in an order, or the weights are others each time
			sources = append(sources, gguf.Source{Name: name + "ab"[i:i+1], Type: tensor.F32, Shape: shape, Data: func(w io.Writer) error {
				var b []byte
				for range shape[0] * shape[1] {
					b = binary.LittleEndian.AppendUint32(b, math.Float32bits(0.3*float32(rng.NormFloat64())))
				}
				_, err := w.Write(b)
				return err
			}})
		}
	}
	path := filepath.Join(t.TempDir(), "adapter.gguf")
	if err := gguf.Create(path, []gguf.Pair{{Key: "general.type", Value: "adapter"}, {Key: "adapter.type", Value: "lora"}, {Key: "general.architecture", Value: "llama"}, {Key: "adapter.lora.alpha", Value: float32(8)}}, sources); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestAdapterRequests: each request has its adapter, be they decoded together; nothing that
// one computed is used for another, and a session goes on with its own.
func TestAdapterRequests(t *testing.T) {
	plain := startChat(t, Options{Tokens: 4096})
	if plain.model.Layers > 9 {
		t.Skip("the reference model has more layers than this test names")
	}
	paths := map[string]string{"a": randomAdapter(t, plain.model, 1), "b": randomAdapter(t, plain.model, 2)}
	// Three tokens: later on random weights come to near ties, which rounding decides.
	say := func(name, session string) *llm.Request {
		return &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: strings.Repeat("Tell me of the harbour. ", 8)}}, MaxTokens: 3, Adapter: name, Session: session}
	}
	answer := func(e *Engine, req *llm.Request) (string, llm.Usage) {
		msg, stop, err := llm.Collect(e.Generate(context.Background(), req), nil)
		if err != nil {
			t.Error(err)
		}
		return msg.Content, stop.Usage
	}
	want := map[string]string{}
	for _, name := range []string{"", "a", "b"} {
		want[name], _ = answer(startChat(t, Options{Tokens: 4096, Adapters: paths, Cache: "f32", NoDrafts: true}), say(name, ""))
	}
	if want[""] == want["a"] || want["a"] == want["b"] {
		t.Fatal("the adapters change nothing")
	}
	e := startChat(t, Options{Tokens: 4096, Adapters: paths, Cache: "f32", NoDrafts: true})
	if _, u := answer(e, say("a", "")); u.CachedTokens != 0 {
		t.Errorf("%d tokens cached at first", u.CachedTokens)
	}
	if _, u := answer(e, say("b", "")); u.CachedTokens != 0 {
		t.Errorf("%d tokens of another adapter's", u.CachedTokens)
	}
	if _, u := answer(e, say("a", "s")); u.CachedTokens == 0 {
		t.Error("none of its own")
	}
	e.EndSession("", "s")
	var wg sync.WaitGroup
	for i := range 12 {
		name := []string{"", "a", "b"}[i%3]
		wg.Go(func() {
			if got, _ := answer(e, say(name, "")); got != want[name] {
				t.Errorf("adapter %q among others: %q, want %q", name, got, want[name])
			}
		})
	}
	wg.Wait()
	if _, _, err := llm.Collect(e.Generate(context.Background(), say("c", "")), nil); err == nil || !strings.Contains(err.Error(), "a, b") {
		t.Errorf("an unknown adapter: %v", err)
	}
	if _, err := Open(filepath.Join(goldenDir, "tiny-Q8_0.gguf"), Options{Adapters: map[string]string{"x": "nowhere"}}); err == nil || !strings.Contains(err.Error(), "adapter x") {
		t.Errorf("a missing adapter: %v", err)
	}
}
