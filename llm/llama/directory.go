package llama

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// Options say how a model is opened.
type Options struct {
	// Quantize stores the matrices of a directory in this mix while loading; nil keeps
	// them as they are. It does not apply to GGUF files.
	Quantize *gguf.Mix

	// Progress, if not nil, is told the weights that were read and those of the whole
	// model, while a directory is loaded.
	Progress func(done, all int64)
}

// Open reads a model from a GGUF file, or from a directory as Hugging Face lays it
// out: config.json and safetensors, one file or several with an index.
func Open(path string, o Options) (*Model, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("llama: %w", err)
	}
	if info.IsDir() {
		m, err := openDirectory(path, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return m, nil
	}
	if o.Quantize != nil {
		return nil, fmt.Errorf("%s: quantising while loading is for directories; convert a GGUF file instead", path)
	}
	f, err := gguf.Open(path)
	if err != nil {
		return nil, err
	}
	m, err := Load(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return m, nil
}

// configJSON is the part of config.json that is read.
type configJSON struct {
	Architectures []string  `json:"architectures"`
	Layers        int       `json:"num_hidden_layers"`
	Width         int       `json:"hidden_size"`
	Heads         int       `json:"num_attention_heads"`
	KVHeads       int       `json:"num_key_value_heads"`
	HeadDim       int       `json:"head_dim"`
	FFN           int       `json:"intermediate_size"`
	Vocab         int       `json:"vocab_size"`
	Context       int       `json:"max_position_embeddings"`
	Epsilon       float64   `json:"rms_norm_eps"`
	RopeBase      float64   `json:"rope_theta"`
	RopeScaling   *ropeJSON `json:"rope_scaling"`
	Rope          *ropeJSON `json:"rope_parameters"` // newer files: base and scaling together
	Activation    string    `json:"hidden_act"`
	Bias          bool      `json:"attention_bias"`
	MLPBias       bool      `json:"mlp_bias"`
	Tied          *bool     `json:"tie_word_embeddings"` // nil in many files: then lm_head decides
}

// ropeJSON is what config.json says of rotary frequencies.
type ropeJSON struct {
	Type   string  `json:"rope_type"`
	Legacy string  `json:"type"`
	Base   float64 `json:"rope_theta"`
	RopeScaling
}

// parseConfig reads config.json. untied: it says that the head is a matrix of its own.
func parseConfig(data []byte) (c Config, untied bool, err error) {
	var j configJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return c, false, fmt.Errorf("config.json: %w", err)
	}
	c, err = j.config()
	return c, j.Tied != nil && !*j.Tied, err
}

// config checks what the file says and returns the shape.
func (j *configJSON) config() (Config, error) {
	c := Config{
		Layers: j.Layers, Width: j.Width, Heads: j.Heads, KVHeads: j.KVHeads, HeadDim: j.HeadDim, FFN: j.FFN,
		Vocab: j.Vocab, Context: j.Context, Epsilon: j.Epsilon, RopeBase: j.RopeBase, Linear: 1,
	}
	if !slices.Contains(j.Architectures, "LlamaForCausalLM") {
		return c, fmt.Errorf("config.json: the architectures %v, want LlamaForCausalLM", j.Architectures)
	}
	if j.Activation != "" && j.Activation != "silu" || j.Bias || j.MLPBias {
		return c, fmt.Errorf("config.json: activation %q, attention bias %v and feed-forward bias %v, want silu and none", j.Activation, j.Bias, j.MLPBias)
	}
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.Width / c.Heads
	}
	if c.Epsilon == 0 {
		c.Epsilon = 1e-6 // what the field's absence means
	}
	if err := c.setRope(cmp.Or(j.Rope, j.RopeScaling)); err != nil {
		return c, fmt.Errorf("config.json: %w", err)
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("config.json: %w", err)
	}
	return c, nil
}

// setRope reads the base and the scaling of rotary frequencies; r may be nil.
func (c *Config) setRope(r *ropeJSON) error {
	if r == nil {
		r = &ropeJSON{}
	}
	c.RopeBase = cmp.Or(r.Base, c.RopeBase, 10000)
	switch kind := cmp.Or(r.Type, r.Legacy); kind {
	case "llama3":
		s := r.RopeScaling
		if !(s.Factor >= 1 && s.LowFactor > 0 && s.HighFactor > s.LowFactor && s.Original > 0) {
			return fmt.Errorf("rope_scaling %+v", s)
		}
		c.RopeScaling = &s
	case "linear":
		if !(r.Factor >= 1 && r.Factor < 1e6) {
			return fmt.Errorf("rope_scaling of the type linear with the factor %g", r.Factor)
		}
		c.Linear = r.Factor
	case "", "default":
	default:
		return fmt.Errorf("rope_scaling of the type %q is not supported", kind)
	}
	return nil
}

func openDirectory(dir string, o Options) (_ *Model, err error) {
	data, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, errors.New("the folder holds no model: want config.json and safetensors in it, or the name of a GGUF file")
	}
	if err != nil {
		return nil, err
	}
	c, untied, err := parseConfig(data)
	if err != nil {
		return nil, err
	}
	c.Name = filepath.Base(dir)
	s := &directory{c: c, mix: o.Quantize, progress: o.Progress, tensors: map[string]stored{}, used: map[string]bool{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	names, err := shards(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, unmap, err := gguf.Map(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		s.closers = append(s.closers, unmap)
		tensors, err := parseSafetensors(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for n, t := range tensors {
			s.all += int64(len(t.data) / t.typ.BlockBytes())
			if _, ok := s.tensors[n]; ok {
				return nil, fmt.Errorf("%s: tensor %s is in another file too", name, n)
			}
			s.tensors[n] = t
		}
	}
	if untied && !s.has("output.weight") {
		return nil, fmt.Errorf("tensor lm_head.weight is missing: config.json says that the head is not tied to the embedding")
	}
	m, err := build(c, s)
	if err != nil {
		return nil, err
	}
	m.close = s.close
	return m, nil
}

// shards returns the names of the safetensors files.
func shards(dir string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(dir, "model.safetensors.index.json"))
	if errors.Is(err, os.ErrNotExist) {
		return []string{"model.safetensors"}, nil
	}
	if err != nil {
		return nil, err
	}
	var index struct {
		Files map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, fmt.Errorf("model.safetensors.index.json: %w", err)
	}
	var names []string
	for _, name := range index.Files {
		if filepath.Base(name) != name {
			return nil, fmt.Errorf("model.safetensors.index.json: the file %q is not in the directory", name)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// directory finds weights in safetensors files by their GGUF names.
type directory struct {
	c       Config
	mix     *gguf.Mix
	tensors map[string]stored
	used    map[string]bool
	closers []func() error

	progress  func(done, all int64)
	done, all int64 // weights
}

func (d *directory) close() error {
	var errs []error
	for _, c := range d.closers {
		errs = append(errs, c())
	}
	d.closers = nil
	return errors.Join(errs...)
}

// rename returns the Hugging Face name of a GGUF tensor.
func rename(name string) string {
	switch name {
	case "token_embd.weight":
		return "model.embed_tokens.weight"
	case "output_norm.weight":
		return "model.norm.weight"
	case "output.weight":
		return "lm_head.weight"
	}
	name = strings.Replace(name, "blk.", "model.layers.", 1)
	for _, r := range [][2]string{
		{"attn_norm", "input_layernorm"}, {"attn_q", "self_attn.q_proj"}, {"attn_k", "self_attn.k_proj"}, {"attn_v", "self_attn.v_proj"},
		{"attn_output", "self_attn.o_proj"}, {"ffn_norm", "post_attention_layernorm"}, {"ffn_gate", "mlp.gate_proj"}, {"ffn_up", "mlp.up_proj"}, {"ffn_down", "mlp.down_proj"},
	} {
		name = strings.Replace(name, r[0], r[1], 1)
	}
	return name
}

func (d *directory) has(name string) bool {
	_, ok := d.tensors[rename(name)]
	return ok
}

func (d *directory) find(name string, shape ...int) (stored, error) {
	t, ok := d.tensors[rename(name)]
	if !ok {
		return t, fmt.Errorf("tensor %s is missing, want the shape %v", rename(name), shape)
	}
	if !slices.Equal(t.shape, shape) {
		return t, fmt.Errorf("tensor %s has the shape %v, want %v", rename(name), t.shape, shape)
	}
	d.used[rename(name)] = true
	return t, nil
}

func (d *directory) unused() string {
	for _, name := range slices.Sorted(maps.Keys(d.tensors)) {
		// Old files hold the frequencies that the configuration gives.
		if !d.used[name] && !strings.HasSuffix(name, "rotary_emb.inv_freq") {
			return name
		}
	}
	return ""
}

func (d *directory) embedding() (int, error) {
	t, ok := d.tensors["model.embed_tokens.weight"]
	if !ok || len(t.shape) != 2 {
		return 0, fmt.Errorf("tensor model.embed_tokens.weight is missing or has the shape %v, want two dimensions", t.shape)
	}
	return t.shape[0], nil
}

func (d *directory) vector(name string, n int) ([]float32, error) {
	t, err := d.find(name, n)
	if err != nil {
		return nil, err
	}
	v := make([]float32, n)
	tensor.Dequantize(t.typ, v, t.data)
	return v, nil
}

// matrix returns a view of the file where it can. Queries and keys are stored for
// rotation of a head's halves against each other; their rows are put into the order in
// which neighbours rotate.
func (d *directory) matrix(name string, rows, cols int) (*tensor.Matrix, error) {
	t, err := d.find(name, rows, cols)
	if err != nil {
		return nil, err
	}
	heads := 0
	switch {
	case strings.HasSuffix(name, "attn_q.weight"):
		heads = d.c.Heads
	case strings.HasSuffix(name, "attn_k.weight"):
		heads = d.c.KVHeads
	}
	to := t.typ
	if d.mix != nil {
		to = d.mix.TypeOf(name, []int{cols, rows}, d.c.Layers)
	}
	defer func() {
		if d.done += int64(rows * cols); d.progress != nil {
			d.progress(d.done, d.all)
		}
	}()
	if heads == 0 && to == t.typ {
		return tensor.NewMatrix(t.typ, rows, cols, t.data)
	}
	mem, release, err := tensor.Reserve(rows * to.RowBytes(cols))
	if err != nil {
		return nil, fmt.Errorf("tensor %s: %w", rename(name), err)
	}
	d.closers = append(d.closers, release)
	from, size := t.typ.RowBytes(cols), to.RowBytes(cols)
	var wg sync.WaitGroup
	threads := min(rows, runtime.GOMAXPROCS(0))
	for k := range threads {
		wg.Go(func() {
			x := make([]float32, cols)
			for r := k * rows / threads; r < (k+1)*rows/threads; r++ {
				src := r
				if heads > 0 {
					dim := rows / heads
					in := r % dim
					src = r - in + in/2 + in%2*(dim/2)
				}
				row := t.data[src*from:][:from]
				if to == t.typ {
					copy(mem[r*size:], row)
					continue
				}
				tensor.Dequantize(t.typ, x, row)
				tensor.Quantize(to, mem[r*size:][:size], x)
			}
		})
	}
	wg.Wait()
	return tensor.NewMatrix(to, rows, cols, mem)
}
