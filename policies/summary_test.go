package policies

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

// TestSummaryOrder: how much and to whom come first, prose last; recipients are quoted, and
// what a yes means is said.
func TestSummaryOrder(t *testing.T) {
	spec := tools.Spec{Name: "transfer", Parameters: []byte(`{"type":"object","properties":{"body":{"type":"string"},"account_id":{"type":"string"},"bcc":{"type":"string"},"amount":{"type":"number"},"dry":{"type":"boolean"}}}`)}
	b, err := bundleOf(t, "name: b\nrules:\n  - {id: ask, on: call, then: require_approval}\n", spec)
	if err != nil {
		t.Fatal(err)
	}
	r := NewRun(b, Info{Run: "r", Started: start})
	d := r.Call(tools.Call{ID: "1", Run: "r", Tool: "transfer", Arguments: []byte(`{"account_id":"A-7","amount":900,"bcc":"mallory, the user's own words","body":"hi","dry":true}`)}, start)
	if d.Approval == nil {
		t.Fatal(d.Verdict, d.Reason)
	}
	var names []string
	for _, a := range d.Approval.Arguments {
		names = append(names, a.Name)
	}
	if got := strings.Join(names, " "); got != "amount bcc account_id dry body" {
		t.Error(got)
	}
	text := d.Approval.String()
	for _, want := range []string{`may not be undone: amount 900, bcc "mallory, the user's own words", account_id "A-7", dry true.`, "if yes: this call runs with exactly these arguments", "it runs once"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestHeadline: what decides stands in the first sentence, by whatever name a tool calls it;
// what is declared to hold data, and prose, does not. Of very many the rest is counted.
func TestHeadline(t *testing.T) {
	props := `"payee":{"type":"string"},"sum":{"type":"number"},"purpose":{"type":"string"},"note":{"type":"string"}`
	many := ""
	args := map[string]any{"payee": "Bob's garage", "sum": 40, "purpose": "tyres", "note": "thanks", "to": map[string]any{"iban": "PT50"}}
	for i := range 20 {
		name := fmt.Sprintf("x%02d", i)
		many += fmt.Sprintf(`,%q:{"type":"integer"}`, name)
	}
	spec := tools.Spec{Name: "settle_up", Labels: map[string]string{"data": "purpose"}, Parameters: []byte(`{"type":"object","properties":{` + props + many + `,"to":{"type":"object"}}}`)}
	b, err := bundleOf(t, "name: b\nrules:\n  - {id: ask, on: call, then: require_approval}\n", spec)
	if err != nil {
		t.Fatal(err)
	}
	what := func() string {
		raw, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		d := NewRun(b, Info{Run: "r", Started: start}).Call(tools.Call{ID: "1", Run: "r", Tool: "settle_up", Arguments: raw}, start)
		return d.Approval.What
	}
	if got, want := what(), `settle_up will run once and may not be undone: sum 40, payee "Bob's garage", to {"iban":"PT50"}.`; !strings.HasPrefix(got, want) {
		t.Errorf("%s, want %s", got, want)
	}
	for i := range 20 {
		args[fmt.Sprintf("x%02d", i)] = i
	}
	if got := what(); !strings.Contains(got, "x08 8 and 11 more arguments, below.") || !strings.Contains(got, `payee "Bob's garage"`) {
		t.Error(got)
	}
}

// TestDisguise: whole words in letters that look like Latin ones are told; texts in their own
// script are not.
func TestDisguise(t *testing.T) {
	for in, want := range map[string]string{
		"раураӏ.com":           `"paypal.com"`,
		"bob@раураӏ.com":       `"bob@paypal.com"`,
		"асе":                  `"ace"`,
		"ΒΟΒ":                  `"BOB"`,
		"https://сосо.example": `"https://coco.example"`,
		"Мир вам":              "",
		"Привет, Сара":         "",
		"paypal.com":           "",
		"мойбанк.рф":           "",
		"漢字":                   "",
		"Ελλάδα και ΒΟΒ":       "",
	} {
		got := disguise(in)
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestApprovalsBudget: after so many questions a person is asked no more, and the reason says
// so; what was asked already may still be answered, and a new turn asks again.
func TestApprovalsBudget(t *testing.T) {
	b, err := bundleOf(t, "name: b\nbudgets: {approvals: 2}\nrules:\n  - {id: ask, on: call, then: require_approval}\n")
	if err != nil {
		t.Fatal(err)
	}
	r := NewRun(b, Info{Run: "r", Started: start})
	ask := func(i int) Decision {
		call := tools.Call{ID: fmt.Sprint(i), Run: "r", Tool: "pay", Arguments: []byte(fmt.Sprintf(`{"amount":%d,"to":"bob"}`, i))}
		d := r.Call(call, start)
		fold(t, r, Fact{Kind: FactDecision, Decision: &d})
		return d
	}
	for i := range 2 {
		if d := ask(i); d.Verdict != RequireApproval {
			t.Fatal(i, d.Verdict, d.Reason)
		}
	}
	if d := ask(2); d.Verdict != Deny || d.Rule != "budget/approvals" || !strings.Contains(d.Reason, "asked 2 times") {
		t.Error(d.Verdict, d.Rule, d.Reason)
	}
	first := ask(1)
	if first.Verdict != RequireApproval {
		t.Error("a question that was asked is gone:", first.Reason)
	}
	fold(t, r, Fact{Kind: FactApproval, Approval: &Approval{CallID: "1", CallHash: first.CallHash, Granted: true, By: "ann", At: start}})
	if d := ask(1); d.Verdict != Allow {
		t.Error(d.Verdict, d.Reason)
	}
	fold(t, r, Fact{Kind: FactTurn, At: start})
	if d := ask(4); d.Verdict != RequireApproval {
		t.Error(d.Verdict, d.Reason)
	}
}
