package llama

import (
	"math"

	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/tensor"
)

func attentionScale(dim int) float32 { return float32(1 / math.Sqrt(float64(dim))) }

const (
	queryTile = 8    // tokens of a prompt that read a page together
	tileRows  = 256  // queries of a prompt that read a page together on tiles
	promptMin = 32   // tokens of a span from which on it is a prompt: guesses of what comes next are fewer
	pieceMin  = 64   // pieces of work on tiles, by KV heads, from which on the context is not divided
	splitSize = 2048 // tokens of context in one piece of work
	stepSize  = 128  // tokens of context between two looks at the largest score
)

// attention is the work of one layer, cut into pieces: the queries of some tokens over a
// part of the context. There is a state for each piece and KV head.
type attention struct {
	pieces []piece
	tiled  bool // some of them are for tiles, one head at a time
	states []tensor.Attention
	work   []attentionWork // by worker
}

// attentionWork is one worker's room.
type attentionWork struct {
	visible []int32
	pages   []tensor.KVPage
	ids     []kv.PageID
	queries [][]float32 // by head
	tiles   tensor.TileAttention
	rows    []float32 // its queries
}

type piece struct {
	first, tokens int // in the pass
	from, to      int // positions of the context
	parts         int // pieces of the same queries from this one on; 0 if not the first
	tiles         bool
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
	for heads > 1 && (n*m.KVHeads/heads < 4*r.pool.Threads() || a.tiled) {
		if heads%2 == 0 {
			heads /= 2
		} else {
			heads = 1
		}
	}
	r.pool.Run(n*m.KVHeads/heads, func(worker, i int) {
		first := i * heads % m.KVHeads
		p, states, w := &a.pieces[i*heads/m.KVHeads], a.states[i*heads:][:heads], &a.work[worker]
		if p.tiles {
			r.attendTiles(l, first, p, &states[0], w, spans)
		} else {
			r.attendPiece(l, first, p, states, w, spans)
		}
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
	a, m := &r.attn, r.model
	a.pieces, a.tiled = a.pieces[:0], false
	size := r.cache.PageTokens()
	tiles := r.in.Prompt && !r.Exact && size <= tensor.TileKeys && tensor.TileAttends(max(m.Width, r.wide), m.HeadDim)
	for i := 0; i < len(r.tokens); {
		left := 1
		for i+left < len(r.tokens) && r.tokens[i+left].span == r.tokens[i].span {
			left++
		}
		if tiles && left >= promptMin {
			a.tiled = true
			i = r.cutTiles(i, left)
			continue
		}
		for end := i + left; i < end; {
			n := min(queryTile, end-i)
			to := r.tokens[i+n-1].pos + 1
			r.cut(piece{first: i, tokens: n, to: to}, max(1, (to+splitSize/2)/splitSize))
			i += n
		}
	}
}

// cutTiles divides n tokens of a prompt, from the one at first on, into pieces of about
// tileRows queries each, and returns where they end.
func (r *Runner) cutTiles(first, n int) int {
	m := r.model
	group := m.Heads / m.KVHeads
	blocks := (n*group + tileRows - 1) / tileRows
	stripe := max(1, tensor.TileQueries/group) // tokens
	tokens := ((n+blocks-1)/blocks + stripe - 1) / stripe * stripe
	for end := first + n; first < end; first += tokens {
		tokens = min(tokens, end-first)
		to := r.tokens[first+tokens-1].pos + 1
		parts := min((to+splitSize/2)/splitSize, (pieceMin+blocks*m.KVHeads-1)/(blocks*m.KVHeads))
		r.cut(piece{first: first, tokens: tokens, to: to, tiles: true}, max(1, parts))
	}
	return first
}

// cut appends p as pieces of about as many parts of the context.
func (r *Runner) cut(p piece, parts int) {
	a, size, end := &r.attn, r.cache.PageTokens(), p.to
	step := (end + parts - 1) / parts
	step = (step + size - 1) / size * size
	first := len(a.pieces)
	for p.from = 0; p.from < end; p.from += step {
		p.to = min(end, p.from+step)
		a.pieces = append(a.pieces, p)
	}
	a.pieces[first].parts = len(a.pieces) - first
}

// attendPiece reads the pages of one piece, some of them in each step, for the KV heads
// from first on that have a state. While it reads one head's part of a page, the part
// that follows at the same place of the next head or step is brought near.
func (r *Runner) attendPiece(l, first int, p *piece, states []tensor.Attention, w *attentionWork, spans []Span) {
	m := r.model
	group := m.Heads / m.KVHeads
	visible := w.seen(p.tokens * group)
	w.queries = w.queries[:0]
	for h := range states {
		states[h].Reset(p.tokens*group, m.HeadDim)
		// The queries of a token's group lie together; the tokens are a row apart. Gather
		// them so that they have one stride.
		w.queries = append(w.queries, r.gather(states[h].Queries, p, first+h, group))
	}
	table := spans[r.tokens[p.first].span].Table
	size := r.cache.PageTokens()
	step := max(stepSize/size, 1) * size
	for from := p.from; from < p.to; from += step {
		n := min(step, p.to-from)
		r.visible(visible, p, from, n)
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

// attendTiles is attendPiece for a prompt and one KV head, on tiles.
func (r *Runner) attendTiles(l, head int, p *piece, state *tensor.Attention, w *attentionWork, spans []Span) {
	m := r.model
	group := m.Heads / m.KVHeads
	visible := w.seen(p.tokens * group)
	w.tiles.Reset(r.gather(w.room, p, head, group), m.HeadDim, p.tokens*group, m.HeadDim)
	table := spans[r.tokens[p.first].span].Table
	size := r.cache.PageTokens()
	step := tensor.TileKeys / size * size
	for from := p.from; from < p.to; from += step {
		n := min(step, p.to-from)
		r.visible(visible, p, from, n)
		w.pages = w.pages[:0]
		for at := from; at < from+n; at += size {
			page, _ := table.At(at)
			w.pages = append(w.pages, tensor.KVPage{K: r.cache.K(page, l, head), V: r.cache.V(page, l, head)})
		}
		w.tiles.Add(w.pages, r.cache.Format(), size, n, visible)
	}
	w.tiles.Into(state)
}

// visible says how many of n tokens from one on each query of the piece sees.
func (r *Runner) visible(visible []int32, p *piece, from, n int) {
	group := len(visible) / p.tokens
	for t := range p.tokens {
		see := int32(min(n, r.tokens[p.first+t].pos+1-from))
		for g := range group {
			visible[t*group+g] = see
		}
	}
}

// seen returns room for what n queries see.
func (w *attentionWork) seen(n int) []int32 {
	if cap(w.visible) < n {
		w.visible = make([]int32, n)
	}
	return w.visible[:n]
}

// room returns room for n elements of queries.
func (w *attentionWork) room(n int) []float32 {
	if cap(w.rows) < n {
		w.rows = make([]float32, n)
	}
	return w.rows[:n]
}

// gather copies the queries of a piece for one KV head into one block.
func (r *Runner) gather(room func(n int) []float32, p *piece, head, group int) []float32 {
	m := r.model
	n := group * m.HeadDim
	if p.tokens == 1 {
		return r.q[p.first*m.Heads*m.HeadDim+head*n:][:n]
	}
	q := room(p.tokens * n)
	for t := range p.tokens {
		copy(q[t*n:][:n], r.q[(p.first+t)*m.Heads*m.HeadDim+head*n:])
	}
	return q
}
