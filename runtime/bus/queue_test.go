package bus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/chaski-dev/chaski/runtime/bus"
)

func queue(t *testing.T, c *bus.Conn, o bus.QueueOptions) *bus.Queue {
	t.Helper()
	if o.Agent == "" {
		o.Agent = "shop"
	}
	q, err := bus.OpenQueue(context.Background(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	return q
}

// runner serves a queue until stop, and keeps the jobs that it was given.
type runner struct {
	mu   sync.Mutex
	jobs []bus.Job
	stop func()
}

func (r *runner) seen() []bus.Job {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.jobs)
}

func serveQueue(t *testing.T, q *bus.Queue, do func(context.Context, bus.Job) (bus.Answer, error)) *runner {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &runner{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := q.Serve(ctx, func(ctx context.Context, job bus.Job) (bus.Answer, error) {
			r.mu.Lock()
			r.jobs = append(r.jobs, job)
			r.mu.Unlock()
			return do(ctx, job)
		}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}()
	r.stop = sync.OnceFunc(func() { cancel(); <-ended })
	t.Cleanup(r.stop)
	return r
}

func wait(t *testing.T, c *bus.Conn, run string) bus.Answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	a, err := bus.WaitAnswer(ctx, c, run, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func done(_ context.Context, job bus.Job) (bus.Answer, error) {
	return bus.Answer{Status: "finished", Answer: strings.ToUpper(job.Prompt), Final: true}, nil
}

// TestQueue asks over a subject: the reply names the run, the answer comes on its subject
// in the stream and on the reply subject; a repeated start is one.
func TestQueue(t *testing.T) {
	c := connect(t, start(t, bus.ServerOptions{}))
	q := queue(t, c, bus.QueueOptions{})
	n := 0
	if err := q.Listen("shop.ask", func() string { n++; return fmt.Sprint("run-", n) }); err != nil {
		t.Fatal(err)
	}
	r := serveQueue(t, q, done)
	run, err := bus.Ask(context.Background(), c, "shop.ask", "hello")
	if err != nil {
		t.Fatal(err)
	}
	if a := wait(t, c, run); a.Answer != "HELLO" || a.Run != run || a.Status != "finished" {
		t.Errorf("%+v", a)
	}
	answers, err := c.NATS().SubscribeSync("my.answers")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		msg := &nats.Msg{Subject: "shop.ask", Reply: c.NATS().NewInbox(), Header: nats.Header{"Chaski-Run": {"mine"}, "Chaski-Reply": {"my.answers"}}, Data: []byte("again")}
		if _, err := c.NATS().RequestMsg(msg, 2*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	msg, err := answers.NextMsg(5 * time.Second)
	if err != nil || !strings.Contains(string(msg.Data), `"answer":"AGAIN"`) {
		t.Fatal(msg, err)
	}
	for text, job := range map[string]*nats.Msg{
		"the message is empty": {Subject: "shop.ask", Data: []byte(" \n")},
		"want letters, digits": {Subject: "shop.ask", Data: []byte("x"), Header: nats.Header{"Chaski-Run": {"a b"}}},
	} {
		reply, err := c.NATS().RequestMsg(job, 2*time.Second)
		if err != nil || !strings.Contains(reply.Header.Get("Nats-Service-Error"), text) || reply.Header.Get("Nats-Service-Error-Code") != "400" {
			t.Error(text, reply, err)
		}
	}
	if _, err := bus.Ask(context.Background(), c, "nobody.here", "x"); err == nil || !strings.Contains(err.Error(), "no agent listens on nobody.here") {
		t.Error(err)
	}
	if jobs := r.seen(); len(jobs) != 2 || jobs[0].Source != "shop.ask" || jobs[1].Run != "mine" {
		t.Errorf("%+v", jobs)
	}
}

// TestQueueLosesNothing stops runners in the middle of jobs, and the server too: every
// job is finished by somebody, under the id that it was accepted with.
func TestQueueLosesNothing(t *testing.T) {
	dir := t.TempDir()
	server, err := bus.Start(bus.ServerOptions{StoreDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	c := connect(t, server)
	q := queue(t, c, bus.QueueOptions{AckWait: time.Second, Parallel: 2, Poll: 20 * time.Millisecond})
	const jobs = 8
	for i := range jobs {
		if err := q.Put(context.Background(), bus.Job{Run: fmt.Sprint("r", i), Prompt: fmt.Sprint("p", i)}); err != nil {
			t.Fatal(err)
		}
	}
	hang := func(ctx context.Context, _ bus.Job) (bus.Answer, error) {
		<-ctx.Done()
		return bus.Answer{Final: true}, nil // nobody believes a runner that was stopped
	}
	first := serveQueue(t, q, hang)
	for i := 0; len(first.seen()) < 2; i++ {
		if i == 500 {
			t.Fatal("no job was handed out")
		}
		time.Sleep(10 * time.Millisecond)
	}
	first.stop()
	c.Close()
	server.Close()
	c = connect(t, start(t, bus.ServerOptions{StoreDir: dir}))
	q = queue(t, c, bus.QueueOptions{AckWait: time.Second, Parallel: 2, Poll: 20 * time.Millisecond})
	second := serveQueue(t, q, func(ctx context.Context, job bus.Job) (bus.Answer, error) {
		switch {
		case job.Run == "r1" && job.Again < 3:
			return bus.Answer{}, errors.New("not yet")
		case job.Run == "r2" && job.Again < 4:
			return bus.Answer{Status: "waiting"}, nil
		}
		return done(ctx, job)
	})
	for i := range jobs {
		if a := wait(t, c, fmt.Sprint("r", i)); a.Answer != fmt.Sprint("P", i) {
			t.Errorf("%+v", a)
		}
	}
	empty(t, c, "CHASKI_STARTS_shop") // an answer is out before its job is acknowledged
	second.stop()
	third := serveQueue(t, q, done)
	time.Sleep(1200 * time.Millisecond) // longer than AckWait
	if left := third.seen(); len(left) != 0 {
		t.Errorf("finished jobs are handed out again: %+v", left)
	}
}

// empty waits until nothing is left in a queue.
func empty(t *testing.T, c *bus.Conn, stream string) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		s, err := c.JetStream().Stream(context.Background(), stream)
		if err == nil && s.CachedInfo().State.Msgs == 0 {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("%s is not empty: %v", stream, err)
		}
	}
}

func TestSchedules(t *testing.T) {
	c := connect(t, start(t, bus.ServerOptions{}))
	q := queue(t, c, bus.QueueOptions{})
	every := bus.Schedule{When: "@every 1s", Prompt: "tick"}
	soon := bus.Schedule{When: "@at " + time.Now().Add(5*time.Second).UTC().Format(time.RFC3339), Prompt: "once"}
	past := bus.Schedule{When: "@at 2020-01-01T00:00:00Z", Prompt: "never"}
	old := bus.Schedule{When: "@every 1s", Prompt: "dropped"}
	ctx := context.Background()
	for _, all := range [][]bus.Schedule{{old}, {every, soon, past}, {every, soon, past}, {every, soon, {When: "0 0 6 * * *", Zone: "Europe/Lisbon", Prompt: "early"}}} {
		if err := q.Schedules(ctx, all); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []bus.Schedule{{When: "soon", Prompt: "x"}, {When: "@every 1ms", Prompt: "x"}, {When: "@daily", Zone: "Mars/Phobos", Prompt: "x"}, {When: "@every 1h", Zone: "Europe/Lisbon"}, {When: "0 9 30 2 *", Prompt: "x"}} {
		if err := q.Schedules(ctx, []bus.Schedule{every, soon, bad}); err == nil || !strings.Contains(err.Error(), bad.When) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	r := serveQueue(t, q, done)
	runs := map[string]int{}
	for i := 0; runs["tick"] < 2 || runs["once"] < 1; i++ {
		if i == 600 {
			t.Fatalf("%v", runs)
		}
		time.Sleep(50 * time.Millisecond)
		clear(runs)
		for _, job := range r.seen() {
			runs[job.Prompt]++
			if !strings.HasPrefix(job.Run, "shop-2") || job.Prompt == "tick" && job.Source != "@every 1s" {
				t.Fatalf("%+v", job)
			}
		}
	}
	if runs["dropped"] > 0 || runs["never"] > 0 || runs["once"] > 1 || runs["early"] > 0 {
		t.Error(runs)
	}
}

// TestPiledUp: what an interval started while nobody served is one run, and what others
// started is all there.
func TestPiledUp(t *testing.T) {
	c := connect(t, start(t, bus.ServerOptions{}))
	q := queue(t, c, bus.QueueOptions{Parallel: 1})
	ctx := context.Background()
	at := "@at " + time.Now().Add(3*time.Second).UTC().Format(time.RFC3339)
	if err := q.Schedules(ctx, []bus.Schedule{{When: "@every 1s", Prompt: "tick"}, {When: at, Prompt: "once"}}); err != nil {
		t.Fatal(err)
	}
	if err := q.Put(ctx, bus.Job{Run: "asked", Prompt: "asked", Source: "shop.ask"}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	time.Sleep(4500 * time.Millisecond)
	r := serveQueue(t, q, done)
	runs := map[string]int{}
	for i := 0; runs["tick"] < 1 || runs["once"] < 1 || runs["asked"] < 1; i++ {
		if i == 1000 {
			t.Fatal(runs)
		}
		time.Sleep(20 * time.Millisecond)
		clear(runs)
		for _, job := range r.seen() {
			runs[job.Prompt]++
		}
	}
	if ticks := int(time.Since(began).Seconds()); runs["tick"] > ticks-2 {
		t.Errorf("%d runs of %d ticks", runs["tick"], ticks)
	}
}

// TestLocalTimes: a moment of a schedule by local time starts one run, though several
// runners put it on the server, one of them late, and though they come and go.
func TestLocalTimes(t *testing.T) {
	c := connect(t, start(t, bus.ServerOptions{}))
	each := bus.Schedule{When: "* * * * * *", Zone: "Europe/Lisbon", Prompt: "each"}
	daily := bus.Schedule{When: "30 6 * * *", Zone: "Europe/Lisbon", Prompt: "early"}
	ctx := context.Background()
	began, begun := time.Now(), map[string]int{}
	var mu sync.Mutex
	do := func(ctx context.Context, job bus.Job) (bus.Answer, error) {
		mu.Lock()
		defer mu.Unlock()
		begun[job.Run]++
		return bus.Answer{Status: "finished", Final: true}, nil
	}
	var runners []*runner
	for range 3 {
		q := queue(t, c, bus.QueueOptions{})
		if err := q.Schedules(ctx, []bus.Schedule{each, daily}); err != nil {
			t.Fatal(err)
		}
		runners = append(runners, serveQueue(t, q, do))
	}
	for count := 0; count < 2; { // two moments, or three
		time.Sleep(1500 * time.Millisecond)
		mu.Lock()
		count = len(begun)
		mu.Unlock()
		if time.Since(began) > time.Minute {
			t.Fatalf("%d runs in a minute", count)
		}
	}
	for _, r := range runners {
		r.stop()
	}
	seconds := int(time.Since(began).Seconds())
	q := queue(t, c, bus.QueueOptions{})
	if err := q.Schedules(ctx, []bus.Schedule{daily}); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(begun) > seconds+2 {
		t.Errorf("%d runs in %d seconds", len(begun), seconds)
	}
	for run, n := range begun {
		if n != 1 || !strings.HasPrefix(run, "shop-2") || !strings.Contains(run, "Z-") {
			t.Errorf("%s was handed out %d times", run, n)
		}
	}
}

func TestBadQueue(t *testing.T) {
	c := connect(t, start(t, bus.ServerOptions{}))
	if _, err := bus.OpenQueue(context.Background(), c, bus.QueueOptions{Agent: "a b"}); err == nil {
		t.Error("a bad name is taken")
	}
	q := queue(t, c, bus.QueueOptions{})
	if err := q.Listen("a b", nil); err == nil {
		t.Error("a bad subject is taken")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := bus.WaitAnswer(ctx, c, "nothing", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if _, err := bus.WaitAnswer(ctx, c, "*", nil); err == nil {
		t.Error("a pattern is taken for a run")
	}
}

// TestQueueWaits: a run that waits takes no place from others, goes on as soon as it can,
// and is another runner's if this one stops meanwhile.
func TestQueueWaits(t *testing.T) {
	c := connect(t, start(t, bus.ServerOptions{}))
	asked, given := make(chan string, 10), make(chan struct{})
	q := queue(t, c, bus.QueueOptions{Parallel: 1, Poll: time.Hour, Wait: func(ctx context.Context, run string) error {
		asked <- run
		select {
		case <-given:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}})
	do := func(ctx context.Context, job bus.Job) (bus.Answer, error) {
		select {
		case <-given:
		default:
			if job.Prompt == "pay" {
				return bus.Answer{Status: "waiting"}, nil
			}
		}
		return done(ctx, job)
	}
	put := func(run, prompt string) {
		t.Helper()
		if err := q.Put(context.Background(), bus.Job{Run: run, Prompt: prompt}); err != nil {
			t.Fatal(err)
		}
	}
	first := serveQueue(t, q, do)
	put("a", "pay")
	put("b", "pay")
	for range 2 {
		<-asked
	}
	put("c", "look")
	if a := wait(t, c, "c"); a.Answer != "LOOK" {
		t.Errorf("%+v", a)
	}
	first.stop()
	second := serveQueue(t, q, do)
	for range 2 {
		<-asked
	}
	close(given)
	for _, run := range []string{"a", "b"} {
		if a := wait(t, c, run); a.Answer != "PAY" || a.Status != "finished" {
			t.Errorf("%+v", a)
		}
	}
	if n := len(second.seen()); n != 4 { // each before it waits, and after
		t.Errorf("%d looks", n)
	}
}

// TestQueueAfterRestart stops a runner with a start that it works at and one that waits, and the
// server that is in its process: started again, they go on at once, however long the queue waits for
// a runner that gives no sign of life.
func TestQueueAfterRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx := context.Background()
	wait := func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }
	serving := func(do func(context.Context, bus.Job) (bus.Answer, error), puts ...string) (r *runner, end func()) {
		server, err := bus.Start(bus.ServerOptions{StoreDir: dir})
		must(t, err)
		c, err := bus.Connect(ctx, bus.Options{Server: server})
		must(t, err)
		q, err := bus.OpenQueue(ctx, c, bus.QueueOptions{Agent: "shop", AckWait: time.Hour, Wait: wait})
		must(t, err)
		for _, run := range puts {
			must(t, q.Put(ctx, bus.Job{Run: run, Prompt: "go"}))
		}
		r = serveQueue(t, q, do)
		return r, func() {
			r.stop()
			must(t, q.Close())
			c.Close()
			server.Close()
		}
	}
	both := func(r *runner) bool {
		seen := map[string]bool{}
		for _, job := range r.seen() {
			seen[job.Run] = true
		}
		return len(seen) == 2
	}
	r, end := serving(func(ctx context.Context, job bus.Job) (bus.Answer, error) {
		if job.Run == "works" {
			<-ctx.Done()
		}
		return bus.Answer{Status: "waiting"}, ctx.Err()
	}, "works", "waits")
	for i := 0; !both(r); i++ {
		if i == 1000 {
			t.Fatal(r.seen())
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond)
	end()
	r, end = serving(done)
	defer end()
	for i := 0; !both(r); i++ {
		if i == 1500 {
			t.Fatalf("of the two runs these go on: %+v", r.seen())
		}
		time.Sleep(10 * time.Millisecond)
	}
	for _, job := range r.seen() {
		if job.Again == 0 {
			t.Errorf("%+v is another start", job)
		}
	}
}
