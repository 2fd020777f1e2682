package main

import (
	"context"
	"time"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/agent/console"
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/llm/engine"
)

type uiCmd struct {
	agentFlags
	Address string `help:"Address of the pages." default:"127.0.0.1:8088"`
}

// Run serves the pages of an agent until Ctrl-C: chaski serve --http for one person at this
// machine.
func (c *uiCmd) Run(ctx context.Context) error {
	return (&serveCmd{agentFlags: c.agentFlags, httpFlags: httpFlags{HTTP: c.Address, Drain: 5 * time.Second}, Listen: "127.0.0.1:0", Parallel: 4, AckWait: 30 * time.Second}).Run(ctx)
}

// consoleSession is how long the link to the pages is good for.
const consoleSession = 30 * 24 * time.Hour

// mountConsole puts the pages on a server, and returns the token of the link to them.
func mountConsole(s *api.Server, h *host.Host) (token string, err error) {
	layers, err := h.Config.Layers()
	if err != nil {
		return "", err
	}
	token = s.NewSession(api.Principal{Name: "console", Approve: true, Operate: true, All: true}, consoleSession)
	o := console.Options{API: s.Handler(), Token: token, Lasts: consoleSession, Log: h.Log(), Agents: []console.Agent{{Name: h.Config.Name, Agent: h.Agent, Layers: layers, Cases: h.Config.Cases}}, Sessions: s, Tools: h.Bus.Figures}
	if e, ok := h.Model.(*engine.Engine); ok {
		o.Engine, o.Prompt = e.Stats, e.Prompt
	}
	c, err := console.New(o)
	if err != nil {
		return "", err
	}
	s.Handle("/console/", api.Open, c)
	return token, nil
}
