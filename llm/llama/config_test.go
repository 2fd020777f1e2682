package llama

import (
	"bytes"
	"testing"

	"github.com/chaski-dev/chaski/llm/gguf"
)

// TestReleasedShapes reads the metadata of the released models.
func TestReleasedShapes(t *testing.T) {
	for name, c := range map[string]struct{ layers, width, heads, kv, dim, ffn int }{
		"3.1 8B":   {32, 4096, 32, 8, 128, 14336},
		"3.1 70B":  {80, 8192, 64, 8, 128, 28672},
		"3.1 405B": {126, 16384, 128, 8, 128, 53248},
		"3.2 1B":   {16, 2048, 32, 8, 64, 8192},
		"3.2 3B":   {28, 3072, 24, 8, 128, 8192},
	} {
		var b bytes.Buffer
		if err := gguf.Write(&b, []gguf.Pair{
			{Key: "general.architecture", Value: "llama"}, {Key: "general.name", Value: name}, {Key: "llama.block_count", Value: uint32(c.layers)},
			{Key: "llama.embedding_length", Value: uint32(c.width)}, {Key: "llama.attention.head_count", Value: uint32(c.heads)},
			{Key: "llama.attention.head_count_kv", Value: uint32(c.kv)}, {Key: "llama.feed_forward_length", Value: uint32(c.ffn)},
			{Key: "llama.context_length", Value: uint32(131072)}, {Key: "llama.rope.freq_base", Value: float32(500000)},
			{Key: "llama.rope.dimension_count", Value: uint32(c.dim)}, {Key: "llama.attention.layer_norm_rms_epsilon", Value: float32(1e-5)},
		}, nil); err != nil {
			t.Fatal(err)
		}
		f, err := gguf.Parse(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		got, err := configFrom(f)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Name != name || got.HeadDim != c.dim || got.KVHeads != c.kv || got.FFN != c.ffn || got.RopeBase != 500000 || got.Context != 131072 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
