package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/tensor"
)

type benchDecodeCmd struct {
	Model string `short:"m" required:"" help:"GGUF file, model directory, mini, or a name to pull." type:"model"`
	P     int    `short:"p" help:"Prompt tokens; 0 measures no prefill." default:"512"`
	N     int    `short:"n" help:"Tokens that each sequence decodes." default:"32"`
	Depth int    `help:"Tokens of context that are filled with synthetic values first." default:"0"`
	Batch int    `help:"Sequences decoded together." default:"1"`
	Chunk int    `help:"Prompt tokens in one pass." default:"512"`
	JSON  bool   `help:"Print one JSON object."`
	computeFlags
}

type benchDecodeOut struct {
	Model        string  `json:"model"`
	Kernel       string  `json:"kernel"`
	Threads      int     `json:"threads"`
	Prompt       int     `json:"prompt_tokens"`
	Decoded      int     `json:"decoded_tokens"` // of all sequences
	Batch        int     `json:"batch"`
	Depth        int     `json:"depth"`
	Cache        string  `json:"cache"`
	KVTokenBytes int     `json:"kv_bytes_per_token"`
	PrefillTokS  float64 `json:"prefill_tok_s"`
	DecodeTokS   float64 `json:"decode_tok_s"` // of all sequences together

	// With --batch above 1: of one sequence, in the same run, and how many times faster
	// all are together.
	SingleTokS   float64 `json:"single_tok_s,omitempty"`
	BatchSpeedup float64 `json:"batch_speedup,omitempty"`

	// With --depth: the memory that filling the context took, for each token.
	KVResident float64 `json:"kv_resident_bytes_per_token,omitempty"`

	PeakRSS      int64   `json:"peak_rss_bytes,omitempty"`
	ReadGBS      float64 `json:"read_gb_s"`
	ReadFraction float64 `json:"read_fraction"` // of read_gb_s that decoding reached

	// With --depth: the bytes of keys and values that attention read in its part of a
	// pass (the median), as a fraction of read_gb_s.
	AttentionFraction float64 `json:"attention_read_fraction,omitempty"`
	GMACS             float64 `json:"gmac_s"`
	GMACFraction      float64 `json:"gmac_fraction"` // of gmac_s that prefill reached
}

// Run measures.
func (c *benchDecodeCmd) Run(ctx context.Context) (err error) {
	if c.P < 0 || c.N < 1 || c.Depth < 0 || c.Batch < 1 || c.Chunk < 1 {
		return fmt.Errorf("-p %d -n %d --depth %d --batch %d --chunk %d: want -p and --depth 0 or more, the others 1 or more", c.P, c.N, c.Depth, c.Batch, c.Chunk)
	}
	page := kv.DefaultPageTokens
	l, err := c.open(c.Model, c.P+c.Depth+(c.Batch+1)*(c.N+3*page))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if most := l.model.Context; c.P > most || c.Depth+c.N+2 > most {
		return fmt.Errorf("%s has a context of %d tokens", c.Model, most)
	}
	out := benchDecodeOut{
		Model: c.Model, Kernel: tensor.KernelName(), Threads: l.pool.Threads(), Prompt: c.P, Decoded: c.N * c.Batch, Batch: c.Batch, Depth: c.Depth,
		Cache: l.cache.Format().String(), KVTokenBytes: l.cache.PageBytes() / l.cache.PageTokens(),
	}
	read, err := l.pool.ReadBandwidth(ctx)
	if err != nil {
		return err
	}
	macs, err := l.pool.MultiplyAddRate(ctx)
	if err != nil {
		return err
	}
	out.ReadGBS, out.GMACS = read/1e9, macs/1e9
	rng := rand.New(rand.NewPCG(1, 2))
	ids := func(n int) []int32 {
		out := make([]int32, n)
		for i := range out {
			out[i] = int32(rng.IntN(l.model.Vocab))
		}
		return out
	}
	if c.P > 0 {
		took, err := c.prefill(ctx, l, ids(c.P))
		if err != nil {
			return err
		}
		out.PrefillTokS = rate(c.P, took)
		out.GMACFraction = out.PrefillTokS * float64(layerWeights(l.model)) / macs
	}
	base := l.cache.NewTable()
	before := currentRSS()
	if err := fill(base, l.cache, c.Depth, rng); err != nil {
		return err
	}
	if c.Depth > 0 && before > 0 {
		out.KVResident = float64(currentRSS()-before) / float64(c.Depth)
	}
	if c.Batch > 1 {
		single, _, err := c.decode(ctx, l, base.Fork(base.Len()), 1, ids)
		if err != nil {
			return err
		}
		out.SingleTokS = rate(c.N, total(single))
	}
	passed, attended, err := c.decode(ctx, l, base, c.Batch, ids)
	if err != nil {
		return err
	}
	// The machine may have been busy with something else the first time.
	again, err := l.pool.ReadBandwidth(ctx)
	if err != nil {
		return err
	}
	read = max(read, again)
	out.ReadGBS = read / 1e9
	took := total(passed)
	out.DecodeTokS = rate(c.N*c.Batch, took)
	passes := float64(c.N) / took.Seconds()
	context := float64(out.KVTokenBytes) * float64(c.Depth+c.N/2) * float64(c.Batch)
	out.ReadFraction = passes * (float64(weightBytes(l.model)) + context) / read
	if c.Batch > 1 {
		out.BatchSpeedup = out.DecodeTokS / out.SingleTokS
	}
	if c.Depth > 0 {
		out.AttentionFraction = float64(out.KVTokenBytes) * float64(c.Depth) * float64(c.Batch) / median(attended).Seconds() / read
	}
	out.PeakRSS = peakRSS()
	if c.JSON {
		return json.NewEncoder(stdout).Encode(out)
	}
	fmt.Fprintf(stdout, "prefill  %8.2f tokens/s  %.0f%% of %.0f G multiply-adds/s\n", out.PrefillTokS, 100*out.GMACFraction, out.GMACS)
	fmt.Fprintf(stdout, "decode   %8.2f tokens/s  %.0f%% of %.1f GB/s read\n", out.DecodeTokS, 100*out.ReadFraction, out.ReadGBS)
	if c.Batch > 1 {
		fmt.Fprintf(stdout, "one      %8.2f tokens/s  %d together are %.1f times faster\n", out.SingleTokS, c.Batch, out.BatchSpeedup)
	}
	fmt.Fprintf(stdout, "cache    %8d bytes a token (%s)\n", out.KVTokenBytes, out.Cache)
	if c.Depth > 0 {
		fmt.Fprintf(stdout, "depth    %8d tokens    %.0f%% of %.1f GB/s read by attention, %.0f bytes of memory a token\n", c.Depth, 100*out.AttentionFraction, out.ReadGBS, out.KVResident)
	}
	return nil
}

func (c *benchDecodeCmd) prefill(ctx context.Context, l *loaded, ids []int32) (time.Duration, error) {
	table := l.cache.NewTable()
	defer table.Free()
	start := time.Now()
	for at := 0; at < len(ids); at += c.Chunk {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		end := min(at+c.Chunk, len(ids))
		span := llama.Span{Table: table, Tokens: ids[at:end]}
		if end == len(ids) {
			span.Logits = 1
		}
		if _, err := l.Forward([]llama.Span{span}); err != nil {
			return 0, err
		}
	}
	return time.Since(start), nil
}

// decode times n passes of a batch, whose sequences all continue base, after one pass
// that brings the weights into memory, and their attention. It frees base.
func (c *benchDecodeCmd) decode(ctx context.Context, l *loaded, base *kv.Table, batch int, ids func(int) []int32) (passes, attended []time.Duration, err error) {
	spans := make([]llama.Span, batch)
	for i := range spans {
		spans[i] = llama.Span{Table: base.Fork(base.Len()), Logits: 1}
	}
	base.Free()
	defer func() {
		for _, s := range spans {
			s.Table.Free()
		}
	}()
	for n := range c.N + 1 {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		for i := range spans {
			spans[i].Tokens = ids(1)
		}
		start, before := time.Now(), l.Spent.Attention
		if _, err := l.Forward(spans); err != nil {
			return nil, nil, err
		}
		if n > 0 {
			passes, attended = append(passes, time.Since(start)), append(attended, l.Spent.Attention-before)
		}
	}
	return passes, attended, nil
}

func total(d []time.Duration) (sum time.Duration) {
	for _, v := range d {
		sum += v
	}
	return sum
}

func median(d []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(d))
	return sorted[len(sorted)/2]
}

// fill lengthens a sequence by n tokens with small random keys and values.
func fill(t *kv.Table, p *kv.Pool, n int, rng *rand.Rand) error {
	if n == 0 {
		return nil
	}
	if err := t.Extend(n); err != nil {
		return err
	}
	s := p.Shape()
	rows := make([]float32, s.HeadDim*p.PageTokens())
	for i := range rows {
		rows[i] = rng.Float32() - 0.5
	}
	span := make([]byte, p.Format().RowBytes(len(rows)))
	tensor.Quantize(p.Format(), span, rows)
	for _, page := range t.Pages() {
		for l := range s.Layers {
			for h := range s.KVHeads {
				copy(p.K(page, l, h), span)
				copy(p.V(page, l, h), span)
			}
		}
	}
	return nil
}

// layerWeights counts the multiply-adds of a prompt token: all matrices but the head.
func layerWeights(m *llama.Model) int {
	q, kv := m.Heads*m.HeadDim, m.KVHeads*m.HeadDim
	return m.Layers * m.Width * (2*q + 2*kv + 3*m.FFN)
}

// weightBytes counts what a decoding pass reads of the weights: all but the embedding,
// unless that is the head too.
func weightBytes(m *llama.Model) (n int) {
	if m.File == nil {
		return 0
	}
	for i := range m.File.Tensors {
		if t := &m.File.Tensors[i]; t.Name != "token_embd.weight" || m.TiedHead() {
			n += len(t.Data)
		}
	}
	return n
}
