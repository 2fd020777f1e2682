package tensor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime/pprof"
	"slices"
	"testing"
	"time"
	"unsafe"
)

// compareTiles checks the kernels of tiles against their generic forms, bit by bit, and
// those against sums in 64 bits of what was to be multiplied, in no layout of tiles.
func compareTiles(t *testing.T, seed uint64, steps, blocks int, extreme bool) {
	rng := rand.New(rand.NewPCG(seed, 10))
	o := &outerScratch{}
	o.init()
	for i := range o.u {
		o.u[i] = uint8(rng.Uint32())
	}
	for i := range o.s {
		o.s[i], o.m[i] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
		if extreme {
			o.s[i], o.m[i] = []float32{0, 1e30, -1e-30, 3}[rng.IntN(4)], []float32{0, 1e30, 1e-38, 7}[rng.IntN(4)]
		}
	}
	cols := steps * tileWidth
	x := make([]float32, blocks*tileRows*cols)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
		if extreme {
			x[i] = []float32{0, 1, -1, 1e-39, 3e8}[rng.IntN(5)]
		}
	}
	comparePlainTiles(t, o, x, steps, blocks, 16<<(seed%2), rng)
	for _, k := range usableKernels() {
		if k.tiles == nil {
			continue
		}
		gw, ww := make([]uint16, 2*tileStrip), make([]uint16, 2*tileStrip)
		for h := range 2 {
			at := h * outerChunk
			if seed%2 == 0 {
				k.widenTiles16(&gw[h*tileStrip], &o.u[16*at], &o.s[at], &o.m[at], 2*steps)
				widenTilesGeneric(16, &ww[h*tileStrip], &o.u[16*at], &o.s[at], &o.m[at], 2*steps)
			} else {
				k.widenTiles32(&gw[h*tileStrip], &o.u[16*at], &o.s[at], &o.m[at], steps)
				widenTilesGeneric(32, &ww[h*tileStrip], &o.u[16*at], &o.s[at], &o.m[at], steps)
			}
		}
		if !slices.Equal(gw, ww) {
			t.Fatalf("%s: weights in tiles differ", k.name)
		}
		ga, wa := make([]uint16, len(x)), make([]uint16, len(x))
		for i := range blocks * tileRows {
			at := i/16*steps*tileSize + i%16*tileWidth
			k.roundTile(&ga[at], &x[i*cols], steps)
			roundTileGeneric(&wa[at], &x[i*cols], steps)
		}
		if !slices.Equal(ga, wa) {
			t.Fatalf("%s: activations in tiles differ", k.name)
		}
		got := make([]float32, blocks*tileRows*outerRows+1)
		for i := range got {
			got[i] = float32(rng.NormFloat64())
		}
		want := slices.Clone(got)
		k.tiles(&got[0], &ga[0], &gw[0], steps, 2*steps*tileSize, blocks)
		tilesGeneric(&want[0], &ga[0], &gw[0], steps, 2*steps*tileSize, blocks)
		for i := range got {
			if math.Float32bits(got[i]) != math.Float32bits(want[i]) && !(got[i] != got[i] && want[i] != want[i]) {
				t.Fatalf("%s: sum %d of %d steps, %d blocks is %g, want %g", k.name, i, steps, blocks, got[i], want[i])
			}
		}
	}
}

// comparePlainTiles multiplies x, of rows of steps tiles, by the two strips of o, whose
// scales hold for width columns, on the generic tiles and plainly. Numbers that are too
// large or too small for 32 bits on the way are passed over.
func comparePlainTiles(t *testing.T, o *outerScratch, x []float32, steps, blocks, width int, rng *rand.Rand) {
	t.Helper()
	cols, rows := steps*tileWidth, blocks*tileRows
	w, a := make([]uint16, 2*tileStrip), make([]uint16, len(x))
	for h := range 2 {
		at := h * outerChunk
		widenTilesGeneric(width, &w[h*tileStrip], &o.u[16*at], &o.s[at], &o.m[at], steps*tileWidth/width)
	}
	for i := range rows {
		roundTileGeneric(&a[i/16*steps*tileSize+i%16*tileWidth], &x[i*cols], steps)
	}
	sums := make([]float32, rows*outerRows)
	for i := range sums {
		sums[i] = float32(rng.NormFloat64())
	}
	before := slices.Clone(sums)
	tilesGeneric(&sums[0], &a[0], &w[0], steps, 2*steps*tileSize, blocks)
	for i := range rows {
		for n := range outerRows {
			at, r := n/16*outerChunk, n%16
			sum := float64(before[i*outerRows+n])
			size := math.Abs(sum)
			for k := range cols {
				g := at + k/width*width/groupSize*16 + r
				weight := fma32(float32(o.u[16*at+k/4*64+r*4+k%4]), o.s[g], -o.m[g])
				p := float64(fromBF16(toBF16(weight))) * float64(fromBF16(toBF16(x[i*cols+k])))
				sum, size = sum+p, size+math.Abs(p)
			}
			got := float64(sums[i*outerRows+n])
			if size < 1e37 && !(math.Abs(got-sum) <= 1e-5*size+1e-30) {
				t.Fatalf("sum %d of row %d, %d steps, %d blocks is %g, want %g", n, i, steps, blocks, got, sum)
			}
		}
	}
}

func TestTiles(t *testing.T) {
	for seed := range uint64(8) {
		compareTiles(t, seed, 1+int(seed)*5%8, 1+int(seed)%3, seed%4 == 3)
	}
	compareTiles(t, 1, 8, 3, false)
}

func FuzzTiles(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(1), false)
	f.Add(uint64(2), uint8(15), uint8(2), true)
	f.Fuzz(func(t *testing.T, seed uint64, steps, blocks uint8, extreme bool) {
		compareTiles(t, seed, int(steps)%8+1, int(blocks)%3+1, extreme)
	})
}

// withKernels runs f with another set of kernels in use.
func withKernels(k kernels, f func()) {
	defer func(old kernels) { fast = old }(fast)
	fast = k
	f()
}

// emulatedTiles is a set whose tiles are Go's: it runs the schedule where there are none.
func emulatedTiles() kernels {
	k := usableKernels()[0]
	if k.transpose == nil {
		k.transpose = func(dst, src *float32, stride, n int) {
			transposeGeneric((*uint32)(unsafe.Pointer(dst)), (*uint32)(unsafe.Pointer(src)), stride, n)
		}
		k.transposeBytes = func(dst, src *uint8, stride, n int) {
			transposeGeneric((*uint32)(unsafe.Pointer(dst)), (*uint32)(unsafe.Pointer(src)), stride, n)
		}
	}
	k.tiles, k.pairs, k.roundTile = tilesGeneric, pairsOf(fast), roundTileGeneric
	k.roundHalves, k.turnTiles, k.weighTiles = roundHalvesGeneric, turnTilesGeneric, weighTilesGeneric
	k.widenTiles16 = func(dst *uint16, u *uint8, s, m *float32, n int) { widenTilesGeneric(16, dst, u, s, m, n) }
	k.widenTiles32 = func(dst *uint16, u *uint8, s, m *float32, n int) { widenTilesGeneric(32, dst, u, s, m, n) }
	return k
}

// TestTileProducts compares products of prompts with exact ones, for every format, on tiles
// of Go and of the processor, whose results are the same bits for any number of threads.
func TestTileProducts(t *testing.T) {
	for _, typ := range quantized {
		rng := rand.New(rand.NewPCG(3, uint64(typ)))
		rows, cols, n := 77, tileLeast+256, 35
		w := &Matrix{typ, rows, cols, make([]byte, rows*typ.RowBytes(cols))}
		randomWeights(rng, w)
		x := &Acts{Prompt: true}
		x.Reset(n, cols)
		for i := range x.X {
			x.X[i] = float32(rng.NormFloat64())
		}
		product := func(threads int, some []int32, exact bool) []float32 {
			p := NewPool(threads)
			defer p.Close()
			width := rows
			if some != nil {
				width = len(some)
			}
			dst := make([]float32, n*width)
			y := &Acts{N: n, Cols: cols, X: x.X, Prompt: true, Exact: exact}
			p.Multiply(y, Product{W: w, Dst: dst, Rows: some})
			return dst
		}
		want := product(1, nil, true)
		var size float64
		for _, v := range want {
			size += float64(v) * float64(v)
		}
		size = math.Sqrt(size / float64(len(want)))
		check := func(name string, got []float32, row func(int) int, width int) {
			var off float64
			for i, v := range got {
				d := float64(v - want[i/width*rows+row(i%width)])
				off += d * d
			}
			if off = math.Sqrt(off/float64(len(got))) / size; !(off < 4e-3) {
				t.Errorf("%v, %s: off by %.2e of the products' size", typ, name, off)
			}
		}
		all := func(i int) int { return i }
		var emulated []float32
		withKernels(emulatedTiles(), func() {
			emulated = product(2, nil, false)
			check("emulated", emulated, all, rows)
			some := []int32{5, 3, 70, 70, 0}
			check("some rows", product(1, some, false), func(i int) int { return int(some[i]) }, len(some))
		})
		if fast.tiles == nil {
			continue
		}
		for _, threads := range []int{1, 2, 5} {
			if got := product(threads, nil, false); !slices.Equal(got, emulated) {
				t.Errorf("%v: %d threads give other bits than the emulation", typ, threads)
			}
		}
	}
}

// TestTilesUnderSignals multiplies while signals of a profile and of the collector's
// preemption arrive at each thread.
func TestTilesUnderSignals(t *testing.T) {
	if fast.tiles == nil {
		t.Skip("the processor has no tiles, or CHASKI_KERNELS asks for less")
	}
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err == nil {
		defer pprof.StopCPUProfile()
	}
	const rows, cols, n = 256, 2048, 256
	w := &Matrix{Q8_0, rows, cols, make([]byte, rows*Q8_0.RowBytes(cols))}
	rng := rand.New(rand.NewPCG(1, 1))
	randomWeights(rng, w)
	x := make([]float32, n*cols)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	stop, garbage := make(chan struct{}), make(chan int)
	go func() {
		defer close(garbage)
		for size := 1; ; size = size*3%1000 + 1 {
			select {
			case <-stop:
				return
			default:
				if len(make([]byte, size<<10)) == 0 {
					panic("nothing")
				}
			}
		}
	}()
	p := NewPool(4)
	defer p.Close()
	var want []float32
	for start := time.Now(); time.Since(start) < time.Second; {
		got := make([]float32, n*rows)
		p.Multiply(&Acts{N: n, Cols: cols, X: x, Prompt: true}, Product{W: w, Dst: got})
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Fatal("a product changed")
		}
	}
	close(stop)
	<-garbage
}

// BenchmarkTiles times the parts of a product in tiles on one thread.
func BenchmarkTiles(b *testing.B) {
	if fast.tiles == nil {
		b.Skip("the processor has no tiles, or CHASKI_KERNELS asks for less")
	}
	o := &outerScratch{}
	o.init()
	w := make([]uint16, 2*tileStrip)
	b.Run("widen", func(b *testing.B) {
		for b.Loop() {
			fast.widenTiles32(&w[0], &o.u[0], &o.s[0], &o.m[0], tileChunk/32)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(16*tileChunk/64), "ns/64")
	})
	for _, n := range []int{32, 512} {
		a, sums := make([]uint16, n*tileChunk), make([]float32, n*outerRows)
		b.Run(fmt.Sprintf("tiles/%d", n), func(b *testing.B) {
			for b.Loop() {
				fast.tiles(&sums[0], &a[0], &w[0], tileChunk/tileWidth, tileChunk/tileWidth*2*tileSize, n/tileRows)
			}
			b.ReportMetric(float64(n*outerRows*tileChunk)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GMAC/s")
		})
	}
}
