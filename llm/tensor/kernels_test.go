package tensor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

var quantized = []Type{Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ4_NL, IQ4_XS, MXFP4}

// randomRow returns a row of random bytes whose scales are finite; extreme sets all
// codes and scales to their ends.
func randomRow(rng *rand.Rand, t Type, cols int, extreme bool) []byte {
	row := make([]byte, t.RowBytes(cols))
	for i := range row {
		row[i] = byte(rng.Uint32())
		if extreme {
			row[i] = []byte{0, 255, 0x7f, 0x80}[rng.IntN(4)]
		}
	}
	halves := map[Type][]int{Q8_0: {0}, Q4_0: {0}, Q5_0: {0}, Q4_1: {0, 2}, Q5_1: {0, 2}, Q2_K: {80, 82}, Q3_K: {108}, Q4_K: {0, 2}, Q5_K: {0, 2}, Q6_K: {208},
		IQ2_XXS: {0}, IQ2_XS: {0}, IQ2_S: {0}, IQ3_XXS: {0}, IQ3_S: {0}, IQ4_NL: {0}, IQ4_XS: {0}}[t]
	for b := 0; b < len(row); b += t.BlockBytes() {
		for _, at := range halves {
			put16(row[b+at:], ToF16(float32(rng.NormFloat64())))
		}
		if t == MXFP4 {
			row[b] = byte(120 + rng.IntN(10)) // an exponent
		}
	}
	return row
}

// randomWeights fills a matrix with normally distributed weights, or with random bytes where
// its format can't be written.
func randomWeights(rng *rand.Rand, w *Matrix) {
	if !w.Type.Writable() {
		for r := range w.Rows {
			copy(w.RowData(r), randomRow(rng, w.Type, w.Cols, false))
		}
		return
	}
	weights := make([]float32, w.Rows*w.Cols)
	for i := range weights {
		weights[i] = float32(rng.NormFloat64())
	}
	Quantize(w.Type, w.Data, weights)
}

func randomActs(rng *rand.Rand, n, cols int, extreme bool) *Acts {
	a := &Acts{}
	a.Reset(n, cols)
	for i := range a.X {
		a.X[i] = float32(rng.NormFloat64())
		if extreme {
			a.X[i] = []float32{0, 1, -1, 1e-38, 3e8}[rng.IntN(5)]
		}
	}
	one := NewPool(1)
	defer one.Close()
	a.quantize(one)
	return a
}

// close2 says that a and b agree to the rounding of sums of numbers as large as scale.
func close2(a, b, scale float32) bool {
	return math.Abs(float64(a-b)) <= 3e-6*float64(scale)+1e-30
}

// compareKernels checks every set of kernels against the generic one on one input.
func compareKernels(t *testing.T, seed uint64, cols int, extreme bool) {
	rng := rand.New(rand.NewPCG(seed, uint64(cols)))
	for _, k := range usableKernels() {
		for _, typ := range quantized {
			if cols%typ.BlockWeights() != 0 {
				continue
			}
			row := randomRow(rng, typ, cols, extreme)
			want, got := newPanel(cols), newPanel(cols)
			for i := range got.u { // what an earlier row left must not show
				got.u[i] = 0xaa
			}
			for i := range got.s {
				got.s[i], got.m[i] = 3, 3
			}
			unpackGeneric(typ, want, row, cols)
			if top := slices.Max(want.u); top > largestCode[typ] {
				t.Fatalf("%v has a code of %d, more than %d", typ, top, largestCode[typ])
			}
			k.unpack(typ, got, row, cols)
			if !slices.Equal(want.u, got.u) || !slices.Equal(want.s, got.s) || !slices.Equal(want.m, got.m) {
				t.Fatalf("%s: unpacking %d columns of %v differs", k.name, cols, typ)
			}
			x := randomActs(rng, 4, cols, extreme)
			groups, blocks := x.stride/groupSize, x.stride/blockSize
			var out [4]float32
			k.dot4(&got.u[0], &got.s[0], &got.m[0], &x.q[0], &x.d[0], &x.sum[0], x.stride, blocks, &out)
			for c := range 4 {
				q, d, sum := x.q[c*x.stride:], x.d[c*groups:], x.sum[c*groups:]
				ref := dotGeneric(&want.u[0], &want.s[0], &want.m[0], &q[0], &d[0], &sum[0], blocks)
				one := k.dot(&got.u[0], &got.s[0], &got.m[0], &q[0], &d[0], &sum[0], blocks)
				var scale float32
				for g := range groups {
					scale += float32(math.Abs(float64(want.s[g]*d[g])))*16*255*127 + float32(math.Abs(float64(want.m[g]*sum[g])))
				}
				if !close2(one, ref, scale) || !close2(out[c], ref, scale) {
					t.Fatalf("%s: %d columns of %v, row %d: dot %g, dot4 %g, want %g", k.name, cols, typ, c, one, out[c], ref)
				}
			}
		}
	}
}

// compareFloats does the same for the kernels of plain numbers, at any length.
func compareFloats(t *testing.T, seed uint64, n int) {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	stride := n + int(seed%5)
	x, y, halves := make([]float32, n+1), make([]float32, 4*stride+1), make([]byte, 2*n+2)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	for i := range y {
		y[i] = float32(rng.NormFloat64())
	}
	for i := range halves {
		halves[i] = byte(rng.Uint32())
	}
	for _, k := range usableKernels() {
		var out, ref [4]float32
		k.dotF32x4(&x[0], &y[0], stride, n, &out)
		dotF32x4Generic(&x[0], &y[0], stride, n, &ref)
		for c := range 4 {
			one := k.dotF32(&x[0], &y[c*stride], n)
			if !close2(one, ref[c], float32(n+1)) || !close2(out[c], ref[c], float32(n+1)) {
				t.Fatalf("%s: %d elements, row %d: dot %g, dot4 %g, want %g", k.name, n, c, one, out[c], ref[c])
			}
		}
		a, b := slices.Clone(y), slices.Clone(y)
		k.axpy(&a[0], &x[0], 1.5, n)
		axpyGeneric(&b[0], &x[0], 1.5, n)
		for i := range a {
			if !close2(a[i], b[i], 8) || i >= n && a[i] != y[i] {
				t.Fatalf("%s: axpy over %d: element %d is %g, want %g", k.name, n, i, a[i], b[i])
			}
		}
		wide, want := make([]float32, n+1), make([]float32, n+1)
		k.widenF16(&wide[0], &halves[0], n)
		widenF16Generic(&want[0], &halves[0], n)
		for i := range wide {
			if same := wide[i] == want[i] || wide[i] != wide[i] && want[i] != want[i]; !same {
				t.Fatalf("%s: half %d of %d is %g, want %g", k.name, i, n, wide[i], want[i])
			}
		}
	}
}

func TestKernelsAgree(t *testing.T) {
	for cols := 32; cols <= 1024; cols += 32 {
		compareKernels(t, 1, cols, false)
		compareKernels(t, 2, cols, true)
	}
	for n := range 300 {
		compareFloats(t, uint64(n), n)
	}
}

func FuzzKernels(f *testing.F) {
	f.Add(uint64(1), uint16(7), true)
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, extreme bool) {
		compareKernels(t, seed, 32*int(n%64+1), extreme)
		compareFloats(t, seed, int(n%2000))
	})
}

// TestProducts compares whole products with exact ones, for every format and for
// numbers of rows on both sides of each case.
func TestProducts(t *testing.T) {
	p := NewPool(2)
	defer p.Close()
	rng := rand.New(rand.NewPCG(3, 4))
	for _, typ := range append(slices.Clone(quantized), F32, F16, BF16) {
		const rows, cols = 37, 512
		w, err := NewMatrix(typ, rows, cols, make([]byte, rows*typ.RowBytes(cols)))
		if err != nil {
			t.Fatal(err)
		}
		randomWeights(rng, w)
		for _, n := range []int{1, 2, 3, 4, 5, 8, 23, 32, 33, 70} {
			x := randomActs(rng, n, cols, false)
			got, want := make([]float32, n*rows), make([]float32, n*rows)
			p.Multiply(x, Product{W: w, Dst: got})
			x.Exact = true
			p.Multiply(x, Product{W: w, Dst: want})
			x.Exact = false
			some := []int32{36, 0, 5, 5}
			part := make([]float32, n*len(some))
			p.Multiply(x, Product{W: w, Dst: part, Rows: some})
			var d, s float64
			for i := range got {
				d += math.Pow(float64(got[i]-want[i]), 2)
				s += math.Pow(float64(want[i]), 2)
			}
			if rel := math.Sqrt(d / s); rel > 0.012 || unpackers[typ] == nil && rel > 1e-6 {
				t.Errorf("%v × %d rows: relative error %.2e", typ, n, rel)
			}
			for i := range n {
				for j, r := range some {
					if part[i*len(some)+j] != got[i*rows+int(r)] {
						t.Fatalf("%v: row %d alone gives %g, with the others %g", typ, r, part[i*len(some)+j], got[i*rows+int(r)])
					}
				}
			}
		}
	}
}

func TestHalfRoundTrip(t *testing.T) {
	for h := range 1 << 16 {
		f := FromF16(uint16(h))
		if f != f {
			continue
		}
		if got := ToF16(f); got != uint16(h) {
			t.Fatalf("%04x is %g, which rounds to %04x", h, f, got)
		}
	}
	for _, c := range []struct {
		f float32
		h uint16
	}{{65519, 0x7bff}, {65520, 0x7c00}, {1 + 1.0/2048, 0x3c00}, {1 + 3.0/2048, 0x3c02}, {5.96e-8, 1}, {2.98e-8, 0}, {-1e-9, 0x8000}} {
		if got := ToF16(c.f); got != c.h {
			t.Errorf("%g rounds to %04x, want %04x", c.f, got, c.h)
		}
	}
}

func TestExp32(t *testing.T) {
	for x := float32(-86.9); x < 87; x += 0.0137 {
		if rel := math.Abs(float64(exp32(x))/math.Exp(float64(x)) - 1); rel > 3e-7 {
			t.Fatalf("exp(%g) is off by %.1e", x, rel)
		}
	}
	if exp32(-1000) != 0 || exp32(negInf) != 0 || !math.IsInf(float64(exp32(200)), 1) {
		t.Fatal("the ends")
	}
}

func BenchmarkProduct(b *testing.B) {
	p := NewPool(2)
	defer p.Close()
	rng := rand.New(rand.NewPCG(5, 6))
	for _, typ := range []Type{Q4_K, Q6_K, Q8_0, Q4_0, F16} {
		for _, n := range []int{1, 8, 128} {
			const rows, cols = 14336, 4096
			w := &Matrix{typ, rows, cols, make([]byte, rows*typ.RowBytes(cols))}
			one := randomRow(rng, typ, cols, false)
			for r := range rows {
				copy(w.RowData(r), one)
			}
			x, dst := randomActs(rng, n, cols, false), make([]float32, n*rows)
			b.Run(fmt.Sprintf("%v/%d", typ, n), func(b *testing.B) {
				b.SetBytes(int64(len(w.Data)))
				for b.Loop() {
					p.Multiply(x, Product{W: w, Dst: dst})
				}
				b.ReportMetric(float64(n)*rows*cols*float64(b.N)/b.Elapsed().Seconds()/1e9, "GMAC/s")
			})
		}
	}
}

// TestRead compares sums of memory.
func TestRead(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	data := make([]byte, 256*9)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	for _, k := range usableKernels() {
		for n := 0; n <= len(data); n += 256 {
			if got, want := k.read(&data[0], n), readGeneric(&data[0], n); got != want {
				t.Fatalf("%s: %d bytes add up to %d, want %d", k.name, n, got, want)
			}
		}
	}
}
