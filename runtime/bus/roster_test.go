//go:build unix

package bus_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// TestWorkerDies has a worker process die, or stand still, with a call while another is
// there. Read and idempotent calls are answered by the other in seconds, in the attempt
// that was made; their time-out is half a minute.
func TestWorkerDies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		effect tools.Effect
		halt   string
		late   bool // the worker came after the caller had looked who there is
		signal syscall.Signal
	}{
		{tools.Read, "before", false, syscall.SIGKILL},
		{tools.Read, "after", true, syscall.SIGKILL},
		{tools.Idempotent, "before", true, syscall.SIGKILL},
		{tools.Idempotent, "after", false, syscall.SIGKILL},
		{tools.Read, "before", false, syscall.SIGSTOP},
	} {
		t.Run(fmt.Sprintf("%s/%s/late %v/%v", c.effect, c.halt, c.late, c.signal), func(t *testing.T) {
			t.Parallel()
			s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0"})
			cl := client(t, connect(t, s))
			dir := t.TempDir()
			env := "CHASKI_TEST_TIMEOUT=30s"
			if c.late {
				early := spawn(t, dir, s.URL(), env)
				if _, err := cl.Tools(context.Background()); err != nil {
					t.Fatal(err)
				}
				early.kill()
			}
			victim := spawn(t, dir, s.URL(), env, "CHASKI_TEST_HALT="+c.halt)
			var group sync.WaitGroup
			defer group.Wait()
			ended := make([]time.Time, 3)
			for n := range ended {
				group.Go(func() {
					r, err := cl.Call(context.Background(), call("job_"+string(c.effect), fmt.Sprintf(`{"n":%d}`, n)))
					if ended[n] = time.Now(); err != nil || r.Status != tools.StatusOK || r.Attempt != 1 {
						t.Errorf("%+v %v", r, err)
					}
				})
			}
			for range 3 {
				victim.expect(t, "halted")
			}
			spawn(t, dir, s.URL(), env)
			time.Sleep(200 * time.Millisecond) // who serves the tool is known by now
			died := time.Now()
			victim.halt(t, c.signal)
			group.Wait()
			for _, at := range ended {
				if took := at.Sub(died); took > 20*time.Second { // the time-out is 30
					t.Errorf("a call ended %v after its worker", took)
				}
			}
			for id, n := range counts(t, dir)["effect"] {
				if n != 1 {
					t.Errorf("%s took effect %d times", id, n)
				}
			}
		})
	}
}

// TestNobodyIsLeft says so in a moment when the only worker of a read tool dies with a call.
func TestNobodyIsLeft(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0"})
	cl := client(t, connect(t, s))
	victim := spawn(t, t.TempDir(), s.URL(), "CHASKI_TEST_TIMEOUT=30s", "CHASKI_TEST_HALT=before")
	began := time.Now()
	ended := make(chan error, 1)
	go func() {
		_, err := cl.Call(context.Background(), call("job_read", `{"n":1}`))
		ended <- err
	}()
	victim.expect(t, "halted")
	victim.kill()
	if err := <-ended; !errors.Is(err, tools.ErrNoWorker) || time.Since(began) > 20*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

// TestRetriesByEffect: what a declaration does not say follows from its effect.
func TestRetriesByEffect(t *testing.T) {
	c := connect(t, start(t, bus.ServerOptions{}))
	var all []*tools.Tool
	for name, o := range map[string]tools.Options{
		"read": {Effect: tools.Read}, "idempotent": {Effect: tools.Idempotent}, "once": {}, "none": {Effect: tools.Read, Retries: tools.NoRetries}, "five": {Effect: tools.Read, Retries: 5},
	} {
		all = append(all, tools.New(name, "", add, o))
	}
	serve(t, c, all...)
	specs, err := client(t, c).Tools(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, s := range specs {
		got[s.Name] = s.Retries
	}
	if want := (map[string]int{"read": 2, "idempotent": 2, "once": 0, "none": 0, "five": 5}); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}
