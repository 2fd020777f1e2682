package main

import (
	"context"
	"errors"
	"os"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/agent/mcp"
	"github.com/chaski-dev/chaski/runtime/bus"
	mcptools "github.com/chaski-dev/chaski/tools/mcp"
)

type mcpServeCmd struct {
	agentFlags
	About   string   `help:"What the agent is for, in a line that clients show to their models."`
	Tools   []string `help:"Patterns of the names of tools to serve beside the agent, such as 'stock_*'; all by default." placeholder:"PATTERN"`
	NoTools bool     `help:"Serve the agent only."`
}

// Run serves an MCP client on standard input and output, until it leaves.
func (c *mcpServeCmd) Run(ctx context.Context) (err error) {
	config, o, err := c.config()
	if err != nil {
		return err
	}
	o.MCP = mcptools.Options{} // standard input is the client's
	if o.Log, err = host.NewLog(os.Stderr, c.options()); err != nil {
		return usage("%v", err)
	}
	if c.NATS == "" {
		o.Place = config.MCPPlace(false)
	}
	outliveReaders()
	h, err := host.Open(ctx, config, o)
	if errors.Is(err, bus.ErrLocked) { // another client has a server here
		o.Place = config.MCPPlace(true)
		h, err = host.Open(ctx, config, o)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	s, err := mcpServer(h, c.NoTools, mcp.Options{Command: c.propose(h).command, Agents: []mcp.Agent{{About: c.About}}, Tools: c.Tools})
	if err != nil {
		return err
	}
	return s.Run(ctx, os.Stdin, stdout, api.Principal{Name: me(), Approve: true, Operate: true, All: true})
}

// mcpServer serves the host's agent, and its tools.
func mcpServer(h *host.Host, noTools bool, o mcp.Options) (*mcp.Server, error) {
	if len(o.Agents) == 0 {
		o.Agents = []mcp.Agent{{}}
	}
	o.Agents[0].Name, o.Agents[0].Agent = h.Config.Name, h.Agent
	o.Version, o.Log = programVersion(), h.Log()
	if !noTools {
		calls, err := h.Bare(mcp.Direct{})
		if err != nil {
			return nil, err
		}
		o.Calls = calls
	}
	return mcp.New(o)
}
