package tokenizer

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm/gguf"
)

// Token types of GGUF files.
const (
	ggufNormal  = 1
	ggufUnknown = 2
	ggufControl = 3
	ggufUser    = 4
	ggufUnused  = 5
	ggufByte    = 6
)

// FromGGUF makes the tokenizer of a model file: byte-level BPE or SentencePiece. Another
// kind of vocabulary, or of cutting words, is refused by name.
func FromGGUF(f *gguf.File) (*Tokenizer, error) {
	t, err := fromGGUF(f)
	if err != nil {
		return nil, &gguf.Error{Path: f.Path, Err: err}
	}
	if err := t.keys(f); err != nil {
		return nil, &gguf.Error{Path: f.Path, Err: err}
	}
	return t, nil
}

// keys reads which tokens begin and end texts.
func (t *Tokenizer) keys(f *gguf.File) error {
	begin, err := t.idsOf(f, "tokenizer.ggml.bos_token_id")
	if err != nil {
		return err
	}
	v, ok := f.Value("tokenizer.ggml.add_bos_token")
	if _, is := v.(bool); ok && !is {
		return &gguf.KeyError{Key: "tokenizer.ggml.add_bos_token", Err: fmt.Errorf("is a %T, want a bool", v)}
	}
	if len(begin) == 1 && (v == true || !ok && (t.ranks != nil || t.wholeWords)) {
		t.begin = begin[0]
	}
	for _, key := range []string{"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"} {
		ids, err := t.idsOf(f, key)
		if err != nil {
			return err
		}
		for _, id := range ids {
			t.endsWith(int(id))
		}
	}
	return nil
}

// idsOf are the tokens that a key names: one, a list, or none, which files also write as -1.
func (t *Tokenizer) idsOf(f *gguf.File, key string) ([]int32, error) {
	var listed []int
	switch v, _ := f.Value(key); v := v.(type) {
	case nil:
		return nil, nil
	case []int32:
		for _, id := range v {
			listed = append(listed, int(id))
		}
	case []uint32:
		for _, id := range v {
			listed = append(listed, int(id))
		}
	default:
		id, err := f.Int(key)
		if err != nil {
			return nil, err
		}
		listed = []int{id}
	}
	var out []int32
	for _, id := range listed {
		switch {
		case id == -1 || id == math.MaxUint32:
		case id < 0 || id >= len(t.tokens):
			return nil, &gguf.KeyError{Key: key, Err: fmt.Errorf("token %d, the vocabulary has %d", id, len(t.tokens))}
		default:
			out = append(out, int32(id))
		}
	}
	return out, nil
}

func fromGGUF(f *gguf.File) (*Tokenizer, error) {
	model, err := f.String("tokenizer.ggml.model")
	if err != nil {
		return nil, err
	}
	switch model {
	case "gpt2":
	case "llama":
		return fromSentencePiece(f)
	default:
		return nil, fmt.Errorf("a vocabulary of the kind %q, want gpt2 (byte-level BPE) or llama (SentencePiece)", model)
	}
	pre, err := f.String("tokenizer.ggml.pre")
	if err != nil {
		return nil, err
	}
	rule, ok := preTokenizers[pre]
	if !ok {
		return nil, fmt.Errorf("the split pattern %q (tokenizer.ggml.pre), want one of %s", pre, strings.Join(slices.Sorted(maps.Keys(preTokenizers)), ", "))
	}
	tokens, err := f.Strings("tokenizer.ggml.tokens")
	if err != nil {
		return nil, err
	}
	types, err := f.Int32s("tokenizer.ggml.token_type")
	if err != nil {
		return nil, err
	}
	if len(types) != len(tokens) {
		return nil, fmt.Errorf("tokenizer.ggml.tokens and token_type have %d and %d members, want as many of each", len(tokens), len(types))
	}
	merges, err := f.Strings("tokenizer.ggml.merges")
	if err != nil {
		return nil, err
	}
	v := Vocabulary{Special: make([]bool, len(tokens)), User: make([]bool, len(tokens)), SplitWholeWords: !rule.wholeWords, Split: rule.split, NFC: rule.nfc}
	for i, k := range types {
		v.Special[i], v.User[i] = k != ggufNormal && k != ggufUser, k == ggufUser
		if k < ggufNormal || k > ggufUnused {
			return nil, fmt.Errorf("tokenizer.ggml.token_type: token %d, %q, has the type %d, want 1 to 5", i, tokens[i], k)
		}
	}
	bad := -1
	t, err := fromSpelled(tokens, v, func(yield func(l, r string) bool) {
		for i, m := range merges {
			l, r, ok := strings.Cut(m, " ")
			if !ok {
				bad = i
				return
			}
			if !yield(l, r) {
				return
			}
		}
	})
	if err == nil && bad >= 0 {
		err = fmt.Errorf("merge %d, %q: want two tokens and a space between", bad, merges[bad])
	}
	return t, err
}
