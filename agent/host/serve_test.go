package host_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// waiting serves, one run at a time, an agent whose call needs approval within ttl. Its
// run waits when this returns.
func waiting(t *testing.T, ttl string) (conn *bus.Conn, runs, run string) {
	t.Helper()
	server, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("ask.yaml", "name: own\nrules: [{id: ask, on: call, tools: [ping], when: 'true', then: require_approval}]\n")
	write("agent.yaml", "name: asker\nmodel: {openai: {base_url: '"+caller(t, "ping")+"', model: m}}\npolicies: [ask.yaml]\napproval: "+ttl+"\ntriggers: [{subject: asker.ask}]\n")
	c, err := host.Load(filepath.Join(dir, "agent.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	h := open(t, c, host.Options{NATS: server.URL(), Tools: example("").Tools("")})
	serving, stop := context.WithCancel(ctx)
	ready, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		if err := h.Serve(serving, host.ServeOptions{Parallel: 1, Ready: func() { close(ready) }}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { stop(); <-ended })
	select {
	case <-ready:
	case <-ended: // it said why
		t.FailNow()
	}
	conn, err = bus.Connect(ctx, bus.Options{URL: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	if run, err = bus.Ask(ctx, conn, "asker.ask", "Ping!"); err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		if s, err := h.Runtime().Load(ctx, run); err == nil && (len(s.Calls) == 1 && s.Calls[0].Phase == planner.Awaiting || s.Status.Done()) { // a short one may have expired by now
			return conn, h.Runs(), run
		} else if i == 1000 {
			t.Fatal(s.Status, s.Reason, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func finalAnswer(t *testing.T, conn *bus.Conn, run string) bus.Answer {
	t.Helper()
	limit, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	a, err := bus.WaitAnswer(limit, conn, run, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestServeExpires: nobody answers, and the model reads it without anybody's help.
func TestServeExpires(t *testing.T) {
	t.Parallel()
	conn, _, run := waiting(t, "1500ms")
	if a := finalAnswer(t, conn, run); a.Status != string(planner.Finished) || !strings.Contains(a.Answer, "nobody approved it before") {
		t.Errorf("%+v", a)
	}
}

// TestServeApproved: an approval from another process is picked up soon, and meanwhile
// the only place is free for other runs.
func TestServeApproved(t *testing.T) {
	t.Parallel()
	conn, runs, run := waiting(t, "1h")
	second, err := bus.Ask(ctx, conn, "asker.ask", "Ping!")
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(runs)
	if err != nil {
		t.Fatal(err)
	}
	person, err := runtime.New(runtime.Options{Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second) // people take their time
	for _, run := range []string{second, run} {
		s, err := person.Load(ctx, run)
		if err != nil || s.Status != planner.Waiting {
			t.Fatal(s.Status, err)
		}
		c := s.Calls[0]
		began := time.Now()
		if err := person.Answer(ctx, run, planner.Answered{Call: c.ID, Hash: c.Hash(), Approve: true, By: "eva"}); err != nil {
			t.Fatal(err)
		}
		a := finalAnswer(t, conn, run)
		if a.Answer != `"pong of ping"` {
			t.Errorf("%+v", a)
		}
		t.Logf("%v after the approval", time.Since(began).Round(time.Millisecond))
	}
}

// TestServeModelAway serves an agent whose endpoint goes away with the result of a call. The run
// is suspended, which who asked is told, and goes on by itself; the call is not made again.
func TestServeModelAway(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]http.HandlerFunc{
		"busy": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"error":{"message":"busy"}}`, http.StatusServiceUnavailable)
		},
		"overloaded": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "2")
			http.Error(w, `{"error":{"message":"slow down"}}`, http.StatusTooManyRequests)
		},
		"cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = w.Write([]byte("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"po\"}}]}\n\n"))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
		"no answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a proxy": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<html>Bad gateway</html>", http.StatusBadGateway)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir(), Listen: "127.0.0.1:0"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(server.Close)
			well, err := url.Parse(caller(t, "ping"))
			if err != nil {
				t.Fatal(err)
			}
			var asked, made atomic.Int32
			var told atomic.Bool
			through := httputil.NewSingleHostReverseProxy(well)
			endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) > 1 && !told.Load() { // the client tries a few times by itself
					away(w, r)
					return
				}
				through.ServeHTTP(w, r)
			}))
			t.Cleanup(endpoint.Close)
			file := filepath.Join(t.TempDir(), "agent.yaml")
			if err := os.WriteFile(file, []byte("name: asker\npatience: -1s\nmodel: {openai: {base_url: '"+endpoint.URL+"', model: m}}\ntriggers: [{subject: asker.ask}]\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := host.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			h := open(t, c, host.Options{NATS: server.URL(), Tools: []*tools.Tool{tools.New("ping", "Answers.", func(context.Context, struct{}) (string, error) {
				made.Add(1)
				return "pong of ping", nil
			}, tools.Options{Effect: tools.Read})}})
			serving, stop := context.WithCancel(ctx)
			ended := make(chan struct{})
			ready := make(chan struct{})
			go func() {
				defer close(ended)
				_ = h.Serve(serving, host.ServeOptions{Parallel: 1, Ready: func() { close(ready) }})
			}()
			t.Cleanup(func() { stop(); <-ended })
			<-ready
			conn, err := bus.Connect(ctx, bus.Options{URL: server.URL()})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(conn.Close)
			run, err := bus.Ask(ctx, conn, "asker.ask", "Ping!")
			if err != nil {
				t.Fatal(err)
			}
			limit, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			a, err := bus.WaitAnswer(limit, conn, run, func(a bus.Answer) {
				told.Store(told.Load() || a.Status == string(planner.Suspended) && a.Reason != "")
			})
			if err != nil || a.Status != string(planner.Finished) || a.Answer != `"pong of ping"` || made.Load() != 1 || !told.Load() {
				t.Errorf("%+v %v, called %d times, told that it is suspended: %v", a, err, made.Load(), told.Load())
			}
		})
	}
}
