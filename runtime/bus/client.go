package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/schema"
)

// ClientOptions configure a client. The zero value works.
type ClientOptions struct {
	Logger zerolog.Logger
	// Grace is how long after its deadline a lost reply is looked for in the result
	// store; 0 is 1 s.
	Grace time.Duration
}

// Client finds tools on the bus and calls them. It is a tools.Caller and a
// tools.Catalog, safe for concurrent use.
type Client struct {
	conn  *Conn
	store store
	inbox *inbox
	log   zerolog.Logger
	grace time.Duration

	mu    sync.Mutex
	known map[string]newest
}

// NewClient returns a client over a connection.
func NewClient(conn *Conn, o ClientOptions) (*Client, error) {
	in, err := newInbox(conn.nc)
	if err != nil {
		return nil, err
	}
	if o.Grace <= 0 {
		o.Grace = time.Second
	}
	return &Client{conn: conn, store: store{conn: conn}, inbox: in, log: o.Logger, grace: o.Grace, known: map[string]newest{}}, nil
}

// Close stops receiving replies; the connection stays open.
func (c *Client) Close() error {
	if err := c.inbox.sub.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		return fmt.Errorf("bus: %w", err)
	}
	return nil
}

// Call makes one attempt. The deadline is the earliest of the call's, the context's and
// the tool's timeout. If the context is cancelled, so is the handler.
func (c *Client) Call(ctx context.Context, call tools.Call) (tools.Result, error) {
	result, err := c.call(ctx, call)
	if err != nil {
		return tools.Result{}, &tools.CallError{Tool: call.Tool, CallID: call.ID, Attempt: call.Attempt, Err: err}
	}
	return result, nil
}

func (c *Client) call(ctx context.Context, call tools.Call) (tools.Result, error) {
	call.Attempt = max(call.Attempt, 1)
	if !idPattern.MatchString(call.ID) {
		return tools.Result{}, fmt.Errorf("%w: an id has 1 to 128 letters, digits, '_' or '-'", tools.ErrBadCall)
	}
	if len(call.Run)+len(call.Tenant)+len(call.Trace) > headerRoom/4 {
		return tools.Result{}, fmt.Errorf("%w: run, tenant and trace are too long for headers", tools.ErrBadCall)
	}
	for again := false; ; again = true {
		d, err := c.lookup(ctx, call, again)
		if err != nil {
			return tools.Result{}, err
		}
		result, err := c.attempt(ctx, call, d)
		if again || !errors.Is(err, ErrNoWorker) {
			return result, err
		}
		// The workers that were known have gone: others may serve the tool by now.
	}
}

// attempt validates, sends and waits.
func (c *Client) attempt(ctx context.Context, call tools.Call, d *declared) (tools.Result, error) {
	given := call.Arguments
	if len(given) == 0 {
		given = json.RawMessage("{}")
	}
	arguments, err := d.input.Check(given)
	if err != nil {
		return tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusInvalid,
			Reason: tools.CleanReason("the arguments of " + call.Tool + " are wrong: " + err.Error())}, nil
	}
	if err := c.conn.ready(ctx); err != nil {
		return tools.Result{}, err
	}
	if room := c.conn.nc.MaxPayload() - headerRoom; int64(len(arguments)) > room {
		return tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusInvalid,
			Reason: fmt.Sprintf("the arguments of %s have %d bytes, more than %d", call.Tool, len(arguments), room)}, nil
	}
	call.Arguments = arguments
	limit := time.Now().Add(d.spec.TimeoutOrDefault())
	if !call.Deadline.IsZero() && call.Deadline.Before(limit) {
		limit = call.Deadline
	}
	if end, ok := ctx.Deadline(); ok && end.Before(limit) {
		limit = end
	}
	if !time.Now().Before(limit) {
		return tools.Result{}, fmt.Errorf("%w: its deadline had passed; it did not run", context.DeadlineExceeded)
	}
	call.Deadline = limit
	subject, replies, done := c.inbox.open()
	defer done()
	if err := c.conn.nc.PublishMsg(requestMsg(d.subject, subject, call)); err != nil {
		return tools.Result{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	timer := time.NewTimer(time.Until(limit) + 20*time.Millisecond) // the worker's own answer to its timeout comes first
	defer timer.Stop()
	for {
		select {
		case msg := <-replies:
			result, mine, err := c.read(ctx, msg, call, d)
			if mine {
				return result, err
			}
			c.log.Warn().Err(err).Str("tool", call.Tool).Str("call", call.ID).Msg("a reply was ignored")
		case <-timer.C:
			return c.settle(ctx, call, d)
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return c.settle(ctx, call, d)
			}
			_ = c.conn.nc.Publish(subjectCancel+call.ID, nil) // best effort: the deadline ends it as well
			if d.spec.Effect.HasEffect() {
				return tools.Result{}, fmt.Errorf("%w: %w", ErrOutcomeUnknown, ctx.Err())
			}
			return tools.Result{}, ctx.Err()
		}
	}
}

// read judges one reply: headers before the body. It is not ours if it names another
// call or attempt, or cannot be understood: the right one may still come.
func (c *Client) read(ctx context.Context, msg *nats.Msg, call tools.Call, d *declared) (result tools.Result, mine bool, err error) {
	if header(msg.Header, "Status") == "503" && len(msg.Data) == 0 {
		return result, true, ErrNoWorker
	}
	result, err = parseReply(msg.Header)
	if err != nil {
		return result, false, err
	}
	if result.CallID != call.ID || result.Attempt != call.Attempt {
		return result, false, fmt.Errorf("it answers call %.12q, attempt %d", result.CallID, result.Attempt)
	}
	switch code := header(msg.Header, headerCode); {
	case code == codeNotRun:
		return result, true, fmt.Errorf("%w: worker %s: %s", ErrUnavailable, result.Worker, result.Reason)
	case code == "403" && result.Status == tools.StatusFail:
		return result, true, fmt.Errorf("%w: worker %s: %s", ErrIdentity, result.Worker, result.Reason)
	}
	if result.Status != tools.StatusOK {
		return result, true, nil
	}
	value := json.RawMessage(msg.Data)
	if name := header(msg.Header, headerObject); name != "" {
		if value, err = c.fetch(ctx, name, d); err != nil {
			return fail(result, "its result could not be read: "+err.Error()), true, nil
		}
	}
	return accept(result, value, d), true, nil
}

// fetch reads a large result; one of a read tool is of no further use.
func (c *Client) fetch(ctx context.Context, name string, d *declared) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.spec.TimeoutOrDefault())
	defer cancel()
	data, err := c.store.fetch(ctx, name)
	if err == nil && !d.spec.Effect.HasEffect() {
		if err := c.store.obj.Delete(ctx, name); err != nil {
			c.log.Warn().Err(err).Str("object", name).Msg("a large result was not removed")
		}
	}
	return data, err
}

// accept checks a value against the declared output.
func accept(r tools.Result, value json.RawMessage, d *declared) tools.Result {
	var err error
	if len(value) > tools.MaxResult {
		err = errTooLarge
	} else if d.output != nil {
		value, err = d.output.Check(value)
	} else {
		value, err = schema.Canonical(value)
	}
	if err != nil {
		return fail(r, d.spec.Name+" returned a wrong result: "+err.Error())
	}
	r.Value = value
	return r
}

func fail(r tools.Result, reason string) tools.Result {
	r.Status, r.Value, r.Reason = tools.StatusFail, nil, tools.CleanReason(reason)
	return r
}

// settle finds out what it can about a call whose reply did not come.
func (c *Client) settle(ctx context.Context, call tools.Call, d *declared) (tools.Result, error) {
	lost := tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusTimeout, Reason: call.Tool + " gave no answer in time"}
	if !d.spec.Effect.HasEffect() {
		return lost, nil
	}
	once := d.spec.Effect == tools.Once
	if once {
		lost.Status, lost.Reason = tools.StatusUnknown, call.Tool+" gave no answer in time; it may or may not have taken effect"
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.grace)
	defer cancel()
	if err := c.conn.ready(ctx); err != nil {
		return lost, nil
	}
	closing := newEntry(stateVoid, call)
	for {
		e, _, found, err := c.store.get(ctx, call.ID)
		if err != nil {
			return lost, nil
		}
		if !found && once {
			var mine uint64
			if mine, e, _, err = c.store.create(ctx, call.ID, closing); err != nil {
				return lost, nil
			}
			found = mine == 0
		}
		switch {
		case !found && once || found && e.State == stateVoid && e.same(closing):
			return fail(lost, "no worker started "+call.Tool+" in time; it did not run"), nil
		case !found:
			return lost, nil
		case !e.same(closing):
			return tools.Result{}, ErrIdentity
		case e.State == stateDone:
			result := e.finished(call)
			if result.Status != tools.StatusOK {
				return result, nil
			}
			if e.Object != "" {
				if result.Value, err = c.fetch(ctx, e.Object, d); err != nil {
					return fail(result, "it took effect, but its result could not be read: "+err.Error()), nil
				}
			}
			return accept(result, result.Value, d), nil
		case !once || !c.conn.alive(ctx, e):
			return lost, nil
		}
		if sleep(ctx, 20*time.Millisecond) != nil {
			return lost, nil
		}
	}
}
