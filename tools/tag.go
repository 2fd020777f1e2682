package tools

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// argumentKinds are the values of the tag policy on a field of a tool's input, which are
// keys of [Spec.Labels] as well: what the argument is for a policy.
var argumentKinds = []string{"data", "content", "recipients"}

// wordsTag is the tag that says how people call the members of a field's list of choices; the key of
// [Spec.Labels] is the same with a point and the argument's name.
const wordsTag = "words"

// tagged returns the labels with the arguments added that the fields of the input name
// by their tags: `policy:"data"` only holds data, `policy:"content"` is prose for a
// reader, `policy:"recipients"` says who will read; `words:"car=Auto, voiture"` gives words for choices.
func tagged(labels map[string]string, in reflect.Type) (map[string]string, error) {
	found, words := map[string][]string{}, map[string]string{}
	if err := readTags(in, found, words); err != nil {
		return nil, err
	}
	if len(found)+len(words) == 0 {
		return labels, nil
	}
	labels = maps.Clone(labels)
	if labels == nil {
		labels = map[string]string{}
	}
	for kind, names := range found {
		labels[kind] = WithArguments(labels[kind], names...)
	}
	for name, text := range words {
		key := wordsTag + "." + name
		if _, twice := labels[key]; twice {
			return nil, fmt.Errorf("the words of %s stand in a tag and in the label %s: want one of them", name, key)
		}
		labels[key] = text
	}
	return labels, nil
}

// WithArguments adds names to a comma-separated list of arguments, each once.
func WithArguments(list string, names ...string) string {
	var out []string
	for _, name := range append(strings.Split(list, ","), names...) {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ",")
}

func readTags(t reflect.Type, found map[string][]string, words map[string]string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			if err := readTags(f.Type, found, words); err != nil {
				return err
			}
			continue
		}
		kind, ok := f.Tag.Lookup("policy")
		text, worded := f.Tag.Lookup(wordsTag)
		switch {
		case !ok && !worded || name == "-":
			continue
		case ok && !slices.Contains(argumentKinds, kind):
			return fmt.Errorf("field %s: the tag policy is %q: want %s", f.Name, kind, strings.Join(argumentKinds, ", "))
		case name == "":
			name = f.Name
		}
		if ok {
			found[kind] = append(found[kind], name)
		}
		if worded {
			words[name] = text
		}
	}
	return nil
}
