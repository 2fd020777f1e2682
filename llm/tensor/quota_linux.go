package tensor

import (
	"os"
	"sync"
)

// processQuota is the quota of this process, read once.
var processQuota = sync.OnceValue(func() float64 { return cpuQuota(os.DirFS("/")) })

// MemoryLeft returns how many bytes the control groups of this process still allow it, such as
// a container's; MaxInt64 where there is no limit.
func MemoryLeft() int64 { return memoryLeft(os.DirFS("/")) }
