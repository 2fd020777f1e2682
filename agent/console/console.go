package console

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// Options say what the pages show.
type Options struct {
	API    http.Handler // of the same server
	Agents []Agent

	// Token, if set, is a session of the API: it must be in the link by which a browser
	// first comes (/console/?token=…), and its cookie remembers it.
	Token string

	// Lasts is how long Token is good for; the cookie lasts as long. 0 is until the browser
	// is closed.
	Lasts time.Duration

	// Sessions, if set, lets people sign in with an API key, too: an [api.Server] is one.
	Sessions Sessions

	Engine func() engine.Stats                                 // nil where the model does not run here
	Prompt func(req *llm.Request) (tokens [][]byte, err error) // how the model reads a request; nil if that is not known
	Tools  func(ctx context.Context) ([]bus.Figures, error)    // what workers say of their tools; nil is nothing
	Log    zerolog.Logger
}

// Sessions are those who were let in.
type Sessions interface {
	SignIn(key string, ttl time.Duration) (token string, err error)
	Session(token string) (api.Principal, bool)
	EndSession(token string)
}

// Agent is an agent and what its pages need beside its runs.
type Agent struct {
	Name   string // as the API has it
	Agent  *agent.Agent
	Layers []*policies.Source // of its policy

	// Cases are the files that test its policy, by name; nil is none.
	Cases func() (map[string][]byte, error)
}

// Tools are those that the agent may call.
func (a Agent) Tools() []tools.Spec { return a.Agent.Tools() }

// Console is an http.Handler for everything under /console/. It is safe for concurrent use.
type Console struct {
	o     Options
	mux   *http.ServeMux
	pages map[string]*template.Template
	plot  *plot
	rates rates
}

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// New returns the pages.
func New(o Options) (*Console, error) {
	if o.API == nil {
		return nil, errors.New("console: the API is needed")
	}
	c := &Console{o: o, mux: http.NewServeMux(), pages: map[string]*template.Template{}}
	for _, name := range []string{"chat", "runs", "run", "prompt", "approvals", "policies", "tools", "engine", "sign-in", "error"} {
		t, err := template.New("base.html").Funcs(functions).ParseFS(templateFiles, "templates/base.html", "templates/parts.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("console: %w", err)
		}
		c.pages[name] = t
	}
	if o.Engine != nil {
		c.plot = &plot{read: o.Engine}
	}
	static, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	c.mux.Handle("GET /console/static/", http.StripPrefix("/console/static/", http.FileServerFS(static)))
	c.page("GET /console/{$}", c.home)
	c.page("GET /console/chat/{agent}", c.chat)
	c.page("POST /console/chat/{agent}", c.say)
	c.page("GET /console/runs", c.runs)
	c.page("GET /console/runs/{id}", c.run)
	c.page("GET /console/runs/{id}/prompt/{event}", c.prompt)
	c.page("POST /console/runs/{id}/{action}", c.act)
	c.page("GET /console/approvals", c.approvals)
	c.page("POST /console/approvals", c.answerAll)
	c.page("GET /console/policies", c.policies)
	c.page("POST /console/policies", c.tryPolicy)
	c.page("GET /console/tools", c.tools)
	c.page("GET /console/engine", c.engine)
	c.page("/console/", func(http.ResponseWriter, *http.Request) error {
		return &problem{status: http.StatusNotFound, message: "there is no such page"}
	})
	c.page("POST /console/sign-in", c.signIn)
	c.page("POST /console/sign-out", c.signOut)
	return c, nil
}

// page mounts a handler whose error is a page, too.
func (c *Console) page(pattern string, h func(http.ResponseWriter, *http.Request) error) {
	c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			c.fail(w, r, err)
		}
	})
}

// policy is what a page may load: what this package serves, and nothing inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// ServeHTTP implements [http.Handler].
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if !strings.HasPrefix(r.URL.Path, "/console/static/") {
		h.Set("Cache-Control", "no-store")
		if err := api.OwnPage(r); err != nil {
			c.fail(w, r, &problem{status: http.StatusForbidden, message: err.Error()})
			return
		}
		if r = c.admit(w, r); r == nil {
			return
		}
	}
	c.mux.ServeHTTP(w, r)
}

func (c *Console) agent(name string) *Agent {
	for i := range c.o.Agents {
		if c.o.Agents[i].Name == name {
			return &c.o.Agents[i]
		}
	}
	return nil
}
