package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/runtime/trace"
	"github.com/chaski-dev/chaski/tools"
	"github.com/rs/zerolog"
)

// Reconciler finds out what became of a once call whose reply was lost. A result
// with status unknown leaves it to a person.
type Reconciler interface {
	Reconcile(ctx context.Context, call tools.Call) (tools.Result, error)
}

// Witness is a [Reconciler] that says what its store is, before a once call is sent. The
// text is kept with the intent, and comes back as tools.Call.Store: a store that has
// been made anew, or has lost something since, proves nothing.
type Witness interface {
	Reconciler
	Witness(ctx context.Context) (string, error)
}

// Options configures a [Runtime]. Journal, Model and Caller are needed to drive
// runs; Journal alone is enough to read, answer and cancel them.
type Options struct {
	Journal    journal.Journal
	Model      llm.Model
	Caller     tools.Caller
	Gate       Gate                // nil is ReadsOnly; a run with a pinned policy is always guarded by it
	Reconciler Reconciler          // nil leaves lost once calls to a person
	Agents     map[string]SubAgent // by the name of the tool that each stands for

	Clock     func() time.Time // nil is the process's clock, which never jumps
	Owner     string           // of leases, in the journal; "" is host and process id
	ReplyRoom int              // tokens kept free for an answer; 0 is an eighth of the context, at most 1,024
	Parallel  int              // calls in flight at once in one run; 0 is 16
	Patience  time.Duration    // how long one drive asks a model again that gives passing errors, before the run is suspended; 0 is a minute, negative is none
	Poll      time.Duration    // between looks for a cancellation while the model or a tool works; 0 is 2 s. Wait looks at least every second
	Spans     *trace.Spans     // traces and metrics of runs; nil writes none
	Log       zerolog.Logger   // run and call ids on each line; arguments are never logged
}

// Runtime drives runs. It is safe for concurrent use, one Drive for each run.
type Runtime struct {
	opt   Options
	looks chan struct{} // a slot for each look at a run that waits
}

// New returns a runtime.
func New(opt Options) (*Runtime, error) {
	if opt.Journal == nil {
		return nil, errors.New("runtime: a journal is needed")
	}
	if opt.Gate == nil {
		opt.Gate = ReadsOnly
	}
	if opt.Clock == nil {
		opt.Clock = steady()
	}
	if opt.Owner == "" {
		host, _ := os.Hostname()
		opt.Owner = fmt.Sprintf("%s/%d", host, os.Getpid())
	}
	if opt.Poll <= 0 {
		opt.Poll = 2 * time.Second
	}
	if opt.Patience == 0 {
		opt.Patience = time.Minute
	}
	if opt.Parallel <= 0 {
		opt.Parallel = 16
	}
	return &Runtime{opt: opt, looks: make(chan struct{}, looksAtOnce)}, nil
}

// steady is a wall clock that goes on evenly, whatever is done to the system's.
func steady() func() time.Time {
	base := time.Now()
	return func() time.Time { return base.Add(time.Since(base)) }
}

func (r *Runtime) now() time.Time { return r.opt.Clock().UTC().Round(0) }

// NewRunID returns a name for a run, in the order of time.
func NewRunID() string {
	return journal.NewRun()
}

// Start journals a new run and returns its id; Drive runs it. An empty Run gets a
// new id; one that exists already is a journal.ErrConflict.
func (r *Runtime) Start(ctx context.Context, s planner.Started) (string, error) {
	if s.Run == "" {
		s.Run = NewRunID()
	}
	p, err := r.opt.Gate.Pin(&s) // the driver pins; this only asks whether it can
	if err != nil {
		return "", fmt.Errorf("runtime: run %s: %w", s.Run, err)
	}
	if p != nil && p.Handles {
		r.addExtract(&s)
	}
	d := &driver{rt: r, run: s.Run}
	err = d.append(ctx, planner.Event{Started: &s})
	if errors.Is(err, journal.ErrFenced) || errors.Is(err, journal.ErrConflict) {
		return "", fmt.Errorf("%w: run %s has begun already", journal.ErrConflict, s.Run)
	}
	if err != nil {
		return "", err
	}
	return s.Run, nil
}

// addExtract gives a run whose policy keeps values aside the tool that asks about
// them, unless it has one of that name or a rule does not fit it.
func (r *Runtime) addExtract(s *planner.Started) {
	if slices.ContainsFunc(s.Tools, func(t tools.Spec) bool { return t.Name == planner.ExtractName }) {
		return
	}
	with := *s
	with.Tools, with.Extract = append(slices.Clone(s.Tools), planner.ExtractTool()), true
	if _, err := r.opt.Gate.Pin(&with); err == nil {
		*s = with
	}
}

// Runs lists the runs in the journal, sorted by their ids.
func (r *Runtime) Runs(ctx context.Context) ([]string, error) { return r.opt.Journal.Runs(ctx) }

// Load folds a run's journal, and in doing so replays it: prompts, commands and
// state hash are computed again and compared. No model and no tool is called.
func (r *Runtime) Load(ctx context.Context, run string) (planner.State, error) {
	d := &driver{rt: r, run: run}
	err := d.catchUp(ctx)
	return d.state, err
}

// Answer gives a person's answer to a call that waits for approval. hash is that of
// the call which the person saw.
func (r *Runtime) Answer(ctx context.Context, run string, a planner.Answered) error {
	err := r.add(ctx, run, planner.Event{Answered: &a})
	if errors.Is(err, planner.ErrEvent) && a.Call != "" {
		if events, _, readErr := r.Events(ctx, run); readErr == nil {
			if before := planner.AnsweredBefore(events, a.Call); before != nil {
				return before
			}
		}
	}
	return err
}

// Cancel ends a run. Its driver, if there is one, sees it at its next event, or
// within Options.Poll while the model or a tool works, and gives that up.
func (r *Runtime) Cancel(ctx context.Context, run string, c planner.Cancelled) error {
	return r.add(ctx, run, planner.Event{Cancelled: &c})
}

// Settle says what became of a call whose outcome is unknown; by is the person.
func (r *Runtime) Settle(ctx context.Context, run, by string, res tools.Result) error {
	if by == "" {
		return errors.New("runtime: an outcome is settled by somebody: name them")
	}
	return r.add(ctx, run, planner.Event{Result: &planner.Result{Result: res, By: by}})
}

// add appends an event from outside, at the epoch at which the run stands.
func (r *Runtime) add(ctx context.Context, run string, ev planner.Event) error {
	d := &driver{rt: r, run: run}
	if err := d.catchUp(ctx); err != nil {
		return err
	}
	for {
		err := d.append(ctx, ev)
		if !errors.Is(err, journal.ErrConflict) {
			return err
		}
		if err := d.catchUp(ctx); err != nil {
			return err
		}
	}
}

// Fork begins a new run with the first n events of another. The events must end
// where no call is open: the fork and its origin would both run it. Of a damaged journal
// the events before the record that is wrong can be forked.
func (r *Runtime) Fork(ctx context.Context, run string, n int, as string) (string, error) {
	if as == "" {
		as = NewRunID()
	}
	events, _, err := r.Events(ctx, run)
	if err != nil && (!errors.Is(err, journal.ErrCorrupt) || n > len(events)) {
		return "", err
	}
	if n < 1 || n > len(events) {
		return "", &ForkError{fmt.Sprintf("run %s has events 1 to %d, not %d", run, len(events), n)}
	}
	var s planner.State
	for _, ev := range events[:n] {
		s = planner.Fold(s, ev)
	}
	if len(s.Calls) > 0 || s.Status.Done() || s.Outcome != "" {
		return "", &ForkError{fmt.Sprintf("run %s cannot be forked after event %d: a call is open there or the run is over", run, n)}
	}
	d := &driver{rt: r, run: as}
	for _, ev := range append(events[:n:n], planner.Event{At: r.now(), Forked: &planner.Forked{Run: as, From: run}}) {
		if err := d.append(ctx, ev); err != nil {
			return "", r.unfork(ctx, as, d.last.Seq, err)
		}
	}
	return as, nil
}

// unfork removes what was written of a fork that could not be finished, and returns why; if
// it stays, with how to remove it.
func (r *Runtime) unfork(ctx context.Context, run string, written int, err error) error {
	if written == 0 { // the name may be another run's
		return err
	}
	if j, ok := r.opt.Journal.(journal.Remover); ok && j.Remove(context.WithoutCancel(ctx), run) == nil {
		return err
	}
	return &LeftForkError{Run: run, Events: written, Err: err}
}

// LeftForkError is a fork that was not finished, and of which events are left that could not
// be removed: it never goes on.
type LeftForkError struct {
	Run    string
	Events int
	Err    error // why it was not finished
}

func (e *LeftForkError) Error() string {
	return fmt.Sprintf("%v; of the fork %s that was to be, %d events are left, which do nothing: remove it", e.Err, e.Run, e.Events)
}

func (e *LeftForkError) Unwrap() error { return e.Err }

// ForkError says why a run cannot be forked where it was to be.
type ForkError struct{ Reason string }

func (e *ForkError) Error() string { return "runtime: " + e.Reason }

// Events returns a run's events and its state, checked as Load does. With an error about one
// of them come those before it.
func (r *Runtime) Events(ctx context.Context, run string) ([]planner.Event, planner.State, error) {
	events, s, _, err := r.EventsSince(ctx, run, journal.Record{})
	return events, s, err
}

// EventsSince is Events for whoever has read the run up to a record before: it returns all
// of its events, its state and the record that it ends with now, and no events if that is
// still the same.
func (r *Runtime) EventsSince(ctx context.Context, run string, known journal.Record) ([]planner.Event, planner.State, journal.Record, error) {
	if known.Seq > 0 {
		if more, err := r.opt.Journal.Read(ctx, run, known); err == nil && len(more) == 0 {
			return nil, planner.State{}, known, nil
		}
	}
	d := &driver{rt: r, run: run, keep: true}
	err := d.catchUp(ctx)
	if errors.Is(err, ErrRefused) { // the journal goes on behind what is followed
		if more, err := r.opt.Journal.Read(ctx, run, d.last); err == nil && len(more) > 0 {
			d.last = more[len(more)-1]
		}
	}
	d.last.Event = nil
	return d.events, d.state, d.last, err
}
