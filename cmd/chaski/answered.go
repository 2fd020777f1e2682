package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// errNoAnswer is a line of a pipe that does not answer the question.
var errNoAnswer = errors.New("the line is no answer to a request for approval")

// answeredBefore says who was first, if somebody was. The same answer twice is one.
func answeredBefore(p proposal, run string, c *planner.CallState, approve bool, err error) error {
	var before *planner.AnsweredError
	if errors.As(err, &before) {
		if before.Approve == approve {
			fmt.Fprintln(os.Stderr, answeredAt(before))
			return nil
		}
		return tooLate(before, p.command("cancel", run))
	}
	if !c.Expires.IsZero() && !time.Now().Before(c.Expires) {
		return fmt.Errorf("the request for approval of %s expired at %s: it does not run", c.Tool, c.Expires.Local().Format(time.TimeOnly))
	}
	return err
}

// answeredAt is who decided what, and when by this machine's clock.
func answeredAt(before *planner.AnsweredError) string {
	return fmt.Sprintf("%s at %s", before.Said(), before.At.Local().Format(time.TimeOnly))
}

// tooLate is the error of the opposite answer.
func tooLate(before *planner.AnsweredError, cancel string) error {
	yours := "approval"
	if before.Approve {
		yours = "refusal"
	}
	return fmt.Errorf("%s: your %s came too late; `%s` ends the run", answeredAt(before), yours, cancel)
}

// noticeEvery is how often a question looks whether somebody else answered it.
const noticeEvery = 400 * time.Millisecond

// whileWaiting returns a context that ends when none of the calls waits any more: somebody
// answered elsewhere, or the run was cancelled.
func whileWaiting(ctx context.Context, h *host.Host, run string, calls []planner.CallState) (context.Context, context.CancelFunc) {
	asked, done := context.WithCancel(ctx)
	go func() {
		var last journal.Record
		for {
			select {
			case <-asked.Done():
				return
			case <-time.After(noticeEvery):
			}
			events, s, now, err := h.Runtime().EventsSince(asked, run, last)
			if last = now; err != nil || len(events) == 0 {
				continue
			}
			if !slices.ContainsFunc(s.Calls, func(c planner.CallState) bool {
				return c.Phase == planner.Awaiting && slices.ContainsFunc(calls, func(o planner.CallState) bool { return o.ID == c.ID })
			}) || s.Status.Done() || s.Outcome != "" {
				done()
				return
			}
		}
	}()
	return asked, done
}

// sayAnswered says who answered for calls that wait no more.
func sayAnswered(ctx context.Context, h *host.Host, run string, calls []planner.CallState) error {
	events, _, err := h.Runtime().Events(ctx, run)
	for _, ev := range events {
		switch {
		case ev.Answered != nil && slices.ContainsFunc(calls, func(c planner.CallState) bool { return c.ID == ev.Answered.Call }):
			i := slices.IndexFunc(calls, func(c planner.CallState) bool { return c.ID == ev.Answered.Call })
			fmt.Fprintf(os.Stderr, "%s %s %s at %s\n", who(ev.Answered.By), answerVerb(ev.Answered.Approve), calls[i].Tool, ev.At.Local().Format(time.TimeOnly))
		case ev.Cancelled != nil:
			fmt.Fprintf(os.Stderr, "%s cancelled the run at %s\n", who(ev.Cancelled.By), ev.At.Local().Format(time.TimeOnly))
		}
	}
	return err
}

func answerVerb(approve bool) string {
	if approve {
		return "approved"
	}
	return "refused"
}
