//go:build !linux

package grammar

import "time"

var began = time.Now()

// threadTime is wall time where a thread's own can't be had.
func threadTime() time.Duration { return time.Since(began) }
