package policies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/label"
)

// stranger is a member of results that anybody may have written, unless another member
// beside it says that it is one's own.
type stranger struct{ name, beside, own string }

// strangersOf reads the names of members, as "subject unless sender is me, note".
func strangersOf(s string) []stranger {
	var out []stranger
	for _, item := range label.List(s) {
		x := stranger{name: item}
		if name, rest, ok := strings.Cut(item, " unless "); ok {
			if beside, own, ok := strings.Cut(rest, " is "); ok {
				x = stranger{strings.TrimSpace(name), strings.TrimSpace(beside), strings.TrimSpace(own)}
			}
		}
		out = append(out, x)
	}
	return out
}

// strangers parts a result into what the tool answers for and the members that anybody
// may have written, at any depth. A text that is no JSON is all theirs.
func strangers(text string, names []stranger) (rest, theirs string) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil || dec.More() {
		return "", text
	}
	var taken []any
	v = partBy(v, func(name string, around map[string]any) bool { return isStranger(names, name, around) }, &taken)
	if len(taken) == 0 {
		return text, ""
	}
	return compact(v), compact(taken)
}

// isStranger reports whether a member of an object is one that anybody may have written.
func isStranger(names []stranger, name string, around map[string]any) bool {
	return slices.ContainsFunc(names, func(x stranger) bool {
		if x.name != strings.ToLower(name) {
			return false
		}
		if x.beside == "" {
			return true
		}
		for k, v := range around {
			if strings.ToLower(k) == x.beside {
				return strings.ToLower(strings.TrimSpace(fmt.Sprint(v))) != x.own
			}
		}
		return true
	})
}

// partBy takes the members that are wanted out of v, at any depth.
func partBy(v any, wanted func(name string, around map[string]any) bool, taken *[]any) any {
	switch v := v.(type) {
	case map[string]any:
		var gone []string
		for _, k := range sortedKeys(v) {
			if wanted(k, v) {
				*taken = append(*taken, v[k])
				gone = append(gone, k)
				continue
			}
			v[k] = partBy(v[k], wanted, taken)
		}
		for _, k := range gone {
			delete(v, k)
		}
	case []any:
		for i := range v {
			v[i] = partBy(v[i], wanted, taken)
		}
	}
	return v
}

func compact(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // it was JSON
	return strings.TrimSuffix(b.String(), "\n")
}
