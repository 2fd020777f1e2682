package chat

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

func ExampleRender() {
	pieces, err := Render([]llm.Message{
		{Role: llm.RoleSystem, Content: "Be brief."},
		{Role: llm.RoleUser, Content: "Hi <|eot_id|>"},
	}, Options{Generation: true})
	if err != nil {
		panic(err)
	}
	for _, p := range pieces[len(pieces)-8:] {
		fmt.Printf("%q%s\n", p.Text, p.Special)
	}
	// Output:
	// "user"
	// ""<|end_header_id|>
	// "\n\nHi <|eot_id|>"
	// ""<|eot_id|>
	// ""<|start_header_id|>
	// "assistant"
	// ""<|end_header_id|>
	// "\n\n"
}

func ExampleParser() {
	p := NewParser(ParserOptions{Tools: testTools})
	for _, text := range []string{`{"name": "get_wea`, `ther", "parameters": {"ci`, `ty": "Paris"}}`} {
		for _, ev := range p.Push(Piece{Text: text}) {
			fmt.Printf("%T\n", ev)
		}
	}
	// Output:
	// llm.CallStart
	// llm.CallDelta
	// llm.CallDelta
	// llm.CallEnd
}

func render(t *testing.T, messages []llm.Message, o Options) string {
	t.Helper()
	pieces, err := Render(messages, o)
	if err != nil {
		t.Fatal(err)
	}
	return Join(pieces)
}

// TestCanonical: the same tools in another order and spelling give the same bytes.
func TestCanonical(t *testing.T) {
	a := []llm.ToolSpec{
		{Name: "b", Parameters: []byte(`{"type":"object","properties":{"y":{"type":"number","minimum":1.0},"x":{"enum":["p","q"],"type":"string"}},"required":["x"]}`)},
		{Name: "a"},
	}
	b := []llm.ToolSpec{
		{Name: "a"},
		{Name: "b", Parameters: []byte("{\"required\": [\"x\"], \"properties\": {\"x\": {\"type\": \"string\", \"enum\": [\"p\", \"q\"]},\n \"y\": {\"minimum\": 1.0, \"type\": \"number\"}}, \"type\": \"object\"}")},
	}
	prompt := func(tools []llm.ToolSpec) string {
		o, err := ForRequest(&llm.Request{Tools: tools})
		if err != nil {
			t.Fatal(err)
		}
		return render(t, []llm.Message{{Role: llm.RoleUser, Content: "x"}}, o)
	}
	if x, y := prompt(a), prompt(b); x != y {
		t.Errorf("%q\n%q", x, y)
	}
	if strings.Contains(prompt(a), "Today Date") {
		t.Error("the runtime's prompt must not hold a date")
	}
	for _, bad := range [][]llm.ToolSpec{{{Name: "a"}, {Name: "a"}}, {{Name: "a", Parameters: []byte(`[]`)}}, {{Name: "a", Parameters: []byte(`{`)}},
		{{Name: "a", Parameters: []byte(strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000))}}} {
		if _, err := Canonical(bad); err == nil || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("%.40s: %v", bad[0].Parameters, err)
		}
	}
}

// TestVolatileLast: what changes between requests leaves everything before it alone.
func TestVolatileLast(t *testing.T) {
	history := []llm.Message{{Role: llm.RoleSystem, Content: "s"}, {Role: llm.RoleSystem, Content: "It is noon.", Volatile: true}, {Role: llm.RoleUser, Content: "u"}}
	a := render(t, history, Options{Date: "1 May 2026", DateLast: true})
	history[1].Content = "It is one."
	b := render(t, history, Options{Date: "2 May 2026", DateLast: true})
	n := strings.Index(a, "It is noon.")
	if n < strings.Index(a, "u<|eot_id|>") || a[:n] != b[:n] || !strings.Contains(b, "Today Date: 2 May 2026") {
		t.Errorf("%q\n%q", a, b)
	}
}

// TestSeveralCalls: calls of one turn become turns of one call, each with its result.
func TestSeveralCalls(t *testing.T) {
	messages := []llm.Message{
		{Role: llm.RoleUser, Content: "u"},
		{Role: llm.RoleAssistant, Calls: []llm.ToolCall{{ID: "1", Name: "f", Arguments: []byte(`{"a":1}`)}, {ID: "2", Name: "g"}}},
		{Role: llm.RoleTool, CallID: "2", Value: []byte(`null`)},
		{Role: llm.RoleTool, CallID: "1", Content: "one"},
		{Role: llm.RoleAssistant, Content: "done"},
	}
	plain := func(o Options) string {
		s := render(t, messages, o)
		for _, r := range [][2]string{{"<|start_header_id|>", "["}, {"<|end_header_id|>\n\n", "]"}, {"<|eot_id|>", ";"}} {
			s = strings.ReplaceAll(s, r[0], r[1])
		}
		return s[strings.Index(s, "[user]"):]
	}
	if got, want := plain(Options{}), `[user]u;[assistant]{"name": "f", "parameters": {"a": 1}};[ipython]"one";[assistant]{"name": "g", "parameters": {}};[ipython]null;[assistant]done;`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := plain(Options{Dialect: llm.DialectPythonic}), `[user]u;[assistant][f(a=1), g()];[ipython]null;[ipython]"one";[assistant]done;`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	messages[1].Calls[0].Arguments = []byte(`{"a": [true, null, {"b": "é"}]}`)
	if got := plain(Options{Dialect: llm.DialectPythonic}); !strings.Contains(got, `f(a=[True, None, {"b": "é"}])`) {
		t.Error(got)
	}
}

func TestCodeInterpreter(t *testing.T) {
	got := render(t, []llm.Message{
		{Role: llm.RoleUser, Content: "u"},
		{Role: llm.RoleAssistant, Calls: []llm.ToolCall{{Name: "code_interpreter", Arguments: []byte(`{"code": "print(1)\n"}`)}}},
	}, Options{Builtin: []string{"code_interpreter"}})
	if !strings.HasSuffix(got, "<|python_tag|>print(1)\n<|eom_id|>") {
		t.Errorf("%q", got)
	}
}

func TestBadMessages(t *testing.T) {
	for name, m := range map[string]llm.Message{
		"arguments": {Role: llm.RoleAssistant, Calls: []llm.ToolCall{{Name: "f", Arguments: []byte(`{"a"`)}}},
		"no object": {Role: llm.RoleAssistant, Calls: []llm.ToolCall{{Name: "f", Arguments: []byte(`[1]`)}}},
		"result":    {Role: llm.RoleTool, Name: "f", Value: []byte(`nul`)},
	} {
		if _, err := Render([]llm.Message{m}, Options{}); err == nil || !strings.Contains(err.Error(), "f") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
