package schema_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/chaski-dev/chaski/tools/schema"
)

func TestDecodeRefuses(t *testing.T) {
	for text, problem := range map[string]string{
		`{"a":1,"a":2}`:           `key "a" appears twice`,
		`{"a":1,"\u0061":2}`:      `key "a" appears twice`,
		`NaN`:                     `"NaN" starts no value`,
		`-Infinity`:               `starts no value`,
		"\"\xff\"":                `invalid UTF-8`,
		`"\ud800"`:                `half of a surrogate`,
		`"\ud800\u0041"`:          `half of a surrogate`,
		`1e999`:                   `out of range`,
		`01`:                      `leading zero`,
		`1.`:                      `decimal point`,
		`{"a":1,}`:                `a key in double quotes`,
		`[1,]`:                    `starts no value`,
		`[1 2]`:                   `',' or ']'`,
		`"a`:                      `ends inside a string`,
		"\"a\nb\"":                `control character`,
		`"\x"`:                    `unknown escape`,
		``:                        `the text ends`,
		`1 2`:                     `more text`,
		`tru`:                     `starts no value`,
		"\x00":                    `starts no value`,
		strings.Repeat("[", 1e6):  `nested deeper than 128`,
		strings.Repeat("1", 1000): `more than 512 characters`,
		`"` + strings.Repeat("x", schema.MaxDocument) + `"`: `more than`,
	} {
		_, err := schema.Decode([]byte(text))
		if !errors.Is(err, schema.ErrSyntax) || !strings.Contains(err.Error(), problem) {
			t.Errorf("%.40q: %v, want %s", text, err, problem)
		}
	}
}

func TestCanonical(t *testing.T) {
	for text, want := range map[string]string{
		` { "b" : 1 , "a" : [ true , null ] } `: `{"a":[true,null],"b":1}`,
		`"\u00e9\u0041\/\n\u0001<"`:             "\"éA/\\n\\u0001<\"",
		`"\ud83d\ude00"`:                        `"😀"`,
		`[1.0,1e2,-0,0.10,1E-7,1e21,123456789012345678901234567890,1.5e3,-0.0,0.000001]`: `[1,100,0,0.1,1e-7,1e+21,1.2345678901234567890123456789e+29,1500,0,0.000001]`,
	} {
		got, err := schema.Canonical([]byte(text))
		if want = strings.ReplaceAll(want, "0.000001", "0.000001"); err != nil || string(got) != want {
			t.Errorf("%s: %s %v, want %s", text, got, err, want)
		}
	}
}

// TestCanonicalAgrees compares with encoding/json on documents that it writes.
func TestCanonicalAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var doc func(depth int) any
		doc = func(depth int) any {
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				return rapid.Float64Range(-1e30, 1e30).Draw(t, "number")
			case 1:
				return rapid.String().Draw(t, "text")
			case 2:
				return rapid.Bool().Draw(t, "bool")
			case 3:
				if depth < 3 {
					out := map[string]any{}
					for range rapid.IntRange(0, 4).Draw(t, "keys") {
						out[rapid.String().Draw(t, "key")] = doc(depth + 1)
					}
					return out
				}
			case 4:
				if depth < 3 {
					out := []any{}
					for range rapid.IntRange(0, 4).Draw(t, "items") {
						out = append(out, doc(depth+1))
					}
					return out
				}
			}
			return nil
		}
		want := doc(0)
		text, err := json.MarshalIndent(want, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		got, err := schema.Canonical(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var back, ref any
		if json.Unmarshal(got, &back) != nil || json.Unmarshal(text, &ref) != nil || !reflect.DeepEqual(back, ref) {
			t.Fatalf("%s became %s", text, got)
		}
		again, err := schema.Canonical(got)
		if err != nil || !bytes.Equal(again, got) {
			t.Fatalf("%s, again %s", got, again)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e-3,"x\u00e9"]}`, `"\ud83d\ude00"`, `[[[`, `-0.0e+1`, "\"\xff\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := schema.Decode(data)
		if err != nil {
			return
		}
		if !json.Valid(data) {
			t.Fatalf("%q is accepted and is no JSON", data)
		}
		text := schema.Append(nil, v)
		again, err := schema.Canonical(text)
		if err != nil || !bytes.Equal(again, text) {
			t.Fatalf("%q: %q, then %q, %v", data, text, again, err)
		}
	})
}

const order = `{"type":"object","properties":{
	"city":{"type":"string","minLength":2},
	"days":{"type":"integer","minimum":1,"maximum":14,"default":3},
	"unit":{"enum":["C","F"],"default":"C"},
	"stops":{"type":"array","items":{"type":"object","properties":{"at":{"type":"string","default":"noon"}}}},
	"when":{"anyOf":[{"type":"string"},{"type":"integer"}]}
},"required":["city"],"additionalProperties":false}`

func TestCheck(t *testing.T) {
	s, err := schema.Compile([]byte(order))
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Check([]byte(`{"stops":[{},{"at":"dawn"}],"city":"Cusco"}`))
	if want := `{"city":"Cusco","days":3,"stops":[{"at":"noon"},{"at":"dawn"}],"unit":"C"}`; err != nil || string(got) != want {
		t.Errorf("%s %v", got, err)
	}
	for text, want := range map[string]string{
		`{}`:                                  `$: missing required property "city"`,
		`{"city":7}`:                          `$.city: expected a string, got 7 (a number)`,
		`{"city":"x"}`:                        `$.city: expected at least 2 characters, got "x"`,
		`{"city":"Lima","days":40}`:           `$.days: expected a number of at most 14, got 40`,
		`{"city":"Lima","days":"3"}`:          `$.days: expected an integer, got "3" (a string)`,
		`{"city":"Lima","unit":"K"}`:          `$.unit: expected one of "C", "F", got "K"`,
		`{"city":"Lima","town":1}`:            `$: unknown property "town"`,
		`{"city":"Lima","stops":[{"at":[]}]}`: `$.stops[0].at: expected a string, got an array of 0 items`,
		`{"city":"Lima","when":true}`:         `$.when: true fits none of the allowed forms: ($.when: expected a string`,
		`[]`:                                  `$: expected an object, got an array of 0 items`,
	} {
		_, err := s.Check([]byte(text))
		if !errors.Is(err, schema.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// TestDeepSchema: a schema of so many objects within each other as a document may have, and one of
// which a part is a metaschema, are checked like any.
func TestDeepSchema(t *testing.T) {
	const n = schema.MaxDepth - 1
	deep, err := schema.Compile([]byte(strings.Repeat(`{"type":"object","properties":{"p":`, n) + `{"type":"integer"}` + strings.Repeat(`}}`, n)))
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]bool{"1": true, `"x"`: false} {
		if _, err := deep.Check([]byte(strings.Repeat(`{"p":`, n) + in + strings.Repeat("}", n))); (err == nil) != want {
			t.Errorf("%s: %v", in, err)
		}
	}
	if _, err := schema.Compile([]byte(strings.Repeat(`{"not":`, 300) + "{}" + strings.Repeat("}", 300))); err == nil || !strings.Contains(err.Error(), "nested deeper than 272") {
		t.Error(err)
	}
	declared := strings.Repeat(`{"b":`, 2*schema.MaxDepth) + "{}" + strings.Repeat("}", 2*schema.MaxDepth)
	if got, err := schema.CanonicalDeclaration([]byte(" " + declared)); err != nil || string(got) != declared {
		t.Errorf("what declares it: %v", err)
	}
	if _, err := schema.CanonicalDeclaration([]byte(strings.Repeat("[", 300) + strings.Repeat("]", 300))); err == nil || !strings.Contains(err.Error(), "nested deeper than 280") {
		t.Error(err)
	}
	meta, err := schema.Compile([]byte(`{"properties":{"x":{"$ref":"http://json-schema.org/draft-07/schema#"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]bool{`{"x":{"type":"string"}}`: true, `{"x":{"type":"strange"}}`: false} {
		if _, err := meta.Check([]byte(in)); (err == nil) != want {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, text := range []string{`{"type":"banana"}`, `{"$ref":"https://example.com/s.json"}`, `{"$ref":"file:///etc/passwd"}`, `{"pattern":"("}`, `{`, `7`,
		`{"description":"` + strings.Repeat("x", schema.MaxSchema) + `"}`} {
		if _, err := schema.Compile([]byte(text)); !errors.Is(err, schema.ErrSchema) {
			t.Errorf("%.60s: %v", text, err)
		}
	}
}

type place struct {
	Name string    `json:"name" jsonschema:"description=Its name,minLength=1"`
	Near []string  `json:"near"`
	Open time.Time `json:"open,omitzero"`
	Sub  *place    `json:"sub,omitempty"`
}

func TestFor(t *testing.T) {
	text, err := schema.For(reflect.TypeFor[place]())
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema.Compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	out, _ := json.Marshal(place{Name: "a", Sub: &place{Name: "b"}})
	if got, err := s.CheckGo(out); err != nil || !strings.Contains(string(got), `"near":[]`) {
		t.Errorf("%s %v", got, err)
	}
	if _, err := s.Check([]byte(`{"name":"","near":null}`)); err == nil {
		t.Error("a document that is wrong twice was accepted")
	}
	for _, bad := range []reflect.Type{reflect.TypeFor[chan int](), reflect.TypeFor[struct{ F func() }](), reflect.TypeFor[[]complex128]()} {
		if _, err := schema.For(bad); !errors.Is(err, schema.ErrSchema) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	s, err := schema.Compile([]byte(order))
	if err != nil {
		b.Fatal(err)
	}
	text := []byte(`{"city":"Cusco","days":2,"unit":"C"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Check(text); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleSchema_Check() {
	s, _ := schema.Compile([]byte(`{"type":"object","properties":{"n":{"type":"integer","default":1}},"required":["city"]}`))
	fixed, _ := s.Check([]byte(`{ "city": "Cusco" }`))
	fmt.Println(string(fixed))
	_, err := s.Check([]byte(`{"n":"two"}`))
	fmt.Println(err)
	// Output:
	// {"city":"Cusco","n":1}
	// $: missing required property "city"; $.n: expected an integer, got "two" (a string)
}
