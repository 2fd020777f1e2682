package host_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
	"github.com/chaski-dev/chaski/llm/tokenizer"
)

// meaning writes a model of this architecture that embeds: it has a row for each byte, and
// one for each word of a sense, which words of like meaning share. Its one block adds
// nothing, so a text is the mean of its tokens' rows.
func meaning(t *testing.T, path string, change map[string]any) {
	t.Helper()
	const width, heads = 32, 2
	var tokens []string
	var rows [][]float32
	row := func(at int) []float32 {
		r := make([]float32, width)
		r[at] = 1
		return r
	}
	for b := range 256 {
		tokens, rows = append(tokens, tokenizer.Spell([]byte{byte(b)})), append(rows, row(width-1))
	}
	for i, sense := range []string{"zarvok physician", "quembel automobile", "plindor salary"} {
		for word := range strings.FieldsSeq(sense) {
			tokens, rows = append(tokens, tokenizer.Spell([]byte(" "+word))), append(rows, row(i))
		}
	}
	kinds := make([]int32, len(tokens))
	for i := range kinds {
		kinds[i] = 1
	}
	tokens, rows, kinds = append(tokens, "<|begin_of_text|>"), append(rows, row(width-1)), append(kinds, 3)
	meta := map[string]any{
		"general.architecture": "llama", "general.name": "meaning", "llama.block_count": uint32(1), "llama.embedding_length": uint32(width),
		"llama.attention.head_count": uint32(heads), "llama.feed_forward_length": uint32(width), "llama.context_length": uint32(96),
		"llama.pooling_type":   uint32(1),
		"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "llama-bpe", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": kinds,
		"tokenizer.ggml.merges": []string{}, "tokenizer.ggml.bos_token_id": uint32(len(tokens) - 1),
	}
	for k, v := range change {
		meta[k] = v
	}
	var pairs []gguf.Pair
	for k, v := range meta {
		pairs = append(pairs, gguf.Pair{Key: k, Value: v})
	}
	var sources []gguf.Source
	add := func(name string, fill func(i int) float32, shape ...int) {
		n := 1
		for _, d := range shape {
			n *= d
		}
		x := make([]float32, n)
		for i := range x {
			x[i] = fill(i)
		}
		sources = append(sources, gguf.Source{Name: name, Type: tensor.F32, Shape: shape, Data: func(w io.Writer) error { return binary.Write(w, binary.LittleEndian, x) }})
	}
	zero, one := func(int) float32 { return 0 }, func(int) float32 { return 1 }
	add("token_embd.weight", func(i int) float32 { return rows[i/width][i%width] }, width, len(rows))
	add("blk.0.attn_norm.weight", one, width)
	add("blk.0.ffn_norm.weight", one, width)
	for _, name := range []string{"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"} {
		add("blk.0."+name+".weight", zero, width, width)
	}
	add("output_norm.weight", one, width)
	if err := gguf.Create(path, pairs, sources); err != nil {
		t.Fatal(err)
	}
}

// searching is an agent that searches for what it is asked, once, and says what came.
func searching() llm.Model {
	return &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		last := req.Messages[len(req.Messages)-1]
		if last.Role != llm.RoleUser {
			return llm.Turn{Text: last.Content + string(last.Value)}
		}
		args, _ := json.Marshal(map[string]string{"query": last.Content})
		return llm.Turn{Calls: []llm.ToolCall{{ID: "c", Name: "search_documents", Arguments: args}}}
	}}
}

// folder writes an agent with three documents that share no word with their questions.
func folder(t *testing.T, yaml string) (dir string, c *host.Config) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"agent.yaml": yaml, "docs/a.txt": "The physician is on the second floor.", "docs/b.txt": "An automobile may stand in the yard.", "docs/c.txt": "Your salary comes on the last day.",
	} {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c, err := host.Load(filepath.Join(dir, "agent.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, c
}

// TestEmbeddingFile: a GGUF file that embeds finds passages by their meaning, beside the
// search by words.
func TestEmbeddingFile(t *testing.T) {
	dir, c := folder(t, "documents: {folders: [docs], passages: 1, embeddings: vectors.gguf}\n")
	meaning(t, filepath.Join(dir, "vectors.gguf"), nil)
	h := open(t, c, host.Options{LLM: searching()})
	for query, want := range map[string]string{"the zarvok": "a.txt", "any quembel": "b.txt", "my plindor": "c.txt", "which floor": "a.txt", "yard of " + strings.Repeat("that ", 60) + "quembel": "b.txt"} {
		if answer, err := h.Ask(ctx, query); err != nil || !strings.Contains(answer, `"docs/`+want+`"`) && !strings.Contains(answer, `"`+want+`"`) {
			t.Errorf("%.20s: %s, %v, want %s", query, answer, err, want)
		}
	}
	_, plain := folder(t, "documents: {folders: [docs], passages: 1}\n")
	if answer, err := open(t, plain, host.Options{LLM: searching()}).Ask(ctx, "any quembel"); err != nil || strings.Contains(answer, "b.txt") {
		t.Errorf("words alone find it: %s, %v", answer, err)
	}
}

// TestNoEmbeddingFile: a file that gives no vectors is refused by what it lacks, when the
// agent is opened.
func TestNoEmbeddingFile(t *testing.T) {
	for _, x := range []struct {
		name, want string
		change     map[string]any
		damage     func([]byte) []byte
	}{
		{"a ranker", "ranks texts", map[string]any{"llama.pooling_type": uint32(4)}, nil},
		{"the first token", "pooling_type: 2", map[string]any{"llama.pooling_type": uint32(2)}, nil},
		{"a pooling of no number", "pooling_type", map[string]any{"llama.pooling_type": "mean"}, nil},
		{"another architecture", `"bert"`, map[string]any{"general.architecture": "bert"}, nil},
		{"one that reads both ways", "causal", map[string]any{"llama.attention.causal": false}, nil},
		{"another vocabulary", `"bert"`, map[string]any{"tokenizer.ggml.model": "bert"}, nil},
		{"an end that is none", "add_eos_token", map[string]any{"tokenizer.ggml.add_eos_token": true}, nil},
		{"a cut file", "vectors.gguf", nil, func(b []byte) []byte { return b[:len(b)/2] }},
		{"no model", "vectors.gguf", nil, func([]byte) []byte { return []byte("hello") }},
	} {
		dir, c := folder(t, "documents: {folders: [docs], embeddings: {model: vectors.gguf}}\n")
		path := filepath.Join(dir, "vectors.gguf")
		meaning(t, path, x.change)
		if x.damage != nil {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, x.damage(bytes.Clone(data)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		h, err := host.Open(ctx, c, host.Options{LLM: searching(), Data: t.TempDir()})
		if err == nil {
			_ = h.Close()
		}
		if err == nil || !strings.Contains(err.Error(), x.want) || !strings.Contains(err.Error(), "embeddings: ") {
			t.Errorf("%s: %v, want %q", x.name, err, x.want)
		}
	}
}

// TestBadEmbeddings: what is said amiss is named.
func TestBadEmbeddings(t *testing.T) {
	for yaml, want := range map[string]string{
		"{}":                                   "no model is named",
		"{model: a.gguf, key_env: KEY}":        "key_env is for an endpoint",
		"{base_url: 'http://127.0.0.1:1'}":     "model",
		"{model: a.gguf, pooling: mean}":       "pooling is not known",
		"[a.gguf]":                             "want a text or a mapping",
		"{base_url: 'ftp://x', model: a.gguf}": "base",
	} {
		_, err := host.Parse([]byte("documents: {folders: [docs], embeddings: " + yaml + "}\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", yaml, err, want)
		}
	}
}

// TestRerankByTheModel: with rerank the agent's model orders the passages of a search, by the
// schema that it answers under if it gives no probabilities.
func TestRerankByTheModel(t *testing.T) {
	for yaml, want := range map[string]string{"{folders: [docs], passages: 1, rerank: 3}": "c.txt", "{folders: [docs], passages: 1, rerank: {time: 1m}}": "c.txt", "{folders: [docs], passages: 1}": "a.txt"} {
		asked := false
		search := searching().(*llm.Scripted)
		next := search.Next
		search.Next = func(n int, req *llm.Request) llm.Turn {
			if req.ResponseFormat == nil {
				return next(n, req)
			}
			asked = true
			var texts []struct {
				Number int
				Text   string
			}
			_, list, _ := strings.Cut(req.Messages[1].Content, "Texts: ")
			list, _, _ = strings.Cut(list, "\n\nQuestion")
			if err := json.Unmarshal([]byte(list), &texts); err != nil {
				t.Error(err)
			}
			for _, x := range texts {
				if strings.Contains(x.Text, "salary") {
					return llm.Turn{Text: fmt.Sprintf(`{"best":[%d]}`, x.Number)}
				}
			}
			return llm.Turn{Text: `{"best":[]}`}
		}
		_, c := folder(t, "documents: "+yaml+"\n")
		answer, err := open(t, c, host.Options{LLM: search}).Ask(ctx, "the second floor on the last day")
		if err != nil || !strings.Contains(answer, `"`+want+`"`) || asked != strings.Contains(yaml, "rerank") {
			t.Errorf("%s: %s, %v, want %s", yaml, answer, err, want)
		}
	}
	for yaml, want := range map[string]string{"rerank: 1": "2 to 50", "rerank: {time: -1s}": "no negative time", "rerank: {top: 3}": "top is not known", "rerank: all": "whole number"} {
		if _, err := host.Parse([]byte("documents: {folders: [docs], " + yaml + "}\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", yaml, err, want)
		}
	}
}
