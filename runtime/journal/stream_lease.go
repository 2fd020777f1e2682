package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/chaski-dev/chaski/runtime/objects"
)

// openLeases makes the bucket of leases if it is not there. It is in memory: leases
// that a restart of the server forgets may leave two owners, whom epochs part.
func (s *Stream) openLeases(ctx context.Context) error {
	kv, err := objects.Made(
		func() (jetstream.KeyValue, error) { return s.js.KeyValue(ctx, s.name+"_LEASES") },
		func() (jetstream.KeyValue, error) {
			return s.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: s.name + "_LEASES", Description: "Chaski: who drives a run",
				TTL: s.opt.LeaseTTL, Storage: jetstream.MemoryStorage, Replicas: s.opt.Replicas})
		})
	if err != nil {
		return fmt.Errorf("journal: leases of %s: %w", s.name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leases = kv
	return nil
}

func (s *Stream) bucket() jetstream.KeyValue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leases
}

// claim makes the key of a lease. Its value tells whose it is where an answer was lost.
func (s *Stream) claim(ctx context.Context, run string) (revision uint64, err error) {
	mine := []byte(nuid.Next())
	err = s.ride(ctx, func(ctx context.Context) (err error) {
		if revision, err = s.bucket().Create(ctx, run, mine); errors.Is(err, jetstream.ErrKeyExists) {
			if held, getErr := s.bucket().Get(ctx, run); getErr == nil && bytes.Equal(held.Value(), mine) {
				revision, err = held.Revision(), nil
			}
		}
		return err
	})
	return revision, err
}

// Lease implements [Journal] by a key that its holder keeps alive: that of a process
// that died is free after StreamOptions.LeaseTTL. A holder that cannot reach the
// server loses it without a word; the epochs in the records part the two.
func (s *Stream) Lease(ctx context.Context, run string) (func(), error) {
	if err := CheckRun(run); err != nil {
		return nil, err
	}
	revision, err := s.claim(ctx, run)
	if err != nil && !errors.Is(err, jetstream.ErrKeyExists) { // a server that restarted has forgotten the bucket
		if err = s.ride(ctx, s.openLeases); err == nil {
			revision, err = s.claim(ctx, run)
		}
	}
	if errors.Is(err, jetstream.ErrKeyExists) {
		return nil, fmt.Errorf("%w: %s", ErrOwned, run)
	}
	if err != nil {
		return nil, fmt.Errorf("journal: lease of run %s: %w", run, err)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(s.opt.LeaseTTL / 3)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			beat, cancel := context.WithTimeout(context.Background(), s.opt.LeaseTTL/3)
			next, err := s.bucket().Update(beat, run, nil, revision)
			if err != nil { // it ran out while the server was away; if somebody else has it, the next append will say so
				next, err = s.bucket().Create(beat, run, nil)
			}
			cancel()
			if err == nil {
				revision = next
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(stop)
		<-stopped
		ctx, cancel := context.WithTimeout(context.Background(), s.opt.LeaseTTL)
		defer cancel()
		_ = s.bucket().Delete(ctx, run, jetstream.LastRevision(revision)) // it runs out by itself
	}), nil
}
