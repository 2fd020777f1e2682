package expert

import (
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// golden is what the trainers in Python say of a case with weights by the rule (`--golden`).
type golden struct {
	Asked string
	Tool  struct {
		Name, Description string
		Parameters        map[string]string
	}
	Score     float64
	Parameter string
	Best      float64
}

// byRule are n weights.
func byRule(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(float64(uint32(uint64(i)*2654435761+12345))/(1<<32) - 0.5)
	}
	return out
}

func cases(t *testing.T, name string) (list []golden, specs []llm.ToolSpec) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err == nil {
		err = json.Unmarshal(b, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		props := map[string]any{}
		for name, about := range c.Tool.Parameters {
			props[name] = map[string]string{"type": "string", "description": about}
		}
		schema, err := json.Marshal(map[string]any{"type": "object", "properties": props})
		if err != nil {
			t.Fatal(err)
		}
		specs = append(specs, llm.ToolSpec{Name: c.Tool.Name, Description: c.Tool.Description, Parameters: schema})
	}
	return list, specs
}

// TestGolden: the same words, features and sums as the trainers'.
func TestGolden(t *testing.T) {
	const rows, width, spanRows, spanWidth, size = 32768, 48, 16384, 32, 64
	var tensors []gguf.Source
	for name, shape := range map[string][]int{
		"router.embd": {width, rows}, "router.weight": {rows, 2}, "spans.embd": {spanWidth, spanRows}, "spans.like": {size, 2},
		"spans.conv1": {5 * spanWidth, size}, "spans.conv1.bias": {size}, "spans.conv2": {5 * size, size}, "spans.conv2.bias": {size},
		"spans.asked": {2 * spanWidth, size}, "spans.asked.bias": {size}, "spans.hidden": {3 * size, size}, "spans.hidden.bias": {size},
		"spans.ends": {size, 2}, "spans.ends.bias": {2}, "spans.none": {size, 2}, "spans.none.bias": {2},
	} {
		n := shape[0]
		if len(shape) > 1 {
			n *= shape[1]
		}
		data := make([]byte, 4*n)
		tensor.Quantize(tensor.F32, data, byRule(n))
		tensors = append(tensors, gguf.Source{Name: name, Type: tensor.F32, Shape: shape, Data: func(w io.Writer) error { _, err := w.Write(data); return err }})
	}
	path := filepath.Join(t.TempDir(), "m.gguf")
	if err := gguf.Create(path, []gguf.Pair{{Key: KindKey, Value: []float32{0.5, 0, -0.5}}, {Key: HeadKey, Value: []float32{-2, 6, 6}}}, tensors); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	router, err := RouterOf(f)
	if err != nil {
		t.Fatal(err)
	}
	spans, err := SpansOf(f)
	if err != nil {
		t.Fatal(err)
	}
	list, specs := cases(t, "router.json")
	for i, c := range list { // Python multiplies the words in 16 bits
		if got := router.Scores(c.Asked, specs[i:i+1])[0]; math.Abs(got-c.Score) > 0.03 {
			t.Errorf("%.40q and %s: %g, the trainer says %g", c.Asked, c.Tool.Name, got, c.Score)
		}
	}
	list, specs = cases(t, "spans.json")
	for i, c := range list {
		if got := spans.Find(c.Asked, specs[i], c.Parameter, 1)[0]; math.Abs(got.Score-c.Best) > 0.005 {
			t.Errorf("%.40q and %s: %q %g, the trainer says %g", c.Asked, c.Parameter, got.Text, got.Score, c.Best)
		}
	}
	if len(list) < 3 {
		t.Errorf("%d cases of values", len(list))
	}
}
