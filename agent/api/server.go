package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/llm"
)

// Options say what a [Server] serves, and to whom. At least one model or agent is needed.
type Options struct {
	Models []Model
	Agents []Agent

	// Elsewhere goes on with runs of the agents' journals that were not begun over this
	// server, such as those of a terminal; nil leaves them to where they were begun.
	Elsewhere Elsewhere

	// Dir is the folder of what outlives the server: which runs are open, conversations,
	// responses. "" keeps nothing.
	Dir string

	// Keys are those by one of which whoever asks is known; nil if nobody needs one.
	Keys *Keys

	// Limits bound what requests may take. The zero value works.
	Limits Limits

	// Hosts are the names by which a server without keys may be asked, beside those of
	// this machine: a browser that was led to one by a foreign page asks by another.
	Hosts []string

	// Origins are those of web pages that may ask from a browser, such as
	// https://app.example; "*" is any.
	Origins []string

	Log zerolog.Logger
}

// Model is a model that is served bare: the client brings the tools.
type Model struct {
	Name    string   // its id for clients
	Aliases []string // other ids for it, such as one that a client does not let go of
	LLM     llm.Model
	Created time.Time // zero is the start of the server

	// Adapters are names of the model's adapters. The model with one of them is a model of
	// its own for clients: NAME:ADAPTER.
	Adapters []string

	adapter string // that requests have
}

// adapted is the model with each of its adapters.
func (m *Model) adapted() (out []Model) {
	for _, a := range m.Adapters {
		with := *m
		with.Name, with.Aliases, with.adapter = m.Name+":"+a, nil, a
		for _, alias := range m.Aliases {
			with.Aliases = append(with.Aliases, alias+":"+a)
		}
		out = append(out, with)
	}
	return out
}

// Limits bound what requests may take. Zero fields have the defaults that are named.
type Limits struct {
	Body      int64         // bytes of a request; 8 MiB
	Bodies    int64         // bytes of all requests that are being answered; 256 MiB
	Turns     int           // turns of bare models that run or wait; 512
	Runs      int           // runs of agents that work at once; 32
	OpenRuns  int           // runs that have not ended, those that wait for people included; 4,096
	Stored    int64         // bytes of responses that are kept; 1 GiB on disk, 64 MiB without Dir
	Tokens    int           // of an answer whose request sets no bound; an eighth of the context, from 1,024 to 4,096
	Turn      time.Duration // that one answer may take; 30 minutes
	Read      time.Duration // until a request has come; 1 minute
	Write     time.Duration // until the client has taken what was written; 30 seconds
	KeepAlive time.Duration // of silence in a stream after which a comment is sent; 10 seconds
}

func (l Limits) withDefaults() Limits {
	d := Limits{Body: 8 << 20, Bodies: 256 << 20, Turns: 512, Runs: 32, OpenRuns: 4096, Turn: 30 * time.Minute, Read: time.Minute, Write: 30 * time.Second, KeepAlive: 10 * time.Second}
	if l.Body > 0 {
		d.Body = l.Body
	}
	if l.Bodies > 0 {
		d.Bodies = l.Bodies
	}
	if l.Turns > 0 {
		d.Turns = l.Turns
	}
	if l.Runs > 0 {
		d.Runs = l.Runs
	}
	if l.OpenRuns > 0 {
		d.OpenRuns = l.OpenRuns
	}
	if l.Turn > 0 {
		d.Turn = l.Turn
	}
	if l.Read > 0 {
		d.Read = l.Read
	}
	if l.Write > 0 {
		d.Write = l.Write
	}
	if l.KeepAlive > 0 {
		d.KeepAlive = l.KeepAlive
	}
	d.Tokens = l.Tokens
	return d
}

// Server answers HTTP requests. It is safe for concurrent use.
type Server struct {
	o       Options
	limits  Limits
	mux     *http.ServeMux
	started time.Time

	memory gate // bytes of requests
	turns  gate // of bare models
	strict strictness

	drivers *drivers // of agents
	threads *threads
	kept    *responseStore
	live    *liveResponses

	index    index
	sessions sessions
	metrics  *metrics
	asked    atomic.Int64 // requests under way

	draining chan struct{}
	drain    func()
}

// New returns a server of models and agents. Runs that were open when the last server with
// the same Dir ended go on. Close it.
func New(o Options) (*Server, error) {
	if len(o.Models)+len(o.Agents) == 0 {
		return nil, errors.New("api: there is nothing to serve: give a model or an agent")
	}
	s := &Server{o: o, limits: o.Limits.withDefaults(), mux: http.NewServeMux(), started: time.Now(), metrics: newMetrics(), draining: make(chan struct{})}
	s.index.resumable = s.resumable
	s.drain = sync.OnceFunc(func() { close(s.draining) })
	s.memory, s.turns = gate{most: s.limits.Bodies}, gate{most: int64(s.limits.Turns)}
	names := map[string]bool{}
	s.o.Models = nil
	for _, m := range o.Models {
		if m.LLM == nil {
			return nil, fmt.Errorf("api: model %q is nil", m.Name)
		}
		s.o.Models = append(append(s.o.Models, m), m.adapted()...)
	}
	for i, m := range s.o.Models {
		for _, name := range append([]string{m.Name}, m.Aliases...) {
			if err := checkName(name, names); err != nil {
				return nil, err
			}
		}
		if m.Created.IsZero() {
			s.o.Models[i].Created = s.started
		}
	}
	for i, a := range o.Agents {
		if a.Agent == nil {
			return nil, fmt.Errorf("api: agent %q is nil", a.Name)
		}
		if err := checkName(a.Name, names); err != nil {
			return nil, err
		}
		if a.Created.IsZero() {
			s.o.Agents[i].Created = s.started
		}
	}
	var err error
	if s.threads, err = newThreads(o.Dir); err != nil {
		return nil, err
	}
	if s.kept, err = newResponseStore(o.Dir, o.Limits.Stored); err != nil {
		return nil, err
	}
	s.live = newLiveResponses(s)
	s.routes()
	if s.drivers, err = newDrivers(s, o.Dir); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// checkName refuses names that clients could not ask for.
func checkName(name string, seen map[string]bool) error {
	switch {
	case name == "" || len(name) > 256 || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return fmt.Errorf("api: %q cannot name a model: want 1 to 256 characters without spaces", name)
	case seen[name]:
		return fmt.Errorf("api: two models are named %q", name)
	}
	seen[name] = true
	return nil
}

// Close leaves the runs that are driven; they can be resumed.
func (s *Server) Close() error {
	s.drain()
	s.index.close()
	if s.drivers != nil {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s.live.close(ctx)
		s.drivers.close(ctx)
	}
	if s.o.Keys != nil {
		return s.o.Keys.Close()
	}
	return nil
}

func (s *Server) routes() {
	s.Handle("GET /healthz", Open, http.HandlerFunc(s.healthz))
	s.Handle("GET /readyz", Open, http.HandlerFunc(s.readyz))
	s.handleFor("GET /metrics", Operate, s.metricsPage)
	s.handle("GET /v1/models", s.listModels)
	s.handle("GET /v1/models/{id...}", s.getModel)
	s.handle("POST /v1/chat/completions", s.chat)
	s.handle("POST /v1/messages", s.messages)
	s.handle("POST /v1/messages/count_tokens", s.countTokens)
	s.responseRoutes()
	s.handle("POST /v1/embeddings", s.embeddings)
	s.runRoutes()
}

// handle mounts one of the server's own routes, for whoever may use it.
func (s *Server) handle(pattern string, h func(http.ResponseWriter, *http.Request) error) {
	s.handleFor(pattern, Use, h)
}

func (s *Server) handleFor(pattern string, access Access, h func(http.ResponseWriter, *http.Request) error) {
	s.Handle(pattern, access, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		// The context ends with a client that left, and with one whose body does not come.
		left := errors.Is(err, errGone) || errors.Is(err, context.Canceled) && r.Context().Err() != nil
		if err != nil && !left {
			asFailure(err).write(w, r)
		}
	}))
}

// Handle mounts a handler on the server, behind request ids, the log, limits and the
// question who asks. The pattern is that of http.ServeMux, with a method or without. It
// must not be called while the server runs.
func (s *Server) Handle(pattern string, access Access, h http.Handler) {
	s.mux.Handle(pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := s.admit(r, access)
		if err != nil {
			asFailure(err).write(w, r)
			return
		}
		requestOf(r).who = who
		h.ServeHTTP(w, r)
	}))
}

// Handler returns the server as a handler, for a listener of one's own.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// Draining is closed once the server is about to end: streams that would go on end then.
func (s *Server) Draining() <-chan struct{} { return s.draining }

// serve is what all requests go through.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	q := &request{id: identify(r), began: time.Now(), anthropic: isAnthropic(r)}
	r = r.WithContext(context.WithValue(r.Context(), requestKey{}, q))
	out := &written{ResponseWriter: w}
	h := out.Header()
	q.header = h
	h.Set("X-Request-Id", q.id)
	h.Set("X-Content-Type-Options", "nosniff")
	if q.anthropic {
		h.Set("Request-Id", q.id)
	}
	defer s.finish(out, r, q)
	if s.cors(out, r) {
		return
	}
	s.asked.Add(1)
	defer s.asked.Add(-1)
	_, q.route = s.mux.Handler(r)
	if q.route == "" {
		s.nowhere(r).write(out, r)
		return
	}
	s.mux.ServeHTTP(out, r)
}

// finish logs a request, and answers for a handler that panicked.
func (s *Server) finish(out *written, r *http.Request, q *request) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler {
			panic(p)
		}
		s.o.Log.Error().Str("request", q.id).Str("panic", fmt.Sprint(p)).Bytes("stack", debug.Stack()).Msg("a handler panicked")
		if out.status == 0 {
			(&failure{status: http.StatusInternalServerError, kind: "server_error", code: "internal_error", message: "the server failed"}).write(out, r)
		}
	}
	took := time.Since(q.began)
	q.mu.Lock()
	defer q.mu.Unlock()
	status := out.status
	if status == 0 { // the client left before there was any
		status = 499
	}
	s.metrics.answer(q.route, status, q.failure, took)
	line := s.o.Log.Info()
	if _, cookie := credentials(r); cookie || strings.HasPrefix(r.URL.Path, "/console/") { // a person looks at pages: what they do is in the journals
		line = s.o.Log.Debug()
	}
	if q.failure != nil && q.failure.status >= http.StatusInternalServerError {
		line = s.o.Log.Error()
	}
	line = line.Str("request", q.id).Str("method", r.Method).Str("path", r.URL.Path).Int("status", out.status).Dur("ms", took).Int64("bytes", out.bytes)
	if q.who.Key != "" {
		line = line.Str("key", q.who.Key)
	}
	if q.who.Tenant != "" {
		line = line.Str("tenant", q.who.Tenant)
	}
	if q.model != "" {
		line = line.Str("model", q.model)
	}
	if q.run != "" {
		line = line.Str("run", q.run)
	}
	if f := q.failure; f != nil {
		line = line.Str("refused", f.message)
		if f.err != nil {
			line = line.AnErr("error", f.err)
		}
	}
	if r.Context().Err() != nil {
		line = line.Bool("left", true)
	}
	line.Msg("http")
}

// nowhere says that there is no such route, or that it takes other methods.
func (s *Server) nowhere(r *http.Request) *failure {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		try := r.Clone(r.Context())
		try.Method = method
		if _, pattern := s.mux.Handler(try); pattern != "" {
			allowed = append(allowed, method)
		}
	}
	f := notFound("route", r.URL.Path)
	if len(allowed) > 0 && !slices.Contains(allowed, r.Method) {
		f.status, f.code = http.StatusMethodNotAllowed, "method_not_allowed"
		f.message = fmt.Sprintf("%s takes %s, not %s", r.URL.Path, strings.Join(allowed, ", "), r.Method)
	}
	return f
}

// isAnthropic says whether a client speaks Anthropic's API.
func isAnthropic(r *http.Request) bool {
	return r.Header.Get("Anthropic-Version") != "" || strings.HasPrefix(r.URL.Path, "/v1/messages")
}
