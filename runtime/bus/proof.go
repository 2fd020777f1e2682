package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// standing is what the result store is at some moment. An entry that is absent proves
// that its call did not start only if the store is still the one that it would be in.
type standing struct {
	Created time.Time `json:"created"` // when the store was made
	Last    uint64    `json:"last"`    // sequence of its last entry
	At      time.Time `json:"at"`      // by the server's clock
}

// canary is the key of an entry that is always there: it tells a store that was emptied.
const canary = "chaski"

// sings is what that entry holds.
var sings = []byte(`{"state":"canary"}`)

// sung is the canary as a client last saw it.
type sung struct {
	store    time.Time // when the store was made
	revision uint64
	at       time.Time
}

// in says that it is there still, and will be for long: one that has left the store by itself
// has left it with all that is older.
func (c sung) in(i *streamInfo) bool {
	return c.revision > 0 && c.store.Equal(i.Created) && c.revision >= i.State.FirstSeq && c.revision <= i.State.LastSeq && !i.fades(c.at)
}

// fades says of an entry of that time that half of what it may last is over.
func (i *streamInfo) fades(at time.Time) bool {
	return i.Config.MaxAge > 0 && i.TimeStamp.Sub(at) > i.Config.MaxAge/2
}

// Witness returns what the result store is now, as text for tools.Call.Store: whoever
// means to Reconcile a once call keeps it before the call is first sent. It is one request,
// but for the first time and now and then. Workers make the store: where it is missing, none
// is ready.
func (c *Client) Witness(ctx context.Context) (string, error) {
	info, err := c.store.info(ctx, nil)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	known := c.canary
	c.mu.Unlock()
	if !known.in(info) {
		if info, err = c.sing(ctx, info); err != nil {
			return "", fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
		}
	}
	text, err := json.Marshal(standing{info.Created, info.State.LastSeq, info.TimeStamp})
	return string(text), err
}

// sing makes sure of the canary, and returns what the store is with it.
func (c *Client) sing(ctx context.Context, info *streamInfo) (*streamInfo, error) {
	var kv jetstream.KeyValue
	var item jetstream.KeyValueEntry
	err := c.conn.ride(ctx, func(ctx context.Context) (err error) {
		if kv == nil {
			kv, err = c.conn.js.KeyValue(ctx, resultBucket)
		}
		if err == nil {
			item, err = kv.Get(ctx, canary)
		}
		return err
	})
	put := func(ctx context.Context) error { _, err := kv.Create(ctx, canary, sings); return err }
	if err == nil {
		last := item.Revision()
		put = func(ctx context.Context) error { _, err := kv.Update(ctx, canary, sings, last); return err }
	}
	if errors.Is(err, jetstream.ErrKeyNotFound) || err == nil && info.fades(item.Created()) {
		// One of those who find none makes it: another in its place would look like a loss to
		// whoever noted the store in between.
		item = nil
		if err = c.conn.ride(ctx, put); errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			err = nil
		}
	}
	if err == nil && (item == nil || item.Revision() > info.State.LastSeq) { // it came after that was asked
		info, err = c.store.info(ctx, nil)
	}
	if err == nil && item != nil {
		c.mu.Lock()
		c.canary = sung{info.Created, item.Revision(), item.Created()}
		c.mu.Unlock()
	}
	return info, err
}

// streamInfo is what a server says of the stream below a bucket. Lost tells of damage
// that it found in its files.
type streamInfo struct {
	Config struct {
		MaxAge time.Duration `json:"max_age"`
	} `json:"config"`
	Created   time.Time `json:"created"`
	TimeStamp time.Time `json:"ts"`
	State     struct {
		FirstSeq uint64          `json:"first_seq"`
		LastSeq  uint64          `json:"last_seq"`
		Lost     json.RawMessage `json:"lost"`
	} `json:"state"`
	Error *jetstream.APIError `json:"error"`
}

// info asks for the standing of the result store; the client's own type lacks Lost.
func (s *store) info(ctx context.Context, request []byte) (*streamInfo, error) {
	var info *streamInfo
	err := s.conn.ride(ctx, func(ctx context.Context) error {
		msg, err := s.conn.nc.RequestWithContext(ctx, jetstream.DefaultAPIPrefix+"STREAM.INFO."+resultStream, request)
		if errors.Is(err, nats.ErrNoResponders) {
			return jetstream.ErrJetStreamNotEnabled
		}
		if err != nil {
			return err
		}
		info = &streamInfo{}
		if err := json.Unmarshal(msg.Data, info); err != nil {
			return err
		}
		if info.Error != nil {
			return info.Error
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
	}
	return info, nil
}

// resultStream is the stream below the bucket of results.
const resultStream = "KV_" + resultBucket

// younger says that a store is not the one of that standing, or has become shorter since.
func (i *streamInfo) younger(was standing) bool {
	return !i.Created.Equal(was.Created) || i.State.LastSeq < was.Last || i.State.FirstSeq > was.Last
}

// younger says whether the store is another than that of a standing that a caller noted: a claim
// that can be had in it proves nothing then.
func (s *store) younger(ctx context.Context, kept string) (bool, error) {
	var was standing
	if json.Unmarshal([]byte(kept), &was) != nil {
		return true, nil
	}
	info, err := s.info(ctx, nil)
	return err == nil && info.younger(was), err
}

// vouches reports whether an absent entry proves that its call did not start: the store
// is the one of that standing, nothing that it held since was lost, emptied, deleted or
// has expired. A caller that kept no standing trusts the store.
func (s *store) vouches(ctx context.Context, id, kept string) (bool, error) {
	if kept == "" {
		return true, nil
	}
	var was standing
	if json.Unmarshal([]byte(kept), &was) != nil {
		return false, nil
	}
	info, err := s.info(ctx, []byte(`{"deleted_details":true}`)) // with it comes what was lost
	if err != nil {
		return false, err
	}
	switch {
	case info.younger(was), len(info.State.Lost) > 0:
		return false, nil
	case info.Config.MaxAge > 0 && info.TimeStamp.Sub(was.At) >= info.Config.MaxAge:
		return false, nil
	}
	entered, err := s.entered(ctx, id) // one that somebody deleted left its marker, or one has come
	return err == nil && !entered, err
}

// entered says whether the store has an entry of a call. It makes no store where there is none.
func (s *store) entered(ctx context.Context, id string) (bool, error) {
	err := s.conn.ride(ctx, func(ctx context.Context) error {
		stream, err := s.conn.js.Stream(ctx, resultStream)
		if err == nil {
			_, err = stream.GetLastMsgForSubject(ctx, "$KV."+resultBucket+"."+id)
		}
		return err
	})
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return false, nil
	}
	return err == nil, err
}
