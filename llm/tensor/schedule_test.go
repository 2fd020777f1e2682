package tensor

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// TestScheduleGivesEachItemOnce: whatever workers take and steal, no item is given twice or
// to nobody.
func TestScheduleGivesEachItemOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8, 16} {
		for n := range 200 {
			s := newSchedule(n, workers)
			given := make([]atomic.Int32, n)
			var wg sync.WaitGroup
			for w := range workers {
				wg.Go(func() {
					for from, end := s.next(w); from < end; from, end = s.next(w) {
						for i := from; i < end; i++ {
							given[i].Add(1)
						}
					}
				})
			}
			wg.Wait()
			for i := range given {
				if c := given[i].Load(); c != 1 {
					t.Fatalf("%d workers, %d items: item %d was given %d times", workers, n, i, c)
				}
			}
		}
	}
}

// simulate plays a job in time: each worker comes when it does and takes cost(worker) for an
// item. It returns when the last item is done.
func simulate(n int, come []float64, cost func(worker int) float64) (end float64) {
	s := newSchedule(n, len(come))
	clock, gone := append([]float64{}, come...), make([]bool, len(come))
	for {
		first := -1
		for w := range clock {
			if !gone[w] && (first < 0 || clock[w] < clock[first]) {
				first = w
			}
		}
		if first < 0 {
			return end
		}
		from, to := s.next(first)
		if from == to {
			gone[first] = true
			continue
		}
		clock[first] += float64(to-from) * cost(first)
		end = max(end, clock[first])
	}
}

// Times of pieces in microseconds, measured on the processor that BENCHMARKS.md names, with
// one thread: a strip of 16 rows of Q4_K from memory, 128 rows by 512 tokens in tiles, and
// what one thread does between two products while the others wait.
const (
	stripTime  = 2.2 // of 4,096 columns
	tilesTime  = 590 // of 4,096 columns
	decodeGap  = 20  // norms, rounding, attention of a short context, to come out of waiting
	prefillGap = 8
)

// layerItems are the items of the four jobs of a layer of Llama 3.1 8B, and the columns of
// each in 4,096s.
func layerItems(rows int) [4][2]float64 {
	items := func(n int) float64 { return float64((n + rows - 1) / rows) }
	return [4][2]float64{{items(6144), 1}, {items(4096), 1}, {items(2 * 14336), 1}, {items(4096), 3.5}}
}

// TestScheduleOfManyThreads predicts how far a layer of Llama 3.1 8B comes from a speed that
// grows with the threads, where memory grows with them, too: no machine with more than two
// is at hand. Slow and late threads are what other programs on the machine make of them.
func TestScheduleOfManyThreads(t *testing.T) {
	for _, c := range []struct {
		name      string
		rows      int
		piece     float64
		gap       float64
		late      float64 // how late every second worker comes
		slow      float64 // how many times slower one worker is
		threads   []int
		efficient []float64
	}{
		{"decode", stripRows, stripTime, decodeGap, 0, 1, []int{2, 4, 8, 16}, []float64{0.97, 0.95, 0.90, 0.81}},
		{"decode, every second thread 20 µs late", stripRows, stripTime, decodeGap, 20, 1, []int{2, 4, 8, 16}, []float64{0.96, 0.93, 0.87, 0.75}},
		{"decode, one thread at half speed", stripRows, stripTime, decodeGap, 0, 2, []int{2, 4, 8, 16}, []float64{0.96, 0.94, 0.88, 0.75}},
		{"prefill 512", 128, tilesTime, prefillGap, 0, 1, []int{2, 4, 8, 16}, []float64{0.98, 0.97, 0.90, 0.80}},
		{"prefill 512, one thread at half speed", 128, tilesTime, prefillGap, 0, 2, []int{2, 4, 8, 16}, []float64{0.95, 0.90, 0.85, 0.70}},
	} {
		line := c.name + ":"
		for k, threads := range c.threads {
			come := make([]float64, threads)
			for w := range come {
				come[w] = c.late * float64(w%2)
			}
			power := float64(threads) - 1 + 1/c.slow
			var ideal, took float64
			for _, job := range layerItems(c.rows) {
				cost := c.piece * job[1]
				ideal += job[0] * cost / power
				took += c.gap + simulate(int(job[0]), come, func(w int) float64 {
					if w == 0 {
						return cost * c.slow
					}
					return cost
				})
			}
			line += fmt.Sprintf(" %d threads %.0f%%", threads, 100*ideal/took)
			if ideal/took < c.efficient[k] {
				t.Errorf("%s, %d threads: %.1f%% of what they could do, want %.0f%%", c.name, threads, 100*ideal/took, 100*c.efficient[k])
			}
		}
		t.Log(line)
	}
}
