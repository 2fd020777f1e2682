package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/tools"
)

// Reconcile finds out what became of a once call that was dispatched by a process that
// is gone, or whose reply was lost. The answer is final: the recorded result; or that it
// did not run, and then it never will, because its id is closed; or status unknown,
// which a person must look into. While a worker is still running the call, Reconcile
// waits for it.
func (c *Client) Reconcile(ctx context.Context, call tools.Call) (tools.Result, error) {
	result, err := c.reconcile(ctx, call)
	if err != nil {
		return tools.Result{}, &tools.CallError{Tool: call.Tool, CallID: call.ID, Attempt: call.Attempt, Err: err}
	}
	return result, nil
}

func (c *Client) reconcile(ctx context.Context, call tools.Call) (tools.Result, error) {
	if err := checkCall(&call); err != nil {
		return tools.Result{}, err
	}
	d, err := c.lookup(ctx, call, false)
	switch {
	case errors.Is(err, ErrUnavailable) || ctx.Err() != nil:
		return tools.Result{}, err
	case err != nil: // whoever ran it may have gone: the store still knows
		d = &declared{spec: tools.Spec{Name: call.Tool, Effect: tools.Once}}
	}
	ctx, cancel := context.WithTimeout(ctx, d.spec.TimeoutOrDefault()+c.grace)
	defer cancel()
	if err := c.conn.ready(ctx); err != nil {
		return tools.Result{}, err
	}
	// The id is a hash of the arguments. Those of the journal may lack the defaults that
	// the worker saw, so they are not compared.
	mine := func(e entry) bool { return e.Tool == call.Tool && e.Tenant == call.Tenant }
	return c.settle(ctx, call, d, mine, time.Time{})
}

// settleAfter is settle for a call of this process, at its deadline.
func (c *Client) settleAfter(ctx context.Context, call tools.Call, d *declared, limit, closeAt time.Time) (tools.Result, error) {
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), limit.Add(c.grace))
	defer cancel()
	own := newEntry(stateVoid, call)
	return c.settle(ctx, call, d, own.same, closeAt)
}

// settle finds out what it can about a call whose reply did not come, until ctx ends. If
// nobody has claimed a once call by closeAt, it closes the id.
func (c *Client) settle(ctx context.Context, call tools.Call, d *declared, mine func(entry) bool, closeAt time.Time) (tools.Result, error) {
	lost := tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusTimeout, Reason: call.Tool + " gave no answer in time"}
	once := d.spec.Effect == tools.Once
	if once {
		lost.Status, lost.Reason = tools.StatusUnknown, call.Tool+" gave no answer in time; it may or may not have taken effect"
	}
	if !d.spec.Effect.HasEffect() || c.conn.ready(ctx) != nil {
		return lost, nil
	}
	gone := uint64(0) // the revision of a claim whose worker is not there any more
	for {
		e, found, err := c.store.get(ctx, call.ID)
		if err == nil && !found && once && !time.Now().Before(closeAt) {
			var sure bool
			if sure, err = c.store.vouches(ctx, call.ID, call.Store); err == nil && !sure {
				lost.Reason = call.Tool + ": the store of results has lost or dropped what it held since the call; it may or may not have taken effect"
				return lost, nil
			}
			var created uint64
			if err != nil { // asked again
			} else if created, e, err = c.store.create(ctx, call.ID, newEntry(stateVoid, call)); err == nil && created > 0 {
				e, found = newEntry(stateVoid, call), true
			} else {
				found = err == nil
			}
		}
		switch {
		case err != nil && (!transient(err) || ctx.Err() != nil):
			return lost, nil
		case err != nil:
		case !found && !once:
			return lost, nil
		case !found:
		case !mine(e):
			return tools.Result{}, ErrIdentity
		case e.State == stateVoid:
			return fail(lost, didNotRun(call.Tool)), nil
		case e.State == stateDone:
			return c.recorded(ctx, call, e, d), nil
		case e.State != stateClaimed || !once:
			return lost, nil
		case !c.conn.alive(ctx, e):
			if gone != e.revision { // it may have written that down and left since: look once more
				gone = e.revision
				continue
			}
			lost.Reason = call.Tool + ": the process that ran it has ended, or lost its way to the bus, before it said what came of it; it may or may not have taken effect"
			return lost, nil
		}
		if sleep(ctx, 20*time.Millisecond) != nil {
			return lost, nil
		}
	}
}

// recorded is a result from the store.
func (c *Client) recorded(ctx context.Context, call tools.Call, e entry, d *declared) tools.Result {
	result := e.finished(call)
	if result.Status != tools.StatusOK {
		return result
	}
	if e.Object != "" {
		value, err := c.fetch(ctx, call, e.Object, d)
		if err != nil {
			return unread(result, d, err)
		}
		result.Value = value
	}
	return accept(result, result.Value, d)
}

func didNotRun(tool string) string { return "no worker started " + tool + " in time; it did not run" }

// checkCall refuses calls that have no form as a message.
func checkCall(call *tools.Call) error {
	call.Attempt = max(call.Attempt, 1)
	if !idPattern.MatchString(call.ID) {
		return fmt.Errorf("%w: an id has 1 to 128 letters, digits, '_' or '-'", tools.ErrBadCall)
	}
	if len(call.Run)+len(call.Tenant)+len(call.By)+len(call.Trace) > headerRoom/4 {
		return fmt.Errorf("%w: run, tenant, asker and trace are too long for headers", tools.ErrBadCall)
	}
	for _, s := range []string{call.Run, call.Tenant, call.By, call.Trace} {
		if s != oneLine(s) {
			return fmt.Errorf("%w: run, tenant, asker and trace are one line each", tools.ErrBadCall)
		}
	}
	return nil
}

// objectOf says whether an object's name is one that belongs to the call: no reply may
// name somebody else's result.
func objectOf(call tools.Call, name string) bool { return strings.HasPrefix(name, call.ID+".") }
