package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// average writes a model whose weights are the weighted mean of those of o.from's files,
// "A*0.75,B*0.25". Weights that were trained on from the same ones keep what both know
// (Wortsman et al., Robust fine-tuning of zero-shot models, 2022). Keys, formats and
// tensors that the others lack are the first file's.
func average(o options) (err error) {
	var files []*gguf.File
	var shares []float64
	sum := 0.0
	defer func() {
		for _, f := range files {
			err = errors.Join(err, f.Close())
		}
	}()
	for part := range strings.SplitSeq(o.from, ",") {
		path, by, _ := strings.Cut(part, "*")
		share, err := strconv.ParseFloat(by, 64)
		if err != nil || !(share >= 0 && share <= 1) {
			return fmt.Errorf("-from %q: want FILE*SHARE with a share from 0 to 1", part)
		}
		f, err := gguf.Open(path)
		if err != nil {
			return err
		}
		files, shares, sum = append(files, f), append(shares, share), sum+share
	}
	if math.Abs(sum-1) > 1e-6 {
		return fmt.Errorf("-from %q: the shares add up to %g, want 1", o.from, sum)
	}
	var tensors []gguf.Source
	for _, t := range files[0].Tensors {
		data := slices.Clone(t.Data)
		if err := mean(data, t, files, shares); err != nil {
			return err
		}
		tensors = append(tensors, gguf.Source{Name: t.Name, Type: t.Type, Shape: t.Shape, Data: func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		}})
	}
	var pairs []gguf.Pair
	for _, key := range files[0].Keys() {
		if v, ok := files[0].Value(key); ok {
			pairs = append(pairs, gguf.Pair{Key: key, Value: v})
		}
	}
	return gguf.Create(o.model, pairs, tensors)
}

// mean puts the mean of a tensor of the first file over its data, if all files have it.
func mean(data []byte, t gguf.Tensor, files []*gguf.File, shares []float64) error {
	sum, x := make([]float32, t.Elements()), make([]float32, t.Elements())
	for i, f := range files {
		other, ok := f.Tensor(t.Name)
		if !ok {
			return nil
		}
		if !slices.Equal(other.Shape, t.Shape) {
			return fmt.Errorf("%s is %v in the first file and %v in file %d", t.Name, t.Shape, other.Shape, i+1)
		}
		tensor.Dequantize(other.Type, x, other.Data)
		for k, v := range x {
			sum[k] += float32(shares[i]) * v
		}
	}
	tensor.Quantize(t.Type, data, sum)
	return nil
}
