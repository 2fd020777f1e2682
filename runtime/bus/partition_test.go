package bus_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// wire is a connection between two servers that can be cut without either being told: what is
// sent meanwhile arrives once it is whole again, or never.
func wire(t *testing.T, to string, cut *atomic.Bool) (at *url.URL) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	carry := func(from, to net.Conn) {
		defer from.Close()
		defer to.Close()
		buf := make([]byte, 64<<10)
		for {
			n, err := from.Read(buf)
			for cut.Load() {
				time.Sleep(10 * time.Millisecond)
			}
			if _, wrote := to.Write(buf[:n]); err != nil || wrote != nil {
				return
			}
		}
	}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				for cut.Load() {
					time.Sleep(10 * time.Millisecond)
				}
				far, err := net.Dial("tcp", to)
				if err != nil {
					near.Close()
					return
				}
				go carry(near, far)
				carry(far, near)
			}()
		}
	}()
	return &url.URL{Scheme: "nats", Host: l.Addr().String()}
}

// splitCluster starts three servers of which the first is cut off from the others on demand.
func splitCluster(t *testing.T) (nodes []*server.Server, cut *atomic.Bool) {
	t.Helper()
	cut = new(atomic.Bool)
	var ports []int
	for range 3 {
		_, port := freeAddress(t)
		ports = append(ports, port)
	}
	for i := range 3 {
		var routes []*url.URL
		for j := range 3 {
			to := fmt.Sprint("127.0.0.1:", ports[j])
			switch {
			case i == j:
			case i == 0 || j == 0:
				routes = append(routes, wire(t, to, cut))
			default:
				routes = append(routes, &url.URL{Scheme: "nats", Host: to})
			}
		}
		s, err := server.NewServer(&server.Options{ServerName: fmt.Sprint("n", i), Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
			Routes: routes, Cluster: server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: ports[i], PingInterval: time.Second, MaxPingsOut: 2,
				NoAdvertise: true, Advertise: "127.0.0.1:1"}}) // each knows the others by its routes alone
		must(t, err)
		s.Start()
		t.Cleanup(func() { cut.Store(false); s.Shutdown(); s.WaitForShutdown() })
		nodes = append(nodes, s)
	}
	for begin := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if nodes[0].JetStreamIsCurrent() && nodes[1].JetStreamIsCurrent() && nodes[2].JetStreamIsCurrent() {
			return nodes, cut
		}
		if time.Since(begin) > 30*time.Second {
			t.Fatal("the cluster has no leader")
		}
	}
}

// TestPartition cuts one of three servers off, with a runner and a worker on either side, while
// runs go on, and joins them again. No payment is made twice; of none that was made it is said that it
// did not run; what was accepted is finished or its outcome is unknown. CHASKI_PARTITIONS is how many
// times, by default once.
func TestPartition(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	times := 1
	if n, err := fmt.Sscan(os.Getenv("CHASKI_PARTITIONS"), &times); err != nil || n != 1 {
		times = 1
	}
	nodes, cut := splitCluster(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute+time.Duration(times)*time.Minute)
	defer cancel()
	dial := func(side int) *bus.Conn { // the first server alone, or one of the others
		urls := nodes[0].ClientURL()
		if side == 1 {
			urls = nodes[1].ClientURL() + "," + nodes[2].ClientURL()
		}
		c, err := bus.Connect(ctx, bus.Options{URL: urls, Replicas: 3})
		must(t, err)
		t.Cleanup(c.Close)
		return c
	}
	did := &effects{calls: map[string]int{}}
	var specs []tools.Spec
	for side := range 2 {
		all := []*tools.Tool{}
		for name, effect := range map[string]tools.Effect{"look": tools.Read, "pay": tools.Once, "note": tools.Idempotent, "large": tools.Read} {
			tool := did.timed(name, effect, 10*time.Second, json.RawMessage(`"done"`))
			all = append(all, tool)
			if side == 0 {
				specs = append(specs, tool.Spec())
			}
		}
		serve(t, dial(side), all...)
	}
	open := func(side int) (*runtime.Runtime, *bus.Queue) {
		c := dial(side)
		cl := client(t, c)
		j, err := journal.OpenStream(ctx, c.JetStream(), journal.StreamOptions{Replicas: 3})
		must(t, err)
		rt, err := runtime.New(runtime.Options{Journal: j, Model: errand(30 * time.Millisecond), Caller: cl, Reconciler: cl,
			Gate: runtime.GateFunc(func(context.Context, planner.State, planner.CallState) (planner.Decided, error) {
				return planner.Decided{Verdict: planner.Allow, Rule: "test"}, nil
			})})
		must(t, err)
		return rt, queue(t, c, bus.QueueOptions{Parallel: 6, AckWait: 5 * time.Second, Wait: func(ctx context.Context, run string) error {
			_, err := rt.Wait(ctx, run)
			return err
		}})
	}
	person, _ := open(1)
	var queues []*bus.Queue
	for side := range 2 {
		rt, q := open(side)
		queues = append(queues, q)
		r := serveQueue(t, q, func(ctx context.Context, job bus.Job) (bus.Answer, error) {
			s, err := driveJob(ctx, rt, job.Run, specs)
			return bus.Answer{Status: string(s.Status), Final: s.Status.Done()}, err
		})
		t.Cleanup(r.stop)
	}
	var mu sync.Mutex
	accepted := map[string]bool{}
	var putting sync.WaitGroup
	put := func(n int, every time.Duration) {
		for i := range n {
			for side, q := range queues {
				run := fmt.Sprintf("r%d-%d-%d", side, time.Now().UnixMilli(), i)
				putting.Go(func() {
					try, cancel := context.WithTimeout(ctx, 20*time.Second)
					defer cancel()
					if q.Put(try, bus.Job{Run: run, Prompt: "go"}) == nil {
						mu.Lock()
						accepted[run] = true
						mu.Unlock()
					}
				})
			}
			time.Sleep(every)
		}
	}
	put(6, 50*time.Millisecond)
	for range times {
		cut.Store(true)
		put(40, 300*time.Millisecond)
		cut.Store(false)
		put(6, 300*time.Millisecond)
	}
	putting.Wait()
	for run := range accepted {
		for {
			s, err := person.Load(ctx, run)
			if err == nil && (s.Status.Done() || s.Status == planner.OutcomeUnknown) {
				break
			}
			if ctx.Err() != nil {
				t.Fatalf("run %s is %s %s: %v", run, s.Status, s.Reason, err)
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	runs, err := person.Runs(ctx)
	must(t, err)
	did.mu.Lock()
	defer did.mu.Unlock()
	counted := map[string]int{}
	toolOf := map[string]string{} // of the calls that were made
	for call := range did.calls {
		tool, id, _ := strings.Cut(call, " ")
		toolOf[id] = tool
	}
	for _, run := range runs {
		events, s, err := person.Events(ctx, run)
		if err != nil {
			t.Error(err)
			continue
		}
		counted[string(s.Status)]++
		for _, ev := range events {
			r := ev.Result
			if r == nil {
				continue
			}
			tool := toolOf[r.CallID]
			made := did.calls[tool+" "+r.CallID]
			counted[tool+" "+string(r.Status)]++
			switch {
			case tool == "pay" && r.Status != tools.StatusOK && r.Status != tools.StatusUnknown && made > 0:
				t.Errorf("run %s: a payment that was made: %s %s", run, r.Status, r.Reason)
			case r.Status == tools.StatusOK && made == 0:
				t.Errorf("run %s: %s is ok and was not done", run, tool)
			}
		}
	}
	for call, n := range did.calls {
		if n > 1 && strings.HasPrefix(call, "pay ") {
			t.Errorf("%s ran %d times", call, n)
		}
	}
	t.Logf("%d accepted, %d runs: %v", len(accepted), len(runs), counted)
	if len(accepted) < 60 {
		t.Errorf("only %d runs were accepted", len(accepted))
	}
}
