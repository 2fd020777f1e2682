package llama

import (
	"fmt"
	"math"
	"strings"

	"github.com/chaski-dev/chaski/llm/gguf"
)

// harmless are the keys of the architecture that are read elsewhere or change nothing.
var harmless = map[string]bool{
	"block_count": true, "context_length": true, "embedding_length": true, "feed_forward_length": true, "vocab_size": true,
	"attention.head_count": true, "attention.head_count_kv": true, "attention.key_length": true, "attention.layer_norm_rms_epsilon": true,
	"rope.dimension_count": true, "rope.freq_base": true, "rope.scaling.type": true, "rope.scaling.factor": true,
	"rope.scaling.original_context_length": true, "rope.scaling.finetuned": true, // what a tune saw
	"tensor_data_layout": true, "pooling_type": true,
	"attention.layer_norm_epsilon": true, // of another normalisation
	"use_parallel_residual":        true,
	"attention.sliding_window":     true, "rope.scale_linear": true, "attention.value_length": true, "attention.scale": true, "attention.causal": true, "expert_count": true,
}

// refuseKeys refuses what a file asks of the architecture that is not done here: another
// result in silence is worse. A key that is not known is refused unless its value turns it
// off.
func refuseKeys(f *gguf.File, c *Config) error {
	number := func(key string) float64 {
		v, err := f.Float("llama." + key)
		if err != nil {
			n, _ := f.Int("llama." + key)
			return float64(n)
		}
		return v
	}
	if n := number("rope.scale_linear"); n != 0 && n != 1 { // how files once gave rope.scaling.factor
		if n < 1 || n > 1e6 || c.Linear != 1 && c.Linear != n {
			return fmt.Errorf("metadata key llama.rope.scale_linear: %g, with the factor %g in llama.rope.scaling.factor", n, c.Linear)
		}
		c.Linear = n
	}
	if n := number("attention.sliding_window"); n > 0 {
		c.Context = min(c.Context, int(n)) // within the window attention is whole
	}
	if n := number("attention.value_length"); n != 0 && int(n) != c.HeadDim {
		return fmt.Errorf("metadata key llama.attention.value_length: %g, want the keys' %d", n, c.HeadDim)
	}
	if n := number("attention.scale"); n != 0 && math.Abs(n*math.Sqrt(float64(c.HeadDim))-1) > 1e-6 {
		return fmt.Errorf("metadata key llama.attention.scale: %g, want 1/√%d", n, c.HeadDim)
	}
	if v, ok := f.Value("llama.attention.causal"); ok && v == false {
		return fmt.Errorf("metadata key llama.attention.causal: false: the model reads both ways, it writes nothing")
	}
	if n := number("expert_count"); n > 0 {
		return fmt.Errorf("metadata key llama.expert_count: %g: a mixture of experts is not supported", n)
	}
	for _, key := range f.Keys() {
		name, ours := strings.CutPrefix(key, "llama.")
		if !ours || harmless[name] {
			continue
		}
		switch v, _ := f.Value(key); v {
		case uint8(0), int8(0), uint16(0), int16(0), uint32(0), int32(0), uint64(0), int64(0), float32(0), float64(0), false, "":
			continue
		default:
			if scales[name] && number(name) == 1 {
				continue
			}
			return fmt.Errorf("metadata key %s: %v: what it changes is not done here", key, v)
		}
	}
	return nil
}

// scales are keys that a value of 1 turns off.
var scales = map[string]bool{"logit_scale": true, "residual_scale": true, "embedding_scale": true, "rope.scaling.attn_factor": true}
