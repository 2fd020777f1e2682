package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

var _ llm.Embedder = (*Engine)(nil)

// errEmpty is the error of a text that has no tokens.
var errEmpty = errors.New("engine: there is nothing to embed: the text is empty")

// Embed implements [llm.Embedder]: the vector is the mean of the last hidden states of the
// text's tokens, or the last token's state where the model's file says so, normalised as for
// the head, and then to unit length. Where the file says nothing, the token that begins
// every text is read first and not counted in.
func (e *Engine) Embed(ctx context.Context, req *llm.EmbedRequest) (llm.Embedding, error) {
	ids, skip, err := e.embedded(req)
	if err != nil {
		return llm.Embedding{}, err
	}
	p := &pooled{sum: make([]float64, e.model.Width), skip: skip}
	for _, err := range e.Run(ctx, Job{Prompt: ids, Tenant: req.Tenant, pooled: p}, nil) {
		if err != nil {
			return llm.Embedding{}, err
		}
	}
	v, err := p.vector()
	return llm.Embedding{Vector: v, Tokens: len(ids)}, err
}

// embedded is what is read of a request, and how many of its first tokens count for nothing.
func (e *Engine) embedded(req *llm.EmbedRequest) (ids []int32, skip int, err error) {
	if e.vectors.err != nil {
		return nil, 0, fmt.Errorf("engine: %s gives no vectors: %w", e.model.Name, e.vectors.err)
	}
	if e.words == nil && req.Tokens == nil {
		return nil, 0, cmp.Or(e.tokErr, errors.New("engine: the model has no tokenizer: it runs on token ids only"))
	}
	begin := e.begin
	if e.words != nil && begin < 0 {
		if id, ok := e.words.Special(chat.BeginOfText); ok {
			begin = id
		}
	}
	ids = slices.Clone(req.Tokens)
	if req.Tokens == nil {
		ids = e.words.EncodePlain(nil, req.Text, true)
	}
	if len(ids) == 0 || len(ids) == 1 && ids[0] == begin {
		return nil, 0, errEmpty
	}
	if begin >= 0 && ids[0] != begin {
		ids = slices.Insert(ids, 0, begin)
	}
	if end := e.vectors.end; end >= 0 && ids[len(ids)-1] != end {
		ids = append(ids, end)
	}
	switch {
	case len(ids) > e.context:
		return nil, 0, &llm.ContextFullError{Need: len(ids), Have: e.context}
	case e.vectors.kind == PoolLast:
		skip = len(ids) - 1
	case e.vectors.kind == PoolNone && begin >= 0:
		skip = 1
	}
	return ids, skip, nil
}

// pooled adds up hidden states. The engine's loop owns it until its sequence is over.
type pooled struct {
	sum  []float64
	n    int
	skip int // tokens at the beginning that do not count
}

// from takes the states of a span that begins at a position.
func (p *pooled) from(at int) func(token int, state []float32) {
	return func(token int, state []float32) {
		if at+token < p.skip {
			return
		}
		p.n++
		for i, v := range state {
			p.sum[i] += float64(v)
		}
	}
}

// vector is the direction of the mean.
func (p *pooled) vector() ([]float32, error) {
	ss := 0.0
	for _, v := range p.sum {
		ss += v * v
	}
	if !(ss > 0) || math.IsInf(ss, 0) {
		return nil, fmt.Errorf("engine: the hidden states of %d tokens give no direction", p.n)
	}
	scale := 1 / math.Sqrt(ss)
	out := make([]float32, len(p.sum))
	for i, v := range p.sum {
		out[i] = float32(v * scale)
	}
	return out, nil
}
