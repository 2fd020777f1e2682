//go:build !unix

package documents

import "time"

// cpuTime is not known here.
func cpuTime() time.Duration { return 0 }
