package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/chaski-dev/chaski/runtime/objects"
)

// encode makes a record fit a message.
func (s *Stream) encode(ctx context.Context, run string, r Record) ([]byte, error) {
	room := s.js.Conn().MaxPayload() - 1024 // for headers
	body, err := encode(kept{Record: r})
	if err == nil && int64(len(body)) > room {
		err = s.large.Put(ctx, r.Hash, r.Event, int(min(room, 512<<10)))
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

func (s *Stream) decode(ctx context.Context, run string, seq int, body []byte) (Record, error) {
	if r, ok := split(body); ok {
		return r, nil
	}
	var k kept
	if err := json.Unmarshal(body, &k); err != nil {
		return k.Record, &CorruptError{Run: run, Seq: seq, Reason: "not a record: " + err.Error()}
	}
	if k.Object != "" {
		var err error
		k.Event, err = s.large.Get(ctx, k.Object, math.MaxInt)
		if errors.Is(err, objects.ErrNotFound) {
			return k.Record, &CorruptError{Run: run, Seq: seq, Reason: "its event is not in the object store"}
		}
		if errors.Is(err, objects.ErrDamaged) {
			return k.Record, &CorruptError{Run: run, Seq: seq, Reason: "its event in the object store is damaged"}
		}
		if err != nil {
			return k.Record, fmt.Errorf("journal: record %d of run %s: %w", seq, run, err)
		}
	}
	return k.Record, nil
}
