package journal_test

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// lossy is a JetStream whose next answers to a publication and to the making of a lease
// are lost, as those of a server that dies.
type lossy struct {
	jetstream.JetStream
	lost atomic.Int32
}

func (l *lossy) Publish(ctx context.Context, subject string, body []byte, opts ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	ack, err := l.JetStream.Publish(ctx, subject, body, opts...)
	if l.lost.Add(-1) >= 0 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return ack, err
}

func (l *lossy) KeyValue(ctx context.Context, bucket string) (jetstream.KeyValue, error) {
	kv, err := l.JetStream.KeyValue(ctx, bucket)
	return &lossyBucket{kv, l}, err
}

type lossyBucket struct {
	jetstream.KeyValue
	l *lossy
}

func (b *lossyBucket) Create(ctx context.Context, key string, value []byte, opts ...jetstream.KVCreateOpt) (uint64, error) {
	revision, err := b.KeyValue.Create(ctx, key, value, opts...)
	if b.l.lost.Add(-1) >= 0 {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	return revision, err
}

// TestLostAnswers: a context that lasts for minutes does not wait as long for an answer
// that is lost, and what was done meanwhile is found to be one's own.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	_, c := served(t)
	l := &lossy{JetStream: c.JetStream()}
	long, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if kv, err := c.JetStream().CreateKeyValue(long, jetstream.KeyValueConfig{Bucket: "CHASKI_JOURNAL_LEASES", TTL: 10 * time.Second}); err != nil {
		t.Fatal(kv, err)
	}
	j, err := journal.OpenStream(long, l, journal.StreamOptions{Wait: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	l.lost.Store(1)
	release, err := j.Lease(long, "a")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := j.Lease(long, "a"); err == nil {
		t.Error("a lease was given twice")
	}
	l.lost.Store(1)
	r := journal.Record{}.Next(1, json.RawMessage(`{"a":1}`))
	if err := j.Append(long, "a", r); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	if records, err := j.Read(long, "a", journal.Record{}); err != nil || len(records) != 1 {
		t.Error(records, err)
	}
}

// served is a server of the test's own and a connection to it.
func served(t *testing.T) (*bus.Server, *bus.Conn) {
	t.Helper()
	s, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c, err := bus.Connect(ctx, bus.Options{Server: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return s, c
}
