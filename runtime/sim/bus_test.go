package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/chaski-dev/chaski/tools"
)

// bus carries calls to a worker and results back, and loses, doubles, delays and
// reorders both. Behind it are the worker, its result store and what the calls did
// to the outside.
type bus struct {
	w        *world
	requests []*request // to be served, in any order
	store    map[string]*entry
	effects  map[string]int // how often each call id changed the world
	keys     map[string]bool
	said     map[string]string // what each call was answered
	of       map[string]string // whose run a call with an effect is
	sent     map[string]int    // attempts that the runtime dispatched, by call id
}

type request struct {
	call    tools.Call
	from    *process // nil: nobody waits for the answer
	result  *tools.Result
	timeout bool
}

// entry is what the result store holds of a call.
type entry struct {
	attempt int
	done    bool
	void    bool // closed by the caller: it never ran and never will
	result  tools.Result
}

var errNoReply = errors.New("sim: no reply in time")

// busy says that messages are under way.
func (b *bus) busy() bool { return len(b.requests) > 0 }

// forget leaves the requests of a dead process to arrive with nobody waiting.
func (b *bus) forget(p *process) {
	for _, r := range b.requests {
		if r.from == p {
			r.from = nil
		}
	}
}

// Call implements tools.Caller for one process, as the client of the bus does.
func (p *process) Call(ctx context.Context, call tools.Call) (tools.Result, error) {
	w, b := p.w, p.w.bus
	if err := p.wait(fmt.Sprintf("send %s/%d", call.ID, call.Attempt), nil); err != nil {
		return tools.Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return tools.Result{}, fmt.Errorf("%w: %w", tools.ErrUnavailable, err)
	}
	w.dispatched(call)
	r := &request{call: call, from: p}
	switch {
	case w.chance("request lost", 0.04):
		r.timeout = true
	case w.chance("request late", 0.04):
		r.timeout = true
		b.requests = append(b.requests, &request{call: call})
	default:
		b.requests = append(b.requests, r)
	}
	if w.chance("request duplicated", 0.08) {
		b.requests = append(b.requests, &request{call: call})
	}
	err := p.wait(fmt.Sprintf("reply %s/%d", call.ID, call.Attempt), func() bool {
		return r.result != nil || r.timeout || ctx.Err() != nil
	})
	switch {
	case err != nil:
		return tools.Result{}, err
	case ctx.Err() != nil && call.Tool != "look":
		return tools.Result{}, fmt.Errorf("%w: %w", tools.ErrOutcomeUnknown, ctx.Err())
	case ctx.Err() != nil:
		return tools.Result{}, ctx.Err()
	case r.result != nil:
		return *r.result, nil
	case w.chance("result store away", 0.05):
		return tools.Result{}, errNoReply
	}
	return b.settle(call)
}

// settle asks the result store about a call that got no answer, and closes the id of
// a once call that has not begun.
func (b *bus) settle(call tools.Call) (tools.Result, error) {
	e := b.store[b.key(call)]
	switch {
	case call.Tool == "look", e == nil && call.Tool == "put":
		return tools.Result{Status: tools.StatusTimeout}, nil
	case e == nil:
		b.store[b.key(call)] = &entry{void: true}
		return tools.Result{Status: tools.StatusFail, Reason: "did not run"}, nil
	case e.void:
		return tools.Result{Status: tools.StatusFail, Reason: "did not run"}, nil
	case e.done:
		res := e.result
		res.Replayed = true
		return res, nil
	case call.Tool == "put":
		return tools.Result{Status: tools.StatusTimeout}, nil
	}
	if b.w.mutant == LostIsFailed {
		return tools.Result{Status: tools.StatusFail, Reason: "no answer"}, nil
	}
	return tools.Result{Status: tools.StatusUnknown}, nil
}

func (b *bus) key(call tools.Call) string {
	if b.w.mutant == DedupByAttempt {
		return fmt.Sprintf("%s/%d", call.ID, call.Attempt)
	}
	return call.ID
}

// serve has the worker take one of the requests.
func (b *bus) serve(i int) {
	w, r := b.w, b.requests[i]
	b.requests = slices.Delete(b.requests, i, i+1)
	res := b.work(r.call)
	switch {
	case res == nil, w.chance("reply lost", 0.04), w.chance("reply late", 0.04): // late: nobody listens any more
		r.timeout = true
	default:
		r.result = res
	}
}

// work runs a call as the worker does: a claim, the effect, the record. nil: no reply.
func (b *bus) work(call tools.Call) *tools.Result {
	w := b.w
	v, _ := json.Marshal(call.Run + " " + call.ID[:8] + " " + w.pad(call))
	b.said[call.ID] = string(v)
	res := tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusOK, Value: v}
	if call.Tool == "look" {
		if w.chance("worker killed", 0.02) {
			return nil
		}
		return &res
	}
	e := b.store[b.key(call)]
	if w.mutant == NoResultStore {
		e = nil
	}
	switch {
	case e == nil:
	case e.void:
		return nil
	case e.done:
		kept := e.result
		kept.Attempt, kept.Replayed = call.Attempt, true
		return &kept
	case call.Tool == "pay":
		return &tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusUnknown}
	case call.Attempt < e.attempt:
		return nil
	}
	e = &entry{attempt: call.Attempt}
	b.store[b.key(call)] = e
	if w.chance("worker killed before the effect", 0.02) {
		return nil
	}
	b.affect(call)
	if w.chance("worker killed after the effect", 0.02) {
		return nil
	}
	e.done, e.result = true, res
	return &res
}

// affect changes the world: an idempotent tool does so once for each key.
func (b *bus) affect(call tools.Call) {
	if call.Tool == "put" {
		if b.keys[b.key(call)] {
			return
		}
		b.keys[b.key(call)] = true
	}
	if call.Tool == "pay" {
		b.of[call.ID] = call.Run
	}
	if b.effects[call.ID]++; b.effects[call.ID] > 1 {
		b.w.violated("invariant 1: call %s of %s took effect %d times", call.ID, call.Tool, b.effects[call.ID])
	}
}

// Reconcile implements runtime.Reconciler: it asks the result store.
func (p *process) Reconcile(ctx context.Context, call tools.Call) (tools.Result, error) {
	if err := p.wait("reconcile "+call.ID, nil); err != nil {
		return tools.Result{}, err
	}
	if p.w.mutant == GuessingReconciler {
		return tools.Result{Status: tools.StatusFail, Reason: "did not run"}, nil
	}
	if p.w.chance("result store away", 0.05) {
		return tools.Result{}, errNoReply
	}
	return p.w.bus.settle(call)
}
