package tensor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// compareOuter checks transposition and outer products against the generic kernels.
func compareOuter(t *testing.T, seed uint64, steps int, extreme bool) {
	rng := rand.New(rand.NewPCG(seed, 9))
	groups := 16 * steps // of 16 columns, so that both widths divide them
	cols := groups * groupSize
	o := &outerScratch{}
	o.init()
	for i := range o.s {
		o.s[i], o.m[i] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
	}
	x := randomActs(rng, outerCols, cols, extreme)
	first := make([]float32, outerCols*outerRows)
	for i := range first {
		first[i] = float32(rng.NormFloat64())
	}
	for _, k := range usableKernels() {
		if k.outer16 == nil {
			continue
		}
		for _, c := range []struct {
			width int
			f     outerKernel
			most  uint8
		}{{16, k.outer16, k.outer16Max}, {32, k.outer32, k.outer32Max}, {32, k.outer32Wide, 255}} {
			if c.f == nil {
				continue
			}
			width := c.width
			for i := range o.u {
				o.u[i] = uint8(rng.IntN(int(c.most) + 1))
				if extreme {
					o.u[i] = c.most
				}
			}
			got, want := slices.Clone(first), slices.Clone(first)
			n, sums := cols/width, x.sum
			if width == 32 {
				sums = x.pairSum
			}
			outerGeneric(width, &o.u[0], &o.s[0], &o.m[0], &x.q[0], &x.d[0], &sums[0], x.stride, n, &want[0])
			c.f(&o.u[0], &o.s[0], &o.m[0], &x.q[0], &x.d[0], &sums[0], x.stride, n, &got[0], &o.u[0], 64*int(seed%4))
			var d, s float32
			for _, v := range x.d {
				d = max(d, v)
			}
			for _, v := range sums {
				s = max(s, float32(math.Abs(float64(v))))
			}
			scale := 4 * float32(n) * (d*float32(width)*255*127 + s)
			for i := range got {
				if !close2(got[i], want[i], scale) {
					t.Fatalf("%s: outer%d over %d columns: sum %d is %g, want %g", k.name, width, cols, i, got[i], want[i])
				}
			}
		}
		stride := 16*steps + int(seed%3)
		src, got, want := make([]uint32, 15*stride+16*steps), make([]uint32, 256*steps+1), make([]uint32, 256*steps+1)
		for i := range src {
			src[i] = rng.Uint32()
		}
		transposeGeneric(&want[0], &src[0], stride, steps)
		k.transpose((*float32)(unsafe.Pointer(&got[0])), (*float32)(unsafe.Pointer(&src[0])), stride, steps)
		if !slices.Equal(got, want) {
			t.Fatalf("%s: %d × 16 words transposed at stride %d differ", k.name, steps, stride)
		}
	}
}

// compareAttention does the same for the kernels of attention and of SwiGLU.
func compareAttention(t *testing.T, seed uint64, n, dim int) {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	random := func(n int, spread float64) []float32 {
		x := make([]float32, n+1)
		for i := range x {
			x[i] = float32(rng.NormFloat64() * spread)
		}
		return x
	}
	scores, up := random(n, 30), random(n, 1)
	for i := range scores { // about where exponentials begin to count as 0
		scores[i] = min(scores[i]+200+leastScore, 200)
	}
	gates := random(n, 30)
	if n > 2 {
		gates[0], gates[1] = 200, -200
		scores[0], scores[1], scores[2] = negInf, 200, -200
	}
	v, w, acc := random(n*dim, 1), random(n, 1), random(dim, 1)
	blocks := randomRow(rng, Q8_0, 32*(n+1), seed%2 == 0)
	for _, k := range usableKernels() {
		if n > 0 {
			if a, b := k.largest(&scores[0], n), slices.Max(scores[:n]); a != b {
				t.Fatalf("%s: the largest of %d is %g, want %g", k.name, n, a, b)
			}
		}
		got, want := slices.Clone(scores), slices.Clone(scores)
		a, b := k.expSum(&got[0], 200, n), expSumGeneric(&want[0], 200, n)
		if !close2(a, b, float32(n+1)) {
			t.Fatalf("%s: exponentials of %d sum to %g, want %g", k.name, n, a, b)
		}
		for i := range got {
			if !close2(got[i], want[i], float32(math.Abs(float64(want[i])))) {
				t.Fatalf("%s: exponential %d of %d is %g, want %g", k.name, i, n, got[i], want[i])
			}
		}
		got, want = slices.Clone(up), slices.Clone(up)
		k.swiglu(&got[0], &gates[0], &up[0], n)
		swigluGeneric(&want[0], &gates[0], &up[0], n)
		for i := range got {
			if !close2(got[i], want[i], float32(math.Abs(float64(want[i])))) {
				t.Fatalf("%s: SwiGLU of %g and %g is %g, want %g", k.name, gates[i], up[i], got[i], want[i])
			}
		}
		got, want = slices.Clone(acc), slices.Clone(acc)
		k.weighted(&got[0], &v[0], &w[0], n, dim)
		weightedGeneric(&want[0], &v[0], &w[0], n, dim)
		for i := range got {
			if !close2(got[i], want[i], float32(8*(n+1))) || i >= dim && got[i] != acc[i] {
				t.Fatalf("%s: column %d of a weighted sum of %d × %d is %g, want %g", k.name, i, n, dim, got[i], want[i])
			}
		}
		got, want = make([]float32, 32*n+1), make([]float32, 32*n+1)
		k.widenQ80(&got[0], &blocks[0], n)
		widenQ80Generic(&want[0], &blocks[0], n)
		if !slices.Equal(got, want) {
			t.Fatalf("%s: %d blocks of Q8_0 as floats differ", k.name, n)
		}
	}
}

// compareFours does the same for the kernels that take four queries.
func compareFours(t *testing.T, seed uint64, n, dim int) {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	rows, q, w := make([]float32, n*dim), make([]float32, 4*(dim+3)), make([]float32, 4*(n+1))
	for _, x := range [][]float32{rows, q, w} {
		for i := range x {
			x[i] = FromF16(ToF16(float32(rng.NormFloat64())))
		}
	}
	halves := make([]byte, 2*len(rows))
	Quantize(F16, halves, rows)
	bytes, eighths := make([]byte, Q8_0.RowBytes(len(rows)/32*32)), make([]float32, len(rows)/32*32)
	Quantize(Q8_0, bytes, rows[:len(eighths)])
	Dequantize(Q8_0, eighths, bytes)
	for _, k := range usableKernels() {
		if k.scores[0] == nil {
			continue
		}
		for f, data := range [][]byte{floatBytes(rows), halves, bytes} {
			rows := rows
			if f == 2 {
				if rows = eighths; dim%32 != 0 {
					continue
				}
			}
			got, want := make([]float32, 4*(n+1)), make([]float32, 4*(n+1))
			k.scores[f](&q[0], dim+3, &data[0], dim, n, &got[0], n+1, 64)
			scoresGeneric(&q[0], dim+3, &rows[0], dim, n, &want[0], n+1)
			for i := range got {
				if !close2(got[i], want[i], float32(dim)) {
					t.Fatalf("%s: score %d of 4 × %d over %d columns is %g, want %g", k.name, i, n, dim, got[i], want[i])
				}
			}
			got, want = make([]float32, 4*dim+1), make([]float32, 4*dim+1)
			if dim%64 != 0 {
				continue
			}
			k.weighted4[f](&got[0], &data[0], &w[0], n+1, n, dim, 64)
			weighted4Generic(&want[0], &rows[0], &w[0], n+1, n, dim)
			for i := range got {
				if !close2(got[i], want[i], float32(8*n)) {
					t.Fatalf("%s: column %d of four weighted sums of %d × %d is %g, want %g", k.name, i, n, dim, got[i], want[i])
				}
			}
		}
	}
}

// compareScores8 does the same for 8-bit queries.
func compareScores8(t *testing.T, seed uint64, sixteens, blocks int, extreme bool) {
	rng := rand.New(rand.NewPCG(seed, uint64(blocks)))
	n := 16 * sixteens
	keys := randomRow(rng, Q8_0, 32*n*blocks, extreme)
	q := make([]queryBlock, blocks)
	var most, deepest float32
	for b := range q {
		for g := range 4 {
			total := int32(0)
			for c := range q[b].q[g] {
				v := int8(rng.IntN(255) - 127)
				if extreme {
					v = int8(127 - 254*rng.IntN(2))
				}
				q[b].q[g][c], total = v, total+int32(v)
			}
			q[b].d[g], q[b].bias[g] = rng.Float32(), -128*total
			most = max(most, q[b].d[g])
		}
	}
	for i := 0; i < len(keys); i += 34 {
		deepest = max(deepest, float32(math.Abs(float64(halfAt(keys[i:])))))
	}
	for _, k := range usableKernels() {
		if k.scores8 == nil {
			continue
		}
		got, want := make([]float32, 4*(n+1)), make([]float32, 4*(n+1))
		k.scores8(&q[0], &keys[0], 32*blocks, n, &got[0], n+1, 64)
		scores8Generic(&q[0], &keys[0], 32*blocks, n, &want[0], n+1)
		for i := range got {
			if !close2(got[i], want[i], float32(32*blocks)*127*128*most*deepest) {
				t.Fatalf("%s: score %d of 4 × %d over %d columns is %g, want %g", k.name, i, n, 32*blocks, got[i], want[i])
			}
		}
	}
}

// compareWeighted8 does the same for weights of 16 bits, and compares them with weights as
// they are.
func compareWeighted8(t *testing.T, seed uint64, n, dim int) {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	rows := (n + 15) &^ 15
	v := randomRow(rng, Q8_0, rows*dim, false)
	for i := 0; i < len(v); i += 34 { // scales of values are not negative; beyond n all may be
		if v[i+1] &= 0x3f; i >= Q8_0.RowBytes(n*dim) {
			v[i], v[i+1] = 0xff, 0xff
		}
	}
	stride := rows + 3
	w := make([]float32, 4*stride)
	for i := range w {
		w[i] = rng.Float32()
	}
	if seed%2 == 0 {
		clear(w[:stride])
	}
	values := make([]float32, n*dim)
	Dequantize(Q8_0, values, v[:Q8_0.RowBytes(n*dim)])
	for _, k := range usableKernels() {
		if k.weighted8 == nil {
			continue
		}
		room, codes, want16 := make([]float32, 4*dim), make([]int16, 4*dim), make([]int16, 4*dim)
		var unit, wantUnit [4]float32
		k.weights8(&v[0], &w[0], stride, n, dim, &room[0], &codes[0], &unit[0])
		weights8Generic(&v[0], &w[0], stride, n, dim, &want16[0], &wantUnit[0])
		for i := range want16 {
			if i%32 < n && w[i/32%4*stride] != 0 && (codes[i]-want16[i] > 1 || want16[i]-codes[i] > 1) {
				t.Fatalf("%s: weight %d of %d × %d is %d, want %d", k.name, i, n, dim, codes[i], want16[i])
			}
		}
		got, want, exact := make([]float32, 4*dim+1), make([]float32, 4*dim+1), make([]float32, 4*dim)
		for i := range got {
			got[i] = float32(i)
		}
		copy(want, got)
		copy(exact, got)
		k.weighted8(&got[0], &v[0], &codes[0], &unit[0], n, dim, 64)
		weighted8Generic(&want[0], &v[0], &codes[0], &unit[0], n, dim)
		weighted4Generic(&exact[0], &values[0], &w[0], stride, n, dim)
		for i := range got {
			if !close2(got[i], want[i], float32(4*dim)+128*float32(n)*32767*unit[min(i/dim, 3)]) {
				t.Fatalf("%s: column %d of four sums of %d × %d is %g, want %g", k.name, i, n, dim, got[i], want[i])
			}
			if i < len(exact) && math.Abs(float64(got[i]-exact[i])) > 1e-3+float64(n)*128*float64(unit[i/dim]) {
				t.Fatalf("%s: column %d of four sums of %d × %d is %g, with weights as they are %g", k.name, i, n, dim, got[i], exact[i])
			}
		}
	}
}

// compareInterleave does the same for strips made without unpacking first.
func compareInterleave(t *testing.T, seed uint64, typ Type, blocks int, extreme bool) {
	rng := rand.New(rand.NewPCG(seed, uint64(blocks)))
	size := typ.BlockBytes()
	stride := size*blocks + int(seed%5)
	rows := make([]byte, 16*stride+size)
	for i := range 16 {
		copy(rows[i*stride:], randomRow(rng, typ, 256*blocks, extreme))
	}
	u0, s0, m0 := make([]uint8, 4096*blocks), make([]float32, 256*blocks), make([]float32, 256*blocks)
	interleaveGeneric(typ, &u0[0], &s0[0], &m0[0], &rows[0], stride, blocks)
	for _, k := range usableKernels() {
		f := k.interleaveQ4K
		if typ == Q6_K {
			f = k.interleaveQ6K
		}
		if f == nil {
			continue
		}
		u, s, m := make([]uint8, 4096*blocks), make([]float32, 256*blocks), make([]float32, 256*blocks)
		f(&u[0], &s[0], &m[0], &rows[0], stride, blocks)
		if !slices.Equal(u, u0) || !slices.Equal(s, s0) || !slices.Equal(m, m0) {
			t.Fatalf("%s: %d blocks of 16 rows of %v interleaved differ", k.name, blocks, typ)
		}
	}
}

// compareQuantize does the same for 8-bit activations, which must be equal.
func compareQuantize(t *testing.T, seed uint64, blocks int) {
	rng := rand.New(rand.NewPCG(seed, uint64(blocks)))
	x := make([]float32, 32*blocks)
	for i := range x {
		x[i] = float32(rng.NormFloat64() * math.Pow(10, float64(i/32%76-38)))
		if seed%4 == 1 {
			x[i] = []float32{0, 1, -1, 0.5, -2.5, 127, -128, 3e38, 1e-30}[rng.IntN(9)]
		}
	}
	q0, d0, s0 := make([]int8, len(x)), make([]float32, 2*blocks+1), make([]float32, 2*blocks+1)
	quantizeGeneric(&q0[0], &d0[0], &s0[0], &x[0], blocks)
	for _, k := range usableKernels() {
		q, d, s := make([]int8, len(x)), make([]float32, 2*blocks+1), make([]float32, 2*blocks+1)
		k.quantize(&q[0], &d[0], &s[0], &x[0], blocks)
		if !slices.Equal(q, q0) || !slices.Equal(d, d0) || !slices.Equal(s, s0) || slices.Contains(q, -128) {
			t.Fatalf("%s: %d blocks of activations differ, or have a code of -128", k.name, blocks)
		}
	}
}

// compareQ4K does the same for the fused product of Q4_K.
func compareQ4K(t *testing.T, seed uint64, blocks int, extreme bool) {
	rng := rand.New(rand.NewPCG(seed, uint64(blocks)))
	row := randomRow(rng, Q4_K, 256*blocks, extreme)
	x := randomActs(rng, 1, 256*blocks, extreme)
	want := dotQ4KGeneric(&row[0], &x.paired[0], &x.wide[0], blocks)
	p := newPanel(256 * blocks)
	unpackGeneric(Q4_K, p, row, 256*blocks)
	var scale float32
	for g := range p.s {
		scale += float32(math.Abs(float64(p.s[g]*x.d[g])))*16*15*127 + float32(math.Abs(float64(p.m[g]*x.sum[g])))
	}
	if two := dotGeneric(&p.u[0], &p.s[0], &p.m[0], &x.q[0], &x.d[0], &x.sum[0], blocks); !close2(want, two, scale) {
		t.Fatalf("generic: %d blocks of Q4_K: %g, unpacked first %g", blocks, want, two)
	}
	for _, k := range usableKernels() {
		if k.dotQ4K == nil {
			continue
		}
		if got := k.dotQ4K(&row[0], &x.paired[0], &x.wide[0], blocks); !close2(got, want, scale) {
			t.Fatalf("%s: %d blocks of Q4_K: %g, want %g", k.name, blocks, got, want)
		}
	}
}

// compareFused does the same for the fused products of the other formats.
func compareFused(t *testing.T, seed uint64, blocks int, extreme bool) {
	for _, typ := range []Type{Q6_K, Q8_0, Q4_0} {
		rng := rand.New(rand.NewPCG(seed, uint64(blocks)))
		row := randomRow(rng, typ, 256*blocks, extreme)
		x := randomActs(rng, 1, 256*blocks, extreme)
		want := dotFusedGeneric(typ, &row[0], &x.q[0], &x.d[0], &x.sum[0], blocks)
		p := newPanel(256 * blocks)
		unpackGeneric(typ, p, row, 256*blocks)
		var scale float32
		for g := range p.s {
			scale += float32(math.Abs(float64(p.s[g]*x.d[g])))*16*float32(largestCode[typ])*127 + float32(math.Abs(float64(p.m[g]*x.sum[g])))
		}
		for _, k := range usableKernels() {
			dot := k.fused(typ, 256*blocks)
			if dot == nil {
				continue
			}
			q := x.q
			if typ == Q4_0 {
				x.halve()
				q = x.halved
			}
			if got := dot(&row[0], &q[0], &x.d[0], &x.sum[0], blocks); !close2(got, want, scale) {
				t.Fatalf("%s: %d blocks of %v: %g, want %g", k.name, blocks, typ, got, want)
			}
		}
	}
}

// TestTilesAgreeWithSoftmax compares attention over tiles with the formula, for every
// cache format, group size and a causal limit within the tile.
func TestTilesAgreeWithSoftmax(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, typ := range []Type{F32, F16, Q8_0} {
		for _, dim := range []int{32, 64, 128} {
			for _, rows := range []int{1, 3, 4, 8, 13, 18} {
				for _, n := range []int{1, 3, 4, 23, 32} {
					checkTiles(t, rng, typ, dim, rows, n)
				}
			}
		}
	}
}

func checkTiles(t *testing.T, rng *rand.Rand, typ Type, dim, rows, n int) {
	const tiles = 3
	var k, v [tiles][]byte
	var keys, values [tiles][]float32
	random := func() ([]byte, []float32) {
		x, b := make([]float32, n*dim), make([]byte, typ.RowBytes(n*dim))
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		Quantize(typ, b, x)
		Dequantize(typ, x, b)
		return b, x
	}
	for i := range k {
		k[i], keys[i] = random()
		v[i], values[i] = random()
	}
	stride := dim + 5
	q := make([]float32, rows*stride)
	for i := range q {
		q[i] = float32(rng.NormFloat64()) / 4
		if typ == Q8_0 { // numbers of 8 bits, to which queries may be rounded
			q[i] = max(-127, min(127, float32(math.Round(rng.NormFloat64()*32)))) / 128
			if i%stride%32 == 0 {
				q[i] = 127. / 128
			}
		}
	}
	visible := make([][]int32, tiles)
	for i := range visible {
		visible[i] = make([]int32, rows)
		for r := range visible[i] {
			visible[i][r] = int32(n)
			if i == tiles-1 {
				visible[i][r] = int32(rng.IntN(n + 1))
			}
		}
	}
	var a, b Attention
	a.Reset(rows, dim)
	b.Reset(rows, dim)
	a.Tile(q, stride, k[0], v[0], typ, n, visible[0])
	b.Tile(q, stride, k[1], v[1], typ, n, visible[1])
	b.Tile(q, stride, k[2], v[2], typ, n, visible[2])
	a.Merge(&b)
	got := make([]float32, dim)
	for r := range rows {
		want, sum := make([]float64, dim), 0.0
		for i := range tiles {
			for j := range int(visible[i][r]) {
				var dot float64
				for c := range dim {
					dot += float64(q[r*stride+c]) * float64(keys[i][j*dim+c])
				}
				e := math.Exp(dot)
				sum += e
				for c := range dim {
					want[c] += e * float64(values[i][j*dim+c])
				}
			}
		}
		a.Row(got, r)
		for c := range got {
			limit := 1e-5
			if typ == Q8_0 { // weights may be rounded to 16 bits
				limit = 5e-4
			}
			if math.Abs(float64(got[c])-want[c]/sum) > limit {
				t.Fatalf("%v, %d of %d elements, tiles of %d: query %d column %d is %g, want %g", typ, rows, dim, n, r, c, got[c], want[c]/sum)
			}
		}
	}
}

func TestOuterAndAttentionKernelsAgree(t *testing.T) {
	for _, extreme := range []bool{false, true} {
		compareOuter(t, 1, 1, extreme)
		compareOuter(t, 2, 2, extreme)
	}
	for seed := range uint64(8) {
		compareQuantize(t, seed, 100)
	}
	for blocks := 1; blocks < 20; blocks++ {
		for _, typ := range []Type{Q4_K, Q6_K} {
			compareInterleave(t, 1, typ, blocks, false)
			compareInterleave(t, 2, typ, blocks, true)
		}
		compareQ4K(t, 1, blocks, false)
		compareQ4K(t, 2, blocks, true)
		compareFused(t, 1, blocks, false)
		compareFused(t, 2, blocks, true)
		for n := 1; n <= 32; n++ {
			compareWeighted8(t, uint64(n), n, 64*(1+blocks%4))
		}
		for sixteens := 1; sixteens < 4; sixteens++ {
			compareScores8(t, 1, sixteens, blocks, false)
			compareScores8(t, 2, sixteens, blocks, true)
		}
	}
	for n := range 70 {
		for _, dim := range []int{16, 64, 72, 80, 128, 208, 256} {
			compareAttention(t, uint64(n), n, dim)
			if n > 0 && n < 10 && dim%16 == 0 {
				compareFours(t, uint64(n), 4*n, dim)
			}
		}
	}
}

func FuzzOuterAndAttention(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(128), true)
	f.Fuzz(func(t *testing.T, seed uint64, n, dim uint8, extreme bool) {
		compareOuter(t, seed, 1+int(n%2), extreme)
		compareAttention(t, seed, int(n), 1+int(dim))
		compareFours(t, seed, 4+int(n)&^3, 16+int(dim)&^15)
		compareQuantize(t, seed, 1+int(n))
		compareInterleave(t, seed, Q4_K, 1+int(n%8), extreme)
		compareInterleave(t, seed, Q6_K, 1+int(n%8), extreme)
		compareQ4K(t, seed, 1+int(n%16), extreme)
		compareFused(t, seed, 1+int(n%16), extreme)
		compareScores8(t, seed, 1+int(n%4), 1+int(dim%16), extreme)
		compareWeighted8(t, seed, 1+int(n%32), 64*(1+int(dim%4)))
	})
}

// TestLongProducts compares prompts' products with exact ones for row lengths on both
// sides of a chunk, for single strips and for runs of them.
func TestLongProducts(t *testing.T) {
	p := NewPool(2)
	defer p.Close()
	rng := rand.New(rand.NewPCG(3, 4))
	for _, cols := range []int{32, 96, 256, 480, 512, 544, 768, 1056, 1280} {
		for _, typ := range []Type{Q8_0, Q4_0, Q4_K, Q6_K, Q3_K, IQ4_XS, IQ4_NL, IQ3_S, IQ2_XS} {
			if cols%typ.BlockWeights() != 0 {
				continue
			}
			const n = 9
			rows := 67
			if cols <= 512 {
				rows = 1100
			}
			w := &Matrix{typ, rows, cols, make([]byte, rows*typ.RowBytes(cols))}
			randomWeights(rng, w)
			x := randomActs(rng, n, cols, false)
			got, want := make([]float32, n*rows), make([]float32, n*rows)
			p.Multiply(x, Product{W: w, Dst: got})
			x.Exact = true
			p.Multiply(x, Product{W: w, Dst: want})
			var d, s float64
			for i := range got {
				d += math.Pow(float64(got[i]-want[i]), 2)
				s += math.Pow(float64(want[i]), 2)
			}
			if rel := math.Sqrt(d / s); !(rel < 0.012) {
				t.Errorf("%v, %d columns: relative error %.2e", typ, cols, rel)
			}
		}
	}
}

// BenchmarkAttention reads one KV head of a long context for a group of four queries,
// as a decode step of the 8B model does for each head; MB/s is bytes of KV.
func BenchmarkAttention(b *testing.B) {
	const dim, page, tokens, heads = 128, 32, 32768, 8
	p := NewPool(2)
	defer p.Close()
	for _, typ := range []Type{F16, Q8_0} {
		b.Run(typ.String(), func(b *testing.B) {
			size := typ.RowBytes(page * dim)
			pages := tokens / page * heads
			data := make([]byte, 2*pages*size)
			one := make([]float32, page*dim)
			for i := range one {
				one[i] = float32(i%17) / 17
			}
			for i := range 2 * pages {
				Quantize(typ, data[i*size:], one)
			}
			const pieces = 16
			states := make([]Attention, heads*pieces)
			q := make([]float32, 4*dim)
			see := []int32{page, page, page, page}
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				p.Run(len(states), func(_, i int) {
					states[i].Reset(4, dim)
					n := pages / len(states)
					for j := i * n; j < (i+1)*n; j++ {
						states[i].Tile(q, dim, data[2*j*size:][:size], data[(2*j+1)*size:][:size], typ, page, see)
					}
				})
			}
		})
	}
}
