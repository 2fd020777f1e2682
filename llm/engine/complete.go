package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/sample"
)

// DefaultChunk is the number of prompt tokens in one pass.
const DefaultChunk = 512

// Completion asks for the continuation of a sequence.
type Completion struct {
	Prompt   []int32
	Max      int     // tokens to generate
	Stop     []int32 // tokens that end the sequence; they are not yielded
	Sampling llm.Sampling
	Chunk    int // prompt tokens in one pass; 0 is DefaultChunk

	// Progress, if not nil, is told how much of the prompt was read.
	Progress func(done, all int)
}

// Token is one generated token.
type Token struct {
	ID      int32
	Score   float64 // under a grammar: logarithm of its probability among those that may come; 0 where it is forced
	LogProb float32 // with Sampling.LogProbs only, as Top
	Top     []llm.TokenLogProb

	watched []float64 // of the tokens that the job watches, in order
}

// Timing says how long the parts of a completion took.
type Timing struct {
	Prefill time.Duration
	Decode  time.Duration
}

// Complete yields the tokens that continue the prompt, and fills timing, if not nil.
// The table must be empty or hold the tokens before the prompt; it is extended by the
// prompt and by every token that was read back. An error ends the sequence: of ctx, or
// one that names a bad id, a prompt beyond the context or a full cache.
func Complete(ctx context.Context, r *llama.Runner, table *kv.Table, c Completion, timing *Timing) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		if timing == nil {
			timing = &Timing{}
		}
		if err := complete(ctx, r, table, c, timing, yield); err != nil {
			yield(Token{}, err)
		}
	}
}

func complete(ctx context.Context, r *llama.Runner, table *kv.Table, c Completion, timing *Timing, yield func(Token, error) bool) error {
	switch {
	case len(c.Prompt) == 0:
		return errors.New("engine: the prompt is empty")
	case c.Max < 0:
		return fmt.Errorf("engine: %d tokens to generate, want 0 or more", c.Max)
	case c.Sampling.Beams > 1:
		return fmt.Errorf("engine: %d beams need an engine; Complete follows one", c.Sampling.Beams)
	}
	if err := r.Check(table, c.Prompt); err != nil {
		return err
	}
	sampler, err := sample.New(c.Sampling)
	if err != nil {
		return err
	}
	sampler.Saw(c.Prompt...)
	chunk := c.Chunk
	if chunk <= 0 {
		chunk = DefaultChunk
	}
	start := time.Now()
	var logits [][]float32
	for rest := c.Prompt; len(rest) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(chunk, len(rest))
		want := 0
		if n == len(rest) && c.Max > 0 {
			want = 1 // nobody asks about the prompt's other tokens
		}
		if logits, err = r.Forward([]llama.Span{{Table: table, Tokens: rest[:n], Logits: want}}); err != nil {
			return err
		}
		rest = rest[n:]
		if c.Progress != nil {
			c.Progress(len(c.Prompt)-len(rest), len(c.Prompt))
		}
	}
	timing.Prefill = time.Since(start)
	start = time.Now()
	defer func() { timing.Decode = time.Since(start) }()
	for n := 0; n < c.Max; n++ {
		if row := logits[0]; row[0] != row[0] {
			return blame(r.Model())
		}
		id := sampler.Choose(logits[0], nil)
		if id < 0 {
			return errNoLogits
		}
		if slices.Contains(c.Stop, id) {
			return nil
		}
		t := Token{ID: id}
		if k := c.Sampling.LogProbs; k > 0 {
			t.LogProb, t.Top = sample.LogProbs(logits[0], id, k)
		}
		if !yield(t, nil) {
			return nil
		}
		if n+1 == c.Max {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		sampler.Saw(id)
		if logits, err = r.Forward([]llama.Span{{Table: table, Tokens: []int32{id}, Logits: 1}}); err != nil {
			return err
		}
	}
	return nil
}
