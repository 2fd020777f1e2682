package objects

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

// Put writes an object in chunks of that many bytes. When it returns nil, the bucket's stream
// has acknowledged every one of them. An object of that name that holds something else is
// replaced.
func (s *Store) Put(ctx context.Context, name string, value []byte, chunk int) error {
	old, err := s.info(ctx, name, 0)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	info := jetstream.ObjectInfo{Bucket: s.name, NUID: nuid.Next(), Size: uint64(len(value)), Digest: digest(value),
		ObjectMeta: jetstream.ObjectMeta{Name: name, Opts: &jetstream.ObjectMetaOptions{ChunkSize: uint32(chunk)}}}
	if err == nil && old.Size == info.Size && old.Digest == info.Digest {
		if _, err := s.value(ctx, old); err == nil { // of a writer that did not hear that it is there
			return nil
		}
	}
	last := uint64(0) // sequence of the chunk before
	for ; len(value) > 0; info.Chunks++ {
		msg := nats.NewMsg(s.chunks(info.NUID))
		msg.Data = value[:min(chunk, len(value))]
		if last, err = s.write(ctx, msg, info.NUID+"."+strconv.Itoa(int(info.Chunks)), last); err != nil {
			return fmt.Errorf("chunk %d of %q: %w", info.Chunks+1, name, err)
		}
		value = value[len(msg.Data):]
	}
	msg := nats.NewMsg(s.description(name))
	msg.Header.Set(jetstream.MsgRollup, jetstream.MsgRollupSubject)
	if msg.Data, err = json.Marshal(info); err != nil {
		return err
	}
	err = s.step(ctx, s.unanswered, func(ctx context.Context) error {
		_, err := s.js.PublishMsg(ctx, msg)
		return err
	})
	if err != nil {
		return fmt.Errorf("the description of %q: %w", name, err)
	}
	if old != nil {
		_ = s.step(ctx, s.opt.Passing, func(ctx context.Context) error { // what is left costs room only
			return s.stream.Purge(ctx, jetstream.WithPurgeSubject(s.chunks(old.NUID)))
		})
	}
	return nil
}

// write adds a chunk behind the one before, once: a chunk whose acknowledgement was lost is
// known by its id, or by standing where it was to stand.
func (s *Store) write(ctx context.Context, msg *nats.Msg, id string, last uint64) (seq uint64, err error) {
	err = s.step(ctx, s.unanswered, func(ctx context.Context) error {
		ack, err := s.js.PublishMsg(ctx, msg, jetstream.WithMsgID(id), jetstream.WithExpectLastSequencePerSubject(last))
		if err == nil {
			seq = ack.Sequence
			return nil
		}
		if !wrongLast(err) {
			return err
		}
		there, getErr := s.stream.GetLastMsgForSubject(ctx, msg.Subject)
		switch {
		case getErr != nil:
			return getErr
		case there.Header.Get(jetstream.MsgIDHeader) != id: // a server that is behind answered
			return jetstream.ErrMsgNotFound
		}
		seq = there.Sequence
		return nil
	})
	return seq, err
}

// unanswered is Options.Passing of a publication: the same one may still be under way, or a
// server that is behind does not know of it yet.
func (s *Store) unanswered(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) && api.ErrorCode == duplicateUnderWay {
		return true
	}
	return s.opt.Passing(err) || errors.Is(err, jetstream.ErrMsgNotFound)
}

// duplicateUnderWay is the code of a message whose id is that of one that is being written.
const duplicateUnderWay jetstream.ErrorCode = 10158

func wrongLast(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}
