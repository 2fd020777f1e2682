package grammar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Error says what in a schema cannot be enforced or is wrong.
type Error struct {
	Keyword string
	Path    string // JSON pointer to the schema that holds the keyword
	Reason  string
	Err     error // [ErrUnsupported], [ErrSchema] or [ErrTooLarge]
}

func (e *Error) Error() string {
	return fmt.Sprintf("schema: %s at %q: %s", e.Keyword, e.Path, e.Reason)
}

// Unwrap gives the kind of error.
func (e *Error) Unwrap() error { return e.Err }

// The kinds of [Error].
var (
	ErrUnsupported = errors.New("cannot be enforced")
	ErrSchema      = errors.New("not a usable schema")
	ErrTooLarge    = errors.New("too large")
)

// orderedObject is a JSON object that keeps the order of its keys.
type orderedObject struct {
	keys []string
	at   map[string]any
}

func (o *orderedObject) set(k string, v any) {
	if _, ok := o.at[k]; !ok {
		o.keys = append(o.keys, k)
	}
	o.at[k] = v
}

func object(pairs ...any) *orderedObject {
	o := &orderedObject{at: map[string]any{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		o.set(pairs[i].(string), pairs[i+1])
	}
	return o
}

// maxDepth bounds how deep schemas refer to and hold one another, maxNesting how deep the
// arrays and objects of a document lie within each other: a schema takes two for each of its own.
const (
	maxDepth   = 128
	maxNesting = 2*maxDepth + 16
)

// parse reads one JSON value, numbers as written.
func parse(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	v, err := parseValue(dec, 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

func parseValue(dec *json.Decoder, depth int) (any, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("nested deeper than %d", maxNesting)
	}
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := parseValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = dec.Token()
		return list, err
	case json.Delim('{'):
		o := object()
		for dec.More() {
			k, err := dec.Token()
			if err != nil {
				return nil, err
			}
			v, err := parseValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			o.set(k.(string), v)
		}
		_, err = dec.Token()
		return o, err
	}
	return t, nil
}

// Canonical writes a JSON value in the one form that a grammar prefers: ", " and
// ": " between values, keys in the order given, characters as themselves.
func Canonical(data []byte) ([]byte, error) {
	v, err := parse(data)
	if err != nil {
		return nil, err
	}
	return []byte(canonical(v)), nil
}
