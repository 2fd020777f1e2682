package runtime

import (
	"context"
	"errors"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// Why a generation was given up, other than by the caller's context.
var (
	errCancelled = errors.New("runtime: the run was cancelled")
	errTime      = errors.New("runtime: the run's time is over")
)

// fewTokens is the rest of the token budget from which on a turn is bounded by it.
// Above it the model's own bound is left alone: some endpoints refuse a greater one.
const fewTokens = 4096

// ask runs the model within what is left of the run's time and tokens, and gives up
// when another process cancels the run. If it gave up, moved is true and the reason
// is in the journal and in the state.
func (l *loop) ask(ctx context.Context, req *llm.Request, see func(llm.Event)) (msg llm.Message, stop llm.Stop, moved bool, err error) {
	began := later(l.rt.now(), l.state.At)
	wall, tokens := l.state.Left(began)
	if tokens <= fewTokens && (req.MaxTokens == 0 || req.MaxTokens > tokens) {
		bounded := *req
		bounded.MaxTokens = max(1, tokens)
		req = &bounded
	}
	asked, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(wall, func() { cancel(errTime) })
	defer timer.Stop()
	go l.rt.lookForCancel(asked, l.driver.run, l.last, cancel)
	msg, stop, err = llm.Collect(l.rt.opt.Model.Generate(asked, req), see)
	if ctx.Err() != nil {
		return msg, stop, false, ctx.Err()
	}
	switch cause := context.Cause(asked); {
	case err == nil:
	case errors.Is(cause, errTime):
		return msg, stop, true, l.settle(ctx, planner.Event{At: later(l.rt.now(), began.Add(wall+1)), Ticked: &planner.Ticked{}})
	case errors.Is(cause, errCancelled):
		return msg, stop, true, l.catchUp(ctx)
	}
	return msg, stop, false, err
}

// lookForCancel reads the journal now and then until ctx is done, and calls cancel
// when somebody has cancelled the run.
func (r *Runtime) lookForCancel(ctx context.Context, run string, last journal.Record, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(r.opt.Poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		records, err := r.opt.Journal.Read(ctx, run, last)
		if err != nil {
			continue // the driver meets it at its next event
		}
		for _, rec := range records {
			if ev, err := decode(rec.Event); err == nil && (ev.Cancelled != nil || ev.Leased != nil) {
				cancel(errCancelled)
				return
			}
			last = rec
		}
	}
}
