package agent_test

import (
	"context"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
)

// everything lets every call through.
var everything = runtime.GateFunc(func(context.Context, planner.State, planner.CallState) (planner.Decided, error) {
	return planner.Decided{Verdict: planner.Allow}, nil
})
