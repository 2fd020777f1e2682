package tensor

import (
	"fmt"
	"testing"
)

// BenchmarkKernels times inner loops on data in the first-level cache, on one thread.
func BenchmarkKernels(b *testing.B) {
	const cols = 4096
	one := NewPool(1)
	defer one.Close()
	x := &Acts{}
	x.Reset(8, cols)
	for i := range x.X {
		x.X[i] = float32(i%23) - 11
	}
	x.quantize(one)
	x1 := &Acts{}
	x1.Reset(1, cols)
	copy(x1.X, x.X)
	x1.quantize(one)
	o, p := &outerScratch{}, newPanel(cols)
	o.init()
	perWeight := func(b *testing.B, n int) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)*64/float64(n), "ns/64")
	}
	for _, typ := range []Type{Q4_K, Q6_K, Q8_0, Q4_0} {
		w := &Matrix{typ, outerRows, cols, make([]byte, outerRows*typ.RowBytes(cols))}
		pr := &Product{W: w}
		b.Run("interleave/"+typ.String(), func(b *testing.B) {
			for b.Loop() {
				pr.interleave(o, 0, outerRows, 0, outerChunk, outerChunk)
			}
			perWeight(b, outerRows*outerChunk)
		})
		b.Run("unpack/"+typ.String(), func(b *testing.B) {
			for b.Loop() {
				fast.unpack(typ, p, w.RowData(0), cols)
			}
			perWeight(b, cols)
		})
		if dot := fast.fused(typ, cols); dot != nil {
			b.Run("fused/"+typ.String(), func(b *testing.B) {
				for b.Loop() { // in whatever order the activations are
					dot(&w.Data[0], &x.q[0], &x.d[0], &x.sum[0], cols/blockSize)
				}
				perWeight(b, cols)
			})
		}
		if typ == Q4_K && fast.dotQ4K != nil {
			b.Run("dotQ4K", func(b *testing.B) {
				for b.Loop() {
					fast.dotQ4K(&w.Data[0], &x1.paired[0], &x1.wide[0], cols/blockSize)
				}
				perWeight(b, cols)
			})
		}
	}
	b.Run("dot", func(b *testing.B) {
		for b.Loop() {
			fast.dot(&p.u[0], &p.s[0], &p.m[0], &x.q[0], &x.d[0], &x.sum[0], cols/blockSize)
		}
		perWeight(b, cols)
	})
	b.Run("dot4", func(b *testing.B) {
		var out [4]float32
		for b.Loop() {
			fast.dot4(&p.u[0], &p.s[0], &p.m[0], &x.q[0], &x.d[0], &x.sum[0], x.stride, cols/blockSize, &out)
		}
		perWeight(b, 4*cols)
	})
	b.Run("peak", func(b *testing.B) {
		for b.Loop() {
			fast.peak(1000)
		}
		perWeight(b, 1000*fast.peakOps)
	})
	if fast.outer32 != nil {
		var sums [outerCols * outerRows]float32
		b.Run("outer32", func(b *testing.B) {
			for b.Loop() {
				fast.outer32(&o.u[0], &o.s[0], &o.m[0], &x.q[0], &x.d[0], &x.pairSum[0], x.stride, outerChunk/32, &sums[0], nil, 0)
			}
			perWeight(b, outerCols*outerRows*outerChunk)
		})
		b.Run("outer16", func(b *testing.B) {
			for b.Loop() {
				fast.outer16(&o.u[0], &o.s[0], &o.m[0], &x.q[0], &x.d[0], &x.sum[0], x.stride, outerChunk/16, &sums[0], nil, 0)
			}
			perWeight(b, outerCols*outerRows*outerChunk)
		})
	}
	b.Run("quantize", func(b *testing.B) {
		for b.Loop() {
			x.quantized = false
			x.quantize(one)
		}
		perWeight(b, 8*cols)
	})
	var norm Acts
	weight := make([]float32, cols)
	b.Run("rmsnorm", func(b *testing.B) {
		for b.Loop() {
			norm.RMSNorm(one, x.X, nil, weight, 1e-5)
		}
		perWeight(b, 8*cols)
	})
	b.Run("swiglu", func(b *testing.B) {
		for b.Loop() {
			SwiGLU(norm.X, x.X, x.X)
		}
		perWeight(b, 8*cols)
	})
	for _, typ := range []Type{F32, F16, Q8_0} {
		const dim, page = 128, 32
		k := make([]byte, typ.RowBytes(page*dim))
		Quantize(typ, k, x.X[:page*dim])
		var a Attention
		a.Reset(4, dim)
		see := []int32{page, page, page, page}
		b.Run("tile/"+typ.String(), func(b *testing.B) {
			b.SetBytes(int64(2 * len(k)))
			for b.Loop() {
				a.Tile(x.X, dim, k, k, typ, page, see)
			}
		})
	}
}

// BenchmarkProducts multiplies a matrix larger than the caches with one to eight rows of
// activations on two threads, as decode steps of a model do; MB/s is bytes of weights.
func BenchmarkProducts(b *testing.B) {
	const rows, cols = 65536, 4096
	p := NewPool(2)
	defer p.Close()
	for _, typ := range []Type{Q4_K, Q6_K} {
		data := make([]byte, rows*typ.RowBytes(cols))
		for i := range data {
			data[i] = byte(i * 7)
		}
		w := &Matrix{typ, rows, cols, data}
		for _, n := range []int{1, 2, 3, 4, 8} {
			x := &Acts{}
			x.Reset(n, cols)
			for i := range x.X {
				x.X[i] = float32(i%23) - 11
			}
			dst := make([]float32, n*rows)
			b.Run(fmt.Sprintf("%v/%d", typ, n), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				for b.Loop() {
					p.Multiply(x, Product{W: w, Dst: dst})
				}
			})
		}
	}
}
