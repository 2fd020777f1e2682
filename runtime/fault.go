package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
)

// Retry is what a watcher sees when the model's turn broke off and is asked for
// again: the pieces of the turn that it has seen are void.
type Retry struct {
	Error   string
	Attempt int           // of this turn, from 2
	After   time.Duration // the pause before it
}

// The pauses between two attempts at one turn, each twice the one before, and those
// between two drives of a run that is suspended.
const (
	firstPause, longestPause     = 500 * time.Millisecond, 15 * time.Second
	firstSuspend, longestSuspend = 5 * time.Second, 5 * time.Minute
)

// pause is how long to wait before an attempt that follows n others.
func pause(n int, first, longest time.Duration) time.Duration {
	return min(first<<min(max(n-1, 0), 20), longest)
}

// turn asks the model until it answers, the error is none that passes or the
// patience is over. It returns as ask does; fault is set if the run is to be
// suspended.
func (l *loop) turn(ctx context.Context, req *llm.Request, call string, see func(llm.Event)) (msg llm.Message, stop llm.Stop, moved bool, err error) {
	began := l.rt.now()
	for attempt := 1; ; attempt++ {
		msg, stop, moved, err = l.ask(ctx, req, see)
		if err == nil || moved || ctx.Err() != nil {
			return msg, stop, moved, err
		}
		least, passing := llm.Passing(err)
		if !passing {
			return msg, stop, false, err
		}
		wait := max(least, pause(attempt, firstPause, longestPause))
		now := later(l.rt.now(), l.state.At)
		if wall, _ := l.state.Left(now); now.Sub(began)+wait > l.rt.opt.Patience || wait > wall {
			faults := l.state.Faults + 1
			wait = max(least, pause(faults, firstSuspend, longestSuspend))
			f := planner.Faulted{Prompt: l.state.PromptHash(req), Call: call, Error: err.Error(), Until: now.Add(wait), Faults: faults}
			return msg, stop, true, l.settle(ctx, planner.Event{At: now, Faulted: &f})
		}
		l.rt.opt.Log.Debug().Err(err).Str("run", l.driver.run).Dur("after", wait).Msg("the model is asked again")
		if l.watch != nil {
			l.watch(Update{Retry: &Retry{Error: err.Error(), Attempt: attempt + 1, After: wait}})
		}
		if moved, err := l.sleep(ctx, wait); moved || err != nil {
			return msg, stop, moved, err
		}
	}
}

// sleep waits, unless the run is cancelled or taken over meanwhile: then it has moved.
func (l *loop) sleep(ctx context.Context, d time.Duration) (moved bool, err error) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	tick := time.NewTicker(l.rt.opt.Poll)
	defer tick.Stop()
	for {
		select {
		case <-timer.C:
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		case <-tick.C:
			if err := l.catchUp(ctx); err != nil || l.state.Outcome != "" {
				return true, err
			}
		}
	}
}

// Reopen takes back the end of a run that its model failed, once that is mended; by is
// the person. Drive then goes on with it.
func (r *Runtime) Reopen(ctx context.Context, run, by string) error {
	s, err := r.Load(ctx, run)
	if err != nil {
		return err
	}
	if !s.Reopenable() {
		return fmt.Errorf("%w: run %s is over: %s", planner.ErrEvent, run, s.Status)
	}
	return r.add(ctx, run, planner.Event{Reopened: &planner.Reopened{By: by}})
}
