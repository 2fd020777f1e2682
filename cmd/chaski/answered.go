package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
)

// errNoAnswer is a line of a pipe that does not answer the question.
var errNoAnswer = errors.New("the line is no answer to a request for approval")

// answeredBefore says who was first, if somebody was. The same answer twice is one.
func answeredBefore(ctx context.Context, h *host.Host, run string, c *planner.CallState, approve bool, err error) error {
	events, _, readErr := h.Runtime().Events(ctx, run)
	if readErr != nil {
		return err
	}
	for _, ev := range events {
		a := ev.Answered
		if a == nil || a.Call != c.ID {
			continue
		}
		verb, yours := "refused", "approval"
		if a.Approve {
			verb, yours = "approved", "refusal"
		}
		said := fmt.Sprintf("%s %s %s at %s", who(a.By), verb, c.Tool, ev.At.Local().Format(time.TimeOnly))
		if a.Approve == approve {
			fmt.Fprintln(os.Stderr, said)
			return nil
		}
		return fmt.Errorf("%s: your %s came too late; `%s` ends the run", said, yours, runsCommand("cancel", run, h.Runs()))
	}
	if !c.Expires.IsZero() && !time.Now().Before(c.Expires) {
		return fmt.Errorf("the request for approval of %s expired at %s: it does not run", c.Tool, c.Expires.Local().Format(time.TimeOnly))
	}
	return err
}
