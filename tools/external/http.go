package external

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync/atomic"

	"github.com/chaski-dev/chaski/tools"
)

type endpoint struct {
	url     string
	headers map[string]string
	effect  tools.Effect
}

// caller follows no redirect: a tool talks to the address that was declared. fresh also
// takes no connection that was used before: one that its server has just closed would
// leave it open whether the request was read.
var (
	caller = &http.Client{CheckRedirect: stay}
	fresh  = &http.Client{CheckRedirect: stay, Transport: unshared()}
)

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func unshared() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // a program put its own in place
		return http.DefaultTransport
	}
	t = t.Clone()
	t.DisableKeepAlives = true
	return t
}

func (e endpoint) call(ctx context.Context, call tools.Call) (json.RawMessage, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(call.Arguments))
	if err != nil {
		return nil, err
	}
	// The standard client repeats requests with this key on a lost connection: without
	// a body to read again it cannot, and the effect class decides about repeating.
	req.GetBody = nil
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", call.ID)
	if call.Trace != "" {
		req.Header.Set("Traceparent", call.Trace)
	}
	for k, v := range e.headers {
		req.Header.Set(k, os.ExpandEnv(v))
	}
	var left atomic.Bool // a connection was there: from then on the request may have been read
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }}))
	client := caller
	if e.effect == tools.Once {
		client = fresh
	}
	resp, err := client.Do(req)
	switch {
	case err != nil && !left.Load():
		return nil, tools.Fail("%w; it was not sent", err)
	case err != nil && ctx.Err() != nil:
		return nil, err
	case err != nil:
		return nil, tools.Unsure("the connection was lost after the request had left: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, tools.MaxResult+1))
	reason := resp.Status
	if text := strings.TrimSpace(string(body[:min(len(body), 500)])); text != "" {
		reason += ": " + text
	}
	switch said := judge(resp.StatusCode); {
	case said == tools.StatusOK && (err == nil || e.effect.HasEffect()): // however little of its answer came
		return bytes.TrimSpace(body), nil
	case said == tools.StatusOK && ctx.Err() != nil:
		return nil, err
	case said == tools.StatusOK:
		return nil, tools.Unsure("the answer broke off: %w", err)
	case said == tools.StatusUnknown && (e.effect == tools.Once || passing(resp.StatusCode)):
		return nil, tools.Unsure("%s", reason)
	case said == tools.StatusRetry && e.effect != tools.Once:
		return nil, tools.Retry("%s", reason)
	}
	return nil, tools.Fail("%s", reason)
}

// passing says whether a status tells of an answer that did not come, so that a call
// that may be repeated is.
func passing(code int) bool {
	switch code {
	case http.StatusRequestTimeout, 499, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// judge says what a status proves. 4xx is the endpoint's word that it did nothing, but
// for 408 and 499, which tell of a request that was given up on the way. 5xx proves
// nothing: it comes from an endpoint that failed half way, or from a gateway that got no
// answer; nor does a redirect that may be the answer to what was done.
func judge(code int) tools.Status {
	switch code {
	case http.StatusConflict, http.StatusUnprocessableEntity, http.StatusTooManyRequests:
		return tools.StatusRetry
	case http.StatusRequestTimeout, 499:
		return tools.StatusUnknown
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect, http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return tools.StatusFail
	}
	switch code / 100 {
	case 2:
		return tools.StatusOK
	case 4:
		return tools.StatusFail
	}
	return tools.StatusUnknown
}
