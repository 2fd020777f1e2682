package api

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// SessionCookie is the cookie that carries a session's token. Whoever sets it says
// SameSite=Strict and HttpOnly.
const SessionCookie = "chaski_session"

// maxSessions bounds the sessions that are remembered.
const maxSessions = 10_000

// sessions are those who were let in by something else than a key, such as a page that
// knows its visitor. They end with the server.
type sessions struct {
	mu   sync.Mutex
	open map[string]session // by the token's hash
}

type session struct {
	who  Principal
	ends time.Time
	key  string // the hash of the API key that it stands for, if it does
}

// NewSession lets somebody in for a time, and returns the token: for Authorization: Bearer,
// X-Api-Key, or the cookie [SessionCookie].
func (s *Server) NewSession(who Principal, ttl time.Duration) (token string) {
	return s.newSession(session{who: who}, ttl)
}

// SignIn opens a session that stands for an API key: whoever has its token may what the key
// may, as long as the key is there and has not expired. An unknown key is an error.
func (s *Server) SignIn(key string, ttl time.Duration) (token string, err error) {
	if s.o.Keys == nil {
		return "", unknown("there are no API keys here")
	}
	hash := hashKey(key)
	k, _ := s.o.Keys.findHash(hash)
	who, f := principalOf(k)
	if f != nil {
		return "", f
	}
	return s.newSession(session{who: who, key: hash}, ttl), nil
}

// Session returns whose session a token is of.
func (s *Server) Session(token string) (Principal, bool) {
	one, ok := s.sessions.find(token)
	if ok && one.key != "" {
		k, _ := s.o.Keys.findHash(one.key)
		who, f := principalOf(k)
		return who, f == nil
	}
	return one.who, ok
}

func (s *Server) newSession(one session, ttl time.Duration) (token string) {
	token = newID("session_")
	now := time.Now()
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	if s.sessions.open == nil {
		s.sessions.open = map[string]session{}
	}
	if len(s.sessions.open) >= maxSessions {
		for hash, old := range s.sessions.open {
			if now.After(old.ends) {
				delete(s.sessions.open, hash)
			}
		}
		if len(s.sessions.open) >= maxSessions {
			clear(s.sessions.open)
		}
	}
	one.ends = now.Add(ttl)
	s.sessions.open[hashKey(token)] = one
	return token
}

// EndSession ends a session; no token is no error.
func (s *Server) EndSession(token string) {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	delete(s.sessions.open, hashKey(token))
}

// find returns a session by its token.
func (s *sessions) find(token string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.open[hashKey(token)]
	if ok && time.Now().After(one.ends) {
		delete(s.open, hashKey(token))
		return session{}, false
	}
	return one, ok
}

// credentials are the key or token that a request carries, and whether a browser sent it by
// itself.
func credentials(r *http.Request) (text string, cookie bool) {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token), false
	}
	if key := r.Header.Get("X-Api-Key"); key != "" {
		return key, false
	}
	if c, err := r.Cookie(SessionCookie); err == nil {
		return c.Value, true
	}
	return "", false
}
