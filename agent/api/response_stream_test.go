package api_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// responseEvents checks what holds for every stream of a response, and returns the types of
// its events and the response with which it ends.
func responseEvents(t *testing.T, list []sse) (names []string, last object) {
	t.Helper()
	if end := list[len(list)-1]; end.text != "[DONE]" {
		t.Errorf("the stream ends with %q", end.text)
	}
	open := map[string]object{} // items, by id
	joined := map[string]string{}
	for i, ev := range list[:len(list)-1] {
		if ev.name != ev.data["type"] || ev.data["sequence_number"] != float64(i) {
			t.Errorf("event %d: %s of type %v has the number %v", i, ev.name, ev.data["type"], ev.data["sequence_number"])
		}
		names = append(names, ev.name)
		id, _ := ev.data["item_id"].(string)
		if id != "" && open[id] == nil {
			t.Errorf("%s of an item that is not open: %v", ev.name, ev.data)
		}
		switch ev.name {
		case "response.output_item.added":
			it := ev.data["item"].(object)
			if it["status"] != "in_progress" || ev.data["output_index"] != float64(len(joined)) {
				t.Error(ev.data)
			}
			open[it["id"].(string)], joined[it["id"].(string)] = it, ""
		case "response.output_text.delta", "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
			joined[id] += ev.data["delta"].(string)
		case "response.output_text.done":
			if ev.data["text"] != joined[id] {
				t.Errorf("%q, its pieces are %q", ev.data["text"], joined[id])
			}
		case "response.function_call_arguments.done":
			if ev.data["arguments"] != joined[id] {
				t.Errorf("%q, its pieces are %q", ev.data["arguments"], joined[id])
			}
		case "response.output_item.done":
			it := ev.data["item"].(object)
			if it["status"] == "in_progress" || open[it["id"].(string)] == nil {
				t.Error(ev.data)
			}
			delete(open, it["id"].(string))
		}
		if r, ok := ev.data["response"].(object); ok {
			last = r
		}
	}
	if len(open) > 0 {
		t.Error("items that stay open", open)
	}
	if n, want := len(last["output"].([]any)), len(joined); n != want {
		t.Errorf("%d items, %d were told", n, want)
	}
	return names, last
}

// TestResponsesStream: the events come in order, with numbers, and end with the response.
func TestResponsesStream(t *testing.T) {
	for _, grammar := range []bool{true, false} {
		var m llm.Model = &llm.Scripted{Next: says(twoCalls)}
		if !grammar {
			m = loose{m}
		}
		url := serve(t, apiOf(m)) + "/v1/responses"
		body := object{"model": "scripted", "input": "Hi", "tools": []any{flat("look", "city"), flat("pay", "to")}, "stream": true}
		names, last := responseEvents(t, events(t, url, body))
		want := `created in_progress output_item.added content_part.added output_text.delta output_text.done content_part.done output_item.done
			output_item.added function_call_arguments.delta function_call_arguments.done output_item.done
			output_item.added function_call_arguments.delta function_call_arguments.done output_item.done completed`
		if got := strings.Join(names, " "); got != "response."+strings.Join(strings.Fields(want), " response.") {
			t.Error(got)
		}
		_, kept := get(t, url+"/"+last["id"].(string))
		if !reflect.DeepEqual(kept, last) {
			t.Errorf("kept is\n%v\nthe stream ended with\n%v", kept, last)
		}
		if dig(last, "output", 0, "content", 0, "text") != "Both." || dig(last, "output", 1, "arguments") != `{"city":"São Paulo <b>"}` || dig(last, "output", 2, "name") != "pay" ||
			last["status"] != "completed" || dig(last, "usage", "output_tokens") != 9.0 || dig(last, "output", 1, "call_id") == dig(last, "output", 2, "call_id") {
			t.Error(last)
		}
	}
}

// TestResponsesCustomTool: a custom tool's call is a text, to the client and back.
func TestResponsesCustomTool(t *testing.T) {
	url, last := asked(t, llm.Turn{Calls: []llm.ToolCall{{Name: "say", Arguments: json.RawMessage(`{"input":"a \"b\"\n"}`)}}})
	body := object{"model": "scripted", "input": "Hi", "tools": []any{object{"type": "custom", "name": "say"}}, "stream": true}
	names, end := responseEvents(t, events(t, url+"/v1/responses", body))
	if got := strings.Join(names[2:], " "); got != "response.output_item.added response.custom_tool_call_input.delta response.custom_tool_call_input.done response.output_item.done response.completed" {
		t.Error(got)
	}
	made := dig(end, "output", 0).(object)
	if made["type"] != "custom_tool_call" || made["input"] != "a \"b\"\n" || made["arguments"] != nil {
		t.Error(made)
	}
	last()
	_, out := post(t, url+"/v1/responses", object{"model": "scripted", "previous_response_id": end["id"], "input": []object{{"type": "custom_tool_call_output", "call_id": made["call_id"], "output": "said"}}})
	if m := last().Messages; out["status"] != "completed" || len(m) != 3 || string(m[1].Calls[0].Arguments) != `{"input":"a \"b\"\n"}` || m[2].Content != "said" {
		t.Errorf("%v %+v", out, m)
	}
}

// TestResponsesEnds: why a response ended, and errors before and within a stream.
func TestResponsesEnds(t *testing.T) {
	body := object{"model": "scripted", "input": "Hi"}
	for _, c := range []struct {
		turn   llm.Turn
		status int
		code   string
	}{
		{llm.Turn{Err: &llm.ContextFullError{Need: 300, Have: 200}}, 400, "context_length_exceeded"},
		{llm.Turn{Err: &llm.PassingError{Err: errTest, After: 3e9}}, 503, "model_unavailable"},
		{llm.Turn{Text: "Half", Err: errTest}, 500, "internal_error"},
	} {
		url := serveScript(t, says(c.turn)) + "/v1/responses"
		if status, out := post(t, url, with(body, object{"stream": c.turn.Text == ""})); status != c.status || dig(out, "error", "code") != c.code {
			t.Error(status, out)
		}
		if c.turn.Text == "" {
			continue
		}
		names, last := responseEvents(t, events(t, url, with(body, object{"stream": true})))
		if names[len(names)-1] != "response.failed" || last["status"] != "failed" || dig(last, "error", "code") != c.code || dig(last, "output", 0, "content", 0, "text") != "Half" {
			t.Error(names, last)
		}
		if status, out := post(t, url, with(body, object{"previous_response_id": last["id"]})); status != http.StatusBadRequest || !strings.Contains(dig(out, "error", "message").(string), "failed") {
			t.Error(status, out)
		}
	}
	url := serveScript(t, says(llm.Turn{})) + "/v1/responses"
	names, last := responseEvents(t, events(t, url, with(body, object{"stream": true})))
	if dig(last, "output", 0, "content", 0, "text") != "" || len(names) != 8 {
		t.Error(names, last)
	}
	url = serveMini(t) + "/v1/responses"
	names, last = responseEvents(t, events(t, url, object{"model": "mini", "input": "Hello!", "max_output_tokens": 2, "stream": true}))
	if names[len(names)-1] != "response.incomplete" || last["status"] != "incomplete" || dig(last, "incomplete_details", "reason") != "max_output_tokens" || dig(last, "output", 0, "status") != "incomplete" || last["completed_at"] != nil {
		t.Error(names, last)
	}
	_, out := post(t, url, object{"model": "mini", "input": "Hello!", "include": []string{"message.output_text.logprobs"}, "top_logprobs": 2})
	joined := ""
	for _, p := range dig(out, "output", 0, "content", 0, "logprobs").([]any) {
		joined += dig(p, "token").(string)
		if len(dig(p, "top_logprobs").([]any)) != 2 {
			t.Error(p)
		}
	}
	if joined == "" || joined != dig(out, "output", 0, "content", 0, "text") {
		t.Errorf("tokens %q of %v", joined, out["output"])
	}
}
