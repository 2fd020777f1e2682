package policies

import (
	"encoding/json"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
)

// TestOfferValues: what was put to the user is the user's after a plain yes; what was not, and one of two
// that were, is the model's.
func TestOfferValues(t *testing.T) {
	spec := tools.Spec{Name: "book_fitting", Effect: tools.Once, Labels: map[string]string{"integrity": "tool", "egress": "false"}, Parameters: json.RawMessage(`{"type":"object","properties":{"customer":{"type":"string"},"date":{"type":"string"},"time":{"type":"string"}}}`)}
	bundle, err := Compile(strict(t), []tools.Spec{spec})
	if err != nil {
		t.Fatal(err)
	}
	const one, two = "Thursday 11 June at 15:30 is open. Shall I book it for Mr Sato?", "Thursday 11 June at 15:30 and Friday 12 June at 9:00 are open. Shall I book it for Mr Sato?"
	for _, c := range []struct {
		offer, answer, args string
		want                Verdict
	}{
		{one, "yes please do", `{"customer":"Mr Sato","date":"2026-06-11","time":"15:30"}`, Allow},
		{one, "yes please do", `{"customer":"Mr Sato","date":"2026-06-12","time":"15:30"}`, RequireApproval},
		{one, "yes please do", `{"customer":"Mr Sato","date":"2026-06-11","time":"16:30"}`, RequireApproval},
		{one, "yes please do", `{"customer":"Mrs Sato","date":"2026-06-11","time":"15:30"}`, RequireApproval},
		{one, "hmm, what else is there?", `{"customer":"Mr Sato","date":"2026-06-11","time":"15:30"}`, RequireApproval},
		{two, "yes please do", `{"customer":"Mr Sato","date":"2026-06-12","time":"09:00"}`, RequireApproval},
	} {
		r := NewRun(bundle, Info{})
		fold(t, r, Fact{Kind: FactMessage, Message: &llm.Message{Role: llm.RoleSystem, Content: "Today is Monday, 2026-06-08."}}, say("When could Mr Sato come for his fitting?"),
			Fact{Kind: FactMessage, Message: &llm.Message{Role: llm.RoleAssistant, Content: c.offer}}, say(c.answer))
		if d := r.Call(tools.Call{ID: "1", Tool: "book_fitting", Arguments: json.RawMessage(c.args)}, start); d.Verdict != c.want {
			t.Errorf("%q, %q, %s: %v by %s %v", c.offer, c.answer, c.args, d.Verdict, d.Rule, d.Labels)
		}
	}
}
