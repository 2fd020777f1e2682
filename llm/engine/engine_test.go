package engine

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/tensor"
)

var rounds = flag.Int("rounds", 6, "histories after which logits are compared")

const modelDir = "../../../shared/golden/models"

func start(t testing.TB, file string, o Options) *Engine {
	t.Helper()
	path := filepath.Join(modelDir, file)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	if o.Tokens == 0 {
		o.Tokens = 2048
	}
	e, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func random(seed uint64, n, vocab int) []int32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(rng.IntN(vocab))
	}
	return ids
}

func outcome(t testing.TB, e *Engine, job Job) ([]int32, Outcome) {
	t.Helper()
	ids, out, err := gather(e, job)
	if err != nil {
		t.Error(err)
	}
	return ids, out
}

func gather(e *Engine, job Job) (ids []int32, out Outcome, err error) {
	for tok, err := range e.Run(context.Background(), job, &out) {
		if err != nil {
			return ids, out, err
		}
		ids = append(ids, tok.ID)
	}
	return ids, out, nil
}

// alone is what Complete, one sequence on a fresh cache, generates.
func alone(t testing.TB, e *Engine, format tensor.Type, job Job) (ids []int32) {
	t.Helper()
	pages, err := kv.NewPool(e.model.KVShape(), format, 0, 64)
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	threads := tensor.NewPool(2)
	defer threads.Close()
	r, err := llama.NewRunner(e.model, threads, pages)
	if err != nil {
		t.Fatal(err)
	}
	for tok, err := range Complete(context.Background(), r, pages.NewTable(), Completion{Prompt: job.Prompt, Max: job.Max, Sampling: job.Sampling}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, tok.ID)
	}
	return ids
}

// TestSameText: many sequences together, with shared prefixes and speculation, greedy
// and sampled, give the text that each gives alone.
func TestSameText(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{Cache: "f32", Chunk: 24, Tokens: 512})
	prefix := append([]int32{1}, random(3, 40, e.model.Vocab)...)
	var wg sync.WaitGroup
	for i := range 8 {
		job := Job{Prompt: append(slices.Clone(prefix[:1+5*i]), random(uint64(i), 3, e.model.Vocab)...), Max: 60}
		if i%2 == 1 {
			job.Sampling = llm.Sampling{Temperature: 0.7, TopP: 0.9, Seed: uint64(i)}
		}
		want := alone(t, e, tensor.F32, job)
		wg.Go(func() {
			if got, _ := outcome(t, e, job); !slices.Equal(got, want) {
				t.Errorf("sequence %d: %v, alone %v", i, got, want)
			}
		})
	}
	wg.Wait()
}

// TestSpeculation: text that repeats takes fewer passes, and is the same.
func TestSpeculation(t *testing.T) {
	job := Job{Prompt: []int32{1}, Max: 200}
	plain := start(t, "stories260K.gguf", Options{Cache: "f32", NoDrafts: true, Tokens: 512})
	want, a := outcome(t, plain, job)
	job.Prompt = append(job.Prompt, want[:199]...)
	job.Prompt = append(job.Prompt, 1) // the same story again
	job.Max = 150
	want, a = outcome(t, plain, job)
	e := start(t, "stories260K.gguf", Options{Cache: "f32", Tokens: 512})
	e.pace.frozen = true // so that the passes can be counted on a busy machine
	got, b := outcome(t, e, job)
	if !slices.Equal(got, want) {
		t.Fatalf("with drafts %v, without %v", got, want)
	}
	t.Logf("%d passes without, %d with; %d of %d drafted tokens accepted", a.Usage.ForwardPasses, b.Usage.ForwardPasses, b.Usage.AcceptedTokens, b.Usage.DraftedTokens)
	if float64(a.Usage.ForwardPasses) < 1.5*float64(b.Usage.ForwardPasses) {
		t.Errorf("%d passes without drafts, %d with: want 1.5 times fewer", a.Usage.ForwardPasses, b.Usage.ForwardPasses)
	}
}

// TestSharedPrefix: eight requests at once with one long prefix compute it once.
func TestSharedPrefix(t *testing.T) {
	e := start(t, "tiny-Q8_0.gguf", Options{Chunk: 128})
	prefix := random(1, 500, e.model.Vocab)
	var wg sync.WaitGroup
	var mu sync.Mutex
	computed := 0
	for i := range 8 {
		wg.Go(func() {
			_, out := outcome(t, e, Job{Prompt: append(slices.Clone(prefix), int32(i), 7, 9), Max: 4})
			mu.Lock()
			defer mu.Unlock()
			computed += out.Usage.PromptTokens - out.Usage.CachedTokens
		})
	}
	wg.Wait()
	if most := len(prefix) + 8*3; computed > most {
		t.Errorf("%d prompt tokens were computed, want at most %d", computed, most)
	}
	_, other := outcome(t, e, Job{Prompt: prefix, Max: 1, Tenant: "other"})
	if other.Usage.CachedTokens != 0 {
		t.Errorf("another tenant was given %d cached tokens", other.Usage.CachedTokens)
	}
	changed := append(slices.Clone(prefix), 1)
	changed[77]++
	if _, out := outcome(t, e, Job{Prompt: changed, Max: 1}); out.Usage.FirstDivergent != 77 || out.Usage.CachedTokens != 77 {
		t.Errorf("the first divergent token is %d, %d cached, want 77", out.Usage.FirstDivergent, out.Usage.CachedTokens)
	}
}

// TestLogitsAfterHistory: after shares, forks, rollbacks, evictions and a way over the
// disk, logits equal those of a fresh prefill. Token by token that is bit for bit; in
// chunks the kernels sum in an order that depends on the tokens of a pass.
func TestLogitsAfterHistory(t *testing.T) {
	for _, c := range []struct {
		format tensor.Type
		single bool    // one token in each pass
		limit  float64 // of the relative error
	}{{tensor.F32, true, 0}, {tensor.F32, false, 1e-6}, {tensor.F16, false, 1e-3}, {tensor.Q8_0, false, 1}} {
		format := c.format
		t.Run(fmt.Sprintf("%v/single=%v", format, c.single), func(t *testing.T) {
			e := start(t, "tiny-F32.gguf", Options{})
			pages, err := kv.NewPool(e.model.KVShape(), format, 0, 24)
			if err != nil {
				t.Fatal(err)
			}
			defer pages.Close()
			disk, err := kv.OpenDisk(pages, kv.DiskOptions{Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			defer disk.Close()
			cache := kv.NewCache(pages, disk)
			cache.Report = func(err error) { t.Error(err) }
			threads := tensor.NewPool(2)
			defer threads.Close()
			r, err := llama.NewRunner(e.model, threads, pages)
			if err != nil {
				t.Fatal(err)
			}
			run := func(table *kv.Table, ids []int32) []float32 {
				if err := cache.Room(table.Missing(len(ids))); err != nil {
					t.Fatal(err)
				}
				n := len(ids)
				if c.single {
					n = 1
				}
				var out [][]float32
				for part := range slices.Chunk(ids, n) {
					var err error
					if out, err = r.Forward([]llama.Span{{Table: table, Tokens: part, Logits: 1}}); err != nil {
						t.Fatal(err)
					}
				}
				return slices.Clone(out[0])
			}
			rng := rand.New(rand.NewPCG(5, uint64(format)))
			base := random(9, 160, e.model.Vocab)
			rounds := *rounds
			if raced {
				rounds = 4
			}
			for round := range rounds {
				ids := append(slices.Clone(base[:20+rng.IntN(140)]), random(uint64(round), 1+rng.IntN(50), e.model.Vocab)...)
				table := cache.Match("", ids[:len(ids)-1])
				for table.Len() < len(ids)-1 { // with a wrong draft that is rolled back
					n := min(1+rng.IntN(40), len(ids)-1-table.Len())
					run(table, ids[table.Len():][:n])
					at := table.Len()
					run(table, random(uint64(at), 3, e.model.Vocab))
					table.Truncate(at)
				}
				fork := table.Fork(table.Len())
				got := run(fork, ids[len(ids)-1:])
				cache.Insert("", table, ids, table.Len())
				table.Free()
				fork.Free()
				if round%3 == 2 {
					if err := cache.Room(pages.Pages()); err != nil { // all goes to disk
						t.Fatal(err)
					}
				}
				fresh := pages.NewTable()
				want := run(fresh, ids)
				fresh.Free()
				diff, norm := 0.0, 0.0
				for i := range want {
					diff += math.Pow(float64(got[i]-want[i]), 2)
					norm += math.Pow(float64(want[i]), 2)
				}
				rel, kl := math.Sqrt(diff/norm), divergence(want, got)
				if rel > c.limit || kl > 1e-3 {
					t.Fatalf("round %d, %d tokens: relative error %.2e, KL %.2e", round, len(ids), rel, kl)
				}
			}
			if s := cache.Stats(); s.Restored == 0 || s.Evicted == 0 {
				t.Fatalf("the history had no eviction or restoration: %+v", s)
			}
		})
	}
}

func divergence(want, got []float32) (kl float64) {
	p, q := logs(want), logs(got)
	for i := range p {
		kl += math.Exp(p[i]) * (p[i] - q[i])
	}
	return kl
}

func logs(x []float32) []float64 {
	top, sum, out := float64(slices.Max(x)), 0.0, make([]float64, len(x))
	for _, v := range x {
		sum += math.Exp(float64(v) - top)
	}
	for i, v := range x {
		out[i] = float64(v) - top - math.Log(sum)
	}
	return out
}

// TestRestart: what one engine computed, the next one reads from disk; a damaged page
// is reported and computed again.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	job := Job{Prompt: random(2, 300, 1280), Max: 8}
	first := start(t, "tiny-Q8_0.gguf", Options{CacheDir: dir})
	want, _ := outcome(t, first, job)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := start(t, "tiny-Q8_0.gguf", Options{CacheDir: dir})
	got, out := outcome(t, second, job)
	if !slices.Equal(got, want) || out.Usage.CachedTokens != 299 {
		t.Fatalf("%v with %d cached tokens, want %v with 299", got, out.Usage.CachedTokens, want)
	}
	path := second.disk.Path()
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	var reported error
	third := start(t, "tiny-Q8_0.gguf", Options{CacheDir: dir, Report: func(err error) { reported = err }})
	if err := os.Truncate(path, 200_000); err != nil { // under the running engine
		t.Fatal(err)
	}
	got, out = outcome(t, third, job)
	if !slices.Equal(got, want) || out.Usage.CachedTokens >= 299 || !errors.Is(reported, kv.ErrCorrupt) {
		t.Fatalf("%v with %d cached tokens, reported %v", got, out.Usage.CachedTokens, reported)
	}
}

// TestCancelEverywhere cancels at every token; goroutines and pages return to where they were.
func TestCancelEverywhere(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{Tokens: 512})
	before := runtime.NumGoroutine()
	for i := range 80 {
		n, beams := i/2, 1+i%2*3
		ctx, cancel := context.WithCancel(context.Background())
		got, last := 0, error(nil)
		for _, err := range e.Run(ctx, Job{Prompt: []int32{1, int32(n)}, Max: 300, Sampling: llm.Sampling{Beams: beams}}, nil) {
			if last = err; err != nil {
				break
			}
			if got++; got > n {
				cancel()
			}
		}
		cancel()
		if !errors.Is(last, context.Canceled) {
			t.Fatalf("%d beams cancelled at token %d: %v", beams, n, last)
		}
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		s := e.Stats()
		if s.Live == 0 && s.Waiting == 0 && s.Free+s.Cached == s.Pages && runtime.NumGoroutine() <= before {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v, %d goroutines, before %d", s, runtime.NumGoroutine(), before)
		}
		time.Sleep(time.Millisecond)
	}
}

// TestManyRequests: 10,000 at once over a pool that holds a few wait their turn.
func TestManyRequests(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{Tokens: 128, PageSize: 16})
	var wg sync.WaitGroup
	n := 10_000
	if raced {
		n = 1_000
	}
	for i := range n {
		wg.Go(func() {
			job := Job{Prompt: []int32{1, int32(i % 500), 4}, Max: 2, Tenant: fmt.Sprint(i % 3)}
			if ids, _, err := gather(e, job); err != nil || len(ids) != 2 {
				t.Errorf("request %d: %v, %v", i, ids, err)
			}
		})
	}
	wg.Wait()
}

// TestBadInput: typed errors, and the engine goes on.
func TestBadInput(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{Tokens: 64})
	var full *llm.ContextFullError
	if _, _, err := gather(e, Job{Prompt: random(1, 60, 500), Max: 5}); !errors.As(err, &full) || full.Need != 65 || full.Have != 64 {
		t.Errorf("a full context: %v", err)
	}
	for name, job := range map[string]Job{
		"no prompt":            {Max: 1},
		"a negative limit":     {Prompt: []int32{1}, Max: -1},
		"an unknown token":     {Prompt: []int32{1 << 20}, Max: 1},
		"a bad temperature":    {Prompt: []int32{1}, Max: 1, Sampling: llm.Sampling{Temperature: -1}},
		"a token below nought": {Prompt: []int32{-1}, Max: 1},
		"beams below nought":   {Prompt: []int32{1}, Max: 1, Sampling: llm.Sampling{Beams: -1}},
		"sampled beams":        {Prompt: []int32{1}, Max: 1, Sampling: llm.Sampling{Beams: 2, Temperature: 1}},
	} {
		if _, _, err := gather(e, job); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := New(e.model, Options{Tokens: -1}); err == nil {
		t.Error("a negative pool was accepted")
	}
	if ids, _ := outcome(t, e, Job{Prompt: []int32{1}, Max: 3}); len(ids) != 3 {
		t.Errorf("afterwards: %v", ids)
	}
}

// TestPriority: the request with the highest priority that waits comes next.
func TestPriority(t *testing.T) {
	e := start(t, "stories260K.gguf", Options{Tokens: 512, Batch: 1})
	var mu sync.Mutex
	queued := map[int]time.Duration{} // by priority: how long each waited; who notes it first says little on a busy machine
	var wg sync.WaitGroup
	submitted := make(chan struct{})
	for _, err := range e.Run(context.Background(), Job{Prompt: []int32{1}, Max: 400}, nil) { // keeps the engine busy
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-submitted:
			continue
		default:
		}
		close(submitted)
		for i, p := range []int{0, 5, 9} {
			wg.Go(func() {
				_, out := outcome(t, e, Job{Prompt: []int32{1, int32(p)}, Max: 30, Priority: p})
				mu.Lock()
				defer mu.Unlock()
				queued[p] = out.Usage.Queue
			})
			for e.Stats().Waiting < i+1 {
				time.Sleep(50 * time.Microsecond)
			}
		}
	}
	wg.Wait()
	if queued[9] >= queued[5] || queued[5] >= queued[0] {
		t.Errorf("they waited for %v", queued)
	}
}
