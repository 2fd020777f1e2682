package llama

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// adapted are the matrices of a layer that an adapter may change, by their GGUF names.
var adapted = []string{"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"}

// Places of those matrices in a layer of an adapter.
const (
	adaptQ = iota
	adaptK
	adaptV
	adaptO
	adaptGate
	adaptUp
	adaptDown
	adaptedPlaces
)

// Adapter is a change of low rank to a model's matrices (LoRA, Hu and others 2021): where
// the model has W·x it has W·x + Scale·B·(A·x). Several may be used with one model at once.
// It never changes.
type Adapter struct {
	Path string
	Rank int      // the greatest
	Sum  [32]byte // names what it holds

	layers [][adaptedPlaces]*lowRank
}

// lowRank is the change to one matrix of rows outputs and cols inputs.
type lowRank struct {
	rows, cols, rank int
	a                []float32 // [rank][cols]
	b                []float32 // [rows][rank], scaled
}

// OpenAdapter reads a LoRA adapter for the model: a GGUF file of the type adapter, or a
// folder that PEFT wrote. What it changes and is not done here is refused by name.
func (m *Model) OpenAdapter(path string) (*Adapter, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("llama: %w", err)
	}
	var a *Adapter
	if info.IsDir() {
		a, err = peft(&m.Config, path)
	} else {
		a, err = adapterFile(&m.Config, path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	a.Path = path
	return a, nil
}

// maxRank bounds the rank that an adapter may have.
const maxRank = 4096

// shape returns the outputs and inputs of an adapted matrix.
func (c *Config) shape(place int) (rows, cols int) {
	q, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	switch place {
	case adaptQ:
		return q, c.Width
	case adaptK, adaptV:
		return kv, c.Width
	case adaptO:
		return c.Width, q
	case adaptDown:
		return c.Width, c.FFN
	}
	return c.FFN, c.Width
}

// half is one of the two matrices of a change, as a file has it.
type half struct {
	typ        tensor.Type
	rows, cols int
	data       []byte
}

// gather makes an adapter of the halves of each matrix, by names such as blk.0.attn_q.
// scale is for each rank.
func gather(c *Config, as, bs map[string]half, scale func(name string, rank int) float64) (*Adapter, error) {
	a := &Adapter{layers: make([][adaptedPlaces]*lowRank, c.Layers)}
	h := sha256.New()
	if len(as) == 0 {
		return nil, errors.New("the adapter changes no matrix")
	}
	for _, name := range slices.Sorted(maps.Keys(as)) {
		x, y := as[name], bs[name]
		if y.data == nil {
			return nil, fmt.Errorf("%s has an A and no B", name)
		}
		var l int
		rest, ok := strings.CutPrefix(name, "blk.")
		at := strings.IndexByte(rest, '.')
		place := -1
		if ok && at > 0 {
			place = slices.Index(adapted, rest[at+1:])
			_, err := fmt.Sscanf(rest[:at], "%d", &l)
			ok = err == nil
		}
		if !ok || place < 0 {
			return nil, fmt.Errorf("it changes %s, which is not done here: want %s", name, strings.Join(adapted, ", "))
		}
		if l < 0 || l >= c.Layers {
			return nil, fmt.Errorf("it changes %s, the model has %d layers", name, c.Layers)
		}
		rows, cols := c.shape(place)
		if x.cols != cols || y.rows != rows || x.rows != y.cols || x.rows < 1 || x.rows > maxRank {
			return nil, fmt.Errorf("%s: A is %d × %d and B is %d × %d, want r × %d and %d × r", name, x.rows, x.cols, y.rows, y.cols, cols, rows)
		}
		low := &lowRank{rows: rows, cols: cols, rank: x.rows, a: make([]float32, x.rows*cols), b: make([]float32, rows*x.rows)}
		tensor.Dequantize(x.typ, low.a, x.data)
		tensor.Dequantize(y.typ, low.b, y.data)
		s := float32(scale(name, low.rank))
		for i := range low.b {
			low.b[i] *= s
		}
		for _, v := range [][]float32{low.a, low.b} {
			if slices.ContainsFunc(v, func(f float32) bool { return f-f != 0 }) {
				return nil, fmt.Errorf("%s holds what is no number", name)
			}
		}
		fmt.Fprintf(h, "%s %d %g\n", name, low.rank, s)
		h.Write(x.data)
		h.Write(y.data)
		a.layers[l][place] = low
		a.Rank = max(a.Rank, low.rank)
	}
	for name := range bs {
		if _, ok := as[name]; !ok {
			return nil, fmt.Errorf("%s has a B and no A", name)
		}
	}
	a.Sum = [32]byte(h.Sum(nil))
	return a, nil
}

// adapterFile reads a GGUF file.
func adapterFile(c *Config, path string) (a *Adapter, err error) {
	f, err := gguf.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for key, want := range map[string]string{"general.type": "adapter", "adapter.type": "lora", "general.architecture": "llama"} {
		if have, err := f.String(key); err != nil || have != want {
			return nil, fmt.Errorf("%s is %q, want %q: is this an adapter?", key, have, want)
		}
	}
	alpha, err := f.Float("adapter.lora.alpha")
	if err != nil {
		return nil, err
	}
	as, bs := map[string]half{}, map[string]half{}
	for i := range f.Tensors {
		t := &f.Tensors[i]
		if len(t.Shape) != 2 {
			return nil, fmt.Errorf("tensor %s has the shape %v, want two dimensions", t.Name, t.Shape)
		}
		h := half{t.Type, t.Shape[1], t.Shape[0], t.Data}
		if name, ok := strings.CutSuffix(t.Name, ".weight.lora_a"); ok {
			as[name] = h
		} else if name, ok := strings.CutSuffix(t.Name, ".weight.lora_b"); ok {
			bs[name] = h
		} else {
			return nil, fmt.Errorf("tensor %s has no place in a LoRA adapter", t.Name)
		}
	}
	return gather(c, as, bs, func(_ string, rank int) float64 {
		if alpha == 0 {
			return 1
		}
		return alpha / float64(rank)
	})
}

var peftName = regexp.MustCompile(`^(?:base_model\.model\.)?model\.layers\.(\d+)\.(?:self_attn|mlp)\.(\w+)\.lora_([AB])(?:\.\w+)?\.weight$`)

// peftPlaces are the names of adapted matrices in PEFT's files.
var peftPlaces = []string{"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}

// peft reads a folder that PEFT wrote.
func peft(c *Config, dir string) (a *Adapter, err error) {
	raw, err := os.ReadFile(filepath.Join(dir, "adapter_config.json"))
	if err != nil {
		return nil, err
	}
	p, err := parsePEFT(raw)
	if err != nil {
		return nil, fmt.Errorf("adapter_config.json: %w", err)
	}
	data, unmap, err := gguf.Map(filepath.Join(dir, "adapter_model.safetensors"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unmap()) }()
	tensors, err := parseSafetensors(data)
	if err != nil {
		return nil, fmt.Errorf("adapter_model.safetensors: %w", err)
	}
	as, bs := map[string]half{}, map[string]half{}
	modules := map[string]string{}
	for name, t := range tensors {
		m := peftName.FindStringSubmatch(name)
		place := -1
		if m != nil {
			place = slices.Index(peftPlaces, m[2])
		}
		if place < 0 || len(t.shape) != 2 {
			return nil, fmt.Errorf("it changes %s, of the shape %v, which is not done here: want lora_A and lora_B of %s", name, t.shape, strings.Join(peftPlaces, ", "))
		}
		ours := "blk." + m[1] + "." + adapted[place]
		modules[ours] = strings.TrimPrefix(name[:strings.Index(name, ".lora_")], "base_model.model.")
		h := half{t.typ, t.shape[0], t.shape[1], t.data}
		if m[3] == "A" {
			as[ours] = h
			continue
		}
		heads := 0
		switch place {
		case adaptQ:
			heads = c.Heads
		case adaptK:
			heads = c.KVHeads
		}
		if heads > 0 && h.rows%(2*heads) == 0 {
			h.data = neighbours(h, heads)
		}
		bs[ours] = h
	}
	for name, module := range modules {
		if a, ok := as[name]; ok {
			if err := p.check(module, a.rows); err != nil {
				return nil, fmt.Errorf("adapter_config.json: %w", err)
			}
		}
	}
	return gather(c, as, bs, func(name string, rank int) float64 { return p.scale(modules[name], rank) })
}

// neighbours puts the rows of queries or keys, stored for rotation of a head's halves
// against each other, into the order in which neighbours rotate.
func neighbours(h half, heads int) []byte {
	size := h.typ.RowBytes(h.cols)
	out := make([]byte, len(h.data))
	dim := h.rows / heads
	for r := range h.rows {
		in := r % dim
		src := r - in + in/2 + in%2*(dim/2)
		copy(out[r*size:][:size], h.data[src*size:])
	}
	return out
}

// adapt adds what the spans' adapters change to the products of the activations x with one
// matrix of layer l, whose outputs are dst.
func (r *Runner) adapt(spans []Span, l, place int, x *tensor.Acts, dst []float32) {
	if !slices.ContainsFunc(spans, func(s Span) bool { return s.Adapter != nil && s.Adapter.layers[l][place] != nil }) {
		return
	}
	rows, _ := r.model.shape(place)
	r.pool.Run(len(r.tokens), func(_, i int) {
		a := spans[r.tokens[i].span].Adapter
		if a == nil || a.layers[l][place] == nil {
			return
		}
		low := a.layers[l][place]
		var small [64]float32
		mid := small[:]
		if low.rank > len(small) {
			mid = make([]float32, low.rank)
		}
		in, out := x.Row(i), dst[i*rows:][:rows]
		for k := range low.rank {
			mid[k] = dot(low.a[k*low.cols:][:low.cols], in)
		}
		for j := range out {
			out[j] += dot(low.b[j*low.rank:][:low.rank], mid)
		}
	})
}

// dot adds four sums, which keeps their errors small and the processor busy.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + (s2 + s3)
}
