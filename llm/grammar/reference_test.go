package grammar

import "testing"

// TestDocumentsWithin: a schema with an identifier is a document of its own. What stands in it
// refers from there, its anchors are its own, and an identifier that hides nothing is no obstacle.
func TestDocumentsWithin(t *testing.T) {
	for name, c := range map[string]struct{ schema, yes, no string }{
		"an anchor of each document": {`{"$id": "https://example.test/a/all.json", "$ref": "#size", "$defs": {
			"all": {"$anchor": "size", "maximum": 10}, "one": {"$id": "https://example.test/a/one/", "$anchor": "size", "maximum": 2}}}`, `5`, `11`},
		"the anchor of the inner one": {`{"$id": "https://example.test/a/all.json", "$ref": "one/#size", "$defs": {
			"all": {"$anchor": "size", "maximum": 10}, "one": {"$id": "https://example.test/a/one/", "$anchor": "size", "maximum": 2}}}`, `2`, `5`},
		"an anchor from within": {`{"$id": "https://example.test/all.json", "type": "array", "items": {"$ref": "one.json"}, "$defs": {
			"x": {"$anchor": "size", "type": "string"}, "one": {"$id": "one.json", "$ref": "#size", "$defs": {"y": {"$anchor": "size", "type": "integer"}}}}}`, `[1]`, `["1"]`},
		"a pointer from within": {`{"$id": "https://example.test/all.json", "type": "array", "items": {"$ref": "one.json"}, "$defs": {
			"part": {"type": "string"}, "one": {"$id": "one.json", "type": "array", "items": {"$ref": "#/$defs/part"}, "$defs": {"part": {"type": "integer"}}}}}`, `[[1]]`, `[["1"]]`},
		"a name from within": {`{"$id": "https://example.test/all.json", "type": "array", "items": {"$ref": "in/one.json"}, "$defs": {
			"one": {"$id": "in/one.json", "type": "array", "items": {"$ref": "two.json"}}, "two": {"$id": "in/two.json", "type": "null"}}}`, `[[null]]`, `[[1]]`},
		"the whole from within": {`{"$id": "https://example.test/all.json", "type": "array", "items": {"$ref": "one.json"}, "$defs": {
			"one": {"$id": "one.json", "type": "object", "additionalProperties": {"$ref": "#"}}}}`, `[{"a": {"b": {}}}]`, `[{"a": []}]`},
		"a dynamic anchor is an anchor": {`{"type": "array", "items": {"$ref": "#part"}, "$defs": {"x": {"$dynamicAnchor": "part", "type": "integer"}}}`, `[1]`, `["1"]`},
		"draft 7: an anchor is an identifier": {`{"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.test/all.json", "type": "array", "items": {"$ref": "#part"},
			"definitions": {"x": {"$id": "#part", "type": "integer"}}}`, `[1]`, `["1"]`},
		"draft 7: an identifier beside a reference says nothing": {`{"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.test/all.json", "type": "array",
			"items": {"$id": "https://example.test/in/", "$ref": "one.json"}, "definitions": {"a": {"$id": "https://example.test/one.json", "type": "integer"}, "b": {"$id": "https://example.test/in/one.json", "type": "string"}}}`, `[1]`, `["1"]`},
		"generators give identifiers to properties": {`{"$id": "https://example.test/all.json", "type": "object", "required": ["x"], "properties": {
			"x": {"$id": "/properties/x", "type": "array", "items": {"$ref": "#/$defs/part"}}}, "$defs": {"part": {"type": "integer"}}}`, `{"x": [1]}`, `{"x": ["1"]}`},
	} {
		g, err := CompileSchema([]byte(c.schema), Options{Whole: true})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !accepts(t, g, c.yes) || accepts(t, g, c.no) {
			t.Errorf("%s: takes %s: %v, %s: %v", name, c.yes, accepts(t, g, c.yes), c.no, accepts(t, g, c.no))
		}
	}
}
