package mcp

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"
)

// exchange follows one call on its way to a server.
type exchange struct {
	fresh bool // on a connection of its own: one that its server has just closed would leave it open whether the call was read

	mu     sync.Mutex
	left   bool // bytes of it may have been sent
	status int  // of the answer over HTTP
}

func (x *exchange) leave() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.left, x.status = true, 0
}

func (x *exchange) answered(status int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.status = status
}

func (x *exchange) state() (left bool, status int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.left, x.status
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// visitor makes requests to one server: with its headers, to its host only, with answers
// of a bounded size.
type visitor struct {
	origin  *url.URL
	headers map[string]string
	kept    *http.Transport
	fresh   *http.Transport // keeps no connection
}

// newVisitor returns a client for the server's address.
func newVisitor(s *Server) (*http.Client, *visitor, error) {
	origin, err := url.Parse(s.URL)
	if err != nil {
		return nil, nil, err
	}
	kept := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second, MaxIdleConnsPerHost: 8,
		IdleConnTimeout: 15 * time.Second}
	fresh := kept.Clone()
	fresh.DisableKeepAlives = true
	v := &visitor{origin, s.Headers, kept, fresh}
	return &http.Client{Transport: v, CheckRedirect: v.stay}, v, nil
}

// stay follows redirects only within the server.
func (v *visitor) stay(r *http.Request, via []*http.Request) error {
	if r.URL.Scheme != v.origin.Scheme || r.URL.Host != v.origin.Host || len(via) > 5 {
		return fmt.Errorf("it redirects to %s: an mcp server is only followed within its own host", r.URL.Redacted())
	}
	return nil
}

// RoundTrip implements http.RoundTripper.
func (v *visitor) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	x := exchangeOf(ctx)
	if r.Method != http.MethodPost || r.URL.Host != v.origin.Host || r.URL.Path != v.origin.Path { // a login, say
		x = nil
	}
	if x != nil {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { x.leave() }})
	}
	r = r.Clone(ctx)
	if r.URL.Scheme == v.origin.Scheme && r.URL.Host == v.origin.Host {
		for name, value := range v.headers {
			r.Header.Set(name, value)
		}
	}
	by := v.kept
	if x != nil && x.fresh {
		by = v.fresh
	}
	resp, err := by.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if x != nil {
		x.answered(resp.StatusCode)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "text/event-stream" { // whose events are bounded
		resp.Body = &boundedBody{resp.Body, maxFrame}
	}
	return resp, nil
}

// boundedBody fails where an answer is longer than a message may be.
type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, fmt.Errorf("the answer has more than %d bytes", maxFrame)
	}
	return n, err
}
