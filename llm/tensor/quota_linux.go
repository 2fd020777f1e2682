package tensor

import (
	"os"
	"sync"
)

// processQuota is the quota of this process, read once.
var processQuota = sync.OnceValue(func() float64 { return cpuQuota(os.DirFS("/")) })
