package api_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/mini"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// miniAdapter writes a random adapter of the values of the small model's layers.
func miniAdapter(t *testing.T, seed uint64) string {
	t.Helper()
	const layers, width, values, rank = 8, 384, 128, 4
	rng := rand.New(rand.NewPCG(seed, 1))
	var sources []gguf.Source
	for l := range layers {
		for i, shape := range [][]int{{width, rank}, {rank, values}} { // in an order, or the weights are others each time
			sources = append(sources, gguf.Source{Name: fmt.Sprintf("blk.%d.attn_v.weight.lora_%s", l, "ab"[i:i+1]), Type: tensor.F32, Shape: shape, Data: func(w io.Writer) error {
				var b []byte
				for range shape[0] * shape[1] {
					b = binary.LittleEndian.AppendUint32(b, math.Float32bits(0.2*float32(rng.NormFloat64())))
				}
				_, err := w.Write(b)
				return err
			}})
		}
	}
	path := filepath.Join(t.TempDir(), "adapter.gguf")
	if err := gguf.Create(path, []gguf.Pair{{Key: "general.type", Value: "adapter"}, {Key: "adapter.type", Value: "lora"}, {Key: "general.architecture", Value: "llama"}, {Key: "adapter.lora.alpha", Value: float32(8)}}, sources); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestAdapters: a model's adapters are models for clients of each API, asked one after another
// or together; what one computed is of no use to another; other names are refused with a list.
func TestAdapters(t *testing.T) {
	e, err := engine.OpenBytes(mini.Bytes(), engine.Options{Tokens: 8192, NoDrafts: true, Adapters: map[string]string{"shop": miniAdapter(t, 1), "legal": miniAdapter(t, 2)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	url := serve(t, api.Options{Models: []api.Model{{Name: "mini", Aliases: []string{"gpt"}, LLM: e, Adapters: []string{"legal", "shop"}}}})

	_, out := get(t, url+"/v1/models")
	var ids []string
	for _, m := range out["data"].([]any) {
		ids = append(ids, m.(object)["id"].(string))
	}
	if got := strings.Join(ids, " "); got != "mini mini:legal mini:shop" {
		t.Fatalf("models %s", got)
	}
	if status, m := get(t, url+"/v1/models/mini:shop"); status != 200 || m["id"] != "mini:shop" {
		t.Errorf("%d %v", status, m)
	}

	question := strings.Repeat("Tell me of the harbour of Callao. ", 8)
	messages := []any{object{"role": "user", "content": question}}
	chat := func(model string) (text string, cached float64) {
		status, out := post(t, url+"/v1/chat/completions", object{"model": model, "messages": messages, "max_tokens": 4, "temperature": 0})
		if status != 200 {
			t.Errorf("%s: %d %v", model, status, out)
			return "", 0
		}
		usage := out["usage"].(object)
		return out["choices"].([]any)[0].(object)["message"].(object)["content"].(string), usage["prompt_tokens_details"].(object)["cached_tokens"].(float64)
	}
	want := map[string]string{}
	for _, model := range ids {
		text, cached := chat(model)
		if cached != 0 {
			t.Errorf("%s: %g tokens of another's", model, cached)
		}
		want[model] = text
		if again, cached := chat(model); again != text || cached == 0 {
			t.Errorf("%s: %q after %q, %g tokens cached", model, again, text, cached)
		}
	}
	if want["mini"] == want["mini:shop"] || want["mini:shop"] == want["mini:legal"] {
		t.Fatalf("the adapters change nothing: %q", want)
	}
	if text, _ := chat("gpt:shop"); text != want["mini:shop"] {
		t.Errorf("by an alias %q, want %q", text, want["mini:shop"])
	}

	// Together, over all APIs.
	var wait sync.WaitGroup
	for i := range 12 {
		model := ids[i%3]
		wait.Go(func() {
			var got string
			switch i / 3 % 3 {
			case 0:
				got, _ = chat(model)
			case 1:
				_, out := post(t, url+"/v1/responses", object{"model": model, "input": question, "max_output_tokens": 4, "temperature": 0, "store": false})
				if items, ok := out["output"].([]any); ok && len(items) > 0 {
					got = items[0].(object)["content"].([]any)[0].(object)["text"].(string)
				}
			case 2:
				_, out := post(t, url+"/v1/messages", object{"model": model, "messages": messages, "max_tokens": 4, "temperature": 0}, "anthropic-version", "2023-06-01")
				if items, ok := out["content"].([]any); ok && len(items) > 0 {
					got = items[0].(object)["text"].(string)
				}
			}
			if got != want[model] {
				t.Errorf("request %d, %s among others: %q, want %q", i, model, got, want[model])
			}
		})
	}
	wait.Wait()

	for path, body := range map[string]object{
		"/v1/chat/completions": {"messages": messages}, "/v1/responses": {"input": question}, "/v1/messages": {"messages": messages, "max_tokens": 4},
	} {
		for _, wrong := range []string{"mini:", "mini:nothing", "shop", ":shop", "mini:shop:shop"} {
			body["model"] = wrong
			status, out := post(t, url+path, body)
			if told := fmt.Sprint(out["error"]); status != 404 || !strings.Contains(told, "mini:legal, mini:shop") {
				t.Errorf("%s, %s: %d %s", path, wrong, status, told)
			}
		}
	}
	if status, out := post(t, url+"/v1/embeddings", object{"model": "mini:shop", "input": "x"}); status != 400 {
		t.Errorf("embeddings of an adapter: %d %v", status, out)
	}
	for _, name := range []string{"", "a b"} {
		if _, err := api.New(api.Options{Models: []api.Model{{Name: "mini", LLM: e, Adapters: []string{name, name}}}}); err == nil {
			t.Errorf("an adapter named %q twice is served", name)
		}
	}
}
