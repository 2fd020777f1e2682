package mini

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
	"github.com/chaski-dev/chaski/llm/tokenizer"
)

func open(t *testing.T) *engine.Engine {
	t.Helper()
	e, err := engine.OpenBytes(Bytes(), engine.Options{Tokens: 4096})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// TestFile checks that the file is small and has Llama 3.1's architecture and special
// tokens.
func TestFile(t *testing.T) {
	if len(Bytes()) > 40<<20 {
		t.Errorf("%d bytes", len(Bytes()))
	}
	f, err := gguf.Parse(Bytes())
	if err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizer.FromGGUF(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{chat.BeginOfText, chat.EndOfText, chat.EndTurn, chat.EndMessage, chat.PythonTag, "<|start_header_id|>", "<|end_header_id|>", "<|finetune_right_pad_id|>"} {
		if _, ok := tok.Special(name); !ok {
			t.Errorf("there is no token %s", name)
		}
	}
	if n, err := f.Int("general.sampling.beams"); err != nil || n != 4 {
		t.Errorf("the file advises %d beams, its figures are with 4: %v", n, err)
	}
	if info := open(t).Info(); info.Name != Name || !info.Constrained {
		t.Errorf("%+v", info)
	}
}

// TestCalls asks for calls that the model was not trained on: of the customer-service
// example, of unseen tools with one argument, and of two steps. MODEL_CARD.md has the
// figures of more conversations; the bounds are below them, for other seeds' sake.
func TestCalls(t *testing.T) {
	for _, c := range []struct {
		skill string
		n     int
		least float64
	}{{"support", 30, 0.9}, {"one", 30, 0.8}, {"chain", 15, 0.75}} {
		t.Run(c.skill, func(t *testing.T) { calls(t, c.skill, c.n, c.least) })
	}
}

func calls(t *testing.T, skill string, n int, least float64) {
	e, s, calls, right := open(t), corpus.NewSource(99, true), 0, 0
	for range n {
		c := s.Single(skill)
		for _, turn := range c.Turns {
			if len(c.Messages[turn.At].Calls) == 0 {
				continue
			}
			got, _, err := llm.Collect(e.Generate(t.Context(), &llm.Request{Messages: c.Messages[:turn.At], Tools: c.Tools, MaxTokens: 200}), nil)
			if err != nil {
				t.Fatal(err)
			}
			want := c.Messages[turn.At].Calls[0]
			var a, b any
			calls++
			if len(got.Calls) == 1 && got.Calls[0].Name == want.Name && json.Unmarshal(got.Calls[0].Arguments, &a) == nil && json.Unmarshal(want.Arguments, &b) == nil && reflect.DeepEqual(a, b) {
				right++
			}
		}
	}
	t.Logf("%d of %d calls are right", right, calls)
	if float64(right) < least*float64(calls) {
		t.Errorf("%d of %d calls are right, want %g of them", right, calls, least)
	}
}

// TestLoopsEnd: a value that the model fills with the same again and again ends, whatever
// the beams: a way that leaves a loop just before its end to begin the next does not win.
func TestLoopsEnd(t *testing.T) {
	e := open(t)
	schema := `{"properties":{"city":{"type":"string"},"sure":{"type":"boolean"}},"required":["city","sure"],"type":"object","additionalProperties":false}`
	for _, beams := range []int{1, 2, 4} {
		req := &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: "Hello!"}}, ResponseFormat: &llm.ResponseFormat{Schema: json.RawMessage(schema)}, Sampling: llm.Sampling{Beams: beams}}
		msg, stop, err := llm.Collect(e.Generate(context.Background(), req), nil)
		if err != nil || stop.Reason != llm.StopEndOfTurn || !json.Valid([]byte(msg.Content)) {
			t.Errorf("%d beams: %s, %v: %q", beams, stop.Reason, err, msg.Content)
		}
	}
}

// TestBareResults: a tool whose result is a bare value has not failed, and the answer says
// what it gave; one that failed is still said to have.
func TestBareResults(t *testing.T) {
	e := open(t)
	weather := llm.ToolSpec{Name: "get_weather", Description: "Current weather of a city", Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string","description":"A city"}},"required":["city"],"additionalProperties":false}`)}
	for result, want := range map[string]string{`"sunny in Paris"`: "sunny in Paris", `"ok"`: "ok", `"paid"`: "paid", `21`: "21", `true`: "true", ``: "fail"} {
		answered := llm.Message{Role: llm.RoleTool, CallID: "a", Name: "get_weather", Value: json.RawMessage(result)}
		if result == "" {
			answered.Value, answered.Content, answered.IsError = nil, "fail: no such city", true
		}
		said, _, err := llm.Collect(e.Generate(t.Context(), &llm.Request{Tools: []llm.ToolSpec{weather}, Messages: []llm.Message{{Role: llm.RoleUser, Content: "Get the weather of the city Paris."},
			{Role: llm.RoleAssistant, Calls: []llm.ToolCall{{ID: "a", Name: "get_weather", Arguments: json.RawMessage(`{"city":"Paris"}`)}}}, answered}, MaxTokens: 60}), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(said.Content, want) || strings.Contains(said.Content, "fail") != (result == "") {
			t.Errorf("%s: the model says %q", result, said.Content)
		}
	}
}

// TestSmallTalk: what asks for nothing is answered in the language it is said in, whatever
// the beams and the room; what else it says is not taken for it; and a refusal says what the
// tools do.
func TestSmallTalk(t *testing.T) {
	e := open(t)
	lock := llm.ToolSpec{Name: "lock_door", Description: "Lock a door. It takes a minute.", Changes: true, Parameters: json.RawMessage(`{"type":"object","properties":{"door":{"type":"string"}},"required":["door"],"additionalProperties":false}`)}
	say := func(req *llm.Request) (llm.Message, llm.Stop) {
		t.Helper()
		msg, stop, err := llm.Collect(e.Generate(t.Context(), req), nil)
		if err != nil {
			t.Fatal(err)
		}
		return msg, stop
	}
	ask := func(text string, before ...llm.Message) *llm.Request {
		return &llm.Request{Messages: append(before, llm.Message{Role: llm.RoleUser, Content: text}), Tools: []llm.ToolSpec{lock}}
	}
	const can = "What I can do: lock a door."
	for text, want := range map[string]string{"hello": "Hello! What can I do for you?", "what can you do?": can, "Danke!": "Gern geschehen.", "आप कौन हैं?": "मैं एक प्रोग्राम हूँ, औज़ार चलाने वाला एक छोटा मॉडल। मैं यह कर सकता हूँ: lock a door."} {
		for _, beams := range []int{0, 1} {
			req := ask(text)
			req.Sampling.Beams = beams
			if msg, stop := say(req); msg.Content != want || len(msg.Calls) > 0 || stop.Reason != llm.StopEndOfTurn {
				t.Errorf("%s: %q %v %s, want %q", text, msg.Content, msg.Calls, stop.Reason, want)
			}
		}
	}
	if msg, stop := say(&llm.Request{Messages: ask("hello").Messages, Tools: ask("").Tools, MaxTokens: 3}); !strings.HasPrefix("Hello! What", msg.Content) || stop.Reason != llm.StopMaxTokens {
		t.Errorf("%q %s", msg.Content, stop.Reason)
	}
	asked := []llm.Message{{Role: llm.RoleUser, Content: "Lock it."}, {Role: llm.RoleAssistant, Content: "The front door?"}}
	if msg, _ := say(ask("ok", asked...)); strings.HasPrefix(msg.Content, "All right") {
		t.Errorf("an answer is small talk: %q", msg.Content)
	}
	req := ask("hello")
	req.ResponseFormat = &llm.ResponseFormat{Schema: json.RawMessage(`{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}`)}
	if msg, _ := say(req); !json.Valid([]byte(msg.Content)) && len(msg.Calls) == 0 {
		t.Errorf("a response of a form is small talk: %q", msg.Content)
	}
	req = ask("hello")
	req.ToolChoice.Mode = llm.ChoiceRequired
	if msg, _ := say(req); len(msg.Calls) == 0 {
		t.Errorf("a call that is required is small talk: %q", msg.Content)
	}
	if msg, _ := say(ask("Is the front door made of oak?")); len(msg.Calls) > 0 || strings.Contains(msg.Content, "What I can do") && !strings.HasSuffix(msg.Content, can) {
		t.Errorf("%q %v", msg.Content, msg.Calls)
	}
}
