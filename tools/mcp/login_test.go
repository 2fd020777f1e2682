package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// guarded is a server that wants a login, and its authorization server. A token is good
// until it is taken back; a refresh gives the next.
type guarded struct {
	*httptest.Server
	mu        sync.Mutex
	valid     string
	tokens    int
	refreshes int
	asked     int // for a login
}

func newGuarded(t *testing.T) *guarded {
	g := &guarded{}
	mcp := sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return website() }, nil)
	mux := http.NewServeMux()
	reply := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("/.well-known/oauth-protected-resource/mcp", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"resource": g.URL + "/mcp", "authorization_servers": []string{g.URL}})
	})
	mux.HandleFunc("/.well-known/oauth-authorization-server", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"issuer": g.URL, "authorization_endpoint": g.URL + "/authorize", "token_endpoint": g.URL + "/token", "registration_endpoint": g.URL + "/register",
			"response_types_supported": []string{"code"}, "code_challenge_methods_supported": []string{"S256"}, "token_endpoint_auth_methods_supported": []string{"none"}})
	})
	mux.HandleFunc("/register", func(w http.ResponseWriter, r *http.Request) {
		var m map[string]any
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		m["client_id"], m["token_endpoint_auth_method"] = "client-1", "none"
		w.WriteHeader(http.StatusCreated)
		reply(w, m)
	})
	mux.HandleFunc("/authorize", func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		g.asked++
		g.mu.Unlock()
		q := r.URL.Query()
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {"c"}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		expires := 3600
		if r.Form.Get("grant_type") == "refresh_token" {
			g.refreshes++
		} else {
			expires = 1 // so that it is refreshed
		}
		g.tokens++
		g.valid = fmt.Sprint("token-", g.tokens)
		reply(w, map[string]any{"access_token": g.valid, "token_type": "Bearer", "refresh_token": "again", "expires_in": expires})
	})
	mux.HandleFunc("/mcp", func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		ok := g.valid != "" && r.Header.Get("Authorization") == "Bearer "+g.valid
		g.mu.Unlock()
		if !ok {
			w.Header().Set("WWW-Authenticate", `Bearer resource_metadata="`+g.URL+`/.well-known/oauth-protected-resource/mcp"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		mcp.ServeHTTP(w, r)
	})
	g.Server = httptest.NewServer(mux)
	t.Cleanup(g.Close)
	return g
}

// TestLogin holds that a login is asked for by name, done once, kept for the user only and
// refreshed.
func TestLogin(t *testing.T) {
	g := newGuarded(t)
	o := Options{Servers: Servers{"vault": {URL: g.URL + "/mcp"}}, Tokens: filepath.Join(t.TempDir(), "mcp"), Log: testLog(t)}
	if _, err := Open(t.Context(), o); !errors.Is(err, ErrLogin) || !strings.Contains(err.Error(), "chaski mcp login vault") {
		t.Fatalf("without a login: %v", err)
	}
	var page sync.WaitGroup
	o.Browse = func(_ context.Context, server, address string) error {
		if server != "vault" {
			t.Errorf("the login of %q is shown", server)
		}
		page.Go(func() { // a browser takes its time, longer than a login does
			resp, err := http.Get(address)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if text, err := io.ReadAll(resp.Body); err != nil || !strings.HasPrefix(string(text), "You are logged in.") {
				t.Errorf("the browser shows %q, %v", text, err)
			}
		})
		return nil
	}
	_, r := opened(t, o)
	page.Wait()
	if got := call(t, r, "vault__key", `{}`); got.Status != "ok" {
		t.Errorf("%s %s", got.Status, got.Reason)
	}
	kept, err := os.Stat(filepath.Join(o.Tokens, "vault.json"))
	if err != nil || kept.Mode().Perm() != 0o600 {
		t.Fatalf("what the login gave: %v %v", kept, err)
	}
	o.Browse = nil
	_, r = opened(t, o)
	if got := call(t, r, "vault__key", `{}`); got.Status != "ok" {
		t.Errorf("with what an earlier login gave: %s %s", got.Status, got.Reason)
	}
	if g.asked != 1 || g.refreshes == 0 {
		t.Errorf("%d logins, %d refreshes", g.asked, g.refreshes)
	}
	if err := os.WriteFile(filepath.Join(o.Tokens, "vault.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "vault.json") {
		t.Errorf("a broken file: %v", err)
	}
}
