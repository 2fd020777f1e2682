package llm

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"time"
)

// Passing reports whether the error of a generation may pass by itself, so that the
// same request is worth asking again, and how long to wait at least; 0 if nobody said.
// An error of a model says so by a method Passing() (time.Duration, bool). Of others,
// a broken connection and a time-out pass; anything else, such as a schema that cannot
// be enforced, stays as it is.
func Passing(err error) (after time.Duration, ok bool) {
	var says interface{ Passing() (time.Duration, bool) }
	if errors.As(err, &says) {
		return says.Passing()
	}
	var network net.Error
	switch {
	case errors.Is(err, ErrContextFull), errors.Is(err, context.Canceled):
		return 0, false
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.ECONNREFUSED),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return 0, true
	}
	return 0, errors.As(err, &network)
}

// PassingError is an error that passes by itself.
type PassingError struct {
	Err   error
	After time.Duration // how long to wait at least; 0 if nobody said
}

func (e *PassingError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e *PassingError) Unwrap() error { return e.Err }

// Passing implements what [Passing] looks for.
func (e *PassingError) Passing() (time.Duration, bool) { return e.After, true }
