package bus_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// TestMadeTogether: many processes that begin at once on an empty server or cluster all find
// the stores, whichever of them made a store, and with whatever copies and ages.
func TestMadeTogether(t *testing.T) {
	single, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(single.Close)
	nodes := cluster(t)
	for name, test := range map[string]struct {
		url    func(int) string
		copies func(int) int
	}{
		"one server": {func(int) string { return single.URL() }, func(int) int { return 1 }},
		"cluster":    {func(i int) string { return nodes[i%3].ClientURL() }, func(i int) int { return 1 + 2*(i%2) }},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var conns []*bus.Conn
		for i := range 12 {
			c, err := bus.Connect(ctx, bus.Options{URL: test.url(i), Replicas: test.copies(i), ResultTTL: time.Duration(1+i%3) * time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.Close)
			conns = append(conns, c)
		}
		var wg sync.WaitGroup
		for i, c := range conns {
			wg.Go(func() {
				if err := bus.Prepare(ctx, c); err != nil {
					t.Errorf("%s: Prepare %d: %v", name, i, err)
				}
			})
			wg.Go(func() {
				o := journal.StreamOptions{Replicas: c.Replicas(), LeaseTTL: time.Duration(5+i%3) * time.Second}
				if _, err := journal.OpenStream(ctx, c.JetStream(), o); err != nil {
					t.Errorf("%s: OpenStream %d: %v", name, i, err)
				}
			})
			wg.Go(func() {
				if _, err := bus.OpenQueue(ctx, c, bus.QueueOptions{Agent: fmt.Sprint("a", i%2), AckWait: time.Duration(10+i%3) * time.Second, Keep: time.Duration(1+i%3) * time.Hour}); err != nil {
					t.Errorf("%s: OpenQueue %d: %v", name, i, err)
				}
			})
		}
		wg.Wait()
	}
}
