package policies

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// KeptMember is a member of a result that a name stands for in what the model reads.
type KeptMember struct {
	Name string `json:"name"`
	Path string `json:"path"` // as a JSON pointer (RFC 6901)
}

// KeptText is the value that a name stands for.
type KeptText struct{ Name, Text string }

// maxKept bounds the members of one result that are kept aside one by one; of more the
// whole result is.
const maxKept = 500

// keepMembers puts names in the place of the members of a JSON text that strangers wrote;
// nil if there are none or too many.
func (r *Run) keepMembers(t *tool, text string) (kept []KeptMember, out string) {
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&v) != nil || dec.More() {
		return nil, ""
	}
	first := len(r.handles) + 1
	var walk func(v any, path string) any
	walk = func(v any, path string) any {
		switch v := v.(type) {
		case map[string]any:
			theirs := slices.DeleteFunc(sortedKeys(v), func(k string) bool { return !isStranger(t.strangers, k, v) })
			for _, k := range sortedKeys(v) {
				at := path + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(k)
				if empty := v[k] == nil || v[k] == ""; !slices.Contains(theirs, k) || empty {
					v[k] = walk(v[k], at)
					continue
				}
				name := fmt.Sprintf("$%s_%d", t.spec.Name, first+len(kept))
				kept = append(kept, KeptMember{Name: name, Path: at})
				v[k] = name
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i], path+"/"+strconv.Itoa(i))
			}
		}
		return v
	}
	v = walk(v, "")
	return kept, compact(v)
}

// KeptTexts returns the values that the names of a decision on a result stand for, from
// the result's text.
func (d *Decision) KeptTexts(text string) []KeptText {
	if len(d.Kept) == 0 {
		return nil
	}
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil
	}
	var out []KeptText
	for _, k := range d.Kept {
		at, ok := pointer(v, k.Path)
		if !ok {
			continue
		}
		s, isText := at.(string)
		if !isText {
			s = compact(at)
		}
		out = append(out, KeptText{k.Name, s})
	}
	return out
}

func pointer(v any, path string) (any, bool) {
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[part]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(at) {
				return nil, false
			}
			v = at[i]
		default:
			return nil, false
		}
	}
	return v, true
}
