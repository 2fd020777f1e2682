package tools_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

// far is a server that reads a request and then does something else than to answer it.
func far(t *testing.T, does func(net.Conn)) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
			}
			does(c)
			c.Close()
		}
	}()
	return "http://" + l.Addr().String()
}

// TestCutConnections has handlers in Go that return their errors as they come, as most do. Where
// the request may have been read, a payment is of unknown outcome; where nothing was sent, and
// where the handler says what it knows, it failed. Reads have failed in any case.
func TestCutConnections(t *testing.T) {
	t.Parallel()
	post := func(url string) func() error {
		return func() error {
			resp, err := http.Post(url, "application/json", strings.NewReader("{}"))
			if err != nil {
				return fmt.Errorf("the bank: %w", err)
			}
			defer resp.Body.Close()
			var out map[string]any
			return json.NewDecoder(resp.Body).Decode(&out)
		}
	}
	dropped := far(t, func(net.Conn) {})
	reset := far(t, func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) })
	half := far(t, func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{\"paid\":") })
	none := far(t, func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") })
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	for name, c := range map[string]struct {
		err  func() error
		want tools.Status
	}{
		"the connection is dropped":               {post(dropped), tools.StatusUnknown},
		"the connection is reset":                 {post(reset), tools.StatusUnknown},
		"the answer is cut off":                   {post(half), tools.StatusUnknown},
		"the answer is empty":                     {post(none), tools.StatusUnknown},
		"a pipe to a program that has died":       {func() error { r, w := io.Pipe(); r.Close(); _, err := w.Write([]byte("pay")); return err }, tools.StatusUnknown},
		"one of several errors":                   {func() error { return errors.Join(errors.New("ledger"), post(dropped)()) }, tools.StatusUnknown},
		"its own connection was closed":           {func() error { return &net.OpError{Op: "read", Err: net.ErrClosed} }, tools.StatusUnknown},
		"nobody listens":                          {post("http://" + gone.Addr().String()), tools.StatusFail},
		"the host is not known":                   {post("http://no-such-host.invalid/"), tools.StatusFail},
		"the handler knows that nothing was done": {func() error { return tools.Fail("refused: %w", post(dropped)()) }, tools.StatusFail},
		"another error":                           {func() error { return errors.New("no money left") }, tools.StatusFail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handle := func(context.Context, struct{}) (int, error) { return 0, c.err() }
			r := registry(t, tools.New("pay", "", handle), tools.New("look", "", handle, tools.Options{Effect: tools.Read}))
			for tool, want := range map[string]tools.Status{"pay": c.want, "look": tools.StatusFail} {
				if got, err := r.Call(context.Background(), tools.Call{ID: "k", Attempt: 1, Tool: tool}); err != nil || got.Status != want {
					t.Errorf("%s: %+v %v, want %s", tool, got, err, want)
				}
			}
		})
	}
}
