package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/hub"
)

// checkModel opens the agent's model and lets it write a token, on a bus and a journal of
// its own. An endpoint is reached, and asked nothing.
func checkModel(ctx context.Context, c *host.Config, o host.Options, tmp string) finding {
	if e := c.Model.OpenAI; e != nil && o.Model == "" {
		return checkEndpoint(ctx, e)
	}
	name := cmp.Or(o.Model, c.Model.Path, "mini")
	began := time.Now()
	h, fault := tryOpen(ctx, bare(c), host.Options{Data: filepath.Join(tmp, "model"), Model: o.Model, Draft: o.Draft}, "model", name)
	if h == nil {
		return fault
	}
	defer h.Close()
	loaded := time.Since(began)
	if h.ModelName() == "script" {
		return finding{Check: "model", Status: "ok", Found: name + ": it plays a file, which was read"}
	}
	for ev, err := range h.Run(ctx, "Hello.") {
		if err != nil {
			return finding{"model", "fail", name + ": " + err.Error(), otherModel}
		}
		if j := ev.Journal; j != nil && j.Faulted != nil {
			return finding{"model", "fail", name + ": " + j.Faulted.Error, otherModel}
		}
		if ev.Status != "" {
			break
		}
	}
	return finding{Check: "model", Status: "ok", Found: fmt.Sprintf("%s: opened in %v, answered in %v", name, loaded.Round(time.Millisecond), (time.Since(began) - loaded).Round(time.Millisecond))}
}

// bare is the configuration with its model alone.
func bare(c *host.Config) *host.Config {
	b := *c
	b.Tools, b.Discover, b.Policies, b.Guard, b.Documents, b.Triggers = nil, nil, nil, nil, nil, nil
	b.Servers = host.MCPConfig{}
	b.Confidence, b.Cache, b.Runs, b.Strategy = 0, "none", "", ""
	b.Budget = host.BudgetConfig{Steps: 1, Tokens: 2000}
	return &b
}

// absent is a model that was named and is not on this disk.
type absent struct{ name string }

func (e *absent) Error() string { return e.name + " is not on this disk" }

// tryOpen opens a configuration as a run would, but pulls no model. Without a host it says
// what the check found.
func tryOpen(ctx context.Context, c *host.Config, o host.Options, check, name string) (*host.Host, finding) {
	o.Log = zerolog.Nop()
	o.Models = func(ctx context.Context, name string) (string, error) {
		h, err := hub.FromEnv()
		if err != nil {
			return "", err
		}
		h.Offline = true
		path, err := h.Path(ctx, name)
		if errors.Is(err, hub.ErrOffline) {
			return "", &absent{name}
		}
		return path, err
	}
	h, err := host.Open(ctx, c, o)
	var gone *absent
	switch {
	case errors.As(err, &gone):
		return nil, finding{check, "warn", gone.Error(), "chaski pull " + gone.name + " gets it; the first run does so too"}
	case err != nil && check == "model":
		return nil, finding{check, "fail", name + ": " + err.Error(), otherModel}
	case err != nil:
		return nil, finding{check, "fail", err.Error(), "name another in agent.yaml"}
	}
	return h, finding{}
}

// checkGuard opens the guard model, if there is one.
func checkGuard(ctx context.Context, c *host.Config, tmp string) finding {
	if c.Guard == nil {
		return finding{}
	}
	b := bare(c)
	b.Guard = c.Guard
	return checkBeside(ctx, b, tmp, "guard", c.Guard.Model.Path)
}

// checkEmbeddings opens what makes vectors of documents, if something does: a model here makes
// one; an endpoint is asked nothing.
func checkEmbeddings(ctx context.Context, c *host.Config, tmp string) finding {
	if c.Documents == nil || c.Documents.Embeddings == nil {
		return finding{}
	}
	none := filepath.Join(tmp, "no-documents")
	if err := os.MkdirAll(none, 0o700); err != nil {
		return finding{"embeddings", "fail", err.Error(), "free some space"}
	}
	b := bare(c)
	b.Documents = &host.DocumentsConfig{Folders: []host.FolderConfig{{Path: none}}, Embeddings: c.Documents.Embeddings, Index: filepath.Join(tmp, "index")}
	return checkBeside(ctx, b, tmp, "embeddings", c.Documents.Embeddings.Model)
}

// checkBeside opens a model beside the agent's.
func checkBeside(ctx context.Context, c *host.Config, tmp, check, name string) finding {
	began := time.Now()
	h, fault := tryOpen(ctx, c, host.Options{Data: filepath.Join(tmp, check), LLM: llm.Script()}, check, name)
	if h == nil {
		return fault
	}
	defer h.Close()
	return finding{Check: check, Status: "ok", Found: fmt.Sprintf("%s: opened in %v", name, time.Since(began).Round(time.Millisecond))}
}

func checkEndpoint(ctx context.Context, e *host.OpenAIConfig) finding {
	if e.KeyEnv != "" && strings.TrimSpace(os.Getenv(e.KeyEnv)) == "" {
		return finding{"model", "fail", "the environment variable " + e.KeyEnv + " is empty: it should hold the key of " + e.Model, "export " + e.KeyEnv + "=…"}
	}
	u, err := url.Parse(e.BaseURL)
	if err != nil || u.Host == "" {
		return finding{"model", "fail", fmt.Sprintf("base_url %q is no URL", e.BaseURL), "write it as https://HOST/v1"}
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), map[string]string{"https": "443", "http": "80"}[u.Scheme])
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return finding{"model", "fail", e.Model + ": nobody answers at " + address + ": " + err.Error(), "start the server, or mend base_url"}
	}
	_ = conn.Close()
	return finding{Check: "model", Status: "ok", Found: e.Model + ": a server listens at " + address + "; it was asked nothing"}
}
