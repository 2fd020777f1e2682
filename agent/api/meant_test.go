package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/openai"
)

// TestMeant: a call that an endpoint gives as text is a call to the clients of the server in
// front of it, streamed or whole, as chat or as messages. See package chat's testdata.
func TestMeant(t *testing.T) {
	var tools []llm.ToolSpec
	data, err := os.ReadFile("../../llm/chat/testdata/tools.json")
	if err == nil {
		err = json.Unmarshal(data, &tools)
	}
	if err != nil {
		t.Fatal(err)
	}
	var declared, others []any
	for _, s := range tools {
		declared = append(declared, object{"type": "function", "function": object{"name": s.Name, "parameters": s.Parameters}})
		others = append(others, object{"name": s.Name, "input_schema": s.Parameters})
	}
	var out string
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for rest := []rune(out); len(rest) > 0; {
			n := min(9, len(rest))
			text, _ := json.Marshal(string(rest[:n]))
			fmt.Fprintf(w, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":%s}}]}\n\n", text)
			rest = rest[n:]
		}
		fmt.Fprint(w, "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	}))
	t.Cleanup(behind.Close)
	m, err := openai.New(openai.Options{BaseURL: behind.URL + "/v1", Model: "behind"})
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, api.Options{Models: []api.Model{{Name: "front", LLM: m}}})
	f, err := os.Open("../../llm/chat/testdata/meant.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var c struct {
			Name, Out, Text string
			Calls           []string
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		out = c.Out
		body := object{"model": "front", "messages": []object{user("Hi")}, "tools": declared}
		_, whole := post(t, url+"/v1/chat/completions", body)
		var calls []string
		for i := 0; dig(whole, "choices", 0, "message", "tool_calls", i) != nil; i++ {
			calls = append(calls, fmt.Sprint(dig(whole, "choices", 0, "message", "tool_calls", i, "function", "name"), dig(whole, "choices", 0, "message", "tool_calls", i, "function", "arguments")))
		}
		text, _ := dig(whole, "choices", 0, "message", "content").(string)
		if strings.Join(calls, " ") != strings.Join(c.Calls, " ") || text != c.Text || (dig(whole, "choices", 0, "finish_reason") == "tool_calls") != (len(c.Calls) > 0) {
			t.Errorf("%s: %q: %q and %q (%v), want %q and %q", c.Name, c.Out, text, calls, dig(whole, "choices", 0, "finish_reason"), c.Text, c.Calls)
		}
		body["stream"] = true
		text = ""
		streamed := map[int]string{}
		for _, ev := range events(t, url+"/v1/chat/completions", body) {
			piece, _ := dig(ev.data, "choices", 0, "delta", "content").(string)
			text += piece
			if at, ok := dig(ev.data, "choices", 0, "delta", "tool_calls", 0, "index").(float64); ok {
				name, _ := dig(ev.data, "choices", 0, "delta", "tool_calls", 0, "function", "name").(string)
				args, _ := dig(ev.data, "choices", 0, "delta", "tool_calls", 0, "function", "arguments").(string)
				streamed[int(at)] += name + args
			}
		}
		for i, call := range c.Calls {
			if streamed[i] != call {
				t.Errorf("%s, streamed: %q: call %d is %q, want %q", c.Name, c.Out, i, streamed[i], call)
			}
		}
		if len(streamed) != len(c.Calls) || text != c.Text {
			t.Errorf("%s, streamed: %q: %q and %v", c.Name, c.Out, text, streamed)
		}
		_, whole = post(t, url+"/v1/messages", object{"model": "front", "max_tokens": 99, "messages": []object{user("Hi")}, "tools": others})
		calls, text = nil, ""
		for i := 0; dig(whole, "content", i) != nil; i++ {
			if s, ok := dig(whole, "content", i, "text").(string); ok {
				text += s
			} else if name, ok := dig(whole, "content", i, "name").(string); ok {
				args, _ := json.Marshal(dig(whole, "content", i, "input"))
				calls = append(calls, name+string(args))
			}
		}
		if len(calls) != len(c.Calls) || text != c.Text {
			t.Errorf("%s, as messages: %q: %q and %q", c.Name, c.Out, text, calls)
		}
	}
	if n < 200 {
		t.Errorf("%d cases", n)
	}
}
