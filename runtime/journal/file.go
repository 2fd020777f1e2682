package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

const suffix = ".jsonl"

// Dir is a [Journal] in a directory: one file for each run, which processes share
// by file locks. An append is on disk (fsync) when it is acknowledged.
type Dir struct {
	path string

	mu    sync.Mutex
	tails map[string]tail
}

// tail is what is known of a run's file: valid while the file has that size.
type tail struct {
	last Record
	size int64
}

// Open returns the journal in that directory, which it makes if need be.
func Open(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return &Dir{path: path, tails: map[string]tail{}}, nil
}

func (d *Dir) file(run string) string { return filepath.Join(d.path, run+suffix) }

// Append implements [Journal].
func (d *Dir) Append(ctx context.Context, run string, r Record) (err error) {
	if err := errorsFirst(ctx.Err(), CheckRun(run)); err != nil {
		return err
	}
	f, err := os.OpenFile(d.file(run), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer f.Close() // releases the lock
	if err := lock(f, true); err != nil {
		return fmt.Errorf("journal: lock %s: %w", f.Name(), err)
	}
	t, err := d.tail(run, f)
	if err != nil {
		return err
	}
	if err := r.admit(run, t.last); err != nil {
		return err
	}
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("journal: record %d of run %s: %w", r.Seq, run, err)
	}
	line = append(line, '\n')
	// From here on the file may be longer than what is acknowledged.
	_, err = f.WriteAt(line, t.size)
	if err == nil {
		err = f.Sync()
	}
	if err == nil && r.Seq == 1 {
		err = syncDir(d.path)
	}
	if err != nil {
		d.forget(run)
		cut := f.Truncate(t.size)
		return fmt.Errorf("journal: record %d of run %s was not written: %w", r.Seq, run, errors.Join(err, cut))
	}
	d.mu.Lock()
	d.tails[run] = tail{last: r, size: t.size + int64(len(line))}
	d.mu.Unlock()
	return nil
}

// tail finds the run's last record and cuts off a torn line after it. The file is
// locked.
func (d *Dir) tail(run string, f *os.File) (tail, error) {
	info, err := f.Stat()
	if err != nil {
		return tail{}, fmt.Errorf("journal: %w", err)
	}
	d.mu.Lock()
	t, ok := d.tails[run]
	d.mu.Unlock()
	if ok && t.size == info.Size() {
		return t, nil
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return tail{}, fmt.Errorf("journal: %w", err)
	}
	records, whole, err := parse(run, data)
	if err != nil {
		return tail{}, err
	}
	if whole < len(data) {
		if err := f.Truncate(int64(whole)); err != nil {
			return tail{}, fmt.Errorf("journal: %w", err)
		}
	}
	t = tail{size: int64(whole)}
	if n := len(records); n > 0 {
		t.last = records[n-1]
	}
	return t, nil
}

func (d *Dir) forget(run string) {
	d.mu.Lock()
	delete(d.tails, run)
	d.mu.Unlock()
}

// parse reads records and returns how many bytes hold whole lines. A last line
// without its end was being written when its writer died.
func parse(run string, data []byte) ([]Record, int, error) {
	var records []Record
	var last Record
	whole := 0
	for {
		i := bytes.IndexByte(data[whole:], '\n')
		if i < 0 {
			return records, whole, nil
		}
		r, err := parseLine(data[whole : whole+i])
		if err != nil {
			return nil, 0, &CorruptError{Run: run, Seq: last.Seq + 1, Reason: err.Error()}
		}
		if err := r.follows(run, last); err != nil {
			return nil, 0, err
		}
		records, last = append(records, r), r
		whole += i + 1
	}
}

func parseLine(line []byte) (Record, error) {
	var r Record
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return r, fmt.Errorf("not a record: %w", err)
	}
	if dec.More() {
		return r, errors.New("more than one record in a line")
	}
	return r, nil
}

// Read implements [Journal].
func (d *Dir) Read(_ context.Context, run string, after Record) ([]Record, error) {
	if err := CheckRun(run); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(d.file(run))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	records, _, err := parse(run, data)
	if err != nil {
		return nil, err
	}
	if after.Seq > len(records) || after.Seq > 0 && records[after.Seq-1].Hash != after.Hash {
		return nil, &CorruptError{Run: run, Seq: after.Seq, Reason: "it is not the record that was there before"}
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	return records[after.Seq:], nil
}

// Runs implements [Journal].
func (d *Dir) Runs(context.Context) ([]string, error) {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var runs []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), suffix); ok && CheckRun(name) == nil {
			runs = append(runs, name)
		}
	}
	slices.Sort(runs)
	return runs, nil
}

// Lease implements [Journal] by a lock that the system drops with the process.
func (d *Dir) Lease(_ context.Context, run string) (func(), error) {
	if err := CheckRun(run); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(d.path, run+".lease"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if err := lock(f, false); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: %s", ErrOwned, run)
	}
	return sync.OnceFunc(func() { f.Close() }), nil
}
