package host_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/mini"
)

// TestUnreadable: a model whose words cannot be cut here, and one that no conversation can be
// written for, are refused when they are opened, before a run begins, with what is wrong.
func TestUnreadable(t *testing.T) {
	f, err := gguf.Parse(mini.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key   string
		value any // nil leaves the key out
		want  string
	}{
		{"tokenizer.ggml.pre", "quechua", `"quechua"`},
		{"tokenizer.ggml.model", "abacus", "abacus"},
		{"tokenizer.ggml.merges", nil, "tokenizer.ggml.merges"},
		{"tokenizer.chat_template", "{% for m in messages %}{{ m.content }}{% endfor %}", "tools"},
	} {
		var pairs []gguf.Pair
		for _, k := range f.Keys() {
			if v, _ := f.Value(k); k != c.key {
				pairs = append(pairs, gguf.Pair{Key: k, Value: v})
			}
		}
		if c.value != nil {
			pairs = append(pairs, gguf.Pair{Key: c.key, Value: c.value})
		}
		var tensors []gguf.Source
		for _, x := range f.Tensors {
			tensors = append(tensors, gguf.Source{Name: x.Name, Type: x.Type, Shape: x.Shape, Data: func(w io.Writer) error {
				_, err := w.Write(x.Data)
				return err
			}})
		}
		dir := t.TempDir()
		if err := gguf.Create(filepath.Join(dir, "m.gguf"), pairs, tensors); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "agent.yaml")
		if err := os.WriteFile(file, []byte("name: a\nmodel: m.gguf\ncache: none\ntools: [{name: look, effect: read, description: Looks, parameters: {type: object}, command: ['true']}]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		conf, err := host.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		h, err := host.Open(ctx, conf, host.Options{Data: filepath.Join(dir, "data")})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", c.key, err, c.want)
		}
		if h != nil {
			t.Error(c.key, "is opened")
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		}
		if runs, _ := filepath.Glob(filepath.Join(dir, "data", "runs", "*.jsonl")); len(runs) > 0 {
			t.Error(c.key, runs)
		}
	}
}
