package policies

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/tools"
)

// bigBundle is strict with rules of its own, 200 for each call in all.
func bigBundle(t testing.TB) *Bundle {
	t.Helper()
	var b strings.Builder
	b.WriteString("name: big\nextends: [strict]\nrules:\n")
	for i := range 190 {
		fmt.Fprintf(&b, "  - {id: r%d, on: call, tools: [pay], when: 'args.amount > %d && labels.to.how == \"made\"', then: deny, reason: no}\n", i, 1000+i)
	}
	src, err := ParseSource("big.yaml", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := Compile(append(strict(t), src), []tools.Spec{required(paySpec(), "to", "amount"), {Name: "list", Effect: tools.Read, Labels: map[string]string{"integrity": "tool", "strangers": "note"}}})
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

// bigRun has read about n bytes of records, half of them texts of strangers.
func bigRun(t testing.TB, n int) *Run {
	t.Helper()
	r := NewRun(bigBundle(t), Info{})
	var list []map[string]any
	for i := 0; n > 0; i++ {
		row := map[string]any{"id": fmt.Sprint("c-", i), "mail": fmt.Sprintf("person%d@corp.example", i), "total": 10 + i, "day": "2027-05-02", "note": fmt.Sprintf("Dear all, the delivery number %d came too late again, so please take care of it before noon.", i)}
		raw, _ := json.Marshal(row)
		n -= len(raw)
		list = append(list, row)
	}
	raw, _ := json.Marshal(list)
	fold(t, r, say("Pay what person 17 is owed, and tell me how much it was. Lunch is at 12:00 on 2027-05-02 for one hour."),
		Fact{Kind: FactResult, Call: &tools.Call{ID: "1", Tool: "list"}, Result: &tools.Result{Value: raw}})
	return r
}

var bigCall = tools.Call{ID: "2", Tool: "pay", Arguments: json.RawMessage(`{"to":"person99@corp.example","amount":109}`)}

// TestDecisionTime bounds what a decision costs: 200 rules, and the labels of a context
// of 100 KB. Machines are shared, so it takes the best of many and leaves room.
func TestDecisionTime(t *testing.T) {
	if testing.Short() {
		t.Skip("-short is for the race detector, under which a clock says nothing")
	}
	const most = 400 * time.Microsecond // for the rules
	best := func(f func()) time.Duration {
		least := time.Hour
		for n := 0; n < 30 || n < 3000 && least > most; n++ { // until other tests leave it alone once
			began := time.Now()
			f()
			least = min(least, time.Since(began))
		}
		return least
	}
	small, large := bigRun(t, 500), bigRun(t, 100_000)
	rules := best(func() { small.Call(bigCall, start) })
	tool := large.bundle.tools["pay"]
	args, _ := decode(bigCall.Arguments)
	labels := best(func() { large.look(tool, "2", args) })
	made, _ := decode([]byte(`{"to":"nobody@corp.example","amount":90210.5}`))
	derived := best(func() { large.look(tool, "2", made) })
	t.Logf("200 rules: %v; labels in 100 KB: %v, of values that nobody wrote: %v", rules, labels, derived)
	if rules > most || labels > 2*time.Millisecond || derived > 2*time.Millisecond {
		t.Errorf("200 rules: %v; labels in 100 KB: %v, of values that nobody wrote: %v", rules, labels, derived)
	}
}

// BenchmarkRecords measures the labels of a call in 100 KB of records.
func BenchmarkRecords(b *testing.B) {
	r := bigRun(b, 100_000)
	tool := r.bundle.tools["pay"]
	args, _ := decode(bigCall.Arguments)
	for b.Loop() {
		r.look(tool, "2", args)
	}
}
