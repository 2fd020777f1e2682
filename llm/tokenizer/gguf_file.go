package tokenizer

import (
	"fmt"
	"maps"
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
	if id, err := f.Int("tokenizer.ggml.bos_token_id"); err == nil && id >= 0 && id < len(t.tokens) {
		if v, ok := f.Value("tokenizer.ggml.add_bos_token"); v == true || !ok && (t.ranks != nil || t.wholeWords) {
			t.begin = int32(id)
		}
	}
	for _, key := range []string{"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"} {
		if id, err := f.Int(key); err == nil {
			t.endsWith(id)
		}
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
		return nil, fmt.Errorf("%d tokens and %d token types", len(tokens), len(types))
	}
	merges, err := f.Strings("tokenizer.ggml.merges")
	if err != nil {
		return nil, err
	}
	v := Vocabulary{Special: make([]bool, len(tokens)), User: make([]bool, len(tokens)), SplitWholeWords: !rule.wholeWords, Split: rule.split, NFC: rule.nfc}
	for i, k := range types {
		v.Special[i], v.User[i] = k != ggufNormal && k != ggufUser, k == ggufUser
		if k < ggufNormal || k > ggufUnused {
			return nil, fmt.Errorf("token %d has the type %d", i, k)
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
