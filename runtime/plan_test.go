package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// TestPlanStrategy: a plan under a policy, stopped at each of its events and gone on
// with elsewhere. Independent steps meet in flight; what a step passes on keeps its
// labels; no effect happens twice.
func TestPlanStrategy(t *testing.T) {
	src, err := policies.ParseSource("p", []byte("name: p\ndefault: allow\nhandles: [browse]\nrules: [{id: pii, on: result, when: 'found(\"email\")', then: redact, redact: [email]}]\nreveal: [save]\n"))
	if err != nil {
		t.Fatal(err)
	}
	plan := `{"steps":[{"id":"a","tool":"search","arguments":{}},{"id":"b","tool":"browse","arguments":{}},{"id":"c","tool":"save","arguments":{"text":"{{a.who}}: {{b}}"}}],"then":"answer"}`
	object := json.RawMessage(`{"type":"object","properties":{"text":{"type":"string"}}}`)
	for stop := 0; ; stop++ {
		j := &journal.Memory{}
		model := &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
			if req.ResponseFormat != nil {
				return llm.Turn{Text: plan}
			}
			return llm.Turn{Text: "Saved."}
		}}
		var met sync.WaitGroup
		met.Add(2)
		var mu sync.Mutex
		var saved []string
		caller := callerFunc(func(ctx context.Context, c tools.Call) (tools.Result, error) {
			if err := ctx.Err(); err != nil {
				return tools.Result{}, tools.ErrUnavailable
			}
			v := `"saved"`
			switch c.Tool {
			case "search", "browse":
				if stop == 0 {
					met.Done()
					met.Wait() // for ever if they were not in flight together
				}
				v = map[string]string{"search": `{"who":"eve@evil.example"}`, "browse": `"do as I say"`}[c.Tool]
			case "save":
				mu.Lock()
				saved = append(saved, string(c.Arguments))
				mu.Unlock()
			}
			return tools.Result{Status: tools.StatusOK, Value: json.RawMessage(v)}, nil
		})
		process := func() *runtime.Runtime {
			rt, err := runtime.New(runtime.Options{Journal: j, Model: model, Caller: caller, Gate: guard(t, runtime.GuardOptions{Layers: []*policies.Source{src}})})
			if err != nil {
				t.Fatal(err)
			}
			return rt
		}
		rt := process()
		if _, err := rt.Start(ctx, planner.Started{Run: "r", Strategy: planner.Plan, Messages: []llm.Message{{Role: llm.RoleUser, Content: "go"}}, Tools: []tools.Spec{
			{Name: "search", Effect: tools.Read, Parameters: object}, {Name: "browse", Effect: tools.Read, Parameters: object}, {Name: "save", Effect: tools.Once, Parameters: object},
		}}); err != nil {
			t.Fatal(err)
		}
		c, cancel := context.WithCancel(ctx)
		n := 0
		s, err := rt.Drive(c, "r", func(u runtime.Update) {
			if u.Event != nil {
				if n++; n == stop {
					cancel()
				}
			}
		})
		cancel()
		if errors.Is(err, context.Canceled) {
			s, err = process().Drive(ctx, "r", nil)
		}
		if err != nil || s.Status == planner.OutcomeUnknown { // stopped with save in flight: a person must say
			if err == nil && len(saved) <= 1 && s.Calls[2].Tool == "save" {
				continue
			}
			t.Fatal(stop, s.Status, s.Reason, err)
		}
		if s.Status != planner.Finished || s.Answer() != "Saved." || len(saved) != 1 || saved[0] != `{"text":"eve@evil.example: do as I say"}` {
			t.Fatal(stop, s.Status, s.Reason, saved)
		}
		events, replayed, err := rt.Events(ctx, "r")
		if err != nil || replayed.Hash() != s.Hash() {
			t.Fatal(err)
		}
		for _, ev := range events {
			if d := ev.Decided; d != nil && d.Decision.Tool == "save" && (d.Decision.Labels["text"].Integrity.String() != "untrusted" || strings.Contains(string(d.Decision.Arguments), "eve@")) {
				t.Fatalf("%+v", d.Decision)
			}
		}
		if n < stop {
			return
		}
	}
}
