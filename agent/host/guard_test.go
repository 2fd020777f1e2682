package host_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/planner"
)

// TestGuard opens a guard model by agent.yaml and lets a rule use what it says. The
// tiny model says neither safe nor unsafe, which counts as unsafe.
func TestGuard(t *testing.T) {
	tiny := filepath.Join("..", "..", "..", "shared", "golden", "models", "tiny-F32.gguf")
	f, err := gguf.Open(tiny)
	if err != nil {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	defer f.Close()
	dir := t.TempDir()
	copyWith := func(name, template string) {
		var pairs []gguf.Pair
		for _, k := range f.Keys() {
			if v, _ := f.Value(k); k != "tokenizer.chat_template" {
				pairs = append(pairs, gguf.Pair{Key: k, Value: v})
			}
		}
		if template != "" {
			pairs = append(pairs, gguf.Pair{Key: "tokenizer.chat_template", Value: template})
		}
		var tensors []gguf.Source
		for _, x := range f.Tensors {
			tensors = append(tensors, gguf.Source{Name: x.Name, Type: x.Type, Shape: x.Shape, Data: func(w io.Writer) error {
				_, err := w.Write(x.Data)
				return err
			}})
		}
		if err := gguf.Create(filepath.Join(dir, name), pairs, tensors); err != nil {
			t.Fatal(err)
		}
	}
	copyWith("guard.gguf", "{% for m in messages %}{{ m.content }}{% endfor %}")
	copyWith("broken.gguf", "{% if %}")
	copyWith("plain.gguf", "")
	config := func(model string) *host.Config {
		file := filepath.Join(dir, "agent.yaml")
		if err := os.WriteFile(file, []byte("guard: {model: {path: "+model+", threads: 1, context: 256}}\npolicies: [own.yaml]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := host.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for when, want := range map[string]planner.Status{"guard.unsafe && guard.score == 1": planner.Denied, "not guard.asked": planner.Finished} {
		if err := os.WriteFile(filepath.Join(dir, "own.yaml"), []byte("name: own\nrules: [{id: unsafe, on: input, when: '"+when+"', then: halt}]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		h := open(t, config("guard.gguf"), host.Options{LLM: llm.Script(llm.Turn{Text: "Hello."})})
		var last planner.State
		for ev, err := range h.Run(ctx, "a plain text") {
			if err != nil {
				t.Fatal(err)
			}
			if ev.Status != "" {
				last = *ev.State
			}
		}
		if last.Status != want {
			t.Errorf("%s: %s %s", when, last.Status, last.Reason)
		}
	}
	for model, problem := range map[string]string{"broken.gguf": "template", "plain.gguf": "no chat template", "none.gguf": "none.gguf"} {
		_, err := host.Open(ctx, config(model), host.Options{LLM: llm.Script(), Data: t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), "guard: ") || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v", model, err)
		}
	}
}
