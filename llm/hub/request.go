package hub

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// waitError is a failure that may pass.
type waitError struct {
	after time.Duration // as long as the server says, 0 if it says nothing
	first bool          // the host has never answered: it will hardly begin to
	err   error
}

func (e *waitError) Error() string { return e.err.Error() }

func (e *waitError) Unwrap() error { return e.err }

// attempts bounds the tries that bring nothing; one that brings bytes starts the count anew.
const attempts = 6

// tries are how often something is tried that failed so.
func (e *waitError) tries() int {
	if e.first {
		return 2
	}
	return attempts
}

// direct finds out in seconds that nobody is there.
var direct = func() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: 8 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	return &http.Client{Transport: t}
}()

// do sends a request. What it says of a failure names the host and not the address, which
// may be signed.
func (h *Hub) do(req *http.Request, redirect func(*http.Request, []*http.Request) error) (*http.Response, error) {
	client := *direct
	if h.Client != nil {
		client = *h.Client
	}
	client.CheckRedirect = redirect
	resp, err := client.Do(req)
	if err == nil {
		h.heard.Store(req.URL.Host, true)
		h.heard.Store(resp.Request.URL.Host, true)
		return resp, nil
	}
	host := req.URL.Host
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err
		if at, e := url.Parse(u.URL); e == nil && at.Host != "" && at.Host != host {
			h.heard.Store(host, true) // it sent us on
			host = at.Host
		}
	}
	if cause := context.Cause(req.Context()); cause != nil {
		err = cause
	}
	_, heard := h.heard.Load(host)
	switch never, reached := unreached(err); {
	case never:
		return nil, fmt.Errorf("%s %w: %w", host, ErrUnreachable, err)
	case !reached:
		return nil, &waitError{first: !heard, err: fmt.Errorf("%s %w: %w", host, ErrUnreachable, err)}
	}
	return nil, &waitError{err: fmt.Errorf("the connection to %s failed: %w", host, err)}
}

// unreached says of an error whether the host was reached before it, and whether it never
// will be.
func unreached(err error) (never, reached bool) {
	var (
		name   *net.DNSError
		op     *net.OpError
		cert   *tls.CertificateVerificationError
		record tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &cert), errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch), errors.Is(err, errRedirects):
		return true, false
	case errors.As(err, &name), errors.Is(err, errSilent):
		return false, false
	case errors.As(err, &op): // through a proxy it is "proxyconnect" or "socks connect"
		return false, op.Op != "dial" && !strings.HasSuffix(op.Op, "connect")
	}
	return false, true
}

var (
	errSilent    = errors.New("it does not answer")
	errRedirects = errors.New("more than ten redirects")
)

// answered bounds the time in which the answer to a small request must be here.
func (h *Hub) answered(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, cmp.Or(h.idle, 30*time.Second), errSilent)
}

// base is the address of a source, which the environment may give.
func base(given, key, otherwise string) (string, error) {
	if given == "" {
		return otherwise, nil
	}
	u, err := url.Parse(given)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf("%s is %q: want an address such as %s", key, given, otherwise)
	}
	return strings.TrimRight(given, "/"), nil
}

// keepToken follows redirects and keeps the token for the host that it is for. net/http
// would tell it to another port, to a sub-domain, and in the clear.
func keepToken(req *http.Request, via []*http.Request) error {
	if first := via[0].URL; req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {
		req.Header.Del("Authorization")
	}
	if len(via) >= 10 {
		return errRedirects
	}
	return nil
}

// request makes a request.
func (h *Hub) request(ctx context.Context, method, url, auth string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "chaski")
	req.Header.Set("Accept-Encoding", "identity")
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	return req, nil
}

// status is the error of an answer that is none.
func status(resp *http.Response, asked string) error {
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 300))
	err := fmt.Errorf("%s answered %s", resp.Request.URL.Host, resp.Status)
	if line := strings.TrimSpace(strings.ToValidUTF8(string(text), "?")); line != "" && !strings.HasPrefix(line, "<") {
		err = fmt.Errorf("%w: %q", err, line)
	}
	moved := resp.Request.URL.String() != asked // a signed address, which expires
	switch code := resp.StatusCode; {
	case (code == http.StatusUnauthorized || code == http.StatusForbidden) && !moved:
		return fmt.Errorf("%w: %w", ErrGated, err)
	case code == http.StatusNotFound && !moved:
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	case moved, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code >= 500:
		return &waitError{after: after(resp.Header.Get("Retry-After")), err: err}
	}
	return err
}

// after reads a Retry-After: seconds or a date.
func after(s string) time.Duration {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(0, time.Until(t))
	}
	return 0
}

// retry does something small again while it fails in a way that may pass.
func (h *Hub) retry(ctx context.Context, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		var wait *waitError
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || !errors.As(err, &wait) || try >= wait.tries() {
			return err
		}
		if err := h.sleep(ctx, try, wait); err != nil {
			return err
		}
	}
}

// sleep waits before a try: as the server says, up to ten minutes, else longer each time.
func (h *Hub) sleep(ctx context.Context, try int, w *waitError) error {
	pause := h.pause
	if pause == 0 {
		pause = time.Second
	}
	d := pause << min(try-1, 5)
	d += time.Duration(rand.Int64N(int64(d)/2 + 1))
	if w != nil && w.after > 0 {
		d = min(w.after, 10*time.Minute)
	}
	if w != nil && (w.after > 0 || try > 1) { // once may be a hiccup
		h.notice("%v: trying again in %v", w.err, d.Round(time.Second))
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
