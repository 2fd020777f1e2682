package planner

import (
	"fmt"
	"strings"
	"time"
)

// AnsweredError is the error of an answer to a call that somebody answered before. It
// matches [ErrEvent].
type AnsweredError struct {
	Call, Tool string
	Approve    bool
	By         string
	At         time.Time
}

// Said is what was decided, and by whom: "ana approved refund_order".
func (e *AnsweredError) Said() string {
	by, verb := e.By, "refused"
	if by == "" {
		by = "somebody"
	}
	if e.Approve {
		verb = "approved"
	}
	return by + " " + verb + " " + e.Tool
}

// Error says what was decided, by whom and when.
func (e *AnsweredError) Error() string {
	return fmt.Sprintf("%s at %s", e.Said(), e.At.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// Unwrap is [ErrEvent].
func (e *AnsweredError) Unwrap() error { return ErrEvent }

// AnsweredBefore finds the last answer to a call of a run whose id begins so and that waits
// no more; nil if there is none.
func AnsweredBefore(events []Event, id string) *AnsweredError {
	var s State
	var last *AnsweredError
	for _, ev := range events {
		if a := ev.Answered; a != nil && strings.HasPrefix(a.Call, id) {
			if c, ok := s.Call(a.Call); ok {
				last = &AnsweredError{Call: c.ID, Tool: c.Tool, Approve: a.Approve, By: a.By, At: ev.At}
			}
		}
		s = Fold(s, ev)
	}
	if last != nil {
		if c, ok := s.Call(last.Call); ok && c.Phase == Awaiting { // it was asked for again
			return nil
		}
	}
	return last
}
