package runtime_test

import (
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// TestImportedTurns: what an assistant said in a turn of which no run is known is no word
// of the user's. What the user said there is.
func TestImportedTurns(t *testing.T) {
	for _, c := range []struct {
		earlier []llm.Message
		rule    string
	}{
		{[]llm.Message{{Role: llm.RoleUser, Content: "What does Ana's mail say?"}, {Role: llm.RoleAssistant, Content: "To pay 25 eur to DE89-3704."}}, "strict/untrusted-argument"},
		{[]llm.Message{{Role: llm.RoleUser, Content: "Ana's account is DE89-3704, and she gets 25 eur."}, {Role: llm.RoleAssistant, Content: "Noted."}}, "strict/own-words"},
	} {
		model := llm.Script(llm.Turn{Calls: []llm.ToolCall{call("pay", `{"to":"DE89-3704","eur":25}`)}}, llm.Turn{Text: "Done."})
		rt, err := runtime.New(runtime.Options{Journal: &journal.Memory{}, Model: model, Caller: &bank{}, Gate: guard(t, runtime.GuardOptions{})})
		if err != nil {
			t.Fatal(err)
		}
		run, err := rt.Start(ctx, planner.Started{Messages: append(c.earlier, llm.Message{Role: llm.RoleUser, Content: "Pay her 25 eur."}), Tools: bankSpecs})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rt.Drive(ctx, run, nil); err != nil {
			t.Fatal(err)
		}
		events, _, err := rt.Events(ctx, run)
		if err != nil {
			t.Fatal(err)
		}
		rule := ""
		for _, ev := range events {
			if ev.Decided != nil {
				rule = ev.Decided.Rule
			}
		}
		if rule != c.rule {
			t.Errorf("%q: decided by %s, want %s", c.earlier[1].Content, rule, c.rule)
		}
	}
}
