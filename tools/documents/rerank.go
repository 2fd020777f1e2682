package documents

import (
	"context"
	"time"
)

// Reranker orders passages by how well they answer a question, such as [ModelReranker].
type Reranker interface {
	// Rerank returns numbers of the texts, from 0, the best first. Those that it leaves out
	// come after, in the order that they have.
	Rerank(ctx context.Context, question string, texts []string) ([]int, error)
}

// rerank puts the first passages into the reranker's order. It is all or nothing: which
// passages a question gets depends on no clock, unless the time is over.
func (l *Library) rerank(ctx context.Context, query string, all []Passage) []Passage {
	top := all[:min(len(all), l.opt.RerankTop)]
	if len(top) < 2 || query == "" || time.Now().UnixNano() < l.unranked.Load() {
		return all
	}
	texts := make([]string, len(top))
	for i, p := range top {
		if texts[i] = p.Text; p.Heading != "" {
			texts[i] = p.Heading + "\n" + p.Text
		}
	}
	in, cancel := context.WithTimeout(ctx, l.opt.RerankTime)
	defer cancel()
	order, err := l.opt.Reranker.Rerank(in, query, texts)
	if err == nil {
		err = in.Err()
	}
	if err != nil {
		if ctx.Err() == nil {
			l.unranked.Store(time.Now().Add(awayTime).UnixNano())
			l.opt.Log.Warn().Err(err).Int("passages", len(top)).Msg("documents: passages could not be ordered by the model; they come as the search found them")
		}
		return all
	}
	out := make([]Passage, 0, len(all))
	taken := make([]bool, len(top))
	for _, i := range order {
		if i >= 0 && i < len(top) && !taken[i] {
			taken[i] = true
			out = append(out, top[i])
		}
	}
	for i, p := range all {
		if i >= len(top) || !taken[i] {
			out = append(out, p)
		}
	}
	return out
}
