package tools

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/chaski-dev/chaski/llm"
)

// Effect says what running a tool twice would do. It decides what the runtime may
// do when a reply is lost.
type Effect string

const (
	// Read has no effect: retry freely.
	Read Effect = "read"
	// Idempotent may be repeated with the same call id.
	Idempotent Effect = "idempotent"
	// Once must never be repeated by the runtime: a lost reply is outcome unknown.
	Once Effect = "once"
)

// ParseEffect returns the effect class of that name.
func ParseEffect(name string) (Effect, error) {
	switch e := Effect(name); e {
	case Read, Idempotent, Once:
		return e, nil
	}
	return "", fmt.Errorf("tools: unknown effect class %q: want read, idempotent or once", name)
}

// HasEffect reports whether running the tool changes anything.
func (e Effect) HasEffect() bool { return e != Read }

// Spec is everything about a tool but its code: what the model, the bus and the
// policies see. The zero Effect is read as Once: a tool that says nothing is
// treated as the most dangerous.
type Spec struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Version     string          `json:"version,omitempty"` // semantic version; "" is 0.0.0
	Parameters  json.RawMessage `json:"parameters"`        // JSON Schema of the arguments, an object schema
	Output      json.RawMessage `json:"output,omitempty"`  // JSON Schema of the result; none accepts anything
	Effect      Effect          `json:"effect,omitempty"`

	Timeout     time.Duration `json:"timeout_ns,omitempty"`  // of one attempt; 0 is DefaultTimeout
	Retries     int           `json:"retries,omitempty"`     // further attempts when no answer came, never for Once; 0 is DefaultRetries on a bus and none in a process, NoRetries none
	Concurrency int           `json:"concurrency,omitempty"` // calls at once in one worker; 0 is DefaultConcurrency

	// Revision names this exact declaration; a Catalog sets it (see Fingerprint).
	Revision string `json:"revision,omitempty"`

	// Labels declare where results come from and who may read them, and what the
	// tool does to the outside; policies read them (see policies/label). The
	// well-known keys are "integrity" (system, user, tool, untrusted),
	// "confidentiality" (public, internal, secret), "readers" (comma-separated) and
	// "egress" (true if arguments leave the house).
	Labels map[string]string `json:"labels,omitempty"`
}

// Defaults for what a Spec leaves open.
const (
	DefaultTimeout     = 30 * time.Second
	DefaultConcurrency = 16
	DefaultRetries     = 2 // of read and idempotent tools on a bus
	NoRetries          = -1
)

// LLM returns the part of the spec that is shown to a model.
func (s *Spec) LLM() llm.ToolSpec {
	return llm.ToolSpec{Name: s.Name, Description: s.Description, Parameters: s.Parameters, Changes: s.Effect != "" && s.Effect != Read}
}

// EffectOrOnce returns the effect class, with the zero value read as Once.
func (s *Spec) EffectOrOnce() Effect {
	if s.Effect == "" {
		return Once
	}
	return s.Effect
}
