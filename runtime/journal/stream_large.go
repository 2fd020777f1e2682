package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// encode makes a record fit a message.
func (s *Stream) encode(ctx context.Context, run string, r Record) ([]byte, error) {
	room := s.js.Conn().MaxPayload() - 1024 // for headers
	body, err := encode(kept{Record: r})
	if err == nil && int64(len(body)) > room {
		meta := jetstream.ObjectMeta{Name: r.Hash, Opts: &jetstream.ObjectMetaOptions{ChunkSize: uint32(min(room, 128<<10))}}
		err = s.move(ctx, func(ctx context.Context) error {
			_, err := s.large.Put(ctx, meta, bytes.NewReader(r.Event))
			if err == nil {
				err = s.stored(ctx, r)
			}
			return err
		})
		if err == nil {
			k := kept{Record: r, Object: r.Hash}
			k.Event = nil
			body, err = encode(k)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("journal: record %d of run %s was not written: %w", r.Seq, run, err)
	}
	return body, nil
}

// stored reads an event that was put into the object store. The client fills one buffer with
// chunk after chunk, and sends what is in it once more where a stream has no leader: only
// what can be read is there.
func (s *Stream) stored(ctx context.Context, r Record) error {
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		_, err := s.large.GetBytes(ctx, r.Hash)
		if !errors.Is(err, jetstream.ErrObjectNotFound) || ctx.Err() != nil || time.Since(began) > behind {
			return err
		}
	}
}

// behind is how long a replica of the object store, any of which may be asked, can lack what
// the others have.
const behind = 3 * time.Second

// move puts a large event into the object store or gets it. The client waits for each chunk
// as long as it may, so a try is bounded, and the next has twice the time.
func (s *Stream) move(ctx context.Context, do func(context.Context) error) error {
	for began, limit := time.Now(), s.opt.Wait/3; ; limit = min(limit*2, s.opt.Wait) {
		try, cancel := context.WithTimeout(ctx, limit)
		err := do(try)
		cancel()
		took := time.Since(began)
		again := passing(err) && took < s.opt.Wait
		if errors.Is(err, jetstream.ErrDigestMismatch) || errors.Is(err, jetstream.ErrObjectNotFound) {
			again = took < min(behind, s.opt.Wait)
		}
		if err == nil || !again || ctx.Err() != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *Stream) decode(ctx context.Context, run string, seq int, body []byte) (Record, error) {
	if r, ok := split(body); ok {
		return r, nil
	}
	var k kept
	if err := json.Unmarshal(body, &k); err != nil {
		return k.Record, &CorruptError{Run: run, Seq: seq, Reason: "not a record: " + err.Error()}
	}
	if k.Object != "" {
		err := s.move(ctx, func(ctx context.Context) (err error) {
			k.Event, err = s.large.GetBytes(ctx, k.Object)
			return err
		})
		if errors.Is(err, jetstream.ErrObjectNotFound) {
			return k.Record, &CorruptError{Run: run, Seq: seq, Reason: "its event is not in the object store"}
		}
		if errors.Is(err, jetstream.ErrDigestMismatch) {
			return k.Record, &CorruptError{Run: run, Seq: seq, Reason: "its event in the object store is damaged"}
		}
		if err != nil {
			return k.Record, fmt.Errorf("journal: record %d of run %s: %w", seq, run, err)
		}
	}
	return k.Record, nil
}
