package kv

import (
	"container/heap"
	"errors"
	"fmt"
)

// candidates are the nodes that may be evicted now, the cheapest first.
type candidates struct {
	list  []*node
	clock uint64
	page  int // tokens in a page
}

// worth is what keeping a page saves: the work to compute its tokens again, which grows
// with the context that they attend to, divided by how long nobody has used it.
func (h *candidates) worth(x *node) float64 {
	cost := float64(len(x.tokens)) * (1 + float64(x.depth*h.page)/8192)
	return cost / float64(h.clock-x.used+1)
}

func (h *candidates) Len() int { return len(h.list) }
func (h *candidates) Less(i, j int) bool {
	a, b := h.list[i], h.list[j]
	if (a.pinned > 0) != (b.pinned > 0) {
		return b.pinned > 0
	}
	if v, w := h.worth(a), h.worth(b); v != w {
		return v < w
	}
	return a.page < b.page
}
func (h *candidates) Swap(i, j int) { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *candidates) Push(x any)    { h.list = append(h.list, x.(*node)) }
func (h *candidates) Pop() any {
	x := h.list[len(h.list)-1]
	h.list = h.list[:len(h.list)-1]
	return x
}

// Room evicts pages until n are free. It fails, having evicted what it could, if live
// sequences hold too many.
func (c *Cache) Room(n int) error {
	if c.Free() >= n {
		return nil
	}
	h := &candidates{clock: c.clock, page: c.pageTokens}
	c.each(func(x *node) {
		if c.mayEvict(x) {
			h.list = append(h.list, x)
		}
	})
	heap.Init(h)
	for c.Free() < n && h.Len() > 0 {
		x := heap.Pop(h).(*node)
		c.spill(x)
		parent := x.parent
		c.detach(x)
		c.stats.Evicted++
		if parent.parent != nil && c.mayEvict(parent) {
			heap.Push(h, parent)
		}
	}
	if c.Free() < n {
		return fmt.Errorf("kv: %w: %d are needed, %d of %d are free and live sequences hold the rest", ErrFull, n, c.Free(), c.Pages())
	}
	return nil
}

func (c *Cache) mayEvict(x *node) bool { return x.below == 0 && c.Refs(x.page) == 1 }

// Clear evicts everything that no live sequence holds, without writing it to disk.
func (c *Cache) Clear() {
	disk := c.disk
	c.disk = nil
	_ = c.Room(c.Pages()) // what is live stays
	c.disk = disk
}

// spill writes a page, and the pages before it, to disk. Failing is no loss but time.
func (c *Cache) spill(x *node) {
	if c.disk == nil || x.parent == nil {
		return
	}
	if x.parent.parent != nil && !c.disk.has(x.parent) {
		c.spill(x.parent)
		if !c.disk.has(x.parent) {
			return
		}
	}
	if c.disk.has(x) {
		c.disk.touch(x.slot)
		return
	}
	slot, err := c.disk.put(x.parent, x.tenant, x.tokens, c.Bytes(x.page))
	if err != nil {
		c.report(err)
		return
	}
	x.slot, x.serial = slot, c.disk.slots[slot].serial
	c.stats.Spilled++
}

// Flush writes all cached pages to disk: before the process ends, or to suspend.
func (c *Cache) Flush() {
	if c.disk == nil {
		return
	}
	c.each(c.spill)
	if err := c.disk.Sync(); err != nil {
		c.report(err)
	}
}

// Suspend writes the cached pages of ids to disk and ages them, so that they are the
// first to make room for others.
func (c *Cache) Suspend(tenant string, ids []int32) error {
	if c.disk == nil {
		return errors.New("kv: there is no page file")
	}
	x := c.roots[tenant]
	for x != nil && len(ids) > 0 {
		y, n := x.best(ids)
		if n == 0 {
			break
		}
		c.spill(y)
		y.used = 0
		if n < c.pageTokens {
			break
		}
		x, ids = y, ids[n:]
	}
	return c.disk.Sync()
}

// restore looks on disk for a child of x that shares more than n tokens with ids, and
// reads it into the tree.
func (c *Cache) restore(x *node, ids []int32, n int) {
	if c.disk == nil || x.parent != nil && !c.disk.has(x) {
		return
	}
	slot, m := c.disk.find(x, ids, n)
	if slot < 0 {
		return
	}
	if c.Free() == 0 {
		// Match holds the page that the new one stands on, so making room leaves it. Each
		// time costs a walk over the tree, hence some pages more than one.
		_ = c.Room(min(16, max(c.Evictable(), 1)))
	}
	page, err := c.Alloc()
	if err != nil {
		return
	}
	tokens, err := c.disk.get(slot, c.Bytes(page))
	if err == nil && common(tokens, ids) != m {
		err = fmt.Errorf("kv: %s: slot %d: %w: its tokens are not those of the index", c.disk.path, slot, ErrCorrupt)
	}
	if err != nil {
		c.Release(page)
		c.disk.drop(slot)
		c.stats.Refused++
		c.report(err)
		return
	}
	y := &node{parent: x, tokens: tokens, page: page, depth: x.depth + 1, slot: slot, serial: c.disk.slots[slot].serial, tenant: x.tenant, used: c.clock}
	c.attach(x, y)
	c.stats.Restored++
}

func (c *Cache) report(err error) {
	if c.Report != nil {
		c.Report(err)
	}
}
