package runtime_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// TestExpire removes what ended long ago and nobody needs: never what waits, is suspended or
// runs, nor what such a run follows, asked for or was asked by.
func TestExpire(t *testing.T) {
	dir, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	model := llm.Model(&llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		switch m := req.Messages[len(req.Messages)-1]; {
		case m.Content == "wait":
			return llm.Turn{Calls: []llm.ToolCall{call("pay", `{}`)}}
		case m.Content == "suspend":
			return llm.Turn{Err: &llm.PassingError{Err: context.DeadlineExceeded, After: 1000 * time.Hour}}
		}
		return llm.Turn{Text: "Done."}
	}})
	rt, err := runtime.New(runtime.Options{Journal: dir, Model: model, Gate: verdict(planner.RequireApproval), Patience: -1,
		Caller: callerFunc(func(context.Context, tools.Call) (tools.Result, error) { return ok(ctx, tools.Call{}) }), Clock: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	begin := func(run, says, follows, parent string, drive bool) {
		t.Helper()
		s := started(run, planner.Budget{})
		s.Messages, s.Follows, s.Parent = []llm.Message{{Role: llm.RoleUser, Content: says}}, follows, parent
		if follows != "" {
			s.Messages = append([]llm.Message{{Role: llm.RoleUser, Content: "go"}, {Role: llm.RoleAssistant, Content: "Done."}}, s.Messages...)
			s.Earlier = 2
		}
		if _, err := rt.Start(ctx, s); err != nil {
			t.Fatal(run, err)
		}
		if drive {
			if s, err := rt.Drive(ctx, run, nil); err != nil {
				t.Fatal(run, s.Status, err)
			}
		}
	}
	begin("a-old", "go", "", "", true)
	begin("b-waits", "wait", "", "", true)
	begin("c-suspended", "suspend", "", "", true)
	begin("d-begun", "go", "", "", false)
	begin("e-turn-1", "go", "", "", true)
	begin("f-turn-2", "wait", "e-turn-1", "", true)
	begin("g-child-of-waiting", "go", "", "b-waits", true)
	begin("h-parent", "go", "", "", true)
	begin("i-child-of-old", "go", "", "h-parent", true)
	clock = clock.Add(100 * time.Hour)
	begin("j-new", "go", "", "", true)
	begin("k-turn-3", "go", "l-none", "", false)
	if removed, err := rt.Expire(ctx, clock.Add(-200*time.Hour)); err != nil || len(removed) > 0 {
		t.Fatal(removed, err)
	}
	removed, err := rt.Expire(ctx, clock.Add(-time.Hour))
	if want := []string{"a-old", "h-parent", "i-child-of-old"}; err != nil || !slices.Equal(removed, want) {
		t.Errorf("removed %v, %v; want %v", removed, err, want)
	}
	left, err := dir.Runs(ctx)
	if err != nil || len(left) != 8 || slices.Contains(left, "a-old") {
		t.Error(left, err)
	}
	if _, err := rt.Load(ctx, "f-turn-2"); err != nil {
		t.Error(err)
	}
}
