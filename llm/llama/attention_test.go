package llama

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// BenchmarkAttention reads the context of one token at depth 32,768, in the shape of
// the 8B model, and compares with the read bandwidth measured beside it.
func BenchmarkAttention(b *testing.B) {
	const layers, depth = 4, 32768
	for _, format := range []tensor.Type{tensor.F16, tensor.Q8_0} {
		b.Run(fmt.Sprint(format), func(b *testing.B) {
			m := &Model{Config: Config{Layers: layers, Heads: 32, KVHeads: 8, HeadDim: 128, Width: 4096, Context: 2 * depth}}
			cache, err := kv.NewPool(m.KVShape(), format, 0, depth/kv.DefaultPageTokens)
			if err != nil {
				b.Fatal(err)
			}
			defer cache.Close()
			pool := tensor.NewPool(2)
			defer pool.Close()
			r, err := NewRunner(m, pool, cache)
			if err != nil {
				b.Fatal(err)
			}
			table := cache.NewTable()
			if err := table.Extend(depth); err != nil {
				b.Fatal(err)
			}
			rows := make([]float32, m.HeadDim*layers*m.KVHeads*2*cache.PageTokens())
			for i := range rows {
				rows[i] = float32(i%31)/31 - 0.5
			}
			for _, id := range table.Pages() {
				tensor.Quantize(format, cache.Bytes(id), rows)
			}
			r.tokens = []slot{{0, depth - 1}}
			r.q = make([]float32, m.Heads*m.HeadDim)
			spans := []Span{{Table: table, Tokens: []int32{0}}}
			size := int64(depth * cache.PageBytes() / cache.PageTokens())
			best := time.Hour
			var ratios []float64 // of one after the other: the machine's speed drifts
			for b.Loop() {
				read, err := pool.ReadBandwidth(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				took := time.Hour
				for range 4 {
					start := time.Now()
					for l := range layers {
						r.attend(l, spans)
					}
					took = min(took, time.Since(start))
				}
				best = min(best, took)
				ratios = append(ratios, float64(size)/took.Seconds()/read)
			}
			slices.Sort(ratios)
			b.ReportMetric(float64(size)/best.Seconds()/1e9, "best-GB/s")
			b.ReportMetric(ratios[len(ratios)/2], "fraction")
		})
	}
}
