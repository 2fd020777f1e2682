package engine

import (
	"math"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm/grammar"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/sample"
)

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
