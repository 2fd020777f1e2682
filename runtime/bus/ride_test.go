package bus

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/runtime/objects"
	"github.com/nats-io/nats.go/jetstream"
)

// TestRide: what a cluster says while it is busy or young is asked again, and what will not
// change is not.
func TestRide(t *testing.T) {
	s, err := Start(ServerOptions{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c, err := Connect(t.Context(), Options{Server: s, Wait: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	for name, test := range map[string]struct {
		err   error
		again bool
	}{
		"no leader yet":                         {&jetstream.APIError{Code: 503, ErrorCode: 10008}, true},
		"the message is being written":          {&jetstream.APIError{Code: 409, ErrorCode: 10158, Description: "duplicate message id is in process"}, true},
		"made by another, not known here yet":   {objects.Behind(jetstream.ErrBucketNotFound), true},
		"a stream made by another, wrapped":     {fmt.Errorf("queue: %w", objects.Behind(jetstream.ErrStreamNotFound)), true},
		"not there at all":                      {jetstream.ErrStreamNotFound, false},
		"another fault than that it is missing": {objects.Behind(errors.New("damaged")), false},
		"another conflict":                      {&jetstream.APIError{Code: 409, ErrorCode: 10159}, false},
	} {
		asked := 0
		err := c.ride(t.Context(), func(context.Context) error {
			if asked++; asked == 1 {
				return test.err
			}
			return nil
		})
		if test.again != (asked == 2) || test.again != (err == nil) {
			t.Errorf("%s: asked %d times, %v", name, asked, err)
		}
	}
}
