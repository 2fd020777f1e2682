package tools

import (
	"context"
	"errors"
	"fmt"
)

// Errors of a [Caller]. All but the last say that the tool did not run.
var (
	ErrUnknownTool = errors.New("no such tool")
	ErrNoWorker    = errors.New("no worker serves the tool")
	ErrUnavailable = errors.New("the bus is not reachable")
	ErrConflict    = errors.New("workers declare the tool differently")
	ErrRevision    = errors.New("the tool's declaration has changed")
	ErrIdentity    = errors.New("the call id belongs to another call")
	ErrBadCall     = errors.New("bad call")

	// ErrNotSent: the call's time was over, or it was given up, before it left.
	ErrNotSent = errors.New("it was not sent")

	// ErrOutcomeUnknown: a call with an effect was sent and then given up.
	ErrOutcomeUnknown = errors.New("outcome unknown")
)

// CallError says which call failed on the way to its tool or back.
type CallError struct {
	Tool    string
	CallID  string
	Attempt int
	Err     error
}

func (e *CallError) Error() string {
	return fmt.Sprintf("tool %s, call %.12s, attempt %d: %v", e.Tool, e.CallID, e.Attempt, e.Err)
}

// Unwrap returns the cause.
func (e *CallError) Unwrap() error { return e.Err }

// Error is a handler's own answer that it did not succeed.
type Error struct {
	Status Status // StatusRetry, StatusFail or, if it may have taken effect, StatusUnknown
	Reason string // for the model
	Err    error  // the cause, if any
}

func (e *Error) Error() string { return e.Reason }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Retry is returned by a handler when the model may call again: the reason tells it
// what to do differently.
func Retry(format string, args ...any) error { return answer(StatusRetry, format, args) }

// Fail is returned by a handler when calling again would not help. Any other error counts
// as Fail, unless it tells of a time that was over or, of a once tool, of a connection that
// was lost: those count as Unsure.
func Fail(format string, args ...any) error { return answer(StatusFail, format, args) }

// Unsure is returned by a handler that cannot know whether what it asked for has
// happened: the connection broke after the request had left, say. A once call is then of
// unknown outcome; a read or idempotent one got no answer, and may be attempted again.
func Unsure(format string, args ...any) error { return answer(StatusUnknown, format, args) }

func answer(status Status, format string, args []any) error {
	err := fmt.Errorf(format, args...)
	return &Error{status, err.Error(), errors.Unwrap(err)}
}

type callKey struct{}

// CallFrom returns the call that a handler is answering: its id is the idempotency key
// to hand on to whatever the handler changes.
func CallFrom(ctx context.Context) (Call, bool) {
	call, ok := ctx.Value(callKey{}).(Call)
	return call, ok
}
