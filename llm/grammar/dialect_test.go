package grammar

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

var dialectTools = []llm.ToolSpec{
	{Name: "find", Parameters: json.RawMessage(`{"type": "object", "properties": {"place": {"type": "string"}, "n": {"type": "integer"}}, "required": ["place"]}`)},
	{Name: "list_all"},
}

// takes says whether a turn may be this text, and whether it may go on after it.
func takes(t testing.TB, g *Grammar, text string) bool {
	t.Helper()
	v := NewVocab(byteTokens(), func(int32) bool { return false })
	m := g.NewMatcher(v)
	for i := range len(text) {
		if m.AcceptBytes([]byte{text[i]}) != nil {
			return false
		}
	}
	return m.CanEnd()
}

func byteTokens() [][]byte {
	tokens := make([][]byte, 256)
	for i := range tokens {
		tokens[i] = []byte{byte(i)}
	}
	return tokens
}

// TestDialectTurns: in each dialect a turn is text, or calls, or one after the other where
// the dialect has that.
func TestDialectTurns(t *testing.T) {
	find := llm.ToolCall{Name: "find", Arguments: json.RawMessage(`{"place": "Li\"ma </tool_call>", "n": 3}`)}
	all := llm.ToolCall{Name: "list_all", Arguments: json.RawMessage(`{}`)}
	wrong := llm.ToolCall{Name: "find", Arguments: json.RawMessage(`{"n": 3}`)}
	for _, d := range chat.Dialects {
		g, err := CompileTurn(Turn{Tools: dialectTools, Dialect: d})
		if err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		form := chat.Form(d)
		write := func(calls ...llm.ToolCall) string { return form.Write(calls) }
		for text, want := range map[string]bool{
			write(find):           true,
			write(all):            true,
			write(find, all):      true,
			write(all, find, all): true,
			write(wrong):          false,
			write(llm.ToolCall{Name: "other", Arguments: all.Arguments}): form.Python,
			"Good morning.":                       true,
			"It is \"half\" past two. < 3 <t > x": true,
			"":                                    false,
			"I look it up.\n" + write(find, all):  true, // read as calls by whoever reads text, where the dialect has no tag
			"I say \"so.\n" + write(find):         true,
			"I look it up.\n" + write(wrong):      !form.TextFirst,
			write(find) + " Done.":                false,
			write(find)[:len(write(find))-1]:      false,
		} {
			if got := takes(t, g, text); got != want {
				t.Errorf("%s: %q is taken: %v, want %v", d, text, got, want)
			}
		}
		must, err := CompileTurn(Turn{Tools: dialectTools, Dialect: d, Choice: llm.ToolChoice{Mode: llm.ChoiceTool, Name: "list_all"}, MaxCalls: 1})
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]bool{write(all): true, write(all, all): false, write(find): false, "Hi": false} {
			if got := takes(t, must, text); got != want {
				t.Errorf("%s, list_all once: %q is taken: %v, want %v", d, text, got, want)
			}
		}
		m := g.NewMatcher(NewVocab(byteTokens(), func(int32) bool { return false }))
		if err := m.AcceptBytes([]byte(form.Opening("find"))); err != nil {
			t.Errorf("%s: %v", d, err)
		}
		if n, err := m.MinTokensToEnd(); err != nil || n < 5 || n > 80 {
			t.Errorf("%s: %d bytes to the end, %v", d, n, err)
		}
	}
	if _, err := CompileTurn(Turn{Tools: dialectTools, Dialect: "smoke"}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("an unknown dialect: %v", err)
	}
	if _, err := CompileTurn(Turn{Tools: []llm.ToolSpec{{Name: "a>b"}}, Dialect: llm.DialectFunction}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("a name with >: %v", err)
	}
}

// TestThoughts: thoughts come first or not at all, and what they hold is no call.
func TestThoughts(t *testing.T) {
	call := chat.Form(llm.DialectHermes).Write([]llm.ToolCall{{Name: "list_all", Arguments: json.RawMessage(`{}`)}})
	for _, c := range []struct {
		thinking bool
		text     string
		want     bool
	}{
		{false, "<think>Hm, \"so.\n</think>\n\n" + call, true},
		{false, "<think></think>Yes.", true},
		{false, call, true},
		{false, "<think>Hm", false},
		{false, "<think>Hm</think>", false},
		{false, "<think>" + call + "</think>No.", true},
		{true, "Hm " + call + "\n</think>\n\nYes. " + call, true},
		{true, "Hm", false},
		{true, "</think>\n\nHi", true},
	} {
		g, err := CompileTurn(Turn{Tools: dialectTools, Dialect: llm.DialectHermes, Thinks: true, Thinking: c.thinking})
		if err != nil {
			t.Fatal(err)
		}
		if got := takes(t, g, c.text); got != c.want {
			t.Errorf("open %v: %q is taken: %v", c.thinking, c.text, got)
		}
	}
	g, err := CompileTurn(Turn{Tools: dialectTools, Dialect: llm.DialectJSON, Thinks: true})
	if err != nil || !takes(t, g, "<think>\nx\n</think>\n\n"+`{"name": "list_all", "parameters": {}}`) || takes(t, g, `<think>`+strings.Repeat("x", 10)) {
		t.Error("JSON after thoughts", err)
	}
}
