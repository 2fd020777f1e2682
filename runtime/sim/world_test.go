package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies/audit"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

const folder = "runs"

// errNotNow is what a visitor says that found nothing to do.
var errNotNow = errors.New("sim: nothing to do")

func newWorld(seed uint64, mutant Mutant) *world {
	w := &world{seed: seed, rng: rand.New(rand.NewPCG(seed, 99)), mutant: mutant, faults: map[string]int{}, cached: map[string]planner.Decided{}}
	w.disk = &disk{w: w, names: map[string]*inode{}, saved: map[string]*inode{}}
	w.bus = &bus{w: w, store: map[string]*entry{}, effects: map[string]int{}, keys: map[string]bool{}, sent: map[string]int{}, said: map[string]string{}, of: map[string]string{}}
	w.logged.w = w
	w.seen = newSeen(w, newCharacter(w.rng))
	for i := range 1 + w.rng.IntN(2) {
		r := &run{id: fmt.Sprintf("s%d-%d", seed, i)}
		w.runs = append(w.runs, r)
		worlds.Store(r.id, w)
		w.begin(r)
	}
	return w
}

// asked is what the user says.
func (w *world) asked() string {
	if w.seen.character.strict {
		return "Pay invoice 7."
	}
	return "go"
}

// begin has a visitor start the run, which must be heard of before it is there.
func (w *world) begin(r *run) {
	w.spawn(r, false, func(ctx context.Context, _ *process, rt *runtime.Runtime) (planner.State, error) {
		_, err := rt.Start(ctx, planner.Started{Run: r.id, By: "ana", Tenant: "tenant of " + r.id, System: "Do as you are told.",
			Messages: []llm.Message{{Role: llm.RoleUser, Content: w.asked()}}, Tools: specs, Budget: budget})
		if errors.Is(err, journal.ErrConflict) { // a visitor before it had done it, and died
			w.seen.there[r.id], err = true, nil
		}
		return planner.State{}, err
	})
}

var budget = planner.Budget{Steps: 12, Calls: 20, Wall: 48 * time.Hour}

// runtime returns the runtime of a process that has just started.
func (p *process) runtime() (*runtime.Runtime, error) {
	dir, err := journal.OpenOn(files{p}, folder)
	if err != nil {
		return nil, err
	}
	g, err := p.w.guard()
	if err != nil {
		return nil, err
	}
	return runtime.New(runtime.Options{Journal: procJournal{p, dir}, Model: p.model(), Caller: p, Reconciler: p, Gate: gate{g, p},
		Parallel: 3, Owner: p.name, Clock: p.w.now, Poll: 1000 * time.Hour}) // the scheduler holds its lock while time passes
}

// log returns the audit log, opened again if a full disk broke it.
func (w *world) log() *audit.Log {
	if w.audit == nil {
		w.audit, _ = audit.New(&w.logged, bytes.NewReader(w.logged.Bytes()), audit.Options{}) // verified at the end
	}
	return w.audit
}

// procJournal is the journal in one process, or a mutant of it.
type procJournal struct {
	p *process
	*journal.Dir
}

func (j procJournal) Append(ctx context.Context, run string, r journal.Record) error {
	p := j.p
	if err := p.wait("append", nil); err != nil {
		return err
	}
	switch p.w.mutant {
	case IntentAfterDispatch: // an intent is written with what comes after it
		if h := p.held; h != nil {
			p.held = nil
			if err := j.Dir.Append(ctx, run, *h); err != nil {
				return err
			}
		}
		var ev planner.Event
		if json.Unmarshal(r.Event, &ev) == nil && ev.Intent != nil {
			p.held = &r
			return nil
		}
	case NoFencing: // whoever writes is taken at their word
		if rs, err := j.Dir.Read(ctx, run, journal.Record{}); err == nil {
			last := rs[len(rs)-1]
			r = last.Next(last.Epoch, r.Event)
		}
	}
	err := j.Dir.Append(ctx, run, r)
	if err == nil {
		p.w.seen.acknowledged(run, r)
	}
	return err
}

func (j procJournal) Read(ctx context.Context, run string, after journal.Record) ([]journal.Record, error) {
	if err := j.p.wait("read", nil); err != nil {
		return nil, err
	}
	return j.Dir.Read(ctx, run, after)
}

func (j procJournal) Lease(ctx context.Context, run string) (func(), error) {
	if err := j.p.wait("lease", nil); err != nil {
		return nil, err
	}
	return j.Dir.Lease(ctx, run)
}

// inject does one fault of the world at large.
func (w *world) inject() {
	pickProc := func() *process {
		if len(w.procs) == 0 {
			return nil
		}
		return w.procs[w.rng.IntN(len(w.procs))]
	}
	r := w.runs[w.rng.IntN(len(w.runs))]
	switch k := w.rng.IntN(100); {
	case k < 22:
		if p := pickProc(); p != nil {
			w.faults["process killed"]++
			w.kill(p)
		}
	case k < 28:
		w.faults["power failure"]++
		w.powerFailure()
	case k < 40:
		if p := pickProc(); p != nil {
			w.faults["interrupted"]++
			p.interrupt()
		}
	case k < 55:
		if len(w.procs) < maxLive && w.seen.started(r.id) {
			w.drive(r).thief = true
		}
	case k < 63:
		w.faults["clock jumped"]++
		w.jump.Add(int64(time.Duration(w.rng.IntN(120)-60) * time.Minute))
	case k < 75:
		w.faults["written back early"]++
		if in := w.disk.names[folder+"/"+r.id+".jsonl"]; in != nil && len(in.cache) >= len(in.disk) {
			in.writeback(w)
		}
	case k < 78:
		if w.seen.started(r.id) && w.rng.IntN(6) == 0 && len(w.procs) < maxLive {
			w.faults["cancelled"]++
			w.spawn(r, false, func(ctx context.Context, _ *process, rt *runtime.Runtime) (planner.State, error) {
				return planner.State{}, rt.Cancel(ctx, r.id, planner.Cancelled{By: "ana"})
			})
		}
	case k < 82:
		if w.seen.started(r.id) && len(w.runs) < 4 && len(w.procs) < maxLive {
			w.fork(r)
		}
	default:
		if w.seen.started(r.id) && len(w.procs) < maxLive {
			w.person(r)
		}
	}
}

// calm ends what a fault may have left: nobody is thief any more.
func (w *world) calm() {
	w.endpoint = endpoint{}
	for _, p := range w.procs {
		p.thief = false
	}
}

// idle is what happens when nobody waits for a turn: somebody goes on with a run.
func (w *world) idle() {
	time.Sleep(time.Duration(1+w.rng.IntN(60)) * time.Second)
	var open []*run
	for _, r := range w.runs {
		if !r.over() && !slices.ContainsFunc(w.procs, func(p *process) bool { return p.run == r.id }) {
			open = append(open, r)
		}
	}
	if len(open) == 0 {
		return
	}
	r := open[w.rng.IntN(len(open))]
	switch {
	case !w.seen.started(r.id) && r.origin == "":
		w.begin(r)
	case !w.seen.started(r.id): // a fork that was not finished
		w.runs = slices.DeleteFunc(w.runs, func(o *run) bool { return o == r })
	case r.status == planner.Waiting && w.rng.IntN(8) == 0:
		w.faults["approval expired"]++
		time.Sleep(2 * time.Hour)
		if w.rng.IntN(2) == 0 {
			w.faults["approval expired before it was given"]++
			w.person(r)
			return
		}
		w.drive(r)
	case r.status == planner.Failed:
		w.faults["model: key mended, run opened again"]++
		w.endpoint.refused = false
		w.spawn(r, false, func(ctx context.Context, _ *process, rt *runtime.Runtime) (planner.State, error) {
			return planner.State{}, rt.Reopen(ctx, r.id, "dora")
		})
	case r.status == planner.Suspended:
		w.faults["suspended run gone on with"]++
		w.drive(r)
	case r.status == planner.Waiting, r.status == planner.OutcomeUnknown:
		w.person(r)
	default:
		w.drive(r)
	}
}

// person answers a call that waits, or says what became of one.
func (w *world) person(r *run) {
	mistaken, approve, again := w.rng.IntN(6) == 0, w.rng.IntN(4) > 0, w.rng.IntN(3) == 0
	if !slices.ContainsFunc(w.procs, func(p *process) bool { return p.run == r.id && p.driver }) {
		w.faults["person came while nobody drove"]++
	}
	w.spawn(r, false, func(ctx context.Context, p *process, rt *runtime.Runtime) (planner.State, error) {
		s, err := rt.Load(ctx, r.id)
		if err != nil {
			return s, err
		}
		for _, c := range s.Calls {
			switch c.Phase {
			case planner.Awaiting:
				a := planner.Answered{Call: c.ID, Hash: c.Hash(), Approve: approve, By: "bert", Tenant: s.Start.Tenant}
				if mistaken {
					w.faults["approval of another call"]++
					a.Hash = "of another call"
				}
				err := rt.Answer(ctx, r.id, a)
				if mistaken && err == nil {
					w.violated("an approval of another call was taken")
				}
				if again && err == nil { // to have two calls for one yes
					w.faults["approval given twice"]++
					if rt.Answer(ctx, r.id, a) == nil {
						w.violated("an approval of %s was taken twice", a.Call)
					}
				}
				return s, err
			case planner.Unknown:
				if err := p.wait("settle", nil); err != nil {
					return s, err
				}
				res := tools.Result{CallID: c.ID, Attempt: c.Attempt, Status: tools.StatusFail, Reason: "did not run"}
				w.bus.requests = slices.DeleteFunc(w.bus.requests, func(q *request) bool { return q.call.ID == c.ID }) // she has looked everywhere
				if w.bus.effects[c.ID] > 0 {
					res.Status, res.Value, res.Reason = tools.StatusOK, json.RawMessage(`"`+c.ID[:8]+` she saw it"`), ""
				}
				w.faults["outcome settled by a person"]++
				return s, rt.Settle(ctx, r.id, "cleo", res)
			}
		}
		return s, errNotNow
	})
}

// fork makes a new run of the first events of another.
func (w *world) fork(r *run) {
	f := &run{id: fmt.Sprintf("s%d-f%d", w.seed, w.started), origin: r.id}
	n := 3 + w.rng.IntN(12)
	worlds.Store(f.id, w)
	w.runs = append(w.runs, f)
	w.spawn(f, false, func(ctx context.Context, _ *process, rt *runtime.Runtime) (planner.State, error) {
		events, _, err := rt.Events(ctx, r.id)
		if err != nil {
			return planner.State{}, err
		}
		for ; n > 0; n-- { // where it can be forked
			if n > len(events) {
				continue
			}
			if _, err = rt.Fork(ctx, r.id, n, f.id); err == nil {
				w.faults["forked"]++
				w.seen.forked(f.id)
				return planner.State{}, nil
			}
			if errors.Is(err, errCrash) || errors.Is(err, errFull) || errors.Is(err, errIO) || errors.Is(err, context.Canceled) || errors.Is(err, journal.ErrConflict) {
				return planner.State{}, err
			}
		}
		return planner.State{}, errNotNow
	})
}
