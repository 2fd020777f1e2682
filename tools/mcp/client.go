package mcp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/tools"
)

// Options say which servers to use, and who is asked what. Only Servers is needed.
type Options struct {
	Servers Servers
	Dir     string // of commands that name no other, and what relative paths are relative to; "" is the process's
	Pins    string // the file of accepted declarations, see Pins; "" keeps them in memory

	// Accept asks a person whether a tool that has changed, or is new, may be used. nil is
	// nobody: the tool is set aside.
	Accept func(ctx context.Context, c Change) (bool, error)

	// Ask puts a server's question to a person; nil is nobody: servers are told so.
	Ask func(ctx context.Context, q Question) (Answer, error)

	// Browse shows a person the address at which they log in to a server; nil is nobody, and
	// a server that wants a login is an ErrLogin. It returns at once.
	Browse func(ctx context.Context, server, address string) error

	Tokens   string // the folder of what a login gave, readable by the user only; "" keeps it in memory
	Progress func(Progress)
	Log      zerolog.Logger
}

// Progress is what a server says of a call that is under way.
type Progress struct {
	Server  string
	Call    tools.Call
	Done    float64
	Total   float64 // 0 is unknown
	Message string
}

// Client holds connections to servers. It is safe for concurrent use.
type Client struct {
	o       Options
	pins    *Pins
	servers []*server
	tools   []*tools.Tool
	changes []Change
}

// Open starts or reaches every server that is not disabled, and lists their tools. A server
// that cannot be used is an error, unless it is optional.
func Open(ctx context.Context, o Options) (*Client, error) {
	if err := o.Servers.Check(); err != nil {
		return nil, err
	}
	if o.Dir == "" {
		dir, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		o.Dir = dir
	}
	pins, err := OpenPins(o.Pins)
	if err != nil {
		return nil, err
	}
	c := &Client{o: o, pins: pins}
	prefixes := serverNames(sortedNames(o.Servers))
	for _, name := range sortedNames(o.Servers) {
		if o.Servers[name].Disabled {
			continue
		}
		s, err := newServer(name, prefixes[name], o.Servers[name], &c.o)
		if err != nil {
			return nil, errors.Join(err, c.Close())
		}
		c.servers = append(c.servers, s)
	}
	declared := make([][]Declaration, len(c.servers))
	errs := make([]error, len(c.servers))
	var wg sync.WaitGroup
	for i, s := range c.servers {
		wg.Go(func() { declared[i], errs[i] = s.begin(ctx) })
	}
	wg.Wait()
	for i, s := range c.servers {
		if errs[i] != nil && s.cfg.Optional && ctx.Err() == nil {
			s.log.Warn().Err(errs[i]).Msg("the mcp server is left out")
			errs[i] = nil
			continue
		}
		if errs[i] == nil {
			errs[i] = c.adopt(ctx, s, declared[i])
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// adopt makes tools of what a server declares, as far as it is accepted.
func (c *Client) adopt(ctx context.Context, s *server, declared []Declaration) error {
	if missing := s.cfg.strangers(declared); missing != "" {
		s.log.Warn().Str("tools", missing).Msg("the configuration names tools that the mcp server does not have")
	}
	changes, err := c.pins.Check(s.name, declared)
	if err != nil {
		return err
	}
	for _, change := range changes {
		if !s.cfg.wanted(change.Name) {
			continue
		}
		yes := false
		if c.o.Accept != nil {
			if yes, err = c.o.Accept(ctx, change); err != nil {
				return err
			}
		}
		if yes {
			if err := c.pins.Accept(change.Declaration); err != nil {
				return err
			}
			continue
		}
		declared = slices.DeleteFunc(declared, func(d Declaration) bool { return d.Name == change.Name })
		c.changes = append(c.changes, change)
		s.log.Warn().Str("tool", clean(change.Name, 100)).Msg(change.String() + ": it is set aside until a person accepts it: chaski mcp pin " + s.name)
	}
	var names []string
	for _, d := range declared {
		names = append(names, d.Name)
	}
	legal := toolNames(s.prefix, names)
	for _, d := range declared {
		if !s.cfg.wanted(d.Name) {
			continue
		}
		log := s.log.With().Str("tool", clean(d.Name, 100)).Logger()
		name, ok := legal[d.Name]
		if !ok {
			log.Warn().Msg("the tool is set aside: its name cannot be told from another's")
			continue
		}
		spec, err := d.spec(name, &s.cfg, c.o.Ask != nil)
		if err != nil {
			log.Warn().Err(err).Send()
		}
		r := &remote{server: s, name: d.Name, hash: d.Hash, output: len(spec.Output) > 0, once: spec.Effect == tools.Once}
		t := tools.Raw(spec, r.call)
		if _, err := tools.NewRegistry(t); err != nil {
			log.Warn().Err(err).Msg("the tool is set aside: its declaration cannot be used")
			continue
		}
		c.tools = append(c.tools, t)
	}
	return nil
}

// Tools returns the tools of all servers.
func (c *Client) Tools() []*tools.Tool { return c.tools }

// Changes returns the tools that were set aside since their declarations were not accepted.
func (c *Client) Changes() []Change { return c.changes }

// Listing is what a server says of itself.
type Listing struct {
	Server   string
	Prefix   string // of the names of its tools
	Version  string // its own name and version, as it says
	Protocol string
	Declared []Declaration
}

// Listings returns what the servers declared when they were opened, accepted or not.
func (c *Client) Listings() (out []Listing) {
	for _, s := range c.servers {
		l := Listing{Server: s.name, Prefix: s.prefix, Declared: s.declared}
		l.Version, l.Protocol = s.described()
		out = append(out, l)
	}
	return out
}

// Pins returns the accepted declarations.
func (c *Client) Pins() *Pins { return c.pins }

// Close ends all connections, and the commands.
func (c *Client) Close() error {
	var wg sync.WaitGroup
	for _, s := range c.servers {
		wg.Go(s.end)
	}
	wg.Wait()
	return nil
}

// within is a path relative to a folder.
func within(dir, path string) string {
	if path == "" {
		return dir
	}
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// ServerError says what went wrong with a server.
type ServerError struct {
	Server string
	Op     string // start, list or call
	Said   string // the end of what its command wrote to standard error
	Err    error
}

func (e *ServerError) Error() string {
	text := fmt.Sprintf("mcp server %q: %s: %v", e.Server, e.Op, e.Err)
	if e.Said != "" {
		text += " (it said: " + e.Said + ")"
	}
	return text
}

// Unwrap returns the cause.
func (e *ServerError) Unwrap() error { return e.Err }
