package objects

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Errors of objects. Others are those of the connection and of JetStream.
var (
	ErrNotFound = jetstream.ErrObjectNotFound
	ErrDamaged  = jetstream.ErrDigestMismatch
	ErrTooLarge = errors.New("the object is too large")
)

// Options say how long a store is waited for.
type Options struct {
	// Patience is how long one step may go without an answer: the description of an object,
	// or a chunk of it. 0 is 30 s.
	Patience time.Duration
	// Behind is how long a server of the bucket, any of which may answer, can lack what the
	// others have. 0 is 3 s.
	Behind time.Duration
	// Passing says which errors a second try may help.
	Passing func(error) bool
}

// Store is an object store.
type Store struct {
	js     jetstream.JetStream
	bucket jetstream.ObjectStore
	stream jetstream.Stream
	name   string
	opt    Options
}

// Open returns the object store of that name, which it makes if need be.
func Open(ctx context.Context, js jetstream.JetStream, config jetstream.ObjectStoreConfig, opt Options) (*Store, error) {
	if opt.Patience <= 0 {
		opt.Patience = 30 * time.Second
	}
	if opt.Behind <= 0 {
		opt.Behind = 3 * time.Second
	}
	s := &Store{js: js, name: config.Bucket, opt: opt}
	passing := func(err error) bool { return s.opt.Passing(err) || errors.Is(err, ErrBehind) }
	err := s.step(ctx, passing, func(ctx context.Context) (err error) {
		s.bucket, err = Made(
			func() (jetstream.ObjectStore, error) { return js.ObjectStore(ctx, config.Bucket) },
			func() (jetstream.ObjectStore, error) { return js.CreateObjectStore(ctx, config) })
		if err == nil {
			s.stream, err = js.Stream(ctx, "OBJ_"+config.Bucket)
			err = Behind(err)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("object store %s: %w", config.Bucket, err)
	}
	return s, nil
}

// Delete removes an object.
func (s *Store) Delete(ctx context.Context, name string) error {
	return s.step(ctx, s.opt.Passing, func(ctx context.Context) error { return s.bucket.Delete(ctx, name) })
}

// The first try of a request may take firstTry, each further one twice as long: an answer that
// was lost with its server is soon asked for again, and a busy server is not asked for more
// than it can do.
const (
	firstTry   = 2 * time.Second
	firstPause = 20 * time.Millisecond
	lastPause  = time.Second
	againPause = 100 * time.Millisecond // before a whole object is read again
)

// step makes one request until its answer is no passing fault, at most Options.Patience.
func (s *Store) step(ctx context.Context, passing func(error) bool, ask func(context.Context) error) error {
	began := time.Now()
	for limit, pause := firstTry, firstPause; ; limit, pause = 2*limit, min(2*pause, lastPause) {
		left := s.opt.Patience - time.Since(began)
		try, cancel := context.WithTimeout(ctx, min(limit, left))
		err := ask(try)
		cancel()
		if err == nil || !passing(err) || ctx.Err() != nil || left <= pause {
			return err
		}
		if !sleep(ctx, pause) {
			return err
		}
	}
}

// sleep waits; false if the context ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Store) chunks(nuid string) string { return "$O." + s.name + ".C." + nuid }

func (s *Store) description(name string) string {
	return "$O." + s.name + ".M." + base64.URLEncoding.EncodeToString([]byte(name))
}

func digest(value []byte) string {
	sum := sha256.Sum256(value)
	return "SHA-256=" + base64.URLEncoding.EncodeToString(sum[:])
}
