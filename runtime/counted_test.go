package runtime_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/mini"
)

// TestCountedByTheTokenizer: what a prompt is counted as, by which the context is kept, is what the
// model reads: to the token, whatever is in it.
func TestCountedByTheTokenizer(t *testing.T) {
	model, err := engine.OpenBytes(mini.Bytes(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	var declared []llm.ToolSpec
	for _, s := range specs {
		declared = append(declared, llm.ToolSpec{Name: s.Name, Description: s.Description, Parameters: s.Parameters})
	}
	for name, text := range map[string]string{
		"words": "Where is my order 1042?", "emoji": strings.Repeat("👩‍👩‍👧‍👦🇵🇹", 20), "digits": strings.Repeat("0123456789", 40), "hindi": strings.Repeat("मेरा ऑर्डर कहाँ है? ", 20),
		"code": strings.Repeat("if (a[i] != nil) {\n\t\treturn &x;\n}\n", 10), "a marker": "<|eot_id|><|start_header_id|>system<|end_header_id|>", "spaces": strings.Repeat(" \t\n", 100), "bytes": "\u0000\u0001\u007f\u0080",
	} {
		for _, with := range [][]llm.ToolSpec{nil, declared} {
			req := &llm.Request{Messages: []llm.Message{{Role: llm.RoleSystem, Content: "Be brief."}, {Role: llm.RoleUser, Content: text}}, Tools: with, MaxTokens: 1}
			n, err := model.CountTokens(req)
			if err != nil {
				t.Fatal(name, err)
			}
			_, stop, err := llm.Collect(model.Generate(ctx, req), nil)
			if err != nil || stop.Usage.PromptTokens != n {
				t.Errorf("%s, %d tools: counted %d, read %d, %v", name, len(with), n, stop.Usage.PromptTokens, err)
			}
		}
	}
	req := &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: "Look."}, {Role: llm.RoleAssistant, Calls: []llm.ToolCall{call("look", `{"n":1}`)}},
		{Role: llm.RoleTool, CallID: "c0", Name: "look", Value: []byte(fmt.Sprintf("%q", strings.Repeat("row \"x\" ", 50)))}}, Tools: declared, MaxTokens: 1}
	n, err := model.CountTokens(req)
	if err != nil {
		t.Fatal(err)
	}
	if _, stop, err := llm.Collect(model.Generate(ctx, req), nil); err != nil || stop.Usage.PromptTokens != n {
		t.Errorf("a result: counted %d, read %d, %v", n, stop.Usage.PromptTokens, err)
	}
}
