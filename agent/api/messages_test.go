package api_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
)

func blocks(list ...object) []object { return list }

func text(s string) object { return object{"type": "text", "text": s} }

// bringing declares a tool in Anthropic's terms.
func bringing(name, property string) object {
	return object{"name": name, "description": "Does " + name + ".",
		"input_schema": object{"type": "object", "properties": object{property: object{"type": "string"}}, "required": []string{property}}}
}

// TestMessagesRequest: every field reaches the model, in each of its spellings.
func TestMessagesRequest(t *testing.T) {
	url, last := asked(t, llm.Turn{Text: "Yes."})
	base := object{"model": "scripted", "max_tokens": 50, "messages": []object{user("Hi")}}
	tools := object{"tools": []any{bringing("look", "city"), bringing("pay", "to")}}
	history := []object{user("A"),
		{"role": "assistant", "content": blocks(object{"type": "thinking", "thinking": "hm", "signature": "x"}, text("B"),
			object{"type": "tool_use", "id": "1", "name": "look", "input": object{"city": "Lima"}}, object{"type": "tool_use", "id": "2", "name": "pay", "input": object{}})},
		{"role": "user", "content": blocks(object{"type": "tool_result", "tool_use_id": "2", "content": `{"paid": true}`},
			object{"type": "tool_result", "tool_use_id": "1", "is_error": true, "content": blocks(text("no"), text("rain"))}, text("C"), text("D"))}}
	one := func(role llm.Role, text string) func(r *llm.Request) bool {
		return func(r *llm.Request) bool {
			return len(r.Messages) == 1 && reflect.DeepEqual(r.Messages[0], said(role, text))
		}
	}
	for _, c := range []struct {
		name string
		more object
		want func(r *llm.Request) bool
	}{
		{"a system text", object{"system": "A"}, func(r *llm.Request) bool {
			return reflect.DeepEqual(r.Messages, []llm.Message{said(llm.RoleSystem, "A"), said(llm.RoleUser, "Hi")})
		}},
		{"system blocks", object{"system": blocks(object{"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1; cch=fa690;"}, text("A"), object{"type": "text", "text": "B", "cache_control": object{"type": "ephemeral"}})},
			func(r *llm.Request) bool { return r.Messages[0].Content == "A\nB" }},
		{"a system message later", object{"system": "A", "messages": []object{user("B"), {"role": "system", "content": "C"}}}, func(r *llm.Request) bool {
			return reflect.DeepEqual(r.Messages, []llm.Message{said(llm.RoleSystem, "A"), said(llm.RoleUser, "B"), said(llm.RoleSystem, "C")})
		}},
		{"turns of one role", object{"messages": []object{user("A"), user("B")}}, one(llm.RoleUser, "A\n\nB")},
		{"a document", object{"messages": []object{{"role": "user", "content": blocks(object{"type": "document", "title": "T", "source": object{"type": "text", "media_type": "text/plain", "data": "A"}}, text("B"))}}}, one(llm.RoleUser, "T\n\nA\n\nB")},
		{"a document of blocks", object{"messages": []object{{"role": "user", "content": blocks(object{"type": "document", "source": object{"type": "content", "content": blocks(text("A"), text("B"))}})}}}, one(llm.RoleUser, "A\nB")},
		{"a search result", object{"messages": []object{{"role": "user", "content": blocks(object{"type": "search_result", "title": "T", "source": "https://a.example", "content": blocks(text("A"))})}}}, one(llm.RoleUser, "T\n\nhttps://a.example\n\nA")},
		{"calls and results", with(tools, object{"messages": history}), func(r *llm.Request) bool {
			m := r.Messages
			return len(m) == 5 && m[1].Content == "B" && len(m[1].Calls) == 2 && string(m[1].Calls[0].Arguments) == `{"city":"Lima"}` &&
				m[2].Name == "pay" && string(m[2].Value) == `{"paid": true}` && !m[2].IsError && m[3].Name == "look" && m[3].Content == "no\nrain" && m[3].IsError &&
				m[4].Role == llm.RoleUser && m[4].Content == "C\n\nD"
		}},
		{"tools", tools, func(r *llm.Request) bool {
			return len(r.Tools) == 2 && r.Tools[1].Name == "pay" && strings.Contains(string(r.Tools[1].Parameters), `"to"`) && r.MaxCalls == 0
		}},
		{"tools of a server are skipped", object{"tools": []any{object{"type": "web_search_20250305", "name": "web_search"}, bringing("look", "city"), object{"type": "custom", "name": "now", "input_schema": object{"type": "object"}}}},
			func(r *llm.Request) bool { return len(r.Tools) == 2 && r.Tools[0].Name == "look" }},
		{"auto", with(tools, object{"tool_choice": object{"type": "auto"}}), func(r *llm.Request) bool { return r.ToolChoice == (llm.ToolChoice{}) && r.MaxCalls == 0 }},
		{"one call", with(tools, object{"tool_choice": object{"type": "auto", "disable_parallel_tool_use": true}}), func(r *llm.Request) bool { return r.MaxCalls == 1 }},
		{"any", with(tools, object{"tool_choice": object{"type": "any"}}), func(r *llm.Request) bool { return r.ToolChoice.Mode == llm.ChoiceRequired }},
		{"none", with(tools, object{"tool_choice": object{"type": "none"}}), func(r *llm.Request) bool { return r.ToolChoice.Mode == llm.ChoiceNone }},
		{"a tool", with(tools, object{"tool_choice": object{"type": "tool", "name": "pay", "disable_parallel_tool_use": true}}),
			func(r *llm.Request) bool {
				return r.ToolChoice == llm.ToolChoice{Mode: llm.ChoiceTool, Name: "pay"} && r.MaxCalls == 1
			}},
		{"a schema", object{"output_config": object{"effort": "low", "format": object{"type": "json_schema", "schema": object{"type": "integer"}}}},
			func(r *llm.Request) bool { return string(r.ResponseFormat.Schema) == `{"type":"integer"}` }},
		{"a schema by its old name", object{"output_format": object{"type": "json_schema", "schema": object{"type": "integer"}}},
			func(r *llm.Request) bool { return string(r.ResponseFormat.Schema) == `{"type":"integer"}` }},
		{"bounds", object{"stop_sequences": []string{"a", "b"}}, func(r *llm.Request) bool { return r.MaxTokens == 50 && len(r.Stop) == 2 }},
		{"sampling", object{"temperature": 0.5, "top_p": 0.5, "top_k": 40}, func(r *llm.Request) bool {
			return r.Sampling.Temperature == 0.5 && r.Sampling.TopP == 0.5 && r.Sampling.TopK == 40
		}},
		{"what changes nothing", object{"thinking": object{"type": "adaptive", "display": "omitted"}, "metadata": object{"user_id": "u"}, "service_tier": "auto", "container": nil,
			"context_management": object{"edits": blocks(object{"type": "clear_thinking_20251015", "keep": "all"})}, "cache_control": object{"type": "ephemeral"}},
			func(r *llm.Request) bool { return true }},
	} {
		status, out := post(t, url+"/v1/messages", with(base, c.more), "Anthropic-Version", "2023-06-01", "Anthropic-Beta", "interleaved-thinking-2025-05-14", "X-Api-Key", "none")
		if status != http.StatusOK {
			t.Errorf("%s: %d %v", c.name, status, out)
			continue
		}
		if req := last(); !c.want(req) {
			t.Errorf("%s: the model was asked %+v", c.name, req)
		}
		delete(c.more, "max_tokens")
		if status, out := post(t, url+"/v1/messages/count_tokens", with(base, c.more)); status != http.StatusOK || dig(out, "input_tokens").(float64) < 4 {
			t.Errorf("%s: counting: %d %v", c.name, status, out)
		}
	}
	_, _, header := send(t, http.MethodPost, url+"/v1/messages", with(base, object{"tools": []any{object{"type": "web_search_20250305", "name": "web_search"}, object{"type": "bash_20250124", "name": "bash"}}}))
	if got := header.Values("X-Chaski-Skipped-Tool"); !reflect.DeepEqual(got, []string{`"bash_20250124"`, `"web_search_20250305"`}) {
		t.Error(got)
	}
}

// TestMessagesRefusals: what cannot be honoured is refused in Anthropic's shape, and the
// refusal names it.
func TestMessagesRefusals(t *testing.T) {
	url, _ := asked(t, llm.Turn{Text: "Yes."})
	base := object{"model": "scripted", "max_tokens": 50, "messages": []object{user("Hi")}}
	tools := object{"tools": []any{bringing("look", "city")}}
	saying := func(parts ...object) object { return object{"messages": []object{{"role": "user", "content": parts}}} }
	made := object{"role": "assistant", "content": blocks(object{"type": "tool_use", "id": "1", "name": "look", "input": object{}})}
	for _, c := range []struct {
		more   object
		status int
		kind   string
		says   string
	}{
		{object{"model": "other"}, 404, "not_found_error", "/v1/models"},
		{object{"max_tokens": nil}, 400, "", "max_tokens is missing"},
		{object{"max_tokens": 0}, 400, "", "1 or more"},
		{object{"messages": nil}, 400, "", "no messages"},
		{object{"messages": nil, "system": "A"}, 400, "", "no messages"},
		{object{"messages": []object{{"role": "user", "content": []object{}}}}, 400, "", "messages[0].content: it is empty"},
		{object{"messages": []object{{"role": "wizard", "content": "A"}}}, 400, "", "wizard"},
		{object{"messages": []object{user("A"), {"role": "assistant", "content": "The answer is ("}}}, 400, "", "not continued"},
		{saying(object{"type": "image", "source": object{"type": "base64", "data": "AA=="}}), 400, "", "messages[0].content[0]: images"},
		{saying(object{"type": "document", "source": object{"type": "base64", "media_type": "application/pdf"}}), 400, "", "plain text"},
		{saying(object{"type": "document", "source": "x"}), 400, "", "want an object"},
		{saying(object{"type": "search_result", "content": blocks(object{"type": "search_result"})}), 400, "", "messages[0].content[0].content[0]"},
		{saying(object{"type": "container_upload"}), 400, "", "container_upload"},
		{saying(object{"type": "tool_use", "id": "1", "name": "look"}), 400, "", "tool_use"},
		{object{"messages": []object{user("A"), made, {"role": "user", "content": blocks(object{"type": "tool_result", "tool_use_id": "1", "content": blocks(object{"type": "image"})})}}}, 400, "", "messages[2].content[0].content[0]: images"},
		{object{"messages": []object{user("A"), made, {"role": "user", "content": blocks(object{"type": "tool_result", "tool_use_id": "2"})}}}, 400, "", `"2"`},
		{object{"messages": []object{user("A"), made, user("B")}}, 400, "", "no result"},
		{object{"messages": []object{user("A"), {"role": "assistant", "content": blocks(object{"type": "server_tool_use", "id": "1"})}, user("B")}}, 400, "", "server_tool_use"},
		{object{"tools": []any{bringing("look", "a"), bringing("look", "b")}}, 400, "", "two tools"},
		{object{"tools": []object{{"type": "web_search_20250305", "name": "web_search"}}, "tool_choice": object{"type": "tool", "name": "web_search"}}, 400, "", "web_search"},
		{object{"tools": []object{{"type": "web_search_20250305", "name": "web_search"}}, "tool_choice": object{"type": "any"}}, 400, "", "no tool is declared"},
		{with(tools, object{"tool_choice": object{"type": "perhaps"}}), 400, "", "perhaps"},
		{with(tools, object{"tool_choice": "auto"}), 400, "", "tool_choice: a string is no object"},
		{object{"output_config": object{"format": object{"type": "xml"}}}, 400, "", "output_config.format"},
		{object{"output_format": object{"type": "json_schema"}}, 400, "", "missing"},
		{object{"temperature": 3}, 400, "", "0 to 2"},
		{object{"stop_sequences": []string{""}}, 400, "", "stop_sequences[0] is empty"},
		{object{"mcp_servers": []object{{"type": "url", "url": "https://a.example", "name": "a"}}}, 400, "", "mcp_servers"},
		{object{"container": "c"}, 400, "", "container"},
	} {
		if c.kind == "" {
			c.kind = "invalid_request_error"
		}
		status, out := post(t, url+"/v1/messages", with(base, c.more))
		message, _ := dig(out, "error", "message").(string)
		if status != c.status || out["type"] != "error" || dig(out, "error", "type") != c.kind || !strings.Contains(message, c.says) || out["request_id"] == nil {
			t.Errorf("%v: %d, %v", c.more, status, out)
		}
	}
}

// messageEvents joins the events of a stream: what a client has at its end.
func messageEvents(t *testing.T, list []sse) (names []string, blocks []object, stop object) {
	t.Helper()
	for _, ev := range list {
		if ev.comment {
			continue
		}
		if ev.name != ev.data["type"] {
			t.Errorf("an event %q of type %v", ev.name, ev.data["type"])
		}
		names = append(names, ev.name)
		switch ev.name {
		case "content_block_start":
			if at := ev.data["index"]; at != float64(len(blocks)) {
				t.Errorf("block %v begins, want %d", at, len(blocks))
			}
			blocks = append(blocks, dig(ev.data, "content_block").(object))
			blocks[len(blocks)-1]["joined"] = ""
		case "content_block_delta":
			b := blocks[int(ev.data["index"].(float64))]
			for kind, of := range map[string]string{"text": "text_delta", "partial_json": "input_json_delta"} {
				if piece, ok := dig(ev.data, "delta", kind).(string); ok && dig(ev.data, "delta", "type") == of {
					b["joined"] = b["joined"].(string) + piece
				}
			}
		case "message_delta":
			stop = ev.data
		}
	}
	return names, blocks, stop
}

// TestMessagesStream: the events come in Anthropic's order, blocks one after the other.
func TestMessagesStream(t *testing.T) {
	for _, grammar := range []bool{true, false} {
		var m llm.Model = &llm.Scripted{Next: says(twoCalls)}
		if !grammar {
			m = loose{m}
		}
		url := serve(t, apiOf(m)) + "/v1/messages"
		body := object{"model": "scripted", "max_tokens": 50, "messages": []object{user("Hi")}, "tools": []any{bringing("look", "city"), bringing("pay", "to")}, "stream": true}
		list := events(t, url, body)
		names, blocks, stop := messageEvents(t, list)
		want := "message_start content_block_start content_block_delta content_block_stop content_block_start content_block_delta content_block_stop content_block_start content_block_delta content_block_stop message_delta message_stop"
		if got := strings.Join(names, " "); got != want {
			t.Error(got)
		}
		start := dig(list[0].data, "message")
		if dig(start, "role") != "assistant" || dig(start, "stop_reason") != nil || len(dig(start, "content").([]any)) != 0 || dig(start, "usage", "input_tokens").(float64) < 4 || !strings.HasPrefix(dig(start, "id").(string), "msg_") {
			t.Error(start)
		}
		if blocks[0]["type"] != "text" || blocks[0]["joined"] != "Both." || blocks[1]["type"] != "tool_use" || blocks[1]["name"] != "look" || blocks[1]["joined"] != `{"city":"São Paulo <b>"}` ||
			blocks[2]["joined"] != `{"to":"Ines"}` || blocks[1]["id"] == blocks[2]["id"] || len(blocks[1]["input"].(object)) != 0 {
			t.Error(blocks)
		}
		if dig(stop, "delta", "stop_reason") != "tool_use" || dig(stop, "usage", "output_tokens") != 9.0 || dig(stop, "usage", "cache_read_input_tokens") != 16.0 || dig(stop, "usage", "input_tokens") != 4.0 {
			t.Error(stop)
		}
		body["stream"] = false
		_, whole := post(t, url, body)
		if dig(whole, "content", 0, "text") != "Both." || dig(whole, "content", 1, "input", "city") != "São Paulo <b>" || dig(whole, "content", 2, "name") != "pay" || whole["stop_reason"] != "tool_use" ||
			whole["type"] != "message" || dig(whole, "usage", "input_tokens") != 4.0 || dig(whole, "usage", "cache_read_input_tokens") != 16.0 {
			t.Error(whole)
		}
	}
}

// TestMessagesEnds: why an answer ended, and errors before and within a stream.
func TestMessagesEnds(t *testing.T) {
	body := object{"model": "scripted", "max_tokens": 50, "messages": []object{user("Hi")}}
	for _, c := range []struct {
		turn   llm.Turn
		status int
		kind   string
	}{
		{llm.Turn{Err: &llm.ContextFullError{Need: 300, Have: 200}}, 400, "invalid_request_error"},
		{llm.Turn{Err: &llm.PassingError{Err: errTest, After: 3e9}}, 503, "overloaded_error"},
		{llm.Turn{Text: "Half", Err: errTest}, 500, "api_error"},
	} {
		url := serveScript(t, says(c.turn)) + "/v1/messages"
		if status, out := post(t, url, with(body, object{"stream": c.turn.Text == ""})); status != c.status || dig(out, "error", "type") != c.kind {
			t.Error(status, out)
		}
		if c.turn.Text == "" {
			continue
		}
		list := events(t, url, with(body, object{"stream": true}))
		if last := list[len(list)-1]; last.name != "error" || dig(last.data, "error", "type") != c.kind || last.data["request_id"] == nil {
			t.Error(list)
		}
	}
	// The model in the box says which text stopped it.
	url := serveMini(t) + "/v1/messages"
	body["model"], body["messages"] = "mini", []object{user("Hello!")}
	_, whole := post(t, url, body)
	said := dig(whole, "content", 0, "text").(string)
	if whole["stop_reason"] != "end_turn" || whole["stop_sequence"] != nil || len(said) < 8 {
		t.Fatal(whole)
	}
	_, cut := post(t, url, with(body, object{"stop_sequences": []string{"never said", said[4:7]}}))
	if cut["stop_reason"] != "stop_sequence" || cut["stop_sequence"] != said[4:7] {
		t.Error(cut)
	}
	_, _, stop := messageEvents(t, events(t, url, with(body, object{"stop_sequences": []string{"never said", said[4:7]}, "stream": true})))
	if dig(stop, "delta", "stop_sequence") != said[4:7] {
		t.Error(stop)
	}
	if _, short := post(t, url, with(body, object{"max_tokens": 2})); short["stop_reason"] != "max_tokens" || dig(short, "usage", "output_tokens") != 2.0 {
		t.Error(short)
	}
}

// TestMessagesCount: counting says what the answer will say that the prompt has.
func TestMessagesCount(t *testing.T) {
	url := serveMini(t)
	body := object{"model": "mini", "system": "You are a customer service assistant.", "messages": []object{user("Where is my order 1042?")}, "tools": []any{bringing("look", "city")}}
	_, count := post(t, url+"/v1/messages/count_tokens", body)
	_, whole := post(t, url+"/v1/messages", with(body, object{"max_tokens": 20}))
	if n := dig(whole, "usage", "input_tokens").(float64) + dig(whole, "usage", "cache_read_input_tokens").(float64); count["input_tokens"] != n || n < 10 {
		t.Error(count, whole["usage"])
	}
}

// TestMessagesPing: silence is broken by pings once the answer has begun, by comments before.
func TestMessagesPing(t *testing.T) {
	m := newSlow()
	o := apiOf(m)
	o.Limits = api.Limits{KeepAlive: 20e6}
	url := serve(t, o)
	res := open(t, ctx, http.MethodPost, url+"/v1/messages", object{"model": "scripted", "max_tokens": 50, "stream": true, "messages": []object{user("Hi")}})
	defer res.Body.Close()
	lines := lineReader(t, res.Body)
	if got := lines(); got != ": keep-alive" {
		t.Fatal(got)
	}
	m.next <- llm.TextDelta{Text: "Hello"}
	for lines() != "event: message_start" {
	}
	for lines() != "event: ping" {
	}
	if got := lines(); got != `data: {"type":"ping"}` {
		t.Error(got)
	}
	m.next <- llm.Stop{Reason: llm.StopEndOfTurn}
	for lines() != "event: message_stop" {
	}
}

// FuzzMessages: whatever the bytes, there is an answer or a refusal in the right shape.
func FuzzMessages(f *testing.F) {
	url := serveScript(f, says(twoCalls)) + "/v1/messages"
	for _, seed := range []string{
		`{"model":"scripted","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}`,
		`{"model":"scripted","max_tokens":5,"system":[{"type":"text","text":"A"}],"messages":[{"role":"user","content":[{"type":"document","source":{"type":"content","content":[{"type":"text","text":"A"}]}}]}],"tools":[{"name":"look","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"look"}}`,
		`{"model":"scripted","max_tokens":5,"messages":[{"role":"user","content":"A"},{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"look","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"search_result","source":"x","content":null}]}]}]}`,
		`{"model":"scripted","max_tokens":5,"messages":[{"role":"user","content":[{"type":"search_result","source":{},"content":[[]]}]}],"stream":true}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) { answersOrRefuses(t, url, body) })
}

// TestMessagesAgent: an agent answers a message; what it waits for is said in words, and its
// run is named.
func TestMessagesAgent(t *testing.T) {
	url := serveAgents(t, newShop(t, looksAndPays).options())
	body := object{"model": "shop", "max_tokens": 50, "messages": []object{user("Refund order 1042")}}
	_, out := post(t, url+"/v1/messages", body)
	if text := dig(out, "content", 0, "text").(string); !strings.Contains(text, "Let me look.") || !strings.Contains(text, "approval") || out["stop_reason"] != "end_turn" {
		t.Error(out)
	}
	run, _ := dig(out, "metadata", "run_id").(string)
	status(t, url, run, "waiting")
	list := events(t, url+"/v1/messages", with(body, object{"stream": true}))
	names, _, stop := messageEvents(t, list)
	if names[0] != "message_start" || dig(list[0].data, "message", "metadata", "run_id") == nil || dig(stop, "metadata", "run_status") != "waiting" {
		t.Error(names, stop)
	}
	if status, out := post(t, url+"/v1/messages", with(body, object{"tools": []any{bringing("look", "city")}})); status != http.StatusBadRequest || out["type"] != "error" {
		t.Error(status, out)
	}
	if status, out := post(t, url+"/v1/messages/count_tokens", body); status != http.StatusOK || dig(out, "input_tokens").(float64) < 1 {
		t.Error(status, out)
	}
}
