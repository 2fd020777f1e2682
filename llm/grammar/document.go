package grammar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
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

// index finds the anchors and identifiers below v.
func (c *compiler) index(v any, path string) {
	switch v := v.(type) {
	case *orderedObject:
		for _, k := range []string{"$id", "id"} {
			if id, ok := v.at[k].(string); ok {
				for _, name := range []string{id, c.absolute(id)} {
					if _, dup := c.names[name]; !dup {
						c.names[name] = item{s: v, path: path}
					}
				}
			}
		}
		if a, ok := v.at["$anchor"].(string); ok {
			c.names["#"+a] = item{s: v, path: path}
		}
		for _, k := range v.keys {
			switch at := path + "/" + pointer(k); {
			case holdsSchemas[k]:
				if named, ok := v.at[k].(*orderedObject); ok {
					for _, name := range named.keys {
						c.index(named.at[name], at+"/"+pointer(name))
					}
				}
			case keywords[k] || beside[k] || holdsSchema[k]:
				if k != "enum" && k != "const" {
					c.index(v.at[k], at)
				}
			}
		}
	case []any:
		for i, x := range v {
			c.index(x, fmt.Sprintf("%s/%d", path, i))
		}
	}
}

// holdsSchemas are the keywords whose members are schemas by name, holdsSchema are others
// that hold one or a list. What an unknown keyword holds is no schema.
var (
	holdsSchemas = map[string]bool{"$defs": true, "definitions": true, "properties": true, "patternProperties": true, "dependentSchemas": true, "dependencies": true}
	holdsSchema  = map[string]bool{"unevaluatedItems": true, "unevaluatedProperties": true, "contentSchema": true, "extends": true}
)

func pointer(k string) string {
	return strings.ReplaceAll(strings.ReplaceAll(k, "~", "~0"), "/", "~1")
}

// base is the identifier of the document.
func (c *compiler) base() string {
	if root, ok := c.root.(*orderedObject); ok {
		for _, k := range []string{"$id", "id"} {
			if id, ok := root.at[k].(string); ok && id != "" {
				return strings.TrimSuffix(id, "#")
			}
		}
	}
	return ""
}

// absolute is what a reference says beside the document's identifier, without an empty fragment.
func (c *compiler) absolute(ref string) string {
	base, err := url.Parse(c.base())
	if err != nil {
		return ref
	}
	to, err := base.Parse(ref)
	if err != nil {
		return ref
	}
	return strings.TrimSuffix(to.String(), "#")
}

// metaschema says that a reference is to a document that every validator has, and of which no
// grammar is made.
func metaschema(ref string) bool {
	rest, ok := strings.CutPrefix(ref, "http://json-schema.org/")
	if !ok {
		rest, ok = strings.CutPrefix(ref, "https://json-schema.org/")
	}
	name, _, _ := strings.Cut(rest, "#")
	return ok && (slices.Contains([]string{"draft-04/schema", "draft-06/schema", "draft-07/schema", "draft/2019-09/schema", "draft/2020-12/schema"}, name))
}

// resolve finds what a reference names: in this document, by its identifier or another within it.
func (c *compiler) resolve(ref, at string) (item, error) {
	if it, ok := c.names[ref]; ok && ref != "#" {
		return it, nil
	}
	from := item{s: c.root}
	fragment, local := strings.CutPrefix(ref, "#")
	if !local {
		doc, rest, _ := strings.Cut(c.absolute(ref), "#")
		base, _, _ := strings.Cut(c.absolute(c.base()), "#")
		it, ok := c.names[doc]
		switch {
		case doc == base:
		case ok:
			from = it
		case metaschema(doc):
			return item{}, &Error{"$ref", at, fmt.Sprintf("no grammar is made of the metaschema %q", ref), ErrUnsupported}
		default:
			return item{}, &Error{"$ref", at, fmt.Sprintf("nothing is named %q here", ref), ErrSchema}
		}
		fragment = rest
	}
	if fragment == "" {
		return from, nil
	}
	if fragment[0] != '/' {
		if it, ok := c.names["#"+fragment]; ok {
			return it, nil
		}
		return item{}, &Error{"$ref", at, fmt.Sprintf("nothing is named %q here", ref), ErrSchema}
	}
	v, path, ok := from.s, from.path, true
	for part := range strings.SplitSeq(fragment[1:], "/") {
		key := strings.ReplaceAll(strings.ReplaceAll(unpercent(part), "~1", "/"), "~0", "~")
		path += "/" + pointer(key)
		switch x := v.(type) {
		case *orderedObject:
			v, ok = x.at[key]
		case []any:
			var i int
			_, err := fmt.Sscanf(key, "%d", &i)
			if ok = err == nil && i >= 0 && i < len(x); ok {
				v = x[i]
			}
		default:
			ok = false
		}
		if !ok {
			return item{}, &Error{"$ref", at, fmt.Sprintf("%q points nowhere", ref), ErrSchema}
		}
	}
	return item{s: v, path: path}, nil
}

func unpercent(s string) string {
	var o []byte
	for i := 0; i < len(s); i++ {
		var c byte
		if s[i] == '%' && i+2 < len(s) {
			if _, err := fmt.Sscanf(s[i+1:i+3], "%02x", &c); err == nil {
				o = append(o, c)
				i += 2
				continue
			}
		}
		o = append(o, s[i])
	}
	return string(o)
}
