package openai

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/openai/openai-go/v3"
)

// Embedder makes vectors of texts by an endpoint's embeddings. It is safe for concurrent use.
type Embedder struct {
	m       *Model
	service openai.EmbeddingService
}

// NewEmbedder returns an embedder; of the options, those of turns are not looked at. Nothing
// is sent before the first text.
func NewEmbedder(o Options) (*Embedder, error) {
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	m, err := New(o)
	if err != nil {
		return nil, err
	}
	return &Embedder{m, openai.NewEmbeddingService(m.client.Options...)}, nil
}

// Name says which model makes the vectors, and where.
func (e *Embedder) Name() string { return e.m.o.Model + " at " + e.m.o.BaseURL }

// Embed returns a vector for each text, in order, all of one length. Passing faults of the
// endpoint are asked about again.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	for attempt := 0; ; attempt++ {
		out, err := e.once(ctx, texts)
		if err == nil {
			return out, nil
		}
		f := e.m.fault(err)
		pause := max(f.after, 200*time.Millisecond<<min(attempt, 5))
		if !f.passing || attempt >= e.m.o.Retries || pause > maxPause {
			return nil, f
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, e.m.fault(context.Cause(ctx))
		}
	}
}

func (e *Embedder) once(ctx context.Context, texts []string) ([][]float32, error) {
	ctx, cancel := context.WithTimeout(ctx, e.m.o.Timeout)
	defer cancel()
	res, err := e.service.New(ctx, openai.EmbeddingNewParams{Model: e.m.o.Model, Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: texts}})
	if err != nil {
		return nil, err
	}
	out := make([][]float32, len(texts))
	for _, d := range res.Data {
		if d.Index < 0 || int(d.Index) >= len(out) || out[d.Index] != nil || len(d.Embedding) == 0 {
			return nil, fmt.Errorf("openai: the endpoint gave a vector for text %d of %d, or two, or an empty one", d.Index+1, len(texts))
		}
		v := make([]float32, len(d.Embedding))
		for i, x := range d.Embedding {
			if v[i] = float32(x); math.IsNaN(x) || math.IsInf(float64(v[i]), 0) {
				return nil, errors.New("openai: the endpoint gave a vector that holds no numbers")
			}
		}
		out[d.Index] = v
	}
	for i, v := range out {
		if len(v) == 0 || len(v) != len(out[0]) {
			return nil, fmt.Errorf("openai: the endpoint gave no vector for text %d of %d, or one of another length", i+1, len(texts))
		}
	}
	return out, nil
}
