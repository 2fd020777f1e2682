package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/auth/extauth"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
	"golang.org/x/oauth2"
)

// Grants of OAuth.
const (
	grantCode   = "authorization_code"
	grantClient = "client_credentials"
)

// login is what is known of a server's OAuth. What a login gave is kept in a file that only
// the user can read, and refreshed until the server takes it back.
type login struct {
	server string
	o      *OAuth
	browse func(ctx context.Context, server, address string) error
	path   string // "" keeps nothing

	mu   sync.Mutex
	kept *keptLogin
}

// keptLogin is the file.
type keptLogin struct {
	ClientID     string           `json:"client_id"`
	ClientSecret string           `json:"client_secret,omitempty"`
	AuthURL      string           `json:"auth_url"`
	TokenURL     string           `json:"token_url"`
	AuthStyle    oauth2.AuthStyle `json:"auth_style"`
	Scopes       []string         `json:"scopes,omitempty"`
	Token        *oauth2.Token    `json:"token"`
}

func newLogin(server string, o *OAuth, opt *Options) (*login, error) {
	l := &login{server: server, o: o, browse: opt.Browse}
	if opt.Tokens == "" {
		return l, nil
	}
	l.path = filepath.Join(opt.Tokens, legalNames([]string{server}, legal, maxName, "-")[server]+".json")
	text, err := os.ReadFile(l.path)
	if errors.Is(err, os.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	var kept keptLogin
	if err := json.Unmarshal(text, &kept); err != nil || kept.Token == nil {
		return nil, fmt.Errorf("%s: it is no login that was kept: remove it and log in again", l.path)
	}
	l.kept = &kept
	return l, nil
}

// handler authorizes requests. It is asked for with each session.
func (l *login) handler(client *http.Client) (auth.OAuthHandler, error) {
	if l.o.Grant == grantClient {
		return extauth.NewClientCredentialsHandler(&extauth.ClientCredentialsHandlerConfig{HTTPClient: client,
			Credentials: &oauthex.ClientCredentials{ClientID: l.o.ClientID, Issuer: l.o.Issuer, ClientSecretAuth: &oauthex.ClientSecretAuth{ClientSecret: l.o.ClientSecret}}})
	}
	way, err := l.wayBack()
	if err != nil {
		return nil, err
	}
	c := &auth.AuthorizationCodeHandlerConfig{
		Client: client, RedirectURL: way.address, RequestRefreshToken: true, AuthorizationCodeFetcher: way.fetch, NewTokenSource: l.source,
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{Metadata: &oauthex.ClientRegistrationMetadata{
			ClientName: "Chaski", RedirectURIs: []string{way.address}, GrantTypes: []string{grantCode, "refresh_token"}, ResponseTypes: []string{"code"}}},
	}
	if l.o.ClientID != "" {
		c.PreregisteredClient = &oauthex.ClientCredentials{ClientID: l.o.ClientID, Issuer: l.o.Issuer}
		if l.o.ClientSecret != "" {
			c.PreregisteredClient.ClientSecretAuth = &oauthex.ClientSecretAuth{ClientSecret: l.o.ClientSecret}
		}
	}
	if l.o.ClientMetadataURL != "" {
		c.ClientIDMetadataDocumentConfig = &auth.ClientIDMetadataDocumentConfig{URL: l.o.ClientMetadataURL}
	}
	if len(l.o.Scopes) > 0 {
		c.ScopeFilter = func([]string) []string { return l.o.Scopes }
	}
	l.mu.Lock()
	kept := l.kept
	l.mu.Unlock()
	if kept != nil {
		ctx := context.WithValue(context.Background(), oauth2.HTTPClient, client)
		cfg := &oauth2.Config{ClientID: kept.ClientID, ClientSecret: kept.ClientSecret, Scopes: kept.Scopes,
			Endpoint: oauth2.Endpoint{AuthURL: kept.AuthURL, TokenURL: kept.TokenURL, AuthStyle: kept.AuthStyle}}
		if c.InitialTokenSource, err = l.source(ctx, cfg, kept.Token); err != nil {
			return nil, err
		}
	}
	h, err := auth.NewAuthorizationCodeHandler(c)
	if err != nil {
		return nil, err
	}
	if l.browse == nil {
		return &noPerson{h, l.server}, nil
	}
	return h, nil
}

// noPerson uses what an earlier login gave.
type noPerson struct {
	auth.OAuthHandler
	server string
}

// Authorize says that a person is needed.
func (n *noPerson) Authorize(_ context.Context, r *http.Request, resp *http.Response) error {
	_ = resp.Body.Close() // it says nothing that is read here
	if resp.StatusCode == http.StatusForbidden {
		return fmt.Errorf("%w with more rights, or forbids this: chaski mcp login %s", ErrLogin, n.server)
	}
	return fmt.Errorf("%w: chaski mcp login %s", ErrLogin, n.server)
}

// source gives tokens, and keeps each new one.
func (l *login) source(ctx context.Context, cfg *oauth2.Config, t *oauth2.Token) (oauth2.TokenSource, error) {
	return &keepingSource{login: l, cfg: cfg, from: cfg.TokenSource(ctx, t)}, nil
}

type keepingSource struct {
	login *login
	cfg   *oauth2.Config
	from  oauth2.TokenSource

	mu   sync.Mutex
	last string
}

// Token implements oauth2.TokenSource.
func (s *keepingSource) Token() (*oauth2.Token, error) {
	t, err := s.from.Token()
	if err != nil {
		return nil, err
	}
	return t, s.keep(t)
}

func (s *keepingSource) keep(t *oauth2.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.AccessToken == s.last {
		return nil
	}
	s.last = t.AccessToken
	return s.login.keep(&keptLogin{ClientID: s.cfg.ClientID, ClientSecret: s.cfg.ClientSecret, AuthURL: s.cfg.Endpoint.AuthURL, TokenURL: s.cfg.Endpoint.TokenURL,
		AuthStyle: s.cfg.Endpoint.AuthStyle, Scopes: s.cfg.Scopes, Token: t})
}

func (l *login) keep(k *keptLogin) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = k
	if l.path == "" {
		return nil
	}
	text, err := json.Marshal(k)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(l.path), ".login") // readable by the user only
	if err != nil {
		return err
	}
	_, err = part.Write(text)
	err = errors.Join(err, part.Sync(), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), l.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	return nil
}

// wayBack is the address on this machine to which a browser comes back from a login.
type wayBack struct {
	login   *login
	address string
	free    atomic.Pointer[net.Listener] // on a port that was found free, for the first login
}

// wayBack names the address. The port is that of the configuration, or one that is free: it
// is held until the first login, since the server is told of it before.
func (l *login) wayBack() (*wayBack, error) {
	w, port := &wayBack{login: l}, l.o.CallbackPort
	if port == 0 && l.browse != nil {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		port = free.Addr().(*net.TCPAddr).Port
		w.free.Store(&free)
	}
	w.address = "http://127.0.0.1:" + strconv.Itoa(max(port, 1)) + "/callback"
	return w, nil
}

// listen listens at the address.
func (w *wayBack) listen() (net.Listener, error) {
	if free := w.free.Swap(nil); free != nil {
		return *free, nil
	}
	l, err := net.Listen("tcp", w.address[len("http://"):len(w.address)-len("/callback")])
	if err != nil {
		return nil, fmt.Errorf("the way back from the login: %w", err)
	}
	return l, nil
}

// fetch shows the person the address, and waits for the browser.
func (w *wayBack) fetch(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
	listener, err := w.listen()
	if err != nil {
		return nil, err
	}
	type answer struct {
		result *auth.AuthorizationResult
		err    error
	}
	answers := make(chan answer, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /callback", func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		a := answer{result: &auth.AuthorizationResult{Code: q.Get("code"), State: q.Get("state"), Iss: q.Get("iss")}}
		text := "You are logged in. This page can be closed."
		if problem := q.Get("error"); problem != "" || q.Get("code") == "" {
			a = answer{err: fmt.Errorf("the login failed: %s %s", clean(problem, 100), clean(q.Get("error_description"), 500))}
			text = "The login failed."
		}
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(rw, text) // to a browser that may have gone
		select {
		case answers <- a:
		default: // only the first counts
		}
	})
	web := &http.Server{Handler: mux}
	go func() { _ = web.Serve(listener) }() // until it is closed
	defer goodbye(web)
	if err := w.login.browse(ctx, w.login.server, args.URL); err != nil {
		return nil, err
	}
	select {
	case a := <-answers:
		return a.result, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// goodbye ends a server when the page that it is just writing has left: the person reads there
// that the login is done. Connections that a browser opened in advance are not waited for.
func goodbye(web *http.Server) {
	ctx, done := context.WithTimeout(context.Background(), time.Second)
	defer done()
	if web.Shutdown(ctx) != nil {
		_ = web.Close()
	}
}
