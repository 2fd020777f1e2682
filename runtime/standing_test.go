package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// reading counts whole reads of runs.
type reading struct {
	*journal.Dir
	whole atomic.Int32
}

func (r *reading) Read(ctx context.Context, run string, after journal.Record) ([]journal.Record, error) {
	if after.Seq == 0 {
		r.whole.Add(1)
	}
	return r.Dir.Read(ctx, run, after)
}

// unended is a journal that gives no ends, so that lists read whole runs.
type unended struct{ journal.Journal }

// TestStandings: a list says the same of a run by its last event as by all of them, however
// the run stands, and reads no run whole that is over or waits.
func TestStandings(t *testing.T) {
	dir, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &reading{Dir: dir}
	pays := llm.Turn{Calls: []llm.ToolCall{call("pay", `{}`)}}
	for run, c := range map[string]struct {
		prompt string
		model  llm.Model
		gate   runtime.Gate
		caller callerFunc
		want   planner.Status
	}{
		"finished":  {"go", llm.Script(llm.Turn{Text: "hi"}), nil, ok, planner.Finished},
		"long":      {strings.Repeat("go on ", 1000), llm.Script(llm.Turn{Text: "hi"}), nil, ok, planner.Finished},
		"odd":       {`",stands":{"run":"other"}} <&> ` + "\u2028\x00", llm.Script(llm.Turn{Text: `,"stands":{"run":"odd"}}`}), nil, ok, planner.Finished},
		"empty":     {"", llm.Script(llm.Turn{Text: "hi"}), nil, ok, planner.Finished},
		"denied":    {"go", llm.Script(pays), verdict(planner.Halt), ok, planner.Denied},
		"waiting":   {"go", llm.Script(pays), verdict(planner.RequireApproval), ok, planner.Waiting},
		"suspended": {"go", &llm.Scripted{Next: func(int, *llm.Request) llm.Turn { return llm.Turn{Err: &llm.PassingError{Err: errors.New("busy")}} }}, nil, ok, planner.Suspended},
		"unknown": {"go", llm.Script(pays), verdict(planner.Allow), func(context.Context, tools.Call) (tools.Result, error) {
			return tools.Result{}, errors.New("connection lost")
		}, planner.OutcomeUnknown},
	} {
		rt, err := runtime.New(runtime.Options{Journal: dir, Model: c.model, Gate: c.gate, Caller: c.caller, Patience: -1})
		if err != nil {
			t.Fatal(err)
		}
		start := started(run, planner.Budget{})
		start.By, start.Messages = "ana", []llm.Message{{Role: llm.RoleUser, Content: c.prompt}}
		if _, err := rt.Start(ctx, start); err != nil {
			t.Fatal(err)
		}
		if s, err := rt.Drive(ctx, run, nil); err != nil || s.Status != c.want {
			t.Fatal(run, s.Status, s.Reason, err)
		}
	}
	rt, err := runtime.New(runtime.Options{Journal: r})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Fork(ctx, "suspended", 3, "forked"); err != nil {
		t.Fatal(err)
	}
	if err := rt.Cancel(ctx, "forked", planner.Cancelled{By: "ana"}); err != nil {
		t.Fatal(err)
	}
	runs, err := rt.Runs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := runtime.New(runtime.Options{Journal: unended{dir}})
	if err != nil {
		t.Fatal(err)
	}
	r.whole.Store(0)
	list := rt.Summaries(ctx, runs)
	read := r.whole.Load()
	for i, want := range whole.Summaries(ctx, runs) {
		if got := list[i]; got.Err != nil || want.Err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("run %s: %+v, want %+v", runs[i], got, want)
		}
	}
	if read > 1 { // the fork, which is not over
		t.Errorf("%d of %d runs were read whole", read, len(runs))
	}
}

// TestFalseStanding: an event that does not say how its run stands refuses the run: a list
// would say it too.
func TestFalseStanding(t *testing.T) {
	path := t.TempDir()
	dir, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	drove(t, runtime.Options{Journal: dir, Model: llm.Script(llm.Turn{Text: "hi"}), Caller: callerFunc(ok)})
	records, err := dir.Read(ctx, "r", journal.Record{})
	if err != nil {
		t.Fatal(err)
	}
	last := records[len(records)-1]
	before := records[len(records)-2]
	for name, change := range map[string]func(*planner.Standing){
		"status": func(s *planner.Standing) { s.Status = planner.Failed },
		"used":   func(s *planner.Standing) { s.Used.Calls++ },
		"prompt": func(s *planner.Standing) { s.Prompt = "another" },
		"by":     func(s *planner.Standing) { s.By = "eve" },
		"began":  func(s *planner.Standing) { s.Began = s.Began.Add(time.Second) },
		"run":    func(s *planner.Standing) { s.Run = "other" },
	} {
		var ev planner.Event
		if err := json.Unmarshal(last.Event, &ev); err != nil || ev.Stands == nil {
			t.Fatal(err, ev.Stands)
		}
		change(ev.Stands)
		raw, err := json.Marshal(ev)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, r := range append(records[:len(records)-1:len(records)-1], before.Next(last.Epoch, raw)) {
			line, _ := json.Marshal(r)
			text.Write(append(line, '\n'))
		}
		forged := t.TempDir()
		if err := os.WriteFile(filepath.Join(forged, "r.jsonl"), []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := journal.Open(forged)
		if err != nil {
			t.Fatal(err)
		}
		rt, err := runtime.New(runtime.Options{Journal: j})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rt.Load(ctx, "r"); !errors.Is(err, planner.ErrEvent) {
			t.Errorf("a false %s: %v", name, err)
		}
	}
}

// unreachable is a journal that cannot be asked for a while.
type unreachable struct {
	journal.Journal
	times atomic.Int32
}

func (u *unreachable) Read(ctx context.Context, run string, after journal.Record) ([]journal.Record, error) {
	if u.times.Add(-1) >= 0 {
		return nil, errors.New("no answer in time")
	}
	return u.Journal.Read(ctx, run, after)
}

// TestWaitUnreachable: a run that waits goes on waiting where its journal cannot be asked.
func TestWaitUnreachable(t *testing.T) {
	u := &unreachable{Journal: &journal.Memory{}}
	rt, clock := waits(t, u)
	u.times.Store(3)
	done := make(chan error, 1)
	go func() {
		_, err := rt.Wait(ctx, "r")
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatal("it waits no more:", err)
	case <-time.After(100 * time.Millisecond):
	}
	clock.set(3000)
	if err := <-done; err != nil || u.times.Load() >= 0 {
		t.Fatal(err, u.times.Load())
	}
}

// drove is a runtime that has driven a run, "r", to where it goes no further.
func drove(t *testing.T, o runtime.Options) *runtime.Runtime {
	t.Helper()
	rt, err := runtime.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Start(ctx, started("r", planner.Budget{})); err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Drive(ctx, "r", nil); err != nil {
		t.Fatal(err)
	}
	return rt
}
