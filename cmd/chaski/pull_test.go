package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/hub"
	"github.com/chaski-dev/chaski/llm/mini"
)

// TestModelNames runs commands on a model that Ollama left on the disk, by its name.
func TestModelNames(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("CHASKI_MODELS", filepath.Join(dir, "models"))
	t.Setenv("OLLAMA_MODELS", filepath.Join(dir, "ollama"))
	t.Setenv("HF_HOME", filepath.Join(dir, "hf"))
	t.Setenv("CHASKI_OFFLINE", "1")
	const digest = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	manifest := `{"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:` + digest + `","size":` + strconv.Itoa(len(mini.Bytes())) + `}]}`
	for path, b := range map[string][]byte{
		"ollama/manifests/registry.ollama.ai/ann/mini/latest": []byte(manifest),
		"ollama/blobs/sha256-" + digest:                       mini.Bytes(),
	} {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, _, code := chaski(t, "", "model", "info", "-m", "ollama:ann/mini", "--json")
	if code != 0 || !strings.Contains(out, digest) {
		t.Errorf("model info: %d %s", code, out)
	}
	_, stderr, code := chaski(t, "", "run", "--data", filepath.Join(dir, "data"), "-m", "ollama:ann/mini", "--example", "support", "Where is order 1042?")
	if code != 0 || !strings.Contains(stderr, "lookup_order") {
		t.Errorf("run: %d %s", code, stderr)
	}
	for _, args := range [][]string{{"model", "info", "-m", "ollama:ann/other"}, {"run", "-m", "llama3.1", "hi"}, {"pull", "llama3.1"}} {
		if _, stderr, code := chaski(t, "", args...); code != 1 || !strings.Contains(stderr, hub.ErrOffline.Error()) {
			t.Errorf("%v: %d %s", args, code, stderr)
		}
	}
	t.Setenv("CHASKI_OFFLINE", "")
	for _, args := range [][]string{{"--offline", "run", "-m", "llama3.1", "hi"}, {"pull", "--offline", "llama3.1"}, {"model", "merge", "--offline", filepath.Join(dir, "ollama", "blobs", "sha256-"+digest), "hf:ann/adapter", filepath.Join(dir, "out.gguf")}} {
		t.Setenv("CHASKI_OFFLINE", "")
		if _, stderr, code := chaski(t, "", args...); code != 1 || !strings.Contains(stderr, hub.ErrOffline.Error()) {
			t.Errorf("%v: %d %s", args, code, stderr)
		}
	}
	for _, word := range []string{"llama9", "llama3.9:8b"} {
		if _, stderr, code := chaski(t, "", "run", "-m", word, "hi"); code != 2 || !strings.Contains(stderr, "there is no file "+word) || !strings.Contains(stderr, "llama3.1") {
			t.Errorf("%s: %d %s", word, code, stderr)
		}
	}
	if _, stderr, code := chaski(t, "", "run", "-m", "ann/Some-GGUF:Q4_K_M", "hi"); code != 2 || !strings.Contains(stderr, "did you mean hf:ann/Some-GGUF:Q4_K_M?") {
		t.Errorf("a name without its source: %d %s", code, stderr)
	}
	if _, stderr, code := chaski(t, "", "run", "-m", "https://example.com/m.gguf", "hi"); code != 2 || !strings.Contains(stderr, "once it is on this disk") {
		t.Errorf("an address: %d %s", code, stderr)
	}
	if _, stderr, code := chaski(t, "", "pull", "llama"); code != 2 || !strings.Contains(stderr, "llama3.1") {
		t.Errorf("pull: %d %s", code, stderr)
	}
	if _, stderr, code := chaski(t, "", "model", "ls"); code != 0 || !strings.Contains(stderr, "no models") {
		t.Errorf("ls: %d %s", code, stderr)
	}
}

// TestShortNames holds the page to the names that the program knows.
func TestShortNames(t *testing.T) {
	page, err := os.ReadFile("../../docs/models.md")
	if err != nil {
		t.Fatal(err)
	}
	for short, name := range hub.Short {
		if !strings.Contains(string(page), "| `"+short+"` | `"+name+"` |") {
			t.Errorf("docs/models.md has no row for %s, %s", short, name)
		}
	}
}
