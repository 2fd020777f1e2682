package policies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/schema"
)

// specKeys are the members of a tool's declaration in JSON. The last is written as a label.
var specKeys = strings.Fields("name description version parameters output effect timeout_ns retries concurrency revision labels data")

// ParseTools reads a list of tools, the tools.json of a suite: an array of objects with the members of
// tools.Spec. As in a trace, labels may be written with lists and truth values; and data, a list of
// arguments, may stand beside them, as in a tools.yaml.
func ParseTools(raw []byte) ([]tools.Spec, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var list []any
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf("want a list of tools, [{\"name\": …}, …]: %s", schema.Misread(err))
	}
	if dec.More() {
		return nil, fmt.Errorf("there is something behind the list of tools")
	}
	for i, t := range list {
		if err := looseTool(t, fmt.Sprintf("tool %d", i)); err != nil {
			return nil, err
		}
		for _, key := range slices.Sorted(maps.Keys(t.(map[string]any))) {
			if !slices.Contains(specKeys, key) {
				return nil, fmt.Errorf("tool %v: %q is not known here: want %s", t.(map[string]any)["name"], key, strings.Join(specKeys, ", "))
			}
		}
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	var specs []tools.Spec
	if err := json.Unmarshal(raw, &specs); err != nil {
		return nil, fmt.Errorf("%s", schema.Misread(err))
	}
	return specs, nil
}

// looseTool writes the labels of a tool as text, and its list of data as one of them.
func looseTool(v any, where string) error {
	t, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is no object", where)
	}
	if name, ok := t["name"].(string); ok {
		where = "tool " + name
	}
	flatLabels(t)
	labels, ok := t["labels"].(map[string]any)
	if !ok && t["labels"] != nil {
		return fmt.Errorf("%s: labels is no object", where)
	}
	for _, key := range sortedKeys(labels) {
		if _, ok := labels[key].(string); !ok {
			return fmt.Errorf("%s: label %s is neither a text, a list, a number nor a truth value", where, key)
		}
	}
	data, ok := t["data"]
	if !ok {
		return nil
	}
	delete(t, "data")
	var names []string
	list, isList := data.([]any)
	for _, item := range list {
		name, ok := item.(string)
		isList = isList && ok
		names = append(names, name)
	}
	if !isList {
		return fmt.Errorf("%s: data is no list of names of arguments", where)
	}
	if labels == nil {
		labels = map[string]any{}
		t["labels"] = labels
	}
	declared, _ := labels[label.KeyData].(string)
	labels[label.KeyData] = tools.WithArguments(declared, names...)
	return nil
}
