package api

import "sync/atomic"

// gate counts what is in use, and lets no more in than there is room for.
type gate struct {
	most int64
	used atomic.Int64
}

// take takes n if there is room for them.
func (g *gate) take(n int64) bool {
	if g.used.Add(n) > g.most {
		g.used.Add(-n)
		return false
	}
	return true
}

func (g *gate) give(n int64) { g.used.Add(-n) }
