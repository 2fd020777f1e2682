package runtime

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/trace"
	"github.com/chaski-dev/chaski/tools"
)

// reply is what came of a call.
type reply struct {
	call  tools.Call
	res   tools.Result
	usage llm.Usage    // of a child run
	done  []tools.Call // its effects
	err   error
}

// dispatch sends a call whose intent this driver has journalled, once.
func (l *loop) dispatch(call tools.Call) error {
	if l.flying[call.ID] {
		return nil
	}
	agent, isAgent := l.rt.opt.Agents[call.Tool]
	if !isAgent { // what a policy keeps from the model stays out of a child run too
		args, err := l.session.Resolve(call)
		if err != nil {
			return err
		}
		call.Arguments = args
	}
	l.flying[call.ID] = true
	l.rt.opt.Log.Debug().Str("run", call.Run).Str("call", call.ID).Str("tool", call.Tool).Int("attempt", call.Attempt).Msg("dispatch")
	call.By = asker(l.state.Start.By)
	if call.Trace = l.trace.Call(&call, l.rt.now()); call.Trace == "" {
		call.Trace = l.state.Start.Meta[trace.MetaParent] // others write one
	}
	state := l.state
	go func() {
		if isAgent { // an attempt before was no failure: the child waited, or whoever drove it left
			l.replies <- l.rt.child(l.calls, state, call, agent)
			return
		}
		if !rest(l.calls, call.Attempt) {
			l.replies <- reply{call: call, err: l.calls.Err()}
			return
		}
		res, err := l.rt.opt.Caller.Call(l.calls, call)
		l.replies <- reply{call: call, res: res, err: err}
	}()
	return nil
}

// The pauses before a further attempt at a call, each twice the one before: what gave no
// answer is not helped by being asked again at once.
const firstRest, longestRest = 200 * time.Millisecond, 10 * time.Second

// rest pauses before an attempt that follows others; false if the context ended first.
func rest(ctx context.Context, attempt int) bool {
	if attempt <= 1 {
		return true
	}
	timer := time.NewTimer(pause(attempt-1, firstRest, longestRest))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// record journals what came of a call.
func (l *loop) record(ctx context.Context, rep reply) error {
	if errors.Is(rep.err, ErrChild) { // the call stays open, for whoever resumes the run
		l.held++
		if l.why == nil {
			l.why = rep.err
		}
		return nil
	}
	delete(l.flying, rep.call.ID)
	c, _ := l.state.Call(rep.call.ID)
	res := outcome(rep, c.Effect)
	l.trace.Result(&rep.call, l.rt.now(), &res)
	return l.settle(ctx, planner.Event{Result: &planner.Result{Result: res, Usage: rep.usage, Done: rep.done}})
}

// drain waits for the calls in flight, which have been cancelled. Results that came
// all the same are journalled; the rest stay open for whoever resumes the run.
func (l *loop) drain(ctx context.Context, journalled bool) error {
	var first error
	for len(l.flying) > l.held {
		rep := <-l.replies
		delete(l.flying, rep.call.ID)
		if !journalled || rep.err != nil || rep.res.Status == tools.StatusUnknown || rep.res.Status == tools.StatusTimeout {
			continue
		}
		if err := l.record(ctx, rep); err != nil && first == nil {
			first, journalled = err, errors.Is(err, ErrAudit) // the journal goes on without the audit
		}
	}
	return first
}

// asker is who asks, as tools read it. A name that is no line of a usual length is nobody's.
func asker(by string) string {
	if len(by) > 512 || strings.ContainsFunc(by, unicode.IsControl) {
		return ""
	}
	return by
}
