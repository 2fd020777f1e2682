package llama

import (
	"math"

	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/tensor"
)

func attentionScale(dim int) float32 { return float32(1 / math.Sqrt(float64(dim))) }

const (
	queryTile = 8    // tokens of a prompt that read a page together
	splitSize = 2048 // tokens of context in one piece of work
	stepSize  = 128  // tokens of context between two looks at the largest score
)

// attention is the work of one layer, cut into pieces: the queries of some tokens over a
// part of the context. There is a state for each piece and KV head.
type attention struct {
	pieces []piece
	states []tensor.Attention
	work   []attentionWork // by worker
}

// attentionWork is one worker's room.
type attentionWork struct {
	visible []int32
	pages   []tensor.KVPage
	ids     []kv.PageID
	queries [][]float32 // by head
}

type piece struct {
	first, tokens int // in the pass
	from, to      int // positions of the context
	parts         int // pieces of the same queries from this one on; 0 if not the first
}

// attend computes attention for all tokens of the pass: r.mid gets, for each token,
// the outputs of all heads.
func (r *Runner) attend(l int, spans []Span) {
	m := r.model
	r.mid.Reset(len(r.tokens), m.Heads*m.HeadDim)
	r.cutAttention()
	a := &r.attn
	n := len(a.pieces)
	for len(a.states) < n*m.KVHeads {
		a.states = append(a.states, tensor.Attention{})
	}
	for len(a.work) < r.pool.Threads() {
		a.work = append(a.work, attentionWork{})
	}
	// A page holds the heads of a layer side by side: read together they are one stretch of
	// memory. They are parted only where there is too little work for all threads.
	heads := m.KVHeads
	for heads > 1 && n*m.KVHeads/heads < 4*r.pool.Threads() {
		if heads%2 == 0 {
			heads /= 2
		} else {
			heads = 1
		}
	}
	r.pool.Run(n*m.KVHeads/heads, func(worker, i int) {
		first := i * heads % m.KVHeads
		r.attendPiece(l, first, &a.pieces[i*heads/m.KVHeads], a.states[i*heads:][:heads], &a.work[worker], spans)
	})
	r.pool.Run(n, func(_, i int) {
		p := &a.pieces[i]
		if p.parts == 0 {
			return
		}
		group := m.Heads / m.KVHeads
		for h := range m.KVHeads {
			s := &a.states[i*m.KVHeads+h]
			for k := 1; k < p.parts; k++ {
				s.Merge(&a.states[(i+k)*m.KVHeads+h])
			}
			for t := range p.tokens {
				out := r.mid.Row(p.first + t)[h*group*m.HeadDim:]
				for g := range group {
					s.Row(out[g*m.HeadDim:][:m.HeadDim], t*group+g)
				}
			}
		}
	})
}

// cutAttention divides the pass into pieces. Tokens of different spans never share one.
func (r *Runner) cutAttention() {
	a := &r.attn
	a.pieces = a.pieces[:0]
	for i := 0; i < len(r.tokens); {
		n := 1
		for i+n < len(r.tokens) && n < queryTile && r.tokens[i+n].span == r.tokens[i].span {
			n++
		}
		end := r.tokens[i+n-1].pos + 1
		parts := max(1, (end+splitSize/2)/splitSize)
		step := (end + parts - 1) / parts
		size := r.cache.PageTokens()
		step = (step + size - 1) / size * size
		first := len(a.pieces)
		for from := 0; from < end; from += step {
			a.pieces = append(a.pieces, piece{first: i, tokens: n, from: from, to: min(end, from+step)})
		}
		a.pieces[first].parts = len(a.pieces) - first
		i += n
	}
}

// attendPiece reads the pages of one piece, some of them in each step, for the KV heads
// from first on that have a state. While it reads one head's part of a page, the part
// that follows at the same place of the next head or step is brought near.
func (r *Runner) attendPiece(l, first int, p *piece, states []tensor.Attention, w *attentionWork, spans []Span) {
	m := r.model
	group := m.Heads / m.KVHeads
	if cap(w.visible) < p.tokens*group {
		w.visible = make([]int32, queryTile*group)
	}
	visible := w.visible[:p.tokens*group]
	w.queries = w.queries[:0]
	for h := range states {
		states[h].Reset(p.tokens*group, m.HeadDim)
		// The queries of a token's group lie together; the tokens are a row apart. Gather
		// them so that they have one stride.
		w.queries = append(w.queries, r.gather(&states[h], p, first+h, group))
	}
	table := spans[r.tokens[p.first].span].Table
	size := r.cache.PageTokens()
	step := max(stepSize/size, 1) * size
	for from := p.from; from < p.to; from += step {
		n := min(step, p.to-from)
		for t := range p.tokens {
			see := int32(min(n, r.tokens[p.first+t].pos+1-from))
			for g := range group {
				visible[t*group+g] = see
			}
		}
		w.ids = w.ids[:0]
		for at := from; at < min(from+2*step, p.to); at += size {
			page, _ := table.At(at)
			w.ids = append(w.ids, page)
		}
		now := (n + size - 1) / size
		for h := range states {
			w.pages = w.pages[:0]
			for i, page := range w.ids[:now] {
				part := tensor.KVPage{K: r.cache.K(page, l, first+h), V: r.cache.V(page, l, first+h)}
				switch {
				case h+1 < len(states):
					part.Ahead = r.cache.HeadBytes()
				case now+i < len(w.ids):
					part.Ahead = int(w.ids[now+i]-page)*r.cache.PageBytes() - h*r.cache.HeadBytes()
				}
				w.pages = append(w.pages, part)
			}
			states[h].Tiles(w.queries[h], m.HeadDim, w.pages, r.cache.Format(), size, n, visible)
		}
	}
}

// gather copies the queries of a piece for one KV head into one block.
func (r *Runner) gather(s *tensor.Attention, p *piece, head, group int) []float32 {
	m := r.model
	n := group * m.HeadDim
	if p.tokens == 1 {
		return r.q[p.first*m.Heads*m.HeadDim+head*n:][:n]
	}
	q := s.Queries(p.tokens * n)
	for t := range p.tokens {
		copy(q[t*n:][:n], r.q[(p.first+t)*m.Heads*m.HeadDim+head*n:])
	}
	return q
}
