package hub

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// nobody is an address where nobody answers.
func nobody(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestUnreachable: where nobody has ever answered there is one more try, and the error
// names the host and what can be done.
func TestUnreachable(t *testing.T) {
	s := newServer(t)
	s.put("ann/m", "m.gguf", random(31, 1000))
	gone := nobody(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	secret := httptest.NewUnstartedServer(http.NotFoundHandler())
	secret.Config.ErrorLog = log.New(io.Discard, "", 0)
	secret.StartTLS()
	defer secret.Close()
	for name, c := range map[string]struct {
		endpoint, registry, model string
		tries                     int32
		text                      string
	}{
		"refused":           {endpoint: "http://" + gone, tries: 2, text: gone + " cannot be reached"},
		"a registry":        {registry: "http://" + gone, model: "ollama:m", tries: 2, text: "OLLAMA_REGISTRY"},
		"no such host":      {endpoint: "http://hub.invalid", tries: 2, text: "hub.invalid cannot be reached"},
		"silent":            {endpoint: "http://" + silent.Addr().String(), tries: 2, text: "it does not answer"},
		"no TLS":            {endpoint: strings.Replace(s.hub.URL, "http", "https", 1), tries: 1, text: "cannot be reached"},
		"a stranger's key":  {endpoint: secret.URL, tries: 1, text: "cannot be reached"},
		"no scheme":         {endpoint: "hub.example", text: `HF_ENDPOINT is "hub.example": want an address such as https://huggingface.co`},
		"another scheme":    {endpoint: "ftp://hub.example", text: "HF_ENDPOINT"},
		"a registry, bare":  {registry: "hub.example", model: "ollama:m", text: "OLLAMA_REGISTRY is"},
		"a host of storage": {endpoint: s.hub.URL, tries: 2, text: gone + " cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.model == "" {
				c.model = "hf:ann/m"
			}
			s.fail(nil, nil)
			if name == "a host of storage" {
				s.fail(nil, func(w http.ResponseWriter, r *http.Request) bool {
					if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/resolve/") {
						return false
					}
					w.Header().Set("Location", "http://"+gone+"/m?signature=hush")
					w.WriteHeader(http.StatusFound)
					return true
				})
			}
			var tries atomic.Int32
			h := &Hub{Dir: filepath.Join(t.TempDir(), "models"), Endpoint: c.endpoint, Registry: c.registry, pause: time.Millisecond}
			if name == "silent" {
				h.idle = 100 * time.Millisecond
			}
			h.Client = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
				if name != "a host of storage" || r.URL.Host == gone {
					tries.Add(1)
				}
				return http.DefaultTransport.RoundTrip(r)
			})}
			_, err := h.Path(t.Context(), c.model)
			if err == nil || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "hush") {
				t.Errorf("got %v, want %s", err, c.text)
			}
			if reached := !errors.Is(err, ErrUnreachable); reached != (c.tries == 0) || !reached && !strings.Contains(err.Error(), "no model was pulled so far") {
				t.Errorf("got %v", err)
			}
			if tries.Load() != c.tries {
				t.Errorf("%d tries, want %d", tries.Load(), c.tries)
			}
		})
	}

	// What was pulled is named, and by a pull that it is here.
	h := open(t, s)
	s.fail(nil, nil)
	if _, err := h.Pull(t.Context(), "hf:ann/m"); err != nil {
		t.Fatal(err)
	}
	off := &Hub{Dir: h.Dir, Offline: true}
	if _, err := off.Path(t.Context(), "hf:ann/other"); !errors.Is(err, ErrOffline) || !strings.Contains(err.Error(), "pulled were hf:ann/m") {
		t.Error(err)
	}
	away := &Hub{Dir: h.Dir, Endpoint: "http://" + gone, pause: time.Millisecond}
	if _, err := away.Pull(t.Context(), "hf:ann/other"); err == nil || !strings.Contains(err.Error(), "pulled were hf:ann/m") {
		t.Error(err)
	}
	if _, err := away.Pull(t.Context(), "hf:ann/m"); err == nil || !strings.Contains(err.Error(), "is here and needs no network") {
		t.Error(err)
	}
}

// transport is an http.RoundTripper.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestLostNetwork: a network that is gone in the middle is waited for, and what came stays.
func TestLostNetwork(t *testing.T) {
	s := newServer(t)
	content := random(32, 100_000)
	s.put("ann/m", "m.gguf", content)
	h := open(t, s)
	down := 0
	var away atomic.Bool
	h.Client = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		if away.Load() {
			if down--; down < 0 {
				away.Store(false)
			}
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("network is unreachable")}
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err == nil && strings.HasPrefix(r.URL.String(), s.cdn.URL) && r.Header.Get("Range") == "" {
			away.Store(true)
			resp.Body = &cutBody{resp.Body, 40_000}
		}
		return resp, err
	})}
	down = 100
	_, err := h.Pull(t.Context(), "hf:ann/m")
	if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "no bytes in 6 tries") || !strings.Contains(err.Error(), "40000 bytes of 100000 bytes are here") {
		t.Errorf("gone for good: %v", err)
	}
	away.Store(false)
	if err := os.RemoveAll(h.Dir); err != nil {
		t.Fatal(err)
	}
	down = 3
	m, err := h.Pull(t.Context(), "hf:ann/m")
	if err != nil {
		t.Fatal(err)
	}
	holds(t, m.path(h.Dir), content)
}

// cutBody ends in an error.
type cutBody struct {
	io.ReadCloser
	left int
}

func (c *cutBody) Read(b []byte) (int, error) {
	if c.left == 0 {
		return 0, errors.New("connection reset by peer")
	}
	n, err := c.ReadCloser.Read(b[:min(len(b), c.left)])
	c.left -= n
	return n, err
}

// TestBadToken refuses before anything is sent what cannot be a token.
func TestBadToken(t *testing.T) {
	s := newServer(t)
	h := open(t, s)
	h.Token = "hf_a\nb"
	if _, err := h.Pull(context.Background(), "hf:ann/m"); err == nil || !strings.Contains(err.Error(), "HF_TOKEN has characters") || strings.Contains(err.Error(), "hf_a") {
		t.Error(err)
	}
}
