package llama

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// change is a random adapter of the random models: A and B of each matrix by its name.
type change struct {
	rank  int
	alpha float32
	a, b  map[string][]float32
}

func randomChange(seed uint64, rank int, alpha float32, places ...string) change {
	rng := rand.New(rand.NewPCG(seed, 7))
	c := change{rank, alpha, map[string][]float32{}, map[string][]float32{}}
	config := Config{Layers: tLayers, Width: tWidth, Heads: tHeads, KVHeads: tKV, HeadDim: tDim, FFN: tFFN}
	for l := range tLayers {
		for place, name := range adapted {
			if len(places) > 0 && !slices.Contains(places, name) {
				continue
			}
			rows, cols := config.shape(place)
			fill := func(n int) []float32 {
				x := make([]float32, n)
				for i := range x {
					x[i] = 0.2 * float32(rng.NormFloat64())
				}
				return x
			}
			full := fmt.Sprintf("blk.%d.%s", l, name)
			c.a[full], c.b[full] = fill(rank*cols), fill(rows*rank)
		}
	}
	return c
}

func floats(x []float32) []byte {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// file writes the change as a GGUF adapter.
func (c change) file(t testing.TB, pairs ...gguf.Pair) string {
	t.Helper()
	if pairs == nil {
		pairs = []gguf.Pair{{Key: "general.type", Value: "adapter"}, {Key: "adapter.type", Value: "lora"}, {Key: "general.architecture", Value: "llama"}, {Key: "adapter.lora.alpha", Value: c.alpha}}
	}
	var sources []gguf.Source
	for name := range c.a {
		for suffix, x := range map[string][]float32{"a": c.a[name], "b": c.b[name]} {
			shape := []int{len(x) / c.rank, c.rank}
			if suffix == "b" {
				shape = []int{c.rank, len(x) / c.rank}
			}
			sources = append(sources, gguf.Source{Name: name + ".weight.lora_" + suffix, Type: tensor.F32, Shape: shape, Data: func(w io.Writer) error {
				_, err := w.Write(floats(x))
				return err
			}})
		}
	}
	path := filepath.Join(t.TempDir(), "adapter.gguf")
	if err := gguf.Create(path, pairs, sources); err != nil {
		t.Fatal(err)
	}
	return path
}

// folder writes it as PEFT does.
func (c change) folder(t testing.TB, config any) string {
	t.Helper()
	dir := t.TempDir()
	header, body := map[string]any{}, []byte{}
	for name := range c.a {
		for suffix, x := range map[string][]float32{"A": c.a[name], "B": c.b[name]} {
			shape := []int{c.rank, len(x) / c.rank}
			if suffix == "B" {
				shape = []int{len(x) / c.rank, c.rank}
				switch {
				case strings.HasSuffix(name, "attn_q"):
					x = halves(x, tHeads, c.rank)
				case strings.HasSuffix(name, "attn_k"):
					x = halves(x, tKV, c.rank)
				}
			}
			theirs := "base_model.model." + strings.TrimSuffix(rename(name+".weight"), ".weight") + ".lora_" + suffix + ".weight"
			header[theirs] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{len(body), len(body) + 4*len(x)}}
			body = append(body, floats(x)...)
		}
	}
	head, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	_ = binary.Write(&out, binary.LittleEndian, uint64(len(head)))
	out.Write(head)
	out.Write(body)
	if config == nil {
		config = map[string]any{"peft_type": "LORA", "r": c.rank, "lora_alpha": c.alpha, "bias": "none", "modules_to_save": nil}
	}
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"adapter_model.safetensors": out.Bytes(), "adapter_config.json": raw} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func baseFile(t testing.TB, seed uint64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "base.gguf")
	if err := os.WriteFile(path, randomWeights(seed).gguf(t, metadata(), ""), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func openBench(t testing.TB, path string) bench {
	t.Helper()
	m, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return newBench(t, m, 2, tensor.F32, 512)
}

// last are the logits after a prompt with an adapter.
func (b bench) last(t testing.TB, prompt []int32, a *Adapter) []float32 {
	t.Helper()
	table := b.cache.NewTable()
	defer table.Free()
	got, err := b.Forward([]Span{{Table: table, Tokens: prompt, Logits: 1, Adapter: a}})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(got[0])
}

// TestAdapters: an adapter changes a model as if it were merged into it, from a GGUF file
// as from a folder of PEFT's; several go through one pass, each with its own.
func TestAdapters(t *testing.T) {
	base := baseFile(t, 3)
	b := openBench(t, base)
	prompt := ids(5, 30)
	plain := b.last(t, prompt, nil)
	var adapters []*Adapter
	var alone [][]float32
	for i, c := range []change{randomChange(1, 4, 8, adapted...), randomChange(2, 8, 8, "attn_q", "attn_k"), randomChange(3, 70, 35, "ffn_down")} {
		a, err := b.model.OpenAdapter(c.file(t))
		if err != nil {
			t.Fatal(err)
		}
		got := b.last(t, prompt, a)
		if relative(got, plain) < 1e-3 {
			t.Errorf("adapter %d changes nothing", i)
		}
		merged := filepath.Join(t.TempDir(), "merged.gguf")
		pool := tensor.NewPool(2)
		if err := Merge(context.Background(), base, c.file(t), merged, nil, pool, nil); err != nil {
			t.Fatal(err)
		}
		pool.Close()
		if want := openBench(t, merged).last(t, prompt, nil); relative(got, want) > 1e-4 {
			t.Errorf("adapter %d differs from the merged model by %g", i, relative(got, want))
		}
		folder, err := b.model.OpenAdapter(c.folder(t, nil))
		if err != nil {
			t.Fatal(err)
		}
		if other := b.last(t, prompt, folder); relative(got, other) > 1e-6 {
			t.Errorf("adapter %d from a folder differs by %g", i, relative(got, other))
		}
		adapters, alone = append(adapters, a), append(alone, got)
	}
	// All in one pass.
	adapters, alone = append(adapters, nil), append(alone, plain)
	var spans []Span
	for _, a := range adapters {
		table := b.cache.NewTable()
		defer table.Free()
		spans = append(spans, Span{Table: table, Tokens: prompt, Logits: 1, Adapter: a})
	}
	got, err := b.Forward(spans)
	if err != nil {
		t.Fatal(err)
	}
	for i := range spans {
		if relative(got[i], alone[i]) > 1e-4 {
			t.Errorf("adapter %d in a batch differs by %g", i, relative(got[i], alone[i]))
		}
	}
	if adapters[0].Sum == adapters[1].Sum {
		t.Error("two adapters have one name")
	}
}

// TestScales: what the folder's configuration says of the scale.
func TestScales(t *testing.T) {
	b := openBench(t, baseFile(t, 3))
	c := randomChange(1, 4, 8, "attn_v")
	for name, one := range map[string]struct {
		config map[string]any
		factor float32
	}{
		"plain":  {map[string]any{"peft_type": "LORA", "r": 4, "lora_alpha": 8}, 2},
		"rslora": {map[string]any{"peft_type": "LORA", "r": 4, "lora_alpha": 8, "use_rslora": true}, 4},
		"own":    {map[string]any{"peft_type": "LORA", "r": 4, "lora_alpha": 8, "alpha_pattern": map[string]any{"v_proj": 2}}, 0.5},
	} {
		a, err := b.model.OpenAdapter(c.folder(t, one.config))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := a.layers[0][adaptV].b[0], c.b["blk.0.attn_v"][0]*one.factor; math.Abs(float64(got-want)) > 1e-6 {
			t.Errorf("%s: %g, want %g", name, got, want)
		}
	}
}

// TestBadAdapters: what is not done is refused by name.
func TestBadAdapters(t *testing.T) {
	b := openBench(t, baseFile(t, 3))
	c := randomChange(1, 4, 8, "attn_v")
	other := randomChange(1, 4, 8, "attn_v")
	other.a["token_embd"], other.b["token_embd"] = other.a["blk.0.attn_v"], other.b["blk.0.attn_v"]
	deep := randomChange(1, 4, 8, "attn_v")
	deep.a["blk.9.attn_v"], deep.b["blk.9.attn_v"] = deep.a["blk.0.attn_v"], deep.b["blk.0.attn_v"]
	wrong := randomChange(1, 4, 8, "attn_v")
	wrong.a["blk.0.attn_v"] = wrong.a["blk.0.attn_v"][:4*8]
	nan := randomChange(1, 4, 8, "attn_v")
	nan.a["blk.0.attn_v"][3] = float32(math.NaN())
	for want, path := range map[string]string{
		"is this an adapter":  baseFile(t, 3),
		"token_embd":          other.file(t),
		"blk.9":               deep.file(t),
		"want r ×":            wrong.file(t),
		"no number":           nan.file(t),
		"want \"LORA\"":       c.folder(t, map[string]any{"peft_type": "IA3"}),
		"adapter_config.json": t.TempDir(),
		"no such file":        "nowhere.gguf",
		"adapter.type":        c.file(t, gguf.Pair{Key: "general.type", Value: "adapter"}, gguf.Pair{Key: "adapter.type", Value: "other"}, gguf.Pair{Key: "general.architecture", Value: "llama"}),
	} {
		if _, err := b.model.OpenAdapter(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := Merge(context.Background(), b.model.File.Path, c.file(t), b.model.File.Path, nil, nil, nil); err == nil || !strings.Contains(err.Error(), "over itself") {
		t.Error(err)
	}
}
