package openai_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/openai"
)

// TestMeant: an endpoint that gives a call as text, in any form, streamed or whole, has made
// the call; what only speaks of one is text. See package chat's testdata.
func TestMeant(t *testing.T) {
	req := &llm.Request{Messages: hello.Messages}
	data, err := os.ReadFile("../chat/testdata/tools.json")
	if err == nil {
		err = json.Unmarshal(data, &req.Tools)
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("../chat/testdata/meant.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out string
	stream := true
	m := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if !stream {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"index": 0, "finish_reason": "stop", "message": map[string]string{"content": out}}}})
			return
		}
		var chunks []string
		for rest := []rune(out); len(rest) > 0; {
			n := min(1+len(rest)%5, len(rest))
			chunks, rest = append(chunks, content(string(rest[:n]))), rest[n:]
		}
		sse(w, append(chunks, stopped)...)
	}).model(t, openai.Options{})
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var c struct {
			Name, Out, Text string
			Calls           []string
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		for _, stream = range []bool{true, false} {
			out = c.Out
			msg, stop, err := llm.Collect(m.Generate(context.Background(), req), nil)
			var calls []string
			for _, call := range msg.Calls {
				calls = append(calls, call.Name+string(call.Arguments))
			}
			if err != nil || msg.Content != c.Text || strings.Join(calls, " ") != strings.Join(c.Calls, " ") || (stop.Reason == llm.StopToolCalls) != (len(calls) > 0) {
				t.Errorf("%s, streamed %v: %q\ngot  %q and %q (%s, %v)\nwant %q and %q", c.Name, stream, c.Out, msg.Content, calls, stop.Reason, err, c.Text, c.Calls)
			}
		}
	}
	if n < 200 {
		t.Errorf("%d cases", n)
	}
}
