package host

import (
	"errors"
	"fmt"
	"slices"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/tools/documents"
)

// noRules is the policy of an agent that names none: reads are allowed, effects are not.
const noRules = "name: default\n"

// guard returns the gate of the configured policies.
func (c *Config) guard(audit runtime.Auditor, signal runtime.SignalSource) (*runtime.Guard, error) {
	layers, err := c.Layers()
	if err != nil {
		return nil, err
	}
	o := runtime.GuardOptions{Layers: layers, Audit: audit, Signal: signal, ApprovalTTL: c.Approval}
	if c.Documents != nil {
		o.Grounding, o.Quote = c.Documents.Grounding, documents.Quote
	}
	return runtime.NewGuard(o)
}

// unsure is the policy of an agent that sets a least confidence.
const unsure = `name: confidence
description: A person confirms what the model is not sure of.
default: allow
rules:
  - id: unsure
    on: call
    when: flow.effect && call.confidence < %g
    then: require_approval
    reason: The model is not sure of this call; a person must confirm it.
`

// Layers loads the policies from the example's files or from the disk, in order: each may
// only tighten what those before it say. The least confidence is one more, the last.
func (c *Config) Layers() ([]*policies.Source, error) {
	layers, err := c.named()
	if fault := (*policies.Error)(nil); errors.As(err, &fault) {
		err = fmt.Errorf("policies: %w", err)
	}
	if err != nil || c.Confidence == 0 {
		return layers, err
	}
	s, err := policies.ParseSource("confidence", fmt.Appendf(nil, unsure, c.Confidence))
	return append(layers, s), err
}

// named loads the policies that the file names.
func (c *Config) named() ([]*policies.Source, error) {
	if len(c.Policies) == 0 {
		s, err := policies.ParseSource("default", []byte(noRules))
		return []*policies.Source{s}, err
	}
	if c.fsys != nil {
		return policies.LoadFS(c.fsys, c.Policies...)
	}
	names := slices.Clone(c.Policies)
	for i, name := range names {
		if !slices.Contains(policies.Builtins(), name) {
			names[i] = c.path(name)
		}
	}
	return policies.Load(names...)
}
