package policies

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/chaski-dev/chaski/policies/label"
)

// Verdict is what a policy says about one step; a greater verdict is stricter.
type Verdict uint8

// The verdicts, in the order of the lattice.
const (
	Allow Verdict = iota
	Rewrite
	RequireApproval
	Deny
	Halt
)

// Redact is a rewrite that replaces what detectors found.
const Redact = Rewrite

var verdictNames = []string{"allow", "rewrite", "require_approval", "deny", "halt"}

func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("verdict(%d)", v)
}

// ParseVerdict returns the verdict of that name; "redact" is a rewrite.
func ParseVerdict(s string) (Verdict, error) {
	if s == "redact" {
		return Redact, nil
	}
	if i := slices.Index(verdictNames, s); i >= 0 {
		return Verdict(i), nil
	}
	return Deny, fmt.Errorf("policies: unknown verdict %q: want allow, rewrite, redact, require_approval, deny or halt", s)
}

// MarshalText writes the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads a verdict's name.
func (v *Verdict) UnmarshalText(b []byte) (err error) {
	*v, err = ParseVerdict(string(b))
	return err
}

// Passes reports whether the step may go on without a person.
func (v Verdict) Passes() bool { return v <= Rewrite }

// Hook is the point at which a rule is asked.
type Hook string

// The hooks.
const (
	OnInput  Hook = "input"  // before planning: the user's text
	OnCall   Hook = "call"   // before a call is dispatched
	OnResult Hook = "result" // after a result, and for each retrieved passage
	OnAnswer Hook = "answer" // before the answer is shown
)

// Decision is the outcome of one hook: journalled as it is.
type Decision struct {
	Hook    Hook    `json:"hook"`
	Verdict Verdict `json:"verdict"`
	Rule    string  `json:"rule"`             // bundle/rule, or "default", "budget", "error"
	Bundle  string  `json:"bundle"`           // hash of the pinned bundle
	Reason  string  `json:"reason,omitempty"` // for the model, when the verdict does not pass

	CallID   string `json:"call_id,omitempty"`
	Tool     string `json:"tool,omitempty"`
	CallHash string `json:"call_hash,omitempty"` // binds approvals: run, tenant, tool, arguments

	// Arguments (for a call) and Text (elsewhere) replace the original when the
	// verdict is Rewrite, or when an allowed call passed handles or placeholders:
	// what is journalled never holds the hidden values, see Run.Resolve.
	Arguments json.RawMessage `json:"arguments,omitempty"`
	Text      *string         `json:"text,omitempty"`

	Labels     map[string]label.Origin `json:"labels,omitempty"` // for each argument
	Label      *label.Label            `json:"label,omitempty"`  // of a result
	Redactions []Redaction             `json:"redactions,omitempty"`
	Handle     string                  `json:"handle,omitempty"` // the name that stands for a result
	Kept       []KeptMember            `json:"kept,omitempty"`   // the names that stand for members of a result
	Approval   *Summary                `json:"approval,omitempty"`

	// Bound says that a value of the call is named in the user's words and not used
	// up by an earlier call, or that the user asks for what the tool does.
	Bound bool `json:"bound,omitempty"`

	// Approved names who approved the call, when that is why it passes.
	Approved string `json:"approved,omitempty"`
	// Shadow lists what rules in shadow mode would have said.
	Shadow []ShadowVerdict `json:"shadow,omitempty"`
}

// Redaction says that a value was replaced by a placeholder; the value itself is
// never journalled with the decision.
type Redaction struct {
	Kind        string `json:"kind"`
	Placeholder string `json:"placeholder"`
}

// ShadowVerdict is the verdict of a rule that is only watched.
type ShadowVerdict struct {
	Rule    string  `json:"rule"`
	Verdict Verdict `json:"verdict"`
}
