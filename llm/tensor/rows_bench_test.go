package tensor

import (
	"fmt"
	"testing"
)

// BenchmarkRows multiplies a matrix with one row of activations, as decoding does, on one
// thread and two: a matrix that stays in the second-level cache, which shows what the
// instructions cost, and one that comes from memory. MB/s is bytes of weights.
func BenchmarkRows(b *testing.B) {
	const cols = 4096
	for _, threads := range []int{1, 2} {
		p := NewPool(threads)
		defer p.Close()
		for _, place := range []struct {
			name string
			size int
		}{{"cache", 1 << 20}, {"memory", 1 << 30}} {
			mem, release, err := Reserve(place.size)
			if err != nil {
				b.Fatal(err)
			}
			for i := range mem {
				mem[i] = byte(i*7) & 0x7b // scales are numbers, and small enough
			}
			for _, typ := range []Type{Q4_K, Q6_K, Q8_0, Q4_0} {
				rows := place.size / typ.RowBytes(cols) / stripRows * stripRows
				w := &Matrix{typ, rows, cols, mem[:rows*typ.RowBytes(cols)]}
				x := &Acts{}
				x.Reset(1, cols)
				for i := range x.X {
					x.X[i] = float32(i%23) - 11
				}
				dst := make([]float32, rows)
				b.Run(fmt.Sprintf("%v/%s/%d", typ, place.name, threads), func(b *testing.B) {
					b.SetBytes(int64(len(w.Data)))
					for b.Loop() {
						p.Multiply(x, Product{W: w, Dst: dst})
					}
				})
			}
			if place.size > 1<<20 {
				b.Run(fmt.Sprintf("read/%s/%d", place.name, threads), func(b *testing.B) {
					b.SetBytes(int64(place.size))
					for b.Loop() {
						p.Run(place.size>>18, func(_, i int) { fast.read(&mem[i<<18], 1<<18) })
					}
				})
			}
			_ = release()
		}
	}
}
