package journal

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/chaski-dev/chaski/runtime/objects"
)

// StreamOptions configures a [Stream]. The zero value works.
type StreamOptions struct {
	Name     string        // of the stream; "" is CHASKI_JOURNAL
	Replicas int           // on a cluster; 0 is 1
	LeaseTTL time.Duration // after which the lease of a process that died is free; 0 is 10 s
	Wait     time.Duration // for a server that is away or a cluster without a leader, at each append and read; 0 is 15 s
}

// Stream is a [Journal] in JetStream, for processes on several machines: one subject
// for each run, appended by the expected last sequence of the subject. What an
// acknowledgement means is the server's affair: the embedded one syncs each append;
// on a cluster, use three replicas. A record that does not fit a message is kept in
// the object store. Messages of the stream cannot be deleted one by one, only
// a run as a whole.
type Stream struct {
	js     jetstream.JetStream
	stream jetstream.Stream
	leases jetstream.KeyValue
	large  *objects.Store
	name   string
	opt    StreamOptions

	mu      sync.Mutex
	tails   map[string]streamTail
	counted map[string]uint64  // messages of runs, when they were listed last
	heard   *nats.Subscription // to all runs, while somebody waits for one
	back    chan nats.Status   // has something in it when the connection came back, likewise
	unsweep func()             // ends the sweeps, likewise

	watched watches
}

// streamTail is the last record of a run, without its event, and its place in the
// stream.
type streamTail struct {
	last Record
	seq  uint64
}

// subjectPrefix is followed by the run.
const subjectPrefix = "chaski.journal."

// kept is a record in a message: Object names its event if that was too large.
type kept struct {
	Record
	Object string `json:"object,omitempty"`
}

// OpenStream returns the journal in that JetStream, which it makes if need be.
func OpenStream(ctx context.Context, js jetstream.JetStream, opt StreamOptions) (*Stream, error) {
	if opt.Name == "" {
		opt.Name = "CHASKI_JOURNAL"
	}
	opt.Replicas = max(opt.Replicas, 1)
	if opt.LeaseTTL <= 0 {
		opt.LeaseTTL = 10 * time.Second
	}
	if opt.Wait <= 0 {
		opt.Wait = 15 * time.Second
	}
	s := &Stream{js: js, name: opt.Name, opt: opt, tails: map[string]streamTail{}}
	var err error
	err = s.ride(ctx, func(ctx context.Context) (err error) {
		s.stream, err = objects.Made(
			func() (jetstream.Stream, error) { return js.Stream(ctx, opt.Name) },
			func() (jetstream.Stream, error) {
				return js.CreateStream(ctx, jetstream.StreamConfig{Name: opt.Name, Description: "Chaski: the events of runs",
					Subjects: []string{subjectPrefix + "*"}, Replicas: opt.Replicas, AllowDirect: true, DenyDelete: true}) // whole runs may be removed
			})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("journal: stream %s: %w", opt.Name, err)
	}
	if err := s.ride(ctx, s.openLeases); err != nil {
		return nil, err
	}
	s.large, err = objects.Open(ctx, js, jetstream.ObjectStoreConfig{Bucket: opt.Name + "_LARGE", Description: "Chaski: large events of runs", Replicas: opt.Replicas},
		objects.Options{Patience: opt.Wait, Behind: min(3*time.Second, opt.Wait), Passing: passing})
	if err != nil {
		return nil, fmt.Errorf("journal: large events of %s: %w", opt.Name, err)
	}
	return s, nil
}

// Append implements [Journal].
func (s *Stream) Append(ctx context.Context, run string, r Record) error {
	if err := errorsFirst(ctx.Err(), CheckRun(run)); err != nil {
		return err
	}
	t, err := s.tail(ctx, run, r)
	if err != nil {
		return err
	}
	if err := r.admit(run, t.last); err != nil {
		return err
	}
	body, err := s.encode(ctx, run, r)
	if err != nil {
		return err
	}
	for until := time.Now().Add(s.opt.Wait); ; {
		try, cancel := s.try(ctx)
		ack, err := s.js.Publish(try, subjectPrefix+run, body, jetstream.WithExpectLastSequencePerSubject(t.seq), jetstream.WithExpectStream(s.name))
		cancel()
		if err == nil {
			s.setTail(run, streamTail{r, ack.Sequence})
			return nil
		}
		var refused *jetstream.APIError
		if errors.As(err, &refused) && !wrongLast(refused) && !passing(err) {
			return fmt.Errorf("journal: record %d of run %s was not written: %w", r.Seq, run, err)
		}
		// Somebody else was first, or the acknowledgement was lost: what is there tells.
		now, lookErr := s.look(ctx, run)
		switch {
		case lookErr == nil && now.last.Hash == r.Hash:
			s.setTail(run, now)
			return nil
		case lookErr == nil && now.seq != t.seq:
			if err := r.admit(run, now.last); err != nil {
				return err
			}
			t = now
		case ctx.Err() != nil || time.Now().After(until):
			return fmt.Errorf("journal: nobody knows whether record %d of run %s was written: %w", r.Seq, run, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func wrongLast(err *jetstream.APIError) bool {
	return err.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || err.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant
}

// tail returns the run's last record: the one known here if r follows it, or else
// what the stream says.
func (s *Stream) tail(ctx context.Context, run string, r Record) (streamTail, error) {
	s.mu.Lock()
	t, ok := s.tails[run]
	s.mu.Unlock()
	if ok && r.admit(run, t.last) == nil {
		return t, nil
	}
	return s.look(ctx, run)
}

func (s *Stream) look(ctx context.Context, run string) (streamTail, error) {
	g := s.get(ctx, wanted{Last: subjectPrefix + run})
	if errors.Is(g.err, jetstream.ErrMsgNotFound) {
		return streamTail{}, nil
	}
	if g.err != nil {
		return streamTail{}, fmt.Errorf("journal: run %s: %w", run, g.err)
	}
	r, err := s.decode(ctx, run, 0, g.data)
	if err == nil && r.Hash == r.sum() {
		return streamTail{r, g.seq}, nil
	}
	if err != nil && !errors.Is(err, ErrCorrupt) {
		return streamTail{}, err
	}
	if _, err := s.Read(ctx, run, Record{}); err != nil { // it is no record: the last one stands before it
		return streamTail{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tails[run], nil
}

func (s *Stream) setTail(run string, t streamTail) {
	t.last.Event = nil
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tails[run] = t
}

// Read implements [Journal].
func (s *Stream) Read(ctx context.Context, run string, after Record) ([]Record, error) {
	if err := CheckRun(run); err != nil {
		return nil, err
	}
	s.mu.Lock()
	t, ok := s.tails[run]
	s.mu.Unlock()
	last, seq := Record{}, uint64(1)
	if ok && after.Seq > 0 && after.Hash == t.last.Hash { // only what is new
		last, seq = t.last, t.seq+1
	}
	first := last.Seq
	var records []Record
	var garbage error // of the first message that is no record
	for msg, err := range s.following(ctx, run, seq) {
		if err != nil {
			return nil, fmt.Errorf("journal: run %s: %w", run, err)
		}
		r, err := s.decode(ctx, run, last.Seq+1, msg.data)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			return nil, err
		}
		if errors.Is(err, ErrCorrupt) || r.Hash != r.sum() {
			// No record, whoever published it. If it stands where one was, what comes next
			// does not follow; if nothing comes next, the run goes on before it.
			if garbage == nil {
				garbage = cmp.Or(err, error(&CorruptError{Run: run, Seq: last.Seq + 1, Reason: "its hash does not fit its content"}))
			}
			s.setTail(run, streamTail{last, msg.seq})
			continue
		}
		if err := r.follows(run, last); err != nil {
			if first == 0 {
				records, _ = since(run, records, after)
			}
			return records, cmp.Or(garbage, err)
		}
		records, last = append(records, r), r
		s.setTail(run, streamTail{r, msg.seq})
	}
	if garbage != nil && last.Seq == 0 {
		return nil, garbage
	}
	if first > 0 {
		return records, nil
	}
	return since(run, records, after)
}

// Remove implements [Remover]. A stream that was made to deny purging keeps its runs.
func (s *Stream) Remove(ctx context.Context, run string) error {
	release, err := s.Lease(ctx, run)
	if err != nil {
		return err
	}
	defer release()
	records, err := s.messages(ctx, run)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	if s.stream.CachedInfo().Config.DenyPurge {
		return fmt.Errorf("journal: run %s cannot be removed: stream %s was made to deny purging", run, s.name)
	}
	err = s.ride(ctx, func(ctx context.Context) error {
		return s.stream.Purge(ctx, jetstream.WithPurgeSubject(subjectPrefix+run))
	})
	if err != nil {
		return fmt.Errorf("journal: run %s was not removed: %w", run, err)
	}
	s.mu.Lock()
	delete(s.tails, run)
	s.mu.Unlock()
	for _, object := range records {
		if object == "" {
			continue
		}
		if err := s.large.Delete(ctx, object); err != nil && !errors.Is(err, objects.ErrNotFound) {
			return fmt.Errorf("journal: a large event of run %s: %w", run, err)
		}
	}
	return nil
}

// messages returns, for each message of a run, the name of its object, "" if it has none.
func (s *Stream) messages(ctx context.Context, run string) (objects []string, err error) {
	for msg, err := range s.following(ctx, run, 1) {
		if err != nil {
			return nil, fmt.Errorf("journal: run %s: %w", run, err)
		}
		var k kept
		_ = json.Unmarshal(msg.data, &k) // what is no record has no object
		objects = append(objects, k.Object)
	}
	return objects, nil
}

// Runs implements [Journal].
func (s *Stream) Runs(ctx context.Context) ([]string, error) {
	var info *jetstream.StreamInfo
	err := s.ride(ctx, func(ctx context.Context) (err error) {
		info, err = s.stream.Info(ctx, jetstream.WithSubjectFilter(subjectPrefix+"*"))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("journal: stream %s: %w", s.name, err)
	}
	counted := make(map[string]uint64, len(info.State.Subjects))
	for subject, n := range info.State.Subjects {
		counted[strings.TrimPrefix(subject, subjectPrefix)] = n
	}
	s.mu.Lock()
	s.counted = counted
	s.mu.Unlock()
	return slices.SortedFunc(maps.Keys(counted), CompareRuns), nil
}
