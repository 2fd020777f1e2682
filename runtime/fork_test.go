package runtime_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"syscall"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// small is a journal on a disk that takes so many records more.
type small struct {
	journal.Journal
	left int
}

func (s *small) Append(ctx context.Context, run string, r journal.Record) error {
	if s.left == 0 {
		return &fs.PathError{Op: "write", Path: run, Err: syscall.ENOSPC}
	}
	s.left--
	return s.Journal.Append(ctx, run, r)
}

// removing is small, and runs can be removed from it.
type removing struct {
	small
	journal.Remover
}

// TestForkOnFullDisk: a fork that the disk cuts short leaves nothing, wherever it is cut; in
// a journal from which nothing can be removed the error says what is left. A run that had
// the fork's name stays.
func TestForkOnFullDisk(t *testing.T) {
	dir, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, keeps := range map[string]journal.Journal{"directory": dir, "memory": &journal.Memory{}} {
		begin := &small{keeps, -1}
		var j journal.Journal = begin
		remover, removes := keeps.(journal.Remover)
		if removes {
			with := &removing{small{keeps, -1}, remover}
			begin, j = &with.small, with
		}
		rt := drove(t, runtime.Options{Journal: j, Caller: callerFunc(ok), Model: llm.Script(llm.Turn{Calls: []llm.ToolCall{call("look", `{}`)}}, llm.Turn{Text: "a"})})
		const events = 6 // after the result
		for left := range events + 1 {
			begin.left = left
			_, err := rt.Fork(ctx, "r", events, "f")
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("%s, space for %d: %v", name, left, err)
			}
			var stays *runtime.LeftForkError
			if errors.As(err, &stays) != (!removes && left > 0) || stays != nil && (stays.Run != "f" || stays.Events != left) {
				t.Errorf("%s, space for %d: %v", name, left, err)
			}
			runs, err := keeps.Runs(ctx)
			if err != nil || slices.Contains(runs, "f") != (stays != nil) {
				t.Errorf("%s, space for %d: %v, %v", name, left, runs, err)
			}
			if stays != nil {
				if _, err := rt.Load(ctx, "f"); !errors.Is(err, runtime.ErrRefused) {
					t.Errorf("what is left is read: %v", err)
				}
				break
			}
		}
		begin.left = 1
		if _, err := rt.Fork(ctx, "r", events, "r"); err == nil {
			t.Error("a run was forked over itself")
		}
		if _, err := rt.Load(ctx, "r"); err != nil {
			t.Errorf("the run whose name the fork was to have: %v", err)
		}
	}
}

// TestRemoveHalfFork: what a process that died left of a fork can be removed.
func TestRemoveHalfFork(t *testing.T) {
	j, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rt, err := runtime.New(runtime.Options{Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Start(ctx, started("r", planner.Budget{})); err != nil {
		t.Fatal(err)
	}
	records, err := j.Read(ctx, "r", journal.Record{})
	if err != nil || j.Append(ctx, "half", records[0]) != nil {
		t.Fatal(err)
	}
	if err := rt.Remove(ctx, "r"); !errors.Is(err, runtime.ErrOpen) {
		t.Error(err)
	}
	if err := rt.Remove(ctx, "half"); err != nil {
		t.Error(err)
	}
}
