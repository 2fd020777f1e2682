package runtime_test

import (
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
)

// TestRefusedArguments shows the model what it wrote, where it is wrong and why.
func TestRefusedArguments(t *testing.T) {
	for written, why := range map[string]string{
		"{\"text\": \"one\ntwo\"}":               "byte",
		`{"text": "a",}`:                         "byte",
		"```json\n{\"text\": \"a\"}\n```":        "byte",
		`{'text': 'a'}`:                          "byte",
		`"{\"text\": \"a\"}"`:                    "not a JSON object",
		`[1, 2]`:                                 "not a JSON object",
		`None`:                                   "byte",
		`{"text": "a"} and more`:                 "byte",
		`{"a": 1, "a": 2}`:                       "byte",
		`{"text": "` + strings.Repeat("x", 4000): "bytes …)",
	} {
		heard := ""
		model := &llm.Scripted{Next: func(n int, req *llm.Request) llm.Turn {
			if n == 0 {
				return llm.Turn{Calls: []llm.ToolCall{call("look", `{}`), call("look", written)}}
			}
			heard = last(req)
			return llm.Turn{Text: "Sorry."}
		}}
		s := drive(t, runtime.Options{Model: model}, planner.Budget{})
		show := written
		if len(show) > 300 {
			show = show[:300]
		}
		if s.Status != planner.Finished || !strings.Contains(heard, why) || !strings.Contains(heard, show) && !strings.Contains(written, `"a": 2`) {
			t.Errorf("%.60s: the model hears %.300q", written, heard)
		}
	}
}
