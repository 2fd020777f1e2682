package journal

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Memory is a [Journal] that lasts as long as the process. The zero value is ready.
type Memory struct {
	mu   sync.Mutex
	runs map[string][]Record
	held map[string]bool
}

// Append implements [Journal].
func (m *Memory) Append(ctx context.Context, run string, r Record) error {
	if err := errorsFirst(ctx.Err(), CheckRun(run)); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var last Record
	if rs := m.runs[run]; len(rs) > 0 {
		last = rs[len(rs)-1]
	}
	if err := r.admit(run, last); err != nil {
		return err
	}
	if m.runs == nil {
		m.runs = map[string][]Record{}
	}
	m.runs[run] = append(m.runs[run], r)
	return nil
}

// Read implements [Journal].
func (m *Memory) Read(_ context.Context, run string, after Record) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rs := m.runs[run]
	tail, err := since(run, rs, after)
	return slices.Clone(tail), err
}

// Runs implements [Journal].
func (m *Memory) Runs(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.SortedFunc(maps.Keys(m.runs), CompareRuns), nil
}

// Lease implements [Journal].
func (m *Memory) Lease(_ context.Context, run string) (func(), error) {
	if err := CheckRun(run); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held[run] {
		return nil, fmt.Errorf("%w: %s", ErrOwned, run)
	}
	if m.held == nil {
		m.held = map[string]bool{}
	}
	m.held[run] = true
	return sync.OnceFunc(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.held, run)
	}), nil
}

func errorsFirst(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
