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
// and says what a search costs: -vectors 100000 -dims 768 is what comparing all is made for,
// -vectors 1000000 what cells are. Texts are of topics, as those of a folder are: of texts
// that have nothing in common a cell holds none of what is near.
func TestNearest(t *testing.T) {
	t.Run("all", func(t *testing.T) { nearestOf(t, exactUpTo) })
	t.Run("cells", func(t *testing.T) {
		if *vectorCount > exactUpTo {
			t.Skip("so many have cells as they are")
		}
		nearestOf(t, *vectorCount/2)
	})
}

func nearestOf(t *testing.T, exactUpTo int) {
	v, err := openVectors(filepath.Join(t.TempDir(), "vectors"), "random")
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	v.exact = exactUpTo
	rng := rand.New(rand.NewPCG(2, 2))
	around := func(centre []float32, spread float64) []float32 {
		x := make([]float32, *vectorDims)
		for i := range x {
			x[i] = float32(spread * rng.NormFloat64())
			if centre != nil {
				x[i] += centre[i]
			}
		}
		return unit(x, len(x))
	}
	var topics [][]float32
	for range 10 + *vectorCount/200 {
		topics = append(topics, around(nil, 1))
	}
	// So wide that two texts of a topic have a cosine of 0.6, as those of a folder often do.
	vector := func() []float32 {
		return around(topics[rng.IntN(len(topics))], 0.8/math.Sqrt(float64(*vectorDims)))
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
	v.dividing.Wait()
	if divided := v.cells != nil; divided != (*vectorCount > exactUpTo) {
		t.Errorf("divided into cells: %v", divided)
	}
	found := 0
	for q, all := range exact {
		slices.SortFunc(all, func(a, b near) int { return cmp.Compare(b.score, a.score) })
		got, err := v.nearest(asked[q], 10)
		if err != nil || len(got) != 10 {
			t.Fatal(got, err)
		}
		for _, want := range all[:10] {
			if slices.Contains(got, HashText(fmt.Sprint(want.row))) {
				found++
			}
		}
	}
	if found < 10*len(exact)*95/100 {
		t.Errorf("%d of the %d nearest are found, want 95 in a hundred", found, 10*len(exact))
	}
	if everything, err := v.nearest(asked[0], *vectorCount); err != nil || len(everything) != *vectorCount {
		t.Errorf("%d of all %d are found: %v", len(everything), *vectorCount, err)
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

// TestCells: what is added after the vectors were divided is found at once, what is dropped
// no longer, and whoever asks for all gets all.
func TestCells(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vectors")
	v, err := openVectors(path, "random")
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	v.exact = 300
	rng := rand.New(rand.NewPCG(3, 3))
	live := map[string]bool{}
	vectors := map[string][]float32{}
	add := func(n int) (last string) {
		var hashes []string
		var rows [][]float32
		for range n {
			x := make([]float32, 40)
			for i := range x {
				x[i] = float32(rng.NormFloat64())
			}
			last = HashText(fmt.Sprint(len(vectors)))
			vectors[last], live[last] = x, true
			hashes, rows = append(hashes, last), append(rows, x)
		}
		if err := v.add(hashes, rows); err != nil {
			t.Fatal(err)
		}
		return last
	}
	itself := func(what string) {
		t.Helper()
		for hash, x := range vectors {
			got, err := v.nearest(x, 1)
			if found := err == nil && len(got) == 1 && got[0] == hash; found != live[hash] {
				t.Fatalf("%s: the nearest to %s is %v, %v", what, hash, got, err)
			}
		}
		got, err := v.nearest(make([]float32, 40), len(live)+10)
		if slices.Sort(got); err != nil || len(slices.Compact(got)) != len(live) {
			t.Fatalf("%s: %d of %d are found: %v", what, len(got), len(live), err)
		}
	}
	add(1000)
	itself("while they are divided")
	v.dividing.Wait()
	if v.cells == nil || v.cells.n() != 1000 {
		t.Fatal("1,000 vectors have no cells")
	}
	itself("divided")
	add(200)
	itself("and more")
	add(200)
	v.dividing.Wait()
	if v.cells.n() != 1400 {
		t.Errorf("%d of 1,400 vectors have cells", v.cells.n())
	}
	itself("divided again")
	for hash := range vectors {
		if rng.IntN(2) == 0 {
			delete(live, hash)
		}
	}
	if err := v.keep(live); err != nil {
		t.Fatal(err)
	}
	itself("after some were dropped")
	v.dividing.Wait()
	itself("and divided")
}
