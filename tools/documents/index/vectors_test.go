package index

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

var (
	vectorCount = flag.Int("vectors", 5000, "vectors that TestNearest searches")
	vectorDims  = flag.Int("dims", 384, "numbers of each")
)

// TestBest: the best are those that sorting finds, ties by their rows.
func TestBest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		scores := make([]float32, rng.IntN(500))
		for i := range scores {
			scores[i] = float32(rng.IntN(40))
		}
		var want []near
		for i, s := range scores {
			want = append(want, near{i, s})
		}
		slices.SortFunc(want, func(a, b near) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.row, b.row)) })
		n := 1 + rng.IntN(60)
		if got := best(scores, n); !slices.Equal(got, want[:min(n, len(want))]) {
			t.Fatalf("%d of %v: %v", n, scores, got)
		}
	}
}

// TestNearest compares the texts nearest to a query with those that plain arithmetic finds,
// and says what a search costs: -vectors 100000 -dims 768 is what the search is made for.
func TestNearest(t *testing.T) {
	v, err := openVectors(filepath.Join(t.TempDir(), "vectors"), "random")
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	rng := rand.New(rand.NewPCG(2, 2))
	vector := func() []float32 {
		x := make([]float32, *vectorDims)
		sum := 0.0
		for i := range x {
			x[i] = float32(rng.NormFloat64())
			sum += float64(x[i]) * float64(x[i])
		}
		for i := range x {
			x[i] /= float32(math.Sqrt(sum))
		}
		return x
	}
	const queries = 100
	var asked [][]float32
	for range queries {
		asked = append(asked, vector())
	}
	exact := make([][]near, 10) // of the first queries
	for n := 0; n < *vectorCount; {
		var hashes []string
		var rows [][]float32
		for range min(5000, *vectorCount-n) {
			x := vector()
			for q := range exact {
				dot := float32(0)
				for i, y := range asked[q] {
					dot += x[i] * y
				}
				exact[q] = append(exact[q], near{n, dot})
			}
			hashes, rows = append(hashes, HashText(fmt.Sprint(n))), append(rows, x)
			n++
		}
		if err := v.add(hashes, rows); err != nil {
			t.Fatal(err)
		}
	}
	found := 0
	for q, all := range exact {
		slices.SortFunc(all, func(a, b near) int { return cmp.Compare(b.score, a.score) })
		got, err := v.nearest(asked[q], 10)
		if err != nil || len(got) != 10 {
			t.Fatal(got, err)
		}
		for _, want := range all[:10] {
			if slices.Contains(got, v.keys[want.row]) {
				found++
			}
		}
	}
	if found < 10*len(exact)*95/100 {
		t.Errorf("%d of the %d nearest are found, want 95 in a hundred", found, 10*len(exact))
	}
	exact = nil
	runtime.GC()
	var took []time.Duration
	for _, x := range asked {
		began := time.Now()
		if _, err := v.nearest(x, candidates); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	info, err := os.Stat(v.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d vectors of %d numbers: a search takes %v, one in a hundred %v; %d MiB in memory, %d MiB on disk; %d of the %d nearest are found",
		*vectorCount, *vectorDims, took[len(took)/2], took[len(took)*99/100], len(v.data)>>20, info.Size()>>20, found, 10*10)
}
