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

// part is what one sequence, or one of its beams, adds to a pass.
type part struct {
	s      *sequence
	beam   *beam // nil is the sequence itself
	draft  []int32
	from   source        // of the draft
	sure   int           // its first tokens are right and have no logits, but for a beam
	slots  []slot        // for each token of the draft and the one after, under a grammar
	rows   []int32       // the only tokens with logits; nil is all
	err    error         // of the slots
	ready  chan struct{} // closed when slots and err are set
	logits [][]float32   // what the pass gave
}

// constraint is what holds the part; nil is nothing.
func (p *part) constraint() *constraint {
	if p.beam != nil {
		return p.beam.constraint
	}
	return p.s.job.constraint
}

// generated is how many tokens were generated before the part's.
func (p *part) generated() int {
	if p.beam != nil {
		return p.s.generated() + len(p.beam.ids)
	}
	return p.s.generated()
}

// mask computes the masks of a part beside the forward pass. If they come at once and
// allow few tokens, only those rows of the output matrix are asked for.
func (p *part) mask(span *llama.Span) {
	c := p.constraint()
	if c == nil || span.Logits == 0 {
		return
	}
	p.ready = make(chan struct{})
	left := p.s.job.Max - p.generated()
	go func() {
		defer close(p.ready)
		p.slots, p.err = c.slots(p.draft, p.sure, left)
	}()
	if p.s.job.Sampling.LogProbs > 0 || p.beam != nil || p.generated() == 0 && c.undecided() {
		return // probabilities are of the whole vocabulary
	}
	select {
	case <-p.ready:
		if p.err != nil {
			return
		}
		any := grammar.NewBitset(c.vocab.Size())
		for _, s := range p.slots {
			for i, w := range s.mask {
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

// allowed returns the logits of token i of the part, without those of tokens that may not
// come; row holds them all.
func (p *part) allowed(i int, row []float32) ([]float32, error) {
	c := p.constraint()
	if c == nil {
		return row, nil
	}
	mask := p.slots[i].mask
	if p.generated() == 0 {
		if err := c.decide(mask, row); err != nil {
			return nil, err
		}
	}
	s := p.s
	s.scratch = append(s.scratch[:0], row...)
	for j := range s.scratch {
		if !mask.Has(p.token(j)) {
			s.scratch[j] = float32(math.Inf(-1))
		}
	}
	c.advice.weigh(s.scratch, func(j int) []byte { return c.vocab.Bytes(p.token(j)) })
	return s.scratch, nil
}

// token is the token of logit j.
func (p *part) token(j int) int32 {
	if p.rows != nil {
		return p.rows[j]
	}
	return int32(j)
}

// row is the logits of token i of a sequence's part, which is not sure.
func (p *part) row(i int) []float32 { return p.logits[i-p.sure] }

// draw returns token i of a sequence's part and its score; or the ways to go on, if there
// are several that are to be followed.
func (p *part) draw(i int) (id int32, score float64, ways []way, err error) {
	if i < p.sure {
		return p.draft[i], 0, nil, nil
	}
	row := p.row(i)
	if row[0] != row[0] {
		return -1, 0, nil, errNotNumbers
	}
	logits, err := p.allowed(i, row)
	if err != nil {
		return -1, 0, nil, err
	}
	if ways := p.s.ways(p, logits); len(ways) > 1 {
		return -1, 0, ways, nil
	}
	if id = p.s.sampler.Choose(logits, p.rows); id < 0 {
		return -1, 0, nil, p.constraint().nothing()
	}
	if c := p.constraint(); c != nil {
		at := int(id)
		if p.rows != nil {
			at = slices.Index(p.rows, id)
		}
		score = p.opening() + float64(logits[at]) - sample.LogSumExp(logits)
	}
	return id, score, nil, nil
}

// opening is what the turn's first token has in its score for that a call was decided on.
func (p *part) opening() float64 {
	if c := p.constraint(); c != nil && p.generated() == 0 {
		return c.opening
	}
	return 0
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

// plan chooses the tokens of a pass: one for each sequence that decodes, with its
// draft, and prompts in chunks that share what is left. A sequence whose prompt begins
// like one that is being read waits for that one's pages.
func (e *Engine) plan() (parts []part, spans []llama.Span) {
	e.narrow()
	budget, reading := e.o.Chunk, 0
	for _, s := range e.live {
		if s.reading() {
			reading++
		}
	}
	decoding := len(e.live) - reading
	if decoding > 0 { // a long pass would keep those waiting for their next token
		budget = max(budget/8, min(budget, 32))
	}
	share := e.pace.share(decoding)
	for i, s := range e.live {
		for _, b := range s.beams {
			if !s.ended(b) {
				p, span := b.part(s)
				parts, spans = append(parts, p), append(spans, span)
			}
		}
		if s.beams != nil {
			continue
		}
		rest := s.ids[s.table.Len():]
		if s.job.pooled != nil {
			n := min(len(rest), max(1, budget/max(reading, 1)))
			budget -= n
			reading--
			parts, spans = append(parts, part{s: s}), append(spans, llama.Span{Table: s.table, Tokens: rest[:n], Adapter: s.job.adapter, Hidden: s.job.pooled.from(s.table.Len())})
			continue
		}
		if s.reading() {
			prompt := s.job.Prompt[:len(s.job.Prompt)-1]
			if have := s.table.Len(); e.cache.Adopt(s.job.owner(), s.table, prompt) {
				s.out.Usage.CachedTokens += s.table.Len() - have
				s.out.Usage.FirstDivergent = max(s.out.Usage.FirstDivergent, s.table.Len())
				rest = s.ids[s.table.Len():]
			}
			if e.follows(i) {
				reading--
				continue
			}
			n := min(len(rest), max(1, budget/max(reading, 1)))
			budget -= n
			reading--
			span := llama.Span{Table: s.table, Tokens: rest[:n], Adapter: s.job.adapter}
			if n == len(rest) && s.job.Max > 0 {
				span.Logits = 1
			}
			parts, spans = append(parts, part{s: s}), append(spans, span)
			continue
		}
		parts, spans = append(parts, e.copied(s, share)), append(spans, llama.Span{Table: s.table, Adapter: s.job.adapter})
	}
	if e.draft != nil {
		e.modelled(parts, decoding)
	}
	for i := range parts {
		if p := &parts[i]; spans[i].Tokens == nil { // it decodes
			s := p.s
			s.out.Usage.DraftedTokens += len(p.draft)
			spans[i].Tokens = append(slices.Clone(s.ids[s.table.Len():]), p.draft...)
			spans[i].Logits = 1 + len(p.draft) - p.sure
		}
	}
	return parts, spans
}

// copied is the part of a sequence that decodes, with what must come next, or what its text
// makes likely.
func (e *Engine) copied(s *sequence, share float64) part {
	p := part{s: s}
	left := s.job.Max - s.generated() - 1
	if e.o.NoDrafts || left <= 0 {
		return p
	}
	c := s.job.constraint
	if c != nil {
		p.from, p.draft = forced, c.forced(min(left, maxForced))
	}
	if len(p.draft) > 0 {
		if s.job.Sampling.LogProbs == 0 {
			p.sure = len(p.draft)
		}
		return p
	}
	p.from, p.draft = lookup(s.ids)
	p.draft = p.draft[:s.draft.worth(p.from, min(len(p.draft), left), &e.odds, share)]
	if c != nil {
		p.draft = c.fit(p.draft)
	}
	return p
}

// modelled asks the draft model about the sequences that decode and have no draft.
func (e *Engine) modelled(parts []part, decoding int) {
	var ask []*part
	for i := range parts {
		p := &parts[i]
		if s := p.s; p.beam == nil && !s.reading() && s.job.pooled == nil && len(p.draft) == 0 {
			ask = append(ask, p)
		}
	}
	chunk := e.o.Chunk
	if len(e.live) > 1 {
		chunk = max(chunk/8, min(chunk, 32))
	}
	e.draft.guess(ask, e, func(together int) float64 { return e.pace.draftShare(decoding, together, e.draft.cost) }, chunk)
}

// follows says that an earlier sequence is reading a prefix that sequence i needs too.
func (e *Engine) follows(i int) bool {
	s := e.live[i]
	for _, l := range e.live[:i] {
		if l.job.owner() != s.job.owner() || !l.reading() || l.job.pooled != nil {
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
