package runtime

import (
	"context"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
)

// Facts returns what a run's policy observed, that of the runs that it follows first,
// and the run's state: policies.Replay tells what another policy would have said.
// There are none if no policy is pinned.
func (r *Runtime) Facts(ctx context.Context, run string) ([]policies.Fact, planner.State, error) {
	d := &driver{rt: r, run: run, keep: true}
	if err := d.catchUp(ctx); err != nil {
		return nil, d.state, err
	}
	if d.state.Policy == nil {
		return nil, d.state, nil
	}
	events, err := d.followed(ctx)
	if err != nil {
		return nil, d.state, err
	}
	var facts []policies.Fact
	var s planner.State
	for i, ev := range events {
		if ev.Started != nil && i > 0 {
			s = planner.State{}
			facts = append(facts, policies.Fact{Kind: policies.FactTurn, At: ev.At})
		}
		before := s
		s = planner.Fold(s, ev)
		facts = append(facts, planner.Facts(before, ev, s)...)
	}
	return facts, d.state, nil
}
