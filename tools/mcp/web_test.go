package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/tools"
)

// website is a server with tools that say what they were sent.
func website() *sdk.Server {
	s := sdk.NewServer(&sdk.Implementation{Name: "site", Version: "1"}, nil)
	s.AddTool(&sdk.Tool{Name: "key", InputSchema: json.RawMessage(`{"type":"object"}`)}, func(_ context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		if r.Extra == nil { // the older transport shows none
			return text("k1"), nil
		}
		return text(r.Extra.Header.Get("X-Key")), nil
	})
	s.AddTool(&sdk.Tool{Name: "wait", InputSchema: json.RawMessage(`{"type":"object"}`)}, func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	return s
}

func TestWeb(t *testing.T) {
	get := func(*http.Request) *sdk.Server { return website() }
	handlers := map[string]http.Handler{
		"stateful":  sdk.NewStreamableHTTPHandler(get, nil),
		"stateless": sdk.NewStreamableHTTPHandler(get, &sdk.StreamableHTTPOptions{Stateless: true, JSONResponse: true}),
		"sse":       sdk.NewSSEHandler(get, nil),
	}
	for name, h := range handlers {
		web := httptest.NewServer(h)
		t.Cleanup(web.Close)
		c, r := opened(t, Options{Servers: Servers{name: {URL: web.URL, Headers: map[string]string{"X-Key": "k1"}}}, Log: testLog(t)})
		got := call(t, r, name+"__key", `{}`)
		_, protocol := c.servers[0].described()
		if string(got.Value) != `"k1"` {
			t.Errorf("%s at %s: %s %s %s", name, protocol, got.Status, got.Value, got.Reason)
		}
		if spec := r.Tool(name + "__key").Spec(); spec.Labels["egress"] != "true" {
			t.Errorf("%s: arguments that leave the house are not declared", name)
		}
		if name == "stateless" && protocol != "2026-07-28" {
			t.Errorf("%s speaks %s", name, protocol)
		}
		c.Close()
	}
}

// TestWebOutcomes holds what the ways in which a request can fail mean for a once call.
func TestWebOutcomes(t *testing.T) {
	inner := sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return website() }, nil)
	var mode atomic.Value
	mode.Store("")
	var asked atomic.Int64
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || !strings.Contains(r.Header.Get("Accept"), "json") || mode.Load() == "" {
			inner.ServeHTTP(w, r)
			return
		}
		asked.Add(1)
		switch m := mode.Load().(string); m {
		case "break":
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				c.Close()
			}
		case "cut":
			w.Header().Set("Content-Type", "text/event-stream")
			w.WriteHeader(200)
			fmt.Fprint(w, ": begun\n\n")
		case "endless":
			w.Header().Set("Content-Type", "application/json")
			for range 2 * maxFrame >> 20 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		case "away":
			http.Redirect(w, r, "http://127.0.0.1:1/elsewhere", http.StatusTemporaryRedirect)
		case "gone":
			mode.Store("")
			http.Error(w, "no such session", http.StatusNotFound)
		default:
			var status int
			fmt.Sscan(m, &status)
			http.Error(w, "x", status)
		}
	}))
	defer web.Close()
	for _, test := range []struct{ mode, status, text string }{
		{"break", "unknown", "call"}, {"cut", "unknown", "without response"}, {"endless", "unknown", ""}, {"away", "unknown", "redirects"},
		{"500", "unknown", "Internal"}, {"503", "unknown", "Unavailable"}, {"429", "retry", "too many"}, {"400", "fail", "did not run"}, {"403", "fail", "did not run"},
		{"gone", "ok", ""},
	} {
		mode.Store("")
		_, r := opened(t, Options{Servers: Servers{"web": {URL: web.URL}}, Log: testLog(t)})
		mode.Store(test.mode)
		asked.Store(0)
		got := call(t, r, "web__key", `{}`)
		if string(got.Status) != test.status || !strings.Contains(got.Reason, test.text) {
			t.Errorf("%s: %s %.300s, want %s %s", test.mode, got.Status, got.Reason, test.status, test.text)
		}
		if n := asked.Load(); n > 1 {
			t.Errorf("%s: a once call was sent %d times", test.mode, n)
		}
		mode.Store("")
		if got := call(t, r, "web__key", `{}`); got.Status != tools.StatusOK {
			t.Errorf("after %s: %s %s", test.mode, got.Status, got.Reason)
		}
	}
	_, r := opened(t, Options{Servers: Servers{"web": {URL: web.URL}}, Log: testLog(t)})
	web.CloseClientConnections()
	web.Close()
	got := call(t, r, "web__key", `{}`)
	if got.Status != tools.StatusFail || !strings.Contains(got.Reason, "did not run") {
		t.Errorf("nobody at the address: %s %s", got.Status, got.Reason)
	}
}

// TestHeadersStay holds that a server's key goes to no other host.
func TestHeadersStay(t *testing.T) {
	leaked := make(chan string, 10)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { leaked <- r.Header.Get("X-Key") }))
	defer other.Close()
	_, port, _ := net.SplitHostPort(other.Listener.Addr().String())
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://localhost:"+port+"/", http.StatusPermanentRedirect)
	}))
	defer web.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := Open(ctx, Options{Servers: Servers{"web": {URL: web.URL, Headers: map[string]string{"X-Key": "secret"}}}, Log: testLog(t)}); err == nil {
		t.Error("a server that redirects elsewhere was opened")
	}
	select {
	case key := <-leaked:
		t.Errorf("another host was asked, with the key %q", key)
	default:
	}
}
