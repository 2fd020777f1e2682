package llama

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// Span is a run of tokens of one sequence: a chunk of a prompt, or the last token.
type Span struct {
	// Table holds the sequence's pages. Its length is the position of the first token;
	// the pass extends it.
	Table  *kv.Table
	Tokens []int32

	// Adapter, if not nil, changes the model for these tokens.
	Adapter *Adapter

	// Logits says for how many of the last tokens logits are wanted: 0 for none.
	Logits int

	// Rows, if not nil, are the only tokens of the vocabulary whose logits are wanted.
	Rows []int32

	// Hidden, if not nil, is told the last hidden state of each of the tokens: the output
	// of the last layer, normalised as for the head. The state is valid during the call.
	Hidden func(token int, state []float32)
}

// Runner computes forward passes of one model, one at a time. It is not safe for
// concurrent use.
type Runner struct {
	model *Model
	pool  *tensor.Pool
	cache *kv.Pool

	// Exact computes in float arithmetic throughout, many times slower: the reference.
	Exact bool

	// wide, if it is more than the model's width, is taken for it where a narrow model has no
	// tiles, for tests.
	wide int

	// Spent says where the time of all passes so far went.
	Spent Spent

	hidden, resid     []float32   // [tokens][width]
	in, mid, act      tensor.Acts // normalised input, attention output, feed-forward
	q, k, v, gate, up []float32
	cos, sin          []float32 // [tokens][head dimension / 2]
	tokens            []slot
	attn              attention
	last              tensor.Acts
	ends              []float32 // hidden rows that want logits, where they don't lie together
	logits            []float32
	out               [][]float32
}

// Spent is parts of the time of passes.
type Spent struct {
	Passes    time.Duration
	Products  time.Duration // of matrices, and rounding of what they are multiplied with
	Attention time.Duration // without the products before and after it
	Waiting   time.Duration // in all parts: until the last of the threads was done
}

// fineWidth is the greatest width of a model whose normalised inputs are taken finely: the
// narrower, the more their rounding counts, and the less their products cost beside reading
// the weights of the whole.
const fineWidth = 1024

// slot is one token of a pass.
type slot struct {
	span int
	pos  int
}

// NewRunner returns a runner that computes on pool's threads and keeps context in
// cache, which must have the model's shape.
func NewRunner(m *Model, pool *tensor.Pool, cache *kv.Pool) (*Runner, error) {
	if cache.Shape() != m.KVShape() {
		return nil, fmt.Errorf("llama: a cache for %+v, the model needs %+v", cache.Shape(), m.KVShape())
	}
	return &Runner{model: m, pool: pool, cache: cache}, nil
}

// Errors of a pass. Nothing was computed and no table changed.
var (
	ErrToken   = errors.New("token id out of range")
	ErrContext = errors.New("position beyond the context length")
)

// Model is what the runner computes.
func (r *Runner) Model() *Model { return r.model }

// Check says whether tokens can follow a table: whether their ids are in the vocabulary
// and they fit the model's context and the cache.
func (r *Runner) Check(table *kv.Table, tokens []int32) error {
	return r.check([]Span{{Table: table, Tokens: tokens}})
}

// check refuses a pass before anything changes.
func (r *Runner) check(spans []Span) error {
	pages := 0
	for i, s := range spans {
		if len(s.Tokens) == 0 || s.Logits < 0 || s.Logits > len(s.Tokens) {
			return fmt.Errorf("llama: span %d has %d tokens and wants logits of %d", i, len(s.Tokens), s.Logits)
		}
		for _, t := range s.Tokens {
			if t < 0 || int(t) >= r.model.Vocab {
				return fmt.Errorf("llama: %w: %d, the vocabulary has %d tokens", ErrToken, t, r.model.Vocab)
			}
		}
		for _, t := range s.Rows {
			if t < 0 || int(t) >= r.model.Vocab {
				return fmt.Errorf("llama: %w: %d, the vocabulary has %d tokens", ErrToken, t, r.model.Vocab)
			}
		}
		if n := s.Table.Len() + len(s.Tokens); n > r.model.Context {
			return fmt.Errorf("llama: %w: %d tokens, the context has %d", ErrContext, n, r.model.Context)
		}
		pages += s.Table.Missing(len(s.Tokens))
	}
	if pages > r.cache.Free() {
		return fmt.Errorf("llama: %w: the pass needs %d, %d of %d are free", kv.ErrFull, pages, r.cache.Free(), r.cache.Pages())
	}
	return nil
}

// Forward computes one pass over all spans and returns the logits that they asked
// for, in order: a row for each wanted token, of the whole vocabulary or of the span's
// Rows. The rows are valid until the next pass.
func (r *Runner) Forward(spans []Span) ([][]float32, error) {
	if err := r.check(spans); err != nil {
		return nil, err
	}
	m := r.model
	began, waited := time.Now(), r.pool.Waited
	defer func() {
		r.Spent.Passes += time.Since(began)
		r.Spent.Waiting += r.pool.Waited - waited
	}()

	// Each token gets a place in its sequence and the embedding of its id.
	r.tokens = r.tokens[:0]
	for i, s := range spans {
		pos := s.Table.Len()
		if err := s.Table.Extend(len(s.Tokens)); err != nil {
			return nil, fmt.Errorf("llama: %w", err)
		}
		for j := range s.Tokens {
			r.tokens = append(r.tokens, slot{i, pos + j})
		}
	}
	n := len(r.tokens)
	r.resize(n, reads(spans))
	half := m.HeadDim / 2
	at := 0
	for _, s := range spans {
		for _, id := range s.Tokens {
			m.embed.Row(r.hidden[at*m.Width:], int(id))
			m.rope.angles(r.cos[at*half:][:half], r.sin[at*half:][:half], r.tokens[at].pos)
			at++
		}
	}

	var resid []float32 // what the layer before gave, not added yet
	for l := range m.layers {
		w := &m.layers[l]

		// Attention: queries, keys and values of the normalised stream.
		r.in.RMSNorm(r.pool, r.hidden, resid, w.attnNorm, float32(m.Epsilon))
		r.multiply(&r.in, tensor.Product{W: w.q, Dst: r.q}, tensor.Product{W: w.k, Dst: r.k}, tensor.Product{W: w.v, Dst: r.v})
		r.adapt(spans, l, adaptQ, &r.in, r.q)
		r.adapt(spans, l, adaptK, &r.in, r.k)
		r.adapt(spans, l, adaptV, &r.in, r.v)
		r.rotate(n)
		r.store(l, spans)
		start := time.Now()
		r.attend(l, spans)
		r.Spent.Attention += time.Since(start)
		r.multiply(&r.mid, tensor.Product{W: w.o, Dst: r.resid})
		r.adapt(spans, l, adaptO, &r.mid, r.resid)

		// Feed-forward: SwiGLU.
		r.in.RMSNorm(r.pool, r.hidden, r.resid, w.ffnNorm, float32(m.Epsilon))
		r.multiply(&r.in, tensor.Product{W: w.gate, Dst: r.gate}, tensor.Product{W: w.up, Dst: r.up})
		r.adapt(spans, l, adaptGate, &r.in, r.gate)
		r.adapt(spans, l, adaptUp, &r.in, r.up)
		r.act.Reset(n, m.FFN)
		r.pool.Rows(n, func(i int) {
			tensor.SwiGLU(r.act.Row(i), r.gate[i*m.FFN:][:m.FFN], r.up[i*m.FFN:][:m.FFN])
		})
		r.multiply(&r.act, tensor.Product{W: w.down, Dst: r.resid})
		r.adapt(spans, l, adaptDown, &r.act, r.resid)
		resid = r.resid
	}
	r.pool.Rows(n, func(i int) { tensor.Add(r.hidden[i*m.Width:][:m.Width], r.resid[i*m.Width:]) })
	r.tell(spans)
	return r.project(spans), nil
}

// multiply computes products of the same activations.
func (r *Runner) multiply(x *tensor.Acts, products ...tensor.Product) {
	start := time.Now()
	r.pool.Multiply(x, products...)
	r.Spent.Products += time.Since(start)
}

// tell gives the hidden states to those who asked.
func (r *Runner) tell(spans []Span) {
	m := r.model
	rest := r.hidden
	for _, s := range spans {
		n := len(s.Tokens) * m.Width
		if s.Hidden != nil {
			state := make([]float32, m.Width)
			for i := range s.Tokens {
				tensor.RMSNorm(state, rest[i*m.Width:][:m.Width], m.norm, float32(m.Epsilon))
				s.Hidden(i, state)
			}
		}
		rest = rest[n:]
	}
}

// reads reports whether a prompt is read in a pass: whether a span is longer than guesses
// of what comes next are.
func reads(spans []Span) bool {
	return slices.ContainsFunc(spans, func(s Span) bool { return len(s.Tokens) >= promptMin })
}

// resize makes room for n tokens, of a prompt or not.
func (r *Runner) resize(n int, prompt bool) {
	m := r.model
	q, kv := m.Heads*m.HeadDim, m.KVHeads*m.HeadDim
	for _, b := range []struct {
		to *[]float32
		n  int
	}{
		{&r.hidden, m.Width}, {&r.resid, m.Width}, {&r.q, q}, {&r.k, kv}, {&r.v, kv}, {&r.gate, m.FFN}, {&r.up, m.FFN},
		{&r.cos, m.HeadDim / 2}, {&r.sin, m.HeadDim / 2},
	} {
		if cap(*b.to) < n*b.n {
			*b.to = make([]float32, n*b.n)
		}
		*b.to = (*b.to)[:n*b.n]
	}
	r.in.Fine = m.Width <= fineWidth
	r.in.Exact, r.mid.Exact, r.act.Exact, r.last.Exact = r.Exact, r.Exact, r.Exact, r.Exact
	r.in.Prompt, r.mid.Prompt, r.act.Prompt = prompt, prompt, prompt
}

// rotate gives queries and keys their positions. Queries are scaled for attention.
func (r *Runner) rotate(n int) {
	m := r.model
	half := m.HeadDim / 2
	scale := attentionScale(m.HeadDim)
	r.pool.Rows(n, func(i int) {
		cos, sin := r.cos[i*half:][:half], r.sin[i*half:][:half]
		q := r.q[i*m.Heads*m.HeadDim:][:m.Heads*m.HeadDim]
		for h := range m.Heads {
			tensor.Rotate(q[h*m.HeadDim:][:m.HeadDim], cos, sin)
		}
		for j := range q {
			q[j] *= scale
		}
		for h := range m.KVHeads {
			tensor.Rotate(r.k[(i*m.KVHeads+h)*m.HeadDim:][:m.HeadDim], cos, sin)
		}
	})
}

// store writes the keys and values of layer l into the pages.
func (r *Runner) store(l int, spans []Span) {
	m := r.model
	row := r.cache.Format().RowBytes(m.HeadDim)
	r.pool.Rows(len(r.tokens), func(i int) {
		t := r.tokens[i]
		page, at := spans[t.span].Table.At(t.pos)
		for h := range m.KVHeads {
			from := (i*m.KVHeads + h) * m.HeadDim
			tensor.Quantize(r.cache.Format(), r.cache.K(page, l, h)[at*row:], r.k[from:][:m.HeadDim])
			tensor.Quantize(r.cache.Format(), r.cache.V(page, l, h)[at*row:], r.v[from:][:m.HeadDim])
		}
	})
}

// project computes the wanted logits: the head is the largest matrix, and most tokens
// of a prompt need none.
func (r *Runner) project(spans []Span) [][]float32 {
	m := r.model
	r.out = r.out[:0]
	total, size := 0, 0
	for _, s := range spans {
		total += s.Logits
		if s.Rows != nil {
			size += s.Logits * len(s.Rows)
		} else {
			size += s.Logits * m.Vocab
		}
	}
	if total == 0 {
		return r.out
	}
	if cap(r.logits) < size {
		r.logits = make([]float32, size)
	}
	free := r.logits[:size]
	for first := 0; first < len(spans); {
		// Spans that want the whole vocabulary share one product.
		end := first + 1
		for spans[first].Rows == nil && end < len(spans) && spans[end].Rows == nil {
			end++
		}
		rows := r.lastRows(spans, first)
		if end > first+1 {
			r.ends = r.ends[:0]
			for i := first; i < end; i++ {
				r.ends = append(r.ends, r.lastRows(spans, i)...)
			}
			rows = r.ends
		}
		if n := len(rows) / m.Width; n > 0 {
			r.last.RMSNorm(r.pool, rows, nil, m.norm, float32(m.Epsilon))
			width := m.Vocab
			if spans[first].Rows != nil {
				width = len(spans[first].Rows)
			}
			r.multiply(&r.last, tensor.Product{W: m.head, Dst: free[:n*width], Rows: spans[first].Rows})
			for i := range n {
				r.out = append(r.out, free[i*width:][:width:width])
			}
			free = free[n*width:]
		}
		first = end
	}
	return r.out
}

// lastRows returns the hidden rows of the tokens of span i that want logits.
func (r *Runner) lastRows(spans []Span, i int) []float32 {
	end := 0
	for _, s := range spans[:i+1] {
		end += len(s.Tokens)
	}
	w := r.model.Width
	return r.hidden[(end-spans[i].Logits)*w : end*w]
}
