package documents

import (
	"context"

	"github.com/chaski-dev/chaski/llm"
)

// ModelEmbedder makes vectors by a model of this process, such as an *engine.Engine of a
// file that was made for them. The name says which: vectors of another one are not compared
// with its own. Of a text beyond the model's context the beginning counts.
func ModelEmbedder(name string, m llm.Embedder) Embedder { return modelEmbedder{name, m} }

type modelEmbedder struct {
	name string
	m    llm.Embedder
}

func (e modelEmbedder) Name() string { return e.name }

func (e modelEmbedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i, text := range texts {
		if err := fitting(text, func(text string) error {
			v, err := e.m.Embed(ctx, &llm.EmbedRequest{Text: text})
			out[i] = v.Vector
			return err
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}
