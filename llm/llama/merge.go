package llama

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// Merge writes the GGUF file of a model with an adapter's changes in its matrices. They
// keep their number formats unless mix says others; a format that can only be read needs one.
func Merge(ctx context.Context, base, adapter, path string, mix *gguf.Mix, pool *tensor.Pool, progress func(done, all int64)) (err error) {
	m, err := Open(base, Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	f := m.File
	if f == nil {
		return fmt.Errorf("%s: merging is for GGUF files: convert the folder first", base)
	}
	if out, statErr := os.Stat(path); statErr == nil {
		if in, statErr := os.Stat(base); statErr == nil && os.SameFile(in, out) {
			return fmt.Errorf("%s: the file would be written over itself", path)
		}
	}
	a, err := m.OpenAdapter(adapter)
	if err != nil {
		return err
	}
	var pairs []gguf.Pair
	for _, k := range f.Keys() {
		if k == "general.alignment" || k == "general.file_type" && mix != nil || strings.HasPrefix(k, "split.") {
			continue
		}
		v, _ := f.Value(k)
		pairs = append(pairs, gguf.Pair{Key: k, Value: v})
	}
	if mix != nil {
		pairs = append(pairs, gguf.Pair{Key: "general.file_type", Value: mix.FileType})
	}
	var done, all int64
	sources := make([]gguf.Source, len(f.Tensors))
	for i := range f.Tensors {
		t := &f.Tensors[i]
		all += int64(t.Elements())
		low := a.of(t.Name)
		to := t.Type
		if mix != nil {
			to = mix.TypeOf(t.Name, t.Shape, m.Layers)
		}
		if low != nil && !to.Writable() {
			return fmt.Errorf("%s: tensor %s is %v, which can only be read here: give another format (--type Q4_K_M)", base, t.Name, to)
		}
		sources[i] = gguf.Source{Name: t.Name, Type: to, Shape: t.Shape, Data: func(w io.Writer) error {
			err := low.into(ctx, w, t, to, pool)
			if done += int64(t.Elements()); progress != nil {
				progress(done, all)
			}
			return err
		}}
	}
	return gguf.Create(path, pairs, sources)
}

// of is the change to the tensor of that name; nil if there is none.
func (a *Adapter) of(name string) *lowRank {
	for l := range a.layers {
		for place, low := range a.layers[l] {
			if low != nil && name == fmt.Sprintf("blk.%d.%s.weight", l, adapted[place]) {
				return low
			}
		}
	}
	return nil
}

// into writes a tensor with the change, which may be nil, in another format.
func (low *lowRank) into(ctx context.Context, w io.Writer, t *gguf.Tensor, to tensor.Type, pool *tensor.Pool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if low == nil && to == t.Type {
		_, err := w.Write(t.Data)
		return err
	}
	cols := t.Shape[0]
	rows := t.Elements() / cols
	const together = 256
	from, size := t.Type.RowBytes(cols), to.RowBytes(cols)
	out := make([]byte, together*size)
	for at := 0; at < rows; at += together {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(together, rows-at)
		pool.Run(n, func(_, i int) {
			x := make([]float32, cols)
			tensor.Dequantize(t.Type, x, t.Data[(at+i)*from:][:from])
			if low != nil {
				for k, b := range low.b[(at+i)*low.rank:][:low.rank] {
					for j, v := range low.a[k*cols:][:cols] {
						x[j] += b * v
					}
				}
			}
			tensor.Quantize(to, out[i*size:][:size], x)
		})
		if _, err := w.Write(out[:n*size]); err != nil {
			return err
		}
	}
	return nil
}
