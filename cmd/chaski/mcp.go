package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/tools/mcp"
)

type mcpCmd struct {
	Serve mcpServeCmd `cmd:"" default:"withargs" help:"Serve the agent and its tools to an MCP client, on standard input and output."`
	Ls    mcpLsCmd    `cmd:"" help:"List the MCP servers of the agent and their tools."`
	Pin   mcpPinCmd   `cmd:"" help:"Accept what MCP servers declare now, after it was read."`
	Login mcpLoginCmd `cmd:"" help:"Log in to an MCP server."`
}

// servers opens the agent's MCP servers, without its model. Names leave the others out.
func (f *agentFlags) servers(ctx context.Context, names []string, o mcp.Options) (*mcp.Client, error) {
	config, ho, err := f.config()
	if err != nil {
		return nil, err
	}
	own, err := config.MCP(ho.Data)
	if err != nil {
		return nil, err
	}
	if len(own.Servers) == 0 {
		return nil, errors.New("the agent names no MCP servers: see mcp: in docs/mcp.md")
	}
	for _, name := range names {
		if _, ok := own.Servers[name]; !ok {
			return nil, usage("the agent names no MCP server %q", name)
		}
	}
	if len(names) > 0 {
		for name := range own.Servers {
			if !slices.Contains(names, name) {
				delete(own.Servers, name)
			}
		}
	}
	own.Accept, own.Browse = o.Accept, o.Browse
	if own.Log, err = host.NewLog(os.Stderr, f.options()); err != nil {
		return nil, usage("%v", err)
	}
	return mcp.Open(ctx, own)
}

type mcpLsCmd struct {
	agentFlags
	JSON   bool     `help:"One JSON object a line."`
	Server []string `arg:"" optional:"" help:"Only these servers."`
}

// Run lists servers and tools, with what the agent makes of them.
func (c *mcpLsCmd) Run(ctx context.Context) (err error) {
	client, err := c.servers(ctx, c.Server, mcp.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	if c.JSON {
		for _, t := range client.Tools() {
			if err := printJSON(t.Spec()); err != nil {
				return err
			}
		}
		return nil
	}
	for _, l := range client.Listings() {
		fmt.Fprintf(stdout, "%s: %s, protocol %s\n", l.Server, cmp.Or(l.Version, "it does not say what it is"), l.Protocol)
		for _, t := range client.Tools() {
			if s := t.Spec(); s.Labels[mcp.LabelServer] == l.Server {
				fmt.Fprintf(stdout, "  %-40s %-10s %s\n", s.Name, s.Effect, short(printable(s.Description, false)))
			}
		}
		for _, change := range client.Changes() {
			if change.Server == l.Server {
				fmt.Fprintf(stdout, "  %s: chaski mcp pin %s\n", printable(change.String(), false), l.Server)
			}
		}
	}
	return nil
}

type mcpPinCmd struct {
	agentFlags
	Yes    bool     `short:"y" help:"Accept all without asking."`
	Server []string `arg:"" optional:"" help:"Only these servers."`
}

// Run shows what has changed and asks for each. It exits 0 only if nothing is left that was
// not accepted.
func (c *mcpPinCmd) Run(ctx context.Context) (err error) {
	client, err := c.servers(ctx, c.Server, mcp.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	left := 0
	for _, change := range client.Changes() {
		fmt.Fprint(stdout, changeText(&change))
		yes := c.Yes
		if !yes && term.IsTerminal(int(os.Stdin.Fd())) {
			if yes, err = confirm(ctx, "Accept it? [y]es, [n]o: ", askLine); err != nil {
				return err
			}
		}
		if !yes {
			left++
			continue
		}
		if err := client.Pins().Accept(change.Declaration); err != nil {
			return err
		}
	}
	for _, l := range client.Listings() {
		if err := client.Pins().Forget(l.Server, l.Declared); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s: %d tools declared, %d are used\n", l.Server, len(l.Declared), used(client, l.Server))
	}
	if left > 0 {
		return fmt.Errorf("%d tools were not accepted: answer at a terminal, or give --yes", left)
	}
	return nil
}

// used counts the tools of a server that an agent has after this.
func used(client *mcp.Client, server string) (n int) {
	for _, t := range client.Tools() {
		if t.Spec().Labels[mcp.LabelServer] == server {
			n++
		}
	}
	return n
}

type mcpLoginCmd struct {
	agentFlags
	Server string `arg:"" help:"The server."`
}

// Run shows the address of the login, and waits for the browser to come back.
func (c *mcpLoginCmd) Run(ctx context.Context) error {
	client, err := c.servers(ctx, []string{c.Server}, mcp.Options{Browse: browse})
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: it lets this program in\n", c.Server)
	return client.Close()
}

func browse(_ context.Context, server, address string) error {
	_, err := fmt.Fprintf(os.Stderr, "To log in to %s, open this address in a browser on this machine:\n  %s\n", server, printable(address, false))
	return err
}

// changeText is what a person reads before they accept a change.
func changeText(c *mcp.Change) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", printable(c.String(), false))
	if c.Old != nil && c.Old.Description != c.Description {
		fmt.Fprintf(&b, "  it said:     %s\n", printable(c.Old.Description, false))
	}
	fmt.Fprintf(&b, "  it says:     %s\n", printable(c.Description, false))
	if c.Old != nil && string(c.Old.Parameters) != string(c.Parameters) {
		fmt.Fprintf(&b, "  it took:     %s\n", printable(string(c.Old.Parameters), false))
	}
	fmt.Fprintf(&b, "  it takes:    %s\n", printable(string(c.Parameters), false))
	old := ""
	if c.Old != nil {
		old = hints(c.Old.Hints)
		if c.Old.Description == c.Description && string(c.Old.Parameters) == string(c.Parameters) && old == hints(c.Hints) {
			b.WriteString("  what differs is its title, its results, or characters that are not seen\n")
		}
	}
	if now := hints(c.Hints); now != old {
		fmt.Fprintf(&b, "  it hints at: %s, before: %s\n", now, cmp.Or(old, "nothing"))
	}
	return b.String()
}

// hints are what a server says of what its tool does, as a person reads it.
func hints(h *mcp.Hints) string {
	if h == nil {
		return "nothing"
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
