package mcp

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/agent/api"
)

// sessionIdle is how long a session of the older protocol is kept that nobody uses.
const sessionIdle = time.Hour

// maxBody bounds a request in bytes.
const maxBody = 8 << 20

// The headers by which requests say what they are.
const (
	headerVersion = "Mcp-Protocol-Version"
	headerSession = "Mcp-Session-Id"
	headerMethod  = "Mcp-Method"
)

// web serves the protocol over HTTP. The newest version has no sessions, and the library
// speaks it only where it keeps none; in older ones a server can ask its client only within
// a session. So there are two handlers, and requests say which of them they are for.
type web struct {
	s        *Server
	newest   http.Handler
	sessions http.Handler
}

func newWeb(s *Server) *web {
	w := &web{s: s}
	get := func(r *http.Request) *sdk.Server { return s.serverFor(w.who(r)) }
	w.newest, w.sessions = handlers(get)
	return w
}

// handlers are those for the two kinds of versions. A client of an older one that lost its
// stream may come back for what it missed.
func handlers(get func(*http.Request) *sdk.Server) (newest, sessions http.Handler) {
	// Who may ask by which name and from which page is the HTTP server's question.
	newest = sdk.NewStreamableHTTPHandler(get, &sdk.StreamableHTTPOptions{Stateless: true, PropagateRequestCancellation: true, MaxRequestBodyBytes: maxBody, DisableLocalhostProtection: true})
	sessions = sdk.NewStreamableHTTPHandler(get, &sdk.StreamableHTTPOptions{EventStore: sdk.NewMemoryEventStore(nil), SessionTimeout: sessionIdle, MaxRequestBodyBytes: maxBody, DisableLocalhostProtection: true})
	return newest, sessions
}

func (w *web) who(r *http.Request) api.Principal {
	if w.s.o.Who == nil {
		return local
	}
	return w.s.o.Who(r.Context())
}

// Handler serves the protocol's streamable HTTP transport, all versions of it.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Header.Get(headerMethod) == "subscriptions/listen" { // which end only with their client
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			go func() {
				select {
				case <-s.o.Draining:
					cancel()
				case <-ctx.Done():
				}
			}()
			r = r.WithContext(ctx)
		}
		session := r.Header.Get(headerSession)
		if session == "" && isNewest(r) {
			s.web.newest.ServeHTTP(rw, r)
			return
		}
		if session != "" && !s.isSession(session, s.web.who(r)) {
			http.Error(rw, "there is no such session", http.StatusNotFound) // as for one that has ended: the client begins another
			return
		}
		s.web.sessions.ServeHTTP(rw, r)
	})
}

// isNewest says whether a request is of the version without sessions. Those say so in a
// header, which must be what the body says too.
func isNewest(r *http.Request) bool { return r.Header.Get(headerVersion) >= stateless }

// session names a new session of a principal: nobody else can use it.
func (s *Server) session(who api.Principal) string {
	id := rand.Text()
	return id + "-" + hex.EncodeToString(s.sign("session", belonging(id, who)))
}

// isSession says whether a session was named for this principal.
func (s *Server) isSession(session string, who api.Principal) bool {
	const tail = 1 + 64
	if len(session) <= tail {
		return false
	}
	id := session[:len(session)-tail]
	want := id + "-" + hex.EncodeToString(s.sign("session", belonging(id, who)))
	return hmac.Equal([]byte(session), []byte(want))
}

func belonging(id string, who api.Principal) []byte {
	text, _ := json.Marshal([]any{id, who}) // texts and flags always encode
	return text
}
