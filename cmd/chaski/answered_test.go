package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/planner"
)

// TestAnsweredBefore: the opposite of what somebody else said in the meantime is an error
// that names them; the same again is none.
func TestAnsweredBefore(t *testing.T) {
	first := fmt.Errorf("wrapped: %w", &planner.AnsweredError{Tool: "refund_order", Approve: true, By: "ana", At: time.Now()})
	if err := answeredBefore(proposal{}, "r", &planner.CallState{Tool: "refund_order"}, true, first); err != nil {
		t.Error(err)
	}
	err := answeredBefore(proposal{}, "r", &planner.CallState{Tool: "refund_order"}, false, first)
	if err == nil || !strings.HasPrefix(err.Error(), "ana approved refund_order at ") || !strings.Contains(err.Error(), "your refusal came too late") {
		t.Error(err)
	}
}
