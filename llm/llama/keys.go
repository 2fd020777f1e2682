package llama

import (
	"cmp"
	"errors"
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
// off, one that is known if its value is of another type.
func refuseKeys(f *gguf.File, c *Config) error {
	if err := readScaling(f, c); err != nil {
		return err
	}
	window, err := number(f, "attention.sliding_window")
	if err != nil {
		return err
	}
	if window >= 1 {
		c.Context = int(min(float64(c.Context), window)) // within the window attention is whole
	}
	if n, err := number(f, "attention.value_length"); err != nil || n != 0 && n != float64(c.HeadDim) {
		return cmp.Or(err, fmt.Errorf("metadata key llama.attention.value_length: %g, want the keys' %d", n, c.HeadDim))
	}
	if n, err := number(f, "attention.scale"); err != nil || n != 0 && !(math.Abs(n*math.Sqrt(float64(c.HeadDim))-1) <= 1e-6) {
		return cmp.Or(err, fmt.Errorf("metadata key llama.attention.scale: %g, want 1/√%d", n, c.HeadDim))
	}
	if v, ok := f.Value("llama.attention.causal"); ok && v != true {
		return fmt.Errorf("metadata key llama.attention.causal: %v, want true: a model that reads both ways writes nothing", v)
	}
	if n, err := number(f, "expert_count"); err != nil || n != 0 {
		return cmp.Or(err, fmt.Errorf("metadata key llama.expert_count: %g: a mixture of experts is not supported", n))
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
			if n, err := number(f, name); err == nil && n == 1 && scales[name] {
				continue
			}
			return fmt.Errorf("metadata key %s: %v: what it changes is not done here", key, v)
		}
	}
	return nil
}

// scales are keys that a value of 1 turns off.
var scales = map[string]bool{"logit_scale": true, "residual_scale": true, "embedding_scale": true, "rope.scaling.attn_factor": true}

// number is the value of a key of the architecture; 0 if it is not there.
func number(f *gguf.File, key string) (float64, error) {
	v, err := f.Float("llama." + key)
	if errors.Is(err, gguf.ErrMissing) {
		return 0, nil
	}
	return v, err
}

// readScaling reads by what the angles of positions are divided: rope.scaling.factor, or
// rope.scale_linear in old files. A factor of no kind is a linear one.
func readScaling(f *gguf.File, c *Config) error {
	kind, err := f.String("llama.rope.scaling.type")
	if errors.Is(err, gguf.ErrMissing) {
		kind, err = "linear", nil
	}
	if err != nil {
		return err
	}
	factor, err := number(f, "rope.scaling.factor")
	if err != nil {
		return err
	}
	old, err := number(f, "rope.scale_linear")
	if err != nil {
		return err
	}
	switch {
	case kind == "none":
		return nil
	case kind != "linear":
		return fmt.Errorf("RoPE scaling of the type %q with the factor %g is not supported", kind, factor)
	}
	for key, n := range map[string]float64{"rope.scaling.factor": factor, "rope.scale_linear": old} {
		if n != 0 && !(n >= 1 && n < 1e6) {
			return fmt.Errorf("metadata key llama.%s: %g, want 1 to a million", key, n)
		}
	}
	if factor != 0 && old != 0 && factor != old {
		return fmt.Errorf("metadata key llama.rope.scale_linear: %g, with the factor %g in llama.rope.scaling.factor", old, factor)
	}
	c.Linear = cmp.Or(factor, old, 1)
	return nil
}
