package objects

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Get reads an object of at most most bytes. ErrNotFound says that there is none, and
// ErrDamaged that what is there is not what was written.
func (s *Store) Get(ctx context.Context, name string, most int) ([]byte, error) {
	for began := time.Now(); ; {
		value, err := s.get(ctx, name, most)
		// Written anew while it was read: the description tells where it is now.
		if !errors.Is(err, ErrDamaged) || time.Since(began) > s.opt.Behind || !sleep(ctx, againPause) {
			return value, err
		}
	}
}

func (s *Store) get(ctx context.Context, name string, most int) ([]byte, error) {
	info, err := s.info(ctx, name, s.opt.Behind)
	if err != nil {
		return nil, err
	}
	if info.Size > uint64(most) {
		return nil, fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, info.Size, most)
	}
	return s.value(ctx, info)
}

// info reads the description of an object. One that is not there is looked for again for a
// time.
func (s *Store) info(ctx context.Context, name string, behind time.Duration) (info *jetstream.ObjectInfo, err error) {
	err = s.step(ctx, s.missing(ErrNotFound, behind), func(ctx context.Context) (err error) {
		info, err = s.bucket.GetInfo(ctx, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%q: %w", name, err)
	}
	return info, nil
}

// missing is Options.Passing for something that a server which is behind may lack.
func (s *Store) missing(what error, behind time.Duration) func(error) bool {
	began := time.Now()
	return func(err error) bool {
		return s.opt.Passing(err) || errors.Is(err, what) && time.Since(began) < behind
	}
}

// value reads the chunks of an object, each from any server of the bucket.
func (s *Store) value(ctx context.Context, info *jetstream.ObjectInfo) ([]byte, error) {
	value := make([]byte, 0, min(info.Size, 16<<20)) // what it says of its size may be wrong
	subject := jetstream.WithGetMsgSubject(s.chunks(info.NUID))
	for n, next := 1, uint64(1); uint64(len(value)) < info.Size; n++ {
		var msg *jetstream.RawStreamMsg
		err := s.step(ctx, s.missing(jetstream.ErrMsgNotFound, s.opt.Behind), func(ctx context.Context) (err error) {
			msg, err = s.stream.GetMsg(ctx, next, subject)
			return err
		})
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil, fmt.Errorf("%q: chunk %d is not there: %w", info.Name, n, ErrDamaged)
		}
		if err != nil {
			return nil, fmt.Errorf("%q: chunk %d: %w", info.Name, n, err)
		}
		value, next = append(value, msg.Data...), msg.Sequence+1
	}
	if digest(value) != info.Digest {
		return nil, fmt.Errorf("%q: %w", info.Name, ErrDamaged)
	}
	return value, nil
}
