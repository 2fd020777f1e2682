package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/hub"
	"github.com/chaski-dev/chaski/tools"
)

func (h *Host) openModel(ctx context.Context) error {
	if h.o.LLM != nil {
		h.Model = h.o.LLM
		return nil
	}
	m, dir := h.Config.Model, h.Config.path
	if h.o.Model != "" {
		m = ModelConfig{Path: h.o.Model, Threads: m.Threads, Context: m.Context, KV: m.KV, Template: m.Template, Adapters: m.Adapters, dialect: h.Config.Dialect}
		dir = func(p string) string { return p }
	}
	path, err := h.modelPath(ctx, m.Path, dir)
	if err != nil {
		return err
	}
	m.Path = path
	if h.o.Draft != "" {
		if m.OpenAI != nil {
			return errors.New("a draft model is for a model in this process")
		}
		m.Draft, dir = h.o.Draft, func(p string) string { return p }
	}
	if m.Draft != "" {
		if m.Draft, err = h.modelPath(ctx, m.Draft, dir); err != nil {
			return fmt.Errorf("model: draft: %w", err)
		}
	}
	if m.Template != "" {
		m.Template = h.Config.path(m.Template)
	}
	adapters := map[string]string{}
	for name, path := range m.Adapters {
		if adapters[name], err = h.local(ctx, path, h.Config.path); err != nil {
			return err
		}
	}
	m.Adapters = adapters
	cache := h.Config.path(h.Config.Cache)
	switch h.Config.Cache {
	case "":
		cache = filepath.Join(h.data, "cache")
	case "none":
		cache = ""
	}
	model, closeModel, err := m.open(cache, h.o.Log)
	if err != nil {
		return err
	}
	h.Model = model
	if closeModel != nil {
		h.close = append(h.close, closeModel)
	}
	return nil
}

// modelPath is where a model lies that a configuration names by a path, mini or a name.
func (h *Host) modelPath(ctx context.Context, model string, dir func(string) string) (string, error) {
	if model == "" || model == shipped {
		return model, nil
	}
	if file, ok := strings.CutPrefix(model, scripted); ok {
		return scripted + dir(file), nil
	}
	return h.local(ctx, model, dir)
}

// local is where something lies that is given by a path or a name; what a name names is
// pulled if it is not here.
func (h *Host) local(ctx context.Context, model string, dir func(string) string) (string, error) {
	path := dir(model)
	if _, err := os.Stat(path); !hub.IsName(model) || err == nil {
		return path, nil
	}
	if h.o.Models != nil {
		return h.o.Models(ctx, model)
	}
	local, err := hub.FromEnv()
	if err != nil {
		return "", err
	}
	return local.Path(ctx, model)
}

// speaks refuses a model that no conversation can be written for, or none with tools,
// before a run begins.
func (h *Host) speaks(specs []tools.Spec) error {
	e, ok := h.Model.(*engine.Engine)
	if !ok {
		return nil
	}
	req := &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: "hello"}}}
	if len(specs) > 0 {
		req.Tools = []llm.ToolSpec{{Name: "tool", Parameters: json.RawMessage(`{"type":"object"}`)}}
	}
	if _, err := e.CountTokens(req); err != nil {
		return fmt.Errorf("model %s: %w", h.ModelName(), err)
	}
	return nil
}
