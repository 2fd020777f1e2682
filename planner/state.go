package planner

import (
	"encoding/json"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
)

// Status says where a run stands.
type Status string

// The first four are of runs that may go on; the rest are ends.
const (
	Running        Status = "running"
	Waiting        Status = "waiting"         // for a person's approval
	OutcomeUnknown Status = "outcome_unknown" // a once call may have run: a person or reconciler must say
	Suspended      Status = "suspended"       // the model does not answer: to be driven on later, see State.Fault

	Finished       Status = "finished"
	Failed         Status = "failed"
	Denied         Status = "denied" // a policy halted the run
	CancelledRun   Status = "cancelled"
	BudgetExceeded Status = "budget"
)

// Done reports whether the status is an end.
func (s Status) Done() bool {
	switch s {
	case Finished, Failed, Denied, CancelledRun, BudgetExceeded:
		return true
	}
	return false
}

// Budget bounds a run. Zero fields take their values from DefaultBudget.
type Budget struct {
	Steps   int           `json:"steps,omitempty"`   // generations
	Tokens  int           `json:"tokens,omitempty"`  // prompt tokens not cached, and generated tokens
	Calls   int           `json:"calls,omitempty"`   // tool calls, denied ones included
	Wall    time.Duration `json:"wall_ns,omitempty"` // time at work; waiting for people is not counted
	Repairs int           `json:"repairs,omitempty"` // turns with a call of an unknown tool or invalid arguments, in a row
}

// DefaultBudget is the budget of a run that names none.
var DefaultBudget = Budget{Steps: 32, Tokens: 1 << 20, Calls: 128, Wall: 30 * time.Minute, Repairs: 3}

func (b Budget) withDefaults() Budget {
	d := DefaultBudget
	if b.Steps > 0 {
		d.Steps = b.Steps
	}
	if b.Tokens > 0 {
		d.Tokens = b.Tokens
	}
	if b.Calls > 0 {
		d.Calls = b.Calls
	}
	if b.Wall > 0 {
		d.Wall = b.Wall
	}
	if b.Repairs > 0 {
		d.Repairs = b.Repairs
	}
	return d
}

// And returns the budget, but no more of what c names than c has.
func (b Budget) And(c Budget) Budget {
	d := b.withDefaults()
	if c.Steps > 0 {
		b.Steps = min(d.Steps, c.Steps)
	}
	if c.Tokens > 0 {
		b.Tokens = min(d.Tokens, c.Tokens)
	}
	if c.Calls > 0 {
		b.Calls = min(d.Calls, c.Calls)
	}
	if c.Wall > 0 {
		b.Wall = min(d.Wall, c.Wall)
	}
	if c.Repairs > 0 {
		b.Repairs = min(d.Repairs, c.Repairs)
	}
	return b
}

// Left returns what is left of the run's time and tokens; now is not before s.At.
func (s State) Left(now time.Time) (wall time.Duration, tokens int) {
	b := s.Start.Budget.withDefaults()
	return b.Wall - s.Used.Wall - max(0, now.Sub(s.At)), b.Tokens - s.Used.Tokens
}

// Phase says how far a call has come.
type Phase string

// The phases of a call, in order.
const (
	Blocked  Phase = "blocked"  // a step of a plan that waits for others
	Proposed Phase = "proposed" // awaits a decision
	Awaiting Phase = "awaiting" // awaits a person's approval
	Allowed  Phase = "allowed"  // may be intended
	Intended Phase = "intended" // in flight
	Lost     Phase = "lost"     // a once call whose owner died: ask the reconciler
	Unknown  Phase = "unknown"  // nobody knew: a person must say
	Received Phase = "received" // has its result, which the policy has yet to see
	Settled  Phase = "settled"  // has its final result
)

// CallState is one call of the current turn.
type CallState struct {
	ID        string          `json:"id"`
	Tool      string          `json:"tool"`
	Arguments json.RawMessage `json:"arguments"`
	Effect    tools.Effect    `json:"effect"`
	Phase     Phase           `json:"phase"`
	Attempt   int             `json:"attempt,omitempty"`
	Store     string          `json:"store,omitempty"`    // of its Intent
	Approved  string          `json:"approved,omitempty"` // hash that a person approved
	Expires   time.Time       `json:"expires,omitzero"`
	Result    *tools.Result   `json:"result,omitempty"`

	Confidence float64 `json:"confidence,omitempty"` // of the model, see llm.ToolCall

	// Step names the step of a plan, and After those that it needs.
	Step  string   `json:"step,omitempty"`
	After []string `json:"after,omitempty"`

	// Asked is the hash to which the policy binds the approval that it asked for.
	Asked string `json:"asked,omitempty"`

	// Passages counts those of the result that the policy has seen; Handle is the
	// name that stands for the result when the model never reads it.
	Passages int    `json:"passages,omitempty"`
	Handle   string `json:"handle,omitempty"`
}

// Hash identifies what would be run: an approval binds to it.
func (c *CallState) Hash() string { return hash("call", c.ID, c.Tool, string(c.Arguments)) }

// Used counts what a run has spent.
type Used struct {
	Steps   int           `json:"steps"`
	Tokens  int           `json:"tokens"`
	Calls   int           `json:"calls"`
	Wall    time.Duration `json:"wall_ns"`
	Repairs int           `json:"repairs"`
	Usage   llm.Usage     `json:"usage"`
}

// State is the fold of a run's events. It is a value: Step never writes to the
// state it was given.
type State struct {
	Run      string        `json:"run"`
	Start    *Started      `json:"start,omitempty"`  // as journalled; never written to
	Policy   *Pinned       `json:"policy,omitempty"` // likewise
	Status   Status        `json:"status,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Epoch    int           `json:"epoch,omitempty"`
	Events   int           `json:"events"`
	Messages []llm.Message `json:"messages,omitempty"`
	Calls    []CallState   `json:"calls,omitempty"` // of the current turn
	Used     Used          `json:"used"`
	At       time.Time     `json:"at"`
	Plan     PlanState     `json:"plan,omitzero"`
	Kept     []Kept        `json:"kept,omitempty"`    // values that stay out of the context
	Summary  []string      `json:"summary,omitempty"` // calls whose results are being summarised

	// Inputs counts the messages of the start that a pinned policy has let in. Draft
	// is the end that follows once it has let the answer out.
	Inputs int    `json:"inputs,omitempty"`
	Draft  Status `json:"draft,omitempty"`

	// Aside are results that left the context; Gone counts the calls of steps that did,
	// by tool and status.
	Aside []Aside        `json:"aside,omitempty"`
	Gone  map[string]int `json:"gone,omitempty"`

	// Fault is why the run is suspended; Faults counts those since the last turn.
	Fault  *Faulted `json:"fault,omitempty"`
	Faults int      `json:"faults,omitempty"`

	// Outcome is set when nothing is left to do but to write the end.
	Outcome       Status `json:"outcome,omitempty"`
	OutcomeReason string `json:"outcome_reason,omitempty"`

	prompts *prompts // remembered, and no part of the state
}

// Hash identifies the state.
func (s State) Hash() string {
	b, err := json.Marshal(s)
	if err != nil { // only raw JSON from a journal, checked when it was read
		return "unhashable: " + err.Error()
	}
	return hash("state", string(b))
}

// Answer returns the text of the last assistant message; nothing while the policy
// has not let it out.
func (s State) Answer() string {
	if s.Draft != "" {
		return ""
	}
	if n := len(s.Messages); n > 0 && s.Messages[n-1].Role == llm.RoleAssistant {
		return s.Messages[n-1].Content
	}
	return ""
}

// Call returns the call of the current turn with that id.
func (s State) Call(id string) (CallState, bool) {
	for _, c := range s.Calls {
		if c.ID == id {
			return c, true
		}
	}
	return CallState{}, false
}

// Begun are the once calls that have left and of which nothing came back yet: they may have
// taken effect.
func (s *State) Begun() (calls []CallState) {
	for _, c := range s.Calls {
		if c.Effect == tools.Once && (c.Phase == Intended || c.Phase == Lost) {
			calls = append(calls, c)
		}
	}
	return calls
}

func (s *State) spec(tool string) (tools.Spec, bool) {
	for _, t := range s.Start.Tools {
		if t.Name == tool {
			return t, true
		}
	}
	return tools.Spec{}, false
}
