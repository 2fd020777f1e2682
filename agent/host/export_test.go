package host

import (
	"reflect"
	"strings"
)

// Keys lists the keys of an agent.yaml.
func Keys() []string {
	var out []string
	for _, t := range []reflect.Type{reflect.TypeFor[Config](), reflect.TypeFor[ModelConfig](), reflect.TypeFor[OpenAIConfig](), reflect.TypeFor[GuardConfig](), reflect.TypeFor[BudgetConfig](), reflect.TypeFor[Trigger](), reflect.TypeFor[DocumentsConfig](), reflect.TypeFor[FolderConfig](), reflect.TypeFor[EmbeddingsConfig](), reflect.TypeFor[RerankConfig]()} {
		for f := range t.Fields() {
			if key, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); key != "" {
				out = append(out, key)
			}
		}
	}
	return out
}
