package tokenizer

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/gguf"
)

// asGGUF writes the vocabulary of tok as a model file's metadata, after change.
func asGGUF(t testing.TB, tok *Tokenizer, change func(pairs map[string]any)) *gguf.File {
	t.Helper()
	var tokens, merges []string
	var kinds []int32
	for i, b := range tok.tokens {
		if tok.special[i] {
			tokens, kinds = append(tokens, string(b)), append(kinds, ggufControl)
			continue
		}
		tokens, kinds = append(tokens, Spell(b)), append(kinds, ggufNormal)
		for cut := 1; cut < len(b); cut++ {
			_, l := tok.ids[string(b[:cut])]
			_, r := tok.ids[string(b[cut:])]
			if l && r {
				merges = append(merges, Spell(b[:cut])+" "+Spell(b[cut:]))
			}
		}
	}
	meta := map[string]any{
		"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "llama-bpe", "tokenizer.ggml.tokens": tokens,
		"tokenizer.ggml.token_type": kinds, "tokenizer.ggml.merges": merges,
	}
	if change != nil {
		change(meta)
	}
	var pairs []gguf.Pair
	for k, v := range meta {
		pairs = append(pairs, gguf.Pair{Key: k, Value: v})
	}
	var b bytes.Buffer
	if err := gguf.Write(&b, pairs, nil); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestGGUF(t *testing.T) {
	want := small(t)
	got, err := FromGGUF(asGGUF(t, want, nil))
	if err != nil {
		t.Fatal(err)
	}
	const text = "hello aaaaaaa hello  llo 🦙<|eot_id|>"
	if a, b := got.EncodeSpecial(nil, text), want.EncodeSpecial(nil, text); !slices.Equal(a, b) {
		t.Errorf("%v, want %v", a, b)
	}
}

// TestGGUFVectors: a file made of Llama 3's own vocabulary gives the same ids as
// tokenizer.model.
func TestGGUFVectors(t *testing.T) {
	tok, err := FromGGUF(asGGUF(t, llama3Tokenizer(t), nil))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range vectors(t) {
		encode := tok.Encode
		if v.Special {
			encode = tok.EncodeSpecial
		}
		if got := encode(nil, v.Text); !slices.Equal(got, v.IDs) && len(got)+len(v.IDs) > 0 {
			t.Errorf("vector %d, %q: %v, want %v", i, v.Text, got, v.IDs)
		}
	}
}

func TestBadGGUF(t *testing.T) {
	tok := small(t)
	for name, c := range map[string]struct {
		key   string
		value any
		want  string
	}{
		"kind":        {"tokenizer.ggml.model", "wordpiece", `kind "wordpiece"`},
		"split":       {"tokenizer.ggml.pre", "chatglm-bpe", `split pattern "chatglm-bpe"`},
		"types":       {"tokenizer.ggml.token_type", []int32{1}, "522 and 1 members"},
		"type":        {"tokenizer.ggml.token_type", append(make([]int32, tok.Size()-1), 9), "has the type"},
		"merge":       {"tokenizer.ggml.merges", []string{"ab"}, `merge 0, "ab"`},
		"merge token": {"tokenizer.ggml.merges", []string{"q q"}, "both and their join must be tokens"},
		"key type":    {"tokenizer.ggml.tokens", "x", "metadata key tokenizer.ggml.tokens"},
		"end's type":  {"tokenizer.ggml.eos_token_id", "<|eot_id|>", "tokenizer.ggml.eos_token_id: is a string"},
		"end beyond":  {"tokenizer.ggml.eot_token_id", uint32(tok.Size()), "tokenizer.ggml.eot_token_id: token "},
		"ends beyond": {"tokenizer.ggml.eom_token_id", []int32{1, -2}, "tokenizer.ggml.eom_token_id: token -2"},
		"begin":       {"tokenizer.ggml.bos_token_id", float32(1), "tokenizer.ggml.bos_token_id"},
		"add begin":   {"tokenizer.ggml.add_bos_token", "yes", "tokenizer.ggml.add_bos_token: is a string"},
	} {
		_, err := FromGGUF(asGGUF(t, tok, func(m map[string]any) { m[c.key] = c.value }))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for _, c := range []struct {
		value any
		want  []int32
	}{{uint32(2), []int32{2}}, {[]int32{2, 3, 2}, []int32{2, 3}}, {[]uint32{4, math.MaxUint32}, []int32{4}}, {int32(-1), nil}, {uint32(math.MaxUint32), nil}} {
		got, err := FromGGUF(asGGUF(t, tok, func(m map[string]any) { m["tokenizer.ggml.eos_token_id"] = c.value }))
		if err != nil || !slices.Equal(got.Ends(), c.want) {
			t.Errorf("ends %v: %v, %v", c.value, got, err)
		}
	}
	f, err := gguf.Open(filepath.Join(goldenDir, "models", "stories260K.gguf"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tok, err = FromGGUF(f)
	if err != nil {
		t.Fatal(err)
	}
	const text = "Once upon a time, there was a little dog.\nä 1"
	if got, err := tok.Decode(tok.EncodeFirst(nil, text)); err != nil || got != " "+text {
		t.Errorf("%q, %v", got, err)
	}
	if begin, ok := tok.Begin(); !ok || begin != 1 {
		t.Errorf("texts begin with %d, %v", begin, ok)
	}
}
