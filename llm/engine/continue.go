package engine

import (
	"context"
	"errors"
	"iter"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

// Continue yields the tokens, at most most, that greedily continue a prompt given
// piece by piece, each with its alternatives. It is for models with a prompt format of
// their own, such as Llama Guard: text pieces are never read for special tokens.
func (e *Engine) Continue(ctx context.Context, prompt []chat.Piece, most int) iter.Seq2[llm.TokenLogProb, error] {
	return func(yield func(llm.TokenLogProb, error) bool) {
		if e.tok == nil {
			yield(llm.TokenLogProb{}, errors.New("engine: the model has no tokenizer: it runs on token ids only"))
			return
		}
		ids, err := chat.Encode(e.tok, prompt)
		if err == nil && len(ids)+most > e.context {
			err = &llm.ContextFullError{Need: len(ids) + most, Have: e.context}
		}
		if err != nil {
			yield(llm.TokenLogProb{}, err)
			return
		}
		job := Job{Prompt: ids, Max: most, Stop: e.ends, Sampling: llm.Sampling{LogProbs: 8}}
		for tok, err := range e.Run(ctx, job, nil) {
			if err != nil {
				yield(llm.TokenLogProb{}, err)
				return
			}
			if !yield(e.logProb(tok), nil) {
				return
			}
		}
	}
}
