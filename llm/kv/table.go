package kv

import "fmt"

// Table is the block table of one sequence: its tokens lie in Pages, in order, the
// last of which may be partly filled.
type Table struct {
	pool  *Pool
	pages []PageID
	n     int // tokens
}

// NewTable returns an empty sequence.
func (p *Pool) NewTable() *Table { return &Table{pool: p} }

// Len returns the number of tokens.
func (t *Table) Len() int { return t.n }

// Pages returns the pages; the caller must not change them.
func (t *Table) Pages() []PageID { return t.pages }

// At returns the page and the row of a token.
func (t *Table) At(pos int) (PageID, int) {
	return t.pages[pos/t.pool.pageTokens], pos % t.pool.pageTokens
}

// Missing returns how many free pages Extend(n) needs.
func (t *Table) Missing(n int) int {
	size := t.pool.pageTokens
	need := (t.n+n+size-1)/size - len(t.pages)
	if n > 0 && t.n%size != 0 && t.pool.refs[t.pages[t.n/size]] > 1 {
		need++ // the tail is shared: it will be copied
	}
	return max(need, 0)
}

// Extend makes room for n more tokens, whose rows the caller writes before they are
// read. A shared tail page is copied first. If pages are lacking, nothing changes.
func (t *Table) Extend(n int) error {
	if n < 0 {
		return fmt.Errorf("kv: a table is extended by %d tokens", n)
	}
	if need := t.Missing(n); need > t.pool.Free() {
		return fmt.Errorf("kv: %w: %d are needed, %d of %d are free", ErrFull, need, t.pool.Free(), t.pool.Pages())
	}
	size := t.pool.pageTokens
	if at := t.n / size; n > 0 && t.n%size != 0 && t.pool.refs[t.pages[at]] > 1 {
		id, err := t.pool.Alloc()
		if err != nil {
			return err
		}
		copy(t.pool.Bytes(id), t.pool.Bytes(t.pages[at]))
		t.pool.Release(t.pages[at])
		t.pages[at] = id
	}
	for len(t.pages)*size < t.n+n {
		id, err := t.pool.Alloc()
		if err != nil {
			return err
		}
		t.pages = append(t.pages, id)
	}
	t.n += n
	return nil
}

// Truncate forgets the tokens from n on, and frees the pages that held only them.
func (t *Table) Truncate(n int) {
	if n < 0 || n > t.n {
		panic(fmt.Sprintf("kv: a table of %d tokens is truncated to %d", t.n, n))
	}
	size := t.pool.pageTokens
	keep := (n + size - 1) / size
	for _, id := range t.pages[keep:] {
		t.pool.Release(id)
	}
	t.pages, t.n = t.pages[:keep], n
}

// Fork returns a sequence that shares the first n tokens.
func (t *Table) Fork(n int) *Table {
	if n < 0 || n > t.n {
		panic(fmt.Sprintf("kv: a table of %d tokens is forked at %d", t.n, n))
	}
	size := t.pool.pageTokens
	f := &Table{pool: t.pool, n: n, pages: append([]PageID(nil), t.pages[:(n+size-1)/size]...)}
	for _, id := range f.pages {
		t.pool.Hold(id)
	}
	return f
}

// Free gives all pages back.
func (t *Table) Free() { t.Truncate(0) }
