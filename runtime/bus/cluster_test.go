package bus_test

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/bus/secured"
)

// freeAddress is one on which nobody listens, and its port.
func freeAddress(t *testing.T) (at string, port int) {
	t.Helper()
	at, err := secured.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return at, int(netip.MustParseAddrPort(at).Port())
}

// cluster starts three NATS servers with JetStream, which know one another.
func cluster(t *testing.T) (nodes []*server.Server) {
	t.Helper()
	var routes []*url.URL
	var ports []int
	for range 3 {
		at, port := freeAddress(t)
		ports = append(ports, port)
		routes = append(routes, &url.URL{Scheme: "nats", Host: at})
	}
	for i := range 3 {
		s, err := server.NewServer(&server.Options{ServerName: fmt.Sprint("n", i), Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
			Cluster: server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: ports[i]}, Routes: routes})
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
		nodes = append(nodes, s)
	}
	for begin := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if nodes[0].JetStreamIsCurrent() && nodes[1].JetStreamIsCurrent() && nodes[2].JetStreamIsCurrent() {
			return nodes
		}
		if time.Since(begin) > 30*time.Second {
			t.Fatal("the cluster has no leader")
		}
	}
}

// TestAskLeaderKilled: whoever waits for an answer gets it though the leader of the stream
// of answers is killed meanwhile, and though the connection goes elsewhere.
func TestAskLeaderKilled(t *testing.T) {
	nodes := cluster(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var urls string
	for _, n := range nodes {
		urls += "," + n.ClientURL()
	}
	dial := func(urls string) *bus.Conn {
		c, err := bus.Connect(ctx, bus.Options{URL: urls})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	c := dial(urls[1:])
	if _, err := bus.OpenQueue(ctx, c, bus.QueueOptions{Agent: "shop"}); err != nil {
		t.Fatal(err)
	}
	type got struct {
		run string
		a   bus.Answer
		err error
	}
	answers := make(chan got, 60)
	dying := make(chan struct{})
	for i := range 60 { // on all nodes, half of them long before, half while it dies
		run := fmt.Sprint("r", i)
		asker := dial(nodes[i%3].ClientURL() + urls)
		go func() {
			if i >= 30 {
				<-dying
				time.Sleep(time.Duration(i-30) * 10 * time.Millisecond)
			}
			a, err := bus.WaitAnswer(ctx, asker, run, nil)
			answers <- got{run, a, err}
		}()
	}
	time.Sleep(500 * time.Millisecond)
	s, err := c.JetStream().Stream(ctx, "CHASKI_ANSWERS")
	if err != nil {
		t.Fatal(err)
	}
	leader := s.CachedInfo().Cluster.Leader
	for _, n := range nodes {
		if n.Name() == leader {
			close(dying)
			n.Shutdown()
		}
	}
	begin := time.Now()
	for i := range 60 {
		run := fmt.Sprint("r", i)
		for {
			try, cancel := context.WithTimeout(ctx, 2*time.Second)
			_, err := c.JetStream().Publish(try, "chaski.answer."+run, fmt.Appendf(nil, `{"run":%q,"status":"finished","answer":"a","final":true}`, run), jetstream.WithMsgID(run))
			cancel()
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	published := time.Since(begin)
	for range 60 {
		if g := <-answers; g.err != nil || g.a.Answer != "a" || g.a.Run != g.run {
			t.Errorf("%+v", g)
		}
	}
	if late := time.Since(begin) - published; late > 10*time.Second {
		t.Errorf("published after %v, all had them %v later", published, late)
	}
}
