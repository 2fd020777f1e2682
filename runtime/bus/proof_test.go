package bus_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

const resultBucket = "chaski_results"

// TestDamagedStore has a once call take effect and its claim vanish with the store, or
// with a part of it: what became of the call is then unknown, never "it did not run".
func TestDamagedStore(t *testing.T) {
	block := func(dir string) string {
		found, _ := filepath.Glob(filepath.Join(dir, "jetstream", "*", "streams", "KV_"+resultBucket, "msgs", "1.blk"))
		if len(found) != 1 {
			t.Fatal(found)
		}
		return found[0]
	}
	for name, test := range map[string]struct {
		live func(t *testing.T, c *bus.Conn, id string) // on the running server
		disk func(t *testing.T, dir string)             // while it is down
		sent bool                                       // whether the call was sent
		want tools.Status
	}{
		"undamaged":        {sent: true, want: tools.StatusUnknown},
		"never sent":       {want: tools.StatusFail}, // "it did not run": that is known
		"never sent, disk": {disk: func(*testing.T, string) {}, want: tools.StatusFail},
		"bucket deleted": {sent: true, want: tools.StatusUnknown, live: func(t *testing.T, c *bus.Conn, _ string) {
			must(t, c.JetStream().DeleteKeyValue(context.Background(), resultBucket))
		}},
		"bucket made again": {sent: true, want: tools.StatusUnknown, live: func(t *testing.T, c *bus.Conn, _ string) {
			must(t, c.JetStream().DeleteKeyValue(context.Background(), resultBucket))
			must(t, bus.Prepare(context.Background(), c))
		}},
		"bucket purged": {sent: true, want: tools.StatusUnknown, live: func(t *testing.T, c *bus.Conn, _ string) {
			s, err := c.JetStream().Stream(context.Background(), "KV_"+resultBucket)
			must(t, err)
			must(t, s.Purge(context.Background()))
		}},
		"entry deleted": {sent: true, want: tools.StatusUnknown, live: func(t *testing.T, c *bus.Conn, id string) {
			kv, err := c.JetStream().KeyValue(context.Background(), resultBucket)
			must(t, err)
			must(t, kv.Delete(context.Background(), id))
		}},
		"block cut by ten bytes": {sent: true, want: tools.StatusUnknown, disk: func(t *testing.T, dir string) {
			info, err := os.Stat(block(dir))
			must(t, err)
			must(t, os.Truncate(block(dir), info.Size()-10))
		}},
		"block cut to nothing": {sent: true, want: tools.StatusUnknown, disk: func(t *testing.T, dir string) { must(t, os.Truncate(block(dir), 0)) }},
		"block cut by half": {sent: true, want: tools.StatusUnknown, disk: func(t *testing.T, dir string) {
			info, err := os.Stat(block(dir))
			must(t, err)
			must(t, os.Truncate(block(dir), info.Size()/2))
		}},
		"folder of the bucket gone": {sent: true, want: tools.StatusUnknown, disk: func(t *testing.T, dir string) {
			must(t, os.RemoveAll(filepath.Dir(filepath.Dir(block(dir)))))
		}},
		"whole store gone": {sent: true, want: tools.StatusUnknown, disk: func(t *testing.T, dir string) {
			must(t, os.RemoveAll(filepath.Join(dir, "jetstream")))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, began, release := t.TempDir(), make(chan struct{}), make(chan struct{})
			s := start(t, bus.ServerOptions{StoreDir: dir})
			c := connect(t, s)
			w := serve(t, c, raw("pay", tools.Once, 3*time.Second, func(ctx context.Context, _ tools.Call) (json.RawMessage, error) {
				close(began)
				<-release
				return json.RawMessage("1"), nil
			}))
			cl := client(t, c)
			pay := call("pay", `{}`)
			var err error
			if pay.Store, err = cl.Witness(context.Background()); err != nil {
				t.Fatal(err)
			}
			if test.sent {
				go func() { _, _ = cl.Call(context.Background(), pay) }()
				<-began
			}
			if test.live != nil {
				test.live(t, c, pay.ID)
			}
			if test.disk != nil {
				kept := t.TempDir()
				must(t, os.CopyFS(kept, os.DirFS(dir))) // as a kill leaves it
				test.disk(t, kept)
				s2 := start(t, bus.ServerOptions{StoreDir: kept})
				c = connect(t, s2)
				serve(t, c, raw("pay", tools.Once, 3*time.Second, nil))
				cl = client(t, c)
			}
			r, err := cl.Reconcile(context.Background(), pay)
			if err != nil || r.Status != test.want {
				t.Errorf("%+v %v, want %s", r, err, test.want)
			}
			close(release)
			w.Close()
		})
	}
}

// TestExpiredStore reconciles a call that is older than what the store keeps.
func TestExpiredStore(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	c, err := bus.Connect(context.Background(), bus.Options{Server: s, ResultTTL: time.Second})
	must(t, err)
	defer c.Close()
	serve(t, c, raw("pay", tools.Once, 20*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) { return json.RawMessage("1"), nil }))
	cl := client(t, c)
	pay := call("pay", `{}`)
	pay.Store, err = cl.Witness(context.Background())
	must(t, err)
	if r := mustCall(t, cl, pay); r.Status != tools.StatusOK {
		t.Fatal(r)
	}
	time.Sleep(1500 * time.Millisecond)
	if r, err := cl.Reconcile(context.Background(), pay); err != nil || r.Status != tools.StatusUnknown {
		t.Errorf("%+v %v", r, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestNotedTogether: calls that are the first ones of a store, and note it at one moment, are each
// known not to have run. One's mark in the store is no loss to another.
func TestNotedTogether(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := start(t, bus.ServerOptions{})
	must(t, bus.Prepare(ctx, connect(t, s)))
	var group sync.WaitGroup
	noted := make(chan struct{})
	var all sync.WaitGroup
	for n := range 24 {
		cl := client(t, connect(t, s))
		all.Add(1)
		group.Go(func() {
			k := call("pay", fmt.Sprintf(`{"n":%d}`, n))
			var err error
			k.Store, err = cl.Witness(ctx)
			all.Done()
			if err != nil {
				t.Error(err)
				return
			}
			<-noted
			if r, err := cl.Reconcile(ctx, k); err != nil || r.Status != tools.StatusFail {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
	all.Wait()
	close(noted)
	group.Wait()
}

// TestWitnessIsCheap: what the store is costs one request a call, and is noted only with the
// entry that is always there: after the store was emptied, deleted or has grown old, too.
func TestWitnessIsCheap(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := start(t, bus.ServerOptions{})
	c, err := bus.Connect(ctx, bus.Options{Server: s, ResultTTL: 2 * time.Second})
	must(t, err)
	defer c.Close()
	must(t, bus.Prepare(ctx, c))
	cl := client(t, c)
	_, err = cl.Witness(ctx)
	must(t, err)
	_, err = cl.Witness(ctx) // it makes the entry, and then sees it
	must(t, err)
	var asked atomic.Int32
	sub, err := c.NATS().Subscribe("$JS.API.>", func(*nats.Msg) { asked.Add(1) })
	must(t, err)
	must(t, c.NATS().Flush())
	began := time.Now()
	for range 10 {
		_, err := cl.Witness(ctx)
		must(t, err)
	}
	took := time.Since(began)
	must(t, c.NATS().Flush()) // all have arrived; the subscription counts them in a goroutine of its own
	for until := time.Now().Add(time.Second); asked.Load() < 10 && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(10 * time.Millisecond)
	if n := asked.Load(); n != 10 && took < time.Second/2 {
		t.Errorf("%d requests for ten notes", n)
	}
	must(t, sub.Unsubscribe())
	stream := func() (first, last uint64, age time.Duration) {
		st, err := c.JetStream().Stream(ctx, "KV_"+resultBucket)
		must(t, err)
		info := st.CachedInfo()
		if m, err := st.GetLastMsgForSubject(ctx, "$KV."+resultBucket+".chaski"); err == nil {
			return info.State.FirstSeq, m.Sequence, info.TimeStamp.Sub(m.Time)
		}
		return info.State.FirstSeq, 0, 0
	}
	for _, k := range []struct {
		name string
		does func()
	}{
		{"emptied", func() {
			st, err := c.JetStream().Stream(ctx, "KV_"+resultBucket)
			must(t, err)
			must(t, st.Purge(ctx))
		}},
		{"made again", func() {
			must(t, c.JetStream().DeleteKeyValue(ctx, resultBucket))
			must(t, bus.Prepare(ctx, c))
		}},
		{"grown old", func() { time.Sleep(1200 * time.Millisecond) }},
	} {
		for try := 0; ; try++ { // what lasts two seconds cannot be looked at by a machine that is away for half of one
			_, err := cl.Witness(ctx)
			must(t, err)
			k.does()
			done := time.Now()
			text, err := cl.Witness(ctx)
			must(t, err)
			var noted struct{ Last uint64 }
			must(t, json.Unmarshal([]byte(text), &noted))
			first, last, age := stream()
			if time.Since(done) > time.Second/2 && try < 20 {
				continue
			}
			if last < first || last == 0 || noted.Last < last || age > 1100*time.Millisecond {
				t.Errorf("%s: noted %s; the entry is %d of %d on, %v old", k.name, text, last, first, age)
			}
			break
		}
	}
}
