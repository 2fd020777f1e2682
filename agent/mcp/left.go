package mcp

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/planner"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// left says what becomes of a run whose client gave up, or which could not go on. A client
// that cancels its request cancels the run; one that only went away leaves it to be resumed.
func (c *calling) left(ctx context.Context, run string, err error) error {
	if ctx.Err() == nil {
		return c.told(err)
	}
	err = c.agent.Runtime().Cancel(context.WithoutCancel(ctx), run, planner.Cancelled{By: c.by(), Reason: "the client cancelled its request"})
	if err != nil && !errors.Is(err, planner.ErrEvent) {
		c.s.o.Log.Warn().Err(err).Str("run", run).Msg("a run whose request was cancelled could not be cancelled")
	}
	return ctx.Err()
}

// stopped is the result of a call that this server leaves because it ends: what may have run, and
// that the run can be resumed.
func (c *calling) stopped(ctx context.Context, run string) *sdk.CallToolResult {
	status, text := planner.Running, "the server was stopped; nothing is lost"
	ctx = context.WithoutCancel(ctx)
	s, err := c.agent.Runtime().Load(ctx, run)
	var begun []string
	for _, call := range s.Begun() {
		begun = append(begun, fmt.Sprintf("%s %s", call.Tool, call.Arguments))
	}
	switch {
	case err != nil:
		text = "the server was stopped, and cannot say how far this was: " + err.Error()
	case len(begun) > 0:
		status, text = planner.OutcomeUnknown, "the server was stopped; "+strings.Join(begun, ", ")+" was under way: it may have run"
	}
	c.s.o.Log.Warn().Str("run", run).Str("tool", c.r.Params.Name).Msg(text)
	r := failed(text + ". When the server is back, " + c.again() + ": " + run)
	r.Meta = sdk.Meta{MetaRun: run, MetaStatus: string(status)}
	return r
}

// told is an error as the client reads it: what is wrong inside of this process is logged.
func (c *calling) told(err error) error {
	if errors.Is(err, errNoRun) {
		return &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: errNoRun.Error()}
	}
	c.s.o.Log.Error().Err(err).Str("tool", c.r.Params.Name).Msg("an mcp call failed")
	return &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: "the call could not be carried out; the server's log says why"}
}

// problem answers for a call that could not begin.
func (c *calling) problem(err error) (*sdk.CallToolResult, error) {
	switch {
	case errors.Is(err, errNoRun), errors.Is(err, errState):
		return failed(err.Error()), nil
	case errors.Is(err, agent.ErrFollows):
		return failed(strings.TrimPrefix(err.Error(), "agent: ")), nil
	}
	return nil, c.told(err)
}

// next is what a person does about a run that does not go on by itself.
func (c *calling) next(last *agent.Event) string {
	again, verb := c.again(), ""
	switch last.Status {
	case planner.Waiting:
		verb = "approve"
	case planner.OutcomeUnknown:
		verb = "settle"
	case planner.Suspended:
		return again
	}
	if verb == "" || c.s.o.Command == nil {
		return ""
	}
	return "answer with: " + c.s.o.Command(verb, last.Run) + "; then " + again
}

// again is how the client goes on with a run.
func (c *calling) again() string {
	if c.s.o.Calls == nil {
		return "call the agent again with this run's id"
	}
	return "call " + ResumeName + " with this run's id"
}
