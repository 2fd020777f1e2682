package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
)

type place struct {
	City string `json:"city"`
}

var weather = tools.New("weather", "The weather in a city.", func(_ context.Context, in place) (string, error) {
	return "rain in " + in.City, nil
}, tools.Options{Effect: tools.Read})

func script() *llm.Scripted {
	return llm.Script(
		llm.Turn{Calls: []llm.ToolCall{{Name: "weather", Arguments: json.RawMessage(`{"city":"Lima"}`)}}},
		llm.Turn{Text: "Take an umbrella."}, llm.Turn{Text: "Still."})
}

func Example() {
	a, err := agent.New(script(), agent.Options{Tools: []*tools.Tool{weather}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for ev, err := range a.Run(context.Background(), "Do I need an umbrella in Lima?") {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(ev.Text)
	}
	// Output: Take an umbrella.
}

func TestSession(t *testing.T) {
	a, err := agent.New(script(), agent.Options{Tools: []*tools.Tool{weather}})
	if err != nil {
		t.Fatal(err)
	}
	s := a.Session()
	var last agent.Event
	for range 2 {
		for ev, err := range s.Run(context.Background(), "?") {
			if err != nil {
				t.Fatal(err)
			}
			last = ev
		}
	}
	if last.Status != planner.Finished || last.Answer != "Still." || len(last.State.Messages) != 6 {
		t.Fatalf("%+v", last)
	}
}

func TestBreakThenResume(t *testing.T) {
	a, _ := agent.New(script(), agent.Options{Tools: []*tools.Tool{weather}})
	run := ""
	for ev := range a.Run(context.Background(), "?") {
		if run = ev.Run; ev.Journal != nil && ev.Journal.Intent != nil {
			break
		}
	}
	var last agent.Event
	for ev, err := range a.Resume(context.Background(), run) {
		if err != nil {
			t.Fatal(err)
		}
		last = ev
	}
	if last.Status != planner.Finished || last.Answer != "Take an umbrella." {
		t.Fatalf("%+v", last)
	}
}
