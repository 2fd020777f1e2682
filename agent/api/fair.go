package api

import (
	"context"
	"slices"
	"sync"
)

// fair lets a number of runs work at once. Those that wait come by turns between tenants, so
// that one with a hundred runs does not keep another's first waiting.
type fair struct {
	mu      sync.Mutex
	free    int
	turn    []string // tenants with runs that wait, the next one first
	waiting map[string][]chan struct{}
}

func newFair(n int) *fair { return &fair{free: n, waiting: map[string][]chan struct{}{}} }

// take waits for a place; give gives it back.
func (f *fair) take(ctx context.Context, tenant string) error {
	f.mu.Lock()
	if f.free > 0 {
		f.free--
		f.mu.Unlock()
		return nil
	}
	mine := make(chan struct{})
	if len(f.waiting[tenant]) == 0 {
		f.turn = append(f.turn, tenant)
	}
	f.waiting[tenant] = append(f.waiting[tenant], mine)
	f.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	at := slices.Index(f.waiting[tenant], mine)
	if at < 0 { // the place came at the same moment
		f.pass()
		return ctx.Err()
	}
	f.waiting[tenant] = slices.Delete(f.waiting[tenant], at, at+1)
	if len(f.waiting[tenant]) == 0 {
		delete(f.waiting, tenant)
		f.turn = slices.DeleteFunc(f.turn, func(t string) bool { return t == tenant })
	}
	return ctx.Err()
}

func (f *fair) give() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pass()
}

// pass hands a place to the next, or keeps it.
func (f *fair) pass() {
	if len(f.turn) == 0 {
		f.free++
		return
	}
	tenant := f.turn[0]
	f.turn = f.turn[1:]
	next := f.waiting[tenant][0]
	if f.waiting[tenant] = f.waiting[tenant][1:]; len(f.waiting[tenant]) > 0 {
		f.turn = append(f.turn, tenant)
	} else {
		delete(f.waiting, tenant)
	}
	close(next)
}

// queued returns how many wait.
func (f *fair) queued() (waiting int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.waiting {
		waiting += len(w)
	}
	return waiting
}
