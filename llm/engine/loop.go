package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm/grammar"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/sample"
)

// loop admits sequences and runs passes until the engine is closed.
func (e *Engine) loop() {
	defer close(e.ended)
	for {
		e.mu.Lock()
		for !e.closed && len(e.waiting) == 0 && len(e.live) == 0 && len(e.unpin) == 0 {
			e.wake.Wait()
		}
		closed, unpin := e.closed, e.unpin
		e.unpin = nil
		e.waiting = slices.DeleteFunc(e.waiting, func(s *sequence) bool {
			if closed {
				s.finish(fmt.Errorf("engine: %w", ErrClosed))
			}
			return closed || s.gone.Load()
		})
		e.mu.Unlock()
		for _, u := range unpin {
			e.cache.Pin(u[0].(string), u[1].([]int32), false)
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
		prompt := s.job.Prompt
		table := e.cache.Match(s.job.Tenant, prompt)
		divergent := table.Len()
		table.Truncate(min(table.Len(), len(prompt)-1)) // the last token gives the first logits
		need := table.Missing(len(prompt) + s.job.Max - table.Len())
		for _, l := range e.live {
			need += l.table.Missing(len(l.job.Prompt) + l.job.Max - l.table.Len())
		}
		// One page more for each sequence: a tail that comes to be shared is copied.
		if len(e.live) > 0 && need+len(e.live) > e.pages.Free()+e.cache.Evictable() {
			table.Free()
			return
		}
		e.mu.Lock()
		e.waiting = slices.DeleteFunc(e.waiting, func(w *sequence) bool { return w == s })
		e.live = append(e.live, s)
		e.mu.Unlock()
		s.table, s.admitted = table, time.Now()
		s.out.Usage.Queue = s.admitted.Sub(s.queued)
		s.out.Usage.FirstDivergent, s.out.Usage.CachedTokens = divergent, table.Len()
	}
}

// part is what one sequence adds to a pass.
type part struct {
	s     *sequence
	draft []int32
	masks []grammar.Bitset // for each row of logits, under a grammar
	rows  []int32          // the only tokens with logits; nil is all
	err   error            // of the masks
	ready chan struct{}    // closed when masks and err are set
}

// mask computes the masks of a part beside the forward pass. If they come at once and
// allow few tokens, only those rows of the output matrix are asked for.
func (p *part) mask(span *llama.Span) {
	c := p.s.job.constraint
	if c == nil || span.Logits == 0 {
		return
	}
	p.ready = make(chan struct{})
	left := p.s.job.Max - p.s.generated()
	go func() {
		defer close(p.ready)
		p.masks, p.err = c.masks(p.draft, left)
	}()
	if p.s.job.Sampling.LogProbs > 0 || c.least > 0 && p.s.generated() == 0 {
		return // they are of the whole vocabulary
	}
	select {
	case <-p.ready:
		if p.err != nil {
			return
		}
		any := grammar.NewBitset(c.vocab.Size())
		for _, m := range p.masks {
			for i, w := range m {
				any[i] |= w
			}
		}
		if n := any.Count(); n > 0 && n <= fewRows {
			p.rows = any.IDs(nil)
			span.Rows = p.rows
		}
	case <-time.After(maskWait):
	}
}

// choose draws a token from row i of the part's logits; −1 if none is allowed.
func (p *part) choose(i int, row []float32) (int32, error) {
	s := p.s
	c := s.job.constraint
	if c == nil {
		return s.sampler.Choose(row, nil), nil
	}
	mask := p.masks[i]
	if s.generated() == 0 {
		if err := c.mayCall(mask, row); err != nil {
			return -1, err
		}
	}
	s.scratch = append(s.scratch[:0], row...)
	for j := range s.scratch {
		id := int32(j)
		if p.rows != nil {
			id = p.rows[j]
		}
		if !mask.Has(id) {
			s.scratch[j] = float32(math.Inf(-1))
		}
	}
	id := s.sampler.Choose(s.scratch, p.rows)
	if id < 0 {
		return -1, fmt.Errorf("engine: %w", ErrNoRoom)
	}
	if slices.Contains(s.job.Stop, id) {
		return id, nil
	}
	return id, c.accept(c.matcher, id)
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
	pages := 0
	for _, sp := range spans {
		pages += sp.Table.Missing(len(sp.Tokens))
	}
	err := e.cache.Room(pages)
	var logits [][]float32
	if err == nil {
		logits, err = e.runner.Forward(spans)
	}
	for i := range parts {
		if parts[i].ready != nil {
			<-parts[i].ready
		}
	}
	if err != nil {
		for _, p := range parts {
			e.retire(p.s, err)
		}
		return
	}
	e.mu.Lock()
	e.stats.Passes++
	e.mu.Unlock()
	for i := range parts {
		p := &parts[i]
		p.s.out.Usage.ForwardPasses++
		n := spans[i].Logits
		e.step(p, logits[:n])
		logits = logits[n:]
	}
}

// plan chooses the tokens of a pass: one for each sequence that decodes, with its
// draft, and prompts in chunks that share what is left. A sequence whose prompt begins
// like one that is being read waits for that one's pages.
func (e *Engine) plan() (parts []part, spans []llama.Span) {
	budget, reading := e.o.Chunk, 0
	for _, s := range e.live {
		if s.generated() > 0 {
			budget--
		} else {
			reading++
		}
	}
	budget = max(budget, e.o.Chunk/4, 1)
	for i, s := range e.live {
		rest := s.ids[s.table.Len():]
		if s.generated() == 0 {
			prompt := s.job.Prompt[:len(s.job.Prompt)-1]
			if have := s.table.Len(); e.cache.Adopt(s.job.Tenant, s.table, prompt) {
				s.out.Usage.CachedTokens += s.table.Len() - have
				rest = s.ids[s.table.Len():]
			}
			if e.follows(i) {
				reading--
				continue
			}
			n := min(len(rest), max(1, budget/max(reading, 1)))
			budget -= n
			reading--
			span := llama.Span{Table: s.table, Tokens: rest[:n]}
			if n == len(rest) && s.job.Max > 0 {
				span.Logits = 1
			}
			parts, spans = append(parts, part{s: s}), append(spans, span)
			continue
		}
		p := part{s: s}
		if left := s.job.Max - s.generated() - 1; !e.o.NoDrafts && left > 0 {
			if c := s.job.constraint; c == nil {
				p.draft = s.draft.guess(s.ids, left)
			} else if p.draft = c.forced(left); len(p.draft) == 0 {
				p.draft = c.fit(s.draft.guess(s.ids, left))
			}
			s.out.Usage.DraftedTokens += len(p.draft)
		}
		tokens := append(slices.Clone(rest), p.draft...)
		parts, spans = append(parts, p), append(spans, llama.Span{Table: s.table, Tokens: tokens, Logits: 1 + len(p.draft)})
	}
	return parts, spans
}

// follows says that an earlier sequence is reading a prefix that sequence i needs too.
func (e *Engine) follows(i int) bool {
	s := e.live[i]
	for _, l := range e.live[:i] {
		if l.job.Tenant != s.job.Tenant || l.generated() > 0 {
			continue
		}
		n := min(len(l.job.Prompt)-1, len(s.job.Prompt)-1)
		shared := 0
		for shared < n && l.job.Prompt[shared] == s.job.Prompt[shared] {
			shared++
		}
		if shared > s.table.Len() && l.table.Len() < shared {
			l.followed = true
			return true
		}
	}
	return false
}

// step takes the logits of one sequence's part: it chooses tokens as long as the draft
// guessed them, and forgets the rest of the draft. The draft is a fixed guess and each
// token is drawn from the model's own distribution with the sampler's next random
// number, so the text is the same as without it.
func (e *Engine) step(p *part, logits [][]float32) {
	s := p.s
	if len(logits) == 0 || s.generated() == 0 {
		// Others may start from what was read of the prompt. The tail page is shared
		// only if somebody waits, for it must be copied then.
		n := s.table.Len()
		if !s.followed {
			n -= n % e.pages.PageTokens()
		}
		e.cache.Insert(s.job.Tenant, s.table, s.ids, n)
	}
	if len(logits) == 0 {
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
	for i, row := range logits {
		id, err := p.choose(i, row)
		if err == nil && id < 0 {
			err = errors.New("engine: the model gave no usable logits")
		}
		if err != nil {
			s.table.Truncate(base)
			e.retire(s, err)
			return
		}
		if s.first.IsZero() {
			s.first = time.Now()
		}
		if slices.Contains(s.job.Stop, id) {
			s.out.Stopped = id
			s.table.Truncate(base + accepted)
			e.retire(s, nil)
			return
		}
		t := Token{ID: id}
		if k := s.job.Sampling.LogProbs; k > 0 {
			t.LogProb, t.Top = sample.LogProbs(row, id, k)
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
	s.draft.learn(len(p.draft), accepted)
	s.table.Truncate(base + accepted)
	if s.generated() >= s.job.Max {
		e.retire(s, nil)
	}
}

// retire ends a sequence: what it computed stays in the cache, its pages are let go.
func (e *Engine) retire(s *sequence, err error) {
	if err == nil || errors.Is(err, ErrClosed) {
		e.cache.Insert(s.job.Tenant, s.table, s.ids, s.table.Len())
		e.keep(s)
	}
	s.table.Free()
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
