package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Misread is an error of encoding/json in JSON's own terms: the member by its path, what it
// is and what it should be, no types of Go.
func Misread(err error) string {
	var kind *json.UnmarshalTypeError
	if !errors.As(err, &kind) {
		return strings.TrimPrefix(err.Error(), "json: ")
	}
	what, number, isNumber := strings.Cut(kind.Value, " ")
	switch {
	case isNumber:
		what = "the number " + number
	case what == "bool":
		what = "a boolean"
	case what == "array" || what == "object":
		what = "an " + what
	default:
		what = "a " + what
	}
	text := what + " is no " + jsonType(kind.Type)
	if kind.Field != "" {
		text = fmt.Sprintf("%s: %s", strings.TrimLeft(kind.Field, "."), text)
	}
	return text
}

// jsonType is the JSON type that a Go type is read from.
func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return jsonType(t.Elem())
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Map, reflect.Struct:
		return "object"
	case reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	}
	return "integer"
}
