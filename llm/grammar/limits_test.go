package grammar

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
)

// TestHugeSchemas: what is too deep, too long or too much is an error that says so, soon.
func TestHugeSchemas(t *testing.T) {
	deep := func(open, end string) string {
		n := 1 << 20 / (len(open) + len(end))
		return strings.Repeat(open, n) + "true" + strings.Repeat(end, n)
	}
	big := strings.Builder{}
	big.WriteString(`{"type": "object", "properties": {"p": true`)
	for i := range 5000 {
		fmt.Fprintf(&big, `, "p%d": {"type": "string"}`, i)
	}
	big.WriteString("}}")
	for name, schema := range map[string]string{
		"nested objects": deep(`{"not":`, "}"), "nested arrays": deep("[", "]"), "brackets left open": strings.Repeat("[", 1<<20),
		"nested items": deep(`{"items":`, "}"), "five megabytes": `{"title": "` + strings.Repeat("x", 5<<20) + `"}`,
		"many properties": big.String(),
		"an intersection": `{"type": "string", "allOf": [{"pattern": "(a|b)*a(a|b){14}$"}, {"pattern": "(a|b)*b(a|b){15}$"}, {"pattern": "(a|b)*a(a|b){16}c$"}], "minLength": 100}`,
	} {
		start := time.Now()
		_, err := CompileSchema([]byte(schema), Options{MaxWork: 4e6, MaxMemory: 32 << 20})
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v, want an error of this package", name, err)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// TestForget: a grammar that comes to its limit of memory starts afresh, and matchers
// that were under way go on.
func TestForget(t *testing.T) {
	schema := []byte(`{"type": "object", "additionalProperties": {"type": "string", "pattern": "^[a-z0-9]+$"}}`)
	small, err := CompileSchema(schema, Options{MaxMemory: 3 << 19})
	if err != nil {
		t.Fatal(err)
	}
	v := byteVocab()
	mask := NewBitset(v.Size())
	old := small.NewMatcher(v)
	if err := old.AcceptBytes([]byte(`{"key0": "a", "key`)); err != nil {
		t.Fatal(err)
	}
	m := small.NewMatcher(v)
	for i := range 60 {
		text := fmt.Sprintf(`, "key%d": "v%d"`, i, i)
		if i == 0 {
			text = `{` + text[2:]
		}
		for _, c := range []byte(text) {
			if err := m.Mask(mask); err != nil || !mask.Has(int32(c)) {
				t.Fatalf("member %d: %q is not in the mask, %v", i, c, err)
			}
			if err := m.Accept(int32(c)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if small.epoch == 0 {
		t.Fatal("the grammar never came to its limit: the test shows nothing")
	}
	if err := m.AcceptBytes([]byte(`, "key17"`)); err == nil {
		t.Error("a key was taken twice after the grammar forgot it")
	}
	if err := old.AcceptBytes([]byte(`0"`)); err == nil {
		t.Error("an old matcher took a key twice")
	}
	if err := old.AcceptBytes([]byte(`1": "b"}`)); err != nil || !old.CanEnd() {
		t.Errorf("an old matcher can't go on: %v", err)
	}
	if err := old.Rollback(2); err != nil || old.AcceptBytes([]byte(`{"key1": "b"}`)) != nil {
		t.Errorf("an old matcher can't go back: %v", err)
	}
}

// TestNest: a recursive schema is steered to its end before it is deeper than readers
// take.
func TestNest(t *testing.T) {
	g, err := CompileSchema([]byte(`true`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	v := byteVocab()
	m, mask := g.NewMatcher(v), NewBitset(v.Size())
	depth := 0
	for ; depth < 1000; depth++ {
		if err := m.Mask(mask); err != nil {
			t.Fatal(err)
		}
		if !mask.Has('[') {
			break
		}
		if err := m.Accept('['); err != nil {
			t.Fatal(err)
		}
	}
	if depth < 100 || depth > 300 || !mask.Has(']') {
		t.Errorf("%d brackets deep, ] is in the mask: %v", depth, mask.Has(']'))
	}
}

// words is a tokenizer that cuts at the last letter of a run: what ends in a letter may
// go on.
type words struct{ v *Vocab }

func (w words) Encode(dst []int32, text string) []int32 {
	for i := 0; i < len(text); {
		best, n := int32(text[i]), 1
		for id := range int32(w.v.Size()) {
			if b := w.v.Bytes(id); len(b) > n && strings.HasPrefix(text[i:], string(b)) {
				best, n = id, len(b)
			}
		}
		dst, i = append(dst, best), i+n
	}
	return dst
}

func (w words) EncodeSettled(dst []int32, text string) ([]int32, int) {
	cut := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	return w.Encode(dst, cut), len(cut)
}

// TestForcedTokens: forced text is in the tokens of the whole text, and what may yet
// change is left out.
func TestForcedTokens(t *testing.T) {
	v := byteVocab()
	w := words{v}
	text := func(ids []int32) string {
		var s []string
		for _, id := range ids {
			s = append(s, string(v.Bytes(id)))
		}
		return strings.Join(s, "·")
	}
	g, err := CompileSchema([]byte(`{"type": "object", "properties": {"name": {"enum": ["hello", "hellos"]}}, "required": ["name"], "additionalProperties": false}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		before []string
		want   string
	}{
		{nil, `{"·name·": "`},         // "hello" may become "hellos"
		{[]string{`{"`}, `name·": "`}, // as in the whole
		{[]string{`{`}, `"·name·": "`},
		{[]string{`{"`, "na"}, `m·e·": "`}, // name is one token elsewhere: as well as can be
		{[]string{`{"`, "name", `": "`, "hello", "s"}, `"}`},
	} {
		m := g.NewMatcher(v)
		for _, s := range c.before {
			if err := m.AcceptBytes([]byte(s)); err != nil {
				t.Fatal(err)
			}
		}
		ids, err := m.ForcedTokens(w)
		if err != nil || text(ids) != c.want {
			t.Errorf("after %q: %s, %v, want %s", c.before, text(ids), err, c.want)
		}
	}
}

// TestPythonic: calls in the Python-style dialect.
func TestPythonic(t *testing.T) {
	tools := []llm.ToolSpec{
		{Name: "files.read", Parameters: []byte(`{"type": "object", "properties": {"path": {"type": "string"}, "deep": {"type": ["boolean", "null"]}, "opts": {"type": "object", "properties": {"a b": {"enum": [true, null, {"k": false}]}}}}, "required": ["path"]}`)},
		{Name: "now"},
	}
	g, err := CompileTurn(Turn{Tools: tools, Dialect: llm.DialectPythonic, MaxCalls: 2})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`[now()]`:                       true,
		`[files.read(path="a")]`:        true,
		`[files.read(path="a"), now()]`: true,
		`[files.read(deep=True, path="a", opts={"a b": {"k": False}, "more": [None, 1]})]`: true,
		`[files.read(path="a", deep=None)]`:                                                true,
		`[files.read(path="a", deep=true)]`:                                                false,
		`[files.read(path="a", deep=null)]`:                                                false,
		`[files.read()]`:                                                                   false,
		`[files.read(path="a", path="b")]`:                                                 false,
		`[files.read(path="a", extra=1)]`:                                                  false,
		`[files.read(path="a", opts={"x": 1, "x": 2})]`:                                    false,
		`[now(), now(), now()]`:                                                            false,
		`[now()] done`:                                                                     false,
		`[]`:                                                                               true, // text
		`[now(1)]`:                                                                         false,
		`now()`:                                                                            true, // text, which nothing reads as a call
		`{"name": "now", "parameters": {}}`:                                                false,
		"The answer":                                                                       true,
	} {
		if got := accepts(t, g, text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	for name, tool := range map[string]llm.ToolSpec{
		"name":       {Name: "send-mail"},
		"properties": {Name: "f", Parameters: []byte(`{"properties": {"reply-to": {}}}`)},
	} {
		_, err := CompileTurn(Turn{Tools: []llm.ToolSpec{tool}, Dialect: llm.DialectPythonic})
		var e *Error
		if !errors.As(err, &e) || e.Keyword != name || !strings.HasPrefix(e.Path, "/"+tool.Name) {
			t.Errorf("%s: %v", tool.Name, err)
		}
	}
}

// TestTurnChoices: what a turn can be by choice and format.
func TestTurnChoices(t *testing.T) {
	tools := []llm.ToolSpec{{Name: "now"}, {Name: `odd "ñ"`}}
	now, odd := `{"name": "now", "parameters": {}}`, `{"name": "odd \"ñ\"", "parameters": {}}`
	answer := &llm.ResponseFormat{Schema: []byte(`{"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}`)}
	for i, c := range []struct {
		turn     Turn
		yes, not []string
	}{
		{Turn{Tools: tools}, []string{now, odd, "Hi", " \n Hi", "[1] says", "```go\nx\n```", "<b>"}, []string{"{}", "```json\n{}", `[{"name": "now"`, "<function=now>", `{"name": "now"}`, "", now + "x"}},
		{Turn{Tools: tools, Choice: llm.ToolChoice{Mode: llm.ChoiceNone}}, []string{"Hi", "{}", "```json\n{}\n```", `{"name": "x", "parameters": {}}`}, []string{now, odd}},
		{Turn{Tools: tools, Choice: llm.ToolChoice{Mode: llm.ChoiceRequired}}, []string{now, odd + "; " + now}, []string{"Hi"}},
		{Turn{Tools: tools, Choice: llm.ToolChoice{Mode: llm.ChoiceTool, Name: "now"}}, []string{now, now + "; " + now}, []string{"Hi", odd}},
		{Turn{Tools: tools, Response: answer}, []string{now, `{"name": "x"}`, `{"name": "now"}`, `{"name": "now", "parameter": 1}`}, []string{"Hi", `{"name": "now", "parameters": {"a": 1}}`, `{"name": 1}`}},
		{Turn{Response: answer}, []string{`{"name": "now", "parameters": {}}`}, []string{"Hi"}},
		{Turn{}, []string{"{}", "Hi"}, []string{"\xff"}},
	} {
		g, err := CompileTurn(c.turn)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range c.yes {
			if !accepts(t, g, s) {
				t.Errorf("turn %d rejects %q", i, s)
			}
		}
		for _, s := range c.not {
			if accepts(t, g, s) {
				t.Errorf("turn %d accepts %q", i, s)
			}
		}
	}
	for keyword, turn := range map[string]Turn{
		"name":            {Tools: []llm.ToolSpec{{Name: ""}}},
		"tool_choice":     {Tools: tools, Choice: llm.ToolChoice{Mode: llm.ChoiceTool, Name: "nope"}},
		"response_format": {Tools: tools, Response: &llm.ResponseFormat{Schema: []byte(`{"const": {"name": "now", "parameters": {}}}`)}},
		"dialect":         {Tools: tools, Dialect: "xml"},
	} {
		_, err := CompileTurn(turn)
		var e *Error
		if !errors.As(err, &e) || e.Keyword != keyword {
			t.Errorf("%s: %v", keyword, err)
		}
	}
}
