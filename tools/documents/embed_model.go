package documents

import (
	"context"
	"errors"
	"strings"

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
		v, err := e.m.Embed(ctx, &llm.EmbedRequest{Text: text})
		for full := (*llm.ContextFullError)(nil); errors.As(err, &full) && len(text) > 1; {
			text = strings.ToValidUTF8(text[:min(len(text)*full.Have/full.Need, len(text)-1)], "")
			v, err = e.m.Embed(ctx, &llm.EmbedRequest{Text: text})
		}
		if err != nil {
			return nil, err
		}
		out[i] = v.Vector
	}
	return out, nil
}
