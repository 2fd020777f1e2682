package engine

import (
	"errors"
	"fmt"
	"slices"

	"github.com/chaski-dev/chaski/llm/gguf"
)

// Pooling says how the hidden states of a text's tokens become its vector, by llama.cpp's
// numbers in the key llama.pooling_type.
type Pooling int

// The ways of pooling. Mean and last are done here. The first token of a model that reads
// forwards has seen nothing of its text, and a ranker has scores in place of vectors.
const (
	PoolNone  Pooling = 0 // the file does not say: the mean, without the token that begins every text
	PoolMean  Pooling = 1 // of all tokens
	PoolFirst Pooling = 2
	PoolLast  Pooling = 3 // the last token's state
	PoolRank  Pooling = 4
)

// Pooling returns what the model's file says; PoolNone of one that is not made for vectors.
func (e *Engine) Pooling() Pooling { return e.vectors.kind }

// vectors is how texts become vectors.
type vectors struct {
	kind Pooling
	end  int32 // ends each text, or −1
	err  error // why there are none
}

// vectorsOf reads it from a model's file.
func vectorsOf(f *gguf.File) vectors {
	v := vectors{end: -1}
	n, err := f.Int("llama.pooling_type")
	switch v.kind = Pooling(n); {
	case errors.Is(err, gguf.ErrMissing):
		v.kind = PoolNone
		return v
	case err != nil:
		v.err = fmt.Errorf("metadata key llama.pooling_type: %w", err)
	case v.kind == PoolRank:
		v.err = errors.New("metadata key llama.pooling_type: 4: this model ranks texts and gives no vectors")
	case !slices.Contains([]Pooling{PoolNone, PoolMean, PoolLast}, v.kind):
		v.err = fmt.Errorf("metadata key llama.pooling_type: %d, want 1 (mean) or 3 (last token)", n)
	}
	if add, _ := f.Value("tokenizer.ggml.add_eos_token"); add == true && v.err == nil && v.kind != PoolNone {
		id, err := f.Int("tokenizer.ggml.eos_token_id")
		if err != nil {
			v.err = fmt.Errorf("metadata key tokenizer.ggml.add_eos_token: true: %w", err)
		}
		v.end = int32(id)
	}
	return v
}
