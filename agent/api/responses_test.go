package api_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// flat is a function tool in the terms of responses.
func flat(name, property string) object {
	return object{"type": "function", "name": name, "description": "Does " + name + ".",
		"parameters": object{"type": "object", "properties": object{property: object{"type": "string"}}, "required": []string{property}}}
}

// TestResponsesRequest: every field reaches the model, in each of its spellings.
func TestResponsesRequest(t *testing.T) {
	url, last := asked(t, llm.Turn{Text: "Yes."})
	base := object{"model": "scripted", "input": "Hi"}
	tools := object{"tools": []any{flat("look", "city"), flat("pay", "to")}}
	history := []object{{"type": "message", "role": "user", "content": "A"},
		{"type": "reasoning", "id": "rs_1", "summary": []object{}, "encrypted_content": "x"},
		{"role": "assistant", "content": blocks(object{"type": "output_text", "text": "B", "annotations": []object{}}), "phase": "commentary"},
		{"type": "function_call", "call_id": "1", "name": "look", "arguments": `{"city":"Lima"}`},
		{"type": "custom_tool_call", "call_id": "2", "name": "patch", "input": "*** Begin"},
		{"type": "function_call_output", "call_id": "1", "output": `{"rain": true}`},
		{"type": "custom_tool_call_output", "call_id": "2", "output": blocks(object{"type": "input_text", "text": "done"})},
		{"type": "message", "role": "user", "content": blocks(object{"type": "input_text", "text": "C"}, object{"type": "input_text", "text": "D"})}}
	for _, c := range []struct {
		name string
		more object
		want func(r *llm.Request) bool
	}{
		{"a text", object{}, func(r *llm.Request) bool {
			return reflect.DeepEqual(r.Messages, []llm.Message{said(llm.RoleUser, "Hi")})
		}},
		{"instructions", object{"instructions": "A", "input": []object{{"role": "developer", "content": "B"}, {"role": "user", "content": "C"}}}, func(r *llm.Request) bool {
			return reflect.DeepEqual(r.Messages, []llm.Message{said(llm.RoleSystem, "A\n\nB"), said(llm.RoleUser, "C")})
		}},
		{"calls and results", with(tools, object{"input": history}), func(r *llm.Request) bool {
			m := r.Messages
			return len(m) == 5 && m[1].Content == "B" && len(m[1].Calls) == 2 && string(m[1].Calls[0].Arguments) == `{"city":"Lima"}` && string(m[1].Calls[1].Arguments) == `{"input":"*** Begin"}` &&
				m[2].Name == "look" && string(m[2].Value) == `{"rain": true}` && m[3].Content == "done" && m[4].Content == "C\n\nD"
		}},
		{"tools", tools, func(r *llm.Request) bool {
			return len(r.Tools) == 2 && r.Tools[1].Name == "pay" && strings.Contains(string(r.Tools[1].Parameters), `"to"`) && r.MaxCalls == 0
		}},
		{"tools of a server are skipped", object{"tools": []any{object{"type": "web_search"}, flat("look", "city"), object{"type": "namespace", "name": "x", "tools": []any{}}, object{"type": "custom", "name": "apply_patch", "format": object{"type": "grammar", "syntax": "lark", "definition": "start: x"}}, object{"type": "local_shell"}}},
			func(r *llm.Request) bool { return len(r.Tools) == 1 && r.Tools[0].Name == "look" }},
		{"custom tools", object{"tools": []any{object{"type": "custom", "name": "say"}, object{"type": "custom", "name": "date", "format": object{"type": "grammar", "syntax": "regex", "definition": `\d{4}|never`}}}},
			func(r *llm.Request) bool {
				return len(r.Tools) == 2 && strings.Contains(string(r.Tools[0].Parameters), `"required":["input"]`) && strings.Contains(string(r.Tools[1].Parameters), `"pattern":"^(?:\\d{4}|never)$"`)
			}},
		{"one call", with(tools, object{"parallel_tool_calls": false}), func(r *llm.Request) bool { return r.MaxCalls == 1 }},
		{"none", with(tools, object{"tool_choice": "none"}), func(r *llm.Request) bool { return r.ToolChoice.Mode == llm.ChoiceNone }},
		{"required", with(tools, object{"tool_choice": "required"}), func(r *llm.Request) bool { return r.ToolChoice.Mode == llm.ChoiceRequired }},
		{"a tool", with(tools, object{"tool_choice": object{"type": "function", "name": "pay"}}), func(r *llm.Request) bool { return r.ToolChoice == llm.ToolChoice{Mode: llm.ChoiceTool, Name: "pay"} }},
		{"allowed tools", with(tools, object{"tool_choice": object{"type": "allowed_tools", "mode": "required", "tools": []object{{"type": "function", "name": "pay"}, {"type": "web_search"}}}}),
			func(r *llm.Request) bool {
				return len(r.Tools) == 1 && r.Tools[0].Name == "pay" && r.ToolChoice.Mode == llm.ChoiceRequired
			}},
		{"a schema", object{"text": object{"verbosity": "low", "format": object{"type": "json_schema", "name": "x", "strict": true, "schema": object{"type": "integer"}}}},
			func(r *llm.Request) bool { return string(r.ResponseFormat.Schema) == `{"type":"integer"}` }},
		{"an object", object{"text": object{"format": object{"type": "json_object"}}}, func(r *llm.Request) bool { return string(r.ResponseFormat.Schema) == `{"type":"object"}` }},
		{"a plain text", object{"text": object{"format": object{"type": "text"}}}, func(r *llm.Request) bool { return r.ResponseFormat == nil }},
		{"a bound", object{"max_output_tokens": 7}, func(r *llm.Request) bool { return r.MaxTokens == 7 }},
		{"sampling", object{"temperature": 0.5, "top_p": 0.5}, func(r *llm.Request) bool { return r.Sampling.Temperature == 0.5 && r.Sampling.TopP == 0.5 }},
		{"logprobs", object{"include": []string{"message.output_text.logprobs"}, "top_logprobs": 4}, func(r *llm.Request) bool { return r.Sampling.LogProbs == 4 }},
		{"what changes nothing", object{"store": false, "reasoning": object{"effort": "low", "summary": "auto"}, "include": []string{"reasoning.encrypted_content"}, "service_tier": "auto", "truncation": "auto",
			"prompt_cache_key": "k", "safety_identifier": "s", "user": "u", "metadata": object{"a": "b"}, "stream_options": object{"include_obfuscation": false}, "conversation": nil, "previous_response_id": nil, "tools": nil, "max_tool_calls": 3},
			func(r *llm.Request) bool { return true }},
	} {
		status, out := post(t, url+"/v1/responses", with(base, c.more))
		if status != http.StatusOK || out["status"] != "completed" {
			t.Errorf("%s: %d %v", c.name, status, out)
			continue
		}
		if req := last(); !c.want(req) {
			t.Errorf("%s: the model was asked %+v", c.name, req)
		}
		if status, out := post(t, url+"/v1/responses/input_tokens", with(base, c.more)); status != http.StatusOK || dig(out, "input_tokens").(float64) < 4 {
			t.Errorf("%s: counting: %d %v", c.name, status, out)
		}
	}
}

// TestResponsesEcho: the answer says how it was asked for.
func TestResponsesEcho(t *testing.T) {
	url, _ := asked(t, llm.Turn{Text: "Yes.", Usage: llm.Usage{PromptTokens: 20, CachedTokens: 16, GeneratedTokens: 9}})
	schema := object{"type": "integer"}
	_, out := post(t, url+"/v1/responses", object{"model": "scripted", "input": "Hi", "instructions": "A", "tools": []any{flat("look", "city"), object{"type": "web_search"}, object{"type": "custom", "name": "say"}},
		"tool_choice": object{"type": "function", "name": "look"}, "parallel_tool_calls": false, "temperature": 0.5, "metadata": object{"a": "b"}, "max_output_tokens": 50, "store": false,
		"text": object{"format": object{"type": "json_schema", "name": "x", "schema": schema}}, "safety_identifier": "s"})
	for _, c := range []struct {
		want any
		path []any
	}{
		{"response", []any{"object"}}, {"scripted", []any{"model"}}, {"A", []any{"instructions"}}, {"look", []any{"tools", 0, "name"}}, {false, []any{"tools", 0, "strict"}}, {"custom", []any{"tools", 1, "type"}},
		{"text", []any{"tools", 1, "format", "type"}}, {"look", []any{"tool_choice", "name"}}, {false, []any{"parallel_tool_calls"}}, {0.5, []any{"temperature"}}, {1.0, []any{"top_p"}}, {"b", []any{"metadata", "a"}},
		{50.0, []any{"max_output_tokens"}}, {false, []any{"store"}}, {"integer", []any{"text", "format", "schema", "type"}}, {"s", []any{"safety_identifier"}}, {nil, []any{"error"}}, {nil, []any{"incomplete_details"}},
		{16.0, []any{"usage", "input_tokens_details", "cached_tokens"}}, {29.0, []any{"usage", "total_tokens"}}, {"Yes.", []any{"output", 0, "content", 0, "text"}}, {"completed", []any{"output", 0, "status"}},
	} {
		if got := dig(out, c.path...); got != c.want {
			t.Errorf("%v is %v, want %v", c.path, got, c.want)
		}
	}
	if out["completed_at"] == nil || len(out["tools"].([]any)) != 2 {
		t.Error(out)
	}
	if status, _ := get(t, url+"/v1/responses/"+out["id"].(string)); status != http.StatusNotFound {
		t.Error("a response that is not to be stored is stored")
	}
}

// TestResponsesRefusals: what cannot be honoured is refused, and the refusal names it.
func TestResponsesRefusals(t *testing.T) {
	url, _ := asked(t, llm.Turn{Text: "Yes."})
	base := object{"model": "scripted", "input": "Hi"}
	tools := object{"tools": []any{flat("look", "city")}}
	saying := func(items ...object) object { return object{"input": items} }
	for _, c := range []struct {
		more        object
		status      int
		param, says string
	}{
		{object{"model": "other"}, 404, "model", "/v1/models"},
		{object{"model": nil}, 400, "model", "missing"},
		{object{"input": nil}, 400, "input", "no messages"},
		{object{"input": 5}, 400, "input", "a text or a list"},
		{saying(object{"role": "wizard", "content": "A"}), 400, "input[0]", "wizard"},
		{saying(object{"role": "user"}), 400, "input[0]", "no content"},
		{saying(object{"role": "user", "content": blocks(object{"type": "input_image"})}), 400, "input[0].content[0]", "images"},
		{saying(object{"role": "user", "content": blocks(object{"type": "input_file"})}), 400, "input[0].content[0]", "files"},
		{saying(object{"type": "item_reference", "id": "x"}), 400, "input[0]", "item_reference"},
		{saying(object{"type": "web_search_call", "id": "x"}), 400, "input[0]", "web_search_call"},
		{saying(object{"type": "function_call", "call_id": "1", "name": "look", "arguments": "[]"}), 400, "input[0]", "no JSON object"},
		{saying(object{"type": "function_call", "call_id": "1", "name": "look", "arguments": "{}"}), 400, "input", "no result"},
		{saying(object{"type": "function_call_output", "call_id": "1", "output": "x"}), 400, "input", `"1"`},
		{saying(object{"type": "function_call_output", "call_id": "1"}), 400, "input[0]", "output is missing"},
		{object{"tools": []any{flat("look", "a"), flat("look", "b")}}, 400, "tools[1]", "two tools"},
		{object{"tools": []any{object{"type": "web_search"}}, "tool_choice": object{"type": "web_search"}}, 400, "tool_choice", "web_search"},
		{object{"tools": []any{object{"type": "web_search"}}, "tool_choice": "required"}, 400, "tool_choice", "no tool is declared"},
		{with(tools, object{"tool_choice": "perhaps"}), 400, "tool_choice", "perhaps"},
		{with(tools, object{"tool_choice": object{"type": "function", "name": "pay"}}), 400, "tool_choice", "pay"},
		{object{"text": object{"format": object{"type": "xml"}}}, 400, "text.format", "xml"},
		{object{"text": object{"format": object{"type": "json_schema", "name": "x"}}}, 400, "text.format", "missing"},
		{object{"max_output_tokens": 0}, 400, "max_output_tokens", "1 or more"},
		{object{"top_logprobs": 21}, 400, "top_logprobs", "0 to 20"},
		{object{"temperature": 3}, 400, "temperature", "0 to 2"},
		{object{"previous_response_id": "resp_x"}, 404, "previous_response_id", "resp_x"},
		{object{"conversation": "c"}, 400, "conversation", "previous_response_id"},
		{object{"prompt": object{"id": "p"}}, 400, "prompt", "templates"},
		{object{"moderation": object{"model": "m"}}, 400, "moderation", "moderation"},
		{object{"background": true, "store": false}, 400, "background", "store"},
	} {
		status, out := post(t, url+"/v1/responses", with(base, c.more))
		message, _ := dig(out, "error", "message").(string)
		param, _ := dig(out, "error", "param").(string)
		if status != c.status || param != c.param || !strings.Contains(message, c.says) || dig(out, "error", "type") != "invalid_request_error" {
			t.Errorf("%v: %d, %v", c.more, status, out)
		}
	}
	for _, path := range []string{"", "/cancel", "/input_items"} {
		method := http.MethodGet
		if path == "/cancel" {
			method = http.MethodPost
		}
		if status, _, _ := send(t, method, url+"/v1/responses/resp_x"+path, nil); status != http.StatusNotFound {
			t.Error(path, status)
		}
	}
}

// FuzzResponses: whatever the bytes, there is an answer or a refusal in the right shape.
func FuzzResponses(f *testing.F) {
	url := serveScript(f, says(twoCalls)) + "/v1/responses"
	for _, seed := range []string{
		`{"model":"scripted","input":"Hi"}`,
		`{"model":"scripted","instructions":"A","input":[{"role":"developer","content":[{"type":"input_text","text":"B"}]},{"type":"function_call","call_id":"1","name":"look","arguments":"{}"},{"type":"function_call_output","call_id":"1","output":[{"type":"input_text","text":"x"}]}],"stream":true}`,
		`{"model":"scripted","input":"Hi","tools":[{"type":"custom","name":"x","format":{"type":"grammar","syntax":"regex","definition":"[a-z"}},{"type":"function","name":"look","parameters":null}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"custom","name":"x"}]}}`,
		`{"model":"scripted","input":"Hi","background":true,"text":{"format":{"type":"json_schema","schema":{}}},"previous_response_id":"x","store":null}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) { answersOrRefuses(t, url, body) })
}
