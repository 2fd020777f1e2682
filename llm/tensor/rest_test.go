package tensor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRests: rows with a large column are multiplied as if they had 16 bits, on every
// path: by row, by four, by outer products, as the format is unpacked, for chosen rows of the
// matrix. Other rows are left at 8 bits, and so are all without Fine.
func TestRests(t *testing.T) {
	best := fast
	t.Cleanup(func() { fast = best })
	rng := rand.New(rand.NewPCG(6, 6))
	p := NewPool(2)
	defer p.Close()
	for _, k := range usableKernels() {
		fast = k
		for _, typ := range quantized {
			for _, cols := range []int{256, 576} {
				if cols%typ.BlockWeights() != 0 {
					continue
				}
				const rows = 40
				w, err := NewMatrix(typ, rows, cols, make([]byte, rows*typ.RowBytes(cols)))
				if err != nil {
					t.Fatal(err)
				}
				randomWeights(rng, w)
				for _, n := range []int{1, 2, 3, 9, 21} {
					checkRests(t, p, w, crestedActs(rng, n, cols))
				}
			}
		}
	}
}

// crestedActs are activations of which every second row has a large column.
func crestedActs(rng *rand.Rand, n, cols int) *Acts {
	x := &Acts{Fine: true}
	x.Reset(n, cols)
	for i := range x.X {
		x.X[i] = float32(rng.NormFloat64())
	}
	for i := 0; i < n; i += 2 {
		x.Row(i)[rng.IntN(cols)] = 60
	}
	return x
}

func checkRests(t *testing.T, p *Pool, w *Matrix, x *Acts) {
	t.Helper()
	chosen := []int32{3, 3, 39, 0, 31}
	product := func(exact, fine bool) (all, some []float32) {
		x.Reset(x.N, x.Cols)
		x.Exact, x.Fine = exact, fine
		all, some = make([]float32, x.N*w.Rows), make([]float32, x.N*len(chosen))
		p.Multiply(x, Product{W: w, Dst: all}, Product{W: w, Dst: some, Rows: chosen})
		return all, some
	}
	want, wantSome := product(true, false)
	coarse, coarseSome := product(false, false)
	if len(x.rest) > 0 {
		t.Fatalf("rests of rows %d that were not asked for", x.rest)
	}
	got, gotSome := product(false, true)
	wide := make([]int, 0, x.N)
	for i := 0; i < x.N; i += 2 {
		wide = append(wide, i)
	}
	if !slices.Equal(x.rest, wide) {
		t.Fatalf("%d rows of %d columns: rests of %d, want %d", x.N, x.Cols, x.rest, wide)
	}
	for i := range x.N {
		off := func(got, want []float32, width int) (sum float64) {
			for j := range width {
				sum += math.Pow(float64(got[i*width+j]-want[i*width+j]), 2)
			}
			return math.Sqrt(sum / float64(width))
		}
		most, mostSome := 1.001*off(coarse, want, w.Rows), 1.001*off(coarseSome, wantSome, len(chosen))
		if i%2 == 0 {
			most, mostSome = most/40, mostSome/3
		}
		if fine := off(got, want, w.Rows); fine > most {
			t.Fatalf("%s: row %d of %d × %d times %v: off by %g, want at most %g", fast.name, i, x.N, x.Cols, w.Type, fine, most)
		}
		if fine := off(gotSome, wantSome, len(chosen)); fine > mostSome {
			t.Fatalf("%s: row %d of %d × %d times chosen rows of %v: off by %g, want at most %g", fast.name, i, x.N, x.Cols, w.Type, fine, mostSome)
		}
	}
}
