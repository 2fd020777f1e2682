package bus_test

import (
	"context"
	"encoding/json"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// BenchmarkRead calls a read tool over TCP, 64 calls in flight; server, worker and
// client share this process. `chaski bench tools` measures them apart.
func BenchmarkRead(b *testing.B) {
	s, err := bus.Start(bus.ServerOptions{Listen: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	conn := func() *bus.Conn {
		c, err := bus.Connect(ctx, bus.Options{URL: s.URL()})
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	registry, err := tools.NewRegistry(tools.New("add", "Adds", add, tools.Options{Effect: tools.Read, Concurrency: 256}))
	if err != nil {
		b.Fatal(err)
	}
	wc, cc := conn(), conn()
	defer wc.Close()
	defer cc.Close()
	w, err := bus.Serve(ctx, wc, registry, bus.WorkerOptions{Logger: zerolog.Nop()})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	cl, err := bus.NewClient(cc, bus.ClientOptions{})
	if err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(32) // times two processors
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := strconv.FormatInt(n.Add(1), 10)
			r, err := cl.Call(ctx, tools.Call{ID: id, Attempt: 1, Tool: "add", Arguments: json.RawMessage(`{"a":1,"b":2}`)})
			if err != nil || r.Status != tools.StatusOK {
				b.Errorf("%+v %v", r, err)
			}
		}
	})
}
