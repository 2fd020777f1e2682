package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm/llama"
)

// adapters opens a model's adapters.
func adapters(m *llama.Model, paths map[string]string) (map[string]*llama.Adapter, error) {
	out := map[string]*llama.Adapter{}
	for name, path := range paths {
		if name == "" {
			return nil, fmt.Errorf("engine: the adapter %s has no name", path)
		}
		a, err := m.OpenAdapter(path)
		if err != nil {
			return nil, fmt.Errorf("engine: adapter %s: %w", name, err)
		}
		out[name] = a
	}
	return out, nil
}

// adapter finds an adapter by its name; nil for "".
func (e *Engine) adapter(name string) (*llama.Adapter, error) {
	if name == "" {
		return nil, nil
	}
	a, ok := e.adapters[name]
	if !ok {
		return nil, fmt.Errorf("engine: no adapter is called %q, there is %s", name, listOr(slices.Sorted(maps.Keys(e.adapters)), "none"))
	}
	return a, nil
}

func listOr(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}
