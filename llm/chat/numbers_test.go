package chat

import (
	"encoding/json"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// TestFitting: arguments become what the schema asks for where that loses nothing, and
// stay as they were written else.
func TestFitting(t *testing.T) {
	tools := []llm.ToolSpec{{Name: "t", Parameters: json.RawMessage(`{"type": "object", "properties": {
		"n": {"type": "number"}, "i": {"type": "integer"}, "s": {"type": "string"}, "unit": {"type": "string", "enum": ["kg", "lb"]}, "version": {"enum": ["3.10", "3.9"]},
		"maybe": {"type": ["string", "null"]}, "list": {"type": "array", "items": {"type": "string"}}}}`)}}
	for _, c := range []struct{ args, want, err string }{
		{`{"s": 02139}`, `{"s": "02139"}`, ""},
		{`{"s": 3.10}`, `{"s": "3.10"}`, ""},
		{`{"s": 1e3}`, `{"s": "1e3"}`, ""},
		{`{"s": -0}`, `{"s": "-0"}`, ""},
		{`{"s": 12345678901234567890.50}`, `{"s": "12345678901234567890.50"}`, ""},
		{`{"version": 3.10}`, `{"version": "3.10"}`, ""},
		{`{"n": "1e999"}`, `{"n": "1e999"}`, "want number"},
		{`{"n": "-1e999"}`, `{"n": "-1e999"}`, "want number"},
		{`{"n": 1e999, "s": 5}`, `{"n": 1e999, "s": "5"}`, ""},
		{`{"n": "2.50"}`, `{"n": 2.5}`, ""},
		{`{"i": "2.0"}`, `{"i": 2}`, ""},
		{`{"unit": null, "i": 1}`, `{"i": 1}`, ""},
		{`{"unit": "None"}`, `{}`, ""},
		{`{"unit": ""}`, `{}`, ""},
		{`{"i": "null"}`, `{}`, ""},
		{`{"s": ""}`, `{"s": ""}`, ""},
		{`{"s": "None"}`, `{"s": "None"}`, ""},
		{`{"maybe": null}`, `{"maybe": null}`, ""},
		{`{"list": "soup"}`, `{"list": ["soup"]}`, ""},
		{`{"list": "[\"a\", \"b\"]"}`, `{"list": ["a", "b"]}`, ""},
	} {
		for _, out := range []string{`{"name": "t", "parameters": ` + c.args + `}`} {
			got := parse(t, ParserOptions{Tools: tools}, []Piece{{Text: out}})
			if got.calls != "t"+c.want && c.err == "" || (got.err == "") != (c.err == "") {
				t.Errorf("%s: %+v, want %s", c.args, got, c.want)
			}
			if p := NewParser(ParserOptions{Tools: tools}); true { // what comes of it is always JSON
				events := p.Push(Piece{Text: out})
				more, _ := p.Finish()
				if _, err := json.Marshal(append(events, more...)); err != nil {
					t.Errorf("%s: %v", c.args, err)
				}
			}
		}
	}
}
