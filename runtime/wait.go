package runtime

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// waitPoll bounds the time between two looks at a run that waits for a person; waitWatched
// does where the journal tells of changes.
const (
	waitPoll    = time.Second
	waitWatched = time.Minute

	lookSoon = 50 * time.Millisecond // after a change was told of and nothing was found, then later and later
)

// Wait returns a run's state once it can be driven on: a person has answered, settled
// or cancelled it, in whatever process, it is suspended and to be tried again now, or a request for approval has expired by the
// runtime's clock, which Wait journals. It returns at once if the run waits for nobody.
// Wait holds no lease and runs nothing, so several processes may wait for one run.
func (r *Runtime) Wait(ctx context.Context, run string) (planner.State, error) {
	d := &driver{rt: r, run: run}
	began := time.Now()
	longest := min(r.opt.Poll, waitPoll) // the clock may jump: it is read again after this
	var changed <-chan struct{}
	if w, ok := r.opt.Journal.(journal.Watcher); ok {
		var stop func()
		changed, stop = w.Watch(run)
		defer stop()
		longest = max(longest, waitWatched/2+rand.N(waitWatched/2)) // not all at once
	}
	for soon := longest; ; {
		if err := ctx.Err(); err != nil {
			return d.state, err
		}
		if err := d.catchUp(ctx); err != nil {
			return d.state, err
		}
		st := d.state.Status
		if st != planner.Waiting && st != planner.OutcomeUnknown && st != planner.Suspended {
			return d.state, nil
		}
		pause := longest
		if expires, ok := firstExpiry(d.state); ok {
			now := later(r.now(), d.state.At)
			left := expires.Sub(now)
			if left <= 0 {
				err := d.append(ctx, planner.Event{At: now, Ticked: &planner.Ticked{}})
				if err != nil && !errors.Is(err, journal.ErrConflict) && !errors.Is(err, journal.ErrFenced) {
					return d.state, err
				}
				continue // also where somebody else was first: what they wrote is read
			}
			pause = min(pause, max(left, time.Millisecond))
		}
		if st == planner.Suspended {
			until := d.state.Fault.Until
			left := until.Sub(later(r.now(), d.state.At))
			if left <= 0 || time.Since(began) >= until.Sub(d.state.At) { // whatever was done to the clock
				return d.state, nil
			}
			pause = min(pause, max(left, time.Millisecond))
		}
		timer := time.NewTimer(min(pause, soon))
		select {
		case <-timer.C:
			soon = min(soon*4, longest)
		case <-changed: // which may come before what it tells of can be read
			timer.Stop()
			soon = lookSoon
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// firstExpiry returns the time at which the first of the open requests for approval
// expires.
func firstExpiry(s planner.State) (first time.Time, ok bool) {
	for _, c := range s.Calls {
		if c.Phase == planner.Awaiting && !c.Expires.IsZero() && (!ok || c.Expires.Before(first)) {
			first, ok = c.Expires, true
		}
	}
	return first, ok
}
