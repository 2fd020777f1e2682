package grammar

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

var taggedTools = []llm.ToolSpec{
	{Name: "edit", Parameters: json.RawMessage(`{"type": "object", "properties": {
		"text": {"type": "string"}, "mode": {"type": "string", "enum": ["a\"b", "", "x\ny"]}, "code": {"type": "string", "pattern": "^[<a\\\\]{1,3}$"},
		"n": {"type": "integer"}, "x": {"type": "number"}, "on": {"type": "boolean"}, "none": {"type": "null"}, "list": {"type": "array", "items": {"type": "string"}},
		"maybe": {"type": ["string", "null"]}, "deep": {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": {"type": "string"}}}, "additionalProperties": {"type": "integer"}}},
		"required": ["text"]}`)},
	{Name: "edit_all"},
}

func readTagged(text string) ([]llm.ToolCall, error) {
	var calls []llm.ToolCall
	p := chat.NewParser(chat.ParserOptions{Tools: taggedTools, Constrained: true, Dialect: llm.DialectQwen})
	events := p.Push(chat.Piece{Text: text})
	more, err := p.Finish()
	for _, e := range append(events, more...) {
		if end, ok := e.(llm.CallEnd); ok {
			calls = append(calls, end.Call)
		}
	}
	return calls, err
}

// TestTaggedArguments: what is written in tags is taken and read as it was.
func TestTaggedArguments(t *testing.T) {
	g, err := CompileTurn(Turn{Tools: taggedTools, Dialect: llm.DialectQwen})
	if err != nil {
		t.Fatal(err)
	}
	form := chat.Form(llm.DialectQwen)
	for args, want := range map[string]bool{
		`{"text": "plain"}`: true,
		`{"text": ""}`:      true,
		`{"text": "\n"}`:    true,
		`{"text": "\n\nif a < b && c > d {\n\t\"é\\n\"\n}\n"}`:                 true,
		`{"text": "<parameter=n>\n3\n<function=edit></function></tool_call>"}`: true,
		`{"text": "a</parameter>"}`:                                            true,
		`{"text": "\n</parameter"}`:                                            true,
		`{"text": "a\n</parameter>"}`:                                          false,
		`{"text": "</parameter>b"}`:                                            false,
		`{"text": "{\"a\": 1}", "n": 3}`:                                       true,
		`{"n": -3, "text": "null"}`:                                            true,
		`{"text": "a", "n": 2.5}`:                                              false,
		`{"text": "a", "n": "3"}`:                                              true, // written as 3, and so a number
		`{"n": 3}`:                                                             false,
		`{"text": "a", "other": 1}`:                                            false,
		`{"text": "a", "mode": "a\"b", "code": "<\\a"}`:                        true,
		`{"text": "a", "mode": "", "x": 1.5, "on": true, "none": null}`:        true,
		`{"text": "a", "mode": "x\ny"}`:                                        true,
		`{"text": "a", "mode": "x"}`:                                           false,
		`{"text": "a", "code": "<<<<"}`:                                        false,
		`{"text": "a", "list": ["", "\n</parameter>", "\""], "maybe": null}`:   true,
		`{"text": "a\" {", "deep": {"a": {"k\"": "v", "l": "\n<"}, "b": 2}}`:   true,
		`{"text": "{{[[ \"", "deep": {"b": 1, "b": 2}, "n": 1}`:                true, // the last b
		`{"text": "a", "deep": {"a": {"k": 1}}}`:                               false,
	} {
		call := llm.ToolCall{Name: "edit", Arguments: json.RawMessage(args)}
		text := form.Write([]llm.ToolCall{call, {Name: "edit_all"}})
		if got := takes(t, g, text); got != want {
			t.Errorf("%s: taken: %v", text, got)
		}
		if !want {
			continue
		}
		calls, err := readTagged(text)
		if err != nil || len(calls) != 2 || calls[1].Name != "edit_all" || string(calls[1].Arguments) != "{}" {
			t.Errorf("%s: %v, %v", text, calls, err)
			continue
		}
		var got, meant any
		if err := json.Unmarshal(calls[0].Arguments, &got); err != nil {
			t.Errorf("%s: %v", calls[0].Arguments, err)
		}
		if err := json.Unmarshal(bytes.ReplaceAll([]byte(args), []byte(`"n": "3"`), []byte(`"n": 3`)), &meant); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, meant) {
			t.Errorf("%s was read as %s", args, calls[0].Arguments)
		}
	}
	twice := strings.Replace(form.Write([]llm.ToolCall{{Name: "edit", Arguments: json.RawMessage(`{"text": "a\"", "deep": {"b": 1, "c": 2}}`)}}), `"c"`, `"b"`, 1)
	if takes(t, g, twice) {
		t.Errorf("%s is taken", twice)
	}
	for _, schema := range []string{`{"properties": {"a>b": {}}}`, `{"enum": [{"a": "x\n</parameter>"}], "properties": {"a": {"type": "string"}}}`} {
		if _, err := CompileTurn(Turn{Tools: []llm.ToolSpec{{Name: "f", Parameters: json.RawMessage(schema)}}, Dialect: llm.DialectQwen}); err == nil {
			t.Errorf("%s compiles", schema)
		}
	}
	listed := []llm.ToolSpec{{Name: "f", Parameters: json.RawMessage(`{"enum": [{"a": "x\ny", "b": 1}], "properties": {"a": {"type": "string"}, "b": {}}}`)}}
	if g, err := CompileTurn(Turn{Tools: listed, Dialect: llm.DialectQwen}); err != nil || !takes(t, g, "<tool_call>\n<function=f>\n<parameter=a>\nx\ny\n</parameter>\n<parameter=b>\n1\n</parameter>\n</function>\n</tool_call>") {
		t.Errorf("arguments of an enum: %v", err)
	}
}

// FuzzTagged: what the grammar takes is read, and its arguments are JSON with what is
// required. A byte of the input picks among the bytes that may come next.
func FuzzTagged(f *testing.F) {
	g, err := CompileTurn(Turn{Tools: taggedTools, Dialect: llm.DialectQwen, MaxCalls: 3, Choice: llm.ToolChoice{Mode: llm.ChoiceRequired}})
	if err != nil {
		f.Fatal(err)
	}
	v := NewVocab(byteTokens(), func(int32) bool { return false })
	f.Add([]byte("<\"\\\n</parameter>\n<parameter=n"))
	f.Add(bytes.Repeat([]byte{7, 99, 250, 3}, 60))
	f.Fuzz(func(t *testing.T, picks []byte) {
		m := g.NewMatcher(v)
		var text []byte
		take := func(c byte) bool {
			if m.AcceptBytes([]byte{c}) != nil {
				return false
			}
			text = append(text, c)
			return true
		}
		for _, c := range picks[:min(len(picks), 200)] {
			for i := 0; i < 256 && !take(c); i++ { // or the next that may come
				c++
			}
		}
		for !m.CanEnd() { // a shortest end
			left, err := m.MinTokensToEnd()
			if err != nil {
				t.Fatalf("%q has no end: %v", text, err)
			}
			next := -1
			for c := 0; c < 256 && next < 0; c++ {
				k := m.Clone()
				if k.AcceptBytes([]byte{byte(c)}) != nil {
					continue
				}
				if n, err := k.MinTokensToEnd(); err == nil && n < left {
					next = c
				}
			}
			if next < 0 || !take(byte(next)) {
				t.Fatalf("%q has no end in %d bytes", text, left)
			}
		}
		calls, err := readTagged(string(text))
		if err != nil || len(calls) == 0 {
			t.Fatalf("%q: %v, %v", text, calls, err)
		}
		for _, c := range calls {
			var args map[string]any
			if err := json.Unmarshal(c.Arguments, &args); err != nil {
				t.Fatalf("%q: %s: %v", text, c.Arguments, err)
			}
			if _, ok := args["text"].(string); !ok && c.Name == "edit" {
				t.Fatalf("%q: %s", text, c.Arguments)
			}
		}
	})
}
