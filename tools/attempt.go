package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
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
			result = call.unsure(t.spec, t.spec.Name+" crashed: "+cause.Error())
			if t.spec.Effect != Once {
				result.Status = StatusFail
			}
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
	var odd *oddError
	switch {
	case errors.As(err, &odd):
		return t.odd(call, nil, odd.err)
	case errors.As(err, &said) && said.Status == StatusUnknown:
		return call.unsure(t.spec, said.Reason), nil
	case errors.As(err, &said):
		status := said.Status
		if status != StatusRetry && status != StatusInvalid {
			status = StatusFail
		}
		return call.result(status, said.Reason), nil
	case ctx.Err() != nil:
		return call.late(t.spec, ctx.Err()), err
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded), // a limit of the handler's own
		t.spec.EffectOrOnce() == Once && cut(err):
		return call.unsure(t.spec, err.Error()), err
	}
	return call.result(StatusFail, err.Error()), err
}

// cut says of a handler's error that a connection, or what came over it, ended too early: what
// was asked for may have happened. One that was never made was not used.
func cut(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return false
	}
	return op != nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// oddError is an answer that cannot be written, of a handler that succeeded.
type oddError struct{ err error }

func (e *oddError) Error() string { return e.err.Error() }

// Odd is the answer of a tool that took effect and whose own answer cannot be used: it
// stands in the Value, and does not satisfy the tool's output schema. What happened has
// happened: a failure would invite another call.
type Odd struct {
	Warning string `json:"warning"`
	Answer  string `json:"answer,omitempty"` // the beginning of what it said
}

// maxOdd bounds what is kept of an answer that cannot be used, in bytes.
const maxOdd = 2000

// NewOdd returns the Value of such a result.
func NewOdd(tool string, answer []byte, problem error) json.RawMessage {
	text := strings.ToValidUTF8(string(answer[:min(len(answer), maxOdd)]), "\uFFFD")
	if len(answer) > maxOdd {
		text += "…"
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(Odd{Warning: CleanReason(tool + oddWarning + problem.Error()), Answer: text}) // two strings always encode
	value, err := Canonical(b.Bytes())
	if err != nil { // never of what was just written
		return json.RawMessage("null")
	}
	return value
}

// IsOdd reports whether a Value is an [Odd] answer.
func IsOdd(value json.RawMessage) bool {
	var o Odd
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.DisallowUnknownFields()
	return dec.Decode(&o) == nil && strings.Contains(o.Warning, oddWarning)
}

const oddWarning = " succeeded, but its answer cannot be used: "

// odd is the result of a handler that succeeded with an answer that cannot be used.
func (t *Tool) odd(call Call, answer []byte, problem error) (Result, error) {
	if !t.spec.Effect.HasEffect() {
		return call.result(StatusFail, problem.Error()), problem
	}
	r := call.result(StatusOK, "")
	r.Value = NewOdd(t.spec.Name, answer, problem)
	return r, problem
}

// accept checks what the handler returned.
func (t *Tool) accept(call Call, value json.RawMessage) (Result, error) {
	if len(value) > MaxResult {
		return t.odd(call, value, fmt.Errorf("%s returned %d bytes, more than %d", t.spec.Name, len(value), MaxResult))
	}
	answer := value
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
		return t.odd(call, answer, fmt.Errorf("%s returned a wrong result: %w", t.spec.Name, err))
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
	return c.unsure(spec, spec.Name+" "+what)
}

// unsure is the result of a call of which nobody knows whether it took effect.
func (c *Call) unsure(spec Spec, reason string) Result {
	if spec.EffectOrOnce() == Once {
		return c.result(StatusUnknown, reason+"; it may or may not have taken effect")
	}
	return c.result(StatusTimeout, reason)
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
