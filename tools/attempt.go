package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"
)

// Check validates the arguments of a call and returns them in canonical form with
// defaults filled in. A violation is a Result for the model, with ok false.
func (t *Tool) Check(call Call) (arguments json.RawMessage, invalid Result, ok bool) {
	given := call.Arguments
	if len(given) == 0 {
		given = json.RawMessage("{}")
	}
	arguments, err := t.input.Check(given)
	if err != nil {
		return nil, call.result(StatusInvalid, "the arguments of "+t.spec.Name+" are wrong: "+err.Error()), false
	}
	return arguments, Result{}, true
}

// PanicError is the cause of a failure by panic.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Run makes one attempt with arguments from Check. It returns when the handler does, or
// when the timeout or the context ends: ended then closes once the handler, which may
// ignore its context, has returned. The error, for logs, is the cause of a failure.
func (t *Tool) Run(ctx context.Context, call Call) (result Result, ended <-chan struct{}, cause error) {
	limit := time.Now().Add(t.spec.TimeoutOrDefault())
	if !call.Deadline.IsZero() && call.Deadline.Before(limit) {
		limit = call.Deadline
	}
	ctx, cancel := context.WithDeadline(ctx, limit)
	type answer struct {
		result Result
		cause  error
	}
	answers := make(chan answer, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		var a answer
		a.result, a.cause = t.Do(ctx, call)
		answers <- a
	}()
	defer cancel() // after the answer has been judged: an ended context means that it was late
	select {
	case a := <-answers:
		return a.result, done, a.cause
	case <-ctx.Done():
	}
	select { // an answer that came at the same moment counts
	case a := <-answers:
		return a.result, done, a.cause
	default:
		return t.Late(call, ctx.Err()), done, context.Cause(ctx)
	}
}

// Do is Run on the caller's goroutine: it returns when the handler does, which may be
// never. The context must end at the deadline.
func (t *Tool) Do(ctx context.Context, call Call) (result Result, cause error) {
	began := time.Now()
	defer func() {
		if r := recover(); r != nil {
			cause = &PanicError{r, debug.Stack()}
			result = call.result(StatusFail, t.spec.Name+" crashed: "+cause.Error())
		}
		result.Duration = time.Since(began)
	}()
	value, err := t.handle(context.WithValue(ctx, callKey{}, call), call)
	return t.result(ctx, call, value, err)
}

// Late is the result of an attempt that was given up because its context ended.
func (t *Tool) Late(call Call, err error) Result { return call.late(t.spec, err) }

func (t *Tool) result(ctx context.Context, call Call, value json.RawMessage, err error) (Result, error) {
	if err == nil {
		return t.accept(call, value)
	}
	var said *Error
	switch {
	case errors.As(err, &said):
		status := said.Status
		if status != StatusRetry && status != StatusInvalid {
			status = StatusFail
		}
		return call.result(status, said.Reason), nil
	case ctx.Err() != nil:
		return call.late(t.spec, ctx.Err()), err
	}
	return call.result(StatusFail, err.Error()), err
}

// accept checks what the handler returned.
func (t *Tool) accept(call Call, value json.RawMessage) (Result, error) {
	if len(value) > MaxResult {
		err := fmt.Errorf("%s returned %d bytes, more than %d", t.spec.Name, len(value), MaxResult)
		return call.result(StatusFail, err.Error()), err
	}
	var err error
	switch {
	case t.output == nil:
		value, err = Canonical(value)
	case t.typed:
		value, err = t.output.CheckGo(value)
	default:
		value, err = t.output.Check(value)
	}
	if err != nil {
		err = fmt.Errorf("%s returned a wrong result: %w", t.spec.Name, err)
		return call.result(StatusFail, err.Error()), err
	}
	r := call.result(StatusOK, "")
	r.Value = value
	return r, nil
}

// late is the result of a call that gave no answer in time.
func (c *Call) late(spec Spec, err error) Result {
	what := "gave no answer in time"
	if errors.Is(err, context.Canceled) {
		what = "was cancelled"
	}
	if spec.EffectOrOnce() == Once {
		return c.result(StatusUnknown, spec.Name+" "+what+"; it may or may not have taken effect")
	}
	return c.result(StatusTimeout, spec.Name+" "+what)
}

// result makes a result of this attempt; the reason is made safe to show.
func (c *Call) result(status Status, reason string) Result {
	return Result{CallID: c.ID, Attempt: c.Attempt, Status: status, Reason: CleanReason(reason)}
}

// CleanReason bounds a reason and makes it valid UTF-8, so that it can go into a
// model's context, a header or a log.
func CleanReason(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= maxReason {
		return s
	}
	cut := maxReason
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
