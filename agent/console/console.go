package console

import (
	"crypto/subtle"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

// Options say what the pages show.
type Options struct {
	API    http.Handler // of the same server
	Agents []Agent

	// Token, if set, is a session of the API: it must be in the link by which a browser
	// first comes (/console/?token=…), and its cookie remembers it.
	Token string

	Engine func() engine.Stats // nil where the model does not run here
	Log    zerolog.Logger
}

// Agent is an agent and what its pages need beside its runs.
type Agent struct {
	Name   string // as the API has it
	Agent  *agent.Agent
	Layers []*policies.Source // of its policy
}

// Tools are those that the agent may call.
func (a Agent) Tools() []tools.Spec { return a.Agent.Tools() }

// Console is an http.Handler for everything under /console/. It is safe for concurrent use.
type Console struct {
	o      Options
	mux    *http.ServeMux
	pages  map[string]*template.Template
	plot   *plot
	origin http.CrossOriginProtection
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
	for _, name := range []string{"chat", "runs", "run", "prompt", "approvals", "policies", "tools", "engine", "error"} {
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
		if !c.admit(w, r) {
			return
		}
		if err := c.origin.Check(r); err != nil {
			c.fail(w, r, &problem{http.StatusForbidden, "another page sent this: it changes nothing"})
			return
		}
	}
	c.mux.ServeHTTP(w, r)
}

// admit lets in whoever knows the token. Who comes by a link with it is sent on without it,
// so that it stays in no history.
func (c *Console) admit(w http.ResponseWriter, r *http.Request) bool {
	if c.o.Token == "" {
		return true
	}
	if token := r.URL.Query().Get("token"); token != "" && r.Method == http.MethodGet {
		if !c.isToken(token) {
			c.fail(w, r, &problem{http.StatusForbidden, "the link's token is not the server's: it prints the link when it starts"})
			return false
		}
		http.SetCookie(w, &http.Cookie{Name: api.SessionCookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
		q := r.URL.Query()
		q.Del("token")
		to := *r.URL
		to.RawQuery = q.Encode()
		http.Redirect(w, r, to.RequestURI(), http.StatusSeeOther)
		return false
	}
	if cookie, err := r.Cookie(api.SessionCookie); err == nil && c.isToken(cookie.Value) {
		return true
	}
	c.fail(w, r, &problem{http.StatusForbidden, "open the console by the link that the server prints when it starts: it holds a token"})
	return false
}

func (c *Console) isToken(s string) bool {
	return subtle.ConstantTimeCompare([]byte(s), []byte(c.o.Token)) == 1
}

func (c *Console) agent(name string) *Agent {
	for i := range c.o.Agents {
		if c.o.Agents[i].Name == name {
			return &c.o.Agents[i]
		}
	}
	return nil
}
