package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/chaski-dev/chaski/tools/schema"
)

// TestMisread: what is of the wrong type is told by its member, without Go's types.
func TestMisread(t *testing.T) {
	for text, want := range map[string]string{
		`5`:                   "a number is no object",
		`[1]`:                 "an array is no object",
		`{"name": 5}`:         "name: a number is no string",
		`{"list": {}}`:        "list: an object is no array",
		`{"list": [1.5]}`:     "list: the number 1.5 is no integer",
		`{"list": [true]}`:    "list: a boolean is no integer",
		`{"deep": {"x": ""}}`: "deep.x: a string is no number",
		`{"deep": 1}`:         "deep: a number is no object",
		`{"yes": "no"}`:       "yes: a string is no boolean",
		`{"map": 1}`:          "map: a number is no object",
		`{`:                   "unexpected end of JSON input",
	} {
		var v struct {
			Name string  `json:"name"`
			List []int32 `json:"list"`
			Deep *struct {
				X float64 `json:"x"`
			} `json:"deep"`
			Yes bool           `json:"yes"`
			Map map[string]any `json:"map"`
		}
		if err := json.Unmarshal([]byte(text), &v); err == nil {
			t.Errorf("%s: no error", text)
		} else if got := schema.Misread(err); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
