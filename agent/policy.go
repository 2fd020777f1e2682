package agent

import (
	"errors"
	"fmt"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
)

// openPolicies makes the gate of Policies.
func (o *Options) openPolicies() error {
	if len(o.Policies) == 0 {
		return nil
	}
	if o.Gate != nil {
		return errors.New("agent: give Policies or a Gate, not both")
	}
	layers, err := policies.Load(o.Policies...)
	if err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	guard, err := runtime.NewGuard(runtime.GuardOptions{Layers: layers})
	if err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	unknown, err := guard.Check(o.Specs) // here, not at the first run
	if err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	for _, line := range unknown {
		o.Log.Warn().Msg(line)
	}
	o.Gate = guard
	return nil
}
