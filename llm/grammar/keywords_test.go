package grammar

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"testing"
)

// keywordsChecked are the core keywords that the grammar may leave to the check after
// decoding; every other is enforced by the masks alone.
var keywordsChecked = map[string]bool{"uniqueItems": true, "unevaluatedProperties": true, "unevaluatedItems": true, "$dynamicRef": true, "oneOf": true, "not": true}

// TestKeywords: for each core keyword of draft 7 and 2020-12 the grammar, with the check
// of what it leaves out, says of each instance what another implementation of JSON Schema
// says, or refuses the keyword by name. testdata/keywords.py makes the verdicts.
func TestKeywords(t *testing.T) {
	f, err := os.Open("testdata/keywords.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	schemas, instances, refused, checked := 0, 0, 0, 0
	for dec := json.NewDecoder(bufio.NewReader(f)); dec.More(); {
		var c struct {
			benchCase
			Draft, Keyword string
		}
		if err := dec.Decode(&c); err != nil {
			t.Fatal(err)
		}
		schemas++
		g, err := CompileSchema(c.Schema, Options{})
		if err != nil {
			var e *Error
			possible := false
			for _, test := range c.Tests {
				possible = possible || test.Valid
			}
			switch {
			case !errors.As(err, &e):
				t.Errorf("%s: %v", c.Schema, err)
			case errors.Is(err, ErrSchema) && !possible: // no instance was said to be valid
			case errors.Is(err, ErrUnsupported) && e.Keyword == c.Keyword:
				refused++
				t.Logf("refused: %s: %v", c.Schema, err)
			default:
				t.Errorf("draft %s, %s: %v", c.Draft, c.Schema, err)
			}
			continue
		}
		check := validator(string(c.Schema))
		for _, one := range g.Checked() {
			if !keywordsChecked[one.Keyword] {
				t.Errorf("draft %s, %s: %v", c.Draft, c.Schema, one)
			}
		}
		if len(g.Checked()) > 0 {
			checked++
		}
		for _, test := range c.Tests {
			instances++
			text, err := Canonical(test.Data)
			if err != nil {
				t.Fatal(err)
			}
			got := accepts(t, g, string(text))
			if len(g.Checked()) > 0 {
				got = got && check != nil && holds(check, string(text))
			}
			if got != test.Valid {
				t.Errorf("draft %s, %s: %s is valid: %v, accepted: %v", c.Draft, c.Schema, text, test.Valid, got)
			}
		}
	}
	t.Logf("%d schemas, %d instances; %d schemas refused by name, %d with a keyword that is checked after decoding", schemas, instances, refused, checked)
	if schemas < 150 || instances < 700 {
		t.Errorf("%d schemas with %d instances: some are missing", schemas, instances)
	}
}
