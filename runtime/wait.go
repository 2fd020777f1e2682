package runtime

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// waitPoll bounds the time between two looks at a run that waits for a person. Where the
// journal tells of changes, waitWatched does, and waitClock the time between two looks at
// the clock, which may jump.
const (
	waitPoll    = time.Second
	waitWatched = 15 * time.Minute
	waitClock   = time.Minute

	lookSoon = 50 * time.Millisecond // after a change was told of and nothing was found, then later and later
)

// Wait returns a run's state once it can be driven on: a person has answered, settled
// or cancelled it, in whatever process, it is suspended and to be tried again now, or a request for approval has expired by the
// runtime's clock, which Wait journals. It returns at once if the run waits for nobody.
// Wait holds no lease and runs nothing, so several processes may wait for one run. While
// it waits it keeps no more of the run than how that stands.
func (r *Runtime) Wait(ctx context.Context, run string) (planner.State, error) {
	began := time.Now()
	longest := min(r.opt.Poll, waitPoll)
	var changed <-chan struct{}
	if w, ok := r.opt.Journal.(journal.Watcher); ok {
		var stop func()
		changed, stop = w.Watch(run)
		defer stop()
		longest = waitWatched/2 + rand.N(waitWatched/2) // not all at once
	}
	known := r.Standing
	if _, ok := r.opt.Journal.(journal.Ender); !ok {
		known = r.look(run)
	}
	soon := longest
	var st *planner.Standing
	for look := time.Now(); ; { // when the run is looked at
		if err := ctx.Err(); err != nil {
			return planner.State{}, err
		}
		if !time.Now().Before(look) {
			found, err := r.lookOnce(ctx, run, known)
			switch {
			case err != nil && (ctx.Err() != nil || errors.Is(err, journal.ErrNoRun) || errors.Is(err, journal.ErrCorrupt) || errors.Is(err, planner.ErrEvent)):
				return planner.State{}, err
			case err != nil: // nothing is lost by looking later
				r.opt.Log.Debug().Str("run", run).Err(err).Msg("a run that waits could not be looked at")
				found = &planner.Standing{}
				soon = min(soon, waitClock/2+rand.N(waitClock/2))
			case found == nil || found.Status.Done():
				return r.Load(ctx, run)
			}
			st, look, soon = found, time.Now().Add(min(soon, longest)), min(soon*4, longest)
		}
		pause := min(time.Until(look), waitClock)
		if !st.Until.IsZero() {
			now := later(r.now(), st.At)
			left := st.Until.Sub(now)
			switch {
			case st.Status != planner.Suspended && left <= 0:
				if err := r.tick(ctx, run, now); err != nil {
					return planner.State{}, err
				}
				look = time.Now() // also where somebody else was first: what they wrote is read
				continue
			case st.Status == planner.Suspended && (left <= 0 || time.Since(began) >= st.Until.Sub(st.At)): // whatever was done to the clock
				return r.Load(ctx, run)
			}
			pause = min(pause, max(left, time.Millisecond))
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-changed: // which may come before what it tells of can be read
			timer.Stop()
			look, soon = time.Now(), lookSoon
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// looksAtOnce is how many waiting runs are looked at side by side: after a connection was
// away thousands are to be.
const looksAtOnce = 64

func (r *Runtime) lookOnce(ctx context.Context, run string, known func(context.Context, string) (*planner.Standing, error)) (*planner.Standing, error) {
	select {
	case r.looks <- struct{}{}:
		defer func() { <-r.looks }()
		return known(ctx, run)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Standing says how a run stands that is over or waits; nil if it can be driven on. It reads
// the last record alone, where that tells.
func (r *Runtime) Standing(ctx context.Context, run string) (*planner.Standing, error) {
	if e, ok := r.opt.Journal.(journal.Ender); ok {
		last := e.Lasts(ctx, []string{run})[0]
		if st, ok := planner.StandsIn(last.Event); ok && last.Err == nil && st.Run == run {
			return st, nil
		}
	}
	return r.look(run)(ctx, run)
}

// look reads a whole run, and then no more than what is new.
func (r *Runtime) look(run string) func(context.Context, string) (*planner.Standing, error) {
	d := &driver{rt: r, run: run}
	return func(ctx context.Context, _ string) (*planner.Standing, error) {
		if err := d.catchUp(ctx); err != nil {
			return nil, err
		}
		return planner.StandingOf(&d.state, d.began), nil
	}
}

// tick journals the time of a run in which a request for approval has expired.
func (r *Runtime) tick(ctx context.Context, run string, now time.Time) error {
	d := &driver{rt: r, run: run}
	if err := d.catchUp(ctx); err != nil {
		return err
	}
	if st := planner.StandingOf(&d.state, d.began); st == nil || st.Until.IsZero() || st.Until.After(now) {
		return nil
	}
	err := d.append(ctx, planner.Event{At: later(now, d.state.At), Ticked: &planner.Ticked{}})
	if errors.Is(err, journal.ErrConflict) || errors.Is(err, journal.ErrFenced) {
		return nil
	}
	return err
}
