package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/mini"
)

var ctx = context.Background()

// small is the model in the box, opened once for all tests.
var small = sync.OnceValues(func() (*engine.Engine, error) {
	return engine.OpenBytes(mini.Bytes(), engine.Options{})
})

func theMini(t testing.TB) *engine.Engine {
	t.Helper()
	e, err := small()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// serve serves what the options name and returns its address.
func serve(t testing.TB, o api.Options) string {
	t.Helper()
	if os.Getenv("CHASKI_TEST_LOG") != "" {
		o.Log = zerolog.New(os.Stderr)
	}
	s, err := api.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return server.URL
}

// serveMini serves the model in the box as mini.
func serveMini(t testing.TB) string {
	return serve(t, api.Options{Models: []api.Model{{Name: "mini", LLM: theMini(t)}}})
}

// serveScript serves a scripted model as scripted.
func serveScript(t testing.TB, next func(n int, req *llm.Request) llm.Turn) string {
	return serve(t, api.Options{Models: []api.Model{{Name: "scripted", LLM: &llm.Scripted{Next: next}}}})
}

// says is a scripted model that answers everything with one turn.
func says(turn llm.Turn) func(int, *llm.Request) llm.Turn {
	return func(int, *llm.Request) llm.Turn { return turn }
}

type object = map[string]any

// post sends a JSON request and returns the status and the answer.
func post(t testing.TB, url string, body any, headers ...string) (int, object) {
	t.Helper()
	status, text, _ := send(t, http.MethodPost, url, body, headers...)
	var out object
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%d: %q: %v", status, text, err)
	}
	return status, out
}

// get is post without a body.
func get(t testing.TB, url string, headers ...string) (int, object) {
	t.Helper()
	status, text, _ := send(t, http.MethodGet, url, nil, headers...)
	var out object
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%d: %q: %v", status, text, err)
	}
	return status, out
}

func send(t testing.TB, method, url string, body any, headers ...string) (int, []byte, http.Header) {
	t.Helper()
	res := open(t, ctx, method, url, body, headers...)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, text, res.Header
}

func open(t testing.TB, ctx context.Context, method, url string, body any, headers ...string) *http.Response {
	t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		r = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, r)
	if err != nil {
		t.Fatal(err)
	}
	if r != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// sse is one server-sent event.
type sse struct {
	id, name, text string
	data           object
	comment        bool
}

// events reads a stream to its end.
func events(t testing.TB, url string, body any, headers ...string) []sse {
	t.Helper()
	res := open(t, ctx, http.MethodPost, url, body, headers...)
	defer res.Body.Close()
	if kind := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || kind != "text/event-stream" {
		text, _ := io.ReadAll(res.Body)
		t.Fatalf("status %d, %s: %s", res.StatusCode, kind, text)
	}
	return readEvents(t, res.Body)
}

func readEvents(t testing.TB, r io.Reader) []sse {
	t.Helper()
	var out []sse
	var ev sse
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		line := in.Text()
		key, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "":
			if ev.text != "" || ev.comment {
				out = append(out, ev)
			}
			ev = sse{}
		case key == "":
			ev.comment = true
		case key == "id":
			ev.id = value
		case key == "event":
			ev.name = value
		case key == "data":
			ev.text = value
			if value != "[DONE]" {
				if err := json.Unmarshal([]byte(value), &ev.data); err != nil {
					t.Fatalf("%q: %v", value, err)
				}
			}
		default:
			t.Fatalf("a line of a stream: %q", line)
		}
	}
	return out
}

// dig follows keys and indices into a value.
func dig(v any, path ...any) any {
	for _, p := range path {
		switch key := p.(type) {
		case string:
			m, _ := v.(object)
			v = m[key]
		case int:
			l, _ := v.([]any)
			if key >= len(l) {
				return nil
			}
			v = l[key]
		}
	}
	return v
}

// eventually waits until it holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come to pass: " + what)
		}
	}
}

var errTest = errors.New("what the operator may know")

// apiOf serves one model as scripted.
func apiOf(m llm.Model) api.Options {
	return api.Options{Models: []api.Model{{Name: "scripted", LLM: m}}}
}

// loose is a model without a grammar.
type loose struct{ llm.Model }

func (l loose) Info() llm.Info {
	info := l.Model.Info()
	info.Constrained = false
	return info
}

func serveIt(t testing.TB, s *api.Server) string {
	t.Helper()
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return server.URL
}

// listen serves on a listener of its own, until stop; ended gives what Serve returned.
func listen(t testing.TB, s *api.Server, o api.ServeOptions) (url string, stop func(), ended chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serving, stop := context.WithCancel(ctx)
	t.Cleanup(stop)
	ended = make(chan error, 1)
	go func() { ended <- s.Serve(serving, l, o) }()
	return "http://" + l.Addr().String(), stop, ended
}

// lineReader reads lines of a stream that aren't empty.
func lineReader(t testing.TB, r io.Reader) func() string {
	in := bufio.NewReader(r)
	return func() string {
		t.Helper()
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if line = strings.TrimSpace(line); line != "" {
				return line
			}
		}
	}
}

// answersOrRefuses asks with any bytes: the server answers in JSON or events, or refuses
// with a message, and does not fail.
func answersOrRefuses(t testing.TB, url, body string) {
	t.Helper()
	status, text, header := send(t, http.MethodPost, url, body)
	if status >= http.StatusInternalServerError {
		t.Fatalf("%q: %d %s", body, status, text)
	}
	if header.Get("Content-Type") == "text/event-stream" {
		return
	}
	var out object
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%q: %d %q: %v", body, status, text, err)
	}
	if message, _ := dig(out, "error", "message").(string); status != http.StatusOK && message == "" {
		t.Fatalf("%q: %d %s", body, status, text)
	}
}
