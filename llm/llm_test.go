package llm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

func ExampleScript() {
	model := llm.Script(
		llm.Turn{Calls: []llm.ToolCall{{Name: "lookup_order", Arguments: []byte(`{"order_id": 17}`)}}},
		llm.Turn{Text: "Order 17 has shipped."},
	)
	for range 2 {
		msg, stop, err := llm.Collect(model.Generate(context.Background(), &llm.Request{}), nil)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s %q %d calls\n", stop.Reason, msg.Content, len(msg.Calls))
	}
	// Output:
	// tool_calls "" 1 calls
	// end_of_turn "Order 17 has shipped." 0 calls
}

// TestSame: calls are the same whatever the order and spacing of their arguments.
func TestSame(t *testing.T) {
	call := func(name, args string) llm.ToolCall {
		return llm.ToolCall{Name: name, Arguments: json.RawMessage(args)}
	}
	for _, c := range []struct {
		a, b llm.ToolCall
		same bool
	}{
		{call("pay", `{"to":"ann","sum":5}`), call("pay", `{ "sum": 5, "to": "ann" }`), true},
		{call("pay", `{"sum":5}`), call("pay", `{"sum":6}`), false},
		{call("pay", `{}`), call("owe", `{}`), false},
		{call("pay", `{`), call("pay", `{`), false},
	} {
		if got := c.a.Same(c.b); got != c.same {
			t.Errorf("%s and %s: %v", c.a.Arguments, c.b.Arguments, got)
		}
	}
}

func TestScriptedFailures(t *testing.T) {
	broken := errors.New("broken")
	model := llm.Script(llm.Turn{Text: "half", Err: broken})
	msg, _, err := llm.Collect(model.Generate(context.Background(), &llm.Request{}), nil)
	if !errors.Is(err, broken) || msg.Content != "half" {
		t.Errorf("%q, %v", msg.Content, err)
	}
	if _, _, err := llm.Collect(model.Generate(context.Background(), &llm.Request{}), nil); err == nil {
		t.Error("a script went on after its end")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := llm.Collect(model.Generate(ctx, &llm.Request{}), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	small := llm.Script(llm.Turn{Text: "x"})
	small.Context = 5
	var full *llm.ContextFullError
	_, _, err = llm.Collect(small.Generate(context.Background(), &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: "a question of many words"}}}), nil)
	if !errors.Is(err, llm.ErrContextFull) || !errors.As(err, &full) || full.Have != 5 || full.Need <= 5 {
		t.Errorf("a small context: %v", err)
	}
	if small.Requests() != 0 || model.Requests() != 2 {
		t.Errorf("%d and %d requests", small.Requests(), model.Requests())
	}
}

// TestStreamCanBeLeft: a consumer may stop at any event.
func TestStreamCanBeLeft(t *testing.T) {
	turn := llm.Turn{Text: "x", Calls: []llm.ToolCall{{Name: "f", Arguments: []byte("{}")}}}
	for at := range 5 {
		model, n := llm.Script(turn), 0
		for _, err := range model.Generate(context.Background(), &llm.Request{}) {
			if err != nil {
				t.Fatal(err)
			}
			if n == at {
				break
			}
			n++
		}
	}
}

func TestCollectNeedsAStop(t *testing.T) {
	cut := func(yield func(llm.Event, error) bool) { yield(llm.TextDelta{Text: "a"}, nil) }
	if _, _, err := llm.Collect(cut, nil); err == nil {
		t.Error("a stream without a stop was taken for a turn")
	}
}
