package llama

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// directoryOf writes the model as Hugging Face lays it out, in two files.
func directoryOf(t testing.TB, w *weights, typ tensor.Type) string {
	t.Helper()
	dir := t.TempDir()
	config := map[string]any{
		"architectures": []string{"LlamaForCausalLM"}, "num_hidden_layers": tLayers, "hidden_size": tWidth, "num_attention_heads": tHeads,
		"num_key_value_heads": tKV, "intermediate_size": tFFN, "vocab_size": tVocab, "max_position_embeddings": 4096, "rms_norm_eps": 1e-5,
		"rope_theta": 500000.0, "hidden_act": "silu", "tie_word_embeddings": true,
	}
	save := func(name string, v any) {
		b, err := json.Marshal(v)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	save("config.json", config)
	index := map[string]string{}
	for part := range 2 {
		header := map[string]any{"__metadata__": map[string]string{"format": "pt"}}
		var body []byte
		for i, name := range w.names {
			if i%2 != part {
				continue
			}
			shape := slices.Clone(w.shape[name])
			slices.Reverse(shape)
			x := w.data[name]
			for suffix, heads := range map[string]int{"attn_q.weight": tHeads, "attn_k.weight": tKV} {
				if strings.HasSuffix(name, suffix) {
					x = halves(x, heads, tWidth)
				}
			}
			b := make([]byte, typ.RowBytes(len(x)))
			tensor.Quantize(typ, b, x)
			header[rename(name)] = map[string]any{"dtype": typ.String(), "shape": shape, "data_offsets": []int{len(body), len(body) + len(b)}}
			body = append(body, b...)
			index[rename(name)] = fmt.Sprintf("model-%d.safetensors", part)
		}
		h, err := json.Marshal(header)
		if err != nil {
			t.Fatal(err)
		}
		out := binary.LittleEndian.AppendUint64(nil, uint64(len(h)))
		out = append(append(out, h...), body...)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("model-%d.safetensors", part)), out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save("model.safetensors.index.json", map[string]any{"weight_map": index})
	return dir
}

// halves reorders the rows of each head so that its halves, not neighbours, rotate.
func halves(x []float32, heads, cols int) []float32 {
	out := make([]float32, len(x))
	dim := len(x) / cols / heads
	for h := range heads {
		for i := range dim {
			from := i/2 + i%2*(dim/2) // where row i of the interleaved order belongs
			copy(out[(h*dim+from)*cols:][:cols], x[(h*dim+i)*cols:][:cols])
		}
	}
	return out
}

func TestDirectory(t *testing.T) {
	w := randomWeights(1)
	b := randomBench(t, 1)
	prompt := ids(9, 40)
	want := b.prefill(t, b.cache.NewTable(), prompt, 64)
	q8, err := gguf.ParseMix("Q8_0")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		typ   tensor.Type
		o     Options
		limit float64
	}{{tensor.F32, Options{}, 1e-6}, {tensor.F16, Options{}, 3e-3}, {tensor.BF16, Options{}, 3e-2}, {tensor.F32, Options{Quantize: &q8}, 5e-2}} {
		m, err := Open(directoryOf(t, w, c.typ), c.o)
		if err != nil {
			t.Fatal(err)
		}
		d := newBench(t, m, 2, tensor.F32, 256)
		if rel := relative(d.prefill(t, d.cache.NewTable(), prompt, 64), want); rel > c.limit {
			t.Errorf("%v, quantised %v: off by %.1e", c.typ, c.o.Quantize != nil, rel)
		}
	}
}

func TestBadDirectories(t *testing.T) {
	w := randomWeights(1)
	edit := func(name string, change func(string) string) func(dir string) {
		return func(dir string) {
			p := filepath.Join(dir, name)
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, []byte(change(string(b))), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	replace := func(a, b string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, a) {
				t.Fatalf("%q is not in the file", a)
			}
			return strings.Replace(s, a, b, 1)
		}
	}
	for name, c := range map[string]struct {
		change func(dir string)
		want   string
	}{
		"no config":     {func(d string) { _ = os.Remove(filepath.Join(d, "config.json")) }, "config.json"},
		"architecture":  {edit("config.json", replace("LlamaFor", "MistralFor")), "want LlamaForCausalLM"},
		"shape":         {edit("config.json", replace(`"num_key_value_heads":2`, `"num_key_value_heads":1`)), "tensor model.layers.0.self_attn.k_proj.weight has the shape [32 64], want [16 64]"},
		"layers":        {edit("config.json", replace(`"num_hidden_layers":2`, `"num_hidden_layers":3`)), "tensor model.layers.2.input_layernorm.weight is missing"},
		"truncated":     {edit("model-0.safetensors", func(s string) string { return s[:len(s)-10] }), "is the file truncated?"},
		"header length": {edit("model-0.safetensors", func(s string) string { return "\xff\xff\xff\xff\xff\xff\xff\x7f" + s[8:] }), "a header of"},
		"number format": {edit("model-1.safetensors", replace(`"F32"`, `"I64"`)), `number format "I64"`},
		"missing file":  {func(d string) { _ = os.Remove(filepath.Join(d, "model-1.safetensors")) }, "model-1.safetensors"},
		"feed-forward":  {edit("config.json", replace(`"hidden_act"`, `"mlp_bias":true,"hidden_act"`)), "feed-forward bias true"},
		"linear":        {edit("config.json", replace(`"hidden_act"`, `"rope_scaling":{"rope_type":"linear","factor":0.5},"hidden_act"`)), "the factor 0.5"},
		"scaling":       {edit("config.json", replace(`"hidden_act"`, `"rope_parameters":{"rope_type":"yarn"},"hidden_act"`)), `"yarn" is not supported`},
		"too few":       {edit("config.json", replace(`"num_hidden_layers":2`, `"num_hidden_layers":1`)), "tensor model.layers.1.input_layernorm.weight has no place"},
		"no head":       {edit("config.json", replace(`"tie_word_embeddings":true`, `"tie_word_embeddings":false`)), "tensor lm_head.weight is missing"},
		"file outside":  {edit("model.safetensors.index.json", replace("model-1.safetensors", "../x.safetensors")), "is not in the directory"},
	} {
		dir := directoryOf(t, w, tensor.F32)
		c.change(dir)
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestRopeFields: the base and the scaling are read from the older and the newer field.
func TestRopeFields(t *testing.T) {
	const shape = `{"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 1, "hidden_size": 8, "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 9, `
	const scaling = `"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192`
	for _, c := range []string{`"rope_theta": 500000.0, "rope_scaling": {` + scaling + `}}`, `"rope_parameters": {"rope_theta": 500000.0, ` + scaling + `}}`} {
		got, _, err := parseConfig([]byte(shape + c))
		if err != nil || got.RopeBase != 500000 || got.RopeScaling == nil || *got.RopeScaling != (RopeScaling{8, 1, 4, 8192}) || got.Epsilon != 1e-6 {
			t.Errorf("%s: %+v, %v", c, got, err)
		}
	}
	if got, _, err := parseConfig([]byte(shape + `"rope_parameters": {"rope_type": "default"}}`)); err != nil || got.RopeBase != 10000 || got.RopeScaling != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestOverlap: tensors that share bytes are refused; that touch, read.
func TestOverlap(t *testing.T) {
	for from, want := range map[int]string{8: "", 4: "tensors a and b overlap", 0: "tensors a and b overlap"} {
		h := fmt.Sprintf(`{"b": {"dtype": "F32", "shape": [2], "data_offsets": [%d, %d]}, "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}`, from, from+8)
		_, err := parseSafetensors(append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(h))), h...), make([]byte, 16)...))
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && got != want {
			t.Errorf("from byte %d: %v, want %q", from, err, want)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	h := `{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}`
	f.Add(append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(h))), h...), make([]byte, 8)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, err := parseSafetensors(data)
		if err != nil {
			return
		}
		for name, x := range tensors {
			n := 1
			for _, d := range x.shape {
				n *= d
			}
			if len(x.data) != x.typ.RowBytes(n) {
				t.Fatalf("%s: %+v", name, x)
			}
		}
	})
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 1, "hidden_size": 8, "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 9}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, _, err := parseConfig(data); err == nil && c.check() != nil {
			t.Fatalf("%+v", c)
		}
	})
}
