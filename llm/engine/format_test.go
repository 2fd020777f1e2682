package engine

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

// plainTemplate has no place for tools; thinkingTemplate opens the model's thoughts.
const (
	plainTemplate    = `{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>{{ m.content }}<|eot_id|>{% endfor %}<|start_header_id|>assistant<|end_header_id|>`
	thinkingTemplate = plainTemplate + "<think>\n{# until </think> #}"
)

var formatTool = llm.ToolSpec{Name: "find", Description: "Finds.", Parameters: json.RawMessage(`{"type": "object", "properties": {"n": {"type": "integer", "minimum": 0, "maximum": 9}}, "required": ["n"]}`)}

// TestTemplates: a template of its own is used, refuses tools where it has no place for
// them, and takes them in a dialect; calls are held to the grammar after thoughts, too.
func TestTemplates(t *testing.T) {
	e := startChat(t, Options{Template: plainTemplate, Tokens: 4096})
	if _, err := e.CheckTool(formatTool); err == nil || !strings.Contains(err.Error(), "dialect:") {
		t.Errorf("tools without a place: %v", err)
	}
	if _, err := e.CheckToolIn(formatTool, llm.DialectHermes); err != nil {
		t.Error(err)
	}
	say := []llm.Message{{Role: llm.RoleUser, Content: "Hi <|eot_id|>"}}
	if _, err := e.CountTokens(&llm.Request{Messages: say, Tools: []llm.ToolSpec{formatTool}}); err == nil || !strings.Contains(err.Error(), "no tools") {
		t.Errorf("tools in a request: %v", err)
	}
	ids, r, err := e.prompt(&llm.Request{Messages: say})
	if err != nil || chat.Join(r.Pieces) != "<|begin_of_text|><|start_header_id|>user<|end_header_id|>Hi <|eot_id|><|eot_id|><|start_header_id|>assistant<|end_header_id|>" {
		t.Errorf("%q, %v", chat.Join(r.Pieces), err)
	}
	if end, ok := e.tok.Special(chat.EndTurn); !ok || count(ids, end) != 1 {
		t.Errorf("%v has the end of a turn that somebody spelt", ids)
	}
	for _, template := range []string{plainTemplate, thinkingTemplate} {
		for _, d := range chat.Dialects {
			e := startChat(t, Options{Template: template, Dialect: string(d), Tokens: 4096})
			req := &llm.Request{Messages: say, Tools: []llm.ToolSpec{formatTool}, ToolChoice: llm.ToolChoice{Mode: llm.ChoiceRequired}, MaxCalls: 2, MaxTokens: 200}
			thought := ""
			msg, stop, err := llm.Collect(e.Generate(context.Background(), req), func(ev llm.Event) {
				if th, ok := ev.(llm.ThoughtDelta); ok {
					thought += th.Text
				}
			})
			if err != nil || len(msg.Calls) == 0 || stop.Reason != llm.StopToolCalls || msg.Content != "" {
				t.Fatalf("%s: %+v, %+v, %v", d, msg, stop, err)
			}
			if (thought != "") != (template == thinkingTemplate) {
				t.Errorf("%s: the thought %q", d, thought)
			}
			for _, c := range msg.Calls {
				var args struct{ N *int }
				if err := json.Unmarshal(c.Arguments, &args); err != nil || args.N == nil || len(c.Coercions) > 0 {
					t.Errorf("%s: %s, %v", d, c.Arguments, err)
				}
			}
		}
	}
	if _, err := Open(filepath.Join(goldenDir, "tiny-Q8_0.gguf"), Options{Dialect: "smoke"}); err == nil || !strings.Contains(err.Error(), "hermes") {
		t.Errorf("an unknown dialect: %v", err)
	}
	if _, err := Open(filepath.Join(goldenDir, "tiny-Q8_0.gguf"), Options{Template: "{% if %}"}); err == nil || !strings.Contains(err.Error(), "chat template") {
		t.Errorf("a bad template: %v", err)
	}
}

func count(ids []int32, id int32) (n int) {
	for _, i := range ids {
		if i == id {
			n++
		}
	}
	return n
}

// TestSourceOfDir: templates lie in a file of their own or in the tokenizer's
// configuration, as a text or as a list by name.
func TestSourceOfDir(t *testing.T) {
	for config, want := range map[string]chat.Source{
		`{"chat_template": "a", "bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}}`:                       {Template: "a", Begin: "<s>", End: "</s>"},
		`{"chat_template": [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}], "bos_token": null}`: {Template: "a", ToolUse: "b"},
		`{}`: {},
	} {
		dir := t.TempDir()
		write := func(name, text string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("tokenizer_config.json", config)
		if got, err := SourceOfDir(dir); err != nil || got.Template != want.Template || got.ToolUse != want.ToolUse || got.Begin != want.Begin || got.End != want.End {
			t.Errorf("%s: %+v, %v", config, got, err)
		}
		write("chat_template.jinja", "c")
		if got, err := SourceOfDir(dir); err != nil || got.Template != "c" {
			t.Errorf("%+v, %v", got, err)
		}
		write("tokenizer_config.json", `{"chat_template": 3}`)
		if _, err := SourceOfDir(dir); err == nil {
			t.Error("a number is no template")
		}
	}
	if src, err := SourceOfDir(t.TempDir()); err != nil || src.Template != "" {
		t.Errorf("an empty folder: %+v, %v", src, err)
	}
}
