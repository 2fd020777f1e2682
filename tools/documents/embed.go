package documents

import (
	"context"
	"errors"
	"time"
)

// Bounds of what an embedder is asked at once.
const (
	embedTexts = 64
	embedBytes = 64 << 10
	queryTime  = 10 * time.Second // for the vector of a query
	awayTime   = 30 * time.Second // after which an endpoint that failed a query is asked again
)

// embed makes the vectors that are missing. An embedder that fails is asked again at the
// next round; until then those passages are found by their words alone.
func (l *Library) embed(ctx context.Context) error {
	if l.opt.Embedder == nil {
		return nil
	}
	done, most := 0, embedTexts
	all, err := l.index.Lacking()
	if err != nil {
		return err
	}
	for {
		missing, err := l.index.Missing(ctx, most)
		if ended := ctx.Err(); ended != nil && (err != nil || len(missing) > 0) {
			return &CutShortError{Progress{Embedding, done, max(done, all)}, ended}
		}
		if err != nil || len(missing) == 0 {
			return errors.Join(err, l.index.TidyVectors(ctx))
		}
		var texts []string
		size := 0
		for _, p := range missing {
			if size += len(p.Text); size > embedBytes && len(texts) > 0 {
				break
			}
			texts = append(texts, l.opt.PassagePrefix+p.Heading+"\n"+p.Text)
		}
		rows, err := l.opt.Embedder.Embed(ctx, texts)
		if err == nil {
			err = l.index.AddVectors(missing[:len(texts)], rows)
		}
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil && len(texts) > 1 {
			most = len(texts) / 2 // it is slow
			continue
		}
		if err != nil {
			if ctx.Err() == nil {
				l.opt.Log.Warn().Err(err).Int("made", done).Msg("documents: vectors could not be made; passages without one are found by their words")
			}
			if ended := ctx.Err(); ended != nil {
				return &CutShortError{Progress{Embedding, done, max(done, all)}, ended}
			}
			return nil
		}
		l.away.Store(0)
		if done += len(texts); l.opt.Progress != nil {
			l.opt.Progress(Progress{Embedding, done, max(done, all)})
		}
	}
}

// vector is a query's, or nil if it cannot be had: then words must do.
func (l *Library) vector(ctx context.Context, query string) []float32 {
	if l.opt.Embedder == nil || query == "" || time.Now().UnixNano() < l.away.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, queryTime)
	defer cancel()
	rows, err := l.opt.Embedder.Embed(ctx, []string{l.opt.QueryPrefix + query})
	if err != nil || len(rows) != 1 {
		l.away.Store(time.Now().Add(awayTime).UnixNano())
		l.opt.Log.Warn().Err(err).Msg("documents: a query has no vector; it is searched by its words")
		return nil
	}
	return rows[0]
}
