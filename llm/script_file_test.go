package llm_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

const script = `# what a model might do
{"user": "Where is order 1042?", "text": "I look.", "calls": [{"name": "lookup_order", "arguments": {"order_number": 1042}, "confidence": 0.4}]}
{"text": "It is late."}

{"user": " * ", "calls": [{"name": "now"}]}
{"error": "away"}
`

func speak(t *testing.T, m llm.Model, messages ...llm.Message) (text string, calls []llm.ToolCall, err error) {
	t.Helper()
	for ev, e := range m.Generate(context.Background(), &llm.Request{Messages: messages}) {
		if e != nil {
			return text, calls, e
		}
		switch ev := ev.(type) {
		case llm.TextDelta:
			text += ev.Text
		case llm.CallEnd:
			calls = append(calls, ev.Call)
		}
	}
	return text, calls, nil
}

// TestReadScript: which turn comes follows from the messages alone.
func TestReadScript(t *testing.T) {
	m, err := llm.ReadScript(strings.NewReader(script))
	if err != nil {
		t.Fatal(err)
	}
	user := func(text string) llm.Message { return llm.Message{Role: llm.RoleUser, Content: text} }
	said, result := llm.Message{Role: llm.RoleAssistant}, llm.Message{Role: llm.RoleTool}
	for range 2 { // asked again, as after a crash
		text, calls, err := speak(t, m, user("hello"), said, user("Where is order 1042?\n"))
		if err != nil || text != "I look." || len(calls) != 1 || calls[0].Name != "lookup_order" || string(calls[0].Arguments) != `{"order_number": 1042}` || calls[0].Confidence != 0.4 {
			t.Fatal(text, calls, err)
		}
	}
	if text, _, err := speak(t, m, user("Where is order 1042?"), said, result); err != nil || text != "It is late." {
		t.Error(text, err)
	}
	if _, _, err := speak(t, m, user("Where is order 1042?"), said, result, said); err == nil || !strings.Contains(err.Error(), "2 turns for") {
		t.Error(err)
	}
	if _, calls, err := speak(t, m, user("Else.")); err != nil || len(calls) != 1 || string(calls[0].Arguments) != "{}" {
		t.Error(calls, err)
	}
	if _, _, err := speak(t, m, user("Else."), said, result); err == nil || err.Error() != "away" {
		t.Error(err)
	}
	one, err := llm.ReadScript(strings.NewReader(`{"user": "Hi.", "text": "Good day."}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := speak(t, one, user("Else.")); err == nil || !strings.Contains(err.Error(), `says nothing to "Else."`) {
		t.Error(err)
	}
}

func TestBadScript(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "no turn",
		"\n# nothing\n":                    "no turn",
		`{"text": "hi"}`:                   "line 1: want a user first",
		`{"user": "a"}`:                    "line 1: the turn says nothing",
		"\n" + `{"user": "a", "txt": "b"}`: "line 2: want an object with user, text, calls or error",
		`{"user": "a", "text": "b"} {}`:    "more stands behind",
		`{"user": "a", "calls": [{}]}`:     "a call without a name",
		`{"user": "a", "calls": [{"name": "b", "arguments": [1]}]}`: "call b: arguments are an object",
		`{"user": "a", "calls": [{"name": "b", "confidence": 2}]}`:  "want 0 to 1",
		"[1]": "line 1: want an object",
		`{"user": "a", "text": "` + strings.Repeat("x", 1<<20) + `"}`: "more than 1048576 bytes",
	} {
		if _, err := llm.ReadScript(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %s", text, err, want)
		}
	}
}

func FuzzReadScript(f *testing.F) {
	f.Add(script)
	f.Add(`{"user": "a", "calls": [{"name": "b", "arguments": {}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := llm.ReadScript(strings.NewReader(text))
		if err != nil {
			return
		}
		if _, _, err := speak(t, m, llm.Message{Role: llm.RoleUser, Content: "a"}); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
