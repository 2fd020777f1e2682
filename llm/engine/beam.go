package engine

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/sample"
)

// Greedy decoding never looks back: a tool whose name begins a little likelier is called,
// even if the model then finds no sense in its arguments. A sequence with beams takes
// both ways where the model is not sure, until one of them is clearly the likelier. While
// the model is sure, which is most of the time, there is one beam and it costs nothing.
//
// What counts is the probability of all tokens since the ways parted, those too that the
// grammar forces: that it has to force what the model would not have written is the
// surest sign of a wrong turn. Only where it ends a loop nothing is counted against the way:
// one that leaves the loop just before, to begin the next, would win each time.

// margin is how much less likely than the likeliest a way may be, in nats, to be
// followed: one in 400. Of the small model's two-step tasks 79% are solved with 4, 87%
// with 6 and 88% with 8.
const margin = 6

// beam is one of the ways in which a sequence may go on.
type beam struct {
	constraint *constraint
	table      *kv.Table // all tokens but the last, which is yet to be read; all, if it stopped
	ids        []int32   // since those of the sequence
	scores     []float64 // of these tokens, see Token
	score      float64   // their log-probability, from where the ways parted
	stop       int32     // the token that ended it, which is not in ids; −1 while it goes on
}

// way is a token by which a sequence, or a beam of it, may go on.
type way struct {
	id    int32
	score float64 // of all since the ways parted
	own   float64 // the token's, see Token
}

// ways returns the tokens by which the part may go on, by the logits of those that may
// come: those within the margin, the likeliest first, at most as many as there may be
// beams.
func (s *sequence) ways(p *part, logits []float32) []way {
	if s.width == 1 {
		return nil
	}
	least := max(float64(slices.Max(logits))-margin, -math.MaxFloat64) // −∞ may not come
	var out []way
	whole := sample.LogSumExp(logits) - p.opening()
	for j, v := range logits {
		if float64(v) >= least { // not so if it is no number
			out = append(out, way{p.token(j), float64(v), float64(v) - whole})
		}
	}
	slices.SortStableFunc(out, func(a, b way) int { return cmp.Compare(b.score, a.score) })
	return out[:min(len(out), s.width)]
}

// branch begins to follow several ways from place i of the sequence's part.
func (e *Engine) branch(s *sequence, p *part, i int, ways []way) {
	if s.first.IsZero() {
		s.first = time.Now()
	}
	root := &beam{constraint: s.job.constraint, table: s.table}
	for _, w := range ways {
		b, err := root.by(w, s.job.Stop, p.slot(i))
		if err != nil {
			e.retire(s, err)
			return
		}
		s.beams = append(s.beams, b)
	}
	e.sift(s)
}

// slot is what the grammar says of place i; nothing if there is none.
func (p *part) slot(i int) slot {
	if p.slots == nil {
		return slot{}
	}
	return p.slots[i]
}

// by returns the beam that goes on by a token.
func (b *beam) by(w way, stop []int32, at slot) (*beam, error) {
	n := &beam{constraint: b.constraint.clone(), ids: slices.Clip(b.ids), scores: slices.Clip(b.scores), score: w.score, stop: -1}
	if slices.Contains(stop, w.id) {
		n.stop = w.id
	} else {
		n.ids, n.scores = append(n.ids, w.id), append(n.scores, w.own)
		if n.constraint != nil {
			if err := n.constraint.write(at, w.id); err != nil {
				return nil, err
			}
		}
	}
	n.table = b.table.Fork(b.table.Len())
	return n, nil
}

// forced is what the grammar forces next, as much as rows of logits are wanted of at once.
func (b *beam) forced(s *sequence) []int32 {
	left := s.job.Max - s.generated() - len(b.ids) - 1
	if b.constraint == nil || left <= 0 {
		return nil
	}
	return b.constraint.forced(min(left, maxDraft))
}

// part is the beam's part of a pass: its last token and what is forced after it.
func (b *beam) part(s *sequence) (part, llama.Span) {
	p := part{s: s, beam: b, draft: slices.Clone(b.forced(s))}
	p.sure = len(p.draft)
	tokens := append([]int32{b.ids[len(b.ids)-1]}, p.draft...)
	return p, llama.Span{Table: b.table, Tokens: tokens, Adapter: s.job.adapter, Logits: len(tokens)}
}

// advance takes the logits of a sequence's beams and goes on by the likeliest ways.
func (e *Engine) advance(s *sequence, parts []part) {
	type next struct {
		p *part // nil is a beam that has ended
		b *beam
		way
	}
	var all []next
	for _, b := range s.beams {
		if s.ended(b) {
			all = append(all, next{b: b, way: way{score: b.score}})
		}
	}
	for i := range parts {
		p := &parts[i]
		logits, err := p.catchUp()
		if err != nil {
			e.retire(s, err)
			return
		}
		whole := sample.LogSumExp(p.logits[len(p.draft)])
		if p.beam.constraint.steered() {
			whole = sample.LogSumExp(logits)
		}
		for _, w := range s.ways(p, logits) {
			if w.score += p.beam.score - whole; !math.IsNaN(w.score) {
				all = append(all, next{p, p.beam, w})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b next) int { return cmp.Compare(b.score, a.score) })
	var beams []*beam
	for _, n := range all[:min(len(all), s.width)] {
		if n.score < all[0].score-margin {
			break
		}
		b := n.b
		if n.p != nil {
			var err error
			if b, err = n.b.by(n.way, s.job.Stop, n.p.slot(len(n.p.draft))); err != nil {
				s.beams = append(s.beams, beams...)
				e.retire(s, err)
				return
			}
		}
		beams = append(beams, b)
	}
	if len(beams) == 0 {
		e.retire(s, s.job.constraint.nothing())
		return
	}
	s.drop(beams)
	s.beams = beams
	e.sift(s)
}

// catchUp takes a beam over the tokens that the grammar forced and returns the logits of
// those that may come then.
func (p *part) catchUp() ([]float32, error) {
	if p.err != nil {
		return nil, fmt.Errorf("engine: %w", p.err)
	}
	b := p.beam
	for i, id := range p.draft {
		if !b.constraint.steered() {
			b.score += float64(p.logits[i][id]) - sample.LogSumExp(p.logits[i])
		}
		if err := b.constraint.write(p.slots[i], id); err != nil {
			return nil, err
		}
	}
	b.ids, b.scores = append(b.ids, p.draft...), append(b.scores, make([]float64, len(p.draft))...)
	return p.allowed(len(p.draft), p.logits[len(p.draft)])
}

// sift ends what the beams have settled: all, if one ended that no other can overtake,
// for no way becomes likelier; the choice among them, if one is left; and the tokens that
// are the same in all.
func (e *Engine) sift(s *sequence) {
	best := s.beams[0]
	switch {
	case s.ended(best):
		s.out.Stopped = best.stop
		s.settle(best)
		e.retire(s, nil)
	case len(s.beams) == 1:
		s.settle(best)
	default:
		n := 0
		for n < len(best.ids)-1 && !slices.ContainsFunc(s.beams, func(b *beam) bool { return n >= len(b.ids)-1 || b.ids[n] != best.ids[n] }) {
			n++
		}
		s.write(best.ids[:n], best.scores[:n])
		for _, b := range s.beams {
			b.ids, b.scores = b.ids[n:], b.scores[n:]
		}
	}
}

// ended says that a beam has come to its stop or to the sequence's limit.
func (s *sequence) ended(b *beam) bool {
	return b.stop >= 0 || s.generated()+len(b.ids) >= s.job.Max
}

// settle goes on with one beam alone.
func (s *sequence) settle(b *beam) {
	s.table.Free()
	s.table, s.job.constraint = b.table, b.constraint
	s.write(b.ids, b.scores)
	s.drop([]*beam{b})
}

// write streams tokens.
func (s *sequence) write(ids []int32, scores []float64) {
	s.ids = append(s.ids, ids...)
	for i, id := range ids {
		s.put(Token{ID: id, Score: scores[i]})
	}
}

// drop ends all beams but those that are kept.
func (s *sequence) drop(keep []*beam) {
	for _, b := range s.beams {
		if !slices.Contains(keep, b) {
			b.table.Free()
		}
	}
	s.beams = nil
}

// narrow settles every sequence's beams for the likeliest if the pages of the next pass
// would be missed by those that are sure to get theirs.
func (e *Engine) narrow() {
	more, any := 0, false
	for _, s := range e.live {
		for _, b := range s.beams {
			if !s.ended(b) {
				more, any = more+b.table.Missing(1+len(b.forced(s))), true
			}
		}
	}
	if !any || e.needed()+more <= e.pages.Free()+e.cache.Evictable() {
		return
	}
	for _, s := range e.live {
		if s.beams != nil {
			s.settle(s.beams[0])
		}
	}
}
