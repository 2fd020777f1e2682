package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	goruntime "runtime"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

type benchAgentCmd struct {
	Scripted bool   `required:"" help:"Use the scripted model."`
	Runs     int    `short:"n" help:"Concurrent runs of three steps." default:"1000"`
	JSON     bool   `help:"Print JSON."`
	Child    string `hidden:"" help:"Drive the runs in this journal, to be killed."`
}

type benchAgentOut struct {
	Runs        int     `json:"runs"`
	RunsPerS    float64 `json:"runs_s"`
	BytesPerRun uint64  `json:"bytes_per_run"` // heap and stacks with every run in flight
	KilledAfter int     `json:"killed_after"`  // runs that had finished when the process was killed
	Resumed     int     `json:"resumed"`
	Lost        int     `json:"lost"`
}

// fleet drives many scripted runs over one journal on disk.
type fleet struct {
	rt   *runtime.Runtime
	gate func() // each first call passes it
}

func newFleet(dir string) (*fleet, error) {
	j, err := journal.Open(dir)
	if err != nil {
		return nil, err
	}
	f := &fleet{gate: func() {}}
	f.rt, err = runtime.New(runtime.Options{Journal: j, Caller: f, Model: &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		step := 0
		for _, m := range req.Messages {
			if m.Role == llm.RoleTool {
				step++
			}
		}
		if step == 2 {
			return llm.Turn{Text: "done"}
		}
		return llm.Turn{Calls: []llm.ToolCall{{Name: "look", Arguments: json.RawMessage(fmt.Sprintf(`{"step":%d}`, step))}}}
	}}})
	return f, err
}

// Call implements tools.Caller.
func (f *fleet) Call(_ context.Context, call tools.Call) (tools.Result, error) {
	if string(call.Arguments) == `{"step":0}` {
		f.gate()
	}
	return tools.Result{Status: tools.StatusOK, Value: json.RawMessage(`"seen"`)}, nil
}

func (f *fleet) start(ctx context.Context, n int) error {
	for i := range n {
		if _, err := f.rt.Start(ctx, planner.Started{Run: fmt.Sprintf("run-%05d", i), Messages: []llm.Message{{Role: llm.RoleUser, Content: "look twice"}},
			Tools: []tools.Spec{{Name: "look", Effect: tools.Read}}}); err != nil {
			return err
		}
	}
	return nil
}

// drive drives n runs at once and returns how many did not finish.
func (f *fleet) drive(ctx context.Context, n int, done func()) (int, error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	lost := 0
	for i := range n {
		wg.Go(func() {
			s, err := f.rt.Drive(ctx, fmt.Sprintf("run-%05d", i), nil)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || s.Status != planner.Finished {
				lost++
				errs = append(errs, err)
			} else if done != nil {
				done()
			}
		})
	}
	wg.Wait()
	return lost, errors.Join(errs...)
}

// Run measures, kills and resumes.
func (c *benchAgentCmd) Run(ctx context.Context) error {
	if c.Child != "" {
		f, err := newFleet(c.Child)
		if err != nil {
			return err
		}
		_, err = f.drive(ctx, c.Runs, func() { fmt.Fprintln(stdout, "done") })
		return err
	}
	if c.Runs < 2 {
		return errors.New("bench agent: at least two runs are needed")
	}
	dir, err := os.MkdirTemp("", "chaski-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	out := benchAgentOut{Runs: c.Runs}
	if err := c.memoryAndRate(ctx, dir+"/rate", &out); err != nil {
		return err
	}
	if err := c.kill(ctx, dir+"/kill", &out); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(stdout).Encode(out)
	}
	fmt.Fprintf(stdout, "%d runs at once: %.0f runs/s, %.1f KiB for each; killed after %d had finished, %d resumed, %d lost\n",
		out.Runs, out.RunsPerS, float64(out.BytesPerRun)/1024, out.KilledAfter, out.Resumed, out.Lost)
	return nil
}

func (c *benchAgentCmd) memoryAndRate(ctx context.Context, dir string, out *benchAgentOut) error {
	f, err := newFleet(dir)
	if err != nil {
		return err
	}
	if err := f.start(ctx, c.Runs); err != nil {
		return err
	}
	before := inUse()
	var arrived sync.WaitGroup
	arrived.Add(c.Runs)
	leave := make(chan struct{})
	f.gate = func() { arrived.Done(); <-leave }
	var pause time.Duration
	go func() {
		arrived.Wait()
		t := time.Now()
		if now := inUse(); now > before {
			out.BytesPerRun = (now - before) / uint64(c.Runs)
		}
		pause = time.Since(t)
		close(leave)
	}()
	t := time.Now()
	lost, err := f.drive(ctx, c.Runs, nil)
	out.Lost += lost
	out.RunsPerS = float64(c.Runs) / (time.Since(t) - pause).Seconds()
	return err
}

// inUse returns the bytes of live heap and of stacks.
func inUse() uint64 {
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// kill has a child drive the runs, kills it in the middle and drives the rest.
func (c *benchAgentCmd) kill(ctx context.Context, dir string, out *benchAgentOut) error {
	f, err := newFleet(dir)
	if err != nil {
		return err
	}
	if err := f.start(ctx, c.Runs); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.CommandContext(ctx, self, "bench", "agent", "--scripted", "-n", fmt.Sprint(c.Runs), "--child", dir)
	child.Stderr = os.Stderr
	lines, err := child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	for in := bufio.NewScanner(lines); out.KilledAfter < (c.Runs+1)/2 && in.Scan(); {
		out.KilledAfter++
	}
	if err := child.Process.Kill(); err != nil {
		return fmt.Errorf("bench agent: kill the child: %w", err)
	}
	_ = child.Wait() // it was killed
	finished := 0
	for i := range c.Runs {
		s, err := f.rt.Load(ctx, fmt.Sprintf("run-%05d", i))
		if err != nil {
			return err
		}
		if s.Status.Done() {
			finished++
		}
	}
	out.KilledAfter, out.Resumed = finished, c.Runs-finished
	lost, err := f.drive(ctx, c.Runs, nil)
	out.Lost += lost
	return err
}
