package main

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
)

// TestPutExperts: a model file with experts opens and calls, and what its router says, loud
// enough, overrules what the model would call.
func TestPutExperts(t *testing.T) {
	dir := t.TempDir()
	b, err := os.ReadFile("../model.gguf")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "m.gguf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	const rows, width, size = 4096, 8, 6
	write := func(name string, head []float32, shapes map[string][]int) {
		type saved struct {
			Name  string `json:"name"`
			Shape []int  `json:"shape"`
		}
		var raw []byte
		var list []saved
		r := rand.New(rand.NewPCG(3, 4))
		for _, n := range slices.Sorted(maps.Keys(shapes)) {
			shape := shapes[n]
			list = append(list, saved{n, shape})
			size := shape[0]
			if len(shape) > 1 {
				size *= shape[1]
			}
			for range size {
				bits := math.Float32bits(float32(r.NormFloat64() / 4))
				raw = append(raw, byte(bits), byte(bits>>8), byte(bits>>16), byte(bits>>24))
			}
		}
		about, err := json.Marshal(map[string]any{"kind": []float32{0.5, 0, -0.5}, "head": head, "tensors": list})
		if err != nil {
			t.Fatal(err)
		}
		for end, data := range map[string][]byte{".json": about, ".bin": raw} {
			if err := os.WriteFile(filepath.Join(dir, name+end), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Words that are the same are alike whatever the weights: this router is for tools that
	// have other words than the request.
	write("router", []float32{0, -40, -40}, map[string][]int{"router.embd": {width, rows}, "router.weight": {rows, 2}})
	write("spans", nil, map[string][]int{"spans.embd": {width, rows}, "spans.like": {size, 2}, "spans.conv1": {5 * width, size}, "spans.conv1.bias": {size},
		"spans.conv2": {5 * size, size}, "spans.conv2.bias": {size}, "spans.asked": {2 * width, size}, "spans.asked.bias": {size}, "spans.hidden": {3 * size, size},
		"spans.hidden.bias": {size}, "spans.ends": {size, 2}, "spans.ends.bias": {2}, "spans.none": {size, 2}, "spans.none.bias": {2}})
	tools := []llm.ToolSpec{}
	for _, name := range []string{"zorb_the_blicket", "fep_the_dax", "wug_the_toma"} {
		tools = append(tools, llm.ToolSpec{Name: name, Parameters: json.RawMessage(`{"type":"object","properties":{},"additionalProperties":false}`)})
	}
	called := func(said string) (name string) {
		m, err := openEval(path)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		c := corpus.Conversation{Tools: tools, Messages: []llm.Message{{Role: llm.RoleSystem, Content: "Use the tools."}, {Role: llm.RoleUser, Content: said}}}
		msg, err := m.turn(&c, 2, llm.Sampling{Beams: 1}, llm.ToolChoice{Mode: llm.ChoiceRequired})
		if err != nil {
			t.Fatal(err)
		}
		if len(msg.Calls) == 0 {
			return ""
		}
		return msg.Calls[0].Name
	}
	said := map[string]string{"zorb the blicket": tools[0].Name, "fep the dax": tools[1].Name, "wug the toma": tools[2].Name}
	for text, want := range said {
		if got := called(text); got != want {
			t.Errorf("without experts %q calls %s, want %s", text, got, want)
		}
	}
	if err := putExperts(options{dir: dir, model: path}); err != nil {
		t.Fatal(err)
	}
	for text, not := range said {
		if got := called(text); got == not || got == "" {
			t.Errorf("with them %q calls %q, want another tool", text, got)
		}
	}
	// What is never sure enough, and lacks no value, is refused in the words of training; a
	// tool that wants a value which nobody said is asked about.
	if err := rewrite(path, []gguf.Pair{{Key: "chaski.router.call", Value: float32(1e-6)}, {Key: "chaski.confidence.least", Value: float32(1)}}); err != nil {
		t.Fatal(err)
	}
	answer := func(params string) string {
		m, err := openEval(path)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		list := []llm.ToolSpec{{Name: "zorb_the_blicket", Parameters: json.RawMessage(params)}}
		c := corpus.Conversation{Tools: list, Messages: []llm.Message{{Role: llm.RoleSystem, Content: "Use the tools."}, {Role: llm.RoleUser, Content: "zorb the blicket"}}}
		msg, err := m.turn(&c, 2, llm.Sampling{Beams: 4}, llm.ToolChoice{})
		if err != nil || len(msg.Calls) > 0 {
			t.Fatalf("%+v, %v", msg, err)
		}
		return msg.Content
	}
	if got := answer(`{"type":"object","properties":{},"additionalProperties":false}`); !strings.HasPrefix(got, refusal) {
		t.Errorf("an unsure call became %q, want a refusal", got)
	}
	if got := answer(`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"},"c":{"type":"string"}},"required":["a","b","c"],"additionalProperties":false}`); strings.HasPrefix(got, refusal) {
		t.Errorf("a call that lacks values became %q", got)
	}
	// Words that read like a call are none.
	like := `What {"name": "zorb_the_blicket", "parameters": {}}`
	if err := rewrite(path, []gguf.Pair{{Key: "chaski.refusal", Value: like}}); err != nil {
		t.Fatal(err)
	}
	if got := answer(`{"type":"object","properties":{},"additionalProperties":false}`); !strings.HasPrefix(got, like) {
		t.Errorf("an unsure call became %q, want the text %s", got, like)
	}
	if err := os.Truncate(filepath.Join(dir, "spans.bin"), 100); err != nil {
		t.Fatal(err)
	}
	if err := putExperts(options{dir: dir, model: path}); err == nil {
		t.Error("a file that is cut short was taken")
	}
}
