package openai

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// nullable says which properties of an object were optional before strict made them
// nullable, and the same for what lies within.
type nullable map[string]*optional

type optional struct {
	added  bool     // null stands for absent
	within nullable // properties of this property, an object
	items  *optional
}

// plain are the keywords that strict schemas know; annotations that they do not know
// are dropped, and anything else makes a schema not strict.
var (
	plain = []string{"type", "description", "enum", "const", "pattern", "format", "minimum", "maximum", "exclusiveMinimum",
		"exclusiveMaximum", "multipleOf", "minItems", "maxItems", "properties", "required", "additionalProperties", "items"}
	annotations = []string{"$schema", "$id", "title", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"}
)

// strict returns the schema in OpenAI's strict form: every property required, optional
// ones nullable. ok is false for a schema that has no such form.
func strict(schema map[string]any) (out map[string]any, nulls nullable, ok bool) {
	if schema["type"] != "object" {
		return nil, nil, false
	}
	out, o, ok := strictly(schema)
	if !ok {
		return nil, nil, false
	}
	return out, o.within, true
}

func strictly(schema map[string]any) (map[string]any, *optional, bool) {
	out := map[string]any{}
	for key, v := range schema {
		switch {
		case slices.Contains(annotations, key):
		case slices.Contains(plain, key):
			out[key] = v
		default:
			return nil, nil, false
		}
	}
	o := &optional{}
	if schema["type"] == "object" || schema["properties"] != nil {
		if schema["type"] != "object" || schema["additionalProperties"] != false {
			return nil, nil, false
		}
		props, ok := schema["properties"].(map[string]any)
		if !ok && schema["properties"] != nil {
			return nil, nil, false
		}
		if o.within, ok = strictObject(out, props, schema["required"]); !ok {
			return nil, nil, false
		}
	}
	if items, has := schema["items"]; has {
		m, ok := items.(map[string]any)
		if !ok {
			return nil, nil, false
		}
		s, within, ok := strictly(m)
		if !ok {
			return nil, nil, false
		}
		out["items"] = s
		if len(within.within) > 0 || within.items != nil {
			o.items = within
		}
	}
	if schema["type"] == "array" && out["items"] == nil {
		return nil, nil, false
	}
	return out, o, schema["type"] != nil || schema["enum"] != nil || schema["const"] != nil
}

// strictObject makes every property required, and those that were not nullable.
func strictObject(out, props map[string]any, required any) (nullable, bool) {
	listed, _ := required.([]any)
	within := nullable{}
	all := map[string]any{}
	for name, v := range props {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		s, o, ok := strictly(m)
		if !ok {
			return nil, false
		}
		if !slices.Contains(listed, any(name)) {
			if o.added, ok = allowNull(s); !ok {
				return nil, false
			}
		}
		if o.added || len(o.within) > 0 || o.items != nil {
			within[name] = o
		}
		all[name] = s
	}
	out["properties"], out["required"] = all, append([]string{}, slices.Sorted(maps.Keys(all))...) // never null
	return within, true
}

// allowNull makes null a value of a strict schema; added is false if it was one already.
func allowNull(s map[string]any) (added, ok bool) {
	if s["const"] != nil {
		return false, false
	}
	if values, has := s["enum"].([]any); has {
		if slices.Contains(values, nil) {
			return false, true
		}
		s["enum"] = append(slices.Clone(values), nil)
	}
	switch t := s["type"].(type) {
	case string:
		s["type"] = []any{t, "null"}
		return t != "null", true
	case []any:
		if slices.Contains(t, any("null")) {
			return s["enum"] != nil, true
		}
		s["type"] = append(slices.Clone(t), "null")
		return true, true
	}
	return true, s["enum"] != nil
}

// restore takes out the nulls that stand for absent properties. Arguments that are not
// JSON are left as they are: the runtime answers them.
func (n nullable) restore(args string) json.RawMessage {
	if len(n) == 0 {
		return json.RawMessage(args)
	}
	dec := json.NewDecoder(strings.NewReader(args))
	dec.UseNumber() // large integers stay exact
	var m map[string]any
	if err := dec.Decode(&m); err != nil || dec.More() || !n.strip(m) {
		return json.RawMessage(args)
	}
	out, err := json.Marshal(m)
	if err != nil {
		return json.RawMessage(args)
	}
	return out
}

func (n nullable) strip(m map[string]any) (changed bool) {
	for name, o := range n {
		v, has := m[name]
		if !has {
			continue
		}
		if v == nil && o.added {
			delete(m, name)
			changed = true
			continue
		}
		changed = o.strip(v) || changed
	}
	return changed
}

func (o *optional) strip(v any) (changed bool) {
	switch v := v.(type) {
	case map[string]any:
		return o.within.strip(v)
	case []any:
		for _, e := range v {
			if o.items != nil {
				changed = o.items.strip(e) || changed
			}
		}
	}
	return changed
}
