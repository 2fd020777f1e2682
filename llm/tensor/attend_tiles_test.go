package tensor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// sameFloats compares bit by bit, but for which NaN it is.
func sameFloats(a, b []float32) int {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) && !(a[i] != a[i] && b[i] != b[i]) {
			return i
		}
	}
	return -1
}

// compareAttentionTiles checks the kernels of attention on tiles against their generic forms,
// bit by bit.
func compareAttentionTiles(t *testing.T, seed uint64, steps, rows, keys int, extreme bool) {
	rng := rand.New(rand.NewPCG(seed, 11))
	dim := steps * tileWidth
	halves := make([]byte, 2*rows*dim)
	for i := 0; i < len(halves); i += 2 {
		put16(halves[i:], ToF16(float32(rng.NormFloat64())))
		if extreme {
			put16(halves[i:], uint16(rng.Uint32()))
		}
	}
	words := make([]uint16, 2*16*dim)
	for i := range words {
		words[i] = uint16(rng.Uint32())
	}
	floats := func(n int, spread float64) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64() * spread)
			if extreme && rng.IntN(4) == 0 {
				x[i] = []float32{0, 1e30, -1e30, 1e-39, 200, -87.3, nan, negInf, -negInf, math.Float32frombits(0x7fffffff)}[rng.IntN(10)]
			}
		}
		return x
	}
	n := keys * tileWidth
	scores, top, sum := floats(n*TileQueries, 20), floats(TileQueries, 20), floats(TileQueries, 3)
	acc, row := floats(dim*TileQueries, 1), floats(dim, 1)
	for i := range top {
		if rng.IntN(3) == 0 {
			top[i] = noScore
		}
	}
	see := make([]int32, TileQueries)
	for i := range see {
		see[i] = int32(rng.IntN(n + 2))
	}
	for _, k := range usableKernels() {
		if k.pairs == nil {
			continue
		}
		got, want := make([]uint16, 16*dim), make([]uint16, 16*dim)
		k.roundHalves(&got[0], &halves[0], steps, rows)
		roundHalvesGeneric(&want[0], &halves[0], steps, rows)
		if !slices.Equal(got, want) {
			t.Fatalf("%s: %d × %d halves in tiles differ", k.name, rows, dim)
		}
		k.roundTile(&got[0], &row[0], steps)
		roundTileGeneric(&want[0], &row[0], steps)
		if !slices.Equal(got, want) {
			t.Fatalf("%s: %d floats in tiles differ", k.name, dim)
		}
		got, want = make([]uint16, 2*16*dim), make([]uint16, 2*16*dim)
		k.turnTiles(&got[0], &words[0], steps, 16*dim, tileSize)
		turnTilesGeneric(&want[0], &words[0], steps, 16*dim, tileSize)
		if !slices.Equal(got, want) {
			t.Fatalf("%s: 32 × %d turned differ", k.name, dim)
		}
		for _, see := range []*int32{nil, &see[0]} {
			var out [2][]float32
			var weights [2][]uint16
			for i, f := range []func(*uint16, *float32, *float32, *float32, *int32, *float32, int, int){k.weighTiles, weighTilesGeneric} {
				s := slices.Clone(scores)
				out[i] = slices.Concat(top, sum, acc)
				weights[i] = make([]uint16, 2*tileStrip)
				f(&weights[i][0], &s[0], &out[i][0], &out[i][TileQueries], see, &out[i][2*TileQueries], n, dim)
			}
			if i := sameFloats(out[0], out[1]); i >= 0 {
				t.Fatalf("%s: %d keys: number %d of the state is %g, want %g", k.name, n, i, out[0][i], out[1][i])
			}
			for i := range weights[0] {
				if a, b := fromBF16(weights[0][i]), fromBF16(weights[1][i]); a != b && !(a != a && b != b) {
					t.Fatalf("%s: %d keys: weight %d is %g, want %g", k.name, n, i, a, b)
				}
			}
		}
	}
}

// pairsOf specifies a set's kernel.
func pairsOf(k kernels) func(sums *float32, a, w *uint16, steps, gap, blocks int) {
	if k.pairs != nil && k.tiles == nil {
		return pairsGeneric
	}
	return tilesGeneric
}

// comparePairs checks the kernels that multiply for attention, bit by bit.
func comparePairs(t *testing.T, seed uint64, steps, blocks int, extreme bool) {
	rng := rand.New(rand.NewPCG(seed, 12))
	numbers := func(n int) []uint16 {
		x := make([]uint16, n)
		for i := range x {
			if x[i] = toBF16(float32(rng.NormFloat64())); extreme {
				x[i] = uint16(rng.Uint32())
			}
		}
		return x
	}
	gap := 2 * steps * tileSize
	a, w := numbers(blocks*gap), numbers(2*tileStrip)
	sums := make([]float32, blocks*tileRows*outerRows+1)
	for i := range sums {
		sums[i] = float32(rng.NormFloat64())
	}
	for _, k := range usableKernels() {
		if k.pairs == nil {
			continue
		}
		generic := pairsOf(k)
		got, want := slices.Clone(sums), slices.Clone(sums)
		k.pairs(&got[0], &a[0], &w[0], steps, gap, blocks)
		generic(&want[0], &a[0], &w[0], steps, gap, blocks)
		if i := sameFloats(got, want); i >= 0 {
			t.Fatalf("%s: sum %d of %d steps, %d blocks is %g, want %g", k.name, i, steps, blocks, got[i], want[i])
		}
	}
}

func TestPairs(t *testing.T) {
	for seed := range uint64(16) {
		comparePairs(t, seed, 1+int(seed)*5%8, 1+int(seed)%3, seed%4 == 3)
	}
}

func FuzzPairs(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(1), false)
	f.Add(uint64(2), uint8(15), uint8(2), true)
	f.Fuzz(func(t *testing.T, seed uint64, steps, blocks uint8, extreme bool) {
		comparePairs(t, seed, int(steps)%8+1, int(blocks)%3+1, extreme)
	})
}

func TestAttentionTiles(t *testing.T) {
	for seed := range uint64(16) {
		compareAttentionTiles(t, seed, 1+int(seed)%8, 1+int(seed*7)%16, 1+int(seed*3)%8, seed%4 == 3)
	}
}

func FuzzAttentionTiles(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(15), uint8(7), false)
	f.Add(uint64(2), uint8(7), uint8(2), uint8(0), true)
	f.Fuzz(func(t *testing.T, seed uint64, steps, rows, keys uint8, extreme bool) {
		compareAttentionTiles(t, seed, int(steps)%8+1, int(rows)%16+1, int(keys)%8+1, extreme)
	})
}

// TestTileAttention compares attention on tiles, of the processor and of Go, with softmax in
// floats: for every format of a context, sizes of pages, steps that begin within the context
// and queries that see none of a step. The emulation gives the same bits.
func TestTileAttention(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for _, c := range []struct {
		typ                        Type
		dim, rows, size, keys, per int
	}{
		{F16, 128, 64, 32, 300, 256}, {F16, 64, 37, 32, 70, 64}, {F16, 32, 3, 5, 33, 20}, {F16, 256, 40, 16, 64, 256},
		{F32, 128, 33, 32, 100, 96}, {Q8_0, 128, 65, 32, 129, 128}, {F16, 96, 32, 48, 1, 48},
	} {
		rows := make([][2][]float32, c.keys)
		pages := make([]KVPage, (c.keys+c.size-1)/c.size)
		rowBytes := c.typ.RowBytes(c.dim)
		for i := range pages {
			pages[i].K, pages[i].V = make([]byte, c.size*rowBytes), make([]byte, c.size*rowBytes)
			for _, b := range [][]byte{pages[i].K, pages[i].V} { // what was never written is anything
				for k := range b {
					b[k] = 0xff
				}
			}
		}
		for i := range rows {
			for k, data := range [][]byte{pages[i/c.size].K, pages[i/c.size].V} {
				x := make([]float32, c.dim)
				for j := range x {
					x[j] = float32(rng.NormFloat64())
				}
				data = data[i%c.size*rowBytes:][:rowBytes]
				Quantize(c.typ, data, x)
				Dequantize(c.typ, x, data)
				rows[i][k] = x
			}
		}
		stride := c.dim + 5
		q := make([]float32, c.rows*stride)
		for i := range q {
			q[i] = float32(rng.NormFloat64() / math.Sqrt(float64(c.dim)) * 2)
		}
		see := make([]int32, c.rows)
		for r := range see {
			see[r] = int32(1 + (c.keys-1)*(r+1)/c.rows)
		}
		run := func() []float32 {
			a := TileAttention{room: slices.Repeat([]uint16{0xffff}, 64*c.dim), values: slices.Repeat([]uint16{0xffff}, TileKeys*c.dim)}
			a.Reset(q, stride, c.rows, c.dim)
			visible := make([]int32, c.rows)
			for from := 0; from < c.keys; from += c.per {
				n := min(c.per, c.keys-from)
				for r := range visible {
					visible[r] = see[r] - int32(from)
				}
				a.Add(pages[from/c.size:], c.typ, c.size, n, visible)
			}
			var s Attention
			a.Into(&s)
			out := make([]float32, c.rows*c.dim)
			for r := range c.rows {
				s.Row(out[r*c.dim:][:c.dim], r)
			}
			return out
		}
		want := make([]float32, c.rows*c.dim)
		for r := range c.rows {
			e, sum := make([]float64, see[r]), 0.0
			for i := range e {
				var dot float64
				for j := range c.dim {
					dot += float64(q[r*stride+j]) * float64(rows[i][0][j])
				}
				e[i] = math.Exp(dot)
				sum += e[i]
			}
			for j := range c.dim {
				var v float64
				for i := range e {
					v += e[i] * float64(rows[i][1][j])
				}
				want[r*c.dim+j] = float32(v / sum)
			}
		}
		check := func(name string, got []float32) {
			var off, size float64
			for i := range got {
				off += float64(got[i]-want[i]) * float64(got[i]-want[i])
				size += float64(want[i]) * float64(want[i])
			}
			if off = math.Sqrt(off / size); !(off < 8e-3) {
				t.Errorf("%v, %s: off by %.2e of the size", c, name, off)
			}
		}
		var emulated []float32
		withKernels(emulatedTiles(), func() {
			emulated = run()
			check("emulated", emulated)
		})
		if fast.pairs == nil {
			continue
		}
		if got := run(); sameFloats(got, emulated) >= 0 {
			t.Errorf("%v: %d is %g, the emulation gives %g", c, sameFloats(got, emulated), got[sameFloats(got, emulated)], emulated[sameFloats(got, emulated)])
		}
	}
}

// BenchmarkPromptAttention times a step of a prompt's queries on one thread: 256 on tiles, 32
// with the kernels of floats.
func BenchmarkPromptAttention(b *testing.B) {
	const dim, size = 128, 32
	for _, typ := range []Type{F16, Q8_0} {
		pages := make([]KVPage, TileKeys/size)
		x := make([]float32, size*dim)
		rng := rand.New(rand.NewPCG(1, 1))
		for i := range pages {
			for j := range x {
				x[j] = float32(rng.NormFloat64())
			}
			pages[i].K, pages[i].V = make([]byte, typ.RowBytes(size*dim)), make([]byte, typ.RowBytes(size*dim))
			Quantize(typ, pages[i].K, x)
			Quantize(typ, pages[i].V, x)
		}
		q := make([]float32, 256*dim)
		for i := range q {
			q[i] = float32(rng.NormFloat64() / 8)
		}
		report := func(b *testing.B, queries, keys int) {
			b.ReportMetric(2*float64(queries*keys*dim)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GMAC/s")
		}
		b.Run("floats/"+typ.String(), func(b *testing.B) {
			const queries, keys = 32, 128
			var a Attention
			a.Reset(queries, dim)
			see := slices.Repeat([]int32{keys}, queries)
			for b.Loop() {
				a.Tiles(q, dim, pages[:keys/size], typ, size, keys, see)
			}
			report(b, queries, keys)
		})
		b.Run("tiles/"+typ.String(), func(b *testing.B) {
			if fast.pairs == nil {
				b.Skip("the processor multiplies no bf16, or CHASKI_KERNELS asks for less")
			}
			var a TileAttention
			a.Reset(q, dim, 256, dim)
			see := slices.Repeat([]int32{TileKeys}, 256)
			for b.Loop() {
				a.Add(pages, typ, size, TileKeys, see)
			}
			report(b, 256, TileKeys)
		})
	}
}
