package llama

import (
	"slices"
	"testing"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// onTiles has a narrow model's prompts on tiles of bf16, for attention alone.
func onTiles(t *testing.T, r *Runner) {
	t.Helper()
	const wide = 4096
	if !tensor.TileAttends(wide, r.model.HeadDim) {
		t.Skip("the processor has no tiles, or CHASKI_KERNELS asks for less")
	}
	r.wide = wide
}

// TestGoldenTiles reads the golden prompt on tiles, for every format of a context: the whole
// distribution stays close to the reference, and the number of threads changes no bit.
func TestGoldenTiles(t *testing.T) {
	var ref reference
	golden(t, "tiny.json", &ref)
	want := ref.Files["tiny-F32.gguf"]
	for _, format := range []tensor.Type{tensor.F32, tensor.F16, tensor.Q8_0} {
		var first []float32
		for _, threads := range []int{1, 2, 5} {
			b := open(t, "tiny-F32.gguf", threads, format, 512)
			onTiles(t, b.Runner)
			out, err := b.Forward([]Span{{Table: b.cache.NewTable(), Tokens: ref.Prompt, Logits: len(ref.Prompt)}})
			if err != nil {
				t.Fatal(err)
			}
			last, agree := out[len(out)-1], 0
			for i, logits := range out {
				if tensor.Argmax(logits) == want.Argmax[i] {
					agree++
				}
			}
			rel, kl := relative(last, want.Last), divergence(want.Last, last)
			if threads == 1 {
				t.Logf("%v: relative error %.2e, KL %.2e, argmax agrees at %d of %d", format, rel, kl, agree, len(out))
				first = slices.Clone(last)
			}
			if rel == 0 || kl > 1e-4 || agree < 270 {
				t.Errorf("%v: relative error %.2e, KL %.2e, argmax agrees at %d; want KL ≤ 1e-4, argmax at 270 or more", format, rel, kl, agree)
			}
			if !slices.Equal(first, last) {
				t.Errorf("%v: %d threads give other bits than one", format, threads)
			}
		}
	}
}

// TestTilesBesideOthers packs a long context that grows by chunks of any size, prompts and
// single tokens into passes: on tiles each gets what it gets in floats, but for rounding, and
// single tokens the same bits.
func TestTilesBesideOthers(t *testing.T) {
	run := func(tiles bool, chunk int) (long, prompt, one []float32) {
		m, err := load(t, randomWeights(1).gguf(t, headsOf32(), ""))
		if err != nil {
			t.Fatal(err)
		}
		b := newBench(t, m, 2, tensor.F16, 4096)
		if tiles {
			onTiles(t, b.Runner)
		}
		table, other := b.cache.NewTable(), b.cache.NewTable()
		all := ids(1, 3000)
		b.prefill(t, other, ids(2, 20), 20)
		for i := 0; i < len(all); i += chunk {
			fresh := b.cache.NewTable()
			out, err := b.Forward([]Span{
				{Table: other, Tokens: ids(9, 1), Logits: 1},
				{Table: table, Tokens: all[i:min(i+chunk, len(all))], Logits: 1},
				{Table: fresh, Tokens: ids(3, 61), Logits: 1},
			})
			if err != nil {
				t.Fatal(err)
			}
			one, long, prompt = slices.Clone(out[0]), slices.Clone(out[1]), slices.Clone(out[2])
			fresh.Free()
		}
		return long, prompt, one
	}
	for _, chunk := range []int{37, 500} {
		long, prompt, one := run(false, chunk)
		long2, prompt2, one2 := run(true, chunk)
		for name, pair := range map[string][2][]float32{"the long one": {long2, long}, "the prompt": {prompt2, prompt}} {
			if rel := relative(pair[0], pair[1]); rel == 0 || !(rel < 1e-2) {
				t.Errorf("chunks of %d: %s is off by %.1e", chunk, name, rel)
			}
		}
		if !slices.Equal(one, one2) {
			t.Errorf("chunks of %d: the single token is off by %.1e", chunk, relative(one2, one))
		}
	}
}
