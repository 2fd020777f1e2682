package grammar

import (
	"errors"
	"strings"
	"testing"
)

// TestReferences: a reference finds what it names by the document's identifier, in whatever way
// that is said, by that of a schema within it, or by an anchor; what is nowhere is told.
func TestReferences(t *testing.T) {
	wrap := func(id, ref string) string {
		return `{"$id": "` + id + `", "$defs": {"s": {"type": "integer"}, "in": {"$id": "inner.json", "type": "object", "properties": {"q": {"type": "boolean"}}}, "an": {"$anchor": "here", "type": "null"}}, "type": "object", "properties": {"x": {"$ref": "` + ref + `"}}, "required": ["x"], "additionalProperties": false}`
	}
	for _, c := range []struct {
		id, ref, yes, no string
	}{
		{"https://example.test/a/tool.json", "tool.json#/$defs/s", `{"x": 1}`, `{"x": "1"}`},
		{"https://example.test/a/tool.json", "/a/tool.json#/$defs/s", `{"x": 1}`, `{"x": "1"}`},
		{"https://example.test/a/tool.json", "https://example.test/a/tool.json#/$defs/s", `{"x": 1}`, `{"x": "1"}`},
		{"https://example.test/a/tool.json#", "../a/tool.json#/$defs/s", `{"x": 1}`, `{"x": "1"}`},
		{"tool.json", "tool.json#/$defs/s", `{"x": 1}`, `{"x": "1"}`},
		{"urn:example:tool", "urn:example:tool#/$defs/s", `{"x": 1}`, `{"x": "1"}`},
		{"https://example.test/a/tool.json", "#/%24defs/s", `{"x": 1}`, `{"x": "1"}`},
		{"https://example.test/a/tool.json", "inner.json#/properties/q", `{"x": true}`, `{"x": 1}`},
		{"https://example.test/a/tool.json", "https://example.test/a/inner.json#/properties/q", `{"x": true}`, `{"x": 1}`},
		{"https://example.test/a/tool.json", "inner.json", `{"x": {"q": true}}`, `{"x": {"q": 1}}`},
		{"https://example.test/a/tool.json", "tool.json#here", `{"x": null}`, `{"x": 1}`},
		{"https://example.test/a/tool.json", "#here", `{"x": null}`, `{"x": 1}`},
		{"https://example.test/a/tool.json", "#", `{"x": {"x": {"x": 1}}}`, ``},
	} {
		schema := wrap(c.id, c.ref)
		if c.ref == "#" {
			schema = strings.Replace(schema, `"required": ["x"]`, `"minProperties": 0`, 1)
			c.yes = `{"x": {"x": {}}}`
		}
		g, err := CompileSchema([]byte(schema), Options{Whole: true})
		if err != nil {
			t.Errorf("%s %s: %v", c.id, c.ref, err)
			continue
		}
		if !accepts(t, g, c.yes) || c.no != "" && accepts(t, g, c.no) {
			t.Errorf("%s %s: takes %s: %v, %s: %v", c.id, c.ref, c.yes, accepts(t, g, c.yes), c.no, accepts(t, g, c.no))
		}
	}
	for _, ref := range []string{"other.json", "https://example.test/tool.json#/$defs/s", "tool.json#/$defs/none", "tool.json#none", "http://json-schema.org/draft-07/other"} {
		var e *Error
		if _, err := CompileSchema([]byte(wrap("https://example.test/a/tool.json", ref)), Options{}); !errors.As(err, &e) || e.Keyword != "$ref" || e.Path != "/properties/x" || !strings.Contains(err.Error(), ref) {
			t.Errorf("%s: %v", ref, err)
		}
	}
	for _, ref := range []string{"http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-04/schema"} {
		schema := []byte(wrap("https://example.test/a/tool.json", ref))
		g, err := CompileSchema(schema, Options{})
		if err != nil || len(g.Checked()) != 1 || g.Checked()[0].Keyword != "$ref" || !accepts(t, g, `{"x": {"type": "string"}}`) {
			t.Errorf("%s: %v", ref, err)
		}
		if _, err := CompileSchema(schema, Options{Whole: true}); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s, whole: %v", ref, err)
		}
	}
}

// TestDeepSchema: a schema of a hundred objects within each other is enforced to the innermost.
func TestDeepSchema(t *testing.T) {
	const n = 100
	schema := strings.Repeat(`{"type": "object", "additionalProperties": false, "properties": {"p": `, n) + `{"type": "integer"}` + strings.Repeat(`}}`, n)
	g, err := CompileSchema([]byte(schema), Options{Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	whole := func(in string) string { return strings.Repeat(`{"p": `, n) + in + strings.Repeat(`}`, n) }
	if !accepts(t, g, whole("1")) || accepts(t, g, whole("true")) || accepts(t, g, whole(`{"p": 1}`)) {
		t.Error("wrong at the innermost")
	}
	deeper := strings.Repeat(`{"type": "object", "properties": {"p": `, maxDepth+2) + `{}` + strings.Repeat(`}}`, maxDepth+2)
	if _, err := CompileSchema([]byte(deeper), Options{}); !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "nested deeper than 128") {
		t.Error(err)
	}
}
