package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
)

// GuardConfig names a guard model, whose word rules see as guard.
type GuardConfig struct {
	Model *ModelConfig `yaml:"model"` // Llama Guard 3, as a GGUF file or a directory
}

func (g *GuardConfig) check() error {
	if g == nil {
		return nil
	}
	m := g.Model
	if m == nil {
		m = &ModelConfig{}
	}
	err := m.check()
	switch {
	case err != nil:
	case m.OpenAI != nil:
		err = errors.New("model: a guard is a GGUF file or a directory: its prompt is made here, from its own template")
	case m.Path == "" || m.Path == shipped:
		err = errors.New("model: name the guard's GGUF file or directory")
	}
	if err != nil {
		return fmt.Errorf("guard: %w", err)
	}
	return nil
}

// openGuard opens the guard model; nil if none is configured.
func (h *Host) openGuard(ctx context.Context) (runtime.SignalSource, error) {
	if h.Config.Guard == nil {
		return nil, nil
	}
	m := *h.Config.Guard.Model
	path, err := h.modelPath(ctx, m.Path, h.Config.path)
	if err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	m.Path = path
	model, closeModel, err := m.open("", h.o.Log)
	if err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	h.close = append(h.close, closeModel)
	e := model.(*engine.Engine) // what a path opens
	guard := &policies.LlamaGuard{Model: e}
	if guard.Template, err = template(e, path); err == nil {
		_, err = guard.Prompt([]llm.Message{{Role: llm.RoleUser, Content: "Hello."}})
	}
	if err != nil {
		return nil, fmt.Errorf("guard: %s: %w", path, err)
	}
	return guard, nil
}

// template returns the chat template of a model: in the metadata of a GGUF file, in a
// file of its own or in tokenizer_config.json of a directory.
func template(e *engine.Engine, path string) (string, error) {
	const none = "it has no chat template, so it is no guard model"
	if f := e.Model().File; f != nil {
		if text, err := f.String("tokenizer.chat_template"); err == nil {
			return text, nil
		}
		return "", errors.New(none)
	}
	text, err := os.ReadFile(filepath.Join(path, "chat_template.jinja"))
	if err == nil {
		return string(text), nil
	}
	var config struct {
		Template any `json:"chat_template"`
	}
	raw, err := os.ReadFile(filepath.Join(path, "tokenizer_config.json"))
	if err == nil {
		err = json.Unmarshal(raw, &config)
	}
	if s, ok := config.Template.(string); err == nil && ok {
		return s, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("tokenizer_config.json: %w", err)
	}
	return "", errors.New(none)
}
