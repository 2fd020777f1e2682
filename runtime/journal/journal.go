package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// Sentinel errors.
var (
	ErrConflict = errors.New("journal: another record was appended first")
	ErrFenced   = errors.New("journal: the run was taken over by another process")
	ErrOwned    = errors.New("journal: the run is driven by another process")
	ErrNoRun    = errors.New("journal: no such run")
	ErrCorrupt  = errors.New("journal: corrupt")
)

// CorruptError says which record of a run is wrong.
type CorruptError struct {
	Run    string
	Seq    int // of the first record that is wrong, from 1
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("journal: run %s is corrupt at record %d: %s", e.Run, e.Seq, e.Reason)
}

// Is reports that the error is an [ErrCorrupt].
func (e *CorruptError) Is(target error) bool { return target == ErrCorrupt }

// Record is one event of a run as it is kept. Its fields are in the order in which
// they are hashed and written.
type Record struct {
	Seq   int             `json:"seq"`   // from 1, without gaps
	Prev  string          `json:"prev"`  // Hash of the record before; "" for the first
	Epoch int             `json:"epoch"` // of the writer's lease; never falls
	Event json.RawMessage `json:"event"`
	Hash  string          `json:"hash"` // of the fields above
}

// Next returns the record that follows r (the zero Record begins a run). The event is
// kept without white space, as it will be read.
func (r Record) Next(epoch int, event json.RawMessage) Record {
	var b bytes.Buffer
	if json.Compact(&b, event) == nil { // what is not JSON is refused by Append
		event = b.Bytes()
	}
	n := Record{Seq: r.Seq + 1, Prev: r.Hash, Epoch: epoch, Event: event}
	n.Hash = n.sum()
	return n
}

// encode writes a value that holds a record as one line. Unlike json.Marshal it keeps
// the event's bytes, which are hashed, as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

func (r Record) sum() string {
	h := sha256.New()
	h.Write(appendHead(nil, r.Seq, r.Prev, r.Epoch))
	h.Write(r.Event)
	return hex.EncodeToString(h.Sum(nil))
}

// follows says why r cannot come after last; nil if it can.
func (r Record) follows(run string, last Record) error {
	reason := ""
	switch {
	case r.Seq != last.Seq+1:
		reason = fmt.Sprintf("it is numbered %d", r.Seq)
	case r.Prev != last.Hash:
		reason = "it does not follow the record before it"
	case r.Hash != r.sum():
		reason = "its hash does not fit its content"
	case r.Epoch < last.Epoch:
		reason = "its epoch is older than that of the record before it"
	default:
		return nil
	}
	return &CorruptError{Run: run, Seq: last.Seq + 1, Reason: reason}
}

// admit says whether a writer may append r after last.
func (r Record) admit(run string, last Record) error {
	switch {
	case r.Epoch < last.Epoch:
		return fmt.Errorf("%w: epoch %d, the run is at %d", ErrFenced, r.Epoch, last.Epoch)
	case r.Seq != last.Seq+1 || r.Prev != last.Hash:
		return fmt.Errorf("%w: run %s is at record %d", ErrConflict, run, last.Seq)
	}
	return r.follows(run, last)
}

// since returns the records after the one that the reader knows.
func since(run string, records []Record, after Record) ([]Record, error) {
	switch {
	case len(records) == 0 && after.Seq == 0:
		return nil, fmt.Errorf("%w: %s", ErrNoRun, run)
	case after.Seq > len(records) || after.Seq > 0 && records[after.Seq-1].Hash != after.Hash:
		return nil, &CorruptError{Run: run, Seq: after.Seq, Reason: "it is not the record that was there before"}
	}
	return records[after.Seq:], nil
}

// Journal keeps the records of runs. It is safe for concurrent use.
type Journal interface {
	// Append adds the record if it follows the run's last one. When it returns nil
	// the record survives a crash, as far as the implementation says.
	Append(ctx context.Context, run string, r Record) error

	// Read returns the records of a run after number after, checked. With an ErrCorrupt it
	// returns those before the record that is wrong.
	Read(ctx context.Context, run string, after Record) ([]Record, error)

	// Runs lists the runs, in the order of [CompareRuns].
	Runs(ctx context.Context) ([]string, error)

	// Lease makes the caller the only driver of the run until release, or returns
	// ErrOwned. A process that dies loses its leases.
	Lease(ctx context.Context, run string) (release func(), err error)
}

// CheckRun says whether the text may name a run: letters, digits, "-" and "_".
func CheckRun(run string) error {
	if !namesRun(run) {
		return fmt.Errorf("journal: %.140q cannot name a run: want letters, digits, - and _, at most 128", run)
	}
	return nil
}

func namesRun(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case i > 0 && (c == '-' || c == '_'):
		default:
			return false
		}
	}
	return 0 < len(s) && len(s) <= 128
}
