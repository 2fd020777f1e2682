package policies

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/schema"
)

// labelKeys are the labels that policies read, but for those that begin with words.
var labelKeys = []string{label.KeyIntegrity, label.KeyConfidentiality, label.KeyReaders, label.KeyEgress, label.KeyContent, label.KeyRecipients, label.KeyObjects, label.KeyActions,
	label.KeyAgent, label.KeyData, label.KeyIrreversible, label.KeyStrangers, label.KeyNames, label.KeyPassages}

// checkLabels refuses labels of a tool that cannot be meant, and would be taken for none: a truth value that is
// none, and members of results that no result can have.
func checkLabels(spec *tools.Spec) error {
	fail := func(key, format string, args ...any) error {
		return fmt.Errorf("policies: tool %s: label %s: %s", spec.Name, key, fmt.Sprintf(format, args...))
	}
	for _, key := range []string{label.KeyEgress, label.KeyIrreversible, label.KeyAgent} {
		if s, ok := spec.Labels[key]; ok && !slices.Contains([]string{"true", "false", "yes", "no"}, strings.ToLower(s)) {
			return fail(key, "%q: want true or false", s)
		}
	}
	for _, key := range []string{label.KeyStrangers, label.KeyNames} {
		for _, x := range strangersOf(spec.Labels[key]) {
			switch {
			case key == label.KeyNames && x.name == ".", slices.Contains(membersIn(spec.Output), x.name):
			case strings.ContainsAny(x.name, ".[]/"):
				parts := strings.FieldsFunc(x.name, func(r rune) bool { return strings.ContainsRune(".[]/*$", r) })
				return fail(key, "%q is a path: want the name of a member, which counts at any depth, in lists too%s", x.name, nameHint(parts))
			case strings.ContainsAny(x.name, ";|"):
				return fail(key, "%q: want names of members with commas between", x.name)
			case x.beside == "" && (strings.Contains(x.name, " unless") || strings.Contains(x.name, "unless ")):
				return fail(key, "%q: want NAME unless OTHER is VALUE", x.name)
			}
		}
	}
	return nil
}

func nameHint(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return ": " + parts[len(parts)-1]
}

// lintLabels reports labels of tools that name what there is not: arguments, members of results, labels.
func (b *Bundle) lintLabels() (out []string) {
	for _, name := range sortedKeys(b.tools) {
		t := b.tools[name]
		say := func(format string, args ...any) {
			out = append(out, fmt.Sprintf("tool %s: ", name)+fmt.Sprintf(format, args...))
		}
		for _, key := range sortedKeys(t.spec.Labels) {
			if near := schema.Nearest(key, labelKeys); !slices.Contains(labelKeys, key) && !strings.HasPrefix(key, label.KeyWords) && near != "" {
				say("label %s is not read%s", key, near)
			}
		}
		args := sortedKeys(t.props)
		lower := make([]string, len(args))
		for i := range args {
			lower[i] = strings.ToLower(args[i])
		}
		for _, key := range []string{label.KeyData, label.KeyContent, label.KeyRecipients} {
			for _, arg := range label.List(t.spec.Labels[key]) {
				if !slices.Contains(lower, arg) {
					say("label %s: there is no argument %q: want some of %s%s", key, arg, strings.Join(args, ", "), schema.Nearest(arg, lower))
				}
			}
		}
		if members := membersIn(t.spec.Output); len(members) > 0 {
			for _, x := range slices.Concat(t.strangers, t.names) {
				if x.name != "." && !slices.Contains(members, x.name) {
					say("labels %s and %s: output has no member %q%s", label.KeyStrangers, label.KeyNames, x.name, schema.Nearest(x.name, members))
				}
			}
		}
	}
	return out
}

// membersIn lists the members that a JSON Schema names, at any depth, in lower case.
func membersIn(raw json.RawMessage) []string {
	var root any
	if json.Unmarshal(raw, &root) != nil {
		return nil
	}
	found := map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if props, ok := v["properties"].(map[string]any); ok {
				for name := range props {
					found[strings.ToLower(name)] = true
				}
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(root)
	return slices.Sorted(maps.Keys(found))
}

// deadObjects lists the words for objects that no clause can hold: nouns are compared one by one.
func (t *tool) deadObjects() (out []string) {
	for _, o := range label.List(t.spec.Labels[label.KeyObjects]) {
		if len(ask.NameWords(o)) > 1 {
			out = append(out, o)
		}
	}
	return out
}
