package agent

import (
	"fmt"
	"maps"
	"slices"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
)

// Sub is an agent that another one uses as a tool. Each call is a run of its own, in
// the sub-agent's journal: give both the same, so that they survive together. See
// runtime.SubAgent for what passes between the two.
type Sub struct {
	Agent       *Agent
	Description string // for the model of the agent that calls it
}

// addSubs declares the sub-agents as tools.
func (o *Options) addSubs() (map[string]runtime.SubAgent, error) {
	subs := make(map[string]runtime.SubAgent, len(o.Subs))
	specs := slices.Clone(o.Specs)
	for _, name := range slices.Sorted(maps.Keys(o.Subs)) {
		sub := o.Subs[name]
		if sub.Agent == nil {
			return nil, fmt.Errorf("agent: sub-agent %q is nil", name)
		}
		in := sub.Agent.opt
		subs[name] = runtime.SubAgent{Runtime: sub.Agent.rt, Instructions: in.Instructions, Start: planner.Started{Model: sub.Agent.model.Info().Name, System: in.System,
			Tools: in.Specs, Budget: in.Budget, Sampling: in.Sampling, Format: in.Format, Dialect: in.Dialect, Adapter: in.Adapter, Strategy: in.Strategy, Compact: in.Compact, Shown: in.Shown, Meta: in.Meta}}
		spec := subs[name].Spec(name, sub.Description)
		if err := spec.Check(); err != nil {
			return nil, fmt.Errorf("agent: sub-agent: %w", err)
		}
		for _, s := range o.Specs {
			if s.Name == name {
				return nil, fmt.Errorf("agent: %q is a tool and a sub-agent", name)
			}
		}
		specs = append(specs, spec)
	}
	o.Specs = specs
	return subs, nil
}
