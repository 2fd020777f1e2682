package sim

import (
	"math/rand/v2"
	"sync"
)

// lockedSource is a source of randomness that the loop and a call in flight share.
type lockedSource struct {
	mu  sync.Mutex
	src rand.Source
}

// Uint64 implements [rand.Source].
func (l *lockedSource) Uint64() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.src.Uint64()
}
