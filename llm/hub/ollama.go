package hub

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// manifest is what an Ollama registry says of a model, and what Ollama keeps of it.
type manifest struct {
	Layers []struct {
		Type   string `json:"mediaType"`
		Digest string `json:"digest"`
		Size   int64  `json:"size"`
	} `json:"layers"`
}

const layer = "application/vnd.ollama.image."

// files are a manifest's layers by what they are.
func (m *manifest) files() (map[string]remote, error) {
	out := map[string]remote{}
	for _, l := range m.Layers {
		kind, ok := strings.CutPrefix(l.Type, layer)
		sum, sha := strings.CutPrefix(l.Digest, "sha256:")
		if _, err := hex.DecodeString(sum); !ok || !sha || err != nil || len(sum) != sha256.Size*2 || l.Size < 0 {
			continue
		}
		out[kind] = remote{sum: l.Digest, size: l.Size}
	}
	if _, ok := out["model"]; !ok {
		return nil, fmt.Errorf("%w: the manifest names no model; it may be one of another kind", ErrNotFound)
	}
	if _, ok := out["adapter"]; ok {
		return nil, errors.New("the model is an adapter on a base, which is not put together here: pull the base, and name the adapter's file in agent.yaml (model: {path: BASE, adapters: {NAME: FILE}})")
	}
	return out, nil
}

// saved are the layers that are kept, and under which name. What Ollama calls a template
// is in its own language; a model's file has its own.
var saved = []struct{ kind, name string }{{"model", "model.gguf"}, {"params", "params.json"}, {"license", "license.txt"}}

// ollamaFiles are the files of a model in an Ollama registry.
func (h *Hub) ollamaFiles(ctx context.Context, n Name) ([]remote, string, error) {
	base, err := base(h.Registry, "OLLAMA_REGISTRY", "https://registry.ollama.ai")
	if err != nil {
		return nil, "", err
	}
	var raw json.RawMessage
	err = h.get(ctx, base+"/v2/"+n.Repo+"/manifests/"+n.Tag, "", []string{"application/vnd.docker.distribution.manifest.v2+json"}, &raw)
	if err != nil {
		return nil, "", err
	}
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, "", fmt.Errorf("the manifest: %w", err)
	}
	layers, err := m.files()
	if err != nil {
		return nil, "", err
	}
	var out []remote
	for _, s := range saved {
		f, ok := layers[s.kind]
		if !ok {
			continue
		}
		f.path = filepath.Join(string(n.Source), filepath.FromSlash(n.Repo), n.Tag, s.name)
		f.url = base + "/v2/" + n.Repo + "/blobs/" + f.sum
		out = append(out, f)
	}
	digest := sha256.Sum256(raw)
	return out, "sha256:" + hex.EncodeToString(digest[:]), nil
}
