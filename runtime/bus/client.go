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

	mu      sync.Mutex
	known   map[string]newest
	rosters map[string]*roster // by revision
	own     []*declared        // of this process; fixed once it is open
	canary  sung               // guarded by mu
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
	return &Client{conn: conn, store: store{conn: conn}, inbox: in, log: o.Logger, grace: o.Grace, known: map[string]newest{}, rosters: map[string]*roster{}}, nil
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
	if err := checkCall(&call); err != nil {
		return tools.Result{}, err
	}
	pause := time.Duration(0)
	fresh := false
	for try := 0; ; try++ {
		d, err := c.lookup(ctx, call, fresh)
		if err != nil {
			return tools.Result{}, unsent(err)
		}
		if limit := time.Now().Add(d.spec.TimeoutOrDefault()); call.Deadline.IsZero() || call.Deadline.After(limit) && try == 0 {
			call.Deadline = limit // of all tries together
		}
		if d.spec.Effect == tools.Once && call.Store == "" {
			if call.Store, err = c.Witness(ctx); err != nil {
				return tools.Result{}, unsent(err)
			}
		}
		result, err := c.attempt(ctx, call, d)
		if try == 3 || !errors.Is(err, ErrNoWorker) && !errors.Is(err, errRefused) || try > 0 && errors.Is(err, ErrNoWorker) {
			return result, err
		}
		// The workers that were known have gone, or the one that got the call could not take
		// it. It did not run, and others may serve it.
		if !time.Now().Add(pause).Before(call.Deadline) || sleep(ctx, pause) != nil {
			return result, err
		}
		fresh = errors.Is(err, ErrNoWorker)
		pause = 10*time.Millisecond + 2*pause
	}
}

// unsent says of the end of a call's time that it came before the call had left. The other
// errors of that stage say so themselves.
func unsent(err error) error {
	if errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotSent, err)
}

// errRefused: a worker could not start the call.
var errRefused = errors.New("refused")

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
	limit := call.Deadline
	if end, ok := ctx.Deadline(); ok && end.Before(limit) {
		limit = end
	}
	if !time.Now().Before(limit) {
		return tools.Result{}, unsent(fmt.Errorf("its deadline had passed: %w", context.DeadlineExceeded))
	}
	if err := ctx.Err(); err != nil {
		return tools.Result{}, unsent(err)
	}
	call.Deadline = limit
	subject, replies, done := c.inbox.open()
	defer done()
	request := requestMsg(d.subject, subject, call)
	broken := c.conn.lost()
	if err := c.conn.nc.PublishMsg(request); err != nil {
		return tools.Result{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	again, unwatch := c.watch(ctx, call, d)
	defer unwatch()
	resent := 0
	timer := time.NewTimer(time.Until(limit) + 20*time.Millisecond) // the worker's own answer to its timeout comes first
	defer timer.Stop()
	for {
		select {
		case msg := <-replies:
			if keeps(msg, call) { // it has run: what came of it is worth a wait
				if wait := min(keepsFor, time.Until(call.Deadline.Add(keepsMost))); time.Until(limit) < wait {
					limit = time.Now().Add(wait)
					timer.Reset(wait)
				}
				continue
			}
			result, mine, err := c.read(ctx, msg, call, d)
			sentTwice := resent > 0 && d.spec.Effect == tools.Once
			switch {
			case errors.Is(err, ErrNoWorker) && (sentTwice || c.started(ctx, call, d)): // the message came twice, and its first reader died
				return c.settleAfter(ctx, call, d, limit, time.Time{})
			case errors.Is(err, errRefused) && sentTwice: // one of those who have it did not run it
				continue
			case mine && result.Status == tools.StatusUnknown && resent > 0 && d.spec.Effect.HasEffect(): // it found the claim of another, who may be at it
				return c.settleAfter(ctx, call, d, limit, time.Time{})
			}
			if mine {
				return result, err
			}
			c.log.Warn().Err(err).Str("tool", call.Tool).Str("call", call.ID).Msg("a reply was ignored")
		case <-broken: // the request or the reply may have been lost with the connection
			if d.spec.Effect.HasEffect() {
				return c.settleAfter(ctx, call, d, limit, time.Now().Add(c.grace))
			}
			if err := c.conn.ready(ctx); err != nil {
				return tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusTimeout,
					Reason: "the connection to NATS was lost before " + call.Tool + " answered"}, nil
			}
			broken = c.conn.lost()
			if err := c.conn.nc.PublishMsg(request); err != nil { // a read may be asked for again
				c.log.Warn().Err(err).Str("tool", call.Tool).Str("call", call.ID).Msg("not sent again")
			}
		case <-again:
			if resent++; resent > maxResent {
				again = nil
			} else if err := c.conn.nc.PublishMsg(request); err == nil {
				c.log.Info().Str("tool", call.Tool).Str("call", call.ID).Msg("a worker has gone: the call is sent again")
			}
		case <-timer.C:
			return c.settleAfter(ctx, call, d, limit, time.Time{})
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return c.settleAfter(ctx, call, d, limit, time.Time{})
			}
			_ = c.conn.nc.Publish(subjectCancel+call.ID, nil) // best effort: the deadline ends it as well
			if d.spec.Effect.HasEffect() {
				return tools.Result{}, fmt.Errorf("%w: %w", ErrOutcomeUnknown, ctx.Err())
			}
			return tools.Result{}, ctx.Err()
		}
	}
}

// started says whether the store knows of the call.
func (c *Client) started(ctx context.Context, call tools.Call, d *declared) bool {
	if !d.spec.Effect.HasEffect() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, c.grace)
	defer cancel()
	_, found, err := c.store.get(ctx, call.ID)
	return err == nil && found
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
		return result, true, fmt.Errorf("%w: worker %s: %w: %s", ErrUnavailable, result.Worker, errRefused, result.Reason)
	case code == "403" && result.Status == tools.StatusFail:
		return result, true, fmt.Errorf("%w: worker %s: %s", ErrIdentity, result.Worker, result.Reason)
	}
	if result.Status != tools.StatusOK {
		return result, true, nil
	}
	value := json.RawMessage(msg.Data)
	if name := header(msg.Header, headerObject); name != "" {
		if value, err = c.fetch(ctx, call, name, d); err != nil {
			return unread(result, d, err), true, nil
		}
	}
	return accept(result, value, d), true, nil
}

// fetch reads a large result; one of a read tool is of no further use.
func (c *Client) fetch(ctx context.Context, call tools.Call, name string, d *declared) ([]byte, error) {
	if !objectOf(call, name) {
		return nil, fmt.Errorf("object %.80q is not of this call", name)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), largeMost) // it is there: only the way is long
	defer cancel()
	if d.spec.Effect.HasEffect() {
		return c.store.fetch(ctx, objectBucket, name)
	}
	data, err := c.store.fetch(ctx, replyBucket, name)
	c.store.remove(ctx, replyBucket, name)
	return data, err
}

// accept checks a value against the declared output.
func accept(r tools.Result, value json.RawMessage, d *declared) tools.Result {
	said := value
	var err error
	switch {
	case len(value) > tools.MaxResult:
		err = errTooLarge
	case d.output == nil || d.spec.Effect.HasEffect() && tools.IsOdd(value):
		value, err = schema.Canonical(value)
	default:
		value, err = d.output.Check(value)
	}
	if err != nil {
		return odd(r, d, said, fmt.Errorf("%s returned a wrong result: %w", d.spec.Name, err))
	}
	r.Value = value
	return r
}

// odd is the result of a tool that succeeded with an answer that cannot be used.
func odd(r tools.Result, d *declared, said []byte, problem error) tools.Result {
	if !d.spec.Effect.HasEffect() {
		return fail(r, problem.Error())
	}
	r.Value = tools.NewOdd(d.spec.Name, said, problem)
	return r
}

// unread is odd for a result of which only the name could be had.
func unread(r tools.Result, d *declared, err error) tools.Result {
	return odd(r, d, nil, fmt.Errorf("its result could not be read: %w", err))
}

func fail(r tools.Result, reason string) tools.Result {
	r.Status, r.Value, r.Reason = tools.StatusFail, nil, tools.CleanReason(reason)
	return r
}
