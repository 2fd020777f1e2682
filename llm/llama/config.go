package llama

import (
	"errors"
	"fmt"
	"math"

	"github.com/chaski-dev/chaski/llm/gguf"
)

// Config is a model's shape.
type Config struct {
	Name     string  `json:"name"`
	Layers   int     `json:"layers"`
	Width    int     `json:"width"` // of the residual stream
	Heads    int     `json:"heads"` // query heads
	KVHeads  int     `json:"kv_heads"`
	HeadDim  int     `json:"head_dim"`
	FFN      int     `json:"ffn"`
	Vocab    int     `json:"vocab"`
	Context  int     `json:"context"` // positions that the model was made for
	Epsilon  float64 `json:"rms_norm_epsilon"`
	RopeBase float64 `json:"rope_base"`

	// RopeScaling stretches the slow frequencies; nil if there is none, or if the file
	// carries the factors themselves.
	RopeScaling *RopeScaling `json:"rope_scaling,omitempty"`

	// Linear divides every frequency; 1 if there is no such scaling.
	Linear float64 `json:"rope_linear,omitempty"`
}

// RopeScaling is Llama 3.1's scaling of rotary frequencies, by wavelength: those
// longer than Original/LowFactor are divided by Factor, those shorter than
// Original/HighFactor kept, those between blended.
type RopeScaling struct {
	Factor     float64 `json:"factor"`
	LowFactor  float64 `json:"low_freq_factor"`
	HighFactor float64 `json:"high_freq_factor"`
	Original   float64 `json:"original_max_position_embeddings"`
}

// apply returns the scaled frequency.
func (s *RopeScaling) apply(freq float64) float64 {
	wave := 2 * math.Pi / freq
	switch {
	case wave > s.Original/s.LowFactor:
		return freq / s.Factor
	case wave < s.Original/s.HighFactor:
		return freq
	}
	smooth := (s.Original/wave - s.LowFactor) / (s.HighFactor - s.LowFactor)
	return (1-smooth)*freq/s.Factor + smooth*freq
}

// check refuses shapes that can't be.
func (c *Config) check() error {
	for _, f := range []struct {
		name string
		v    int
		most int
	}{
		{"layers", c.Layers, 4096}, {"width", c.Width, 1 << 20}, {"heads", c.Heads, 1 << 14}, {"KV heads", c.KVHeads, 1 << 14},
		{"head dimension", c.HeadDim, 1 << 12}, {"feed-forward width", c.FFN, 1 << 22}, {"context length", c.Context, 1 << 30},
	} {
		if f.v <= 0 || f.v > f.most {
			return fmt.Errorf("%d %s, want 1 to %d", f.v, f.name, f.most)
		}
	}
	if c.Heads%c.KVHeads != 0 {
		return fmt.Errorf("%d heads can't share %d KV heads", c.Heads, c.KVHeads)
	}
	if c.HeadDim%2 != 0 {
		return fmt.Errorf("a head dimension of %d, want an even number", c.HeadDim)
	}
	if !(c.Epsilon >= 0 && c.Epsilon < 1) || !(c.RopeBase > 1 && c.RopeBase < 1e12) {
		return fmt.Errorf("an epsilon of %g and a RoPE base of %g", c.Epsilon, c.RopeBase)
	}
	return nil
}

// configFrom reads the shape out of a file's metadata.
func configFrom(f *gguf.File) (Config, error) {
	arch, err := f.String("general.architecture")
	if err != nil {
		return Config{}, err
	}
	if kind, err := f.String("general.type"); err == nil && kind != "model" {
		return Config{}, fmt.Errorf("metadata key general.type: %q, want model", kind)
	}
	if arch != "llama" {
		return Config{}, fmt.Errorf("the architecture %q, want llama", arch)
	}
	c := Config{RopeBase: 10000, Epsilon: 1e-5, Linear: 1}
	if name, err := f.String("general.name"); err == nil {
		c.Name = name
	}
	ints := []struct {
		key string
		to  *int
	}{
		{"llama.block_count", &c.Layers}, {"llama.embedding_length", &c.Width}, {"llama.attention.head_count", &c.Heads},
		{"llama.feed_forward_length", &c.FFN}, {"llama.context_length", &c.Context},
	}
	for _, i := range ints {
		if *i.to, err = f.Int(i.key); err != nil {
			return c, err
		}
	}
	c.KVHeads = c.Heads
	if c.Heads > 0 {
		c.HeadDim = c.Width / c.Heads
	}
	optional := func(key string, to *int) error {
		v, err := f.Int(key)
		if errors.Is(err, gguf.ErrMissing) {
			return nil
		}
		*to = v
		return err
	}
	rotated := 0
	if err := errors.Join(optional("llama.attention.head_count_kv", &c.KVHeads), optional("llama.attention.key_length", &c.HeadDim),
		optional("llama.rope.dimension_count", &rotated), optional("llama.vocab_size", &c.Vocab)); err != nil {
		return c, err
	}
	if rotated != 0 && rotated != c.HeadDim {
		return c, fmt.Errorf("RoPE over %d of %d dimensions is not supported", rotated, c.HeadDim)
	}
	for _, n := range []struct {
		key string
		to  *float64
	}{{"llama.rope.freq_base", &c.RopeBase}, {"llama.attention.layer_norm_rms_epsilon", &c.Epsilon}} {
		v, err := f.Float(n.key)
		if err != nil && !errors.Is(err, gguf.ErrMissing) {
			return c, err
		}
		if err == nil {
			*n.to = v
		}
	}
	if err := refuseKeys(f, &c); err != nil {
		return c, err
	}
	return c, c.check()
}
