package external

import (
	"reflect"
	"strings"
)

// Keys lists the keys of a declaration.
func Keys() (out []string) {
	t := reflect.TypeFor[Declaration]()
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		out = append(out, key)
	}
	return out
}
