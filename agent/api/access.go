package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Access says what a route asks of whoever comes.
type Access int

// What a route may ask.
const (
	Open    Access = iota // nothing
	Use                   // to be known
	Approve               // to be allowed to answer for a person
	Operate               // to be allowed to see what the operator sees
)

// Principal is who asks.
type Principal struct {
	Tenant  string
	Name    string // of the person or program, as journals name it
	Key     string // name of the API key; "" without one
	Approve bool   // may answer calls that wait for a person
	Operate bool   // may read journals and metrics
	All     bool   // sees every tenant
}

// Sees reports whether what belongs to a tenant is the principal's to see.
func (p Principal) Sees(tenant string) bool { return p.All || p.Tenant == tenant }

// From returns who asks, in a handler that was mounted with [Server.Handle].
func From(ctx context.Context) Principal { return requestIn(ctx).who }

// local is who asks where nobody needs a key.
var local = Principal{Name: "local", Approve: true, Operate: true, All: true}

// admit says who asks, and whether they may.
func (s *Server) admit(r *http.Request, access Access) (Principal, error) {
	if access == Open {
		return Principal{}, nil
	}
	who, err := s.known(r)
	if err != nil {
		return Principal{}, err
	}
	if access == Approve && !who.Approve || access == Operate && !who.Operate {
		return who, &failure{status: http.StatusForbidden, kind: "permission_error", code: "forbidden", message: "this key may not do that"}
	}
	return who, nil
}

// known says who asks: by a session, a key, or by being at this machine.
func (s *Server) known(r *http.Request) (Principal, error) {
	text, cookie := credentials(r)
	needed := s.o.Keys != nil && s.o.Keys.Needed()
	if !needed {
		if err := s.checkPlace(r); err != nil {
			return Principal{}, err
		}
	}
	if text != "" {
		if one, ok := s.sessions.find(text); ok {
			if cookie { // a page of another origin cannot read it, but could have it sent
				if err := OwnPage(r); err != nil {
					return Principal{}, &failure{status: http.StatusForbidden, kind: "permission_error", code: "wrong_origin", message: err.Error()}
				}
			}
			if one.key == "" {
				return one.who, nil
			}
			return s.byKey(r, one.key)
		}
	}
	if !needed {
		return local, nil
	}
	if text == "" || cookie {
		return Principal{}, unknown("an API key is needed: Authorization: Bearer KEY, or X-Api-Key")
	}
	return s.byKey(r, hashKey(text))
}

// OwnPage says why a request that a browser sends with a cookie may change nothing: another
// page sent it, or nothing says which page did. Every browser says so, by the header Origin
// or Sec-Fetch-Site.
func OwnPage(r *http.Request) error {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return errors.New("a page of another origin sent this: it changes nothing")
	}
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
	if !safe && r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == "" {
		return errors.New("nothing says which page sent this: it changes nothing; a program asks with Authorization: Bearer")
	}
	return nil
}

// byKey says who asks with the key of that hash, and has the request counted for it.
func (s *Server) byKey(r *http.Request, hash string) (Principal, error) {
	key, m := s.o.Keys.findHash(hash)
	who, f := principalOf(key)
	if f != nil {
		return who, f
	}
	q := requestOf(r)
	q.key, q.meter = key, m
	return who, nil
}

// principalOf is who has a key; nil is one that is not known.
func principalOf(key *Key) (Principal, error) {
	switch {
	case key == nil:
		return Principal{}, unknown("the API key is not known here")
	case !key.Expires.IsZero() && time.Now().After(key.Expires):
		return Principal{}, unknown("the API key has expired")
	}
	return Principal{Tenant: key.Tenant, Name: key.Name, Key: key.Name, Approve: key.Approve, Operate: key.Operate, All: key.All}, nil
}

// unknown refuses somebody who is not known.
func unknown(message string) *failure {
	return &failure{status: http.StatusUnauthorized, kind: "invalid_request_error", code: "invalid_api_key", message: message}
}

// checkPlace refuses what a web page of somebody else's could send: without keys, whoever
// reaches the server is served, and a browser reaches it for any page.
func (s *Server) checkPlace(r *http.Request) error {
	if !s.namedHere(r.Host) {
		return &failure{status: http.StatusForbidden, kind: "permission_error", code: "wrong_host",
			message: "the server was asked by a name that is not its own: ask by 127.0.0.1 or localhost, or start it with keys"}
	}
	if origin := r.Header.Get("Origin"); origin != "" && !s.allowedOrigin(origin) && !sameOrigin(origin, r) {
		return &failure{status: http.StatusForbidden, kind: "permission_error", code: "wrong_origin",
			message: "a page of another origin may not ask this server"}
	}
	return nil
}

// namedHere says whether a Host header names this machine, or what the options name.
func (s *Server) namedHere(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if slices.ContainsFunc(s.o.Hosts, func(h string) bool { return strings.EqualFold(h, name) }) {
		return true
	}
	if addr, err := netip.ParseAddr(name); err == nil {
		return addr.IsLoopback()
	}
	return strings.EqualFold(name, "localhost")
}

func (s *Server) allowedOrigin(origin string) bool {
	return slices.ContainsFunc(s.o.Origins, func(o string) bool { return o == "*" || strings.EqualFold(o, origin) })
}

func sameOrigin(origin string, r *http.Request) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}

// cors tells a browser what pages of allowed origins may do. It reports whether that is the
// whole answer.
func (s *Server) cors(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || !s.allowedOrigin(origin) {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "X-Request-Id, X-Chaski-Run, Retry-After")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}
