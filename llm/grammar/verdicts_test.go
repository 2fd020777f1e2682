package grammar

import (
	"fmt"
	"strings"
	"testing"
)

// TestVerdicts: what JSON Schema and ECMA-262 say, in the cases where a grammar is most
// likely to say otherwise.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		schema string
		text   string
		want   bool
	}{
		{`{"type": "string", "pattern": "^\\s$"}`, "\"\u00a0\"", true},
		{`{"type": "string", "pattern": "^\\s$"}`, "\"\ufeff\"", true},
		{`{"type": "string", "pattern": "^\\S$"}`, "\"\u2003\"", false},
		{`{"type": "string", "pattern": "^[\\s.]$"}`, "\"\u2029\"", true},
		{`{"type": "string", "pattern": "^\\S$"}`, "\"\u0085\"", true},
		{`{"type": "string", "pattern": "^.{1,2048}$"}`, `"ab"`, true},
		{`{"type": "string", "pattern": "^(?:[a-z]{1,63}\\.){1,63}[a-z]{2,63}$"}`, `"mail.example.test"`, true},
		{`{"type": "string", "pattern": "^(?:[a-z]{1,63}\\.){1,63}[a-z]{2,63}$"}`, `"mail.x"`, false},
		{`{"type": "string", "pattern": "^(foo$|bar)"}`, `"foo"`, true},
		{`{"type": "string", "pattern": "^(foo$|bar)"}`, `"foox"`, false},
		{`{"type": "string", "pattern": "^(foo$|bar)"}`, `"barx"`, true},
		{`{"type": "string", "pattern": "(^|,)foo($|,)"}`, `"a,foo,b"`, true},
		{`{"type": "string", "pattern": "(^|,)foo($|,)"}`, `"afoo"`, false},
		{`{"type": "string", "pattern": "(^|,)foo($|,)"}`, `"foo"`, true},
		{`{"type": "string", "pattern": "^(?!\\.)(?!.*\\.\\.)[a-z.]+@[a-z]+$"}`, `"a.b@c"`, true},
		{`{"type": "string", "pattern": "^(?!\\.)(?!.*\\.\\.)[a-z.]+@[a-z]+$"}`, `".b@c"`, false},
		{`{"type": "string", "pattern": "^(?!\\.)(?!.*\\.\\.)[a-z.]+@[a-z]+$"}`, `"a..b@c"`, false},
		{`{"type": "string", "pattern": "^(?=.*[0-9])[a-z0-9]{3}$"}`, `"ab1"`, true},
		{`{"type": "string", "pattern": "^(?=.*[0-9])[a-z0-9]{3}$"}`, `"abc"`, false},
		{`{"type": "string", "pattern": "^[^]+$"}`, `"x"`, true},
		{`{"type": "string", "pattern": "^\\u{1F600}$"}`, `"😀"`, true},
		{`{"type": "string", "pattern": "^[\\uD800\\uDC00-\\uDBFF\\uDFFF]$"}`, `"😀"`, true},
		{`{"type": "string", "pattern": "^\\p{Script=Greek}+$"}`, `"αβ"`, true},
		{`{"type": "string", "format": "ipv6"}`, `"::ffff:10.0.0.1"`, true},
		{`{"type": "string", "format": "ipv6"}`, `"1:2:3:4:5:6:10.0.0.1"`, true},
		{`{"type": "string", "format": "ipv6"}`, `"1:2:3:4:5:6:7:10.0.0.1"`, false},
		{`{"type": "string", "format": "uri"}`, `"http://[::ffff:10.0.0.1]/"`, true},
		{`{"type": "string", "format": "time"}`, `"23:59:60Z"`, true},
		{`{"type": "string", "format": "time"}`, `"12:00:60Z"`, false},
		{`{"type": "object", "minProperties": 1, "additionalProperties": false, "properties": {"and": {"type": "array", "minItems": 1, "items": {"$ref": "#"}}, "field": {"type": "string"}}}`, `{"and": [{"field": "x"}]}`, true},
		{`{"enum": [2.0]}`, `2`, true},
		{`{"const": 0}`, `0.0`, true},
		{`{"const": 7}`, `7.5`, false},
		{`{"type": "array", "uniqueItems": true, "items": {"type": "integer", "minimum": -1, "maximum": 31}}`, `[0, -1]`, true},
		{`{"type": "array", "uniqueItems": true, "items": {"type": "integer", "minimum": -1, "maximum": 31}}`, `[0, -0]`, false},
		{`{"type": "object", "properties": {"a": {}}, "unevaluatedProperties": false}`, `{"b": 1}`, false},
		{`{"allOf": [{"properties": {"a": {}}}], "type": "object", "properties": {"b": {}}, "unevaluatedProperties": false}`, `{"a": 1, "b": 1}`, true},
		{`{"allOf": [{"properties": {"a": {}}}], "type": "object", "properties": {"b": {}}, "unevaluatedProperties": false}`, `{"c": 1}`, false},
		{`{"type": "object", "properties": {"\u0000": {"type": "integer"}}, "additionalProperties": false}`, `{"\u0000": 1}`, true},
		{`{"type": "string", "maxLength": null}`, `"abc"`, true},
		{`{"$defs": {"a": {"not": {"x": [{"$id": "https://example.test/i.json", "type": "null"}]}}, "b": {"$id": "https://example.test/i.json", "type": "string"}}, "$ref": "https://example.test/i.json"}`, `null`, false},
		{`{"patternProperties": {"^p0_": {"type": "null"}, "^p1_": {}, "^p2_": {}, "^p3_": {}, "^p4_": {}, "^p5_": {}}, "type": "object"}`, `{"p0_": 1}`, false},
	} {
		g, err := CompileSchema([]byte(c.schema), Options{Whole: true})
		if err != nil {
			t.Errorf("%s: %v", c.schema, err)
		} else if got := accepts(t, g, c.text); got != c.want {
			t.Errorf("%s accepts %s: %v", c.schema, c.text, got)
		}
	}
}

// TestChecked: what cannot be enforced is taken, and named.
func TestChecked(t *testing.T) {
	for schema, want := range map[string]struct{ keyword, takes string }{
		`{"type": "array", "uniqueItems": true}`:                                                                        {"uniqueItems", `[1, 1]`},
		`{"type": "array", "uniqueItems": true, "items": {"type": "integer"}}`:                                          {"uniqueItems", `[1, 2]`},
		`{"type": "string", "pattern": "\\bfoo\\b"}`:                                                                    {"pattern", `"foo"`},
		`{"type": "string", "pattern": "a(?=b)"}`:                                                                       {"pattern", `"ab"`},
		`{"type": "string", "not": {"pattern": "a(?=b)"}}`:                                                              {"pattern", `"b"`},
		`{"type": "string", "format": "regex"}`:                                                                         {"format", `"a*"`},
		`{"type": "object", "anyOf": [{"properties": {"a": {}}}, {"required": ["b"]}], "unevaluatedProperties": false}`: {"unevaluatedProperties", `{"a": 1}`},
		`{"not": {"const": [1]}, "type": "array"}`:                                                                      {"not", `[2]`},
	} {
		g, err := CompileSchema([]byte(schema), Options{})
		if err != nil {
			t.Errorf("%s: %v", schema, err)
			continue
		}
		list := g.Checked()
		if len(list) != 1 || list[0].Keyword != want.keyword {
			t.Errorf("%s: %v, want %s", schema, list, want.keyword)
		}
		if !accepts(t, g, want.takes) {
			t.Errorf("%s rejects %s", schema, want.takes)
		}
		if _, err := CompileSchema([]byte(schema), Options{Whole: true}); err == nil {
			t.Errorf("%s: compiled where all must be enforced", schema)
		}
	}
}

// TestSixOpenObjects: a choice among open objects that nothing tells apart compiles, however
// many there are; that only one may hold is checked where the ways are too many, by name.
func TestSixOpenObjects(t *testing.T) {
	for n := 2; n <= 12; n++ {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"type": "object", "properties": {"k%[1]d": {"type": "string"}}, "required": ["k%[1]d"]}`, i))
		}
		schema := `{"oneOf": [` + strings.Join(all, ", ") + `]}`
		g, err := CompileSchema([]byte(schema), Options{})
		if err != nil {
			t.Errorf("%d: %v", n, err)
			continue
		}
		list := g.Checked()
		if n >= 6 && (len(list) != 1 || list[0].Keyword != "oneOf") {
			t.Errorf("%d: %v is checked, want oneOf", n, list)
		}
		last := fmt.Sprintf(`{"k%d": "x"}`, n-1)
		for text, want := range map[string]bool{`{"k0": "x"}`: true, last: true, `{"k0": 1}`: false, `{}`: false, `{"else": "x"}`: false, `{"k0": "x", "else": 1}`: true} {
			if got := accepts(t, g, text); got != want {
				t.Errorf("%d accepts %s: %v", n, text, got)
			}
		}
		if both := accepts(t, g, `{"k0": "x", "k1": "y"}`); both != (len(list) > 0) {
			t.Errorf("%d accepts two that hold: %v, checked: %v", n, both, list)
		}
	}
}
