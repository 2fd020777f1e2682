package policies

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/detect"
	"github.com/chaski-dev/chaski/tools"
	"github.com/expr-lang/expr/types"
)

// property is one argument as its schema declares it.
type property struct {
	Type    any   `json:"type"`
	Enum    []any `json:"enum"`
	Const   any   `json:"const"`
	Default any   `json:"default"`
	About   any   `json:"description"`

	Minimum          any `json:"minimum"` // numbers, but nobody checked
	Maximum          any `json:"maximum"`
	ExclusiveMinimum any `json:"exclusiveMinimum"`
	ExclusiveMaximum any `json:"exclusiveMaximum"`

	Items    *property           `json:"items"`
	Props    map[string]property `json:"properties"`
	Required []string            `json:"required"`

	Ref         string              `json:"$ref"`
	Defs        map[string]property `json:"$defs"`
	Definitions map[string]property `json:"definitions"`
	AnyOf       []property          `json:"anyOf"`
	OneOf       []property          `json:"oneOf"`
	AllOf       []property          `json:"allOf"`
}

// resolved is the schema with its references to definitions of its own followed, and with the only
// form that is not null in the place of a choice of forms. A reference that leads nowhere, or to
// itself, is left open.
func (p property) resolved(root *property, depth int) property {
	if depth > 16 {
		return property{}
	}
	if name, ok := strings.CutPrefix(p.Ref, "#/$defs/"); ok && p.Ref != "" {
		p = p.under(root.Defs[name])
		return p.resolved(root, depth+1)
	}
	if name, ok := strings.CutPrefix(p.Ref, "#/definitions/"); ok {
		p = p.under(root.Definitions[name])
		return p.resolved(root, depth+1)
	}
	for _, forms := range [][]property{p.AnyOf, p.OneOf, p.AllOf} {
		real := slices.DeleteFunc(slices.Clone(forms), func(f property) bool { return f.Type == "null" })
		if len(real) == 1 && p.Type == nil && p.Props == nil {
			p.AnyOf, p.OneOf, p.AllOf = nil, nil, nil
			return p.under(real[0]).resolved(root, depth+1)
		}
	}
	if p.Items != nil {
		item := p.Items.resolved(root, depth+1)
		p.Items = &item
	}
	if p.Props != nil {
		props := make(map[string]property, len(p.Props))
		for name, sub := range p.Props {
			props[name] = sub.resolved(root, depth+1)
		}
		p.Props = props
	}
	return p
}

// under is another schema with what this one says beside its reference: a default.
func (p property) under(o property) property {
	if p.Default != nil {
		o.Default = p.Default
	}
	return o
}

// parameters reads an object schema.
func parameters(spec *tools.Spec) (property, error) {
	var p property
	if len(spec.Parameters) > 0 {
		if err := json.Unmarshal(spec.Parameters, &p); err != nil {
			return p, fmt.Errorf("policies: the parameters of tool %s: %w", spec.Name, err)
		}
	}
	p = p.resolved(&p, 0)
	if p.Props == nil {
		p.Props = map[string]property{}
	}
	return p, nil
}

// exprType maps a schema to the type that rules are checked against. What a schema
// leaves open is any; an unknown property is an error wherever properties are listed.
func (p property) exprType(depth int) types.Type {
	kind, ok := p.Type.(string)
	if !ok || depth > 8 {
		return types.Any
	}
	switch kind {
	case "string":
		return types.String
	case "integer":
		return types.Int64 // not Int: an integer beyond it comes as a float64, and is compared as a number
	case "number":
		return types.Float64
	case "boolean":
		return types.Bool
	case "array":
		if p.Items != nil {
			return types.Array(p.Items.exprType(depth + 1))
		}
		return types.Array(types.Any)
	case "object":
		if p.Props != nil {
			m := types.Map{}
			for name, sub := range p.Props {
				m[name] = sub.exprType(depth + 1)
			}
			return m
		}
	}
	return types.Any
}

// native converts a decoded JSON value to the Go type that exprType promised.
func (p property) native(v any, depth int) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if p.Type == "integer" {
			if n, err := v.Int64(); err == nil {
				return int(n), nil
			}
			f, err := v.Float64()
			if err != nil || f != math.Trunc(f) {
				return nil, fmt.Errorf("%s is not an integer", v)
			}
			if math.Abs(f) < 1<<53 {
				return int(f), nil
			}
			return f, nil
		}
		return v.Float64()
	case []any:
		if len(v) > MaxList {
			return nil, fmt.Errorf("a list of %d elements, more than %d", len(v), MaxList)
		}
		out := make([]any, len(v))
		item := property{}
		if p.Items != nil {
			item = *p.Items
		}
		for i := range v {
			var err error
			if out[i], err = item.native(v[i], depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		if len(v) > MaxList {
			return nil, fmt.Errorf("an object of %d members, more than %d", len(v), MaxList)
		}
		out := make(map[string]any, len(v))
		for name, sub := range v {
			var err error
			if out[name], err = p.Props[name].native(sub, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

var originType = types.Map{
	"integrity": types.String, "confidentiality": types.String, "readers": types.Array(types.String), "how": types.String, "chosen": types.Bool,
}

// environment returns the types of everything that a rule of that hook may name.
// props is nil for hooks without a call.
func environment(on Hook, props map[string]property) types.Map {
	env := types.Map{
		"context": types.Map{
			"integrity": types.String, "confidentiality": types.String, "untrusted": types.Bool, "confidential": types.Bool,
		},
		"run": types.Map{
			"id": types.String, "tenant": types.String, "steps": types.Int, "tokens": types.Int, "calls": types.Int,
			"elapsed": types.Float64, "money": types.Float64, "acted": types.Bool,
		},
		"guard":    types.Map{"asked": types.Bool, "unsafe": types.Bool, "score": types.Float64, "categories": types.Array(types.String)},
		"clock":    types.Map{"hour": types.Int, "minute": types.Int, "weekday": types.String, "unix": types.Int},
		"seen":     types.TypeOf(func(string) bool { return false }),
		"times":    types.TypeOf(func(string) int { return 0 }),
		"calls":    types.TypeOf(func(string) []any { return nil }),
		"recent":   types.TypeOf(func(string, string) []any { return nil }),
		"failures": types.TypeOf(func(string) int { return 0 }),
		"found":    types.TypeOf(func(...string) bool { return false }),
		"url":      types.TypeOf(func(string) detect.URL { return detect.URL{} }),
	}
	if on == OnInput || on == OnResult || on == OnAnswer {
		env["text"] = types.String
	}
	if on == OnAnswer {
		env["links"] = types.Array(types.String)
	}
	if on == OnResult {
		env["passage"] = types.Bool
		env["status"] = types.String
		env["label"] = originType
	}
	if on == OnCall || on == OnResult {
		env["tool"] = types.Map{
			"name": types.String, "effect": types.String, "egress": types.Bool, "integrity": types.String,
			"confidentiality": types.String, "confidential": types.Bool,
		}
	}
	if on == OnCall {
		args, labels := types.Map{}, types.Map{}
		for name, p := range props {
			args[name] = p.exprType(0)
			labels[name] = originType
		}
		env["args"], env["labels"] = args, labels
		env["call"] = types.Map{"confidence": types.Float64}
		env["flow"] = types.Map{
			"effect": types.Bool, "acts": types.Bool, "outward": types.Bool, "leaks": types.Bool, "named": types.Bool,
			"bound": types.Bool, "forbidden": types.Bool, "repeated": types.Bool, "undeclared": types.Bool, "confidential": types.Bool, "irreversible": types.Bool,
			"invented": types.Array(types.String), "chosen": types.Array(types.String), "foreign": types.Array(types.String),
			"untrusted": types.Array(types.String), "made": types.Array(types.String), "recipients": types.Array(types.String),
		}
	}
	return env
}

// sortedKeys returns the keys of m in order.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
