package agent_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// TestChildIsTold: a child has instructions of its own, and the values of the run above.
func TestChildIsTold(t *testing.T) {
	j, told, who := &journal.Memory{}, "", ""
	look := tools.New("look", "", func(ctx context.Context, _ struct{}) (string, error) {
		who, _ = customer.Get(ctx)
		return "", nil
	}, tools.Options{Effect: tools.Read})
	clerk := newAgent(t, &llm.Scripted{Next: func(n int, req *llm.Request) llm.Turn {
		if told = req.Messages[0].Content; n == 0 {
			return llm.Turn{Calls: []llm.ToolCall{{Name: "look", Arguments: json.RawMessage(`{}`)}}}
		}
		return llm.Turn{Text: "Looked."}
	}}, agent.Options{Journal: j, Tools: []*tools.Tool{look}, Instructions: func(context.Context) (string, error) { return "It is late.", nil }})
	boss := newAgent(t, llm.Script(llm.Turn{Calls: []llm.ToolCall{{Name: "clerk", Arguments: json.RawMessage(`{"task":"Look."}`)}}}, llm.Turn{Text: "Fine."}),
		agent.Options{Journal: j, Subs: map[string]agent.Sub{"clerk": {Agent: clerk}}})
	if _, err := boss.Ask(customer.With(t.Context(), "ines"), "Look."); err != nil || told != "It is late." || who != "ines" {
		t.Errorf("%v: told %q, for %q", err, told, who)
	}
}

func TestSubAgents(t *testing.T) {
	j := &journal.Memory{}
	clerk, err := agent.New(llm.Script(llm.Turn{Text: "Three orders are late."}), agent.Options{System: "You are a clerk.", Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	boss, err := agent.New(llm.Script(llm.Turn{Calls: []llm.ToolCall{{Name: "clerk", Arguments: json.RawMessage(`{"task":"Which orders are late?"}`)}}},
		llm.Turn{Text: "All is well."}), agent.Options{Journal: j, Subs: map[string]agent.Sub{"clerk": {Agent: clerk, Description: "Knows the orders."}}})
	if err != nil {
		t.Fatal(err)
	}
	var last agent.Event
	for ev, err := range boss.Run(t.Context(), "How are the orders?") {
		if err != nil {
			t.Fatal(err)
		}
		last = ev
	}
	if last.Status != planner.Finished || string(last.State.Messages[2].Value) != `"Three orders are late."` {
		t.Fatalf("%s: %+v", last.Status, last.State.Messages)
	}
	if runs, _ := j.Runs(t.Context()); len(runs) != 2 {
		t.Error(runs)
	}
	for want, opt := range map[string]agent.Options{
		"is nil":                    {Subs: map[string]agent.Sub{"clerk": {}}},
		"a name has":                {Subs: map[string]agent.Sub{"the clerk": {Agent: clerk}}},
		"is a tool and a sub-agent": {Specs: []tools.Spec{{Name: "clerk"}}, Caller: &tools.Registry{}, Subs: map[string]agent.Sub{"clerk": {Agent: clerk}}},
	} {
		if _, err := agent.New(llm.Script(), opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
