package runtime_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/tools"
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
		hears(t, written, why, call("look", `{}`), call("look", written))
	}
}

// hears checks that the model is shown what it wrote, or its beginning, with the reason.
func hears(t *testing.T, written, why string, calls ...llm.ToolCall) {
	t.Helper()
	heard := ""
	model := &llm.Scripted{Next: func(n int, req *llm.Request) llm.Turn {
		if n == 0 {
			return llm.Turn{Calls: calls}
		}
		heard = last(req)
		return llm.Turn{Text: "Sorry."}
	}}
	s := drive(t, runtime.Options{Model: model}, planner.Budget{})
	if s.Status != planner.Finished || !strings.Contains(heard, why) || !strings.Contains(heard, written[:min(len(written), 300)]) {
		t.Errorf("%.60q: the model hears %.400q", written, heard)
	}
}

// TestShownAsWritten refuses what no finding held: each stands before the model as it was
// written, with the reason, and is in the journal.
func TestShownAsWritten(t *testing.T) {
	for written, why := range map[string]string{
		`{"text": "\ud83e"}`:             "byte",
		`{"n": NaN}`:                     "byte",
		`{"n": 0x10}`:                    "byte",
		`{"n": 007}`:                     "byte",
		`{text: "a"}`:                    "byte",
		`{"text": "a" // a note` + "\n}": "byte",
		"\ufeff{\"text\": \"a\"}":        "byte",
		`{"text": "a`:                    "byte",
		`{"text": "a"}}`:                 "byte",
		`{"n": 1e999}`:                   "byte",
		`true`:                           "not a JSON object",
		`{"text": ` + strings.Repeat("[", 200) + `1`:              "byte",
		"{\"text\": \"a\tb\"}":                                    "byte",
		`{"n": 1, "n": 1}`:                                        "twice",
		`{"text": "` + strings.Repeat("ä", 3000) + `", "end": x}`: `"end": x}`,
	} {
		hears(t, written, why, call("look", written))
	}
}

// TestResultsAreTold: what a tool returned is told from what it failed with, whatever it says.
func TestResultsAreTold(t *testing.T) {
	for value, status := range map[string]tools.Status{
		`"fail: no such order"`: tools.StatusOK, `"denied: because"`: tools.StatusOK, `""`: tools.StatusOK, `null`: tools.StatusOK, `false`: tools.StatusOK,
		`{"error":"none"}`: tools.StatusOK, `"{}"`: tools.StatusOK, `{}`: tools.StatusOK, `[]`: tools.StatusOK, "no such order": tools.StatusFail, `{"ok":true}`: tools.StatusFail,
	} {
		var heard llm.Message
		model := &llm.Scripted{Next: func(n int, req *llm.Request) llm.Turn {
			if n == 0 {
				return llm.Turn{Calls: []llm.ToolCall{call("look", `{}`)}}
			}
			heard = req.Messages[len(req.Messages)-1]
			return llm.Turn{Text: "I see."}
		}}
		s := drive(t, runtime.Options{Model: model, Caller: callerFunc(func(context.Context, tools.Call) (tools.Result, error) {
			if status == tools.StatusOK {
				return tools.Result{Status: status, Value: json.RawMessage(value)}, nil
			}
			return tools.Result{Status: status, Reason: value}, nil
		})}, planner.Budget{})
		want := llm.Message{Value: json.RawMessage(value)}
		if status != tools.StatusOK {
			want = llm.Message{IsError: true, Content: string(status) + ": " + value}
		}
		if s.Status != planner.Finished || heard.IsError != want.IsError || string(heard.Value) != string(want.Value) || heard.Content != want.Content {
			t.Errorf("%s %s: the model hears %+v", status, value, heard)
		}
	}
}
