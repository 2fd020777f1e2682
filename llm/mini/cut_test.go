package mini_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/mini"
)

// TestCutCalls: a call that the bound of tokens cuts off, wherever it does, is not made with what
// had come of it: neither as it stands nor closed.
func TestCutCalls(t *testing.T) {
	e, err := engine.OpenBytes(mini.Bytes(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for name, parameters := range map[string]string{
		"a number last": `{"type":"object","properties":{"amount":{"type":"integer"}},"required":["amount"]}`,
		"two members":   `{"type":"object","properties":{"amount":{"type":"integer"},"note":{"type":"string"}},"required":["amount"]}`,
		"a list":        `{"type":"object","properties":{"orders":{"type":"array","items":{"type":"integer"}}},"required":["orders"]}`,
	} {
		ask := func(choice llm.ChoiceMode, most int) (calls []llm.ToolCall, stop llm.Stop) {
			msg, stop, err := llm.Collect(e.Generate(context.Background(), &llm.Request{
				Messages:   []llm.Message{{Role: llm.RoleUser, Content: "Please refund 123456 for the orders 1042 and 1043, they came late."}},
				Tools:      []llm.ToolSpec{{Name: "refund", Description: "Refunds orders.", Parameters: json.RawMessage(parameters)}},
				ToolChoice: llm.ToolChoice{Mode: choice}, MaxCalls: 1, MaxTokens: most,
			}), nil)
			if err != nil && most == 200 { // else too few tokens are left for what the grammar asks for
				t.Fatal(name, most, err)
			}
			return msg.Calls, stop
		}
		for _, choice := range []llm.ChoiceMode{llm.ChoiceRequired, llm.ChoiceAuto} {
			whole, stop := ask(choice, 200)
			if len(whole) == 0 && choice == llm.ChoiceAuto { // it answers in words
				continue
			}
			if len(whole) != 1 {
				t.Fatalf("%s, %s: %+v", name, choice, whole)
			}
			for most := 1; most < stop.Usage.GeneratedTokens; most++ {
				calls, _ := ask(choice, most)
				for _, c := range calls {
					if json.Valid(c.Arguments) && !c.Same(whole[0]) {
						t.Errorf("%s, %s: %d tokens give %s%s, all of them %s", name, choice, most, c.Name, c.Arguments, whole[0].Arguments)
					}
				}
			}
			t.Logf("%s, %s: %s in %d tokens", name, choice, whole[0].Arguments, stop.Usage.GeneratedTokens)
		}
	}
}
