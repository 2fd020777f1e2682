package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// TestConsumerDeleted: an operator deletes the runners' consumer while they serve: it is made
// again, and what is put into the queue then is handed out, and what was under way once more.
func TestConsumerDeleted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	c := connect(t, start(t, bus.ServerOptions{}))
	q, err := bus.OpenQueue(ctx, c, bus.QueueOptions{Agent: "jobs", Poll: 10 * time.Millisecond})
	must(t, err)
	did := make(chan string, 10)
	served := make(chan error, 1)
	go func() {
		served <- q.Serve(ctx, func(_ context.Context, job bus.Job) (bus.Answer, error) {
			did <- job.Run
			return bus.Answer{Status: "finished", Final: true}, nil
		})
	}()
	for _, run := range []string{"before", "after"} {
		must(t, q.Put(ctx, bus.Job{Run: run, Prompt: "go"}))
		for got := ""; got != run; { // one whose end the consumer had not heard of is handed out again
			select {
			case got = <-did:
			case <-time.After(20 * time.Second):
				t.Fatalf("run %s was not handed out", run)
			}
		}
		if run == "before" {
			time.Sleep(50 * time.Millisecond)
			must(t, c.JetStream().DeleteConsumer(ctx, "CHASKI_STARTS_jobs", "runners"))
		}
	}
	cancel()
	<-served
	must(t, q.Close())
}

// TestNoJetStream: an account without JetStream is named at once: nothing passes there.
func TestNoJetStream(t *testing.T) {
	t.Parallel()
	plain := server.NewAccount("plain")
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true, JetStream: true, StoreDir: t.TempDir(),
		Accounts: []*server.Account{plain}, NoAuthUser: "ana", Users: []*server.User{{Username: "ana", Account: plain}}})
	must(t, err)
	s.Start()
	t.Cleanup(s.Shutdown)
	if !s.ReadyForConnections(5 * time.Second) {
		t.Fatal("the server does not start")
	}
	ctx := context.Background()
	c, err := bus.Connect(ctx, bus.Options{URL: s.ClientURL(), Wait: time.Second})
	must(t, err)
	t.Cleanup(c.Close)
	for what, open := range map[string]func() error{
		"queue":   func() error { _, err := bus.OpenQueue(ctx, c, bus.QueueOptions{Agent: "jobs"}); return err },
		"journal": func() error { _, err := journal.OpenStream(ctx, c.JetStream(), journal.StreamOptions{}); return err },
		"results": func() error { return bus.Prepare(ctx, c) },
	} {
		began := time.Now()
		if err := open(); err == nil || !strings.Contains(strings.ToLower(err.Error()), "jetstream not enabled") {
			t.Errorf("%s: %v", what, err)
		}
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("%s: said after %v", what, took)
		}
	}
}

// TestJournalIsFull: a stream that an operator bounded refuses what does not fit. That is
// said at once, as not written, and the run goes on once there is room.
func TestJournalIsFull(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := connect(t, start(t, bus.ServerOptions{}))
	js := c.JetStream()
	j, err := journal.OpenStream(ctx, js, journal.StreamOptions{})
	must(t, err)
	s, err := js.Stream(ctx, "CHASKI_JOURNAL")
	must(t, err)
	config := s.CachedInfo().Config
	config.MaxMsgs, config.Discard = 2, jetstream.DiscardNew
	_, err = js.UpdateStream(ctx, config)
	must(t, err)
	var last journal.Record
	for range 2 {
		next := last.Next(1, json.RawMessage(`{}`))
		must(t, j.Append(ctx, "a", next))
		last = next
	}
	next := last.Next(1, json.RawMessage(`{"more":1}`))
	began := time.Now()
	if err := j.Append(ctx, "a", next); err == nil || !strings.Contains(err.Error(), "was not written") || !strings.Contains(err.Error(), "maximum messages exceeded") {
		t.Error(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("said after %v", took)
	}
	config.MaxMsgs = 10
	_, err = js.UpdateStream(ctx, config)
	must(t, err)
	must(t, j.Append(ctx, "a", next))
	if records, err := j.Read(ctx, "a", journal.Record{}); err != nil || len(records) != 3 {
		t.Error(len(records), err)
	}
}

// TestJournalExpires: a stream whose operator keeps less than a run needs has lost its
// beginning: that is said of the run, and nothing is made up; others go on.
func TestJournalExpires(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := connect(t, start(t, bus.ServerOptions{}))
	js := c.JetStream()
	open := func() *journal.Stream {
		j, err := journal.OpenStream(ctx, js, journal.StreamOptions{})
		must(t, err)
		return j
	}
	j := open()
	fill := func(run string, n int) (last journal.Record) {
		for range n {
			next := last.Next(1, json.RawMessage(`{}`))
			must(t, j.Append(ctx, run, next))
			last = next
		}
		return last
	}
	old := fill("old", 4)
	fill("new", 2)
	s, err := js.Stream(ctx, "CHASKI_JOURNAL")
	must(t, err)
	config := s.CachedInfo().Config
	config.MaxMsgs = 4 // the two oldest go
	_, err = js.UpdateStream(ctx, config)
	must(t, err)
	j = open()
	if _, err := j.Read(ctx, "old", journal.Record{}); !errors.Is(err, journal.ErrCorrupt) || !strings.Contains(err.Error(), "numbered 3") {
		t.Error(err)
	}
	if _, err := j.Read(ctx, "new", journal.Record{}); err != nil {
		t.Error(err)
	}
	if ends := j.Firsts(ctx, []string{"old", "new"}); !errors.Is(ends[0].Err, journal.ErrCorrupt) || ends[1].Err != nil {
		t.Error(ends)
	}
	if ends := j.Lasts(ctx, []string{"old", "new"}); ends[0].Err != nil || ends[0].Hash != old.Hash {
		t.Error(ends)
	}
	info, err := s.Info(ctx)
	must(t, err)
	if info.Config.MaxMsgs != 4 {
		t.Error("the operator's limit was changed")
	}
}

// TestBucketDeletedWhileServing: an operator deletes the bucket of results while a worker
// serves: no call takes effect twice, and the next ones work.
func TestBucketDeletedWhileServing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := start(t, bus.ServerOptions{})
	var ran atomic.Int32
	serve(t, connect(t, s), raw("note", tools.Idempotent, 5*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) {
		ran.Add(1)
		return json.RawMessage(`{}`), nil
	}))
	c := connect(t, s)
	cl := client(t, c)
	if r := mustCall(t, cl, call("note", `{"n":1}`)); r.Status != tools.StatusOK {
		t.Fatal(r)
	}
	must(t, c.JetStream().DeleteKeyValue(ctx, resultBucket))
	for n := range 3 {
		one := call("note", `{"n":2}`)
		one.Attempt = n + 1
		if r, err := cl.Call(ctx, one); err != nil || r.Status != tools.StatusOK {
			t.Errorf("attempt %d: %+v, %v", n+1, r, err)
		}
	}
	if ran.Load() != 2 {
		t.Errorf("two calls ran %d times", ran.Load())
	}
}
