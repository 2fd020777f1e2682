package api_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

func user(text string) object { return object{"role": "user", "content": text} }

func function(name, property string) object {
	return object{"type": "function", "function": object{"name": name, "description": "Does " + name + ".",
		"parameters": object{"type": "object", "properties": object{property: object{"type": "string"}}, "required": []string{property}}}}
}

// asked serves a model that always answers the same, and returns what it was asked last.
func asked(t *testing.T, turn llm.Turn) (url string, last func() *llm.Request) {
	got := make(chan *llm.Request, 100)
	url = serveScript(t, func(_ int, req *llm.Request) llm.Turn {
		got <- req
		return turn
	})
	return url, func() *llm.Request {
		t.Helper()
		select {
		case req := <-got:
			return req
		default:
			t.Fatal("the model was not asked")
			return nil
		}
	}
}

// with is a request with further fields.
func with(base object, more object) object {
	out := object{}
	for _, m := range []object{base, more} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

func said(role llm.Role, text string) llm.Message { return llm.Message{Role: role, Content: text} }

// TestChatRequest: every field reaches the model, in each of its spellings.
func TestChatRequest(t *testing.T) {
	url, last := asked(t, llm.Turn{Text: "Yes."})
	base := object{"model": "scripted", "messages": []object{user("Hi")}}
	tools := object{"tools": []any{function("look", "city"), function("pay", "to")}}
	history := []object{user("A"), {"role": "assistant", "content": nil, "tool_calls": []object{
		{"id": "1", "type": "function", "function": object{"name": "look", "arguments": `{"city":"Lima"}`}},
		{"id": "2", "type": "function", "function": object{"name": "pay", "arguments": ""}}}},
		{"role": "tool", "tool_call_id": "2", "content": `{"paid": true}`}, {"role": "tool", "tool_call_id": "1", "content": []object{{"type": "text", "text": "rain"}}}}
	for _, c := range []struct {
		name string
		more object
		want func(r *llm.Request) bool
	}{
		{"roles", object{"messages": []object{{"role": "system", "content": "A"}, {"role": "developer", "content": "B"}, user("C"), {"role": "assistant", "content": "D"}, user("E")}},
			func(r *llm.Request) bool {
				return reflect.DeepEqual(r.Messages, []llm.Message{said(llm.RoleSystem, "A\n\nB"), said(llm.RoleUser, "C"), said(llm.RoleAssistant, "D"), said(llm.RoleUser, "E")})
			}},
		{"parts", object{"messages": []object{{"role": "user", "content": []object{{"type": "text", "text": "A"}, {"type": "text", "text": "B"}}}}},
			func(r *llm.Request) bool { return r.Messages[0].Content == "A\nB" }},
		{"calls and results", with(tools, object{"messages": history}), func(r *llm.Request) bool {
			m := r.Messages
			return len(m) == 4 && len(m[1].Calls) == 2 && string(m[1].Calls[1].Arguments) == "{}" && m[2].Name == "pay" && string(m[2].Value) == `{"paid": true}` &&
				m[3].Name == "look" && m[3].Content == "rain" && m[3].Value == nil
		}},
		{"tools", tools, func(r *llm.Request) bool {
			return len(r.Tools) == 2 && r.Tools[1].Name == "pay" && strings.Contains(string(r.Tools[1].Parameters), `"to"`) && r.ToolChoice == (llm.ToolChoice{}) && r.MaxCalls == 0
		}},
		{"no parameters", object{"tools": []object{{"type": "function", "function": object{"name": "now", "parameters": nil}}}}, func(r *llm.Request) bool { return r.Tools[0].Parameters == nil }},
		{"one call", with(tools, object{"parallel_tool_calls": false}), func(r *llm.Request) bool { return r.MaxCalls == 1 }},
		{"auto", with(tools, object{"tool_choice": "auto"}), func(r *llm.Request) bool { return r.ToolChoice == (llm.ToolChoice{}) }},
		{"none", with(tools, object{"tool_choice": "none"}), func(r *llm.Request) bool { return r.ToolChoice.Mode == llm.ChoiceNone }},
		{"required", with(tools, object{"tool_choice": "required"}), func(r *llm.Request) bool { return r.ToolChoice.Mode == llm.ChoiceRequired }},
		{"a tool", with(tools, object{"tool_choice": object{"type": "function", "function": object{"name": "pay"}}}),
			func(r *llm.Request) bool { return r.ToolChoice == llm.ToolChoice{Mode: llm.ChoiceTool, Name: "pay"} }},
		{"allowed tools", with(tools, object{"tool_choice": object{"type": "allowed_tools", "allowed_tools": object{"mode": "required", "tools": []any{object{"type": "function", "function": object{"name": "pay"}}}}}}),
			func(r *llm.Request) bool {
				return len(r.Tools) == 1 && r.Tools[0].Name == "pay" && r.ToolChoice.Mode == llm.ChoiceRequired
			}},
		{"a schema", object{"response_format": object{"type": "json_schema", "json_schema": object{"name": "x", "schema": object{"type": "integer"}}}},
			func(r *llm.Request) bool { return string(r.ResponseFormat.Schema) == `{"type":"integer"}` }},
		{"an object", object{"response_format": object{"type": "json_object"}}, func(r *llm.Request) bool { return string(r.ResponseFormat.Schema) == `{"type":"object"}` }},
		{"text", object{"response_format": object{"type": "text"}}, func(r *llm.Request) bool { return r.ResponseFormat == nil }},
		{"max_tokens", object{"max_tokens": 7}, func(r *llm.Request) bool { return r.MaxTokens == 7 }},
		{"max_completion_tokens", object{"max_completion_tokens": 8}, func(r *llm.Request) bool { return r.MaxTokens == 8 }},
		{"no bound", object{}, func(r *llm.Request) bool { return r.MaxTokens == 4096 }},
		{"a stop", object{"stop": "END"}, func(r *llm.Request) bool { return reflect.DeepEqual(r.Stop, []string{"END"}) }},
		{"stops", object{"stop": []string{"a", "b"}}, func(r *llm.Request) bool { return len(r.Stop) == 2 }},
		{"no stop", object{"stop": nil}, func(r *llm.Request) bool { return r.Stop == nil }},
		{"sampling", object{"temperature": 0.5, "top_p": 0.9, "top_k": 40, "min_p": 0.1, "presence_penalty": 0.25, "repetition_penalty": 1.5, "seed": -3, "frequency_penalty": 0},
			func(r *llm.Request) bool {
				return r.Sampling == llm.Sampling{Temperature: 0.5, TopP: 0.9, TopK: 40, MinP: 0.1, PresencePenalty: 0.25, RepetitionPenalty: 1.5, Seed: 1<<64 - 3}
			}},
		{"nothing but the likeliest", object{"temperature": 1, "top_p": 0, "seed": 1}, func(r *llm.Request) bool { return r.Sampling.TopK == 1 && r.Sampling.TopP == 0 }},
		{"a seed of its own", object{"temperature": 1}, func(r *llm.Request) bool { return r.Sampling.Seed != 0 }},
		{"greedy", object{}, func(r *llm.Request) bool { return r.Sampling == llm.Sampling{} }},
		{"logprobs", object{"logprobs": true}, func(r *llm.Request) bool { return r.Sampling.LogProbs == 1 }},
		{"top_logprobs", object{"logprobs": true, "top_logprobs": 5}, func(r *llm.Request) bool { return r.Sampling.LogProbs == 5 }},
		{"what changes nothing", object{"user": "u", "store": false, "service_tier": "auto", "metadata": object{"a": "b"}, "logit_bias": object{}, "modalities": []string{"text"}, "n": 1, "reasoning_effort": "low", "functions": nil},
			func(r *llm.Request) bool { return true }},
	} {
		status, out := post(t, url+"/v1/chat/completions", with(base, c.more))
		if status != http.StatusOK {
			t.Errorf("%s: %d %v", c.name, status, out)
			continue
		}
		if req := last(); !c.want(req) {
			t.Errorf("%s: the model was asked %+v", c.name, req)
		}
	}
}

// TestChatRefusals: what cannot be honoured is refused, and the refusal names it.
func TestChatRefusals(t *testing.T) {
	url, _ := asked(t, llm.Turn{Text: "Yes."})
	base := object{"model": "scripted", "messages": []object{user("Hi")}}
	tools := object{"tools": []any{function("look", "city")}}
	call := []object{{"id": "1", "type": "function", "function": object{"name": "look", "arguments": `{"city":"Lima"}`}}}
	for _, c := range []struct {
		more        object
		status      int
		param, says string
	}{
		{object{"model": "other"}, 404, "model", "/v1/models"},
		{object{"model": nil}, 400, "model", "missing"},
		{object{"messages": nil}, 400, "messages", "no messages"},
		{object{"messages": "Hi"}, 400, "", "messages: a string is no array"},
		{object{"messages": []object{{"role": "user", "content": []object{{"type": "text", "text": "x"}, {"type": "image_url", "image_url": object{"url": "data:"}}}}}}, 400, "messages[0].content[1]", "images"},
		{object{"messages": []object{{"role": "user", "content": []object{{"type": "input_audio"}}}}}, 400, "messages[0].content[0]", "audio"},
		{object{"messages": []object{{"role": "user", "content": []object{{"type": "file"}}}}}, 400, "messages[0].content[0]", "files"},
		{object{"messages": []object{{"role": "user", "content": 5}}}, 400, "content", "a text or a list"},
		{object{"messages": []object{{"role": "user"}}}, 400, "messages[0]", "no content"},
		{object{"messages": []object{{"role": "wizard", "content": "x"}}}, 400, "messages[0]", "wizard"},
		{object{"messages": []object{user("A"), {"role": "tool", "tool_call_id": "9", "content": "x"}}}, 400, "messages", `"9"`},
		{object{"messages": []object{user("A"), {"role": "assistant", "tool_calls": call}, user("B")}}, 400, "messages", "no result"},
		{object{"messages": []object{user("A"), {"role": "assistant", "tool_calls": call}}}, 400, "messages", "no result"},
		{object{"messages": []object{user("A"), {"role": "assistant", "tool_calls": []object{{"id": "1", "function": object{"name": "look", "arguments": "[1"}}}}}}, 400, "messages[1].tool_calls[0]", "no JSON object"},
		{object{"tools": []object{{"type": "custom", "custom": object{"name": "x"}}}}, 400, "tools[0]", "custom"},
		{object{"tools": []any{function("look", "a"), function("look", "b")}}, 400, "tools[1]", "two tools"},
		{object{"tools": []object{{"type": "function", "function": object{"parameters": object{}}}}}, 400, "tools[0]", "no name"},
		{object{"tools": []object{{"type": "function", "function": object{"name": "x", "parameters": "{}"}}}}, 400, "tools[0]", "JSON Schema"},
		{object{"tool_choice": "required"}, 400, "tool_choice", "no tool is declared"},
		{with(tools, object{"tool_choice": "perhaps"}), 400, "tool_choice", "perhaps"},
		{with(tools, object{"tool_choice": object{"type": "function", "function": object{"name": "pay"}}}), 400, "tool_choice", "pay"},
		{with(tools, object{"tool_choice": object{"type": "custom"}}), 400, "tool_choice", "custom"},
		{object{"response_format": object{"type": "xml"}}, 400, "response_format", "xml"},
		{object{"response_format": object{"type": "json_schema", "json_schema": object{"name": "x"}}}, 400, "response_format", "missing"},
		{object{"temperature": 3}, 400, "temperature", "0 to 2"},
		{object{"top_p": -1}, 400, "top_p", "0 to 1"},
		{object{"n": 0}, 400, "n", "1 to 16"},
		{object{"n": 1000}, 400, "n", "1 to 16"},
		{object{"max_tokens": 0}, 400, "max_tokens", "1 or more"},
		{object{"max_completion_tokens": -1}, 400, "max_completion_tokens", "1 or more"},
		{object{"max_tokens": "many"}, 400, "", "max_tokens: a string is no integer"},
		{object{"top_logprobs": 2}, 400, "top_logprobs", "logprobs: true"},
		{object{"logprobs": true, "top_logprobs": 21}, 400, "top_logprobs", "0 to 20"},
		{object{"frequency_penalty": 1}, 400, "frequency_penalty", "none"},
		{object{"logit_bias": object{"50": 100}}, 400, "logit_bias", "biased"},
		{object{"modalities": []string{"text", "audio"}}, 400, "modalities", "text"},
		{object{"functions": []object{{"name": "x"}}}, 400, "functions", "tools"},
		{object{"stop": []string{""}}, 400, "stop", "empty"},
		{object{"stop": make([]string, 17)}, 400, "stop", "at most 16"},
	} {
		status, out := post(t, url+"/v1/chat/completions", with(base, c.more))
		message, _ := dig(out, "error", "message").(string)
		param, _ := dig(out, "error", "param").(string)
		if status != c.status || param != c.param || !strings.Contains(message, c.says) || dig(out, "error", "type") != "invalid_request_error" {
			t.Errorf("%v: %d, %v", c.more, status, out)
		}
	}
	for _, body := range []string{"", "{", "[]", `{"model": "scripted"} x`, `null`} {
		if status, out := post(t, url+"/v1/chat/completions", body); status != http.StatusBadRequest || dig(out, "error", "message") == nil {
			t.Errorf("%q: %d %v", body, status, out)
		}
	}
	if status, out := post(t, url+"/v1/chat/completions", `{}`, "Content-Type", "text/plain"); status != http.StatusUnsupportedMediaType {
		t.Error(status, out)
	}
	if status, out := get(t, url+"/v1/chat/completions"); status != http.StatusMethodNotAllowed || !strings.Contains(dig(out, "error", "message").(string), "POST") {
		t.Error(status, out)
	}
	if status, out := post(t, url+"/v1/nothing", `{}`); status != http.StatusNotFound {
		t.Error(status, out)
	}
}

// twoCalls is a turn of text and two calls.
var twoCalls = llm.Turn{Text: "Both.", Calls: []llm.ToolCall{
	{Name: "look", Arguments: json.RawMessage(`{"city":"São Paulo <b>"}`)}, {Name: "pay", Arguments: json.RawMessage(`{"to":"Ines"}`)}},
	Usage: llm.Usage{PromptTokens: 20, CachedTokens: 16, GeneratedTokens: 9}}

// TestChatStreamOfCalls holds what others got wrong: each call has its index and one id,
// arguments are a text, the turn ends with tool_calls, the usage comes last and once.
func TestChatStreamOfCalls(t *testing.T) {
	url, _ := asked(t, twoCalls)
	body := object{"model": "scripted", "messages": []object{user("Hi")}, "tools": []any{function("look", "city"), function("pay", "to")},
		"stream": true, "stream_options": object{"include_usage": true}}
	type made struct{ id, name, args string }
	calls := map[int]*made{}
	var text, finish, role string
	var usage any
	list := events(t, url+"/v1/chat/completions", body)
	if last := list[len(list)-1]; last.text != "[DONE]" {
		t.Fatal(last)
	}
	ids := map[any]bool{}
	for i, ev := range list[:len(list)-1] {
		ids[ev.data["id"]] = true
		if ev.data["object"] != "chat.completion.chunk" || ev.data["model"] != "scripted" || ev.name != "" {
			t.Errorf("%v", ev)
		}
		u, there := ev.data["usage"]
		if !there {
			t.Error("a chunk without usage, which was asked for")
		}
		if len(dig(ev.data, "choices").([]any)) == 0 {
			if i != len(list)-2 || u == nil {
				t.Error("the usage is not the last chunk", i, u)
			}
			usage = u
			continue
		}
		if u != nil {
			t.Error("usage before the last chunk")
		}
		choice := dig(ev.data, "choices", 0)
		if _, there := choice.(object)["finish_reason"]; !there {
			t.Error("no finish_reason, not even null")
		}
		if finish != "" {
			t.Error("a piece after the end")
		}
		if r, ok := dig(choice, "delta", "role").(string); ok {
			role += r
		}
		if s, ok := dig(choice, "delta", "content").(string); ok {
			text += s
		}
		if f, ok := dig(choice, "finish_reason").(string); ok {
			finish = f
		}
		pieces, _ := dig(choice, "delta", "tool_calls").([]any)
		for _, p := range pieces {
			index, ok := dig(p, "index").(float64)
			if !ok {
				t.Fatal("a piece of a call without index", p)
			}
			args, ok := dig(p, "function", "arguments").(string)
			if !ok {
				t.Fatal("arguments are no text", p)
			}
			c := calls[int(index)]
			if c == nil {
				c = &made{id: dig(p, "id").(string), name: dig(p, "function", "name").(string)}
				if dig(p, "type") != "function" || !strings.HasPrefix(c.id, "call_") {
					t.Error(p)
				}
				calls[int(index)] = c
			} else if dig(p, "id") != nil || dig(p, "function", "name") != nil {
				t.Error("a call is begun twice", p)
			}
			c.args += args
		}
	}
	if len(ids) != 1 || role != "assistant" || text != "Both." || finish != "tool_calls" {
		t.Error(ids, role, text, finish)
	}
	if len(calls) != 2 || calls[0].name != "look" || calls[0].args != `{"city":"São Paulo <b>"}` || calls[1].name != "pay" || calls[1].args != `{"to":"Ines"}` || calls[0].id == calls[1].id {
		t.Errorf("%+v %+v", calls[0], calls[1])
	}
	if dig(usage, "prompt_tokens") != 20.0 || dig(usage, "completion_tokens") != 9.0 || dig(usage, "total_tokens") != 29.0 || dig(usage, "prompt_tokens_details", "cached_tokens") != 16.0 {
		t.Error(usage)
	}
	body["stream"] = false
	delete(body, "stream_options")
	_, whole := post(t, url+"/v1/chat/completions", body)
	if m := dig(whole, "choices", 0, "message"); dig(m, "content") != "Both." || dig(m, "tool_calls", 1, "function", "arguments") != `{"to":"Ines"}` || dig(whole, "choices", 0, "finish_reason") != "tool_calls" {
		t.Error(whole)
	}
	if dig(whole, "usage", "prompt_tokens_details", "cached_tokens") != 16.0 {
		t.Error(whole)
	}
}

// TestChatWithoutGrammar: pieces of arguments that may yet be mended do not go out.
func TestChatWithoutGrammar(t *testing.T) {
	url := serve(t, apiOf(loose{&llm.Scripted{Next: says(twoCalls)}}))
	body := object{"model": "scripted", "messages": []object{user("Hi")}, "tools": []any{function("look", "city"), function("pay", "to")}, "stream": true}
	args := ""
	for _, ev := range events(t, url+"/v1/chat/completions", body) {
		if a, ok := dig(ev.data, "choices", 0, "delta", "tool_calls", 0, "function", "arguments").(string); ok {
			args += a
		}
	}
	if args != `{"city":"São Paulo <b>"}{"to":"Ines"}` {
		t.Error(args)
	}
}

// TestChatChoices: n answers, streamed or whole; the prompt counts once.
func TestChatChoices(t *testing.T) {
	url := serveScript(t, func(n int, req *llm.Request) llm.Turn {
		return llm.Turn{Text: strings.Repeat("x", int(req.Sampling.Seed)), Usage: llm.Usage{PromptTokens: 20, CachedTokens: 5, GeneratedTokens: 3}}
	})
	body := object{"model": "scripted", "messages": []object{user("Hi")}, "n": 3, "seed": 2}
	_, out := post(t, url+"/v1/chat/completions", body)
	for i, want := range []string{"xx", "xxx", "xxxx"} {
		if c := dig(out, "choices", i); dig(c, "message", "content") != want || dig(c, "index") != float64(i) || dig(c, "finish_reason") != "stop" {
			t.Error(out)
		}
	}
	if dig(out, "usage", "prompt_tokens") != 20.0 || dig(out, "usage", "completion_tokens") != 9.0 || dig(out, "usage", "prompt_tokens_details", "cached_tokens") != 5.0 {
		t.Error(dig(out, "usage"))
	}
	body["stream"] = true
	texts := make([]string, 3)
	ends := 0
	for _, ev := range events(t, url+"/v1/chat/completions", body) {
		i, ok := dig(ev.data, "choices", 0, "index").(float64)
		if !ok {
			continue
		}
		if s, ok := dig(ev.data, "choices", 0, "delta", "content").(string); ok {
			texts[int(i)] += s
		}
		if dig(ev.data, "choices", 0, "finish_reason") == "stop" {
			ends++
		}
	}
	if !reflect.DeepEqual(texts, []string{"xx", "xxx", "xxxx"}) || ends != 3 {
		t.Error(texts, ends)
	}
}

// TestChatEnds: why a turn ended, and errors before and within a stream.
func TestChatEnds(t *testing.T) {
	full := &llm.ContextFullError{Need: 300, Have: 200}
	for _, c := range []struct {
		turn   llm.Turn
		status int
		code   any
	}{
		{llm.Turn{Err: full}, 400, "context_length_exceeded"},
		{llm.Turn{Err: &llm.PassingError{Err: errTest, After: 3e9}}, 503, "model_unavailable"},
		{llm.Turn{Err: errTest}, 500, "internal_error"},
		{llm.Turn{Text: "Half", Err: errTest}, 500, "internal_error"},
	} {
		url := serveScript(t, says(c.turn)) + "/v1/chat/completions"
		body := object{"model": "scripted", "messages": []object{user("Hi")}}
		status, text, header := send(t, http.MethodPost, url, body)
		var out object
		_ = json.Unmarshal(text, &out)
		if status != c.status || dig(out, "error", "code") != c.code || strings.Contains(string(text), errTest.Error()) {
			t.Error(status, string(text))
		}
		if c.status == 503 && header.Get("Retry-After") != "3" {
			t.Error(header)
		}
		body["stream"] = true
		if c.turn.Text == "" { // nothing was streamed: an error as any
			if status, out := post(t, url, body); status != c.status || dig(out, "error", "code") != c.code {
				t.Error(status, out)
			}
			continue
		}
		list := events(t, url, body)
		if n := len(list); n < 3 || dig(list[n-2].data, "error", "code") != c.code || list[n-1].text != "[DONE]" {
			t.Error(list)
		}
	}
}
