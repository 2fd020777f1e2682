// Package audit keeps a log of every attempted call that shows any change to it.
//
// The log is a file of JSON lines. Each entry carries its number and the hash of
// the entry before it; every so often a checkpoint signs the hash reached so far.
// Whoever alters, drops or reorders an entry breaks the chain at that place; whoever
// rewrites the chain to its end cannot sign the checkpoints; whoever cuts off the
// end also cuts off the last checkpoints, which [Verify] reports when it is told
// the number of entries to expect.
//
// Append returns only when the entry is written: a sink that is full is an error,
// and the caller must then dispatch no effect.
package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
)

// Entry is one line of the log: an attempted call, its result, or a checkpoint.
type Entry struct {
	Seq  uint64    `json:"seq"` // from 1
	Prev string    `json:"prev"`
	Kind string    `json:"kind"` // call, result or checkpoint
	At   time.Time `json:"at"`

	Run       string                  `json:"run,omitempty"`
	Tenant    string                  `json:"tenant,omitempty"`
	CallID    string                  `json:"call_id,omitempty"`
	Tool      string                  `json:"tool,omitempty"`
	Arguments string                  `json:"arguments_hash,omitempty"`
	Labels    map[string]label.Origin `json:"labels,omitempty"`
	Rule      string                  `json:"rule,omitempty"`
	Verdict   string                  `json:"verdict,omitempty"`
	Approved  string                  `json:"approved,omitempty"`
	Bundle    string                  `json:"bundle,omitempty"`
	Result    string                  `json:"result_hash,omitempty"`
	Status    string                  `json:"status,omitempty"`

	Key       string `json:"key,omitempty"`       // checkpoint: public key, hex
	Signature string `json:"signature,omitempty"` // checkpoint: over prev, hex
	Hash      string `json:"hash"`
}

// digest is the hash of the entry without its own hash.
func (e Entry) digest() string {
	e.Hash = ""
	raw, _ := json.Marshal(e) // plain fields always encode
	return sum(raw)
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Options configure a Log.
type Options struct {
	Every int // entries between checkpoints; 0 is 64
	Key   ed25519.PrivateKey
}

// Log appends entries. It is safe for concurrent use.
type Log struct {
	mu     sync.Mutex
	w      io.Writer
	opts   Options
	seq    uint64
	prev   string
	broken error
}

// New returns a log that begins on w, or goes on after an existing log, which is
// verified first.
func New(w io.Writer, existing io.Reader, opts Options) (*Log, error) {
	if opts.Every == 0 {
		opts.Every = 64
	}
	l := &Log{w: w, opts: opts}
	if existing != nil {
		r, err := Verify(existing, nil)
		if err != nil {
			return nil, err
		}
		l.seq, l.prev = r.Entries, r.Last
	}
	return l, nil
}

// File is a log in a file: every entry is synced to disk before Append returns.
type File struct {
	*Log
	f *os.File
}

// Open opens or begins the log at path. A last line that breaks off is taken away: it
// is an entry that Append never reported as written, so that no effect followed it.
func Open(path string, opts Options) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	if err := mend(f); err != nil {
		return nil, errors.Join(fmt.Errorf("audit: %s: %w", path, err), f.Close())
	}
	l, err := New(synced{f}, f, opts)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("audit: %s: %w", path, err), f.Close())
	}
	return &File{Log: l, f: f}, nil
}

// mend cuts the file after its last whole line, and goes back to its beginning.
func mend(f *os.File) error {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	block := make([]byte, 4096)
	for at := end; at > 0; {
		n := min(at, int64(len(block)))
		if _, err := f.ReadAt(block[:n], at-n); err != nil {
			return err
		}
		if i := bytes.LastIndexByte(block[:n], '\n'); i >= 0 {
			if whole := at - n + int64(i) + 1; whole < end {
				err = f.Truncate(whole)
			}
			break
		}
		if at -= n; at == 0 {
			err = f.Truncate(0)
		}
	}
	if err != nil {
		return err
	}
	_, err = f.Seek(0, io.SeekStart)
	return err
}

// Abandon closes the file without a checkpoint: another process has written to it, or
// a write has failed.
func (f *File) Abandon() error { return f.f.Close() }

// Close signs a last checkpoint and closes the file.
func (f *File) Close() error {
	return errors.Join(f.Checkpoint(time.Time{}), f.f.Close())
}

type synced struct{ f *os.File }

func (s synced) Write(p []byte) (int, error) {
	n, err := s.f.Write(p)
	if err == nil {
		err = s.f.Sync()
	}
	return n, err
}

// Call logs an attempted call and the decision on it, before dispatch.
func (l *Log) Call(call tools.Call, d policies.Decision, at time.Time) error {
	args := d.Arguments
	if args == nil { // refused before they were read
		args = call.Arguments
	}
	return l.Append(Entry{
		Kind: "call", At: at, Run: call.Run, Tenant: call.Tenant, CallID: call.ID, Tool: call.Tool, Arguments: sum(args),
		Labels: d.Labels, Rule: d.Rule, Verdict: d.Verdict.String(), Approved: d.Approved, Bundle: d.Bundle,
	})
}

// Result logs what came of a call.
func (l *Log) Result(call tools.Call, r tools.Result, at time.Time) error {
	return l.Append(Entry{
		Kind: "result", At: at, Run: call.Run, Tenant: call.Tenant, CallID: call.ID, Tool: call.Tool,
		Status: string(r.Status), Result: sum(fmt.Appendf(nil, "%d %s %s", len(r.Value), r.Value, r.Reason)),
	})
}

// Append numbers, chains and writes an entry. After a failed write the log refuses
// everything: a half-written line must not be followed by another.
func (l *Log) Append(e Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.write(e); err != nil {
		return err
	}
	if l.opts.Key != nil && l.seq%uint64(l.opts.Every) == 0 {
		return l.checkpoint(e.At)
	}
	return nil
}

// Checkpoint signs the chain up to here; without a key it does nothing.
func (l *Log) Checkpoint(at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opts.Key == nil || l.seq == 0 {
		return nil
	}
	return l.checkpoint(at)
}

func (l *Log) checkpoint(at time.Time) error {
	public := l.opts.Key.Public().(ed25519.PublicKey)
	return l.write(Entry{
		Kind: "checkpoint", At: at, Key: hex.EncodeToString(public),
		Signature: hex.EncodeToString(ed25519.Sign(l.opts.Key, signed(l.seq+1, l.prev))),
	})
}

func signed(seq uint64, prev string) []byte { return fmt.Appendf(nil, "chaski audit %d %s", seq, prev) }

func (l *Log) write(e Entry) error {
	if l.broken != nil {
		return fmt.Errorf("audit: the log is closed after a failed write: %w", l.broken)
	}
	e.Seq, e.Prev = l.seq+1, l.prev
	e.At = e.At.UTC()
	e.Hash = e.digest()
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := l.w.Write(append(raw, '\n')); err != nil {
		l.broken = err
		return fmt.Errorf("audit: %w", err)
	}
	l.seq, l.prev = e.Seq, e.Hash
	return nil
}
