package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/chaski-dev/chaski/llm/expert"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// refusal is how refusals begin that the model ends by itself: with those of the written texts, "I can't do that.", it goes on in words that make no sense.
const refusal = "I have no tool for that."

// putExperts puts what router.py and spans.py trained into the model file.
func putExperts(o options) error {
	var pairs []gguf.Pair
	var add []gguf.Source
	for _, name := range []string{"router", "spans"} {
		var w struct {
			Kind, Head []float32
			Tensors    []struct {
				Name  string
				Shape []int
			}
		}
		b, err := os.ReadFile(filepath.Join(o.dir, name+".json"))
		if err == nil {
			err = json.Unmarshal(b, &w)
		}
		if err != nil {
			return fmt.Errorf("%s.json: %w", name, err)
		}
		raw, err := os.ReadFile(filepath.Join(o.dir, name+".bin"))
		if err != nil {
			return err
		}
		for _, t := range w.Tensors {
			n := 1
			for _, d := range t.Shape {
				n *= d
			}
			if len(raw) < 4*n {
				return fmt.Errorf("%s.bin: %s is cut short", name, t.Name)
			}
			x := make([]float32, n)
			tensor.Dequantize(tensor.F32, x, raw[:4*n])
			raw = raw[4*n:]
			data := make([]byte, tensor.F16.RowBytes(n))
			tensor.Quantize(tensor.F16, data, x)
			add = append(add, gguf.Source{Name: t.Name, Type: tensor.F16, Shape: t.Shape, Data: func(out io.Writer) error {
				_, err := out.Write(data)
				return err
			}})
		}
		if w.Head != nil {
			pairs = append(pairs, gguf.Pair{Key: expert.KindKey, Value: w.Kind}, gguf.Pair{Key: expert.HeadKey, Value: w.Head})
		}
	}
	pairs = append(pairs, gguf.Pair{Key: "chaski.refusal", Value: refusal})
	return rewrite(o.model, pairs, add...)
}
