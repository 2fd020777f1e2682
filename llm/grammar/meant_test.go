package grammar

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

// TestMeant: in each dialect, what means a call either can't be written as text, so that the
// model is led to the right form, or is read as the call that it means. What only speaks of a
// call is text. See package chat's testdata.
func TestMeant(t *testing.T) {
	var tools []llm.ToolSpec
	data, err := os.ReadFile("../chat/testdata/tools.json")
	if err == nil {
		err = json.Unmarshal(data, &tools)
	}
	if err != nil {
		t.Fatal(err)
	}
	v := NewVocab(byteTokens(), func(int32) bool { return false })
	for _, d := range chat.Dialects {
		carried := slices.DeleteFunc(slices.Clone(tools), func(s llm.ToolSpec) bool {
			return d == llm.DialectPythonic && strings.Contains(s.Name, "-") // no name in Python
		})
		g, err := CompileTurn(Turn{Tools: carried, Dialect: d})
		if err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		f, err := os.Open("../chat/testdata/meant.jsonl")
		if err != nil {
			t.Fatal(err)
		}
		led, read, spoken := 0, 0, 0
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var c struct {
				Name, Out, Text string
				Calls           []string
			}
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			if len(carried) < len(tools) && strings.Contains(c.Out, "send-mail") {
				continue
			}
			if m := g.NewMatcher(v); m.AcceptBytes([]byte(c.Out)) != nil || !m.CanEnd() {
				led++
				continue
			}
			if marks := chat.Form(d).Marks(); len(marks) > 0 && len(c.Calls) == 0 && strings.Contains(c.Out, marks[0]) {
				continue // where the tag is a token of its own, nothing but a call has it
			}
			p := chat.NewParser(chat.ParserOptions{Tools: carried, Constrained: true, Dialect: d})
			events := p.Push(chat.Piece{Text: c.Out})
			more, err := p.Finish()
			var calls []string
			for _, ev := range append(events, more...) {
				if end, ok := ev.(llm.CallEnd); ok {
					calls = append(calls, end.Call.Name+string(end.Call.Arguments))
				}
			}
			if err != nil || strings.Join(calls, " ") != strings.Join(c.Calls, " ") {
				t.Errorf("%s: %s: %q is read as %q, %v", d, c.Name, c.Out, calls, err)
			}
			if len(c.Calls) > 0 {
				read++
			} else {
				spoken++
			}
		}
		f.Close()
		t.Logf("%s: %d can't be written, %d are calls, %d are text", d, led, read, spoken)
		if read < 20 || spoken < 30 {
			t.Errorf("%s: only %d are calls and %d text: are the cases read?", d, read, spoken)
		}
	}
}
