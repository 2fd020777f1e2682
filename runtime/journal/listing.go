package journal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// listing is what the directory of runs held when it was read last.
type listing struct {
	mu      sync.Mutex
	changed time.Time // of the directory
	runs    []string
}

// settledAfter is how long a directory has to have been left alone before what is read of
// it is kept: what is added within the grain of its clock does not change its time again.
const settledAfter = 3 * time.Second

// Runs implements [Journal]. A directory that did not change since is not read again.
func (d *Dir) Runs(context.Context) ([]string, error) {
	clock, dated := d.fs.(interface {
		ChangedAt(path string) (time.Time, error)
	})
	var changed time.Time
	if dated {
		var err error
		if changed, err = clock.ChangedAt(d.path); err != nil {
			return nil, fmt.Errorf("journal: %w", err)
		}
		d.listing.mu.Lock()
		runs := d.listing.runs
		same := runs != nil && changed.Equal(d.listing.changed)
		d.listing.mu.Unlock()
		if same {
			return slices.Clone(runs), nil
		}
	}
	began := time.Now()
	names, err := d.fs.List(d.path)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	runs := make([]string, 0, len(names)/2)
	for _, name := range names {
		if name, ok := strings.CutSuffix(name, suffix); ok && CheckRun(name) == nil {
			runs = append(runs, name)
		}
	}
	slices.SortFunc(runs, CompareRuns)
	if dated && began.Sub(changed) > settledAfter {
		d.listing.mu.Lock()
		d.listing.changed, d.listing.runs = changed, slices.Clone(runs)
		d.listing.mu.Unlock()
	}
	return runs, nil
}
