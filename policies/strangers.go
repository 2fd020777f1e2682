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
	switch v := v.(type) {
	case map[string]any:
		for _, k := range sortedKeys(v) {
			if slices.Contains(names, strings.ToLower(k)) {
				*taken = append(*taken, v[k])
				delete(v, k)
				continue
			}
			v[k] = part(v[k], names, taken)
		}
	case []any:
		for i := range v {
			v[i] = part(v[i], names, taken)
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
