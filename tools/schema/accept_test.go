package schema

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestQuickAgrees draws schemas and documents: what quick accepts, the library does too.
func TestQuickAgrees(t *testing.T) {
	quickly := 0
	rapid.Check(t, func(t *rapid.T) {
		root := drawSchema(t, 0)
		root["$defs"] = map[string]any{"a": drawSchema(t, 1), "b": map[string]any{"$ref": "#/$defs/b"}}
		text, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Compile(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for range 20 {
			data, err := json.Marshal(drawFor(t, root, 0))
			if err != nil {
				t.Fatal(err)
			}
			v, err := Decode(data)
			if err != nil {
				t.Fatalf("%s: %v", data, err)
			}
			valid := s.compiled.Validate(v) == nil
			fast := s.quick.accepts(v, 0)
			if fast && !valid {
				t.Fatalf("schema %s accepts %s", text, data)
			}
			if fast {
				quickly++
			}
		}
	})
	if quickly == 0 {
		t.Error("no document was accepted quickly")
	}
}

// TestQuickIsOfUse: documents of plain schemas, such as tools have, need no library.
func TestQuickIsOfUse(t *testing.T) {
	for text, docs := range map[string][]string{
		`{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": false}`: {`{"city": "Lisbon"}`},
		`{"type": "object", "properties": {"n": {"type": "integer", "minimum": 1, "maximum": 9}, "unit": {"enum": ["c", "f"]}}}`: {
			`{}`, `{"n": 1}`, `{"n": 9, "unit": "f"}`},
		`{"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}}, "at": {"type": ["number", "null"]}, "ok": {"type": "boolean"}}}`: {
			`{"tags": [], "at": null}`, `{"tags": ["a", "b"], "at": 1.5, "ok": true}`},
	} {
		s, err := Compile([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, doc := range docs {
			v, err := Decode([]byte(doc))
			if err != nil {
				t.Fatal(err)
			}
			if !s.quick.accepts(v, 0) {
				t.Errorf("%s is left to the library under %s", doc, text)
			}
		}
	}
}

func drawSchema(t *rapid.T, depth int) map[string]any {
	s := map[string]any{}
	if types := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"null", "boolean", "number", "integer", "string", "array", "object"}), 0, 3, rapid.ID).Draw(t, "types"); len(types) > 0 {
		s["type"] = types
	}
	maybe := func(name string, value any) {
		if rapid.IntRange(0, 3).Draw(t, name) == 0 {
			s[name] = value
		}
	}
	maybe("minimum", rapid.SampledFrom([]any{0, -3, 1, 2.5}).Draw(t, "min"))
	maybe("maximum", rapid.SampledFrom([]any{7, 3, 0.5}).Draw(t, "max"))
	maybe("minLength", rapid.IntRange(0, 2).Draw(t, "shortest"))
	maybe("maxLength", rapid.IntRange(1, 3).Draw(t, "longest"))
	maybe("enum", rapid.SampledFrom([]any{[]any{"a", "é"}, []any{"a", 1}, []any{nil}}).Draw(t, "words"))
	if rapid.IntRange(0, 9).Draw(t, "pattern") == 0 {
		s["pattern"] = "^a"
	}
	maybe("$ref", rapid.SampledFrom([]string{"#/$defs/a"}).Draw(t, "ref"))
	if depth > 2 {
		delete(s, "$ref")
		return s
	}
	maybe("required", []string{"x"})
	maybe("additionalProperties", rapid.SampledFrom([]any{false, true, drawSchema(t, depth+1)}).Draw(t, "rest"))
	if rapid.Bool().Draw(t, "inner") {
		s["properties"] = map[string]any{"x": drawSchema(t, depth+1), "y": drawSchema(t, depth+1)}
		s["items"] = drawSchema(t, depth+1)
	}
	if depth > 0 {
		delete(s, "$ref") // only the root refers, so that drawing ends
	}
	return s
}

// drawFor draws a document that has a chance to satisfy the schema.
func drawFor(t *rapid.T, s map[string]any, depth int) any {
	kinds := []string{"null", "boolean", "number", "integer", "string", "array", "object"}
	if types, ok := s["type"].([]string); ok && rapid.IntRange(0, 9).Draw(t, "fitting") > 0 {
		kinds = types
	}
	inner := func(name string) any {
		if properties, ok := s["properties"].(map[string]any); ok {
			if p, ok := properties[name].(map[string]any); ok {
				return drawFor(t, p, depth+1)
			}
		}
		return rapid.IntRange(0, 3).Draw(t, "other")
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "null":
		return nil
	case "boolean":
		return rapid.Bool().Draw(t, "bool")
	case "number":
		return rapid.SampledFrom([]any{0.25, 3.5, -2, 1e300, 1e21}).Draw(t, "number")
	case "integer":
		return rapid.IntRange(-4, 9).Draw(t, "integer")
	case "string":
		return rapid.SampledFrom([]string{"", "a", "é", "abc", "ñandú"}).Draw(t, "text")
	case "array":
		out := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			items, _ := s["items"].(map[string]any)
			out = append(out, drawFor(t, items, depth+1))
			if depth > 3 {
				break
			}
		}
		return out
	default:
		out := map[string]any{}
		for _, name := range []string{"x", "y", "z"} {
			if depth < 4 && rapid.Bool().Draw(t, fmt.Sprint("has ", name)) {
				out[name] = inner(name)
			}
		}
		return out
	}
}
