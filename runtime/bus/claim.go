package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/chaski-dev/chaski/tools"
)

// claim is what an attempt at a tool with effects holds in the result store.
type claim struct {
	entry    entry
	revision uint64
}

// take claims the call's id before the handler runs. If it returns false, the handler
// must not run, and whatever is to be said has been said.
func (a *attempt) take(ctx context.Context) bool {
	w := a.worker
	mine := newEntry(stateClaimed, a.call)
	mine.Worker, mine.Expires, mine.Lease = a.id, a.call.Deadline.UnixMilli(), max(time.Until(a.call.Deadline).Milliseconds(), 1)
	revision, other, err := w.store.create(ctx, a.call.ID, mine)
	pause := 10 * time.Millisecond
	for err == nil && revision == 0 {
		if !other.same(mine) {
			a.failed(ErrIdentity.Error())
			a.refuse(a.msg, a.call, "403", ErrIdentity.Error())
			return false
		}
		switch a.next(ctx, other) {
		case replay:
			a.reply(other.finished(a.call), other.Object)
			return false
		case closed:
			a.reply(tools.Result{CallID: a.call.ID, Attempt: a.call.Attempt, Status: tools.StatusFail, Reason: didNotRun(a.spec.Name), Replayed: true}, "")
			return false
		case unknown:
			// Its worker may have written the result down and left since the entry was read.
			now, found, getErr := w.store.get(ctx, a.call.ID)
			if getErr == nil && found && now.revision != other.revision {
				other = now
				continue
			}
			a.reply(tools.Result{CallID: a.call.ID, Attempt: a.call.Attempt, Status: tools.StatusUnknown,
				Reason: a.spec.Name + " was started by a worker that left no result; it may or may not have taken effect"}, "")
			return false
		case drop:
			return false
		case takeOver:
			var ok bool
			if revision, ok, err = w.store.replace(ctx, a.call.ID, mine, other.revision); err == nil && !ok {
				revision = 0
			}
		case wait:
			if sleep(ctx, pause) != nil {
				return false // the caller's time is over; it settles the call itself
			}
			pause = min(pause*3/2, 250*time.Millisecond)
		}
		if err == nil && revision == 0 {
			var found bool
			if other, found, err = w.store.get(ctx, a.call.ID); err == nil && !found {
				revision, other, err = w.store.create(ctx, a.call.ID, mine)
			}
		}
	}
	if err != nil {
		a.failed(err.Error())
		a.refuse(a.msg, a.call, codeNotRun, err.Error()+"; it did not run")
		return false
	}
	a.claim = claim{entry: mine, revision: revision}
	if ctx.Err() != nil { // it took too long; nothing has been started
		if a.spec.Effect == tools.Once {
			a.record(tools.Result{Status: tools.StatusFail, Reason: "the time was over before it started; it did not run"})
		}
		return false
	}
	return a.spec.Effect != tools.Once || a.call.Store == "" || a.first(ctx)
}

// first says that nobody else can have begun a once call: it may have been sent to several, and
// a claim keeps them apart only in the store that its caller noted.
func (a *attempt) first(ctx context.Context) bool {
	younger, err := a.worker.store.younger(ctx, a.call.Store)
	if err == nil && !younger {
		return true
	}
	reason := ": the store of results has lost or dropped what it held since the call was sent"
	if err != nil {
		reason = " was not started here, for nothing says whether it was elsewhere: " + err.Error()
	}
	result, object, ours := a.record(tools.Result{CallID: a.call.ID, Attempt: a.call.Attempt, Status: tools.StatusUnknown,
		Reason: tools.CleanReason(a.spec.Name + reason + "; it may or may not have taken effect")})
	if ours {
		a.reply(result, object)
	}
	return false
}

// What to do about an entry that is there already.
type decision int

const (
	replay decision = iota
	closed
	unknown
	drop
	takeOver
	wait
)

// next decides by the entry, the effect class and the attempt. Once tools have one way
// to run: by the claim that was created. An idempotent tool may run again under a new
// claim when the holder is dead or out of time, unless a later attempt is under way.
func (a *attempt) next(ctx context.Context, e entry) decision {
	switch e.State {
	case stateDone:
		return replay
	case stateVoid:
		return closed
	case stateClaimed:
		switch {
		case a.call.Attempt < e.Attempt:
			return drop
		case a.worker.conn.alive(ctx, e) && !a.worker.store.over(ctx, e):
			return wait
		case a.spec.Effect == tools.Once:
			return unknown
		}
		return takeOver
	}
	return drop // a state of a later protocol: not ours to judge
}

// How long a record is tried for: before the reply goes out without it, and after. A result
// that is too large for a message cannot go out without its object.
const (
	recordFirst = 10 * time.Second
	recordAfter = 15 * time.Minute
)

// record keeps a result. ours is false when a later attempt holds the claim: its result
// counts, and this one is dropped. A store that cannot be reached does not hide the
// result from its caller; the record is then tried on beside it, until the worker ends.
func (a *attempt) record(result tools.Result) (kept tools.Result, object string, ours bool) {
	w := a.worker
	done := a.claim.entry
	done.State, done.Expires, done.Lease = stateDone, 0, 0
	done.Status, done.Reason, done.Labels, done.Duration = result.Status, result.Reason, result.Labels, result.Duration
	if w.fits(result.Value) {
		done.Value = result.Value
	} else {
		put, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), largeMost)
		name, err := w.store.put(put, objectBucket, a.call.ID, result.Value)
		cancel()
		if err != nil {
			w.log.Error().Err(err).Str("call", a.call.ID).Msg("a large result could not be kept")
			done.Value = tools.NewOdd(a.spec.Name, result.Value, fmt.Errorf("it was too large to keep: %w", err))
			result.Value = done.Value
		}
		done.Object = name
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), recordFirst)
	defer cancel()
	revision, ok, err := w.store.replace(ctx, a.call.ID, done, a.claim.revision)
	switch {
	case err != nil:
		w.log.Error().Err(err).Str("tool", a.call.Tool).Str("call", a.call.ID).Msg("a result could not be recorded yet")
		held := a.claim.revision
		go func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), recordAfter)
			defer cancel()
			if _, ok, err := w.store.replace(ctx, a.call.ID, done, held); err != nil || !ok {
				w.log.Error().Err(err).Str("tool", a.call.Tool).Str("call", a.call.ID).Msg("a result was not recorded")
			}
		}()
		return result, done.Object, true
	case !ok:
		w.log.Info().Str("call", a.call.ID).Int("attempt", a.call.Attempt).Msg("fenced: a later attempt holds the claim")
		w.store.remove(ctx, objectBucket, done.Object)
		return result, "", false
	}
	a.claim.revision = revision
	return result, done.Object, true
}

// amend keeps the result of a handler that returned after its time: nobody waits for it
// any more, but it is better than "unknown", or than running an idempotent tool again.
func (a *attempt) amend(result tools.Result) {
	if !a.spec.Effect.HasEffect() || result.Status == tools.StatusUnknown || result.Status == tools.StatusTimeout {
		return
	}
	result.Worker = a.id
	a.record(result)
}

// over says whether the holder of a claim must have given up. The age of the claim and
// the time are both the server's: workers' clocks may differ.
func (s *store) over(ctx context.Context, e entry) bool {
	if e.Lease <= 0 { // of a worker that says only by its own clock
		return time.Now().UnixMilli() > e.Expires
	}
	kv, err := s.results(ctx)
	if err != nil {
		return false
	}
	status, err := kv.Status(ctx)
	if err != nil {
		return false
	}
	info, ok := status.(interface{ StreamInfo() *jetstream.StreamInfo })
	return ok && info.StreamInfo().TimeStamp.Sub(e.created) > time.Duration(e.Lease)*time.Millisecond
}
