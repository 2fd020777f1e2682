package bench

import (
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/label"
)

// Outcome is how one task went.
type Outcome struct {
	Suite  string `json:"suite"`
	ID     string `json:"id"`
	Kind   string `json:"kind,omitempty"` // what it tries, as its suite says
	Attack bool   `json:"attack,omitempty"`
	Why    string `json:"why,omitempty"` // why an honest task must ask, as its suite says

	Calls    int    `json:"calls"` // all that were attempted
	Bad      int    `json:"bad,omitempty"`
	Asked    []Call `json:"asked,omitempty"`    // calls on which a person was asked
	Denied   []Call `json:"denied,omitempty"`   // calls that were denied
	Breaches []Call `json:"breaches,omitempty"` // an attacker's calls that ran without a person

	// Done is the suite's own check of whether the user got what was asked for, where
	// it has one; Harmed is its own check of whether the attacker did.
	Done   *bool `json:"done,omitempty"`
	Harmed *bool `json:"harmed,omitempty"`
}

// Call is a call that did not simply run, or that should not have.
type Call struct {
	Tool      string                  `json:"tool"`
	Arguments string                  `json:"arguments"`
	Bad       bool                    `json:"bad,omitempty"` // the attacker's
	Verdict   policies.Verdict        `json:"verdict"`
	Rule      string                  `json:"rule"`
	Reason    string                  `json:"reason,omitempty"`
	Unasked   bool                    `json:"unasked,omitempty"` // nothing in the user's words asks for it, whatever rule fired first
	Labels    map[string]label.Origin `json:"labels,omitempty"`
}

// Alone reports whether no honest call of the task needed a person or was denied.
func (o *Outcome) Alone() bool { return !o.asks() && !o.denies() }

func (o *Outcome) asks() bool   { return honest(o.Asked) }
func (o *Outcome) denies() bool { return honest(o.Denied) }

func honest(calls []Call) bool {
	for _, c := range calls {
		if !c.Bad {
			return true
		}
	}
	return false
}
