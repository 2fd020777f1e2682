package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

type payment struct {
	To     string  `json:"to"`
	Amount float64 `json:"amount"`
}

// pay changes something: nothing is declared, so it is a once tool.
var pay = tools.New("pay", "Pay somebody.", func(_ context.Context, in payment) (string, error) {
	return fmt.Sprintf("paid %g to %s", in.Amount, in.To), nil
})

// payer is a model that pays 5 to bob and then says so. In a program it is the one in
// the box, a file or an endpoint: see llm/engine and llm/openai.
func payer() llm.Model {
	return llm.Script(
		llm.Turn{Calls: []llm.ToolCall{{Name: "pay", Arguments: json.RawMessage(`{"to":"bob","amount":5}`)}}},
		llm.Turn{Text: "Done."})
}

// A person, or the program, approves what a policy asks for, while the run goes on.
func ExampleOptions_approve() {
	a, err := agent.New(payer(), agent.Options{
		Tools:    []*tools.Tool{pay},
		Policies: []string{"testdata/ask.yaml"},
		Approve: func(_ context.Context, q agent.Question) (agent.Decision, error) {
			fmt.Println(q.Call.Tool, string(q.Call.Arguments))
			fmt.Println(q.Decision.Rule+":", q.Decision.Reason)
			return agent.Decision{Approve: true, By: "ines"}, nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := a.Ask(context.Background(), "Pay 5 to bob.")
	fmt.Println(answer, err)
	// Output:
	// pay {"amount":5,"to":"bob"}
	// ask/payments: A person approves each payment.
	// Done. <nil>
}

// Policies are bundles: built-in names or files, each stricter than those before.
func ExampleOptions_policies() {
	a, err := agent.New(payer(), agent.Options{Tools: []*tools.Tool{pay}, Policies: []string{"strict", "testdata/small.yaml"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for ev, err := range a.Run(context.Background(), "Pay 5 to bob.") {
		if err != nil {
			fmt.Println(err)
			return
		}
		if ev.Decision != nil {
			fmt.Println(ev.Decision.Verdict, "by", ev.Decision.Rule)
		}
	}
	// Output: deny by small/most
}

// What the model is told anew in each run stands before the prompt: what comes before it
// is the same bytes in every run, so its context is computed once.
func ExampleOptions_instructions() {
	model := &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		for _, m := range req.Messages {
			fmt.Printf("%s: %s\n", m.Role, m.Content)
		}
		return llm.Turn{Text: "Tomorrow."}
	}}
	day := time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)
	a, err := agent.New(model, agent.Options{
		System: "You answer for a shop.",
		Instructions: func(context.Context) (string, error) {
			return "Today is " + day.Format("Monday, 2 January 2006") + ".", nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a.Ask(context.Background(), "When do you close?"))
	// Output:
	// system: You answer for a shop.
	// system: Today is Thursday, 24 December 2026.
	// user: When do you close?
	// Tomorrow. <nil>
}

type parcel struct {
	Number int    `json:"number"`
	Status string `json:"status" jsonschema:"enum=late,enum=in transit,enum=delivered"`
}

// An answer as a Go value. This model does not keep to the schema at first: it is told
// what is wrong.
func ExampleAsk() {
	model := llm.Script(
		llm.Turn{Text: "It is late."},
		llm.Turn{Text: `{"number": 1042, "status": "lost"}`},
		llm.Turn{Text: `{"number": 1042, "status": "late"}`})
	a, err := agent.New(model, agent.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := agent.Ask[parcel](context.Background(), a, "Where is parcel 1042?")
	fmt.Println(p.Number, p.Status, err)
	// Output: 1042 late <nil>
}

// A conversation outlives its process: with a journal on disk its id is all that is
// needed to go on.
func ExampleAgent_Reopen() {
	dir, err := os.MkdirTemp("", "chaski")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	open := func(answer string) *agent.Agent { // as another process would
		runs, err := journal.Open(dir)
		if err != nil {
			panic(err)
		}
		a, err := agent.New(llm.Script(llm.Turn{Text: answer}), agent.Options{Journal: runs})
		if err != nil {
			panic(err)
		}
		return a
	}
	talk := open("Hello, Ines.").Session()
	fmt.Println(talk.Ask(ctx, "I am Ines."))

	again, err := open("Ines.").Reopen(ctx, talk.ID())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.Ask(ctx, "What is my name?"))
	fmt.Println(len(again.Messages()), "messages")
	// Output:
	// Hello, Ines. <nil>
	// Ines. <nil>
	// 4 messages
}

// customer is for tools; the model never sees it.
var customer = tools.NewValue[string]("customer")

// What belongs to one run, such as who asks, goes to its tools beside the arguments.
func ExampleAgent_Ask_value() {
	orders := tools.New("my_orders", "The customer's orders.", func(ctx context.Context, _ struct{}) (string, error) {
		who, ok := customer.Get(ctx)
		if !ok {
			return "", tools.Fail("nobody is signed in")
		}
		fmt.Println("orders of", who)
		return "1042", nil
	}, tools.Options{Effect: tools.Read})
	a, err := agent.New(llm.Script(
		llm.Turn{Calls: []llm.ToolCall{{Name: "my_orders", Arguments: json.RawMessage(`{}`)}}},
		llm.Turn{Text: "One, 1042."}), agent.Options{Tools: []*tools.Tool{orders}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := customer.With(context.Background(), "ines@mail.example")
	fmt.Println(a.Ask(ctx, "What have I ordered?"))
	// Output:
	// orders of ines@mail.example
	// One, 1042. <nil>
}

// A run that is cut off is kept: its id goes on with it.
func ExampleNotFinishedError() {
	ctx, cancel := context.WithCancel(context.Background())
	model := &llm.Scripted{Next: func(n int, _ *llm.Request) llm.Turn {
		if n == 0 {
			cancel() // as Ctrl-C would
			return llm.Turn{Err: ctx.Err()}
		}
		return llm.Turn{Text: "Here I am."}
	}}
	a, err := agent.New(model, agent.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = a.Ask(ctx, "Are you there?")
	var left *agent.NotFinishedError
	if !errors.As(err, &left) {
		fmt.Println("not kept:", err)
		return
	}
	fmt.Println(left.Status, errors.Is(err, context.Canceled))
	for ev, err := range a.Resume(context.Background(), left.Run) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(ev.Text)
	}
	// Output:
	// running true
	// Here I am.
}
