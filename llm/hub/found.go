package hub

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// found is where another program has left a model, "" if none has. Nothing is copied.
func (h *Hub) found(n Name) string {
	if n.Source == Ollama {
		for _, dir := range h.OllamaModels {
			if path := ollamaBlob(dir, n); path != "" {
				return path
			}
		}
		return ""
	}
	return cached(h.HubCache, n)
}

// cached looks into the Hugging Face hub's cache: refs/main names a commit, whose folder
// under snapshots has the files, as links.
func cached(dir string, n Name) string {
	if dir == "" {
		return ""
	}
	repo := filepath.Join(dir, "models--"+strings.ReplaceAll(n.Repo, "/", "--"))
	b, err := os.ReadFile(filepath.Join(repo, "refs", "main"))
	if err != nil || !part.MatchString(strings.TrimSpace(string(b))) {
		return ""
	}
	snapshot := filepath.Join(repo, "snapshots", strings.TrimSpace(string(b)))
	var files []string
	_ = filepath.WalkDir(snapshot, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() { // a link to a blob that is there
			rel, _ := filepath.Rel(snapshot, path)
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	})
	picked, err := choose(n, files)
	if err != nil {
		return ""
	}
	for _, f := range picked {
		if strings.HasSuffix(f, ".safetensors") {
			return snapshot
		}
	}
	return filepath.Join(snapshot, filepath.FromSlash(picked[0]))
}

// ollamaBlob looks into Ollama's folder: a manifest by host, name and tag, blobs by hash.
func ollamaBlob(dir string, n Name) string {
	b, err := os.ReadFile(filepath.Join(dir, "manifests", "registry.ollama.ai", filepath.FromSlash(n.Repo), n.Tag))
	if err != nil {
		return ""
	}
	var m manifest
	if json.Unmarshal(b, &m) != nil {
		return ""
	}
	layers, err := m.files()
	if err != nil {
		return ""
	}
	model := layers["model"]
	path := filepath.Join(dir, "blobs", strings.Replace(model.sum, ":", "-", 1))
	if info, err := os.Stat(path); err != nil || info.Size() != model.size {
		return ""
	}
	return path
}
