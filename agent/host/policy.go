package host

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
)

// noRules is the policy of an agent that names none: reads are allowed, effects are not.
const noRules = "name: default\n"

// guard returns the gate of the configured policies.
func (c *Config) guard(audit runtime.Auditor) (*runtime.Guard, error) {
	var layers []*policies.Source
	add := func(more ...*policies.Source) {
		for _, s := range more { // several bundles may extend the same one
			if !slices.ContainsFunc(layers, func(l *policies.Source) bool { return l.Name == s.Name }) {
				layers = append(layers, s)
			}
		}
	}
	for _, name := range c.Policies {
		more, err := c.policy(name)
		if err != nil {
			return nil, err
		}
		add(more...)
	}
	if len(layers) == 0 {
		s, err := policies.ParseSource("default", []byte(noRules))
		if err != nil {
			return nil, err
		}
		add(s)
	}
	return runtime.NewGuard(runtime.GuardOptions{Layers: layers, Audit: audit, ApprovalTTL: c.Approval})
}

// policy loads a bundle by name, from the example's files or from the disk.
func (c *Config) policy(name string) ([]*policies.Source, error) {
	switch {
	case slices.Contains(policies.Builtins(), name):
		return policies.Load(name)
	case c.fsys == nil:
		return policies.Load(c.path(name))
	}
	data, err := fs.ReadFile(c.fsys, name)
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	s, err := policies.ParseSource(name, data)
	if err != nil {
		return nil, err
	}
	var out []*policies.Source
	for _, base := range s.Extends {
		if base == name {
			return nil, errors.New("policies: " + name + " extends itself")
		}
		more, err := c.policy(base)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return append(out, s), nil
}
