package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// For returns the schema of a Go type, from its json and jsonschema tags: a field is
// required unless its json tag says omitempty or omitzero; unknown properties are
// refused. A type that has no JSON form, such as a channel, is an error, and so is a tag
// that would be ignored: a keyword that does not exist or does not fit the field's type.
func For(t reflect.Type) (out json.RawMessage, err error) {
	defer func() { // the reflector panics on types that it cannot describe
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("%w: type %s: %v", ErrSchema, t, r)
		}
	}()
	if err := describable(t, map[reflect.Type]bool{}); err != nil {
		return nil, err
	}
	r := jsonschema.Reflector{Anonymous: true}
	s := r.ReflectFromType(t)
	s.Version = ""
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("%w: type %s: %w", ErrSchema, t, err)
	}
	return expand(text)
}

// expand puts the definition that the root refers to into the root, where a tool's
// parameters must say that they are an object; it stays among the definitions only if
// something else refers to it.
func expand(text []byte) (json.RawMessage, error) {
	v, err := Decode(text)
	if err != nil {
		return nil, err
	}
	root, _ := v.(map[string]any)
	defs, _ := root["$defs"].(map[string]any)
	ref, _ := root["$ref"].(string)
	name := strings.TrimPrefix(ref, "#/$defs/")
	top, ok := defs[name].(map[string]any)
	if !ok {
		return Append(nil, v), nil
	}
	delete(root, "$ref")
	for k, inner := range top {
		root[k] = inner
	}
	if !bytes.Contains(Append(nil, defs), appendText(nil, ref)) {
		delete(defs, name)
	}
	if len(defs) == 0 {
		delete(root, "$defs")
	}
	return Append(nil, root), nil
}

// Within returns the schema of an object whose one property of that name has the schema
// text, as [For] returns it.
func Within(name string, text json.RawMessage) (json.RawMessage, error) {
	v, err := Decode(text)
	if err != nil {
		return nil, err
	}
	root := map[string]any{"type": "object", "properties": map[string]any{name: v}, "required": []any{name}, "additionalProperties": false}
	if inner, ok := v.(map[string]any); ok && inner["$defs"] != nil { // references are from the root
		root["$defs"] = inner["$defs"]
		delete(inner, "$defs")
	}
	return Append(nil, root), nil
}

// describable refuses types that encoding/json cannot write.
func describable(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	marshaler := reflect.TypeFor[json.Marshaler]()
	if t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler) {
		return nil
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return fmt.Errorf("%w: type %s has no JSON form", ErrSchema, t)
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return describable(t.Elem(), seen)
	case reflect.Struct:
		if err := readable(t); err != nil {
			return fmt.Errorf("%w: %w", ErrSchema, err)
		}
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() && !f.Anonymous || f.Tag.Get("json") == "-" {
				continue
			}
			if err := checkTags(f); err != nil {
				return fmt.Errorf("%w: field %s of %s: %w", ErrSchema, f.Name, t, err)
			}
			if err := describable(f.Type, seen); err != nil {
				return fmt.Errorf("field %s: %w", f.Name, err)
			}
		}
	}
	return nil
}

// readable refuses structs of which encoding/json leaves out what somebody meant to have there,
// in silence: fields that are not exported, and two of one name.
func readable(t reflect.Type) error {
	named, hidden := map[string]string{}, ""
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			named["\x00"+f.Name] = f.Name
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported():
			if i := slices.IndexFunc(tagKeys, func(key string) bool { return f.Tag.Get(key) != "" }); i >= 0 && name != "-" {
				return fmt.Errorf("field %s of %s has a %s tag, but JSON has only fields that begin with a capital letter", f.Name, t, tagKeys[i])
			}
			hidden = f.Name
			continue
		case f.Tag.Get("json") == "-":
			named["\x00"+f.Name] = f.Name
			continue
		case name == "":
			name = f.Name
		}
		if other := named[name]; other != "" {
			return fmt.Errorf("fields %s and %s of %s are both %q in JSON, which then has neither", other, f.Name, t, name)
		}
		named[name] = f.Name
	}
	if hidden != "" && len(named) == 0 {
		return fmt.Errorf("%s has no field that JSON can have: %s begins with a small letter", t, hidden)
	}
	return nil
}
