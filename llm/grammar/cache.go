package grammar

import (
	"container/list"
	"crypto/sha256"
	"fmt"
	"sync"
)

// Cache keeps the grammars of the schemas used last. Its zero value keeps 64.
type Cache struct {
	Size int

	mu    sync.Mutex
	items map[[32]byte]*list.Element
	order list.List
}

type cached struct {
	key [32]byte
	g   *Grammar
}

// Compile is [CompileSchema], remembered by the schema's hash.
func (c *Cache) Compile(schema []byte, o Options) (*Grammar, error) {
	key := sha256.Sum256(fmt.Appendf(nil, "%v\x00%s", o, schema))
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.items[key]; ok {
		c.order.MoveToFront(e)
		return e.Value.(cached).g, nil
	}
	g, err := CompileSchema(schema, o)
	if err != nil {
		return nil, err
	}
	if c.items == nil {
		c.items = map[[32]byte]*list.Element{}
	}
	c.items[key] = c.order.PushFront(cached{key, g})
	size := c.Size
	if size <= 0 {
		size = 64
	}
	for c.order.Len() > size {
		last := c.order.Back()
		delete(c.items, last.Value.(cached).key)
		c.order.Remove(last)
	}
	return g, nil
}
