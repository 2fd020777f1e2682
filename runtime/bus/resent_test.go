//go:build unix

package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// TestOnceGoesElsewhere sends payments to two worker processes of which one stands still, or
// dies with what it was sent. Nobody had begun them, so the other makes them within seconds,
// also if nobody had heard of the first; each is made once, also when it wakes up and finds them.
func TestOnceGoesElsewhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		signal syscall.Signal
		known  bool // the caller has heard of the one that stands still
		effect tools.Effect
	}{
		{"wakes up", syscall.SIGCONT, true, tools.Once}, {"dies", syscall.SIGKILL, true, tools.Once},
		{"wakes up", syscall.SIGCONT, false, tools.Once}, {"dies", syscall.SIGKILL, false, tools.Once}, {"wakes up", syscall.SIGCONT, false, tools.Idempotent},
	} {
		signal, tool := c.signal, "job_"+string(c.effect)
		t.Run(fmt.Sprintf("%s/%s/known %v", c.effect, c.name, c.known), func(t *testing.T) {
			t.Parallel()
			s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0"})
			cl := client(t, connect(t, s))
			dir := t.TempDir()
			first := spawn(t, dir, s.URL(), "CHASKI_TEST_TIMEOUT=30s")
			spawn(t, dir, s.URL(), "CHASKI_TEST_TIMEOUT=30s")
			if c.known {
				if all, err := cl.Tools(context.Background()); err != nil || len(all) != 3 {
					t.Fatal(len(all), err)
				}
			}
			first.halt(t, syscall.SIGSTOP)
			var group sync.WaitGroup
			for n := range 8 {
				group.Go(func() {
					began := time.Now()
					r, err := cl.Call(context.Background(), call(tool, fmt.Sprintf(`{"n":%d}`, n)))
					if took := time.Since(began); err != nil || r.Status != tools.StatusOK || took > 20*time.Second { // the time-out is 30
						t.Errorf("%+v %v after %v", r, err, took)
					}
				})
			}
			if signal == syscall.SIGKILL {
				time.Sleep(300 * time.Millisecond) // it was sent some
				first.kill()
			}
			group.Wait()
			if signal == syscall.SIGCONT {
				if err := first.cmd.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				woken := filepath.Join(dir, fmt.Sprintf("runs-%d", first.cmd.Process.Pid))
				for n := 100; ; n++ { // what it was sent before, it has looked at once it runs another
					mustCall(t, cl, call(tool, fmt.Sprintf(`{"n":%d}`, n)))
					if info, err := os.Stat(woken); err == nil && info.Size() > 0 {
						break
					}
					if n == 300 {
						t.Fatal("it does not wake up")
					}
				}
				time.Sleep(300 * time.Millisecond)
			}
			runs := counts(t, dir)[map[tools.Effect]string{tools.Once: "once", tools.Idempotent: "effect"}[c.effect]]
			for id, n := range runs {
				if n != 1 {
					t.Errorf("%s ran %d times", id, n)
				}
			}
			if len(runs) < 8 {
				t.Errorf("%d calls ran", len(runs))
			}
		})
	}
}

// halt sends SIGSTOP or SIGKILL and returns when nothing of the process runs any more: on a busy
// machine the thread that takes a SIGSTOP may wait for its turn while the others run on.
func (p *process) halt(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if signal == syscall.SIGKILL {
		p.kill()
		return
	}
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	for {
		var status syscall.WaitStatus
		_, err := syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || !status.Stopped() {
			t.Fatal(err, status)
		}
		return
	}
}

// TestOnceStaysWhereItBegan: a payment that a worker has begun when it stands still, or dies, is
// nobody else's: nobody knows what came of it.
func TestOnceStaysWhereItBegan(t *testing.T) {
	t.Parallel()
	for _, halt := range []string{"before", "after"} {
		for _, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
			t.Run(halt+"/"+signal.String(), func(t *testing.T) {
				t.Parallel()
				s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0"})
				cl := client(t, connect(t, s))
				dir := t.TempDir()
				first := spawn(t, dir, s.URL(), "CHASKI_TEST_TIMEOUT=6s", "CHASKI_TEST_HALT="+halt)
				answered := make(chan tools.Result, 1)
				go func() { answered <- mustCall(t, cl, call("job_once", `{"n":1}`)) }()
				first.expect(t, "halted")
				spawn(t, dir, s.URL(), "CHASKI_TEST_TIMEOUT=6s")
				first.halt(t, signal)
				if r := <-answered; r.Status != tools.StatusUnknown {
					t.Errorf("%+v", r)
				}
				ran := 0
				for _, n := range counts(t, dir)["once"] {
					ran += n
				}
				if want := map[string]int{"before": 0, "after": 1}[halt]; ran != want {
					t.Errorf("it ran %d times, want %d", ran, want)
				}
			})
		}
	}
}

// TestOneOfTwoRefuses: of two that were sent a payment, one makes it, and then the other wakes up
// and says that it did not run. What counts is the one that made it.
func TestOneOfTwoRefuses(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	c, far := connect(t, s), connect(t, s)
	const payments = 15 // fewer than a worker makes at once; but one time in 400 some are sent to the one that sleeps
	begun, refused := make(chan struct{}, payments), make(chan struct{})
	pay := raw("pay", tools.Once, 30*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) {
		begun <- struct{}{}
		<-refused
		time.Sleep(time.Second) // its caller has read the refusals by now
		return json.RawMessage(`"paid"`), nil
	})
	// They stand still: nobody answers for them when they are looked for.
	subject := "chaski.call.pay." + pay.Spec().Revision
	refuse := func(m *nats.Msg) {
		r := nats.NewMsg(m.Reply)
		for _, key := range []string{"Chaski-Call-Id", "Chaski-Attempt"} {
			r.Header[key] = m.Header[key]
		}
		r.Header["Nats-Service-Error"], r.Header["Nats-Service-Error-Code"] = []string{"its deadline was over on this worker's clock; it did not run"}, []string{"503"}
		_ = far.NATS().PublishMsg(r)
	}
	held := make(chan *nats.Msg, 100)
	asleep, err := far.NATS().ChanQueueSubscribe(subject, "chaski", held)
	must(t, err)
	w := worker{t, far}
	w.declare(pay, "asleep")
	serve(t, c, pay)
	serve(t, connect(t, s), pay)
	cl := client(t, c)
	var calls sync.WaitGroup
	for n := range payments {
		calls.Go(func() {
			if r, err := cl.Call(context.Background(), call("pay", fmt.Sprintf(`{"n":%d}`, n))); err != nil || string(r.Value) != `"paid"` {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
	for range payments { // those that it holds are sent again
		select {
		case <-begun:
		case <-time.After(28 * time.Second):
			t.Fatal("a payment is not made")
		}
	}
	must(t, asleep.Unsubscribe())
	for range 50 { // whoever asks again is refused, too
		_, err := far.NATS().QueueSubscribe(subject, "chaski", refuse)
		must(t, err)
	}
	must(t, far.NATS().Flush())
	n := len(held)
	for range n {
		refuse(<-held)
	}
	must(t, far.NATS().Flush())
	close(refused)
	calls.Wait()
	if n == 0 {
		t.Error("nothing was sent to the one that sleeps")
	}
}

// worker is a connection on which a worker is declared that never says that it lives.
type worker struct {
	t *testing.T
	c *bus.Conn
}

func (w worker) declare(tool *tools.Tool, id string) {
	w.t.Helper()
	spec := tool.Spec()
	text, revision, err := spec.Fingerprint()
	must(w.t, err)
	info, err := json.Marshal(map[string]any{"type": "io.nats.micro.v1.info_response", "name": spec.Name, "id": id, "version": "0.0.0", "metadata": map[string]string{},
		"endpoints": []any{map[string]any{"name": "call", "subject": "chaski.call." + spec.Name + "." + revision, "queue_group": "chaski",
			"metadata": map[string]string{"chaski": "1", "spec": string(text)}}}})
	must(w.t, err)
	for _, subject := range []string{"$SRV.INFO", "$SRV.INFO." + spec.Name} {
		_, err := w.c.NATS().Subscribe(subject, func(m *nats.Msg) { _ = m.Respond(info) })
		must(w.t, err)
	}
	_, err = w.c.NATS().Subscribe("$SRV.PING."+spec.Name+"."+id, func(*nats.Msg) {})
	must(w.t, err)
}

// TestTwiceSentStoreLost has a payment lie with a worker that stands still, another make it, and then
// the store of results go: whoever wakes up has a claim in the new one, and pays nothing all the same.
func TestTwiceSentStoreLost(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := start(t, bus.ServerOptions{})
	c := connect(t, s)
	var paid atomic.Int32
	pay := raw("pay", tools.Once, 20*time.Second, func(context.Context, tools.Call) (json.RawMessage, error) {
		paid.Add(1)
		return json.RawMessage(`"paid"`), nil
	})
	w := serve(t, c, pay)
	// The copy that the other worker holds, as it was sent.
	copied := make(chan *nats.Msg, 10)
	_, err := c.NATS().ChanSubscribe("chaski.call.pay.>", copied)
	must(t, err)
	if r := mustCall(t, client(t, c), call("pay", `{"n":1}`)); r.Status != tools.StatusOK {
		t.Fatalf("%+v", r)
	}
	m := <-copied
	must(t, c.JetStream().DeleteKeyValue(ctx, resultBucket))
	must(t, bus.Prepare(ctx, c))
	again := nats.NewMsg(m.Subject)
	again.Header, again.Data = m.Header, m.Data
	r, err := c.NATS().RequestMsg(again, 10*time.Second)
	if err != nil || r.Header.Get("Nats-Service-Error-Code") != "520" || paid.Load() != 1 {
		t.Errorf("%v %+v, paid %d times", err, r, paid.Load())
	}
	for until := time.Now().Add(20 * time.Second); w.Stats()["pay"].Running != 0; time.Sleep(time.Millisecond) { // counted after the reply
		if time.Now().After(until) {
			t.Fatalf("%+v", w.Stats()["pay"])
		}
	}
}
