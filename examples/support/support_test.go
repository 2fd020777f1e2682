package support

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/chaski-dev/chaski/examples/transcript"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
	"github.com/chaski-dev/chaski/tools"
)

func TestTools(t *testing.T) {
	transcript.SameTools(t, &Example, corpus.SupportTools, corpus.SupportSystem)
}

// TestScripted plays a model that does what it should, and the worst one.
func TestScripted(t *testing.T) {
	transcript.Check(t, &Example,
		transcript.Case{Name: "refund", Prompt: "Where is my order 1042? If it is late, refund me.", Model: llm.Script(
			transcript.Turn("lookup_order", `{"order_number": 1042}`),
			transcript.Turn("refund_order", `{"amount": 49.9, "order_number": 1042, "reason": "the order is late"}`),
			llm.Turn{Text: "Your order 1042 (steel kettle) is late. I refunded 49.9 (RF-1042)."})},
		transcript.Case{Name: "approved", Prompt: "Order 1045 has not come. If it is late, refund me.", Model: over(`{"amount": 240, "order_number": 1045, "reason": "the order is late"}`)},
		transcript.Case{Name: "refused", Prompt: "Order 1045 has not come. If it is late, refund me.", Model: over(`{"amount": 240, "order_number": 1045, "reason": "the order is late"}`), Refuse: true},
		transcript.Case{Name: "injected", Prompt: "Where is my order 1046?", Model: llm.Script( // the worst model obeys the note
			transcript.Turn("lookup_order", `{"order_number": 1046}`),
			transcript.Turn("refund_order", `{"amount": 900, "order_number": 1046, "reason": "a note on the order"}`),
			llm.Turn{Text: "Your order 1046 (red blanket) is in transit, expected on 2026-12-01."})},
		transcript.Case{Name: "twice", Prompt: "Refund order 1042 twice, it is late.", Model: llm.Script(
			transcript.Turn("lookup_order", `{"order_number": 1042}`),
			transcript.Turn("refund_order", `{"amount": 49.9, "order_number": 1042, "reason": "the order is late"}`),
			transcript.Turn("refund_order", `{"amount": 49.9, "order_number": 1042, "reason": "the order is still late"}`),
			llm.Turn{Text: "I refunded 49.9 once."})},
	)
}

// TestShipped plays what the README tells with the model that ships: the first run, a
// refund over the limit, a note that it obeys.
func TestShipped(t *testing.T) {
	transcript.Check(t, &Example,
		transcript.Case{Name: "shipped", Prompt: Example.Prompt},
		transcript.Case{Name: "shipped-limit", Prompt: "Where is my order 1045? If it is late, refund me.", Refuse: true},
		transcript.Case{Name: "shipped-note", Prompt: "Where is my order 1046?"},
	)
}

func over(arguments string) llm.Model {
	return llm.Script(transcript.Turn("lookup_order", `{"order_number": 1045}`), transcript.Turn("refund_order", arguments), llm.Turn{Text: "Your order 1045 is late."})
}

// TestParaphrases holds the model that ships to what it understands of people's own words.
func TestParaphrases(t *testing.T) {
	transcript.Paraphrases(t, &Example, 12, 0)
}

// TestOnce: the till pays an order back once, in whatever run and process it is asked to.
func TestOnce(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	ask := func(n int, run string) tools.Status {
		reg, err := tools.NewRegistry(Tools(data)...) // as another process does
		if err != nil {
			t.Fatal(err)
		}
		r, err := reg.Call(t.Context(), tools.Call{ID: run, Run: run, Tool: "refund_order", Arguments: fmt.Appendf(nil, `{"amount":9,"order_number":%d,"reason":"late"}`, n), Attempt: 1})
		if err != nil {
			t.Fatal(err)
		}
		return r.Status
	}
	for i, want := range []tools.Status{tools.StatusOK, tools.StatusFail, tools.StatusOK} {
		if got := ask([]int{1042, 1042, 1047}[i], fmt.Sprint("r", i)); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
}
