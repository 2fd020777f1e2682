package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

type runsResumeCmd struct {
	journalFlags
	agentFlags
	JSON bool   `help:"Events as JSON lines, on standard output."`
	ID   string `arg:"" name:"run" help:"The run."`
}

// Run goes on with a run, with the agent that its journal names. It exits as chaski run.
func (c *runsResumeCmd) Run(ctx context.Context) error {
	if c.Runs == "" && c.Data != "" {
		c.Runs = filepath.Join(c.Data, "runs")
	}
	rt, _, err := c.openWith(ctx, c.accessFlags)
	if err != nil {
		return err
	}
	s, err := rt.Load(ctx, c.ID)
	if err != nil {
		return err
	}
	if s.Status.Done() && !s.Reopenable() {
		return fmt.Errorf("run %s is over: %s", c.ID, s.Status)
	}
	h, err := c.reopen(ctx, &s, c.Runs)
	if errors.Is(err, bus.ErrLocked) {
		return fmt.Errorf("run %s is with another process, which drives it or talks on: %w", c.ID, err)
	}
	if err != nil {
		return err
	}
	if s.Reopenable() {
		if err := h.Runtime().Reopen(ctx, c.ID, me()); err != nil {
			return errors.Join(err, h.Close())
		}
	}
	return follow(ctx, h, c.propose(h), h.Resume(ctx, c.ID), c.JSON)
}

type runsSettleCmd struct {
	runsFlags
	ID     string `arg:"" name:"run" help:"The run."`
	Call   string `arg:"" optional:"" help:"The call's id or its beginning; needed if several are open."`
	OK     string `name:"ok" help:"It ran: its result, as JSON." xor:"outcome" placeholder:"JSON"`
	Failed string `help:"It did not run, or failed: why." xor:"outcome" placeholder:"REASON"`
}

// Run journals the outcome that a person found out.
func (c *runsSettleCmd) Run(ctx context.Context) error {
	if (c.OK == "") == (c.Failed == "") {
		return usage("say what came of it: --ok JSON or --failed REASON")
	}
	rt, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	s, err := rt.Load(ctx, c.ID)
	if err != nil {
		return err
	}
	var found []planner.CallState
	for _, call := range s.Calls {
		if call.Phase == planner.Unknown && strings.HasPrefix(call.ID, c.Call) {
			found = append(found, call)
		}
	}
	switch {
	case len(found) == 0 && c.Call == "":
		return fmt.Errorf("run %s is %s: no call of it is of unknown outcome, there is nothing to settle", c.ID, ending(s.Status))
	case len(found) != 1:
		return fmt.Errorf("run %s: %d calls of unknown outcome begin with %q, not one: %s", c.ID, len(found), c.Call, inPhase(s.Calls, planner.Unknown))
	}
	res := tools.Result{CallID: found[0].ID, Attempt: found[0].Attempt, Status: tools.StatusFail, Reason: c.Failed}
	if c.OK != "" {
		if !json.Valid([]byte(c.OK)) {
			return usage("--ok: not JSON: %s", short(c.OK))
		}
		res.Status, res.Value, res.Reason = tools.StatusOK, json.RawMessage(c.OK), ""
	}
	if err := rt.Settle(ctx, c.ID, me(), res); err != nil {
		return err
	}
	what := "did not take effect: " + printable(c.Failed, false)
	if c.OK != "" {
		what = "took effect, and answered " + short(c.OK)
	}
	fmt.Fprintf(stdout, "settled: %s %.12s %s; nothing runs it again. Run %s goes on where it is served, or with %s\n", found[0].Tool, found[0].ID, what, c.ID, c.proposed().byHand(&s))
	return nil
}
