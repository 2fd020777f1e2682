package planner

import (
	"fmt"
	"strings"
	"time"
)

// Faulted says that the model gave no turn. One that may pass by itself suspends the
// run: whoever drives it next, after Until, asks for the same turn again. A permanent
// one ends it, see [Reopened]. Nothing that was done before is done again.
type Faulted struct {
	Prompt    string    `json:"prompt"`         // hash of the request, see HashRequest
	Call      string    `json:"call,omitempty"` // the reading that was asked for, if it was one
	Error     string    `json:"error"`
	Until     time.Time `json:"until,omitzero"` // not worth trying before
	Permanent bool      `json:"permanent,omitempty"`
	Faults    int       `json:"faults,omitempty"` // in a row, this one included
}

// Reopened takes the end of a run back that its model had failed: what was wrong has
// been mended, such as a key. The turn that failed is asked for again.
type Reopened struct {
	By string `json:"by,omitempty"`
}

const modelFailed = "model: "

// Reopenable reports whether the run has ended only because its model failed.
func (s State) Reopenable() bool {
	return s.Status == Failed && strings.HasPrefix(s.Reason, modelFailed) && len(s.Calls) == 0
}

// checkFault says whether the turn that failed was asked for.
func (s *State) checkFault(f *Faulted) error {
	for _, cmd := range Commands(*s) {
		asked := cmd.Kind == Generate && f.Call == "" || cmd.Kind == Extract && cmd.Call.ID == f.Call && !f.Permanent
		if asked && s.Answers(f.Prompt, cmd.Request) {
			return nil
		}
	}
	return fmt.Errorf("%w: no turn was asked for that could fail", ErrEvent)
}

func (s *State) faulted(f *Faulted) {
	if f.Permanent {
		s.end(Failed, modelFailed+f.Error)
		return
	}
	s.Fault = f
	s.Faults = f.Faults
}

// reopen is the state before the end.
func (s *State) reopen() {
	s.Status, s.Reason, s.Outcome, s.OutcomeReason, s.Fault = Running, "", "", "", nil
}
