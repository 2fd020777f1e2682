package engine

import (
	"errors"
	"fmt"
	"slices"

	"github.com/chaski-dev/chaski/llm/grammar"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/tokenizer"
)

// draftModel is a small model of the same vocabulary that guesses what the large one will
// write. Its guess is verified like any other, so it changes how fast a text comes and
// nothing of the text. It keeps a context of its own for each sequence.
type draftModel struct {
	model  *llama.Model
	pages  *kv.Pool
	cache  *kv.Cache
	runner *llama.Runner
	cost   float64 // of one of its passes, in passes of the large model
}

// aside is what the draft model has read of a sequence.
type aside struct {
	table *kv.Table
	read  []int32 // the tokens in the table
}

// openDraft opens the draft model of the options and makes sure that its tokens are the
// engine's: a guess is token ids.
func (e *Engine) openDraft() error {
	path := e.o.Draft
	m, err := llama.Open(path, llama.Options{})
	if err != nil {
		return fmt.Errorf("draft model: %w", err)
	}
	if err := e.sameVocabulary(path, m); err != nil {
		return errors.Join(fmt.Errorf("draft model: %s: %w", path, err), m.Close())
	}
	d := &draftModel{model: m, cost: float64(m.DecodeBytes()) / float64(e.model.DecodeBytes())}
	d.pages, err = kv.NewPool(m.KVShape(), e.pages.Format(), e.o.PageSize, e.pages.Pages())
	if err != nil {
		return errors.Join(fmt.Errorf("draft model: %w", err), m.Close())
	}
	if d.runner, err = llama.NewRunner(m, e.threads, d.pages); err != nil {
		return errors.Join(fmt.Errorf("draft model: %w", err), d.pages.Close(), m.Close())
	}
	d.cache = kv.NewCache(d.pages, nil)
	e.draft = d
	return nil
}

// sameVocabulary compares the tokens of a model with the engine's, one by one. Without a
// tokenizer there is only their number.
func (e *Engine) sameVocabulary(path string, m *llama.Model) error {
	if m.Vocab != e.model.Vocab {
		return fmt.Errorf("%d tokens, the model has %d: a draft model must have the same vocabulary", m.Vocab, e.model.Vocab)
	}
	if e.tok == nil {
		return nil
	}
	tok, err := tokenizerOf(path, m)
	if err != nil {
		return err
	}
	for id := range int32(min(e.tok.Size(), tok.Size())) {
		if !slices.Equal(e.tok.Bytes(id), tok.Bytes(id)) {
			return fmt.Errorf("token %d is %q, the model's is %q: a draft model must have the same vocabulary", id, tok.Bytes(id), e.tok.Bytes(id))
		}
	}
	return nil
}

func tokenizerOf(path string, m *llama.Model) (*tokenizer.Tokenizer, error) {
	if m.File == nil {
		return tokenizer.LoadDir(path)
	}
	return tokenizer.FromGGUF(m.File)
}

// Close gives the memory back.
func (d *draftModel) Close() error { return errors.Join(d.pages.Close(), d.model.Close()) }

// guess is a draft in the making.
type guess struct {
	p       *part
	n       int // tokens that are wanted
	matcher *grammar.Matcher
	feed    []int32 // tokens that the model has not read
}

// guess lets the draft model write what it thinks comes next in the parts, in passes over
// all of them; chunk is how many tokens of a sequence it reads at once that it has not seen.
func (d *draftModel) guess(parts []*part, e *Engine, share func(of int) float64, chunk int) {
	var all []*guess
	for _, p := range parts {
		s := p.s
		if c := s.job.constraint; c != nil && c.undecided() {
			continue
		}
		left := min(s.job.Max-s.generated()-1, d.model.Context-len(s.ids)-1)
		n := s.draft.worth(modelled, min(maxDraft, left), &e.odds, share(len(parts)))
		if n <= 0 {
			continue
		}
		g := &guess{p: p, n: n, feed: d.behind(s)}
		if len(g.feed) > chunk {
			g.n, g.feed = 0, g.feed[:chunk]
		} else if s.job.constraint != nil {
			g.matcher = s.job.constraint.matcher.Clone()
		}
		all = append(all, g)
	}
	for len(all) > 0 {
		pages := 0
		spans := make([]llama.Span, len(all))
		for i, g := range all {
			a := g.p.s.aside
			spans[i] = llama.Span{Table: a.table, Tokens: g.feed, Logits: min(g.n, 1)}
			a.read = append(a.read, g.feed...)
			pages += a.table.Missing(len(g.feed))
		}
		err := d.cache.Room(pages)
		var rows [][]float32
		if err == nil {
			rows, err = d.runner.Forward(spans)
		}
		if err != nil { // a guess is not worth an error
			for _, g := range all {
				g.p.s.leaveDraft(nil)
			}
			return
		}
		next := all[:0]
		for _, g := range all {
			if g.n == 0 {
				continue
			}
			row := rows[0]
			rows = rows[1:]
			if g.extend(row) {
				next = append(next, g)
			}
		}
		all = next
	}
}

// behind returns the tokens of a sequence that the draft model has not read, at least one;
// what it read that came to nothing is forgotten.
func (d *draftModel) behind(s *sequence) []int32 {
	a := s.aside
	if a == nil {
		table := d.cache.Match(s.job.owner(), s.ids)
		a = &aside{table: table, read: slices.Clone(s.ids[:table.Len()])}
		s.aside = a
	}
	same := 0
	for same < min(len(a.read), len(s.ids)-1) && a.read[same] == s.ids[same] {
		same++
	}
	a.table.Truncate(same)
	a.read = a.read[:same]
	return slices.Clone(s.ids[same:])
}

// extend adds the likeliest token to the draft, and what the grammar forces after it. It
// says whether more is to come.
func (g *guess) extend(row []float32) bool {
	p := g.p
	c := p.s.job.constraint
	var mask grammar.Bitset
	if g.matcher != nil {
		var err error
		if mask, err = c.mask(g.matcher, p.s.job.Max-p.s.generated()-len(p.draft)); err != nil {
			return false
		}
	}
	best := int32(-1)
	for i, v := range row {
		if v == v && (best < 0 || v > row[best]) && (mask == nil || mask.Has(int32(i))) {
			best = int32(i)
		}
	}
	if best < 0 || slices.Contains(p.s.job.Stop, best) || c != nil && slices.Contains(c.ends, best) {
		return false
	}
	g.feed = []int32{best}
	if g.matcher != nil {
		if c.accept(g.matcher, best) != nil {
			return false
		}
		for _, id := range c.settle(g.matcher) {
			if len(p.draft)+len(g.feed) >= g.n || c.accept(g.matcher, id) != nil {
				break
			}
			g.feed = append(g.feed, id)
		}
	}
	p.from = modelled
	p.draft = append(p.draft, g.feed...)
	return len(p.draft) < g.n
}

// leaveDraft forgets what the draft model read of a sequence; cache, if not nil, keeps it
// for others.
func (s *sequence) leaveDraft(cache *kv.Cache) {
	a := s.aside
	if a == nil {
		return
	}
	if cache != nil {
		cache.Insert(s.job.owner(), a.table, a.read, a.table.Len())
	}
	a.table.Free()
	s.aside = nil
}

// draftShare is pace.share for a token that the draft model guesses, in one of so many
// sequences that it guesses for together.
func (p *pace) draftShare(sequences, together int, cost float64) float64 {
	n := float64(max(sequences, 1))
	return (p.row + cost/float64(max(together, 1))) * n / (1 + p.row*n)
}
