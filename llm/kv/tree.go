package kv

import "slices"

// node is one page of a cached prefix: the tokens in it, below those of its parent.
// Only a full page has children, so a node's depth in the tree is its page's index.
type node struct {
	parent   *node
	tokens   []int32 // 1 to PageTokens
	page     PageID
	children map[int32][]*node // by first token
	below    int               // number of children
	used     uint64            // clock of the last use
	pinned   int               // by how many
	depth    int               // pages above
	slot     int               // on disk; -1 if not there
	serial   uint64            // of the slot's content when it was written
	tenant   string
}

// Cache keeps the pages of sequences that have ended or are still running, so that a
// new sequence starts from the longest prefix that was computed before. Prefixes are
// found token by token in one radix tree for each tenant. It is not safe for concurrent
// use.
//
// The tree is one of the holders of its pages: a page that only the tree holds may be
// evicted, a page that a sequence holds too may not. Since a sequence that uses a page
// holds all pages before it, nothing below a live sequence is ever evicted.
type Cache struct {
	*Pool
	roots map[string]*node
	nodes int
	clock uint64
	disk  *Disk

	// Report, if not nil, is told of every page on disk that could not be used and of
	// every failure to write one. The cache has already gone on without it.
	Report func(error)

	stats CacheStats
}

// CacheStats counts what a cache did.
type CacheStats struct {
	Evicted, Spilled, Restored, Refused int // pages; Refused ones were on disk and unusable
}

// NewCache returns an empty cache over a pool. disk may be nil.
func NewCache(p *Pool, disk *Disk) *Cache {
	return &Cache{Pool: p, roots: map[string]*node{}, disk: disk}
}

// Stats returns what the cache did so far.
func (c *Cache) Stats() CacheStats { return c.stats }

// Cached returns the number of pages that the tree holds.
func (c *Cache) Cached() int { return c.nodes }

// Evictable returns how many pages only the tree holds.
func (c *Cache) Evictable() int { return c.idle }

// each visits all nodes, parents first.
func (c *Cache) each(fn func(*node)) {
	var walk func(*node)
	walk = func(x *node) {
		if x.parent != nil {
			fn(x)
		}
		for _, list := range x.children {
			for _, y := range list {
				walk(y)
			}
		}
	}
	for _, r := range c.roots {
		walk(r)
	}
}

func (c *Cache) root(tenant string) *node {
	r := c.roots[tenant]
	if r == nil {
		r = &node{page: -1, slot: -1, depth: -1, tenant: tenant}
		c.roots[tenant] = r
	}
	return r
}

// best returns the child that shares most tokens with ids, and how many.
func (x *node) best(ids []int32) (*node, int) {
	if len(ids) == 0 {
		return nil, 0
	}
	var found *node
	most := 0
	for _, y := range x.children[ids[0]] {
		if n := common(y.tokens, ids); n > most {
			found, most = y, n
		}
	}
	return found, most
}

// common returns the length of the common prefix.
func common(a, b []int32) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// Match returns a sequence that shares the longest cached prefix of ids: pages of the
// tree, then pages on disk, which are read, checked and compared token by token. The
// caller frees the table.
func (c *Cache) Match(tenant string, ids []int32) *Table {
	c.clock++
	t := c.NewTable()
	x := c.root(tenant)
	for rest := ids; len(rest) > 0; {
		_, have := x.best(rest)
		c.restore(x, rest, have)
		y, n := x.best(rest) // anew: restoring may have evicted what was found before
		if n == 0 {
			break
		}
		y.used = c.clock
		c.Hold(y.page)
		t.pages = append(t.pages, y.page)
		t.n += n
		if n < c.pageTokens {
			break
		}
		x, rest = y, rest[n:]
	}
	return t
}

// Probe returns how many full pages of ids are cached in memory and how many of those
// only the tree holds. It changes nothing, not even the age of what it finds.
func (c *Cache) Probe(tenant string, ids []int32) (full, idle int) {
	for x := c.roots[tenant]; x != nil; full++ {
		y, n := x.best(ids[full*c.pageTokens:])
		if n < c.pageTokens {
			break
		}
		if c.Refs(y.page) == 1 {
			idle++
		}
		x = y
	}
	return full, idle
}

// Longest returns how many tokens of ids are cached in memory, without using them.
func (c *Cache) Longest(tenant string, ids []int32) int {
	x, total := c.roots[tenant], 0
	for x != nil {
		y, n := x.best(ids[total:])
		total += n
		if n < c.pageTokens {
			break
		}
		x = y
	}
	return total
}

// Adopt lengthens a sequence by what the tree has beyond it. It reports whether the
// sequence grew. ids are the tokens that the sequence is meant to have.
func (c *Cache) Adopt(tenant string, t *Table, ids []int32) bool {
	if c.Longest(tenant, ids) <= t.n {
		return false
	}
	longer := c.Match(tenant, ids)
	if longer.n <= t.n {
		longer.Free()
		return false
	}
	t.Free()
	*t = *longer
	return true
}

// Insert makes the first n tokens of a sequence findable. ids are the tokens of the
// sequence. Pages that the tree already has take the place of the sequence's own.
func (c *Cache) Insert(tenant string, t *Table, ids []int32, n int) {
	n = min(n, t.n, len(ids))
	c.clock++
	x := c.root(tenant)
	for i := 0; i*c.pageTokens < n; i++ {
		part := ids[i*c.pageTokens : min((i+1)*c.pageTokens, n)]
		y, m := x.best(part)
		switch {
		case m == len(part) && len(y.tokens) == c.pageTokens && m == c.pageTokens:
			if y.page != t.pages[i] {
				c.Hold(y.page)
				c.Release(t.pages[i])
				t.pages[i] = y.page
			}
		case m == len(part): // a longer page begins with these tokens
			y.used = c.clock
			return
		case m > 0 && m == len(y.tokens): // a page that ended here goes on
			if y.page != t.pages[i] {
				c.mark(y.page, false)
				c.Release(y.page)
				y.page = t.pages[i]
				c.Hold(y.page)
				c.mark(y.page, true)
			}
			y.tokens = slices.Clone(part)
			y.slot = -1
		default:
			c.Hold(t.pages[i])
			y = &node{parent: x, tokens: slices.Clone(part), page: t.pages[i], depth: x.depth + 1, slot: -1, tenant: tenant}
			c.attach(x, y)
		}
		y.used = c.clock
		x = y
	}
}

func (c *Cache) attach(x, y *node) {
	if x.parent == nil {
		c.roots[x.tenant] = x // it goes when its last child is evicted
	}
	if x.children == nil {
		x.children = map[int32][]*node{}
	}
	x.children[y.tokens[0]] = append(x.children[y.tokens[0]], y)
	x.below++
	c.nodes++
	c.mark(y.page, true)
}

func (c *Cache) detach(y *node) {
	x := y.parent
	list := x.children[y.tokens[0]]
	list = slices.DeleteFunc(list, func(z *node) bool { return z == y })
	if len(list) == 0 {
		delete(x.children, y.tokens[0])
	} else {
		x.children[y.tokens[0]] = list
	}
	x.below--
	c.nodes--
	c.mark(y.page, false)
	c.Release(y.page)
	if x.parent == nil && x.below == 0 {
		delete(c.roots, x.tenant)
	}
}

// Pin marks the cached pages of ids as worth more than any other: the system prompt and
// the tools of a running agent. They are evicted last. Pin(…, false)
// takes one such mark away.
func (c *Cache) Pin(tenant string, ids []int32, pinned bool) {
	x := c.roots[tenant]
	for x != nil && len(ids) > 0 {
		y, n := x.best(ids)
		if n == 0 {
			return
		}
		if pinned {
			y.pinned++
		} else {
			y.pinned = max(y.pinned-1, 0)
		}
		x, ids = y, ids[n:]
		if n < c.pageTokens {
			return
		}
	}
}
