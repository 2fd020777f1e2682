package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/chaski-dev/chaski/tools"
)

// attempt is one call in a worker, from its message to its reply.
type attempt struct {
	*served
	msg      *nats.Msg
	call     tools.Call
	began    time.Time
	claim    claim // of a tool with effects
	mu       sync.Mutex
	answered bool // by the handler's return, or before it by the deadline
}

// receive deals with one message on a goroutine of its own, which is held until the
// handler returns: so many calls run at once as there are goroutines.
func (s *served) receive(msg *nats.Msg) {
	a := &attempt{served: s, msg: msg, began: time.Now()}
	var err error
	if a.call, err = parseCall(s.spec.Name, msg.Header, msg.Data); err != nil {
		s.failed(err.Error())
		s.refuse(msg, a.call, "400", err.Error())
		return
	}
	if !a.call.Deadline.IsZero() && !a.began.Before(a.call.Deadline) {
		// Its caller has gone, or else one of the clocks is wrong and the caller should know.
		s.refuse(msg, a.call, codeNotRun, "its deadline was over by "+a.began.Sub(a.call.Deadline).Round(time.Millisecond).String()+" on this worker's clock; it did not run")
		return
	}
	if limit := a.began.Add(s.spec.TimeoutOrDefault()); a.call.Deadline.IsZero() || a.call.Deadline.After(limit) {
		a.call.Deadline = limit
	}
	ctx, cancel := context.WithDeadline(s.worker.ctx, a.call.Deadline)
	defer cancel()
	if !s.worker.begin(a, cancel) {
		s.refuse(msg, a.call, codeNotRun, "the worker is closing; it did not run")
		return
	}
	s.requests.Add(1)
	s.running.Add(1)
	arguments, invalid, ok := s.tool.Check(a.call)
	if !ok {
		a.reply(invalid, "")
		a.end()
		return
	}
	a.call.Arguments = arguments
	if s.spec.Effect.HasEffect() && !a.take(ctx) {
		a.end()
		return
	}
	a.run(ctx)
}

// run runs the handler and answers when it returns or when the context ends, whichever
// comes first.
func (a *attempt) run(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		if a.answer(a.tool.Late(a.call, ctx.Err()), context.Cause(ctx)) && a.overdue.Add(1) == int64(a.spec.ConcurrencyOrDefault()) {
			go a.stuck()
		}
	})
	result, cause := tools.Result{CallID: a.call.ID, Attempt: a.call.Attempt, Status: tools.StatusFail, Reason: a.spec.Name + " ended without an answer"}, errGoexit
	if a.spec.Effect == tools.Once {
		result.Status, result.Reason = tools.StatusUnknown, result.Reason+"; it may or may not have taken effect"
	}
	defer func() { // in case of runtime.Goexit as well
		stop()
		if !a.answer(result, cause) {
			a.overdue.Add(-1)
			a.amend(result)
		}
	}()
	traced, done := a.worker.spans.Serve(ctx, &a.call)
	defer func() { done(&result) }()
	result, cause = a.tool.Do(traced, a.call)
}

var errGoexit = errors.New("the handler called runtime.Goexit")

// answer records and sends a result unless that was done already; it waits for whoever
// is doing it.
func (a *attempt) answer(result tools.Result, cause error) (first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.answered {
		return false
	}
	a.answered = true
	result.Worker = a.id
	if cause != nil {
		e := a.worker.log.Warn().Err(cause).Str("tool", a.call.Tool).Str("call", a.call.ID).Int("attempt", a.call.Attempt).Str("trace", a.call.Trace)
		var p *tools.PanicError
		if errors.As(cause, &p) {
			e = e.Bytes("stack", p.Stack)
		}
		e.Msg("call failed")
	}
	object, ours := "", true
	if result.Status != tools.StatusTimeout && result.Status != tools.StatusUnknown {
		defer a.keeping()()
	}
	// A timeout of an idempotent tool is no result: a later attempt may run it again.
	if a.spec.Effect.HasEffect() && result.Status != tools.StatusTimeout {
		result, object, ours = a.record(result)
	}
	if ours { // else a later attempt answers
		a.reply(result, object)
	}
	a.end()
	return true
}

// end closes the books of an attempt.
func (a *attempt) end() {
	a.nanos.Add(int64(time.Since(a.began)))
	a.running.Add(-1)
	a.worker.end(a)
}

// reply sends a result; if it is too large for a message, by an object's name.
func (a *attempt) reply(r tools.Result, object string) {
	w := a.worker
	r.Worker = a.id
	value := []byte(r.Value)
	if object == "" && !w.fits(value) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), largeMost)
		defer cancel()
		var err error
		if object, err = w.store.put(ctx, replyBucket, a.call.ID, value); err != nil {
			err = fmt.Errorf("it is too large for a message and could not be stored: %w", err)
			if a.spec.Effect.HasEffect() {
				value = tools.NewOdd(a.spec.Name, value, err)
			} else {
				r.Status, r.Reason, value = tools.StatusFail, tools.CleanReason(err.Error()), nil
			}
		}
	}
	if r.Status != tools.StatusOK {
		a.failed(r.Reason)
	}
	if r.Replayed {
		a.replayed.Add(1)
	}
	h := replyHeader(r)
	if object != "" {
		value, h[headerObject] = nil, []string{object}
	}
	a.send(a.msg, value, h)
}

// refuse answers that the call was not run.
func (s *served) refuse(msg *nats.Msg, call tools.Call, code, reason string) {
	h := replyHeader(tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusFail, Reason: tools.CleanReason(reason), Worker: s.id})
	h[headerCode] = []string{code}
	s.send(msg, nil, h)
}

func (s *served) send(msg *nats.Msg, value []byte, h nats.Header) {
	if msg.Reply == "" {
		return
	}
	if err := s.worker.conn.nc.PublishMsg(&nats.Msg{Subject: msg.Reply, Header: h, Data: value}); err != nil {
		s.worker.log.Warn().Err(err).Str("tool", s.spec.Name).Msg("a reply could not be sent")
	}
}
