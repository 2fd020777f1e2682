package grammar

import (
	"errors"
	"fmt"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// byteVocab has each byte and a few words as tokens.
func byteVocab() *Vocab {
	var tokens [][]byte
	for c := range 256 {
		tokens = append(tokens, []byte{byte(c)})
	}
	for _, w := range []string{`{"`, `": "`, `", "`, `"}`, "name", "true", "12", "é", "hello", `a"`} {
		tokens = append(tokens, []byte(w))
	}
	return NewVocab(tokens, nil)
}

func accepts(t *testing.T, g *Grammar, text string) bool {
	t.Helper()
	m := g.NewMatcher(byteVocab())
	return m.AcceptBytes([]byte(text)) == nil && m.CanEnd()
}

func TestSchemas(t *testing.T) {
	for _, c := range []struct {
		schema   string
		yes, bad []string
	}{
		{`{"type": "integer", "minimum": -3, "maximum": 12}`, []string{"-3", "0", "12", "9"}, []string{"-4", "13", "120", "01", "1.5"}},
		{`{"type": "number", "exclusiveMinimum": 0.5, "multipleOf": 0.25}`, []string{"0.75", "1", "10.250"}, []string{"0.5", "0.6", "-1"}},
		{`{"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^a"}`, []string{`"ab"`, `"aé\n"`}, []string{`"a"`, `"abcd"`, `"ba"`}},
		{`{"type": "string", "format": "date"}`, []string{`"2024-02-29"`}, []string{`"2023-02-29"`, `"2024-13-01"`}},
		{`{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "null"}}, "required": ["a"], "additionalProperties": false}`,
			[]string{`{"a": 1}`, `{"b": null, "a": 1}`}, []string{`{}`, `{"b": null}`, `{"a": 1, "a": 1}`, `{"a": 1, "c": 1}`}},
		{`{"type": "object", "patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": {"type": "boolean"}}`,
			[]string{`{"x1": 5, "y": true}`}, []string{`{"x": true}`, `{"y": 5}`}},
		{`{"type": "array", "prefixItems": [{"type": "null"}], "items": {"type": "integer"}, "minItems": 2, "maxItems": 3}`,
			[]string{`[null, 1]`, `[null, 1, 2]`}, []string{`[null]`, `[1, 1]`, `[null, 1, 2, 3]`}},
		{`{"$ref": "#/$defs/t", "$defs": {"t": {"type": "object", "properties": {"n": {"$ref": "#/$defs/t"}}, "additionalProperties": false}}}`,
			[]string{`{}`, `{"n": {"n": {}}}`}, []string{`{"n": 1}`}},
		{`{"oneOf": [{"type": "string", "maxLength": 1}, {"enum": [1, null]}]}`, []string{`"a"`, "1", "null"}, []string{`"ab"`, "2"}},
		{`{"type": "string", "not": {"enum": ["a"]}}`, []string{`"b"`, `"aa"`}, []string{`"a"`, "1"}},
		{`{"properties": {"k": {"enum": ["x", "y"]}, "v": {}}, "required": ["k"], "type": "object", "if": {"properties": {"k": {"const": "x"}}}, "then": {"required": ["v"]}}`,
			[]string{`{"k": "y"}`, `{"k": "x", "v": 1}`}, []string{`{"k": "x"}`}},
		{`{"type": "object", "dependentRequired": {"a": ["b"]}, "maxProperties": 2}`, []string{`{"c": 1}`, `{"b": 1, "a": 1}`}, []string{`{"a": 1}`, `{"a": 1, "c": 1}`}},
	} {
		decides(t, c.schema, c.yes, c.bad)
	}
}

// decides checks what the grammar of a schema takes and what it does not.
func decides(t *testing.T, schema string, yes, bad []string) {
	t.Helper()
	g, err := CompileSchema([]byte(schema), Options{})
	if err != nil {
		t.Errorf("%s: %v", schema, err)
		return
	}
	for _, s := range yes {
		if !accepts(t, g, s) {
			t.Errorf("%s rejects %s", schema, s)
		}
	}
	for _, s := range bad {
		if accepts(t, g, s) {
			t.Errorf("%s accepts %s", schema, s)
		}
	}
}

func TestRefusals(t *testing.T) {
	for schema, keyword := range map[string]string{
		`{"$ref": "#/nowhere"}`:                           "$ref",
		`{"type": "integer", "minimum": 3, "maximum": 2}`: "schema",
		`{"type": "text"}`:                                "type",
		`[`:                                               "schema",
		`{"$ref": "#"}`:                                   "$ref",
	} {
		_, err := CompileSchema([]byte(schema), Options{})
		var e *Error
		if !errors.As(err, &e) || e.Keyword != keyword {
			t.Errorf("%s: %v", schema, err)
		}
	}
}

// A mask holds a token exactly when its bytes are accepted.
func TestMaskEqualsAccept(t *testing.T) {
	v := byteVocab()
	g, err := CompileSchema([]byte(`{"type": "object", "properties": {"name": {"type": "string", "maxLength": 6}, "n": {"type": "integer"}}}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := g.NewMatcher(v)
	mask := NewBitset(v.Size())
	for _, part := range []byte(`{"name": "hell\n", "n": 12, "x": [true]}`) {
		if err := m.Mask(mask); err != nil {
			t.Fatal(err)
		}
		for id := range int32(v.Size()) {
			c := m.Clone()
			if (c.Accept(id) == nil) != mask.Has(id) {
				t.Fatalf("before %q: token %q is in the mask: %v", part, v.Bytes(id), mask.Has(id))
			}
		}
		if err := m.AcceptBytes([]byte{part}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTurn(t *testing.T) {
	g, err := CompileTurn(Turn{MaxCalls: 2, Tools: []llm.ToolSpec{{Name: "add", Parameters: []byte(`{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false}`)}, {Name: "now"}}})
	if err != nil {
		t.Fatal(err)
	}
	one, two := `{"name": "add", "parameters": {"a": 1}}`, `{"name": "now", "parameters": {}}`
	for text, want := range map[string]bool{
		"Hello {x}": true, one: true, one + "; " + two: true, one + "; " + two + "; " + one: false, one + " done": false,
		`{"name": "sub", "parameters": {}}`: false, `{"name": "add", "parameters": {"a": "1"}}`: false, "[1]": true, `[{"name": "add"`: false, "```json\n{": false, "```go\nx": true,
	} {
		if got := accepts(t, g, text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	m := g.NewMatcher(byteVocab())
	if err := m.AcceptBytes([]byte(`{"`)); err != nil {
		t.Fatal(err)
	}
	if f, err := m.Forced(); err != nil || string(f) != `name": "` {
		t.Errorf("forced %q, %v", f, err)
	}
}

// TestArguments: a call has no arguments but the declared ones, unless its schema speaks of
// others; what lies within an argument is as JSON Schema has it.
func TestArguments(t *testing.T) {
	for schema, c := range map[string]struct{ yes, not []string }{
		`{"type": "object", "properties": {"a": {"type": "integer"}, "o": {"properties": {"x": {"type": "integer"}}}}}`: {
			[]string{`{}`, `{"a": 1}`, `{"o": {"y": true}, "a": 1}`}, []string{`{"b": 1}`, `{"a": 1, "b": 1}`, `{"o": {"x": "y"}}`}},
		`{"properties": {}}`: {[]string{`{}`}, []string{`{"b": 1}`}},
		`{"allOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"b": {"type": "integer"}}}]}`: {
			[]string{`{"a": 1, "b": 2}`, `{"b": 2}`}, []string{`{"c": 1}`, `{"b": "2"}`}},
		`{"properties": {"child": {"$ref": "#"}, "a": {"type": "integer"}}}`: {
			[]string{`{"child": {"z": 1, "child": {"z": 1}}}`}, []string{`{"z": 1}`, `{"child": {"a": "b"}}`}},
		`{"properties": {"a": {"type": "integer"}}, "required": ["b"]}`: {[]string{`{"b": 1}`, `{"a": 1, "b": 1}`}, []string{`{"a": 1}`, `{"b": 1, "c": 1}`}},
		// A member of one branch is a member of the call.
		`{"properties": {"n": {"type": "integer"}}, "anyOf": [{"properties": {"email": {"type": "string"}}, "required": ["email"]}, {"properties": {"phone": {"type": "string"}}, "required": ["phone"]}]}`: {
			[]string{`{"email": "a", "phone": "b"}`, `{"phone": "b", "n": 1}`}, []string{`{"n": 1}`, `{"email": "a", "x": 1}`}},
		`{"properties": {"a": {"type": "integer"}}, "dependentSchemas": {"a": {"properties": {"z": {"type": "integer"}}}}}`: {
			[]string{`{"z": "free"}`, `{"a": 1, "z": 2}`}, []string{`{"a": 1, "z": "2"}`, `{"y": 1}`}},
		`{"properties": {"a": {"type": "integer"}}, "if": {"required": ["a"]}, "then": {"$ref": "#/$defs/more"}, "$defs": {"more": {"properties": {"z": {"type": "integer"}}}}}`: {
			[]string{`{"z": 1}`, `{"a": 1, "z": 2}`}, []string{`{"y": 1}`}},
		`{"properties": {"a": {"type": "integer"}}, "enum": [{"a": 1, "b": 2}]}`:    {[]string{`{"a": 1, "b": 2}`}, []string{`{"a": 1}`}},
		`{"properties": {"a": {"type": "integer"}}, "unevaluatedProperties": true}`: {[]string{`{"b": 1}`}, nil},
		`{"not": {"required": ["b"]}}`:                                              {[]string{`{"c": 1}`}, []string{`{"b": 1}`}},
		`{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}`:                     {[]string{`{"a": 1, "c": 1}`}, []string{`{"a": 1, "b": 1}`}},
		`{"oneOf": [{"properties": {"a": {"const": 1}}, "required": ["a"]}, {"properties": {"b": {"const": 1}}, "required": ["b"]}]}`: {
			[]string{`{"a": 1, "b": 2}`, `{"b": 1}`}, []string{`{"a": 1, "c": 2}`, `{"a": 1, "b": 1}`}},
		`{"properties": {"a": {"type": "integer"}}, "not": {"maxProperties": 1}}`: {[]string{`{"a": 1, "b": 2}`}, []string{`{"a": 1}`}},
		`{"type": "object"}`: {[]string{`{}`, `{"b": 1}`}, nil},
		`{"properties": {"a": {"type": "integer"}}, "additionalProperties": true}`:               {[]string{`{"b": 1}`}, nil},
		`{"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "string"}}`: {[]string{`{"b": "1"}`}, []string{`{"b": 1}`}},
		`{"properties": {"a": {"type": "integer"}}, "patternProperties": {"^x": true}}`:          {[]string{`{"x1": 1}`, `{"b": 1}`}, nil},
		`{"properties": {"a": {"type": "integer"}}, "propertyNames": {"maxLength": 2}}`:          {[]string{`{"b": 1}`}, []string{`{"bcd": 1}`}},
		`{"properties": {"a": {"type": "integer"}}, "minProperties": 2}`:                         {[]string{`{"b": 1, "a": 1}`}, []string{`{"a": 1}`}},
	} {
		g, err := CompileTurn(Turn{Tools: []llm.ToolSpec{{Name: "f", Parameters: []byte(schema)}}})
		if err != nil {
			t.Fatalf("%s: %v", schema, err)
		}
		for _, args := range c.yes {
			if !accepts(t, g, `{"name": "f", "parameters": `+args+`}`) {
				t.Errorf("%s rejects %s", schema, args)
			}
		}
		for _, args := range c.not {
			if accepts(t, g, `{"name": "f", "parameters": `+args+`}`) {
				t.Errorf("%s accepts %s", schema, args)
			}
		}
	}
}

func ExampleCompileSchema() {
	g, err := CompileSchema([]byte(`{"type": "boolean"}`), Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := g.NewMatcher(NewVocab([][]byte{[]byte("true"), []byte("maybe"), []byte("f")}, nil))
	mask := NewBitset(3)
	fmt.Println(m.Mask(mask), mask.IDs(nil))
	// Output: <nil> [0 2]
}

func FuzzCompileSchema(f *testing.F) {
	f.Add(`{"type": "object", "properties": {"a": {"$ref": "#"}}}`)
	f.Add(`{"oneOf": [{"type": "integer"}, {"multipleOf": 0.1}]}`)
	f.Add(`{"properties": {"a": {}}, "allOf": [{"$ref": "#/$defs/b"}], "$defs": {"b": {"if": {"$ref": "#"}, "then": {"properties": {"c": {}}}}}}`)
	f.Fuzz(func(t *testing.T, schema string) {
		o := Options{MaxMemory: 16 << 20, MaxWork: 4e6, MaxSchemas: 500}
		g, err := CompileSchema([]byte(schema), o)
		var e *Error
		if (g == nil) == (err == nil) || (err != nil && !errors.As(err, &e)) {
			t.Fatal(g, err)
		}
		g, err = CompileTurn(Turn{Tools: []llm.ToolSpec{{Name: "f", Parameters: []byte(schema)}}, Options: o})
		if (g == nil) == (err == nil) || (err != nil && !errors.As(err, &e)) {
			t.Fatal("as arguments", g, err)
		}
	})
}
