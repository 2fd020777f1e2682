package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// codex is a request of the shape that Codex sends: instructions of many pages, developer
// and user messages, reasoning that it cannot read itself, tools of all types.
func codex(more object) object {
	return with(object{
		"model": "scripted", "instructions": strings.Repeat("You are a coding agent in a terminal. Be exact. ", 400),
		"input": []object{
			{"type": "message", "role": "developer", "content": blocks(object{"type": "input_text", "text": "<permissions instructions>ask before writing</permissions instructions>"})},
			{"type": "message", "role": "user", "content": blocks(object{"type": "input_text", "text": "<environment_context><cwd>/src</cwd></environment_context>"})},
			{"type": "message", "role": "user", "content": blocks(object{"type": "input_text", "text": "Why does the build fail?"})},
			{"type": "reasoning", "id": "rs_1", "summary": blocks(object{"type": "summary_text", "text": "Look"}), "content": nil, "encrypted_content": "gAAAA"},
			{"type": "message", "role": "assistant", "content": blocks(object{"type": "output_text", "text": "I look."}), "phase": "commentary"},
			{"type": "function_call", "name": "exec_command", "arguments": `{"cmd":"go build ./..."}`, "call_id": "call_a"},
			{"type": "function_call", "name": "exec_command", "arguments": `{"cmd":"git status"}`, "call_id": "call_b"},
			{"type": "function_call_output", "call_id": "call_a", "output": "exit code: 1\nmain.go:3: undefined: x"},
			{"type": "function_call_output", "call_id": "call_b", "output": blocks(object{"type": "input_text", "text": "clean"})},
		},
		"tools": []object{
			{"type": "function", "name": "exec_command", "description": "Runs a command.", "strict": false, "parameters": object{"type": "object", "additionalProperties": false, "required": []string{"cmd"},
				"properties": object{"cmd": object{"type": "string"}, "yield_time_ms": object{"type": "number"}, "prefix_rule": object{"type": "array", "items": object{"type": "string"}}}}},
			{"type": "function", "name": "update_plan", "description": "Updates the plan.", "strict": false, "parameters": object{"type": "object", "required": []string{"plan"}, "properties": object{
				"plan": object{"type": "array", "items": object{"type": "object", "required": []string{"step", "status"}, "properties": object{"step": object{"type": "string"}, "status": object{"type": "string"}}}}}}},
			{"type": "custom", "name": "apply_patch", "description": "Edits files.", "format": object{"type": "grammar", "syntax": "lark", "definition": "start: begin hunk+ end"}},
			{"type": "web_search", "external_web_access": false}, {"type": "local_shell"}, {"type": "image_generation", "output_format": "png"},
			{"type": "namespace", "name": "mcp__docs__", "description": "Docs", "tools": []object{{"type": "function", "name": "search"}}},
		},
		"tool_choice": "auto", "parallel_tool_calls": true, "reasoning": object{"effort": "medium", "summary": "auto"}, "store": false, "stream": true,
		"include": []string{"reasoning.encrypted_content"}, "prompt_cache_key": "0199-aaaa", "text": object{"verbosity": "medium"}, "client_metadata": object{"x-codex-installation-id": "1"},
	}, more)
}

// TestCodex: a turn as Codex asks for it, and the next with what came of the call.
func TestCodex(t *testing.T) {
	url, last := asked(t, llm.Turn{Text: "I mend it.", Calls: []llm.ToolCall{{Name: "exec_command", Arguments: json.RawMessage(`{"cmd":"sed -i s/x/y/ main.go"}`)}}})
	res := open(t, ctx, http.MethodPost, url+"/v1/responses", codex(nil), "Authorization", "Bearer none", "OpenAI-Beta", "responses=experimental", "Originator", "codex_cli_rs", "Session-Id", "0199-aaaa", "Accept", "text/event-stream")
	defer res.Body.Close()
	if got := strings.Join(res.Header.Values("X-Chaski-Skipped-Tool"), " "); got != `"custom grammar lark" "image_generation" "local_shell" "namespace" "web_search"` {
		t.Error(got)
	}
	names, end := responseEvents(t, readEvents(t, res.Body))
	req := last()
	if m := req.Messages; len(m) != 5 || m[0].Role != llm.RoleSystem || !strings.Contains(m[0].Content, "ask before writing") || !strings.HasSuffix(m[1].Content, "\n\nWhy does the build fail?") ||
		m[2].Content != "I look." || len(m[2].Calls) != 2 || m[3].Name != "exec_command" || !strings.Contains(m[3].Content, "undefined: x") || m[4].Content != "clean" {
		t.Errorf("%+v", m)
	}
	if len(req.Tools) != 2 || req.MaxCalls != 0 {
		t.Errorf("%+v", req.Tools)
	}
	if names[0] != "response.created" || end["status"] != "completed" || dig(end, "usage", "input_tokens_details", "cached_tokens") != 0.0 || dig(end, "usage", "output_tokens_details", "reasoning_tokens") != 0.0 {
		t.Error(names, end)
	}
	// Its own output comes back as it was told.
	items := codex(nil)["input"].([]object)
	for _, it := range end["output"].([]any) {
		items = append(items, it.(object))
	}
	items = append(items, object{"type": "function_call_output", "call_id": dig(end, "output", 1, "call_id"), "output": "exit code: 0"})
	_, next := responseEvents(t, events(t, url+"/v1/responses", codex(object{"input": items})))
	if m := last().Messages; next["status"] != "completed" || len(m) != 7 || m[5].Content != "I mend it." || m[6].Content != "exit code: 0" {
		t.Errorf("%v %+v", next, m)
	}
	// A schema for the last answer, as with codex exec --output-schema.
	if _, end := responseEvents(t, events(t, url+"/v1/responses", codex(object{"tools": []object{}, "text": object{"format": object{"type": "json_schema", "strict": true, "name": "codex_output_schema", "schema": object{"type": "object"}}}}))); end["status"] != "completed" {
		t.Error(end)
	}
	if req := last(); req.ResponseFormat == nil {
		t.Errorf("%+v", req)
	}
}

// claudeCode is a request of the shape that Claude Code sends.
func claudeCode(more object) object {
	cached := object{"type": "ephemeral", "ttl": "1h"}
	return with(object{
		"model": "scripted", "max_tokens": 32000, "stream": true, "temperature": 1,
		"system": blocks(text("x-anthropic-billing-header: cc_version=2.1.280.0d9; cc_entrypoint=cli; cch=fa690;"),
			object{"type": "text", "text": "You are an agent for code.", "cache_control": cached}, object{"type": "text", "text": strings.Repeat("Be exact. ", 3000), "cache_control": cached}),
		"messages": []object{
			{"role": "user", "content": blocks(text("<system-reminder>\nToday is Monday.\n</system-reminder>"), text("Why does the build fail?"))},
			{"role": "assistant", "content": blocks(object{"type": "thinking", "thinking": "", "signature": "EqQB"}, object{"type": "redacted_thinking", "data": "x"}, text("I look."),
				object{"type": "tool_use", "id": "toolu_a", "name": "Bash", "input": object{"command": "go build ./...", "description": "Builds"}}, object{"type": "tool_use", "id": "toolu_b", "name": "Read", "input": object{"file_path": "/src/main.go"}})},
			{"role": "user", "content": blocks(object{"type": "tool_result", "tool_use_id": "toolu_a", "content": "main.go:3: undefined: x", "is_error": true},
				object{"type": "tool_result", "tool_use_id": "toolu_b", "content": blocks(text("1 package main")), "cache_control": cached}, text("<system-reminder>\nThe file changed.\n</system-reminder>"))},
			{"role": "system", "content": "<total_tokens>180000 tokens left</total_tokens>"},
		},
		"tools": []object{
			{"name": "Bash", "description": "Runs a command.", "input_schema": object{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false, "required": []string{"command"},
				"properties": object{"command": object{"type": "string"}, "timeout": object{"type": "number"}, "description": object{"type": "string"}}}, "cache_control": cached, "eager_input_streaming": true},
			{"name": "Read", "description": "Reads a file.", "input_schema": object{"type": "object", "required": []string{"file_path"}, "properties": object{"file_path": object{"type": "string"}, "limit": object{"type": "integer", "exclusiveMinimum": 0}}}},
			{"type": "web_search_20250305", "name": "web_search", "max_uses": 8}, {"type": "advisor_20260301", "name": "advisor", "model": "m"},
		},
		"metadata": object{"user_id": "user_1_account__session_2"}, "thinking": object{"type": "adaptive"}, "output_config": object{"effort": "medium"},
		"context_management": object{"edits": blocks(object{"type": "clear_thinking_20251015", "keep": "all"})},
	}, more)
}

var claudeHeaders = []string{"Authorization", "Bearer none", "Anthropic-Version", "2023-06-01", "Anthropic-Beta", "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27", "X-App", "cli", "User-Agent", "claude-cli/2.1.280 (external, cli)"}

// TestClaudeCode: a turn as Claude Code asks for it; what it asks besides; how it learns that
// the context is full.
func TestClaudeCode(t *testing.T) {
	url, last := asked(t, llm.Turn{Text: "I mend it.", Calls: []llm.ToolCall{{Name: "Bash", Arguments: json.RawMessage(`{"command":"sed -i s/x/y/ main.go"}`)}}})
	names, made, stop := messageEvents(t, events(t, url+"/v1/messages?beta=true", claudeCode(nil), claudeHeaders...))
	req := last()
	if m := req.Messages; len(m) != 7 || strings.Contains(m[0].Content, "billing") || !strings.HasPrefix(m[0].Content, "You are an agent for code.\nBe exact.") || !strings.Contains(m[1].Content, "Today is Monday") ||
		m[2].Content != "I look." || len(m[2].Calls) != 2 || !m[3].IsError || m[4].Content != "1 package main" || m[5].Role != llm.RoleUser || m[6].Role != llm.RoleSystem {
		t.Errorf("%+v", m)
	}
	if len(req.Tools) != 2 || req.MaxTokens != 32000 {
		t.Errorf("%+v", req.Tools)
	}
	if len(made) != 2 || made[1]["joined"] != `{"command":"sed -i s/x/y/ main.go"}` || dig(stop, "delta", "stop_reason") != "tool_use" {
		t.Error(names, made, stop)
	}
	for _, small := range []object{
		{"model": "scripted", "max_tokens": 1, "messages": []object{user("quota")}, "metadata": object{"user_id": "u"}},
		{"model": "scripted", "max_tokens": 512, "messages": []object{user("Write a title")}, "stream": true, "thinking": object{"type": "disabled"}, "output_config": object{"format": object{"type": "json_schema", "schema": object{"type": "object", "required": []string{"title"}, "properties": object{"title": object{"type": "string"}}}}}},
	} {
		if status, out, _ := send(t, http.MethodPost, url+"/v1/messages?beta=true", small, claudeHeaders...); status != http.StatusOK {
			t.Error(status, string(out))
		}
	}
	count := claudeCode(nil)
	delete(count, "max_tokens")
	delete(count, "stream")
	if status, out := post(t, url+"/v1/messages/count_tokens?beta=true", count, claudeHeaders...); status != http.StatusOK || dig(out, "input_tokens").(float64) < 7000 {
		t.Error(status, out)
	}
	full := serveScript(t, says(llm.Turn{Err: &llm.ContextFullError{Need: 300, Have: 200}}))
	if status, out := post(t, full+"/v1/messages", claudeCode(object{"stream": false}), claudeHeaders...); status != http.StatusBadRequest || dig(out, "error", "message") != "prompt is too long: 300 tokens > 200 maximum" {
		t.Error(status, out)
	}
}

// TestCodingTools: the grammar holds the model in the box to the tools of both.
func TestCodingTools(t *testing.T) {
	url := serveMini(t)
	short := object{"model": "mini", "stream": false, "instructions": "Use the tools.", "input": "Run go build", "tool_choice": "required", "max_output_tokens": 200}
	_, out := post(t, url+"/v1/responses", codex(short))
	name, _ := dig(out, "output", 0, "name").(string)
	var args object
	if err := json.Unmarshal([]byte(dig(out, "output", 0, "arguments").(string)), &args); err != nil || name != "exec_command" && name != "update_plan" || args["cmd"] == nil && args["plan"] == nil {
		t.Error(out["output"], err)
	}
	_, made := post(t, url+"/v1/messages", claudeCode(object{"model": "mini", "stream": false, "system": "Use the tools.", "temperature": 0, "messages": []object{user("Run go build")}, "tool_choice": object{"type": "tool", "name": "Bash"}, "max_tokens": 200}), claudeHeaders...)
	if dig(made, "content", 0, "name") != "Bash" || dig(made, "content", 0, "input", "command") == nil {
		t.Error(made)
	}
}
