package tensor

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func TestPoolRunsEachItemOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 3, 8} {
		p := NewPool(threads)
		for round := range 300 {
			n := round % 37
			counts := make([]atomic.Int32, n)
			busy := make([]atomic.Int32, threads)
			p.Run(n, func(worker, i int) {
				if busy[worker].Add(1) != 1 {
					t.Error("two items at once on one worker")
				}
				counts[i].Add(1)
				busy[worker].Add(-1)
			})
			for i := range counts {
				if c := counts[i].Load(); c != 1 {
					t.Fatalf("%d threads, round %d: item %d ran %d times", threads, round, i, c)
				}
			}
			if round%100 == 0 {
				time.Sleep(2 * time.Millisecond) // long enough to put the workers to sleep
			}
		}
		p.Close()
		p.Close()
	}
}

func BenchmarkPoolRun(b *testing.B) {
	p := NewPool(2)
	defer p.Close()
	for b.Loop() {
		p.Run(16, func(_, _ int) {})
	}
}

// TestReserveMoreThanThereIs: memory is counted when it is touched, not before.
func TestReserveMoreThanThereIs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows counts memory when it is reserved")
	}
	mem, release, err := Reserve(1 << 40)
	if err != nil {
		t.Fatal(err)
	}
	mem[1<<39] = 1
	if err := release(); err != nil {
		t.Fatal(err)
	}
}
