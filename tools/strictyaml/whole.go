package strictyaml

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// whole refuses fractions where a whole number is wanted: the library would cut them off.
// It goes through the text and the type side by side, also through types that decode
// themselves; where the two do not fit, the decoder says so.
func whole(n *yaml.Node, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return whole(n.Content[0], t)
	case yaml.ScalarNode:
		if !isWhole(t) || n.ShortTag() != "!!float" {
			return nil
		}
		var v float64
		if n.Decode(&v) == nil && (v != math.Trunc(v) || math.Abs(v) >= 1<<63) {
			return fmt.Errorf("line %d: %q stands where a whole number is wanted", n.Line, n.Value)
		}
	case yaml.SequenceNode:
		if t.Kind() != reflect.Slice && t.Kind() != reflect.Array {
			return nil
		}
		for _, item := range n.Content {
			if err := whole(item, t.Elem()); err != nil {
				return err
			}
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			of, key := t, n.Content[i].Value
			switch {
			case key == "<<":
			case t.Kind() == reflect.Map:
				of = t.Elem()
			case t.Kind() == reflect.Struct:
				of = field(t, key)
			default:
				return nil
			}
			if of != nil {
				if err := whole(n.Content[i+1], of); err != nil {
					return err
				}
			}
		}
	}
	if n.Kind == yaml.AliasNode && n.Alias.Kind == yaml.ScalarNode { // others are looked at where they stand: they may refer to themselves
		return whole(n.Alias, t)
	}
	return nil
}

// isWhole says that a type holds whole numbers. Times do in Go and not in a file: the
// decoder refuses every number for one.
func isWhole(t reflect.Type) bool {
	return t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64 && t != reflect.TypeFor[time.Duration]()
}

// field is the type of the field that a key names, nil if there is none.
func field(t reflect.Type, key string) reflect.Type {
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		inline := strings.Contains(options, "inline")
		switch {
		case !inline && (name == key || name == "" && f.IsExported() && strings.ToLower(f.Name) == key):
			return f.Type
		case inline && f.Type.Kind() == reflect.Struct:
			if of := field(f.Type, key); of != nil {
				return of
			}
		}
	}
	return nil
}
