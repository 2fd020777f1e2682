package runtime_test

import (
	"context"
	"encoding/json"
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

// TestFollow: in the next turn of a conversation labels, history, placeholders and
// values kept aside are still there, and the budget begins anew.
func TestFollow(t *testing.T) {
	src, err := policies.ParseSource("p", []byte(`
name: p
budgets: {steps: 4}
handles: [inbox]
reveal: [pay]
rules:
  - {id: pii, on: input, when: 'found("email")', then: redact, redact: [email]}
  - {id: known, on: call, tools: [pay], when: 'seen("look") && labels.note.integrity == "untrusted"', then: allow}
`))
	if err != nil {
		t.Fatal(err)
	}
	turns := []llm.Turn{
		calls(call("inbox", `{}`)), calls(call("look", `{}`)), text("Noted."),
		calls(call("inbox", `{}`)), calls(call("pay", `{"to":"[EMAIL_1]","note":"$inbox_1 $inbox_3 [EMAIL_2]"}`)), text("Paid."),
	}
	n := 0
	var passed []string
	j := &journal.Memory{}
	process := func() *runtime.Runtime { // each turn is driven by another process
		rt, err := runtime.New(runtime.Options{Journal: j, Gate: guard(t, runtime.GuardOptions{Layers: []*policies.Source{src}}),
			Model: &llm.Scripted{Next: func(int, *llm.Request) llm.Turn { n++; return turns[n-1] }},
			Caller: callerFunc(func(ctx context.Context, c tools.Call) (tools.Result, error) {
				passed = append(passed, c.Tool+string(c.Arguments))
				v := map[string]string{"inbox": `"mail ` + string(rune('0'+n)) + `"`, "look": `"seen"`, "pay": `"paid"`}[c.Tool]
				return tools.Result{Status: tools.StatusOK, Value: json.RawMessage(v)}, nil
			})})
		if err != nil {
			t.Fatal(err)
		}
		return rt
	}
	object := json.RawMessage(`{"type":"object","properties":{"to":{"type":"string"},"note":{"type":"string"}}}`)
	start := func(prompt string) planner.Started {
		return planner.Started{Messages: []llm.Message{{Role: llm.RoleUser, Content: prompt}}, Tools: []tools.Spec{
			{Name: "inbox", Effect: tools.Read}, {Name: "look", Effect: tools.Read}, {Name: "pay", Effect: tools.Once, Parameters: object},
		}}
	}
	var last planner.State
	for _, prompt := range []string{"Remember ana@corp.example.", "Pay her, and tell bob@corp.example."} {
		rt := process()
		run, err := rt.Start(ctx, planner.Follow(last, start(prompt)))
		if err != nil {
			t.Fatal(err)
		}
		if last, err = rt.Drive(ctx, run, nil); err != nil || last.Status != planner.Finished {
			t.Fatal(last.Status, last.Reason, err)
		}
	}
	// The result of look was the second one and is no value; the first kept value of this turn is the second of all.
	if raw, _ := json.Marshal(last.Kept); len(last.Kept) != 2 || last.Kept[0].Name != "$inbox_1" || last.Kept[1].Name != "$inbox_2" {
		t.Fatalf("%s", raw)
	}
	if want := `pay{"note":"mail 1 $inbox_3 bob@corp.example","to":"ana@corp.example"}`; !slices.Contains(passed, want) {
		t.Fatal(passed)
	}
	if raw, _ := json.Marshal(last.Messages); strings.Contains(string(raw), "@corp") {
		t.Fatalf("%s", raw)
	}
	if last.Answer() != "Paid." || n != len(turns) {
		t.Fatal(last.Answer(), n)
	}
	// Another tenant cannot follow.
	other := planner.Follow(last, start("go"))
	other.Tenant = "other"
	rt := process()
	run, err := rt.Start(ctx, other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Drive(ctx, run, nil); err == nil || !strings.Contains(err.Error(), "another tenant") {
		t.Fatal(err)
	}
}
