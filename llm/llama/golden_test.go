package llama

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"testing"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/tensor"
)

const goldenDir = "../../../shared/golden/models"

func golden(t testing.TB, name string, to any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(goldenDir, name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, to); err != nil {
		t.Fatal(err)
	}
}

// bench is a model with a runner and a cache.
type bench struct {
	*Runner
	cache *kv.Pool
}

func open(t testing.TB, name string, threads int, format tensor.Type, tokens int) bench {
	t.Helper()
	path := filepath.Join(goldenDir, name)
	f, err := gguf.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	return newBench(t, m, threads, format, tokens)
}

func newBench(t testing.TB, m *Model, threads int, format tensor.Type, tokens int) bench {
	t.Helper()
	cache, err := kv.NewPool(m.KVShape(), format, 0, tokens/kv.DefaultPageTokens+8)
	if err != nil {
		t.Fatal(err)
	}
	pool := tensor.NewPool(threads)
	r, err := NewRunner(m, pool, cache)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		pool.Close()
		if err := errors.Join(cache.Close(), m.Close()); err != nil {
			t.Error(err)
		}
	})
	return bench{r, cache}
}

// prefill runs a prompt in chunks and returns the last token's logits.
func (b bench) prefill(t testing.TB, table *kv.Table, ids []int32, chunk int) []float32 {
	t.Helper()
	var out [][]float32
	for len(ids) > 0 {
		n := min(chunk, len(ids))
		var err error
		if out, err = b.Forward([]Span{{Table: table, Tokens: ids[:n], Logits: 1}}); err != nil {
			t.Fatal(err)
		}
		ids = ids[n:]
	}
	return slices.Clone(out[0])
}

// relative returns |a−b| / |b|.
func relative(a, b []float32) float64 {
	var d, n float64
	for i := range b {
		d += math.Pow(float64(a[i])-float64(b[i]), 2)
		n += math.Pow(float64(b[i]), 2)
	}
	return math.Sqrt(d / n)
}

// divergence returns KL(softmax(want) ‖ softmax(got)).
func divergence(want, got []float32) float64 {
	p, q := logSoftmax(want), logSoftmax(got)
	var kl float64
	for i := range p {
		kl += math.Exp(p[i]) * (p[i] - q[i])
	}
	return kl
}

func logSoftmax(x []float32) []float64 {
	top := slices.Max(x)
	var sum float64
	for _, v := range x {
		sum += math.Exp(float64(v - top))
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v-top) - math.Log(sum)
	}
	return out
}

type reference struct {
	Prompt []int32 `json:"prompt_ids"`
	Files  map[string]struct {
		NLL    float64   `json:"nll"`
		Argmax []int     `json:"argmax"`
		Last   []float32 `json:"last_logits"`
	}
}

// TestGoldenModels compares every number format with the float64 reference, with the
// fast kernels and in exact arithmetic; -short leaves out the exact pass of all formats
// but one, for the race detector makes plain Go loops twenty times slower.
func TestGoldenModels(t *testing.T) {
	var ref reference
	golden(t, "tiny.json", &ref)
	names := make([]string, 0, len(ref.Files))
	for name := range ref.Files {
		names = append(names, name)
	}
	sort.Strings(names)
	if len(names) != 13 {
		t.Fatalf("%d files", len(names))
	}
	for _, name := range names {
		want := ref.Files[name]
		for _, exact := range []bool{false, true} {
			if exact && testing.Short() && name != "tiny-Q2_K.gguf" {
				continue
			}
			t.Run(fmt.Sprintf("%s/exact=%v", name, exact), func(t *testing.T) {
				b := open(t, name, 2, tensor.F32, 512)
				b.Exact = exact
				out, err := b.Forward([]Span{{Table: b.cache.NewTable(), Tokens: ref.Prompt, Logits: len(ref.Prompt)}})
				if err != nil {
					t.Fatal(err)
				}
				last := out[len(out)-1]
				rel, kl := relative(last, want.Last), divergence(want.Last, last)
				var nll float64
				agree := 0
				for i, logits := range out {
					if tensor.Argmax(logits) == want.Argmax[i] {
						agree++
					}
					if i+1 < len(out) {
						nll -= logSoftmax(logits)[ref.Prompt[i+1]] / float64(len(out)-1)
					}
				}
				t.Logf("relative error %.2e, KL %.2e, NLL off by %.2e, argmax agrees at %d of %d", rel, kl, nll-want.NLL, agree, len(out))
				maxKL, maxNLL, minAgree := 1e-3, 5e-3, 270
				if exact {
					maxKL, maxNLL, minAgree = 1e-8, 1e-5, len(out)
				}
				if kl > maxKL || math.Abs(nll-want.NLL) > maxNLL || agree < minAgree {
					t.Errorf("want KL ≤ %.0e, NLL within %.0e, argmax at %d or more", maxKL, maxNLL, minAgree)
				}
				if name == "tiny-F32.gguf" && rel > 1e-5 {
					t.Errorf("relative error %.2e, want ≤ 1e-5", rel)
				}
			})
		}
	}
}

// TestGoldenModelsShort says what -short leaves out.
func TestGoldenModelsShort(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: exact arithmetic is slow, TestGoldenModels ran it for one format of 13")
	}
}

// TestLongContext goes past 8,192 positions, with a half-precision and a full cache.
func TestLongContext(t *testing.T) {
	if testing.Short() {
		t.Skip("9,000 tokens take some seconds")
	}
	var ref struct {
		File   string
		Prompt []int32   `json:"prompt_ids"`
		Last   []float32 `json:"last_logits"`
	}
	golden(t, "tiny-9000-tokens.json", &ref)
	for format, limit := range map[tensor.Type]float64{tensor.F32: 1e-5, tensor.F16: 1e-3} {
		t.Run(format.String(), func(t *testing.T) {
			b := open(t, ref.File, 2, format, len(ref.Prompt))
			rel := relative(b.prefill(t, b.cache.NewTable(), ref.Prompt, 512), ref.Last)
			t.Logf("relative error %.2e", rel)
			if rel > limit {
				t.Errorf("relative error %.2e, want ≤ %.0e", rel, limit)
			}
		})
	}
}

// TestStories runs a trained model greedily, on 1, 2 and 3 threads.
func TestStories(t *testing.T) {
	var ref struct {
		Prompt []int32 `json:"prompt_ids"`
		Greedy []int32 `json:"greedy_ids"`
	}
	golden(t, "stories260K.json", &ref)
	if testing.Short() {
		ref.Greedy = ref.Greedy[:60]
	}
	for _, threads := range []int{1, 2, 3} {
		b := open(t, "stories260K.gguf", threads, tensor.F32, 512)
		table := b.cache.NewTable()
		logits := b.prefill(t, table, ref.Prompt, 1)
		for i, want := range ref.Greedy {
			id := int32(tensor.Argmax(logits))
			if id != want {
				t.Fatalf("%d threads: token %d is %d, want %d", threads, i, id, want)
			}
			logits = b.prefill(t, table, []int32{id}, 1)
		}
		// A part of the text as a prompt, in chunks of any size, leads to the rest.
		all := append(slices.Clone(ref.Prompt), ref.Greedy...)
		part := len(all) * 3 / 4
		for _, chunk := range []int{1, 4, 8, 23, 512} {
			again := b.cache.NewTable()
			logits := b.prefill(t, again, all[:part], chunk)
			for i, want := range all[part:] {
				if id := int32(tensor.Argmax(logits)); id != want {
					t.Fatalf("%d threads, chunks of %d: token %d is %d, want %d", threads, chunk, part+i, id, want)
				}
				logits = b.prefill(t, again, []int32{want}, 1)
			}
			again.Free()
		}
		table.Free()
	}
}
