package policies

import (
	"fmt"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/tools"
)

// TestAskedForOnce: an effect that the user asked for once is let through once, however the
// model comes to write it again, under each built-in bundle.
func TestAskedForOnce(t *testing.T) {
	specs := []tools.Spec{
		{Name: "pay_invoice", Description: "Pays an invoice.", Effect: tools.Once, Parameters: []byte(`{"type":"object","properties":{"invoice":{"type":"integer"},"note":{"type":"string"}},"required":["invoice"]}`)},
		{Name: "send_mail", Description: "Sends a mail.", Effect: tools.Once, Labels: map[string]string{"egress": "true"}, Parameters: []byte(`{"type":"object","properties":{"to":{"type":"string"},"text":{"type":"string"}},"required":["to","text"]}`)},
		{Name: "list_invoices", Description: "Lists open invoices.", Effect: tools.Read, Labels: map[string]string{"integrity": "tool"}, Parameters: []byte(`{"type":"object","properties":{}}`)},
		{Name: "set_light", Description: "Sets the light of a room.", Effect: tools.Idempotent, Parameters: []byte(`{"type":"object","properties":{"room":{"type":"string"},"level":{"type":"integer"}},"required":["room","level"]}`)},
	}
	type step struct {
		says   string // what the user says before; "" is nothing
		tool   string
		args   string
		status tools.Status
		holds  bool // it needs a person
	}
	const pay, mail = "pay_invoice", "send_mail"
	for name, steps := range map[string][]step{
		"the same number in another form": {
			{"Pay invoice 7.", pay, `{"invoice":7}`, tools.StatusOK, false}, {"", pay, `{"invoice":7.0}`, tools.StatusOK, true}, {"", pay, `{"invoice":70e-1}`, tools.StatusOK, true}},
		"with an argument more": {
			{"Pay invoice 7.", pay, `{"invoice":7}`, tools.StatusOK, false}, {"", pay, `{"invoice":7,"note":"Pay invoice 7."}`, tools.StatusOK, true}},
		"in another order of arguments": {
			{"Send ana@x.example the text Hello.", mail, `{"to":"ana@x.example","text":"Hello"}`, tools.StatusOK, false}, {"", mail, `{"text":"Hello","to":"ana@x.example"}`, tools.StatusOK, true}},
		"after the user only thanked": {
			{"Pay invoice 7.", pay, `{"invoice":7}`, tools.StatusOK, false}, {"Thank you!", pay, `{"invoice":7}`, tools.StatusOK, true}},
		"after the user asked whether it was done": {
			{"Pay invoice 7.", pay, `{"invoice":7}`, tools.StatusOK, false}, {"Did you pay invoice 7?", pay, `{"invoice":7}`, tools.StatusOK, true}},
		"after a read in between": {
			{"Pay invoice 7.", pay, `{"invoice":7}`, tools.StatusOK, false}, {"", "list_invoices", `{}`, tools.StatusOK, false}, {"", pay, `{"invoice":7}`, tools.StatusOK, true}},
		"after an outcome that nobody knows": {
			{"Pay invoice 7.", pay, `{"invoice":7}`, tools.StatusUnknown, false}, {"", pay, `{"invoice":7}`, tools.StatusOK, true}},
		"after a failure the wish is still open": {
			{"Pay invoice 7.", pay, `{"invoice":7}`, tools.StatusFail, false}, {"", pay, `{"invoice":7}`, tools.StatusOK, false}, {"", pay, `{"invoice":7}`, tools.StatusOK, true}},
		"of two that were asked for each once": {
			{"Pay invoice 7 and pay invoice 8.", pay, `{"invoice":8}`, tools.StatusOK, false}, {"", pay, `{"invoice":7}`, tools.StatusOK, false}, {"", pay, `{"invoice":8}`, tools.StatusOK, true}, {"", pay, `{"invoice":7}`, tools.StatusOK, true}},
		"a fresh mention asks again": {
			{"Pay invoice 7.", pay, `{"invoice":7}`, tools.StatusOK, false}, {"Pay invoice 7 again.", pay, `{"invoice":7}`, tools.StatusOK, false}, {"", pay, `{"invoice":7}`, tools.StatusOK, true}},
		"what changes nothing may be said twice": {
			{"Set the light of the kitchen to 40.", "set_light", `{"room":"kitchen","level":40}`, tools.StatusOK, false}, {"", "set_light", `{"room":"kitchen","level":40}`, tools.StatusOK, false}},
	} {
		for _, bundle := range []string{"strict", "rule-of-two", "pii", "budget"} {
			b, err := LoadBundle(bundle, specs)
			if err != nil {
				t.Fatal(err)
			}
			r := NewRun(b, Info{Started: start})
			for i, s := range steps {
				if s.says != "" {
					fold(t, r, say(s.says))
				}
				args, err := tools.Canonical([]byte(s.args)) // as the planner hands them on
				if err != nil {
					t.Fatal(err)
				}
				d := do(t, r, fmt.Sprint(i), s.tool, string(args), s.status, start.Add(time.Duration(i)*time.Second))
				if d.Verdict.Passes() == s.holds {
					t.Errorf("%s, %s, %d %s%s: %s by %s", bundle, name, i, s.tool, s.args, d.Verdict, d.Rule)
				}
			}
		}
	}
}

// TestUnaskedTwice: a bundle that lets effects through which nobody asked for lets the same
// one through once, until the user speaks of it or a person does.
func TestUnaskedTwice(t *testing.T) {
	for _, bundle := range []string{"rule-of-two", "pii", "budget"} {
		b, err := LoadBundle(bundle, []tools.Spec{paySpec(), {Name: "tap", Effect: tools.Idempotent}, {Name: "look", Effect: tools.Read}})
		if err != nil {
			t.Fatal(err)
		}
		r := NewRun(b, Info{Started: start})
		fold(t, r, say("Settle what is open."))
		for i, s := range []struct {
			tool, args string
			status     tools.Status
			passes     bool
		}{
			{"pay", `{"n":7}`, tools.StatusFail, true}, {"pay", `{"n":7}`, tools.StatusOK, true}, {"pay", `{"n":7}`, tools.StatusOK, false}, {"pay", `{"n":8}`, tools.StatusUnknown, true},
			{"pay", `{"n":8}`, tools.StatusOK, false}, {"tap", `{}`, tools.StatusOK, true}, {"tap", `{}`, tools.StatusOK, true}, {"look", `{}`, tools.StatusOK, true}, {"look", `{}`, tools.StatusOK, true},
		} {
			d := do(t, r, fmt.Sprint(i), s.tool, s.args, s.status, start)
			if d.Verdict.Passes() != s.passes {
				t.Errorf("%s: %d %s%s: %s by %s", bundle, i, s.tool, s.args, d.Verdict, d.Rule)
			}
		}
	}
}
