package policies

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// strangers parts a result into what the tool answers for and the members that anybody
// may have written, at any depth. A text that is no JSON is all theirs.
func strangers(text string, names []string) (rest, theirs string) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil || dec.More() {
		return "", text
	}
	var taken []any
	v = part(v, names, &taken)
	if len(taken) == 0 {
		return text, ""
	}
	return compact(v), compact(taken)
}

func part(v any, names []string, taken *[]any) any {
	return partBy(v, func(name string, _ any) bool { return slices.Contains(names, strings.ToLower(name)) }, taken)
}

// partBy takes the members that are wanted out of v, at any depth.
func partBy(v any, wanted func(name string, v any) bool, taken *[]any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range sortedKeys(v) {
			if wanted(k, v[k]) {
				*taken = append(*taken, v[k])
				delete(v, k)
				continue
			}
			v[k] = partBy(v[k], wanted, taken)
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
