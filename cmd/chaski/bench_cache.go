package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/mini"
)

// benchCacheCmd measures what kept keys and values save.
type benchCacheCmd struct {
	Model  string `short:"m" required:"" help:"GGUF file, mini, or a name to pull." type:"model"`
	Prefix int    `help:"Tokens that all runs begin with; 0 leaves this part out." default:"2000"`
	Runs   int    `help:"Runs at once." default:"8"`
	Resume int    `help:"Tokens of a sequence that is read back from disk; 0 leaves this part out." default:"0"`
	Dir    string `help:"Where its page file lies; a temporary directory unless given." type:"path"`
	Chunk  int    `help:"Prompt tokens in one pass." default:"512"`
	JSON   bool   `help:"Print one JSON object."`

	Threads int    `short:"t" help:"Threads; 0 is one for each processor, as far as a quota of control groups goes." default:"0"`
	Cache   string `help:"Number format of the KV cache: f32, f16 or q8_0." enum:"f32,f16,q8_0,F32,F16,Q8_0" default:"f16"`
}

type benchCacheOut struct {
	Model string `json:"model"`
	Cache string `json:"cache"`

	Runs     int     `json:"runs,omitempty"`
	Prefix   int     `json:"prefix_tokens,omitempty"`
	Prompts  int     `json:"prompt_tokens,omitempty"`   // of all runs
	Computed int     `json:"computed_tokens,omitempty"` // of them
	Prefills float64 `json:"prefix_prefills,omitempty"` // computed tokens that are of the prefix, as multiples of it
	RunsS    float64 `json:"runs_s,omitempty"`

	Resume         int     `json:"resume_tokens,omitempty"`
	PrefillS       float64 `json:"prefill_s,omitempty"`
	ResumeS        float64 `json:"resume_s,omitempty"` // from the request to the first token
	ResumeFraction float64 `json:"resume_fraction,omitempty"`
	ResumeCached   int     `json:"resume_cached_tokens,omitempty"`
	SuspendS       float64 `json:"suspend_s,omitempty"` // until the pages were on the disk
	DiskBytes      int64   `json:"disk_bytes,omitempty"`
	PeakRSS        int64   `json:"peak_rss_bytes,omitempty"`
}

// ownTokens are what each run adds to the prefix.
const ownTokens = 8

// Run measures.
func (c *benchCacheCmd) Run(ctx context.Context) error {
	if c.Prefix < 0 || c.Runs < 1 || c.Resume < 0 || c.Chunk < 1 || c.Resume == 1 {
		return fmt.Errorf("--prefix %d --runs %d --resume %d --chunk %d: want --prefix 0 or more, --resume 0, 2 or more, the others 1 or more", c.Prefix, c.Runs, c.Resume, c.Chunk)
	}
	out := benchCacheOut{Model: c.Model, Cache: c.Cache}
	if c.Prefix > 0 {
		if err := c.share(ctx, &out); err != nil {
			return err
		}
	}
	if c.Resume > 0 {
		if err := c.resume(ctx, &out); err != nil {
			return err
		}
	}
	out.PeakRSS = peakRSS()
	if c.JSON {
		return json.NewEncoder(stdout).Encode(out)
	}
	if c.Prefix > 0 {
		fmt.Fprintf(stdout, "prefix   %8d tokens, %d runs at once: %.2f times prefilled, %d of %d prompt tokens computed, %.1f s\n", out.Prefix, out.Runs, out.Prefills, out.Computed, out.Prompts, out.RunsS)
	}
	if c.Resume > 0 {
		fmt.Fprintf(stdout, "resume   %8d tokens: %.2f s from disk, %.2f%% of the %.1f s that their prefill took; %.1f MiB\n", out.Resume, out.ResumeS, 100*out.ResumeFraction, out.PrefillS, float64(out.DiskBytes)/(1<<20))
	}
	return nil
}

func (c *benchCacheCmd) engine(tokens int, dir string) (*engine.Engine, error) {
	open := engine.Open
	if isShipped(c.Model) {
		open = func(_ string, o engine.Options) (*engine.Engine, error) { return engine.OpenBytes(mini.Bytes(), o) }
	}
	return open(c.Model, engine.Options{
		Threads: c.Threads, Cache: c.Cache, Tokens: tokens, Chunk: c.Chunk, IDs: true, CacheDir: dir, DiskLimit: 64 << 30,
		Report: func(err error) { fmt.Fprintln(os.Stderr, "chaski:", err) },
	})
}

// prompt returns n random tokens of the model.
func prompt(e *engine.Engine, n int) []int32 {
	rng := rand.New(rand.NewPCG(3, 4))
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(rng.IntN(e.Model().Vocab))
	}
	return ids
}

// share runs several sequences that begin alike.
func (c *benchCacheCmd) share(ctx context.Context, out *benchCacheOut) (err error) {
	e, err := c.engine(c.Prefix+(c.Runs+1)*128, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	ids := prompt(e, c.Prefix+ownTokens*c.Runs)
	start := time.Now()
	var mu sync.Mutex
	var failed error
	var wg sync.WaitGroup
	for i := range c.Runs {
		wg.Go(func() {
			own := ids[c.Prefix+i*ownTokens:][:ownTokens]
			var o engine.Outcome
			_, _, err := first(ctx, e, engine.Job{Prompt: append(slices.Clone(ids[:c.Prefix]), own...), Max: 1}, &o)
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
			out.Prompts += o.Usage.PromptTokens
			out.Computed += o.Usage.PromptTokens - o.Usage.CachedTokens
		})
	}
	wg.Wait()
	out.Runs, out.Prefix, out.RunsS = c.Runs, c.Prefix, time.Since(start).Seconds()
	out.Prefills = float64(out.Computed-c.Runs*ownTokens) / float64(c.Prefix)
	return failed
}

// resume reads a sequence back from disk in a new engine.
func (c *benchCacheCmd) resume(ctx context.Context, out *benchCacheOut) (err error) {
	dir := c.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "chaski-bench"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	turn := func(suspend bool) (took time.Duration, id int32, o engine.Outcome, err error) {
		e, err := c.engine(c.Resume+64, dir)
		if err != nil {
			return 0, 0, o, err
		}
		defer func() { err = errors.Join(err, e.Close()) }()
		took, id, err = first(ctx, e, engine.Job{Prompt: prompt(e, c.Resume), Max: 1, Session: "bench"}, &o)
		if err != nil || !suspend {
			return took, id, o, err
		}
		start := time.Now()
		err = e.Suspend(ctx, "", "bench")
		out.SuspendS = time.Since(start).Seconds()
		return took, id, o, err
	}
	prefill, want, o, err := turn(true)
	if err != nil {
		return err
	}
	if o.Usage.CachedTokens > 0 {
		return fmt.Errorf("%s already holds the sequence: name an empty --dir", dir)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.kv"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			out.DiskBytes += info.Size()
		}
		if err := forget(f); err != nil {
			return err
		}
	}
	resumed, got, o, err := turn(false)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("the resumed sequence goes on with token %d, the one that was prefilled with %d", got, want)
	}
	out.Resume, out.ResumeCached = c.Resume, o.Usage.CachedTokens
	out.PrefillS, out.ResumeS = prefill.Seconds(), resumed.Seconds()
	out.ResumeFraction = out.ResumeS / out.PrefillS
	return nil
}

// first returns the first token of a job and how long it took.
func first(ctx context.Context, e *engine.Engine, job engine.Job, o *engine.Outcome) (took time.Duration, id int32, err error) {
	start := time.Now()
	for t, e := range e.Run(ctx, job, o) {
		if e != nil {
			return 0, 0, e
		}
		id, took = t.ID, time.Since(start)
	}
	return took, id, nil
}
