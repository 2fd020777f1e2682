package bus

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/chaski-dev/chaski/runtime/objects"
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
	Arguments string            `json:"arguments"`          // SHA-256 of the canonical arguments
	Worker    string            `json:"worker,omitempty"`   // service id of the holder
	Token     string            `json:"token,omitempty"`    // of one claim
	Expires   int64             `json:"expires,omitempty"`  // Unix ms, by the holder's clock, after which it has given up
	Lease     int64             `json:"lease_ms,omitempty"` // the same, as the age of the entry
	Status    tools.Status      `json:"status,omitempty"`
	Value     json.RawMessage   `json:"value,omitempty"`
	Object    string            `json:"object,omitempty"` // instead of Value, a name in the object store
	Reason    string            `json:"reason,omitempty"`
	Labels    map[string]string `json:"labels,omitempty"`
	Duration  time.Duration     `json:"duration_ns,omitempty"`

	revision uint64    // in the store
	created  time.Time // by the server's clock
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

// store is the result store and the object store; its buckets are made on first use. The lock
// is not held while servers are asked: one that hangs must not hold up who has less time.
type store struct {
	conn *Conn
	mu   sync.Mutex
	kv   jetstream.KeyValue
	obj  map[string]*objects.Store
}

func (s *store) results(ctx context.Context) (jetstream.KeyValue, error) {
	s.mu.Lock()
	kv := s.kv
	s.mu.Unlock()
	if kv != nil {
		return kv, nil
	}
	err := s.conn.ride(ctx, func(ctx context.Context) (err error) {
		kv, err = objects.Made(
			func() (jetstream.KeyValue, error) { return s.conn.js.KeyValue(ctx, resultBucket) },
			func() (jetstream.KeyValue, error) {
				return s.conn.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: resultBucket, Description: "results of calls with effects, by call id",
					History: 1, TTL: s.conn.opts.ResultTTL, Storage: jetstream.FileStorage, Replicas: s.conn.Replicas()})
			})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kv = kv
	return kv, nil
}

// objects returns an object store: that of recorded results, or that of replies.
func (s *store) objects(ctx context.Context, bucket string) (*objects.Store, error) {
	s.mu.Lock()
	obj := s.obj[bucket]
	s.mu.Unlock()
	if obj != nil {
		return obj, nil
	}
	config := jetstream.ObjectStoreConfig{Bucket: bucket, Description: "results too large for a message", TTL: s.conn.opts.ResultTTL + time.Hour,
		Storage: jetstream.FileStorage, Replicas: s.conn.Replicas()}
	if bucket == replyBucket { // those of read tools, which their callers remove, if they live
		config.Description, config.TTL = "replies too large for a message", time.Hour
	}
	obj, err := objects.Open(ctx, s.conn.js, config, objects.Options{Patience: 2 * election, Passing: func(err error) bool { return transient(err) && !without(err) }})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.obj == nil {
		s.obj = map[string]*objects.Store{}
	}
	s.obj[bucket] = obj
	return obj, nil
}

// election is how long a stream or bucket may be without a leader: its servers wait for up
// to nine seconds before they elect another.
const election = 15 * time.Second

// ride makes a request until its answer is no passing fault: at most Options.Wait while the
// connection is away, and as long as an election may take while it is there. A context
// that lasts for minutes must not wait as long for one answer that a dying server lost.
// What is asked must be the same if it is asked twice.
func (c *Conn) ride(ctx context.Context, ask func(context.Context) error) error {
	for began := time.Now(); ; {
		try, cancel := context.WithTimeout(ctx, storeTry)
		err := ask(try)
		cancel()
		limit := c.wait
		if c.nc.IsConnected() && !without(err) {
			limit = max(limit, election)
		}
		if err == nil || !transient(err) || ctx.Err() != nil || time.Since(began) >= limit || sleep(ctx, 50*time.Millisecond) != nil {
			return err
		}
	}
}

// without says that no server has JetStream for this account, which no election changes.
func without(err error) bool {
	return errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount)
}

// storeTry is how long one request to the store may take: its answer may have been lost
// with the connection, and is asked for again.
const storeTry = 2 * time.Second

// gone forgets the bucket of results if it is not there any more.
func (s *store) gone(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, storeTry)
	defer cancel()
	if _, err := s.conn.js.KeyValue(ctx, resultBucket); !errors.Is(err, jetstream.ErrBucketNotFound) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kv = nil
	return true
}

// create makes an entry where there is none. It returns its revision, or 0 and the
// entry that is there already. An answer that was lost is
// asked for again: the token tells our entry from another's.
func (s *store) create(ctx context.Context, id string, e entry) (mine uint64, other entry, err error) {
	kv, err := s.results(ctx)
	if err != nil {
		return 0, entry{}, err
	}
	e.Token = nuid.Next()
	text, err := e.encode()
	if err != nil {
		return 0, entry{}, err
	}
	for pause := 5 * time.Millisecond; ; pause *= 2 {
		try, cancel := context.WithTimeout(ctx, storeTry)
		mine, err := kv.Create(try, id, text)
		cancel()
		if err == nil {
			return mine, entry{}, nil
		}
		if errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			other, found, err := s.get(ctx, id)
			if err == nil && found {
				if other.Token == e.Token {
					return other.revision, entry{}, nil
				}
				return 0, other, nil
			}
			if err == nil { // it expired, or a replica is behind
				err = errors.New("the entry vanished")
			}
			if ctx.Err() != nil {
				return 0, entry{}, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
			}
		} else if ctx.Err() != nil || !transient(err) {
			return 0, entry{}, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
		} else if errors.Is(err, jetstream.ErrNoStreamResponse) && s.gone(ctx) { // somebody deleted it
			if kv, err = s.results(ctx); err != nil {
				return 0, entry{}, err
			}
		}
		if sleep(ctx, min(pause, 250*time.Millisecond)) != nil {
			return 0, entry{}, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
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
		try, cancel := context.WithTimeout(ctx, storeTry)
		next, err = kv.Update(try, id, text, revision)
		cancel()
		if err == nil {
			return next, true, nil
		}
		if errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			now, found, getErr := s.get(ctx, id)
			if getErr == nil {
				return now.revision, found && now.Token == e.Token, nil // ours, if only the answer was lost
			}
			err = getErr
		}
		if !transient(err) || sleep(ctx, min(pause, 250*time.Millisecond)) != nil {
			return 0, false, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
		}
	}
}

func (s *store) get(ctx context.Context, id string) (e entry, found bool, err error) {
	kv, err := s.results(ctx)
	if err != nil {
		return e, false, err
	}
	try, cancel := context.WithTimeout(ctx, storeTry)
	defer cancel()
	item, err := kv.Get(try, id)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return e, false, nil
	}
	if err != nil {
		return e, false, fmt.Errorf("result store: %w: %w", ErrUnavailable, err)
	}
	if e, err = parseEntry(item.Value()); err != nil {
		return e, false, fmt.Errorf("result store: the entry of call %.12s: %w", id, err)
	}
	e.revision, e.created = item.Revision(), item.Created()
	return e, true, nil
}

// parseEntry reads what some worker wrote.
func parseEntry(text []byte) (e entry, err error) {
	if err := json.Unmarshal(text, &e); err != nil {
		return entry{}, err
	}
	if e.State == stateDone {
		if _, known := codes[e.Status]; !known && e.Status != tools.StatusOK {
			return entry{}, fmt.Errorf("unknown status %.20q", e.Status)
		}
		e.Reason = tools.CleanReason(e.Reason)
	}
	return e, nil
}

// largeChunk is in which pieces a large result is written: each costs one fsync.
const largeChunk = 512 << 10

// largeMost is how long a large result may be on its way, chunk after chunk.
const largeMost = 5 * time.Minute

// put keeps a large result and returns its name.
func (s *store) put(ctx context.Context, bucket, id string, value []byte) (string, error) {
	obj, err := s.objects(ctx, bucket)
	if err != nil {
		return "", err
	}
	name := id + "." + nuid.Next()
	if err := obj.Put(ctx, name, value, int(min(largeChunk, s.conn.nc.MaxPayload()-headerRoom))); err != nil {
		return "", fmt.Errorf("object store: %w", err)
	}
	return name, nil
}

// fetch reads a large result, at most tools.MaxResult bytes of it.
func (s *store) fetch(ctx context.Context, bucket, name string) ([]byte, error) {
	obj, err := s.objects(ctx, bucket)
	if err != nil {
		return nil, err
	}
	value, err := obj.Get(ctx, name, tools.MaxResult)
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	return value, nil
}

// remove drops an object that nobody will ask for, if there is a name; what cannot be
// removed now goes with its bucket's time limit.
func (s *store) remove(ctx context.Context, bucket, name string) {
	if name == "" {
		return
	}
	obj, err := s.objects(ctx, bucket)
	if err == nil {
		err = obj.Delete(ctx, name)
	}
	if err != nil {
		s.conn.log.Warn().Err(err).Str("object", name).Msg("an object was not removed")
	}
}

var errTooLarge = errors.New("the result is too large")

// finished turns a done entry into the result of an attempt.
func (e entry) finished(call tools.Call) tools.Result {
	return tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: e.Status, Value: e.Value, Reason: e.Reason, Labels: e.Labels,
		Replayed: true, Duration: e.Duration, Worker: e.Worker}
}

// transient says whether asking again may help.
func transient(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) && (api.Code == 503 || offline(api) || api.ErrorCode == duplicateUnderWay) { // no leader, or JetStream is starting
		return true
	}
	return errors.Is(err, objects.ErrBehind) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrNoResponders) ||
		errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrDisconnected) ||
		errors.Is(err, nats.ErrReconnectBufExceeded) || errors.Is(err, nats.ErrConnectionReconnecting)
}

// duplicateUnderWay is the code of a message that is sent again while the first is being written:
// what becomes of that is known a moment later.
const duplicateUnderWay jetstream.ErrorCode = 10158

// offline says that servers which are to keep copies are not there, or not yet: those of a
// cluster that has just begun know one another only after a moment.
func offline(err *jetstream.APIError) bool {
	return err.ErrorCode == noPeers && strings.Contains(err.Description, "offline")
}

// noPeers is the code of a stream for whose copies there are too few servers.
const noPeers jetstream.ErrorCode = 10005

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

// Prepare makes the result store and the object stores, for workers in other languages
// that expect to find them. Serve does so by itself when a tool has effects.
func Prepare(ctx context.Context, conn *Conn) error {
	s := store{conn: conn}
	if _, err := s.results(ctx); err != nil {
		return err
	}
	for _, bucket := range []string{objectBucket, replyBucket} {
		if _, err := s.objects(ctx, bucket); err != nil {
			return err
		}
	}
	return nil
}
