package openai

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestEmbed plays endpoints: one that answers in any order, one that is busy at first, and
// some that answer wrongly.
func TestEmbed(t *testing.T) {
	asked := 0
	answer := ""
	busy := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Model string
			Input []string
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Model != "m" || len(in.Input) != 2 || r.URL.Path != "/v1/embeddings" || r.Header.Get("Authorization") != "Bearer k" {
			t.Errorf("%s %+v, %v", r.URL, in, err)
		}
		if asked++; busy > 0 {
			busy--
			http.Error(w, `{"error":{"message":"busy"}}`, http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(answer))
	}))
	defer s.Close()
	e, err := NewEmbedder(Options{BaseURL: s.URL + "/v1", Model: "m", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	const good = `{"data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1,-2.5]}]}`
	answer, busy = good, 1
	got, err := e.Embed(t.Context(), []string{"a", "b"})
	if err != nil || got[0][1] != -2.5 || got[1][0] != 3 || asked != 2 {
		t.Errorf("%v, %v after %d requests", got, err, asked)
	}
	for _, bad := range []string{`{"data":[{"index":0,"embedding":[1]}]}`, `{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}`, `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`,
		`{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}`, `{"data":[{"index":7,"embedding":[1]}]}`, `{}`} {
		answer = bad
		if got, err := e.Embed(t.Context(), []string{"a", "b"}); err == nil || !strings.Contains(err.Error(), "vector") {
			t.Errorf("%s: %v, %v", bad, got, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Embed(ctx, []string{"a", "b"}); err == nil {
		t.Error("a context that has ended is not looked at")
	}
	if _, err := NewEmbedder(Options{BaseURL: "nowhere", Model: "m"}); err == nil {
		t.Error("an address that is none is taken")
	}
}
