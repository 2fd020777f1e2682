package tensor

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Pool is the one set of threads that does a model's arithmetic. The goroutine that
// calls Run works too, so a pool of n threads keeps n−1 goroutines, which spin for a
// moment after each job and then sleep.
type Pool struct {
	threads int
	wait    time.Duration // before a worker sleeps
	mu      sync.Mutex    // one job at a time
	job     atomic.Pointer[job]
	wake    []chan struct{}
	parked  []atomic.Bool
	closed  atomic.Bool
	done    sync.WaitGroup
	scratch []*scratch    // by worker
	ended   chan struct{} // the last item of a job is done whose caller sleeps

	// Waited is how long callers of Run, done with their own part, waited for other threads.
	Waited time.Duration
}

type job struct {
	fn    func(worker, i int)
	items *schedule
	left  atomic.Int64 // items not finished
	sleep atomic.Bool  // the caller sleeps until the last of them is
}

// An idle worker looks for work for a while before it sleeps: longer than the pause between
// two matrix products, for to wake a thread takes as long as to read megabytes of weights.
// So does a caller that is done with its part. Where there are more threads than processors,
// or than a quota gives time for, others have use for theirs.
const (
	spins    = 10000 // looks, some microseconds, between two at the clock and at who else wants the processor
	patience = 200 * time.Microsecond
)

// NewPool starts a pool. threads ≤ 0 means one for each processor that Go may use and a
// quota of control groups pays for, a part of one counted as one.
func NewPool(threads int) *Pool { return newPool(threads, processQuota()) }

func newPool(threads int, quota float64) *Pool {
	procs := min(runtime.GOMAXPROCS(0), runtime.NumCPU())
	if threads <= 0 {
		threads = threadsFor(procs, quota)
	}
	p := &Pool{threads: threads, wake: make([]chan struct{}, threads-1), parked: make([]atomic.Bool, threads-1), scratch: make([]*scratch, threads), ended: make(chan struct{}, 1)}
	if threads <= procs && float64(threads) <= quota {
		p.wait = patience
	}
	for i := range p.scratch {
		p.scratch[i] = &scratch{}
	}
	for i := range p.wake {
		p.wake[i] = make(chan struct{}, 1)
		p.done.Add(1)
		go p.worker(i)
	}
	return p
}

// Threads returns the number of threads; worker numbers are below it.
func (p *Pool) Threads() int { return p.threads }

// Close stops the workers, after the job in hand. The pool must not be used after.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed.Swap(true) {
		return
	}
	for i := range p.wake {
		select {
		case p.wake[i] <- struct{}{}:
		default:
		}
	}
	p.done.Wait()
}

// Run calls fn for every i below n, on all threads, and returns when all are done.
// worker tells which thread calls, for scratch memory; each takes items that follow each
// other, as far as it can.
func (p *Pool) Run(n int, fn func(worker, i int)) {
	if n <= 0 {
		return
	}
	if p.threads == 1 || n == 1 {
		p.mu.Lock()
		defer p.mu.Unlock()
		for i := range n {
			fn(p.threads-1, i)
		}
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	j := &job{fn: fn, items: newSchedule(n, p.threads)}
	j.left.Store(int64(n))
	p.job.Store(j)
	for i := range p.parked {
		if p.parked[i].Swap(false) {
			p.wake[i] <- struct{}{}
		}
	}
	j.work(p.threads-1, p)
	if j.left.Load() == 0 {
		return
	}
	start := time.Now()
	for spin := 1; j.left.Load() > 0; spin++ {
		if spin%spins != 0 {
			continue
		}
		if time.Since(start) < p.wait {
			runtime.Gosched()
			continue
		}
		// The thread that has the rest may stand still for long, for lack of a processor.
		if j.sleep.Store(true); j.left.Load() > 0 || !j.sleep.Swap(false) {
			<-p.ended
		}
		break
	}
	p.Waited += time.Since(start)
}

// Rows calls fn for each row of activations below n: on all threads if there are enough
// rows to be worth waking them.
func (p *Pool) Rows(n int, fn func(i int)) {
	if n < 8 {
		for i := range n {
			fn(i)
		}
		return
	}
	p.Run(n, func(_, i int) { fn(i) })
}

func (j *job) work(worker int, p *Pool) {
	done := 0
	for {
		from, end := j.items.next(worker)
		if from == end {
			break
		}
		for i := from; i < end; i++ {
			j.fn(worker, i)
		}
		done += end - from
	}
	if j.left.Add(-int64(done)) == 0 && j.sleep.Swap(false) {
		p.ended <- struct{}{}
	}
}

func (p *Pool) worker(id int) {
	defer p.done.Done()
	var last *job
	for {
		start := time.Now()
		for spin := 1; p.job.Load() == last; spin++ {
			if spin%spins == 0 {
				if time.Since(start) >= p.wait {
					break
				}
				runtime.Gosched()
			}
		}
		if j := p.job.Load(); j != last {
			last = j
			j.work(id, p)
			continue
		}
		p.parked[id].Store(true)
		if p.job.Load() != last && p.parked[id].Swap(false) {
			continue // a job came while going to sleep, and Run saw nobody asleep
		}
		if p.closed.Load() {
			return
		}
		<-p.wake[id]
		if p.closed.Load() {
			return
		}
	}
}
