package grammar

import "testing"

// TestCorners: what can be written can be ended, names may begin alike, and limits, unions
// and recursion hold together.
func TestCorners(t *testing.T) {
	for _, c := range []struct {
		schema   string
		yes, bad []string
	}{
		{`{"type":"string","pattern":"^(ab|abc|b.)$"}`, []string{`"ab"`, `"abc"`, `"bx"`, `"bé"`}, []string{`"a"`, `"b\n"`, `"b"`, `"abcd"`}},
		{`{"type":"string","pattern":"^.{2}$|^.{5}$"}`, []string{`"ab"`, `"abcde"`, `"\\\""`}, []string{`"a"`, `"abc"`, `"abcdef"`}},
		{`{"type":"string","pattern":"^(a|b){3,5}$","minLength":4,"maxLength":4}`, []string{`"abab"`}, []string{`"aba"`, `"ababa"`, `"abac"`}},
		{`{"type":"string","pattern":"x","not":{"pattern":"y"},"maxLength":3}`, []string{`"x"`, `"axb"`, `"xxx"`}, []string{`"a"`, `"xy"`, `"axbc"`}},
		{`{"enum":["a\"b","a\\b","a\u0000","\ud83d\ude00",1,1.5,null,[1],{"k":2}]}`, []string{`"a\"b"`, `"a\\b"`, `"a\u0000"`, `"😀"`, `1.0`, `null`, `[1]`, `{"k": 2}`}, []string{`"a"`, `2`, `[2]`, `{}`}},
		{`{"type":"object","properties":{"a":{"type":"integer"},"ab":{"type":"boolean"},"abc":{"type":"null"}},"additionalProperties":false}`,
			[]string{`{}`, `{"abc": null, "a": 1, "ab": true}`, `{"ab": false}`}, []string{`{"a": true}`, `{"ab": 1}`, `{"abcd": 1}`, `{"ab": true, "ab": true}`}},
		{`{"type":"object","properties":{"a":{}},"required":["a","b"],"additionalProperties":{"type":"integer"},"propertyNames":{"maxLength":1}}`,
			[]string{`{"a": "x", "b": 1}`, `{"c": 3, "b": 1, "a": null}`}, []string{`{"a": "x"}`, `{"a": "x", "b": "y"}`, `{"a": 1, "b": 1, "cc": 1}`}},
		{`{"$defs":{"even":{"anyOf":[{"const":[]},{"type":"array","prefixItems":[{"$ref":"#/$defs/odd"}],"minItems":1,"maxItems":1}]},"odd":{"type":"array","prefixItems":[{"$ref":"#/$defs/even"}],"minItems":1,"maxItems":1}},"$ref":"#/$defs/even"}`,
			[]string{`[]`, `[[[]]]`}, []string{`[[]]`, `[[[[]]]]`, `[1]`}},
		{`{"type":"array","contains":{"const":7},"minContains":2,"maxContains":2,"items":{"enum":[7,8]},"maxItems":4}`, []string{`[7, 7]`, `[8, 7, 8, 7]`}, []string{`[7]`, `[7, 7, 7]`, `[7, 7, 9]`, `[8, 8, 7, 7, 8]`}},
		{`{"allOf":[{"type":"object","properties":{"k":{"enum":["x","y"]}},"required":["k"]},{"if":{"properties":{"k":{"const":"x"}}},"then":{"properties":{"v":{"type":"integer"}},"required":["v"]},"else":{"properties":{"v":false}}}]}`,
			[]string{`{"k": "x", "v": 1}`, `{"k": "y"}`, `{"v": 2, "k": "x"}`}, []string{`{"k": "x"}`, `{"k": "y", "v": 1}`, `{"k": "x", "v": "1"}`}},
		{`{"type":"number","minimum":-0.5,"exclusiveMaximum":1e1,"multipleOf":0.5}`, []string{`-0.5`, `0`, `9.5`, `2.0`}, []string{`-1`, `10`, `9.7`}},
		{`{"type":["integer","null","array"],"minimum":2,"maxItems":1}`, []string{`2`, `null`, `[]`, `["any"]`}, []string{`1`, `[1, 2]`, `"2"`}},
		{`{"type":"object","minProperties":2,"maxProperties":2,"patternProperties":{"^a":{"type":"integer"}},"additionalProperties":false}`, []string{`{"a": 1, "ab": 2}`}, []string{`{"a": 1}`, `{"a": 1, "a": 2}`, `{"a": 1, "b": 2}`, `{"a": 1, "ab": 2, "ac": 3}`}},
	} {
		decides(t, c.schema, c.yes, c.bad)
	}
}
