package chat

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
)

// TestMember: a model that knows results as objects is shown a bare one under the name that
// its file gives; objects, lists, failures and other models' results stay as they are.
func TestMember(t *testing.T) {
	for _, c := range []struct{ member, value, text, want string }{
		{"result", `"paid"`, "", `{"result": "paid"}`},
		{"result", ` 2.5 `, "", `{"result": 2.5}`},
		{"result", `null`, "", `{"result": null}`},
		{`a"b`, `true`, "", `{"a\"b": true}`},
		{"result", `{"a":1}`, "", `{"a": 1}`},
		{"result", `[1]`, "", `[1]`},
		{"result", "", "fail: no such card", `"fail: no such card"`},
		{"", `"paid"`, "", `"paid"`},
	} {
		f, err := NewFormat(Source{Names: []string{StartHeader, EndHeader, EndTurn, EndMessage, PythonTag}, Member: c.member})
		if err != nil {
			t.Fatal(err)
		}
		m := llm.Message{Role: llm.RoleTool, CallID: "a", Value: json.RawMessage(c.value), Content: c.text, IsError: c.text != ""}
		req := &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: "Pay."}, {Role: llm.RoleAssistant, Calls: []llm.ToolCall{{ID: "a", Name: "pay"}}}, m}}
		out, err := f.Render(req, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, p := range out.Pieces {
			b.WriteString(p.Text)
		}
		if !strings.Contains(b.String(), "ipython\n\n"+c.want) {
			t.Errorf("%s %q %q: %q", c.member, c.value, c.text, b.String())
		}
		if string(req.Messages[2].Value) != c.value {
			t.Errorf("the request was changed: %s", req.Messages[2].Value)
		}
	}
}
