package kv

import (
	"errors"
	"fmt"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// Shape is what a model keeps for each token.
type Shape struct {
	Layers, KVHeads, HeadDim int
}

// DefaultPageTokens is the number of tokens in a page.
const DefaultPageTokens = 32

// ErrFull is matched by the error of an allocation for which no page is free.
var ErrFull = errors.New("no free page")

// PageID names a page of a pool.
type PageID int32

// Pool holds the pages of one model. It is not safe for concurrent use, but for
// reading and writing the rows of pages that the caller holds.
type Pool struct {
	shape      Shape
	format     tensor.Type
	pageTokens int
	rowBytes   int // of one head of one token
	spanBytes  int // of one head's rows in a page
	pageBytes  int
	mem        []byte
	release    func() error

	free   []PageID
	refs   []int32 // tables (and other holders) of each page
	cached []bool  // pages of which the prefix tree is a holder
	idle   int     // how many of them have no other
}

// NewPool reserves pages of pageTokens tokens (0: DefaultPageTokens) in the number
// format F32, F16 or Q8_0.
func NewPool(shape Shape, format tensor.Type, pageTokens, pages int) (*Pool, error) {
	if pageTokens == 0 {
		pageTokens = DefaultPageTokens
	}
	switch {
	case shape.Layers <= 0 || shape.KVHeads <= 0 || shape.HeadDim <= 0:
		return nil, fmt.Errorf("kv: a shape of %d layers, %d heads of %d", shape.Layers, shape.KVHeads, shape.HeadDim)
	case format != tensor.F32 && format != tensor.F16 && format != tensor.Q8_0:
		return nil, fmt.Errorf("kv: pages in %v, want F32, F16 or Q8_0", format)
	case shape.HeadDim%format.BlockWeights() != 0:
		return nil, fmt.Errorf("kv: heads of %d in %v, whose blocks have %d", shape.HeadDim, format, format.BlockWeights())
	case pageTokens < 1 || pageTokens > 1024 || pages < 1 || pages > 1<<28:
		return nil, fmt.Errorf("kv: %d pages of %d tokens", pages, pageTokens)
	}
	p := &Pool{shape: shape, format: format, pageTokens: pageTokens, rowBytes: format.RowBytes(shape.HeadDim)}
	p.spanBytes = p.rowBytes * pageTokens
	p.pageBytes = p.spanBytes * 2 * shape.KVHeads * shape.Layers
	if pages > (1<<62)/p.pageBytes {
		return nil, fmt.Errorf("kv: %d pages of %d bytes", pages, p.pageBytes)
	}
	mem, release, err := tensor.Reserve(pages * p.pageBytes)
	if err != nil {
		return nil, fmt.Errorf("kv: reserving %d pages of %d bytes: %w", pages, p.pageBytes, err)
	}
	p.mem, p.release = mem, release
	p.refs, p.cached = make([]int32, pages), make([]bool, pages)
	p.free = make([]PageID, pages)
	for i := range p.free {
		p.free[i] = PageID(pages - 1 - i)
	}
	return p, nil
}

// Close gives the memory back. No page may be used after.
func (p *Pool) Close() error {
	if p.release == nil {
		return nil
	}
	release := p.release
	p.release, p.mem = nil, nil
	return release()
}

// Shape returns the model's shape.
func (p *Pool) Shape() Shape { return p.shape }

// Format returns the number format of the rows.
func (p *Pool) Format() tensor.Type { return p.format }

// PageTokens returns the tokens in a page.
func (p *Pool) PageTokens() int { return p.pageTokens }

// PageBytes returns the bytes of a page.
func (p *Pool) PageBytes() int { return p.pageBytes }

// HeadBytes returns the bytes of one layer and KV head in a page: its keys, then its values.
// The heads of a layer lie side by side.
func (p *Pool) HeadBytes() int { return 2 * p.spanBytes }

// Pages returns the number of pages, Free how many of them are free.
func (p *Pool) Pages() int { return len(p.refs) }

// Free returns the number of free pages.
func (p *Pool) Free() int { return len(p.free) }

// K returns the keys of one layer and KV head: PageTokens rows of HeadDim weights.
func (p *Pool) K(page PageID, layer, head int) []byte { return p.span(page, layer, head, 0) }

// V returns the values, in the same form as K.
func (p *Pool) V(page PageID, layer, head int) []byte { return p.span(page, layer, head, 1) }

func (p *Pool) span(page PageID, layer, head, kv int) []byte {
	at := int(page)*p.pageBytes + ((layer*p.shape.KVHeads+head)*2+kv)*p.spanBytes
	return p.mem[at : at+p.spanBytes : at+p.spanBytes]
}

// Bytes returns all bytes of a page.
func (p *Pool) Bytes(page PageID) []byte {
	at := int(page) * p.pageBytes
	return p.mem[at : at+p.pageBytes : at+p.pageBytes]
}

// Alloc takes a free page and holds it once.
func (p *Pool) Alloc() (PageID, error) {
	n := len(p.free)
	if n == 0 {
		return -1, fmt.Errorf("kv: %w of %d", ErrFull, len(p.refs))
	}
	id := p.free[n-1]
	p.free = p.free[:n-1]
	p.refs[id] = 1
	return id, nil
}

// Hold adds a holder to a page that has one.
func (p *Pool) Hold(id PageID) {
	if p.refs[id] <= 0 {
		panic(fmt.Sprintf("kv: page %d is held while it is free", id))
	}
	if p.refs[id]++; p.cached[id] && p.refs[id] == 2 {
		p.idle--
	}
}

// Release takes a holder away; a page without holders is free.
func (p *Pool) Release(id PageID) {
	if p.refs[id] <= 0 {
		panic(fmt.Sprintf("kv: page %d is released while it is free", id))
	}
	switch p.refs[id]--; {
	case p.refs[id] == 0:
		p.free = append(p.free, id)
	case p.refs[id] == 1 && p.cached[id]:
		p.idle++
	}
}

// mark says whether the prefix tree is one of the page's holders.
func (p *Pool) mark(id PageID, cached bool) {
	if p.refs[id] == 1 && p.cached[id] != cached {
		if cached {
			p.idle++
		} else {
			p.idle--
		}
	}
	p.cached[id] = cached
}

// Refs returns the number of holders of a page.
func (p *Pool) Refs(id PageID) int { return int(p.refs[id]) }
