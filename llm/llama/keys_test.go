package llama

import (
	"math"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/gguf"
)

// TestKeys: keys that are honoured in other ways than by their own code.
func TestKeys(t *testing.T) {
	w := randomWeights(1)
	with := func(pairs ...gguf.Pair) *Model {
		t.Helper()
		m, err := load(t, w.gguf(t, append(metadata(), pairs...), ""))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := with(gguf.Pair{Key: "llama.attention.sliding_window", Value: uint32(50)}); m.Context != 50 {
		t.Errorf("a window of 50 tokens and a context of %d", m.Context)
	}
	if m := with(gguf.Pair{Key: "llama.rope.scale_linear", Value: float32(4)}); m.Linear != 4 || m.rope.freqs[0] != 0.25 {
		t.Errorf("the old linear key: %g, %g", m.Linear, m.rope.freqs[0])
	}
	for name, pairs := range map[string][]gguf.Pair{
		"a factor of no kind":    {{Key: "llama.rope.scaling.factor", Value: float32(4)}},
		"a linear one":           {{Key: "llama.rope.scaling.type", Value: "linear"}, {Key: "llama.rope.scaling.factor", Value: float32(4)}},
		"linear, by the old key": {{Key: "llama.rope.scaling.type", Value: "linear"}, {Key: "llama.rope.scale_linear", Value: float32(4)}},
		"both alike":             {{Key: "llama.rope.scaling.factor", Value: float32(4)}, {Key: "llama.rope.scale_linear", Value: float32(4)}},
	} {
		if m := with(pairs...); m.Linear != 4 || m.rope.freqs[0] != 0.25 {
			t.Errorf("%s: %g, %g", name, m.Linear, m.rope.freqs[0])
		}
	}
	for name, pairs := range map[string][]gguf.Pair{
		"none":   {{Key: "llama.rope.scaling.type", Value: "none"}, {Key: "llama.rope.scaling.factor", Value: float32(4)}},
		"linear": {{Key: "llama.rope.scaling.type", Value: "linear"}},
	} {
		if m := with(pairs...); m.Linear != 1 {
			t.Errorf("%s: %g", name, m.Linear)
		}
	}
	with(gguf.Pair{Key: "llama.logit_scale", Value: float32(1)}, gguf.Pair{Key: "llama.attention.new_idea", Value: false},
		gguf.Pair{Key: "llama.attention.scale", Value: float32(1 / math.Sqrt(16))})
}

func TestNotFinite(t *testing.T) {
	w := randomWeights(1)
	m, err := load(t, w.gguf(t, metadata(), ""))
	if err != nil || m.NotFinite() != nil {
		t.Fatal(err, m.NotFinite())
	}
	w.data["blk.1.ffn_up.weight"][64*3+5] = float32(math.NaN())
	if m, err = load(t, w.gguf(t, metadata(), "")); err != nil {
		t.Fatal(err)
	}
	if err := m.NotFinite(); err == nil || !strings.Contains(err.Error(), "tensor blk.1.ffn_up.weight (F32): weight 5 of row 3 is NaN") {
		t.Error(err)
	}
}
