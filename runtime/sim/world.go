package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// Mutant is a mistake put into the world on purpose.
type Mutant string

// The mutants.
const (
	IntentAfterDispatch Mutant = "intent after dispatch"
	NoResultStore       Mutant = "no result store"
	NoFencing           Mutant = "lease without fencing"
)

var (
	errCrash = errors.New("sim: the process died")
	errFull  = errors.New("sim: no space left on device")
)

// World is one simulated history.
type World struct {
	Faults map[string]int // injected, by kind

	rng     *rand.Rand
	mutant  Mutant
	faulty  bool
	now     time.Time
	dead    bool // the current process: nothing it does has an effect any more
	disk    journal.Memory
	pending *journal.Record         // IntentAfterDispatch: acknowledged, not yet written
	store   map[string]tools.Result // the worker's results by call id
	effects map[string]int          // how often each call id changed the world
	sent    map[string]int          // dispatches of each call
	late    []tools.Call            // requests the bus still holds
	broken  error
}

func (w *World) fault(kind string, chance float64) bool {
	if !w.faulty || w.rng.Float64() >= chance {
		return false
	}
	w.Faults[kind]++
	return true
}

func (w *World) violated(format string, args ...any) {
	if w.broken == nil {
		w.broken = fmt.Errorf(format, args...)
	}
}

// faultyJournal wraps the journal with faults.
type faultyJournal struct{ w *World }

func (f faultyJournal) Append(ctx context.Context, run string, r journal.Record) error {
	w := f.w
	w.now = w.now.Add(time.Duration(w.rng.IntN(1000)) * time.Millisecond)
	if w.dead || w.fault("crash before append", 0.03) {
		w.dead = true
		return errCrash
	}
	if w.fault("disk full", 0.02) {
		return errFull
	}
	if w.mutant == IntentAfterDispatch {
		if err := w.flush(ctx, run); err != nil {
			return err
		}
		var ev planner.Event
		if json.Unmarshal(r.Event, &ev) == nil && ev.Intent != nil {
			w.pending = &r
			return nil
		}
	}
	if w.mutant == NoFencing { // whoever writes is taken at its word
		if rs, err := w.disk.Read(ctx, run, journal.Record{}); err == nil {
			last := rs[len(rs)-1]
			r = last.Next(last.Epoch, r.Event)
		}
	}
	if err := w.disk.Append(ctx, run, r); err != nil {
		return err
	}
	if w.fault("crash after append", 0.03) {
		w.dead = true
		return errCrash
	}
	return nil
}

func (w *World) flush(ctx context.Context, run string) error {
	if w.pending == nil {
		return nil
	}
	r := *w.pending
	w.pending = nil
	return w.disk.Append(ctx, run, r)
}

func (f faultyJournal) Read(ctx context.Context, run string, after journal.Record) ([]journal.Record, error) {
	return f.w.disk.Read(ctx, run, after)
}

func (f faultyJournal) Runs(ctx context.Context) ([]string, error) { return f.w.disk.Runs(ctx) }

// Lease always succeeds: the lock service lost its state, so two owners are
// possible and only the epochs keep them apart.
func (f faultyJournal) Lease(context.Context, string) (func(), error) { return func() {}, nil }

// Call is the bus with the worker behind it.
func (w *World) Call(_ context.Context, call tools.Call) (tools.Result, error) {
	if w.dead {
		return tools.Result{}, tools.ErrUnavailable
	}
	w.checkDispatch(call)
	w.sent[call.ID]++
	if call.Tool == "pay" && w.sent[call.ID] > 1 {
		w.violated("once call %s was dispatched %d times", call.ID, w.sent[call.ID])
	}
	if w.fault("request lost", 0.05) {
		return tools.Result{}, errors.New("sim: no reply in time")
	}
	if w.fault("request late", 0.05) {
		w.late = append(w.late, call)
		return tools.Result{}, errors.New("sim: no reply in time")
	}
	res := w.work(call)
	if w.fault("request duplicated", 0.1) {
		res = w.work(call)
	}
	if len(w.late) > 0 && w.fault("late request reordered after this one", 0.5) {
		w.deliverLate()
	}
	if w.fault("crash in flight", 0.05) {
		w.dead = true
	}
	if w.fault("reply lost", 0.05) {
		return tools.Result{}, errors.New("sim: no reply in time")
	}
	return res, nil
}

func (w *World) deliverLate() {
	for _, c := range w.late {
		w.work(c)
	}
	w.late = nil
}

// work is the worker: it keeps results by call id.
func (w *World) work(call tools.Call) tools.Result {
	if res, ok := w.store[call.ID]; ok && w.mutant != NoResultStore {
		res.Replayed = true
		return res
	}
	if call.Tool != "look" {
		w.effects[call.ID]++
		if n := w.effects[call.ID]; n > 1 {
			w.violated("call %s of %s had its effect %d times", call.ID, call.Tool, n)
		}
	}
	res := tools.Result{Status: tools.StatusOK, Value: json.RawMessage(`"` + call.ID[:6] + `"`)}
	w.store[call.ID] = res
	return res
}

// checkDispatch looks for the allow and the intent in what would survive a crash.
func (w *World) checkDispatch(call tools.Call) {
	records, err := w.disk.Read(context.Background(), call.Run, journal.Record{})
	if err != nil {
		w.violated("dispatch of %s without a journal: %w", call.ID, err)
		return
	}
	allowed, intended := false, false
	for _, r := range records {
		var ev planner.Event
		if json.Unmarshal(r.Event, &ev) != nil {
			continue
		}
		allowed = allowed || ev.Decided != nil && ev.Decided.Call == call.ID && ev.Decided.Verdict == planner.Allow
		intended = intended || ev.Intent != nil && ev.Intent.Call == call.ID && ev.Intent.Attempt == call.Attempt
	}
	if !allowed || !intended {
		w.violated("call %s was dispatched with allow %v and intent %v in the journal", call.ID, allowed, intended)
	}
}

// Reconcile asks the worker's result store.
func (w *World) Reconcile(_ context.Context, call tools.Call) (tools.Result, error) {
	w.deliverLate() // by now the bus has given up or delivered
	if res, ok := w.store[call.ID]; ok {
		return res, nil
	}
	return tools.Result{Status: tools.StatusFail, Reason: "did not run"}, nil
}

// model writes a conversation of three turns, drawn from the seed by position, so
// that a turn generated again after a crash is the same.
func model(seed uint64) llm.Model {
	return &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		turns := 0
		for _, m := range req.Messages {
			if m.Role == llm.RoleAssistant {
				turns++
			}
		}
		if turns == 3 {
			return llm.Turn{Text: "done"}
		}
		rng := rand.New(rand.NewPCG(seed, uint64(turns)))
		var calls []llm.ToolCall
		for i := range 1 + rng.IntN(3) {
			name := []string{"look", "put", "pay"}[rng.IntN(3)]
			calls = append(calls, llm.ToolCall{Name: name, Arguments: json.RawMessage(fmt.Sprintf(`{"i":%d}`, i))})
		}
		return llm.Turn{Calls: calls}
	}}
}

// Run plays the history of a seed and returns the world, with what was violated.
func Run(seed uint64, mutant Mutant) (*World, error) {
	w := &World{
		Faults: map[string]int{}, rng: rand.New(&lockedSource{src: rand.NewPCG(seed, 99)}), mutant: mutant, faulty: true,
		now: time.Unix(1_700_000_000, 0), store: map[string]tools.Result{}, effects: map[string]int{}, sent: map[string]int{},
	}
	ctx := context.Background()
	opt := runtime.Options{
		Journal: faultyJournal{w}, Model: model(seed), Caller: w, Reconciler: w, Parallel: 1, Owner: "sim",
		Clock: func() time.Time { return w.now },
		Gate: runtime.GateFunc(func(context.Context, planner.State, planner.CallState) (planner.Decided, error) {
			return planner.Decided{Verdict: planner.Allow, Rule: "all"}, nil
		}),
	}
	rt, err := runtime.New(opt)
	if err != nil {
		return w, err
	}
	start := planner.Started{Run: "r", Messages: []llm.Message{{Role: llm.RoleUser, Content: "go"}}, Tools: []tools.Spec{
		{Name: "look", Effect: tools.Read, Retries: 3}, {Name: "put", Effect: tools.Idempotent, Retries: 3}, {Name: "pay", Effect: tools.Once}}}
	w.faulty = false
	if _, err := rt.Start(ctx, start); err != nil {
		return w, err
	}
	for life := 0; ; life++ {
		w.faulty = life < 40 // then faults stop, and the run must end soon
		if life > 45 {
			return w, fmt.Errorf("seed %d: the run goes nowhere after faults stopped", seed)
		}
		w.dead, w.pending = false, nil
		s, err := rt.Drive(ctx, "r", w.takeover(ctx, rt))
		if w.broken != nil {
			return w, fmt.Errorf("seed %d: %w", seed, w.broken)
		}
		if err != nil && !errors.Is(err, errCrash) && !errors.Is(err, errFull) && !errors.Is(err, journal.ErrFenced) {
			return w, fmt.Errorf("seed %d: %w", seed, err)
		}
		if err == nil && s.Status.Done() {
			w.deliverLate()
			return w, w.settled(ctx, rt, s, seed)
		}
	}
}

// takeover returns a watcher that, now and then, lets a second owner drive the run
// while the first is in the middle of it.
func (w *World) takeover(ctx context.Context, rt *runtime.Runtime) func(runtime.Update) {
	taken := false
	return func(u runtime.Update) {
		if u.Event == nil || taken || w.dead || u.Event.Ended != nil || w.pending != nil || !w.fault("second owner", 0.03) {
			return
		}
		taken = true
		if _, err := rt.Drive(ctx, "r", nil); err != nil && !errors.Is(err, errCrash) && !errors.Is(err, errFull) {
			w.violated("the second owner: %w", err)
		}
	}
}

func (w *World) settled(ctx context.Context, rt *runtime.Runtime, s planner.State, seed uint64) error {
	if w.broken != nil {
		return fmt.Errorf("seed %d: %w", seed, w.broken)
	}
	replayed, err := rt.Load(ctx, "r")
	if err != nil {
		return fmt.Errorf("seed %d: replay: %w", seed, err)
	}
	if replayed.Hash() != s.Hash() || s.Status != planner.Finished {
		return fmt.Errorf("seed %d: ended %s (%s), replay %s", seed, s.Status, s.Reason, replayed.Status)
	}
	return nil
}
