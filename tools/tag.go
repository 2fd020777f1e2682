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

// tagged returns the labels with the arguments added that the fields of the input name
// by their tags: `policy:"data"` only holds data, `policy:"content"` is prose for a
// reader, `policy:"recipients"` says who will read.
func tagged(labels map[string]string, in reflect.Type) (map[string]string, error) {
	found := map[string][]string{}
	if err := readTags(in, found); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return labels, nil
	}
	labels = maps.Clone(labels)
	if labels == nil {
		labels = map[string]string{}
	}
	for kind, names := range found {
		labels[kind] = WithArguments(labels[kind], names...)
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

func readTags(t reflect.Type, found map[string][]string) error {
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
			if err := readTags(f.Type, found); err != nil {
				return err
			}
			continue
		}
		kind, ok := f.Tag.Lookup("policy")
		switch {
		case !ok || name == "-":
			continue
		case !slices.Contains(argumentKinds, kind):
			return fmt.Errorf("field %s: the tag policy is %q: want %s", f.Name, kind, strings.Join(argumentKinds, ", "))
		case name == "":
			name = f.Name
		}
		found[kind] = append(found[kind], name)
	}
	return nil
}
