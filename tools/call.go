package tools

import (
	"context"
	"encoding/json"
	"time"
)

// Call is one attempt to run a tool.
type Call struct {
	// ID is the identity of the call, fixed before dispatch: the idempotency key.
	ID      string `json:"id"`
	Attempt int    `json:"attempt"` // from 1
	Run     string `json:"run,omitempty"`
	Tenant  string `json:"tenant,omitempty"`

	// By is who asks, as the run's start says it: a tool that answers people differently
	// goes by it. It is as true as whoever started the run.
	By string `json:"by,omitempty"`

	Tool      string          `json:"tool"`
	Revision  string          `json:"revision,omitempty"` // of the spec that the caller saw; "" takes the current one
	Arguments json.RawMessage `json:"arguments"`          // canonical JSON, validated against the tool's schema

	// Values are what the program gave to the run for its tools, see [Value].
	Values map[string]json.RawMessage `json:"values,omitempty"`

	// Confidence is how sure the model is of the call, see llm.ToolCall; 0 is unknown.
	Confidence float64 `json:"confidence,omitempty"`

	// Store is what the store of results was before the call was first sent, in the store's
	// own words: one that is younger or has lost something proves nothing about the call.
	Store string `json:"store,omitempty"`

	Deadline time.Time `json:"deadline,omitzero"`
	Trace    string    `json:"trace,omitempty"` // W3C traceparent
}

// Status is the outcome of a call.
type Status string

const (
	StatusOK      Status = "ok"
	StatusRetry   Status = "retry"   // the model may repair the call and try again
	StatusFail    Status = "fail"    // the tool says that it failed
	StatusInvalid Status = "invalid" // the arguments do not satisfy the schema
	StatusDenied  Status = "denied"  // a policy said no; never set by a tool
	StatusUnknown Status = "unknown" // a once call whose reply was lost: it may have run
	StatusTimeout Status = "timeout" // a read or idempotent call that gave no answer, in time or at all
)

// Result is what came of a call.
type Result struct {
	CallID  string          `json:"call_id"`
	Attempt int             `json:"attempt"`
	Status  Status          `json:"status"`
	Value   json.RawMessage `json:"value,omitempty"`  // JSON, when OK
	Reason  string          `json:"reason,omitempty"` // for the model, when not OK

	// Labels are labels that this result adds to those of the tool's spec.
	Labels map[string]string `json:"labels,omitempty"`

	// Replayed says that the result was kept from an earlier attempt.
	Replayed bool          `json:"replayed,omitempty"`
	Duration time.Duration `json:"duration_ns,omitempty"`
	Worker   string        `json:"worker,omitempty"`
}

// Caller dispatches calls: in this process, or over the bus. An error means that
// nothing is known about the tool's answer beyond what the error type says;
// everything that the tool itself answered is a Result.
type Caller interface {
	Call(ctx context.Context, call Call) (Result, error)
}

// Catalog lists the tools that can be called now, sorted by name.
type Catalog interface {
	Tools(ctx context.Context) ([]Spec, error)
}
