package bus

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/chaski-dev/chaski/tools"
)

// States of an entry in the result store. An absent entry: the call has not started.
const (
	stateClaimed = "claimed" // a worker may be running it, or have died
	stateDone    = "done"    // the result is known and final
	stateVoid    = "void"    // the caller closed the id: it never ran and never will
)

// entry is what is kept under a call's id.
type entry struct {
	State     string            `json:"state"`
	Attempt   int               `json:"attempt"`
	Tool      string            `json:"tool"`
	Tenant    string            `json:"tenant,omitempty"`
	Arguments string            `json:"arguments"`         // SHA-256 of the canonical arguments
	Worker    string            `json:"worker,omitempty"`  // service id of the holder
	Token     string            `json:"token,omitempty"`   // of one claim
	Expires   int64             `json:"expires,omitempty"` // Unix ms after which the holder has given up
	Status    tools.Status      `json:"status,omitempty"`
	Value     json.RawMessage   `json:"value,omitempty"`
	Object    string            `json:"object,omitempty"` // instead of Value, a name in the object store
	Reason    string            `json:"reason,omitempty"`
	Labels    map[string]string `json:"labels,omitempty"`
	Duration  time.Duration     `json:"duration_ns,omitempty"`
}

func newEntry(state string, call tools.Call) entry {
	sum := sha256.Sum256(call.Arguments)
	return entry{State: state, Attempt: call.Attempt, Tool: call.Tool, Tenant: call.Tenant, Arguments: hex.EncodeToString(sum[:])}
}

// encode keeps a value's bytes as they are: json.Marshal would escape some.
func (e entry) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(e)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}

// same says whether an entry belongs to this call, whatever the attempt.
func (e entry) same(o entry) bool {
	return e.Tool == o.Tool && e.Tenant == o.Tenant && e.Arguments == o.Arguments
}

// store is the result store and the object store; its buckets are made on first use.
type store struct {
	conn *Conn
	mu   sync.Mutex
	kv   jetstream.KeyValue
	obj  jetstream.ObjectStore
}

func (s *store) results(ctx context.Context) (jetstream.KeyValue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kv != nil {
		return s.kv, nil
	}
	kv, err := s.conn.js.KeyValue(ctx, resultBucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = s.conn.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: resultBucket, Description: "results of calls with effects, by call id",
			History: 1, TTL: s.conn.opts.ResultTTL, Storage: jetstream.FileStorage, Replicas: s.conn.opts.Replicas})
	}
	if err != nil {
		return nil, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
	}
	s.kv = kv
	return kv, nil
}

func (s *store) objects(ctx context.Context) (jetstream.ObjectStore, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.obj != nil {
		return s.obj, nil
	}
	obj, err := s.conn.js.ObjectStore(ctx, objectBucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		obj, err = s.conn.js.CreateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: objectBucket, Description: "results too large for a message",
			TTL: s.conn.opts.ResultTTL, Storage: jetstream.FileStorage, Replicas: s.conn.opts.Replicas})
	}
	if err != nil {
		return nil, fmt.Errorf("object store: %w: %w", ErrUnavailable, err)
	}
	s.obj = obj
	return obj, nil
}

// create makes an entry where there is none. It returns its revision, or 0 and the
// entry that is there already with that one's revision. An answer that was lost is
// asked for again: the token tells our entry from another's.
func (s *store) create(ctx context.Context, id string, e entry) (mine uint64, other entry, revision uint64, err error) {
	kv, err := s.results(ctx)
	if err != nil {
		return 0, entry{}, 0, err
	}
	e.Token = nuid.Next()
	text, err := e.encode()
	if err != nil {
		return 0, entry{}, 0, err
	}
	for pause := 5 * time.Millisecond; ; pause *= 2 {
		mine, err := kv.Create(ctx, id, text)
		if err == nil {
			return mine, entry{}, 0, nil
		}
		if errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			other, revision, found, err := s.get(ctx, id)
			if err == nil && found {
				if other.Token == e.Token {
					return revision, entry{}, 0, nil
				}
				return 0, other, revision, nil
			}
			if err == nil { // it expired, or a replica is behind
				err = errors.New("the entry vanished")
			}
			if ctx.Err() != nil {
				return 0, entry{}, 0, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
			}
		} else if ctx.Err() != nil || !transient(err) {
			return 0, entry{}, 0, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
		}
		if sleep(ctx, min(pause, 250*time.Millisecond)) != nil {
			return 0, entry{}, 0, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
		}
	}
}

// replace is a compare-and-set; ok is false when somebody else was faster.
func (s *store) replace(ctx context.Context, id string, e entry, revision uint64) (next uint64, ok bool, err error) {
	kv, err := s.results(ctx)
	if err != nil {
		return 0, false, err
	}
	e.Token = nuid.Next()
	text, err := e.encode()
	if err != nil {
		return 0, false, err
	}
	for pause := 5 * time.Millisecond; ; pause *= 2 {
		next, err = kv.Update(ctx, id, text, revision)
		if err == nil {
			return next, true, nil
		}
		if errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			now, at, found, getErr := s.get(ctx, id)
			if getErr == nil {
				return at, found && now.Token == e.Token, nil // ours, if only the answer was lost
			}
			err = getErr
		}
		if !transient(err) || sleep(ctx, min(pause, 250*time.Millisecond)) != nil {
			return 0, false, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
		}
	}
}

func (s *store) get(ctx context.Context, id string) (e entry, revision uint64, found bool, err error) {
	kv, err := s.results(ctx)
	if err != nil {
		return e, 0, false, err
	}
	item, err := kv.Get(ctx, id)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return e, 0, false, nil
	}
	if err != nil {
		return e, 0, false, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
	}
	if err := json.Unmarshal(item.Value(), &e); err != nil {
		return e, 0, false, fmt.Errorf("result store: the entry of call %.12s: %w", id, err)
	}
	return e, item.Revision(), true, nil
}

// put keeps a large result and returns its name.
func (s *store) put(ctx context.Context, id string, value []byte) (string, error) {
	obj, err := s.objects(ctx)
	if err != nil {
		return "", err
	}
	name := id + "." + nuid.Next()
	// Each chunk costs one fsync: few large ones.
	meta := jetstream.ObjectMeta{Name: name, Opts: &jetstream.ObjectMetaOptions{ChunkSize: 512 << 10}}
	if _, err := obj.Put(ctx, meta, bytes.NewReader(value)); err != nil {
		return "", fmt.Errorf("object store: %w", err)
	}
	return name, nil
}

// fetch reads a large result, at most tools.MaxResult bytes of it.
func (s *store) fetch(ctx context.Context, name string) ([]byte, error) {
	obj, err := s.objects(ctx)
	if err != nil {
		return nil, err
	}
	info, err := obj.GetInfo(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("object store: %q: %w", name, err)
	}
	if info.Size > tools.MaxResult {
		return nil, fmt.Errorf("%w: %d bytes, more than %d", errTooLarge, info.Size, tools.MaxResult)
	}
	r, err := obj.Get(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("object store: %q: %w", name, err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, tools.MaxResult+1))
	if err != nil {
		return nil, fmt.Errorf("object store: %q: %w", name, err)
	}
	if len(data) > tools.MaxResult {
		return nil, errTooLarge
	}
	return data, nil
}

var errTooLarge = errors.New("the result is too large")

// finished turns a done entry into the result of an attempt.
func (e entry) finished(call tools.Call) tools.Result {
	return tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: e.Status, Value: e.Value, Reason: e.Reason, Labels: e.Labels,
		Replayed: true, Duration: e.Duration, Worker: e.Worker}
}

// alive asks whether the holder of a claim is still there. Only the server's word that
// nobody answers to its id counts as death; silence does not.
func (c *Conn) alive(ctx context.Context, e entry) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := c.nc.RequestWithContext(ctx, "$SRV.PING."+e.Tool+"."+e.Worker, nil)
	return !errors.Is(err, nats.ErrNoResponders)
}

func transient(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrNoResponders) ||
		errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrDisconnected) ||
		errors.Is(err, nats.ErrReconnectBufExceeded) || errors.Is(err, nats.ErrConnectionReconnecting)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Prepare makes the result store and the object store, for workers in other languages
// that expect to find them. Serve does so by itself when a tool has effects.
func Prepare(ctx context.Context, conn *Conn) error {
	s := store{conn: conn}
	if _, err := s.results(ctx); err != nil {
		return err
	}
	_, err := s.objects(ctx)
	return err
}
