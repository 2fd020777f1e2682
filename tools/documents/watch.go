package documents

import (
	"context"
	"maps"
	"time"

	"github.com/fsnotify/fsnotify"
)

// How changes are followed: by events, gathered for a moment, and by a scan now and then,
// since events get lost and not every file system sends them.
const (
	gather   = 100 * time.Millisecond
	every    = 30 * time.Second
	unheard  = time.Second // between scans where no events can be had
	overhead = 10          // a scan takes at most one part in so many of the time
)

// follow keeps the index up to date until ctx is done.
func (l *Library) follow(ctx context.Context) {
	defer close(l.done)
	if !l.opt.Watch || !l.onDisk() {
		return
	}
	w := l.watcher()
	var events chan fsnotify.Event
	var failures chan error
	pause := unheard
	if w != nil {
		defer w.Close()
		events, failures, pause = w.Events, w.Errors, every
	}
	watched := map[string]bool{}
	first := pause
	if !l.round(ctx, w, watched) { // what changed since Open
		first = unheard
	}
	timer := time.NewTimer(first)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case ev := <-events:
			if ev.Op == fsnotify.Chmod {
				continue
			}
			drain(ctx, events)
		case <-failures: // events were lost: look
		case <-timer.C:
		}
		if ctx.Err() != nil {
			return
		}
		began := time.Now()
		wait := pause
		if !l.round(ctx, w, watched) {
			wait = unheard
		}
		took := time.Since(began)
		timer.Reset(max(wait, overhead*took))
		select { // a folder that changes all the time takes half of a processor at most
		case <-ctx.Done():
		case <-time.After(min(took, every)):
		}
	}
}

// drain takes events until none comes for a moment, or for three.
func drain(ctx context.Context, events chan fsnotify.Event) {
	end := time.After(3 * gather)
	for {
		select {
		case <-ctx.Done():
			return
		case <-events:
		case <-time.After(gather):
			return
		case <-end:
			return
		}
	}
}

// onDisk reports whether any folder can change.
func (l *Library) onDisk() bool {
	for _, r := range l.roots {
		if r.FS == nil {
			return true
		}
	}
	return false
}

func (l *Library) watcher() *fsnotify.Watcher {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		l.opt.Log.Warn().Err(err).Msg("documents: changes cannot be watched; the folders are scanned instead")
		return nil
	}
	return w
}

// round brings the index up to date and watches the folders that are there now. It
// reports whether all of them are.
func (l *Library) round(ctx context.Context, w *fsnotify.Watcher, watched map[string]bool) (ok bool) {
	if !l.index.Writable() {
		if got, err := l.index.Acquire(); err != nil || !got {
			return true // the writer looks
		}
	}
	l.syncing.Lock()
	defer l.syncing.Unlock()
	for {
		dirs, err := l.sync(ctx)
		if err != nil {
			if ctx.Err() == nil {
				l.opt.Log.Error().Err(err).Msg("documents: the index could not be brought up to date")
			}
			return false // it is tried again soon
		}
		if w == nil {
			return true
		}
		ok, added := watch(w, watched, dirs)
		if !ok {
			l.unwatched.Do(func() {
				l.opt.Log.Warn().Msg("documents: not every folder can be watched; they are scanned as well")
			})
			return false
		}
		if !added {
			return true
		}
		// What came into a folder, or which folders did, before it was watched: look again.
	}
}

// watch watches these folders. It reports whether all are, and whether one is new.
func watch(w *fsnotify.Watcher, watched map[string]bool, dirs []string) (ok, added bool) {
	ok = true
	now := map[string]bool{}
	for _, d := range dirs {
		now[d] = true
		added = added || !watched[d]
		ok = w.Add(d) == nil && ok // again too: it may be another folder of that name
	}
	clear(watched)
	maps.Copy(watched, now)
	return ok, added
}
