package engine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// TestDraftModel: what a draft model guesses changes the number of passes and no token,
// greedy and sampled, for sequences that share a prefix and pass each other, whether the
// model guesses well or not at all.
func TestDraftModel(t *testing.T) {
	for _, c := range []struct {
		model, draft string
		fewer        float64
	}{
		{"stories260K.gguf", "stories260K.gguf", 2},
		{"tiny-F32.gguf", "tiny-Q8_0.gguf", 1.3},
		{"tiny-F32.gguf", "tiny-Q2_K.gguf", 0},
	} {
		e := start(t, c.model, Options{Cache: "f32", Chunk: 24, Tokens: 1024, Draft: filepath.Join(modelDir, c.draft), IDs: true})
		e.pace.frozen = true // so that the passes can be counted on a busy machine
		e.draft.cost = 0.05  // as if it were as small as draft models are
		prefix := append([]int32{1}, random(3, 40, e.model.Vocab)...)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var total Outcome
		plain := 0
		for i := range 8 {
			job := Job{Prompt: append(slices.Clone(prefix[:1+5*i]), random(uint64(i), 3, e.model.Vocab)...), Max: 50}
			if i%2 == 1 {
				job.Sampling = llm.Sampling{Temperature: 0.7, TopP: 0.9, Seed: uint64(i)}
			}
			want := alone(t, e, tensor.F32, job)
			plain += job.Max
			wg.Go(func() {
				got, out := outcome(t, e, job)
				if !slices.Equal(got, want) {
					t.Errorf("%s with %s, sequence %d: %v, alone %v", c.model, c.draft, i, got, want)
				}
				mu.Lock()
				defer mu.Unlock()
				total.Usage.ForwardPasses += out.Usage.ForwardPasses
				total.Usage.DraftedTokens += out.Usage.DraftedTokens
				total.Usage.AcceptedTokens += out.Usage.AcceptedTokens
			})
		}
		wg.Wait()
		u := total.Usage
		t.Logf("%s with %s: %d passes for %d tokens, %d of %d drafted tokens accepted", c.model, c.draft, u.ForwardPasses, plain, u.AcceptedTokens, u.DraftedTokens)
		if u.DraftedTokens == 0 || float64(u.ForwardPasses)*c.fewer > float64(plain) {
			t.Errorf("%s with %s: %d passes for %d tokens, %d drafted", c.model, c.draft, u.ForwardPasses, plain, u.DraftedTokens)
		}
		if e.draft.pages.Free()+e.draft.cache.Evictable() != e.draft.pages.Pages() {
			t.Errorf("the draft model holds %d pages, the cache %d, after all sequences ended", e.draft.pages.Pages()-e.draft.pages.Free(), e.draft.cache.Evictable())
		}
	}
}

// TestDraftModelRefused: a model of another vocabulary would guess other words.
func TestDraftModelRefused(t *testing.T) {
	path := filepath.Join(modelDir, "stories260K.gguf")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	for draft, want := range map[string]string{
		"tiny-Q8_0.gguf": "a draft model must have the same vocabulary",
		"none.gguf":      "no such file",
	} {
		e, err := Open(path, Options{Draft: filepath.Join(modelDir, draft)})
		if err == nil {
			_ = e.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "draft model: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s as a draft: %v, want %q", draft, err, want)
		}
	}
}
