package schema_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/tools/schema"
)

type hidden struct {
	Deep int `json:"deep" jsonschema:"minimun=3"`
}

// TestTagsThatWouldBeIgnored: a keyword, option or key that no reader of tags knows is an
// error that names the field and what was probably meant.
func TestTagsThatWouldBeIgnored(t *testing.T) {
	for want, v := range map[string]any{
		`field N of`: struct {
			N int `jsonschema:"minimun=3"`
		}{},
		`did you mean minimum?`: struct {
			N int `jsonschema:"minimun=3"`
		}{},
		`a text has no keyword "minimum"`: struct {
			S string `jsonschema:"minimum=3"`
		}{},
		`a whole number has no keyword "maxLength"`: struct {
			N int `jsonschema:"maxLength=3"`
		}{},
		`minimum=three: want a number`: struct {
			N float64 `jsonschema:"minimum=three"`
		}{},
		`default=2.5: want a whole number`: struct {
			N int `jsonschema:"default=2.5"`
		}{},
		`enum=x: want a whole number`: struct {
			N []int `jsonschema:"enum=x"`
		}{},
		`default=yes: want true or false`: struct {
			B bool `jsonschema:"default=yes"`
		}{},
		`minItems=-1: want a number from 0`: struct {
			L []string `jsonschema:"minItems=-1"`
		}{},
		`pattern=[a: `: struct {
			S string `jsonschema:"pattern=[a"`
		}{},
		`a comma within a text is written \\,`: struct {
			S string `jsonschema:"description=The number, as printed"`
		}{},
		`description has no value`: struct {
			S string `jsonschema:"description"`
		}{},
		`the tag jsonshema is not read: did you mean jsonschema?`: struct {
			S string `jsonshema:"description=x"`
		}{},
		`the tag josn is not read: did you mean json?`: struct {
			S string `josn:"s"`
		}{},
		`has no keyword "minimum"`: struct {
			M map[string]int `jsonschema:"minimum=1"`
		}{},
		`value of any type has no keyword "minimum"`: struct {
			A any `jsonschema:"minimum=1"`
		}{},
		`field Deep`:         struct{ hidden }{},
		`field In: `:         struct{ In struct{ hidden } }{},
		`field L: `:          struct{ L []map[string]hidden }{},
		`has no keyword "mi`: struct{ hidden }{},
	} {
		_, err := schema.For(reflect.TypeOf(v))
		if !errors.Is(err, schema.ErrSchema) || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: %v; want %s", v, err, want)
		}
	}
}

// TestBrokenTag has tags that linters would refuse here.
func TestBrokenTag(t *testing.T) {
	for _, tag := range []reflect.StructTag{`json: "a"`, `json:"a`, `json`, `json:"a" jsonschema`, `json:a`, `json:"a,omitemtpy"`} {
		st := reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[int](), Tag: tag}})
		if _, err := schema.For(st); !errors.Is(err, schema.ErrSchema) {
			t.Errorf("%s: %v", tag, err)
		}
	}
}

// TestTagsThatAreRead: none of these is refused, and each is in the schema.
func TestTagsThatAreRead(t *testing.T) {
	type all struct {
		S    string          `json:"s" jsonschema:"title=A,description=b\\, c,minLength=1,maxLength=9,pattern=^[a-z]+$,enum=a,enum=b,example=a,default=a" yaml:"s" bson:"s"`
		N    *int            `json:"n,omitempty" jsonschema:"minimum=-1,maximum=9,multipleOf=2,enum=2,enum=4"`
		F    float64         `json:"f,omitzero" jsonschema:"exclusiveMinimum=0.5,exclusiveMaximum=1e3"`
		B    bool            `json:"b" jsonschema:"default=true"`
		L    []string        `json:"l" jsonschema:"minItems=1,maxItems=3,uniqueItems=true,enum=x,enum=y"`
		W    time.Time       `json:"w" jsonschema:"description=When"`
		Text int             `json:"text,string" jsonschema:"pattern=^[0-9]+$"`
		Any  any             `json:"any" jsonschema:"type=string,maxLength=3"`
		Raw  json.RawMessage `json:"raw,omitempty" jsonschema:"description=Whatever"`
		Key  []byte          `json:"key" jsonschema:"maxLength=100"`
	}
	text, err := schema.For(reflect.TypeFor[all]())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"b, c"`, `"maxLength":9`, `"multipleOf":2`, `"exclusiveMaximum":1000`, `"default":true`, `"maxItems":3`, `"enum":["x","y"]`, `"maxLength":3`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func FuzzTags(f *testing.F) {
	f.Add(`json:"a,omitempty" jsonschema:"minimum=3"`)
	f.Add(`json:"a" jsonschema:"description=a\\, b"`)
	f.Fuzz(func(t *testing.T, tag string) {
		st := reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[string](), Tag: reflect.StructTag(tag)}})
		text, err := schema.For(st)
		if err == nil {
			if _, err := schema.Decode(text); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	})
}

// TestFieldsThatAreLeftOut: fields that JSON would leave out in silence, where somebody meant them.
func TestFieldsThatAreLeftOut(t *testing.T) {
	text := reflect.TypeFor[string]()
	small := func(tag reflect.StructTag) reflect.StructField {
		return reflect.StructField{Name: "city", PkgPath: "example", Type: text, Tag: tag}
	}
	large := func(name string, tag reflect.StructTag) reflect.StructField {
		return reflect.StructField{Name: name, Type: text, Tag: tag}
	}
	for _, c := range []struct {
		want   string
		fields []reflect.StructField
	}{
		{"field city of", []reflect.StructField{large("A", ""), small(`json:"city"`)}},
		{"has a jsonschema tag", []reflect.StructField{large("A", ""), small(`jsonschema:"minLength=1"`)}},
		{"city begins with a small letter", []reflect.StructField{small("")}},
		{`fields A and B of`, []reflect.StructField{large("A", `json:"x"`), large("B", `json:"x,omitempty"`)}},
		{`are both "A"`, []reflect.StructField{large("A", ""), large("B", `json:"A"`)}},
		{"", []reflect.StructField{large("A", ""), small("")}},
		{"", []reflect.StructField{large("A", `json:"-"`), small(`json:"-"`)}},
		{"", []reflect.StructField{large("A", `json:"x"`), large("B", `json:"-"`), large("X", "")}},
		{"", nil},
	} {
		_, err := schema.For(reflect.StructOf(c.fields))
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, schema.ErrSchema) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: %v; want %s", c.fields, err, c.want)
		}
	}
}
