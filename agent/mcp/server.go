package mcp

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path"
	"slices"
	"sync"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/tools"
)

// Agent is an agent that is served as a tool.
type Agent struct {
	Name  string
	About string // for the client's model
	Agent *agent.Agent
}

// Options say what a [Server] serves. Agents or Calls is needed.
type Options struct {
	Agents []Agent

	// Calls makes the calls of tools for clients: an agent on the same bus, journals and
	// policies as the others, whose model is [Direct]. nil serves no tools but agents.
	Calls *agent.Agent
	Tools []string // patterns of the names of tools to serve; nil is all of Calls

	// Command is what a person types to approve or settle a run; nil says nothing of it.
	Command func(verb, run string) string

	// Who says who asks, from the context of an HTTP request. nil is whoever started this
	// process.
	Who func(ctx context.Context) api.Principal

	// Draining is closed once the HTTP server is about to end: streams that would go on end
	// then. nil is never.
	Draining <-chan struct{}

	Name    string // of the server, for clients; "" is chaski
	Version string
	Log     zerolog.Logger
}

// Server serves MCP clients. It is safe for concurrent use.
type Server struct {
	o    Options
	key  []byte // of what clients keep for us
	web  *web
	root context.Context
	stop context.CancelFunc

	mu   sync.Mutex
	made map[api.Principal]*sdk.Server
}

// maxMade bounds the servers that are kept, one for each principal.
const maxMade = 1000

// New returns a server.
func New(o Options) (*Server, error) {
	if len(o.Agents) == 0 && o.Calls == nil {
		return nil, errors.New("mcp: there is nothing to serve: give an agent or tools")
	}
	if o.Name == "" {
		o.Name = "chaski"
	}
	s := &Server{o: o, key: make([]byte, 32), made: map[api.Principal]*sdk.Server{}}
	_, _ = rand.Read(s.key) // it never fails
	s.root, s.stop = context.WithCancel(context.Background())
	names := map[string]bool{}
	for _, a := range o.Agents {
		if err := (&tools.Spec{Name: a.Name, Parameters: agentInput}).Check(); err != nil || a.Agent == nil {
			return nil, fmt.Errorf("mcp: agent %q: it needs an agent, and a name of letters, digits, '_' or '-' (%w)", a.Name, err)
		}
		if names[a.Name] || a.Name == ResumeName {
			return nil, fmt.Errorf("mcp: two agents are named %q, or it is the name of a tool", a.Name)
		}
		names[a.Name] = true
	}
	names[ResumeName] = true
	for _, t := range s.tools() {
		if names[t.Name] {
			return nil, fmt.Errorf("mcp: %q is an agent and a tool: give the agent another name, or leave the tool out", t.Name)
		}
	}
	for _, p := range o.Tools {
		if _, err := path.Match(p, ""); err != nil {
			return nil, fmt.Errorf("mcp: the pattern %q: %w", p, err)
		}
	}
	s.web = newWeb(s)
	return s, nil
}

// tools lists the tools that are served.
func (s *Server) tools() (out []tools.Spec) {
	if s.o.Calls == nil {
		return nil
	}
	for _, t := range s.o.Calls.Tools() {
		if s.o.Tools == nil || slices.ContainsFunc(s.o.Tools, func(p string) bool { ok, _ := path.Match(p, t.Name); return ok }) {
			out = append(out, t)
		}
	}
	return out
}

// local is who asks over standard streams.
var local = api.Principal{Name: "local", Approve: true, Operate: true, All: true}

// Run serves one client over streams, such as standard input and output, until it leaves or
// ctx is done. Calls under way are then left, and the client is told: their runs can be resumed.
func (s *Server) Run(ctx context.Context, in io.ReadCloser, out io.WriteCloser, who api.Principal) error {
	if who == (api.Principal{}) {
		who = local
	}
	to := &shared{WriteCloser: out}
	calls := &unanswered{Transport: &sdk.IOTransport{Reader: newLines(in, to), Writer: to}}
	session, err := s.serverFor(who).Connect(context.WithoutCancel(ctx), calls, nil)
	if err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		err = session.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		s.stop()
		late, cancel := context.WithTimeout(context.Background(), leaving) // a client may not read any more
		defer cancel()
		select {
		case <-calls.all():
		case <-ended:
		case <-late.Done():
		}
		go func() { _ = session.Close() }()
		select {
		case <-ended:
		case <-late.Done():
		}
		return nil
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// Close leaves all calls that are under way.
func (s *Server) Close() { s.stop() }

// serverFor returns the server that shows a principal what is theirs.
func (s *Server) serverFor(who api.Principal) *sdk.Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	if made := s.made[who]; made != nil {
		return made
	}
	if len(s.made) >= maxMade {
		clear(s.made)
	}
	made := s.make(who)
	s.made[who] = made
	return made
}

func (s *Server) make(who api.Principal) *sdk.Server {
	made := sdk.NewServer(&sdk.Implementation{Name: s.o.Name, Version: s.o.Version}, &sdk.ServerOptions{
		Capabilities: &sdk.ServerCapabilities{}, Logger: slog.New(slog.DiscardHandler), GetSessionID: func() string { return s.session(who) },
		Instructions: "Each agent is a tool that takes a prompt; other tools are called directly. Policies decide on every call. A result that says that a run waits names the command by which a person answers.",
	})
	v := &visit{s: s, who: who}
	for i := range s.o.Agents {
		v.addAgent(made, &s.o.Agents[i])
	}
	if s.o.Calls != nil {
		v.addResume(made)
	}
	for _, t := range s.tools() {
		v.addTool(made, t)
	}
	v.addResources(made)
	return made
}

// visit is what one principal may do.
type visit struct {
	s   *Server
	who api.Principal
}
