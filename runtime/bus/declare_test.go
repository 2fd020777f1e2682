package bus_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// TestDeepDeclaration: a tool of as many objects within each other as a value may have is
// served and called, by its own process and by others.
func TestDeepDeclaration(t *testing.T) {
	const n = 127
	parameters := strings.Repeat(`{"type":"object","properties":{"p":`, n) + `{"type":"integer"}` + strings.Repeat(`}}`, n)
	tool := tools.Raw(tools.Spec{Name: "dig", Description: "Digs.", Effect: tools.Read, Parameters: json.RawMessage(parameters)},
		func(context.Context, tools.Call) (json.RawMessage, error) { return json.RawMessage(`"deep"`), nil })
	s := start(t, bus.ServerOptions{})
	serve(t, connect(t, s), tool)
	client := client(t, connect(t, s))
	for in, want := range map[string]tools.Status{"1": tools.StatusOK, "true": tools.StatusInvalid} {
		c := call("dig", strings.Repeat(`{"p":`, n)+in+strings.Repeat("}", n))
		if r, err := client.Call(context.Background(), c); err != nil || r.Status != want {
			t.Errorf("%s: %+v, %v", in, r, err)
		}
	}
}
