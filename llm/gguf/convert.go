package gguf

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// Mix is a way to store a model: a number format for most matrices, and finer ones for
// those that errors hurt most.
type Mix struct {
	Name     string
	FileType uint32      // general.file_type
	Base     tensor.Type // of most matrices
	Finer    tensor.Type // of the value projections and the down projections of the outer layers
	Output   tensor.Type // of the head
}

// Mixes are the ways to store a model, by the names that model files carry.
var Mixes = []Mix{
	{"F32", 0, tensor.F32, tensor.F32, tensor.F32},
	{"F16", 1, tensor.F16, tensor.F16, tensor.F16},
	{"BF16", 32, tensor.BF16, tensor.BF16, tensor.BF16},
	{"Q8_0", 7, tensor.Q8_0, tensor.Q8_0, tensor.Q8_0},
	{"Q6_K", 18, tensor.Q6_K, tensor.Q6_K, tensor.Q6_K},
	{"Q5_K_M", 17, tensor.Q5_K, tensor.Q6_K, tensor.Q6_K},
	{"Q5_K_S", 16, tensor.Q5_K, tensor.Q5_K, tensor.Q6_K},
	{"Q5_1", 9, tensor.Q5_1, tensor.Q5_1, tensor.Q6_K},
	{"Q5_0", 8, tensor.Q5_0, tensor.Q5_0, tensor.Q6_K},
	{"Q4_K_M", 15, tensor.Q4_K, tensor.Q6_K, tensor.Q6_K},
	{"Q4_K_S", 14, tensor.Q4_K, tensor.Q4_K, tensor.Q6_K},
	{"Q4_1", 3, tensor.Q4_1, tensor.Q4_1, tensor.Q6_K},
	{"Q4_0", 2, tensor.Q4_0, tensor.Q4_0, tensor.Q6_K},
	{"Q3_K_M", 12, tensor.Q3_K, tensor.Q4_K, tensor.Q6_K},
	{"Q3_K_S", 11, tensor.Q3_K, tensor.Q3_K, tensor.Q6_K},
	{"Q2_K", 10, tensor.Q2_K, tensor.Q3_K, tensor.Q6_K},
}

// ParseMix returns the mix of that name, in any case.
func ParseMix(name string) (Mix, error) {
	var names []string
	for _, m := range Mixes {
		if strings.EqualFold(m.Name, name) {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return Mix{}, fmt.Errorf("gguf: unknown number format %q: want one of %s", name, strings.Join(names, ", "))
}

// TypeOf returns the format of a tensor in a model of that many layers. Vectors stay
// F32; rows that are no whole blocks take the nearest format whose blocks fit.
func (m Mix) TypeOf(name string, shape []int, layers int) tensor.Type {
	if len(shape) < 2 || strings.HasSuffix(name, "norm.weight") || name == "rope_freqs.weight" {
		return tensor.F32
	}
	t := m.Base
	switch {
	case name == "output.weight":
		t = m.Output
	case strings.Contains(name, "attn_v") || strings.Contains(name, "ffn_down"):
		var l int
		if _, err := fmt.Sscanf(name, "blk.%d.", &l); err == nil && outer(l, layers) {
			t = m.Finer
		}
	}
	for _, fit := range []tensor.Type{t, tensor.Q8_0, tensor.F16} {
		if shape[0]%fit.BlockWeights() == 0 {
			return fit
		}
	}
	return tensor.F32
}

// outer says that a layer is among the first or last eighth, or a third one between.
func outer(l, layers int) bool {
	edge := layers / 8
	return l < edge || l >= layers-edge || (l-edge)%3 == 2
}

// chunkWeights is how many weights are converted in one step.
const chunkWeights = 1 << 20

// Convert writes the file f to path with its tensors in another mix. progress, if not
// nil, is told the number of weights done and of all. When ctx ends, so does the
// conversion, and nothing is left at path.
func Convert(ctx context.Context, f *File, path string, mix Mix, pool *tensor.Pool, progress func(done, all int64)) error {
	layers, err := f.Int("llama.block_count")
	if err != nil {
		return &Error{Path: f.Path, Err: err}
	}
	var pairs []Pair
	for _, k := range f.Keys() {
		if k == "general.alignment" || k == "general.file_type" {
			continue
		}
		v, _ := f.Value(k)
		pairs = append(pairs, Pair{k, v})
	}
	pairs = append(pairs, Pair{"general.file_type", mix.FileType})
	var done, all int64
	sources := make([]Source, len(f.Tensors))
	for i := range f.Tensors {
		all += int64(f.Tensors[i].Elements())
	}
	for i := range f.Tensors {
		t := &f.Tensors[i]
		to := mix.TypeOf(t.Name, t.Shape, layers)
		sources[i] = Source{Name: t.Name, Type: to, Shape: t.Shape, Data: func(w io.Writer) error {
			return convert(ctx, w, t, to, pool, func(n int) {
				done += int64(n)
				if progress != nil {
					progress(done, all)
				}
			})
		}}
	}
	return Create(path, pairs, sources)
}

// convert writes one tensor in another format, a batch of chunks at a time.
func convert(ctx context.Context, w io.Writer, t *Tensor, to tensor.Type, pool *tensor.Pool, step func(weights int)) error {
	total := t.Elements()
	if err := ctx.Err(); err != nil {
		return err
	}
	if to == t.Type {
		_, err := w.Write(t.Data)
		step(total)
		return err
	}
	row := t.Shape[0]
	chunk := max(1, chunkWeights/row) * row // whole rows are whole blocks
	threads := pool.Threads()
	out := make([][]byte, threads)
	floats := make([][]float32, threads)
	for at := 0; at < total; at += chunk * threads {
		if err := ctx.Err(); err != nil {
			return err
		}
		pool.Run(threads, func(_, k int) {
			from := at + k*chunk
			n := max(0, min(chunk, total-from))
			out[k] = out[k][:0]
			if n == 0 {
				return
			}
			if floats[k] == nil {
				floats[k] = make([]float32, chunk)
			}
			x := floats[k][:n]
			start := t.Type.RowBytes(from)
			tensor.Dequantize(t.Type, x, t.Data[start:start+t.Type.RowBytes(n)])
			size := to.RowBytes(n)
			if cap(out[k]) < size {
				out[k] = make([]byte, size)
			}
			out[k] = out[k][:size]
			tensor.Quantize(to, out[k], x)
		})
		for _, b := range out {
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
		step(min(chunk*threads, total-at))
	}
	return nil
}
