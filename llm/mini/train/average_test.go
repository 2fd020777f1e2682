package main

import (
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// TestAverage: each weight is the mean by the shares; what only the first file has, and
// what it says, stays.
func TestAverage(t *testing.T) {
	dir := t.TempDir()
	write := func(name, says string, tensors map[string][]float32) string {
		path := filepath.Join(dir, name)
		var list []gguf.Source
		for _, n := range []string{"a", "b", "only"} {
			x, ok := tensors[n]
			if !ok {
				continue
			}
			data := make([]byte, tensor.F32.RowBytes(len(x)))
			tensor.Quantize(tensor.F32, data, x)
			list = append(list, gguf.Source{Name: n, Type: tensor.F32, Shape: []int{len(x)}, Data: func(w io.Writer) error {
				_, err := w.Write(data)
				return err
			}})
		}
		if err := gguf.Create(path, []gguf.Pair{{Key: "general.architecture", Value: "llama"}, {Key: "general.name", Value: says}}, list); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one := write("one", "first", map[string][]float32{"a": {1, 2}, "b": {-4}, "only": {7, 7, 7}})
	two := write("two", "second", map[string][]float32{"a": {3, -2}, "b": {4}})
	odd := write("odd", "third", map[string][]float32{"a": {3, -2, 1}, "b": {4}})
	out := filepath.Join(dir, "out")
	if err := average(options{from: one + "*0.75," + two + "*0.25", model: out}); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if says, _ := f.String("general.name"); says != "first" {
		t.Errorf("the file says %q", says)
	}
	for name, want := range map[string][]float32{"a": {1.5, 1}, "b": {-2}, "only": {7, 7, 7}} {
		got, _ := f.Tensor(name)
		x := make([]float32, len(want))
		tensor.Dequantize(got.Type, x, got.Data)
		for i := range want {
			if math.Abs(float64(x[i]-want[i])) > 1e-6 {
				t.Errorf("%s: %v, want %v", name, x, want)
			}
		}
	}
	for from, want := range map[string]string{
		one + "*0.5," + two + "*0.4": "add up to 0.9",
		one:                          "FILE*SHARE",
		one + "*2," + two + "*-1":    "FILE*SHARE",
		one + "*0.5," + odd + "*0.5": "a is [2] in the first file and [3] in file 2",
		one + "*0.5,none*0.5":        "none",
	} {
		if err := average(options{from: from, model: out}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s…", from, err, want)
		}
	}
}
