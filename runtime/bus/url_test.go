package bus_test

import (
	"strings"
	"testing"

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
