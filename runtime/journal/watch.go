package journal

import (
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Watcher is a [Journal] that tells when a run may have got records, in whatever process.
// It may miss some: whoever waits looks by itself now and then.
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

// Watch implements [Watcher] by listening to the subjects of all runs, as long as somebody
// waits for one. What is heard may not be in the stream yet; what was said while the
// connection was away is not heard, so all are told when it is back.
func (s *Stream) Watch(run string) (<-chan struct{}, func()) {
	changed, stop, _ := s.watched.add(run)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.heard == nil || !s.heard.IsValid() {
		s.heard, _ = s.js.Conn().Subscribe(subjectPrefix+"*", func(m *nats.Msg) { // who may not listen looks
			s.watched.tell(strings.TrimPrefix(m.Subject, subjectPrefix))
		})
	}
	if s.back == nil {
		s.back = s.js.Conn().StatusChanged(nats.CONNECTED)
		go s.tellAll(s.back)
	}
	return changed, func() {
		stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.watched.none() {
			return
		}
		if s.heard != nil {
			_ = s.heard.Unsubscribe()
			s.heard = nil
		}
		if s.back != nil {
			s.js.Conn().RemoveStatusListener(s.back)
			s.back = nil
		}
	}
}

// tellAll tells those who wait that they may have missed something, a thousand a second.
func (s *Stream) tellAll(back <-chan nats.Status) {
	for range back {
		for _, run := range s.watched.names() {
			s.watched.tell(run)
			time.Sleep(time.Millisecond)
		}
	}
}
