package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// ErrSchema is wrapped by errors about a schema itself.
var ErrSchema = errors.New("invalid JSON Schema")

// MaxSchema is the largest schema that [Compile] takes, in bytes.
const MaxSchema = 256 << 10

// maxNesting bounds a schema's own arrays and objects: it takes two for each of its documents'.
const maxNesting = 2*MaxDepth + 16

// Schema is a compiled JSON Schema (draft 2020-12 unless it names another), safe
// for concurrent use.
type Schema struct {
	compiled *jsonschema.Schema
	quick    *quick
	defaults bool // some part of it declares a default
}

// Compile prepares a schema. References must stay within it.
func Compile(text []byte) (*Schema, error) {
	if len(text) > MaxSchema {
		return nil, fmt.Errorf("%w: %d bytes, more than %d", ErrSchema, len(text), MaxSchema)
	}
	doc, err := decode(text, maxNesting)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSchema, err)
	}
	const at = "mem:///schema.json"
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(noLoader{})
	c.AssertFormat()
	c.UseRegexpEngine(pattern)
	if err := c.AddResource(at, doc); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSchema, err)
	}
	compiled, err := c.Compile(at)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSchema, err)
	}
	return &Schema{compiled, quicken(compiled, map[*jsonschema.Schema]*quick{}), bytes.Contains(text, []byte(`"default"`))}, nil
}

// noLoader refuses every reference to another document.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("it refers to %s: a schema must be whole in itself", url)
}

// Check reads a strict JSON document, fills in the defaults of absent properties,
// validates it and returns it in canonical form. A syntax error is a [*SyntaxError],
// a violation an [*Invalid].
func (s *Schema) Check(data []byte) (json.RawMessage, error) {
	return s.check(data, false)
}

// CheckGo is Check for what encoding/json wrote: null where only an array or only an
// object may stand is an empty one, since that is how nil slices and maps are written.
func (s *Schema) CheckGo(data []byte) (json.RawMessage, error) {
	return s.check(data, true)
}

func (s *Schema) check(data []byte, nils bool) (json.RawMessage, error) {
	v, err := Decode(data)
	if err != nil {
		return nil, err
	}
	if nils {
		v = replaceNil(s.compiled, v, 0)
	}
	if s.defaults {
		v = fill(s.compiled, v, 0)
	}
	if !s.quick.accepts(v, 0) {
		if err := s.compiled.Validate(v); err != nil {
			return nil, explain(err, v)
		}
	}
	return Append(make([]byte, 0, len(data)+16), v), nil
}

// replaceNil is the work of CheckGo.
func replaceNil(s *jsonschema.Schema, v any, depth int) any {
	for s != nil && s.Ref != nil && depth <= MaxDepth {
		s, depth = s.Ref, depth+1
	}
	if s == nil || depth > MaxDepth {
		return v
	}
	switch v := v.(type) {
	case nil:
		if s.Types == nil {
			return v
		}
		switch types := s.Types.ToStrings(); {
		case len(types) == 1 && types[0] == "array":
			return []any{}
		case len(types) == 1 && types[0] == "object":
			return map[string]any{}
		}
	case map[string]any:
		rest, _ := s.AdditionalProperties.(*jsonschema.Schema)
		for name, inner := range v {
			if property, ok := s.Properties[name]; ok {
				v[name] = replaceNil(property, inner, depth+1)
			} else if rest != nil {
				v[name] = replaceNil(rest, inner, depth+1)
			}
		}
	case []any:
		for i := range v {
			v[i] = replaceNil(s.Items2020, v[i], depth+1)
		}
	}
	return v
}

// fill sets absent properties to their declared defaults, in nested objects and
// array items as well. Defaults under anyOf, oneOf and conditions are left alone:
// which of them holds is not known before validation.
func fill(s *jsonschema.Schema, v any, depth int) any {
	if s == nil || depth > MaxDepth {
		return v
	}
	if s.Ref != nil {
		v = fill(s.Ref, v, depth+1)
	}
	for _, part := range s.AllOf {
		v = fill(part, v, depth+1)
	}
	switch v := v.(type) {
	case map[string]any:
		for name, property := range s.Properties {
			if inner, ok := v[name]; ok {
				v[name] = fill(property, inner, depth+1)
			} else if d := defaultOf(property); d != nil {
				v[name] = fill(property, clone(*d), depth+1)
			}
		}
	case []any:
		items := s.Items2020
		if old, ok := s.Items.(*jsonschema.Schema); ok {
			items = old
		}
		for i := range v {
			v[i] = fill(items, v[i], depth+1)
		}
	}
	return v
}

func defaultOf(s *jsonschema.Schema) *any {
	for range MaxDepth {
		if s == nil || s.Default != nil {
			break
		}
		s = s.Ref
	}
	if s == nil {
		return nil
	}
	return s.Default
}

// clone keeps a default of the schema apart from the document it goes into.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[k] = clone(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = clone(item)
		}
		return out
	}
	return v
}
