package planner

import (
	"bytes"
	"encoding/json"
	"time"
)

// Standing is how a run stands after an event, for lists, which then read no more of a run
// than its last event. It stands beside each event after which nothing runs on by itself:
// the run is over, or waits. Nothing is decided by it; who reads the whole run compares it
// with what comes of the events.
type Standing struct {
	Run     string    `json:"run"`
	Status  Status    `json:"status"`
	Reason  string    `json:"reason,omitempty"`
	Began   time.Time `json:"began"`
	At      time.Time `json:"at"` // of the last event
	By      string    `json:"by,omitempty"`
	Prompt  string    `json:"prompt,omitempty"` // the last message of the start
	Long    bool      `json:"long,omitempty"`   // the prompt is too long to be said again: it stands in the first event
	Until   time.Time `json:"until,omitzero"`   // when it goes on by itself: a request for approval expires, or the model is asked again
	Follows string    `json:"follows,omitempty"`
	Parent  string    `json:"parent,omitempty"`
	Used    Used      `json:"used"`
}

// longPrompt is how many bytes of a prompt are said again.
const longPrompt = 512

// StandingOf returns how a run stands that began then; nil if it runs on.
func StandingOf(s *State, began time.Time) *Standing {
	if s.Start == nil || s.Status == Running || s.Status == "" {
		return nil
	}
	out := &Standing{Run: s.Run, Status: s.Status, Reason: s.Reason, Began: began, At: s.At, By: s.Start.By,
		Follows: s.Start.Follows, Parent: s.Start.Parent, Used: s.Used}
	switch {
	case s.Status == Suspended:
		out.Until = s.Fault.Until
	case s.Status == Waiting || s.Status == OutcomeUnknown:
		for _, c := range s.Calls {
			if c.Phase == Awaiting && !c.Expires.IsZero() && (out.Until.IsZero() || c.Expires.Before(out.Until)) {
				out.Until = c.Expires
			}
		}
	}
	if m := s.Start.Messages; len(m) > 0 {
		if out.Prompt = m[len(m)-1].Content; len(out.Prompt) > longPrompt {
			out.Prompt, out.Long = "", true
		}
	}
	return out
}

// StandsIn reads what an event in JSON says of how its run stands, and no more of the event:
// it is written last. Not ok if it says nothing of it, or not there.
func StandsIn(event []byte) (s *Standing, ok bool) {
	i := bytes.LastIndex(event, []byte(`,"stands":`))
	if i < 0 {
		return nil, false
	}
	text, ok := bytes.CutSuffix(event[i+len(`,"stands":`):], []byte{'}'})
	if !ok || json.Unmarshal(text, &s) != nil || s == nil {
		return nil, false
	}
	return s, true
}

// Is reports whether the two say the same.
func (s *Standing) Is(other *Standing) bool {
	if s == nil || other == nil {
		return s == other
	}
	a, b := *s, *other
	for _, t := range []*Standing{&a, &b} {
		t.Began, t.At, t.Until = time.Time{}, time.Time{}, time.Time{}
	}
	return a == b && s.Began.Equal(other.Began) && s.At.Equal(other.At) && s.Until.Equal(other.Until)
}
