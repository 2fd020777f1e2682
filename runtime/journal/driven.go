package journal

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/nats-io/nats.go/jetstream"
)

// Driver is a [Journal] that knows whether somebody has a run's lease. One that is running
// and has no driver was left: its process died, or was told to stop.
type Driver interface {
	Driven(ctx context.Context, run string) (bool, error)
}

// Driven implements [Driver]. Any number may look at once, and nobody who looks keeps a
// driver out: see [Dir.Lease].
func (d *Dir) Driven(_ context.Context, run string) (bool, error) {
	f, err := d.fs.Open(d.markFile(run), false)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	err = f.Lock(Look)
	if errors.Is(err, ErrLocked) {
		return true, nil
	}
	return false, err
}

// Driven implements [Driver].
func (m *Memory) Driven(_ context.Context, run string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held[run], nil
}

// Driven implements [Driver]. A process that died is its driver until the lease runs out.
func (s *Stream) Driven(ctx context.Context, run string) (bool, error) {
	_, err := s.bucket().Get(ctx, run)
	if errors.Is(err, jetstream.ErrKeyNotFound) || errors.Is(err, jetstream.ErrKeyDeleted) {
		return false, nil
	}
	return err == nil, err
}
