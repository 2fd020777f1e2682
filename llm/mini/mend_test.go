package mini

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
)

// TestMended: what the model does and says after results is what was asked for, in words
// that neither half of the people's sets has.
func TestMended(t *testing.T) {
	e := open(t)
	orders := map[string]string{
		"2041": `{"order_number":2041,"customer":"mia@mail.example","item":"green teapot","status":"late","total":61,"expected":"2026-11-20"}`,
		"2043": `{"order_number":2043,"customer":"jo@mail.example","item":"oak shelf","status":"on time","total":130,"expected":"2026-12-04"}`,
		"2044": `{"order_number":2044,"customer":"al@mail.example","item":"wool rug","status":"late","total":75.5,"expected":"2026-11-18"}`,
	}
	shop := func(call llm.ToolCall) string {
		if call.Name == "refund_order" {
			return `{"refund_id":"RF-1","status":"refunded"}`
		}
		var in struct{ Order_Number json.Number }
		if json.Unmarshal(call.Arguments, &in) != nil || orders[in.Order_Number.String()] == "" {
			return ""
		}
		return orders[in.Order_Number.String()]
	}
	office := func(call llm.ToolCall) string {
		switch {
		case call.Name == "list_overdue_invoices":
			return `{"invoices":[{"invoice":"KD-5101","customer":"Breva","email":"pay@breva.example","amount":410,"days":12},{"invoice":"KD-5102","customer":"Solmar","email":"books@solmar.example","amount":95.5,"days":30}]}`
		case strings.Contains(string(call.Arguments), "KD-5101"), strings.Contains(string(call.Arguments), "KD-5102"), call.Name == "post_summary":
			return `{"sent":true}`
		}
		return ""
	}
	for _, c := range []struct {
		said   string
		office bool
		acts   []string // parts of the calls that change something
		words  []string // of the answer
	}{
		{said: "did you refund order 2041 already?"},
		{said: "where is 2041? don't refund it", words: []string{"late"}},
		{said: "what did 2043 cost?", words: []string{"130"}},
		{said: "where are 2041 and 2044?", words: []string{"2041", "2044"}},
		{said: "is order 2,043 on time?", words: []string{"on time"}},
		{said: "If 2041 is late, refund me", acts: []string{`"amount": 61`}},
		{said: "Refund order 2044, it is late", acts: []string{`"order_number": 2044`}},
		{said: "What is the capital of Peru?", words: []string{"can't do that", "look up an order"}},
		{said: "I want a refund for my broken teapot", words: []string{"which order number?"}},
		{said: "which invoices are overdue?", office: true, words: []string{"KD-5101", "KD-5102"}},
		{said: "no reminders please, only list what is overdue", office: true},
		{said: "send a reminder to Solmar only", office: true, acts: []string{"KD-5102"}},
		{said: "Send a reminder for invoice KD-5102", office: true, acts: []string{"KD-5102"}},
		{said: "Send a reminder for invoice KD-7777", office: true, words: []string{"not find KD-7777"}},
		{said: "how much is KD-5102?", office: true, words: []string{"95.5"}},
		{said: "cancel invoice KD-5101", office: true},
	} {
		system, tools, run := corpus.SupportSystem, corpus.SupportTools, shop
		if c.office {
			system, tools, run = corpus.WorkflowSystem, corpus.WorkflowTools, office
		}
		messages := []llm.Message{{Role: llm.RoleSystem, Content: system}, {Role: llm.RoleUser, Content: c.said}}
		var acts []string
		answer := ""
		for range 8 {
			m, _, err := llm.Collect(e.Generate(context.Background(), &llm.Request{Messages: messages, Tools: tools}), nil)
			if err != nil {
				t.Fatal(err)
			}
			messages = append(messages, m)
			if answer = m.Content; len(m.Calls) == 0 {
				break
			}
			for _, call := range m.Calls {
				for _, tool := range tools {
					if tool.Name == call.Name && tool.Changes {
						acts = append(acts, string(call.Arguments))
					}
				}
				out := llm.Message{Role: llm.RoleTool, Name: call.Name, CallID: call.ID, Value: json.RawMessage(run(call))}
				if len(out.Value) == 0 {
					out.Value, out.Content, out.IsError = nil, "not found", true
				}
				messages = append(messages, out)
			}
		}
		ok := len(acts) == len(c.acts)
		for i := range min(len(acts), len(c.acts)) {
			ok = ok && strings.Contains(acts[i], c.acts[i])
		}
		for _, w := range c.words {
			ok = ok && strings.Contains(strings.ToLower(answer), strings.ToLower(w))
		}
		if !ok {
			t.Errorf("%s\n acts %v, want %v\n answer %s, want %v", c.said, acts, c.acts, answer, c.words)
		}
	}
}
