package policies

import (
	"sync"
	"sync/atomic"

	"github.com/chaski-dev/chaski/tools"
)

// Reloader holds the bundle that new runs begin with. A running Run keeps the
// bundle that it was started with. It is safe for concurrent use.
type Reloader struct {
	name    string
	specs   []tools.Spec
	current atomic.Pointer[Bundle]

	mu      sync.Mutex // of a reload
	sources []*Source
}

// NewReloader loads a bundle for the first time.
func NewReloader(name string, specs []tools.Spec) (*Reloader, error) {
	r := &Reloader{name: name, specs: specs}
	return r, r.Reload()
}

// Bundle returns the current bundle.
func (r *Reloader) Bundle() *Bundle { return r.current.Load() }

// Reload reads the bundle again. If it is missing, half-written or wrong, the error
// says so and the bundle that was loaded before stays.
func (r *Reloader) Reload() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	sources, err := Reload(r.name, r.sources)
	if err != nil {
		return err
	}
	b, err := Compile(sources, r.specs)
	if err != nil {
		return err
	}
	r.sources = sources
	r.current.Store(b)
	return nil
}
