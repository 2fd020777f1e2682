package grammar

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// suiteDir is a copy of the JSON-Schema-Test-Suite, such as the folder json in the source
// distribution of the Python package jsonschema.
var suiteDir = flag.String("schema-suite", "", "TestSchemaSuite takes the JSON-Schema-Test-Suite from this folder")

// suiteDrafts are the drafts that are taken from the suite, and how a schema names them.
var suiteDrafts = map[string]string{
	"draft7":       "http://json-schema.org/draft-07/schema#",
	"draft2020-12": "https://json-schema.org/draft/2020-12/schema",
}

// narrower are the cases in which a grammar asks more than the suite does: a schema that names
// a dialect of its own, in which bounds say nothing, is read as the latest draft.
var narrower = []string{"vocabulary.json: schema that uses custom metaschema with with no validation vocabulary"}

// TestSchemaSuite: what the JSON-Schema-Test-Suite says of an instance is what masks and the
// check after decoding make of it, or the schema is refused by the name of a keyword. A grammar
// may write a value in one of its spellings only: 1 and not 1.0, members in the schema's order.
// Formats are left out: the suite has them say nothing, a grammar writes by them.
func TestSchemaSuite(t *testing.T) {
	if *suiteDir == "" {
		t.Skip("no -schema-suite")
	}
	for _, draft := range slices.Sorted(maps.Keys(suiteDrafts)) {
		files, err := filepath.Glob(filepath.Join(*suiteDir, "tests", draft, "*.json"))
		if err != nil || len(files) < 30 {
			t.Fatalf("%d files of %s in %s: %v", len(files), draft, *suiteDir, err)
		}
		var right, otherwise, narrow, wrong, refused, checked int
		keywords := map[string]int{}
		for _, file := range files {
			if filepath.Base(file) == "format.json" {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var cases []struct {
				benchCase
				Description string
			}
			if err := json.Unmarshal(text, &cases); err != nil {
				t.Fatal(file, err)
			}
			for _, c := range cases {
				what := fmt.Sprintf("%s, %s: %s", draft, filepath.Base(file), c.Description)
				schema := named(c.Schema, suiteDrafts[draft])
				g, err := CompileSchema(schema, Options{})
				if err != nil {
					var e *Error
					possible := slices.ContainsFunc(c.Tests, func(test struct {
						Valid bool            `json:"valid"`
						Data  json.RawMessage `json:"data"`
					}) bool {
						return test.Valid
					})
					switch {
					case errors.As(err, &e) && errors.Is(err, ErrSchema) && !possible: // no instance is said to be valid
						right += len(c.Tests)
					case errors.As(err, &e) && e.Keyword != "":
						refused += len(c.Tests)
						keywords[e.Keyword] += len(c.Tests)
						t.Logf("refused: %s: %v", what, err)
					default:
						t.Errorf("%s: %s: %v", what, schema, err)
					}
					continue
				}
				check := func(string) bool { return true }
				if len(g.Checked()) > 0 {
					s := validator(string(schema))
					if s == nil {
						t.Errorf("%s: %s: the check does not take it", what, schema)
						continue
					}
					checked += len(c.Tests)
					check = func(text string) bool { return holds(s, text) }
				}
				for _, test := range c.Tests {
					takes := func(text string) bool { return accepts(t, g, text) && check(text) }
					v, err := parse(test.Data)
					if err != nil {
						t.Fatal(what, err)
					}
					switch got := takes(canonical(v)); {
					case got == test.Valid:
						right++
					case test.Valid && slices.ContainsFunc(spellings(v), takes):
						otherwise++
					case test.Valid && slices.Contains(narrower, filepath.Base(file)+": "+c.Description):
						narrow++
					default:
						wrong++
						t.Errorf("%s: %s: %s is valid: %v, accepted: %v", what, schema, test.Data, test.Valid, got)
					}
				}
			}
		}
		t.Logf("%s: %d instances right, %d in another spelling of the value, of all these %d with a check after decoding; %d refused by name %v; %d narrower; %d wrong",
			draft, right, otherwise, checked, refused, keywords, narrow, wrong)
	}
}

// named is the schema with its draft's name, unless it has one.
func named(schema []byte, draft string) []byte {
	schema = bytes.TrimSpace(schema)
	if schema[0] != '{' || strings.Contains(string(schema), `"$schema"`) {
		return schema
	}
	rest := bytes.TrimSpace(schema[1:])
	comma := ","
	if rest[0] == '}' {
		comma = ""
	}
	return fmt.Appendf(nil, `{"$schema": %q%s %s`, draft, comma, rest)
}

// spellings are other texts of a value: whole numbers without a fraction, members in other
// orders.
func spellings(v any) []string {
	switch v := v.(type) {
	case json.Number:
		if r, err := rational(v); err == nil && r.IsInt() {
			return []string{r.Num().String()}
		}
	case []any:
		ways := []string{""}
		for i, x := range v {
			var longer []string
			for _, way := range ways {
				if i > 0 {
					way += ", "
				}
				for _, one := range spellings(x) {
					longer = append(longer, way+one)
				}
			}
			ways = longer
		}
		for i := range ways {
			ways[i] = "[" + ways[i] + "]"
		}
		return ways
	case *orderedObject:
		if len(v.keys) == 0 {
			break
		}
		var ways []string
		for _, k := range v.keys { // each may be the first
			rest := object()
			for _, other := range v.keys {
				if other != k {
					rest.set(other, v.at[other])
				}
			}
			for _, one := range spellings(v.at[k]) {
				first := "{" + canonical(k) + ": " + one
				for _, more := range spellings(rest) {
					ways = append(ways, first+strings.Replace(", "+more[1:], ", }", "}", 1))
				}
			}
		}
		return ways
	}
	return []string{canonical(v)}
}
