package tokenizer

import (
	"fmt"
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
)

// FromGGUF makes the tokenizer of a model file. A vocabulary of another kind than
// Llama 3's is refused by name.
func FromGGUF(f *gguf.File) (*Tokenizer, error) {
	t, err := fromGGUF(f)
	if err != nil {
		return nil, &gguf.Error{Path: f.Path, Err: err}
	}
	return t, nil
}

func fromGGUF(f *gguf.File) (*Tokenizer, error) {
	model, err := f.String("tokenizer.ggml.model")
	if err != nil {
		return nil, err
	}
	switch model {
	case "gpt2":
	case "llama":
		return nil, ErrSentencePiece
	default:
		return nil, fmt.Errorf("a vocabulary of the kind %q, want gpt2 (byte-level BPE)", model)
	}
	pre, err := f.String("tokenizer.ggml.pre")
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"llama-bpe", "llama3", "llama-v3"}, pre) {
		return nil, fmt.Errorf("the split pattern %q, want llama-bpe", pre)
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
		return nil, fmt.Errorf("%d tokens and %d token types", len(tokens), len(types))
	}
	merges, err := f.Strings("tokenizer.ggml.merges")
	if err != nil {
		return nil, err
	}
	special := make([]bool, len(tokens))
	for i, k := range types {
		special[i] = k != ggufNormal
		if k < ggufNormal || k > ggufUnused {
			return nil, fmt.Errorf("token %d has the type %d", i, k)
		}
	}
	bad := -1
	t, err := fromSpelled(tokens, special, func(yield func(l, r string) bool) {
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
	}, false)
	if err == nil && bad >= 0 {
		err = fmt.Errorf("merge %d, %q: want two tokens and a space between", bad, merges[bad])
	}
	return t, err
}
