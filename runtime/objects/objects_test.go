package objects_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/objects"
)

// faulty is a JetStream whose answers are lost or late.
type faulty struct {
	jetstream.JetStream
	lose, late atomic.Int32 // how many of the next requests; late ones by each
	each       time.Duration
	requests   atomic.Int32
}

// meet is what happens to the answer of a request that was carried out.
func (f *faulty) meet(ctx context.Context) error {
	f.requests.Add(1)
	if f.late.Add(-1) >= 0 {
		select {
		case <-time.After(f.each):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if f.lose.Add(-1) >= 0 {
		return nats.ErrTimeout
	}
	return nil
}

func (f *faulty) PublishMsg(ctx context.Context, m *nats.Msg, opts ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	ack, err := f.JetStream.PublishMsg(ctx, m, opts...)
	return ack, errors.Join(err, f.meet(ctx))
}

func (f *faulty) Stream(ctx context.Context, name string) (jetstream.Stream, error) {
	s, err := f.JetStream.Stream(ctx, name)
	return faultyStream{s, f}, err
}

type faultyStream struct {
	jetstream.Stream
	*faulty
}

func (s faultyStream) GetMsg(ctx context.Context, seq uint64, opts ...jetstream.GetMsgOpt) (*jetstream.RawStreamMsg, error) {
	m, err := s.Stream.GetMsg(ctx, seq, opts...)
	return m, errors.Join(err, s.meet(ctx))
}

const bucket = "large"

func connect(t *testing.T) *faulty {
	s, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c, err := bus.Connect(t.Context(), bus.Options{Server: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return &faulty{JetStream: c.JetStream()}
}

func open(t *testing.T, js jetstream.JetStream, o objects.Options) *objects.Store {
	o.Passing = func(err error) bool {
		return errors.Is(err, nats.ErrTimeout) || errors.Is(err, context.DeadlineExceeded)
	}
	s, err := objects.Open(t.Context(), js, jetstream.ObjectStoreConfig{Bucket: bucket}, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func value(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

// TestRoundTrip: what is written is read, by the clients of NATS as well, and what they write is
// read here.
func TestRoundTrip(t *testing.T) {
	js := connect(t)
	s := open(t, js, objects.Options{Behind: time.Millisecond})
	other, err := js.ObjectStore(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 999, 1000, 1001, 5000, 1 << 20} {
		want := value(n)
		if err := s.Put(t.Context(), "ours", want, max(1000, n/4)); err != nil {
			t.Fatal(n, err)
		}
		if got, err := s.Get(t.Context(), "ours", n); err != nil || !bytes.Equal(got, want) {
			t.Error(n, len(got), err)
		}
		if got, err := other.GetBytes(t.Context(), "ours"); err != nil || !bytes.Equal(got, want) {
			t.Error("NATS reads ours:", n, len(got), err)
		}
		if _, err := other.Put(t.Context(), jetstream.ObjectMeta{Name: "theirs", Opts: &jetstream.ObjectMetaOptions{ChunkSize: 700}}, bytes.NewReader(want[:min(n, 9000)])); err != nil {
			t.Fatal(n, err)
		}
		if got, err := s.Get(t.Context(), "theirs", 9000); err != nil || !bytes.Equal(got, want[:min(n, 9000)]) {
			t.Error("NATS wrote it:", n, len(got), err)
		}
	}
	if got, err := s.Get(t.Context(), "ours", 1<<20-1); !errors.Is(err, objects.ErrTooLarge) {
		t.Error(len(got), err)
	}
	if err := s.Delete(t.Context(), "ours"); err != nil {
		t.Error(err)
	}
	if got, err := s.Get(t.Context(), "ours", 1); !errors.Is(err, objects.ErrNotFound) {
		t.Error(len(got), err)
	}
	if got, err := s.Get(t.Context(), "never", 1); !errors.Is(err, objects.ErrNotFound) {
		t.Error(len(got), err)
	}
}

func messages(t *testing.T, js *faulty) int {
	s, err := js.JetStream.Stream(t.Context(), "OBJ_"+bucket)
	if err != nil {
		t.Fatal(err)
	}
	info, err := s.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return int(info.State.Msgs)
}

// TestLostAnswers: whichever answers of a write and a read are lost, the object is whole and
// stands there once.
func TestLostAnswers(t *testing.T) {
	js := connect(t)
	s := open(t, js, objects.Options{})
	want := value(10_000)
	for lost := range int32(6) {
		name := string('a' + rune(lost))
		before := messages(t, js)
		js.lose.Store(lost)
		if err := s.Put(t.Context(), name, want, 1000); err != nil {
			t.Error(lost, err)
		}
		if n := messages(t, js) - before; n != 11 {
			t.Errorf("%d messages for ten chunks and a description, with %d answers lost", n, lost)
		}
		js.lose.Store(lost)
		if got, err := s.Get(t.Context(), name, len(want)); err != nil || !bytes.Equal(got, want) {
			t.Error(lost, len(got), err)
		}
	}
	// Written again by somebody who did not hear of it: it stays as it is.
	before := messages(t, js)
	if err := s.Put(t.Context(), "a", want, 1000); err != nil || messages(t, js) != before {
		t.Error(err, messages(t, js)-before)
	}
	// With another content it replaces what was there.
	if err := s.Put(t.Context(), "a", value(500), 1000); err != nil || messages(t, js) != before-9 {
		t.Error(err, messages(t, js)-before)
	}
	if got, err := s.Get(t.Context(), "a", 500); err != nil || !bytes.Equal(got, value(500)) {
		t.Error(len(got), err)
	}
}

// TestLostLongAgo: a chunk whose acknowledgement was lost for longer than the stream knows ids of
// messages is not written twice.
func TestLostLongAgo(t *testing.T) {
	js := connect(t)
	_, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "OBJ_" + bucket, Subjects: []string{"$O." + bucket + ".>"}, AllowRollup: true, AllowDirect: true, Duplicates: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, js, objects.Options{})
	js.each = 300 * time.Millisecond
	js.late.Store(3)
	js.lose.Store(3)
	if err := s.Put(t.Context(), "a", value(3000), 1000); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), "a", 3000); err != nil || !bytes.Equal(got, value(3000)) {
		t.Error(len(got), err)
	}
	if n := messages(t, js); n != 4 {
		t.Errorf("%d messages for three chunks and a description", n)
	}
}

// TestPatience: an object takes as long as its chunks do, if each is answered in time; one that
// is not is given up after that time, and not before.
func TestPatience(t *testing.T) {
	js := connect(t)
	s := open(t, js, objects.Options{Patience: 600 * time.Millisecond})
	want := value(6000)
	js.each = 200 * time.Millisecond
	js.late.Store(1 << 20)
	begin := time.Now()
	if err := s.Put(t.Context(), "slow", want, 1000); err != nil {
		t.Error(err)
	}
	if got, err := s.Get(t.Context(), "slow", len(want)); err != nil || !bytes.Equal(got, want) {
		t.Error(len(got), err)
	}
	if took := time.Since(begin); took < 2*600*time.Millisecond {
		t.Errorf("%v: nothing was late", took)
	}
	js.late.Store(0)
	js.lose.Store(1 << 20)
	begin = time.Now()
	if got, err := s.Get(t.Context(), "slow", len(want)); !errors.Is(err, nats.ErrTimeout) || !strings.Contains(err.Error(), "chunk 1") {
		t.Error(len(got), err)
	}
	if took := time.Since(begin); took < 200*time.Millisecond || took > 5*time.Second {
		t.Errorf("given up after %v", took)
	}
	js.lose.Store(1 << 20)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Put(ctx, "never", want, 1000); err == nil {
		t.Error("put without an answer")
	}
}

// TestResumes: where a chunk is late, what came before it is not asked for again.
func TestResumes(t *testing.T) {
	js := connect(t)
	s := open(t, js, objects.Options{})
	want := value(10_000)
	if err := s.Put(t.Context(), "a", want, 1000); err != nil {
		t.Fatal(err)
	}
	js.requests.Store(0)
	js.lose.Store(3)
	if got, err := s.Get(t.Context(), "a", len(want)); err != nil || !bytes.Equal(got, want) {
		t.Error(len(got), err)
	}
	if n := js.requests.Load(); n != 13 {
		t.Errorf("%d requests for ten chunks, three answers of which were lost", n)
	}
}

// TestDamage: a chunk that is gone or another one is damage, and a description that lies takes no
// memory.
func TestDamage(t *testing.T) {
	js := connect(t)
	s := open(t, js, objects.Options{Behind: 50 * time.Millisecond})
	stream, err := js.JetStream.Stream(t.Context(), "OBJ_"+bucket)
	if err != nil {
		t.Fatal(err)
	}
	for _, gone := range []uint64{1, 2, 3} { // of three chunks
		name := string('a' + rune(gone))
		info, err := stream.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Put(t.Context(), name, value(3000), 1000); err != nil {
			t.Fatal(err)
		}
		if err := stream.DeleteMsg(t.Context(), info.State.LastSeq+gone); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(t.Context(), name, 3000); !errors.Is(err, objects.ErrDamaged) {
			t.Error(gone, len(got), err)
		}
		if err := s.Put(t.Context(), name, value(3000), 1000); err != nil { // mends it
			t.Fatal(err)
		}
		if got, err := s.Get(t.Context(), name, 3000); err != nil || !bytes.Equal(got, value(3000)) {
			t.Error(gone, len(got), err)
		}
	}
	for _, text := range []string{`{"name":"x","nuid":"none","size":9000000000000000000,"digest":"SHA-256=","bucket":"large"}`, `{"name":"x","size":1}`, `[]`, `{`} {
		if _, err := js.JetStream.Publish(t.Context(), "$O.large.M.eA==", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(t.Context(), "x", 1<<62); err == nil {
			t.Error(text, len(got))
		}
	}
}

// young is a cluster one of whose servers does not know yet what another has made.
type young struct {
	jetstream.JetStream
	lacks atomic.Int32 // how many of the next looks find nothing
}

func (y *young) ObjectStore(ctx context.Context, name string) (jetstream.ObjectStore, error) {
	if y.lacks.Add(-1) >= 0 {
		return nil, jetstream.ErrBucketNotFound
	}
	return y.JetStream.ObjectStore(ctx, name)
}

func (y *young) Stream(ctx context.Context, name string) (jetstream.Stream, error) {
	if y.lacks.Add(-1) >= 0 {
		return nil, jetstream.ErrStreamNotFound
	}
	return y.JetStream.Stream(ctx, name)
}

// TestJustMade: a store that another process makes at the same time is found, whichever servers
// of the cluster know of it already.
func TestJustMade(t *testing.T) {
	js := connect(t)
	open(t, js, objects.Options{})
	for lacks := range int32(8) {
		y := &young{JetStream: js}
		y.lacks.Store(lacks)
		s := open(t, y, objects.Options{})
		if err := s.Put(t.Context(), "a", value(3000), 1000); err != nil {
			t.Error(lacks, err)
		}
	}
}
