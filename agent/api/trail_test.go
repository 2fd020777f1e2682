package api

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/tools"
)

// TestTrailOfWaitingRun: what happened in a run that waits is not held in memory while nobody
// watches; who watches then hears all of it, and what comes after.
func TestTrailOfWaitingRun(t *testing.T) {
	ctx := context.Background()
	model := &llm.Scripted{Next: func(n int, _ *llm.Request) llm.Turn {
		if n == 0 {
			return llm.Turn{Text: "One moment.", Calls: []llm.ToolCall{{Name: "pay", Arguments: json.RawMessage(`{}`)}}}
		}
		return llm.Turn{Text: "Done."}
	}}
	pay := tools.New("pay", "Pay", func(context.Context, struct{}) (string, error) { return "paid", nil }, tools.Options{Effect: tools.Once})
	ask := runtime.GateFunc(func(_ context.Context, _ planner.State, c planner.CallState) (planner.Decided, error) {
		if c.Approved != "" {
			return planner.Decided{Verdict: planner.Allow}, nil
		}
		return planner.Decided{Verdict: planner.RequireApproval}, nil
	})
	a, err := agent.New(model, agent.Options{Tools: []*tools.Tool{pay}, Gate: ask})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Agents: []Agent{{Name: "a", Agent: a}}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	run, err := a.Start(ctx, agent.Start{Prompt: "Pay.", Meta: map[string]string{metaAgent: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	trail := s.drivers.begin(run, &s.o.Agents[0])
	gone := func() bool {
		trail.mu.Lock()
		defer trail.mu.Unlock()
		return trail.gone && trail.entries == nil
	}
	wait := func(what string, holds func() bool) {
		t.Helper()
		for i := 0; !holds(); i++ {
			_, more, _ := trail.next(1 << 30)
			if i > 1000 {
				t.Fatal("it does not come to pass: " + what)
			}
			if holds() {
				return
			}
			<-more
		}
	}
	wait("the run waits, and its entries are gone", func() bool { return trail.now().Status == planner.Waiting && gone() })
	hear := func() (text string, how spoken) {
		for ev, err := range s.speak(ctx, trail, &how) {
			if err != nil {
				t.Fatal(err)
			}
			if piece, ok := ev.Event.(llm.TextDelta); ok {
				text += piece.Text
			}
		}
		return text, how
	}
	for range 2 {
		if text, how := hear(); how.state.Status != planner.Waiting || text != "One moment.\n\nThis waits for a person's approval: pay {}. Run "+run+" goes on once it is given or refused." {
			t.Error(text, how.state.Status)
		}
		if !gone() {
			t.Error("the entries stay when the last reader has left")
		}
	}
	call := trail.now().Calls[0]
	if err := a.Answer(ctx, run, call, true, "ana", ""); err != nil {
		t.Fatal(err)
	}
	trail.poke()
	wait("it is done", func() bool { return trail.now().Status.Done() })
	if text, how := hear(); how.state.Status != planner.Finished || text != "One moment.\n\nDone." {
		t.Error(text, how.state.Status)
	}
}

// FuzzPlace: what is read as the id of an event is written the same, but for zeros in front.
func FuzzPlace(f *testing.F) {
	for _, seed := range []string{"1.1", "20.3", "1", ".", "-1.0", "1.", "9223372036854775807.1", "1.1.1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		p, ok := parsePlace(id)
		if !ok {
			return
		}
		if again, ok := parsePlace(p.String()); !ok || again != p || p.after(again) {
			t.Errorf("%q is %+v, and then %+v", id, p, again)
		}
	})
}
