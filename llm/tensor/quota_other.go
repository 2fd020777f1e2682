//go:build !linux

package tensor

import "math"

// processQuota: other systems have no control groups.
func processQuota() float64 { return math.Inf(1) }

// MemoryLeft is how many bytes control groups still allow: other systems have none.
func MemoryLeft() int64 { return math.MaxInt64 }
