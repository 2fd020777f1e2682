package bus_test

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/runtime/bus"
)

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"nats://a:4222":                          "nats://a:4222",
		"nats://ann:secret@a:4222":               "nats://ann:xxxxx@a:4222",
		"tls://secret@a":                         "tls://xxxxx@a",
		"ann:secret@a":                           "ann:xxxxx@a",
		"nats://a,nats://ann:se%40cret@b":        "nats://a,nats://ann:xxxxx@b",
		"nats://ann:secret@x@b,nats://:secret@c": "nats://ann:xxxxx@b,nats://xxxxx@c",
		"nats://ann:secret%zz@b":                 "nats://ann:xxxxx@b",
		"":                                       "",
	} {
		if got := bus.Redact(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// TestBadPassword tries servers that are not there: no error says the password.
func TestBadPassword(t *testing.T) {
	for _, url := range []string{"nats://ann:secret@127.0.0.1:1", "nats://secret@127.0.0.1:1", "nats://ann:secret%zz@127.0.0.1:1", "nats://ann:secret@127.0.0.1:x"} {
		_, err := bus.Connect(t.Context(), bus.Options{URL: url, Wait: 50_000_000})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestIsURL(t *testing.T) {
	for in, want := range map[string]bool{"nats://a": true, "tls://a": true, "wss://a": true, "runs": false, "/tls/x": false, "nats": false} {
		if bus.IsURL(in) != want {
			t.Error(in)
		}
	}
}

// TestConnectGivenUp: whoever gives up on an address that is silent need not wait until the
// attempt to connect has ended.
func TestConnectGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	given := make(chan error, 1)
	go func() {
		_, err := bus.Connect(ctx, bus.Options{URL: "nats://ann:secret@" + l.Addr().String()})
		given <- err
	}()
	tried, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer tried.Close()
	cancel()
	if err := <-given; !errors.Is(err, context.Canceled) || !errors.Is(err, bus.ErrUnavailable) || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
	_ = tried.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	if n, err := tried.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the attempt had ended before: %d bytes, %v", n, err)
	}
}
