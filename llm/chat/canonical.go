package chat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// keywordOrder is the order in which a canonical schema shows the keywords that
// nearly every schema has; the others follow by name.
var keywordOrder = []string{"type", "description", "enum", "const", "format", "properties", "required"}

// Canonical returns the tools in the one form that the runtime renders and compiles
// grammars from: sorted by name, schema keywords in a fixed order, property names
// sorted, white space and number spelling normalised. Two lists that declare the
// same tools give the same bytes.
func Canonical(tools []llm.ToolSpec) ([]llm.ToolSpec, error) {
	out := make([]llm.ToolSpec, len(tools))
	for i, t := range tools {
		if len(t.Parameters) > 0 {
			v, err := parseValue(t.Parameters)
			if err != nil {
				return nil, fmt.Errorf("chat: the parameters of tool %q: %w", t.Name, err)
			}
			if v.kind != '{' {
				return nil, fmt.Errorf("chat: the parameters of tool %q are no JSON Schema object", t.Name)
			}
			t.Parameters = json.RawMessage(appendJSON(nil, canonicalSchema(v), 0, 0))
		}
		out[i] = t
	}
	slices.SortStableFunc(out, func(a, b llm.ToolSpec) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(out); i++ {
		if out[i].Name == out[i-1].Name {
			return nil, fmt.Errorf("chat: tool %q is declared twice", out[i].Name)
		}
	}
	return out, nil
}

// canonicalSchema sorts the keys of a schema: keywords in the fixed order, all
// else by name. Data inside enum, const, default and examples is sorted by name too.
func canonicalSchema(v value) value {
	return sortKeys(v, func(key string) int {
		if i := slices.Index(keywordOrder, key); i >= 0 {
			return i
		}
		return len(keywordOrder)
	})
}

func sortKeys(v value, rank func(string) int) value {
	if len(v.items) == 0 {
		return v
	}
	byName := func(string) int { return 0 }
	out := value{kind: v.kind, text: v.text}
	order := make([]int, len(v.items))
	for i := range order {
		order[i] = i
	}
	if v.kind == '{' {
		slices.SortFunc(order, func(a, b int) int {
			if d := rank(v.keys[a]) - rank(v.keys[b]); d != 0 {
				return d
			}
			return strings.Compare(v.keys[a], v.keys[b])
		})
	}
	for _, i := range order {
		inner := rank
		if v.kind == '{' {
			key := v.keys[i]
			out.keys = append(out.keys, key)
			switch key {
			case "enum", "const", "default", "examples":
				inner = byName
			}
			if isSchemaMap(key) && v.items[i].kind == '{' {
				out.items = append(out.items, sortMap(v.items[i], rank))
				continue
			}
		}
		out.items = append(out.items, sortKeys(v.items[i], inner))
	}
	return out
}

// isSchemaMap says that the keyword's value maps names to schemas, so that its keys
// are names and no keywords.
func isSchemaMap(key string) bool {
	switch key {
	case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas":
		return true
	}
	return false
}

func sortMap(v value, rank func(string) int) value {
	out := value{kind: '{'}
	keys := slices.Sorted(slices.Values(v.keys))
	for _, k := range keys {
		item, _ := v.get(k)
		out.keys = append(out.keys, k)
		out.items = append(out.items, sortKeys(item, rank))
	}
	return out
}
