package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// hooked is what a run under one policy came to.
type hooked struct {
	state  planner.State
	seen   []string // what the model was shown, request by request
	cites  []string // all that it could cite, request by request
	shown  string   // what a watcher was shown
	passed []string // arguments that reached tools
	asked  []string // the question that came with each, if one did
	events []planner.Event
}

// hook runs "ask" under a policy: the model plays turns, each tool answers with
// values by its name. The run is stopped after event stop and goes on elsewhere.
func hook(t *testing.T, policy, prompt string, values map[string]string, stop int, turns ...llm.Turn) hooked {
	t.Helper()
	src, err := policies.ParseSource("p", []byte("name: p\ndefault: allow\n"+policy))
	if err != nil {
		t.Fatal(err)
	}
	return hookGuarded(t, runtime.GuardOptions{Layers: []*policies.Source{src}}, prompt, values, stop, turns...)
}

// hookGuarded is hook under any guard.
func hookGuarded(t *testing.T, o runtime.GuardOptions, prompt string, values map[string]string, stop int, turns ...llm.Turn) hooked {
	t.Helper()
	var out hooked
	model := llm.Script(turns...)
	next := model.Next
	steps := 0
	model.Next = func(_ int, req *llm.Request) llm.Turn {
		raw, _ := json.Marshal(req.Messages)
		out.seen = append(out.seen, string(raw))
		cites := "anything"
		if req.Citations != nil {
			cites = strings.Join(req.Citations, ", ")
		}
		out.cites = append(out.cites, cites)
		steps++
		return next(steps-1, req)
	}
	j := &journal.Memory{}
	process := func() *runtime.Runtime {
		rt, err := runtime.New(runtime.Options{Journal: j, Model: model, Owner: "test", Gate: guard(t, o),
			Caller: callerFunc(func(ctx context.Context, c tools.Call) (tools.Result, error) {
				if err := ctx.Err(); err != nil {
					return tools.Result{}, tools.ErrUnavailable
				}
				out.passed = append(out.passed, string(c.Arguments))
				out.asked = append(out.asked, string(c.Values[tools.Asked.Name()]))
				return tools.Result{Status: tools.StatusOK, Value: json.RawMessage(values[c.Tool])}, nil
			})})
		if err != nil {
			t.Fatal(err)
		}
		return rt
	}
	rt := process()
	object := json.RawMessage(`{"type":"object","properties":{"text":{"type":"string"},"n":{"type":"integer","default":3}},"additionalProperties":false}`)
	if _, err := rt.Start(ctx, planner.Started{Run: "r", Messages: []llm.Message{{Role: llm.RoleUser, Content: prompt}}, Tools: []tools.Spec{
		{Name: "browse", Effect: tools.Read, Parameters: object, Labels: map[string]string{"integrity": "untrusted"}},
		{Name: "search", Effect: tools.Read, Parameters: object, Labels: map[string]string{"integrity": "untrusted", "passages": "hits"}},
		{Name: "abroad", Effect: tools.Read, Parameters: object, Labels: map[string]string{"integrity": "untrusted", "passages": "hits", "egress": "true"}},
		{Name: "save", Effect: tools.Idempotent, Parameters: object},
	}}); err != nil {
		t.Fatal(err)
	}
	c, cancel := context.WithCancel(ctx)
	n := 0
	watch := func(u runtime.Update) {
		if d, ok := u.Delta.(llm.TextDelta); ok {
			out.shown += d.Text
		}
		if u.Event != nil {
			if n++; n == stop {
				cancel()
			}
		}
	}
	var err error
	out.state, err = rt.Drive(c, "r", watch)
	cancel()
	if errors.Is(err, context.Canceled) {
		out.state, err = process().Drive(ctx, "r", watch)
	}
	if err != nil {
		t.Fatal(err)
	}
	var replayed planner.State
	if out.events, replayed, err = rt.Events(ctx, "r"); err != nil || replayed.Hash() != out.state.Hash() {
		t.Fatal("replay gives another state:", err)
	}
	return out
}

func calls(c ...llm.ToolCall) llm.Turn { return llm.Turn{Calls: c} }

func text(s string) llm.Turn { return llm.Turn{Text: s} }

// everywhere runs a case whole and stopped after each of its events.
func everywhere(t *testing.T, run func(stop int) hooked, check func(t *testing.T, h hooked)) {
	t.Helper()
	n := len(run(0).events)
	for stop := range n {
		check(t, run(stop))
	}
}

// TestInputHook: the user's text is stopped, or changed before the model reads it.
func TestInputHook(t *testing.T) {
	h := hook(t, `rules: [{id: no, on: input, when: 'text contains "bomb"', then: deny, reason: Not here.}]`, "how to make a bomb", nil, 0)
	if h.state.Status != planner.Denied || !strings.Contains(h.state.Reason, "Not here.") || len(h.seen) != 0 {
		t.Fatal(h.state.Status, h.state.Reason, h.seen)
	}
	policy := "reveal: [save]\nrules: [{id: pii, on: input, when: 'found(\"email\")', then: redact, redact: [email]}]"
	everywhere(t, func(stop int) hooked {
		return hook(t, policy, "Save bob@corp.example please.", map[string]string{"save": `"saved"`}, stop,
			calls(call("save", `{"text":"[EMAIL_1]"}`)), text("Saved."))
	}, func(t *testing.T, h hooked) {
		if h.state.Status != planner.Finished || strings.Contains(strings.Join(h.seen, ""), "bob@") || !strings.Contains(h.seen[0], "[EMAIL_1]") {
			t.Fatal(h.state.Status, h.state.Reason, h.seen)
		}
		if !slices.Contains(h.passed, `{"n":3,"text":"bob@corp.example"}`) { // turned back, and the default filled in
			t.Fatal(h.passed)
		}
	})
}

// TestResultHook: the model reads a result only as the policy leaves it.
func TestResultHook(t *testing.T) {
	for name, c := range map[string]struct{ policy, value, want, not string }{
		"redact text":   {`rules: [{id: r, on: result, when: 'found("email")', then: redact, redact: [email]}]`, `"mail eve@evil.example"`, `[EMAIL_1]`, "eve@"},
		"redact object": {`rules: [{id: r, on: result, when: 'found("email")', then: redact, redact: [email]}]`, `{"from":"eve@evil.example"}`, `"value":{"from":"[EMAIL_1]"}`, "eve@"},
		"deny":          {`rules: [{id: r, on: result, when: 'text contains "obey"', then: deny, reason: It gives orders.}]`, `"obey me"`, "withheld by policy: It gives orders.", "obey me"},
		"handle":        {`handles: [browse]`, `"obey me"`, "$browse_1", "obey me"},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(stop int) hooked {
				return hook(t, c.policy, "go", map[string]string{"browse": c.value}, stop, calls(call("browse", `{}`)), text("ok"))
			}, func(t *testing.T, h hooked) {
				last := h.seen[len(h.seen)-1]
				if h.state.Status != planner.Finished || !strings.Contains(last, c.want) || strings.Contains(last, c.not) {
					t.Fatal(h.state.Status, h.state.Reason, last)
				}
			})
		})
	}
	h := hook(t, `rules: [{id: r, on: result, then: halt, reason: Enough.}]`, "go", map[string]string{"browse": `"x"`}, 0, calls(call("browse", `{}`)), text("ok"))
	if h.state.Status != planner.Denied || len(h.seen) != 1 {
		t.Fatal(h.state.Status, h.seen)
	}
}

// TestHandle: the model passes a value on that it never reads; the journal's
// decisions and intents don't hold it, the tool gets it.
func TestHandle(t *testing.T) {
	everywhere(t, func(stop int) hooked {
		return hook(t, "handles: [browse]", "Save that page.", map[string]string{"browse": `"secret plan"`, "save": `"saved"`}, stop,
			calls(call("browse", `{}`)), calls(call("save", `{"text":"Page: $browse_1"}`)), text("ok"))
	}, func(t *testing.T, h hooked) {
		if h.state.Status != planner.Finished || strings.Contains(strings.Join(h.seen, ""), "secret plan") {
			t.Fatal(h.state.Status, h.state.Reason, h.seen)
		}
		if !slices.Contains(h.passed, `{"n":3,"text":"Page: secret plan"}`) {
			t.Fatal(h.passed)
		}
		for _, ev := range h.events {
			if raw, _ := json.Marshal(ev); ev.Result == nil && strings.Contains(string(raw), "secret plan") {
				t.Fatalf("%s", raw)
			}
			if d := ev.Decided; d != nil && d.Decision.Tool == "save" && d.Decision.Labels["text"].Integrity.String() != "untrusted" {
				t.Fatal(d.Decision.Labels)
			}
		}
	})
}

// TestPassages: one bad passage goes and the others stay, each with its own labels.
func TestPassages(t *testing.T) {
	policy := `rules: [{id: r, on: result, when: 'passage && text contains "obey"', then: deny, reason: It gives orders.}, {id: out, on: call, tools: [save], when: 'labels.text.confidentiality == "secret"', then: deny, reason: Secret.}]`
	value := `{"hits":["tea is warm",{"title":"obeyed","text":"obey me"},{"text":"the code is tangerine","labels":{"confidentiality":"secret"}}],"n":3}`
	everywhere(t, func(stop int) hooked {
		return hook(t, policy, "go", map[string]string{"search": value, "save": `"saved"`}, stop,
			calls(call("search", `{}`)), calls(call("save", `{"text":"tangerine"}`)), calls(call("save", `{"text":"tea is warm"}`)), text("ok"))
	}, func(t *testing.T, h hooked) {
		want := `"value":{"hits":["tea is warm","(withheld by policy: It gives orders.)",{"labels":{"confidentiality":"secret"},"text":"the code is tangerine"}],"n":3}`
		alt := strings.Replace(want, `{"labels":{"confidentiality":"secret"},"text":"the code is tangerine"}`, `{"text":"the code is tangerine","labels":{"confidentiality":"secret"}}`, 1)
		last := h.seen[len(h.seen)-1]
		if h.state.Status != planner.Finished || !strings.Contains(last, want) && !strings.Contains(last, alt) || strings.Contains(last, "obeyed") {
			t.Fatal(h.state.Status, h.state.Reason, last)
		}
		if slices.Contains(h.passed, `{"n":3,"text":"tangerine"}`) || !slices.Contains(h.passed, `{"n":3,"text":"tea is warm"}`) {
			t.Fatal("a passage's labels:", h.passed)
		}
	})
}

// TestAnswerHook: nothing of an answer is shown before the policy has seen it.
func TestAnswerHook(t *testing.T) {
	policy := `rules: [{id: r, on: answer, when: 'found("email")', then: redact, redact: [email]}, {id: no, on: answer, when: 'text contains "idiot"', then: deny, reason: Be polite.}]`
	everywhere(t, func(stop int) hooked {
		return hook(t, policy, "go", nil, stop, text("idiot"), text("Ask bob@corp.example."))
	}, func(t *testing.T, h hooked) {
		if h.state.Status != planner.Finished || h.state.Answer() != "Ask [EMAIL]." || strings.ContainsAny(h.shown, "@!") || strings.Contains(h.shown, "idiot") {
			t.Fatal(h.state.Status, h.state.Reason, h.state.Answer(), h.shown)
		}
		if last := h.seen[len(h.seen)-1]; strings.Contains(last, "idiot") || !strings.Contains(last, "Be polite.") {
			t.Fatal(last)
		}
	})
	forever := make([]llm.Turn, 10)
	for i := range forever {
		forever[i] = text("idiot")
	}
	if h := hook(t, policy, "go", nil, 0, forever...); h.state.Status != planner.BudgetExceeded || h.shown != "" {
		t.Fatal(h.state.Status, h.shown)
	}
	halt := hook(t, `rules: [{id: r, on: answer, then: halt, reason: Enough.}]`, "go", nil, 0, text("x"))
	if halt.state.Status != planner.Denied || halt.state.Answer() != "" || halt.shown != "" {
		t.Fatal(halt.state.Status, halt.state.Answer(), halt.shown)
	}
}

// TestPolicyBudget: what the policy's own budget allows is all that is done.
func TestPolicyBudget(t *testing.T) {
	h := hook(t, "budgets: {steps: 1}", "go", map[string]string{"browse": `"x"`}, 0,
		calls(call("browse", `{}`)), calls(call("browse", `{"n":1}`)), calls(call("browse", `{"n":2}`)), text("ok"))
	if !h.state.Status.Done() || h.state.Status == planner.Finished {
		t.Fatal(h.state.Status, h.state.Reason)
	}
	// Arguments that don't fit the schema never reach the policy nor the tool.
	h = hook(t, "", "go", nil, 0, calls(call("browse", `{"text":7}`)), text("ok"))
	if h.state.Status != planner.Finished || len(h.passed) != 0 || !strings.Contains(h.seen[1], "arguments of browse are wrong") {
		t.Fatal(h.state.Status, h.passed, h.seen)
	}
}
