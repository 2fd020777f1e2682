package chaski_test

import (
	"context"
	"fmt"
	"log"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/mini"
	"github.com/chaski-dev/chaski/tools"
)

type lookup struct {
	Number int `json:"order_number" jsonschema:"description=Number of the order"`
}

// The program of the README.
func Example() {
	model, err := engine.OpenBytes(mini.Bytes(), engine.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	find := tools.New("lookup_order", "Look up an order", func(_ context.Context, in lookup) (map[string]any, error) {
		return map[string]any{"order_number": in.Number, "status": "in transit", "item": "blue lamp", "total": 35, "expected": "2026-12-02", "customer": "ines@mail.example"}, nil
	}, tools.Options{Effect: tools.Read})
	a, err := agent.New(model, agent.Options{System: "You are a customer service assistant. Use the tools.", Tools: []*tools.Tool{find}})
	if err != nil {
		log.Fatal(err)
	}
	answer, err := a.Ask(context.Background(), "Where is my order 1042?")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer)
	// Output: Your order 1042 (blue lamp) is in transit, expected on 2026-12-02.
}
