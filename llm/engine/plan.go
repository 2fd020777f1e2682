package engine

import (
	"slices"

	"github.com/chaski-dev/chaski/llm/llama"
)

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
