package bus_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// A process with a bus of its own: an embedded server on a data folder, its own tools on
// it, and a client for whatever is there. With URL in place of Dir the same code runs on
// a cluster. What a run needs are Caller: b, Specs: specs, Reconciler: b.
func ExampleOpen() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "chaski-example-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	type in struct {
		Amount int `json:"amount" jsonschema:"minimum=1"`
	}
	registry, err := tools.NewRegistry(tools.New("pay", "Pays an amount", func(ctx context.Context, in in) (string, error) {
		call, _ := tools.CallFrom(ctx) // its id is the key to hand on to a bank
		return fmt.Sprintf("paid %d for tenant %s", in.Amount, call.Tenant), nil
	}, tools.Options{Effect: tools.Once}))
	if err != nil {
		panic(err)
	}

	b, err := bus.Open(ctx, bus.OpenOptions{Dir: dir, Tools: registry})
	if err != nil {
		panic(err)
	}
	defer b.Close()

	specs, err := b.Tools(ctx) // discovery: tools of this process and of any other on the bus
	if err != nil {
		panic(err)
	}
	fmt.Println(specs[0].Name, specs[0].Effect)

	arguments := []byte(`{"amount":5}`)
	call := tools.Call{ID: tools.CallID("run", 1, 0, "pay", arguments), Attempt: 1, Tool: "pay", Tenant: "acme",
		Revision: specs[0].Revision, Arguments: json.RawMessage(arguments)}
	var caller tools.Caller = b
	for call.Attempt = 1; call.Attempt <= 2; call.Attempt++ { // the second attempt reads the first one's record
		result, err := caller.Call(ctx, call)
		fmt.Println(result.Status, string(result.Value), result.Replayed, err)
	}

	// After a crash: what became of a call whose reply was lost?
	result, err := b.Reconcile(ctx, call)
	fmt.Println(result.Status, string(result.Value), err)
	// Output:
	// pay once
	// ok "paid 5 for tenant acme" false <nil>
	// ok "paid 5 for tenant acme" true <nil>
	// ok "paid 5 for tenant acme" <nil>
}
