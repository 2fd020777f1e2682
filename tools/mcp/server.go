package mcp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/tools"
)

// Bounds of what a server may take or say.
const (
	startTimeout = time.Minute      // to start, and to say which version it speaks
	probeTimeout = 20 * time.Second // of that, for the newest version: older servers may not answer
	maxTools     = 1000
	maxPages     = 200
	maxPause     = 30 * time.Second // between starts of a server that fails
)

// Errors of servers.
var (
	ErrDead  = errors.New("the server is gone")
	ErrLogin = errors.New("the server wants a login")
)

// server is one server, started anew when it is gone.
type server struct {
	name, prefix string
	cfg          Server
	o            *Options
	log          zerolog.Logger
	login        *login // nil for a command

	declared []Declaration // when it was opened

	turn chan struct{} // who starts it

	mu       sync.Mutex
	live     *live
	closed   bool
	pause    time.Duration // since its last start failed
	next     time.Time     // no start before
	failure  error
	hashes   map[string]string // of what it declares now
	progress map[string]tools.Call
}

// live is a session that has not ended.
type live struct {
	session *sdk.ClientSession
	ended   chan struct{}
	changed atomic.Bool // it says that its tools are others now
	said    func() string
	release func()
}

func (l *live) over() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

func newServer(name, prefix string, cfg Server, o *Options) (*server, error) {
	s := &server{name: name, prefix: prefix, o: o, turn: make(chan struct{}, 1), progress: map[string]tools.Call{}}
	s.log = o.Log.With().Str("mcp", name).Logger()
	for _, key := range cfg.Ignored {
		s.log.Warn().Str("key", key).Msg("the mcp server's configuration has a key that says nothing here")
	}
	var err error
	if s.cfg, err = cfg.expanded(os.LookupEnv); err != nil {
		return nil, fmt.Errorf("mcp server %q: %w", name, err)
	}
	if s.cfg.URL != "" {
		if s.login, err = newLogin(name, &s.cfg.OAuth, o); err != nil {
			return nil, fmt.Errorf("mcp server %q: %w", name, err)
		}
	}
	return s, nil
}

// begin starts the server and returns what it declares.
func (s *server) begin(ctx context.Context) ([]Declaration, error) {
	if _, err := s.connect(ctx); err != nil {
		return nil, err
	}
	return s.declared, nil
}

// connect returns a session, which it starts if there is none.
func (s *server) connect(ctx context.Context) (*live, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.turn }()
	s.mu.Lock()
	l, closed, wait, failure := s.live, s.closed, time.Until(s.next), s.failure
	s.mu.Unlock()
	switch {
	case closed:
		return nil, &ServerError{Server: s.name, Op: "start", Err: errors.New("the connections were closed")}
	case l != nil && !l.over():
		if !l.changed.Swap(false) {
			return l, nil
		}
		if err := s.list(ctx, l); err != nil {
			l.changed.Store(true)
			return nil, err
		}
		return l, nil
	case wait > 0:
		return nil, fmt.Errorf("%w; it is started again in %v", failure, wait.Round(time.Second))
	}
	if l != nil {
		s.log.Warn().Msg("the mcp server is gone: it is started anew")
		l.release()
	}
	l, err := s.start(ctx)
	if err == nil {
		if err = s.list(ctx, l); err != nil {
			l.release()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.live = nil
		if ctx.Err() == nil {
			s.pause = min(max(2*s.pause, time.Second), maxPause)
			s.next, s.failure = time.Now().Add(s.pause), err
		}
		return nil, err
	}
	if s.closed {
		l.release()
		return nil, &ServerError{Server: s.name, Op: "start", Err: errors.New("the connections were closed")}
	}
	s.live, s.pause, s.next = l, 0, time.Time{}
	return l, nil
}

// start makes a session. A command that ends at the newest version's first question, or is
// silent, is asked by the older one; an address that does not know streamable HTTP, by SSE.
func (s *server) start(ctx context.Context) (*live, error) {
	kind, err := s.cfg.transport()
	if err != nil {
		return nil, err
	}
	limit := startTimeout
	if kind == Stdio && s.cfg.Protocol == "" {
		limit = probeTimeout
	}
	l, err := s.open(ctx, kind, s.cfg.Protocol, limit)
	switch {
	case err == nil:
		return l, nil
	case ctx.Err() != nil || errors.Is(err, ErrLogin) || errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission):
		return nil, err
	case kind == Stdio && s.cfg.Protocol == "":
		return s.open(ctx, kind, "2025-11-25", startTimeout)
	case kind == HTTP && s.cfg.Type == "":
		if l, old := s.open(ctx, SSE, s.cfg.Protocol, probeTimeout); old == nil {
			return l, nil
		}
	}
	return nil, err
}

func (s *server) open(ctx context.Context, kind, version string, limit time.Duration) (*live, error) {
	if s.o.Browse == nil || s.login == nil { // a person at a login takes their time
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	// A stream lives in the context in which it was opened, and longer than that of its opening.
	life, die := context.WithCancel(context.WithoutCancel(ctx))
	rush := make(chan struct{})
	opening := context.AfterFunc(ctx, func() {
		close(rush)
		die()
	})
	l := &live{ended: make(chan struct{}), said: func() string { return "" }, release: func() {}}
	var transport sdk.Transport
	var err error
	var cleanup func()
	if kind == Stdio {
		p := &process{server: &s.cfg, dir: within(s.o.Dir, s.cfg.Cwd), log: s.log, rush: rush}
		transport, l.said = p, p.said
		cleanup = func() {
			if p.exited != nil && p.cmd.Process != nil {
				p.end()
			}
		}
	} else {
		client, own, err := newVisitor(&s.cfg)
		if err != nil {
			return nil, err
		}
		cleanup = own.kept.CloseIdleConnections
		if kind == SSE {
			transport = &sdk.SSEClientTransport{Endpoint: s.cfg.URL, HTTPClient: client, MaxEventSize: maxFrame}
		} else {
			web := &sdk.StreamableClientTransport{Endpoint: s.cfg.URL, HTTPClient: client, MaxEventSize: maxFrame}
			if !s.cfg.authorized() {
				if web.OAuthHandler, err = s.login.handler(client); err != nil {
					return nil, err
				}
			}
			transport = web
		}
	}
	l.session, err = s.client(l).Connect(life, transport, &sdk.ClientSessionOptions{ProtocolVersion: version})
	if !opening() && err == nil {
		_ = l.session.Close() // nobody waits for it any more
		err = ctx.Err()
	}
	if err != nil {
		cleanup()
		die()
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = fmt.Errorf("it gave no answer within %v: %w", limit, ctx.Err())
		}
		return nil, &ServerError{Server: s.name, Op: "start", Said: l.said(), Err: err}
	}
	go func() {
		_ = l.session.Wait() // why it ended is what the calls under way are told
		close(l.ended)
	}()
	l.release = sync.OnceFunc(func() {
		done := make(chan struct{})
		go func() {
			_ = l.session.Close() // of a session that nobody uses any more
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(3 * grace): // it waits for answers that do not come
		}
		cleanup()
		die()
	})
	return l, nil
}

// client is the protocol's client for one session.
func (s *server) client(l *live) *sdk.Client {
	o := &sdk.ClientOptions{
		Logger:                      slog.New(logHandler{s.log}),
		Capabilities:                &sdk.ClientCapabilities{}, // no roots, and no sampling: a server is not given the model
		ToolListChangedHandler:      func(context.Context, *sdk.ToolListChangedRequest) { l.changed.Store(true) },
		ProgressNotificationHandler: func(_ context.Context, r *sdk.ProgressNotificationClientRequest) { s.onProgress(r.Params) },
	}
	if s.o.Ask != nil {
		o.Capabilities.Elicitation = &sdk.ElicitationCapabilities{Form: &sdk.FormElicitationCapabilities{}, URL: &sdk.URLElicitationCapabilities{}}
		o.ElicitationHandler = s.elicit
	}
	return sdk.NewClient(&sdk.Implementation{Name: "chaski", Version: version()}, o)
}

// list reads the tools that the server declares now.
func (s *server) list(ctx context.Context, l *live) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	fail := func(err error) error {
		return &ServerError{Server: s.name, Op: "list", Said: l.said(), Err: err}
	}
	var declared []Declaration
	hashes := map[string]string{}
	cursor, pages := "", 0
	for {
		page, err := l.session.ListTools(ctx, &sdk.ListToolsParams{Cursor: cursor})
		if err != nil {
			return fail(err)
		}
		for _, t := range page.Tools {
			if _, twice := hashes[t.Name]; twice {
				s.log.Warn().Str("tool", clean(t.Name, 100)).Msg("the mcp server declares a tool twice: the first is taken")
				continue
			}
			d, err := declare(s.name, t)
			if err != nil {
				s.log.Warn().Str("tool", clean(t.Name, 100)).Err(err).Msg("the tool is set aside: its declaration cannot be used")
				continue
			}
			declared = append(declared, d)
			hashes[d.Name] = d.Hash
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
		if pages++; pages >= maxPages || len(declared) > maxTools {
			return fail(fmt.Errorf("it declares more than %d tools or %d pages of them", maxTools, maxPages))
		}
	}
	if len(declared) > maxTools {
		return fail(fmt.Errorf("it declares %d tools, more than %d", len(declared), maxTools))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.declared == nil {
		s.declared = append([]Declaration{}, declared...)
	}
	s.hashes = hashes
	return nil
}

// current says whether a tool is declared as it was when it was accepted.
func (s *server) current(name, hash string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch now, ok := s.hashes[name]; {
	case !ok:
		return errors.New("the server does not offer it any more")
	case now != hash:
		return errors.New("the server has changed its declaration since it was accepted; a person must accept it: chaski mcp pin " + s.name)
	}
	return nil
}

// described is what the server says of itself.
func (s *server) described() (version, protocol string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live == nil {
		return "", ""
	}
	r := s.live.session.InitializeResult()
	if r == nil {
		return "", ""
	}
	if r.ServerInfo != nil {
		version = clean(r.ServerInfo.Name+" "+r.ServerInfo.Version, 200)
	}
	return version, r.ProtocolVersion
}

// drop gives up a session that failed, so that the next call starts another.
func (s *server) drop(l *live) {
	s.mu.Lock()
	mine := s.live == l
	if mine {
		s.live = nil
	}
	s.mu.Unlock()
	if mine {
		go l.release()
	}
}

func (s *server) end() {
	s.mu.Lock()
	l := s.live
	s.closed, s.live = true, nil
	s.mu.Unlock()
	if l != nil {
		l.release()
	}
}
