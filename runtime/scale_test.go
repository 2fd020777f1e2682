//go:build unix

package runtime_test

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// cpu is what this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// onServers is a journal on the servers that CHASKI_SCALE_NATS names, or on one in this
// process; where says which.
func onServers(t *testing.T) (j *journal.Stream, where string) {
	t.Helper()
	o := bus.Options{URL: os.Getenv("CHASKI_SCALE_NATS")}
	if where = "on " + o.URL; o.URL == "" {
		s, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		o.Server, where = s, "on a server in this process"
	}
	c, err := bus.Connect(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	j, err = journal.OpenStream(ctx, c.JetStream(), journal.StreamOptions{Replicas: c.Replicas()})
	if err != nil {
		t.Fatal(err)
	}
	return j, where
}

// TestStepsOnStream: a run's cost is linear in its steps where its journal is on a cluster:
// what a step of four times as many costs is within a third.
func TestStepsOnStream(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of steps take a while")
	}
	steps := []int{100, 400}
	if os.Getenv("CHASKI_SCALE_NATS") != "" {
		steps = []int{500, 1000, 2000, 4000}
	}
	j, where := onServers(t)
	var drives []time.Duration
	for _, n := range steps {
		best := time.Duration(0)
		for range 3 { // the least of three: other programs can only add to it
			if driven := driveSteps(t, j, where, n); best == 0 || driven < best {
				best = driven
			}
		}
		drives = append(drives, best)
	}
	if first, last := drives[0], drives[len(drives)-1]; float64(last) > 1.33*float64(first) {
		t.Errorf("a step of %d costs %v, one of %d %v", steps[len(steps)-1], last, steps[0], first)
	}
}

// driveSteps drives a run of so many steps and returns what a step cost of the processor.
func driveSteps(t *testing.T, j journal.Journal, where string, n int) time.Duration {
	t.Helper()
	rt, err := runtime.New(runtime.Options{Journal: j, Caller: callerFunc(ok), Gate: verdict(planner.Allow), Model: &llm.Scripted{Next: func(turn int, _ *llm.Request) llm.Turn {
		if turn >= n {
			return llm.Turn{Text: "done"}
		}
		return llm.Turn{Calls: []llm.ToolCall{call("look", fmt.Sprintf(`{"at":"place %d"}`, turn))}}
	}}})
	if err != nil {
		t.Fatal(err)
	}
	run, err := rt.Start(ctx, started(runtime.NewRunID(), planner.Budget{Steps: n + 10, Calls: n + 10, Tokens: 1 << 40, Wall: time.Hour}))
	if err != nil {
		t.Fatal(err)
	}
	began, used := time.Now(), cpu()
	s, err := rt.Drive(ctx, run, nil)
	if err != nil || s.Status != planner.Finished || s.Used.Calls != n {
		t.Fatal(s.Status, s.Reason, s.Used.Calls, err)
	}
	driven := cpu() - used
	wall := time.Since(began)
	began, used = time.Now(), cpu()
	if _, err := rt.Load(ctx, run); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d steps: drive %v of CPU, %v a step, %v in all; load %v of CPU, %v in all", where, n, driven.Round(time.Millisecond),
		(driven / time.Duration(n)).Round(time.Microsecond), wall.Round(time.Millisecond), (cpu() - used).Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	return driven / time.Duration(n)
}

// TestListOnStream: a list of runs on a cluster reads their ends side by side. With
// CHASKI_SCALE_NATS it lists 50,000, which are made if they are not there.
func TestListOnStream(t *testing.T) {
	n := 100
	if os.Getenv("CHASKI_SCALE_NATS") != "" {
		n = 50_000
	}
	j, where := onServers(t)
	records := recordsOf(t, 1, "done")
	there, err := j.Runs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, 128)
	for i := len(there); i < n; i++ {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			run := fmt.Sprintf("one-%05d", i)
			for _, r := range renamed(records, run) {
				if err := j.Append(ctx, run, r); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	rt, err := runtime.New(runtime.Options{Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	began, used := time.Now(), cpu()
	runs, err := rt.Runs(ctx)
	if err != nil || len(runs) < n {
		t.Fatal(len(runs), err)
	}
	for at := 0; at < len(runs); at += 512 {
		for i, s := range rt.Summaries(ctx, runs[at:min(at+512, len(runs))]) {
			if s.Err != nil || s.Status != planner.Finished || s.Prompt != "go" {
				t.Fatalf("run %s: %+v", runs[at+i], s)
			}
		}
	}
	t.Logf("%s: %d runs of %d records listed in %v, %v of CPU", where, len(runs), len(records), time.Since(began).Round(time.Millisecond), (cpu() - used).Round(time.Millisecond))
}
