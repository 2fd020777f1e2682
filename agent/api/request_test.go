package api

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/llm"
)

// headers counts what an answer is told of its status.
type headers struct {
	http.ResponseWriter
	told []int
}

func (h *headers) WriteHeader(status int) { h.told = append(h.told, status) }

// TestFirstStatus: an answer has one status, the first; those that are in between pass on.
func TestFirstStatus(t *testing.T) {
	for _, c := range []struct {
		do   func(w *written)
		told int
		want int
	}{
		{func(w *written) { w.WriteHeader(200); w.WriteHeader(500) }, 1, 200},
		{func(w *written) { _, _ = w.Write(nil); w.WriteHeader(500) }, 0, 200},
		{func(w *written) { w.WriteHeader(http.StatusEarlyHints); w.WriteHeader(404) }, 2, 404},
	} {
		h := &headers{ResponseWriter: httptest.NewRecorder()}
		w := &written{ResponseWriter: h}
		if c.do(w); len(h.told) != c.told || w.status != c.want {
			t.Errorf("told %d, status %d, want %d", h.told, w.status, c.want)
		}
	}
}

// TestPagesLogged: what a browser loads for a person is logged at debug, what a program asks
// at info.
func TestPagesLogged(t *testing.T) {
	var log bytes.Buffer
	s, err := New(Options{Models: []Model{{Name: "m", LLM: llm.Script()}}, Log: zerolog.New(&log).Level(zerolog.InfoLevel)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ask := func(path string, header ...string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr, r.Host = "127.0.0.1:1", "127.0.0.1"
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		s.Handler().ServeHTTP(httptest.NewRecorder(), r)
	}
	ask("/console/static/console.css")
	ask("/v1/models", "Cookie", SessionCookie+"=x")
	if log.Len() > 0 {
		t.Errorf("logged: %s", &log)
	}
	ask("/v1/models")
	if !strings.Contains(log.String(), `"path":"/v1/models"`) {
		t.Errorf("logged: %q", &log)
	}
}
