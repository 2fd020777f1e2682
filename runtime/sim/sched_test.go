package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies/audit"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// errCrash is what a dead process is told: nothing that it does has an effect.
var errCrash = errors.New("sim: the process died")

// Bounds of one history, in turns.
const (
	faultyTurns = 1500 // faults stop here
	calmTurns   = 3000 // and by then every run must have ended
	maxLive     = 4    // processes at once
)

// world is one simulated history. Everything in it happens in turns: a goroutine
// that wants to touch the world waits for its turn, and the scheduler, which alone
// draws random numbers, lets one go on when all of them wait. So a seed gives the
// same history each time, and no two turns race.
type world struct {
	seed   uint64
	rng    *rand.Rand
	mutant Mutant
	faulty bool
	broken error
	faults map[string]int

	mu    sync.Mutex // of turns: goroutines come to wait by themselves
	turns []*turn

	procs   []*process // alive
	started int        // processes so far
	runs    []*run
	jump    atomic.Int64 // time.Duration of the clock, against that of the bubble
	disk    *disk
	bus     *bus
	audit   *audit.Log
	logged  auditDisk
	seen    *seen
	cached  map[string]planner.Decided // CachedVerdict

	endpoint endpoint
}

// turn is one goroutine that waits.
type turn struct {
	key   string
	proc  *process
	ready func() bool // nil: at any time
	begin chan struct{}
}

// process is a process of the simulated machine: a driver of a run, or a visitor.
type process struct {
	w         *world
	name, run string
	driver    bool
	dead      bool
	over      bool // its work has returned
	err       error
	state     planner.State
	interrupt context.CancelFunc
	thief     bool            // the lease service grants it a lease that is held
	held      *journal.Record // IntentAfterDispatch: acknowledged, not written
	synced    bool            // its last sync failed, so that the next one does not
	still     bool            // it reads when all is over, and waits for no turn
}

// run is a run of the history.
type run struct {
	id     string
	status planner.Status // as its last driver left it; "" if somebody else acted since
	origin string         // of a fork
	hash   string         // of its last state
}

// over says whether nothing of the run is left to do: one that its model failed can go on.
func (r *run) over() bool { return r.status.Done() && r.status != planner.Failed }

// wait parks the caller until the scheduler lets it go on, and returns errCrash if
// its process has died.
func (p *process) wait(what string, ready func() bool) error {
	if p.still {
		return nil
	}
	t := &turn{key: p.name + " " + what, proc: p, ready: ready, begin: make(chan struct{})}
	p.w.mu.Lock()
	dead := p.dead
	if !dead {
		p.w.turns = append(p.w.turns, t)
	}
	p.w.mu.Unlock()
	if dead {
		return errCrash
	}
	<-t.begin
	if p.dead {
		return errCrash
	}
	return nil
}

// chance draws whether a fault of that kind happens now.
func (w *world) chance(kind string, probability float64) bool {
	if !w.faulty || w.rng.Float64() >= probability {
		return false
	}
	w.faults[kind]++
	return true
}

func (w *world) violated(format string, args ...any) {
	if w.broken == nil {
		w.broken = fmt.Errorf(format, args...)
	}
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.jump.Load())) }

// play runs the history of a seed and returns the faults that were injected, and
// what was violated.
func play(t *testing.T, seed uint64, mutant Mutant) (faults map[string]int, err error) {
	synctest.Test(t, func(*testing.T) {
		w := newWorld(seed, mutant)
		faults, err = w.faults, w.play()
	})
	if err != nil {
		err = fmt.Errorf("seed %d: %w", seed, err)
	}
	return faults, err
}

func (w *world) play() error {
	w.faulty = true
	for n := 0; ; n++ {
		synctest.Wait()
		w.reap()
		if w.broken != nil {
			break
		}
		if n == faultyTurns {
			w.faulty = false
			w.calm()
		}
		ended := !slices.ContainsFunc(w.runs, func(r *run) bool { return !r.over() })
		if ended && len(w.procs) == 0 && !w.bus.busy() {
			w.finish()
			break
		}
		if n > faultyTurns+calmTurns {
			w.violated("the runs go nowhere after faults stopped: %s", w.where())
		}
		w.act()
	}
	for len(w.procs) > 0 { // leave no goroutine behind
		for _, p := range slices.Clone(w.procs) {
			w.kill(p)
		}
		w.reap()
	}
	for _, r := range w.runs {
		worlds.Delete(r.id)
	}
	return w.broken
}

func (w *world) where() string {
	var b strings.Builder
	for _, r := range w.runs {
		fmt.Fprintf(&b, "%s is %q; ", r.id, r.status)
	}
	for _, t := range w.turns {
		fmt.Fprintf(&b, "%s waits; ", t.key)
	}
	return b.String()
}

// act does one thing: a fault, a turn, a message, or what the world does when all
// processes are idle.
func (w *world) act() {
	if w.faulty && w.rng.Float64() < 0.08 {
		w.inject()
		return
	}
	if len(w.ready())+len(w.bus.requests) == 0 {
		w.idle()
		return
	}
	time.Sleep(time.Duration(w.rng.IntN(200)) * time.Millisecond)
	synctest.Wait() // a pause of the runtime may have ended meanwhile
	ready := w.ready()
	pick := w.rng.IntN(len(ready) + len(w.bus.requests))
	if pick >= len(ready) {
		w.bus.serve(pick - len(ready))
		return
	}
	w.mu.Lock()
	t := w.turns[ready[pick]]
	w.turns = slices.Delete(w.turns, ready[pick], ready[pick]+1)
	w.mu.Unlock()
	close(t.begin)
}

// ready lists the places in turns of those who can go on, in an order that is always the same.
func (w *world) ready() (places []int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	slices.SortFunc(w.turns, func(a, b *turn) int { return strings.Compare(a.key, b.key) })
	for i, t := range w.turns {
		if t.ready == nil || t.ready() {
			places = append(places, i)
		}
	}
	return places
}

// spawn starts a process that does that work.
func (w *world) spawn(r *run, driver bool, work func(ctx context.Context, p *process, rt *runtime.Runtime) (planner.State, error)) *process {
	w.started++
	p := &process{w: w, name: fmt.Sprintf("p%03d", w.started), run: r.id, driver: driver}
	ctx, cancel := context.WithCancel(context.Background())
	p.interrupt = cancel
	w.procs = append(w.procs, p)
	go func() {
		defer cancel()
		if err := p.wait("begin", nil); err != nil {
			p.over, p.err = true, err
			return
		}
		rt, err := p.runtime()
		if err == nil {
			p.state, err = work(ctx, p, rt)
		}
		p.over, p.err = true, err
	}()
	return p
}

// drive starts a driver of the run.
func (w *world) drive(r *run) *process {
	return w.spawn(r, true, func(ctx context.Context, p *process, rt *runtime.Runtime) (planner.State, error) {
		return rt.Drive(ctx, r.id, w.seen.watch(r.id))
	})
}

// reap buries the processes whose work is over.
func (w *world) reap() {
	w.procs = slices.DeleteFunc(w.procs, func(p *process) bool {
		if !p.over {
			return false
		}
		w.disk.unlock(p)
		w.ended(p)
		return true
	})
}

// ended judges what a process came back with.
func (w *world) ended(p *process) {
	r := w.find(p.run)
	if !p.driver {
		r.status = ""
	}
	switch {
	case p.err == nil && p.driver:
		r.status, r.hash = p.state.Status, p.state.Hash()
		if !p.dead {
			w.left(r, p.state)
		}
	case p.err == nil, p.dead, errors.Is(p.err, errCrash), errors.Is(p.err, errFull), errors.Is(p.err, errIO), errors.Is(p.err, context.Canceled),
		errors.Is(p.err, journal.ErrFenced), errors.Is(p.err, journal.ErrOwned), errors.Is(p.err, runtime.ErrAudit):
	case !p.driver && (errors.Is(p.err, planner.ErrEvent) || errors.Is(p.err, errNotNow)):
	default:
		w.violated("process %s with run %s: %w", p.name, p.run, p.err)
	}
}

func (w *world) find(id string) *run {
	for _, r := range w.runs {
		if r.id == id {
			return r
		}
	}
	return &run{id: id}
}

// kill is SIGKILL: locks are dropped, and what was written stays in the page cache.
// It returns when the goroutines of the process have gone.
func (w *world) kill(p *process) {
	p.dead = true
	w.disk.unlock(p)
	w.bus.forget(p)
	p.interrupt()
	w.mu.Lock()
	w.turns = slices.DeleteFunc(w.turns, func(t *turn) bool {
		if t.proc == p {
			close(t.begin)
		}
		return t.proc == p
	})
	w.mu.Unlock()
	synctest.Wait()
}
