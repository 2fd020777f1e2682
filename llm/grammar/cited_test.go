package grammar

import (
	"encoding/json"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// TestCitations holds that a text names no file in brackets but those that it may cite.
func TestCitations(t *testing.T) {
	tool := llm.ToolSpec{Name: "search", Parameters: json.RawMessage(`{"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}`)}
	for _, c := range []struct {
		allowed  []string
		yes, bad []string
	}{
		{[]string{"a.md", "hall/b.pdf, p. 4", "c d.txt#2"},
			[]string{"It is 5. [a.md]", "[a.md, hall/b.pdf, p. 4] So.", "A [note] and [1.5 kg] é [x", "x [a.md; c d.txt#2].", "see a.md, b.md and ]c.md[", "[[a.md]]", "[v1.2.3] [a. b] [...]", "[a.md][c d.txt#2]"},
			[]string{"[b.md]", "It is 5. [a.md, b.md]", "[a.mdx]", "[hall/b.pdf, p. 5]", "[[b.md]]", "[x [b.md]", "[see b.md]", "[`b.md`]", "[b.7z]", "[a.md] and [b.m", "[é.md]", "[a.md\n]"}},
		{[]string{}, []string{"None [at all], 5.5."}, []string{"[a.md]", "[ a.md]"}},
		{nil, []string{"[a.md]"}, nil},
	} {
		for _, tools := range [][]llm.ToolSpec{nil, {tool}} {
			for _, dialect := range []llm.Dialect{"", llm.DialectHermes} {
				g, err := CompileTurn(Turn{Tools: tools, Dialect: dialect, Citations: c.allowed})
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range c.yes {
					if !accepts(t, g, s) {
						t.Errorf("%q: %q is refused", c.allowed, s)
					}
				}
				for _, s := range c.bad {
					if accepts(t, g, s) {
						t.Errorf("%q: %q is accepted", c.allowed, s)
					}
				}
			}
		}
	}
	g, err := CompileTurn(Turn{Tools: []llm.ToolSpec{tool}, Citations: []string{"a.md"}})
	if err != nil || !accepts(t, g, `{"name": "search", "parameters": {"q": "[b.md]"}}`) {
		t.Errorf("the arguments of a call are held to citations: %v", err)
	}
}
