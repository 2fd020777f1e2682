package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/agent/mcp"
)

// httpFlags say at what address HTTP is served, and to whom.
type httpFlags struct {
	keysFlag
	HTTP    string        `name:"http" help:"Address at which the HTTP APIs are served, such as 127.0.0.1:8080." placeholder:"ADDRESS"`
	TLSCert string        `name:"tls-cert" help:"Certificate for it, a PEM file." type:"path"`
	TLSKey  string        `name:"tls-key" help:"Key of the certificate, a PEM file." type:"path"`
	Anyone  bool          `help:"Serve whoever reaches the address, also from other machines, though there are no API keys."`
	Host    []string      `help:"Names by which a server without keys may be asked, beside localhost." placeholder:"NAME"`
	Origin  []string      `help:"Origins of web pages that may ask, such as https://app.example." placeholder:"ORIGIN"`
	Alias   []string      `help:"Another name for the bare model, such as one that a client does not let go of." placeholder:"NAME"`
	Drain   time.Duration `help:"How long answers under way may take when the server ends." default:"30s"`
}

// listen opens the address, before a model is loaded for it.
func (f *httpFlags) listen() (net.Listener, error) {
	if f.HTTP == "" {
		return nil, nil
	}
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return nil, usage("--tls-cert and --tls-key go together")
	}
	l, err := net.Listen("tcp", f.HTTP)
	if err != nil {
		return nil, fmt.Errorf("--http %s: %w", f.HTTP, err)
	}
	return l, nil
}

// serveHTTP serves the host's model and agent until ctx is done.
func (c *serveCmd) serveHTTP(ctx context.Context, h *host.Host, l net.Listener) error {
	keys, err := api.OpenKeys(c.folder(h.Data()))
	if err != nil {
		return err
	}
	s, err := api.New(api.Options{
		Models: []api.Model{{Name: h.ModelName(), Aliases: c.Alias, LLM: h.Model, Adapters: h.AdapterNames()}},
		Agents: []api.Agent{{Name: h.Config.Name, Agent: h.Agent}},
		Dir:    filepath.Join(h.Data(), "http"), Keys: keys, Elsewhere: h,
		Hosts: c.Host, Origins: c.Origin, Log: h.Log(),
	})
	if err != nil {
		return err
	}
	clients, err := mcpServer(h, false, mcp.Options{Command: c.propose(h).command, Who: api.From, Draining: s.Draining()})
	if err != nil {
		return err
	}
	defer clients.Close()
	s.Handle("/mcp", api.Use, clients.Handler())
	o := api.ServeOptions{Drain: c.Drain, Anyone: c.Anyone}
	scheme := "http"
	if c.TLSCert != "" {
		if o.TLS, err = api.Certificate(c.TLSCert, c.TLSKey); err != nil {
			return err
		}
		scheme = "https"
	}
	token, err := mountConsole(s, h)
	if err != nil {
		return err
	}
	// The link is the first address that is printed, and begins its line: people and scripts take that one.
	fmt.Fprintf(stdout, "%s://%s/console/?token=%s shows the agent %s\n", scheme, l.Addr(), token, h.Config.Name)
	fmt.Fprintf(stdout, "%s: %s://%s/v1 serves the agent %[1]s and the model %[4]s\n", h.Config.Name, scheme, l.Addr(), h.ModelName())
	return s.Serve(ctx, l, o)
}
