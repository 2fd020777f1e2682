package runtime_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// TestLongReading keeps a document of 200 pages aside, which no context holds, and asks
// about its end: it is read in windows, those with the question's words first, and what no
// window tells is no answer.
func TestLongReading(t *testing.T) {
	var book strings.Builder
	for page := 1; page <= 200; page++ {
		fmt.Fprintf(&book, "Page %d. %s", page, strings.Repeat("Of the weather and the sea there is little to tell on this day, and less on the next. ", 32))
	}
	book.WriteString("The warden of the lighthouse is owed 4711 crowns. Here it ends.")
	src, err := policies.ParseSource("p", []byte("name: p\nhandles: [book]\ndefault: allow\n"))
	if err != nil {
		t.Fatal(err)
	}
	turns := []llm.Turn{
		calls(call("book", `{}`)),
		calls(call("extract", `{"value":"$book_1","question":"How many crowns is the warden of the lighthouse owed?","type":"number"}`)),
		calls(call("extract", `{"value":"$book_1","question":"How many whales are there?","type":"number"}`)),
		{Text: "done"},
	}
	turn, read := 0, map[string]int{}
	var seen strings.Builder
	model := &llm.Scripted{}
	model.Context = 8192
	model.Next = func(_ int, req *llm.Request) llm.Turn {
		if n, err := model.CountTokens(req); err != nil || n+req.MaxTokens > 8192 {
			t.Errorf("a request of %d tokens", n)
		}
		if f := req.ResponseFormat; f != nil && f.Name == "reading" {
			q, data, _ := strings.Cut(req.Messages[1].Content, "\n\nDATA:\n")
			read[strings.Fields(q)[2]]++
			if strings.Contains(q, "crowns") && strings.Contains(data, "4711 crowns") {
				return llm.Turn{Text: `{"answer": 4711}`}
			}
			return llm.Turn{Text: `{"answer": null}`}
		}
		raw, _ := json.Marshal(req.Messages)
		seen.Reset()
		seen.Write(raw)
		turn++
		return turns[turn-1]
	}
	value, _ := json.Marshal(book.String())
	rt, err := runtime.New(runtime.Options{Journal: &journal.Memory{}, Model: model, Gate: guard(t, runtime.GuardOptions{Layers: []*policies.Source{src}}),
		Caller: callerFunc(func(ctx context.Context, c tools.Call) (tools.Result, error) {
			return tools.Result{Status: tools.StatusOK, Value: value}, nil
		})})
	if err != nil {
		t.Fatal(err)
	}
	start := planner.Started{Run: "r", Messages: []llm.Message{{Role: llm.RoleUser, Content: "Ask the book."}}, Tools: []tools.Spec{{Name: "book", Effect: tools.Read, Labels: map[string]string{"integrity": "untrusted"}}}}
	if _, err := rt.Start(ctx, start); err != nil {
		t.Fatal(err)
	}
	s, err := rt.Drive(ctx, "r", nil)
	if err != nil || s.Status != planner.Finished {
		t.Fatalf("%s: %s, %v", s.Status, s.Reason, err)
	}
	if !strings.Contains(seen.String(), "4711") || !strings.Contains(seen.String(), "gives no answer") || strings.Contains(seen.String(), "weather") {
		t.Errorf("the model read %s", seen.String())
	}
	if read["crowns"] != 1 || read["whales"] < 15 {
		t.Errorf("windows that were read: %v, want one for crowns and all for whales", read)
	}
}
