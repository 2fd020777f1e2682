package schema

import (
	"encoding/json"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// quick accepts the common document under a common schema in a fraction of the
// library's time. It only ever says yes: where it does not, be it for a violation or
// for a keyword or number that it does not know, the library judges.
type quick struct {
	unknown  bool // says yes to nothing
	ref      *quick
	types    kinds
	words    []string // enum of strings
	min, max *int64

	minLength, maxLength *int

	properties map[string]*quick
	required   []string
	closed     bool   // no other properties
	rest       *quick // schema of other properties, if any
	items      *quick // nil is anything
}

// kinds is a set of JSON types; none is any.
type kinds uint8

const (
	kindNull kinds = 1 << iota
	kindBoolean
	kindNumber
	kindInteger
	kindString
	kindArray
	kindObject
)

var kindOf = map[string]kinds{"null": kindNull, "boolean": kindBoolean, "number": kindNumber, "integer": kindInteger,
	"string": kindString, "array": kindArray, "object": kindObject}

// known are the fields of a compiled schema that quick understands or may pass over.
// A value whose schema sets any other is left to the library.
var known = map[string]bool{"DraftVersion": true, "Location": true, "ID": true, "Anchor": true, "Ref": true, "Types": true, "Enum": true,
	"Minimum": true, "Maximum": true, "MinLength": true, "MaxLength": true, "Properties": true, "Required": true, "AdditionalProperties": true,
	"Items2020": true, "Title": true, "Description": true, "Default": true, "Comment": true, "ReadOnly": true, "WriteOnly": true,
	"Examples": true, "Deprecated": true}

// quicken prepares a schema. seen holds those under way: schemas may refer to themselves.
func quicken(s *jsonschema.Schema, seen map[*jsonschema.Schema]*quick) *quick {
	if s == nil {
		return nil
	}
	if q, ok := seen[s]; ok {
		return q
	}
	q := &quick{required: s.Required, minLength: s.MinLength, maxLength: s.MaxLength}
	seen[s] = q
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && !known[f.Name] && !v.Field(i).IsZero() {
			q.unknown = true
			return q
		}
	}
	q.ref, q.items = quicken(s.Ref, seen), quicken(s.Items2020, seen)
	if s.Types != nil {
		for _, name := range s.Types.ToStrings() {
			q.types |= kindOf[name]
		}
	}
	if s.Enum != nil {
		q.words = []string{} // of none, nothing is accepted
		for _, value := range s.Enum.Values {
			if word, ok := value.(string); ok {
				q.words = append(q.words, word)
			}
		}
	}
	q.min, q.max = q.bound(s.Minimum), q.bound(s.Maximum)
	if len(s.Properties) > 0 {
		q.properties = make(map[string]*quick, len(s.Properties))
		for name, property := range s.Properties {
			q.properties[name] = quicken(property, seen)
		}
	}
	switch rest := s.AdditionalProperties.(type) {
	case bool:
		q.closed = !rest
	case *jsonschema.Schema:
		q.rest = quicken(rest, seen)
	}
	return q
}

// bound takes whole bounds; with any other the schema is beyond quick.
func (q *quick) bound(r *big.Rat) *int64 {
	if r == nil {
		return nil
	}
	if !r.IsInt() || !r.Num().IsInt64() {
		q.unknown = true
		return nil
	}
	n := r.Num().Int64()
	return &n
}

// accepts is true only for a value that satisfies the schema.
func (q *quick) accepts(v any, depth int) bool {
	if q.unknown || depth > 2*MaxDepth || q.ref != nil && !q.ref.accepts(v, depth+1) {
		return false
	}
	word, isText := v.(string)
	if q.words != nil && !(isText && slices.Contains(q.words, word)) {
		return false
	}
	switch v := v.(type) {
	case nil:
		return q.allows(kindNull)
	case bool:
		return q.allows(kindBoolean)
	case string:
		return q.allows(kindString) && q.length(v)
	case json.Number:
		return q.number(string(v))
	case []any:
		if !q.allows(kindArray) {
			return false
		}
		for _, item := range v {
			if q.items != nil && !q.items.accepts(item, depth+1) {
				return false
			}
		}
		return true
	case map[string]any:
		return q.allows(kindObject) && q.object(v, depth)
	}
	return false
}

func (q *quick) allows(k kinds) bool { return q.types == 0 || q.types&k != 0 }

func (q *quick) length(s string) bool {
	if q.minLength == nil && q.maxLength == nil {
		return true
	}
	n := utf8.RuneCountInString(s)
	return (q.minLength == nil || n >= *q.minLength) && (q.maxLength == nil || n <= *q.maxLength)
}

// number knows whole numbers that fit int64, and others where any number will do.
func (q *quick) number(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return q.allows(kindNumber) && q.min == nil && q.max == nil
	}
	return q.allows(kindNumber|kindInteger) && (q.min == nil || n >= *q.min) && (q.max == nil || n <= *q.max)
}

func (q *quick) object(v map[string]any, depth int) bool {
	for _, name := range q.required {
		if _, ok := v[name]; !ok {
			return false
		}
	}
	if q.properties == nil && !q.closed && q.rest == nil {
		return true
	}
	for name, inner := range v {
		switch property, ok := q.properties[name]; {
		case ok:
			if !property.accepts(inner, depth+1) {
				return false
			}
		case q.closed || q.rest != nil && !q.rest.accepts(inner, depth+1):
			return false
		}
	}
	return true
}
