package engine

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/tensor"
)

const goldenDir = "../../../shared/golden/models"

func stories(t *testing.T, threads int) (*llama.Runner, *kv.Pool) {
	t.Helper()
	path := filepath.Join(goldenDir, "stories260K.gguf")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	m, err := llama.Open(path, llama.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cache, err := kv.NewPool(m.KVShape(), tensor.F32, 0, 16)
	if err != nil {
		t.Fatal(err)
	}
	pool := tensor.NewPool(threads)
	r, err := llama.NewRunner(m, pool, cache)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		pool.Close()
		if err := errors.Join(cache.Close(), m.Close()); err != nil {
			t.Error(err)
		}
	})
	return r, cache
}

func greedy(t *testing.T) (prompt, ids []int32) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(goldenDir, "stories260K.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Prompt []int32 `json:"prompt_ids"`
		Greedy []int32 `json:"greedy_ids"`
	}
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	return ref.Prompt, ref.Greedy
}

func collect(t *testing.T, r *llama.Runner, cache *kv.Pool, c Completion) []int32 {
	t.Helper()
	table := cache.NewTable()
	defer table.Free()
	var ids []int32
	for tok, err := range Complete(context.Background(), r, table, c, nil) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, tok.ID)
	}
	return ids
}

// TestGreedy: the greedy text, for any number of threads and any chunks of the prompt.
func TestGreedy(t *testing.T) {
	prompt, want := greedy(t)
	threads, chunks, cut := []int{1, 2, 3}, []int{1, 4, 8, 23, 512}, 40
	if raced {
		threads, chunks, cut = []int{3}, []int{8, 23}, len(want)-40
	}
	for _, threads := range threads {
		r, cache := stories(t, threads)
		for _, chunk := range chunks {
			c := Completion{Prompt: append(slices.Clone(prompt), want[:cut]...), Max: len(want) - cut, Chunk: chunk}
			if got := collect(t, r, cache, c); !slices.Equal(got, want[cut:]) {
				t.Fatalf("%d threads, chunks of %d: %v", threads, chunk, got)
			}
		}
	}
}

func TestStopTokenAndSeed(t *testing.T) {
	prompt, want := greedy(t)
	r, cache := stories(t, 2)
	stop := want[7]
	if got := collect(t, r, cache, Completion{Prompt: prompt, Max: 100, Stop: []int32{stop}}); !slices.Equal(got, want[:slices.Index(want, stop)]) {
		t.Fatalf("%v", got)
	}
	c := Completion{Prompt: prompt, Max: 60, Sampling: llm.Sampling{Temperature: 1, Seed: 5}}
	if a, b := collect(t, r, cache, c), collect(t, r, cache, c); !slices.Equal(a, b) {
		t.Fatalf("the same seed gave %v and %v", a, b)
	}
}

// TestCancel ends a completion at every token; nothing is left behind.
func TestCancel(t *testing.T) {
	prompt, _ := greedy(t)
	r, cache := stories(t, 2)
	before := runtime.NumGoroutine()
	for at := range 30 {
		ctx, cancel := context.WithCancel(context.Background())
		table := cache.NewTable()
		n := 0
		var last error
		for _, err := range Complete(ctx, r, table, Completion{Prompt: prompt, Max: 40}, nil) {
			if last = err; err != nil {
				break
			}
			if n++; n > at {
				cancel()
			}
		}
		cancel()
		if !errors.Is(last, context.Canceled) || n != at+1 {
			t.Fatalf("cancelled at %d: %d tokens, %v", at, n, last)
		}
		table.Free()
	}
	if cache.Free() != cache.Pages() || runtime.NumGoroutine() > before {
		t.Fatalf("%d of %d pages are free, %d goroutines, %d before", cache.Free(), cache.Pages(), runtime.NumGoroutine(), before)
	}
}

func TestRefusals(t *testing.T) {
	r, cache := stories(t, 1)
	for name, c := range map[string]struct {
		c    Completion
		want error
	}{
		"empty prompt":    {Completion{Max: 1}, nil},
		"negative max":    {Completion{Prompt: []int32{1}, Max: -1}, nil},
		"bad id":          {Completion{Prompt: []int32{1, 512}, Max: 1}, llama.ErrToken},
		"too long":        {Completion{Prompt: make([]int32, 5000), Max: 1}, llama.ErrContext},
		"bad sampling":    {Completion{Prompt: []int32{1}, Max: 1, Sampling: llm.Sampling{TopP: 2}}, nil},
		"cache too small": {Completion{Prompt: []int32{1}, Max: 600}, nil},
	} {
		table := cache.NewTable()
		var last error
		for _, err := range Complete(context.Background(), r, table, c.c, nil) {
			last = err
		}
		if last == nil || c.want != nil && !errors.Is(last, c.want) {
			t.Errorf("%s: %v, want %v", name, last, c.want)
		}
		table.Free()
	}
}
