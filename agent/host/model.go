package host

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"go.yaml.in/yaml/v3"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/hub"
	"github.com/chaski-dev/chaski/llm/mini"
	"github.com/chaski-dev/chaski/llm/openai"
)

// ModelConfig names a model: in YAML a path, the name of the shipped model, or a mapping.
type ModelConfig struct {
	Path    string        `yaml:"path"`    // a GGUF file, a directory, or a name as hub.Parse reads it; "mini" or nothing is the shipped model, script:FILE plays a file
	Threads int           `yaml:"threads"` // 0 is one for each processor, as far as a quota of control groups goes
	Context int           `yaml:"context"` // tokens of context to make room for; 0 is the model's, at most 32,768
	KV      string        `yaml:"kv"`      // number format of the cache: f32, f16 or q8_0
	OpenAI  *OpenAIConfig `yaml:"openai"`  // in place of all that

	// Template is a file with the chat template, in Jinja, in place of the one in the
	// model's file.
	Template string `yaml:"template"`

	// Adapters are LoRA adapters by name: GGUF files or folders of PEFT's.
	Adapters map[string]string `yaml:"adapters"`

	// Draft is a small model of the same vocabulary that guesses what the model writes: a
	// file, a directory or a name. It makes the model faster and changes no token.
	Draft string `yaml:"draft"`

	dialect string // of calls; the configuration's
}

// OpenAIConfig names a model behind an endpoint, see openai.Options.
type OpenAIConfig struct {
	BaseURL  string        `yaml:"base_url"`
	Model    string        `yaml:"model"`
	KeyEnv   string        `yaml:"key_env"` // the environment variable that holds the key; "" sends none
	Context  int           `yaml:"context"`
	Timeout  time.Duration `yaml:"timeout"`
	Idle     time.Duration `yaml:"idle"`
	NoStrict bool          `yaml:"no_strict"`

	NoStreamOptions bool `yaml:"no_stream_options"`
	MaxTokens       bool `yaml:"max_tokens"`
	NoTemperature   bool `yaml:"no_temperature"`
}

// UnmarshalYAML takes a text as the path.
func (m *ModelConfig) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&m.Path)
	}
	type plain ModelConfig
	if err := known(n, reflect.TypeFor[ModelConfig](), "model"); err != nil {
		return err
	}
	return n.Decode((*plain)(m))
}

// known refuses keys that the type does not have: a decoder's strictness does not reach
// what a type decodes by itself.
func known(n *yaml.Node, t reflect.Type, what string) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: want a text or a mapping", n.Line)
	}
	var names []string
	fields := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		names = append(names, name)
		fields[name] = f.Type
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !slices.Contains(names, key.Value) {
			return fmt.Errorf("line %d: field %s is not known in %s", key.Line, key.Value, what)
		}
		if f := fields[key.Value]; f.Kind() == reflect.Pointer && !f.Implements(reflect.TypeFor[yaml.Unmarshaler]()) {
			if err := known(n.Content[i+1], f.Elem(), key.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *ModelConfig) check() error {
	if m.OpenAI != nil {
		switch {
		case m.Path != "":
			return errors.New("model: give a path or openai, not both")
		case m.Template != "" || m.dialect != "" || len(m.Adapters) > 0 || m.Draft != "":
			return errors.New("model: template, dialect, adapters and draft are for a model in this process: an endpoint has its own")
		}
		o := *m.OpenAI
		_, err := openai.New(openai.Options{BaseURL: o.BaseURL, Model: o.Model, ContextTokens: o.Context, Timeout: o.Timeout, Idle: o.Idle})
		return err
	}
	if strings.HasPrefix(m.Path, scripted) && (m.Template != "" || m.dialect != "" || len(m.Adapters) > 0) {
		return errors.New("model: template, dialect and adapters are for a model, not for a script")
	}
	if m.Threads < 0 || m.Context < 0 {
		return errors.New("model: a negative number")
	}
	if m.dialect != "" && !slices.Contains(chat.Dialects, llm.Dialect(m.dialect)) {
		return fmt.Errorf("dialect: %q, want one of %v", m.dialect, chat.Dialects)
	}
	return nil
}

// ModelName is what clients call the model that the host opened: mini, the name of its file
// without its ending, or the endpoint's name for it.
func (h *Host) ModelName() string {
	m := h.Config.Model
	if h.o.Model != "" {
		m = ModelConfig{Path: h.o.Model}
	}
	switch {
	case h.o.LLM != nil:
		return slug(h.Model.Info().Name)
	case m.OpenAI != nil:
		return m.OpenAI.Model
	case m.Path == "" || m.Path == shipped:
		return shipped
	case strings.HasPrefix(m.Path, scripted):
		return "script"
	}
	if _, err := os.Stat(m.Path); hub.IsName(m.Path) && err != nil {
		return m.Path
	}
	return strings.ReplaceAll(strings.TrimSuffix(filepath.Base(m.Path), ".gguf"), " ", "-")
}

// AdapterNames are the names of the adapters of the model that the host opened.
func (h *Host) AdapterNames() []string {
	if h.o.LLM != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(h.Config.Model.Adapters))
}

// shipped is the name of the model in the binary.
const shipped = "mini"

// scripted before a file's name makes it a model that plays the file: see llm.ReadScript.
const scripted = "script:"

// openScript reads such a file.
func openScript(file string) (llm.Model, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("model: the script: %w", err)
	}
	defer f.Close()
	m, err := llm.ReadScript(f)
	if err != nil {
		return nil, fmt.Errorf("model: the script %s: %w", file, err)
	}
	return m, nil
}

// keyOf is the key that an environment variable holds, without the white space around it. A
// blank one would be sent as a credential.
func keyOf(variable, of string) (string, error) {
	key := strings.TrimSpace(os.Getenv(variable))
	if key == "" {
		return "", fmt.Errorf("the environment variable %s is empty: it should hold the key of %s", variable, of)
	}
	return key, nil
}

// open loads or reaches the model. close may be nil.
func (m *ModelConfig) open(cache string, log zerolog.Logger) (model llm.Model, close func() error, err error) {
	if o := m.OpenAI; o != nil {
		key := ""
		if o.KeyEnv != "" {
			if key, err = keyOf(o.KeyEnv, o.Model); err != nil {
				return nil, nil, fmt.Errorf("model: %w", err)
			}
		}
		model, err := openai.New(openai.Options{BaseURL: o.BaseURL, Model: o.Model, Key: key, ContextTokens: o.Context,
			Timeout: o.Timeout, Idle: o.Idle, NoStrict: o.NoStrict, NoTemperature: o.NoTemperature,
			NoStreamOptions: o.NoStreamOptions, MaxTokens: o.MaxTokens})
		return model, nil, err
	}
	if file, ok := strings.CutPrefix(m.Path, scripted); ok {
		model, err := openScript(file)
		return model, nil, err
	}
	template := ""
	if m.Template != "" {
		b, err := os.ReadFile(m.Template)
		if err != nil {
			return nil, nil, fmt.Errorf("model: template: %w", err)
		}
		template = string(b)
	}
	opt := engine.Options{Threads: m.Threads, Template: template, Dialect: m.dialect, Adapters: m.Adapters, Draft: m.Draft, Tokens: m.Context, Cache: m.KV, CacheDir: cache,
		Report: func(err error) { log.Debug().Err(err).Msg("context cache on disk") }}
	var e *engine.Engine
	if m.Path == "" || m.Path == shipped {
		if e, err = engine.OpenBytes(mini.Bytes(), opt); err != nil {
			return nil, nil, err
		}
	} else if e, err = engine.Open(m.Path, opt); err != nil {
		return nil, nil, fmt.Errorf("model: %w", err)
	}
	return e, e.Close, nil
}
