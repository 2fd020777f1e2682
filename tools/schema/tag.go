package schema

import (
	"encoding"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// The keywords of a jsonschema tag, by the type of what they bound. A tag that is none of
// them would be left out without a word.
var (
	anyKeywords    = []string{"title", "description", "type", "anchor", "required", "nullable", "oneof_required", "anyof_required", "oneof_ref", "oneof_type", "anyof_ref", "anyof_type", "-"}
	textKeywords   = []string{"minLength", "maxLength", "pattern", "format", "readOnly", "writeOnly", "default", "example", "enum"}
	numberKeywords = []string{"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "default", "example", "enum"}
	boolKeywords   = []string{"default"}
	listKeywords   = []string{"minItems", "maxItems", "uniqueItems", "default", "format", "pattern"}
)

// jsonOptions are what may stand after the name in a json tag.
var jsonOptions = []string{"omitempty", "omitzero", "string"}

// tagKeys are the tags that are read here; one that is nearly one of them is misspelt.
var tagKeys = []string{"json", "jsonschema", "jsonschema_description", "jsonschema_extras", "policy", "words"}

// otherTags are those of others that look like one of ours.
var otherTags = []string{"bson", "jsonb", "gson", "cson", "hjson", "json5"}

// checkTags refuses tags of a field that would be ignored: keywords that do not exist or do
// not fit the field's type, and values that are no values of it.
func checkTags(f reflect.StructField) error {
	if err := wellFormed(f.Tag); err != nil {
		return err
	}
	_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	asText := false
	for option := range strings.SplitSeq(options, ",") {
		if option != "" && !slices.Contains(jsonOptions, option) {
			return fmt.Errorf("the json tag has the option %q%s", option, Nearest(option, jsonOptions))
		}
		asText = asText || option == "string"
	}
	t := f.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	parts := splitTag(f.Tag.Get("jsonschema"))
	if slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(p, "type=") }) {
		t = reflect.TypeFor[schemaType]()
	}
	for _, part := range parts {
		key, value, valued := strings.Cut(part, "=")
		if err := checkKeyword(t, asText, key, value, valued); err != nil {
			return fmt.Errorf("jsonschema tag: %w", err)
		}
	}
	return nil
}

// splitTag splits at commas that no backslash escapes.
func splitTag(tag string) []string {
	if tag == "" {
		return nil
	}
	const escaped = "\x00"
	parts := strings.Split(strings.ReplaceAll(tag, `\,`, escaped), ",")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], escaped, ",")
	}
	return parts
}

func checkKeyword(t reflect.Type, asText bool, key, value string, valued bool) error {
	if slices.Contains(anyKeywords, key) {
		if !valued && key != "required" && key != "nullable" && key != "-" {
			return fmt.Errorf("%s has no value: write %s=…", key, key)
		}
		return nil
	}
	known, kind := keywordsOf(t, asText)
	if !slices.Contains(known, key) {
		if hint := Nearest(key, append(slices.Clone(known), anyKeywords...)); valued || hint != "" {
			return fmt.Errorf("a %s has no keyword %q%s", kind, key, hint)
		}
		return fmt.Errorf(`%q is no keyword; a comma within a text is written \\,`, key)
	}
	if !valued {
		return fmt.Errorf("%s has no value: write %s=…", key, key)
	}
	switch key {
	case "minLength", "maxLength", "minItems", "maxItems":
		if _, err := strconv.ParseUint(value, 10, 63); err != nil {
			return fmt.Errorf("%s=%s: want a number from 0", key, value)
		}
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
		if !isNumber(value) {
			return fmt.Errorf("%s=%s: want a number", key, value)
		}
	case "readOnly", "writeOnly", "uniqueItems":
		if _, err := strconv.ParseBool(value); err != nil {
			return fmt.Errorf("%s=%s: want true or false", key, value)
		}
	case "pattern":
		if _, err := pattern(value); err != nil {
			return fmt.Errorf("pattern=%s: %w", value, err)
		}
	case "default", "example", "enum":
		if kind == "list" {
			_, kind = keywordsOf(t.Elem(), false)
		}
		switch {
		case kind == "number" && !isNumber(value), kind == "whole number" && !isWhole(value):
			return fmt.Errorf("%s=%s: want a %s", key, value, kind)
		case kind == "bool" && value != "true" && value != "false":
			return fmt.Errorf("%s=%s: want true or false", key, value)
		}
	}
	return nil
}

// schemaType stands for a type that a tag gives in place of the field's own.
type schemaType struct{}

// keywordsOf returns the keywords that a field of the type takes, and what it is called.
func keywordsOf(t reflect.Type, asText bool) ([]string, string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	implements := func(i reflect.Type) bool { return t.Implements(i) || reflect.PointerTo(t).Implements(i) }
	switch {
	case t == reflect.TypeFor[schemaType]():
		return slices.Concat(textKeywords, numberKeywords, boolKeywords, listKeywords), "value"
	case asText, implements(reflect.TypeFor[encoding.TextMarshaler]()), t == reflect.TypeFor[url.URL]():
		return textKeywords, "text"
	case implements(reflect.TypeFor[json.Marshaler]()):
		return nil, "value of its own JSON form"
	}
	switch t.Kind() {
	case reflect.String:
		return textKeywords, "text"
	case reflect.Bool:
		return boolKeywords, "bool"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return numberKeywords, "whole number"
	case reflect.Float32, reflect.Float64:
		return numberKeywords, "number"
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return textKeywords, "text"
		}
		of, kind := keywordsOf(t.Elem(), false)
		if kind == "list" { // the keywords of an inner list have no tag
			of = nil
		}
		return append(slices.Clone(listKeywords), of...), "list"
	case reflect.Interface:
		return nil, "value of any type"
	}
	return nil, "object"
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && json.Valid([]byte(s))
}

func isWhole(s string) bool {
	f, err := strconv.ParseFloat(s, 64)
	return err == nil && json.Valid([]byte(s)) && f == float64(int64(f))
}

// wellFormed reads a tag as the language's convention has it, key:"value" pairs separated
// by spaces: what breaks it hides every pair after it.
func wellFormed(tag reflect.StructTag) error {
	for rest := strings.TrimSpace(string(tag)); rest != ""; rest = strings.TrimSpace(rest) {
		key, after, ok := strings.Cut(rest, ":")
		if !ok || key == "" || strings.ContainsAny(key, " \"") || !strings.HasPrefix(after, `"`) {
			return fmt.Errorf("the tag `%s` is no list of key:\"value\" pairs", tag)
		}
		end := 1
		for end < len(after) && after[end] != '"' {
			if after[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(after) {
			return fmt.Errorf("the tag `%s` has a value that does not end", tag)
		}
		if _, err := strconv.Unquote(after[:end+1]); err != nil {
			return fmt.Errorf("the tag `%s` has a value that is no quoted text", tag)
		}
		if hint := Nearest(key, tagKeys); !slices.Contains(tagKeys, key) && !slices.Contains(otherTags, key) && hint != "" {
			return fmt.Errorf("the tag %s is not read%s", key, hint)
		}
		rest = after[end+1:]
	}
	return nil
}

// Nearest proposes what a word was probably meant to be, as the end of a message; "" if
// nothing is near.
func Nearest(word string, known []string) string {
	best, at := 3, ""
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < best && d < max(2, len(k)/2) {
			best, at = d, k
		}
	}
	if at == "" {
		return ""
	}
	return ": did you mean " + at + "?"
}

// distance is the number of letters to insert, delete, replace or swap with a neighbour.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(x)][len(y)]
}
