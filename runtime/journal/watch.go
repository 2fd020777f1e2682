package journal

import (
	"sync"
	"time"
)

// Watcher is a [Journal] that tells when a run may have got records, in whatever process,
// at the latest a few minutes after it has got them and can be asked. Whoever waits looks
// once after it began to watch.
type Watcher interface {
	// Watch returns a channel that has something in it after a run was appended to, and
	// how to end that.
	Watch(run string) (changed <-chan struct{}, stop func())
}

// watches are the channels of those who wait, by run.
type watches struct {
	mu   sync.Mutex
	runs map[string]map[chan struct{}]bool
}

// add returns a channel, and how to remove it; first reports that there was none before.
func (w *watches) add(run string) (changed chan struct{}, stop func(), first bool) {
	changed = make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	first = len(w.runs) == 0
	if w.runs == nil {
		w.runs = map[string]map[chan struct{}]bool{}
	}
	if w.runs[run] == nil {
		w.runs[run] = map[chan struct{}]bool{}
	}
	w.runs[run][changed] = true
	return changed, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if delete(w.runs[run], changed); len(w.runs[run]) == 0 {
			delete(w.runs, run)
		}
	}, first
}

func (w *watches) tell(run string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.runs[run] {
		select {
		case c <- struct{}{}:
		default: // it has been told
		}
	}
}

func (w *watches) none() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.runs) == 0
}

// names are the runs that somebody waits for.
func (w *watches) names() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]string, 0, len(w.runs))
	for run := range w.runs {
		all = append(all, run)
	}
	return all
}

// scanEvery is how often the files of awaited runs are looked at.
const scanEvery = time.Second

// Watch implements [Watcher]. One goroutine asks for the size of each awaited file once a
// second, as long as there are any.
func (d *Dir) Watch(run string) (<-chan struct{}, func()) {
	changed, stop, first := d.watched.add(run)
	if first {
		go d.scan()
	}
	return changed, stop
}

func (d *Dir) scan() {
	before := map[string]int64{}
	for {
		time.Sleep(scanEvery)
		runs := d.watched.names()
		if len(runs) == 0 {
			// Whoever comes now starts another; should both go on, each file is asked for twice.
			return
		}
		now := make(map[string]int64, len(runs))
		for _, run := range runs {
			size, err := d.fs.Size(d.file(run))
			if err != nil {
				size = -1
			}
			// At first sight it may have grown since whoever waits looked.
			if was, known := before[run]; !known || size != was || err != nil {
				d.watched.tell(run)
			}
			now[run] = size
		}
		before = now
	}
}
