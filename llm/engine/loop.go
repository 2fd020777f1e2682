package engine

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/sample"
)

// loop admits sequences and runs passes until the engine is closed.
func (e *Engine) loop() {
	defer close(e.ended)
	for {
		e.mu.Lock()
		for !e.closed && len(e.waiting) == 0 && len(e.live) == 0 && len(e.tasks) == 0 {
			e.wake.Wait()
		}
		closed, tasks := e.closed, e.tasks
		e.tasks = nil
		if closed || e.left {
			e.left = false
			e.waiting = slices.DeleteFunc(e.waiting, func(s *sequence) bool {
				if closed {
					s.finish(fmt.Errorf("engine: %w", ErrClosed))
				}
				return closed || s.gone.Load()
			})
		}
		e.mu.Unlock()
		for _, do := range tasks {
			do()
		}
		for _, s := range slices.Clone(e.live) {
			if closed {
				e.retire(s, fmt.Errorf("engine: %w", ErrClosed))
			} else if s.gone.Load() {
				e.retire(s, nil)
			}
		}
		if !closed {
			e.admit()
			e.pass()
		}
		e.count()
		if closed {
			return
		}
	}
}

func (e *Engine) count() {
	evictable, c := e.cache.Evictable(), e.cache.Stats()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stats.Pages, e.stats.Free, e.stats.Cached = e.pages.Pages(), e.pages.Free(), evictable
	e.stats.Evicted, e.stats.Spilled, e.stats.Restored, e.stats.Unusable = c.Evicted, c.Spilled, c.Restored, c.Refused
}

// admit starts waiting sequences, in order, while pages for all that they may generate
// are free or can be made free: a sequence that runs never runs out of pages.
func (e *Engine) admit() {
	for len(e.live) < e.o.Batch {
		e.mu.Lock()
		if len(e.waiting) == 0 {
			e.mu.Unlock()
			return
		}
		s := e.waiting[0]
		e.mu.Unlock()
		if len(e.live) > 0 && !e.fits(s) {
			return
		}
		prompt := s.job.Prompt
		table := e.pages.NewTable()
		if s.job.pooled == nil {
			table = e.cache.Match(s.job.owner(), prompt)
		}
		divergent := table.Len()
		table.Truncate(min(table.Len(), len(prompt)-1)) // the last token gives the first logits
		e.mu.Lock()
		// Others may have come in before it meanwhile.
		at := slices.Index(e.waiting, s)
		e.waiting = slices.Delete(e.waiting, at, at+1)
		e.turns.admitted(s.turn)
		if len(e.waiting) == 0 {
			clear(e.turns.next)
		}
		e.live = append(e.live, s)
		e.mu.Unlock()
		s.table, s.admitted = table, time.Now()
		s.out.Usage.Queue = s.admitted.Sub(s.queued)
		s.out.Usage.FirstDivergent, s.out.Usage.CachedTokens = divergent, table.Len()
	}
}

// fits says whether pages for all that a sequence may come to hold are free or can be
// freed beside what the live ones may need. It looks at memory only: reading a prefix
// from disk for a sequence that then has to wait would be for nothing.
func (e *Engine) fits(s *sequence) bool {
	size := e.pages.PageTokens()
	full, idle := e.cache.Probe(s.job.owner(), s.job.Prompt)
	// Pages that only the tree holds count as free now, and no more when s holds them.
	need := (len(s.job.Prompt)+s.job.Max+size-1)/size - full + idle
	return e.needed()+need+1 <= e.pages.Free()+e.cache.Evictable()
}

// needed is how many pages the live sequences may come to take. One page more for each:
// a tail that comes to be shared is copied.
func (e *Engine) needed() int {
	need := len(e.live)
	for _, l := range e.live {
		need += l.table.Missing(len(l.job.Prompt) + l.job.Max - l.table.Len())
	}
	return need
}

// errNotNumbers: a weight that is no number spoils every logit.
var errNotNumbers = errors.New("engine: the model's logits are not numbers")

// blame adds the weight that is the cause, which is looked for once: the model is of no
// use until its file is mended.
func (e *Engine) blame(err error) error {
	if err != errNotNumbers {
		return err
	}
	e.blameOnce.Do(func() { e.blamed = blame(e.model) })
	return e.blamed
}

func blame(m *llama.Model) error {
	if cause := m.NotFinite(); cause != nil {
		return fmt.Errorf("%w: %w", errNotNumbers, cause)
	}
	return errNotNumbers
}

// pass computes one step of every sequence that can go on.
func (e *Engine) pass() {
	parts, spans := e.plan()
	for i := range parts {
		parts[i].mask(&spans[i])
	}
	if len(spans) == 0 {
		return
	}
	pages, rows := 0, 0
	for i, sp := range spans {
		pages += sp.Table.Missing(len(sp.Tokens))
		if rows += len(sp.Tokens); parts[i].s.reading() {
			rows = -e.context // of a prompt: the pass says nothing about decoding
		}
	}
	err := e.cache.Room(pages)
	var logits [][]float32
	start := time.Now()
	if err == nil {
		logits, err = e.runner.Forward(spans)
	}
	if rows > 0 && err == nil {
		e.pace.learn(rows, time.Since(start).Seconds())
	}
	for i := range parts {
		if parts[i].ready != nil {
			<-parts[i].ready
		}
	}
	if err != nil {
		for i, p := range parts {
			if i == 0 || parts[i-1].s != p.s { // beams of a sequence lie together
				e.retire(p.s, err)
			}
		}
		return
	}
	e.mu.Lock()
	e.stats.Passes++
	for _, sp := range spans {
		e.stats.Rows += len(sp.Tokens)
	}
	e.mu.Unlock()
	for i := range parts {
		n := spans[i].Logits
		parts[i].logits, logits = logits[:n], logits[n:]
	}
	for len(parts) > 0 {
		s, n := parts[0].s, 1
		for n < len(parts) && parts[n].s == s {
			n++
		}
		s.out.Usage.ForwardPasses++
		before := s.generated()
		if parts[0].beam != nil {
			e.advance(s, parts[:n])
		} else {
			e.step(&parts[0])
		}
		e.mu.Lock()
		e.stats.Written += s.generated() - before
		e.mu.Unlock()
		parts = parts[n:]
	}
}

// step takes the logits of one sequence's part: it chooses tokens as long as the draft
// guessed them, and forgets the rest of the draft. The draft is a fixed guess and each
// token is drawn from the model's own distribution with the sampler's next random
// number, so the text is the same as without it.
func (e *Engine) step(p *part) {
	s := p.s
	if s.job.pooled == nil && (len(p.logits) == 0 || s.reading()) {
		// Others may start from what was read of the prompt. The tail page is shared
		// only if somebody waits, for it must be copied then.
		n := s.table.Len()
		if !s.followed {
			n -= n % e.pages.PageTokens()
		}
		e.cache.Insert(s.job.owner(), s.table, s.ids, n)
		if len(p.logits) > 0 {
			e.pinFront(s)
		}
	}
	if len(p.logits) == 0 {
		if s.table.Len() == len(s.ids) { // nothing is to be generated
			e.retire(s, nil)
		}
		return
	}
	base := s.table.Len() - len(p.draft)
	accepted := 0
	if p.err != nil {
		s.table.Truncate(base)
		e.retire(s, fmt.Errorf("engine: %w", p.err))
		return
	}
	for i := range 1 + len(p.draft) {
		id, score, ways, err := p.draw(i)
		if len(ways) > 1 {
			s.table.Truncate(base + accepted)
			s.draft.learn(p.from, accepted, accepted, &e.odds)
			e.branch(s, p, i, ways)
			return
		}
		stops := err == nil && slices.Contains(s.job.Stop, id)
		if c := s.job.constraint; c != nil && err == nil && !stops {
			err = c.write(p.slots[i], id)
		}
		if err != nil {
			s.table.Truncate(base)
			e.retire(s, e.blame(err))
			return
		}
		if s.first.IsZero() {
			s.first = time.Now()
		}
		if stops {
			s.out.Stopped = id
			s.table.Truncate(base + accepted)
			e.retire(s, nil)
			return
		}
		t := Token{ID: id, Score: score}
		if k := s.job.Sampling.LogProbs; k > 0 {
			t.LogProb, t.Top = sample.LogProbs(p.row(i), id, k)
		}
		for _, id := range s.job.watch {
			p, _ := sample.LogProbs(p.row(i), id, 0)
			t.watched = append(t.watched, float64(p))
		}
		s.sampler.Saw(id)
		s.ids = append(s.ids, id)
		s.put(t)
		if i == len(p.draft) || p.draft[i] != id {
			break
		}
		accepted++
		s.out.Usage.AcceptedTokens++
	}
	s.draft.learn(p.from, len(p.draft), accepted, &e.odds)
	s.table.Truncate(base + accepted)
	if s.generated() >= s.job.Max {
		e.retire(s, nil)
	}
}

// retire ends a sequence: what it computed stays in the cache, its pages are let go.
func (e *Engine) retire(s *sequence, err error) {
	if s.job.pooled == nil && (err == nil || errors.Is(err, ErrClosed)) {
		e.cache.Insert(s.job.owner(), s.table, s.ids, s.table.Len())
		e.keep(s)
	}
	s.table.Free()
	if e.draft != nil {
		s.leaveDraft(e.draft.cache)
	}
	s.drop(nil)
	now := time.Now()
	u := &s.out.Usage
	u.GeneratedTokens = s.generated()
	if s.first.IsZero() {
		s.first = now
	}
	u.Prefill, u.Decode = s.first.Sub(s.admitted), now.Sub(s.first)
	e.mu.Lock()
	e.live = slices.DeleteFunc(e.live, func(l *sequence) bool { return l == s })
	e.mu.Unlock()
	e.count()
	s.finish(err)
}
