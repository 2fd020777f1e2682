package tensor

import "sync/atomic"

// schedule hands out the items of a job. Each worker begins with a stretch of its own, for
// items that follow each other lie side by side in memory: what was asked for ahead is what
// it reads next. Who has none left takes the second half of the longest stretch, so that all
// end together, however fast each is and whenever it came.
type schedule struct {
	stretches []stretch // by worker
}

// stretch is the items from the low half of the number to the high half. Each has a cache
// line to itself: its worker changes it for every item, the others look at it at the end.
type stretch struct {
	bounds atomic.Uint64
	_      [56]byte
}

func bounds(from, to int) uint64 { return uint64(from) | uint64(to)<<32 }

func fromTo(b uint64) (from, to int) { return int(uint32(b)), int(b >> 32) }

// newSchedule cuts n items, fewer than 2³², into stretches.
func newSchedule(n, workers int) *schedule {
	s := &schedule{make([]stretch, workers)}
	for w := range s.stretches {
		s.stretches[w].bounds.Store(bounds(n*w/workers, n*(w+1)/workers))
	}
	return s
}

// batch is how many items a worker takes at once at most. Taking is dear where a product
// waits for memory: the processor asks for nothing more until it is done. And what was taken
// is not shared any more, so that less is taken towards the end.
const batch = 8

// next returns items from one to below another for the worker, which nobody was given yet;
// there are none left if both are the same. Every change of a stretch gives one of its items
// away, so it is never again what it was.
func (s *schedule) next(worker int) (from, end int) {
	own := &s.stretches[worker].bounds
	for {
		b := own.Load()
		from, to := fromTo(b)
		if from == to {
			break
		}
		n := max(1, min(batch, (to-from)/8))
		if own.CompareAndSwap(b, bounds(from+n, to)) {
			return from, from + n
		}
	}
	for {
		var longest *atomic.Uint64
		var b uint64
		most := 0
		for i := range s.stretches {
			o := &s.stretches[i].bounds
			v := o.Load()
			if from, to := fromTo(v); to-from > most {
				longest, b, most = o, v, to-from
			}
		}
		if most == 0 {
			return 0, 0
		}
		from, to := fromTo(b)
		middle := from + most/2
		if longest.CompareAndSwap(b, bounds(from, middle)) {
			own.Store(bounds(middle+1, to))
			return middle, middle + 1
		}
	}
}
