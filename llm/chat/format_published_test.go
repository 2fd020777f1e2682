package chat

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// TestPublishedTemplates: what is found out about templates that others publish, which are
// not in the repository: ../jinja/testdata/templates.py says how to make the file.
func TestPublishedTemplates(t *testing.T) {
	file := os.Getenv("CHASKI_TEMPLATES")
	if file == "" {
		t.Skip("CHASKI_TEMPLATES names no file: ../jinja/testdata/templates.py makes one of chat templates that others publish")
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	native := map[string]bool{"meta-llama-Llama-3.1-8B-Instruct.jinja": true, "meta-llama-Llama-3.2-3B-Instruct.jinja": true, "meta-llama-Llama-3.3-70B-Instruct.jinja": true}
	dialects := map[string]llm.Dialect{
		"NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use.jinja": llm.DialectHermes,
		"NousResearch-Hermes-3-Llama-3.1-8B-tool_use.jinja":   llm.DialectHermes,
		"Qwen-Qwen2.5-7B-Instruct.jinja":                      llm.DialectHermes,
		"Qwen-Qwen3-0.6B.jinja":                               llm.DialectHermes,
		"NVIDIA-Nemotron-Nano-v2.jinja":                       llm.DialectNemotron,
		"Mistral-Small-3.2-24B-Instruct-2506.jinja":           llm.DialectMistral,
		"unsloth-mistral-Devstral-Small-2507.jinja":           llm.DialectMistral,
		"mistralai-Ministral-3-14B-Reasoning-2512.jinja":      llm.DialectMistral,
		"mistralai-Mistral-Nemo-Instruct-2407.jinja":          llm.DialectMistralArray,
		"Qwen3.5-4B.jinja":                                    llm.DialectQwen,
		"NVIDIA-Nemotron-3-Nano-30B-A3B-BF16.jinja":           llm.DialectQwen,
		"Qwen3-Coder.jinja":                                   llm.DialectQwen,
		"meetkai-functionary-medium-v3.1.jinja":               llm.DialectFunction,
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	seen := 0
	for lines.Scan() {
		var c struct{ Name, Template string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		format, err := NewFormat(Source{Template: c.Template, Begin: "<s>", End: "</s>"})
		if err != nil {
			t.Logf("%s: %v", c.Name, err)
			continue
		}
		t.Logf("%s: %s, %q, %+v, %q", c.Name, format.Kind(), format.Dialect(), format.traits, format.Refused())
		if format.native != native[c.Name] {
			t.Errorf("%s: native %v", c.Name, format.native)
		}
		if want, ok := dialects[c.Name]; ok {
			seen++
			if format.Dialect() != want {
				t.Errorf("%s: dialect %q, want %q", c.Name, format.Dialect(), want)
			}
		}
	}
	if seen != len(dialects) {
		t.Errorf("%d of %d templates with a known dialect", seen, len(dialects))
	}
}
